//! A difference in words: for a terminal, and as Markdown.

use std::fmt::Write as _;

use super::{Changed, ChangedTiming, Difference, Side, Standing, Step};
use crate::base::text::{Lang, Text};
use crate::judging::verdict::{Conformant, Outcome, Severity};
use crate::report::model::Timing;
use crate::report::words::bounded;
use crate::text;

/// Characters of one text: the reports hold the rest.
const LONGEST: usize = 400;

/// A heading, and what stands below it.
struct Section {
    title: String,
    lines: Vec<Line>,
}

/// A name and what is said of it; more of that stands below it.
struct Line {
    name: String,
    said: String,
    more: Vec<String>,
}

/// The difference as text, ending in a line feed.
pub fn difference_as_text(difference: &Difference, lang: Lang) -> String {
    let mut text = format!("{}\n", plain(&headline(difference, lang)));
    for section in sections(difference, lang) {
        let _ = writeln!(text, "\n{}", section.title);
        for line in section.lines {
            let _ = writeln!(text, "  {}  {}", plain(&line.name), plain(&line.said));
            for more in line.more {
                let _ = writeln!(text, "      {}", plain(&more));
            }
        }
    }
    let _ = writeln!(text, "\n{}", difference_in_short(difference).get(lang));
    text
}

/// The difference as Markdown, ending in a line feed.
pub fn difference_as_markdown(difference: &Difference, lang: Lang) -> String {
    let mut text =
        format!("## {}\n\n**{}**\n", escaped(&headline(difference, lang)), difference_in_short(difference).get(lang));
    for section in sections(difference, lang) {
        let _ = write!(text, "\n### {}\n\n", section.title);
        for line in section.lines {
            let _ = writeln!(text, "- **{}** {}", escaped(&line.name), escaped(&line.said));
            for more in line.more {
                let _ = writeln!(text, "  - {}", escaped(&more));
            }
        }
    }
    text
}

fn headline(difference: &Difference, lang: Lang) -> String {
    let side = |side: &Side| {
        let (started, exit) = (side.started.strftime("%Y-%m-%d %H:%M").to_string(), side.exit_status);
        let word = conformant(side.conformant);
        format!("{started} ({}, exit {exit})", word.get(lang))
    };
    format!("{}: {} -> {}", difference.new.source, side(&difference.old), side(&difference.new))
}

fn conformant(conformant: Conformant) -> Text {
    match conformant {
        Conformant::Yes => text!("voldoet", "conforms"),
        Conformant::No => text!("voldoet niet", "does not conform"),
        Conformant::Undecided => text!("geen besluit", "no conclusion"),
        Conformant::Partial => text!("geen volledig oordeel", "no full judgement"),
        Conformant::ReviewsOpen => text!("beoordelingen open", "reviews open"),
    }
}

/// What the difference comes to, in a sentence.
pub fn difference_in_short(difference: &Difference) -> Text {
    if difference.worse {
        text!("Er is iets verslechterd.", "Something got worse.")
    } else {
        text!("Niets is verslechterd.", "Nothing got worse.")
    }
}

fn sections(difference: &Difference, lang: Lang) -> Vec<Section> {
    let steps = |title: Text, steps: &[Step]| (title, steps.iter().map(|one| step(one, lang)).collect::<Vec<_>>());
    let named = |all: &[super::Named]| {
        let line = |one: &super::Named| line(&one.id, one.title.get(lang));
        all.iter().map(line).collect::<Vec<_>>()
    };
    let changed = difference.changed.iter().map(|one| {
        let more = one.changes.iter().map(|change| format!("{}: {}", change.what, from_to(change, lang)));
        Line { more: more.collect(), ..line(&one.id, "") }
    });
    let circumstances = difference.circumstances.iter().map(|change| line(change.what, &from_to(change, lang)));
    let timings = difference.timings.iter().map(|timing| line(timing.kind.name(), &times(timing, lang)));
    let all = [
        (text!("De keuringen verschillen in", "The runs differ in"), circumstances.collect()),
        steps(text!("Nieuwe inbreuken", "Newly failing"), &difference.newly_failing),
        steps(text!("Erger dan voorheen", "More severe than before"), &difference.more_severe),
        steps(text!("Niet meer beoordeeld", "No longer judged"), &difference.no_longer_judged),
        steps(text!("Hersteld", "Fixed"), &difference.fixed),
        steps(text!("Minder erg dan voorheen", "Less severe than before"), &difference.less_severe),
        steps(text!("Nu wel beoordeeld", "Judged now"), &difference.newly_judged),
        (text!("Gewijzigde eisen", "Changed requirements"), changed.collect()),
        (text!("Nieuwe eisen", "Added requirements"), named(&difference.added)),
        (text!("Geschrapte eisen", "Removed requirements"), named(&difference.removed)),
        (text!("Antwoordtijden (ms)", "Response times (ms)"), timings.collect()),
    ];
    let filled = all.into_iter().filter(|(_, lines)| !lines.is_empty());
    filled.map(|(title, lines)| Section { title: title.get(lang).to_owned(), lines }).collect()
}

fn line(name: &str, said: &str) -> Line {
    Line { name: name.to_owned(), said: said.to_owned(), more: Vec::new() }
}

fn step(step: &Step, lang: Lang) -> Line {
    let (old, new) = (standing(step.old), standing(step.new));
    let said = format!("({}) {}: {} -> {}", step.level.name(), step.title.get(lang), old.get(lang), new.get(lang));
    let more = step.why.iter().map(|why| why.get(lang).to_owned()).collect();
    Line { name: step.id.clone(), said, more }
}

fn standing(standing: Standing) -> Text {
    match standing.severity {
        Severity::None | Severity::Note => standing.outcome.label(),
        severity if standing.outcome == Outcome::Fail => severity.label(),
        _ => standing.outcome.label(),
    }
}

fn from_to(change: &Changed, lang: Lang) -> String {
    let none = text!("niets", "none");
    let or_none = |text: &str| if text.is_empty() { none.get(lang).to_owned() } else { text.to_owned() };
    format!("{} -> {}", or_none(&change.old), or_none(&change.new))
}

fn times(timing: &ChangedTiming, lang: Lang) -> String {
    let pair = |word: &str, of: fn(&Timing) -> u64| {
        let shown = |timing: Option<&Timing>| timing.map_or_else(|| "-".to_owned(), |timing| of(timing).to_string());
        format!("{word} {} -> {}", shown(timing.old.as_ref()), shown(timing.new.as_ref()))
    };
    let (median, slowest) = (text!("mediaan", "median"), text!("traagste", "slowest"));
    [
        pair(median.get(lang), |timing| timing.median_ms),
        pair("p95", |timing| timing.p95_ms),
        pair(slowest.get(lang), |timing| timing.max_ms),
    ]
    .join(", ")
}

/// One line of a text from a file, which may hold anything.
fn plain(text: &str) -> String {
    crate::base::text::escaped(&bounded(text, LONGEST))
}

/// The same for Markdown: nothing in it is markup or HTML.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in plain(text).chars() {
        match c {
            '<' => escaped.push_str("&lt;"),
            '&' => escaped.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '|' | '~' | '@' | '!' => {
                escaped.push('\\');
                escaped.push(c);
            }
            c => escaped.push(c),
        }
    }
    escaped
}
