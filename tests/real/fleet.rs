//! `fleet.html` in Chromium: accessible in both languages and colour schemes, usable with the keyboard on a narrow screen.

use std::fs;
use std::path::Path;

use libtest_mimic::Trial;
use serde_json::{Value, json};

use crate::page::{assert_accessible, assert_harmless, count, example};
use crate::support::{Need, bronkeur, run_script, trial};

pub(crate) fn trials() -> Vec<Trial> {
    let needs = [Need::Node, Need::Chromium];
    vec![trial("fleet::is_accessible_and_usable_with_the_keyboard", &needs, is_accessible_and_usable_with_the_keyboard)]
}

/// An overview with all that one can hold: sources that changed, one that is new, one without a report.
fn overview(folder: &tempfile::TempDir) -> String {
    let evidence = example("evidence.har");
    let source = |name: &str| format!("- {{ name: {name}, evidence: {} }}\n", evidence.display());
    let fleet = |names: &[&str], arguments: &[&str]| {
        let sources: String = names.iter().map(|name| source(name)).collect();
        fs::write(folder.path().join("sources.yaml"), format!("sources:\n{sources}")).unwrap();
        let output = bronkeur(folder).arg("fleet").args(arguments).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    fleet(&["town-a", "town-b"], &["--out", "before", "--only", "LST", "--quiet"]);
    fs::create_dir(folder.path().join("reports")).unwrap();
    fs::write(folder.path().join("reports/stuck"), "a file where a folder would be").unwrap();
    let previous = ["--previous", "before/fleet.json", "--only", "LST,SEC", "--quiet"];
    let said = fleet(&["town-a", "town-b", "stuck", "a-town-with-a-rather-long-name-for-a-narrow-screen"], &previous);
    assert!(said.starts_with("bronkeur: 4 sources") && said.ends_with("-> exit 4\n"), "{said}");
    folder.path().join("reports/fleet.html").to_str().unwrap().to_owned()
}

fn is_accessible_and_usable_with_the_keyboard() {
    let folder = tempfile::tempdir().unwrap();
    let page = overview(&folder);
    assert!(Path::new(&page).is_file());
    let seen = run_script("page.mjs", &["fleet", &page]);
    assert_harmless(&seen);
    assert_accessible(&seen);
    assert_eq!(seen["looks"].as_array().unwrap().len(), 8);
    let keyboard = &seen["keyboard"];
    let reached: Vec<&Value> = keyboard["reached"].as_array().unwrap().iter().collect();
    for id in ["language-en", "order-worst", "matrix"] {
        assert!(reached.contains(&&json!(id)), "{id} is not reached with the keyboard: {reached:?}");
    }
    // The table is wider than a narrow screen; it scrolls, the page does not.
    assert!(count(&keyboard["scrolled"]) > 0, "{keyboard}");
    assert_eq!((&keyboard["target"], &keyboard["overflow"]), (&json!(true), &json!(0)), "{keyboard}");
    let orders = seen["orders"].as_object().unwrap();
    assert_eq!(orders["order-worst"][0], "stuck");
    assert_eq!(orders["order-name"][3], "town-b");
    assert!(orders.values().all(|names| names.as_array().unwrap().len() == 4), "{orders:?}");
    assert!(count(&seen["paper"]["pages"]) > 0 && seen["paper"]["hidden"] == 0, "{}", seen["paper"]);
}
