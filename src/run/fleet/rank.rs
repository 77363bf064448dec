//! The order of sources: how they end, and among those that end alike the harm of what is not met.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::judging::verdict::ExitStatus;
use crate::report::fleet::model::{CauseSummary, Member, Overview, Row};
use crate::report::{Harm, State};

/// Where a source stands among the others: the least is the worst.
type Rank = (Option<usize>, Harms, Reverse<usize>, String);

/// Of every harm from the worst on, at how many requirements: more of the worst comes before any number of the next.
type Harms = Vec<(Harm, Reverse<usize>)>;

impl Overview {
    /// Puts the most harmful source first.
    pub(super) fn rank(&mut self) {
        let mut members = std::mem::take(&mut self.members);
        members.sort_by_cached_key(|member| self.rank_of(member));
        self.members = members;
    }

    fn rank_of(&self, member: &Member) -> Rank {
        let ends = ExitStatus::WORST_FIRST.iter().position(|known| known.code() == member.exit_status);
        let waiting = member.causes.iter().map(|cause| cause.must).sum();
        (ends, self.harms(member), Reverse(waiting), member.name.to_lowercase())
    }

    fn harms(&self, member: &Member) -> Harms {
        let mut counts: BTreeMap<Harm, usize> = BTreeMap::new();
        let told = |row: &Row<'_>| row.is_action();
        let blocks = member.causes.iter().filter(|cause| cause.must > 0 && !cause.is_requirement());
        let is_root = |cause: &CauseSummary| member.stopped_by.as_ref() == Some(&cause.id);
        let causes =
            blocks.map(|cause| if is_root(cause) { Harm::of_root_cause() } else { Harm::of_cause(State::BlockedMust) });
        for harm in self.rows(member).filter(told).map(|row| row.harm()).chain(causes) {
            *counts.entry(harm).or_default() += 1;
        }
        let harms = counts.into_iter().map(|(harm, count)| (harm, Reverse(count)));
        // Whoever has nothing more comes after whoever has.
        harms.chain([(Harm::of_cause(State::NotSelected), Reverse(0))]).collect()
    }
}
