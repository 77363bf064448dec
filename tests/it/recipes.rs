//! The recipes of docs/ci.md and the Containerfile: their commands run, and what they name exists.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use bronkeur::base::input::read_tree;
use bronkeur::sandbox::{Behaviour, Options, Sandbox, faults};
use serde_json::Value;

use crate::support::{bronkeur, ran};

const PAGE: &str = include_str!("../../docs/ci.md");
const CONTAINERFILE: &str = include_str!("../../Containerfile");
const INSTALL: &str = "cargo install --locked --path bronkeur";

/// The block of the page that is fenced with these words.
fn block(fence: &str) -> &'static str {
    let (_, after) = PAGE.split_once(&format!("```{fence}\n")).unwrap_or_else(|| panic!("no block {fence}"));
    after.split_once("\n```").unwrap().0
}

fn yaml(fence: &str) -> Value {
    read_tree("docs/ci.md", block(fence)).unwrap_or_else(|faults| panic!("{fence}: {faults}"))
}

/// The steps of a recipe, whatever the server calls them.
fn steps(fence: &str) -> Vec<Value> {
    let tree = yaml(fence);
    let steps = match fence {
        "yaml github" => &tree["jobs"]["bronkeur"]["steps"],
        "yaml azure" => &tree["steps"],
        other => panic!("{other} has no steps"),
    };
    steps.as_array().unwrap().clone()
}

/// The shell commands of a recipe, in order.
fn commands(fence: &str) -> Vec<String> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    match fence {
        "yaml github" => steps(fence).iter().filter_map(|step| text(&step["run"])).collect(),
        "yaml azure" => steps(fence).iter().filter_map(|step| text(&step["script"])).collect(),
        "yaml gitlab" => yaml(fence)["bronkeur"]["script"].as_array().unwrap().iter().filter_map(text).collect(),
        "groovy jenkins" => {
            let shells = block(fence).split("sh '").skip(1);
            shells.map(|rest| rest.split('\'').next().unwrap().to_owned()).collect()
        }
        other => panic!("{other}"),
    }
}

const RECIPES: [&str; 4] = ["yaml github", "yaml gitlab", "yaml azure", "groovy jenkins"];

/// A workspace as a job has it: the profile of a running sandbox, and the program on the path.
struct Workspace {
    folder: tempfile::TempDir,
    _sandbox: Sandbox,
    _runtime: tokio::runtime::Runtime,
}

impl Workspace {
    fn new(broken: Option<&str>) -> Self {
        let mut behaviour = Behaviour::default();
        for fault in broken.into_iter().flat_map(faults::find) {
            (fault.apply)(&mut behaviour);
        }
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let sandbox = runtime.block_on(Sandbox::start(Options { behaviour, ..Options::default() })).unwrap();
        let folder = tempfile::tempdir().unwrap();
        for file in sandbox.profile_files() {
            fs::write(folder.path().join(&file.name), &file.text).unwrap();
        }
        Self { folder, _sandbox: sandbox, _runtime: runtime }
    }

    /// Runs a command as the shell of a CI server does; the first part of the list is enough here.
    fn shell(&self, command: &str) -> (i32, String) {
        let program = Path::new(env!("CARGO_BIN_EXE_bronkeur")).parent().unwrap();
        let output = ran(Command::new("sh")
            .args(["-e", "-c", command])
            .current_dir(self.folder.path())
            .env_clear()
            .env("PATH", format!("{}:/usr/bin:/bin", program.display()))
            .env("BRONKEUR_ONLY", "LST-01,LST-11")
            .env("GITHUB_STEP_SUMMARY", "step-summary.md"));
        (output.status, output.stdout + &output.stderr)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join(name)).unwrap_or_default()
    }
}

#[test]
fn every_recipe_runs_and_is_red_when_the_source_fails() {
    let (good, broken) = (Workspace::new(None), Workspace::new(Some("number-counts-from-zero")));
    for fence in RECIPES {
        let (install, commands): (Vec<String>, Vec<String>) =
            commands(fence).into_iter().partition(|command| command.starts_with("cargo "));
        assert!(install.iter().all(|command| command == INSTALL), "{install:?}");
        assert!(!commands.is_empty(), "{fence} checks nothing");
        for (workspace, expected) in [(&good, 0), (&broken, 1)] {
            let _ = fs::remove_dir_all(workspace.folder.path().join("reports"));
            for command in &commands {
                let (status, said) = workspace.shell(command);
                let checks = command.starts_with("bronkeur");
                assert_eq!(status, if checks { expected } else { 0 }, "{fence}: {command}\n{said}");
                if checks {
                    assert!(said.lines().any(|line| line.ends_with(&format!("-> exit {expected}"))), "{said}");
                }
            }
            let failures = workspace.read("reports/junit.xml").matches("<failure ").count();
            assert_eq!(failures, usize::from(expected == 1), "{fence}");
            if commands.iter().any(|command| command.contains("GITHUB_STEP_SUMMARY")) {
                assert_eq!(workspace.read("step-summary.md"), workspace.read("reports/summary.md"), "{fence}");
            }
        }
    }
    assert!(!broken.read("step-summary.md").is_empty(), "no recipe writes a step summary");
    // What failed is judged again, as the page says.
    let (status, said) = broken.shell(block("sh again"));
    assert_eq!(status, 1, "{said}");
    let again: Value = serde_json::from_str(&broken.read("reports/again/report.json")).unwrap();
    assert_eq!(again["run"]["selection"]["only"], serde_json::json!(["LST-11"]));
}

