//! What the template of `report.html` sees: a report, cut to what a page can hold. It decides nothing.

use serde::Serialize;

use crate::base::text::{Lang, Text};
use crate::catalogue::Level;
use crate::evidence::exchange::Kind;
use crate::judging::verdict::Conformant;
use crate::report::group::Group;
use crate::report::model::{Report, Requirement};
use crate::report::variables::Variable;
use crate::report::words::{self, State, Tally, bounded};
use crate::text;

use super::about::{self, Behind, Fact};
use super::blocked::{self, Waiting};
use super::calls::{self, Calls};
use super::plot::Plot;
use super::row::Row;

/// Characters of a text.
const LONGEST_TEXT: usize = 600;

/// Findings that are named under the verdict.
const WORST: usize = 3;

/// The whole page.
#[derive(Debug, Serialize)]
pub(super) struct Page<'a> {
    report: &'a Report,
    result: Outlook<'a>,
    filters: Filters,
    groups: Vec<Part<'a>>,
    rest: Vec<ChapterPart<'a>>,
    plot: Plot,
    calls: Calls<'a>,
    /// The variables in the shell lines that are shown.
    variables: Vec<&'a Variable>,
    facts: Vec<Fact>,
    versions: Vec<Fact>,
    documents: Vec<Behind>,
    overrides: Vec<Behind>,
    last_line: String,
    /// What stands at the foot of each printed page, as strings of CSS.
    foot: Text,
}

/// What the run comes to.
#[derive(Debug, Serialize)]
struct Outlook<'a> {
    key: &'static str,
    symbol: char,
    word: Text,
    when: Text,
    environment: Text,
    advice: Text,
    sentence: Text,
    worst: Vec<Worst<'a>>,
    worst_left: usize,
    not_judged: Vec<Waiting<'a>>,
    /// How many obligations wait for a person's answer, where any does.
    open: Option<Text>,
}

/// A finding that is named under the verdict.
#[derive(Debug, Serialize)]
struct Worst<'a> {
    id: &'a str,
    title: &'a Text,
    found: Option<Text>,
}

/// By what the page can be filtered: name and words of each choice.
#[derive(Debug, Serialize)]
struct Filters {
    outcomes: Vec<Tally>,
    levels: Vec<(&'static str, Text)>,
    chapters: Vec<(String, Text)>,
}

/// The requirements about which the same is to be done.
#[derive(Debug, Serialize)]
struct Part<'a> {
    key: &'static str,
    title: Text,
    meaning: Text,
    /// How many requirements there are in it.
    count: usize,
    rows: Vec<Row<'a>>,
    /// Those that wait for the same, together.
    waiting: Vec<Waiting<'a>>,
}

/// A chapter with the requirements about which nothing is to be done.
#[derive(Debug, Serialize)]
struct ChapterPart<'a> {
    title: &'a Text,
    /// How many pass of how many, and what the others are.
    tally: Text,
    rows: Vec<Row<'a>>,
}

impl<'a> Page<'a> {
    pub(super) fn new(report: &'a Report) -> Self {
        let groups = Group::TOLD.into_iter().map(|group| Part::new(report, group));
        let groups: Vec<Part<'a>> = groups.filter(Part::is_told).collect();
        let rest = Group::Rest.rows(report);
        let rest = report.by_chapter().map(|(chapter, all)| ChapterPart {
            title: &chapter.title,
            tally: tally(&all),
            rows: rest.iter().filter(|row| row.chapter == chapter.name).map(|row| Row::new(report, row)).collect(),
        });
        let lines: Vec<String> =
            groups.iter().flat_map(|part| &part.rows).flat_map(Row::lines).map(str::to_owned).collect();
        Self {
            result: Outlook::new(report),
            filters: Filters::new(report),
            groups,
            rest: rest.filter(|part| !part.rows.is_empty()).collect(),
            plot: Plot::new(&report.run.timings),
            calls: Calls::new(report),
            variables: calls::variables(report, &lines),
            facts: about::facts(report),
            versions: about::versions(report),
            documents: about::documents(report),
            overrides: about::overrides(report),
            last_line: words::last_line(&report.result.counts, report.result.exit_status),
            foot: foot(report),
            report,
        }
    }
}

pub(super) fn short(text: &Text) -> Text {
    text.map(|text| bounded(text, LONGEST_TEXT))
}

/// Source and verdict, for the foot of a printed page and the title.
pub(super) fn heading(report: &Report) -> Text {
    let Text { nl, en } = words::conformant(report.result.conformant);
    let (source, date) = (bounded(&report.run.source, 80), report.run.started.strftime("%Y-%m-%d").to_string());
    text!("{nl} · {source} · {date}", "{en} · {source} · {date}")
}

fn foot(report: &Report) -> Text {
    heading(report).map(css)
}

/// A text as the inside of a string of CSS: whatever it holds, it stays in there.
fn css(text: &str) -> String {
    let escape = |c: char| match c {
        c if c.is_ascii_alphanumeric() => c.to_string(),
        c => format!("\\{:x} ", u32::from(c)),
    };
    text.chars().map(escape).collect()
}

