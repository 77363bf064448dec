//! What judging costs, without a network: the whole catalogue over recorded runs of growing length, and loading the
//! catalogue.
//!
//! `cargo bench --bench judging`
#![allow(clippy::unwrap_used, reason = "a bench that cannot start should say so and end")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use bronkeur::catalogue::{Catalogue, DEFAULT_SPEC};
use bronkeur::checks;
use bronkeur::evaluate::{Selection, evaluate};
use bronkeur::recording::Recording;
use bronkeur::sandbox::{Options, Sandbox};
use bronkeur::session::Session;

/// Certificates of the citizen, and how many of them have their detail and their document asked for (`--sample`), so that
/// the runs send about a hundred requests, some more, a thousand and ten thousand.
const RUNS: [(usize, Option<usize>); 4] = [(20, None), (124, None), (500, Some(400)), (5_000, Some(4_900))];

fn main() {
    let load = median(20, || drop(black_box(catalogue())));
    println!("loading the catalogue: {:.2} ms", milliseconds(load));
    let catalogue = catalogue();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut before: Option<(f64, f64)> = None;
    println!("exchanges  judging them all  each      exponent");
    for (certificates, sample) in RUNS {
        let text = serde_json::to_string(&runtime.block_on(recorded(&catalogue, certificates, sample))).unwrap();
        let recording: Recording = serde_json::from_str(&text).unwrap();
        // As a replay does it: pages and links are read for the first time.
        let start = Instant::now();
        black_box(evaluate(&catalogue, &recording, &Selection::default()));
        let first = milliseconds(start.elapsed());
        let again =
            milliseconds(median(5, || drop(black_box(evaluate(&catalogue, &recording, &Selection::default())))));
        #[expect(clippy::cast_precision_loss, reason = "a number of exchanges")]
        let count = recording.exchanges().len() as f64;
        let exponent =
            before.map_or(String::new(), |(other, took)| format!("{:.2}", (first / took).ln() / (count / other).ln()));
        println!("{count:9}  {first:9.2} ms       {:6.3} ms  {exponent:8}  (once more: {again:.2} ms)", first / count);
        before = Some((count, first));
    }
}

fn catalogue() -> Catalogue {
    Catalogue::load(DEFAULT_SPEC, None, |chapter, name| checks::find(chapter, name).is_some()).unwrap()
}

/// A run against the built-in source, with so many certificates.
async fn recorded(catalogue: &Catalogue, certificates: usize, sample: Option<usize>) -> Recording {
    let mut options = Options::default();
    options.behaviour.certificates.subject = certificates;
    let sandbox = Sandbox::start(options).await.unwrap();
    let mut profile = sandbox.profile().unwrap();
    (profile.limits.pages, profile.limits.requests) = (100_000, 100_000);
    profile.limits.sample = sample;
    let session = Session::new(&profile, catalogue, 1).unwrap();
    let finished = session.run(catalogue, &Selection::default(), std::future::pending(), |_| {}).await;
    finished.recording
}

fn median(times: usize, mut what: impl FnMut()) -> Duration {
    let mut took: Vec<Duration> = (0..times)
        .map(|_| {
            let start = Instant::now();
            what();
            start.elapsed()
        })
        .collect();
    took.sort_unstable();
    took.get(times / 2).copied().unwrap_or_default()
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}
