//! From a HAR back to the recording. It comes from elsewhere: every byte of it is looked at as if it were hostile, and
//! what could not be in a HAR of ours is refused, with its place.

use std::borrow::Cow;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::extension::{BEFORE, Body, EntryExtension, LogExtension, NonHttpExchange, SCHEMA};
use super::json_text::JsonText;
use super::rebuild::{self, Parts};
use super::visits::{self, VisitEntry};
use super::{Evidence, masked, setup};
use crate::base::input::{Diagnostic, Diagnostics};
use crate::base::text::Text;
use crate::evidence::exchange::{Exchange, Sent};
use crate::evidence::recording::{MOST_VALUES, Recording};
use crate::evidence::vault::Vault;
use crate::{source, text};

/// Faults beyond this number are not looked for.
const MOST_FAULTS: usize = 50;

#[derive(Deserialize)]
struct File<'a> {
    #[serde(borrow)]
    log: Log<'a>,
}

/// Fields that we do not read are another program's business.
#[derive(Deserialize)]
struct Log<'a> {
    version: String,
    #[serde(borrow)]
    entries: Vec<&'a RawValue>,
    #[serde(borrow, rename = "_bronkeur")]
    own: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Version {
    schema: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    started_date_time: Timestamp,
    time: u64,
    request: Request,
    response: Response,
    #[serde(rename = "_bronkeur")]
    own: EntryExtension<'static>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    method: String,
    url: String,
    headers: Vec<Pair>,
    post_data: Option<PostData>,
}

/// What tells an entry that only shows a fact of a visit.
#[derive(Deserialize)]
struct Marked {
    #[serde(rename = "_bronkeur")]
    own: MarkedOwn,
}

#[derive(Deserialize)]
struct MarkedOwn {
    #[serde(default)]
    fact: Option<usize>,
}

#[derive(Deserialize)]
struct OfVisit {
    #[serde(rename = "_bronkeur")]
    own: VisitEntry<'static>,
}

#[derive(Deserialize)]
struct PostData {
    params: Vec<Pair>,
}

#[derive(Deserialize)]
struct Response {
    status: u16,
    headers: Vec<Pair>,
    content: Content,
}

#[derive(Deserialize)]
struct Content {
    size: u64,
    text: Option<String>,
}

#[derive(Deserialize)]
struct Pair {
    name: String,
    value: String,
}

/// What a HAR of ours holds; `file` is its name in faults.
///
/// # Errors
/// What is wrong with it, each with its place: it is no HAR, not ours, of another version, damaged, contradicts itself,
/// or holds what is not masked.
pub fn read(file: &str, text: &str) -> Result<Evidence, Diagnostics> {
    read_as(file, text, Masks::Looked)
}

/// The same of a text that [`read`] took before, to the byte: whether everything in it is masked, which takes most of
/// the time, is known.
///
/// # Errors
/// Those of [`read`], but for what is not masked.
pub fn read_again(file: &str, text: &str) -> Result<Evidence, Diagnostics> {
    read_as(file, text, Masks::Known)
}

/// Whether everything is masked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Masks {
    /// It is looked at.
    Looked,
    /// It is known.
    Known,
}

fn read_as(file: &str, text: &str, masks: Masks) -> Result<Evidence, Diagnostics> {
    // HAR allows a byte order mark.
    let json = JsonText::new(file, text.strip_prefix('\u{feff}').unwrap_or(text));
    let har: File<'_> =
        json.read(json.text(), &text!("een HAR-bestand (HAR 1.2, JSON)", "a HAR file (HAR 1.2, JSON)"))?;
    let own = own_part(&json, &har.log)?;
    let mut reading = Reading::new(&json, own, masks)?;
    for (position, entry) in har.log.entries.iter().enumerate() {
        reading.entry(position, entry);
    }
    reading.finish()
}

/// What the run knew of itself, with the place where it stands.
struct Own<'a> {
    log: LogExtension<'static>,
    raw: &'a RawValue,
}

