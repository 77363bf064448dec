//! How a fleet and its sources read, on every medium alike; and on the terminal.

use crate::fleet::{Cell, Changes, Member, Overview, Requirement};
use crate::report::words::{self, State};
use crate::text;
use crate::text::{Lang, Text};

/// What a source came to, in a mark and two words.
pub(super) fn came_to(member: &Member) -> (char, Text) {
    match member.conformant {
        Some(conformant) => (words::mark(conformant), words::conformant(conformant)),
        None => (State::Error.symbol(), Text::new("Geen rapport", "No report")),
    }
}

/// How many of its requirements need somebody, in a few words.
pub(super) fn numbers(member: &Member) -> Text {
    let counts = &member.counts;
    let all = [
        (counts.failures, State::Failure),
        (counts.errors, State::Error),
        (counts.warnings, State::Warning),
        (counts.waived, State::Waived),
        (counts.blocked, State::Blocked),
        (counts.review, State::Review),
        (counts.pass, State::Pass),
    ];
    let named = |lang: Lang| {
        let some = all.iter().filter(|(count, _)| *count > 0);
        some.map(|(count, state)| format!("{count} {}", state.word().get(lang))).collect::<Vec<_>>().join(", ")
    };
    Text::new(named(Lang::Nl), named(Lang::En))
}

/// In what a source differs from the earlier run; none where it does not, or was not compared.
pub(super) fn changed(changes: &Changes, member: &Member) -> Option<Text> {
    let Changes { new, exit_status, worse, better } = *changes;
    if new {
        return Some(Text::new("nieuw", "new"));
    }
    let ended = exit_status.filter(|then| *then != member.exit_status);
    let ended = ended.map(|then| text!("was status {then}", "was status {then}"));
    let worse = (worse > 0).then(|| text!("{worse} slechter", "{worse} worse"));
    let better = (better > 0).then(|| text!("{better} beter", "{better} better"));
    let all: Vec<Text> = [worse, better, ended].into_iter().flatten().collect();
    let joined = |lang| all.iter().map(|text| text.get(lang)).collect::<Vec<_>>().join(", ");
    (!all.is_empty()).then(|| Text::new(joined(Lang::Nl), joined(Lang::En)))
}

/// What somebody has to do something about, in the order of the catalogue.
pub(super) fn actions<'a>(overview: &'a Overview, member: &'a Member) -> Vec<(&'a Requirement, &'a Cell, State)> {
    let states = cells(overview, member);
    states.into_iter().filter(|(_, _, state)| state.needs_action()).collect()
}

/// Every cell of a source with its requirement.
pub(super) fn cells<'a>(overview: &'a Overview, member: &'a Member) -> Vec<(&'a Requirement, &'a Cell, State)> {
    let all = member.cells.iter().filter_map(|cell| {
        let requirement = overview.requirement(&cell.id)?;
        Some((requirement, cell, cell.state(requirement.level)))
    });
    all.collect()
}

/// The last line of a fleet, in English in every language, for scripts:
/// `bronkeur: 6 sources, 2 not conformant, 1 undecided -> exit 1`.
pub(super) fn last_line(overview: &Overview) -> String {
    let sources = &overview.result.sources;
    let count = overview.members.len();
    let mut parts = vec![format!("{count} source{}", if count == 1 { "" } else { "s" })];
    let some = [
        (sources.no, "not conformant"),
        (sources.undecided, "undecided"),
        (sources.without_report, "without a report"),
        (sources.partial, "not fully judged"),
        (sources.reviews_open, "with open reviews"),
    ];
    parts.extend(some.iter().filter(|(count, _)| *count > 0).map(|(count, words)| format!("{count} {words}")));
    format!("bronkeur: {} -> exit {}", parts.join(", "), overview.result.exit_status)
}

/// The overview on the terminal: a line for each source and the last line; `quiet` leaves the last one only.
pub fn fleet_in_words(overview: &Overview, lang: Lang, quiet: bool) -> String {
    let mut text = String::new();
    if !quiet {
        let width = overview.members.iter().map(|member| member.name.len()).max().unwrap_or_default();
        for member in &overview.members {
            let (mark, word) = came_to(member);
            let about = member.trouble.clone().unwrap_or_else(|| numbers(member));
            let changed = member.changes.and_then(|changes| changed(&changes, member));
            let changed = changed.map(|changed| format!(" [{}]", changed.get(lang))).unwrap_or_default();
            text.push_str(&format!(
                "{mark} {:width$}  {}: {}{changed}\n",
                member.name,
                word.get(lang),
                words::bounded(about.get(lang), 300),
            ));
        }
        text.push('\n');
    }
    text + &last_line(overview) + "\n"
}
