//! What `page` counts, and what the metadata count.

use super::order::{Order, knowing_the_order, shuffled};
use super::paging::{hold_the_same, items_in_words, place_of};
use crate::base::text::Text;
use crate::evidence::exchange::{Citizen, Exchange, Request};
use crate::judging::context::{Answer, CheckContext, Judgement, Stop, conclusive, join};
use crate::judging::reason;
use crate::judging::verdict::{Finding, Outcome, Verdict};
use crate::source::Listed;
use crate::text;

pub(super) fn page_counts_from_zero(cx: &CheckContext<'_>) -> Judgement {
    cx.lasting(|cx| match misnumbered(cx)? {
        Numbering::Right => cx.judged(Vec::new()),
        Numbering::Wrong(findings) | Numbering::Certificates(findings) => cx.judged(findings),
    })
}

/// What `page` counts.
enum Numbering {
    /// Pages, from 0.
    Right,
    /// Pages from another number, or nothing that makes sense.
    Wrong(Vec<Finding>),
    /// Certificates.
    Certificates(Vec<Finding>),
}

/// Compares the page without a number with the first two.
fn misnumbered(cx: &CheckContext<'_>) -> Result<Numbering, Stop> {
    let total = cx.total()?;
    if total < 2 {
        return Err(cx.single_page(total).into());
    }
    let limit = cx.walk_limit()?;
    let page = |limit, page| cx.page_request(Citizen::Subject, limit, page);
    let (zero, one) = (page(limit, 0), page(limit, 1));
    let without = Request::entry(Citizen::Subject).query(&cx.entry().limit, limit);
    // Of pages with a single certificate the second one is the second certificate too.
    let longer = [page(limit.max(2), 0), page(limit.max(2), 1)];
    let exchanges = cx.attempts(&[zero.clone(), one.clone(), without.clone(), longer[0].clone(), longer[1].clone()])?;
    if let Some(finding) = refused(&exchanges) {
        return Ok(Numbering::Wrong(vec![finding]));
    }
    let pages = cx.pages_of(&[zero, one, without])?;
    let [zero, one, without] = pages.as_slice() else { return Err(reason::not_recorded().into()) };
    if let Some(finding) = begins_one_later(cx, &longer)? {
        return Ok(Numbering::Certificates(vec![finding]));
    }
    if one.items().is_empty() && zero.items().len() as u64 > limit {
        let what =
            text!("`page=0` bevat meer attesten dan gevraagd", "`page=0` holds more certificates than asked for");
        return Err(reason::unmet(what).into());
    }
    if one.items().is_empty() {
        return Err(second_page_is_empty().into());
    }
    let mut findings = Vec::new();
    // What comes without `page` is for LST-15 where `page=0` is the first page by its own words.
    let counts = names_itself_the_first(cx, zero);
    if !hold_the_same(zero, without) && !counts {
        let expected = text!("dezelfde attesten als zonder `page`", "the same certificates as without `page`");
        findings.push(zero.answer.finding(zero.page.place.as_str(), expected, items_in_words(&zero.keys())));
    }
    if hold_the_same(one, zero) || (hold_the_same(one, without) && !counts) {
        findings.push(one.answer.finding(one.page.place.as_str(), follow(), items_in_words(&one.keys())));
    }
    Ok(if findings.is_empty() { Numbering::Right } else { Numbering::Wrong(findings) })
}

fn follow() -> Text {
    text!("de attesten die op `page=0` volgen", "the certificates that follow those of `page=0`")
}

/// A finding where the first or the second page is refused.
fn refused(exchanges: &[&Exchange]) -> Option<Finding> {
    let expected = [
        text!("200: `page=0` is de eerste pagina", "200: `page=0` is the first page"),
        text!("200: `page=1` is de tweede pagina", "200: `page=1` is the second page"),
    ];
    exchanges.iter().zip(expected).find_map(|(exchange, expected)| {
        let answer = conclusive(exchange).ok()?;
        let status = answer.response.status;
        let is_refused = (400..500).contains(&status) && !matches!(status, 401 | 403);
        is_refused.then(|| answer.finding("status", expected, Text::same(status)))
    })
}

