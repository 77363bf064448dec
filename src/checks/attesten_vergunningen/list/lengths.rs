//! How many certificates a page holds, and what it says about that.

use super::asks_for_a_list;
use super::ends::more_pages;
use super::links::{by_its_links, lower_limit};
use super::numbering::unless_misnumbered;
use super::paging::{Listing, has_more, hold_the_same, number, place_of};
use crate::base::text::Text;
use crate::evidence::exchange::{Citizen, Request};
use crate::judging::context::{Answer, CheckContext, Judgement, Stop, conclusive, request_all};
use crate::judging::reason;
use crate::judging::verdict::{Finding, Verdict};
use crate::source::Listed;
use crate::text;

pub(super) fn page_never_exceeds_the_limit(cx: &CheckContext<'_>) -> Judgement {
    cx.several_pages()?;
    request_all([cx.lists().map(drop)])?;
    let total = cx.total()?;
    // Every page of the run for which a length was asked, up to the greatest.
    let lists = cx.api_answers()?.into_iter().filter(|answer| asks_for_a_list(answer.request()));
    let findings = lists.filter(|answer| answer.response.status == 200).filter_map(|answer| {
        let limit = cx.stated_limit(answer.request());
        let number = answer.request().parameter(&cx.entry().page).and_then(|page| page.parse::<u64>().ok());
        // What comes past the end is for LST-22.
        let starts = number.unwrap_or_default().saturating_mul(limit);
        let stated = answer.request().parameter(&cx.entry().limit).is_some() && limit <= cx.entry().maximum_limit;
        let page = answer.response.page().filter(|_| stated)?;
        // As many as there were at the moment of the answer: a certificate may have gone.
        let there = page.metadata.total_elements.value().map_or(total, |now| now.min(total));
        if starts >= there {
            return None;
        }
        let count = page.items().len() as u64;
        let expected = text!("hoogstens {limit} attesten", "at most {limit} certificates");
        (count > limit).then(|| answer.finding(page.place.as_str(), expected, Text::same(count)))
    });
    cx.judged(findings)
}

pub(super) fn caller_chooses_the_limit(cx: &CheckContext<'_>) -> Judgement {
    cx.lasting(chooses)
}

fn chooses(cx: &CheckContext<'_>) -> Judgement {
    let total = cx.total()?;
    if total < 2 {
        return Err(cx.single_page(total).into());
    }
    // The smallest, the next, and the largest that this list can fill.
    let limits = [1, 2, total.min(cx.entry().maximum_limit)];
    let requests = limits.map(|limit| cx.page_request(Citizen::Subject, limit, 0));
    let exchanges = cx.attempts(&requests)?;
    let answers: Vec<Answer<'_>> = exchanges.into_iter().map(conclusive).collect::<Result<_, _>>()?;
    let refused = answers.iter().find(|answer| !matches!(answer.response.status, 200 | 401 | 403));
    if let Some(answer) = refused {
        let expected = text!("200, met zoveel attesten als gevraagd", "200, with as many certificates as asked for");
        return cx.judged(vec![answer.finding("status", expected, Text::same(answer.response.status))]);
    }
    let pages = cx.pages_of(&requests)?;
    let listing = Listing::of(cx.pages()?);
    let count_at = |index: usize| pages.get(index).map(|listed| listed.items().len());
    // Two limits that give the same page: the caller does not choose. Of two certificates that shows nothing.
    let same = count_at(0) == count_at(1) && count_at(1) != Some(2) && total > 2;
    let findings = pages.iter().zip(limits).filter_map(|(listed, limit)| {
        let count = listed.items().len() as u64;
        let expected = limit.min(listing.present_or(limit));
        // Too many is for LST-12, unless the limit makes no difference at all; what no page holds is for LST-17.
        let too_few = count < expected && !listing.loses(expected - count);
        (too_few || (same && count != expected)).then(|| {
            let expected = text!("precies {expected} attesten", "exactly {expected} certificates");
            listed.answer.finding(listed.page.place.as_str(), expected, Text::same(count))
        })
    });
    cx.judged(findings)
}

pub(super) fn limit_above_the_maximum_gives_the_maximum(cx: &CheckContext<'_>) -> Judgement {
    cx.first_page()?;
    let maximum = cx.entry().maximum_limit;
    // One more than the maximum, and much more: a source may refuse the one and not the other.
    let limits = [maximum + 1, 5 * maximum, 10 * maximum];
    let answers = cx.responses(&limits.map(|limit| cx.page_request(Citizen::Subject, limit, 0)))?;
    let mut findings = Vec::new();
    for answer in answers {
        let status = answer.response.status;
        if status == 200 {
            findings.extend(beyond_the_maximum(cx, answer)?);
        } else {
            let expected = text!("200, met hoogstens {maximum} attesten", "200, with at most {maximum} certificates");
            findings.push(answer.finding("status", expected, Text::same(status)));
        }
    }
    let mut verdict = Verdict::judged(cx.requirement.level, findings);
    if cx.total()? <= maximum {
        verdict.reason = Some(text!(
            "deze burger heeft niet meer dan {maximum} attesten: alleen een foutantwoord of een te grote `size` kon iets tonen",
            "this citizen has no more than {maximum} certificates: only an error answer or a `size` that is too big could show anything"
        ));
    }
    Ok(verdict)
}

