//! What judging costs, without a network: the whole catalogue over recorded runs of growing length, and loading the
//! catalogue.
//!
//! `cargo bench --bench judging`
#![allow(clippy::unwrap_used, reason = "a bench that cannot start should say so and end")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use bronkeur::catalogue::{Catalogue, DEFAULT_SPEC, Selection};
use bronkeur::checks;
use bronkeur::evidence::recording::Recording;
use bronkeur::run::evaluate::Evaluator;
use bronkeur::run::session::Session;
use bronkeur::sandbox::{Options, Sandbox};

/// A run of a certain length.
struct Run {
    /// Certificates of the citizen.
    certificates: usize,
    /// How many of them have their detail and their document asked for (`--sample`).
    sample: Option<usize>,
    /// After how many requests it stops.
    requests: usize,
}

/// Runs of ten requests (it stopped early), about a hundred, some more, a thousand and ten thousand.
const RUNS: [Run; 5] = [
    Run { certificates: 20, sample: None, requests: 10 },
    Run { certificates: 20, sample: None, requests: usize::MAX },
    Run { certificates: 124, sample: None, requests: usize::MAX },
    Run { certificates: 500, sample: Some(400), requests: usize::MAX },
    Run { certificates: 5_000, sample: Some(4_900), requests: usize::MAX },
];

/// What a run costs to judge, as far as it counts for the exponent over all runs: below, what every run costs alike weighs.
const LEAST: f64 = 90.0;

fn main() {
    let load = median(20, || drop(black_box(catalogue())));
    println!("loading the catalogue: {:.2} ms", milliseconds(load));
    let catalogue = catalogue();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut measured: Vec<(f64, f64)> = Vec::new();
    println!("exchanges  judging them all  each      exponent");
    for run in &RUNS {
        let text = serde_json::to_string(&runtime.block_on(recorded(&catalogue, run))).unwrap();
        let recording: Recording = serde_json::from_str(&text).unwrap();
        // As a replay does it: pages and links are read for the first time.
        let start = Instant::now();
        black_box(Evaluator::new(&catalogue).evaluate(&recording, &Selection::default()));
        let first = milliseconds(start.elapsed());
        let again = milliseconds(median(5, || {
            drop(black_box(Evaluator::new(&catalogue).evaluate(&recording, &Selection::default())));
        }));
        #[expect(clippy::cast_precision_loss, reason = "a number of exchanges")]
        let count = recording.sent() as f64;
        let step = measured.last().map(|before| exponent(&[*before, (count, first)]));
        let step = step.map_or(String::new(), |step| format!("{step:.2}"));
        println!("{count:9}  {first:9.2} ms       {:6.3} ms  {step:8}  (once more: {again:.2} ms)", first / count);
        measured.push((count, first));
    }
    measured.retain(|(count, _)| *count >= LEAST);
    println!("exponent from a hundred exchanges to ten thousand: {:.2}", exponent(&measured));
}

/// The slope of the line through the logarithms of what was measured, by least squares.
fn exponent(measured: &[(f64, f64)]) -> f64 {
    let logarithms = || measured.iter().map(|(count, took)| (count.ln(), took.ln()));
    let mean = |sum: f64| sum / logarithms().map(|_| 1.0).sum::<f64>();
    let (x, y) = (mean(logarithms().map(|(x, _)| x).sum()), mean(logarithms().map(|(_, y)| y).sum()));
    let along = |(px, py): (f64, f64)| ((px - x) * (py - y), (px - x).powi(2));
    let (rise, run) = logarithms().map(along).fold((0.0, 0.0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    rise / run
}

fn catalogue() -> Catalogue {
    Catalogue::load(DEFAULT_SPEC, None, checks::is_check).unwrap()
}

/// A run against the built-in source.
async fn recorded(catalogue: &Catalogue, run: &Run) -> Recording {
    let mut options = Options::default();
    options.behaviour.certificates.subject = run.certificates;
    let sandbox = Sandbox::start(options).await.unwrap();
    let mut profile = sandbox.profile().unwrap();
    (profile.limits.pages, profile.limits.requests) = (100_000, run.requests);
    profile.limits.sample = run.sample;
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