impl<'a> Outlook<'a> {
    fn new(report: &'a Report) -> Self {
        let key = match report.result.conformant {
            Conformant::Yes => "yes",
            Conformant::No => "no",
            Conformant::Undecided => "undecided",
            Conformant::Partial => "partial",
            Conformant::ReviewsOpen => "reviews-open",
        };
        let started = report.run.started.strftime("%Y-%m-%d %H:%M UTC");
        let mut worst = Group::Failures.rows(report);
        worst.extend(Group::Errors.rows(report));
        let named = |row: &&'a Requirement| Worst { id: &row.id, title: &row.title, found: found(row) };
        Self {
            key,
            symbol: words::mark(report.result.conformant),
            word: words::conformant(report.result.conformant),
            when: text!("keuring van {started}", "run of {started}"),
            environment: words::environment(&report.run.environment).map(|words| bounded(words, 200)),
            advice: report.result.advice.clone(),
            sentence: Text::new(words::conclusion(report, Lang::Nl), words::conclusion(report, Lang::En)),
            worst: worst.iter().take(WORST).map(named).collect(),
            worst_left: worst.len().saturating_sub(WORST),
            not_judged: blocked::waiting(report),
            open: open(report),
        }
    }
}

/// What was found, beside what was expected, in one line.
fn found(row: &Requirement) -> Option<Text> {
    let finding = row.worst_finding()?;
    let said = |lang| bounded(&words::sentence(finding, lang), 160);
    Some(Text::new(said(Lang::Nl), said(Lang::En)))
}

/// How many obligations wait for an answer.
fn open(report: &Report) -> Option<Text> {
    let open: Vec<&Requirement> = report.requirements.iter().filter(|row| row.state() == State::Review).collect();
    let (all, must) = (open.len(), open.iter().filter(|row| row.level == Level::Must).count());
    (all > 0).then(|| {
        text!(
            "{all} eisen wachten op het antwoord van een beoordelaar, waarvan {must} verplicht",
            "{all} requirements wait for the answer of a reviewer, {must} of them obligatory"
        )
    })
}

impl<'a> Part<'a> {
    fn new(report: &'a Report, group: Group) -> Self {
        let is_blocked = group == Group::Blocked;
        let rows = group.rows(report);
        let count = rows.len();
        let rows = if is_blocked { Vec::new() } else { rows };
        Self {
            count,
            key: group.key(),
            title: group.title(),
            meaning: group.meaning(),
            rows: rows.into_iter().map(|row| Row::new(report, row)).collect(),
            waiting: if is_blocked { blocked::waiting(report) } else { Vec::new() },
        }
    }

    fn is_told(&self) -> bool {
        !self.rows.is_empty() || !self.waiting.is_empty()
    }
}

/// How many of a chapter pass, and what the others are: `14 of 15 pass, 1 not applicable`.
fn tally(rows: &[&Requirement]) -> Text {
    let passes = |row: &&&Requirement| matches!(row.state(), State::Pass | State::PassWithNote);
    let (all, passed) = (rows.len(), rows.iter().filter(passes).count());
    let mut states: Vec<State> = rows.iter().map(|row| row.state()).filter(|state| *state != State::Pass).collect();
    states.retain(|state| *state != State::PassWithNote);
    states.sort_unstable();
    let mut others: Vec<(Text, usize)> = Vec::new();
    for word in states.into_iter().map(State::word) {
        match others.iter_mut().find(|(known, _)| *known == word) {
            Some((_, count)) => *count += 1,
            None => others.push((word, 1)),
        }
    }
    let more = |lang| {
        let parts = others.iter().map(|(word, count)| format!(" · {count} {}", word.get(lang)));
        parts.collect::<Vec<_>>().concat()
    };
    let (nl, en) = (more(Lang::Nl), more(Lang::En));
    let verb = if passed == 1 { "voldoet" } else { "voldoen" };
    text!("{passed} van {all} {verb}{nl}", "{passed} of {all} pass{en}")
}

impl Filters {
    fn new(report: &Report) -> Self {
        let levels = [Level::Must, Level::Should, Level::May];
        let levels = levels.into_iter().filter(|level| report.requirements.iter().any(|row| row.level == *level));
        let chapters = report.by_chapter().enumerate().filter(|(_, (_, rows))| !rows.is_empty());
        Self {
            outcomes: words::tallies(report),
            levels: levels.map(|level| (level.name(), words::level(level))).collect(),
            chapters: chapters.map(|(at, (chapter, _))| (format!("c{at}"), chapter.title.clone())).collect(),
        }
    }
}

/// The words for a kind of call.
pub(super) fn kind_of_call(kind: Kind) -> Text {
    match kind {
        Kind::Issuer => Text::new("Uitgever van tokens", "Issuer of tokens"),
        Kind::List => Text::new("Lijst", "List"),
        Kind::Detail => Text::same("Detail"),
        Kind::Download => Text::same("Document"),
        Kind::Probe => Text::new("Andere", "Other"),
        Kind::Visit => Text::new("Bezoeken", "Visits"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::sample;

    #[test]
    fn nothing_ends_a_string_of_css() {
        let planted = "a\"; } </style><script>\\\n@import 'x'";
        let escaped = css(planted);
        assert!(escaped.chars().all(|c| c.is_ascii_alphanumeric() || c == '\\' || c == ' '), "{escaped}");
    }

    #[test]
    fn a_chapter_says_how_many_pass() {
        let report = sample::report();
        let rows: Vec<&Requirement> = report.requirements.iter().filter(|row| row.chapter == "operations").collect();
        assert_eq!(tally(&rows).en, "0 of 3 pass · 1 review · 1 observed · 1 not selected");
    }
}
