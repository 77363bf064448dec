//! Two faults at once: each keeps the failures that it deserves, neither adds one, and what is blocked names a requirement
//! that did not pass.

use std::collections::BTreeSet;
use std::time::Duration;

use bronkeur::catalogue::Mode;
use bronkeur::judging::verdict::Outcome;
use bronkeur::sandbox::examine;
use bronkeur::sandbox::{Behaviour, Envelope, Fault, Options, faults};
use tokio::task::JoinSet;

use crate::support::{block_on, catalogue};

/// How many pairs are tried in every run of the tests; `BRONKEUR_PAIRS` asks for more.
const PAIRS: usize = 200;

/// The seed of the sample: the same pairs in every run.
const SEED: u64 = 20_261_130;

/// Pairs of which the one takes away what the other would show, with the reason.
const AT_ODDS: &[(&str, &str, &str)] = &[
    ("answer-repeats-the-token", "list-breaks-down-without-ids", "the error repeats the token too"),
    ("document-without-content-type", "pdf-starts-with-blank-lines", "nothing says that it is a PDF"),
    ("resource-is-singular", "certificates-without-download", "the singular name stood in the link to the document"),
    ("unknown-path-is-a-bad-request", "unknown-path-shows-the-page-of-werkzeug", "both are about the same answer"),
    ("documents-are-kept-by-shared-caches", "download-is-an-error", "no document comes"),
    ("download-of-another-citizen-is-shown", "french-detail-is-found-by-id-alone", "the latter closes downloads"),
    ("error-is-plain-text", "errors-have-no-body", "without a body nothing is in plain text"),
    ("pdf-is-called-html", "document-is-base64-in-json", "the document comes in JSON, under its own name"),
    ("error-is-plain-text", "error-shows-an-oracle-code", "the plain text takes the place of what Oracle said"),
    ("links-lack-the-port", "links-follow-the-host-header", "the Host header brings the port back, in lists alone"),
    ("next-is-always-page-one", "next-loses-the-limit", "in the default length page one is the last"),
    ("document-type-is-no-media-type", "download-is-empty", "nothing is called by a type of its own"),
    ("download-ends-in-a-slash", "resource-is-singular", "both are about the same path"),
    ("french-document-of-another-citizen-is-shown", "html-is-called-pdf", "what opens is a page without any data"),
    ("pdf-is-cut-short", "png-is-called-pdf", "what comes is no PDF that could be cut"),
    ("next-leads-past-the-end", "total-counts-ids-not-languages", "past the end by that total there are pages"),
];

/// Pairs outside the sample that were judged wrongly once.
const REMEMBERED: &[[&str; 2]] = &[
    ["last-certificate-of-another-citizen-is-shown", "document-is-base64-in-json"],
    ["next-loses-the-limit", "every-page-lacks-its-last-certificate"],
];

type Pair = [&'static Fault; 2];

/// Pairs of faults that break no requirement in common, the same ones for a seed.
fn sample(count: usize) -> Vec<(Pair, Envelope)> {
    let compared = |id: &str| catalogue().find(id).is_some_and(|row| row.mode == Mode::Compare);
    let is_compared = |fault: &&Fault| fault.breaks.iter().any(|id| compared(id));
    // Where no call is admitted, nothing of the other fault is to be seen.
    let closes_everything = |fault: &&Fault| fault.claim().may_block("LST-01");
    let all: Vec<&Fault> = faults::all().filter(|fault| !is_compared(fault) && !closes_everything(fault)).collect();
    // The constants of Knuth's MMIX; the low bits are the weak ones.
    let mut state = SEED;
    let mut next = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below
    };
    let mut seen = BTreeSet::new();
    let mut pairs = Vec::new();
    while pairs.len() < count {
        let (one, other) = (next(all.len()), next(all.len()));
        let envelope = if next(2) == 0 { Envelope::Links } else { Envelope::Hal };
        let is_either = |name: &str| name == all[one].name || name == all[other].name;
        let at_odds = AT_ODDS.iter().any(|(first, second, _)| is_either(first) && is_either(second));
        let apart = !at_odds && !all[one].breaks.iter().any(|id| all[other].breaks.contains(id));
        if one < other && apart && seen.insert((one, other)) {
            pairs.push(([all[one], all[other]], envelope));
        }
    }
    pairs
}

/// What is not as the pair deserves, in words; empty where all is well.
async fn judged(pair: Pair, envelope: Envelope) -> String {
    let mut behaviour = Behaviour { envelope, ..Behaviour::default() };
    pair.iter().for_each(|fault| (fault.apply)(&mut behaviour));
    let options = Options { behaviour, latency: Duration::ZERO, ..Options::default() };
    let (finished, _sandbox) = examine(catalogue(), options).await.unwrap();
    let breaks = |id: &str| pair.iter().any(|fault| fault.breaks.contains(&id));
    let may_block = |id: &str| pair.iter().any(|fault| fault.claim().may_block(id));
    let mut wrong = Vec::new();
    for (row, verdict) in catalogue().requirements.iter().zip(&finished.verdicts) {
        let id = row.id.as_str();
        let follows = |roots: &[String]| !roots.is_empty() && roots.iter().all(|root| breaks(root) || may_block(root));
        let waits = verdict.unmet.as_deref().is_some_and(follows);
        let fits = match verdict.outcome {
            Outcome::Fail => breaks(id),
            Outcome::Blocked => waits || may_block(id),
            Outcome::NotApplicable => !breaks(id) || may_block(id),
            Outcome::Pass => !breaks(id),
            Outcome::Review | Outcome::Observed | Outcome::NotSelected => true,
        };
        if !fits || verdict.unmet.as_ref().is_some_and(Vec::is_empty) {
            let reason = verdict.reason.clone().unwrap_or_default().en;
            wrong.push(format!("{id} {:?} {reason}", verdict.outcome));
        }
    }
    if wrong.is_empty() {
        return String::new();
    }
    let [one, other] = pair.map(|fault| fault.name);
    format!("{one} + {other} {envelope:?}: {}", wrong.join("; "))
}

#[test]
fn two_faults_at_once_keep_the_failures_that_each_deserves() {
    let count = std::env::var("BRONKEUR_PAIRS").ok().and_then(|count| count.parse().ok()).unwrap_or(PAIRS);
    let wrong: Vec<String> = block_on(async {
        let named = |name: &str| faults::all().find(|fault| fault.name == name).unwrap();
        let both = |pair: &[&str; 2]| [Envelope::Links, Envelope::Hal].map(|envelope| (pair.map(named), envelope));
        let mut open = sample(count);
        open.extend(REMEMBERED.iter().flat_map(both));
        let mut under_way = JoinSet::new();
        let mut wrong = Vec::new();
        loop {
            while under_way.len() < 4 {
                let Some((pair, envelope)) = open.pop() else { break };
                under_way.spawn(judged(pair, envelope));
            }
            let Some(done) = under_way.join_next().await else { break };
            wrong.push(done.unwrap());
        }
        wrong.retain(|words| !words.is_empty());
        wrong.sort();
        wrong
    });
    assert!(wrong.is_empty(), "{} of {count} pairs:\n{}", wrong.len(), wrong.join("\n"));
}
