//! A list lives: a certificate may come or go while the run goes on. What is judged by answers of several moments is
//! looked at again before it fails, each time by answers to the same requests that are asked for at once. Two looks in
//! a row that agree with each other win.

use super::{Case, Judgement, Stop};
use crate::catalogue::Level;
use crate::exchange::Request;
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
            if before.as_ref().map_or_else(|| !may_be_of_the_moment(&verdict), |before| agree(before, &verdict)) {
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

    fn at_look(&self, look: u32, judge: &impl Fn(&Self) -> Judgement) -> Result<Verdict, Stop> {
        let outer = self.look.replace(look);
        let judged = judge(self);
        self.look.set(outer);
        match judged {
            Err(Stop::Verdict(verdict)) => Ok(*verdict),
            other => other,
        }
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

/// Whether two looks say the same, whichever answers they saw.
fn agree(one: &Verdict, other: &Verdict) -> bool {
    let words = |finding: &Finding| -> (String, Text, Text) {
        (finding.place.clone(), finding.expected.clone(), finding.actual.clone())
    };
    let said = |verdict: &Verdict| verdict.findings.iter().map(words).collect::<Vec<_>>();
    one.outcome == other.outcome && one.reason == other.reason && said(one) == said(other)
}
