//! A report as the first version of the program wrote it. The tests of the binary take this file too.

use serde_json::Value;

/// The same report in version 1: without what version 2 added.
pub(crate) fn as_version_1(mut report: Value) -> Value {
    let remove = |from: &mut Value, names: &[&str]| {
        let members = from.as_object_mut().unwrap();
        for name in names {
            members.remove(*name);
        }
    };
    report["schema"] = "bronkeur.report/1".into();
    remove(&mut report, &["causes", "overrides"]);
    for document in report["documents"].as_array_mut().unwrap() {
        remove(document, &["publisher", "knowledge"]);
    }
    remove(&mut report["run"], &["citizens", "variables"]);
    for row in report["requirements"].as_array_mut().unwrap() {
        remove(row, &["cause", "explanation", "judged"]);
    }
    for exchange in report["exchanges"].as_array_mut().unwrap() {
        remove(exchange, &["varied"]);
    }
    let result = &mut report["result"];
    remove(result, &["advice", "conclusion"]);
    if result["conformant"] == "reviews_open" {
        result["conformant"] = "yes".into();
    }
    remove(&mut result["counts"], &["reviews_open"]);
    report
}
