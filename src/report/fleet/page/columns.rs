//! The requirements that fail somewhere: the columns of the table, and the list below it.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::base::text::Text;
use crate::report::fleet::model::{Overview, Row};
use crate::report::harm::Harm;
use crate::report::words;

/// Names of sources that are given with a requirement.
const MOST_NAMES: usize = 8;

/// A requirement that fails at a source, not by a cause that stands for it.
#[derive(Debug, Serialize)]
pub(super) struct Failing<'a> {
    pub(super) id: &'a str,
    title: &'a Text,
    level: Text,
    /// At how many sources.
    count: usize,
    names: Vec<&'a str>,
    more: usize,
}

/// Each of them, the most harmful first, and of those that do as much harm the one that most sources fail.
pub(super) fn failing(overview: &Overview) -> Vec<Failing<'_>> {
    let mut all: BTreeMap<&str, (Harm, Vec<&str>, Row<'_>)> = BTreeMap::new();
    for member in &overview.members {
        for row in overview.rows(member).filter(Row::is_failure) {
            let known = all.entry(&row.requirement.id).or_insert_with(|| (row.harm(), Vec::new(), row));
            known.1.push(&member.name);
        }
    }
    let mut all: Vec<(Harm, Vec<&str>, Row<'_>)> = all.into_values().collect();
    all.sort_by_key(|(harm, names, _)| (*harm, std::cmp::Reverse(names.len())));
    all.into_iter().map(|(_, names, row)| Failing::of(&names, row)).collect()
}

impl<'a> Failing<'a> {
    fn of(names: &[&'a str], row: Row<'a>) -> Self {
        Self {
            id: &row.requirement.id,
            title: &row.requirement.title,
            level: words::level(row.requirement.level),
            count: names.len(),
            names: names.iter().take(MOST_NAMES).copied().collect(),
            more: names.len().saturating_sub(MOST_NAMES),
        }
    }
}
