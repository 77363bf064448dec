//! A list lives: a certificate may come or go while the run goes on. What is judged by answers of several moments is
//! looked at again before it fails, each time by answers to the same requests that are asked for at once. Two looks in
//! a row that agree with each other win.

use std::collections::{BTreeMap, BTreeSet};

use super::envelope::{Key, Page};
use crate::base::text::Text;
use crate::catalogue::Level;
use crate::evidence::exchange::{Citizen, Exchange, Request, Target, Variation};
use crate::judging::context::{CheckContext, Judgement, LOOKS, Stop};
use crate::judging::verdict::{Finding, Outcome, Verdict};
use crate::text;

/// How often the first page is asked for again in a look, at most: as often as one look can, since others ask for it too.
const AGAIN: u32 = 9;

/// A page of the list as one call showed it.
struct Seen<'a> {
    /// When the call was sent.
    at_ms: u64,
    /// The total that it states, and the certificates on it.
    list: (Option<u64>, Vec<Key<'a>>),
}

impl<'a> CheckContext<'a> {
    /// What a check says that compares answers of several moments. Nothing more is asked for where the first look finds
    /// nothing. A list that never comes to rest fails nothing, unless every look finds something; what comes and goes
    /// though the list stays is found.
    pub fn lasting(&self, judge: impl Fn(&Self) -> Judgement) -> Judgement {
        let mut before: Option<Verdict> = None;
        let (mut sound, mut failing) = (None, None);
        for look in 0..LOOKS {
            let verdict = match (self.at_look(look, &judge), &before) {
                // No more is sent: what was seen is what there is.
                (Err(Stop::Missing(_)), Some(last)) if self.is_over() => return Ok(last.clone()),
                (verdict, _) => verdict?,
            };
            let is_settled = match &before {
                None => !may_be_of_the_moment(&verdict),
                Some(before) if !may_be_of_the_moment(&verdict) => agree(before, &verdict),
                Some(before) => agree(before, &verdict) && self.at_rest(look)?,
            };
            if is_settled {
                return Ok(verdict);
            }
            if may_be_of_the_moment(&verdict) {
                failing = Some(verdict.clone());
            } else {
                sound = Some(verdict.clone());
            }
            before = Some(verdict);
        }
        match (sound, failing) {
            (Some(verdict), Some(last)) if self.has_moved() => Ok(with_note(verdict, &last)),
            // What comes and goes though the list stays is the source's own doing.
            (_, Some(verdict)) | (Some(verdict), None) => Ok(verdict),
            (None, None) => Err(crate::judging::reason::not_recorded().into()),
        }
    }

