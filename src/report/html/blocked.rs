//! What could not be judged, by what it waits for: said once, with the requirements that wait.

use serde::Serialize;

use crate::catalogue::Level;
use crate::report::group::Group;
use crate::report::model::{Report, Requirement};
use crate::text;
use crate::text::Text;

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
    since: Option<&'a str>,
    rows: Vec<Row<'a>>,
}

/// Those that are blocked, by what they wait for.
pub(super) fn waiting(report: &Report) -> Vec<Waiting<'_>> {
    let mut groups: Vec<Vec<&Requirement>> = Vec::new();
    for row in Group::Blocked.rows(report) {
        let same = |group: &&mut Vec<&Requirement>| {
            group.first().is_some_and(|first| first.reason == row.reason && first.remedy == row.remedy)
        };
        match groups.iter_mut().find(same) {
            Some(group) => group.push(row),
            None => groups.push(vec![row]),
        }
    }
    groups.sort_by_key(|group| std::cmp::Reverse(must(group)));
    let waiting = |(position, group): (usize, Vec<&'_ Requirement>)| (position, group);
    let numbered = groups.into_iter().enumerate().map(waiting);
    numbered
        .map(|(position, group)| {
            let first = group.first();
            Waiting {
                key: format!("w{}", position + 1),
                what: first.and_then(|row| row.reason.as_ref()).map(short).unwrap_or_default(),
                count: count(group.len(), must(&group)),
                remedy: first.and_then(|row| row.remedy.as_ref()).map(short),
                who: None,
                since: None,
                rows: group.iter().map(|row| Row::new(report, row)).collect(),
            }
        })
        .collect()
}

fn must(rows: &[&Requirement]) -> usize {
    rows.iter().filter(|row| row.level == Level::Must).count()
}

/// How many wait, and how many of them are obligations.
fn count(all: usize, must: usize) -> Text {
    match (all, must) {
        (1, 1) => text!("1 verplichte eis wacht hierop", "1 obligatory requirement waits for it"),
        (1, _) => text!("1 eis wacht hierop, niet verplicht", "1 requirement waits for it, not obligatory"),
        (all, must) => text!(
            "{all} eisen wachten hierop, waarvan {must} verplicht",
            "{all} requirements wait for it, {must} of them obligatory"
        ),
    }
}
