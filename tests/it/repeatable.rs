//! The same source, the same verdicts: sources that are awkward in ways that a run meets by chance, each checked several
//! times.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use bronkeur::judging::verdict::{Gate, Outcome, severity};
use bronkeur::run::session::Finished;
use bronkeur::sandbox::behaviour::{Call, PastEnd};
use bronkeur::sandbox::examine;
use bronkeur::sandbox::wire::{Accident, Ending, Protocol, Struck};
use bronkeur::sandbox::{Behaviour, Envelope, Options, Sandbox};
use tokio::task::JoinSet;

use crate::support::{block_on, catalogue};

/// A source: its name, whether it is conformant, and what makes it awkward.
struct Awkward {
    name: &'static str,
    is_conformant: bool,
    change: fn(&mut Options),
}

macro_rules! sources {
    ($($name:literal, $conformant:literal: |$options:ident| $change:expr);+ $(;)?) => {
        &[$(Awkward { name: $name, is_conformant: $conformant, change: |$options| { $change; } }),+]
    };
}

const AWKWARD: &[Awkward] = sources! {
    "closes after every answer", true: |o| {
        o.behaviour.wire.protocol = Protocol::Http1;
        o.behaviour.wire.ending = Ending::After(1);
    };
    "closes after every answer on plain http", true: |o| {
        o.tls = false;
        o.behaviour.wire.ending = Ending::After(1);
    };
    "closes after seven answers over HTTP/2", true: |o| o.behaviour.wire.ending = Ending::After(7);
    "closes when the fifth call has come", true: |o| {
        o.behaviour.wire.protocol = Protocol::Http1;
        o.behaviour.wire.ending = Ending::Late(4);
    };
    "resets when the second call has come", true: |o| {
        o.tls = false;
        o.behaviour.wire.ending = Ending::LateReset(1);
    };
    "closes after errors, its answer without an issuer among them", true: |o| {
        o.behaviour.wire.protocol = Protocol::Http1;
        o.behaviour.wire.ending = Ending::AfterErrors;
    };
    "closes after errors on plain http, and calls itself unavailable without an issuer", true: |o| {
        o.tls = false;
        o.behaviour.wire.ending = Ending::AfterErrors;
        o.behaviour.access.refusals.no_acm = 503;
    };
    "answers in any order", true: |o| o.behaviour.wire.jitter = Duration::from_millis(50);
    "answers in any order and closes", true: |o| {
        o.behaviour.wire.jitter = Duration::from_millis(20);
        o.behaviour.wire.protocol = Protocol::Http1;
        o.behaviour.wire.ending = Ending::After(2);
        o.behaviour.envelope = Envelope::Hal;
    };
    "answers slowly", true: |o| o.latency = Duration::from_millis(60);
    "one 502 somewhere", true: |o| o.behaviour.wire.struck = Struck::Nth(20);
    "one 503 in five calls", true: |o| {
        o.behaviour.wire.struck = Struck::OneIn(5);
        o.behaviour.wire.accident = Accident::Status(503, None);
    };
    "one 429 in ten calls, which asks for no wait", true: |o| {
        o.behaviour.wire.struck = Struck::OneIn(10);
        o.behaviour.wire.accident = Accident::Status(429, Some("0"));
    };
    "two 504 in eight calls", true: |o| {
        o.behaviour.wire.struck = Struck::TwiceOneIn(8);
        o.behaviour.wire.accident = Accident::Status(504, Some("0"));
    };
    "one reset in eight calls", true: |o| {
        o.behaviour.wire.struck = Struck::OneIn(8);
        o.behaviour.wire.accident = Accident::Resets;
        o.behaviour.wire.protocol = Protocol::Http1;
    };
    "one call in eight closed over HTTP/2", true: |o| {
        o.behaviour.wire.struck = Struck::OneIn(8);
        o.behaviour.wire.accident = Accident::Closes;
    };
    "a gateway answers 502 always", false: |o| o.behaviour.wire.struck = Struck::Everybody;
    "no call is answered", false: |o| {
        o.behaviour.wire.struck = Struck::Everybody;
        o.behaviour.wire.accident = Accident::Closes;
    };
    "one detail is an error, in any order", false: |o| {
        o.behaviour.wire.jitter = Duration::from_millis(20);
        o.behaviour.edits.answer.push(|context, answer| {
            if context.call == Call::Detail && context.place == Some(1) && answer.status == 200 {
                answer.status = 500;
            }
        });
    };
    "the order of the list changes, and a page past the end is an error", false: |o| {
        o.behaviour.wire.jitter = Duration::from_millis(20);
        o.behaviour.paging.reverses_repeats = true;
        o.behaviour.paging.past_end = PastEnd::Error;
    };
};

