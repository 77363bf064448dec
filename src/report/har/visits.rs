//! The visits of a run as viewers of HAR show them: a page for each, and its navigations as entries. All of it follows from
//! the timelines, which stand with the exchanges without HTTP; read is only that it still does.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::form::{Content, Entry, Nothing, Page, Pair, Pairs, Request, Response, Timings};
use super::write::{moment, status_text};
use crate::base::text::{Lang, Text};
use crate::evidence::exchange::visit::{AskedMbp, HandOver, Navigation, Timeline, What};
use crate::evidence::exchange::{self, Exchange, Target, Visit};
use crate::evidence::recording::Recording;
use crate::report::visit::title;
use crate::text;

/// The most facts that the timeline of a visit of ours has.
const MOST_FACTS: usize = 2000;

/// What says of an entry that it only shows a fact of a visit.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct VisitEntry<'a> {
    /// The visit, by name.
    visit: std::borrow::Cow<'a, exchange::Request>,
    /// Which of its facts, from 0.
    fact: usize,
}

/// A visit that was made, with its place among the exchanges.
fn made(recording: &Recording) -> impl Iterator<Item = (usize, &Exchange, &Visit, &Timeline)> {
    recording.exchanges().enumerate().filter_map(|(position, exchange)| {
        let Target::Visit(visit) = &exchange.request.target else { return None };
        let timeline = exchange.result.as_ref().ok()?.view::<Timeline>()?;
        Some((position + 1, exchange, &**visit, timeline))
    })
}

/// A page for each visit.
pub(super) fn pages(recording: &Recording) -> Vec<Page> {
    let page = |(id, exchange, visit, _): (usize, &Exchange, &Visit, &Timeline)| Page {
        started_date_time: moment(recording.started, exchange.at_ms),
        id: name(id),
        title: format!("{}: x{id}, {}", recording.setup.name, title(visit, &recording.setup.citizens).get(Lang::En)),
        timings: Nothing {},
    };
    made(recording).map(page).collect()
}

fn name(id: usize) -> String {
    format!("visit-x{id}")
}

/// The entries of the visits, in order of time; each says which fact it shows.
pub(super) fn entries(recording: &Recording) -> Vec<(u64, Entry<'_, VisitEntry<'_>>)> {
    let mut entries = Vec::new();
    for (id, exchange, _, timeline) in made(recording) {
        for (place, fact) in timeline.facts.iter().enumerate() {
            let own = VisitEntry { visit: std::borrow::Cow::Borrowed(&exchange.request), fact: place };
            let at_ms = exchange.at_ms.saturating_add(fact.at_ms);
            let started = moment(recording.started, at_ms);
            if let Some(entry) = entry(id, &fact.what, started, own) {
                entries.push((at_ms, entry));
            }
        }
    }
    entries
}

fn entry<O>(id: usize, what: &What, started_date_time: String, own: O) -> Option<Entry<'_, O>> {
    let (request, response, ms) = match what {
        What::Navigation(one) => (
            request(&one.method, &one.url, one.referer.as_ref()),
            response(one.status, &one.headers, one.page.bytes, failed(one)),
            one.ms,
        ),
        What::HandOver(one) => (request(&one.method, &one.url, one.referer.as_ref()), stopped(one), 0),
        What::AskedMbp(one) => (request(&one.method, &one.url, None), landed(one), one.ms),
        What::Received(_) | What::Issued(_) | What::Ended(_) => return None,
    };
    Some(Entry {
        page: name(id),
        started_date_time,
        time: ms,
        request,
        response,
        cache: Nothing {},
        timings: Timings { blocked: -1, dns: -1, connect: -1, send: 0, wait: ms, receive: 0, ssl: -1 },
        comment: format!("x{id}"),
        own,
    })
}

fn request<'a>(method: &'a str, url: &'a str, referer: Option<&'a String>) -> Request<'a> {
    let query = url::Url::parse(url).ok().map(|url| {
        let pairs = url.query_pairs();
        pairs.map(|(name, value)| Pair { name: name.into_owned().into(), value: value.into_owned().into() }).collect()
    });
    Request {
        method,
        url,
        http_version: super::write::UNKNOWN,
        cookies: [],
        headers: Pairs::of_one(referer.map(|referer| ("referer", referer.as_str()))),
        query_string: query.unwrap_or_default(),
        post_data: None,
        headers_size: -1,
        body_size: -1,
    }
}

