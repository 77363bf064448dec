//! The silence proof: sources that are all different and all conformant. Nothing may fail, no must may be blocked that
//! the data of the source do not block, and every warning and note has its explanation here.
//!
//! `BRONKEUR_SILENCE_CASES` sets how many sources there are, `BRONKEUR_SILENCE_SEED` which; a failure names both.
//! `BRONKEUR_SILENCE_ONLY` runs one of them; `BRONKEUR_SILENCE_FAST` does not look for the simplest source that fails alike.

mod knobs;

use std::collections::BTreeSet;
use std::fmt;

use bronkeur::catalogue::{Level, Selection};
use bronkeur::judging::verdict::{Gate, Outcome, Severity, Verdict, severity};
use bronkeur::run::session::Session;
use bronkeur::sandbox::behaviour::{ErrorBody, IdLook, PastEnd};
use bronkeur::sandbox::variation::DownloadIn;
use bronkeur::sandbox::{Options, Role, Sandbox};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, RngAlgorithm, TestError, TestRng, TestRunner};
use tokio::task::JoinSet;

use self::knobs::{KNOBS, Plan, subject};
use crate::support::{block_on, catalogue};

const CASES: usize = 200;
const SEED: u64 = 1;
/// How many sources are checked at the same time.
const AT_ONCE: usize = 4;

/// The choices that make a source: a choice for every knob, and the numbers of certificates.
#[derive(Clone)]
struct Variant {
    subject: usize,
    other: usize,
    choices: Vec<usize>,
}

impl fmt::Debug for Variant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "subject {}, other {}", self.subject, self.other)?;
        for (knob, choice) in KNOBS.iter().zip(&self.choices).filter(|(_, choice)| **choice > 0) {
            write!(f, "; {}: {}", knob.name, knob.choices[*choice].0)?;
        }
        Ok(())
    }
}

impl Variant {
    fn plan(&self) -> Plan {
        let mut plan = Plan::default();
        plan.behaviour.certificates.subject = self.subject;
        plan.behaviour.certificates.other = self.other;
        for (knob, choice) in KNOBS.iter().zip(&self.choices) {
            (knob.choices[*choice].1)(&mut plan);
        }
        if let Some(public) = plan.public {
            plan.behaviour.public_base = Some(format!("{public}{}", plan.behaviour.prefix));
        }
        plan
    }
}

/// Half of the knobs stand as they stand by default, so that a failure is not drowned in variety.
fn variants() -> impl Strategy<Value = Variant> {
    let subject = prop_oneof![
        3 => proptest::sample::select(vec![124_usize, 0, 1, 2, 3, 5, 10, 11, 20, 21, 23, 99, 100, 101, 150]),
        1 => 0_usize..=250,
        2 => 2_usize..=40,
    ];
    let choices: Vec<_> =
        KNOBS.iter().map(|knob| prop_oneof![2 => Just(0_usize), 1 => 1..knob.choices.len()].boxed()).collect();
    (subject, 1_usize..=30, choices).prop_map(|(subject, other, choices)| Variant { subject, other, choices })
}

/// What the data of a source legitimately leave unjudged: the ids, for which sources, and why.
type Lack = (&'static [&'static str], fn(&Plan) -> bool, &'static str);

const LACKS: &[Lack] = &[
    (
        &[
            "URL-13", "URL-14", "HTTP-07", "HTTP-08", "HTTP-09", "HTTP-10", "ERR-08", "ERR-15", "SEC-09", "SEC-14",
            "SEC-19", "LST-08", "LST-19", "LST-22", "LST-29", "CRT-01", "CRT-02", "CRT-03", "CRT-04", "CRT-05",
            "CRT-06", "CRT-07", "CRT-08", "CRT-09", "CRT-10", "CRT-11", "CRT-12", "CRT-13", "CRT-14", "CRT-15",
            "DWN-01", "DWN-02", "DWN-03", "DWN-04", "DWN-05", "DWN-06",
        ],
        |plan| subject(plan) == 0,
        "the subject has no certificate: nothing about one can be seen",
    ),
    (
        &["LST-07", "LST-10", "LST-12", "LST-13", "LST-18", "LST-23", "LST-24", "CRT-09"],
        |plan| subject(plan) < 2 && !plan.declares,
        "one page holds everything, and the owner does not declare that it always does",
    ),
    (
        &["LST-16"],
        |plan| {
            let default = plan.behaviour.paging.default_limit;
            default != 10 && (subject(plan) == default || lives(plan))
        },
        "a page that holds everything is as long as the source's own default: its `size` may be either",
    ),
    (&["LST-27"], lives, "the list grows or shrinks until every page is exactly as full as its limit"),
    (
        &["LST-28"],
        |plan| subject(plan) == 0 && plan.behaviour.variation.bare_when_empty,
        "an empty list needs no link but `self`",
    ),
    (&["URL-14"], |plan| subject(plan) < 12, "fewer than three different ids show no resource name"),
    (
        &["LST-20", "LST-21"],
        |plan| plan.no_empty && !plan.declares,
        "no citizen without certificates, and the owner does not declare that there is none",
    ),
    (
        &["SEC-14", "DWN-01", "DWN-02", "DWN-03", "DWN-04", "DWN-05", "DWN-06"],
        |plan| has_no_documents(plan) && !plan.declares,
        "no documents, and the owner does not declare that there are none",
    ),
    (
        &["SEC-09"],
        |plan| shares_ids(plan) && subject(plan) >= plan.behaviour.certificates.other.min(10),
        "ids are counted for each citizen: the other citizen has none that the subject lacks",
    ),
    (
        &["SEC-19"],
        |plan| shares_ids(plan) && subject(plan).min(10) == plan.behaviour.certificates.other.min(10),
        "ids are counted for each citizen, and the two have alike certificates under them",
    ),
];

