//! Bad profiles and specs: every fault at once, each with a place and a remedy, status 2, nothing sent or written.

use std::fs;

use crate::support::{bronkeur, ran};

fn check(profile: &str) -> (i32, String) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("bron.yaml"), profile).unwrap();
    let output = ran(bronkeur(&folder).arg("check"));
    assert!(!folder.path().join("reports").exists(), "something was written");
    (output.status, output.stderr)
}

#[test]
fn all_faults_come_at_once_with_place_and_remedy() {
    let (status, words) = check(
        "source:\n  base_url: ftp://x/v1\n  nmae: x\ncitizens:\n  - { name: an, role: subject, insz: \"85073099932\" }\n",
    );
    assert_eq!(status, 2);
    for expected in ["bron.yaml:3:3", "nmae", "name", "citizens[0].insz"] {
        assert!(words.contains(expected), "{expected} is not in\n{words}");
    }
    assert!(!words.contains("85073099932"), "{words}");
}

#[test]
fn a_missing_profile_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let output = ran(bronkeur(&folder).arg("check"));
    assert_eq!(output.status, 2);
    assert!(output.stderr.contains("bron.yaml") && output.stderr.contains("demo"), "{}", output.stderr);
    let output = ran(bronkeur(&folder).args(["check", "-p", "nowhere.yaml"]));
    assert_eq!(output.status, 2);
    assert!(output.stderr.contains("nowhere.yaml"), "{}", output.stderr);
}

#[test]
fn unset_variables_and_unknown_ids_come_together() {
    let (status, words) = check(
        "source: { base_url: \"https://localhost:1/v1\" }\naccept_blocked: { LST-99: because }\ncitizens:\n  - { name: an, role: subject, insz: { env: NO_SUCH_NUMBER }, tx_token: { env: NO_SUCH_TOKEN } }\n",
    );
    assert_eq!(status, 2);
    for expected in ["LST-99", "NO_SUCH_NUMBER", "NO_SUCH_TOKEN"] {
        assert!(words.contains(expected), "{expected} is not in\n{words}");
    }
}

#[test]
fn http_elsewhere_needs_the_owners_word() {
    let profile = "source: { base_url: \"http://source.example/v1\" }\ncitizens:\n  - { name: an, role: subject, insz: { file: n }, tx_token: { file: t } }\n";
    let (status, words) = check(profile);
    assert_eq!(status, 2);
    assert!(words.contains("plain_http"), "{words}");
}

#[test]
fn broken_specs_are_refused_all_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let specs = folder.path().join("specs/attesten-vergunningen");
    fs::create_dir_all(&specs).unwrap();
    fs::write(specs.join("set.yaml"), "name: attesten-vergunningen\nversion: one\nbuilds_on: []\n").unwrap();
    let output = ran(bronkeur(&folder).args(["list", "--specs", "specs"]));
    assert_eq!(output.status, 2);
    for expected in ["set.yaml", "version", "documents", "chapters"] {
        assert!(output.stderr.contains(expected), "{expected} is not in\n{}", output.stderr);
    }
}
