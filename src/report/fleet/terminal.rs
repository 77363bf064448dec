//! The overview on the terminal: what needs attention now, a line for each source, the most harmful first, and the last line.

use super::model::{Member, Overview};
use crate::base::text::Lang;
use crate::report::words;
use crate::text;

use super::briefing;
use super::words::{Matter, came_to, changed, last_line};

/// Sources that have a line; a fleet that is larger is read elsewhere.
const MOST_SOURCES: usize = 100;

/// Lines of a part of what needs attention.
const MOST_LINES: usize = 12;

/// Names of sources of which the same is said.
const MOST_NAMES: usize = 12;

/// Characters of what is said about a source.
const LONGEST: usize = 240;

/// The overview in words; `quiet` leaves the last line only.
pub fn fleet_in_words(overview: &Overview, lang: Lang, quiet: bool) -> String {
    let mut text = String::new();
    if !quiet {
        attention(&mut text, overview, lang);
        let shown = overview.members.get(..MOST_SOURCES.min(overview.members.len())).unwrap_or_default();
        let lines = lines(overview, shown, lang);
        let alone = lines.iter().filter(|line| line.members.len() == 1).flat_map(|line| &line.members);
        let width = alone.map(|member| member.name.len()).max().unwrap_or_default();
        for Line { mark, said, members } in &lines {
            let names: Vec<&str> = members.iter().take(MOST_NAMES).map(|member| member.name.as_str()).collect();
            let more = members.len().saturating_sub(MOST_NAMES);
            let names = names.join(", ");
            let names = match more {
                0 => names,
                _ => text!("{names} en nog {more}", "{names} and {more} more").get(lang).to_owned(),
            };
            text.push_str(&format!("{mark} {names:width$}  {said}\n"));
        }
        let left = overview.members.len().saturating_sub(MOST_SOURCES);
        if left > 0 {
            text.push_str(text!("nog {left}, in fleet.html\n", "{left} more, in fleet.html\n").get(lang));
        }
        text.push('\n');
    }
    text + &last_line(overview) + "\n"
}

/// What is to be known about sources of which the same is.
struct Line<'a> {
    mark: char,
    said: String,
    members: Vec<&'a Member>,
}

/// A line for each source; those of which the same is to be known share one, in the place of the first.
fn lines<'a>(overview: &Overview, members: &'a [Member], lang: Lang) -> Vec<Line<'a>> {
    let mut lines: Vec<Line<'a>> = Vec::new();
    for member in members {
        let (mark, word) = came_to(member);
        let changed = member.changes.and_then(|changes| changed(&changes, member));
        let changed = changed.map(|changed| format!(" [{}]", changed.get(lang))).unwrap_or_default();
        let matter = Matter::of(overview, member);
        let words = words::bounded(matter.in_words().get(lang), LONGEST);
        // The sentence of a conclusion says what it comes to itself.
        let said = match matter {
            Matter::Conclusion(_) if member.conclusion.is_some() => format!("{words}{changed}"),
            _ => format!("{}: {words}{changed}", word.get(lang)),
        };
        match lines.iter_mut().find(|line| line.mark == mark && line.said == said) {
            Some(line) => line.members.push(member),
            None => lines.push(Line { mark, said, members: vec![member] }),
        }
    }
    lines
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
