//! `junit.xml`, for CI systems: one suite per chapter, one test case per requirement.
//!
//! A failure is a failure; an error of the issuer and a blocked obligation are errors; what was not judged is skipped,
//! with why. Warnings and notes pass. What a test case does not say itself stands in the suite's system-out: the schema
//! of Ant knows none in a test case.

mod complete;

use std::collections::HashSet;

use junit_report::{Duration, OffsetDateTime, TestCase, TestCaseBuilder, TestSuite, TestSuiteBuilder};

use crate::base::text::{Lang, Text};
use crate::catalogue::Level;
use crate::text;

use super::exchange::Exchange;
use super::model::{Chapter, Report, Requirement};
use super::words::{self, MOST_FINDINGS, State, bounded};
use crate::base::files::WriteError;

/// The name of the file.
pub(super) const FILE: &str = "junit.xml";

/// Characters of a message: viewers show it on one line.
const LONGEST_MESSAGE: usize = 300;

/// Characters of the text of one test case.
const LONGEST_TEXT: usize = 20_000;

/// Characters of what a suite says.
const LONGEST_OUTPUT: usize = 200_000;

/// The report as JUnit XML. It names no moment but the start of the run: the same report gives the same file.
///
/// # Errors
/// In words, when it cannot be made.
pub fn junit(report: &Report, lang: Lang) -> Result<String, WriteError> {
    let mut times = Times { report, counted: HashSet::new() };
    let suites: Vec<TestSuite> =
        report.by_chapter().map(|(chapter, rows)| suite(report, chapter, &rows, &mut times, lang)).collect();
    written(FILE, suites, properties(report))
}

/// Suites as a file, each with these properties.
pub(super) fn written(
    file: &str,
    suites: impl IntoIterator<Item = TestSuite>,
    properties: Vec<(String, String)>,
) -> Result<String, WriteError> {
    let properties: Vec<(String, String)> =
        properties.into_iter().map(|(name, value)| (line(&name), line(&value))).collect();
    let mut whole = complete::Whole::new();
    for suite in suites {
        let failed = |reason: Text| WriteError::new(file, reason);
        let skipped = suite.skipped();
        let mut xml = junit_report::Report::new();
        xml.add_testsuite(suite);
        let mut bytes = Vec::new();
        xml.write_xml(&mut bytes).map_err(|error| failed(text!("{error}", "{error}")))?;
        let written = String::from_utf8(bytes).map_err(|error| failed(text!("{error}", "{error}")))?;
        whole.add(&written, skipped, &properties).map_err(|error| failed(text!("{error}", "{error}")))?;
    }
    whole.finish().map_err(|error| WriteError::new(file, text!("{error}", "{error}")))
}

/// What made the report, and of what.
fn properties(report: &Report) -> Vec<(String, String)> {
    let run = &report.run;
    let mut properties =
        vec![("tool".to_owned(), report.tool.name.clone()), ("tool.version".to_owned(), report.tool.version.clone())];
    properties.extend(run.specs.iter().map(|spec| (format!("spec.{}", spec.name), spec.version.clone())));
    properties.extend([
        ("source".to_owned(), run.source.clone()),
        ("base_url".to_owned(), run.base_url.clone()),
        ("environment".to_owned(), run.environment.clone()),
    ]);
    properties
}

/// How long requirements took: the calls that they rest on. A call that several rest on counts once, where it stands
/// first, so that the times add up.
struct Times<'a> {
    report: &'a Report,
    counted: HashSet<&'a str>,
}

impl<'a> Times<'a> {
    fn of(&mut self, row: &'a Requirement) -> Duration {
        let fresh = row.evidence.iter().filter(|id| self.counted.insert(id));
        let ms: u64 = fresh.filter_map(|id| self.report.exchange(id)).map(|exchange| exchange.ms).sum();
        Duration::milliseconds(i64::try_from(ms).unwrap_or(i64::MAX))
    }
}

fn suite<'a>(
    report: &'a Report,
    chapter: &Chapter,
    rows: &[&'a Requirement],
    times: &mut Times<'a>,
    lang: Lang,
) -> TestSuite {
    // The library cannot write a year before 0.
    let started = report.run.started.as_second().max(0);
    let output: String = rows.iter().map(|row| output(report, row, lang)).collect();
    let mut suite = TestSuiteBuilder::new(&line(chapter.title.get(lang)))
        .set_timestamp(OffsetDateTime::from_unix_timestamp(started).unwrap_or(OffsetDateTime::UNIX_EPOCH))
        .add_testcases(rows.iter().map(|row| case(report, row, times.of(row), lang)))
        .set_system_out(&body(&output, LONGEST_OUTPUT))
        .set_system_err("")
        .build();
    suite.package = line(&format!("bronkeur.{}", chapter.name));
    suite
}

