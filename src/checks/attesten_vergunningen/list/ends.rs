//! The ends of the list: where `start` and `last` lead, and what comes after the last page.

use std::collections::HashSet;

use super::numbering::unless_misnumbered;
use super::order::{Order, knowing_the_order, shuffled};
use super::paging::{Listing, has_more, items_in_words};
use crate::base::text::Text;
use crate::evidence::exchange::{Kind, Request};
use crate::judging::context::{Answer, CheckContext, Judgement, Stop};
use crate::judging::reason;
use crate::judging::verdict::{Finding, Verdict};
use crate::source::envelope::{Key, Link, Page};
use crate::source::{Listed, Pages};
use crate::text;

/// A link to one of the ends, with the page that it stands on and the request that it leads to.
struct End<'a> {
    on: Listed<'a>,
    link: &'a Link,
    request: Request,
}

/// The links with one of these rels on some of the pages; not applicable where there is none to follow.
fn ends<'a>(cx: &CheckContext<'a>, on: &[Listed<'a>], rels: &[&str]) -> Result<Vec<End<'a>>, Stop> {
    let mut ends = Vec::new();
    let mut templated = false;
    for listed in on {
        let Some(link) = super::links::link_of(&listed.page.links, rels)? else { continue };
        match cx.follow(listed.answer, link, Kind::List) {
            Some(request) => ends.push(End { on: *listed, link, request }),
            None => templated = true,
        }
    }
    if !ends.is_empty() {
        return Ok(ends);
    }
    let rel = rels.join(" / ");
    Err(Verdict::not_applicable(if templated {
        text!("de link `{rel}` is een sjabloon", "the link `{rel}` is templated")
    } else {
        text!("er is geen link `{rel}`", "there is no link `{rel}`")
    })
    .into())
}

/// The pages of the walk and the first page in the default length, whose links are all followed anyway.
fn whole_list<'a>(cx: &CheckContext<'a>) -> Result<(Pages<'a>, Listed<'a>), Stop> {
    let (pages, first) = crate::judging::context::join(cx.pages(), cx.first_page())?;
    if pages.pages.first().is_none_or(|listed| listed.items().is_empty()) {
        return Err(reason::too_few(0, 1).into());
    }
    Ok((pages, first))
}

pub(super) fn last_leads_to_the_last_page(cx: &CheckContext<'_>) -> Judgement {
    knowing_the_order(cx, |cx, order| cx.lasting(|cx| unless_misnumbered(cx, |cx| leads_to_the_last(cx, order))))
}

fn leads_to_the_last(cx: &CheckContext<'_>, order: Order) -> Judgement {
    let (pages, first) = whole_list(cx)?;
    if pages.cut {
        return Err(cx.beyond_the_walk().into());
    }
    let on: Vec<Listed<'_>> = pages.pages.first().copied().into_iter().chain([first]).collect();
    let ends = ends(cx, &on, &["last"])?;
    // A totalElements that is too low cuts the walk short: which page is the last one is then not known.
    let beyond = has_more(cx, &pages, pages.pages.len().saturating_sub(1))? == Some(true);
    let listing = Listing::of(pages);
    let mut findings = Vec::new();
    // Which certificates stand on which page is another question at every call then.
    let mut obstacle = (order == Order::Shuffled).then(shuffled);
    let mut judged = false;
    for end in ends {
        let answer = cx.response(&end.request)?;
        if !answer.response.is_success() {
            let expected = text!("200 met de laatste pagina", "200 with the last page");
            findings.push(answer.finding("status", expected, Text::same(answer.response.status)));
            continue;
        }
        // A link that leads to pages of another length than its own is for LST-28.
        let length = cx.stated_limit(&end.request);
        let kept = length == cx.stated_limit(end.on.answer.request());
        let Some(last) = listing.last(length).filter(|_| kept) else { continue };
        judged = true;
        let found = answer.response.page().map(Page::keys).unwrap_or_default();
        if same(&found, &last) {
            continue;
        }
        if found.len() == last.len() && order == Order::Shuffled {
            continue;
        }
        if beyond && !found.is_empty() {
            obstacle = Some(more_pages());
            continue;
        }
        findings.push(leads_elsewhere(&end, &last, &found));
    }
    if findings.is_empty() && !judged && obstacle.is_none() {
        let what = text!("de link `last` leidt naar een andere limiet", "the link `last` leads to another limit");
        return Err(reason::unmet(what).into());
    }
    cx.judged_unless(findings, obstacle)
}

