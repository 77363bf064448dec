//! The built-in application: every fault turns exactly the requirements that it names, and applications that are all
//! different and all conformant hear nothing.
//!
//! `BRONKEUR_SILENCE_CASES` sets how many applications there are, `BRONKEUR_SILENCE_SEED` which; a failure names both.
//! `BRONKEUR_SILENCE_ONLY` runs one of them.

mod knobs;
mod secrecy;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::LazyLock;
use std::time::Duration;

use bronkeur::catalogue::{Catalogue, Mode};
use bronkeur::checks;
use bronkeur::judging::verdict::{Gate, Outcome, Severity, severity};
use bronkeur::sandbox::application::behaviour::{Behaviour, Keeps};
use bronkeur::sandbox::application::faults;
use bronkeur::sandbox::selftest::{Row, matrix};
use bronkeur::sandbox::{ApplicationWorld, World};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use tokio::task::JoinSet;

use self::knobs::KNOBS;
use crate::support::block_on;

const CASES: usize = 40;
const SEED: u64 = 1;
/// How many applications are checked at the same time: most of the time they wait for an MBP that does not answer.
const AT_ONCE: usize = 10;

pub(crate) fn catalogue() -> &'static Catalogue {
    static CATALOGUE: LazyLock<Catalogue> =
        LazyLock::new(|| Catalogue::load("sso-handover", None, checks::is_check).unwrap());
    &CATALOGUE
}

#[test]
fn every_fault_turns_exactly_the_requirements_it_names() {
    let rows = block_on(matrix::<ApplicationWorld>(catalogue(), faults::all().collect(), AT_ONCE, |_| {})).unwrap();
    assert_eq!(rows.len(), ApplicationWorld::VARIANTS.len() * (faults::all().count() + 1));
    let wrong: Vec<String> = rows.iter().filter(|row| !row.is_exact()).map(told).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn told(row: &Row) -> String {
    let (name, variant) = (row.name(), row.variant);
    let (missed, surplus, stray, dangling) = (row.missed(), row.surplus(), row.stray(), row.dangling());
    format!("{name} {variant}: missed {missed:?}, surplus {surplus:?}, blocked {stray:?}, dangling {dangling:?}")
}

/// Rows of the set for which no application over HTTP can be wrong, or that are the issuer's: none.
const WITHOUT_FAULT: &[&str] = &[];

#[test]
fn every_requirement_that_is_judged_has_a_fault() {
    let broken: BTreeSet<&str> = faults::all().flat_map(|fault| fault.breaks).copied().collect();
    let own = catalogue().requirements.iter().filter(|row| row.id.starts_with("SSO-") && row.mode == Mode::Check);
    let without: Vec<&str> = own.map(|row| row.id.as_str()).filter(|id| !broken.contains(id)).collect();
    assert_eq!(without, WITHOUT_FAULT);
}

#[test]
fn every_fault_names_requirements_that_exist() {
    let ids: BTreeSet<&str> = catalogue().requirements.iter().map(|row| row.id.as_str()).collect();
    let chapters: BTreeSet<&str> = ids.iter().filter_map(|id| id.split('-').next()).collect();
    for fault in faults::all() {
        let breaks = fault.breaks.iter().filter(|id| !ids.contains(*id));
        let blocks = fault.blocks.iter().filter(|id| !ids.contains(*id) && !chapters.contains(*id));
        let unknown: Vec<_> = breaks.chain(blocks).collect();
        assert!(unknown.is_empty(), "{} names {unknown:?}", fault.name);
    }
}

/// The choices that make an application, one for every knob.
#[derive(Clone)]
struct Variant(Vec<usize>);

impl fmt::Debug for Variant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (knob, choice) in KNOBS.iter().zip(&self.0).filter(|(_, choice)| **choice > 0) {
            write!(f, "{}: {}; ", knob.name, knob.choices[*choice].0)?;
        }
        Ok(())
    }
}

impl Variant {
    fn behaviour(&self) -> Behaviour {
        let mut behaviour = Behaviour::default();
        for (knob, choice) in KNOBS.iter().zip(&self.0) {
            (knob.choices[*choice].1)(&mut behaviour);
        }
        behaviour
    }
}

/// Half of the knobs stand as they stand by default, so that a failure is not drowned in variety.
fn variants() -> impl Strategy<Value = Variant> {
    let choices: Vec<_> =
        KNOBS.iter().map(|knob| prop_oneof![2 => Just(0_usize), 1 => 1..knob.choices.len()].boxed()).collect();
    choices.prop_map(Variant)
}

/// What legitimately leaves requirements unjudged: the ids, for which applications, and why.
type Lack = (&'static [&'static str], fn(&Behaviour) -> bool, &'static str);

