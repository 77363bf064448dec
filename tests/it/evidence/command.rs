//! `bronkeur replay`: the same files, offline; other specs; and whether a report belongs to its evidence.

use std::fs;
use std::path::Path;

use bronkeur::sandbox::{Options, Sandbox};
use serde_json::Value;
use tempfile::TempDir;

use crate::support::{Ran, block_on, bronkeur, ran};

const EVIDENCE: &str = "reports/evidence.har";

/// A folder with the reports of a run with two failures.
fn checked() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let output = ran(bronkeur(&folder).args(["demo", "--fault", "LST-11", "--fault", "CRT-09", "--skip", "DWN-02"]));
    assert_eq!(output.status, 1, "{}", output.stderr);
    folder
}

fn replay(folder: &TempDir, arguments: &[&str]) -> Ran {
    ran(bronkeur(folder).args(["replay", EVIDENCE]).args(arguments))
}

fn report(folder: &TempDir, out: &str) -> Value {
    serde_json::from_str(&fs::read_to_string(folder.path().join(out).join("report.json")).unwrap()).unwrap()
}

/// Every file but the evidence is the same to the byte.
fn assert_same_files(folder: &TempDir) {
    let mut compared = 0;
    for entry in fs::read_dir(folder.path().join("reports")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap();
        let again = folder.path().join("again").join(name);
        if name == "evidence.har" {
            assert!(!again.exists());
            continue;
        }
        assert!(fs::read(&path).unwrap() == fs::read(again).unwrap(), "{}", name.display());
        compared += 1;
    }
    assert!(compared >= 2);
}

#[test]
fn a_replay_writes_the_same_files_and_ends_the_same() {
    let folder = checked();
    let output = replay(&folder, &["--out", "again"]);
    let where_written = "bronkeur: all reports are in again; open again/report.html in a browser\n";
    assert_eq!((output.status, output.stderr.as_str()), (1, where_written));
    assert!(output.stdout.ends_with("-> exit 1\n"), "{}", output.stdout);
    assert_same_files(&folder);
}

#[test]
fn a_run_without_a_profile_replays() {
    let folder = tempfile::tempdir().unwrap();
    let sandbox = block_on(Sandbox::start(Options { tls: false, ..Options::default() })).unwrap();
    let subject = sandbox.credentials().people[0].insz.clone();
    let output = ran(bronkeur(&folder)
        .args(["check", "--base-url", sandbox.base_url(), "--insz-env", "NUMBER", "--token-env", "TOKEN"])
        .env("NUMBER", subject)
        .env("TOKEN", "a-token-that-nobody-issued"));
    assert_eq!(output.status, 3, "{}", output.stderr);
    drop(sandbox);
    assert_eq!(replay(&folder, &["--out", "again"]).status, 3);
    assert_same_files(&folder);
}

#[test]
fn flags_come_on_top_of_what_the_run_was_asked() {
    let folder = checked();
    assert_eq!(replay(&folder, &["--out", "again", "--only", "TOK,LST-01", "--strict"]).status, 0);
    let again = report(&folder, "again");
    assert_eq!(again["run"]["selection"]["only"], serde_json::json!(["TOK", "LST-01"]));
    assert_eq!(again["run"]["gate"]["strict"], true);
    assert_eq!(again["result"]["conformant"], "partial");
    assert_eq!(replay(&folder, &["--out", "again", "--fail-on", "never"]).status, 0);
    assert_eq!(report(&folder, "again")["run"]["gate"]["fail_on"], "never");
    assert_eq!(replay(&folder, &["--out", "again"]).status, 1);
    assert_eq!(report(&folder, "again")["run"]["gate"]["fail_on"], "must");
    let output = replay(&folder, &["--only", "LST-99"]);
    assert_eq!(output.status, 2);
    assert!(output.stderr.contains("LST-99"), "{}", output.stderr);
}

fn copied(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let below = to.join(path.file_name().unwrap());
        if path.is_dir() { copied(&path, &below) } else { fs::copy(&path, &below).map(|_| ()).unwrap() }
    }
}

#[test]
fn what_newer_specs_ask_and_nobody_recorded_is_blocked() {
    let folder = checked();
    copied(&Path::new(env!("CARGO_MANIFEST_DIR")).join("specs"), &folder.path().join("next"));
    let set = folder.path().join("next/attesten-vergunningen/set.yaml");
    let text = fs::read_to_string(&set).unwrap();
    let other = text.replace("maximum_limit: 100\n", "maximum_limit: 50\n").replace("version: 1.0.0", "version: 2.0.0");
    assert_ne!(text, other);
    fs::write(&set, other).unwrap();
    let output = replay(&folder, &["--specs", "next", "--out", "again"]);
    assert!(output.stderr.contains("another content of attesten-vergunningen"), "{}", output.stderr);
    let again = report(&folder, "again");
    let rows = again["requirements"].as_array().unwrap();
    let unrecorded: Vec<&str> = rows
        .iter()
        .filter(|row| row["outcome"] == "blocked" && row["reason"]["en"] == "not recorded in the evidence")
        .map(|row| row["id"].as_str().unwrap())
        .collect();
    assert!(!unrecorded.is_empty() && unrecorded.iter().all(|id| id.starts_with("LST")), "{unrecorded:?}");
    assert_eq!(output.status, 1, "the failures of the run are still there");
}

#[test]
fn a_report_is_verified_against_its_evidence() {
    let folder = checked();
    let output = replay(&folder, &["--verify", "reports/report.json", "--out", "again"]);
    assert_eq!(output.status, 0, "{}", output.stdout);
    assert!(output.stdout.contains("not who made the run"), "{}", output.stdout);
    assert!(output.stdout.ends_with("bronkeur: 0 differences -> exit 0\n"), "{}", output.stdout);
    assert!(!folder.path().join("again").exists(), "it writes nothing");

    let path = folder.path().join("reports/report.json");
    let honest = fs::read_to_string(&path).unwrap();
    let mut report: Value = serde_json::from_str(&honest).unwrap();
    let rows = report["requirements"].as_array_mut().unwrap();
    let row = rows.iter_mut().find(|row| row["id"] == "LST-11").unwrap();
    row["outcome"] = "pass".into();
    row["findings"] = Value::Array(Vec::new());
    report["run"]["evidence_sha256"] = "00".repeat(32).into();
    fs::write(&path, report.to_string()).unwrap();
    let output = replay(&folder, &["--verify", "reports/report.json"]);
    assert_eq!(output.status, 1, "{}", output.stdout);
    for words in
        ["requirements[LST-11].outcome", "\"pass\"", "\"fail\"", "run.evidence_sha256", "differences -> exit 1"]
    {
        assert!(output.stdout.contains(words), "{words}: {}", output.stdout);
    }
}

#[test]
fn every_file_that_cannot_be_used_is_named_at_once() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("other.har"), "{\"log\": {\"version\": \"1.2\", \"entries\": []}}").unwrap();
    let output = ran(bronkeur(&folder).args(["replay", "other.har", "--verify", "nothing.json"]));
    assert_eq!(output.status, 2);
    assert!(output.stderr.contains("other.har:1:1: this HAR file is not from bronkeur"), "{}", output.stderr);
    assert!(output.stderr.contains("nothing.json"), "{}", output.stderr);
}

#[test]
fn a_replay_that_cannot_be_written_ends_with_4() {
    let folder = checked();
    fs::write(folder.path().join("taken"), "a file, not a folder").unwrap();
    assert_eq!(replay(&folder, &["--out", "taken", "--quiet"]).status, 4);
}