/// A finding where the second page begins with the second certificate.
fn begins_one_later(cx: &CheckContext<'_>, [zero, one]: &[Request; 2]) -> Result<Option<Finding>, Stop> {
    let page = |request: &Request| match cx.page(request) {
        Err(missing @ Stop::Missing(_)) => Err(missing),
        page => Ok(page.ok()),
    };
    let (Some(zero), Some(one)) = (page(zero)?, page(one)?) else { return Ok(None) };
    let (first, second) = (zero.keys(), one.keys());
    let rest = first.get(1..).unwrap_or_default();
    let limit = usize::try_from(cx.stated_limit(zero.answer.request())).unwrap_or(usize::MAX);
    let shifted = !rest.is_empty() && first.len() <= limit && second.starts_with(rest);
    Ok(shifted.then(|| {
        let Text { nl, en } = items_in_words(&second);
        let actual =
            text!("{nl}: `page` telt hier attesten, geen pagina's", "{en}: `page` counts certificates here, not pages");
        one.answer.finding(one.page.place.as_str(), follow(), actual)
    }))
}

fn second_page_is_empty() -> Verdict {
    Verdict::blocked(
        text!(
            "`page=1` is leeg, hoewel er meer attesten zijn",
            "`page=1` is empty, though there are more certificates"
        ),
        text!(
            "controleer of de totalen kloppen en of elke pagina haar attesten geeft",
            "check that the totals are right and every page gives its certificates"
        ),
    )
}

/// What a check says of the pages by their numbers; blocked where that comes of numbers that do not count pages.
pub(in crate::checks) fn unless_misnumbered<'a>(
    cx: &CheckContext<'a>,
    judge: impl Fn(&CheckContext<'a>) -> Judgement,
) -> Judgement {
    let said = match judge(cx) {
        Err(Stop::Verdict(verdict)) => *verdict,
        said => said?,
    };
    if said.outcome != Outcome::Fail && said.unmet.is_none() {
        return Ok(said);
    }
    match misnumbered(cx) {
        Err(missing @ Stop::Missing(_)) => Err(missing),
        Ok(Numbering::Wrong(_) | Numbering::Certificates(_)) => Err(counts_otherwise().into()),
        _ => Ok(said),
    }
}

fn counts_otherwise() -> Verdict {
    reason::unmet(text!("`page` telt geen pagina's vanaf 0", "`page` does not count pages from 0"))
}

pub(super) fn metadata_counts_from_one(cx: &CheckContext<'_>) -> Judgement {
    cx.lasting(counts_from_one)
}

fn counts_from_one(cx: &CheckContext<'_>) -> Judgement {
    let mut findings = Vec::new();
    let (mut judged, mut empty) = (false, false);
    for answer in lists_of_everyone(cx)? {
        let Some(listed) = cx.pages_of(&[answer.request().clone()])?.first().copied() else { continue };
        let asked = answer.request().parameter(&cx.entry().page).and_then(|page| page.parse::<u64>().ok());
        let expected = asked.unwrap_or(cx.entry().first_page) - cx.entry().first_page + cx.entry().first_number;
        let Some(found) = listed.page.metadata.number.value() else { continue };
        // Of an empty list there are 0 pages or 1 (LST-17), so that both are right: it does not show from where it counts.
        let is_first = asked.is_none_or(|page| page == cx.entry().first_page);
        let has_none = listed.page.metadata.total_elements.value().map_or(is_first, |total| total == 0);
        let is_empty = listed.items().is_empty() && has_none;
        empty |= is_empty;
        judged |= !is_empty;
        let is_right = found == expected || (is_empty && found < cx.entry().first_number);
        if !is_right {
            findings.push(answer.finding(place_of(&listed, "number"), Text::same(expected), Text::same(found)));
        }
    }
    if !judged && findings.is_empty() {
        return Err(if empty {
            reason::too_few(0, 1).into()
        } else {
            reason::unmet(text!("`number` ontbreekt", "`number` is missing")).into()
        });
    }
    // Whatever such a source calls the number of a page: it has no page of that number.
    let certificates = |numbering: Result<Numbering, Stop>| match numbering {
        Err(missing @ Stop::Missing(_)) => Err(missing),
        numbering => Ok(matches!(numbering, Ok(Numbering::Certificates(_)))),
    };
    if !findings.is_empty() && certificates(misnumbered(cx))? {
        return Err(counts_otherwise().into());
    }
    cx.judged(findings)
}

