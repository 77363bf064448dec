//! A whole run against the built-in source with the latency of a network, held against the longest chain of calls that
//! depend on each other: no run can be faster than that.
//!
//! `cargo bench --bench whole_run`; another latency in milliseconds, and the concurrency limits to compare:
//! `cargo bench --bench whole_run -- 50 8 16 24 32`
#![allow(clippy::unwrap_used, reason = "a bench that cannot start should say so and end")]

mod chain;
mod data;

use std::time::Duration;

use bronkeur::catalogue::{Catalogue, DEFAULT_SPEC, Selection};
use bronkeur::checks;
use bronkeur::evidence::exchange::Phase;
use bronkeur::evidence::recording::Recording;
use bronkeur::run::session::{Finished, Session};
use bronkeur::sandbox::{Options, Sandbox};
use chain::Chain;

const RUNS: usize = 5;

fn main() {
    // What is no number is an option that cargo gives to every bench.
    let mut numbers = std::env::args().skip(1).filter_map(|argument| argument.parse().ok());
    let latency: usize = numbers.next().unwrap_or(50);
    let limits: Vec<Option<usize>> = numbers.map(Some).collect();
    let catalogue = Catalogue::load(DEFAULT_SPEC, None, checks::is_check).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    for limit in if limits.is_empty() { vec![None] } else { limits } {
        let mut ratios = Vec::new();
        for run in 0..RUNS {
            let (finished, concurrency) = runtime.block_on(finished(&catalogue, latency, limit));
            let recording = &finished.recording;
            let chain = Chain::of(&catalogue, recording);
            #[expect(clippy::cast_precision_loss, reason = "milliseconds of a run")]
            let ratio = |calls: usize| finished.duration_ms as f64 / (calls * latency).max(1) as f64;
            let (calls, least) = (chain.calls(), chain.least());
            if run == 0 {
                let requests = recording.exchanges().len();
                println!("{requests} requests, at most {concurrency} at once, {latency} ms each");
                println!("  the longest chain, as the checks ask: {calls} calls; as their data allow: {least}");
                for late in chain.late() {
                    println!("  asked later than its data allow: {late}");
                }
            }
            let wall = finished.duration_ms;
            println!(
                "  {wall} ms: ratio {:.3}, to the data {:.3}; {}",
                ratio(calls),
                ratio(least),
                phases(&chain, recording)
            );
            ratios.push(ratio(calls));
        }
        ratios.sort_by(f64::total_cmp);
        println!("  median ratio {:.3}, least {:.3}", ratios.get(RUNS / 2).unwrap(), ratios.first().unwrap());
    }
}

/// A run, and how many requests may be under way at once in it.
async fn finished(catalogue: &Catalogue, latency: usize, limit: Option<usize>) -> (Finished, usize) {
    let latency = Duration::from_millis(latency as u64);
    let sandbox = Sandbox::start(Options { latency, ..Options::default() }).await.unwrap();
    let mut profile = sandbox.profile().unwrap();
    let source = profile.source_mut().unwrap();
    source.concurrency = limit.unwrap_or(source.concurrency);
    let concurrency = source.concurrency;
    let session = Session::new(&profile, catalogue, 1).unwrap();
    let finished = session.run(catalogue, &Selection::default(), std::future::pending(), |_| {}).await;
    (finished, concurrency)
}

/// The calls of each phase in the chain, and what the phase took, from its first request to its last answer.
fn phases(chain: &Chain, recording: &Recording) -> String {
    let word = |(phase, calls): (Phase, usize)| {
        let of_phase = || recording.exchanges().filter(|exchange| exchange.request.phase == phase);
        let from = of_phase().map(|exchange| exchange.at_ms).min().unwrap_or(0);
        let to = of_phase().map(|exchange| exchange.at_ms + exchange.ms).max().unwrap_or(0);
        format!("{phase:?} {calls} ({} ms)", to - from)
    };
    chain.phases().map(word).collect::<Vec<_>>().join(", ")
}