pub(super) fn more_pages() -> Verdict {
    reason::unmet(text!("er zijn meer pagina's dan de lijst zegt", "there are more pages than the list says"))
}

pub(super) fn start_leads_to_the_first_page(cx: &CheckContext<'_>) -> Judgement {
    knowing_the_order(cx, |cx, order| cx.lasting(|cx| unless_misnumbered(cx, |cx| leads_to_the_first(cx, order))))
}

fn leads_to_the_first(cx: &CheckContext<'_>, order: Order) -> Judgement {
    let (pages, first) = whole_list(cx)?;
    // The link on the first page and on a later one.
    let on: Vec<Listed<'_>> = pages.pages.iter().take(2).copied().chain([first]).collect();
    let ends = ends(cx, &on, &cx.parameter("rels"))?;
    let listing = Listing::of(pages);
    let mut findings = Vec::new();
    for end in ends {
        let answer: Answer<'_> = cx.response(&end.request)?;
        let status = answer.response.status;
        if !answer.response.is_success() {
            let what = text!("de link antwoordde met {status}", "the link answered {status}");
            return Err(reason::unmet(what).into());
        }
        let Some(start) = listing.first(cx.stated_limit(&end.request)) else { continue };
        let found = answer.response.page().map(Page::keys).unwrap_or_default();
        if same(&found, &start) {
            continue;
        }
        if found.len() == start.len() && order == Order::Shuffled {
            continue;
        }
        findings.push(leads_elsewhere(&end, &start, &found));
    }
    cx.judged_unless(findings, (order == Order::Shuffled).then(shuffled))
}

/// Whether these are the same certificates. Their order is for LST-24.
fn same(one: &[Key<'_>], other: &[Key<'_>]) -> bool {
    one.len() == other.len() && one.iter().collect::<HashSet<_>>() == other.iter().collect::<HashSet<_>>()
}

fn leads_elsewhere(end: &End<'_>, expected: &[Key<'_>], found: &[Key<'_>]) -> Finding {
    let place = format!("{}/href", end.link.place);
    end.on.answer.finding(place, items_in_words(expected), items_in_words(found))
}

pub(super) fn page_past_the_end_is_empty(cx: &CheckContext<'_>) -> Judgement {
    cx.lasting(|cx| unless_misnumbered(cx, is_empty_past_the_end))
}

fn is_empty_past_the_end(cx: &CheckContext<'_>) -> Judgement {
    let pages = cx.pages()?;
    if cx.total()? == 0 {
        return Err(reason::too_few(0, 1).into());
    }
    if pages.cut {
        return Err(cx.beyond_the_walk().into());
    }
    let answer = cx.response(&cx.past_the_end()?)?;
    // One for each certificate: empty where there is none.
    let keys = answer.response.page().map(Page::keys);
    let expected = text!("200 zonder attesten, of 404", "200 without certificates, or 404");
    match (answer.response.status, keys) {
        (404, _) => cx.judged(Vec::new()),
        (200, Some(keys)) if keys.is_empty() => cx.judged(Vec::new()),
        (200, Some(keys)) if Listing::of(pages).has_all(&keys) => {
            cx.judged(vec![answer.finding("", expected, items_in_words(&keys))])
        }
        (200, Some(_)) => Err(more_pages().into()),
        (status, _) => cx.judged(vec![answer.finding("status", expected, Text::same(status))]),
    }
}
