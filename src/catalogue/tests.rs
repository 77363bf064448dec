use std::path::Path;

use proptest::prelude::*;

use super::*;
use crate::base::text::Lang;
use crate::checks;

/// The embedded files are read without their schemas; from a folder the same files are read with them.
#[test]
fn the_embedded_specs_fit_their_schemas_and_say_the_same() {
    for spec in SPECS {
        fits_its_schemas(spec);
    }
}

fn fits_its_schemas(spec: &str) {
    let embedded = Catalogue::load(spec, None, checks::is_check).unwrap_or_else(|faults| panic!("{faults}"));
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("specs");
    let held = Catalogue::load(spec, Some(&folder), checks::is_check).unwrap_or_else(|faults| panic!("{faults}"));
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

/// A set about a source that builds on a chapter of a general one, which has another chapter beside it.
fn load_on(builds_on: &str, overrides: &str) -> Result<Catalogue, Diagnostics> {
    let folder = tempfile::tempdir().unwrap();
    let chapter = |name: &str, ids: [&str; 2], needs: &str| {
        let text = CHAPTER.replace("chapter: rows", &format!("chapter: {name}"));
        let text = text.replace("ABC-01", ids[0]).replace("ABC-02", ids[1]);
        text.replace("fix: *text }\n", &format!("fix: *text{needs} }}\n"))
    };
    let general = SET.replace("kind: source\n", "").replace("chapters: [rows]", "chapters: [rows, others]");
    let general = general.split("entry:").next().unwrap().replace("name: small", "name: general");
    let set = SET.replace("builds_on: []", &format!("builds_on: [{builds_on}]")).replace("[rows]", "[own]");
    for (file, text) in [
        ("general/set.yaml", general),
        ("general/rows.yaml", chapter("rows", ["ABC-01", "ABC-02"], ", needs: [ABC-01]")),
        ("general/others.yaml", chapter("others", ["DEF-01", "DEF-02"], "")),
        ("small/set.yaml", format!("{set}{overrides}")),
        ("small/own.yaml", chapter("own", ["OWN-01", "OWN-02"], "")),
    ] {
        let (below, file) = file.split_once('/').unwrap();
        crate::base::files::write(&folder.path().join(below), file, text.as_bytes()).unwrap();
    }
    Catalogue::load("small", Some(folder.path()), |_, _, _, _| true)
}

fn ids(catalogue: &Catalogue) -> Vec<&str> {
    catalogue.requirements.iter().map(|row| row.id.as_str()).collect()
}

#[test]
fn a_set_builds_on_a_whole_set_or_on_chapters_of_it() {
    let whole = ["ABC-01", "ABC-02", "DEF-01", "DEF-02", "OWN-01", "OWN-02"];
    for (builds_on, expected) in [
        ("general", &whole[..]),
        ("general/rows", &["ABC-01", "ABC-02", "OWN-01", "OWN-02"]),
        ("general/others, general/rows", &whole),
        ("general/others, general", &whole),
    ] {
        let catalogue = load_on(builds_on, "").unwrap_or_else(|faults| panic!("{faults}"));
        assert_eq!(ids(&catalogue), expected, "{builds_on}");
    }
    let faults = load_on("general/row", "").unwrap_err().render(Lang::En);
    assert!(
        faults.contains("`general` has no chapter `row`") && faults.contains("choose from rows, others"),
        "{faults}"
    );
    assert!(faults.contains("builds_on[0]") && faults.contains("small/set.yaml:"), "{faults}");
    assert!(load_on("general/../rows", "").is_err() && load_on("../general", "").is_err());
}

#[test]
fn what_a_set_replaces_is_left_out_and_needs_follow() {
    let replaced = |rule: &str, by: &str| {
        load_on("general/rows", &format!("overrides: [{{ rule: {rule}, by: {by}, reason: {{ nl: a, en: b }} }}]\n"))
    };
    let catalogue = replaced("ABC-01", "OWN-01").unwrap_or_else(|faults| panic!("{faults}"));
    assert_eq!(ids(&catalogue), ["ABC-02", "OWN-01", "OWN-02"]);
    assert_eq!(catalogue.find("ABC-02").unwrap().needs, ["OWN-01"]);
    assert_eq!(catalogue.overrides.len(), 1);
    // Nothing of this set replaces it.
    let catalogue = replaced("ABC-01", "\"ATT 5.3\"").unwrap_or_else(|faults| panic!("{faults}"));
    assert!(catalogue.find("ABC-02").unwrap().needs.is_empty() && catalogue.find("ABC-01").is_none());
    let faults = replaced("ABC-09", "OWN-01").unwrap_err().render(Lang::En);
    assert!(faults.contains("ABC-09, which does not exist"), "{faults}");
}

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
