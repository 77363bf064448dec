//! Chapter list: the list of certificates as an answer. Its pages are in `paging`.

use crate::base::text::{Text, shown};
use crate::catalogue::Level;
use crate::checks::checks;
use crate::checks::rest_guidelines::is_wrapped;
use crate::checks::shared::{absent, media_type_finding};
use crate::evidence::exchange::{
    Accept, Auth, Citizen, Content, Control, Exchange, Failure, FailureKind, IssuerCall, Kind, Phase, Request,
    STAND_IN_ACM, Target, Tls, Variation,
};
use crate::judging::context::{Answer, CheckContext, Judgement, Stop, conclusive, request_all};
use crate::judging::reason;
use crate::judging::verdict::{Finding, Obstacle, Verdict};
use crate::source::envelope::{Collection, Field, Metadata};
use crate::text;

mod ends;
mod lengths;
mod links;
mod numbering;
mod order;
mod origins;
mod paging;
mod totals;

pub(in crate::checks) use numbering::unless_misnumbered;
pub(in crate::checks) use order::{Order, is_shuffled, knowing_the_order, shuffled};

use ends::{last_leads_to_the_last_page, page_past_the_end_is_empty, start_leads_to_the_first_page};
use lengths::{
    caller_chooses_the_limit, default_limit_is_ten, limit_above_the_maximum_gives_the_maximum,
    page_never_exceeds_the_limit, size_is_the_limit_in_force,
};
use links::{
    later_pages_link_back, links_section_is_there, paging_links_carry_page_and_limit, self_is_the_list_itself,
    start_and_last_are_there,
};
use numbering::{metadata_counts_from_one, page_and_limit_are_optional, page_counts_from_zero};
use order::order_is_stable;
use origins::{hrefs_are_absolute_and_own, links_ignore_the_host_header};
use paging::{next_is_on_every_page_but_the_last, next_visits_every_page_once};
use totals::totals_add_up;

checks!(
    list_answers_the_good_token,
    list_is_hal_json,
    collection_is_there,
    page_metadata_are_complete,
    links_section_is_there,
    self_is_the_list_itself,
    next_is_on_every_page_but_the_last,
    start_and_last_are_there,
    hrefs_are_absolute_and_own,
    page_counts_from_zero,
    metadata_counts_from_one,
    page_never_exceeds_the_limit,
    caller_chooses_the_limit,
    limit_above_the_maximum_gives_the_maximum,
    page_and_limit_are_optional,
    default_limit_is_ten,
    totals_add_up,
    next_visits_every_page_once,
    last_leads_to_the_last_page,
    no_certificates_is_an_empty_list,
    empty_list_has_total_and_self,
    page_past_the_end_is_empty,
    later_pages_link_back,
    order_is_stable,
    envelope_is_noted,
    extra_fields_are_noted,
    size_is_the_limit_in_force,
    paging_links_carry_page_and_limit,
    start_leads_to_the_first_page,
    links_ignore_the_host_header,
);

fn list_answers_the_good_token(cx: &CheckContext<'_>) -> Judgement {
    cx.insz(Citizen::Subject)?;
    let exchange = cx.attempt(&cx.entry_request(Citizen::Subject))?;
    let is_there = |failure: &Failure| matches!(failure.kind, FailureKind::Broken | FailureKind::Timeout);
    if exchange.result.as_ref().map_or_else(is_there, |response| response.status != 200) {
        cx.where_possible(request_all([ask_the_issuer(cx), ask_for_tls(cx, exchange)]))?;
    }
    let answer = conclusive(exchange)?;
    match answer.response.status {
        200 => cx.judged(Vec::new()),
        status @ (401 | 403) => Err(refused_good_token(cx, status)?.into()),
        status => cx.judged(vec![answer.finding("status", Text::same(200), Text::same(status))]),
    }
}

/// Asks the issuer what may tell why the list does not open: whether the token is good, and, of our own, whether it refused
/// the source when that asked about a token. The report draws the cause from it.
fn ask_the_issuer(cx: &CheckContext<'_>) -> Result<(), Stop> {
    let setup = cx.setup();
    let introspects = setup.acm.as_ref().is_some_and(|acm| acm.source_client.is_some());
    let introspection = IssuerCall::Introspection(Auth::Token(Citizen::Subject));
    let own_acm = setup.acm.is_some() && setup.environment == STAND_IN_ACM;
    let asked =
        [introspects.then(|| Request::issuer(introspection)), own_acm.then(|| Request::control(Control::Refused))];
    cx.attempts(&asked.into_iter().flatten().collect::<Vec<_>>()).map(drop)
}

