//! Reading `report.json` back, strictly: it may come from anywhere.

use std::path::Path;
use std::sync::LazyLock;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::error::Category;

use crate::base::input::{Diagnostic, Diagnostics, Schema, at_most, read_text};
use crate::base::text::Text;
use crate::catalogue::Level;
use crate::judging::verdict::{Conformant, Outcome};
use crate::text;

use super::model::{Report, Requirement};

/// The JSON Schema of `report.json`, and that of its first version.
const REPORT_SCHEMA: &str = include_str!("../../specs/report.schema.json");
const REPORT_1_SCHEMA: &str = include_str!("../../specs/report-1.schema.json");

/// The longest report, in bytes: a run of 2,000 requests makes a few million.
pub const LARGEST_REPORT: usize = 64 * 1024 * 1024;

/// Differences from the schema beyond this number help nobody.
const MOST_FAULTS: usize = 20;

/// A form of ours that is read back.
pub struct Form {
    /// Its version.
    pub version: &'static str,
    /// The name of the file.
    pub name: &'static str,
    /// The command that writes it.
    pub command: &'static str,
}

const REPORT: Form = Form { version: "bronkeur.report/2", name: "report.json", command: "check" };
const REPORT_1: Form = Form { version: "bronkeur.report/1", ..REPORT };

static SCHEMA: LazyLock<Result<Schema, Diagnostics>> =
    LazyLock::new(|| Schema::read("report.schema.json", REPORT_SCHEMA));
static SCHEMA_1: LazyLock<Result<Schema, Diagnostics>> =
    LazyLock::new(|| Schema::read("report-1.schema.json", REPORT_1_SCHEMA));

/// The report in a file.
///
/// # Errors
/// What is wrong with it: not there, no JSON, cut off, another schema, or what does not fit the schema.
pub fn read_report(path: &Path) -> Result<Report, Diagnostics> {
    parse_report(&path.display().to_string(), &read_text(path, LARGEST_REPORT)?)
}

/// The report in a text.
///
/// # Errors
/// What is wrong with it.
pub fn parse_report(file: &str, text: &str) -> Result<Report, Diagnostics> {
    if !of_version(text, &REPORT_1) {
        return read_json(file, text, &REPORT, &SCHEMA);
    }
    let report: Report = read_json(file, text, &REPORT_1, &SCHEMA_1)?;
    Ok(report.of_version_1())
}

/// Whether a text says that it is of that version, before it is read as one.
pub fn of_version(text: &str, form: &Form) -> bool {
    #[derive(Deserialize)]
    struct Version {
        schema: String,
    }
    serde_json::from_str(text).is_ok_and(|Version { schema }| schema == form.version)
}

impl Report {
    /// What a report of version 1 comes to by the rules of version 2: open reviews of obligations are a conclusion of
    /// their own. Causes it has none.
    fn of_version_1(mut self) -> Self {
        let is_open = |row: &&Requirement| row.level == Level::Must && row.outcome == Outcome::Review;
        let open = self.requirements.iter().filter(is_open).count();
        self.result.counts.reviews_open = open;
        if self.result.conformant == Conformant::Yes && open > 0 {
            self.result.conformant = Conformant::ReviewsOpen;
        }
        self.concluded()
    }
}

/// A JSON text of ours as a `T`, by the version that its member `schema` names.
///
/// # Errors
/// What is wrong with it.
pub fn read_json<T: DeserializeOwned>(
    file: &str,
    text: &str,
    form: &Form,
    schema: &LazyLock<Result<Schema, Diagnostics>>,
) -> Result<T, Diagnostics> {
    let tree: Value = serde_json::from_str(text).map_err(|error| no_json(file, form, &error))?;
    let found = tree.get("schema").and_then(Value::as_str);
    if found != Some(form.version) {
        return Err(other_schema(file, form, found).into());
    }
    let faults = schema.as_ref().map_err(Clone::clone)?.faults(file, &tree);
    Diagnostics(at_most(MOST_FAULTS, file, faults)).or(())?;
    serde_json::from_value(tree).map_err(|error| {
        let message = text!("de inhoud past niet: {error}", "the content does not fit: {error}");
        Diagnostics::one(file, message, make_again(form))
    })
}

fn no_json(file: &str, form: &Form, error: &serde_json::Error) -> Diagnostics {
    let (line, column) = (error.line(), error.column());
    let message = match error.classify() {
        Category::Eof => {
            text!("het bestand is afgebroken: het einde ontbreekt", "the file is cut off: its end is missing")
        }
        Category::Io | Category::Syntax | Category::Data => {
            text!("het bestand is geen JSON: {error}", "the file is not JSON: {error}")
        }
    };
    Diagnostic::new(file, message, make_again(form)).at(format!("{line}:{column}")).into()
}

fn other_schema(file: &str, form: &Form, found: Option<&str>) -> Diagnostic {
    let Form { version, name, .. } = form;
    let message = match found.map(crate::base::text::shown) {
        Some(found) => text!(
            "is een rapport van schema {found}; dit programma leest {version}",
            "is a report of schema {found}; this program reads {version}"
        ),
        None => text!(
            "is geen {name}: `schema` ontbreekt, verwacht {version}",
            "is no {name}: `schema` is missing, expected {version}"
        ),
    };
    Diagnostic::new(file, message, make_again(form)).at("schema")
}

fn make_again(form: &Form) -> Text {
    let Form { name, command, .. } = form;
    text!(
        "geef een {name} zoals `bronkeur {command}` het schrijft, of maak het opnieuw met deze versie",
        "give a {name} as `bronkeur {command}` writes it, or make it again with this version"
    )
}
