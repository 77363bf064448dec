//! The method GET: it works on what is advertised, and it changes nothing.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::text::{Text, shown};
use crate::checks::attesten_vergunningen::{is_shuffled, shuffled};
use crate::evidence::exchange::{Citizen, Exchange, Kind, Request, Response};
use crate::judging::context::{Answer, CheckContext, Judgement, Stop, conclusive, join};
use crate::judging::reason;
use crate::judging::verdict::{Finding, Outcome, Verdict};
use crate::source::envelope::{Certificate, Key, Page, Scalar};
use crate::source::{Listed, second_change};
use crate::text;

/// How many details are asked for once more.
const REPEATED_DETAILS: usize = 5;

/// How often the list is asked for again, each time after the answer before: whatever else asks for it meanwhile, one
/// that changes at every second call is seen to go to and fro.
const REPEATED_LISTS: u32 = 3;

pub(super) fn advertised_paging_links_answer_get(cx: &CheckContext<'_>) -> Judgement {
    cx.lasting(paging_links_answer)
}

fn paging_links_answer(cx: &CheckContext<'_>) -> Judgement {
    let links = paging_links(cx)?;
    if links.is_empty() {
        return Err(Verdict::not_applicable(text!(
            "de lijst geeft geen links om te bladeren",
            "the list gives no links for paging"
        ))
        .into());
    }
    let requests: Vec<Request> = links.keys().cloned().collect();
    let mut findings = Vec::new();
    let mut blocked = None;
    for (exchange, rel) in cx.attempts(&requests)?.into_iter().zip(links.into_values()) {
        match conclusive(exchange) {
            Err(stop) => blocked = Some(stop),
            Ok(answer) if answer.response.is_success() => {}
            Ok(answer) => {
                let expected = text!("2xx achter de link `{rel}`", "2xx behind the link `{rel}`");
                findings.push(answer.finding("status", expected, Text::same(answer.response.status)));
            }
        }
    }
    cx.judged_unless(findings, blocked)
}

