//! The binary: what it prints, what it writes, how it ends.

use std::fs;

use bronkeur::sandbox::{Options, Sandbox};
use serde_json::Value;

use crate::support::{bronkeur, ran};

fn last_line(text: &str) -> &str {
    text.lines().last().unwrap_or_default()
}

fn report(folder: &tempfile::TempDir, out: &str) -> Value {
    serde_json::from_str(&fs::read_to_string(folder.path().join(out).join("report.json")).unwrap()).unwrap()
}

#[test]
fn demo_ends_with_0_and_writes_its_reports() {
    let folder = tempfile::tempdir().unwrap();
    let output = ran(bronkeur(&folder).arg("demo"));
    assert_eq!(
        (output.status, last_line(&output.stdout)),
        (0, "bronkeur: 0 failures, 4 reviews open -> exit 0"),
        "{}",
        output.stderr
    );
    let report = report(&folder, "reports");
    assert_eq!(report["schema"], "bronkeur.report/2");
    assert_eq!(report["result"]["exit_status"], 0);
    let junit = fs::read_to_string(folder.path().join("reports/junit.xml")).unwrap();
    assert!(junit.contains("LST-11"));
}

#[test]
fn a_fault_ends_with_1_in_every_format() {
    let folder = tempfile::tempdir().unwrap();
    let output = ran(bronkeur(&folder).args(["demo", "--fault", "number-counts-from-zero", "--out", "here"]));
    assert_eq!(output.status, 1, "{}", output.stderr);
    assert!(last_line(&output.stdout).starts_with("bronkeur: 1 failure"), "{}", last_line(&output.stdout));
    assert!(output.stdout.contains("LST-11"));
    let report = report(&folder, "here");
    assert_eq!(report["result"]["conformant"], "no");
    let junit = fs::read_to_string(folder.path().join("here/junit.xml")).unwrap();
    assert_eq!(junit.matches("<failure").count(), 1);
}

#[test]
fn a_source_that_refuses_the_good_token_ends_with_3_and_passes_nothing_about_data() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let sandbox = runtime.block_on(Sandbox::start(Options { tls: false, ..Options::default() })).unwrap();
    let subject = sandbox.credentials().people[0].insz.clone();
    // The source never heard of this token: it answers 401 to everything, as to one that it fails to introspect.
    let output = ran(bronkeur(&folder)
        .args(["check", "--base-url", sandbox.base_url(), "--insz-env", "NUMBER", "--token-env", "TOKEN"])
        .env("NUMBER", subject)
        .env("TOKEN", "a-token-that-nobody-issued"));
    assert_eq!(output.status, 3, "{}\n{}", output.stdout, output.stderr);
    assert!(output.stdout.contains("401"), "{}", output.stdout);
    let report = report(&folder, "reports");
    let about_data = ["list", "certificate", "download", "access"];
    let passed: Vec<&Value> = report["requirements"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row["outcome"] == "pass" && about_data.contains(&row["chapter"].as_str().unwrap()))
        .map(|row| &row["id"])
        .collect();
    assert_eq!(passed, Vec::<&Value>::new());
}

#[test]
fn quiet_prints_the_last_line_alone() {
    let folder = tempfile::tempdir().unwrap();
    let output = ran(bronkeur(&folder).args(["demo", "--quiet"]));
    assert_eq!(
        (output.stdout.as_str(), output.stderr.as_str()),
        ("bronkeur: 0 failures, 4 reviews open -> exit 0\n", "")
    );
}

#[test]
fn a_selection_is_partial_and_an_empty_one_is_a_mistake() {
    let folder = tempfile::tempdir().unwrap();
    let output = ran(bronkeur(&folder).args(["demo", "--only", "LST-01,CRT"]));
    assert_eq!(output.status, 0, "{}", output.stderr);
    let report = report(&folder, "reports");
    assert_eq!(report["result"]["conformant"], "partial");
    let output = ran(bronkeur(&folder).args(["demo", "--only", "LST-01", "--skip", "LST"]));
    assert_eq!(output.status, 2);
    let output = ran(bronkeur(&folder).args(["demo", "--only", "LST-99"]));
    assert_eq!(output.status, 2);
    assert!(output.stderr.contains("LST-99") && output.stderr.contains("did you mean"), "{}", output.stderr);
}

#[test]
fn a_result_that_cannot_be_written_ends_with_4() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("taken"), "a file, not a folder").unwrap();
    let output = ran(bronkeur(&folder).args(["demo", "--only", "LST-01", "--out", "taken"]));
    assert_eq!(output.status, 4, "{}", output.stderr);
    assert!(output.stderr.contains("choose a folder"), "{}", output.stderr);
}

#[test]
fn nobody_listens_ends_with_3_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("http://{free}/v1");
    let output = ran(bronkeur(&folder)
        .args(["check", "--base-url", &url, "--insz-env", "NUMBER", "--token-env", "TOKEN"])
        .env("NUMBER", "85073099932")
        .env("TOKEN", "a-token-of-somebody"));
    assert_eq!(output.status, 3, "{}", output.stderr);
    assert!(output.stdout.contains("refuses connections"), "{}", output.stdout);
    assert!(!output.stdout.contains("85073099932") && !output.stdout.contains("a-token-of-somebody"));
    // The reason is told in both languages, also of the evidence alone.
    let again = ["replay", "reports/evidence.har", "--lang", "nl", "--out", "nl", "-v"];
    let dutch = ran(bronkeur(&folder).args(again));
    assert_eq!(dutch.status, 3, "{}", dutch.stderr);
    for name in ["nl/junit.xml", "nl/report.html", "nl/summary.md"] {
        let text = std::fs::read_to_string(folder.path().join(name)).unwrap();
        assert!(text.contains("weigert verbindingen") && !text.contains("refuses connections"), "{name}");
    }
    assert!(dutch.stdout.contains("weigert verbindingen") && !dutch.stdout.contains("refuses connections"));
}

