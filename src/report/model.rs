//! The public, versioned form of a report: what `report.json` holds, described by `specs/report.schema.json`.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::base::text::Text;
use crate::catalogue::{About, Level, Mode, SubjectKind};
use crate::evidence::exchange::Kind;
use crate::evidence::snapshot::{ApiSnapshot, Baseline};
use crate::judging::decisions::{Answer, Scope};
use crate::judging::reason::cause::{CauseKind, Server};
use crate::judging::reason::issuer::ActionOwner;
use crate::judging::verdict::{Conformant, Counts, FailOn, Outcome, Severity, WaiverState};

use super::exchange::Exchange;
use super::variables::Variable;

/// The raw report of one run. All other reports are views of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// The version of this form.
    pub schema: Format,
    /// What made it.
    pub tool: Tool,
    /// What was examined, and how.
    pub run: Run,
    /// What it comes to.
    pub result: RunResult,
    /// What keeps requirements from being judged, the weightiest first; a report of version 1 has none.
    #[serde(default)]
    pub causes: Vec<Cause>,
    /// The documents that the requirements rest on.
    pub documents: Vec<Document>,
    /// The rules of general documents that are not asked; older reports do not say it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overrides: Vec<Override>,
    /// The chapters of the catalogue, in order.
    pub chapters: Vec<Chapter>,
    /// Every requirement of the catalogue, in order.
    pub requirements: Vec<Requirement>,
    /// Every exchange, in the order of the ids.
    pub exchanges: Vec<Exchange>,
}

/// The version of the form. A change that breaks readers gets a new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Format {
    /// The first.
    #[serde(rename = "bronkeur.report/1")]
    V1,
    /// With causes, advice, the sentence of conclusion, and open reviews of obligations as a conclusion of its own.
    #[serde(rename = "bronkeur.report/2")]
    V2,
}

/// What made a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tool {
    /// `bronkeur`
    pub name: String,
    /// Its version.
    pub version: String,
}

/// What was examined, and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// When it started.
    pub started: Timestamp,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// What kind of subject it is; of most, which are sources, nothing is said.
    #[serde(default = "source", skip_serializing_if = "is_source")]
    pub kind: SubjectKind,
    /// The name of the subject.
    pub source: String,
    /// Where it was called.
    pub base_url: String,
    /// The envelope of its lists: `links`, `hal` or `unknown`; `none` of a subject that has no lists.
    pub envelope: String,
    /// `tni`, `prod`, an issuer, or `none`.
    pub environment: String,
    /// The sets of requirements.
    pub specs: Vec<Spec>,
    /// How many requests left the machine.
    pub requests: usize,
    /// Where invented ids and tokens came from.
    pub seed: u64,
    /// `--only` and `--skip`; null: everything was judged.
    pub selection: Option<Selection>,
    /// What the gate was asked for.
    pub gate: GateSettings,
    /// What the owner declares cannot arise.
    pub declares: Vec<String>,
    /// Which certificates were examined.
    pub sample: Sample,
    /// The citizens of the profile: the name by the role.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub citizens: BTreeMap<String, String>,
    /// The shell variables in the curl lines, and the commands that fill them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub variables: Vec<Variable>,
    /// Response times, per kind of call.
    pub timings: Vec<Timing>,
    /// The shapes of the answers, for a later run to compare with.
    pub shapes: ApiSnapshot,
    /// When the earlier report was made that this run was compared with.
    pub previous: Option<Timestamp>,
    /// SHA-256 of the evidence that belongs to this report.
    pub evidence_sha256: Option<String>,
}

/// One set of requirements.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// SHA-256 over its files.
    pub sha256: String,
}

/// Which requirements were asked for, by id or chapter prefix.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Selection {
    /// Only these; empty: all.
    pub only: Vec<String>,
    /// Not these.
    pub skip: Vec<String>,
}

/// What the gate was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GateSettings {
    /// Warnings count as failures.
    pub strict: bool,
    /// Open reviews keep the run from concluding.
    pub require_reviews: bool,
    /// Waivers that cover nothing any more are failures.
    pub stale_waivers_fail: bool,
    /// Which findings end the run with 1.
    pub fail_on: FailOn,
}

/// The certificates that were examined, by the ids of exchanges.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sample {
    /// Of how many certificates, spread over the list, `--sample` or the profile asked for both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<usize>,
    /// The details.
    pub details: Vec<String>,
    /// The documents.
    pub downloads: Vec<String>,
}

/// The kind of which nothing is said.
fn source() -> SubjectKind {
    SubjectKind::Source
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over so")]
fn is_source(kind: &SubjectKind) -> bool {
    *kind == source()
}

/// Response times of one kind of call, in milliseconds; only requests that were sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Timing {
    /// The kind.
    pub kind: Kind,
    /// How many.
    pub count: usize,
    /// Half of them were at most this slow.
    pub median_ms: u64,
    /// 95 of a hundred were at most this slow.
    pub p95_ms: u64,
    /// The slowest.
    pub max_ms: u64,
}

/// What the run comes to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunResult {
    /// Whether the source conforms.
    pub conformant: Conformant,
    /// How the program ends.
    pub exit_status: u8,
    /// Requirements by outcome and by severity.
    pub counts: Counts,
    /// What to do with the source: connect it or not, and why.
    #[serde(default)]
    pub advice: Text,
    /// What the run comes to, in one sentence.
    #[serde(default)]
    pub conclusion: Text,
}

