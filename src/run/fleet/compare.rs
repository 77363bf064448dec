//! An overview held against an earlier one.

use std::collections::HashMap;

use crate::judging::reason::cause::Server;
use crate::report::fleet::model::{Briefing, Cell, Changes, Member, Overview};
use crate::report::{Change, Standing};

impl Overview {
    /// Marks what stands otherwise than in an earlier run. `known`: the names of the whole fleet, of which this may be
    /// a part.
    pub fn compare(&mut self, previous: &Self, known: &[&str]) {
        self.previous = Some(previous.started);
        let gone = previous.members.iter().filter(|member| !known.contains(&member.name.as_str()));
        self.gone = gone.map(|member| member.name.clone()).collect();
        let before: HashMap<&str, &Member> =
            previous.members.iter().map(|member| (member.name.as_str(), member)).collect();
        for member in &mut self.members {
            let changes = match before.get(member.name.as_str()) {
                Some(before) => member.since(before),
                None => Changes { new: true, ..Changes::default() },
            };
            member.changes = Some(changes);
        }
        self.briefing = Briefing::of(self);
    }
}

impl Member {
    /// Marks what stands otherwise than before.
    fn since(&mut self, before: &Self) -> Changes {
        let mut changes = Changes {
            exit_status: Some(before.exit_status),
            unreachable_then: before.unreachable(Server::Source).is_some(),
            ..Changes::default()
        };
        let then: HashMap<&str, &Cell> = before.cells.iter().map(|cell| (cell.id.as_str(), cell)).collect();
        for cell in &mut self.cells {
            let then = then.get(cell.id.as_str());
            cell.change = then.and_then(|then| Change::between(standing(then), standing(cell)));
            match cell.change {
                Some(Change::NewlyFailing | Change::MoreSevere | Change::NoLongerJudged) => changes.worse += 1,
                Some(Change::Fixed | Change::LessSevere | Change::NewlyJudged) => changes.better += 1,
                None => {}
            }
        }
        changes
    }
}

fn standing(cell: &Cell) -> Standing {
    Standing { outcome: cell.outcome, severity: cell.severity }
}
