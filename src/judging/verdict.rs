//! Verdicts, and the one place that decides what they mean: severity, conformity and exit status.

mod circumstances;
mod decided;
mod obstacle;

use serde::{Deserialize, Serialize};

use crate::base::text::Text;
use crate::catalogue::{About, Level};
use crate::evidence::exchange::Request;
use crate::evidence::recording::EvidenceKeys;

pub use circumstances::{Circumstances, Shortfall};
pub use decided::{Waived, WaiverState, answered};
pub use obstacle::Obstacle;

/// What became of a requirement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The evidence could have shown the opposite and did not.
    Pass,
    /// There are findings.
    Fail,
    /// Cannot arise here.
    NotApplicable,
    /// Should be judged and could not be.
    Blocked,
    /// A human answers.
    Review,
    /// A value; nothing can fail.
    Observed,
    /// Left out by `--only` or `--skip`.
    NotSelected,
}

impl Outcome {
    /// All outcomes, in the order of reports.
    pub const ALL: [Self; 7] =
        [Self::Fail, Self::Blocked, Self::Review, Self::Pass, Self::Observed, Self::NotApplicable, Self::NotSelected];

    /// The word for people.
    pub fn label(self) -> Text {
        match self {
            Self::Pass => Text::new("voldoet", "pass"),
            Self::Fail => Text::new("voldoet niet", "fail"),
            Self::NotApplicable => Text::new("niet van toepassing", "not applicable"),
            Self::Blocked => Text::new("niet te beoordelen", "blocked"),
            Self::Review => Text::new("te beoordelen door een mens", "open review"),
            Self::Observed => Text::new("vastgesteld", "observed"),
            Self::NotSelected => Text::new("niet gekozen", "not selected"),
        }
    }
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Nothing to say.
    None,
    /// Worth knowing.
    Note,
    /// A failure that a waiver covers.
    Waived,
    /// A recommendation is not followed.
    Warning,
    /// We could not get what we need from the issuer.
    Error,
    /// A requirement is not met.
    Failure,
}

impl Severity {
    /// The word for people.
    pub fn label(self) -> Text {
        match self {
            Self::None => Text::same("-"),
            Self::Note => Text::new("opmerking", "note"),
            Self::Waived => Text::new("vrijgesteld", "waived"),
            Self::Warning => Text::new("waarschuwing", "warning"),
            Self::Error => Text::new("fout", "error"),
            Self::Failure => Text::new("inbreuk", "failure"),
        }
    }
}

/// One observation against a requirement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What the requirement asks for here.
    pub expected: Text,
    /// What was there instead; server text in it is bounded and escaped.
    pub actual: Text,
    /// Where: a JSON pointer, `status`, `header content-type`, or a fact.
    pub place: String,
    /// The exchange that shows it.
    pub exchange: Option<Request>,
    /// The level it counts at; never stronger than its row.
    pub level: Option<Level>,
    /// What to do, where the requirement's own advice does not fit.
    pub fix: Option<Text>,
}

impl Finding {
    /// A finding in an exchange.
    pub fn new(request: &Request, place: impl Into<String>, expected: Text, actual: Text) -> Self {
        Self { expected, actual, place: place.into(), exchange: Some(request.clone()), level: None, fix: None }
    }

    /// The same, counting at a weaker level than its row.
    #[must_use]
    pub fn at_most(mut self, level: Level) -> Self {
        self.level = Some(level);
        self
    }

    /// The same, with advice of its own.
    #[must_use]
    pub fn fix(mut self, fix: Text) -> Self {
        self.fix = Some(fix);
        self
    }
}

/// What a check says about a recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// What became of the requirement.
    pub outcome: Outcome,
    /// What was found; with a pass these are notes.
    pub findings: Vec<Finding>,
    /// Why it is blocked or not applicable, or what was observed.
    pub reason: Option<Text>,
    /// What to supply or to do.
    pub remedy: Option<Text>,
    /// Blocked because something that other requirements ask for is missing: the ids of those that it comes down to,
    /// once all are judged. None where the reason is its own.
    pub unmet: Option<Vec<String>>,
    /// Blocked because of this, where no other requirement is what it waits for and it is known.
    pub obstacle: Option<Box<Obstacle>>,
    /// The exchanges that the check asked for.
    pub evidence: EvidenceKeys,
}

