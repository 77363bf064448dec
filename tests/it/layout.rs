//! The import rules of the design: who may know whom.

use std::fs;
use std::path::{Path, PathBuf};

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

/// The modules of this crate that a file names.
fn named(path: &Path) -> Vec<String> {
    let text = fs::read_to_string(path).unwrap();
    let code = text.split("#[cfg(test)]\nmod tests").next().unwrap();
    code.split("crate::")
        .skip(1)
        .map(|rest| rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect())
        .collect()
}

/// Whether a file is for tests alone.
fn is_for_tests(path: &Path) -> bool {
    ["tests.rs", "testing.rs"].iter().any(|name| path.ends_with(name))
        || path.components().any(|part| part.as_os_str() == "tests")
}

fn strangers(folder: &str, allowed: &[&str]) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(folder);
    let mut strangers = Vec::new();
    for path in sources(&folder).into_iter().filter(|path| !is_for_tests(path)) {
        let names = named(&path).into_iter().filter(|name| !name.is_empty() && !allowed.contains(&name.as_str()));
        strangers.extend(names.map(|name| format!("{} names {name}", path.display())));
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
        "schema",
        "text",
        "value",
        "verdict",
    ];
    assert_eq!(strangers("checks", &allowed), Vec::<String>::new());
}

#[test]
fn reports_decide_nothing() {
    let allowed = ["catalogue", "evaluate", "exchange", "recording", "report", "text", "vault", "verdict"];
    assert_eq!(strangers("report", &allowed), Vec::<String>::new());
}

#[test]
fn no_check_reads_a_clock_or_the_environment() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/checks");
    for path in sources(&folder).into_iter().filter(|path| !is_for_tests(path)) {
        let text = fs::read_to_string(&path).unwrap();
        for word in ["::now()", "Instant", "SystemTime", "env::", "rand", "Uuid", "async "] {
            assert!(!text.contains(word), "{} holds {word}", path.display());
        }
    }
}
