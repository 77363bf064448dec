//! What the template of `report.html` sees: a report, cut to what a page can hold. It decides nothing.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::catalogue::Level;
use crate::exchange::Kind;
use crate::report::exchange::Exchange;
use crate::report::group::Group;
use crate::report::model::{Finding, Report, Requirement};
use crate::report::words::{self, MOST_FINDINGS, Tally, bounded};
use crate::text;
use crate::text::{Lang, Text};
use crate::verdict::{Conformant, Outcome};

use super::plot::Plot;

/// Characters of a text.
const LONGEST_TEXT: usize = 600;

/// Characters of a URL in the list of all calls.
const LONGEST_URL: usize = 160;

/// Characters of a curl line.
const LONGEST_CURL: usize = 1_500;

/// Calls in the list of all calls.
const MOST_EXCHANGES: usize = 2_500;

/// Calls that are named beside a requirement.
const MOST_EVIDENCE: usize = 6;

/// The whole page.
#[derive(Debug, Serialize)]
pub(super) struct Page<'a> {
    report: &'a Report,
    facts: Vec<Fact>,
    versions: Vec<Fact>,
    result: Outlook,
    filters: Filters,
    groups: Vec<Part<'a>>,
    rest: Vec<ChapterPart<'a>>,
    plot: Plot,
    exchanges: Vec<Call<'a>>,
    /// Calls beyond those that are listed.
    exchanges_left: usize,
    last_line: String,
}

/// A label and what is to be said.
#[derive(Debug, Serialize)]
struct Fact {
    label: Text,
    value: Text,
    /// It is a value for programs: a hash, a URL.
    code: bool,
}

/// What the run comes to.
#[derive(Debug, Serialize)]
struct Outlook {
    key: &'static str,
    symbol: char,
    word: Text,
    sentence: Text,
    counts: Vec<Tally>,
}

/// By what the page can be filtered: name and words of each choice.
#[derive(Debug, Serialize)]
struct Filters {
    outcomes: Vec<(&'static str, Text)>,
    levels: Vec<(&'static str, Text)>,
    chapters: Vec<(String, Text)>,
}

/// The requirements about which the same is to be done.
#[derive(Debug, Serialize)]
struct Part<'a> {
    key: &'static str,
    title: Text,
    meaning: Text,
    rows: Vec<Row<'a>>,
}

/// A chapter with the requirements about which nothing is to be done.
#[derive(Debug, Serialize)]
struct ChapterPart<'a> {
    title: &'a Text,
    rows: Vec<Row<'a>>,
}

/// One requirement.
#[derive(Debug, Serialize)]
struct Row<'a> {
    id: &'a str,
    state: &'static str,
    symbol: char,
    word: Text,
    level: &'static str,
    level_word: Text,
    chapter: String,
    chapter_title: Text,
    title: &'a Text,
    reference: &'a str,
    /// A link that a browser may follow; else empty.
    link: &'a str,
    /// The title of what stands there.
    document: Option<&'a Text>,
    observed: bool,
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

/// One finding.
#[derive(Debug, Serialize)]
struct Observation {
    expected: Text,
    actual: Text,
    place: String,
    /// Its severity, where that is not its requirement's.
    severity: Option<Text>,
    exchange: Option<String>,
    call: Option<Text>,
    /// None where an earlier finding shows it.
    curl: Option<String>,
    excerpt: Option<String>,
}

/// One call in the list of all calls.
#[derive(Debug, Serialize)]
struct Call<'a> {
    id: &'a str,
    method: &'a str,
    url: String,
    auth: &'a str,
    citizen: &'a str,
    answer: Text,
    ms: u64,
}

