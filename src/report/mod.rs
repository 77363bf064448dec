//! Reports: one raw report ([`Report`], what `report.json` holds), and views of it, each a function from the report to
//! text. A view decides nothing: severity, conformity and exit status are in the report already.
//!
//! - `model`: the public form; `exchange`: that of a call; `assemble`: from verdicts to it; `read`: and back.
//! - `cause`: what blocked requirements wait for; `difference`: what changed between two reports; `alike`, `group`,
//!   `harm`, `varied`: what is joined, in which order, and how calls are told apart.
//! - `people`: marks in place of surrogates; `excerpt`: the part of an answer that a finding is about; `credential`,
//!   `curl`, `variables`: the same call for a shell.
//! - `terminal`, `html`, `markdown`, `junit`, `github`, `json`: the views; `words`, `advice`: the words that they
//!   share; `languages`: in which language.
//! - `fleet`: the overview of many sources, and its views.
//! - `har`: `evidence.har`, the recording of a run as a file, and back.

mod advice;
mod alike;
mod assemble;
mod cause;
mod credential;
mod curl;
mod difference;
mod excerpt;
mod exchange;
pub mod fleet;
mod github;
mod group;
pub mod har;
mod harm;
mod html;
mod json;
mod junit;
mod languages;
mod markdown;
mod model;
mod people;
mod publish;
mod read;
mod subject;
mod terminal;
mod variables;
mod varied;
pub mod visit;
mod words;

#[cfg(test)]
pub(crate) mod tests;

use crate::base::files::WriteError;

pub use assemble::RunMeta;
pub use credential::{negative, negative_names};
pub use difference::{Change, Difference, Standing, difference_as_markdown, difference_as_text, difference_in_short};
pub use exchange::{Earlier, Exchange, Facts, Tls, Unanswered};
pub use fleet::{fleet_as_github, fleet_in_words, render_fleet};
pub use github::github;
pub use harm::{Binding, Harm};
pub use html::{FILE as PAGE, html};
pub use json::{FILE as DATA, json};
pub use junit::junit;
pub use languages::Languages;
pub use markdown::markdown;
pub use model::{
    Cause, Chapter, Document, Finding, Format, GateSettings, Override, Report, Requirement, Review, Run, RunResult,
    Sample, Selection, Spec, Timing, Tool, Waiver,
};
pub use publish::{LastLook, Leaked, Published, publish};
pub use read::{Form, LARGEST_REPORT, of_version, parse_report, read_json, read_report};
pub use terminal::{Options, render};
pub use variables::Variable;
pub use words::{State, last_line, seconds, why_partial};

/// A file to be: its name, and its text or why there is none.
pub type File = (&'static str, Result<String, WriteError>);

/// The views of a report, each a file.
///
/// They leave by [`publish`] alone.
pub fn render_all(report: &Report, languages: Languages) -> Vec<File> {
    vec![
        (json::FILE, json(report)),
        (junit::FILE, junit(report, languages.first)),
        (html::FILE, html(report, languages)),
        (markdown::FILE, Ok(markdown(report, languages))),
    ]
}