const LACKS: &[Lack] = &[
    (
        &["SSO-16", "SSO-17", "SSO-25", "SSO-31", "SSO-32", "SSO-34"],
        |behaviour| behaviour.build.furnished,
        "its pages have scripts: what those do, only a browser sees",
    ),
    (
        &["SSO"],
        |behaviour| behaviour.build.asks_first,
        "a click on a form of the application begins the hand-over, and no form of hers is ever sent",
    ),
];

fn may_be_blocked(behaviour: &Behaviour, id: &str) -> bool {
    ApplicationWorld::UNJUDGED.contains(&id)
        || LACKS.iter().any(|(ids, holds, _)| {
            ids.iter().any(|own| *own == id || id.strip_prefix(own).is_some_and(|rest| rest.starts_with('-')))
                && holds(behaviour)
        })
}

/// Whether what is said about a requirement, a warning or a note, is true of this application.
fn explained(behaviour: &Behaviour, id: &str) -> bool {
    match id {
        "SSO-22" => behaviour.build.pages == [""],
        "SSO-40" => !behaviour.gives_refresh,
        "SSO-35" => behaviour.build.keeps == Keeps::Open,
        _ => false,
    }
}

/// What is wrong with the verdicts on a conformant application: requirement and what it says.
async fn complaints(mut behaviour: Behaviour) -> Vec<String> {
    // Many at once make MBP slow.
    behaviour.patience = Duration::from_secs(6);
    let finished = ApplicationWorld::examine(catalogue(), behaviour.clone(), None).await.unwrap();
    let mut complaints = Vec::new();
    for (row, verdict) in catalogue().requirements.iter().zip(&finished.verdicts) {
        let id = row.id.as_str();
        let severity = severity(row.level, row.about, None, verdict, Gate::default());
        let loud = match severity {
            Severity::None => false,
            Severity::Note | Severity::Warning => !explained(&behaviour, id),
            Severity::Waived | Severity::Error | Severity::Failure => true,
        };
        if loud {
            let finding = verdict.findings.first().map(|finding| {
                format!("at {}: {} in place of {}", finding.place, finding.actual.en, finding.expected.en)
            });
            complaints.push(format!("{id} {severity:?} {}", finding.unwrap_or_default()));
        }
        if verdict.outcome == Outcome::Blocked && !may_be_blocked(&behaviour, id) {
            let reason = verdict.reason.as_ref().map(|reason| reason.en.clone()).unwrap_or_default();
            complaints.push(format!("{id} blocked: {reason}"));
        }
    }
    complaints
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|value| value.parse().unwrap())
}

fn variant(seed: u64, case: usize) -> Variant {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    bytes[8..16].copy_from_slice(&(case as u64).to_le_bytes());
    let config = Config { failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
    variants().new_tree(&mut runner).unwrap().current()
}

#[test]
fn conformant_applications_hear_nothing() {
    let cases = number("BRONKEUR_SILENCE_CASES").map_or(CASES, |cases| usize::try_from(cases).unwrap());
    let seed = number("BRONKEUR_SILENCE_SEED").unwrap_or(SEED);
    let only = number("BRONKEUR_SILENCE_ONLY");
    let mut loud = block_on(async {
        let mut open = (0..cases).filter(|case| only.is_none_or(|only| only == *case as u64));
        let mut under_way = JoinSet::new();
        let mut loud = Vec::new();
        loop {
            while under_way.len() < AT_ONCE
                && let Some(case) = open.next()
            {
                under_way.spawn(async move { (case, complaints(variant(seed, case).behaviour()).await) });
            }
            let Some(done) = under_way.join_next().await else { break };
            loud.extend(Some(done.unwrap()).filter(|(_, complaints)| !complaints.is_empty()));
        }
        loud
    });
    loud.sort();
    let told =
        loud.iter().map(|(case, said)| format!("case {case}: {:?}\n  {}", variant(seed, *case), said.join("\n  ")));
    let told: Vec<String> = told.collect();
    assert!(loud.is_empty(), "{} of {cases} applications, seed {seed}:\n{}", loud.len(), told.join("\n"));
}

#[test]
fn knobs_are_turned_all_of_them() {
    let mut turned: Vec<BTreeSet<usize>> = KNOBS.iter().map(|_| BTreeSet::new()).collect();
    for case in 0..300 {
        for (seen, choice) in turned.iter_mut().zip(variant(SEED, case).0) {
            seen.insert(choice);
        }
    }
    for (knob, seen) in KNOBS.iter().zip(turned) {
        assert_eq!(seen.len(), knob.choices.len(), "{}", knob.name);
    }
}
