//! From the parts of an entry back to the exchange, refusing what contradicts itself: what a report shows of an
//! exchange must be what was judged.

use url::Url;

use super::extension::{BodyKind, CallOutcome, EntryExtension};
use super::visits;
use crate::base::text::Text;
use crate::evidence::exchange::{
    Auth, Content, Earlier, Exchange, Facts, Failure, IssuerCall, Json, MOST_EARLIER, Request, Response, Sent, Target,
    Variation,
};
use crate::evidence::setup::Setup;
use crate::text;

/// What stands in the fields of HAR, or in those of an exchange without HTTP.
pub(super) struct Parts {
    pub(super) sent: Sent,
    pub(super) at_ms: u64,
    pub(super) ms: u64,
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) text: Option<String>,
    /// The size of the body; none where only the facts say it.
    pub(super) size: Option<u64>,
}

/// The longest time that is believed, in milliseconds: a year.
pub(super) const LONGEST: u64 = 366 * 24 * 3_600_000;

/// The exchange of these parts.
///
/// # Errors
/// Everything in which they contradict each other.
pub(super) fn exchange(own: EntryExtension<'_>, parts: Parts, setup: &Setup) -> Result<Exchange, Vec<Text>> {
    let mut wrong = Vec::new();
    if parts.at_ms > LONGEST || parts.ms > LONGEST {
        wrong.push(text!("de tijden kunnen niet kloppen", "the times cannot be right"));
    }
    if !fits_method(&own, &parts.sent.method) {
        wrong.push(text!(
            "de methode is niet die van de oproep die `_bronkeur` noemt",
            "the method is not that of the call that `_bronkeur` names"
        ));
    }
    if !fits_url(&own.request, &parts.sent.url, setup) {
        wrong.push(text!(
            "de URL is niet die van de oproep die `_bronkeur` noemt",
            "the URL is not that of the call that `_bronkeur` names"
        ));
    }
    if !is_in_order(&own.earlier, parts.at_ms) {
        wrong.push(text!(
            "wat eerder kwam (`earlier`) kan niet kloppen",
            "what came before (`earlier`) cannot be right"
        ));
    }
    let is_http = !matches!(own.request.target, Target::Tls(_) | Target::Visit(_) | Target::Issuer(IssuerCall::Expiry));
    let Parts { sent, at_ms, ms, .. } = parts;
    let parts = Parts { sent: Sent::default(), ..parts };
    let result = match own.came {
        CallOutcome::Failure(failure) => unanswered(failure.into_owned(), &parts).map(Err),
        CallOutcome::Answer { body, facts } => answered(body, facts.into_owned(), parts, is_http).map(Ok),
    };
    if let (Target::Visit(visit), Ok(Ok(response))) = (&own.request.target, &result) {
        let body = response.json();
        let nothing = || text!("het bezoek heeft geen tijdlijn", "the visit has no timeline");
        wrong.extend(body.map_or_else(|| Some(nothing()), |body| visits::damage(visit, body)));
    }
    match result {
        Ok(result) if wrong.is_empty() => {
            let credential = own.credential.map(std::borrow::Cow::into_owned);
            let (request, earlier) = (own.request.into_owned(), own.earlier.into_owned());
            Ok(Exchange { request, sent, at_ms, ms, credential, earlier, result })
        }
        Ok(_) => Err(wrong),
        Err(more) => Err([wrong, more].concat()),
    }
}

/// Whether the method is the one with which such a request goes out; empty where none did.
fn fits_method(own: &EntryExtension<'_>, method: &str) -> bool {
    let fits = match (&own.request.target, &own.request.variation) {
        (Target::Issuer(IssuerCall::Expiry), _) => method == "WAIT",
        (Target::Issuer(_), _) => matches!(method, "GET" | "POST"),
        (Target::Tls(_), _) => method == "TLS",
        (Target::Visit(_), _) => method == "VISIT",
        (Target::OpenApi, _) if method == "FILE" => true,
        (_, Variation::Head) => method == "HEAD",
        (_, Variation::Options) => method == "OPTIONS",
        _ => method == "GET",
    };
    let unsent = matches!(&own.came, CallOutcome::Failure(failure) if !failure.kind.was_sent());
    fits || (unsent && method.is_empty())
}

