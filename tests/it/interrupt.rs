//! Ctrl-C and SIGTERM: the first ends the run with what it has, the second ends the process.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{bronkeur, issuer};

/// A source that takes connections and never answers; the address to give.
fn silent() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    (listener, url)
}

fn signal(child: &Child, name: &str) {
    assert!(Command::new("kill").args([&format!("-{name}"), &child.id().to_string()]).status().unwrap().success());
}

/// A check of a source that never answers, once its first request is under way.
fn running(folder: &tempfile::TempDir, source: &(TcpListener, String), stdout: Stdio) -> Child {
    started(check(folder, source).stdout(stdout).stderr(Stdio::null()), source)
}

fn check(folder: &tempfile::TempDir, source: &(TcpListener, String)) -> Command {
    let mut command = bronkeur(folder);
    command.args(["check", "--base-url", &source.1, "--insz-env", "NUMBER", "--token-env", "TOKEN"]);
    command.env("NUMBER", "85073099932").env("TOKEN", "a-token-of-somebody");
    command
}

fn started(command: &mut Command, source: &(TcpListener, String)) -> Child {
    let child = command.spawn().unwrap();
    source.0.accept().unwrap();
    child
}

/// The status of a process that ends soon.
fn ended(child: &mut Child) -> Option<i32> {
    let until = Instant::now() + Duration::from_secs(10);
    while Instant::now() < until {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    child.kill().unwrap();
    panic!("it goes on");
}

/// A check in that folder that is interrupted while it waits: how it ends.
pub(crate) fn interrupted(folder: &tempfile::TempDir) -> Option<i32> {
    let source = silent();
    let mut child = running(folder, &source, Stdio::null());
    signal(&child, "INT");
    ended(&mut child)
}

#[test]
fn both_signals_end_with_what_is_judged_and_status_3() {
    for name in ["INT", "TERM"] {
        let folder = tempfile::tempdir().unwrap();
        let source = silent();
        let mut child = running(&folder, &source, Stdio::piped());
        signal(&child, name);
        assert_eq!(ended(&mut child), Some(3), "{name}");
        let last = BufReader::new(child.stdout.take().unwrap()).lines().last().unwrap().unwrap();
        assert!(last.ends_with("-> exit 3"), "{name}: {last}");
        let report = std::fs::read_to_string(folder.path().join("reports/report.json")).unwrap();
        let report: Value = serde_json::from_str(&report).unwrap();
        assert_eq!(report["result"]["conformant"], "undecided", "{name}");
    }
}

#[test]
fn it_says_how_to_go_on_from_the_folder_that_was_given() {
    let folder = tempfile::tempdir().unwrap();
    let source = silent();
    let mut command = check(&folder, &source);
    let mut child = started(command.args(["--out", "of-monday"]).stdout(Stdio::null()).stderr(Stdio::piped()), &source);
    signal(&child, "INT");
    assert_eq!(ended(&mut child), Some(3));
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(said.contains("bronkeur check --rerun-failed of-monday/report.json"), "{said}");
    assert!(!said.contains(" reports/"), "{said}");
}

#[test]
fn the_second_ends_the_process_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let source = silent();
    // Nobody reads the standard output, which is full: the end of the run waits there.
    let (_unread, mut stdout) = std::io::pipe().unwrap();
    stdout.write_all(&vec![b'x'; 64 * 1024]).unwrap();
    let mut child = running(&folder, &source, stdout.into());
    signal(&child, "INT");
    let report = folder.path().join("reports/report.json");
    while !report.exists() {
        std::thread::sleep(Duration::from_millis(10));
    }
    signal(&child, "INT");
    assert_eq!(ended(&mut child), Some(130));
}

/// A command that waits, until it has said so: its standard output up to a line with these words.
fn waiting(command: &mut Command, words: &str) -> (Child, BufReader<std::process::ChildStdout>) {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut said = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    while !line.contains(words) {
        line.clear();
        assert!(said.read_line(&mut line).unwrap() > 0, "it ended before it said {words}");
    }
    (child, said)
}

#[test]
fn what_waits_ends_well_at_a_signal() {
    for (arguments, words) in [
        (vec!["serve"], "Ctrl-C"),
        (vec!["acm", "--port", "0", "--base-url", "https://localhost:8443/v1"], "Ctrl-C"),
        (vec!["acm", "--port", "0", "--plain-http", "--base-url", "http://localhost:8080/v1"], "Ctrl-C"),
    ] {
        for name in ["INT", "TERM"] {
            let folder = tempfile::tempdir().unwrap();
            let (mut child, _said) = waiting(bronkeur(&folder).args(&arguments), words);
            signal(&child, name);
            assert_eq!(ended(&mut child), Some(0), "{arguments:?} {name}");
        }
    }
}

#[test]
fn a_login_that_nobody_finishes_ends_at_a_signal_and_keeps_nothing() {
    for name in ["INT", "TERM"] {
        let (url, heard) = issuer(|url, _| {
            let document = serde_json::json!({"issuer": url, "authorization_endpoint": format!("{url}/auth"), "token_endpoint": format!("{url}/token")}).to_string();
            format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{document}", document.len())
        });
        let folder = tempfile::tempdir().unwrap();
        let login = ["login", "--issuer", &url, "--client-id", "desk", "--name", "an", "--no-browser"];
        let mut command = bronkeur(&folder);
        command.args(login).env("XDG_STATE_HOME", folder.path().join("state"));
        let (mut child, _said) = waiting(&mut command, "/op/auth?");
        signal(&child, name);
        assert_eq!(ended(&mut child), Some(3), "{name}");
        let mut words = String::new();
        child.stderr.take().unwrap().read_to_string(&mut words).unwrap();
        assert!(words.contains("interrupted: nobody is logged in"), "{words}");
        assert!(!folder.path().join("state/bronkeur/logins/an.json").exists());
        drop(heard);
    }
}
