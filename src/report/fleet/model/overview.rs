//! The public, versioned form of an overview: what `fleet.json` holds, described by `specs/fleet.schema.json`.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Briefing, Cell, Member};
use crate::base::text::Text;
use crate::catalogue::Level;
use crate::report::{Binding, Chapter, Harm, Spec, State, Tool};

/// The JSON Schema of `fleet.json`.
pub const FLEET_SCHEMA: &str = include_str!("../../../../specs/fleet.schema.json");

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
    /// What needs attention now.
    #[serde(default)]
    pub briefing: Briefing,
    /// Every requirement of the catalogue, in order.
    pub requirements: Vec<Requirement>,
    /// The sources, the most harmful first.
    pub members: Vec<Member>,
}

/// The version of the form. A change that breaks readers gets a new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Format {
    /// The first.
    #[serde(rename = "bronkeur.fleet/1")]
    V1,
    /// With causes, the worst failure and the decisions of each source, what needs attention now, and sources in the order
    /// of harm. Of a cell it leaves out what is false or null.
    #[serde(rename = "bronkeur.fleet/2")]
    V2,
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
    /// What it rests on: `quoted`, `sample`, `derived`, `rfc`; an overview of version 1 does not say.
    #[serde(default)]
    pub basis: Vec<String>,
    /// A sentence that should hold.
    pub title: Text,
}

/// A requirement and what became of it at a source.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    /// The requirement.
    pub requirement: &'a Requirement,
    /// What became of it.
    pub cell: &'a Cell,
    /// How that reads.
    pub state: State,
}

impl Overview {
    /// The requirement with that id.
    pub fn requirement(&self, id: &str) -> Option<&Requirement> {
        self.requirements.iter().find(|requirement| requirement.id == id)
    }

    /// What became of every requirement at a source, in the order of the catalogue.
    pub fn rows<'a>(&'a self, member: &'a Member) -> impl Iterator<Item = Row<'a>> {
        member.cells.iter().enumerate().filter_map(|(position, cell)| {
            // Most stand where the catalogue has them: a search for each would take the square of the time.
            let there = self.requirements.get(position).filter(|there| there.id == cell.id);
            let requirement = there.or_else(|| self.requirement(&cell.id))?;
            Some(Row { requirement, cell, state: cell.state(requirement.level) })
        })
    }

    /// What somebody has to do something about at a source and no cause says, the most harmful first.
    pub fn actions<'a>(&'a self, member: &'a Member) -> Vec<Row<'a>> {
        let mut rows: Vec<Row<'a>> = self.rows(member).filter(Row::is_action).collect();
        rows.sort_by_key(Row::harm);
        rows
    }
}

impl Row<'_> {
    /// How much harm it does.
    pub fn harm(&self) -> Harm {
        let Requirement { id, chapter, level, basis, .. } = self.requirement;
        Harm::of(&Binding { id, chapter, level: *level, basis }, self.state)
    }

    /// Whether it is a failure of the source that no cause stands for.
    pub fn is_failure(&self) -> bool {
        self.state == State::Failure && self.cell.cause.is_none()
    }

    /// Whether somebody has to do something about it that no cause says.
    pub fn is_action(&self) -> bool {
        self.state.needs_action() && self.cell.cause.is_none()
    }
}
