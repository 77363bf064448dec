//! A chapter of the requirements: any YAML gives a catalogue or faults in words.
#![no_main]

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use bronkeur::catalogue::{Catalogue, DEFAULT_SPEC};
use bronkeur::fault::{Schema, read_yaml};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use tempfile::TempDir;

const SPECS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../specs");

/// The specifications, of which one chapter is replaced.
static FOLDER: LazyLock<TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    copy(Path::new(SPECS), folder.path());
    folder
});

static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
    let text = fs::read_to_string(format!("{SPECS}/chapter.schema.json")).unwrap();
    Schema::read("chapter.schema.json", &text).unwrap_or_else(|_| panic!("the schema"))
});

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap().flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            fs::create_dir(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

fuzz_target!(|text: &str| {
    // The whole catalogue is slow to load: only for what passes the first gate.
    if read_yaml::<Value>("token.yaml", text, &SCHEMA).is_ok() {
        fs::write(FOLDER.path().join("token-exchange/token.yaml"), text).unwrap();
        let _ = Catalogue::load(DEFAULT_SPEC, Some(FOLDER.path()), |_, _| true);
    }
});
