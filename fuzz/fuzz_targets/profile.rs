//! A profile: any YAML gives a profile or faults in words. What was read is read again from what it is written as. No
//! fault and no debug output repeats a secret or a national number that the profile refers to.
#![no_main]

use std::path::Path;

use bronkeur::base::input::Diagnostic;
use bronkeur::base::text::Lang;
use bronkeur::profile::Profile;
use libfuzzer_sys::fuzz_target;

/// Invented, both: serial 999 is never issued.
const NUMBER: &str = "85073099932";
const SECRET: &str = "hunter22-5f0c2b9d";

/// Variables whose name has an `I` hold a number, one that starts with an `N` does not exist, the others hold a secret.
fn env(name: &str) -> Option<String> {
    let value = if name.contains('I') { NUMBER } else { SECRET };
    (!name.starts_with('N')).then(|| value.to_owned())
}

fn in_words(faults: &[Diagnostic]) {
    for fault in faults {
        for lang in [Lang::Nl, Lang::En] {
            let words = fault.render(lang);
            assert!(!words.contains(NUMBER) && !words.contains(SECRET), "{words}");
            assert!(!words.contains(|c: char| c.is_control() && c != '\n'), "{words:?}");
        }
    }
}

fuzz_target!(|text: &str| {
    if text.contains(NUMBER) || text.contains(SECRET) {
        return;
    }
    let profile = match Profile::read("bron.yaml", text) {
        Ok(profile) => profile,
        Err(faults) => {
            assert!(!faults.0.is_empty());
            return in_words(&faults.0);
        }
    };
    let tree = serde_json::to_value(&profile).unwrap();
    let again = Profile::of_tree("bron.yaml", tree.clone()).unwrap_or_else(|faults| panic!("{faults}"));
    assert_eq!(serde_json::to_value(again).unwrap(), tree);
    in_words(&profile.validate("bron.yaml"));
    // What would run programs or read files of this machine is not followed.
    let own = tree.to_string();
    if ["command", "file", "certificate", "ca_bundle", "openapi", "login"].iter().any(|key| own.contains(key)) {
        return;
    }
    match profile.resolve("bron.yaml", &env, Path::new("/nowhere")) {
        Ok(resolved) => {
            let shown = format!("{resolved:?}");
            assert!(!shown.contains(NUMBER) && !shown.contains(SECRET), "{shown}");
        }
        Err(faults) => in_words(&faults.0),
    }
});
