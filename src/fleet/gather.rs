//! From what came of each source to the overview.

use jiff::Timestamp;

use super::overview::{Cell, Changes, Format, Member, Overview, Requirement, Tally, Total};
use crate::catalogue::Catalogue;
use crate::report::{Change, Chapter, Report, Spec, Standing, Tool};
use crate::verdict::{Conformant, ExitStatus};

/// Characters of why a requirement stands as it does.
const LONGEST_WHY: usize = 400;

/// The overview of these members of a fleet, the worst first.
pub fn gather(catalogue: &Catalogue, started: Timestamp, duration_ms: u64, members: Vec<Member>) -> Overview {
    let mut overview = Overview {
        schema: Format::V1,
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
                title: row.title.clone(),
            })
            .collect(),
        members,
    };
    overview.conclude();
    overview
}

/// What an overview says of a source that has a report.
pub fn summary(name: String, tags: Vec<String>, from_evidence: bool, report: &Report) -> Member {
    let cells = report.requirements.iter().map(|row| Cell {
        id: row.id.clone(),
        outcome: row.outcome,
        severity: row.severity,
        accepted: row.accepted.is_some(),
        fails: report.run.gate.fail_on.fails(row.severity),
        why: row.why().filter(|_| row.state().needs_action()).map(|why| why.map(short)),
        change: None,
    });
    Member {
        name,
        tags,
        from_evidence,
        base_url: Some(report.run.base_url.clone()),
        started: Some(report.run.started),
        duration_ms: report.run.duration_ms,
        requests: report.run.requests,
        conformant: Some(report.result.conformant),
        exit_status: report.result.exit_status,
        counts: report.result.counts,
        trouble: None,
        files: Vec::new(),
        cells: cells.collect(),
        changes: None,
    }
}

fn short(text: &str) -> String {
    crate::fault::short(text, LONGEST_WHY)
}

impl Overview {
    /// What it comes to, and the worst first.
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
        let rank = |status: u8| ExitStatus::WORST_FIRST.iter().position(|known| known.code() == status);
        self.members.sort_by_cached_key(|member| {
            let counts = &member.counts;
            let troubles = [counts.failures, counts.errors, counts.warnings, counts.blocked].map(std::cmp::Reverse);
            (rank(member.exit_status), troubles, member.name.to_lowercase())
        });
    }

    /// Marks what stands otherwise than in an earlier run. `known`: the names of the whole fleet, of which this may be
    /// a part.
    pub fn compare(&mut self, previous: &Self, known: &[&str]) {
        self.previous = Some(previous.started);
        let gone = previous.members.iter().filter(|member| !known.contains(&member.name.as_str()));
        self.gone = gone.map(|member| member.name.clone()).collect();
        for member in &mut self.members {
            let before = previous.members.iter().find(|before| before.name == member.name);
            let Some(before) = before else {
                member.changes = Some(Changes { new: true, ..Changes::default() });
                continue;
            };
            let mut changes = Changes { exit_status: Some(before.exit_status), ..Changes::default() };
            for cell in &mut member.cells {
                let then = before.cells.iter().find(|then| then.id == cell.id);
                cell.change = then.and_then(|then| Change::between(standing(then), standing(cell)));
                match cell.change {
                    Some(Change::NewlyFailing | Change::MoreSevere | Change::NoLongerJudged) => changes.worse += 1,
                    Some(Change::Fixed | Change::LessSevere | Change::NewlyJudged) => changes.better += 1,
                    None => {}
                }
            }
            member.changes = Some(changes);
        }
    }
}

fn standing(cell: &Cell) -> Standing {
    Standing { outcome: cell.outcome, severity: cell.severity }
}
