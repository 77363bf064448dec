//! What the template of `fleet.html` sees: an overview, cut to what a page can hold. It decides nothing.

mod columns;
mod filters;
mod outlook;
mod table;

use serde::Serialize;

use super::model::Overview;
use crate::base::text::Text;

use self::columns::{Failing, failing};
use self::filters::Filters;
use self::outlook::{Outlook, facts};
use self::table::Table;
use super::briefing::{self, Part};
use super::words;

/// Requirements that have a column: a sheet of A4 holds no more beside the words.
const MOST_COLUMNS: usize = 16;

/// Sources in the table at first sight, and in each of those that are folded.
const FIRST: usize = 60;
const FURTHER: usize = 200;

/// Lines of a part of what needs attention that are not folded.
const MOST_LINES: usize = 8;

/// The whole page.
#[derive(Debug, Serialize)]
pub(super) struct Page<'a> {
    facts: Vec<(Text, Text)>,
    result: Outlook,
    briefing: Vec<Part>,
    most_lines: usize,
    filters: Filters,
    /// Every requirement that fails somewhere, the most harmful first; the first have a column.
    failing: Vec<Failing<'a>>,
    columns: usize,
    /// The sources in parts: the first is open, the others are folded.
    tables: Vec<Table<'a>>,
    count: usize,
    last_line: String,
}

impl<'a> Page<'a> {
    pub(super) fn new(overview: &'a Overview) -> Self {
        let failing = failing(overview);
        let columns: Vec<&str> = failing.iter().take(MOST_COLUMNS).map(|one| one.id).collect();
        let filters = Filters::of(overview);
        Self {
            facts: facts(overview),
            result: Outlook::new(overview),
            briefing: briefing::parts(overview),
            most_lines: MOST_LINES,
            tables: table::tables(overview, &columns, &filters),
            columns: columns.len(),
            filters,
            failing,
            count: overview.members.len(),
            last_line: words::last_line(overview),
        }
    }
}
