//! The views of a fleet: each a function from the overview to text, as those of a report.

mod junit;
mod markdown;
mod words;

use crate::fleet::Overview;
use crate::text;

use super::File;
use super::languages::Languages;
use super::write::Unwritten;

pub use words::fleet_in_words;

/// The name of the raw overview.
const FILE: &str = "fleet.json";

/// Every file of an overview.
///
/// The caller looks once more for leaks before it hands them to [`super::write_all`].
pub fn render_fleet(overview: &Overview, languages: Languages) -> Vec<File> {
    vec![
        (FILE, json(overview)),
        (junit::FILE, junit::junit(overview, languages.first)),
        (markdown::FILE, Ok(markdown::markdown(overview, languages))),
    ]
}

fn json(overview: &Overview) -> Result<String, Unwritten> {
    let mut text =
        serde_json::to_string_pretty(overview).map_err(|error| Unwritten::new(FILE, text!("{error}", "{error}")))?;
    text.push('\n');
    Ok(text)
}
