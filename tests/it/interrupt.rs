//! Ctrl-C and SIGTERM: the first ends the run with what it has, the second ends the process.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::bronkeur;

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
    let child = bronkeur(folder)
        .args(["check", "--base-url", &source.1, "--insz-env", "NUMBER", "--token-env", "TOKEN"])
        .env("NUMBER", "85073099932")
        .env("TOKEN", "a-token-of-somebody")
        .stdout(stdout)
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
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

#[test]
fn serve_ends_well_at_a_signal() {
    for name in ["INT", "TERM"] {
        let folder = tempfile::tempdir().unwrap();
        let mut child = bronkeur(&folder).arg("serve").stdout(Stdio::piped()).spawn().unwrap();
        let mut first = [0; 1];
        child.stdout.as_mut().unwrap().read_exact(&mut first).unwrap();
        signal(&child, name);
        assert_eq!(ended(&mut child), Some(0), "{name}");
    }
}