#[test]
fn a_pipe_gets_the_whole_line_of_a_request() {
    let folder = tempfile::tempdir().unwrap();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("http://{free}/{}/v1", "long-".repeat(60));
    let output = ran(bronkeur(&folder)
        .args(["check", "--only", "LST-01", "-v", "--base-url", &url, "--insz-env", "NUMBER", "--token-env", "TOKEN"])
        .env("NUMBER", "85073099932")
        .env("TOKEN", "a-token-of-somebody"));
    let line = output.stderr.lines().find(|line| line.contains(" GET ")).unwrap();
    assert!(line.contains(&url) && line.contains("INSZ-1") && line.len() > 330, "{line}");
    assert!(!output.stderr.contains("85073099932") && !output.stderr.contains("a-token-of-somebody"));
}

#[test]
fn list_and_explain_speak_both_languages() {
    let folder = tempfile::tempdir().unwrap();
    let english = ran(bronkeur(&folder).args(["explain", "lst-11"]));
    let dutch = ran(bronkeur(&folder).args(["explain", "LST-11", "--lang", "nl"]));
    assert_eq!((english.status, dutch.status), (0, 0));
    assert!(english.stdout.contains("What to do") && dutch.stdout.contains("Wat te doen"));
    let list = ran(bronkeur(&folder).args(["list", "LST"]));
    assert_eq!(list.stdout.matches("LST-").count(), 30, "{}", list.stdout);
    let json = ran(bronkeur(&folder).args(["list", "--format", "json"]));
    assert!(serde_json::from_str::<Value>(&json.stdout).unwrap().as_array().unwrap().len() > 100);
    let unknown = ran(bronkeur(&folder).args(["explain", "LST-111"]));
    assert_eq!(unknown.status, 2);
    assert!(unknown.stderr.contains("did you mean LST-11"), "{}", unknown.stderr);
}

#[test]
fn an_unknown_fault_is_a_mistake_in_the_call() {
    let folder = tempfile::tempdir().unwrap();
    let output = ran(bronkeur(&folder).args(["demo", "--fault", "nothing-like-it"]));
    assert_eq!(output.status, 2);
    assert!(output.stderr.contains("did you mean"), "{}", output.stderr);
    assert!(!folder.path().join("reports").exists());
}

#[cfg(unix)]
#[test]
fn nobody_has_to_read_what_is_told_meanwhile() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = bronkeur(&folder);
    command.args(["demo", "--only", "LST-01", "-v"]).stdout(std::process::Stdio::piped());
    let mut child = command.stderr(std::process::Stdio::piped()).spawn().unwrap();
    // As `2>&1 | head` does.
    drop(child.stderr.take());
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(0));
    assert!(folder.path().join("reports/report.json").exists());
}

#[cfg(target_os = "linux")]
#[test]
fn what_a_full_disk_swallows_ends_with_4() {
    let folder = tempfile::tempdir().unwrap();
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = bronkeur(&folder).args(["list", "--format", "json"]).stdout(full).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(4), "{said}");
    assert!(said.contains("standard output"), "{said}");
}

#[test]
fn a_bound_that_is_none_is_a_mistake_in_the_call() {
    let folder = tempfile::tempdir().unwrap();
    let given = ["--base-url", "http://127.0.0.1:1/v1", "--insz-env", "NUMBER", "--token-env", "TOKEN"];
    for bound in [
        "--rate=0",
        "--rate=inf",
        "--rate=-1",
        "--timeout=0",
        "--timeout=NaN",
        "--timeout=3601",
        "--concurrency=0",
        "--concurrency=65",
        "--max-requests=0",
    ] {
        let output = ran(bronkeur(&folder)
            .arg("check")
            .args(given)
            .arg(bound)
            .env("NUMBER", "85073099932")
            .env("TOKEN", "a-token-of-somebody"));
        assert_eq!(output.status, 2, "{bound}: {}", output.stderr);
        assert!(!folder.path().join("reports").exists(), "{bound}");
    }
}

#[test]
fn a_requirement_breaks_one_thing_and_names_the_other_faults() {
    let folder = tempfile::tempdir().unwrap();
    for (lang, words) in [("nl", "--fault NAAM neemt een andere: "), ("en", "--fault NAME takes another: ")] {
        let output = ran(bronkeur(&folder).args(["demo", "--fault", "DWN-02", "--only", "DWN-02", "--lang", lang]));
        assert_eq!(output.status, 1, "{}", output.stdout);
        let others: Vec<&str> = bronkeur::sandbox::faults::find("DWN-02").into_iter().map(|fault| fault.name).collect();
        assert!(output.stderr.contains(words) && output.stderr.contains(others[0]), "{}", output.stderr);
        assert!(others[1..].iter().all(|name| output.stderr.contains(name)), "{}", output.stderr);
    }
    let stacked = ["demo", "--fault", "number-counts-from-zero", "--fault", "exchange-error-with-status-200"];
    let output = ran(bronkeur(&folder).args(stacked).args(["--only", "TOK-02"]));
    assert_eq!((output.status, output.stderr.contains("takes another")), (3, false), "{}", output.stderr);
    let output = ran(bronkeur(&folder).args(["demo", "--fault", "OPS-01"]));
    assert_eq!(output.status, 2, "{}", output.stdout);
    assert!(output.stderr.contains("no built-in fault breaks `OPS-01`"), "{}", output.stderr);
}
