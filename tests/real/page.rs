//! `report.html` in Chromium: accessible in both languages and colour schemes, usable with the keyboard, whole on paper,
//! and dead to whatever a source plants in it.

use std::path::{Path, PathBuf};

use bronkeur::base::text::{Lang, Text};
use bronkeur::report::{Languages, Report, html};
use libtest_mimic::Trial;
use serde_json::Value;

use crate::support::{Need, bronkeur, run_script, trial};

const NEEDS: [Need; 2] = [Need::Node, Need::Chromium];

/// The largest page that still opens at once.
const MOST_BYTES: usize = 3_000_000;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("page::is_accessible_usable_and_whole_on_paper", &NEEDS, is_accessible_usable_and_whole_on_paper),
        trial("page::of_a_source_that_is_down_is_accessible", &NEEDS, of_a_source_that_is_down_is_accessible),
        trial("page::shows_verdict_and_advice_first", &NEEDS, shows_verdict_and_advice_first),
        trial("page::prints_on_few_pages", &NEEDS, prints_on_few_pages),
        trial("page::runs_nothing_that_a_source_plants", &NEEDS, runs_nothing_that_a_source_plants),
        trial("page::of_2000_calls_opens", &NEEDS, of_2000_calls_opens),
        trial("page::has_a_picture_in_the_readme", &NEEDS, has_a_picture_in_the_readme),
    ]
}

pub(crate) fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("reports/example").join(name)
}

fn report() -> Report {
    serde_json::from_str(&std::fs::read_to_string(example("report.json")).unwrap()).unwrap()
}

/// What a browser makes of the page of a report.
fn seen(command: &str, report: &Report, languages: Languages) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report.html");
    let page = html(report, languages).unwrap();
    assert!(page.len() < MOST_BYTES, "{} bytes", page.len());
    std::fs::write(&path, page).unwrap();
    run_script("page.mjs", &[command, path.to_str().unwrap()])
}

pub(crate) fn count(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("no number: {value}"))
}

/// What holds of every page, whatever it says.
fn assert_harmless(seen: &Value) {
    assert_runs_only(seen, 0);
}

/// The same of a page that has so many scripts of ours.
pub(crate) fn assert_runs_only(seen: &Value, scripts: u64) {
    assert_eq!(seen["seen"]["requests"], serde_json::json!([]), "the page loads something");
    assert_eq!((&seen["seen"]["dialogs"], &seen["marks"]["ran"]), (&0.into(), &Value::Null), "a script ran");
    assert_eq!((&seen["marks"]["scripts"], &seen["marks"]["images"]), (&scripts.into(), &0.into()));
    assert_eq!(seen["marks"]["overflow"], 0);
    assert_eq!(seen["seen"]["errors"], serde_json::json!([]), "the browser complains");
}

/// What holds of a page in every language, colour scheme and width.
pub(crate) fn assert_accessible(seen: &Value) {
    for look in seen["looks"].as_array().unwrap() {
        let name = format!("{} {} {}", look["colorScheme"], look["width"], look["lang"]);
        if look["width"] == 1_200 {
            assert_eq!(look["violations"], serde_json::json!([]), "{name}");
            assert!(count(&look["passes"]) > 20, "{name}: axe looked at nothing");
        }
        assert_eq!((&look["gaps"], &look["landmarks"]), (&0.into(), &serde_json::json!([1, 1, 1])), "{name}");
        assert_eq!((&look["overflow"], &look["other"]), (&0.into(), &0.into()), "{name}");
        assert!(count(&look["own"]) > 100 && count(&look["words"]) > 1_000, "{name}");
    }
}

fn is_accessible_usable_and_whole_on_paper() {
    let report = report_of(&SEVEN);
    let seen = seen("look", &report, Languages { first: Lang::En, only: false });
    assert_harmless(&seen);
    assert_accessible(&seen);
    assert_eq!(seen["looks"].as_array().unwrap().len(), 8);
    let reached = seen["keyboard"]["reached"].as_array().unwrap();
    for id in ["language-en", "language-nl", "outcome-all", "outcome-failure"] {
        assert!(reached.contains(&id.into()), "{id} is not reached with the keyboard: {reached:?}");
    }
    assert_eq!(seen["keyboard"]["outline"], "solid");
    let filters = &seen["filters"];
    assert_eq!(filters["all"], report.requirements.len());
    assert_eq!(filters["reset"], filters["open"]);
    assert!(count(&filters["open"]) > 0 && count(&filters["open"]) < count(&filters["all"]), "chapters are closed");
    let results = filters["results"].as_object().unwrap();
    assert!(results.len() > 15, "{results:?}");
    for (id, result) in results {
        assert_eq!((&result["shown"], &result["empty"]), (&result["wanted"], &0.into()), "{id}");
        assert_eq!(result["printed"], filters["all"], "{id}");
        let said = result["status"].as_str().unwrap();
        assert!(said.ends_with(&format!(" {}", result["shown"])), "{id}: {said:?}");
    }
    let nothing = &filters["nothing"];
    assert_eq!(nothing["shown"], 0);
    assert!(nothing["status"].as_str().unwrap().contains("none; take a choice back"), "{nothing}");
    let paper = &seen["paper"];
    assert!(count(&paper["closed"]) > 0 && count(&paper["pages"]) > 1, "{paper}");
    assert_eq!((&paper["hidden"], &paper["calls"]), (&0.into(), &0.into()), "folded on paper, or the list of calls");
}

