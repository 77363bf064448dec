//! From what came of each source to the overview.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::Catalogues;
use crate::catalogue::{self, Catalogue, Requirement as Row, SetVersion};
use crate::judging::verdict::{Conformant, ExitStatus};
use crate::report::fleet::model::{Briefing, Format, Member, Overview, Requirement, Tally, Total};
use crate::report::{Chapter, Spec, Tool};

/// The overview of these members of a fleet, the most harmful first.
pub fn gather(catalogues: &Catalogues, started: Timestamp, duration_ms: u64, members: Vec<Member>) -> Overview {
    let used = catalogues.used(&members);
    let mut overview = Overview {
        schema: Format::V2,
        tool: Tool { name: env!("CARGO_PKG_NAME").to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
        started,
        duration_ms,
        shards: Vec::new(),
        specs: once(&used, |catalogue| catalogue.sets.iter().map(spec).collect(), |set: &Spec| set.name.clone()),
        result: Total { exit_status: ExitStatus::Success.code(), sources: Tally::default() },
        previous: None,
        gone: Vec::new(),
        briefing: Briefing::default(),
        chapters: once(
            &used,
            |catalogue| catalogue.chapters.iter().map(chapter).collect(),
            |chapter: &Chapter| chapter.name.clone(),
        ),
        requirements: once(
            &used,
            |catalogue| catalogue.requirements.iter().map(requirement).collect(),
            |row: &Requirement| row.id.clone(),
        ),
        members,
    };
    overview.conclude();
    overview
}

/// What the catalogues have, in their order; what several of them share stands there once.
fn once<T>(catalogues: &[&Catalogue], of: impl Fn(&Catalogue) -> Vec<T>, name: impl Fn(&T) -> String) -> Vec<T> {
    let mut known = BTreeSet::new();
    catalogues.iter().flat_map(|catalogue| of(catalogue)).filter(|one| known.insert(name(one))).collect()
}

fn spec(set: &SetVersion) -> Spec {
    Spec { name: set.name.clone(), version: set.version.clone(), sha256: set.sha256.clone() }
}

fn chapter(chapter: &catalogue::Chapter) -> Chapter {
    Chapter { name: chapter.name.clone(), title: chapter.title.clone() }
}

fn requirement(row: &Row) -> Requirement {
    Requirement {
        id: row.id.clone(),
        chapter: row.chapter.clone(),
        level: row.level,
        basis: row.basis_kinds(),
        title: row.title.clone(),
    }
}

impl Overview {
    /// What it comes to, the most harmful first, and what needs attention.
    pub(super) fn conclude(&mut self) {
        let mut tally = Tally::default();
        let mut worst = ExitStatus::Success;
        for member in &self.members {
            worst = worst.worse(ExitStatus::of_code(member.exit_status));
            *match member.conformant {
                Some(Conformant::Yes) => &mut tally.yes,
                Some(Conformant::No) => &mut tally.no,
                Some(Conformant::Undecided) => &mut tally.undecided,
                Some(Conformant::Partial) => &mut tally.partial,
                Some(Conformant::ReviewsOpen) => &mut tally.reviews_open,
                None => &mut tally.without_report,
            } += 1;
        }
        self.result = Total { exit_status: worst.code(), sources: tally };
        self.rank();
        self.briefing = Briefing::of(self);
    }
}
