//! The overview on the terminal: what needs attention now, a line for each source, the most harmful first, and the last line.

use super::model::Overview;
use crate::base::text::Lang;
use crate::report::words;
use crate::text;

use super::briefing;
use super::words::{Matter, came_to, changed, last_line};

/// Sources that have a line; a fleet that is larger is read elsewhere.
const MOST_SOURCES: usize = 100;

/// Lines of a part of what needs attention.
const MOST_LINES: usize = 12;

/// Characters of what is said about a source.
const LONGEST: usize = 240;

/// The overview in words; `quiet` leaves the last line only.
pub fn fleet_in_words(overview: &Overview, lang: Lang, quiet: bool) -> String {
    let mut text = String::new();
    if !quiet {
        attention(&mut text, overview, lang);
        let shown = || overview.members.iter().take(MOST_SOURCES);
        let width = shown().map(|member| member.name.len()).max().unwrap_or_default();
        for member in shown() {
            let (mark, word) = came_to(member);
            let changed = member.changes.and_then(|changes| changed(&changes, member));
            let changed = changed.map(|changed| format!(" [{}]", changed.get(lang))).unwrap_or_default();
            text.push_str(&format!(
                "{mark} {:width$}  {}: {}{changed}\n",
                member.name,
                word.get(lang),
                words::bounded(Matter::of(overview, member).in_words().get(lang), LONGEST),
            ));
        }
        let left = overview.members.len().saturating_sub(MOST_SOURCES);
        if left > 0 {
            text.push_str(text!("nog {left}, in fleet.html\n", "{left} more, in fleet.html\n").get(lang));
        }
        text.push('\n');
    }
    text + &last_line(overview) + "\n"
}

fn attention(text: &mut String, overview: &Overview, lang: Lang) {
    for part in briefing::parts(overview) {
        text.push_str(&format!("{}\n", part.title.get(lang)));
        for line in part.lines.iter().take(MOST_LINES) {
            let said = words::bounded(line.said.get(lang), LONGEST);
            let colon = if said.is_empty() { "" } else { ": " };
            text.push_str(&format!("  {}{colon}{said}\n", line.all().get(lang)));
        }
        let left = part.lines.len().saturating_sub(MOST_LINES);
        if left > 0 {
            text.push_str(&format!("  {}\n", text!("nog {left}", "{left} more").get(lang)));
        }
        text.push('\n');
    }
}