/// What keeps requirements from being judged: where it lies, what to do and who does it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cause {
    /// `c1`, `c2`, …
    pub id: String,
    /// What kind of cause it is, such as `connection-refused`.
    pub kind: CauseKind,
    /// Where it lies.
    pub server: Server,
    /// What and where, in one sentence.
    pub what: Text,
    /// The id of the first exchange that shows it; none where no call does.
    pub since: Option<String>,
    /// What to do.
    pub remedy: Text,
    /// Who has to act.
    pub who: ActionOwner,
    /// The ids of the requirements that fail by it, or are what the others wait for.
    pub failing: Vec<String>,
    /// The ids of the requirements that are blocked by it, in the order of the catalogue.
    pub waiting: Vec<String>,
    /// How many of these are obligations.
    pub must: usize,
}

/// A document that requirements rest on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// The key by which references name it.
    pub key: String,
    /// Its title.
    pub title: Text,
    /// Where it stands.
    pub link: String,
    /// Who publishes it; older reports do not say it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub publisher: String,
    /// How well it is known to those who wrote the requirements; older reports do not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub knowledge: Option<Text>,
}

/// A rule of a general document that is not asked, since the document about this kind replaces it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Override {
    /// The rule.
    pub rule: String,
    /// The document and section that replace it.
    pub by: String,
    /// What is asked instead.
    pub reason: Text,
}

/// A chapter of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chapter {
    /// The name by which requirements refer to it.
    pub name: String,
    /// Its title.
    pub title: Text,
}

/// A requirement and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    /// Stable for ever.
    pub id: String,
    /// The name of its chapter.
    pub chapter: String,
    /// How strongly it binds.
    pub level: Level,
    /// Whom it binds.
    pub about: About,
    /// What it rests on: `quoted`, `sample`, `derived`, `rfc`.
    pub basis: Vec<String>,
    /// How it is judged.
    pub mode: Mode,
    /// A sentence that should hold.
    pub title: Text,
    /// Why it matters; left out by older versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explanation: Option<Text>,
    /// How it is judged: what a reviewer is asked, or why a finding weighs less than the level; else left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub judged: Option<Text>,
    /// The documents and sections it rests on; may be empty.
    pub reference: String,
    /// The link of the first document; may be empty.
    pub link: String,
    /// What became of it.
    pub outcome: Outcome,
    /// How bad that is.
    pub severity: Severity,
    /// Why it is blocked or not applicable, or what was observed.
    pub reason: Option<Text>,
    /// What to supply or to do.
    pub remedy: Option<Text>,
    /// The id of the cause that blocks it, or by which it fails.
    #[serde(default)]
    pub cause: Option<String>,
    /// Why the gate accepts that it is blocked.
    pub accepted: Option<String>,
    /// What a reviewer answered; where the review is open, the answer has ended.
    pub review: Option<Review>,
    /// What covers its failure, or is meant to.
    pub waiver: Option<Waiver>,
    /// What was found; with a pass these are notes.
    pub findings: Vec<Finding>,
    /// The ids of the exchanges it rests on.
    pub evidence: Vec<String>,
}

/// What a reviewer answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Review {
    /// The answer.
    pub answer: Answer,
    /// Who gave it.
    pub name: String,
    /// When.
    pub date: Date,
    /// Why.
    pub note: String,
    /// Where more stands about it.
    pub link: Option<String>,
    /// The last day on which it holds; null: for ever.
    pub until: Option<Date>,
}

/// What covers a failure for a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Waiver {
    /// Why.
    pub reason: String,
    /// Who repairs it.
    pub owner: String,
    /// Who allowed it.
    pub approved_by: Option<String>,
    /// Which failures it covers.
    pub scope: Scope,
    /// The last day on which it holds.
    pub until: Date,
    /// What it came to.
    pub state: WaiverState,
}

/// One observation against a requirement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// What the requirement asks for here.
    pub expected: Text,
    /// What was there instead.
    pub actual: Text,
    /// A JSON pointer, `status`, a header, or a fact; may be empty.
    #[serde(rename = "where")]
    pub place: String,
    /// The id of the exchange that shows it.
    pub exchange: Option<String>,
    /// What the answer showed there; null where no answer came, and beyond the first findings of a requirement.
    pub excerpt: Option<String>,
    /// How bad it is.
    pub severity: Severity,
    /// What to do about it.
    pub fix: Text,
}

impl Report {
    /// The exchange with that id.
    pub fn exchange(&self, id: &str) -> Option<&Exchange> {
        let number: usize = id.strip_prefix('x')?.parse().ok()?;
        self.exchanges.get(number.checked_sub(1)?).filter(|exchange| exchange.id == id)
    }

    /// The cause that blocks a requirement, or by which it fails.
    pub fn cause_of(&self, requirement: &Requirement) -> Option<&Cause> {
        let id = requirement.cause.as_deref()?;
        self.causes.iter().find(|cause| cause.id == id)
    }

    /// What a later run compares with.
    pub fn as_previous(&self) -> Baseline {
        let run = &self.run;
        let (source, base_url) = (run.source.clone(), run.base_url.clone());
        Baseline { source, base_url, started: run.started, shapes: run.shapes.clone() }
    }

    /// The chapters, each with its requirements.
    pub fn by_chapter(&self) -> impl Iterator<Item = (&Chapter, Vec<&Requirement>)> {
        self.chapters.iter().map(|chapter| {
            (chapter, self.requirements.iter().filter(|requirement| requirement.chapter == chapter.name).collect())
        })
    }
}
