//! Sources that are hostile or broken, each over a real connection against the real binary. Whatever they send, the run
//! ends by itself, within its memory, with a verdict for every requirement, and without a secret in any output.

mod bodies;
mod connections;
mod encrypted;
mod fields;
mod issuer;
mod links;
mod server;

use std::fs;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{bronkeur, catalogue};
use server::{Handler, Server};

/// A national number of nobody (serial 999), and a token that nobody issued.
const NUMBER: &str = "85073099932";
const TOKEN: &str = "tx-5f0c2b9d4e7f8a1c3b5d7e9f";
/// A client secret that opens nothing.
const SECRET: &str = "s3cret-of-nobody-5f0c2b9d";

/// How long an answer is waited for, in seconds. Sources that never end an answer are not waited for as long.
const TIMEOUT: &str = "10";
const IMPATIENT: &str = "0.5";

/// No run may last longer: it would be hanging.
const LONGEST: Duration = Duration::from_mins(2);

/// What a run may hold in memory at its largest, in KiB.
const LARGEST: u64 = 192 * 1024;

/// What a run against a hostile source left.
struct Outcome {
    status: i32,
    report: Value,
    shown: String,
}

impl Outcome {
    /// The outcome of that requirement.
    fn of(&self, id: &str) -> &str {
        self.row(id)["outcome"].as_str().unwrap()
    }

    fn row(&self, id: &str) -> &Value {
        let rows = self.report["requirements"].as_array().unwrap();
        rows.iter().find(|row| row["id"] == id).unwrap_or_else(|| panic!("{id} is not in the report"))
    }

    fn expect(&self, wanted: &[(&str, &str)]) {
        for (id, outcome) in wanted {
            assert_eq!(self.of(id), *outcome, "{id}: {:#}\n{}", self.row(id), self.shown);
        }
    }

    /// Nothing that a source owes was found in order by looking at this source's answers.
    fn proves_nothing(&self, ids: &[&str]) {
        for id in ids {
            let row = self.row(id);
            let told = match self.of(id) {
                "fail" => row["findings"].as_array().is_some_and(|findings| !findings.is_empty()),
                "blocked" => {
                    ["nl", "en"].iter().all(|lang| row["reason"][lang].as_str().is_some_and(|why| !why.is_empty()))
                }
                _ => false,
            };
            assert!(told, "{id} neither fails with a finding nor is blocked with a reason: {row:#}");
        }
    }
}

/// Checks a source that answers with `handler`; what must hold for every such source is asserted here.
fn inspect(handler: Handler) -> Outcome {
    inspect_at(&Server::start(handler), TIMEOUT, &[])
}

/// The same, for a source that never ends an answer.
fn inspect_endless(handler: Handler) -> Outcome {
    inspect_at(&Server::start(handler), IMPATIENT, &[])
}

fn inspect_at(server: &Server, timeout: &str, arguments: &[&str]) -> Outcome {
    let own = ["--base-url", &server.url, "--insz-env", "NUMBER", "--token-env", "TOKEN"];
    inspect_with(timeout, |_| own.iter().chain(arguments).map(ToString::to_string).collect())
}

/// Runs a check with arguments that may name files in its folder.
fn inspect_with(timeout: &str, arguments: impl FnOnce(&Path) -> Vec<String>) -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    let child = bronkeur(&folder)
        .args(["check", "--timeout", timeout, "--max-requests", "400", "-v", "--color", "never"])
        .args(arguments(folder.path()))
        .env("NUMBER", NUMBER)
        .env("TOKEN", TOKEN)
        .env("SECRET", SECRET)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (status, shown, memory) = watched(child);
    assert!(memory < LARGEST, "the run held {memory} KiB");
    assert!([1, 3].contains(&status), "exit status {status}:\n{shown}");
    assert!(!shown.contains("bronkeur: internal error"), "{shown}");
    let files = fs::read_dir(folder.path().join("reports")).unwrap().map(|file| file.unwrap().path());
    let texts: Vec<String> = files.map(|path| fs::read_to_string(path).unwrap()).chain([shown.clone()]).collect();
    assert!(texts.len() > 2, "reports are missing:\n{shown}");
    for text in &texts {
        for secret in [NUMBER, TOKEN, SECRET] {
            assert!(!text.contains(secret), "a secret is shown:\n{shown}");
        }
        let control = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
        assert!(!text.chars().any(control), "a control character is shown:\n{shown}");
    }
    let report = fs::read_to_string(folder.path().join("reports/report.json")).unwrap();
    let report: Value = serde_json::from_str(&report).unwrap();
    assert_eq!(report["requirements"].as_array().unwrap().len(), catalogue().requirements.len());
    assert_eq!(report["result"]["exit_status"], status);
    Outcome { status, report, shown }
}

/// How a process ended, what it printed, and the most memory that it held (KiB; 0 where the system does not tell).
fn watched(mut child: Child) -> (i32, String, u64) {
    let (mut stdout, mut stderr) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    let out = std::thread::spawn(move || text_of(&mut stdout));
    let err = std::thread::spawn(move || text_of(&mut stderr));
    let (start, mut memory) = (Instant::now(), 0);
    let status = loop {
        memory = memory.max(high_water_mark(child.id()));
        if let Some(status) = child.try_wait().unwrap() {
            break status.code().unwrap_or(-1);
        }
        if start.elapsed() > LONGEST {
            child.kill().unwrap();
            panic!("the run hangs: {}", err.join().unwrap());
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    (status, out.join().unwrap() + &err.join().unwrap(), memory)
}

fn text_of(stream: &mut impl std::io::Read) -> String {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

fn high_water_mark(process: u32) -> u64 {
    // Until the program has taken its place, a new process shows the memory of the one that started it.
    let program = fs::read(format!("/proc/{process}/cmdline")).unwrap_or_default();
    if !program.starts_with(env!("CARGO_BIN_EXE_bronkeur").as_bytes()) {
        return 0;
    }
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or_default()
}