/// The paging links of the list as it is first asked for, and of the first pages of the walk, with their rels; of the
/// further pages `next`, which is followed anyway.
fn paging_links(cx: &CheckContext<'_>) -> Result<BTreeMap<Request, &'static str>, Stop> {
    let first = cx.listed(&cx.entry_request(Citizen::Subject))?;
    let requests = cx.walk_requests()?;
    // Where a later page is no page, what led to it is judged all the same.
    let walked = cx.attempts(&requests)?.into_iter().filter_map(|exchange| {
        let response = exchange.result.as_ref().ok().filter(|response| response.is_success())?;
        Some(Answer { exchange, response })
    });
    let mut links = BTreeMap::new();
    let all: [&[&'static str]; 4] = [&["next"], &["self"], &["start", "first"], &["last"]];
    for (index, answer) in std::iter::once(first).chain(walked).enumerate() {
        let Some(page) = answer.response.page() else { continue };
        // The first three: the first page in two lengths, and the second one.
        for rels in all.into_iter().take(if index < 3 { all.len() } else { 1 }) {
            let request = page.links.find(rels).and_then(|link| cx.follow(answer, link, Kind::List));
            if let (Some(request), Some(rel)) = (request, rels.first()) {
                links.entry(request).or_insert(*rel);
            }
        }
    }
    Ok(links)
}

pub(super) fn get_is_safe(cx: &CheckContext<'_>) -> Judgement {
    let list = cx.entry_request(Citizen::Subject);
    let again: Vec<Request> = (1..=REPEATED_LISTS).map(|ordinal| list.clone().again(ordinal)).collect();
    // Alone they say nothing: what a list that does not open comes to is said below.
    let (verdict, _) = join(changes(cx), cx.where_possible(cx.attempts(&again)))?;
    let verdict = match verdict {
        verdict if verdict.outcome != Outcome::Pass => verdict,
        // A certificate may also go by itself, between two calls.
        _ => match cx.lasting(loses_certificates)? {
            verdict if verdict.outcome != Outcome::Pass => verdict,
            _ => alternates(cx)?,
        },
    };
    // What stands on a page by another order each time is neither gone nor new.
    let is_of_the_list = |finding: &Finding| finding.exchange.as_ref().is_some_and(|call| call.kind() == Kind::List);
    let of_lists_alone = !verdict.findings.is_empty() && verdict.findings.iter().all(is_of_the_list);
    if of_lists_alone && holds_what_the_list_does(cx, &again)? && cx.where_possible(is_shuffled(cx))? {
        return Err(shuffled().into());
    }
    Ok(verdict)
}

/// Whether all that these repetitions hold is on the greatest page or in the walk: it changes places, and is not new.
fn holds_what_the_list_does(cx: &CheckContext<'_>, again: &[Request]) -> Result<bool, Stop> {
    let mut requests = cx.walk_requests()?;
    requests.push(cx.greatest_page(Citizen::Subject));
    let keys = |requests: &[Request]| -> Result<BTreeSet<Key<'_>>, Stop> {
        let exchanges = cx.where_possible(cx.attempts(requests))?;
        let pages = exchanges.into_iter().filter_map(|exchange| exchange.result.as_ref().ok()?.page());
        Ok(pages.flat_map(Page::keys).collect())
    };
    let known = keys(&requests)?;
    Ok(keys(again)?.is_subset(&known))
}

/// Whether the list goes to and fro in all the looks that the run took at it anyway, whatever they were for.
fn alternates(cx: &CheckContext<'_>) -> Judgement {
    cx.judged(second_change(&cx.looks_at_the_list()?, |before, after| match compared(before, after) {
        Ok(Some(Change::Of(finding))) => Some(finding),
        _ => None,
    }))
}

/// What a repetition shows that the first answer did not.
enum Change {
    /// Something is gone.
    Gone(Finding),
    /// Something is there and is not the same.
    Of(Finding),
}

/// What three answers to the same request show, where both repetitions differ from the first one: only then it is no
/// passing whim.
struct Repeated<'a> {
    /// What was repeated.
    request: &'a Request,
    change: Result<Change, Stop>,
}

fn repeated<'a>(cx: &CheckContext<'a>, requests: &[Request]) -> Result<Vec<Repeated<'a>>, Stop> {
    let firsts = cx.attempts(requests)?;
    let again = |ordinal| requests.iter().map(|request| request.clone().again(ordinal)).collect::<Vec<_>>();
    let seconds = cx.attempts(&again(1))?;
    let suspects: Vec<(&Exchange, &Exchange)> = firsts
        .into_iter()
        .zip(seconds)
        .filter(|(first, second)| !matches!(compared(first, second), Ok(None)))
        .collect();
    let thirds: Vec<Request> = suspects.iter().map(|(first, _)| first.request.clone().again(2)).collect();
    let thirds = cx.attempts(&thirds)?;
    let all = suspects.into_iter().zip(thirds).filter_map(|((first, second), third)| {
        let change = match (compared(first, second), compared(first, third)) {
            (Err(stop), _) | (_, Err(stop)) => Err(stop),
            (Ok(Some(_)), Ok(Some(change))) => Ok(change),
            _ => return None,
        };
        Some(Repeated { request: &first.request, change })
    });
    Ok(all.collect())
}

fn changes(cx: &CheckContext<'_>) -> Judgement {
    let list = cx.entry_request(Citizen::Subject);
    cx.listed(&list)?;
    let details = match cx.first_details(REPEATED_DETAILS) {
        Ok(details) => details,
        // No certificates, or no list of them: the list alone shows it.
        Err(Stop::Verdict(_)) => Vec::new(),
        Err(stop) => return Err(stop),
    };
    let mut requests = vec![list.clone()];
    requests.extend(details.iter().map(|(_, exchange)| exchange.request.clone()));
    let (mut findings, mut gone, mut blocked) = (Vec::new(), Vec::new(), None);
    for Repeated { request, change } in repeated(cx, &requests)? {
        match change {
            Ok(Change::Of(finding)) => findings.push(finding),
            Ok(Change::Gone(finding)) => gone.push((request, finding)),
            Err(stop) => blocked = Some(stop),
        }
    }
    gone.retain(|(request, _)| request.kind() == Kind::Detail);
    if !gone.is_empty() {
        // What is listed still should be there still.
        let missed = gone.iter().filter_map(|(_, finding)| finding.exchange.as_ref());
        let missed = cx.attempts(&missed.cloned().collect::<Vec<_>>())?;
        let last = missed.into_iter().max_by_key(|exchange| exchange.answered_ms());
        let now = last.map(|last| cx.after(&list, last)).transpose()?.flatten();
        let now = now.map(|now| cx.page(&now.request)).transpose()?.map(|page| page.keys()).unwrap_or_default();
        let is_listed = |request: &Request| {
            let item = details.iter().find(|(_, exchange)| exchange.request == *request).map(|(item, _)| *item);
            item.and_then(|item| item.certificate.key()).is_none_or(|key| now.contains(&key))
        };
        findings.extend(gone.into_iter().filter(|(request, _)| is_listed(request)).map(|(_, finding)| finding));
    }
    cx.judged_unless(findings, blocked)
}

