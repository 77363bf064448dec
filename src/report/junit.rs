//! `junit.xml`, for CI systems: one suite per chapter, one test case per requirement.
//!
//! A failure is a failure; an error of the issuer and a blocked obligation are errors; what was not judged is skipped,
//! with why. Warnings and notes pass, and stand in system-out.

use junit_report::{Duration, OffsetDateTime, TestCase, TestCaseBuilder, TestSuite, TestSuiteBuilder};

use crate::text;
use crate::text::{Lang, Text};
use crate::verdict::Outcome;

use super::exchange::Exchange;
use super::model::{Chapter, Report, Requirement};
use super::words::{self, State, bounded};
use super::write::Unwritten;

/// The name of the file.
pub(super) const FILE: &str = "junit.xml";

/// Characters of a message: viewers show it on one line.
const LONGEST_MESSAGE: usize = 300;

/// Characters of a text.
const LONGEST_TEXT: usize = 20_000;

/// Exchanges of one test case.
const MOST_EXCHANGES: usize = 10;

/// The report as JUnit XML. It names no moment but the start of the run: the same report gives the same file.
///
/// # Errors
/// In words, when it cannot be made.
pub fn junit(report: &Report, lang: Lang) -> Result<String, Unwritten> {
    let mut xml = junit_report::Report::new();
    xml.add_testsuites(report.by_chapter().map(|(chapter, rows)| suite(report, chapter, &rows, lang)));
    let mut bytes = Vec::new();
    let failed = |reason: Text| Unwritten::new(FILE, reason);
    xml.write_xml(&mut bytes).map_err(|error| failed(text!("{error}", "{error}")))?;
    bytes.push(b'\n');
    String::from_utf8(bytes).map_err(|error| failed(text!("{error}", "{error}")))
}

fn suite(report: &Report, chapter: &Chapter, rows: &[&Requirement], lang: Lang) -> TestSuite {
    // The library cannot write a year before 0.
    let started = report.run.started.as_second().max(0);
    let mut suite = TestSuiteBuilder::new(&line(chapter.title.get(lang)))
        .set_timestamp(OffsetDateTime::from_unix_timestamp(started).unwrap_or(OffsetDateTime::UNIX_EPOCH))
        .add_testcases(rows.iter().map(|row| case(report, row, lang)))
        .build();
    suite.package = line(&format!("bronkeur.{}", chapter.name));
    suite
}

fn case(report: &Report, row: &Requirement, lang: Lang) -> TestCase {
    let name = line(&format!("{} {}", row.id, row.title.get(lang)));
    let state = row.state();
    let message = || {
        let word = if state == State::Review { Outcome::Review.label() } else { state.word() };
        line(&row.brief(lang).unwrap_or_else(|| word.get(lang).to_owned()))
    };
    let mut case = match state {
        State::Failure => TestCaseBuilder::failure(&name, Duration::ZERO, row.level.name(), &message()),
        State::Error => TestCaseBuilder::error(&name, Duration::ZERO, row.level.name(), &message()),
        State::BlockedMust => TestCaseBuilder::error(&name, Duration::ZERO, "blocked", &message()),
        State::Blocked => TestCaseBuilder::skipped_with_cause(&name, "blocked", &message()),
        State::Waived => TestCaseBuilder::skipped_with_cause(&name, "waived", &message()),
        State::Review => TestCaseBuilder::skipped_with_cause(&name, "review", &message()),
        State::NotApplicable => TestCaseBuilder::skipped_with_cause(&name, "not_applicable", &message()),
        State::NotSelected => TestCaseBuilder::skipped_with_cause(&name, "not_selected", &message()),
        State::Warning | State::Note | State::Observed | State::PassWithNote | State::Pass => {
            TestCaseBuilder::success(&name, Duration::ZERO)
        }
    };
    case.set_classname(&line(&format!("bronkeur.{}", row.chapter)));
    let about = about(report, row, lang);
    case.set_trace(&body(&about));
    // Where there is a failure or an error, its own text says what is wrong.
    let told = matches!(state, State::Failure | State::Error | State::BlockedMust | State::Pass | State::NotSelected);
    let out = [if told { String::new() } else { about }, evidence(report, row, lang)].concat();
    if !out.is_empty() {
        case.set_system_out(&body(&out));
    }
    case.build()
}

/// What became of a requirement, line by line.
fn about(report: &Report, row: &Requirement, lang: Lang) -> String {
    let word = row.state().word();
    let mut text = format!("{} ({}): {}\n", row.id, row.level.name(), word.get(lang));
    for (label, said) in words::details(report, row, lang, false) {
        text.extend([label, ": ", &said, "\n"]);
    }
    text
}

/// The exchanges behind a verdict.
fn evidence(report: &Report, row: &Requirement, lang: Lang) -> String {
    let exchange = |id: &String| report.exchange(id);
    let mut text = String::new();
    for exchange in row.evidence.iter().filter_map(exchange).take(MOST_EXCHANGES) {
        text.push_str(&call(exchange, lang));
    }
    let left = row.evidence.len().saturating_sub(MOST_EXCHANGES);
    if left > 0 {
        let more = text!("nog {left} oproepen, in report.json\n", "{left} more exchanges, in report.json\n");
        text.push_str(more.get(lang));
    }
    text
}

fn call(exchange: &Exchange, lang: Lang) -> String {
    let curl = exchange.curl.as_deref().map(|curl| format!("  {curl}\n")).unwrap_or_default();
    format!("{}\n{curl}", words::call(exchange, lang))
}

/// The text of an attribute: one line, bounded, of characters that XML allows.
fn line(text: &str) -> String {
    allowed(&bounded(text, LONGEST_MESSAGE), false)
}

/// The text of an element, which the library puts into CDATA as it is: the end of CDATA in it would be markup.
fn body(text: &str) -> String {
    allowed(&bounded(text, LONGEST_TEXT), true).replace("]]>", "]]]]><![CDATA[>")
}

/// Characters that XML 1.0 does not allow are escaped, as are those of which viewers make something else.
fn allowed(text: &str, lines: bool) -> String {
    let mut allowed = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' if lines => allowed.push(c),
            '\n' | '\t' => allowed.push(' '),
            '\u{fffe}' | '\u{ffff}' => allowed.extend(c.escape_unicode()),
            c => super::people::push_safe(&mut allowed, c),
        }
    }
    allowed
}