/// Where plain http only breaks off: whether that port speaks TLS. Most servers close the connection there without a word,
/// as one does that has crashed.
fn ask_for_tls(cx: &CheckContext<'_>, list: &Exchange) -> Result<(), Stop> {
    let broken = list.result.as_ref().is_err_and(|failure| failure.kind == FailureKind::Broken);
    if !broken || !cx.setup().base_url.starts_with("http:") {
        return Ok(());
    }
    cx.attempt(&Request::probe(Target::Tls(Tls::Control))).map(drop)
}

/// The source or what stands before it refuses a good token.
fn refused_good_token(cx: &CheckContext<'_>, status: u16) -> Result<Verdict, Stop> {
    cx.where_possible(ask_the_issuer(cx))?;
    Ok(Verdict::blocked(
        text!(
            "de bron, of wat ervoor staat, weigert een goed token met {status}",
            "the source, or what is in front of it, refuses a good token with {status}"
        ),
        text!(
            "zoek in het logboek van de bron, of van wat ervoor staat, waarom",
            "find the reason in the log of the source, or of what is in front of it"
        ),
    )
    .by(Obstacle::Call(cx.entry_request(Citizen::Subject))))
}

fn list_is_hal_json(cx: &CheckContext<'_>) -> Judgement {
    let empty = || cx.attempt(&cx.entry_request(Citizen::Empty)).map(drop);
    let has_empty = cx.setup().citizens.contains_key(&Citizen::Empty);
    request_all([cx.lists().map(drop), if has_empty { empty() } else { Ok(()) }])?;
    cx.walk()?;
    let lists = cx.api_answers()?.into_iter().filter(|answer| asks_for_a_list(answer.request()));
    // An error in the clothes of a success is for HTTP-13.
    let successful = lists.filter(|answer| answer.response.status == 200 && !is_wrapped(*answer));
    cx.judged(successful.filter_map(|answer| media_type_finding(answer, "application/hal+json")))
}

/// Whether a request asks for a list in hal+json, as a client does.
fn asks_for_a_list(request: &Request) -> bool {
    let own = matches!((request.auth, request.citizen()), (Auth::Token(token), Some(whose)) if token == whose);
    let usual = matches!(
        request.variation,
        Variation::None | Variation::NoIds | Variation::AcceptLanguage(_) | Variation::AcceptEncoding(_)
    );
    let ordinary = request.phase != Phase::Hostile && request.kind() == Kind::List;
    ordinary && request.accept == Accept::Hal && own && usual
}

fn collection_is_there(cx: &CheckContext<'_>) -> Judgement {
    let mut findings = Vec::new();
    let mut obstacle = None;
    for answer in cx.lists()? {
        if let Some(verdict) = answer.unreadable() {
            obstacle = Some(verdict);
            continue;
        }
        let expected = text!("een array `certificates`", "an array `certificates`");
        match answer.response.page() {
            None => obstacle = Some(no_page()),
            Some(page) => match &page.collection {
                Collection::Items(_) => {}
                Collection::Absent => findings.push(answer.finding(page.place.as_str(), expected, absent())),
                Collection::Wrong(kind) => {
                    findings.push(answer.finding(page.place.as_str(), expected, Text::same(kind)));
                }
            },
        }
    }
    cx.judged_unless(findings, obstacle)
}

fn page_metadata_are_complete(cx: &CheckContext<'_>) -> Judgement {
    let mut findings = Vec::new();
    for answer in cx.lists()? {
        let Some(page) = answer.response.page() else { return Err(no_page().into()) };
        findings.extend(metadata_findings(cx, answer, &page.metadata));
    }
    // Whether an empty list has metadata is for LST-21: only their form counts here.
    if let Some((answer, metadata)) = metadata_of_the_empty_list(cx)? {
        findings.extend(metadata_findings(cx, answer, metadata));
    }
    cx.judged(findings)
}

