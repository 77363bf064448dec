//! A whole run against the built-in source with the latency of a network, held against the longest chain of calls that
//! depend on each other: no run can be faster than that.
//!
//! `cargo bench --bench whole_run` (another latency: `-- 20`, in milliseconds)
#![allow(clippy::unwrap_used, reason = "a bench that cannot start should say so and end")]

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use bronkeur::catalogue::{Catalogue, DEFAULT_SPEC};
use bronkeur::checks;
use bronkeur::exchange::{Citizen, Exchange, Phase, Request, Target};
use bronkeur::recording::Recording;
use bronkeur::run::HOSTILE_AT_ONCE;
use bronkeur::sandbox::Options;
use bronkeur::selftest::examine;

const RUNS: usize = 5;

fn main() {
    let latency = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(50);
    let catalogue = Catalogue::load(DEFAULT_SPEC, None, |chapter, name| checks::find(chapter, name).is_some()).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut ratios = Vec::new();
    for _ in 0..RUNS {
        let options = Options { latency: Duration::from_millis(latency), ..Options::default() };
        let (finished, _sandbox) = runtime.block_on(examine(&catalogue, options)).unwrap();
        let chain = Chain::of(&finished.recording);
        #[expect(clippy::cast_precision_loss, reason = "milliseconds of a run")]
        let ratio = finished.duration_ms as f64 / (chain.calls() as u64 * latency).max(1) as f64;
        let (requests, wall, calls) = (finished.recording.exchanges().len(), finished.duration_ms, chain.calls());
        println!("{requests} requests, {wall} ms; longest chain {calls} calls of {latency} ms; ratio {ratio:.3}");
        println!("    calls in the chain, and what they took: {}", chain.words(&finished.recording));
        ratios.push(ratio);
    }
    ratios.sort_by(f64::total_cmp);
    println!("median ratio {:.3} at a latency of {latency} ms", ratios.get(RUNS / 2).unwrap());
}

/// The longest chain of calls, phase by phase: one phase begins when the one before it is over.
struct Chain(BTreeMap<Phase, usize>);

impl Chain {
    fn of(recording: &Recording) -> Self {
        let mut chain = BTreeMap::new();
        for exchange in recording.exchanges() {
            let depth = Depths { recording, origins: origins(recording), known: HashMap::new() }.of(&exchange.request);
            let calls = chain.entry(exchange.request.phase).or_insert(0);
            *calls = depth.max(*calls);
        }
        let hostile = recording.exchanges().filter(|exchange| exchange.request.phase == Phase::Hostile).count();
        if let Some(calls) = chain.get_mut(&Phase::Hostile) {
            *calls = hostile.div_ceil(HOSTILE_AT_ONCE).max(*calls);
        }
        Self(chain)
    }

    fn calls(&self) -> usize {
        self.0.values().sum()
    }

    fn words(&self, recording: &Recording) -> String {
        let word = |(phase, calls): (&Phase, &usize)| {
            let of_phase = || recording.exchanges().filter(|exchange| exchange.request.phase == *phase);
            let from = of_phase().map(|exchange| exchange.at_ms).min().unwrap_or(0);
            let to = of_phase().map(|exchange| exchange.at_ms + exchange.ms).max().unwrap_or(0);
            format!("{phase:?} {calls} ({} ms)", to - from)
        };
        self.0.iter().map(word).collect::<Vec<_>>().join(", ")
    }
}

/// The answers in which a URL stands that was followed.
fn origins(recording: &Recording) -> HashMap<String, Vec<&Exchange>> {
    let mut origins: HashMap<String, Vec<&Exchange>> = HashMap::new();
    for exchange in recording.exchanges() {
        let Ok(response) = &exchange.result else { continue };
        let Some(page) = response.page() else { continue };
        for link in page.items().iter().map(|item| &item.links).chain([&page.links]).flat_map(|links| &links.links) {
            if let Some(url) = link.url(&exchange.sent.url) {
                origins.entry(url.to_string()).or_default().push(exchange);
            }
        }
    }
    origins
}

/// How many calls of the same phase stand one after the other up to a request, itself included.
struct Depths<'a> {
    recording: &'a Recording,
    origins: HashMap<String, Vec<&'a Exchange>>,
    known: HashMap<Request, usize>,
}

impl Depths<'_> {
    fn of(&mut self, request: &Request) -> usize {
        if let Some(known) = self.known.get(request) {
            return *known;
        }
        let needs = self.recording.setup.needs(request).iter().map(|need| self.in_phase(need, request.phase)).max();
        let depth = 1 + needs.unwrap_or(0).max(self.found_in(request));
        self.known.insert(request.clone(), depth);
        depth
    }

    fn in_phase(&mut self, request: &Request, phase: Phase) -> usize {
        if request.phase == phase { self.of(request) } else { 0 }
    }

    /// What must be there before anybody knows of the request: a page that tells how many there are, or an answer with
    /// the link that is followed; of several the one that can come first.
    fn found_in(&mut self, request: &Request) -> usize {
        match &request.target {
            Target::Entry { citizen: Citizen::Subject, query } => {
                let later = query.iter().any(|(name, value)| name == "page" && value != "0");
                let first = Request::entry(Citizen::Subject).query("limit", 10).query("page", 0);
                if later && *request != first { self.in_phase(&first, request.phase) } else { 0 }
            }
            Target::Link { url, .. } => {
                let Some(asked) = self.recording.get(request) else { return 0 };
                let before = |origin: &&Exchange| origin.at_ms + origin.ms <= asked.at_ms;
                let found: Vec<Request> = self
                    .origins
                    .get(url)
                    .into_iter()
                    .flatten()
                    .copied()
                    .filter(before)
                    .map(|origin| origin.request.clone())
                    .collect();
                found.iter().map(|origin| self.in_phase(origin, request.phase)).min().unwrap_or(0)
            }
            _ => 0,
        }
    }
}
