//! `summary.md`, for pull requests and the job summaries of CI systems: the result, a table of what did not pass, and
//! what to do, folded. It stays below the limits of those platforms, and says how much it left out.

pub(super) mod paper;

use std::fmt::Write as _;

use crate::text;
use crate::text::{Lang, Text};

use self::paper::{Paper, fenced, inline};
use super::group::Group;
use super::languages::Languages;
use super::model::{Report, Requirement};
use super::words::{self, MOST_FINDINGS, State, bounded};

/// The name of the file.
pub(super) const FILE: &str = "summary.md";

/// Bytes of the file. A comment on a pull request holds 65,536 characters, a job summary 1 MiB.
const MOST_BYTES: usize = 64_000;

/// Characters of what is said in a cell.
const LONGEST_CELL: usize = 200;

/// Characters of a text.
const LONGEST_TEXT: usize = 600;

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
        let rows: Vec<&Requirement> = Group::TOLD.into_iter().flat_map(|group| group.rows(self.report)).collect();
        let rows: Vec<&Requirement> = rows.into_iter().filter(|row| row.state() != State::PassWithNote).collect();
        self.table(&mut paper, &rows);
        self.actions(&mut paper, &rows);
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

    /// Everything that did not pass, a line each; what does not fit in half of the room is counted.
    fn table(&self, paper: &mut Paper, rows: &[&Requirement]) {
        if rows.is_empty() {
            return;
        }
        let [outcome, id, level, asked, found] = [
            text!("uitkomst", "outcome"),
            text!("nr.", "id"),
            text!("niveau", "level"),
            text!("eis", "requirement"),
            text!("vaststelling", "found"),
        ]
        .map(|heading| self.say(&heading));
        paper.always(&format!(
            "\n| {outcome} | {id} | {level} | {asked} | {found} |\n| --- | --- | --- | --- | --- |\n"
        ));
        let row = |row: &&Requirement| {
            let state = row.state();
            let (symbol, word, level) = (state.symbol(), state.word(), row.level.name());
            let id = link(&row.id, &row.link);
            let brief = row.brief(self.lang).unwrap_or_default();
            let title = inline(row.title.get(self.lang), LONGEST_CELL);
            let (word, brief) = (word.get(self.lang), inline(&brief, LONGEST_CELL));
            format!("| {symbol} {word} | {id} | {level} | {title} | {brief} |\n")
        };
        let left = paper.while_it_fits(rows, paper.room() / 2, row);
        if left > 0 {
            paper.always(
                self.say(&text!("\nNog {left}, in report.html.\n", "\n{left} more, in report.html.\n")).as_str(),
            );
        }
    }

    /// What somebody has to do something about, folded; what does not fit is counted.
    fn actions(&self, paper: &mut Paper, rows: &[&Requirement]) {
        let is_told = |row: &Requirement| row.state().needs_action() || Group::of(row.state()) == Group::Blocked;
        let rows: Vec<&Requirement> = rows.iter().copied().filter(|row| is_told(row)).collect();
        let left = paper.while_it_fits(&rows, paper.room(), |row| self.action(row));
        if left > 0 {
            let more = text!(
                "\nDe uitleg van nog {left} eisen staat in report.html.\n",
                "\nThe details of {left} more requirements are in report.html.\n"
            );
            paper.always(&self.say(&more));
        }
    }

    fn action(&self, row: &Requirement) -> String {
        let state = row.state();
        let word = self.say(&state.word());
        let title = inline(row.title.get(self.lang), LONGEST_TEXT);
        let mut text =
            format!("\n<details>\n<summary>{} {word}: {} {title}</summary>\n\n", state.symbol(), inline(&row.id, 20));
        for (label, said) in words::details(self.report, row, self.lang, false) {
            let said = if said == row.link { link(&row.link, &row.link) } else { inline(&said, LONGEST_TEXT) };
            let _ = writeln!(text, "- {label}: {said}");
        }
        let told = row.findings.iter().take(MOST_FINDINGS).find(|finding| finding.excerpt.is_some());
        let exchange = told.and_then(|finding| self.report.exchange(finding.exchange.as_deref()?));
        if let Some(curl) = exchange.and_then(|exchange| exchange.curl.as_deref()) {
            let _ = write!(text, "\n{}", fenced("sh", &bounded(curl, 1_500)));
        }
        if let Some(excerpt) = told.and_then(|finding| finding.excerpt.as_deref()) {
            let _ = write!(text, "\n{}", fenced("http", excerpt));
        }
        text.push_str("\n</details>\n");
        text
    }
}
