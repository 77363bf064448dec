//! One source of a fleet: what `fleet.json` holds about it.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::base::text::Text;
use crate::catalogue::Level;
use crate::judging::reason::cause::{CauseKind, Server};
use crate::judging::reason::issuer::ActionOwner;
use crate::judging::verdict::{Conformant, Counts, ExitStatus, Outcome, Severity};
use crate::report::{Change, State};

/// One source of a fleet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// Its name, and that of its folder.
    pub name: String,
    /// By what it can be chosen.
    pub tags: Vec<String>,
    /// It was not called: the evidence of an earlier run was judged again.
    pub from_evidence: bool,
    /// It was not called: this is what a report of an earlier run says.
    #[serde(default)]
    pub from_report: bool,
    /// Where it was called; null where there is no report.
    pub base_url: Option<String>,
    /// When its run started.
    pub started: Option<Timestamp>,
    /// How long its run took, in milliseconds.
    pub duration_ms: u64,
    /// How many requests left the machine.
    pub requests: usize,
    /// Whether it conforms; null where there is no report.
    pub conformant: Option<Conformant>,
    /// What it comes to, in one sentence; null where there is no report.
    #[serde(default)]
    pub conclusion: Option<Text>,
    /// How `check` would have ended.
    pub exit_status: u8,
    /// Its requirements by outcome and by severity.
    pub counts: Counts,
    /// What kept requirements from being judged, the weightiest first.
    #[serde(default)]
    pub causes: Vec<CauseSummary>,
    /// The id of the cause by which its run came to nothing; null where it did not.
    #[serde(default)]
    pub stopped_by: Option<String>,
    /// The failure that does the most harm.
    #[serde(default)]
    pub worst: Option<Worst>,
    /// The decisions that have a last day.
    #[serde(default)]
    pub decisions: Vec<Decision>,
    /// Why there is no report, or which files of it could not be written.
    pub trouble: Option<Text>,
    /// The files in its folder.
    pub files: Vec<String>,
    /// What became of every requirement; empty where there is no report.
    pub cells: Vec<Cell>,
    /// In what it differs from the earlier run; null where it was not compared.
    pub changes: Option<Changes>,
}

/// What kept requirements of a source from being judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CauseSummary {
    /// Its id in the report of the source.
    pub id: String,
    /// What kind of cause it is.
    pub kind: CauseKind,
    /// Where it lies.
    pub server: Server,
    /// What and where, in one sentence.
    pub what: Text,
    /// What to do.
    pub remedy: Text,
    /// Who has to act.
    pub who: ActionOwner,
    /// How many requirements wait for it.
    pub waiting: usize,
    /// How many of these are obligations.
    pub must: usize,
}

/// A failure, with what is asked and what was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Worst {
    /// The requirement.
    pub id: String,
    /// The sentence that should hold.
    pub title: Text,
    /// What was found.
    pub why: Option<Text>,
    /// How much harm it does: the least is the worst.
    pub harm: u16,
}

/// A decision of people that has a last day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// The requirement.
    pub id: String,
    /// What it is.
    pub kind: DecisionKind,
    /// The last day on which it holds, in Brussels.
    pub until: Date,
    /// Who answers for it.
    pub by: String,
}

/// What people decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DecisionKind {
    /// A failure is covered for a time.
    Waiver,
    /// A reviewer answered.
    Review,
}

/// What became of a requirement at a source. What is left out in JSON is false or null.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cell {
    /// The requirement.
    pub id: String,
    /// Its outcome.
    pub outcome: Outcome,
    /// How bad that is.
    pub severity: Severity,
    /// The gate accepts that it is blocked.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub accepted: bool,
    /// Whether the gate ends the run with 1 for it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub fails: bool,
    /// The id of the cause that stands for it: it is blocked or fails by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// Why, where somebody has to do something about it and no cause says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<Text>,
    /// In what way it stands otherwise than in the earlier run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<Change>,
}

/// In what a source differs from the earlier run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Changes {
    /// It was not in the earlier run.
    pub new: bool,
    /// How it ended then; null where it is new.
    pub exit_status: Option<u8>,
    /// Requirements that fail, fail more severely or are not judged any more.
    pub worse: usize,
    /// Requirements that are repaired, fail less severely or are judged now.
    pub better: usize,
    /// The source could not be reached in the earlier run either.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unreachable_then: bool,
}

impl Member {
    /// A cause by its id.
    pub fn cause(&self, id: &str) -> Option<&CauseSummary> {
        self.causes.iter().find(|cause| cause.id == id)
    }

    /// The cause by which its run came to nothing.
    pub fn stopped(&self) -> Option<&CauseSummary> {
        self.cause(self.stopped_by.as_deref()?)
    }

    /// The cause by which that server could not be reached: the source, or the issuer of its tokens.
    pub fn unreachable(&self, server: Server) -> Option<&CauseSummary> {
        self.stopped().filter(|cause| cause.kind.is_unreachable() && cause.server == server)
    }

    /// Whether it was called in this run: of any other there are the evidence or the report of an earlier one.
    pub fn was_called(&self) -> bool {
        !self.from_evidence && !self.from_report
    }
}

impl CauseSummary {
    /// Whether it is told with the requirement that is not met.
    pub fn is_requirement(&self) -> bool {
        matches!(self.kind, CauseKind::RequirementNotMet | CauseKind::WrongIssuer)
    }
}

impl Changes {
    /// Whether it ends worse than then.
    pub fn ends_worse(&self, exit_status: u8) -> bool {
        let now = ExitStatus::of_code(exit_status);
        self.exit_status.map(ExitStatus::of_code).is_some_and(|then| then != now && then.worse(now) == now)
    }
}

impl Cell {
    /// How it reads, at that level.
    pub fn state(&self, level: Level) -> State {
        State::of(level, self.outcome, self.severity, self.accepted)
    }
}
