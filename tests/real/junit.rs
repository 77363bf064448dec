//! `junit.xml` as others read it: the schemas of Jenkins and Ant, and a parser of another house.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use bronkeur::base::text::{Lang, Text};
use bronkeur::report::{self, Report, State};
use libtest_mimic::Trial;
use serde_json::Value;

use crate::support::{Need, bronkeur, run_python, trial};

const SCHEMAS: [&str; 2] = [
    concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/junit/jenkins-junit-10.xsd"),
    concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/junit/ant-junit.xsd"),
];

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("junit::every_kind_of_run_is_read_by_others", &[Need::Python], every_kind_of_run_is_read_by_others),
        trial("junit::no_text_of_a_source_breaks_it", &[Need::Python], no_text_of_a_source_breaks_it),
        trial("junit::the_schemas_refuse_what_is_wrong", &[Need::Python], the_schemas_refuse_what_is_wrong),
    ]
}

/// What others read in these files.
fn read(files: &[&Path]) -> Vec<Value> {
    let mut arguments = SCHEMAS.map(str::to_owned).to_vec();
    arguments.push("--".to_owned());
    arguments.extend(files.iter().map(|file| file.display().to_string()));
    match run_python("junit.py", &arguments) {
        Value::Array(found) => found,
        other => panic!("{other}"),
    }
}

fn every_kind_of_run_is_read_by_others() {
    let folder = tempfile::tempdir().unwrap();
    let broken = ["--fault", "number-counts-from-zero", "--fault", "list-without-start", "--fault", "CRT-01"];
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let nobody = format!("http://{free}/v1");
    let unreachable = ["check", "--base-url", &nobody, "--insz-env", "NUMBER", "--token-env", "TOKEN"];
    let runs: Vec<(&str, Vec<&str>)> = vec![
        ("conformant", vec!["demo", "--lang", "nl"]),
        ("broken", [&["demo"][..], &broken].concat()),
        ("strict", [&["demo", "--strict"][..], &broken].concat()),
        ("should", [&["demo", "--fail-on", "should"][..], &broken].concat()),
        ("unreachable", unreachable.to_vec()),
        ("selected", vec!["demo", "--only", "LST-01"]),
    ];
    for (name, arguments) in &runs {
        let mut command: Command = bronkeur(&folder);
        let number = "85073099932";
        let status = command
            .args(arguments)
            .args(["--quiet", "--out", name])
            .env("NUMBER", number)
            .env("TOKEN", "a-token-of-somebody")
            .status()
            .unwrap();
        assert!(matches!(status.code(), Some(0 | 1 | 3)), "{name} ended with {status}");
    }
    let files: Vec<_> = runs.iter().map(|(name, _)| folder.path().join(name).join("junit.xml")).collect();
    let found = read(&files.iter().map(std::path::PathBuf::as_path).collect::<Vec<_>>());
    let mut kinds = BTreeSet::new();
    for ((name, _), found) in runs.iter().zip(&found) {
        assert_eq!(found["faults"], Value::Array(Vec::new()), "{name}");
        let report = report::read_report(&folder.path().join(name).join("report.json")).unwrap();
        kinds.extend(says_what_the_report_says(name, &report, found));
    }
    assert_eq!(kinds, ["Error", "Failure", "Skipped", "passed"].map(str::to_owned).into());
}