fn has_no_documents(plan: &Plan) -> bool {
    plan.behaviour.variation.download_in == DownloadIn::Nowhere
}

fn shares_ids(plan: &Plan) -> bool {
    plan.behaviour.variation.ids_by_citizen && plan.behaviour.id_look != IdLook::Uuid
}

fn may_be_blocked(plan: &Plan, id: &str) -> bool {
    LACKS.iter().any(|(ids, holds, _)| ids.contains(&id) && holds(plan))
}

/// Whether what is said about a requirement, a warning or a note, is true of this source.
fn explained(plan: &Plan, id: &str) -> bool {
    let (behaviour, variation) = (&plan.behaviour, &plan.behaviour.variation);
    let is_silent = behaviour.error_body == ErrorBody::None;
    match id {
        // Of one citizen alone, what the source calls the citizen may as well be a name.
        "URL-07" | "URL-08" | "URL-14" => subject(plan) == 0 && behaviour.pseudonym_in_certificate_url,
        "URL-06" => behaviour.prefix == "/attesten/v1",
        "HTTP-16" => behaviour.cache_control.is_none(),
        // An answer of HTTP/1.0 may end with its connection.
        "HTTP-17" => variation.document_media.is_none() || (variation.is_old && variation.chunked),
        "ERR-05" => variation.error_media == "application/json",
        "ERR-07" => is_silent || variation.silent_gateway,
        "LST-22" => !matches!(behaviour.paging.past_end, PastEnd::Empty | PastEnd::NotFound),
        "LST-16" => behaviour.paging.default_limit != 10,
        "LST-23" => !behaviour.paging.links_back,
        "CRT-02" => behaviour.id_is_number,
        "CRT-08" => has_no_documents(plan) && !plan.declares,
        "CRT-12" => variation.detail_members,
        "DWN-02" => variation.document_media.is_none_or(|media| media.contains("octet")),
        "DWN-05" => !behaviour.content_disposition,
        _ => false,
    }
}

fn lives(plan: &Plan) -> bool {
    !plan.behaviour.life.is_empty()
}

/// Whether all that is said of a requirement is that the list changed meanwhile.
fn tells_of_life(verdict: &Verdict) -> bool {
    verdict.findings.iter().all(|finding| finding.actual.en == "the list changed during the run")
}

/// What is wrong with the verdicts on a conformant source: requirement and what it says.
async fn complaints(plan: Plan) -> Vec<String> {
    let options = Options {
        behaviour: plan.behaviour.clone(),
        latency: plan.latency,
        tls: !plan.plain_http,
        ..Options::default()
    };
    let sandbox = Sandbox::start(options).await.unwrap();
    let mut profile = sandbox.profile().unwrap();
    if plan.no_empty {
        let empty = sandbox.credentials().people.iter().find(|person| person.role == Role::Empty).unwrap();
        profile.citizens.retain(|citizen| citizen.name != empty.name);
    }
    if plan.declares {
        profile.source_mut().unwrap().declares.one_page = plan.behaviour.certificates.subject < 2;
        profile.source_mut().unwrap().declares.no_documents = has_no_documents(&plan);
        profile.source_mut().unwrap().declares.everyone_has_certificates = plan.no_empty;
    }
    if let Some(public) = &plan.behaviour.public_base {
        profile.source_mut().unwrap().public_url = public.parse().unwrap();
    }
    let session = Session::new(&profile, catalogue(), 1).unwrap();
    let finished = session.run(catalogue(), &Selection::default(), std::future::pending(), |_| {}).await;
    let mut complaints = Vec::new();
    for (row, verdict) in catalogue().requirements.iter().zip(&finished.verdicts) {
        let id = row.id.as_str();
        let severity = severity(row.level, row.about, None, verdict, Gate::default());
        let loud = match severity {
            Severity::None => false,
            Severity::Note if lives(&plan) && tells_of_life(verdict) => false,
            Severity::Note | Severity::Warning => !explained(&plan, id),
            Severity::Waived | Severity::Error | Severity::Failure => true,
        };
        let blocked = verdict.outcome == Outcome::Blocked && !may_be_blocked(&plan, id);
        if loud {
            let finding = verdict.findings.first().map(|finding| {
                format!("at {}: {} in place of {}", finding.place, finding.actual.en, finding.expected.en)
            });
            complaints.push(format!("{id} {severity:?} {}", finding.unwrap_or_default()));
        }
        if blocked {
            let reason = verdict.reason.as_ref().map(|reason| reason.en.clone()).unwrap_or_default();
            let level = if row.level == Level::Must { "must" } else { "" };
            complaints.push(format!("{id} {level} blocked: {reason}"));
        }
    }
    complaints
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|value| value.parse().unwrap())
}

