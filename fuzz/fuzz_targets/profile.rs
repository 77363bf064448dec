//! A profile: any YAML gives a profile or faults in words, and no fault repeats a secret.
#![no_main]

use bronkeur::profile::Profile;
use bronkeur::text::Lang;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match Profile::read("bron.yaml", text) {
        Ok(profile) => drop(profile.validate("bron.yaml")),
        Err(faults) => faults.0.iter().for_each(|fault| drop(fault.render(Lang::Nl))),
    }
});
