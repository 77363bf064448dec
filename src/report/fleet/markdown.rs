//! `fleet.md`, for job summaries: what needs attention now, and a table of the sources, the most harmful first.

use super::model::{Member, Overview};
use crate::base::text::{Lang, Text};
use crate::report::languages::Languages;
use crate::report::markdown::in_languages;
use crate::report::markdown::paper::{Paper, inline};
use crate::text;

use super::briefing;
use super::words::{self, Matter};

/// The name of the file.
pub(super) const FILE: &str = "fleet.md";

/// Characters of a text.
const LONGEST_TEXT: usize = 300;

/// Lines of a part of what needs attention.
const MOST_LINES: usize = 20;

/// Sources that have a row: who wants all of them opens the page.
const MOST_SOURCES: usize = 50;

/// The overview as Markdown, the second language folded.
pub(super) fn markdown(overview: &Overview, languages: Languages) -> String {
    in_languages(languages, |lang, room| Summary { overview, lang }.write(room))
}

/// An overview in one language.
struct Summary<'a> {
    overview: &'a Overview,
    lang: Lang,
}

impl Summary<'_> {
    fn say(&self, text: &Text) -> String {
        text.get(self.lang).to_owned()
    }

    fn write(&self, room: usize) -> String {
        let mut paper = Paper::new(room);
        paper.always(&self.head());
        self.attention(&mut paper);
        self.table(&mut paper);
        paper.always(&format!("\n`{}`\n", words::last_line(self.overview)));
        paper.finish()
    }

    fn head(&self) -> String {
        let Overview { tool, specs, started, shards, .. } = self.overview;
        let count = self.overview.members.len();
        let title = self.say(&text!("Overzicht van {count} bronnen", "Overview of {count} sources"));
        let mut facts = vec![format!("{started:.0}"), format!("{} {}", tool.name, tool.version)];
        facts.extend(specs.iter().map(|spec| format!("{} {}", spec.name, spec.version)));
        if !shards.is_empty() {
            let parts = shards.join(", ");
            facts.push(self.say(&text!("deel {parts}", "part {parts}")));
        }
        if let Some(previous) = self.overview.previous {
            facts.push(self.say(&text!("vergeleken met {previous:.0}", "compared with {previous:.0}")));
        }
        let facts: Vec<String> = facts.iter().map(|fact| inline(fact, 300)).collect();
        format!("## {title}\n\n{}\n", facts.join(" · "))
    }

    /// What needs attention now; no more than half of the page.
    fn attention(&self, paper: &mut Paper) {
        for part in briefing::parts(self.overview) {
            let count: usize = part.lines.iter().map(|line| line.names.len() + line.more).sum();
            paper.always(&format!("\n### {} ({count})\n\n", inline(part.title.get(self.lang), 100)));
            let some = part.lines.get(..MOST_LINES.min(part.lines.len())).unwrap_or_default();
            let unsaid = paper.while_it_fits(some, paper.room() / 4, |line| {
                let (names, said) = (line.all(), line.said.get(self.lang));
                let colon = if said.is_empty() { "" } else { ": " };
                format!("- {}{colon}{}\n", inline(names.get(self.lang), 2_000), inline(said, LONGEST_TEXT))
            });
            let left = unsaid + part.lines.len() - some.len();
            if left > 0 {
                paper.always(&self.say(&text!("- nog {left}, in fleet.html\n", "- {left} more, in fleet.html\n")));
            }
        }
    }

    fn table(&self, paper: &mut Paper) {
        let [outcome, source, first, change] = [
            text!("uitkomst", "outcome"),
            text!("bron", "source"),
            text!("eerst te weten", "first to know"),
            text!("sinds vorige keer", "since last time"),
        ]
        .map(|heading| self.say(&heading));
        paper.always(&format!("\n| {outcome} | {source} | {first} | {change} |\n| --- | --- | --- | --- |\n"));
        let members = &self.overview.members;
        let some = members.get(..MOST_SOURCES.min(members.len())).unwrap_or_default();
        let unsaid = paper.while_it_fits(some, paper.room(), |member| self.row(member));
        let left = unsaid + members.len() - some.len();
        if left > 0 {
            paper.always(&self.say(&text!("\nNog {left}, in fleet.html.\n", "\n{left} more, in fleet.html.\n")));
        }
    }

    fn row(&self, member: &Member) -> String {
        let (mark, word) = words::came_to(member);
        let matter = Matter::of(self.overview, member).in_words();
        let changed = member.changes.and_then(|changes| words::changed(&changes, member));
        let changed = changed.map(|changed| self.say(&changed)).unwrap_or_default();
        // Without a link: a job summary stands beside no folder of the source.
        let name = inline(&member.name, 100);
        let (word, matter) = (word.get(self.lang), inline(matter.get(self.lang), LONGEST_TEXT));
        format!("| {mark} {word} | {name} | {matter} | {changed} |\n")
    }
}
