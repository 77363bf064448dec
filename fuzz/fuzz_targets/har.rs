//! Replay: any text gives evidence that can be judged, or is refused in words.
#![no_main]

use std::sync::LazyLock;

use bronkeur::catalogue::{Catalogue, DEFAULT_SPEC};
use bronkeur::evaluate::evaluate_one;
use bronkeur::{checks, har};
use libfuzzer_sys::fuzz_target;

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| {
    Catalogue::load(DEFAULT_SPEC, None, |chapter, name| checks::find(chapter, name).is_some())
        .unwrap_or_else(|_| panic!("the catalogue"))
});

fuzz_target!(|text: &str| {
    if let Ok(evidence) = har::read("evidence.har", text) {
        for requirement in &CATALOGUE.requirements {
            evaluate_one(&CATALOGUE, requirement, &evidence.recording);
        }
    }
});
