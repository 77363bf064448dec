//! What a team reads first on a Monday: what got worse since the last time, who cannot be reached, and which decisions end
//! soon. It follows from the members alone; what day it is, from their runs.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Cell, DecisionKind, Member, Overview};
use crate::judging::decisions::{day_of, ends_soon};
use crate::judging::reason::cause::Server;
use crate::report::Change;

/// What needs attention now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Briefing {
    /// Sources that are new, or worse than in the earlier run, in the order of the members.
    pub worse: Vec<Worsened>,
    /// Sources that could not be reached, in the order of the members.
    pub unreachable: Vec<Unreachable>,
    /// Sources of which the issuer of tokens could not be reached: they may be well themselves.
    #[serde(default)]
    pub without_issuer: Vec<Unreachable>,
    /// Waivers and answered reviews that end within 30 days of the run, the first to end first.
    pub ending: Vec<Ending>,
}

/// A source that is new, or worse than in the earlier run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Worsened {
    /// Its name.
    pub name: String,
    /// It was not in the earlier run.
    pub new: bool,
    /// The requirements that fail now and did not, or fail more severely, the most harmful first.
    pub failing: Vec<String>,
    /// How many requirements were judged then and are not any more.
    pub no_longer_judged: usize,
}

/// A source that could not be reached, or could not be called for want of a token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unreachable {
    /// Its name.
    pub name: String,
    /// The id of the cause, among those of the source.
    pub cause: String,
}

/// A decision that ends soon.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ending {
    /// The name of the source.
    pub name: String,
    /// The requirement.
    pub id: String,
    /// What ends.
    pub kind: DecisionKind,
    /// Its last day.
    pub until: Date,
    /// Who answers for it.
    pub by: String,
}

impl Briefing {
    /// That of an overview.
    pub(crate) fn of(overview: &Overview) -> Self {
        let members = &overview.members;
        let unreachable = |server: Server| {
            let told = members.iter().filter_map(move |member| {
                let cause = member.unreachable(server)?.id.clone();
                Some(Unreachable { name: member.name.clone(), cause })
            });
            told.collect()
        };
        let mut ending: Vec<Ending> = members.iter().flat_map(ending).collect();
        ending.sort_by(|one, other| (one.until, &one.id, &one.name).cmp(&(other.until, &other.id, &other.name)));
        Self {
            worse: members.iter().filter_map(|member| worsened(overview, member)).collect(),
            unreachable: unreachable(Server::Source),
            without_issuer: unreachable(Server::Issuer),
            ending,
        }
    }
}

fn worsened(overview: &Overview, member: &Member) -> Option<Worsened> {
    let changes = member.changes?;
    if !changes.new && changes.worse == 0 && !changes.ends_worse(member.exit_status) {
        return None;
    }
    let newly = |cell: &Cell| matches!(cell.change, Some(Change::NewlyFailing | Change::MoreSevere));
    let lost = |cell: &&Cell| cell.change == Some(Change::NoLongerJudged);
    let mut failing: Vec<_> = overview.rows(member).filter(|row| newly(row.cell) && row.is_failure()).collect();
    failing.sort_by_key(crate::report::fleet::model::Row::harm);
    Some(Worsened {
        name: member.name.clone(),
        new: changes.new,
        failing: failing.into_iter().map(|row| row.cell.id.clone()).collect(),
        no_longer_judged: member.cells.iter().filter(lost).count(),
    })
}

/// The decisions of a source that end soon, seen from the day of its run.
fn ending(member: &Member) -> impl Iterator<Item = Ending> {
    let today = member.started.map(day_of);
    let soon = member.decisions.iter().filter(move |one| today.is_some_and(|today| ends_soon(one.until, today)));
    soon.map(|one| Ending {
        name: member.name.clone(),
        id: one.id.clone(),
        kind: one.kind,
        until: one.until,
        by: one.by.clone(),
    })
}
