//! What the decisions of people come to: an answer settles a review, a waiver covers failures. The only place that
//! decides it.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Finding, Outcome, Verdict, effective};
use crate::base::text::Text;
use crate::catalogue::Level;
use crate::judging::decisions::{Answer, Review, Waiver};
use crate::text;

/// What a waiver comes to in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaiverState {
    /// It covers every failure of its requirement.
    Holds,
    /// Something fails that is outside its scope.
    Exceeded,
    /// Its last day is over, and the requirement still fails.
    Ended,
    /// The requirement was judged, and nothing fails any more that it covers.
    Stale,
    /// The requirement was not judged.
    Unused,
}

/// A waiver on the day of a run.
#[derive(Clone, Copy, Debug)]
pub struct Waived<'a> {
    /// The waiver.
    pub waiver: &'a Waiver,
    /// The day of the run, in Brussels.
    pub today: Date,
    /// The form of the subject's answers, as its kind names it.
    pub envelope: &'a str,
}

impl Waived<'_> {
    fn is_in_scope(self, finding: &Finding) -> bool {
        let call = finding.exchange.as_ref().map(crate::evidence::exchange::Request::kind);
        self.waiver.scope.covers(call, self.envelope)
    }

    /// Whether it covers a finding on the day of the run.
    pub fn covers(self, finding: &Finding) -> bool {
        !self.waiver.has_ended(self.today) && self.is_in_scope(finding)
    }

    /// What it comes to for a requirement of that level.
    pub fn state(self, level: Level, verdict: &Verdict) -> WaiverState {
        if !matches!(verdict.outcome, Outcome::Pass | Outcome::Fail) {
            return WaiverState::Unused;
        }
        let fails = |finding: &&Finding| {
            verdict.outcome == Outcome::Fail && (level == Level::May || effective(level, finding) != Level::May)
        };
        let (mut inside, mut outside) = (0, 0);
        for finding in verdict.findings.iter().filter(fails) {
            *(if self.is_in_scope(finding) { &mut inside } else { &mut outside }) += 1;
        }
        match (inside, outside) {
            (0, _) => WaiverState::Stale,
            _ if self.waiver.has_ended(self.today) => WaiverState::Ended,
            (_, 0) => WaiverState::Holds,
            _ => WaiverState::Exceeded,
        }
    }
}