fn own_part<'a>(json: &JsonText<'_>, log: &Log<'a>) -> Result<Own<'a>, Diagnostics> {
    let expected = text!("het bewijs van een keuring", "the evidence of a run");
    let (Some(raw), true) = (log.own, log.version.starts_with("1.")) else {
        return Err(json
            .fault(
                json.text(),
                text!(
                    "dit HAR-bestand is niet van bronkeur: `log._bronkeur` ontbreekt",
                    "this HAR file is not from bronkeur: `log._bronkeur` is missing"
                ),
                text!(
                    "neem de evidence.har die `bronkeur check` schreef",
                    "take the evidence.har that `bronkeur check` wrote"
                ),
            )
            .into());
    };
    let version: Version = json.read(raw.get(), &expected)?;
    if ![SCHEMA, BEFORE].contains(&version.schema.as_str()) {
        let found = crate::base::text::shown(&Vault::default().mask_text(&version.schema));
        return Err(json
            .fault(
                raw.get(),
                text!(
                    "het bewijs heeft de vorm `{found}`, en dit programma kent alleen `{SCHEMA}`",
                    "the evidence has the form `{found}`, and this program only knows `{SCHEMA}`"
                ),
                text!(
                    "gebruik de versie van bronkeur die het schreef, of een nieuwere",
                    "use the version of bronkeur that wrote it, or a newer one"
                ),
            )
            .into());
    }
    Ok(Own { log: json.read(raw.get(), &expected)?, raw })
}

/// A recording that is being put together, and what is wrong so far.
struct Reading<'a> {
    json: &'a JsonText<'a>,
    /// Where the run's own part stands.
    place: &'a str,
    own: LogExtension<'static>,
    vault: Vault,
    recording: Recording,
    values: usize,
    masks: Masks,
    faults: Vec<Diagnostic>,
}

impl<'a> Reading<'a> {
    fn new(json: &'a JsonText<'a>, own: Own<'a>, masks: Masks) -> Result<Self, Diagnostics> {
        let (mut own, place) = (own.log, own.raw.get());
        let wrong = setup::wrong(&own);
        let at_own = |message: Text| json.fault(place, message, damaged()).within("log._bronkeur");
        Diagnostics(wrong.into_iter().map(at_own).collect()).or(())?;
        let no_mark = |position: usize| {
            Diagnostics(vec![at_own(text!(
                "`marks[{position}]` is geen merkteken zoals bronkeur ze geeft",
                "`marks[{position}]` is not a mark as bronkeur makes them"
            ))])
        };
        let vault = Vault::of_marks(&own.marks).map_err(no_mark)?;
        let mut recording =
            Recording::new(own.setup.clone().into_owned(), own.started, own.seed.parse().unwrap_or_default());
        recording.marks = own.marks.to_vec();
        let asides = std::mem::take(&mut own.without_http);
        let mut reading = Self { json, place, own, vault, recording, values: 0, masks, faults: Vec::new() };
        if masks == Masks::Looked && !masked::log(&reading.vault, &reading.own) {
            reading.refuse(place, "log._bronkeur", unmasked());
        }
        for (position, aside) in asides.into_iter().enumerate() {
            let name = format!("log._bronkeur.without_http[{position}]");
            let (own, parts) = of_aside(aside);
            reading.add(place, &name, own, parts);
        }
        Ok(reading)
    }

    fn entry(&mut self, position: usize, raw: &'a RawValue) {
        if self.faults.len() >= MOST_FAULTS {
            return;
        }
        let name = format!("log.entries[{position}]");
        let marked = serde_json::from_str::<Marked>(raw.get());
        if marked.is_ok_and(|marked| marked.own.fact.is_some()) {
            return self.entry_of_visit(raw, &name);
        }
        match self.json.read::<Entry>(raw.get(), &text!("een oproep met het antwoord", "a call with its answer")) {
            Err(faults) => self.faults.extend(faults.0.into_iter().map(|fault| fault.within(&name))),
            Ok(entry) => {
                let (own, parts) = self.of_entry(entry);
                self.add(raw.get(), &name, own, parts);
            }
        }
    }

    /// What such an entry shows stands in the timeline, and is read there.
    fn entry_of_visit(&mut self, raw: &'a RawValue, name: &str) {
        let expected = text!("een stap van een bezoek", "a step of a visit");
        let read = self.json.read::<OfVisit>(raw.get(), &expected);
        let own = read.and_then(|entry| Ok((entry.own, self.json.read::<Value>(raw.get(), &expected)?)));
        match own {
            Err(faults) => self.faults.extend(faults.0.into_iter().map(|fault| fault.within(name))),
            Ok((own, found)) if visits::shows(&self.recording, &own, &found) => {}
            Ok(_) => self.refuse(
                raw.get(),
                name,
                text!("de tijdlijn van het bezoek zegt iets anders", "the timeline of the visit says something else"),
            ),
        }
    }

