//! `summary.md`, for pull requests and the job summaries of CI systems: the result, a table of what did not pass, and
//! what to do, folded. It stays below the limits of those platforms, and says how much it left out.

pub(super) mod paper;

use std::fmt::Write as _;

use crate::base::text::{Lang, Text};
use crate::text;

use self::paper::{Paper, fenced, inline};
use super::languages::Languages;
use super::model::{Cause, Finding, Report, Requirement};
use super::words::{self, Entry, MOST_FINDINGS, State, bounded};

/// The name of the file.
pub(super) const FILE: &str = "summary.md";

/// Bytes of the file. A comment on a pull request holds 65,536 characters, a job summary 1 MiB.
const MOST_BYTES: usize = 64_000;

/// Characters of what is said in a cell.
const LONGEST_CELL: usize = 200;

/// Characters of a text.
const LONGEST_TEXT: usize = 600;

/// Characters of the ids that wait for a cause.
const LONGEST_IDS: usize = 1_400;

/// What is told before the table.
const MOST_TOLD: usize = 3;

/// The report as Markdown, the second language folded.
pub fn markdown(report: &Report, languages: Languages) -> String {
    in_languages(languages, |lang, room| Summary { report, lang }.write(room))
}

/// A page in every language, the second one folded; `write` gets a language and how many bytes it may use.
pub(super) fn in_languages(languages: Languages, write: impl Fn(Lang, usize) -> String) -> String {
    let all = languages.all();
    let room = MOST_BYTES / all.len().max(1);
    let mut text = String::new();
    for (position, lang) in all.into_iter().enumerate() {
        let part = write(lang, room);
        if position == 0 {
            text.push_str(&part);
        } else {
            let name = if lang == Lang::Nl { "Nederlands" } else { "English" };
            let _ = write!(text, "\n<details>\n<summary>{name}</summary>\n\n{part}\n</details>\n");
        }
    }
    text
}

/// A text that leads somewhere, where a browser may go there.
fn link(text: &str, to: &str) -> String {
    let text = inline(text, LONGEST_TEXT);
    if words::is_web_link(to) { format!("[{text}]({})", paper::address(to)) } else { text }
}

/// A summary in one language.
struct Summary<'a> {
    report: &'a Report,
    lang: Lang,
}

