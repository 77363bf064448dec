//! The views of a fleet: each a function from the overview to text, as those of a report.

mod briefing;
mod github;
mod junit;
mod markdown;
pub mod model;
mod page;
mod terminal;
mod words;

use minijinja::Value;
use minijinja::value::Serde;

use crate::report::fleet::model::Overview;
use crate::text;

use self::page::Page;
use super::File;
use super::html::{Parts, rendered};
use super::languages::Languages;
use crate::base::files::WriteError;

pub use github::fleet_as_github;
pub use terminal::fleet_in_words;

/// The name of the raw overview.
const FILE: &str = "fleet.json";

/// The name of the page.
const PAGE: &str = "fleet.html";

const PARTS: Parts = Parts {
    templates: &[("fleet.html", include_str!("fleet/page.html")), ("members.html", include_str!("fleet/members.html"))],
    style: Some(("fleet.css", include_str!("fleet/style.css"))),
    script: Some(include_str!("fleet/sort.js")),
};

/// How a file of an overview is made.
type View = fn(&Overview, Languages) -> Result<String, WriteError>;

/// Every file of an overview, each made when it is asked for: those of a large fleet are not all held at once.
pub fn render_fleet(overview: &Overview, languages: Languages) -> impl Iterator<Item = File> {
    let views: [(&str, View); 4] = [
        (FILE, json),
        (PAGE, html),
        (junit::FILE, junit::junit),
        (markdown::FILE, |overview, languages| Ok(markdown::markdown(overview, languages))),
    ];
    views.into_iter().map(move |(name, view)| (name, view(overview, languages)))
}

/// The overview as a page: nothing loaded from elsewhere, as that of a report. Its one script sorts the table again; without
/// it the page says all, the most harmful source first.
fn html(overview: &Overview, languages: Languages) -> Result<String, WriteError> {
    let title = format!("{} · {}", overview.tool.name, overview.started);
    let page = Value::from(Serde(Page::new(overview)));
    rendered(&PARTS, &title, &overview.tool, page, languages)
        .map_err(|error| WriteError::new(PAGE, text!("{error}", "{error}")))
}

fn json(overview: &Overview, _: Languages) -> Result<String, WriteError> {
    let mut text =
        serde_json::to_string_pretty(overview).map_err(|error| WriteError::new(FILE, text!("{error}", "{error}")))?;
    text.push('\n');
    Ok(text)
}
