//! From a recording to a HAR.

use std::borrow::Cow;

use jiff::{SignedDuration, Timestamp};
use reqwest::StatusCode;
use serde::ser::SerializeSeq as _;
use serde::{Serialize, Serializer};
use url::Url;

use super::extension::{Body, EntryExtension, LogExtension, NonHttpExchange, SCHEMA};
use super::form::{
    Content, Creator, Entry, File, Log, Nothing, Page, Pair, Pairs, PostData, Request, Response, Timings,
};
use super::{EvidenceFile, visits};
use crate::base::files::WriteError;
use crate::catalogue::Catalogue;
use crate::evidence::exchange::{Exchange, Kind, Phase};
use crate::evidence::recording::Recording;
use crate::report::RunMeta;

/// What is not known, as browsers write it.
pub(super) const UNKNOWN: &str = "unknown";

/// The recording of a run as HAR 1.2, indented, ending in a line feed.
///
/// # Errors
/// In words, when it cannot be made.
pub fn write(catalogue: &Catalogue, recording: &Recording, meta: &RunMeta) -> Result<EvidenceFile, WriteError> {
    let asides = recording.exchanges().filter(|exchange| !is_http(exchange));
    let own = LogExtension {
        schema: SCHEMA.into(),
        specs: Cow::Borrowed(&catalogue.sets),
        started: recording.started,
        seed: recording.seed.to_string().into(),
        closed: recording.closed,
        exchanges: recording.exchanges().len(),
        setup: Cow::Borrowed(&recording.setup),
        meta: Cow::Borrowed(meta),
        marks: Cow::Borrowed(&recording.marks),
        without_http: asides.map(NonHttpExchange::of).collect(),
    };
    let creator = Creator { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") };
    let pages = pages(recording);
    let file = File { log: Log { version: "1.2", creator, pages, own, entries: Entries(recording) } };
    EvidenceFile::of_json(&file)
}

/// Whether an exchange is an HTTP message that went out, to a URL that readers of HAR understand.
fn is_http(exchange: &Exchange) -> bool {
    let method = matches!(exchange.sent.method.as_str(), "GET" | "HEAD" | "OPTIONS" | "POST");
    let url = Url::parse(&exchange.sent.url);
    exchange.was_sent() && method && url.is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
}

/// The parts of a run in which its entries are grouped: the name in links, and the title.
const PAGES: [(&str, &str); 4] = [
    ("issuer", "calls to the issuer of tokens"),
    ("ordinary", "ordinary calls to the source"),
    ("hostile", "calls that the source should refuse, with the controls around them"),
    ("outage", "calls while the introspection of the issuer is closed, and after"),
];

/// The part to which an exchange belongs.
fn page_of(exchange: &Exchange) -> &'static str {
    match (exchange.request.kind(), exchange.request.phase) {
        (Kind::Issuer, _) => "issuer",
        (_, Phase::Ordinary) => "ordinary",
        (_, Phase::Opening | Phase::Hostile | Phase::Closing) => "hostile",
        (_, Phase::Outage | Phase::Recovery) => "outage",
    }
}

/// The parts that have entries, each from its first call on.
fn pages(recording: &Recording) -> Vec<Page> {
    let page = |(id, title): (&'static str, &str)| {
        let own = recording.exchanges().filter(|exchange| is_http(exchange) && page_of(exchange) == id);
        let first = own.map(|exchange| exchange.at_ms).min()?;
        Some(Page {
            started_date_time: moment(recording.started, first),
            id: id.to_owned(),
            title: format!("{}: {title}", recording.setup.name),
            timings: Nothing {},
        })
    };
    PAGES.into_iter().filter_map(page).chain(visits::pages(recording)).collect()
}

/// That many milliseconds after the start.
pub(super) fn moment(started: Timestamp, at_ms: u64) -> String {
    let offset = SignedDuration::from_millis(i64::try_from(at_ms).unwrap_or(i64::MAX));
    started.checked_add(offset).unwrap_or(started).to_string()
}

/// The standard words for a status (RFC 9110); what a server wrote there is not recorded, and HTTP/2 has none.
pub(super) fn status_text(status: u16) -> &'static str {
    StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason()).unwrap_or_default()
}

/// The entries, each made when its turn comes.
struct Entries<'a>(&'a Recording);

impl Serialize for Entries<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let numbered = self.0.exchanges().enumerate().map(|(position, exchange)| (position + 1, exchange));
        let mut http: Vec<(usize, &Exchange)> = numbered.filter(|(_, exchange)| is_http(exchange)).collect();
        // As HAR prefers it: the oldest first.
        http.sort_by_key(|(id, exchange)| (exchange.at_ms, *id));
        let visits = visits::entries(self.0);
        let mut list = to.serialize_seq(Some(http.len() + visits.len()))?;
        let mut visits = visits.into_iter().peekable();
        for (id, exchange) in http {
            while let Some((_, entry)) = visits.next_if(|(at_ms, _)| *at_ms < exchange.at_ms) {
                list.serialize_element(&entry)?;
            }
            list.serialize_element(&entry(id, exchange, self.0.started))?;
        }
        for (_, entry) in visits {
            list.serialize_element(&entry)?;
        }
        list.end()
    }
}

fn entry(id: usize, exchange: &Exchange, started: Timestamp) -> Entry<'_, EntryExtension<'_>> {
    Entry {
        page: page_of(exchange).to_owned(),
        started_date_time: moment(started, exchange.at_ms),
        time: exchange.ms,
        request: request(exchange),
        response: response(exchange),
        cache: Nothing {},
        timings: Timings { blocked: -1, dns: -1, connect: -1, send: 0, wait: exchange.ms, receive: 0, ssl: -1 },
        comment: format!("x{id}"),
        own: EntryExtension::of(exchange),
    }
}

fn request(exchange: &Exchange) -> Request<'_> {
    let sent = &exchange.sent;
    let query = Url::parse(&sent.url).ok().map(|url| {
        let pairs = url.query_pairs();
        pairs.map(|(name, value)| Pair { name: name.into_owned().into(), value: value.into_owned().into() }).collect()
    });
    let form = Some(&sent.form).filter(|form| !form.is_empty());
    Request {
        method: &sent.method,
        url: &sent.url,
        http_version: UNKNOWN,
        cookies: [],
        headers: Pairs(sent.headers.as_slice().into()),
        query_string: query.unwrap_or_default(),
        post_data: form.map(|form| PostData {
            mime_type: "application/x-www-form-urlencoded",
            params: Pairs(form.as_slice().into()),
            text: "",
        }),
        headers_size: -1,
        body_size: if sent.form.is_empty() { 0 } else { -1 },
    }
}

fn response(exchange: &Exchange) -> Response<'_> {
    let answer = exchange.result.as_ref().ok();
    let size = answer.map_or(0, |answer| answer.facts.body_bytes);
    Response {
        status: answer.map_or(0, |answer| answer.status),
        status_text: answer.map(|answer| status_text(answer.status)).unwrap_or_default(),
        http_version: UNKNOWN,
        cookies: [],
        headers: Pairs(answer.map_or(&[][..], |answer| &answer.headers).into()),
        content: Content {
            size,
            mime_type: answer.and_then(|answer| answer.header("content-type")).unwrap_or_default(),
            text: answer.and_then(|answer| Body::of(&answer.content)),
        },
        redirect_url: answer.and_then(|answer| answer.header("location")).unwrap_or_default(),
        headers_size: -1,
        body_size: answer.map_or(-1, |_| i64::try_from(size).unwrap_or(-1)),
        error: exchange.result.as_ref().err().map(|failure| failure.detail.en.as_str()),
    }
}