impl Summary<'_> {
    fn say(&self, text: &Text) -> String {
        text.get(self.lang).to_owned()
    }

    fn write(&self, room: usize) -> String {
        let mut paper = Paper::new(room);
        paper.always(&self.head());
        let entries = words::entries(self.report);
        paper.always(&self.top(&entries));
        let others = words::others(self.report).into_iter().filter(|row| row.state() != State::PassWithNote);
        let all: Vec<Entry<'_>> = words::every_entry(self.report).into_iter().chain(others.map(Entry::Row)).collect();
        self.table(&mut paper, &all);
        if let Some(open) = words::open_reviews(self.report) {
            paper.always(&format!("\n{} {}\n", State::Review.symbol(), inline(open.get(self.lang), LONGEST_TEXT)));
        }
        self.actions(&mut paper, &entries);
        self.notes(&mut paper);
        let counts = &self.report.result.counts;
        let last = words::last_line(counts, self.report.result.exit_status);
        paper.always(&format!("\n`{last}`\n"));
        paper.finish()
    }

    /// The result, and of what.
    fn head(&self) -> String {
        let Report { run, tool, result, .. } = self.report;
        let (symbol, word) = (words::mark(result.conformant), words::conformant(result.conformant));
        let mut text = format!("## {symbol} {}: {}\n\n", inline(&run.source, 200), word.get(self.lang));
        let _ = writeln!(text, "{}\n", inline(&words::conclusion(self.report, self.lang), LONGEST_TEXT));
        let _ = writeln!(text, "**{}**\n", inline(result.advice.get(self.lang), LONGEST_TEXT));
        let specs: Vec<String> = run.specs.iter().map(|spec| format!("{} {}", spec.name, spec.version)).collect();
        let facts = [
            bounded(&run.base_url, 200),
            self.say(&words::environment(&run.environment)),
            format!("{:.0}", run.started),
            format!("{} {}", tool.name, tool.version),
            specs.join(", "),
        ];
        let facts: Vec<String> = facts.iter().map(|fact| inline(fact, 300)).collect();
        let _ = writeln!(text, "{}\n", facts.join(" · "));
        let counts: Vec<String> = words::tallies(self.report)
            .into_iter()
            .map(|count| format!("{} {} {}", count.symbol, count.count, count.word.get(self.lang)))
            .collect();
        let _ = writeln!(text, "{}", counts.join(", "));
        text
    }

    /// The first of what there is to act on, a line each.
    fn top(&self, entries: &[Entry<'_>]) -> String {
        let mut text = String::new();
        // Of one alone the table says the same.
        for (position, entry) in entries.iter().take(MOST_TOLD).enumerate().filter(|_| entries.len() > 1) {
            let said = match entry {
                Entry::Row(row) => {
                    let id = link(&row.id, &row.link);
                    let found = words::message(self.report, row, self.lang);
                    format!("{id} {}: {}", inline(row.title.get(self.lang), LONGEST_CELL), inline(&found, LONGEST_CELL))
                }
                Entry::Cause(cause, _) => {
                    let waits = self.say(&cause.waits());
                    format!("{} ({})", inline(cause.what.get(self.lang), LONGEST_TEXT), inline(&waits, LONGEST_CELL))
                }
            };
            let (state, number) = (entry.state(), position + 1);
            let (symbol, word) = (state.symbol(), state.word());
            let gap = if position == 0 { "\n" } else { "" };
            let _ = writeln!(text, "{gap}{number}. {symbol} {}: {said}", word.get(self.lang));
        }
        text
    }

    /// What is to be acted on or known, a line each; what does not fit in half of the room is counted.
    fn table(&self, paper: &mut Paper, entries: &[Entry<'_>]) {
        if entries.is_empty() {
            return;
        }
        let [outcome, id, level, asked, found] = [
            text!("uitkomst", "outcome"),
            text!("nr.", "id"),
            text!("niveau", "level"),
            text!("eis of oorzaak", "requirement or cause"),
            text!("vaststelling", "found"),
        ]
        .map(|heading| self.say(&heading));
        paper.always(&format!(
            "\n| {outcome} | {id} | {level} | {asked} | {found} |\n| --- | --- | --- | --- | --- |\n"
        ));
        let left = paper.while_it_fits(entries, paper.room() / 2, |entry| self.line(*entry));
        if left > 0 {
            paper.always(
                self.say(&text!("\nNog {left}, in report.html.\n", "\n{left} more, in report.html.\n")).as_str(),
            );
        }
    }

    /// A line of the table.
    fn line(&self, entry: Entry<'_>) -> String {
        let state = entry.state();
        let symbol = state.symbol();
        match entry {
            Entry::Row(row) => {
                let word = inline(row.word().get(self.lang), LONGEST_CELL);
                let accepted = text!(", aanvaard", ", accepted");
                let accepted = if row.accepted.is_some() { accepted.get(self.lang) } else { "" };
                let (id, level) = (link(&row.id, &row.link), row.level.name());
                let title = inline(row.title.get(self.lang), LONGEST_CELL);
                let found = inline(&row.brief(self.lang).unwrap_or_default(), LONGEST_CELL);
                format!("| {symbol} {word}{accepted} | {id} | {level} | {title} | {found} |\n")
            }
            Entry::Cause(cause, _) => {
                let (word, count, must) = (self.say(&state.word()), cause.waiting.len(), cause.must);
                let what = inline(cause.what.get(self.lang), LONGEST_TEXT);
                let remedy = inline(cause.remedy.get(self.lang), LONGEST_TEXT);
                let who = inline(cause.who.name().get(self.lang), LONGEST_CELL);
                format!("| {symbol} {word} | {count}× | {must} must | {what} | {remedy} ({who}) |\n")
            }
        }
    }

    /// What somebody has to do something about, folded; what does not fit is counted.
    fn actions(&self, paper: &mut Paper, entries: &[Entry<'_>]) {
        let left = paper.while_it_fits(entries, paper.room(), |entry| match entry {
            Entry::Row(row) => self.action(row),
            Entry::Cause(cause, state) => self.cause(cause, *state),
        });
        if left > 0 {
            let more = text!(
                "\nDe uitleg van nog {left} eisen staat in report.html.\n",
                "\nThe details of {left} more requirements are in report.html.\n"
            );
            paper.always(&self.say(&more));
        }
    }

    /// What passes and is worth a word all the same, a line each, folded; what does not fit is counted.
    fn notes(&self, paper: &mut Paper) {
        let mut rows = words::others(self.report);
        rows.retain(|row| row.state() == State::PassWithNote);
        if rows.is_empty() {
            return;
        }
        let title = self.say(&text!("Goed om te weten", "Good to know"));
        let line = |row: &&Requirement| {
            let (id, title) = (link(&row.id, &row.link), inline(row.title.get(self.lang), LONGEST_CELL));
            let found = inline(&row.brief(self.lang).unwrap_or_default(), LONGEST_CELL);
            format!("- {} {id} {title}: {found}\n", State::PassWithNote.symbol())
        };
        paper.always(&format!("\n<details>\n<summary>{title}</summary>\n\n"));
        let left = paper.while_it_fits(&rows, paper.room() / 2, line);
        if left > 0 {
            paper.always(&self.say(&text!("\nNog {left}, in report.html.\n", "\n{left} more, in report.html.\n")));
        }
        paper.always("\n</details>\n");
    }

    fn cause(&self, cause: &Cause, state: State) -> String {
        let what = inline(cause.what.get(self.lang), LONGEST_TEXT);
        let mut text =
            format!("\n<details>\n<summary>{} {}: {what}</summary>\n\n", state.symbol(), state.word().get(self.lang));
        for (label, said) in words::cause_details(self.report, cause, self.lang, true) {
            let _ = writeln!(text, "- {label}: {}", inline(&said.replace('\n', ", "), LONGEST_IDS));
        }
        text.push_str("\n</details>\n");
        text
    }

    fn action(&self, row: &Requirement) -> String {
        let state = row.state();
        let word = self.say(&state.word());
        let title = inline(row.title.get(self.lang), LONGEST_TEXT);
        let mut text =
            format!("\n<details>\n<summary>{} {word}: {} {title}</summary>\n\n", state.symbol(), inline(&row.id, 20));
        for (label, said) in words::details(self.report, row, self.lang, false) {
            let said = if said == row.link {
                link(&row.link, &row.link)
            } else {
                inline(&said.replace('\n', "; "), LONGEST_TEXT)
            };
            let _ = writeln!(text, "- {label}: {said}");
        }
        let exchange_of = |finding: &Finding| self.report.exchange(finding.exchange.as_deref()?);
        // A visit has no excerpt: its way is shown instead.
        let has_more = |finding: &&Finding| {
            finding.excerpt.is_some() || exchange_of(finding).is_some_and(|exchange| exchange.visit.is_some())
        };
        let told = row.findings.iter().take(MOST_FINDINGS).find(has_more);
        let exchange = told.and_then(exchange_of);
        if let Some(curl) = exchange.and_then(|exchange| exchange.curl.as_deref()) {
            let _ = write!(text, "\n{}", fenced("sh", &bounded(curl, 1_500)));
        }
        if let Some(visit) = exchange.and_then(|exchange| exchange.visit.as_ref()) {
            let lines: Vec<&str> = visit.way.iter().map(|line| line.get(self.lang)).collect();
            let _ = write!(text, "\n{}", fenced("text", &bounded(&lines.join("\n"), 1_500)));
            let _ = writeln!(text, "\n{}", inline(visit.by_hand.get(self.lang), LONGEST_TEXT));
        }
        if let Some(excerpt) = told.and_then(|finding| finding.excerpt.as_deref()) {
            let _ = write!(text, "\n{}", fenced("http", excerpt));
        }
        text.push_str("\n</details>\n");
        text
    }
}
