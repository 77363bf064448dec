use std::path::Path;

use super::*;
use crate::checks;

/// The embedded files are read without their schemas; from a folder the same files are read with them.
#[test]
fn the_embedded_specs_fit_their_schemas_and_say_the_same() {
    let is_check = |chapter: &str, name: &str| checks::find(chapter, name).is_some();
    let embedded = Catalogue::load(DEFAULT_SPEC, None, is_check).unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("specs");
    let held = Catalogue::load(DEFAULT_SPEC, Some(&folder), is_check).unwrap_or_else(|faults| panic!("{faults}"));
    assert_eq!(embedded.sets, held.sets);
    assert_eq!(embedded.documents, held.documents);
    assert_eq!(embedded.chapters, held.chapters);
    assert_eq!(embedded.requirements, held.requirements);
    assert_eq!(embedded.overrides, held.overrides);
    assert_eq!(embedded.entry, held.entry);
    assert_eq!(embedded.openapi.1, held.openapi.1);
}