fn runner(seed: u64, case: usize) -> TestRunner {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    bytes[8..16].copy_from_slice(&(case as u64).to_le_bytes());
    let config = Config { max_shrink_iters: 80, failure_persistence: None, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
}

#[test]
fn conformant_sources_hear_nothing() {
    let cases = number("BRONKEUR_SILENCE_CASES").map_or(CASES, |cases| usize::try_from(cases).unwrap());
    let seed = number("BRONKEUR_SILENCE_SEED").unwrap_or(SEED);
    let mut loud = block_on(async {
        let only = number("BRONKEUR_SILENCE_ONLY");
        let mut open = (0..cases)
            .filter(|case| only.is_none_or(|only| only == *case as u64))
            .map(|case| (case, variants().new_tree(&mut runner(seed, case)).unwrap().current()));
        let mut under_way = JoinSet::new();
        let mut loud = Vec::new();
        loop {
            while under_way.len() < AT_ONCE
                && let Some((case, variant)) = open.next()
            {
                under_way.spawn(async move { (case, complaints(variant.plan()).await, variant) });
            }
            let Some(done) = under_way.join_next().await else { break };
            let (case, complaints, variant) = done.unwrap();
            if !complaints.is_empty() {
                loud.push((case, complaints, variant));
            }
        }
        loud
    });
    // What a list that changes between two calls brings about may not come again: of so many sources one in a hundred
    // may speak up once, and no one twice.
    let once = loud.len();
    loud.retain_mut(|(case, first, variant)| {
        let again = block_on(complaints(variant.plan()));
        if *first != again {
            println!("not twice the same, case {case}: {variant:?}\n  {}", first.join("\n  "));
        }
        *first = again;
        !first.is_empty()
    });
    let whims = once - loud.len();
    assert!(whims <= cases.div_ceil(100), "{whims} of {cases} sources spoke up once, and not again");
    loud.sort_by_key(|(case, ..)| *case);
    let mut told = BTreeSet::new();
    let mut report = String::new();
    for (case, complaints, variant) in &loud {
        let ids: BTreeSet<String> =
            complaints.iter().filter_map(|line| line.split(' ').next().map(str::to_owned)).collect();
        // One source for each requirement that speaks up is enough.
        if ids.iter().all(|id| told.contains(id)) {
            continue;
        }
        told.extend(ids.clone());
        let least =
            if std::env::var("BRONKEUR_SILENCE_FAST").is_ok() { String::new() } else { smallest(seed, *case, &ids) };
        report.push_str(&format!("case {case}: {variant:?}\n  least: {least}\n  {}\n", complaints.join("\n  ")));
    }
    assert!(loud.is_empty(), "{} of {cases} sources, seed {seed}:\n{report}", loud.len());
}

/// The simplest source, on the way from this one to the default, of which one of these requirements still complains.
fn smallest(seed: u64, case: usize, ids: &BTreeSet<String>) -> String {
    let mut runner = runner(seed, case);
    let tree = variants().new_tree(&mut runner).unwrap();
    let still = |variant: Variant| {
        let complaints = block_on(complaints(variant.plan()));
        let same = complaints.iter().any(|line| ids.contains(line.split(' ').next().unwrap_or_default()));
        if same { Err(TestCaseError::fail(complaints.join(" / "))) } else { Ok(()) }
    };
    match runner.run_one(tree, still) {
        Err(TestError::Fail(why, variant)) => format!("{variant:?}: {why}"),
        other => format!("{other:?}: it comes and goes"),
    }
}
