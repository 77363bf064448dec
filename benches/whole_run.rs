//! A whole run against the built-in source, with the latency of a network: discovery to the last verdict.
//!
//! `cargo bench --bench whole_run`
#![allow(clippy::unwrap_used, reason = "a bench that cannot start should say so and end")]

use std::time::Duration;

use bronkeur::catalogue::{Catalogue, DEFAULT_SPEC};
use bronkeur::checks;
use bronkeur::sandbox::Options;
use bronkeur::selftest::examine;

fn main() {
    divan::main();
}

/// Milliseconds that each answer of ACM and source waits.
#[divan::bench(args = [0, 50], sample_count = 10, sample_size = 1)]
fn demo(bencher: divan::Bencher<'_, '_>, latency_ms: u64) {
    let catalogue = Catalogue::load(DEFAULT_SPEC, None, |chapter, name| checks::find(chapter, name).is_some()).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    bencher.bench_local(|| {
        let options = Options { latency: Duration::from_millis(latency_ms), ..Options::default() };
        runtime.block_on(examine(&catalogue, options)).unwrap().0.recording.exchanges().len()
    });
}