/// What is wrong with a page that was asked for in more than the greatest length.
fn beyond_the_maximum(cx: &CheckContext<'_>, answer: Answer<'_>) -> Result<Vec<Finding>, Stop> {
    let maximum = cx.entry().maximum_limit;
    let page = cx.page(answer.request())?.page;
    let mut findings = Vec::new();
    let count = page.items().len() as u64;
    let expected = text!("hoogstens {maximum}", "at most {maximum}");
    if count == 0 && cx.total()? > 0 {
        let expected = text!("het maximum, {maximum} attesten", "the maximum, {maximum} certificates");
        findings.push(answer.finding(page.place.as_str(), expected, Text::same(count)));
    }
    // A page of the greatest length that is too long is for LST-12.
    if count > maximum && !greatest_is_too_long(cx, count)? {
        findings.push(answer.finding(page.place.as_str(), expected.clone(), Text::same(count)));
    }
    if page.metadata.size.value().is_some_and(|size| size > maximum) {
        let place = format!("{}/size", page.metadata.place);
        findings.push(answer.finding(place, expected, number(page.metadata.size.value())));
    }
    Ok(findings)
}

/// Whether the greatest page is as long as this one.
fn greatest_is_too_long(cx: &CheckContext<'_>, count: u64) -> Result<bool, Stop> {
    let greatest = cx.attempt(&cx.greatest_page(Citizen::Subject))?;
    let page = greatest.result.as_ref().ok().and_then(|response| response.page());
    Ok(page.is_some_and(|page| page.items().len() as u64 == count))
}

pub(super) fn default_limit_is_ten(cx: &CheckContext<'_>) -> Judgement {
    cx.lasting(has_default)
}

fn has_default(cx: &CheckContext<'_>) -> Judgement {
    let total = cx.total()?;
    let default = cx.entry().default_limit;
    let pages = cx.pages_of(&[Request::entry(Citizen::Subject), cx.entry_request(Citizen::Subject)])?;
    let [listed, stated] = pages.as_slice() else { return Err(reason::not_recorded().into()) };
    let count = listed.items().len() as u64;
    let size = listed.page.metadata.size.value();
    let mut findings = Vec::new();
    // A page that is cut short of the total shows the default, and so does one of a longer list.
    if total > default || count < total {
        // Where the default is stated and the page is the same, it is the default that is in force.
        if count != default && !hold_the_same(listed, stated) {
            let expected = text!("{default} attesten", "{default} certificates");
            findings.push(listed.answer.finding(listed.page.place.as_str(), expected, Text::same(count)));
        }
    } else if let Some(size) = size.filter(|size| *size != count || *size == default) {
        if size != default {
            findings.push(listed.answer.finding(place_of(listed, "size"), Text::same(default), Text::same(size)));
        }
    } else {
        let declared = cx.setup().source().declares.one_page;
        return Err(if declared { reason::declared("one_page") } else { reason::too_few(total, default + 1) }.into());
    }
    cx.judged(findings)
}

pub(super) fn size_is_the_limit_in_force(cx: &CheckContext<'_>) -> Judgement {
    cx.lasting(|cx| unless_misnumbered(cx, sizes))
}

fn sizes(cx: &CheckContext<'_>) -> Judgement {
    let pages = cx.pages()?;
    let first = cx.pages_of(&cx.first_pages()?)?;
    let mut judged = Vec::new();
    for (index, listed) in pages.pages.iter().enumerate() {
        judged.push((*listed, has_more(cx, &pages, index)?));
    }
    let makes_no_difference = matches!(first.get(1..3), Some([one, two]) if one.items().len() == two.items().len());
    let beyond = judged.last().and_then(|(_, more)| *more);
    let ends = beyond == Some(false);
    let listing = Listing::of(pages);
    judged.extend(first.into_iter().map(|listed| (listed, Some(listing.follows(&listed, ends) != Some(false)))));
    let mut findings: Vec<Finding> = Vec::new();
    let (mut stated, mut telling, mut another) = (false, false, false);
    let mut lowered = None;
    for (listed, more) in judged {
        let limit = cx.stated_limit(listed.answer.request());
        let Some(size) = listed.page.metadata.size.value() else { continue };
        stated = true;
        let full = is_full(cx, &listed);
        // A page that is not full though more follows: another limit is in force than was asked for. LST-13 says so.
        let long = listed.items().len() as u64 > limit;
        if long || (!full && more != Some(false)) {
            another |= long || more == Some(true);
            continue;
        }
        telling |= !full;
        if lower_limit(cx, listed.answer) == Some(size) {
            lowered = Some(by_its_links());
            continue;
        }
        if size != limit {
            findings.push(listed.answer.finding(place_of(&listed, "size"), Text::same(limit), Text::same(size)));
        }
    }
    if !stated {
        return Err(reason::unmet(text!("`size` ontbreekt", "`size` is missing")).into());
    }
    if !findings.is_empty() && makes_no_difference {
        return Err(in_another_length().into());
    }
    if findings.is_empty() && !telling {
        let why = match beyond {
            // Totals that are too low end the walk before a page that could show it.
            Some(true) => more_pages(),
            _ if another => in_another_length(),
            _ => as_full_as_asked(),
        };
        return Err(why.into());
    }
    cx.judged_unless(findings, lowered)
}

fn is_full(cx: &CheckContext<'_>, listed: &Listed<'_>) -> bool {
    listed.items().len() as u64 == cx.stated_limit(listed.answer.request())
}

fn in_another_length() -> Verdict {
    reason::unmet(text!(
        "de lijst gebruikt een andere limiet dan gevraagd",
        "the list uses another limit than asked for"
    ))
}

fn as_full_as_asked() -> Verdict {
    Verdict::blocked(
        text!("elke pagina was precies zo vol als haar limiet", "every page was exactly as full as its limit"),
        text!("kies een burger met een ander aantal attesten", "choose a citizen with another number of certificates"),
    )
}