    fn of_entry(&self, entry: Entry) -> (EntryExtension<'static>, Parts) {
        let pairs = |pairs: Vec<Pair>| pairs.into_iter().map(|pair| (pair.name, pair.value)).collect::<Vec<_>>();
        let Entry { request, response, .. } = entry;
        let since = entry.started_date_time.duration_since(self.recording.started).as_millis();
        let parts = Parts {
            sent: Sent {
                method: request.method,
                url: request.url,
                headers: pairs(request.headers),
                form: request.post_data.map(|data| pairs(data.params)).unwrap_or_default(),
            },
            // What lies before the start of the run is refused as every other time that cannot be.
            at_ms: u64::try_from(since).unwrap_or(u64::MAX),
            ms: entry.time,
            status: response.status,
            headers: pairs(response.headers),
            size: Some(response.content.size),
            text: response.content.text,
        };
        (entry.own, parts)
    }

    fn add(&mut self, place: &'a str, name: &str, own: EntryExtension<'static>, parts: Parts) {
        self.values += parts.text.as_ref().map_or(0, |text| text.bytes().filter(|b| *b == b',').count());
        if self.values > MOST_VALUES {
            return self.refuse(
                place,
                name,
                text!("alle inhoud samen is te groot", "the bodies together are too large"),
            );
        }
        match rebuild::exchange(own, parts, &self.recording.setup) {
            Err(wrong) => wrong.into_iter().for_each(|message| self.refuse(place, name, message)),
            Ok(exchange) => self.record(place, name, exchange),
        }
    }

    fn record(&mut self, place: &'a str, name: &str, exchange: Exchange) {
        if self.masks == Masks::Looked && !masked::exchange(&self.vault, &exchange) {
            self.refuse(place, name, unmasked());
        } else if self.recording.get(&exchange.request).is_some() {
            let message = text!("dezelfde oproep staat er al", "the same call is there already");
            self.refuse(place, name, message);
        } else {
            source::view(&exchange);
            self.recording.add(exchange);
        }
    }

    fn refuse(&mut self, place: &'a str, name: &str, message: Text) {
        self.faults.push(self.json.fault(place, message, damaged()).within(name));
    }

    fn finish(mut self) -> Result<Evidence, Diagnostics> {
        let (have, had) = (self.recording.exchanges().len(), self.own.exchanges);
        if self.faults.is_empty() && have > had {
            let message = text!(
                "er zijn {have} oproepen, en de keuring had er {had}",
                "there are {have} calls, and the run had {had}"
            );
            self.refuse(self.place, "log._bronkeur.exchanges", message);
        }
        Diagnostics(self.faults).or(())?;
        let gone = had - have;
        let mut recording = self.recording;
        // What looks at the whole run cannot be judged on a part of it.
        recording.closed = self.own.closed && gone == 0;
        Ok(Evidence { recording, meta: self.own.meta.into_owned(), specs: self.own.specs.into_owned(), gone })
    }
}

fn of_aside(aside: NonHttpExchange<'static>) -> (EntryExtension<'static>, Parts) {
    let parts = Parts {
        sent: aside.sent.into_owned(),
        at_ms: aside.at_ms,
        ms: aside.ms,
        status: aside.status,
        headers: aside.headers.into_owned(),
        text: match aside.text {
            Some(Body::Text(text)) => Some(Cow::into_owned(text)),
            Some(Body::Json(value)) => Some(value.to_string()),
            None => None,
        },
        size: None,
    };
    (aside.exchange, parts)
}

fn damaged() -> Text {
    text!(
        "het bestand is gewijzigd of beschadigd: neem de evidence.har zoals `bronkeur check` ze schreef",
        "the file was changed or damaged: take the evidence.har as `bronkeur check` wrote it"
    )
}

fn unmasked() -> Text {
    text!(
        "hier staat een rijksregisternummer of token dat niet gemaskeerd is",
        "there is a national number or token here that is not masked"
    )
}