/// The lists of the run, with that of the citizen without certificates where it opens.
fn lists_of_everyone<'a>(cx: &CheckContext<'a>) -> Result<Vec<Answer<'a>>, Stop> {
    let has_empty = cx.setup().citizens.contains_key(&Citizen::Empty);
    let asked: Vec<Request> = has_empty.then(|| cx.entry_request(Citizen::Empty)).into_iter().collect();
    let empty = cx.where_possible(cx.attempts(&asked));
    let (mut lists, empty) = join(cx.lists(), empty)?;
    let empty = empty.into_iter().filter_map(|exchange| conclusive(exchange).ok());
    let is_list = |answer: &Answer<'_>| answer.response.status == 200 && cx.page(answer.request()).is_ok();
    lists.extend(empty.filter(is_list));
    Ok(lists)
}

/// Whether the page that was asked for as the first one says itself that it is, and that others follow.
fn names_itself_the_first(cx: &CheckContext<'_>, page: &Listed<'_>) -> bool {
    let is_first = page.page.metadata.number.value() == Some(cx.entry().first_number);
    is_first && page.page.links.find(&["next"]).is_some() && page.page.links.find(&["prev", "previous"]).is_none()
}

pub(super) fn page_and_limit_are_optional(cx: &CheckContext<'_>) -> Judgement {
    knowing_the_order(cx, |cx, order| cx.lasting(|cx| optional(cx, order)))
}

fn optional(cx: &CheckContext<'_>, order: Order) -> Judgement {
    cx.first_page()?;
    let limit = cx.walk_limit()?;
    let neither = Request::entry(Citizen::Subject);
    let only_limit = Request::entry(Citizen::Subject).query(&cx.entry().limit, limit);
    let only_page = Request::entry(Citizen::Subject).query(&cx.entry().page, cx.entry().first_page);
    let first = cx.page_request(Citizen::Subject, limit, 0);
    let answers: Vec<Answer<'_>> = cx.responses(&[neither, only_limit.clone(), only_page, first.clone()])?;
    let mut findings = Vec::new();
    for answer in answers.iter().take(3) {
        let status = answer.response.status;
        if status != 200 {
            findings.push(answer.finding("status", Text::same(200), Text::same(status)));
        }
    }
    if findings.is_empty() {
        let pages: Vec<Listed<'_>> = cx.pages_of(&[only_limit, first])?;
        if let [without, with] = pages.as_slice()
            && !hold_the_same(without, with)
            // A source whose pages count from 1 is told so by LST-10.
            && (names_itself_the_first(cx, with)
                || !hold_the_same(&cx.page(&cx.page_request(Citizen::Subject, limit, 1))?, without))
        {
            if order == Order::Shuffled && without.items().len() == with.items().len() {
                // By what they say of themselves they are the same page.
                let number = |listed: &Listed<'_>| listed.page.metadata.number.value();
                let is_same = number(without).is_some() && number(without) == number(with);
                return if is_same { cx.judged(findings) } else { Err(shuffled().into()) };
            }
            let expected = text!("de attesten van de eerste pagina", "the certificates of the first page");
            let found = items_in_words(&without.keys());
            findings.push(without.answer.finding(without.page.place.as_str(), expected, found));
        }
    }
    cx.judged(findings)
}
