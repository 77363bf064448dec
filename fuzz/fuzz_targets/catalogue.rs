//! The requirements in specs/: any YAML for a set or for a chapter gives a catalogue in which everything can be found,
//! or faults in words.
//!
//! The folder holds one small set with one chapter. A text with `builds_on` stands in for the set, any other for the
//! chapter.
#![no_main]

use std::fs;
use std::sync::LazyLock;

use bronkeur::base::input::{Diagnostics, Schema, read_yaml};
use bronkeur::base::text::Lang;
use bronkeur::catalogue::{Catalogue, SubjectKind};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use tempfile::TempDir;

const SPECS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../specs");
const SET: &str = include_str!("../seeds/catalogue/set.yaml");
const CHAPTER: &str = include_str!("../seeds/catalogue/one-row.yaml");

static FOLDER: LazyLock<TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("small")).unwrap();
    folder
});

fn schema(name: &str) -> Schema {
    let text = fs::read_to_string(format!("{SPECS}/{name}")).unwrap();
    Schema::read(name, &text).unwrap_or_else(|faults| panic!("{faults}"))
}

static OF_SET: LazyLock<Schema> = LazyLock::new(|| schema("set.schema.json"));
static OF_CHAPTER: LazyLock<Schema> = LazyLock::new(|| schema("chapter.schema.json"));

fn in_words(faults: &Diagnostics) {
    assert!(!faults.0.is_empty());
    for lang in [Lang::Nl, Lang::En] {
        assert!(!faults.render(lang).contains(|c: char| c.is_control() && c != '\n'));
    }
}

fn load(set: &str, chapter: &str) -> Result<Catalogue, Diagnostics> {
    let folder = FOLDER.path();
    fs::write(folder.join("small/set.yaml"), set).unwrap();
    fs::write(folder.join("small/token.yaml"), chapter).unwrap();
    Catalogue::load("small", Some(folder), |_, _, _, _| true)
}

fuzz_target!(|text: &str| {
    let is_set = text.contains("builds_on");
    // To load all is slow: only for what has the right form.
    if let Err(faults) = read_yaml::<Value>("small.yaml", text, if is_set { &OF_SET } else { &OF_CHAPTER }) {
        return in_words(&faults);
    }
    match if is_set { load(text, CHAPTER) } else { load(SET, text) } {
        Err(faults) => in_words(&faults),
        Ok(catalogue) => {
            assert_eq!(catalogue.entry.is_some(), catalogue.kind == SubjectKind::Source);
            for requirement in &catalogue.requirements {
                assert_eq!(catalogue.find(&requirement.id), Some(requirement));
            }
            let _ = catalogue.unknown("command line", text).render(Lang::Nl);
            let _ = catalogue.schemas();
        }
    }
});
