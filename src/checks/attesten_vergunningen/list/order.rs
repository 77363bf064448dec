//! The order of the list: whether it stays the same, and what other rows say of pages where it does not. A source that
//! throws a die shows nothing in most calls: what is seen once is looked at more often, and all looks of the run count.

use std::collections::BTreeSet;

use super::paging::items_in_words;
use crate::evidence::exchange::{Citizen, Exchange, Request};
use crate::judging::context::{CheckContext, Judgement, Stop, join};
use crate::judging::reason;
use crate::judging::verdict::{Finding, Outcome, Verdict};
use crate::source::Listed;
use crate::source::envelope::{Key, Page};
use crate::text;

/// How often the first page is asked for again in any case: as often as another row does (HTTP-02).
const ALWAYS: u32 = 3;

/// How often a page is asked for again on which something changed places, at most: a die shows another side then.
const MOST_AGAIN: usize = 9;

/// Of how many such pages.
const SUSPECTS: usize = 3;

/// What is known of the order of the list where answers to several calls are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::checks) enum Order {
    /// It stays the same.
    Kept,
    /// It changes from call to call: LST-24 says so.
    Shuffled,
}

/// Whether a list was shuffled, for those who ask after the first.
struct Known(bool);

/// What a check says that compares pages of several calls, by what is known of their order. With [`Order::Shuffled`] it
/// fails for what no order explains, and else waits: so it says the same in every run, whatever the die shows in one.
pub(in crate::checks) fn knowing_the_order<'a>(
    cx: &CheckContext<'a>,
    judge: impl Fn(&CheckContext<'a>, Order) -> Judgement,
) -> Judgement {
    let by = |order| match judge(cx, order) {
        Err(Stop::Verdict(verdict)) => Ok(*verdict),
        said => said,
    };
    let said = by(Order::Kept)?;
    if said.outcome == Outcome::Fail {
        if by(Order::Shuffled)?.outcome == Outcome::Fail {
            return Ok(said);
        }
        cx.where_possible(look_closer(cx))?;
    } else {
        // For this alone nothing more is asked for than the run asks for anyway.
        drop(cx.whole_run()?);
    }
    if cx.where_possible(is_shuffled(cx))? { by(Order::Shuffled) } else { Ok(said) }
}

/// Whether the list has another order at every call, by all that the run saw of it.
pub(in crate::checks) fn is_shuffled(cx: &CheckContext<'_>) -> Result<bool, Stop> {
    let known = cx.memoized(|| match cx.at_first(order_is_stable) {
        Ok(verdict) => Ok(Known(verdict.outcome == Outcome::Fail)),
        Err(Stop::Verdict(_) | Stop::Moment(_)) => Ok(Known(false)),
        Err(stop) => Err(stop),
    });
    Ok(known?.0)
}

/// The verdict on what such a list does not show.
pub(in crate::checks) fn shuffled() -> Verdict {
    reason::unmet(text!(
        "de lijst heeft bij elke oproep een andere volgorde",
        "the list has another order at every call"
    ))
}

/// Asks for the page that holds most certificates again and again.
fn look_closer(cx: &CheckContext<'_>) -> Result<(), Stop> {
    let greatest = cx.greatest_page(Citizen::Subject);
    for look in 0..2 {
        let first = greatest.clone().in_look(look);
        let again: Vec<Request> = (0..).take(MOST_AGAIN + 1).map(|times| first.clone().once_more(times)).collect();
        cx.attempts(&again)?;
    }
    Ok(())
}

pub(super) fn order_is_stable(cx: &CheckContext<'_>) -> Judgement {
    match cx.lasting(stays_the_same)? {
        verdict if verdict.outcome != Outcome::Pass => Ok(verdict),
        _ => goes_to_and_fro(cx),
    }
}

/// Pages that are asked for again, each with the answers so far.
type Looks<'a> = Vec<Vec<Listed<'a>>>;