/// Whether asking for the list takes certificates from it.
fn loses_certificates(cx: &CheckContext<'_>) -> Judgement {
    let (mut findings, mut blocked) = (Vec::new(), None);
    for Repeated { change, .. } in repeated(cx, &[cx.entry_request(Citizen::Subject)])? {
        match change {
            Ok(Change::Gone(finding)) => findings.push(finding),
            Ok(Change::Of(_)) => {}
            Err(stop) => blocked = Some(stop),
        }
    }
    cx.judged_unless(findings, blocked)
}

/// What a repetition shows that the first answer did not; blocked where it says nothing.
fn compared(first: &Exchange, repeated: &Exchange) -> Result<Option<Change>, Stop> {
    let before = conclusive(first)?;
    let status = before.response.status;
    if !before.response.is_success() {
        let verdict = reason::unmet(text!("het detail antwoordde met {status}", "the detail answered {status}"));
        return Err(Stop::by_answer(before.response, verdict));
    }
    let after = conclusive(repeated)?;
    Ok(match after.response.status {
        // The token, not the method.
        status @ (401 | 403) => return Err(reason::unexplained(after.request(), status).into()),
        other if other != status => {
            let expected = text!("{status}, zoals de eerste keer", "{status}, as the first time");
            let finding = after.finding("status", expected, Text::same(other));
            Some(if after.response.is_gone() { Change::Gone(finding) } else { Change::Of(finding) })
        }
        _ if first.request.kind() == Kind::List => list_difference(before, after),
        _ => {
            if let Some(verdict) = before.unreadable().or_else(|| after.unreadable()) {
                return Err(verdict.into());
            }
            let differs = |(old, new)| field_difference(after, old, new);
            pair(before.response, after.response).and_then(differs).map(Change::Of)
        }
    })
}

fn pair<'a>(before: &'a Response, after: &'a Response) -> Option<(&'a Certificate, &'a Certificate)> {
    before.certificate().zip(after.certificate())
}

/// Certificates that went, more than the new total explains; else documented fields of the same certificate that differ.
fn list_difference(before: Answer<'_>, after: Answer<'_>) -> Option<Change> {
    let old = Listed { answer: before, page: before.response.page()? };
    let new = Listed { answer: after, page: after.response.page()? };
    let keys: BTreeSet<_> = new.keys().into_iter().collect();
    let gone = old.keys().iter().filter(|key| !keys.contains(key)).count() as u64;
    // Added certificates push others to the next page.
    let total =
        |listed: &Listed<'_>| listed.page.metadata.total_elements.value().unwrap_or(listed.items().len() as u64);
    if gone > total(&new).saturating_sub(total(&old)) {
        let expected = text!("dezelfde attesten als de eerste keer", "the same certificates as the first time");
        let actual = text!("{gone} ervan ontbreken", "{gone} of them are missing");
        return Some(Change::Gone(after.finding(new.page.place.as_str(), expected, actual)));
    }
    let known: BTreeMap<_, _> = old.items().iter().filter_map(|item| Some((item.key()?, item))).collect();
    new.items().iter().find_map(|item| field_difference(after, known.get(&item.key()?)?, item)).map(Change::Of)
}

fn field_difference(after: Answer<'_>, old: &Certificate, new: &Certificate) -> Option<Finding> {
    let (name, before, now) = old
        .fields()
        .into_iter()
        .zip(new.fields())
        .map(|((name, before), (_, now))| (name, before, now))
        .find(|(_, before, now)| before != now)?;
    let (before, now) = (shown(&Scalar::described(before)), shown(&Scalar::described(now)));
    let expected = text!("{before}, zoals de eerste keer", "{before}, as the first time");
    Some(after.finding(format!("{}/{name}", new.place), expected, Text::same(now)))
}
