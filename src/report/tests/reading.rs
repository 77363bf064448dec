use std::path::PathBuf;

use super::sample;
use crate::report::{json, read, write};

/// What is wrong with a `report.json` of that text.
fn faults(text: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let path: PathBuf = folder.path().join("report.json");
    write(folder.path(), "report.json", text.as_bytes()).unwrap();
    let faults = read(&path).unwrap_err();
    faults.0.iter().map(|fault| format!("{}: {}", fault.place.clone().unwrap_or_default(), fault.message.en)).collect()
}

#[test]
fn a_report_that_was_written_is_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let report = sample::report();
    let path = folder.path().join("report.json");
    write(folder.path(), "report.json", json(&report).unwrap().as_bytes()).unwrap();
    assert_eq!(read(&path).unwrap(), report);
}

#[test]
fn what_is_no_report_of_this_version_is_refused_in_one_sentence() {
    assert_eq!(faults("{\n  \"schema\": ]"), ["2:13: this is not JSON: expected value"]);
    assert_eq!(faults("[1, 2]"), [": this is no report of bronkeur: there is no `schema`"]);
    let later = json(&sample::report()).unwrap().replacen("report/1", "report/2", 1);
    let told = "schema: this is a report of form `bronkeur.report/2`; this program reads `bronkeur.report/1`";
    assert_eq!(faults(&later), [told]);
}

#[test]
fn every_difference_is_told_with_its_place_up_to_twenty() {
    let text = json(&sample::report()).unwrap();
    let edited =
        text.replacen("\"outcome\": \"fail\"", "\"outcome\": \"green\"", 1).replacen("\"seed\": 42", "\"seed\": -1", 1);
    let told = faults(&edited);
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told.iter().any(|fault| fault.starts_with("run.seed: ")), "{told:?}");
    assert!(told.iter().any(|fault| fault.starts_with("requirements[0].outcome: ")), "{told:?}");
    let told = faults(&text.replace("\"level\": ", "\"levels\": "));
    assert_eq!(told.len(), 21, "{told:?}");
}
