//! The gate: what a run judges, and what it ends with.

use std::fs;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{Ran, bronkeur, ran};

fn report(folder: &TempDir, out: &str) -> Value {
    serde_json::from_str(&fs::read_to_string(folder.path().join(out).join("report.json")).unwrap()).unwrap()
}

/// `bronkeur demo` with a few fast requirements and these arguments.
fn demo(folder: &TempDir, arguments: &[&str]) -> Ran {
    ran(bronkeur(folder).args(["demo", "--quiet"]).args(arguments))
}

fn judged(report: &Value) -> Vec<&str> {
    let rows = report["requirements"].as_array().unwrap().iter();
    rows.filter(|row| row["outcome"] != "not_selected").map(|row| row["id"].as_str().unwrap()).collect()
}

/// One requirement, which fails.
const A_FAILURE: [&str; 4] = ["--fault", "number-counts-from-zero", "--only", "LST-11"];

#[test]
fn what_the_run_fails_on_changes_its_exit_status_and_no_report() {
    let folder = tempfile::tempdir().unwrap();
    for (fail_on, status) in [("must", 1), ("should", 1), ("never", 0)] {
        let output = demo(&folder, &[&A_FAILURE[..], &["--fail-on", fail_on, "--out", fail_on]].concat());
        assert_eq!(output.status, status, "{fail_on}: {}", output.stderr);
        assert_eq!(output.stdout, format!("bronkeur: 1 failure -> exit {status}\n"));
        let report = report(&folder, fail_on);
        assert_eq!(report["result"]["conformant"], "no");
        assert_eq!(report["run"]["gate"]["fail_on"], fail_on);
        let junit = fs::read_to_string(folder.path().join(fail_on).join("junit.xml")).unwrap();
        assert_eq!(junit.matches("<failure").count(), 1, "{fail_on}");
    }
}

#[test]
fn never_hides_nothing_that_could_not_be_judged() {
    let folder = tempfile::tempdir().unwrap();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("http://{free}/v1");
    let output = ran(bronkeur(&folder)
        .args(["check", "--fail-on", "never", "--base-url", &url, "--insz-env", "NUMBER", "--token-env", "TOKEN"])
        .env("NUMBER", "85073099932")
        .env("TOKEN", "a-token-of-somebody"));
    assert_eq!(output.status, 3, "{}", output.stderr);
    assert_eq!(demo(&folder, &["--fail-on", "never", "--only", "LST-99"]).status, 2);
}

#[test]
fn what_failed_is_judged_again_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let output = demo(&folder, &["--fault", "number-counts-from-zero", "--only", "LST", "--out", "first"]);
    assert_eq!(output.status, 1, "{}", output.stderr);
    let output = demo(&folder, &["--rerun-failed", "first/report.json", "--out", "second"]);
    assert_eq!((output.status, output.stdout.as_str()), (0, "bronkeur: 0 failures -> exit 0\n"), "{}", output.stderr);
    let second = report(&folder, "second");
    assert_eq!(judged(&second), ["LST-11"]);
    assert_eq!(second["result"]["conformant"], "partial");
    assert_eq!(second["run"]["selection"]["only"], serde_json::json!(["LST-11"]));
    // Nothing failed the second time: there is nothing left, and that is said.
    let output = demo(&folder, &["--rerun-failed", "second/report.json", "--out", "third"]);
    assert_eq!(output.status, 2);
    assert!(output.stderr.contains("nothing to judge again"), "{}", output.stderr);
    // With a selection that leaves out what failed: not everything, but nothing.
    let output = demo(&folder, &["--rerun-failed", "first/report.json", "--skip", "LST", "--out", "third"]);
    assert_eq!(output.status, 2);
    assert!(output.stderr.contains("leave nothing to judge"), "{}", output.stderr);
    assert!(!folder.path().join("third").exists());
}

#[test]
fn every_mistake_in_the_selection_is_told_at_once() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("other.json"), "{\"schema\": \"something/7\"}").unwrap();
    let output = demo(
        &folder,
        &["--only", "LST-99,LST-01", "--skip", "XYZ", "--accept-blocked", "SEC-00", "--rerun-failed", "other.json"],
    );
    assert_eq!(output.status, 2);
    for told in ["LST-99", "XYZ", "SEC-00", "something/7"] {
        assert!(output.stderr.contains(told), "{told}: {}", output.stderr);
    }
    assert!(!output.stderr.contains("LST-01`"), "{}", output.stderr);
}