fn response<'a>(
    status: Option<u16>,
    headers: &'a [(String, String)],
    bytes: u64,
    error: Option<&'static str>,
) -> Response<'a> {
    let header = |wanted: &str| {
        let found = headers.iter().find(|(name, _)| name == wanted);
        found.map(|(_, value)| value.as_str()).unwrap_or_default()
    };
    Response {
        status: status.unwrap_or_default(),
        status_text: status.map(status_text).unwrap_or_default(),
        http_version: super::write::UNKNOWN,
        cookies: [],
        headers: Pairs(headers.into()),
        content: Content { size: bytes, mime_type: header("content-type"), text: None },
        redirect_url: header("location"),
        headers_size: -1,
        body_size: status.map_or(-1, |_| i64::try_from(bytes).unwrap_or(-1)),
        error,
    }
}

/// Where the browser was stopped: nothing was asked there.
fn stopped(_: &HandOver) -> Response<'static> {
    response(None, &[], 0, Some("the browser was stopped before MBP"))
}

/// What MBP answered to ourselves. Of a body nothing is kept.
fn landed(one: &AskedMbp) -> Response<'_> {
    let answer = response(one.status, &[], 0, one.failure.map(failure));
    Response { redirect_url: one.location.as_deref().unwrap_or_default(), ..answer }
}

fn failed(one: &Navigation) -> Option<&'static str> {
    one.failure.map(failure)
}

fn failure(kind: exchange::FailureKind) -> &'static str {
    use exchange::FailureKind as Kind;
    match kind {
        Kind::ForeignOrigin => "not followed",
        Kind::Timeout => "no answer in time",
        Kind::Limit => "longer than a browser follows",
        Kind::Dns => "host name not found",
        Kind::Connect => "no connection",
        Kind::Tls => "no TLS",
        _ => "broken off",
    }
}

/// Whether an entry shows what the timeline of its visit says; what other programs added to it is theirs.
pub(super) fn shows(recording: &Recording, own: &VisitEntry<'_>, found: &Value) -> bool {
    let shown = || {
        let exchange = recording.get(&own.visit)?;
        let timeline = exchange.result.as_ref().ok()?.view::<Timeline>()?;
        let fact = timeline.facts.get(own.fact)?;
        let started = moment(recording.started, exchange.at_ms.saturating_add(fact.at_ms));
        serde_json::to_value(entry(0, &fact.what, started, ())?).ok()
    };
    let Some(mut expected) = shown() else { return false };
    if let Some(members) = expected.as_object_mut() {
        // The number of an exchange is another one where others are gone.
        for name in ["pageref", "comment", "_bronkeur", "timings", "cache"] {
            members.remove(name);
        }
    }
    holds(found, &expected)
}

/// Whether a value holds all of another one.
fn holds(found: &Value, expected: &Value) -> bool {
    match (found, expected) {
        (Value::Object(found), Value::Object(expected)) => {
            expected.iter().all(|(name, value)| found.get(name).is_some_and(|own| holds(own, value)))
        }
        (Value::Array(found), Value::Array(expected)) => {
            found.len() == expected.len() && found.iter().zip(expected).all(|(own, value)| holds(own, value))
        }
        (found, expected) => found == expected,
    }
}