#[test]
fn annotations_are_all_that_github_sees_of_a_source() {
    let broken = Workspace::new(Some("number-counts-from-zero"));
    let (status, said) = broken.shell("bronkeur check --format github 2>/dev/null");
    assert_eq!(status, 1);
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines.len(), 2, "{said}");
    assert!(lines[0].starts_with("::error title=LST-11 (must) "), "{said}");
    assert_eq!(lines[1], "bronkeur: 1 failure -> exit 1");
}

#[test]
fn every_recipe_passes_on_the_variables_of_the_profile() {
    let profile = block("yaml profile");
    let words = profile.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let mut words = words.filter(|word| !word.is_empty()).peekable();
    let mut wanted = BTreeSet::new();
    while let Some(word) = words.next() {
        if word == "env" {
            wanted.extend(words.peek().map(|name| (*name).to_owned()));
        }
    }
    assert_eq!(wanted.len(), 4, "{wanted:?}");
    for fence in ["yaml github", "yaml azure"] {
        let passed: BTreeSet<String> = steps(fence)
            .iter()
            .filter_map(|step| step["env"].as_object())
            .flat_map(|env| env.iter())
            .map(|(name, value)| {
                assert!(value.as_str().unwrap().contains(name.as_str()), "{fence}: {name} is {value}");
                name.clone()
            })
            .collect();
        assert_eq!(passed, wanted, "{fence}");
    }
    let bound: BTreeSet<String> = block("groovy jenkins")
        .split("variable: '")
        .skip(1)
        .map(|rest| rest.split('\'').next().unwrap().to_owned())
        .collect();
    assert_eq!(bound, wanted);
    let podman = PAGE.lines().find(|line| line.contains("podman run")).unwrap();
    assert!(wanted.iter().all(|name| podman.contains(&format!("-e {name}"))), "{podman}");
    // The profile is right but for what is not set here, and each of these is named.
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("bron.yaml"), profile).unwrap();
    let output = ran(bronkeur(&folder).arg("check"));
    assert_eq!(output.status, 2);
    for name in &wanted {
        assert!(output.stderr.contains(name), "{name}: {}", output.stderr);
    }
    assert_eq!(output.stderr.matches("bron.yaml:").count(), wanted.len(), "{}", output.stderr);
}

#[test]
fn every_option_on_the_page_exists() {
    let folder = tempfile::tempdir().unwrap();
    let help = ran(bronkeur(&folder).args(["check", "--help"])).stdout;
    let (_, table) = PAGE.split_once("| option | what it does |").unwrap();
    let (table, _) = table.split_once("\n\n").unwrap();
    let options: Vec<&str> =
        table.split('`').filter(|code| code.starts_with("--")).map(|code| code.split(' ').next().unwrap()).collect();
    assert!(options.len() >= 9, "{options:?}");
    for option in options {
        assert!(help.contains(option), "{option}");
    }
}

/// There is no engine here to build the image with: what it names has to exist, and to be what this repository needs.
#[test]
fn the_containerfile_names_what_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let joined = CONTAINERFILE.replace("\\\n", " ");
    let instructions: Vec<&str> =
        joined.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    let known = ["FROM", "WORKDIR", "COPY", "RUN", "CMD"];
    let mut copied = BTreeSet::new();
    for instruction in &instructions {
        let (word, rest) = instruction.split_once(' ').unwrap();
        assert!(known.contains(&word), "{instruction}");
        if word == "COPY" && !rest.starts_with("--from=build ") {
            let mut paths: Vec<&str> = rest.split_whitespace().collect();
            paths.pop();
            for path in paths {
                assert!(root.join(path).exists(), "{path} is not there");
                copied.insert(path);
            }
        }
    }
    let manifest = fs::read_to_string(root.join("Cargo.toml")).unwrap();
    // Cargo refuses a manifest whose targets are not there.
    let folders = manifest.lines().filter_map(|line| line.strip_prefix("path = \"")?.split_once('/'));
    for (folder, _) in folders.chain([("benches", "")]) {
        assert!(copied.contains(folder), "{folder} is not copied");
    }
    let version =
        manifest.lines().find_map(|line| line.strip_prefix("rust-version = \"")).unwrap().trim_end_matches('"');
    assert!(instructions[0].starts_with(&format!("FROM docker.io/library/rust:{version}-")), "{}", instructions[0]);
}
