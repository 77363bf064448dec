//! The table of the sources, in parts that a browser can show at once.

use std::collections::HashMap;

use serde::Serialize;

use crate::base::text::Text;
use crate::report::fleet::model::{Member, Overview, Row as Judged};
use crate::report::words::{State, bounded};

use super::super::words::{self, Matter};
use super::filters::{self, Filters};
use super::{FIRST, FURTHER};

/// Characters of what was found.
const LONGEST_WHY: usize = 160;

/// A part of the table.
#[derive(Debug, Serialize)]
pub(super) struct Table<'a> {
    /// The number of its first source, and of its last.
    from: usize,
    to: usize,
    /// Whether the overview was held against an earlier one.
    is_compared: bool,
    rows: Vec<Row<'a>>,
}

/// A source.
#[derive(Debug, Serialize)]
struct Row<'a> {
    /// Its place in the order of harm.
    rank: usize,
    name: &'a str,
    /// Whether its report stands in its folder.
    linked: bool,
    tags: &'a [String],
    tag_keys: String,
    key: &'static str,
    symbol: char,
    word: Text,
    /// The day of its run.
    day: Option<String>,
    /// What failed is named with its id.
    id: Option<&'a str>,
    said: Text,
    why: Option<Text>,
    others: Option<Text>,
    changed: Option<Text>,
    /// How many requirements are worse than in the earlier run.
    worse: usize,
    /// Its run came to nothing, or there is no report: no column says anything.
    is_one_cell: bool,
    cells: Vec<Option<Mark>>,
}

/// What became of a requirement at a source, in one mark.
#[derive(Clone, Debug, Serialize)]
struct Mark {
    key: &'static str,
    symbol: char,
    word: Text,
    is_changed: bool,
}

/// The sources in parts: the first is what is seen at first.
pub(super) fn tables<'a>(overview: &'a Overview, columns: &[&str], filters: &Filters) -> Vec<Table<'a>> {
    let (first, further) = overview.members.split_at(FIRST.min(overview.members.len()));
    let parts = std::iter::once(first).chain(further.chunks(FURTHER));
    let mut from = 0;
    let table = |members: &'a [Member]| {
        let rows = members.iter().zip(from..).map(|(member, rank)| Row::new(overview, member, rank, columns, filters));
        let (to, is_compared) = (from + members.len(), overview.previous.is_some());
        let table = Table { from: from + 1, to, is_compared, rows: rows.collect() };
        from += members.len();
        table
    };
    parts.map(table).collect()
}

impl<'a> Row<'a> {
    fn new(overview: &'a Overview, member: &'a Member, rank: usize, columns: &[&str], filters: &Filters) -> Self {
        let (symbol, word) = words::came_to(member);
        let matter = Matter::of(overview, member);
        let is_one_cell = matches!(matter, Matter::Stopped(_)) || member.cells.is_empty();
        let (id, said, why, others) = match &matter {
            Matter::Failure(worst, more) => {
                let why = worst.why.as_ref().map(|why| why.map(|why| bounded(why, LONGEST_WHY)));
                (Some(worst.id.as_str()), worst.title.clone(), why, words::others(*more))
            }
            other => (None, other.in_words(), None, None),
        };
        Self {
            rank,
            name: &member.name,
            linked: member.files.iter().any(|file| file == crate::report::PAGE),
            tags: &member.tags,
            tag_keys: filters.keys_of(&member.tags),
            key: filters::key(member),
            symbol,
            word,
            day: member.started.map(|started| started.strftime("%Y-%m-%d").to_string()),
            id,
            said,
            why,
            others,
            changed: member.changes.and_then(|changes| words::changed(&changes, member)),
            worse: member.changes.map(|changes| changes.worse + usize::from(changes.new)).unwrap_or_default(),
            is_one_cell,
            cells: if is_one_cell { Vec::new() } else { marks(overview, member, columns) },
        }
    }
}

/// A mark for what fails, is waived or could not be judged; what is met has none.
fn marks(overview: &Overview, member: &Member, columns: &[&str]) -> Vec<Option<Mark>> {
    let rows: HashMap<&str, Judged<'_>> = overview.rows(member).map(|row| (row.requirement.id.as_str(), row)).collect();
    let mark = |id: &&str| {
        let Judged { cell, state, .. } = rows.get(id)?;
        let told = matches!(state, State::Failure | State::Waived | State::BlockedMust | State::Blocked);
        let is_changed = cell.change.is_some();
        (told || is_changed).then(|| Mark { key: state.key(), symbol: state.symbol(), word: state.word(), is_changed })
    };
    columns.iter().map(mark).collect()
}
