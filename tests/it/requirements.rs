//! specs/ holds what it should.

use std::collections::BTreeSet;

use bronkeur::catalogue::Mode;
use bronkeur::checks;

use crate::support::{bronkeur, catalogue, ran};

/// The rows of every chapter: prefix and number. Stable for ever; a new row goes at the end.
const ROWS: [(&str, usize); 9] =
    [("URL", 21), ("HTTP", 27), ("ERR", 15), ("SEC", 21), ("TOK", 6), ("LST", 30), ("CRT", 15), ("DWN", 6), ("OPS", 3)];

#[test]
fn every_row_is_there_once_and_none_is_renumbered() {
    let expected: BTreeSet<String> =
        ROWS.iter().flat_map(|(prefix, count)| (1..=*count).map(move |n| format!("{prefix}-{n:02}"))).collect();
    let found: BTreeSet<String> = catalogue().requirements.iter().map(|row| row.id.clone()).collect();
    assert_eq!(found, expected);
    assert_eq!(catalogue().requirements.len(), expected.len());
}

#[test]
fn every_check_is_bound_to_a_row() {
    let bound: BTreeSet<(&str, &str, &str)> = catalogue()
        .requirements
        .iter()
        .filter_map(|row| row.check.as_deref().map(|check| (row.set.as_str(), row.chapter.as_str(), check)))
        .collect();
    let all = checks::registry(catalogue().kind).all();
    let unbound: Vec<_> = all.filter(|check| !bound.contains(check)).collect();
    assert_eq!(unbound, Vec::new());
}

#[test]
fn what_rests_on_a_sample_or_on_common_sense_alone_says_so() {
    for row in &catalogue().requirements {
        assert!(!row.basis.is_empty(), "{}", row.id);
        let only_sample = row.basis.iter().all(|basis| basis.kind == "sample");
        assert!(!(only_sample && row.level == bronkeur::catalogue::Level::Must), "{} rests on samples alone", row.id);
        // A review has a check only where our own ACM can judge what otherwise only a human can.
        let is_review = row.mode == Mode::Review;
        assert_eq!(is_review && row.id != "SEC-16", row.check.is_none(), "{}", row.id);
    }
}

#[test]
fn the_catalogue_in_the_readme_of_specs_is_current() {
    const MARK: &str = "<!-- catalogue -->\n\n";
    let folder = tempfile::tempdir().unwrap();
    let table = ran(bronkeur(&folder).args(["list", "--format", "markdown", "--lang", "en"])).stdout;
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("specs/README.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let (head, written) = text.split_once(MARK).unwrap();
    if std::env::var_os("BRONKEUR_UPDATE").is_some() {
        std::fs::write(&path, format!("{head}{MARK}{table}")).unwrap();
    } else {
        assert_eq!(written, table, "run BRONKEUR_UPDATE=1 cargo test catalogue");
    }
}