/// The metadata of the empty list, where such a list came and has any.
fn metadata_of_the_empty_list<'a>(cx: &CheckContext<'a>) -> Result<Option<(Answer<'a>, &'a Metadata)>, Stop> {
    let answer = match cx.where_possible(empty_list(cx).map(Some)) {
        Err(Stop::Verdict(_)) => None,
        answer => answer?,
    };
    let Some(answer) = answer.filter(|answer| answer.response.status == 200) else { return Ok(None) };
    let page = answer.response.page().filter(|page| matches!(page.collection, Collection::Items(_)));
    Ok(page.map(|page| (answer, &page.metadata)).filter(|(_, metadata)| is_given(metadata)))
}

/// Whether an answer has metadata, in whatever form. A null is how some libraries write "none".
fn is_given(metadata: &Metadata) -> bool {
    metadata.present && metadata.wrong_type.as_deref() != Some("null")
}

/// Findings where metadata are no object, or lack one of the four numbers.
fn metadata_findings(cx: &CheckContext<'_>, answer: Answer<'_>, metadata: &Metadata) -> Vec<Finding> {
    if !metadata.present || metadata.wrong_type.is_some() {
        let actual = metadata.wrong_type.as_ref().map_or_else(absent, Text::same);
        return vec![answer.finding(metadata.place.as_str(), text!("een object", "an object"), actual)];
    }
    let weaker = cx.parameter("sample");
    let findings = metadata.fields().into_iter().filter_map(|(name, field)| {
        let actual = match field {
            Field::Integer(_) => return None,
            Field::Absent => absent(),
            Field::Wrong(what) => Text::same(shown(what)),
        };
        let place = format!("{}/{name}", metadata.place);
        let finding = answer.finding(place, text!("een geheel getal van 0 of meer", "an integer of 0 or more"), actual);
        Some(if weaker.contains(&name) { finding.at_most(Level::Should) } else { finding })
    });
    findings.collect()
}

/// The verdict where a body is no JSON: HTTP-03 says so of one that should be, LST-02 of any other.
fn no_page() -> Verdict {
    reason::unmet(text!("het antwoord is geen JSON", "the answer is not JSON"))
}

/// The empty list of the citizen without certificates.
fn empty_list<'a>(cx: &CheckContext<'a>) -> Result<Answer<'a>, Stop> {
    if !cx.setup().citizens.contains_key(&Citizen::Empty) {
        let declared = cx.setup().source().declares.everyone_has_certificates;
        let key = "everyone_has_certificates";
        return Err(if declared {
            reason::declared(key)
        } else {
            reason::no_citizen(Citizen::Empty, &cx.setup().subject)
        }
        .into());
    }
    let answer = cx.response(&cx.entry_request(Citizen::Empty))?;
    let status = answer.response.status;
    if matches!(status, 401 | 403) {
        return Err(refused_good_token(cx, status)?.into());
    }
    if status == 200 && answer.response.page().is_some_and(|page| !page.items().is_empty()) {
        return Err(Verdict::blocked(
            text!("de burger met `role: empty` heeft attesten", "the citizen with `role: empty` has certificates"),
            text!(
                "kies voor `role: empty` een burger zonder attesten",
                "choose for `role: empty` a citizen without certificates"
            ),
        )
        .by(Obstacle::NoCitizen(Citizen::Empty))
        .into());
    }
    Ok(answer)
}

fn no_certificates_is_an_empty_list(cx: &CheckContext<'_>) -> Judgement {
    let answer = empty_list(cx)?;
    let status = answer.response.status;
    if status != 200 {
        let usual = cx.attempt(&cx.entry_request(Citizen::Subject))?;
        // What every list is answered says nothing of one that is empty: LST-01 says so.
        if usual.result.as_ref().is_ok_and(|usual| usual.status == status) {
            return Err(reason::unmet(text!("elke lijst antwoordt met {status}", "every list answers {status}")).into());
        }
        return cx.judged(vec![answer.finding("status", Text::same(200), Text::same(status))]);
    }
    if let Some(verdict) = answer.unreadable() {
        return Err(verdict.into());
    }
    let collection = answer.response.page().map(|page| (&page.collection, page.place.as_str()));
    let expected = text!("een lege collectie", "an empty collection");
    cx.judged(match collection {
        Some((Collection::Items(_), _)) => Vec::new(),
        Some((Collection::Absent, place)) => vec![answer.finding(place, expected, absent())],
        Some((Collection::Wrong(kind), place)) => vec![answer.finding(place, expected, Text::same(kind))],
        None if matches!(answer.response.content, Content::Empty) => {
            vec![answer.finding("", expected, text!("geen inhoud", "no body"))]
        }
        None => return Err(no_page().into()),
    })
}

