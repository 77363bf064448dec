//! Workflow commands of GitHub Actions: what fails as errors, what is recommended as warnings, and the last line.

use std::fmt::Write as _;

use crate::base::text::Lang;
use crate::text;

use crate::catalogue::Level;

use super::model::{Report, Requirement};
use super::words::{self, Entry, State, bounded, to_do};

/// GitHub shows this many errors of a step, and this many warnings.
const MOST: usize = 10;

/// Characters of a title and of a message.
const LONGEST_TITLE: usize = 200;
const LONGEST_MESSAGE: usize = 1_000;

/// What an annotation says.
pub(super) struct Annotation {
    /// How it stands: a warning, or else an error.
    pub(super) state: State,
    /// By what it is named where there is no room for it.
    pub(super) name: String,
    /// Its title.
    pub(super) title: String,
    /// What was found, and what to do.
    pub(super) message: String,
}

/// The report as workflow commands, the worst first, and each cause once: each is one line, whatever a source wrote.
pub fn github(report: &Report, lang: Lang) -> String {
    let entries = words::entries(report).into_iter().filter(|entry| entry.state().needs_action());
    let annotations = entries.map(|entry| annotation(report, entry, lang)).collect();
    let last_line = super::last_line(&report.result.counts, report.result.exit_status);
    commands(annotations, super::json::FILE, &last_line, lang)
}

fn annotation(report: &Report, entry: Entry<'_>, lang: Lang) -> Annotation {
    let state = entry.state();
    match entry {
        Entry::Row(row) => Annotation {
            state,
            name: row.id.clone(),
            title: title(&row.id, row.level, row.title.get(lang)),
            message: message(report, row, lang),
        },
        Entry::Cause(cause, _) => {
            let lines = words::cause_details(report, cause, lang, false).into_iter();
            let lines: Vec<String> = lines.map(|(label, said)| format!("{label}: {said}")).collect();
            Annotation {
                state,
                name: cause.what.get(lang).to_owned(),
                title: cause.what.get(lang).to_owned(),
                message: lines.join("\n"),
            }
        }
    }
}

/// Annotations as workflow commands, as many as are shown; the rest by name, and the last line.
pub(super) fn commands(annotations: Vec<Annotation>, file: &str, last_line: &str, lang: Lang) -> String {
    let (warnings, errors): (Vec<Annotation>, Vec<Annotation>) =
        annotations.into_iter().partition(|annotation| annotation.state == State::Warning);
    let mut commands = String::new();
    for (command, annotations) in [("error", &errors), ("warning", &warnings)] {
        for Annotation { title, message, .. } in annotations.iter().take(MOST) {
            let (title, message) = (bounded(title, LONGEST_TITLE), bounded(message, LONGEST_MESSAGE));
            let _ = writeln!(commands, "::{command} title={}::{}", property(&title), data(&message));
        }
    }
    let more: Vec<&str> =
        [&errors, &warnings].into_iter().flat_map(|all| all.iter().skip(MOST)).map(|one| one.name.as_str()).collect();
    if !more.is_empty() {
        let (count, names) = (more.len(), more.join(", "));
        let message = text!("nog {count}, in {file}: {names}", "{count} more, in {file}: {names}");
        let _ = writeln!(commands, "::notice title=bronkeur::{}", data(&bounded(message.get(lang), LONGEST_MESSAGE)));
    }
    commands.push_str(last_line);
    commands.push('\n');
    commands
}

/// A requirement, as the title of an annotation.
pub(super) fn title(id: &str, level: Level, title: &str) -> String {
    format!("{id} ({}) {title}", level.name())
}

/// What was found and in which call, and what to do.
fn message(report: &Report, row: &Requirement, lang: Lang) -> String {
    let said = bounded(&words::message(report, row, lang), LONGEST_MESSAGE / 2);
    let to_do = to_do(row, lang).map(|to_do| format!("\n{to_do}")).unwrap_or_default();
    format!("{said}{to_do}")
}

/// The message of a command: what would end the line is escaped, and what would be taken for an escape.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property of a command: what would end it too.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
