use std::path::Path;

use proptest::prelude::*;

use super::*;
use crate::base::text::Lang;
use crate::checks;

/// The embedded files are read without their schemas; from a folder the same files are read with them.
#[test]
fn the_embedded_specs_fit_their_schemas_and_say_the_same() {
    let embedded = Catalogue::load(DEFAULT_SPEC, None, checks::is_check).unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("specs");
    let held =
        Catalogue::load(DEFAULT_SPEC, Some(&folder), checks::is_check).unwrap_or_else(|faults| panic!("{faults}"));
    assert_eq!(embedded.sets, held.sets);
    assert_eq!(embedded.documents, held.documents);
    assert_eq!(embedded.chapters, held.chapters);
    assert_eq!(embedded.requirements, held.requirements);
    assert_eq!(embedded.overrides, held.overrides);
    assert_eq!(embedded.entry, held.entry);
    assert_eq!(embedded.openapi.1, held.openapi.1);
}

const SET: &str = "name: small
version: 1.0.0
title: &text { nl: a, en: b }
summary: *text
kind: source
builds_on: []
documents: [{ key: ATT, title: *text, publisher: c, link: https://example.be/, knowledge: *text }]
chapters: [rows]
entry: { path: \"c/{insz}\", page: p, limit: l, first_page: 0, first_number: 1,
  default_limit: 10, maximum_limit: 100 }
";

const CHAPTER: &str = "chapter: rows
title: &text { nl: a, en: b }
about: source
introduction: *text
requirements:
  - { id: ABC-01, level: must, basis: [quoted ATT 5.3], mode: check, check: one, title: *text,
      explanation: *text, judged: *text, fix: *text,
      examples: { right: x, exchange: { of: entry, right: \"HTTP/1.1 200 OK\", wrong: \"HTTP/1.1 404 No\" } } }
  - { id: ABC-02, level: may, basis: [derived], mode: review, title: *text, explanation: *text, judged: *text,
      fix: *text }
";

fn load(set: &str, chapter: &str) -> Result<Catalogue, Diagnostics> {
    let folder = tempfile::tempdir().unwrap();
    for (file, text) in [("set.yaml", set), ("rows.yaml", chapter)] {
        crate::base::files::write(&folder.path().join("small"), file, text.as_bytes()).unwrap();
    }
    Catalogue::load("small", Some(folder.path()), |_, _, _, _| true)
}

#[test]
fn a_small_folder_is_a_catalogue() {
    let catalogue = load(SET, CHAPTER).unwrap_or_else(|faults| panic!("{faults}"));
    assert_eq!(catalogue.requirements.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), ["ABC-01", "ABC-02"]);
    assert_eq!(catalogue.find("abc-01").unwrap().reference, "ATT 5.3");
}

proptest! {
    // Each case writes and reads a folder.
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_spoilt_folder_is_a_catalogue_or_faults_in_words(
        in_set: bool, at in 0_usize..900, cut in 0_usize..20, junk in "[\\[\\]{}:,*&!#a1\"' \n\u{7}-]{0,5}"
    ) {
        let whole = if in_set { SET } else { CHAPTER };
        let start = at.min(whole.len());
        let end = (start + cut).min(whole.len());
        let spoilt = format!("{}{junk}{}", &whole[..start], &whole[end..]);
        match if in_set { load(&spoilt, CHAPTER) } else { load(SET, &spoilt) } {
            Ok(catalogue) => {
                prop_assert!(catalogue.requirements.iter().all(|row| catalogue.find(&row.id) == Some(row)));
            }
            Err(faults) => {
                prop_assert!(!faults.0.is_empty());
                let shown = faults.render(Lang::Nl) + &faults.render(Lang::En);
                prop_assert!(!shown.contains(|c: char| c.is_control() && c != '\n'), "{}", shown);
            }
        }
    }
}
