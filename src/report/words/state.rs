//! How a requirement reads, in one word.

use crate::base::text::Text;
use crate::catalogue::Level;
use crate::judging::decisions::Answer;
use crate::judging::verdict::{Outcome, Severity};
use crate::report::model::{Requirement, Review};
use crate::text;

/// How a requirement reads: its outcome and its severity in one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// Not met.
    Failure,
    /// We could not get what we need from the issuer.
    Error,
    /// An obligation that could not be judged.
    BlockedMust,
    /// A recommendation is not followed.
    Warning,
    /// A failure that a waiver covers.
    Waived,
    /// Could not be judged: no obligation, or accepted by the gate.
    Blocked,
    /// Worth knowing.
    Note,
    /// A human answers.
    Review,
    /// A value.
    Observed,
    /// Passed, with something worth knowing.
    PassWithNote,
    /// Passed.
    Pass,
    /// Cannot arise.
    NotApplicable,
    /// Left out.
    NotSelected,
}

impl State {
    /// A mark of one column. Never alone: the word stands beside it.
    pub fn symbol(self) -> char {
        match self {
            Self::Failure | Self::Error => '✗',
            Self::Warning => '!',
            Self::BlockedMust | Self::Blocked => '?',
            Self::Waived => '~',
            Self::Note | Self::PassWithNote => '·',
            Self::Review => '○',
            Self::Observed => '=',
            Self::Pass => '✓',
            Self::NotApplicable | Self::NotSelected => '–',
        }
    }

    /// The word for people.
    pub fn word(self) -> Text {
        match self {
            Self::Failure => Severity::Failure.label(),
            Self::Error => Severity::Error.label(),
            Self::Warning => Severity::Warning.label(),
            Self::Waived => Severity::Waived.label(),
            Self::Note => Severity::Note.label(),
            Self::BlockedMust | Self::Blocked => Outcome::Blocked.label(),
            Self::Review => Text::new("beoordeling", "review"),
            Self::Observed => Outcome::Observed.label(),
            Self::PassWithNote => Text::new("voldoet, opmerking", "pass, note"),
            Self::Pass => Outcome::Pass.label(),
            Self::NotApplicable => Outcome::NotApplicable.label(),
            Self::NotSelected => Outcome::NotSelected.label(),
        }
    }

    /// The name of its kind, for filters.
    pub(in crate::report) fn key(self) -> &'static str {
        match self {
            Self::Failure => "failure",
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Waived => "waived",
            Self::Note | Self::PassWithNote => "note",
            Self::BlockedMust | Self::Blocked => "blocked",
            Self::Review => "review",
            Self::Observed => "observed",
            Self::Pass => "pass",
            Self::NotApplicable => "not_applicable",
            Self::NotSelected => "not_selected",
        }
    }

    /// Whether somebody has to do something about it.
    pub fn needs_action(self) -> bool {
        matches!(self, Self::Failure | Self::Error | Self::BlockedMust | Self::Warning)
    }
}

impl Requirement {
    /// The word for people: an answer that a reviewer accepted is no pass like another.
    pub(in crate::report) fn word(&self) -> Text {
        if let Some(review) = self.accepting() {
            let name = &review.name;
            return text!("aanvaard door {name}", "accepted by {name}");
        }
        self.state().word()
    }

    /// The answer of a reviewer by which it passes.
    pub(in crate::report) fn accepting(&self) -> Option<&Review> {
        let review = self.review.as_ref().filter(|review| review.answer == Answer::Accepted);
        review.filter(|_| matches!(self.state(), State::Pass | State::PassWithNote))
    }

    /// How it reads.
    pub fn state(&self) -> State {
        State::of(self.level, self.outcome, self.severity, self.accepted.is_some())
    }
}

impl State {
    /// How a requirement of that level reads. `accepted`: the gate accepts that it is blocked.
    pub fn of(level: Level, outcome: Outcome, severity: Severity, accepted: bool) -> Self {
        match (outcome, severity) {
            (Outcome::Blocked, _) if level == Level::Must && !accepted => Self::BlockedMust,
            (Outcome::Blocked, _) => Self::Blocked,
            (Outcome::Review, _) => Self::Review,
            (Outcome::NotApplicable, _) => Self::NotApplicable,
            (Outcome::NotSelected, _) => Self::NotSelected,
            (_, Severity::Failure) => Self::Failure,
            (_, Severity::Error) => Self::Error,
            (_, Severity::Warning) => Self::Warning,
            (_, Severity::Waived) => Self::Waived,
            (Outcome::Observed, _) => Self::Observed,
            (Outcome::Pass, Severity::Note) => Self::PassWithNote,
            (Outcome::Fail, Severity::Note | Severity::None) => Self::Note,
            (Outcome::Pass, Severity::None) => Self::Pass,
        }
    }
}
