//! The pages of the list.

use std::collections::{BTreeSet, HashSet};

use super::absent;
use super::links::section;
use crate::case::{Answer, Case, End, Judgement, Listed, Pages, Stop, conclusive};
use crate::envelope::{Key, Page};
use crate::exchange::{Citizen, Exchange, Kind, Request};
use crate::reason;
use crate::text;
use crate::text::Text;
use crate::verdict::{Finding, Verdict, shown};

/// Some certificates in words: how many, and the first.
fn items_in_words(keys: &[Key<'_>]) -> Text {
    let count = keys.len();
    match keys.first() {
        None => text!("geen attesten", "no certificates"),
        Some((id, language)) => {
            let first = shown(&format!("{id} {language}"));
            text!("{count} attesten, vanaf {first}", "{count} certificates, from {first} on")
        }
    }
}

/// Whether two pages hold the same certificates. An order that changes between two calls is for LST-24.
fn hold_the_same(one: &Listed<'_>, other: &Listed<'_>) -> bool {
    let (mut one, mut other) = (one.keys(), other.keys());
    one.sort();
    other.sort();
    one == other
}

/// What a page shows where a number is expected.
fn number(value: Option<u64>) -> Text {
    value.map_or_else(absent, Text::same)
}

fn place_of(listed: &Listed<'_>, member: &str) -> String {
    format!("{}/{member}", listed.page.metadata.place)
}

/// Whether the page after this one holds certificates: a later page of the walk, or the page past the end. None where
/// that cannot be seen: [`beyond_unseen`] says why.
fn has_more(case: &Case<'_>, pages: &Pages<'_>, index: usize) -> Result<Option<bool>, Stop> {
    if let Some(later) = pages.pages.get(index + 1) {
        return Ok(Some(!later.items().is_empty()));
    }
    if pages.cut {
        return Ok(None);
    }
    let Ok(response) = &case.attempt(&case.past_the_end()?)?.result else { return Ok(None) };
    Ok(match response.status {
        200 => response.page().map(|page| {
            // A source that repeats its last page past the end has nothing more there: LST-22 says so.
            let last = pages.pages.get(index).map(Listed::keys).unwrap_or_default();
            !page.items().is_empty() && page.keys() != last
        }),
        401 | 403 => None,
        _ if response.is_unavailable() => None,
        // Its own error past the end is for LST-22: no certificate comes there.
        _ => Some(false),
    })
}

/// Why it cannot be seen what follows the last page of the walk.
fn beyond_unseen(case: &Case<'_>, pages: &Pages<'_>) -> Result<Verdict, Stop> {
    if pages.cut {
        return Ok(case.beyond_the_walk());
    }
    let beyond = case.attempt(&case.past_the_end()?)?;
    Ok(match conclusive(beyond) {
        Err(verdict) => *verdict,
        Ok(answer) => reason::unexplained(answer.response.status),
    })
}

pub(super) fn next_is_on_every_page_but_the_last(case: &Case<'_>) -> Judgement {
    let pages = case.several_pages()?;
    let mut findings = Vec::new();
    let mut unseen = false;
    for (index, listed) in pages.pages.iter().enumerate().filter(|(_, listed)| !listed.items().is_empty()) {
        let links = &listed.page.links;
        section(links)?;
        match (links.find(&["next"]), has_more(case, &pages, index)?) {
            (None, Some(true)) => findings.push(listed.answer.finding(
                &*links.place,
                text!("een link `next`: er volgen nog attesten", "a link `next`: more certificates follow"),
                absent(),
            )),
            (Some(link), Some(false)) => findings.push(listed.answer.finding(
                &*link.place,
                text!("geen `next` op de laatste pagina", "no `next` on the last page"),
                Text::same(shown(&link.href)),
            )),
            (_, None) => unseen = true,
            (Some(_), Some(true)) | (None, Some(false)) => {}
        }
    }
    let obstacle = if unseen { Some(beyond_unseen(case, &pages)?) } else { None };
    case.judged_unless(findings, obstacle)
}

pub(super) fn page_counts_from_zero(case: &Case<'_>) -> Judgement {
    let total = case.total()?;
    let limit = case.walk_limit()?;
    if total < 2 {
        return Err(case.single_page(total).into());
    }
    let without = Request::entry(Citizen::Subject).query(&case.entry.limit, limit);
    let zero = case.page_request(Citizen::Subject, limit, 0);
    let one = case.page_request(Citizen::Subject, limit, 1);
    let exchanges = case.attempts(&[without, zero, one])?;
    let expected = [
        text!("200: `page=0` is de eerste pagina", "200: `page=0` is the first page"),
        text!("200: `page=1` is de tweede pagina", "200: `page=1` is the second page"),
    ];
    for (exchange, expected) in exchanges.iter().skip(1).zip(expected) {
        let Ok(response) = &exchange.result else { continue };
        let status = response.status;
        if (400..500).contains(&status) && !matches!(status, 401 | 403) && !response.is_unavailable() {
            let answer = Answer { exchange, response };
            return case.judged(vec![answer.finding("status", expected, Text::same(status))]);
        }
    }
    let pages = case.pages_of(&exchanges.iter().map(|exchange| exchange.request.clone()).collect::<Vec<_>>())?;
    let [without, zero, one] = pages.as_slice() else { return Err(reason::not_recorded().into()) };
    if one.items().is_empty() {
        return Err(reason::unmet(text!("`page=1` is leeg", "`page=1` is empty")).into());
    }
    let mut findings = Vec::new();
    if !hold_the_same(zero, without) {
        let expected = text!("dezelfde attesten als zonder `page`", "the same certificates as without `page`");
        findings.push(zero.answer.finding(zero.page.place.as_str(), expected, items_in_words(&zero.keys())));
    }
    if hold_the_same(one, zero) || hold_the_same(one, without) {
        let expected = text!("de attesten die op `page=0` volgen", "the certificates that follow those of `page=0`");
        findings.push(one.answer.finding(one.page.place.as_str(), expected, items_in_words(&one.keys())));
    }
    case.judged(findings)
}

pub(super) fn metadata_counts_from_one(case: &Case<'_>) -> Judgement {
    let mut findings = Vec::new();
    let mut judged = false;
    for listed in case.pages()?.pages {
        let asked = listed.answer.request().parameter(&case.entry.page).and_then(|page| page.parse::<u64>().ok());
        let expected = asked.unwrap_or(case.entry.first_page) - case.entry.first_page + case.entry.first_number;
        let Some(found) = listed.page.metadata.number.value() else { continue };
        judged = true;
        if found != expected {
            findings.push(listed.answer.finding(place_of(&listed, "number"), Text::same(expected), Text::same(found)));
        }
    }
    if !judged {
        return Err(reason::unmet(text!("`number` ontbreekt", "`number` is missing")).into());
    }
    case.judged(findings)
}

pub(super) fn page_never_exceeds_the_limit(case: &Case<'_>) -> Judgement {
    let pages = case.several_pages()?;
    let mut requests: Vec<Request> = pages.pages.iter().map(|listed| listed.answer.request().clone()).collect();
    requests.extend([1, 2].map(|limit| case.page_request(Citizen::Subject, limit, 0)));
    let mut findings = Vec::new();
    for listed in case.pages_of(&requests)? {
        let limit = listed.answer.request().parameter(&case.entry.limit).and_then(|limit| limit.parse::<usize>().ok());
        let (count, limit) = (listed.items().len(), limit.unwrap_or(usize::MAX));
        if count > limit {
            let expected = text!("hoogstens {limit} attesten", "at most {limit} certificates");
            findings.push(listed.answer.finding(listed.page.place.as_str(), expected, Text::same(count)));
        }
    }
    case.judged(findings)
}

pub(super) fn caller_chooses_the_limit(case: &Case<'_>) -> Judgement {
    let total = case.total()?;
    if total < 2 {
        return Err(case.single_page(total).into());
    }
    // The smallest, the next, and the largest that this list can fill.
    let limits = [1, 2, total.min(case.entry.maximum_limit)];
    let requests = limits.map(|limit| case.page_request(Citizen::Subject, limit, 0));
    let pages = case.pages_of(&requests)?;
    let count_at = |index: usize| pages.get(index).map(|listed| listed.items().len());
    // Two limits that give the same page: the caller does not choose.
    let same = count_at(0) == count_at(1);
    let findings = pages.iter().zip(limits).filter_map(|(listed, limit)| {
        let (count, limit) = (listed.items().len(), usize::try_from(limit).unwrap_or(usize::MAX));
        // Too many is for LST-12, unless the limit makes no difference at all.
        (count < limit || (same && count != limit)).then(|| {
            let expected = text!("precies {limit} attesten", "exactly {limit} certificates");
            listed.answer.finding(listed.page.place.as_str(), expected, Text::same(count))
        })
    });
    case.judged(findings)
}

pub(super) fn limit_above_the_maximum_gives_the_maximum(case: &Case<'_>) -> Judgement {
    case.first_page()?;
    let maximum = case.entry.maximum_limit;
    let answer = case.response(&case.page_request(Citizen::Subject, 5 * maximum, 0))?;
    match answer.response.status {
        200 => {}
        status => {
            let expected = text!("200, met hoogstens {maximum} attesten", "200, with at most {maximum} certificates");
            return case.judged(vec![answer.finding("status", expected, Text::same(status))]);
        }
    }
    let page = case.page(answer.request())?.page;
    let mut findings = Vec::new();
    let count = page.items().len() as u64;
    let expected = text!("hoogstens {maximum}", "at most {maximum}");
    let total = case.total()?;
    if count == 0 && total > 0 {
        let expected = text!("het maximum, {maximum} attesten", "the maximum, {maximum} certificates");
        findings.push(answer.finding(page.place.as_str(), expected, Text::same(count)));
    }
    if count > maximum {
        findings.push(answer.finding(page.place.as_str(), expected.clone(), Text::same(count)));
    }
    if page.metadata.size.value().is_some_and(|size| size > maximum) {
        let place = format!("{}/size", page.metadata.place);
        findings.push(answer.finding(place, expected, number(page.metadata.size.value())));
    }
    let mut verdict = Verdict::judged(case.requirement.level, findings);
    if total <= maximum {
        verdict.reason = Some(text!(
            "deze burger heeft niet meer dan {maximum} attesten: alleen een fout of een te grote `size` kon zich tonen",
            "this citizen has no more than {maximum} certificates: only an error or too big a `size` could show"
        ));
    }
    Ok(verdict)
}

pub(super) fn page_and_limit_are_optional(case: &Case<'_>) -> Judgement {
    case.first_page()?;
    let limit = case.walk_limit()?;
    let neither = Request::entry(Citizen::Subject);
    let only_limit = Request::entry(Citizen::Subject).query(&case.entry.limit, limit);
    let only_page = Request::entry(Citizen::Subject).query(&case.entry.page, case.entry.first_page);
    let first = case.page_request(Citizen::Subject, limit, 0);
    let answers = case.responses(&[neither, only_limit.clone(), only_page, first.clone()])?;
    let mut findings = Vec::new();
    for answer in answers.iter().take(3) {
        match answer.response.status {
            200 => {}
            status => findings.push(answer.finding("status", Text::same(200), Text::same(status))),
        }
    }
    if findings.is_empty() {
        let pages = case.pages_of(&[only_limit, first])?;
        if let [without, with] = pages.as_slice()
            && !hold_the_same(without, with)
            // A source whose pages count from 1 is told so by LST-10.
            && !hold_the_same(&case.page(&case.page_request(Citizen::Subject, limit, 1))?, without)
        {
            let expected = text!("de attesten van de eerste pagina", "the certificates of the first page");
            findings.push(without.answer.finding(
                without.page.place.as_str(),
                expected,
                items_in_words(&without.keys()),
            ));
        }
    }
    case.judged(findings)
}

pub(super) fn default_limit_is_ten(case: &Case<'_>) -> Judgement {
    let total = case.total()?;
    let default = case.entry.default_limit;
    let mut findings = Vec::new();
    let mut judged = false;
    for listed in case.pages_of(&[Request::entry(Citizen::Subject)])? {
        let count = listed.items().len() as u64;
        let size = listed.page.metadata.size.value();
        // A page that is cut short of the total shows the default, and so does one of a longer list.
        if total > default || count < total {
            judged = true;
            if count != default {
                findings.push(listed.answer.finding(
                    listed.page.place.as_str(),
                    text!("{default} attesten", "{default} certificates"),
                    Text::same(count),
                ));
            }
        } else if let Some(size) = size.filter(|size| *size != count || *size == default) {
            judged = true;
            if size != default {
                findings.push(listed.answer.finding(place_of(&listed, "size"), Text::same(default), Text::same(size)));
            }
        }
    }
    if !judged {
        let declared = case.setup().declares.one_page;
        return Err(if declared { reason::declared("one_page") } else { reason::too_few(total, default + 1) }.into());
    }
    case.judged(findings)
}

pub(super) fn totals_add_up(case: &Case<'_>) -> Judgement {
    let pages = case.pages()?;
    let chain = case.chain()?;
    if pages.cut || chain.end == End::Limit {
        return Err(case.beyond_the_walk().into());
    }
    let whole = repeated_pages(&chain.pages).is_empty() && skipped_pages(&pages, &chain.pages).is_none();
    let complete = whole && chain.end == End::NoNext && !ends_early(case, &pages, &chain.pages)?;
    if !complete {
        return Err(reason::unmet(text!(
            "niet alle pagina's zijn met `next` te bezoeken",
            "not every page can be visited by `next`"
        ))
        .into());
    }
    let Some(first) = chain.pages.first() else { return Err(reason::not_recorded().into()) };
    let totals =
        |listed: &Listed<'_>| (listed.page.metadata.total_elements.value(), listed.page.metadata.total_pages.value());
    let (Some(elements), Some(page_count)) = totals(first) else {
        return Err(reason::unmet(text!("de totalen ontbreken", "the totals are missing")).into());
    };
    let mut findings = Vec::new();
    for listed in chain.pages.iter().skip(1) {
        for (name, found, expected) in
            [("totalElements", totals(listed).0, elements), ("totalPages", totals(listed).1, page_count)]
        {
            if found.is_some_and(|found| found != expected) {
                let expected = text!("{expected}, als op de eerste pagina", "{expected}, as on the first page");
                findings.push(listed.answer.finding(place_of(listed, name), expected, number(found)));
            }
        }
    }
    let items: u64 = chain.pages.iter().map(|listed| listed.items().len() as u64).sum();
    if items == elements {
        // The length of a page that is not the last; a single page holds everything.
        let length = if chain.pages.len() > 1 { first.items().len() as u64 } else { elements };
        let expected = elements.div_ceil(length.max(1));
        if page_count != expected && !(elements == 0 && page_count <= 1) {
            let expected = text!(
                "{expected}: {elements} attesten, {length} per pagina",
                "{expected}: {elements} certificates, {length} a page"
            );
            findings.push(first.answer.finding(place_of(first, "totalPages"), expected, Text::same(page_count)));
        }
    } else {
        let expected = text!(
            "{items}, het aantal attesten op alle pagina's samen",
            "{items}, the certificates on all pages together"
        );
        findings.push(first.answer.finding(place_of(first, "totalElements"), expected, Text::same(elements)));
    }
    case.judged(findings)
}

/// Whether following `next` ends on a page after which, by number, more certificates follow.
fn ends_early(case: &Case<'_>, pages: &Pages<'_>, chain: &[Listed<'_>]) -> Result<bool, Stop> {
    let Some(last) = chain.last() else { return Ok(false) };
    let index = pages.pages.iter().position(|listed| listed.keys() == last.keys());
    Ok(match index {
        Some(index) => has_more(case, pages, index)? == Some(true),
        None => false,
    })
}

pub(super) fn next_visits_every_page_once(case: &Case<'_>) -> Judgement {
    let pages = case.several_pages()?;
    let chain = case.chain()?;
    let Some(last) = chain.pages.last() else { return Err(reason::not_recorded().into()) };
    let next = last.page.links.find(&["next"]);
    let next_place = next.map_or_else(|| last.page.links.place.to_string(), |link| format!("{}/href", link.place));
    let shown_next = next.map_or_else(absent, |link| Text::same(shown(&link.href)));
    match &chain.end {
        End::NoNext => {}
        End::NotFollowed => {
            return Err(Verdict::blocked(
                text!("`next` is een sjabloon, of geen URL", "`next` is templated, or no URL"),
                text!("geef `next` als een gewone URL", "give `next` as a plain URL"),
            )
            .into());
        }
        End::Limit => return Err(case.beyond_the_walk().into()),
        End::Repeats(_) => {
            let expected = text!("een pagina die nog niet bezocht is", "a page that was not visited yet");
            return case.judged(vec![last.answer.finding(next_place, expected, shown_next)]);
        }
        End::NoPage(request) => return no_page_behind_next(case, request, last, next_place),
    }
    let mut findings = repeated_pages(&chain.pages);
    if chain.pages.len() == 1 && ends_early(case, &pages, &chain.pages)? {
        return Err(reason::unmet(text!("de eerste pagina heeft geen `next`", "the first page has no `next`")).into());
    }
    if findings.is_empty() {
        findings.extend(skipped_pages(&pages, &chain.pages));
    }
    // What lies beyond the limit was not compared with the numbered pages.
    case.judged_unless(findings, pages.cut.then(|| case.beyond_the_walk()))
}

/// What `next` led to is no page: the source's fault, unless it could not be judged.
fn no_page_behind_next(case: &Case<'_>, request: &Request, last: &Listed<'_>, place: String) -> Judgement {
    let exchange: &Exchange = case.attempt(request)?;
    match &exchange.result {
        Err(failure) => Err(reason::no_answer(failure).into()),
        Ok(response) if response.is_success() => {
            Err(reason::unmet(text!("`next` gaf geen lijst", "`next` gave no list")).into())
        }
        Ok(response) => {
            let status = response.status;
            let expected = text!("een `next` die 200 geeft", "a `next` that answers 200");
            case.judged(vec![last.answer.finding(place, expected, Text::same(status))])
        }
    }
}

/// Findings where a whole page comes back under another URL.
fn repeated_pages(pages: &[Listed<'_>]) -> Vec<Finding> {
    let mut seen: BTreeSet<Vec<Key<'_>>> = BTreeSet::new();
    let again = pages.iter().filter(|listed| !listed.items().is_empty() && !seen.insert(listed.keys()));
    again
        .map(|listed| {
            let expected = text!("attesten die nog niet gezien zijn", "certificates that were not seen yet");
            listed.answer.finding(listed.page.place.as_str(), expected, items_in_words(&listed.keys()))
        })
        .collect()
}

/// A finding where a page can be reached by number and not by `next`.
fn skipped_pages(numbered: &Pages<'_>, chain: &[Listed<'_>]) -> Option<Finding> {
    // Most pages by number are those by `next`: their keys need not be looked at.
    let same: HashSet<*const Page> = chain.iter().map(|listed| std::ptr::from_ref(listed.page)).collect();
    let mut others = numbered.pages.iter().filter(|listed| !same.contains(&std::ptr::from_ref(listed.page))).peekable();
    others.peek()?;
    let visited: HashSet<Key<'_>> = chain.iter().flat_map(Listed::keys).collect();
    let skipped = others.find(|listed| listed.keys().iter().any(|key| !visited.contains(key)))?;
    let expected = text!("elke pagina is met `next` te bereiken", "every page can be reached by `next`");
    let keys = skipped.keys();
    Some(skipped.answer.finding(skipped.page.place.as_str(), expected, items_in_words(&keys)))
}

pub(super) fn last_leads_to_the_last_page(case: &Case<'_>) -> Judgement {
    let pages = case.pages()?;
    let Some(first) = pages.pages.first().filter(|listed| !listed.items().is_empty()) else {
        return Err(reason::too_few(0, 1).into());
    };
    if pages.cut {
        return Err(case.beyond_the_walk().into());
    }
    let Some(link) = first.page.links.find(&["last"]) else {
        return Ok(Verdict::not_applicable(text!("er is geen link `last`", "there is no link `last`")));
    };
    let Some(request) = case.follow(first.answer, link, Kind::List) else {
        return Ok(Verdict::not_applicable(text!("de link `last` is een sjabloon", "the link `last` is templated")));
    };
    let answer = case.response(&request)?;
    match answer.response.status {
        _ if answer.response.is_success() => {}
        status => {
            let expected = text!("200 met de laatste pagina", "200 with the last page");
            return case.judged(vec![answer.finding("status", expected, Text::same(status))]);
        }
    }
    let last = pages.pages.iter().rev().find(|listed| !listed.items().is_empty()).map(Listed::keys).unwrap_or_default();
    let found = answer.response.page().map(Page::keys).unwrap_or_default();
    // A totalElements that is too low cuts the walk short: what lies beyond it counts as well.
    let beyond = has_more(case, &pages, pages.pages.len().saturating_sub(1))? == Some(true);
    let ends = answer.response.page().is_some_and(|page| page.links.find(&["next"]).is_none());
    if found == last || (beyond && !found.is_empty() && ends) {
        return case.judged(Vec::new());
    }
    let expected = items_in_words(&last);
    case.judged(vec![first.answer.finding(format!("{}/href", link.place), expected, items_in_words(&found))])
}

pub(super) fn page_past_the_end_is_empty(case: &Case<'_>) -> Judgement {
    let pages = case.pages()?;
    if case.total()? == 0 {
        return Err(reason::too_few(0, 1).into());
    }
    if pages.cut {
        return Err(case.beyond_the_walk().into());
    }
    let answer = case.response(&case.past_the_end()?)?;
    // One for each certificate: empty where there is none.
    let keys = answer.response.page().map(Page::keys);
    let expected = text!("200 zonder attesten, of 404", "200 without certificates, or 404");
    match (answer.response.status, keys) {
        (404, _) => case.judged(Vec::new()),
        (200, Some(keys)) if keys.is_empty() => case.judged(Vec::new()),
        (200, Some(keys)) if pages.pages.iter().any(|listed| listed.keys() == keys) => {
            case.judged(vec![answer.finding("", expected, items_in_words(&keys))])
        }
        (200, Some(_)) => Err(reason::unmet(text!(
            "er zijn meer pagina's dan de lijst zegt",
            "there are more pages than the list says"
        ))
        .into()),
        (status, _) => case.judged(vec![answer.finding("status", expected, Text::same(status))]),
    }
}

pub(super) fn order_is_stable(case: &Case<'_>) -> Judgement {
    case.total()?;
    let first = match case.several_pages() {
        // Each page is asked for again as soon as it came: that need not wait for the others.
        Err(Stop::Missing(mut missing)) => {
            let again: Vec<Request> = missing.iter().map(|request| request.clone().again(1)).collect();
            missing.extend(again);
            return Err(Stop::Missing(missing));
        }
        first => first?,
    };
    let requests: Vec<Request> = first.pages.iter().map(|listed| listed.answer.request().clone()).collect();
    let second = case.pages_of(&requests.iter().map(|request| request.clone().again(1)).collect::<Vec<_>>())?;
    let differing: Vec<&Request> = first
        .pages
        .iter()
        .zip(&second)
        .zip(&requests)
        .filter(|((a, b), _)| a.keys() != b.keys())
        .map(|(_, request)| request)
        .collect();
    let third = case.pages_of(&differing.iter().map(|request| (*request).clone().again(2)).collect::<Vec<_>>())?;
    let findings = third.iter().zip(&differing).filter_map(|(third, request)| {
        // Data may change between two calls; an order that changes each time is the finding.
        let index = requests.iter().position(|other| other == *request)?;
        let (a, b) = (first.pages.get(index)?.keys(), second.get(index)?.keys());
        (third.keys() != b).then(|| {
            let expected = items_in_words(&a);
            third.answer.finding(third.page.place.as_str(), expected, items_in_words(&b))
        })
    });
    case.judged(findings)
}

/// A last page that is not full, by the total: with the smallest limit of which the total is no multiple. None where
/// another limit was in force, or no page came: other requirements say so.
fn partial_page<'a>(case: &Case<'a>) -> Result<Option<Listed<'a>>, Stop> {
    let total = case.total()?;
    let Some(limit) = (2..=case.entry.maximum_limit).find(|limit| total % limit != 0) else { return Ok(None) };
    let request = case.page_request(Citizen::Subject, limit, total / limit);
    let page = match case.page(&request) {
        Err(missing @ Stop::Missing(_)) => return Err(missing),
        page => page.ok(),
    };
    Ok(page.filter(|page| page.items().len() as u64 == total % limit))
}

