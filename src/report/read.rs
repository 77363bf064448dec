//! Reading `report.json` back, strictly: it may come from anywhere.

use std::path::Path;
use std::sync::LazyLock;

use serde_json::Value;
use serde_json::error::Category;

use crate::fault::{InputFault, InputFaults, Schema, read_text};
use crate::text;
use crate::text::Text;

use super::model::Report;

/// The JSON Schema of `report.json`.
const REPORT_SCHEMA: &str = include_str!("../../specs/report.schema.json");

/// The longest report, in bytes: a run of 2,000 requests makes a few million.
const LARGEST_REPORT: usize = 64 * 1024 * 1024;

/// Differences from the schema beyond this number help nobody.
const MOST_FAULTS: usize = 20;

/// The version that is read.
const VERSION: &str = "bronkeur.report/1";

static SCHEMA: LazyLock<Result<Schema, InputFaults>> =
    LazyLock::new(|| Schema::read("report.schema.json", REPORT_SCHEMA));

/// The report in a file.
///
/// # Errors
/// What is wrong with it: not there, no JSON, cut off, another schema, or what does not fit the schema.
pub fn read_report(path: &Path) -> Result<Report, InputFaults> {
    parse_report(&path.display().to_string(), &read_text(path, LARGEST_REPORT)?)
}

/// The report in a text.
///
/// # Errors
/// What is wrong with it.
pub fn parse_report(file: &str, text: &str) -> Result<Report, InputFaults> {
    let tree: Value = serde_json::from_str(text).map_err(|error| no_json(file, &error))?;
    let version = tree.get("schema").and_then(Value::as_str);
    if version != Some(VERSION) {
        return Err(other_schema(file, version).into());
    }
    let mut faults = SCHEMA.as_ref().map_err(Clone::clone)?.faults(file, &tree);
    faults.truncate(MOST_FAULTS);
    InputFaults(faults).or(())?;
    serde_json::from_value(tree).map_err(|error| {
        let message = text!("de inhoud past niet: {error}", "the content does not fit: {error}");
        InputFaults::one(file, message, make_again())
    })
}

fn no_json(file: &str, error: &serde_json::Error) -> InputFaults {
    let (line, column) = (error.line(), error.column());
    let message = match error.classify() {
        Category::Eof => {
            text!("het bestand is afgebroken: het einde ontbreekt", "the file is cut off: its end is missing")
        }
        Category::Io | Category::Syntax | Category::Data => {
            text!("het bestand is geen JSON: {error}", "the file is not JSON: {error}")
        }
    };
    InputFault::new(file, message, make_again()).at(format!("{line}:{column}")).into()
}

fn other_schema(file: &str, version: Option<&str>) -> InputFault {
    let message = match version.map(crate::verdict::shown) {
        Some(version) => text!(
            "is een rapport van schema {version}; dit programma leest {VERSION}",
            "is a report of schema {version}; this program reads {VERSION}"
        ),
        None => text!(
            "is geen report.json: `schema` ontbreekt, verwacht {VERSION}",
            "is no report.json: `schema` is missing, expected {VERSION}"
        ),
    };
    InputFault::new(file, message, make_again()).at("schema")
}

fn make_again() -> Text {
    text!(
        "geef een report.json zoals `bronkeur check` het schrijft, of maak het opnieuw met deze versie",
        "give a report.json as `bronkeur check` writes it, or make it again with this version"
    )
}