impl Verdict {
    /// A verdict without findings.
    pub fn of(outcome: Outcome) -> Self {
        Self {
            outcome,
            findings: Vec::new(),
            reason: None,
            remedy: None,
            unmet: None,
            obstacle: None,
            evidence: EvidenceKeys::new(),
        }
    }

    /// Cannot arise.
    pub fn not_applicable(reason: Text) -> Self {
        Self { reason: Some(reason), ..Self::of(Outcome::NotApplicable) }
    }

    /// Could not be judged.
    pub fn blocked(reason: Text, remedy: Text) -> Self {
        Self { reason: Some(reason), remedy: Some(remedy), ..Self::of(Outcome::Blocked) }
    }

    /// The same, with what keeps it from being judged.
    #[must_use]
    pub fn by(mut self, obstacle: Obstacle) -> Self {
        self.obstacle = Some(Box::new(obstacle));
        self
    }

    /// A value was seen.
    pub fn observed(value: Text) -> Self {
        Self { reason: Some(value), ..Self::of(Outcome::Observed) }
    }

    /// Pass or fail, by the findings: on a row that is stronger than `may`, findings that count as notes do not fail it.
    pub fn judged(level: Level, findings: Vec<Finding>) -> Self {
        let fails = findings.iter().any(|finding| level == Level::May || effective(level, finding) != Level::May);
        Self { findings, ..Self::of(if fails { Outcome::Fail } else { Outcome::Pass }) }
    }
}

/// The level at which a finding counts: its own, never stronger than the row's.
fn effective(level: Level, finding: &Finding) -> Level {
    finding.level.map_or(level, |own| own.min(level))
}

/// What the gate was asked to do; changes severity or exit status, never a verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Gate {
    /// Warnings count as failures.
    pub strict: bool,
    /// Open reviews keep the run from concluding.
    pub require_reviews: bool,
    /// A waiver that covers nothing any more is a failure instead of a warning.
    pub stale_waivers_fail: bool,
    /// Which findings the run ends with 1 for.
    pub fail_on: FailOn,
}

/// Which findings make the program end with 1. It changes the exit status alone: severity, counts and conformity say
/// what was found, whatever the gate does with it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum FailOn {
    /// A failure: an obligation that is not met, and under --strict a recommendation
    #[default]
    Must,
    /// A warning too: a recommendation that is not followed
    Should,
    /// No finding; what could not be judged still ends with 3
    Never,
}

impl FailOn {
    /// The word on the command line and in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Must => "must",
            Self::Should => "should",
            Self::Never => "never",
        }
    }

    /// Whether a requirement of that severity makes the program end with 1.
    pub fn fails(self, severity: Severity) -> bool {
        match self {
            Self::Must => severity == Severity::Failure,
            Self::Should => matches!(severity, Severity::Failure | Severity::Warning),
            Self::Never => false,
        }
    }
}

/// The severity of one finding. The only place that decides it.
pub fn finding_severity(level: Level, about: About, waived: bool, finding: &Finding, gate: Gate) -> Severity {
    match (about, effective(level, finding)) {
        (_, Level::May) | (About::Issuer, Level::Should) => Severity::Note,
        (About::Issuer, Level::Must) => Severity::Error,
        (_, _) if waived => Severity::Waived,
        (_, Level::Must) => Severity::Failure,
        (_, Level::Should) => {
            if gate.strict {
                Severity::Failure
            } else {
                Severity::Warning
            }
        }
    }
}

