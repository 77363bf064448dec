//! From the report of a source to its part of the overview.

use crate::report::fleet::model::{CauseSummary, Cell, Decision, DecisionKind, Member, Worst};
use crate::report::{Cause, Report, Requirement};

/// Characters of why a requirement stands as it does.
const LONGEST_WHY: usize = 400;

/// Characters of a name that people write into their decisions.
const LONGEST_NAME: usize = 100;

/// What an overview says of a source that has a report.
pub fn summary(name: String, tags: Vec<String>, report: &Report) -> Member {
    Member {
        name,
        tags,
        from_evidence: false,
        from_report: false,
        base_url: Some(report.run.base_url.clone()),
        started: Some(report.run.started),
        duration_ms: report.run.duration_ms,
        requests: report.run.requests,
        conformant: Some(report.result.conformant),
        conclusion: Some(report.result.conclusion.map(short)),
        exit_status: report.result.exit_status,
        counts: report.result.counts,
        causes: report.causes.iter().map(CauseSummary::of).collect(),
        stopped_by: report.root_cause().map(|cause| cause.id.clone()),
        worst: worst(report),
        decisions: report.requirements.iter().flat_map(decisions).collect(),
        trouble: None,
        files: Vec::new(),
        cells: report.requirements.iter().map(|row| cell(report, row)).collect(),
        changes: None,
    }
}

fn cell(report: &Report, row: &Requirement) -> Cell {
    let cause = row.cause.clone().filter(|_| report.is_told_by_cause(row));
    let tells = row.state().needs_action() && cause.is_none();
    Cell {
        id: row.id.clone(),
        outcome: row.outcome,
        severity: row.severity,
        accepted: row.accepted.is_some(),
        fails: report.run.gate.fail_on.fails(row.severity),
        cause,
        why: row.why().filter(|_| tells).map(|why| why.map(short)),
        change: None,
    }
}

fn worst(report: &Report) -> Option<Worst> {
    let row = report.failures().into_iter().find(|row| !report.is_told_by_cause(row))?;
    let why = row.why().map(|why| why.map(short));
    Some(Worst { id: row.id.clone(), title: row.title.clone(), why, harm: row.harm().rank() })
}

/// What people decided about a requirement until a certain day.
fn decisions(row: &Requirement) -> impl Iterator<Item = Decision> {
    let by = |name: &str| crate::base::input::short(name, LONGEST_NAME);
    let of = |kind, until, name: &str| Decision { id: row.id.clone(), kind, until, by: by(name) };
    let waiver = row.waiver.as_ref().map(|waiver| of(DecisionKind::Waiver, waiver.until, &waiver.owner));
    let review = row.review.as_ref().and_then(|review| Some(of(DecisionKind::Review, review.until?, &review.name)));
    waiver.into_iter().chain(review)
}

impl CauseSummary {
    fn of(cause: &Cause) -> Self {
        Self {
            id: cause.id.clone(),
            kind: cause.kind,
            server: cause.server,
            what: cause.what.map(short),
            remedy: cause.remedy.map(short),
            who: cause.who,
            waiting: cause.waiting.len(),
            must: cause.must,
        }
    }
}

fn short(text: &str) -> String {
    crate::base::input::short(text, LONGEST_WHY)
}
