//! The answers of reviewers, where no request can show what a requirement asks.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Reading, Written};
use crate::base::input::{Diagnostics, Schema, read_yaml};
use crate::catalogue::{Catalogue, Mode};
use crate::text;

/// The JSON Schema of `reviews.yaml`.
pub const REVIEWS_SCHEMA: &str = include_str!("../../../specs/reviews.schema.json");

static SCHEMA: LazyLock<Result<Schema, Diagnostics>> =
    LazyLock::new(|| Schema::read("reviews.schema.json", REVIEWS_SCHEMA));

/// The answer of a reviewer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// The requirement is met.
    Accepted,
    /// It is not.
    Rejected,
}

/// What a reviewer answered about one requirement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// The answer.
    pub answer: Answer,
    /// Who gave it.
    pub by: String,
    /// When.
    pub date: Date,
    /// Why.
    pub note: String,
    /// Where more stands about it.
    pub link: Option<String>,
    /// The last day on which it holds; none: for ever.
    pub ends_on: Option<Date>,
}

impl Review {
    /// Whether its last day is over.
    pub fn has_ended(&self, today: Date) -> bool {
        self.ends_on.is_some_and(|end| end < today)
    }
}

/// One row as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    id: String,
    /// None: still open, whatever else is filled in already.
    answer: Option<Answer>,
    #[serde(default)]
    by: Option<String>,
    #[serde(default)]
    date: Option<String>,
    #[serde(default)]
    note: Option<String>,
    link: Option<String>,
    ends_on: Option<String>,
}

/// The answers in the text of a `reviews.yaml`, by the id of the requirement; a row without an answer leaves its review
/// open. `today` is the day in Brussels; `asked` are the names of the source that is judged, none where any will do.
///
/// # Errors
/// Everything that is wrong in it, each with its line.
pub fn read_reviews(
    file: &str,
    text: &str,
    catalogue: &Catalogue,
    today: Date,
    asked: &[String],
) -> Result<BTreeMap<String, Review>, Diagnostics> {
    let written: Written<Row> = read_yaml(file, text, SCHEMA.as_ref().map_err(Clone::clone)?)?;
    let (rows, source, under) = written.parts("reviews");
    let ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
    let mut reading = Reading::new(file, text, catalogue).of(under, source.as_deref(), asked);
    let mut reviews = BTreeMap::new();
    for (position, row) in rows.iter().enumerate() {
        let id = id_of(&mut reading, position, &ids);
        let texts = [("by", &row.by), ("note", &row.note), ("link", &row.link)];
        reading.no_numbers(position, texts.into_iter().filter_map(|(key, said)| Some((key, said.as_deref()?))));
        // The schema asks for these three where there is an answer.
        let (Some(answer), Some(by), Some(note)) = (row.answer, &row.by, &row.note) else { continue };
        if let (Some(id), Some((date, ends_on))) = (id, days_of(&mut reading, position, row, today)) {
            let (by, note, link) = (by.clone(), note.clone(), row.link.clone());
            reviews.insert(id, Review { answer, by, date, note, link, ends_on });
        }
    }
    reading.or(reviews)
}

fn id_of(reading: &mut Reading<'_>, row: usize, ids: &[&str]) -> Option<String> {
    let requirement = reading.requirement(row, ids)?;
    let id = requirement.id.clone();
    if requirement.mode == Mode::Review {
        return Some(id);
    }
    reading.fault(
        row,
        "id",
        text!(
            "`{id}` wordt automatisch beoordeeld, niet door een beoordelaar",
            "`{id}` is judged automatically, not by a reviewer"
        ),
        text!(
            "laat dit onderdeel weg; `bronkeur review` toont wat er te beoordelen is, `waivers.yaml` stelt een inbreuk vrij",
            "leave this entry out; `bronkeur review` shows what is to be reviewed, `waivers.yaml` waives a failure"
        ),
    );
    None
}

/// The day of the answer and its last day, where both make sense.
fn days_of(reading: &mut Reading<'_>, row: usize, written: &Row, today: Date) -> Option<(Date, Option<Date>)> {
    let date = written.date.as_ref().and_then(|date| reading.day(row, "date", date));
    let end = written.ends_on.as_ref().map(|end| reading.day(row, "ends_on", end));
    if date.is_some_and(|date| date > today) {
        reading.fault(
            row,
            "date",
            text!("ligt in de toekomst; vandaag is het {today}", "is in the future; today is {today}"),
            text!("schrijf de dag waarop het antwoord gegeven werd", "write the day on which the answer was given"),
        );
    }
    if let (Some(date), Some(Some(end))) = (date, end)
        && end < date
    {
        reading.fault(
            row,
            "ends_on",
            text!("ligt voor `date` ({date})", "is before `date` ({date})"),
            text!("schrijf de laatste dag waarop het antwoord geldt", "write the last day on which the answer holds"),
        );
    }
    match (date, end) {
        (_, Some(None)) | (None, _) => None,
        (Some(date), end) => Some((date, end.flatten())),
    }
}
