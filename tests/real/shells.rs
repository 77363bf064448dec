//! Completions and manual pages, as the shells and the manual's own reader see them.

use std::process::{Command, Stdio};

use libtest_mimic::Trial;

use crate::support::{Need, bronkeur, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("shells::bash_reads_its_completions", &[Need::Program("bash")], || is_read("bash", &["-n"])),
        trial("shells::zsh_reads_its_completions", &[Need::Program("zsh")], || is_read("zsh", &["-n"])),
        trial("shells::fish_reads_its_completions", &[Need::Program("fish")], || is_read("fish", &["--no-execute"])),
        trial("shells::mandoc_reads_every_manual_page", &[Need::Program("mandoc")], mandoc_reads_every_manual_page),
    ]
}

/// The shell finds no fault in the script that completes for it.
fn is_read(shell: &str, check: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let script = bronkeur(&folder).args(["completions", shell]).output().unwrap();
    let path = folder.path().join("script");
    std::fs::write(&path, &script.stdout).unwrap();
    let output = Command::new(shell).args(check).arg(&path).stdin(Stdio::null()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.is_empty() && script.stdout.len() > 10_000, "{said}");
}

fn mandoc_reads_every_manual_page() {
    let folder = tempfile::tempdir().unwrap();
    assert!(bronkeur(&folder).args(["man", "--out", "man1"]).status().unwrap().success());
    for page in std::fs::read_dir(folder.path().join("man1")).unwrap() {
        let page = page.unwrap().path();
        let output = Command::new("mandoc").args(["-T", "lint", "-W", "error"]).arg(&page).output().unwrap();
        assert!(output.status.success(), "{}: {}", page.display(), String::from_utf8_lossy(&output.stdout));
    }
}
