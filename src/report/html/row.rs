//! One requirement as the page shows it, with its findings: those that are alike are one.

use serde::Serialize;

use crate::base::text::{Lang, Text};
use crate::catalogue::Level;
use crate::judging::verdict::{Outcome, Severity};
use crate::report::alike::{Alike, joined};
use crate::report::model::{Finding, Report, Requirement};
use crate::report::words::{self, MOST_FINDINGS, State, bounded, difference, exchange_of};
use crate::text;

use super::blocked::capital;
use super::page::short;
use super::seen::{self, Seen};

/// Characters of a text of the catalogue.
const LONGEST_CURL: usize = 4_100;

/// Calls that are named beside a requirement.
const MOST_EVIDENCE: usize = 2;

/// Lines that say in what alike findings differ.
const MOST_DIFFERING: usize = 8;

/// One requirement.
#[derive(Debug, Serialize)]
pub(super) struct Row<'a> {
    pub(super) id: &'a str,
    state: &'static str,
    symbol: char,
    word: Text,
    level: &'static str,
    level_word: Text,
    chapter: String,
    chapter_title: Text,
    title: &'a Text,
    /// On what it rests: quoted, derived and so on.
    bases: Vec<Text>,
    /// Why it matters.
    explanation: Option<&'a Text>,
    /// Why something that was found weighs less than the level, or what a reviewer is asked.
    judged: Option<&'a Text>,
    /// It waits for a person.
    is_open: bool,
    weighs_less: Option<Text>,
    seen: Vec<Seen>,
    reference: &'a str,
    /// A link that a browser may follow; else empty.
    link: &'a str,
    /// The title of what stands there.
    document: Option<&'a Text>,
    observed: bool,
    /// It passed, and nobody had to say so: on paper its id is enough.
    is_quiet: bool,
    reason: Option<Text>,
    remedy: Option<Text>,
    accepted: Option<String>,
    waiver: Option<Text>,
    review: Option<Text>,
    findings: Vec<Observation>,
    /// Findings beyond those that are shown.
    findings_left: usize,
    fixes: Vec<Text>,
    evidence: Vec<&'a str>,
    evidence_left: usize,
}

/// Findings that say the same.
#[derive(Debug, Serialize)]
struct Observation {
    count: usize,
    expected: Text,
    actual: Text,
    place: String,
    /// Its severity, where that is not its requirement's.
    severity: Option<Text>,
    /// What was varied in the call that is shown.
    varied: Option<Text>,
    exchange: Option<String>,
    call: Option<Text>,
    curl: Option<String>,
    /// Of a visit: where browsers went, how many lines more there are, and how people do the same.
    way: Vec<Text>,
    way_left: usize,
    by_hand: Option<Text>,
    excerpt: Option<String>,
    /// In what the others differ, a line each; empty where there are none.
    differing: Vec<Differing>,
    differing_left: usize,
}

/// In what one of several alike findings differs.
#[derive(Debug, Serialize)]
struct Differing {
    what: Text,
    exchange: Option<String>,
}

impl<'a> Row<'a> {
    pub(super) fn new(report: &'a Report, row: &'a Requirement) -> Self {
        let state = row.state();
        let chapter = report.chapters.iter().position(|chapter| chapter.name == row.chapter);
        let groups = joined(&row.findings);
        let mut fixes: Vec<Text> = Vec::new();
        for fix in groups.iter().take(MOST_FINDINGS).filter_map(|alike| Some(&alike.told()?.fix)) {
            if !fix.en.is_empty() && !fixes.contains(fix) {
                fixes.push(fix.clone());
            }
        }
        let is_open = row.outcome == Outcome::Review;
        Self {
            id: &row.id,
            state: state.key(),
            symbol: state.symbol(),
            word: short(&row.word()),
            level: row.level.name(),
            level_word: words::level(row.level),
            chapter: chapter.map(|at| format!("c{at}")).unwrap_or_default(),
            chapter_title: chapter.and_then(|at| report.chapters.get(at)).map(|c| c.title.clone()).unwrap_or_default(),
            title: &row.title,
            bases: row.basis.iter().map(|basis| words::basis(basis)).collect(),
            explanation: row.explanation.as_ref(),
            judged: row.judged.as_ref(),
            is_open,
            weighs_less: weighs_less(row),
            seen: if is_open { seen::of(report, row) } else { Vec::new() },
            reference: &row.reference,
            link: if words::is_web_link(&row.link) { &row.link } else { "" },
            document: report
                .documents
                .iter()
                .find(|document| document.link == row.link)
                .map(|document| &document.title),
            observed: row.outcome == Outcome::Observed,
            is_quiet: state == State::Pass && row.review.is_none() && row.waiver.is_none(),
            reason: row.reason.as_ref().map(short),
            remedy: row.remedy.as_ref().map(|remedy| capital(&short(remedy))),
            accepted: row.accepted.as_ref().map(|why| short(&Text::same(why)).en),
            waiver: row.waiver.as_ref().map(|waiver| short(&words::waived(waiver))),
            review: row.review.as_ref().map(|review| short(&words::reviewed(review))),
            findings: groups.iter().take(MOST_FINDINGS).map(|alike| observation(report, row, alike)).collect(),
            findings_left: groups.iter().skip(MOST_FINDINGS).map(|alike| alike.findings.len()).sum(),
            fixes,
            evidence: row.evidence.iter().take(MOST_EVIDENCE).map(String::as_str).collect(),
            evidence_left: row.evidence.len().saturating_sub(MOST_EVIDENCE),
        }
    }

