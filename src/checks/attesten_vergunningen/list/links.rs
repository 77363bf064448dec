//! The links of the list.

use percent_encoding::percent_decode_str;
use url::Url;

use super::numbering::unless_misnumbered;
use super::{empty_list, no_page};
use crate::base::text::{Text, shown};
use crate::checks::shared::{absent, is_uri_reference};
use crate::evidence::exchange::Request;
use crate::judging::context::{Answer, CheckContext, Judgement, Stop};
use crate::judging::reason;
use crate::judging::verdict::{Finding, Verdict};
use crate::source::Listed;
use crate::source::envelope::{Link, Links, Malformed};
use crate::text;

pub(super) fn links_section_is_there(cx: &CheckContext<'_>) -> Judgement {
    let mut findings = Vec::new();
    for answer in cx.lists()? {
        let Some(page) = answer.response.page() else { return Err(no_page().into()) };
        findings.extend(links_findings(answer, &page.links, "/links"));
    }
    // Which links an empty list has is for LST-21: only their form counts here.
    match empty_list(cx) {
        Ok(answer) => {
            let page = answer.response.page().filter(|page| answer.response.status == 200 && page.links.present);
            findings.extend(page.into_iter().flat_map(|page| links_findings(answer, &page.links, "/links")));
        }
        Err(Stop::Verdict(_)) => {}
        Err(stop) => return Err(stop),
    }
    cx.judged(findings)
}

/// Findings where a links section is missing or malformed, or where an href is no URI reference.
pub(in crate::checks) fn links_findings(answer: Answer<'_>, links: &Links, expected_at: &str) -> Vec<Finding> {
    if !links.present {
        let expected = text!("een lijst van links", "a list of links");
        return vec![answer.finding(expected_at, expected, absent())];
    }
    let malformed = links.malformed.iter().map(|Malformed { place, found, .. }| {
        let expected = text!("een link met `rel` en `href` als tekst", "a link with `rel` and `href` as strings");
        answer.finding(place.as_str(), expected, Text::same(shown(found)))
    });
    let unusable = links.links.iter().filter(|link| !link.templated && !is_uri_reference(&link.href)).map(|link| {
        let place = format!("{}/href", link.place);
        answer.finding(place, text!("een geldige URI", "a valid URI reference"), Text::same(shown(&link.href)))
    });
    malformed.chain(unusable).collect()
}

/// Without a links section no link of it can be judged: LST-05 says so.
pub(super) fn section(links: &Links) -> Result<(), Stop> {
    if links.present {
        return Ok(());
    }
    Err(reason::unmet(text!("de links ontbreken", "the links section is missing")).into())
}

/// The first link with one of these rels. What is malformed is not missing: blocked where the section is, or a link
/// with one of these rels or without any.
pub(super) fn link_of<'a>(links: &'a Links, rels: &[&str]) -> Result<Option<&'a Link>, Stop> {
    if let Some(link) = links.find(rels) {
        return Ok(Some(link));
    }
    let may_be = |rel: &str| rels.iter().any(|wanted| wanted.eq_ignore_ascii_case(rel));
    if links.malformed.iter().any(|one| one.rel.as_deref().is_none_or(may_be)) {
        return Err(reason::unmet(text!("de links zijn verkeerd gevormd", "the links are malformed")).into());
    }
    Ok(None)
}

pub(super) fn self_is_the_list_itself(cx: &CheckContext<'_>) -> Judgement {
    unless_misnumbered(cx, has_self)
}

fn has_self(cx: &CheckContext<'_>) -> Judgement {
    let mut findings = Vec::new();
    let mut lowered = None;
    for answer in cx.lists()? {
        let Some(page) = answer.response.page() else { return Err(no_page().into()) };
        section(&page.links)?;
        let Some(link) = link_of(&page.links, &["self"])? else {
            findings.push(answer.finding(&*page.links.place, text!("een link `self`", "a link `self`"), absent()));
            continue;
        };
        if !leads_to_itself(cx, answer, link) {
            if lower_limit(cx, answer).is_some() {
                lowered = Some(by_its_links());
                continue;
            }
            let own = shown(&answer.exchange.sent.url);
            let place = format!("{}/href", link.place);
            findings.push(answer.finding(
                place,
                text!("de URL van dit antwoord, {own}", "the URL of this answer, {own}"),
                Text::same(shown(&link.href)),
            ));
        }
    }
    cx.judged_unless(findings, lowered)
}

/// Same path, and the same page and limit where both state them. A clamped limit is fine.
fn leads_to_itself(cx: &CheckContext<'_>, answer: Answer<'_>, link: &Link) -> bool {
    let sent = &answer.exchange.sent.url;
    let (Some(target), Ok(own)) = (link.url(sent), Url::parse(sent)) else { return false };
    let paths = cx.public_paths(&own);
    let page_agrees = match (query(&target, &cx.entry().page), query(&own, &cx.entry().page)) {
        (Some(stated), Some(asked)) => stated == asked,
        _ => true,
    };
    let limit_agrees = match (query(&target, &cx.entry().limit), query(&own, &cx.entry().limit)) {
        (Some(stated), Some(asked)) => {
            let (stated, asked) = (number(&stated), number(&asked));
            stated == asked || asked > Some(cx.entry().maximum_limit) || is_smaller_maximum(answer, stated, asked)
        }
        _ => true,
    };
    // Whether a letter or digit is percent-encoded makes no difference (RFC 3986, 6.2.2.2).
    let plain = |path: &str| percent_decode_str(path).collect::<Vec<u8>>();
    let same_path = |path: &String| path == target.path() || plain(path) == plain(target.path());
    paths.iter().any(same_path) && page_agrees && limit_agrees
}