pub(super) fn size_is_the_limit_in_force(case: &Case<'_>) -> Judgement {
    let pages = case.pages()?;
    let large = case.page(&case.page_request(Citizen::Subject, case.entry.maximum_limit, 0))?;
    let all: usize = pages.pages.iter().map(|listed| listed.items().len()).sum();
    let mut judged = vec![(large, Some(large.items().len() < all))];
    for (index, listed) in pages.pages.iter().enumerate() {
        judged.push((*listed, has_more(case, &pages, index)?));
    }
    let full = |listed: &Listed<'_>, limit: u64| listed.items().len() as u64 == limit;
    let all_full = full(&large, case.entry.maximum_limit) && pages.pages.iter().all(|one| full(one, pages.limit));
    if all_full && !pages.cut {
        judged.extend(partial_page(case)?.map(|listed| (listed, Some(false))));
    }
    let mut findings = Vec::new();
    let (mut stated, mut telling) = (false, false);
    for (listed, more) in judged {
        let limit = listed.answer.request().parameter(&case.entry.limit).and_then(|limit| limit.parse::<u64>().ok());
        let (Some(limit), Some(size)) = (limit, listed.page.metadata.size.value()) else { continue };
        stated = true;
        let full = listed.items().len() as u64 == limit;
        // A page that is not full though more follows: another limit is in force than was asked for. LST-13 says so.
        if !full && more != Some(false) {
            continue;
        }
        telling |= !full;
        if size != limit {
            findings.push(listed.answer.finding(place_of(&listed, "size"), Text::same(limit), Text::same(size)));
        }
    }
    if !stated {
        return Err(reason::unmet(text!("`size` ontbreekt", "`size` is missing")).into());
    }
    if findings.is_empty() && !telling {
        return Err(Verdict::blocked(
            text!("elke pagina was precies zo vol als haar limiet", "every page was exactly as full as its limit"),
            text!(
                "kies een burger met een ander aantal attesten",
                "choose a citizen with another number of certificates"
            ),
        )
        .into());
    }
    case.judged(findings)
}