/// What is wrong with the body of a visit: it must be a timeline as we write them, to the last member.
pub(super) fn damage(visit: &Visit, body: &Value) -> Option<Text> {
    let damaged = |nl: &str, en: &str| {
        Some(text!("de tijdlijn van het bezoek is beschadigd: {nl}", "the timeline of the visit is damaged: {en}"))
    };
    let Ok(timeline) = serde_json::from_value::<Timeline>(body.clone()) else {
        return damaged("een feit is geen feit zoals bronkeur ze schrijft", "a fact is none as bronkeur writes them");
    };
    if serde_json::to_value(&timeline).ok().as_ref() != Some(body) {
        return damaged("er staat meer in dan een tijdlijn heeft", "it holds more than a timeline has");
    }
    let facts = &timeline.facts;
    let is_ordered = facts.iter().map(|fact| fact.at_ms).is_sorted();
    if facts.len() > MOST_FACTS || !is_ordered || facts.last().is_some_and(|fact| fact.at_ms > super::rebuild::LONGEST)
    {
        return damaged("de tijden of het aantal feiten kunnen niet", "the times or the number of its facts cannot be");
    }
    if facts.iter().any(|fact| usize::from(fact.step) >= visit.steps.len().max(1)) {
        return damaged("een feit is van een stap die er niet is", "a fact is of a step that there is not");
    }
    None
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::catalogue::{Catalogue, DEFAULT_SPEC};
    use crate::evidence::exchange::visit::{Act, Cause, Ended, Fact, Page as Seen};
    use crate::evidence::exchange::{Citizen, Facts, FailureKind, Sent};
    use crate::evidence::setup::{ApplicationSetup, Limits, MbpSetup, Setup, SubjectSetup};
    use crate::report::RunMeta;
    use crate::report::har::{read, read_again, write};

    const APP: &str = "https://app.example/start";

    fn visit() -> Visit {
        Visit::of([Act::LogIn(Citizen::Subject), Act::HandOver(0)])
    }

    fn navigation(url: &str, status: u16) -> Navigation {
        Navigation {
            browser: 0,
            cause: Cause::Opened,
            method: "GET".to_owned(),
            url: url.to_owned(),
            referer: Some(APP.to_owned()),
            status: Some(status),
            failure: None,
            ms: 12,
            headers: vec![("location".to_owned(), "https://mbp.example/?token=TOKEN-1xxxx".to_owned())],
            cookies: Vec::new(),
            page: Seen { bytes: 5, ..Seen::default() },
        }
    }

    fn timeline() -> Timeline {
        let elsewhere = Navigation { status: None, failure: Some(FailureKind::ForeignOrigin), ..navigation(APP, 0) };
        let over = HandOver {
            browser: 0,
            cause: Cause::Redirect(302),
            method: "GET".to_owned(),
            url: "https://mbp.example/?token=TOKEN-1xxxx".to_owned(),
            referer: None,
            from: APP.to_owned(),
            headers: Vec::new(),
        };
        let facts = [
            (0, 0, What::Navigation(navigation(APP, 200))),
            (1, 20, What::Navigation(navigation("https://app.example/over", 302))),
            (1, 31, What::HandOver(over)),
            (1, 31, What::Ended(Ended::AtMbp { browser: 0 })),
            (1, 40, What::Navigation(elsewhere)),
        ];
        Timeline { facts: facts.into_iter().map(|(step, at_ms, what)| Fact { at_ms, step, what }).collect() }
    }

    fn recording(body: Value) -> Recording {
        let setup = Setup {
            name: "an application".to_owned(),
            base_url: "https://app.example".to_owned(),
            origins: Vec::new(),
            environment: "bronkeur-acm".to_owned(),
            citizens: std::collections::BTreeMap::new(),
            acm: None,
            ready: Vec::new(),
            limits: Limits::default(),
            authorities: crate::evidence::setup::Authorities::default(),
            subject: SubjectSetup::Application(Box::new(ApplicationSetup {
                start_url: Some(APP.to_owned()),
                mbp: MbpSetup { client_id: "mbp".to_owned(), base_url: "https://mbp.example".to_owned() },
                stand_in: true,
                ..ApplicationSetup::default()
            })),
        };
        let mut recording = Recording::new(setup, "2026-01-01T00:00:00Z".parse().unwrap(), 1);
        let facts = Facts { body_bytes: 9, complete: true, utf8: true, ..Facts::default() };
        let answer = exchange::Response::new(0, Vec::new(), exchange::Content::json(body), facts);
        recording.add(Exchange {
            request: exchange::Request::visit(visit()),
            sent: Sent { method: "VISIT".to_owned(), url: APP.to_owned(), ..Sent::default() },
            at_ms: 100,
            ms: 50,
            credential: None,
            earlier: Vec::new(),
            result: Ok(answer),
        });
        recording.closed = true;
        recording
    }

    fn har(body: Value) -> Value {
        let catalogue = Catalogue::load(DEFAULT_SPEC, None, |_, _, _, _| true).unwrap();
        let text = write(&catalogue, &recording(body), &RunMeta::default()).unwrap().text().unwrap();
        serde_json::from_str(&text).unwrap()
    }

    fn said(har: &Value) -> String {
        match read("evidence.har", &har.to_string()) {
            Ok(evidence) => format!("{} exchanges", evidence.recording.exchanges().len()),
            Err(faults) => format!("{:?}", faults.0),
        }
    }

    #[test]
    fn a_visit_comes_back_and_is_shown_as_a_page_with_its_entries() {
        let body = serde_json::to_value(timeline()).unwrap();
        let har = har(body.clone());
        let entries = har["log"]["entries"].as_array().unwrap();
        let shown: Vec<(&str, u64)> = entries
            .iter()
            .map(|entry| (entry["request"]["url"].as_str().unwrap(), entry["response"]["status"].as_u64().unwrap()))
            .collect();
        let mbp = "https://mbp.example/?token=TOKEN-1xxxx";
        assert_eq!(shown, [(APP, 200), ("https://app.example/over", 302), (mbp, 0), (APP, 0)]);
        assert_eq!(har["log"]["pages"][0]["id"], "visit-x1");
        assert!(entries.iter().all(|entry| entry["pageref"] == "visit-x1"));
        assert_eq!(entries[1]["startedDateTime"], "2026-01-01T00:00:00.12Z");
        assert_eq!(entries[2]["response"]["_error"], "the browser was stopped before MBP");
        let text = har.to_string();
        for evidence in [read("e", &text).unwrap(), read_again("e", &text).unwrap()] {
            let back = evidence.recording;
            let only = back.exchanges().next().unwrap();
            assert_eq!(only.result.as_ref().unwrap().json(), Some(&body));
            assert_eq!((only.request.clone(), evidence.gone), (exchange::Request::visit(visit()), 0));
        }
    }

    #[test]
    fn what_is_shown_of_a_visit_is_what_its_timeline_says() {
        let fresh = || har(serde_json::to_value(timeline()).unwrap());
        for (place, value) in [
            ("/log/entries/1/request/url", json!("https://app.example/other")),
            ("/log/entries/1/response/status", json!(200)),
            ("/log/entries/0/request/headers/0/value", json!("https://other.example/")),
            ("/log/entries/0/_bronkeur/fact", json!(1)),
            ("/log/entries/0/_bronkeur/fact", json!(3)),
            ("/log/entries/0/_bronkeur/fact", json!(99)),
            ("/log/entries/0/_bronkeur/visit/target/visit/acm", json!("fails_at_exchange")),
            ("/log/entries/0/_bronkeur/visit/target", json!("nowhere")),
        ] {
            let mut har = fresh();
            *har.pointer_mut(place).unwrap() = value;
            assert!(said(&har).contains("log.entries["), "{place}: {}", said(&har));
        }
        // What another program adds, or takes away, changes no verdict.
        let mut har = fresh();
        har["log"]["entries"][0]["_initiator"] = json!("other");
        har["log"]["entries"].as_array_mut().unwrap().remove(1);
        assert_eq!(said(&har), "1 exchanges");
    }

    #[test]
    fn a_damaged_timeline_is_refused_with_its_place() {
        let good = || serde_json::to_value(timeline()).unwrap();
        for (place, value) in [
            ("/facts/0/fact", json!("nothing")),
            ("/facts/0/at_ms", json!(-1)),
            ("/facts/0/at_ms", json!(u64::MAX)),
            ("/facts/0/step", json!(9)),
            ("/facts/1/at_ms", json!(99)),
            ("/facts/0/status", json!(70_000)),
            ("/facts/0/page/kind", json!("picture")),
            ("/facts/3/how", json!("nowhere")),
            ("/facts/0", json!([])),
            ("/facts", json!({})),
            ("/facts/0/page/more", json!(1)),
            ("/facts/0/more", json!(1)),
            ("/more", json!(1)),
            ("", json!([1])),
        ] {
            let mut body = good();
            if let Some(part) = body.pointer_mut(place) {
                *part = value;
            } else {
                let (parent, name) = place.rsplit_once('/').unwrap();
                body.pointer_mut(parent).unwrap()[name] = value;
            }
            let mut har = har(good());
            har["log"]["entries"] = json!([]);
            har["log"]["_bronkeur"]["without_http"][0]["text"] = json!(body.to_string());
            let said = said(&har);
            assert!(said.contains("without_http[0]") && said.contains("timeline"), "{place}: {said}");
        }
        let many = json!({ "facts": vec![good()["facts"][3].clone(); MOST_FACTS + 1] });
        let mut har = har(good());
        har["log"]["entries"] = json!([]);
        har["log"]["_bronkeur"]["without_http"][0]["text"] = json!(many.to_string());
        assert!(said(&har).contains("timeline"));
    }
}
