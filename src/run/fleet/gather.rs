//! From what came of each source to the overview.

use jiff::Timestamp;

use crate::catalogue::Catalogue;
use crate::judging::verdict::{Conformant, ExitStatus};
use crate::report::fleet::model::{Briefing, Format, Member, Overview, Requirement, Tally, Total};
use crate::report::{Chapter, Spec, Tool};

/// The overview of these members of a fleet, the most harmful first.
pub fn gather(catalogue: &Catalogue, started: Timestamp, duration_ms: u64, members: Vec<Member>) -> Overview {
    let mut overview = Overview {
        schema: Format::V2,
        tool: Tool { name: env!("CARGO_PKG_NAME").to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
        started,
        duration_ms,
        shards: Vec::new(),
        specs: catalogue
            .sets
            .iter()
            .map(|set| Spec { name: set.name.clone(), version: set.version.clone(), sha256: set.sha256.clone() })
            .collect(),
        result: Total { exit_status: ExitStatus::Success.code(), sources: Tally::default() },
        previous: None,
        gone: Vec::new(),
        briefing: Briefing::default(),
        chapters: catalogue
            .chapters
            .iter()
            .map(|chapter| Chapter { name: chapter.name.clone(), title: chapter.title.clone() })
            .collect(),
        requirements: catalogue
            .requirements
            .iter()
            .map(|row| Requirement {
                id: row.id.clone(),
                chapter: row.chapter.clone(),
                level: row.level,
                basis: row.basis_kinds(),
                title: row.title.clone(),
            })
            .collect(),
        members,
    };
    overview.conclude();
    overview
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
