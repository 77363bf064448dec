//! The pages of the list, and how they hang together.

use std::collections::{BTreeSet, HashSet};

use super::links::{link_of, section};
use super::numbering::unless_misnumbered;
use crate::base::text::{Text, shown};
use crate::checks::shared::absent;
use crate::evidence::exchange::Request;
use crate::judging::context::{CheckContext, Judgement, Stop, conclusive};
use crate::judging::reason;
use crate::judging::verdict::{Finding, Verdict};
use crate::source::envelope::{Key, Page};
use crate::source::{Chain, End, Listed, Pages};
use crate::text;

/// Some certificates in words: how many, and the first.
pub(super) fn items_in_words(keys: &[Key<'_>]) -> Text {
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
pub(super) fn hold_the_same(one: &Listed<'_>, other: &Listed<'_>) -> bool {
    let (mut one, mut other) = (one.keys(), other.keys());
    one.sort();
    other.sort();
    one == other
}

/// What a page shows where a number is expected.
pub(super) fn number(value: Option<u64>) -> Text {
    value.map_or_else(absent, Text::same)
}

pub(super) fn place_of(listed: &Listed<'_>, member: &str) -> String {
    format!("{}/{member}", listed.page.metadata.place)
}

/// What the pages of the walk hold, taken together.
pub(super) struct Listing<'a> {
    pages: Pages<'a>,
    keys: Vec<Key<'a>>,
    /// How many different ones there are.
    present: u64,
    /// How many certificates the list says that there are.
    stated: Option<u64>,
}

impl<'a> Listing<'a> {
    pub(super) fn of(pages: Pages<'a>) -> Self {
        let keys: Vec<Key<'a>> = pages.pages.iter().flat_map(Listed::keys).collect();
        let first = pages.pages.first().and_then(|listed| listed.page.metadata.total_elements.value());
        let present = keys.iter().collect::<HashSet<_>>().len() as u64;
        Self { pages, keys, present, stated: first }
    }

    /// How many certificates there are to see; where there is none at all, this many.
    pub(super) fn present_or(&self, otherwise: u64) -> u64 {
        if self.present == 0 { otherwise } else { self.present }
    }

    /// Whether every page that others follow lacks so many certificates that stand on no other one.
    pub(super) fn loses(&self, certificates: u64) -> bool {
        let lacks = |listed: &Listed<'_>| listed.items().len() as u64 + certificates <= self.pages.limit;
        let followed = self.pages.pages.split_last().map(|(_, before)| before).unwrap_or_default();
        self.stated > Some(self.present) && !followed.is_empty() && followed.iter().all(lacks)
    }

    /// Whether certificates follow after those of a first page in another length, as far as that can be said; `ends`:
    /// whether nothing follows after the last page of the walk.
    pub(super) fn follows(&self, first: &Listed<'_>, ends: bool) -> Option<bool> {
        let count = first.items().len() as u64;
        if count < self.present {
            return Some(true);
        }
        (ends && self.stated.is_none_or(|stated| count >= stated)).then_some(false)
    }

    /// Whether all of these stand on the pages.
    pub(super) fn has_all(&self, keys: &[Key<'_>]) -> bool {
        let known: HashSet<&Key<'_>> = self.keys.iter().collect();
        keys.iter().all(|key| known.contains(key))
    }

    /// The certificates of the first page of a length; none where the pages do not tell them.
    pub(super) fn first(&self, length: u64) -> Option<Vec<Key<'a>>> {
        if length == self.pages.limit {
            return self.pages.pages.first().map(Listed::keys);
        }
        self.in_lengths_of(length)?.next().map(<[Key<'a>]>::to_vec)
    }

    /// The same of the last page.
    pub(super) fn last(&self, length: u64) -> Option<Vec<Key<'a>>> {
        if length == self.pages.limit {
            return self.pages.pages.iter().rev().find(|listed| !listed.items().is_empty()).map(Listed::keys);
        }
        self.in_lengths_of(length)?.last().map(<[Key<'a>]>::to_vec)
    }

    /// The certificates in pages of another length, where each page of the walk has as many as were asked for.
    fn in_lengths_of(&self, length: u64) -> Option<std::slice::Chunks<'_, Key<'a>>> {
        let followed = self.pages.pages.split_last().map(|(_, before)| before).unwrap_or_default();
        let full = followed.iter().all(|listed| listed.items().len() as u64 == self.pages.limit);
        let length = usize::try_from(length).ok().filter(|length| *length > 0)?;
        (full && Some(self.keys.len() as u64) == self.stated).then(|| self.keys.chunks(length))
    }
}

/// Whether certificates follow after this page: on a later page of the walk, or past its end. None where
/// that cannot be seen: [`beyond_unseen`] says why.
pub(super) fn has_more(cx: &CheckContext<'_>, pages: &Pages<'_>, index: usize) -> Result<Option<bool>, Stop> {
    if let Some(later) = pages.pages.get(index + 1..).filter(|later| !later.is_empty()) {
        return Ok(Some(later.iter().any(|listed| !listed.items().is_empty())));
    }
    if pages.cut {
        return Ok(None);
    }
    let Ok(response) = &cx.attempt(&cx.past_the_end()?)?.result else { return Ok(None) };
    Ok(match response.status {
        200 => response.page().map(|page| {
            // A source that repeats past the end what it has shown has nothing more there: LST-22 says so.
            let shown: HashSet<Key<'_>> = pages.pages.iter().flat_map(Listed::keys).collect();
            page.keys().iter().any(|key| !shown.contains(key))
        }),
        401 | 403 => None,
        _ if response.is_unavailable() => None,
        // Its own error past the end is for LST-22: no certificate comes there.
        _ => Some(false),
    })
}

/// Why it cannot be seen what follows the last page of the walk.
fn beyond_unseen(cx: &CheckContext<'_>, pages: &Pages<'_>) -> Result<Verdict, Stop> {
    if pages.cut {
        return Ok(cx.beyond_the_walk());
    }
    let beyond = cx.attempt(&cx.past_the_end()?)?;
    Ok(match conclusive(beyond) {
        Err(verdict) => *verdict,
        Ok(answer) => reason::unexplained(answer.request(), answer.response.status),
    })
}

pub(super) fn next_is_on_every_page_but_the_last(cx: &CheckContext<'_>) -> Judgement {
    cx.lasting(|cx| unless_misnumbered(cx, has_next))
}

fn has_next(cx: &CheckContext<'_>) -> Judgement {
    let pages = cx.several_pages()?;
    let mut findings = Vec::new();
    let mut unseen = false;
    let ends = has_more(cx, &pages, pages.pages.len().saturating_sub(1))? == Some(false);
    for (index, listed) in pages.pages.iter().enumerate().filter(|(_, listed)| !listed.items().is_empty()) {
        let more = has_more(cx, &pages, index)?;
        unseen |= more.is_none();
        findings.extend(wrong_next(listed, more)?);
    }
    let obstacle = if unseen { Some(beyond_unseen(cx, &pages)?) } else { None };
    let listing = Listing::of(pages);
    for listed in cx.pages_of(&cx.first_pages()?)?.iter().filter(|listed| !listed.items().is_empty()) {
        // A page that is too long is for LST-12, and so is what follows it.
        let long = listed.items().len() as u64 > cx.stated_limit(listed.answer.request());
        findings.extend(wrong_next(listed, listing.follows(listed, ends).filter(|_| !long))?);
    }
    cx.judged_unless(findings, obstacle)
}

/// A finding where `next` is missing though more follows, or there though nothing does.
fn wrong_next(listed: &Listed<'_>, more: Option<bool>) -> Result<Option<Finding>, Stop> {
    let links = &listed.page.links;
    section(links)?;
    Ok(match (link_of(links, &["next"])?, more) {
        (None, Some(true)) => Some(listed.answer.finding(
            &*links.place,
            text!("een link `next`: er volgen nog attesten", "a link `next`: more certificates follow"),
            absent(),
        )),
        (Some(link), Some(false)) => Some(listed.answer.finding(
            &*link.place,
            text!("geen `next` op de laatste pagina", "no `next` on the last page"),
            Text::same(shown(&link.href)),
        )),
        (Some(_), Some(true)) | (None, Some(false)) | (_, None) => None,
    })
}

/// Whether following `next` ends on a page after which, by number, more certificates follow.
pub(super) fn ends_early(cx: &CheckContext<'_>, pages: &Pages<'_>, chain: &[Listed<'_>]) -> Result<bool, Stop> {
    let Some(last) = chain.last() else { return Ok(false) };
    let index = pages.pages.iter().position(|listed| listed.keys() == last.keys());
    Ok(match index {
        Some(index) => has_more(cx, pages, index)? == Some(true),
        None => false,
    })
}

pub(super) fn next_visits_every_page_once(cx: &CheckContext<'_>) -> Judgement {
    cx.lasting(|cx| unless_misnumbered(cx, visits_every_page))
}

fn visits_every_page(cx: &CheckContext<'_>) -> Judgement {
    let pages = cx.several_pages()?;
    let chain = cx.chain()?;
    section_of_the_first(&pages)?;
    let Some(last) = chain.pages.last() else { return Err(reason::not_recorded().into()) };
    let next = last.page.links.find(&["next"]);
    let next_place = next.map_or_else(|| last.page.links.place.to_string(), |link| format!("{}/href", link.place));
    let shown_next = next.map_or_else(absent, |link| Text::same(shown(&link.href)));
    match &chain.end {
        End::NoNext => {}
        End::NotFollowed => {
            return Err(Verdict::blocked(
                text!("`next` is een sjabloon, of geen URL", "`next` is templated, or not a URL"),
                text!("geef `next` als een gewone URL", "give `next` as a plain URL"),
            )
            .into());
        }
        End::Limit => return Err(cx.beyond_the_walk().into()),
        End::Repeats(_) => {
            let expected = text!("een pagina die nog niet bezocht is", "a page that was not visited yet");
            return cx.judged(vec![last.answer.finding(next_place, expected, shown_next)]);
        }
        End::NoPage(request) => return no_page_behind_next(cx, request, last, next_place),
    }
    let mut findings = repeated_pages(&chain.pages);
    if chain.pages.len() == 1 && ends_early(cx, &pages, &chain.pages)? {
        return Err(reason::unmet(text!("de eerste pagina heeft geen `next`", "the first page has no `next`")).into());
    }
    if findings.is_empty() {
        findings.extend(skipped_pages(&pages, &chain.pages));
        if !findings.is_empty() && lacks_others(cx, &pages, &chain) {
            let what = text!(
                "`next` leidt naar pagina's van een andere lengte, en op die ontbreken andere attesten",
                "`next` leads to pages of another length, and those lack other certificates"
            );
            return Err(reason::unmet(what).into());
        }
    }
    if !findings.is_empty() {
        section(&last.page.links)?;
    }
    if !findings.is_empty() && changes_length(cx, &chain) {
        let what = text!("`next` verandert onderweg van limiet", "`next` changes the limit along the way");
        return Err(reason::unmet(what).into());
    }
    // What lies beyond the limit was not compared with the numbered pages.
    cx.judged_unless(findings, pages.cut.then(|| cx.beyond_the_walk()))
}

/// Without readable links nothing can be followed.
fn section_of_the_first(pages: &Pages<'_>) -> Result<(), Stop> {
    let Some(first) = pages.pages.first() else { return Ok(()) };
    section(&first.page.links)?;
    link_of(&first.page.links, &["next"]).map(drop)
}

/// Whether the pages that `next` leads to are of another length than those by number, in a list of which some certificates
/// stand on no page: which ones differs with the length then.
fn lacks_others(cx: &CheckContext<'_>, pages: &Pages<'_>, chain: &Chain<'_>) -> bool {
    let length = chain.pages.first().map(|listed| cx.stated_limit(listed.answer.request()));
    let listing = Listing::of(pages.clone());
    length != Some(pages.limit) && listing.stated > Some(listing.present)
}

/// Whether a `next` leads to a page of another length than the one that it stands on.
fn changes_length(cx: &CheckContext<'_>, chain: &Chain<'_>) -> bool {
    chain.pages.iter().any(|listed| {
        let next = cx.next_of(listed).map(|next| cx.stated_limit(&next));
        next.is_some_and(|next| next != cx.stated_limit(listed.answer.request()))
    })
}

/// What `next` led to is no page: the source's fault, unless it could not be judged.
fn no_page_behind_next(cx: &CheckContext<'_>, request: &Request, last: &Listed<'_>, place: String) -> Judgement {
    let answer = conclusive(cx.attempt(request)?)?;
    match answer.response.status {
        _ if answer.response.is_success() => {
            Err(reason::unmet(text!("`next` gaf geen lijst", "`next` gave no list")).into())
        }
        status => {
            let expected = text!("een `next` die 200 geeft", "a `next` that answers 200");
            cx.judged(vec![last.answer.finding(place, expected, Text::same(status))])
        }
    }
}

/// Findings where a whole page comes back under another URL.
pub(super) fn repeated_pages(pages: &[Listed<'_>]) -> Vec<Finding> {
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
pub(super) fn skipped_pages(numbered: &Pages<'_>, chain: &[Listed<'_>]) -> Option<Finding> {
    // Most pages by number are those by `next`: their keys need not be looked at.
    let same: HashSet<*const Page> = chain.iter().map(|listed| std::ptr::from_ref(listed.page)).collect();
    let mut others = numbered.pages.iter().filter(|listed| !same.contains(&std::ptr::from_ref(listed.page))).peekable();
    others.peek()?;
    let visited: HashSet<Key<'_>> = chain.iter().flat_map(Listed::keys).collect();
    let skipped = others.find(|listed| listed.keys().iter().any(|key| !visited.contains(key)))?;
    let expected = text!("elke pagina is met `next` te bereiken", "every page can be reached through `next`");
    let keys = skipped.keys();
    Some(skipped.answer.finding(skipped.page.place.as_str(), expected, items_in_words(&keys)))
}