/// Outcome and severity of every row, in lines.
fn told(finished: &Finished) -> Vec<String> {
    let rows = catalogue().requirements.iter().zip(&finished.verdicts);
    let line = |(row, verdict): (&bronkeur::catalogue::Requirement, &bronkeur::judging::verdict::Verdict)| {
        let severity = severity(row.level, row.about, None, verdict, Gate::default());
        format!("{} {:?} {severity:?}", row.id, verdict.outcome)
    };
    rows.map(line).collect()
}

async fn checked(awkward: &'static Awkward) -> (Finished, Sandbox, Duration) {
    let mut options = Options { behaviour: Behaviour::default(), ..Options::default() };
    options.behaviour.certificates.subject = 23;
    (awkward.change)(&mut options);
    let start = Instant::now();
    let (finished, sandbox) = examine(catalogue(), options).await.unwrap();
    (finished, sandbox, start.elapsed())
}

/// What is said of a conformant source: it was not there for a moment, and is judged as if it always had been.
fn is_quiet(finished: &Finished) -> String {
    let mut said = String::new();
    for (row, verdict) in catalogue().requirements.iter().zip(&finished.verdicts) {
        if matches!(verdict.outcome, Outcome::Fail | Outcome::Blocked) {
            let reason = verdict.reason.clone().unwrap_or_default().en;
            let finding = verdict.findings.first().map(|one| one.actual.en.clone()).unwrap_or_default();
            let _ = writeln!(said, "    {} {:?} {reason}{finding}", row.id, verdict.outcome);
        }
    }
    said
}

/// The rows that differ between runs, or speak up of a conformant source; empty where all is well.
async fn differences(awkward: &'static Awkward, runs: usize) -> String {
    let mut all: Vec<Vec<String>> = Vec::new();
    let mut report = String::new();
    let mut longest = Duration::ZERO;
    for run in 0..runs {
        let (finished, _sandbox, took) = checked(awkward).await;
        longest = longest.max(took);
        let quiet = is_quiet(&finished);
        if awkward.is_conformant && !quiet.is_empty() {
            let _ = write!(report, "  run {run} speaks up:\n{quiet}");
        }
        all.push(told(&finished));
    }
    for row in 0..all[0].len() {
        let mut seen: Vec<&str> = all.iter().map(|run| run[row].as_str()).collect();
        seen.sort_unstable();
        seen.dedup();
        if seen.len() > 1 {
            let _ = writeln!(report, "  {}", seen.join(" | "));
        }
    }
    println!("{}: {runs} runs, the longest {longest:.1?}", awkward.name);
    if report.is_empty() { report } else { format!("{}\n{report}", awkward.name) }
}

fn repeatable(runs: usize, at_once: usize) {
    let wrong: Vec<String> = block_on(async {
        let mut open = AWKWARD.iter();
        let mut under_way = JoinSet::new();
        let mut wrong = Vec::new();
        loop {
            while under_way.len() < at_once
                && let Some(awkward) = open.next()
            {
                under_way.spawn(differences(awkward, runs));
            }
            let Some(done) = under_way.join_next().await else { break };
            wrong.push(done.unwrap());
        }
        wrong.retain(|words| !words.is_empty());
        wrong.sort();
        wrong
    });
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), AWKWARD.len(), wrong.join("\n"));
}

#[test]
fn an_awkward_source_is_judged_alike_every_time() {
    let runs = std::env::var("BRONKEUR_REPEATS").ok().and_then(|runs| runs.parse().ok()).unwrap_or(3);
    repeatable(runs, 4);
}

/// The figure of the note: `cargo test --test it -- --ignored repeatable --nocapture`.
#[test]
#[ignore = "takes minutes"]
fn an_awkward_source_is_judged_alike_twenty_times() {
    repeatable(20, 4);
}