/// The severity of a requirement: that of its worst finding, or of a waiver that covers nothing any more.
pub fn severity(level: Level, about: About, waived: Option<Waived<'_>>, verdict: &Verdict, gate: Gate) -> Severity {
    let findings = verdict.findings.iter().map(|finding| {
        let covered = waived.is_some_and(|waived| waived.covers(finding));
        finding_severity(level, about, covered, finding, gate)
    });
    let stale = waived.filter(|waived| waived.state(level, verdict) == WaiverState::Stale);
    let stale =
        stale.map(|_| if gate.strict || gate.stale_waivers_fail { Severity::Failure } else { Severity::Warning });
    findings.chain(stale).max().unwrap_or(Severity::None)
}

/// Whether the source conforms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Conformant {
    /// Every must passed, or was accepted by a reviewer, or cannot arise.
    Yes,
    /// There is a failure.
    No,
    /// A must is blocked.
    Undecided,
    /// No failure, but not everything was asked, or not as in production, or failures are waived.
    Partial,
    /// All that the program judges is as it should be; about obligations a human has still to answer.
    ReviewsOpen,
}

/// The exit status of the program, worst first in [`ExitStatus::WORST_FIRST`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[repr(u8)]
pub enum ExitStatus {
    /// No failure and no unaccepted blocked must.
    Success = 0,
    /// At least one failure.
    Failures = 1,
    /// The call, the profile or the specs are wrong; nothing was sent.
    Usage = 2,
    /// Could not be concluded: a must is blocked, no token, source unreachable, interrupted.
    Undecided = 3,
    /// An internal error, or a result that could not be written.
    Internal = 4,
}

impl ExitStatus {
    /// From worst to best, where several apply.
    pub const WORST_FIRST: [Self; 5] = [Self::Internal, Self::Usage, Self::Failures, Self::Undecided, Self::Success];

    /// The number that the process ends with.
    pub fn code(self) -> u8 {
        self as u8
    }

    /// The status with that number; what is no status of ours is an internal error.
    pub fn of_code(code: u8) -> Self {
        Self::WORST_FIRST.into_iter().find(|status| status.code() == code).unwrap_or(Self::Internal)
    }

    /// The worse of two.
    #[must_use]
    pub fn worse(self, other: Self) -> Self {
        Self::WORST_FIRST.into_iter().find(|status| *status == self || *status == other).unwrap_or(self)
    }
}

/// How many requirements had each outcome, and each severity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    /// Outcome pass.
    pub pass: usize,
    /// Outcome fail.
    pub fail: usize,
    /// Outcome not applicable.
    pub not_applicable: usize,
    /// Outcome blocked.
    pub blocked: usize,
    /// Outcome review.
    pub review: usize,
    /// Outcome observed.
    pub observed: usize,
    /// Outcome not selected.
    pub not_selected: usize,
    /// Severity failure.
    pub failures: usize,
    /// Severity warning.
    pub warnings: usize,
    /// Severity note.
    pub notes: usize,
    /// Severity error.
    pub errors: usize,
    /// Severity waived.
    pub waived: usize,
    /// Blocked and accepted by the gate.
    pub accepted: usize,
    /// Obligations about which a human has still to answer; 0 in reports from before version 2.
    #[serde(default)]
    pub reviews_open: usize,
}

/// What decides about the run as a whole, per requirement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The level of the row.
    pub level: Level,
    /// Whom the row is about.
    pub about: About,
    /// Its outcome.
    pub outcome: Outcome,
    /// Its severity.
    pub severity: Severity,
    /// Blocked, and the gate accepts that by name.
    pub accepted: bool,
}

impl Standing {
    fn is_blocked_must(self) -> bool {
        self.level == Level::Must && self.outcome == Outcome::Blocked
    }

    /// A failure of the source.
    fn fails(self) -> bool {
        self.outcome == Outcome::Fail && self.severity == Severity::Failure
    }
}

/// What a run comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conclusion {
    /// Whether the source conforms.
    pub conformant: Conformant,
    /// How the program ends.
    pub exit_status: ExitStatus,
    /// The counts.
    pub counts: Counts,
}

