//! Reports: one raw report ([`Report`], what `report.json` holds), and views of it, each a function from the report to
//! text. A view decides nothing: severity, conformity and exit status are in the report already.

mod assemble;
mod curl;
mod difference;
mod exchange;
mod json;
mod junit;
mod model;
mod people;
mod read;
mod terminal;
mod words;
mod write;

#[cfg(test)]
mod tests;

use crate::text::Lang;

pub use assemble::RunMeta;
pub use difference::{Difference, difference_as_markdown, difference_as_text};
pub use exchange::{Exchange, Facts, Tls, Unanswered};
pub use json::json;
pub use junit::junit;
pub use model::{
    Chapter, Finding, Format, GateSettings, Report, Requirement, Review, Run, RunResult, Sample, Selection, Spec,
    Timing, Tool, Waiver,
};
pub use read::{parse_report, read_report};
pub use terminal::{Options, last_line, render};
pub use words::{State, why_partial};
pub use write::{Unwritten, write, write_all, write_secret};

/// A file to be: its name, and its text or why there is none.
pub type File = (&'static str, Result<String, Unwritten>);

/// Every file of a run: the evidence, where this run made any, and the views of its report. `lang` is the language of
/// the files that hold only one.
///
/// The caller looks once more for leaks before it hands them to [`write_all`].
pub fn render_all(report: &Report, evidence: Option<File>, lang: Lang) -> Vec<File> {
    let views = [(json::FILE, json(report)), (junit::FILE, junit(report, lang))];
    evidence.into_iter().chain(views).collect()
}