fn case(report: &Report, row: &Requirement, time: Duration, lang: Lang) -> TestCase {
    let name = line(&format!("{} {}", row.id, row.title.get(lang)));
    let state = row.state();
    let message = line(&words::message(report, row, lang));
    let fails = report.run.gate.fail_on.fails(row.severity);
    let mut case = Verdict { state, level: row.level, fails }.case(&name, time, &message);
    case.set_classname(&line(&format!("bronkeur.{}", row.chapter)));
    case.set_trace(&body(&[about(report, row, lang), evidence(report, row, lang)].concat(), LONGEST_TEXT));
    let mut case = case.build();
    // A skipped test of the library takes no time; the calls that showed that it cannot be judged did.
    case.time = time;
    case
}

/// What decides how a test case reads.
pub(super) struct Verdict {
    /// How the requirement reads.
    pub(super) state: State,
    /// How strongly it binds.
    pub(super) level: Level,
    /// The run ends with 1 for it.
    pub(super) fails: bool,
}

impl Verdict {
    /// The test case of that name.
    pub(super) fn case(&self, name: &str, time: Duration, message: &str) -> TestCaseBuilder {
        let skipped = |why| TestCaseBuilder::skipped_with_cause(name, why, message);
        match self.state {
            State::Failure => TestCaseBuilder::failure(name, time, self.level.name(), message),
            // The run ends with 1 for it: a server that reads this file alone has to see that.
            State::Warning if self.fails => TestCaseBuilder::failure(name, time, self.level.name(), message),
            State::Error => TestCaseBuilder::error(name, time, self.level.name(), message),
            State::BlockedMust => TestCaseBuilder::error(name, time, "blocked", message),
            State::Blocked => skipped("blocked"),
            State::Waived => skipped("waived"),
            State::Review => skipped("review"),
            State::NotApplicable => skipped("not_applicable"),
            State::NotSelected => skipped("not_selected"),
            State::Warning | State::Note | State::Observed | State::PassWithNote | State::Pass => {
                TestCaseBuilder::success(name, time)
            }
        }
    }
}

/// What the suite says about a requirement that its test case does not.
fn output(report: &Report, row: &Requirement, lang: Lang) -> String {
    match row.state() {
        State::Pass if row.accepting().is_some() => about(report, row, lang) + "\n",
        State::Warning | State::Waived | State::Blocked | State::Note | State::Observed | State::PassWithNote => {
            [about(report, row, lang), evidence(report, row, lang), "\n".to_owned()].concat()
        }
        _ => String::new(),
    }
}

/// What became of a requirement, line by line.
fn about(report: &Report, row: &Requirement, lang: Lang) -> String {
    let word = row.word();
    let mut text = format!("{} ({}): {}\n", row.id, row.level.name(), word.get(lang));
    for (label, said) in words::details(report, row, lang, false) {
        text.extend([label, ": ", &said, "\n"]);
    }
    text
}

/// The exchanges that show it.
fn evidence(report: &Report, row: &Requirement, lang: Lang) -> String {
    let exchange = |id: &String| report.exchange(id);
    let mut text = String::new();
    // The calls of the findings, each once, and what they showed; not all that the verdict rests on.
    let mut shown: Vec<&str> = Vec::new();
    for finding in row.findings.iter().take(MOST_FINDINGS) {
        let Some(id) = finding.exchange.as_ref().filter(|id| !shown.contains(&id.as_str())) else { continue };
        shown.push(id);
        text.extend(exchange(id).map(|exchange| call(exchange, lang)));
        text.extend(finding.excerpt.iter().flat_map(|excerpt| [excerpt.as_str(), "\n"]));
    }
    let cause = report.cause_of(row).and_then(|cause| cause.since.as_ref()).filter(|_| row.findings.is_empty());
    text.extend(cause.and_then(exchange).map(|exchange| words::call(exchange, lang) + "\n"));
    text
}

fn call(exchange: &Exchange, lang: Lang) -> String {
    let curl = exchange.curl.as_deref().map(|curl| format!("  {curl}\n")).unwrap_or_default();
    let visit = exchange.visit.iter().flat_map(|visit| visit.way.iter().chain([&visit.by_hand]));
    let visit = visit.map(|line| format!("  {}\n", line.get(lang))).collect::<Vec<_>>().concat();
    format!("{}\n{curl}{visit}", words::call(exchange, lang))
}

/// The text of an attribute: one line, bounded, of characters that XML allows.
pub(super) fn line(text: &str) -> String {
    allowed(&bounded(text, LONGEST_MESSAGE), false)
}

/// The text of an element, which the library puts into CDATA as it is: the end of CDATA in it would be markup.
pub(super) fn body(text: &str, most: usize) -> String {
    allowed(&bounded(text, most), true).replace("]]>", "]]]]><![CDATA[>")
}

/// Characters that XML 1.0 does not allow are escaped, as are those of which viewers make something else.
fn allowed(text: &str, lines: bool) -> String {
    let mut allowed = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' if lines => allowed.push(c),
            '\n' | '\t' => allowed.push(' '),
            '\u{fffe}' | '\u{ffff}' => allowed.extend(c.escape_unicode()),
            c => crate::base::text::push_safe(&mut allowed, c),
        }
    }
    allowed
}