/// Whether a call can have gone out these times before it went out for the last time.
fn is_in_order(earlier: &[Earlier], last: u64) -> bool {
    let times = earlier.iter().map(|one| one.at_ms).chain([last]);
    let whole = |one: &Earlier| one.is_whole() && one.ms <= LONGEST;
    earlier.len() <= MOST_EARLIER && earlier.iter().all(whole) && times.is_sorted()
}

/// Whether the URL is the one that a request for a page leads to: what a report shows of it, and what checks took it
/// for. Where links lead, only the vault of the run knew.
fn fits_url(request: &Request, url: &str, setup: &Setup) -> bool {
    let Target::Entry { citizen, query } = &request.target else { return true };
    let as_asked = request.variation != Variation::TrailingSlash && request.auth != Auth::InQuery && !url.is_empty();
    let expected = setup.entry_url(*citizen, query).filter(|_| as_asked);
    expected.is_none_or(|expected| matches!((Url::parse(&expected), Url::parse(url)), (Ok(a), Ok(b)) if a == b))
}

fn unanswered(failure: Failure, parts: &Parts) -> Result<Failure, Vec<Text>> {
    if parts.status == 0 && parts.headers.is_empty() && parts.text.is_none() {
        return Ok(failure);
    }
    Err(vec![text!(
        "`_bronkeur` zegt dat er geen antwoord kwam, en toch staat er een",
        "`_bronkeur` says that no answer came, and yet there is one"
    )])
}

fn answered(body: BodyKind<'_>, facts: Facts, parts: Parts, is_http: bool) -> Result<Response, Vec<Text>> {
    let mut wrong = Vec::new();
    if is_http == (parts.status == 0) || (is_http && !(100..1000).contains(&parts.status)) {
        wrong.push(text!(
            "deze status bestaat niet: 100 tot 999 wordt verwacht",
            "there is no such status: 100 to 999 is expected"
        ));
    }
    if parts.size.is_some_and(|size| size != facts.body_bytes) {
        wrong.push(text!(
            "`content.size` is niet de lengte die de feiten in `_bronkeur` noemen (`body_bytes`)",
            "`content.size` is not the length that the facts in `_bronkeur` name (`body_bytes`)"
        ));
    }
    if matches!(body, BodyKind::Empty) != (facts.body_bytes == 0) {
        wrong.push(text!(
            "de feiten zeggen iets anders over een lege inhoud dan `body`",
            "the facts say something else about an empty body than `body` does"
        ));
    }
    match (content(body, parts.text), wrong.is_empty()) {
        (Ok(content), true) => Ok(Response::new(parts.status, parts.headers, content, facts)),
        (Ok(_), false) => Err(wrong),
        (Err(text), _) => {
            wrong.push(text);
            Err(wrong)
        }
    }
}

/// The body. JSON is text in a HAR: its depth is that of the body itself.
fn content(body: BodyKind<'_>, text: Option<String>) -> Result<Content, Text> {
    match (body, text) {
        (BodyKind::Empty, None) => Ok(Content::Empty),
        (BodyKind::Document(document), None) => Ok(Content::Document(document.into_owned())),
        (BodyKind::Text, Some(text)) => Ok(Content::Text(text)),
        (BodyKind::Json, Some(text)) => Json::read(text.as_bytes()).map(Content::Json).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            text!(
                "de inhoud (`text`) is geen JSON: regel {line}, kolom {column} daarin",
                "the body (`text`) is not JSON: line {line}, column {column} in it"
            )
        }),
        (BodyKind::Json | BodyKind::Text, None) => {
            Err(text!("de inhoud (`text`) ontbreekt", "the body (`text`) is missing"))
        }
        (BodyKind::Empty | BodyKind::Document(_), Some(_)) => Err(text!(
            "er staat een inhoud (`text`) waar volgens `_bronkeur` geen bewaard is",
            "there is a body (`text`) where `_bronkeur` says that none is kept"
        )),
    }
}