impl<'a> Page<'a> {
    pub(super) fn new(report: &'a Report) -> Self {
        let groups = Group::TOLD.into_iter().map(|group| Part {
            key: group.key(),
            title: group.title(),
            meaning: group.meaning(),
            rows: group.rows(report).into_iter().map(|row| Row::new(report, row)).collect(),
        });
        let rest = Group::Rest.rows(report);
        let rest = report.chapters.iter().map(|chapter| ChapterPart {
            title: &chapter.title,
            rows: rest.iter().filter(|row| row.chapter == chapter.name).map(|row| Row::new(report, row)).collect(),
        });
        Self {
            facts: facts(report),
            versions: versions(report),
            result: Outlook::new(report),
            filters: Filters::new(report),
            groups: groups.filter(|part| !part.rows.is_empty()).collect(),
            rest: rest.filter(|part| !part.rows.is_empty()).collect(),
            plot: Plot::new(&report.run.timings),
            exchanges: report.exchanges.iter().take(MOST_EXCHANGES).map(Call::new).collect(),
            exchanges_left: report.exchanges.len().saturating_sub(MOST_EXCHANGES),
            last_line: words::last_line(&report.result.counts, report.result.exit_status),
            report,
        }
    }
}

/// Who, what, when and where.
fn facts(report: &Report) -> Vec<Fact> {
    let run = &report.run;
    let mut facts = Vec::new();
    let mut say = |label: Text, value: Text, code: bool| {
        if !value.nl.is_empty() {
            facts.push(Fact { label, value: short(&value), code });
        }
    };
    say(text!("Basis-URL", "Base URL"), Text::same(&run.base_url), true);
    say(text!("Gekeurd op", "Examined on"), Text::same(run.started.strftime("%Y-%m-%d %H:%M:%S UTC")), false);
    say(text!("Omgeving", "Environment"), words::environment(&run.environment), false);
    let calls = run.requests;
    let (nl, en) = (words::seconds(run.duration_ms, Lang::Nl), words::seconds(run.duration_ms, Lang::En));
    say(text!("Oproepen", "Calls"), text!("{calls} in {nl}", "{calls} in {en}"), false);
    say(text!("Vorm van de antwoorden", "Envelope of the answers"), Text::same(&run.envelope), false);
    let (details, downloads) = (run.sample.details.len(), run.sample.downloads.len());
    say(
        text!("Steekproef", "Sample"),
        match run.sample.asked {
            None => text!("{details} details, {downloads} documenten", "{details} details, {downloads} documents"),
            Some(asked) => text!(
                "{asked} attesten verspreid over de lijst: {details} details, {downloads} documenten",
                "{asked} certificates spread over the list: {details} details, {downloads} documents"
            ),
        },
        false,
    );
    say(text!("Eigenaar verklaart", "Owner declares"), Text::same(run.declares.join(", ")), false);
    if let Some(selection) = &run.selection {
        let [only, skip] = [("--only", &selection.only), ("--skip", &selection.skip)]
            .map(|(flag, ids)| if ids.is_empty() { String::new() } else { format!("{flag} {} ", ids.join(",")) });
        say(text!("Keuze", "Selection"), Text::same(format!("{only}{skip}").trim()), true);
    }
    if run.gate.strict {
        say(text!("Streng", "Strict"), words::strict(), false);
    }
    if run.gate.require_reviews {
        say(
            text!("Beoordelingen", "Reviews"),
            text!("een open beoordeling houdt het besluit tegen", "an open review keeps the run from concluding"),
            false,
        );
    }
    let tool = &report.tool;
    say(text!("Keuring door", "Examined by"), Text::same(format!("{} {}", tool.name, tool.version)), false);
    say(text!("Startgetal (seed)", "Seed"), Text::same(run.seed), false);
    facts
}

/// With which requirements and on which evidence, by their hashes.
fn versions(report: &Report) -> Vec<Fact> {
    let run = &report.run;
    let fact = |label: Text, sha256: &String| Fact { label, value: Text::same(format!("sha256 {sha256}")), code: true };
    let specs = run.specs.iter().map(|spec| fact(Text::same(format!("{} {}", spec.name, spec.version)), &spec.sha256));
    specs.chain(run.evidence_sha256.as_ref().map(|sha256| fact(Text::same("evidence.har"), sha256))).collect()
}

fn short(text: &Text) -> Text {
    text.map(|text| bounded(text, LONGEST_TEXT))
}

impl Outlook {
    fn new(report: &Report) -> Self {
        let key = match report.result.conformant {
            Conformant::Yes => "yes",
            Conformant::No => "no",
            Conformant::Undecided => "undecided",
            Conformant::Partial => "partial",
        };
        Self {
            key,
            symbol: words::mark(report.result.conformant),
            word: words::conformant(report.result.conformant),
            sentence: Text::new(words::conclusion(report, Lang::Nl), words::conclusion(report, Lang::En)),
            counts: words::tallies(report),
        }
    }
}