/// A verdict with the answer of a reviewer. Only what is open is answered; after its last day an answer leaves the
/// review open.
pub fn answered(verdict: &Verdict, level: Level, title: &Text, review: &Review, today: Date) -> Verdict {
    if verdict.outcome != Outcome::Review {
        return verdict.clone();
    }
    if review.has_ended(today) {
        let end = review.ends_on.map(|end| end.to_string()).unwrap_or_default();
        let reason = text!("het antwoord gold tot en met {end}", "the answer held until {end}");
        let remedy = text!("beoordeel opnieuw", "review it again");
        return Verdict { reason: Some(reason), remedy: Some(remedy), ..verdict.clone() };
    }
    match review.answer {
        Answer::Accepted => Verdict { evidence: verdict.evidence.clone(), ..Verdict::judged(level, Vec::new()) },
        Answer::Rejected => {
            let (by, note) = (&review.by, &review.note);
            let finding = Finding {
                expected: title.clone(),
                actual: text!("afgekeurd door {by}: {note}", "rejected by {by}: {note}"),
                place: String::new(),
                exchange: None,
                level: None,
                fix: None,
            };
            Verdict { evidence: verdict.evidence.clone(), ..Verdict::judged(level, vec![finding]) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::About;
    use crate::evidence::exchange::{Citizen, Kind, Request};
    use crate::judging::decisions::Scope;
    use crate::judging::verdict::{Gate, Severity, finding_severity, severity};

    fn waiver(scope: Scope) -> Waiver {
        Waiver {
            scope,
            reason: "release 8".into(),
            owner: "team".into(),
            approved_by: None,
            ends_on: "2026-06-30".parse().unwrap(),
        }
    }

    fn on<'a>(waiver: &'a Waiver, today: &str) -> Waived<'a> {
        Waived { waiver, today: today.parse().unwrap(), envelope: "links" }
    }

    fn finding(kind: Kind) -> Finding {
        let request = match kind {
            Kind::List => Request::entry(Citizen::Subject),
            kind => Request::link(kind, "https://h.be/v1/a".to_owned()),
        };
        Finding::new(&request, "status", Text::same("200"), Text::same("500"))
    }

    fn judged(findings: Vec<Finding>) -> Verdict {
        Verdict::judged(Level::Must, findings)
    }

    /// What a waiver makes of a must of the source: its state, and the severity of the requirement.
    fn comes_to(waiver: &Waiver, today: &str, verdict: &Verdict) -> (WaiverState, Severity) {
        let waived = on(waiver, today);
        let severity = severity(Level::Must, About::Source, Some(waived), verdict, Gate::default());
        (waived.state(Level::Must, verdict), severity)
    }

    #[test]
    fn a_waiver_holds_until_the_end_of_its_last_day() {
        let (all, failed) = (waiver(Scope::All), judged(vec![finding(Kind::List)]));
        assert_eq!(comes_to(&all, "2026-06-30", &failed), (WaiverState::Holds, Severity::Waived));
        assert_eq!(comes_to(&all, "2026-07-01", &failed), (WaiverState::Ended, Severity::Failure));
    }

    #[test]
    fn a_requirement_is_waived_only_when_all_its_failures_are() {
        let details = waiver(Scope::Operations(vec![Kind::Detail]));
        let both = judged(vec![finding(Kind::Detail), finding(Kind::List)]);
        assert_eq!(comes_to(&details, "2026-06-30", &both), (WaiverState::Exceeded, Severity::Failure));
        let covered = judged(vec![finding(Kind::Detail), finding(Kind::List).at_most(Level::May)]);
        assert_eq!(comes_to(&details, "2026-06-30", &covered), (WaiverState::Holds, Severity::Waived));
        let nowhere = Finding { exchange: None, ..finding(Kind::Detail) };
        assert_eq!(comes_to(&details, "2026-06-30", &judged(vec![nowhere])).1, Severity::Failure);
        let other = waiver(Scope::Envelope("hal".to_owned()));
        assert_eq!(comes_to(&other, "2026-06-30", &covered), (WaiverState::Stale, Severity::Failure));
        let same = waiver(Scope::Envelope("links".to_owned()));
        assert_eq!(comes_to(&same, "2026-06-30", &both), (WaiverState::Holds, Severity::Waived));
    }

    #[test]
    fn what_covers_nothing_any_more_is_a_warning_or_a_failure() {
        let all = waiver(Scope::All);
        let passed = judged(Vec::new());
        assert_eq!(comes_to(&all, "2026-06-30", &passed), (WaiverState::Stale, Severity::Warning));
        for gate in [Gate { stale_waivers_fail: true, ..Gate::default() }, Gate { strict: true, ..Gate::default() }] {
            let waived = Some(on(&all, "2026-06-30"));
            assert_eq!(severity(Level::Must, About::Source, waived, &passed, gate), Severity::Failure);
        }
        let blocked = Verdict::of(Outcome::Blocked);
        assert_eq!(comes_to(&all, "2026-06-30", &blocked), (WaiverState::Unused, Severity::None));
    }

    #[test]
    fn no_waiver_covers_the_issuer() {
        let all = waiver(Scope::All);
        let found = finding(Kind::Issuer);
        let waived = on(&all, "2026-06-30").covers(&found);
        assert_eq!(finding_severity(Level::Must, About::Issuer, waived, &found, Gate::default()), Severity::Error);
    }

    #[test]
    fn an_answer_settles_a_review_until_its_end() {
        let review = |answer, ends_on: Option<&str>| Review {
            answer,
            by: "Rita".into(),
            date: "2026-01-05".parse().unwrap(),
            note: "seen".into(),
            link: None,
            ends_on: ends_on.map(|end| end.parse().unwrap()),
        };
        let open = Verdict::of(Outcome::Review);
        let today = "2026-06-30".parse().unwrap();
        let come_to = |verdict: &Verdict, review| answered(verdict, Level::Must, &Text::same("t"), &review, today);
        assert_eq!(come_to(&open, review(Answer::Accepted, None)).outcome, Outcome::Pass);
        assert_eq!(come_to(&open, review(Answer::Accepted, Some("2026-06-30"))).outcome, Outcome::Pass);
        let ended = come_to(&open, review(Answer::Rejected, Some("2026-06-29")));
        assert!(ended.outcome == Outcome::Review && ended.reason.unwrap().en.contains("2026-06-29"));
        let rejected = come_to(&open, review(Answer::Rejected, None));
        assert_eq!(severity(Level::Must, About::Source, None, &rejected, Gate::default()), Severity::Failure);
        assert_eq!(severity(Level::Should, About::Source, None, &rejected, Gate::default()), Severity::Warning);
        // What a run could judge after all stays as it was judged.
        let passed = judged(Vec::new());
        assert_eq!(come_to(&passed, review(Answer::Rejected, None)), passed);
    }
}
