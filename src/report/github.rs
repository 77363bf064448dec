//! Workflow commands of GitHub Actions: what fails as errors, what is recommended as warnings, and the last line.

use std::fmt::Write as _;

use crate::text;
use crate::text::Lang;

use crate::catalogue::About;

use super::model::{Report, Requirement};
use super::words::{State, bounded, to_do};

/// GitHub shows this many errors of a step, and this many warnings.
const MOST: usize = 10;

/// Characters of a title and of a message.
const LONGEST_TITLE: usize = 200;
const LONGEST_MESSAGE: usize = 1_000;

/// The report as workflow commands, the worst first: each is one line, whatever a source wrote.
pub fn github(report: &Report, lang: Lang) -> String {
    let mut rows: Vec<&Requirement> = report.requirements.iter().filter(|row| row.state().needs_action()).collect();
    // Without a token all is blocked: the cause comes before what it did.
    rows.sort_by_key(|row| (row.state(), row.about != About::Issuer));
    let (warnings, errors): (Vec<&Requirement>, Vec<&Requirement>) =
        rows.into_iter().partition(|row| row.state() == State::Warning);
    let mut commands = String::new();
    for (command, rows) in [("error", &errors), ("warning", &warnings)] {
        for row in rows.iter().take(MOST) {
            let _ =
                writeln!(commands, "::{command} title={}::{}", property(&title(row, lang)), data(&message(row, lang)));
        }
    }
    let more: Vec<&str> =
        [&errors, &warnings].into_iter().flat_map(|rows| rows.iter().skip(MOST)).map(|row| row.id.as_str()).collect();
    if !more.is_empty() {
        let (count, ids) = (more.len(), more.join(", "));
        let message = text!("nog {count}, in report.json: {ids}", "{count} more, in report.json: {ids}");
        let _ = writeln!(commands, "::notice title=bronkeur::{}", data(&bounded(message.get(lang), LONGEST_MESSAGE)));
    }
    commands.push_str(&super::last_line(&report.result.counts, report.result.exit_status));
    commands.push('\n');
    commands
}

fn title(row: &Requirement, lang: Lang) -> String {
    bounded(&format!("{} ({}) {}", row.id, row.level.name(), row.title.get(lang)), LONGEST_TITLE)
}

/// What was found, and what to do.
fn message(row: &Requirement, lang: Lang) -> String {
    let said = row.brief(lang).unwrap_or_else(|| row.state().word().get(lang).to_owned());
    let said = bounded(&said, LONGEST_MESSAGE / 2);
    let to_do = to_do(row, lang).map(|to_do| format!("\n{to_do}")).unwrap_or_default();
    bounded(&format!("{said}{to_do}"), LONGEST_MESSAGE)
}

/// The message of a command: what would end the line is escaped, and what would be taken for an escape.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property of a command: what would end it too.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