fn stays_the_same(cx: &CheckContext<'_>) -> Judgement {
    cx.total()?;
    let walk = match cx.several_pages() {
        // Each page is asked for again as soon as it came: that need not wait for the others.
        Err(Stop::Missing(mut missing)) => {
            let again: Vec<Request> = missing.iter().map(|request| cx.looked(&request.clone().again(1))).collect();
            missing.extend(again);
            return Err(Stop::Missing(missing));
        }
        walk => walk?,
    };
    let requests: Vec<Request> = walk.pages.iter().map(|listed| listed.answer.request().clone()).collect();
    let entry = cx.entry_request(Citizen::Subject);
    // In a later look those that come after the first serve to see whether the list is at rest.
    let times = if cx.present_look() == 0 { ALWAYS } else { 0 };
    let entry_again: Vec<Request> = (0..=times).map(|ordinal| entry.clone().again(ordinal)).collect();
    let second: Vec<Request> = requests.iter().map(|request| request.clone().again(1)).collect();
    let (second, first_page) = join(
        cx.pages_of(&second),
        // Evidence of a run that did not ask so often holds fewer of them.
        cx.where_possible(cx.pages_of(&entry_again)),
    )?;
    let mut looks: Looks<'_> = walk.pages.iter().zip(second).map(|(first, second)| vec![*first, second]).collect();
    let witnesses = cx.where_possible(witnesses(cx))?;
    let longest = witnesses.iter().max_by_key(|page| page.items().len());
    let mut all = looks.iter().flatten().chain(&first_page).chain(&witnesses);
    let suspect = longest.filter(|longest| all.any(|page| is_in_other_order(longest, page)));
    let differs = |looks: &[Listed<'_>]| looks.iter().any(|look| Some(look.keys()) != looks.first().map(Listed::keys));
    looks.retain(|looks| differs(looks));
    if differs(&first_page) || (suspect.is_some() && !first_page.is_empty()) {
        looks.insert(0, first_page);
    }
    looks.extend(suspect.map(|longest| vec![*longest]));
    settled(cx, looks)
}

/// The list as it is asked for in other ways, by several rows: with other lengths, and without page or length.
fn witnesses<'a>(cx: &CheckContext<'a>) -> Result<Vec<Listed<'a>>, Stop> {
    let (limit, page) = (&cx.entry().limit, &cx.entry().page);
    let plain = Request::entry(Citizen::Subject);
    let mut requests = cx.first_pages()?;
    requests.push(plain.clone().query(limit, cx.walk_limit()?));
    requests.push(plain.clone().query(page, cx.entry().first_page));
    requests.push(plain);
    Ok(cx.attempts(&requests)?.into_iter().filter_map(Listed::of).collect())
}

/// Whether the certificates that two pages share stand in another order on the one than on the other. It may be the way of
/// asking that makes the order, so that this alone is no finding: it is looked at more often.
fn is_in_other_order(one: &Listed<'_>, other: &Listed<'_>) -> bool {
    let (one, other) = (one.keys(), other.keys());
    let on_one: BTreeSet<&Key<'_>> = one.iter().collect();
    let on_other: BTreeSet<&Key<'_>> = other.iter().collect();
    let shared = one.iter().filter(|key| on_other.contains(key));
    shared.ne(other.iter().filter(|key| on_one.contains(key)))
}

/// Looks again at pages that were another one the second time. Data may change between two calls; what changes again is the
/// finding.
fn settled<'a>(cx: &CheckContext<'a>, mut looks: Looks<'a>) -> Judgement {
    for _ in 0..MOST_AGAIN {
        let findings: Vec<Finding> = looks.iter().filter_map(|looks| changed_again(looks)).collect();
        if !findings.is_empty() {
            return cx.judged(findings);
        }
        // A third time all of them; more often those whose total stayed: nothing came or went there.
        let mut often = 0;
        looks.retain(|looks| {
            often += usize::from(looks.len() >= 3);
            looks.len() < 3 || (has_one_total(looks) && often <= SUSPECTS)
        });
        looks.retain(|looks| looks.len() <= MOST_AGAIN);
        let next = |looks: &Vec<Listed<'_>>| looks.last().map(|last| last.answer.request().clone().once_more(1));
        let requests: Vec<Request> = looks.iter().filter_map(next).collect();
        if requests.is_empty() {
            break;
        }
        for (looks, more) in looks.iter_mut().zip(cx.pages_of(&requests)?) {
            looks.push(more);
        }
    }
    cx.judged(Vec::new())
}