/// Whether a link states a smaller limit than asked for, which is the one in force: it fills a page after which there are
/// more. A source with a smaller maximum says so that way, and LST-13 notices it.
fn is_smaller_maximum(answer: Answer<'_>, stated: Option<u64>, asked: Option<u64>) -> bool {
    let Some(page) = answer.response.page().filter(|page| page.links.find(&["next"]).is_some()) else { return false };
    stated.is_some() && stated < asked && stated == Some(page.items().len() as u64)
}

/// The limit that is in force by all that a page says, its size and its links, where that is a lower one than asked for:
/// the source has a smaller maximum, and the page holds everything all the same. What the links between pages then state is
/// for LST-28.
pub(super) fn lower_limit(cx: &CheckContext<'_>, answer: Answer<'_>) -> Option<u64> {
    let page = answer.response.page()?;
    let size = page.metadata.size.value()?;
    let asked = answer.request().parameter(&cx.entry().limit).and_then(number)?;
    let stated = |rel: &str| {
        let url = cx.resolve(answer, page.links.find(&[rel])?)?;
        Some(query(&url, &cx.entry().limit).as_deref().and_then(number))
    };
    let between = cx.parameter("paging");
    let mut between = between.into_iter().filter_map(stated).peekable();
    let is_told = between.peek().is_some() && between.chain(stated("self")).all(|stated| stated == Some(size));
    (size < asked && page.items().len() as u64 <= size && is_told).then_some(size)
}

/// The verdict where that is another row's: see [`lower_limit`].
pub(super) fn by_its_links() -> Verdict {
    reason::unmet(text!(
        "de links tussen pagina's noemen een lagere limiet dan gevraagd",
        "the links between pages state a lower limit than asked for"
    ))
}

fn query(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(n, _)| n == name).map(|(_, value)| value.into_owned())
}

fn number(text: &str) -> Option<u64> {
    text.parse().ok()
}

fn requests_of(answers: &[Answer<'_>]) -> Vec<Request> {
    answers.iter().map(|answer| answer.request().clone()).collect()
}

pub(super) fn start_and_last_are_there(cx: &CheckContext<'_>) -> Judgement {
    let mut findings = Vec::new();
    let pages = cx.pages_of(&requests_of(&cx.lists()?))?;
    if pages.iter().all(|listed| listed.items().is_empty()) {
        return Err(reason::too_few(0, 1).into());
    }
    for listed in pages.iter().filter(|listed| !listed.items().is_empty()) {
        section(&listed.page.links)?;
        for name in ["first", "last"] {
            let rels = cx.parameter(name);
            if link_of(&listed.page.links, &rels)?.is_none() {
                let wanted = rels.join(" / ");
                let expected = text!("een link {wanted}", "a link {wanted}");
                findings.push(listed.answer.finding(&*listed.page.links.place, expected, absent()));
            }
        }
    }
    cx.judged(findings)
}

pub(super) fn later_pages_link_back(cx: &CheckContext<'_>) -> Judgement {
    cx.lasting(|cx| unless_misnumbered(cx, link_back))
}

fn link_back(cx: &CheckContext<'_>) -> Judgement {
    let rels = cx.parameter("rels");
    let mut findings = Vec::new();
    let pages = cx.several_pages()?.pages;
    let first = pages.first().map(Listed::keys).unwrap_or_default();
    let mut later =
        pages.iter().skip(1).filter(|listed| !listed.items().is_empty() && listed.keys() != first).peekable();
    if later.peek().is_none() {
        return Err(reason::unmet(text!("er is geen latere pagina", "there is no later page")).into());
    }
    for listed in later {
        section(&listed.page.links)?;
        if link_of(&listed.page.links, &rels)?.is_none() {
            let wanted = rels.join(" / ");
            let expected = text!("een link {wanted}", "a link {wanted}");
            findings.push(listed.answer.finding(&*listed.page.links.place, expected, absent()));
        }
    }
    cx.judged(findings)
}

pub(super) fn paging_links_carry_page_and_limit(cx: &CheckContext<'_>) -> Judgement {
    let rels = cx.parameter("rels");
    let mut findings = Vec::new();
    let mut seen = false;
    for answer in cx.lists()? {
        let Some(page) = answer.response.page() else { return Err(no_page().into()) };
        section(&page.links)?;
        let asked = answer.request().parameter(&cx.entry().limit).unwrap_or_default();
        for rel in &rels {
            let Some(link) = link_of(&page.links, &[rel])?.filter(|link| !link.templated) else { continue };
            let Some(url) = cx.resolve(answer, link) else { continue };
            seen = true;
            let stated = query(&url, &cx.entry().limit);
            let is_kept = stated.as_deref() == Some(asked)
                || is_smaller_maximum(answer, stated.as_deref().and_then(number), number(asked));
            if query(&url, &cx.entry().page).is_some() && is_kept {
                continue;
            }
            let (page, limit) = (&cx.entry().page, &cx.entry().limit);
            let expected = text!("`{page}` en `{limit}={asked}`", "`{page}` and `{limit}={asked}`");
            findings.push(answer.finding(format!("{}/href", link.place), expected, Text::same(shown(&link.href))));
        }
    }
    if !seen {
        return Err(
            reason::unmet(text!("er zijn geen links tussen pagina's", "there are no links between pages")).into()
        );
    }
    cx.judged(findings)
}