/// Counts, conformity and exit status of a run. The only place that decides them. A failure that is none of the source
/// (a waiver that covers nothing any more) decides about the exit status alone.
pub fn conclude(standings: &[Standing], circumstances: Circumstances, gate: Gate) -> Conclusion {
    let mut counts = Counts::default();
    for standing in standings {
        *match standing.outcome {
            Outcome::Pass => &mut counts.pass,
            Outcome::Fail => &mut counts.fail,
            Outcome::NotApplicable => &mut counts.not_applicable,
            Outcome::Blocked => &mut counts.blocked,
            Outcome::Review => &mut counts.review,
            Outcome::Observed => &mut counts.observed,
            Outcome::NotSelected => &mut counts.not_selected,
        } += 1;
        match standing.severity {
            Severity::None => {}
            Severity::Note => counts.notes += 1,
            Severity::Waived => counts.waived += 1,
            Severity::Warning => counts.warnings += 1,
            Severity::Error => counts.errors += 1,
            Severity::Failure => counts.failures += 1,
        }
        counts.accepted += usize::from(standing.outcome == Outcome::Blocked && standing.accepted);
        counts.reviews_open += usize::from(standing.level == Level::Must && standing.outcome == Outcome::Review);
    }
    let undecided = circumstances.interrupted
        || counts.errors > 0
        || standings.iter().any(|standing| standing.is_blocked_must() && !standing.accepted)
        || (gate.require_reviews && counts.review > 0);
    let accepted_must = standings.iter().any(|standing| standing.is_blocked_must() && standing.accepted);
    let conformant = if standings.iter().any(|standing| standing.fails()) {
        Conformant::No
    } else if undecided {
        Conformant::Undecided
    } else if !circumstances.shortfalls(&counts, accepted_must).is_empty() {
        Conformant::Partial
    } else if counts.reviews_open > 0 {
        Conformant::ReviewsOpen
    } else {
        Conformant::Yes
    };
    let exit_status = if standings.iter().any(|standing| gate.fail_on.fails(standing.severity)) {
        ExitStatus::Failures
    } else if undecided {
        ExitStatus::Undecided
    } else {
        ExitStatus::Success
    };
    Conclusion { conformant, exit_status, counts }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AS_USUAL: Circumstances = Circumstances { plain_http: false, not_acm: false, interrupted: false };

    fn standing(level: Level, outcome: Outcome, severity: Severity) -> Standing {
        Standing { level, about: About::Source, outcome, severity, accepted: false }
    }

    #[test]
    fn a_failure_outweighs_what_is_blocked() {
        let blocked = standing(Level::Must, Outcome::Blocked, Severity::None);
        let failed = standing(Level::Must, Outcome::Fail, Severity::Failure);
        let conclusion = conclude(&[blocked, failed], AS_USUAL, Gate::default());
        assert_eq!((conclusion.conformant, conclusion.exit_status), (Conformant::No, ExitStatus::Failures));
        let conclusion = conclude(&[blocked], AS_USUAL, Gate::default());
        assert_eq!((conclusion.conformant, conclusion.exit_status), (Conformant::Undecided, ExitStatus::Undecided));
        let accepted = Standing { accepted: true, ..blocked };
        let conclusion = conclude(&[accepted], AS_USUAL, Gate::default());
        assert_eq!((conclusion.conformant, conclusion.exit_status), (Conformant::Partial, ExitStatus::Success));
        assert_eq!(conclusion.counts.accepted, 1);
    }

    #[test]
    fn an_interrupted_run_is_undecided_unless_it_found_a_failure() {
        let interrupted = Circumstances { interrupted: true, ..AS_USUAL };
        let recommended = standing(Level::Should, Outcome::Blocked, Severity::None);
        let conclusion = conclude(&[recommended], interrupted, Gate::default());
        assert_eq!((conclusion.conformant, conclusion.exit_status), (Conformant::Undecided, ExitStatus::Undecided));
        let failed = standing(Level::Must, Outcome::Fail, Severity::Failure);
        assert_eq!(conclude(&[recommended, failed], interrupted, Gate::default()).exit_status, ExitStatus::Failures);
    }

    #[test]
    fn open_reviews_count_only_when_required() {
        let review = standing(Level::Must, Outcome::Review, Severity::None);
        assert_eq!(conclude(&[review], AS_USUAL, Gate::default()).exit_status, ExitStatus::Success);
        let gate = Gate { require_reviews: true, ..Gate::default() };
        assert_eq!(conclude(&[review], AS_USUAL, gate).exit_status, ExitStatus::Undecided);
    }

    #[test]
    fn what_the_run_fails_on_changes_its_exit_status_alone() {
        use ExitStatus::{Failures, Success, Undecided};
        let failed = standing(Level::Must, Outcome::Fail, Severity::Failure);
        let warned = standing(Level::Should, Outcome::Fail, Severity::Warning);
        let blocked = standing(Level::Must, Outcome::Blocked, Severity::None);
        let waived = standing(Level::Must, Outcome::Fail, Severity::Waived);
        // The standings, and the exit status for must, should and never.
        let cases = [
            (vec![], [Success, Success, Success]),
            (vec![warned], [Success, Failures, Success]),
            (vec![failed], [Failures, Failures, Success]),
            (vec![waived], [Success, Success, Success]),
            (vec![blocked], [Undecided, Undecided, Undecided]),
            (vec![blocked, warned], [Undecided, Failures, Undecided]),
            (vec![blocked, failed], [Failures, Failures, Undecided]),
        ];
        for (standings, expected) in cases {
            let usual = conclude(&standings, AS_USUAL, Gate::default());
            for (fail_on, expected) in [FailOn::Must, FailOn::Should, FailOn::Never].into_iter().zip(expected) {
                let conclusion = conclude(&standings, AS_USUAL, Gate { fail_on, ..Gate::default() });
                assert_eq!(conclusion, Conclusion { exit_status: expected, ..usual }, "{fail_on:?} {standings:?}");
            }
        }
    }

    #[test]
    fn a_waived_failure_is_no_pass_and_a_stale_waiver_no_failure_of_the_source() {
        let waived = standing(Level::Must, Outcome::Fail, Severity::Waived);
        let conclusion = conclude(&[waived], AS_USUAL, Gate::default());
        assert_eq!((conclusion.conformant, conclusion.exit_status), (Conformant::Partial, ExitStatus::Success));
        assert_eq!((conclusion.counts.waived, conclusion.counts.failures), (1, 0));
        let stale = standing(Level::Must, Outcome::Pass, Severity::Failure);
        let conclusion = conclude(&[stale], AS_USUAL, Gate::default());
        assert_eq!((conclusion.conformant, conclusion.exit_status), (Conformant::Yes, ExitStatus::Failures));
    }

    #[test]
    fn a_finding_is_never_stronger_than_its_row() {
        let finding = Finding::new(
            &Request::entry(crate::evidence::exchange::Citizen::Subject),
            "",
            Text::default(),
            Text::default(),
        );
        let must = finding.clone().at_most(Level::Must);
        let strict = Gate { strict: true, ..Gate::default() };
        assert_eq!(finding_severity(Level::Should, About::Source, false, &must, Gate::default()), Severity::Warning);
        assert_eq!(finding_severity(Level::Should, About::Source, false, &must, strict), Severity::Failure);
        assert_eq!(finding_severity(Level::Must, About::Issuer, false, &must, strict), Severity::Error);
        assert_eq!(finding_severity(Level::Should, About::Issuer, false, &must, strict), Severity::Note);
        let note = finding.at_most(Level::May);
        assert_eq!(Verdict::judged(Level::Must, vec![note.clone()]).outcome, Outcome::Pass);
        assert_eq!(Verdict::judged(Level::May, vec![note]).outcome, Outcome::Fail);
    }

    #[test]
    fn the_worst_exit_status_wins() {
        use ExitStatus::{Failures, Internal, Success, Undecided, Usage};
        assert_eq!(Undecided.worse(Failures), Failures);
        assert_eq!(Failures.worse(Usage), Usage);
        assert_eq!(Usage.worse(Internal), Internal);
        assert_eq!(Success.worse(Undecided), Undecided);
    }
}
