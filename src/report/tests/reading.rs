use std::path::PathBuf;

use super::sample;
use super::version_1::as_version_1;
use crate::base::files::write;
use crate::report::{json, read_report};

/// What is wrong with a `report.json` of that text.
fn faults(text: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let path: PathBuf = folder.path().join("report.json");
    write(folder.path(), "report.json", text.as_bytes()).unwrap();
    let faults = read_report(&path).unwrap_err();
    faults.0.iter().map(|fault| format!("{}: {}", fault.place.clone().unwrap_or_default(), fault.message.en)).collect()
}

#[test]
fn a_report_that_was_written_is_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let report = sample::report();
    let path = folder.path().join("report.json");
    write(folder.path(), "report.json", json(&report).unwrap().as_bytes()).unwrap();
    assert_eq!(read_report(&path).unwrap(), report);
}

#[test]
fn what_is_no_report_of_this_version_is_refused_in_one_sentence() {
    let told = faults("{\n  \"schema\": ]");
    assert!(told.len() == 1 && told[0].starts_with("2:13: ") && told[0].contains("not JSON"), "{told:?}");
    let told = faults("[1, 2]");
    assert!(told.len() == 1 && told[0].contains("is no report.json"), "{told:?}");
    let told = faults(&json(&sample::report()).unwrap().replacen("report/2", "report/3", 1));
    assert!(told.len() == 1 && told[0].contains("bronkeur.report/3"), "{told:?}");
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

#[test]
fn open_reviews_of_obligations_are_a_conclusion_of_their_own_in_version_1_too() {
    use crate::catalogue::Level;
    use crate::judging::verdict::{Conformant, Outcome, Verdict};
    use crate::report::{Report, parse_report};
    let mut catalogue = sample::catalogue();
    catalogue.requirements.truncate(3);
    catalogue.requirements[2].level = Level::Must;
    let verdicts = [Outcome::Pass, Outcome::Pass, Outcome::Review].map(Verdict::of);
    let meta = crate::report::RunMeta::default();
    let report = Report::new(&catalogue, &sample::recording(), &verdicts, &meta);
    assert_eq!((report.result.conformant, report.result.exit_status), (Conformant::ReviewsOpen, 0));
    let mut value = as_version_1(serde_json::to_value(&report).unwrap());
    let read = parse_report("report.json", &value.to_string()).unwrap();
    assert_eq!(read.result, report.result);
    assert!(read.result.conclusion.en.contains("1 obligatory review is still open"), "{:?}", read.result.conclusion);
    // What version 2 says has to be there in a report of version 2.
    value["schema"] = "bronkeur.report/2".into();
    assert!(parse_report("report.json", &value.to_string()).is_err());
}