    /// All looks that the run took at the first page of the subject's list, whatever they were for, each after the answer
    /// before. Of calls that were under way together nobody knows which was answered first: one of them counts.
    pub fn looks_at_the_list(&self) -> Result<Vec<&'a Exchange>, Stop> {
        let list = self.entry_request(Citizen::Subject);
        let same = |request: &Request| {
            let usual = matches!(request.variation, Variation::None | Variation::NoIds);
            request.target == list.target && request.auth == list.auth && request.accept == list.accept && usual
        };
        let mut all: Vec<&Exchange> = self.whole_run()?.filter(|exchange| same(&exchange.request)).collect();
        all.sort_by_key(|exchange| (exchange.at_ms, exchange.request.ordinal));
        let mut looks: Vec<&Exchange> = Vec::with_capacity(all.len());
        for exchange in all {
            if looks.last().is_none_or(|last| exchange.at_ms >= last.answered_ms()) {
                looks.push(exchange);
            }
        }
        Ok(looks)
    }

    /// All looks that the run took at pages of the subject's list as a client does, by what was asked for, in the order in
    /// which they were sent.
    pub fn looks_at_pages(&self) -> Result<Vec<Vec<&'a Exchange>>, Stop> {
        let usual = |request: &Request| {
            let varied = !matches!(request.variation, Variation::None | Variation::NoIds);
            request.is_of_own_list() && request.citizen() == Some(Citizen::Subject) && !varied
        };
        let accept = self.entry_request(Citizen::Subject).accept;
        let mut pages: BTreeMap<&Target, Vec<&Exchange>> = BTreeMap::new();
        for exchange in self.whole_run()?.filter(|exchange| usual(&exchange.request)) {
            if exchange.request.accept == accept {
                pages.entry(&exchange.request.target).or_default().push(exchange);
            }
        }
        let mut pages: Vec<Vec<&Exchange>> = pages.into_values().collect();
        for looks in &mut pages {
            looks.sort_by_key(|exchange| (exchange.at_ms, exchange.request.ordinal));
        }
        Ok(pages)
    }

    /// What tells the subject's certificates apart, as the list stood after an answer: what was somebody else's may be
    /// theirs by then. None where nothing is sent any more.
    pub fn keys_after(&self, earlier: &Exchange) -> Result<BTreeSet<Key<'a>>, Stop> {
        let mut requests = self.walk_requests()?;
        requests.push(self.past_the_end()?);
        let mut keys = BTreeSet::new();
        for request in requests {
            let exchange = self.where_possible(self.after(&request, earlier))?;
            let page = exchange.and_then(|exchange| exchange.result.as_ref().ok()?.page());
            keys.extend(page.into_iter().flat_map(Page::keys));
        }
        Ok(keys)
    }

    /// Whether the list stayed as it was from the look before this one to the end of this one, as far as its first page
    /// tells: once all that the verdict rests on is there, the page is asked for again.
    fn at_rest(&self, look: u32) -> Result<bool, Stop> {
        let until = self.answered_until();
        let Some(now) = self.seen(&self.list_in(look)) else { return Ok(true) };
        let before = look.checked_sub(1).and_then(|before| self.seen(&self.list_in(before)));
        if before.is_some_and(|before| before.list != now.list) {
            return Ok(false);
        }
        for ordinal in 1..=AGAIN {
            let request = self.list_in(look).once_more(ordinal);
            if self.recorded(&request).is_none() && !self.is_over() {
                return Err(Stop::Missing(vec![request]));
            }
            match self.seen(&request) {
                Some(after) if after.at_ms < until => {}
                after => return Ok(after.is_none_or(|after| after.list == now.list)),
            }
        }
        Ok(true)
    }

    /// Whether the list was another one in one of the looks, as far as its first page was asked for in each.
    fn has_moved(&self) -> bool {
        let mut lists = (0..LOOKS).filter_map(|look| self.seen(&self.list_in(look))).map(|seen| seen.list);
        let first = lists.next();
        lists.any(|list| first.as_ref() != Some(&list))
    }

    /// The call for the first page in so many looks after the present one.
    fn list_in(&self, look: u32) -> Request {
        self.entry_request(Citizen::Subject).in_look(self.present_look() + look)
    }

    /// What a call for a page showed, where it was made and a page came.
    fn seen(&self, request: &Request) -> Option<Seen<'a>> {
        let (_, exchange) = self.recorded(request)?;
        let page = exchange.result.as_ref().ok()?.page()?;
        // Their order is for LST-24: what changes places has not come or gone.
        let mut keys = page.keys();
        keys.sort();
        Some(Seen { at_ms: exchange.at_ms, list: (page.metadata.total_elements.value(), keys) })
    }
}

/// The second change between looks that follow each other: what changed once, changed by itself; what does so again goes to
/// and fro, though each repetition may show the same to a check.
pub fn second_change<T>(looks: &[T], change: impl Fn(&T, &T) -> Option<Finding>) -> Option<Finding> {
    looks.iter().zip(looks.iter().skip(1)).filter_map(|(before, after)| change(before, after)).nth(1)
}

/// The verdict of a look that found nothing, beside looks that did: the list changed all the time.
fn with_note(mut verdict: Verdict, last: &Verdict) -> Verdict {
    let expected = text!("een lijst die tijdens de keuring gelijk blijft", "a list that stays the same during the run");
    let actual = text!("de lijst veranderde tijdens de keuring", "the list changed during the run");
    let noted = last.findings.first().and_then(|finding| Some((finding.exchange.clone()?, finding.place.clone())));
    if let Some((request, place)) = noted {
        verdict.findings.push(Finding::new(&request, place, expected, actual).at_most(Level::May));
    }
    verdict
}

/// Whether a verdict may come from answers of different moments: it has findings that count, or says that something
/// else must be mended first.
fn may_be_of_the_moment(verdict: &Verdict) -> bool {
    verdict.outcome == Outcome::Fail || verdict.unmet.is_some()
}

/// Whether two looks say the same of answers to the same calls.
fn agree(one: &Verdict, other: &Verdict) -> bool {
    let words = |finding: &Finding| -> (Option<Request>, String, Text, Text) {
        let call = finding.exchange.as_ref().map(|request| request.clone().again(0));
        (call, finding.place.clone(), finding.expected.clone(), finding.actual.clone())
    };
    let said = |verdict: &Verdict| verdict.findings.iter().map(words).collect::<Vec<_>>();
    one.outcome == other.outcome && one.reason == other.reason && said(one) == said(other)
}