/// The report of the built-in source, with these faults.
fn report_of(faults: &[&str]) -> Report {
    let folder = tempfile::tempdir().unwrap();
    let mut command = bronkeur(&folder);
    command.args(["demo", "-q"]);
    for fault in faults {
        command.args(["--fault", fault]);
    }
    command.output().unwrap();
    serde_json::from_str(&std::fs::read_to_string(folder.path().join("reports/report.json")).unwrap()).unwrap()
}

/// Seven obligations of as many kinds.
const SEVEN: [&str; 7] = [
    "list-of-another-citizen-is-shown",
    "list-ignores-the-audience",
    "error-without-title",
    "number-counts-from-zero",
    "start-leads-nowhere",
    "pdf-is-called-html",
    "unknown-certificate-is-null",
];

/// Nothing but a cause, with what waits for it.
fn of_a_source_that_is_down_is_accessible() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = bronkeur(&folder);
    command.args(["check", "-q", "--base-url", "https://127.0.0.1:1/v1", "--insz-env", "INSZ", "--token-env", "TOKEN"]);
    command.env("INSZ", "90010100123").env("TOKEN", "a-token-of-nobody-5f0c2b9d").output().unwrap();
    let text = std::fs::read_to_string(folder.path().join("reports/report.json")).unwrap();
    let report: Report = serde_json::from_str(&text).unwrap();
    assert!(!report.causes.is_empty());
    let seen = seen("looks", &report, Languages { first: Lang::En, only: false });
    assert_harmless(&seen);
    assert_accessible(&seen);
}

fn shows_verdict_and_advice_first() {
    let mut long = report_of(&SEVEN);
    "Attesten van inschrijving van de gemeente Sint-Katelijne-Waver".clone_into(&mut long.run.source);
    for report in [long, report_of(&[])] {
        let looks = seen("fold", &report, Languages { first: Lang::Nl, only: false });
        assert_eq!(looks.as_array().unwrap().len(), 4);
        for look in looks.as_array().unwrap() {
            let height = count(&look["height"]);
            assert!(count(&look["result"]) < height && count(&look["advice"]) < height, "{look}");
        }
    }
}

fn prints_on_few_pages() {
    let both = Languages { first: Lang::Nl, only: false };
    let failing = report_of(&SEVEN);
    assert!(failing.result.counts.failures >= 7, "{:?}", failing.result.counts);
    let pages = |report: &Report| count(&seen("paper", report, both)["pages"]);
    let (failing, sound) = (pages(&failing), pages(&report_of(&[])));
    assert!(failing <= 8, "{failing} pages of seven failures");
    assert!(sound <= 3, "{sound} pages of none");
}

fn runs_nothing_that_a_source_plants() {
    let planted = "</title></style></code><script>window.ran=1;alert(1)</script><img src=https://example.be/x.png \
                   onerror=\"window.ran=2\"><a href=\"javascript:window.ran=3\">x</a>\" autofocus onfocus=\"window.ran=4";
    let word = || planted.to_owned();
    let text = || Text::new(format!("nl {planted}"), format!("en {planted}"));
    let mut report = report();
    let run = &mut report.run;
    (run.source, run.base_url, run.environment, run.envelope) = (word(), word(), word(), word());
    for row in &mut report.requirements {
        (row.title, row.reference, row.link) = (text(), word(), format!("javascript:window.ran=5//{planted}"));
        (row.reason, row.remedy, row.accepted) = (Some(text()), Some(text()), Some(word()));
        for finding in &mut row.findings {
            (finding.expected, finding.actual, finding.place) = (text(), text(), word());
            (finding.excerpt, finding.fix) = (Some(word()), text());
        }
    }
    for exchange in &mut report.exchanges {
        (exchange.method, exchange.url, exchange.curl) = (word(), word(), Some(word()));
    }
    assert_harmless(&seen("trust", &report, Languages { first: Lang::Nl, only: false }));
}

fn of_2000_calls_opens() {
    let mut report = report();
    let calls = report.exchanges.clone();
    let numbered = calls.into_iter().cycle().take(2_000).zip(1..);
    report.exchanges = numbered.map(|(call, n)| bronkeur::report::Exchange { id: format!("x{n}"), ..call }).collect();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report.html");
    let page = html(&report, Languages { first: Lang::En, only: false }).unwrap();
    assert!(page.len() < MOST_BYTES && page.contains("id=\"x2000\""), "{} bytes", page.len());
    std::fs::write(&path, page).unwrap();
    let picture = folder.path().join("page.png");
    run_script("page.mjs", &["picture", path.to_str().unwrap(), picture.to_str().unwrap()]);
    assert!(picture.is_file());
}

/// The picture is made anew with `BRONKEUR_UPDATE=1`. Fonts differ from one machine to the next: pixels are not compared.
fn has_a_picture_in_the_readme() {
    let picture = example("report.png");
    if std::env::var_os("BRONKEUR_UPDATE").is_some() {
        run_script("page.mjs", &["picture", example("report.html").to_str().unwrap(), picture.to_str().unwrap()]);
    }
    let bytes = std::fs::read(&picture).unwrap_or_default();
    assert!(bytes.starts_with(b"\x89PNG") && bytes.len() < 400_000, "{} bytes", bytes.len());
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    assert!(readme.contains("](reports/example/report.png)"), "the README shows no picture");
}