/// Holds what was read against the raw report; returns the kinds of results.
fn says_what_the_report_says(run: &str, report: &Report, found: &Value) -> BTreeSet<String> {
    let mut kinds = BTreeSet::new();
    let mut names = BTreeSet::new();
    let mut seconds = 0.0;
    let mut read: BTreeMap<String, Value> = BTreeMap::new();
    for suite in found["suites"].as_array().unwrap() {
        assert_eq!(suite["properties"]["tool.version"], env!("CARGO_PKG_VERSION"));
        for spec in &report.run.specs {
            assert_eq!(suite["properties"][&format!("spec.{}", spec.name)], spec.version);
        }
        let cases = suite["cases"].as_array().unwrap();
        let count = |kind: &str| cases.iter().filter(|case| case["results"][0]["kind"] == kind).count();
        let told = ["tests", "failures", "errors", "skipped"].map(|name| suite[name].clone());
        assert_eq!(told, [cases.len(), count("Failure"), count("Error"), count("Skipped")].map(Value::from), "{run}");
        for case in cases {
            let name = case["name"].as_str().unwrap().to_owned();
            // GitLab tells test cases apart by class and name alone.
            assert!(names.insert((case["classname"].to_string(), name.clone())), "{run}: {name} is there twice");
            seconds += case["time"].as_f64().unwrap();
            read.insert(name.split(' ').next().unwrap().to_owned(), case.clone());
        }
    }
    assert_eq!(read.len(), report.requirements.len(), "{run}");
    let warnings_fail = report.run.gate.fail_on.fails(bronkeur::judging::verdict::Severity::Warning);
    for row in &report.requirements {
        let case = &read[&row.id];
        assert_eq!(case["classname"], format!("bronkeur.{}", row.chapter));
        let expected = match row.state() {
            State::Failure => "Failure",
            State::Warning if warnings_fail => "Failure",
            State::Error | State::BlockedMust => "Error",
            State::Blocked | State::Waived | State::Review | State::NotApplicable | State::NotSelected => "Skipped",
            State::Warning | State::Note | State::Observed | State::PassWithNote | State::Pass => "passed",
        };
        let result = &case["results"][0];
        assert_eq!(result["kind"].as_str().unwrap_or("passed"), expected, "{run}: {}", row.id);
        kinds.insert(expected.to_owned());
        if expected != "passed" {
            for said in ["type", "message"] {
                assert!(!result[said].as_str().unwrap().is_empty(), "{run}: {} has no {said}", row.id);
            }
        }
        if ["Failure", "Error"].contains(&expected) {
            assert!(result["text"].as_str().unwrap().starts_with(&row.id), "{run}: {}", row.id);
        }
    }
    let called: Duration = report.exchanges.iter().map(|exchange| Duration::from_millis(exchange.ms)).sum();
    assert!(seconds <= called.as_secs_f64() + 0.001, "{run}: {seconds} s of {called:?}");
    kinds
}

fn no_text_of_a_source_breaks_it() {
    let folder = tempfile::tempdir().unwrap();
    let status =
        bronkeur(&folder).args(["demo", "--quiet", "--fault", "number-counts-from-zero", "--only", "LST"]).status();
    assert_eq!(status.unwrap().code(), Some(1));
    let mut report = report::read_report(&folder.path().join("reports/report.json")).unwrap();
    let every: String = (0..=0x2100_u32).chain(0xfdd0..=0xffff).filter_map(char::from_u32).collect();
    let hostile = [
        "]]></failure></testcase></testsuite></testsuites>".to_owned(),
        "<!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/passwd\">]>&a;".to_owned(),
        every,
        "]]>&<\u{0}".repeat(500_000),
    ];
    let mut files = Vec::new();
    for (number, text) in hostile.iter().enumerate() {
        for row in &mut report.requirements {
            row.title = Text::same(format!("{} {text}", row.title.en));
            row.reason = row.reason.as_ref().map(|_| Text::same(text));
            for finding in &mut row.findings {
                (finding.actual, finding.place) = (Text::same(text), text.clone());
            }
        }
        report.run.source.clone_from(text);
        let path = folder.path().join(format!("{number}.xml"));
        let xml = report::junit(&report, Lang::Nl).unwrap();
        assert!(xml.len() < 4 * 1024 * 1024, "{} bytes", xml.len());
        std::fs::write(&path, xml).unwrap();
        files.push(path);
    }
    let found = read(&files.iter().map(std::path::PathBuf::as_path).collect::<Vec<_>>());
    for (number, found) in found.iter().enumerate() {
        assert_eq!(found["faults"], Value::Array(Vec::new()), "{number}");
        let suites = found["suites"].as_array().unwrap();
        let cases: usize = suites.iter().map(|suite| suite["cases"].as_array().unwrap().len()).sum();
        assert_eq!(cases, report.requirements.len(), "{number}");
    }
}

/// The schemas are really held against the files.
fn the_schemas_refuse_what_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let status = bronkeur(&folder).args(["demo", "--quiet", "--only", "LST-01"]).status();
    assert_eq!(status.unwrap().code(), Some(0));
    let xml = std::fs::read_to_string(folder.path().join("reports/junit.xml")).unwrap();
    let path = folder.path().join("wrong.xml");
    std::fs::write(
        &path,
        xml.replace(" failures=", " fails=")
            .replace("<system-err>", "<system-error>")
            .replace("</system-err>", "</system-error>"),
    )
    .unwrap();
    let found = read(&[&path]);
    let faults = found[0]["faults"].to_string();
    assert!(faults.contains("jenkins-junit-10.xsd") && faults.contains("ant-junit.xsd"), "{faults}");
}
