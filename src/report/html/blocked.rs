//! What could not be judged, by what it waits for: said once, with the requirements that wait.

use serde::Serialize;

use crate::base::text::Text;
use crate::catalogue::Level;
use crate::report::group::Group;
use crate::report::model::{Cause, Report, Requirement};
use crate::text;

use super::page::short;
use super::row::Row;

/// Requirements that wait for the same.
#[derive(Debug, Serialize)]
pub(super) struct Waiting<'a> {
    /// Its name in links.
    key: String,
    /// What they wait for.
    what: Text,
    /// How many there are, and how many of them are obligations.
    count: Text,
    remedy: Option<Text>,
    who: Option<Text>,
    /// The first call that shows it.
    since: Option<&'a str>,
    /// The requirements that fail by it, or for which the others wait.
    failing: Vec<&'a str>,
    rows: Vec<Row<'a>>,
}

/// Those that are blocked, by what they wait for: the causes of the report, and where one has none its own reason.
pub(super) fn waiting(report: &Report) -> Vec<Waiting<'_>> {
    let blocked = Group::Blocked.rows(report);
    let of_cause = |cause: &'_ Cause| -> Vec<&Requirement> {
        blocked.iter().filter(|row| row.cause.as_deref() == Some(cause.id.as_str())).copied().collect()
    };
    let mut all = Vec::new();
    for cause in &report.causes {
        let rows = of_cause(cause);
        if rows.is_empty() {
            continue;
        }
        all.push(Waiting {
            key: format!("cause-{}", cause.id),
            what: capital(&short(&cause.what)),
            count: count(&rows),
            remedy: Some(capital(&short(&cause.remedy))).filter(|remedy| !remedy.en.is_empty()),
            who: Some(cause.who.name()),
            since: cause.since.as_deref(),
            failing: cause.failing.iter().map(String::as_str).take(6).collect(),
            rows: rows.into_iter().map(|row| Row::new(report, row)).collect(),
        });
    }
    let without: Vec<&Requirement> = blocked.into_iter().filter(|row| report.cause_of(row).is_none()).collect();
    all.extend(by_reason(report, without));
    all
}

/// Those without a cause, such as in a report of version 1: the same reason and the same remedy together.
fn by_reason<'a>(report: &'a Report, rows: Vec<&'a Requirement>) -> Vec<Waiting<'a>> {
    let mut groups: Vec<Vec<&Requirement>> = Vec::new();
    for row in rows {
        let same = |group: &&mut Vec<&Requirement>| {
            group.first().is_some_and(|first| first.reason == row.reason && first.remedy == row.remedy)
        };
        match groups.iter_mut().find(same) {
            Some(group) => group.push(row),
            None => groups.push(vec![row]),
        }
    }
    groups.sort_by_key(|group| std::cmp::Reverse(must(group)));
    let waiting = |(position, group): (usize, Vec<&'a Requirement>)| {
        let first = group.first();
        Waiting {
            key: format!("reason-{}", position + 1),
            what: first.and_then(|row| row.reason.as_ref()).map(|reason| capital(&short(reason))).unwrap_or_default(),
            count: count(&group),
            remedy: first.and_then(|row| row.remedy.as_ref()).map(|remedy| capital(&short(remedy))),
            who: None,
            since: None,
            failing: Vec::new(),
            rows: group.into_iter().map(|row| Row::new(report, row)).collect(),
        }
    };
    groups.into_iter().enumerate().map(waiting).collect()
}

/// With a capital at its start: it stands alone here. A name in code stays as it is.
pub(super) fn capital(text: &Text) -> Text {
    text.map(|text| {
        let mut rest = text.chars();
        rest.next().map(|first| first.to_uppercase().chain(rest).collect()).unwrap_or_default()
    })
}

fn must(rows: &[&Requirement]) -> usize {
    rows.iter().filter(|row| row.level == Level::Must).count()
}

/// How many wait, and how many of them are obligations.
fn count(rows: &[&Requirement]) -> Text {
    match (rows.len(), must(rows)) {
        (1, 1) => text!("1 verplichte eis wacht hierop", "1 obligation waits for it"),
        (1, _) => text!("1 eis wacht hierop, niet verplicht", "1 requirement waits for it, not obligatory"),
        (all, 0) => {
            text!("{all} eisen wachten hierop, geen verplicht", "{all} requirements wait for it, none obligatory")
        }
        (all, must) => text!(
            "{all} eisen wachten hierop, waarvan {must} verplicht",
            "{all} requirements wait for it, {must} of them obligatory"
        ),
    }
}
