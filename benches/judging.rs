//! What judging costs: the whole catalogue over a recorded run, without a network.
//!
//! `cargo bench --bench judging`
#![allow(clippy::unwrap_used, reason = "a bench that cannot start should say so and end")]

use bronkeur::catalogue::{Catalogue, DEFAULT_SPEC};
use bronkeur::checks;
use bronkeur::evaluate::{Selection, evaluate};
use bronkeur::recording::Recording;
use bronkeur::sandbox::Options;
use bronkeur::selftest::examine;

fn main() {
    divan::main();
}

fn catalogue() -> Catalogue {
    Catalogue::load(DEFAULT_SPEC, None, |chapter, name| checks::find(chapter, name).is_some()).unwrap()
}

/// A run against the built-in source, as a replay would read it.
fn recorded(catalogue: &Catalogue) -> Recording {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (finished, _sandbox) = runtime.block_on(examine(catalogue, Options::default())).unwrap();
    serde_json::from_str(&serde_json::to_string(&finished.recording).unwrap()).unwrap()
}

/// All verdicts of a run of about 200 exchanges. The pages are read once, at the first round.
#[divan::bench(sample_count = 50)]
fn whole_catalogue(bencher: divan::Bencher<'_, '_>) {
    let catalogue = catalogue();
    let recording = recorded(&catalogue);
    bencher.bench_local(|| evaluate(&catalogue, &recording, &Selection::default()));
}

/// Reading and checking specs/: what every command pays at its start.
#[divan::bench(sample_count = 50)]
fn load_the_catalogue(bencher: divan::Bencher<'_, '_>) {
    bencher.bench_local(catalogue);
}
