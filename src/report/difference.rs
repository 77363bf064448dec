//! What changed between two reports of a source. Times are described; no document says which are too long.

mod words;

use serde::{Deserialize, Serialize};

use crate::base::text::Text;
use crate::catalogue::Level;
use crate::evidence::exchange::Kind;
use crate::judging::verdict::{Conformant, Outcome, Severity};

use super::model::{Report, Requirement, Timing};

pub use words::{difference_as_markdown, difference_as_text, difference_in_short};

/// The version of the form in JSON.
const VERSION: &str = "bronkeur.diff/1";

/// What changed from one report to another: described by `specs/diff.schema.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The version of this form.
    pub schema: &'static str,
    /// Whether something got worse: what newly fails, fails more severely, or could be judged and is blocked now.
    pub worse: bool,
    /// The earlier run.
    pub old: Side,
    /// The later run.
    pub new: Side,
    /// In what the runs themselves differ, so that they may not be comparable.
    pub circumstances: Vec<Changed>,
    /// Fails now, and did not before.
    pub newly_failing: Vec<Step>,
    /// Failed before, and more severely now.
    pub more_severe: Vec<Step>,
    /// Was judged, and is not any more.
    pub no_longer_judged: Vec<Step>,
    /// Failed before, and not any more.
    pub fixed: Vec<Step>,
    /// Failed before, and less severely now.
    pub less_severe: Vec<Step>,
    /// Was not judged; does not fail now that it is.
    pub newly_judged: Vec<Step>,
    /// Requirements that say something else, or bind otherwise.
    pub changed: Vec<ChangedRequirement>,
    /// Requirements that only the later report has.
    pub added: Vec<Named>,
    /// Requirements that only the earlier report has.
    pub removed: Vec<Named>,
    /// Response times, per kind of call.
    pub timings: Vec<ChangedTiming>,
}

/// One of the two runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Side {
    /// The name of the source.
    pub source: String,
    /// When it started.
    pub started: jiff::Timestamp,
    /// Whether the source conformed.
    pub conformant: Conformant,
    /// How it ended.
    pub exit_status: u8,
}

/// Something that is another than before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Changed {
    /// What.
    pub what: &'static str,
    /// What it was.
    pub old: String,
    /// What it is.
    pub new: String,
}

/// From one standing to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// The requirement.
    pub id: String,
    /// How strongly it binds.
    pub level: Level,
    /// What it asks.
    pub title: Text,
    /// What became of it then.
    pub old: Standing,
    /// What became of it now.
    pub new: Standing,
    /// Why: its reason or its worst finding; of the later report, or of the earlier one where it was repaired.
    pub why: Option<Text>,
}

/// What became of a requirement in one report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// Its outcome.
    pub outcome: Outcome,
    /// Its severity.
    pub severity: Severity,
}

/// In what way a requirement stands otherwise than before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Fails now, and did not before.
    NewlyFailing,
    /// Failed before, and more severely now.
    MoreSevere,
    /// Was judged, and is not any more.
    NoLongerJudged,
    /// Failed before, and not any more.
    Fixed,
    /// Failed before, and less severely now.
    LessSevere,
    /// Was not judged; does not fail now that it is.
    NewlyJudged,
}

/// A requirement that says something else than before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChangedRequirement {
    /// The requirement.
    pub id: String,
    /// What changed in it.
    pub changes: Vec<Changed>,
}

/// A requirement by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Named {
    /// The requirement.
    pub id: String,
    /// What it asks.
    pub title: Text,
}

/// Response times of one kind of call; none where a report has none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChangedTiming {
    /// The kind.
    pub kind: Kind,
    /// What they were.
    pub old: Option<Timing>,
    /// What they are.
    pub new: Option<Timing>,
}

impl Difference {
    /// What changed from one report to another.
    pub fn between(old: &Report, new: &Report) -> Self {
        let mut difference = Self {
            schema: VERSION,
            worse: false,
            old: Side::of(old),
            new: Side::of(new),
            circumstances: circumstances(old, new),
            newly_failing: Vec::new(),
            more_severe: Vec::new(),
            no_longer_judged: Vec::new(),
            fixed: Vec::new(),
            less_severe: Vec::new(),
            newly_judged: Vec::new(),
            changed: Vec::new(),
            added: only_in(new, old),
            removed: only_in(old, new),
            timings: timings(old, new),
        };
        for (before, after) in pairs(old, new) {
            difference.step(before, after);
            let changes = changes(before, after);
            if !changes.is_empty() {
                difference.changed.push(ChangedRequirement { id: after.id.clone(), changes });
            }
        }
        difference.worse = !difference.newly_failing.is_empty()
            || !difference.more_severe.is_empty()
            || difference.no_longer_judged.iter().any(Step::loses_a_judgement);
        difference
    }

    fn step(&mut self, old: &Requirement, new: &Requirement) {
        let (before, after) = (Standing::of(old), Standing::of(new));
        let list = match Change::between(before, after) {
            Some(Change::NoLongerJudged) => &mut self.no_longer_judged,
            Some(Change::NewlyJudged) => &mut self.newly_judged,
            Some(Change::NewlyFailing) => &mut self.newly_failing,
            Some(Change::MoreSevere) => &mut self.more_severe,
            Some(Change::Fixed) => &mut self.fixed,
            Some(Change::LessSevere) => &mut self.less_severe,
            None => return,
        };
        let repaired = after.failing() == Severity::None && after.is_judged();
        let why = if repaired { old.why() } else { new.why() };
        list.push(Step {
            id: new.id.clone(),
            level: new.level,
            title: new.title.clone(),
            old: before,
            new: after,
            why,
        });
    }
}

