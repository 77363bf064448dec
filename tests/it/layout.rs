//! The import rules of the design: who may know whom.

use std::fs;
use std::path::{Path, PathBuf};

/// The files of a folder below src/, but for tests.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        if ["tests", "testing"].contains(&name) {
            continue;
        }
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

fn below(folder: &str) -> Vec<PathBuf> {
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(folder))
}

/// The code of a file, without its tests.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    text.split("#[cfg(test)]\nmod tests").next().unwrap().to_owned()
}

/// The modules that a folder names and should not know.
fn strangers(folder: &str, allowed: &[&str]) -> Vec<String> {
    let mut strangers = Vec::new();
    for path in below(folder) {
        let code = code(&path);
        let named = code
            .split("crate::")
            .skip(1)
            .map(|rest| rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect::<String>());
        let strange = named.filter(|name| !name.is_empty() && !allowed.contains(&name.as_str()));
        strangers.extend(strange.map(|name| format!("{} names {name}", path.display())));
    }
    strangers
}

#[test]
fn checks_send_nothing_and_know_no_report() {
    let allowed = [
        "case",
        "catalogue",
        "checks",
        "envelope",
        "exchange",
        "fault",
        "href",
        "insz",
        "openapi",
        "reason",
        "shape",
        "text",
        "value",
        "verdict",
    ];
    assert_eq!(strangers("checks", &allowed), Vec::<String>::new());
}

#[test]
fn reports_decide_nothing() {
    let allowed = [
        "catalogue",
        "decisions",
        "envelope",
        "evaluate",
        "exchange",
        "fault",
        "fleet",
        // What a number looks like, to name surrogates in a text.
        "insz",
        // The words of causes, and who acts: one table for verdicts, reports and `doctor`.
        "reason",
        "recording",
        "report",
        "shape",
        "text",
        "vault",
        "verdict",
    ];
    assert_eq!(strangers("report", &allowed), Vec::<String>::new());
}

#[test]
fn evidence_is_read_without_sending_anything() {
    let allowed = ["catalogue", "exchange", "fault", "har", "recording", "report", "text", "vault", "verdict"];
    assert_eq!(strangers("har", &allowed), Vec::<String>::new());
}

#[test]
fn no_check_reads_a_clock_or_the_environment() {
    for path in below("checks") {
        let code = code(&path);
        for word in ["::now()", "Instant", "SystemTime", "env::", "rand::", "Uuid::new", "async fn"] {
            assert!(!code.contains(word), "{} holds {word}", path.display());
        }
    }
}
