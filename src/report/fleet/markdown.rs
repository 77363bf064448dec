//! `fleet.md`, for job summaries: a table of the sources, the worst first, and what is to be done at each, folded.

use std::fmt::Write as _;

use crate::fleet::{Member, Overview};
use crate::report::languages::Languages;
use crate::report::markdown::in_languages;
use crate::report::markdown::paper::{Paper, inline};
use crate::text;
use crate::text::{Lang, Text};

use super::words;

/// The name of the file.
pub(super) const FILE: &str = "fleet.md";

/// Characters of a text.
const LONGEST_TEXT: usize = 400;

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
        self.table(&mut paper);
        let left = paper.while_it_fits(&self.needing(), paper.room(), |member| self.actions(member));
        if left > 0 {
            paper.always(&self.say(&text!(
                "\nDe uitleg van nog {left} bronnen staat in fleet.html.\n",
                "\nThe details of {left} more sources are in fleet.html.\n"
            )));
        }
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

    fn table(&self, paper: &mut Paper) {
        let [outcome, source, found, change] = [
            text!("uitkomst", "outcome"),
            text!("bron", "source"),
            text!("vaststelling", "found"),
            text!("sinds vorige keer", "since last time"),
        ]
        .map(|heading| self.say(&heading));
        paper.always(&format!("\n| {outcome} | {source} | {found} | {change} |\n| --- | --- | --- | --- |\n"));
        let left = paper.while_it_fits(&self.overview.members, paper.room() / 2, |member| self.row(member));
        if left > 0 {
            paper.always(&self.say(&text!("\nNog {left}, in fleet.html.\n", "\n{left} more, in fleet.html.\n")));
        }
        if !self.overview.gone.is_empty() {
            let gone = inline(&self.overview.gone.join(", "), LONGEST_TEXT);
            paper.always(
                &self.say(&text!("\nNiet meer in het overzicht: {gone}\n", "\nNo longer in the overview: {gone}\n")),
            );
        }
    }

    fn row(&self, member: &Member) -> String {
        let (mark, word) = words::came_to(member);
        let about = member.trouble.clone().unwrap_or_else(|| words::numbers(member));
        let changed = member.changes.and_then(|changes| words::changed(&changes, member));
        let changed = changed.map(|changed| self.say(&changed)).unwrap_or_default();
        let name = inline(&member.name, 100);
        let name = if member.files.iter().any(|file| file == "summary.md") {
            format!("[{name}]({}/summary.md)", member.name)
        } else {
            name
        };
        format!(
            "| {mark} {} | {name} | {} | {changed} |\n",
            word.get(self.lang),
            inline(about.get(self.lang), LONGEST_TEXT)
        )
    }

    /// The sources at which somebody has to do something.
    fn needing(&self) -> Vec<&Member> {
        self.overview.members.iter().filter(|member| !words::actions(self.overview, member).is_empty()).collect()
    }

    fn actions(&self, member: &Member) -> String {
        let actions = words::actions(self.overview, member);
        let mut text = format!("\n<details>\n<summary>{} ({})</summary>\n\n", inline(&member.name, 100), actions.len());
        for (requirement, cell, state) in actions {
            let (word, title) = (state.word(), inline(requirement.title.get(self.lang), LONGEST_TEXT));
            let why = cell.why.as_ref().map(|why| format!(" — {}", inline(why.get(self.lang), LONGEST_TEXT)));
            let change = cell.change.map(|change| format!(" ({})", change.word().get(self.lang)));
            let _ = writeln!(
                text,
                "- {} {}{}: {} {title}{}",
                state.symbol(),
                word.get(self.lang),
                change.unwrap_or_default(),
                requirement.id,
                why.unwrap_or_default(),
            );
        }
        text.push_str("\n</details>\n");
        text
    }
}