impl Side {
    fn of(report: &Report) -> Self {
        Self {
            source: report.run.source.clone(),
            started: report.run.started,
            conformant: report.result.conformant,
            exit_status: report.result.exit_status,
        }
    }
}

impl Standing {
    fn of(row: &Requirement) -> Self {
        Self { outcome: row.outcome, severity: row.severity }
    }

    fn is_judged(self) -> bool {
        matches!(self.outcome, Outcome::Pass | Outcome::Fail | Outcome::Observed)
    }

    /// How severely it fails; what passes with a stale waiver, and what is a note only, does not.
    fn failing(self) -> Severity {
        Some(self.severity)
            .filter(|severity| self.outcome == Outcome::Fail && *severity > Severity::Note)
            .unwrap_or(Severity::None)
    }
}

impl Change {
    /// What became of a requirement from one run to another; none where that is the same.
    pub fn between(old: Standing, new: Standing) -> Option<Self> {
        let (before, after) = (old.failing(), new.failing());
        match (old.is_judged(), new.is_judged()) {
            (true, false) => Some(Self::NoLongerJudged),
            (false, true) if after == Severity::None => Some(Self::NewlyJudged),
            (_, true) if after > before && before == Severity::None => Some(Self::NewlyFailing),
            (_, true) if after > before => Some(Self::MoreSevere),
            (_, true) if after < before && after == Severity::None => Some(Self::Fixed),
            (_, true) if after < before => Some(Self::LessSevere),
            (_, true) | (false, false) => None,
        }
    }
}

impl Step {
    /// What was shown before cannot be shown now. What does not arise or was left out on purpose is no loss.
    fn loses_a_judgement(&self) -> bool {
        matches!(self.new.outcome, Outcome::Blocked | Outcome::Review)
    }
}

fn pairs<'a>(old: &'a Report, new: &'a Report) -> impl Iterator<Item = (&'a Requirement, &'a Requirement)> {
    new.requirements.iter().filter_map(|after| Some((find(old, &after.id)?, after)))
}

fn find<'a>(report: &'a Report, id: &str) -> Option<&'a Requirement> {
    report.requirements.iter().find(|row| row.id == id)
}

fn only_in(one: &Report, other: &Report) -> Vec<Named> {
    let rows = one.requirements.iter().filter(|row| find(other, &row.id).is_none());
    rows.map(|row| Named { id: row.id.clone(), title: row.title.clone() }).collect()
}

/// Those of these that changed: what, and from what to what.
fn differing<const N: usize>(all: [(&'static str, String, String); N]) -> Vec<Changed> {
    let changed = all.into_iter().filter(|(_, old, new)| old != new);
    changed.map(|(what, old, new)| Changed { what, old, new }).collect()
}

fn circumstances(old: &Report, new: &Report) -> Vec<Changed> {
    let pair = |what, of: fn(&Report) -> String| (what, of(old), of(new));
    differing([
        pair("source", |report| report.run.source.clone()),
        pair("base_url", |report| report.run.base_url.clone()),
        pair("environment", |report| report.run.environment.clone()),
        pair("envelope", |report| report.run.envelope.clone()),
        pair("specs", |report| {
            let specs = &report.run.specs;
            let named = specs.iter().map(|spec| {
                let short = spec.sha256.get(..8).unwrap_or(&spec.sha256);
                format!("{} {} ({short})", spec.name, spec.version)
            });
            named.collect::<Vec<_>>().join(", ")
        }),
        pair("tool", |report| format!("{} {}", report.tool.name, report.tool.version)),
        pair("selection", |report| {
            let selection = report.run.selection.clone().unwrap_or_default();
            let option =
                |name: &str, ids: &[String]| (!ids.is_empty()).then(|| format!("{name} {}", ids.join(","))).into_iter();
            option("--only", &selection.only).chain(option("--skip", &selection.skip)).collect::<Vec<_>>().join(" ")
        }),
        pair("strict", |report| report.run.gate.strict.to_string()),
        pair("declares", |report| report.run.declares.join(", ")),
    ])
}

fn changes(old: &Requirement, new: &Requirement) -> Vec<Changed> {
    let pair = |what, of: fn(&Requirement) -> String| (what, of(old), of(new));
    differing([
        pair("level", |row| row.level.name().to_owned()),
        pair("mode", |row| row.mode.name().to_owned()),
        pair("title.nl", |row| row.title.nl.clone()),
        pair("title.en", |row| row.title.en.clone()),
        pair("reference", |row| row.reference.clone()),
    ])
}

fn timings(old: &Report, new: &Report) -> Vec<ChangedTiming> {
    let of = |report: &Report, kind| report.run.timings.iter().find(|timing| timing.kind == kind).cloned();
    let kinds = [Kind::List, Kind::Detail, Kind::Download, Kind::Issuer, Kind::Probe, Kind::Visit];
    let all = kinds.into_iter().map(|kind| ChangedTiming { kind, old: of(old, kind), new: of(new, kind) });
    all.filter(|timing| timing.old.is_some() || timing.new.is_some()).collect()
}