/// A finding where a page changed twice.
fn changed_again(looks: &[Listed<'_>]) -> Option<Finding> {
    let pairs = looks.iter().zip(looks.iter().skip(1));
    let (before, after) = pairs.filter(|(before, after)| before.keys() != after.keys()).nth(1)?;
    Some(finding(after.answer.request(), after.page, &before.keys(), &after.keys()))
}

fn has_one_total(looks: &[Listed<'_>]) -> bool {
    let totals: BTreeSet<Option<u64>> = looks.iter().map(|look| look.page.metadata.total_elements.value()).collect();
    totals.len() == 1
}

fn finding(request: &Request, page: &Page, was: &[Key<'_>], is: &[Key<'_>]) -> Finding {
    Finding::new(request, page.place.as_str(), items_in_words(was), items_in_words(is))
}

/// A page as one call of the run showed it.
struct Seen<'a> {
    exchange: &'a Exchange,
    page: &'a Page,
    keys: Vec<Key<'a>>,
}

impl<'a> Seen<'a> {
    fn of(exchange: &'a Exchange) -> Option<Self> {
        let page = exchange.result.as_ref().ok()?.page()?;
        Some(Self { exchange, page, keys: page.keys() })
    }

    /// Whether the other one was asked for once this one was there.
    fn is_before(&self, other: &Self) -> bool {
        self.exchange.answered_ms() <= other.exchange.at_ms
    }

    /// Whether the same certificates stand there in another order.
    fn is_reordered(&self, other: &Self) -> bool {
        let set = |seen: &Self| seen.keys.iter().cloned().collect::<BTreeSet<_>>();
        self.keys != other.keys && set(self) == set(other)
    }

    fn total(&self) -> Option<u64> {
        self.page.metadata.total_elements.value()
    }
}

/// Whether a page changes its order, and nothing else, in the looks that the run took at it, whatever they were for.
fn goes_to_and_fro(cx: &CheckContext<'_>) -> Judgement {
    let mut changes = Vec::new();
    for looks in cx.looks_at_pages()? {
        if looks.len() < 2 {
            continue;
        }
        let looks: Vec<Seen<'_>> = looks.into_iter().filter_map(Seen::of).collect();
        if let Some(found) = to_and_fro(&looks) {
            return cx.judged([found]);
        }
        changes.extend(first_change(&looks));
    }
    // One change may be seen on several pages; what ended before another began are two.
    let first = changes.iter().map(|(_, until, _)| *until).min().unwrap_or(u64::MAX);
    cx.judged(changes.into_iter().find(|(from, ..)| *from >= first).map(|(.., found)| found))
}

/// A finding where a page changes its order twice, or is another one and then the same again.
fn to_and_fro(looks: &[Seen<'_>]) -> Option<Finding> {
    looks.iter().find_map(|middle| {
        let before = || looks.iter().filter(|look| look.is_before(middle));
        let mut after = looks.iter().filter(|look| middle.is_before(look));
        let is_twice = |after: &&Seen<'_>| {
            before().any(|before| {
                let reordered = before.is_reordered(middle) && middle.is_reordered(after);
                let is_back = before.keys == after.keys
                    && before.keys != middle.keys
                    && before.total() == middle.total()
                    && before.total() == after.total();
                reordered || is_back
            })
        };
        let after = after.find(is_twice)?;
        Some(finding(&after.exchange.request, after.page, &middle.keys, &after.keys))
    })
}

/// The first change of its order: between which moments, and the finding.
fn first_change(looks: &[Seen<'_>]) -> Option<(u64, u64, Finding)> {
    let mut changes = looks.iter().flat_map(|before| {
        let after = looks.iter().filter(|after| before.is_before(after) && before.is_reordered(after));
        after.map(move |after| (before, after))
    });
    let (before, after) = changes.next()?;
    let found = finding(&after.exchange.request, after.page, &before.keys, &after.keys);
    Some((before.exchange.at_ms, after.exchange.answered_ms(), found))
}
