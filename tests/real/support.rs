//! What these tests share: what they need of the machine, and scripts of `tests/node`.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

use libtest_mimic::{Failed, Trial};
use serde_json::Value;

/// Where the scripts and their packages are.
pub(crate) const NODE_FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/node");

/// What a test needs of the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// Node.js with the packages of `tests/node`.
    Node,
    /// Chromium, as a package of the system.
    Chromium,
}

impl Need {
    /// What to do about it, when it is not there.
    fn missing(self) -> Option<&'static str> {
        let (there, remedy) = match self {
            Self::Node => (
                program(&["node"]).is_some() && Path::new(NODE_FOLDER).join("node_modules").is_dir(),
                "Node.js 20 and the packages of tests/node: run `npm ci --prefix tests/node`",
            ),
            Self::Chromium => (chromium().is_some(), "Chromium: install your system's package `chromium`"),
        };
        (!there).then_some(remedy)
    }
}

/// The browser.
pub(crate) fn chromium() -> Option<PathBuf> {
    program(&["chromium", "chromium-browser", "google-chrome"])
}

fn program(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name))).find(|path| path.is_file())
}

/// A test that runs where all it needs is there.
pub(crate) fn trial(name: &str, needs: &[Need], test: fn()) -> Trial {
    let missing: Vec<&str> = needs.iter().filter_map(|need| need.missing()).collect();
    if missing.is_empty() {
        return Trial::test(name, move || {
            test();
            Ok(())
        });
    }
    let why = format!("needs {}", missing.join("; and "));
    if std::env::var_os("CI").is_some() {
        return Trial::test(name, move || Err(Failed::from(why)));
    }
    eprintln!("{name} is skipped: it {why}");
    Trial::test(name, || Ok(())).with_ignored_flag(true)
}

/// A script of `tests/node` that keeps running; it ends when this is dropped.
pub(crate) struct Script {
    child: Child,
    /// Its end is how the script knows that nobody needs it any more.
    _stdin: Option<ChildStdin>,
    /// What it said when it was ready: one line of JSON.
    pub(crate) ready: Value,
}

impl Script {
    /// Starts `name` and waits for its first line.
    pub(crate) fn start(name: &str, arguments: &[&str]) -> Self {
        let mut child = node(name, arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let ready = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{name} said {line:?}: {error}"));
        Self { _stdin: child.stdin.take(), child, ready }
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs a script of `tests/node` to its end and returns the JSON that it printed.
pub(crate) fn run_script(name: &str, arguments: &[&str]) -> Value {
    let output = node(name, arguments).stdin(Stdio::null()).stderr(Stdio::inherit()).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{name} ended with {}: {text}", output.status);
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name} said {text:?}: {error}"))
}

fn node(name: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new("node");
    command.current_dir(NODE_FOLDER).arg(name).args(arguments);
    // Drivers of browsers look for one of their own; ours is the system's.
    if let Some(chromium) = chromium() {
        command.env("CHROMIUM", chromium);
    }
    command
}
