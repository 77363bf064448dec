//! specs/ holds what it should.

use std::collections::BTreeSet;

use bronkeur::catalogue::{Catalogue, Level, Mode};
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

/// What is asked of an application.
fn of_an_application() -> Catalogue {
    Catalogue::load("sso-handover", None, checks::is_check).unwrap_or_else(|faults| panic!("{faults}"))
}

#[test]
fn every_row_about_an_application_is_there_and_of_a_general_set_what_fits() {
    let own = of_an_application();
    let found: BTreeSet<String> = own.requirements.iter().map(|row| row.id.clone()).collect();
    let expected = (1..=47).map(|n| format!("SSO-{n:02}")).chain(["TOK-01", "TOK-03", "TOK-04"].map(str::to_owned));
    assert_eq!(found, expected.collect());
    assert_eq!(own.find("TOK-03").unwrap().needs, ["SSO-01"]);
    for row in own.requirements.iter().filter(|row| row.level == Level::Must && row.set == "sso-handover") {
        assert!(row.basis.iter().all(|basis| ["quoted", "rfc"].contains(&basis.kind.as_str())), "{}", row.id);
    }
}

/// The checks of a catalogue's kind that none of its rows names.
fn unbound(catalogue: &Catalogue) -> Vec<(&'static str, &'static str, &'static str)> {
    let bound: BTreeSet<(&str, &str, &str)> = catalogue
        .requirements
        .iter()
        .filter_map(|row| row.check.as_deref().map(|check| (row.set.as_str(), row.chapter.as_str(), check)))
        .collect();
    let all = checks::registry(catalogue.kind).all();
    all.filter(|(set, chapter, check)| !bound.contains(&(set, chapter, check))).collect()
}

#[test]
fn every_check_is_bound_to_a_row() {
    assert_eq!(unbound(catalogue()), Vec::new());
    let general = |(set, _, _): &(&str, &str, &str)| *set == "token-exchange";
    assert_eq!(
        unbound(&of_an_application()).into_iter().filter(|check| !general(check)).collect::<Vec<_>>(),
        Vec::new()
    );
}

#[test]
fn what_rests_on_a_sample_or_on_common_sense_alone_says_so() {
    for row in &catalogue().requirements {
        assert!(!row.basis.is_empty(), "{}", row.id);
        let only_sample = row.basis.iter().all(|basis| basis.kind == "sample");
        assert!(!(only_sample && row.level == Level::Must), "{} rests on samples alone", row.id);
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
