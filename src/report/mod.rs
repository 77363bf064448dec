//! Reports: one raw report ([`Report`], what `report.json` holds), and views of it, each a function from the report to
//! text. A view decides nothing: severity, conformity and exit status are in the report already.

mod assemble;
mod curl;
mod excerpt;
mod exchange;
mod group;
mod html;
mod json;
mod junit;
mod languages;
mod markdown;
mod model;
mod people;
mod terminal;
mod words;
mod write;

#[cfg(test)]
mod tests;

pub use assemble::RunMeta;
pub use exchange::{Exchange, Facts, Tls, Unanswered};
pub use html::html;
pub use json::json;
pub use junit::junit;
pub use languages::Languages;
pub use markdown::markdown;
pub use model::{
    Answer, Chapter, Document, Finding, Format, GateSettings, Report, Requirement, Review, Run, RunResult, Sample,
    Selection, Spec, Timing, Tool, Waiver,
};
pub use terminal::{Options, render};
pub use words::{State, last_line, why_partial};
pub use write::{Unwritten, write, write_all, write_secret};

/// Every file of a run: its name, and its text or why there is none.
///
/// The caller looks once more for leaks before it hands them to [`write_all`].
pub fn render_all(report: &Report, languages: Languages) -> Vec<(&'static str, Result<String, Unwritten>)> {
    vec![
        (json::FILE, json(report)),
        (junit::FILE, junit(report, languages.first)),
        (html::FILE, html(report, languages)),
        (markdown::FILE, Ok(markdown(report, languages))),
    ]
}
