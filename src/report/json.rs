//! `report.json`: the raw report itself.

use crate::text;

use super::model::Report;
use crate::base::files::WriteError;

/// The name of the file.
pub const FILE: &str = "report.json";

/// The report as JSON, indented, ending in a line feed.
///
/// # Errors
/// In words, when it cannot be made.
pub fn json(report: &Report) -> Result<String, WriteError> {
    let mut text =
        serde_json::to_string_pretty(report).map_err(|error| WriteError::new(FILE, text!("{error}", "{error}")))?;
    text.push('\n');
    Ok(text)
}
