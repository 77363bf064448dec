//! How many requirements there are of each kind, in words.

use serde::Serialize;

use crate::base::text::Text;
use crate::report::group::Group;
use crate::report::model::{Report, Requirement};

use super::State;

/// How many requirements are in states that read alike.
#[derive(Debug, Serialize)]
pub(in crate::report) struct Tally {
    /// The name of the kind.
    pub(in crate::report) key: &'static str,
    /// Its mark.
    pub(in crate::report) symbol: char,
    /// Its word.
    pub(in crate::report) kind: Text,
    /// The word after the number.
    pub(in crate::report) word: Text,
    /// How many there are.
    pub(in crate::report) count: usize,
    /// The name of the part in which they stand.
    pub(in crate::report) part: &'static str,
}

/// How many requirements there are of each kind, the most urgent first.
pub(in crate::report) fn tallies(report: &Report) -> Vec<Tally> {
    tallies_of(&report.requirements)
}

/// The same, of some of them.
pub(in crate::report) fn tallies_of<'a>(rows: impl IntoIterator<Item = &'a Requirement>) -> Vec<Tally> {
    let mut tallies: Vec<Tally> = Vec::new();
    let mut states: Vec<State> = rows.into_iter().map(Requirement::state).collect();
    states.sort_unstable();
    for state in states {
        let key = state.key();
        if let Some(tally) = tallies.iter_mut().find(|tally| tally.key == key) {
            tally.count += 1;
            continue;
        }
        tallies.push(Tally {
            key,
            symbol: state.symbol(),
            word: Text::default(),
            kind: kind(state),
            count: 1,
            part: Group::of(state).key(),
        });
    }
    for tally in &mut tallies {
        tally.word = plural(tally);
    }
    tallies
}

/// The word for all states that read alike.
fn kind(state: State) -> Text {
    if state == State::PassWithNote { State::Note.word() } else { state.word() }
}

/// The word after a number.
fn plural(tally: &Tally) -> Text {
    match (tally.key, tally.count) {
        (_, 1) => tally.kind.clone(),
        ("failure", _) => Text::new("inbreuken", "failures"),
        ("error", _) => Text::new("fouten", "errors"),
        ("warning", _) => Text::new("waarschuwingen", "warnings"),
        ("note", _) => Text::new("opmerkingen", "notes"),
        ("review", _) => Text::new("beoordelingen", "reviews"),
        _ => tally.kind.clone(),
    }
}
