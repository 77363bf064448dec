//! Whether the totals of the metadata add up.

use super::numbering::unless_misnumbered;
use super::paging::{ends_early, number, place_of, repeated_pages, skipped_pages};
use crate::base::text::Text;
use crate::evidence::exchange::Citizen;
use crate::judging::context::{CheckContext, Judgement, Stop};
use crate::judging::reason;
use crate::judging::verdict::{Finding, Verdict};
use crate::source::{Chain, End, Listed, Pages};
use crate::text;

pub(super) fn totals_add_up(cx: &CheckContext<'_>) -> Judgement {
    cx.lasting(|cx| unless_misnumbered(cx, add_up))
}

fn add_up(cx: &CheckContext<'_>) -> Judgement {
    let (pages, chain) = (cx.pages()?, cx.chain()?);
    if pages.cut || chain.end == End::Limit {
        return Err(cx.beyond_the_walk().into());
    }
    if cx.total()? > 1 {
        cx.several_pages()?;
    }
    if !is_complete(cx, &pages, &chain)? {
        return Err(reason::unmet(text!(
            "niet alle pagina's zijn met `next` te bereiken",
            "not every page can be reached through `next`"
        ))
        .into());
    }
    let Some(first) = chain.pages.first() else { return Err(reason::not_recorded().into()) };
    let (Some(elements), Some(page_count)) = totals(first) else {
        return Err(reason::unmet(text!(
            "de totalen ontbreken of zijn geen gehele getallen",
            "the totals are missing or no integers"
        ))
        .into());
    };
    let items: u64 = chain.pages.iter().map(|listed| listed.items().len() as u64).sum();
    if items != elements && chain.pages.iter().any(|listed| is_too_long(cx, listed)) {
        return Err(too_long().into());
    }
    let others = others(cx, &chain)?;
    let mut findings: Vec<Finding> = chain
        .pages
        .iter()
        .chain(&others)
        .flat_map(|listed| differing(cx, listed, first, (elements, page_count)))
        .collect();
    if items == elements {
        let walked = chain.pages.len() as u64;
        // How many pages of other lengths there are nobody can say where pages are longer than they may be.
        let long = chain.pages.iter().chain(&others).any(|listed| is_too_long(cx, listed));
        let judged = chain.pages.iter().chain(others.iter().filter(|_| !long));
        findings.extend(judged.filter_map(|listed| wrong_number_of_pages(cx, listed, elements, walked)));
    } else {
        let expected = text!(
            "{items}, het aantal attesten op alle pagina's samen",
            "{items}, the certificates on all pages together"
        );
        findings.push(first.answer.finding(place_of(first, "totalElements"), expected, Text::same(elements)));
    }
    cx.judged(findings)
}

/// Whether following `next` visits every page.
fn is_complete(cx: &CheckContext<'_>, pages: &Pages<'_>, chain: &Chain<'_>) -> Result<bool, Stop> {
    let whole = repeated_pages(&chain.pages).is_empty() && skipped_pages(pages, &chain.pages).is_none();
    Ok(whole && chain.end == End::NoNext && !ends_early(cx, pages, &chain.pages)?)
}

fn totals(listed: &Listed<'_>) -> (Option<u64>, Option<u64>) {
    (listed.page.metadata.total_elements.value(), listed.page.metadata.total_pages.value())
}

fn is_too_long(cx: &CheckContext<'_>, listed: &Listed<'_>) -> bool {
    listed.items().len() as u64 > cx.stated_limit(listed.answer.request())
}

fn too_long() -> Verdict {
    reason::unmet(text!(
        "er staan meer attesten op een pagina dan gevraagd",
        "a page holds more certificates than asked for"
    ))
}

/// The further pages of the list: those by number that `next` does not lead to, and those of other lengths.
fn others<'a>(cx: &CheckContext<'a>, chain: &Chain<'a>) -> Result<Vec<Listed<'a>>, Stop> {
    let mut others = Vec::new();
    for answer in cx.lists()? {
        let own = answer.request().citizen() == Some(Citizen::Subject);
        let known = chain.pages.iter().any(|listed| std::ptr::eq(listed.answer.exchange, answer.exchange));
        if own && !known {
            others.extend(cx.page(answer.request()).ok());
        }
    }
    Ok(others)
}

/// Findings where the totals are others than on the first page. Pages of another length are as many as they are.
fn differing(
    cx: &CheckContext<'_>,
    listed: &Listed<'_>,
    first: &Listed<'_>,
    (elements, page_count): (u64, u64),
) -> Vec<Finding> {
    let length = |listed: &Listed<'_>| cx.stated_limit(listed.answer.request());
    let mut compared = vec![("totalElements", totals(listed).0, elements)];
    if length(listed) == length(first) {
        compared.push(("totalPages", totals(listed).1, page_count));
    }
    let differs = compared.into_iter().filter(|(_, found, expected)| found.is_some_and(|found| found != *expected));
    differs
        .map(|(name, found, expected)| {
            let expected = text!("{expected}, als op de eerste pagina", "{expected}, as on the first page");
            listed.answer.finding(place_of(listed, name), expected, number(found))
        })
        .collect()
}

/// A finding where the number of pages is neither the one that the length asked for makes, nor the one that another
/// length makes that is in force: LST-13 says so. `walked`: how many pages of the length of the walk there are.
fn wrong_number_of_pages(cx: &CheckContext<'_>, listed: &Listed<'_>, elements: u64, walked: u64) -> Option<Finding> {
    let (asked, found) = (cx.stated_limit(listed.answer.request()), listed.items().len() as u64);
    let stated = totals(listed).1?;
    let fits = |length: u64| elements.div_ceil(length.max(1)) == stated;
    let of_the_walk = asked == cx.walk_limit().ok()? && stated == walked;
    let in_force = is_first(cx, listed) && found > 0 && found < asked.min(elements) && fits(found);
    if fits(asked) || of_the_walk || in_force || (elements == 0 && stated <= 1) {
        return None;
    }
    let expected = elements.div_ceil(asked.max(1));
    let expected = text!(
        "{expected}: {elements} attesten, {asked} per pagina",
        "{expected}: {elements} certificates, {asked} a page"
    );
    Some(listed.answer.finding(place_of(listed, "totalPages"), expected, Text::same(stated)))
}

/// Whether it is the first page: others follow it where it does not hold everything.
fn is_first(cx: &CheckContext<'_>, listed: &Listed<'_>) -> bool {
    let first = cx.entry().first_page.to_string();
    listed.answer.request().parameter(&cx.entry().page).is_none_or(|page| page == first)
}