fn empty_list_has_total_and_self(cx: &CheckContext<'_>) -> Judgement {
    let answer = empty_list(cx)?;
    let page = answer.response.page().filter(|page| matches!(page.collection, Collection::Items(_)));
    let Some(page) = page.filter(|_| answer.response.status == 200) else {
        return Err(reason::unmet(text!("er kwam geen lege lijst", "no empty list came")).into());
    };
    let mut findings = Vec::new();
    let mut obstacle = None;
    if page.metadata.total_elements != Field::Integer(0) {
        let place = format!("{}/totalElements", page.metadata.place);
        let actual = match &page.metadata.total_elements {
            Field::Integer(total) => Text::same(total),
            Field::Absent => absent(),
            Field::Wrong(what) => Text::same(shown(what)),
        };
        // Metadata without it are malformed, and so is a total that is no number: LST-04 says so. Of a list without any
        // metadata it says so where the others have none either.
        let has_none = !is_given(&page.metadata);
        let is_malformed = !has_none && page.metadata.total_elements.value().is_none();
        if is_malformed || (has_none && has_no_total_anywhere(cx)?) {
            obstacle = Some(reason::unmet(text!(
                "`totalElements` is hier geen geheel getal",
                "`totalElements` is no integer here"
            )));
        } else {
            findings.push(answer.finding(place, Text::same(0), actual));
        }
    }
    if links::link_of(&page.links, &["self"])?.is_none() {
        findings.push(answer.finding(&*page.links.place, text!("een link `self`", "a link `self`"), absent()));
    }
    cx.judged_unless(findings, obstacle)
}

/// Whether no list that has certificates says how many there are.
fn has_no_total_anywhere(cx: &CheckContext<'_>) -> Result<bool, Stop> {
    let lists = match cx.lists() {
        Err(missing @ Stop::Missing(_)) => return Err(missing),
        lists => lists.unwrap_or_default(),
    };
    let pages = lists.iter().filter_map(|answer| answer.response.page());
    let mut totals = pages.map(|page| &page.metadata.total_elements).peekable();
    Ok(totals.peek().is_some() && totals.all(|total| total.value().is_none()))
}

fn envelope_is_noted(cx: &CheckContext<'_>) -> Judgement {
    let first = cx.first_page()?;
    let value = match first.page.envelope.name() {
        "links" => text!("de gedocumenteerde vorm (links)", "the documented form (links)"),
        "hal" => text!("officiële HAL (hal)", "official HAL (hal)"),
        _ => text!("niet herkend (unknown)", "not recognised (unknown)"),
    };
    Ok(Verdict::observed(value))
}

fn extra_fields_are_noted(cx: &CheckContext<'_>) -> Judgement {
    let mut extra = std::collections::BTreeSet::new();
    let known = cx.parameter("list");
    let known_metadata = cx.parameter("metadata");
    for listed in cx.pages()?.pages {
        let body = listed.answer.response.tree();
        for (name, value) in body.iter().filter_map(|body| body.as_object()).flatten() {
            if !known.contains(&name.as_str()) {
                extra.insert(shown(name));
            }
            let metadata = value.as_object().filter(|_| listed.page.metadata.place.strip_prefix('/') == Some(name));
            let names = metadata.into_iter().flat_map(|metadata| metadata.keys());
            extra.extend(
                names.filter(|n| !known_metadata.contains(&n.as_str())).map(|n| format!("{name}.{}", shown(n))),
            );
        }
        extra.extend(
            listed.items().iter().flat_map(|item| &item.extra).map(|name| format!("certificates.{}", shown(name))),
        );
    }
    let list = extra.into_iter().take(50).collect::<Vec<_>>().join(", ");
    Ok(Verdict::observed(if list.is_empty() { text!("geen", "none") } else { Text::same(list) }))
}

#[cfg(test)]
mod tests;