    /// The curl lines that it shows.
    pub(super) fn lines(&self) -> impl Iterator<Item = &str> + Clone {
        self.findings.iter().filter_map(|finding| finding.curl.as_deref())
    }
}

/// What to say where something was found that counts for less than the requirement.
fn weighs_less(row: &Requirement) -> Option<Text> {
    let worst = row.findings.iter().map(|finding| finding.severity).max()?;
    match (row.level, worst) {
        (Level::Must, Severity::Warning) => Some(text!(
            "De eis is verplicht; wat hier gevonden is, telt hoogstens als aanbeveling. Zo wordt geoordeeld:",
            "The requirement is obligatory; what was found here counts as a recommendation at most. How it is judged:"
        )),
        (Level::Must | Level::Should, Severity::Note) if row.outcome == Outcome::Fail => Some(text!(
            "Wat hier gevonden is, telt alleen als opmerking. Zo wordt geoordeeld:",
            "What was found here only counts as a note. How it is judged:"
        )),
        _ => None,
    }
}

fn observation(report: &Report, row: &Requirement, alike: &Alike<'_>) -> Observation {
    let Some(finding) = alike.told() else { return Observation::nothing() };
    let exchange = exchange_of(report, finding);
    let visit = exchange.and_then(|exchange| exchange.visit.as_ref());
    let others = if alike.findings.len() > 1 { alike.findings.as_slice() } else { &[] };
    Observation {
        count: alike.findings.len(),
        expected: short(&finding.expected),
        actual: short(&finding.actual),
        place: if is_place(&finding.place) { short(&Text::same(&finding.place)).en } else { String::new() },
        severity: (finding.severity != row.severity).then(|| finding.severity.label()),
        varied: exchange.and_then(|exchange| exchange.varied.as_ref()).map(short),
        exchange: exchange.map(|exchange| exchange.id.clone()),
        call: exchange.map(|exchange| Text::new(words::call(exchange, Lang::Nl), words::call(exchange, Lang::En))),
        curl: exchange.and_then(|exchange| exchange.curl.as_deref()).map(|curl| bounded(curl, LONGEST_CURL)),
        way: visit.map(|visit| visit.way.iter().map(short).collect()).unwrap_or_default(),
        way_left: visit.map_or(0, |visit| visit.left),
        by_hand: visit.map(|visit| visit.by_hand.clone()),
        excerpt: finding.excerpt.clone(),
        differing: others.iter().take(MOST_DIFFERING).map(|finding| differing(report, alike, finding)).collect(),
        differing_left: others.len().saturating_sub(MOST_DIFFERING),
    }
}

impl Observation {
    fn nothing() -> Self {
        Self {
            count: 0,
            expected: Text::default(),
            actual: Text::default(),
            place: String::new(),
            severity: None,
            varied: None,
            exchange: None,
            call: None,
            curl: None,
            way: Vec::new(),
            way_left: 0,
            by_hand: None,
            excerpt: None,
            differing: Vec::new(),
            differing_left: 0,
        }
    }
}

/// A place that tells people something: `status` and `fact tls` only say what stands there anyway.
fn is_place(place: &str) -> bool {
    place != "status" && !place.starts_with("fact ")
}

fn differing(report: &Report, alike: &Alike<'_>, finding: &Finding) -> Differing {
    let exchange = exchange_of(report, finding).map(|exchange| exchange.id.clone());
    Differing { what: difference(report, alike, finding), exchange }
}
