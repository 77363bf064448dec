//! The public, versioned form of an overview: what `fleet.json` holds, described by `specs/fleet.schema.json`.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::catalogue::Level;
use crate::report::{Change, Chapter, Spec, State, Tool};
use crate::text::Text;
use crate::verdict::{Conformant, Counts, Outcome, Severity};

/// The JSON Schema of `fleet.json`.
pub const FLEET_SCHEMA: &str = include_str!("../../specs/fleet.schema.json");

/// What came of all sources of a fleet. All views of a fleet are views of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Overview {
    /// The version of this form.
    pub schema: Format,
    /// What made it.
    pub tool: Tool,
    /// When the run started.
    pub started: Timestamp,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// Which parts of the fleet these are, such as `2/5`; empty: it was run as a whole.
    pub shards: Vec<String>,
    /// The sets of requirements.
    pub specs: Vec<Spec>,
    /// What it comes to.
    pub result: Total,
    /// When the earlier run started that this one was compared with.
    pub previous: Option<Timestamp>,
    /// Sources of the earlier run that are no longer in the fleet.
    pub gone: Vec<String>,
    /// The chapters of the catalogue, in order.
    pub chapters: Vec<Chapter>,
    /// Every requirement of the catalogue, in order.
    pub requirements: Vec<Requirement>,
    /// The sources, the worst first.
    pub members: Vec<Member>,
}

/// The version of the form. A change that breaks readers gets a new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Format {
    /// The first.
    #[serde(rename = "bronkeur.fleet/1")]
    V1,
}

/// What a fleet comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Total {
    /// How the program ends: the worst of its members.
    pub exit_status: u8,
    /// Sources by what they came to.
    pub sources: Tally,
}

/// Sources by what they came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tally {
    /// They conform.
    pub yes: usize,
    /// They do not.
    pub no: usize,
    /// It could not be concluded.
    pub undecided: usize,
    /// No full judgement was possible.
    pub partial: usize,
    /// All that the program judges is as it should be; obligations wait for a reviewer.
    #[serde(default)]
    pub reviews_open: usize,
    /// There is no report.
    pub without_report: usize,
}

/// A requirement of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    /// Stable for ever.
    pub id: String,
    /// The name of its chapter.
    pub chapter: String,
    /// How strongly it binds.
    pub level: Level,
    /// A sentence that should hold.
    pub title: Text,
}

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
    /// How `check` would have ended.
    pub exit_status: u8,
    /// Its requirements by outcome and by severity.
    pub counts: Counts,
    /// Why there is no report, or which files of it could not be written.
    pub trouble: Option<Text>,
    /// The files in its folder.
    pub files: Vec<String>,
    /// What became of every requirement; empty where there is no report.
    pub cells: Vec<Cell>,
    /// In what it differs from the earlier run; null where it was not compared.
    pub changes: Option<Changes>,
}

/// What became of a requirement at a source.
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
    pub accepted: bool,
    /// Whether the gate ends the run with 1 for it.
    pub fails: bool,
    /// Why, where somebody has to do something about it.
    pub why: Option<Text>,
    /// In what way it stands otherwise than in the earlier run.
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
}

impl Overview {
    /// The requirement with that id.
    pub fn requirement(&self, id: &str) -> Option<&Requirement> {
        self.requirements.iter().find(|requirement| requirement.id == id)
    }
}

impl Cell {
    /// How it reads, at that level.
    pub fn state(&self, level: Level) -> State {
        State::of(level, self.outcome, self.severity, self.accepted)
    }
}
