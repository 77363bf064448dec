//! Reading a `report.json` again, strictly: what is no report of this version is refused with every fault in it.

use std::path::Path;

use serde_json::Value;

use crate::fault::{InputFault, InputFaults, Schema, at_most, read_text};
use crate::text;

use super::model::Report;

const SCHEMA: &str = include_str!("../../specs/report.schema.json");

/// The longest report that is read, in bytes: a run of thousands of requests stays far below it.
const LARGEST: usize = 64 * 1024 * 1024;

/// Faults that are told one by one: a file that is something else entirely has thousands.
const MOST_FAULTS: usize = 20;

/// The report in that file.
///
/// # Errors
/// A file that cannot be read, is no JSON, or is no report of this version: every fault with its place.
pub fn read(path: &Path) -> Result<Report, InputFaults> {
    let file = path.display().to_string();
    let text = read_text(path, LARGEST)?;
    let tree: Value = serde_json::from_str(&text).map_err(|error| {
        let problem = error.to_string();
        let (problem, _) = problem.split_once(" at line ").unwrap_or((&problem, ""));
        InputFault::new(
            &file,
            text!("dit is geen JSON: {problem}", "this is not JSON: {problem}"),
            text!(
                "geef een report.json dat `bronkeur check` schreef",
                "give a report.json that `bronkeur check` wrote"
            ),
        )
        .at(format!("{}:{}", error.line(), error.column()))
    })?;
    this_version(&file, &tree)?;
    let faults = Schema::read("report.schema.json", SCHEMA)?.faults(&file, &tree);
    InputFaults(at_most(MOST_FAULTS, &file, faults)).or(())?;
    serde_json::from_value(tree).map_err(|error| {
        InputFaults::one(
            &file,
            text!("het rapport past niet: {error}", "the report does not fit: {error}"),
            text!(
                "geef een report.json dat `bronkeur check` schreef",
                "give a report.json that `bronkeur check` wrote"
            ),
        )
    })
}

/// Another version, or another kind of file, gets one sentence instead of every difference.
fn this_version(file: &str, tree: &Value) -> Result<(), InputFaults> {
    let known = "bronkeur.report/1";
    match tree.get("schema").and_then(Value::as_str) {
        Some(schema) if schema == known => Ok(()),
        Some(schema) => {
            let schema = crate::verdict::shown(schema);
            Err(InputFault::new(
                file,
                text!(
                    "dit is een rapport van vorm `{schema}`; dit programma leest `{known}`",
                    "this is a report of form `{schema}`; this program reads `{known}`"
                ),
                text!(
                    "maak het rapport opnieuw met deze versie van bronkeur",
                    "make the report again with this version of bronkeur"
                ),
            )
            .at("schema")
            .into())
        }
        None => Err(InputFaults::one(
            file,
            text!(
                "dit is geen rapport van bronkeur: `schema` ontbreekt",
                "this is no report of bronkeur: there is no `schema`"
            ),
            text!(
                "geef een report.json dat `bronkeur check` schreef",
                "give a report.json that `bronkeur check` wrote"
            ),
        )),
    }
}