impl Filters {
    fn new(report: &Report) -> Self {
        let levels = [Level::Must, Level::Should, Level::May];
        let levels = levels.into_iter().filter(|level| report.requirements.iter().any(|row| row.level == *level));
        let chapters = report.by_chapter().enumerate().filter(|(_, (_, rows))| !rows.is_empty());
        Self {
            outcomes: words::tallies(report).into_iter().map(|count| (count.key, count.kind)).collect(),
            levels: levels.map(|level| (level.name(), words::level(level))).collect(),
            chapters: chapters.map(|(at, (chapter, _))| (format!("c{at}"), chapter.title.clone())).collect(),
        }
    }
}

impl<'a> Row<'a> {
    fn new(report: &'a Report, row: &'a Requirement) -> Self {
        let state = row.state();
        let chapter = report.chapters.iter().position(|chapter| chapter.name == row.chapter);
        let mut fixes: Vec<Text> = Vec::new();
        for finding in row.findings.iter().take(MOST_FINDINGS) {
            if !fixes.contains(&finding.fix) {
                fixes.push(finding.fix.clone());
            }
        }
        Self {
            id: &row.id,
            state: state.key(),
            symbol: state.symbol(),
            word: state.word(),
            level: row.level.name(),
            level_word: words::level(row.level),
            chapter: chapter.map(|at| format!("c{at}")).unwrap_or_default(),
            chapter_title: chapter.and_then(|at| report.chapters.get(at)).map(|c| c.title.clone()).unwrap_or_default(),
            title: &row.title,
            reference: &row.reference,
            link: if words::is_web_link(&row.link) { &row.link } else { "" },
            document: report
                .documents
                .iter()
                .find(|document| document.link == row.link)
                .map(|document| &document.title),
            observed: row.outcome == Outcome::Observed,
            reason: row.reason.as_ref().map(short),
            remedy: row.remedy.as_ref().map(short),
            accepted: row.accepted.as_ref().map(|why| bounded(why, LONGEST_TEXT)),
            waiver: row.waiver.as_ref().map(|waiver| short(&words::waived(waiver))),
            review: row.review.as_ref().map(|review| short(&words::reviewed(review))),
            findings: observations(report, row),
            findings_left: row.findings.len().saturating_sub(MOST_FINDINGS),
            fixes,
            evidence: row.evidence.iter().take(MOST_EVIDENCE).map(String::as_str).collect(),
            evidence_left: row.evidence.len().saturating_sub(MOST_EVIDENCE),
        }
    }
}

/// The first findings of a requirement; what was sent is shown once per call.
fn observations(report: &Report, row: &Requirement) -> Vec<Observation> {
    let mut told = BTreeSet::new();
    let observation = |finding: &Finding| {
        let exchange = finding.exchange.as_deref().and_then(|id| report.exchange(id));
        let is_new = exchange.is_some_and(|exchange| told.insert(&exchange.id));
        let curl = exchange.filter(|_| is_new).and_then(|exchange| exchange.curl.as_deref());
        Observation {
            expected: short(&finding.expected),
            actual: short(&finding.actual),
            place: bounded(&finding.place, LONGEST_TEXT),
            severity: (finding.severity != row.severity).then(|| finding.severity.label()),
            exchange: exchange.map(|exchange| exchange.id.clone()),
            call: exchange.map(|exchange| Text::new(words::call(exchange, Lang::Nl), words::call(exchange, Lang::En))),
            curl: curl.map(|curl| bounded(curl, LONGEST_CURL)),
            excerpt: finding.excerpt.clone(),
        }
    };
    row.findings.iter().take(MOST_FINDINGS).map(observation).collect()
}

impl<'a> Call<'a> {
    fn new(exchange: &'a Exchange) -> Self {
        Self {
            id: &exchange.id,
            method: &exchange.method,
            url: bounded(&exchange.url, LONGEST_URL),
            auth: &exchange.auth,
            citizen: exchange.citizen.as_deref().unwrap_or_default(),
            answer: words::answer(exchange),
            ms: exchange.ms,
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
    }
}
