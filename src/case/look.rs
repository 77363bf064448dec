//! A list lives: a certificate may come or go while the run goes on. What is judged by answers of several moments is
//! looked at again before it fails, each time by answers to the same requests that are asked for at once. Two looks in
//! a row that agree with each other win.

use super::{Case, Judgement, Stop};
use crate::catalogue::Level;
use crate::exchange::{Citizen, Request};
use crate::text;
use crate::text::Text;
use crate::verdict::{Finding, Outcome, Verdict};

/// How often something is looked at, at most.
const LOOKS: u32 = 4;

impl Case<'_> {
    /// A request as this look asks for it.
    pub fn looked(&self, request: &Request) -> Request {
        request.clone().in_look(self.look.get())
    }

    /// What a check says that compares answers of several moments. Nothing more is asked for where the first look finds
    /// nothing. A list that never comes to rest fails nothing, unless every look finds something.
    pub fn lasting(&self, judge: impl Fn(&Self) -> Judgement) -> Judgement {
        let mut before: Option<Verdict> = None;
        let mut sound = None;
        for look in 0..LOOKS {
            let verdict = self.at_look(look, &judge)?;
            let is_settled = match &before {
                None => !may_be_of_the_moment(&verdict),
                Some(before) => agree(before, &verdict) && !self.changed_since(look),
            };
            if is_settled {
                return Ok(verdict);
            }
            if !may_be_of_the_moment(&verdict) {
                sound = Some(verdict.clone());
            }
            before = Some(verdict);
        }
        match (sound, before) {
            (Some(verdict), Some(last)) => Ok(with_note(verdict, &last)),
            (None, Some(last)) => Ok(last),
            _ => Err(crate::reason::not_recorded().into()),
        }
    }

    /// What a check says, at a moment at which what it asks for is there. Nothing more is asked for where the first look
    /// finds it.
    pub fn while_there(&self, check: impl Fn(&Self) -> Judgement) -> Judgement {
        for look in 0..LOOKS - 1 {
            match self.looking(look, &check) {
                Err(Stop::Moment(_)) => {}
                judged => return judged,
            }
        }
        match self.looking(LOOKS - 1, &check) {
            Err(Stop::Moment(verdict)) => Err(Stop::Verdict(verdict)),
            judged => judged,
        }
    }

    /// Whether the list was another one in the look before this one, as far as its first page was asked for in both.
    fn changed_since(&self, look: u32) -> bool {
        let first = |look: u32| {
            let request = self.entry_request(Citizen::Subject).in_look(self.look.get() + look);
            let (_, exchange) = self.recording.shared(&request)?;
            let page = exchange.result.as_ref().ok()?.page()?;
            Some((page.metadata.total_elements.value(), page.keys()))
        };
        match (look.checked_sub(1).and_then(first), first(look)) {
            (Some(before), Some(now)) => before != now,
            _ => false,
        }
    }

    fn at_look(&self, look: u32, judge: &impl Fn(&Self) -> Judgement) -> Result<Verdict, Stop> {
        match self.looking(look, judge) {
            Err(Stop::Verdict(verdict)) => Ok(*verdict),
            other => other,
        }
    }

    /// What is said so many looks after the present one.
    fn looking(&self, look: u32, judge: &impl Fn(&Self) -> Judgement) -> Judgement {
        let present = self.look.get();
        self.look.set(present + look);
        let judged = judge(self);
        self.look.set(present);
        judged
    }
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
