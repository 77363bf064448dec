//! The method GET: it works on what is advertised, and it changes nothing.

use std::collections::{BTreeMap, BTreeSet};

use crate::case::{Answer, Case, Judgement, Listed, Stop, conclusive};
use crate::envelope::{Certificate, Datum};
use crate::exchange::{Citizen, Exchange, Kind, Request, Response};
use crate::reason;
use crate::text;
use crate::text::Text;
use crate::verdict::{Finding, Verdict, shown};

/// How many details are asked for once more.
const REPEATED_DETAILS: usize = 5;

pub(super) fn advertised_paging_links_answer_get(case: &Case<'_>) -> Judgement {
    let links = paging_links(case)?;
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
    for exchange in case.attempts(&requests)? {
        let rel = links.get(&exchange.request).copied().unwrap_or_default();
        match conclusive(exchange) {
            Err(stop) => blocked = Some(stop),
            Ok(answer) if answer.response.is_success() => {}
            Ok(answer) => {
                let expected = text!("2xx achter de link `{rel}`", "2xx behind the link `{rel}`");
                findings.push(answer.finding("status", expected, Text::same(answer.response.status)));
            }
        }
    }
    case.judged_unless(findings, blocked)
}

/// The paging links of the list as it is first asked for, and of the first pages of the walk, with their rels.
fn paging_links(case: &Case<'_>) -> Result<BTreeMap<Request, &'static str>, Stop> {
    let first = case.listed(&case.entry_request(Citizen::Subject))?;
    let limit = case.walk_limit()?;
    let most = case.total()?.div_ceil(limit).min(case.setup().limits.pages).clamp(1, 2);
    let requests: Vec<Request> = (0..most).map(|page| case.page_request(Citizen::Subject, limit, page)).collect();
    // Where a later page is no page, what led to it is judged all the same.
    let walked = case.attempts(&requests)?.into_iter().filter_map(|exchange| {
        let response = exchange.result.as_ref().ok().filter(|response| response.is_success())?;
        Some(Answer { exchange, response })
    });
    let mut links = BTreeMap::new();
    for answer in std::iter::once(first).chain(walked) {
        let Some(page) = answer.response.page() else { continue };
        for rels in [&["self"][..], &["next"], &["start", "first"], &["last"]] {
            let request = page.links.find(rels).and_then(|link| case.follow(answer, link, Kind::List));
            if let (Some(request), Some(rel)) = (request, rels.first()) {
                links.entry(request).or_insert(*rel);
            }
        }
    }
    Ok(links)
}

pub(super) fn get_is_safe(case: &Case<'_>) -> Judgement {
    let list = case.entry_request(Citizen::Subject);
    case.listed(&list)?;
    let mut requests = vec![list];
    match case.first_details(REPEATED_DETAILS) {
        Ok(details) => requests.extend(details.into_iter().map(|(_, exchange)| exchange.request.clone())),
        // No certificates, or no list of them: the list alone shows it.
        Err(Stop::Verdict(_)) => {}
        Err(stop) => return Err(stop),
    }
    let firsts = case.attempts(&requests)?;
    let again = |ordinal| requests.iter().map(|request| request.clone().again(ordinal)).collect::<Vec<_>>();
    let seconds = case.attempts(&again(1))?;
    let suspects: Vec<(&Exchange, &Exchange)> = firsts
        .into_iter()
        .zip(seconds)
        .filter(|(first, second)| !matches!(compared(first, second), Ok(None)))
        .collect();
    let thirds: Vec<Request> = suspects.iter().map(|(first, _)| first.request.clone().again(2)).collect();
    let mut findings = Vec::new();
    let mut blocked = None;
    for ((first, second), third) in suspects.iter().zip(case.attempts(&thirds)?) {
        // Both repetitions differ from the first answer: only then it is no passing whim.
        match (compared(first, second), compared(first, third)) {
            (Ok(Some(_)), Ok(Some(finding))) => findings.push(finding),
            (Err(stop), _) | (_, Err(stop)) => blocked = Some(stop),
            _ => {}
        }
    }
    case.judged_unless(findings, blocked)
}

/// What a repetition shows that the first answer did not; blocked where it says nothing.
fn compared(first: &Exchange, repeated: &Exchange) -> Result<Option<Finding>, Stop> {
    let before = conclusive(first)?;
    let status = before.response.status;
    if !before.response.is_success() {
        let what = text!("het detail antwoordde met {status}", "the detail answered {status}");
        return Err(reason::unmet(what).into());
    }
    let after = conclusive(repeated)?;
    Ok(match after.response.status {
        // The token, not the method.
        status @ (401 | 403) => return Err(reason::unexplained(status).into()),
        other if other != status => {
            let expected = text!("{status}, zoals de eerste keer", "{status}, as the first time");
            Some(after.finding("status", expected, Text::same(other)))
        }
        _ if first.request.kind() == Kind::List => list_difference(before, after),
        _ => pair(before.response, after.response).and_then(|(old, new)| field_difference(after, old, new)),
    })
}

fn pair<'a>(before: &'a Response, after: &'a Response) -> Option<(&'a Certificate, &'a Certificate)> {
    before.certificate().zip(after.certificate())
}

/// Certificates that went, more than the new total explains; else documented fields of the same certificate that differ.
fn list_difference(before: Answer<'_>, after: Answer<'_>) -> Option<Finding> {
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
        return Some(after.finding(new.page.place.as_str(), expected, actual));
    }
    let known: BTreeMap<_, _> = old.items().iter().filter_map(|item| Some((item.key()?, item))).collect();
    new.items().iter().find_map(|item| field_difference(after, known.get(&item.key()?)?, item))
}

fn field_difference(after: Answer<'_>, old: &Certificate, new: &Certificate) -> Option<Finding> {
    let (name, before, now) = old
        .fields()
        .into_iter()
        .zip(new.fields())
        .map(|((name, before), (_, now))| (name, before, now))
        .find(|(_, before, now)| before != now)?;
    let (before, now) = (shown(&Datum::described(before)), shown(&Datum::described(now)));
    let expected = text!("{before}, zoals de eerste keer", "{before}, as the first time");
    Some(after.finding(format!("{}/{name}", new.place), expected, Text::same(now)))
}
