//! A conformant source in memory, of which a test changes answers.

use std::sync::LazyLock;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::base::text::Text;
use crate::catalogue::{Catalogue, DEFAULT_SPEC};
use crate::evidence::exchange::{
    Auth, Citizen, Content, Document, Exchange, Facts, Failure, FailureKind, Kind, Request, Response, Sent,
    SniffedType, Target, Variation,
};
use crate::evidence::recording::Recording;
use crate::evidence::setup::Setup;
use crate::judging::verdict::{Outcome, Verdict};
use crate::run::evaluate::{Evaluated, Evaluator};

const BASE: &str = "https://source.example/v1";
const INSZ: &str = "10000000016";
/// How many certificates the subject has.
pub(super) const TOTAL: u64 = 3;

pub(super) static CATALOGUE: LazyLock<Catalogue> =
    LazyLock::new(|| Catalogue::load(DEFAULT_SPEC, None, |_, _, _, _| true).expect("the embedded specs"));

/// An answer that a test may change before it is recorded.
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) content: Content,
    pub(super) facts: Facts,
    pub(super) failure: Option<FailureKind>,
}

impl Reply {
    fn new(status: u16, media_type: &str, content: Content) -> Self {
        let length = match &content {
            Content::Json(json) => json.value().to_string().len(),
            Content::Text(text) => text.len(),
            Content::Empty => 0,
            Content::Document(_) => 5000,
        } as u64;
        let facts =
            Facts { body_bytes: length, announced_bytes: Some(length), complete: true, utf8: true, ..Facts::default() };
        let mut reply = Self { status, headers: Vec::new(), content, facts, failure: None };
        if !media_type.is_empty() {
            reply.set("content-type", media_type);
        }
        reply.set("cache-control", "no-store");
        reply
    }

    fn json(status: u16, body: Value) -> Self {
        let media_type = if status < 400 { "application/hal+json" } else { "application/problem+json" };
        Self::new(status, media_type, Content::json(body))
    }

    fn problem(status: u16) -> Self {
        Self::json(status, json!({ "title": "No", "status": status }))
    }

    /// Answers with this status and a problem description in place of what it was.
    pub(super) fn refuse(&mut self, status: u16) {
        *self = Self::problem(status);
    }

    pub(super) fn set(&mut self, name: &str, value: &str) {
        self.unset(name);
        self.headers.push((name.to_owned(), value.to_owned()));
    }

    pub(super) fn unset(&mut self, name: &str) {
        self.headers.retain(|(other, _)| other != name);
    }

    pub(super) fn body(&mut self) -> &mut Value {
        match &mut self.content {
            Content::Json(json) => json.value_mut(),
            other => panic!("no JSON: {other:?}"),
        }
    }

    /// Sets a member of every certificate in the answer, in a list of either envelope or on its own.
    pub(super) fn certificates(&mut self, name: &str, value: &Value) {
        if !matches!(self.content, Content::Json(_)) || self.status != 200 {
            return;
        }
        let body = self.body();
        for pointer in ["/certificates", "/_embedded/certificates"] {
            for item in body.pointer_mut(pointer).and_then(Value::as_array_mut).into_iter().flatten() {
                item[name] = value.clone();
            }
        }
        if body.get("id").is_some() {
            body[name] = value.clone();
        }
    }
}

pub(super) fn setup() -> Setup {
    let setup = json!({
        "source": "test", "base_url": BASE, "entry_path": "certificates/{insz}", "origins": [], "environment": "none",
        "citizens": { "subject": { "name": "an", "insz": INSZ, "ready_token": true } },
        "ready": [], "declares": {}, "limits": {}
    });
    serde_json::from_value(setup).expect("a setup")
}

/// The ordinary setup with the source's own OpenAPI document.
pub(super) fn documented() -> Setup {
    let mut setup = setup();
    setup.source_mut().openapi = Some("openapi.yaml".to_owned());
    setup
}

/// The verdict on a source of which some answers are changed.
pub(super) fn judge(id: &str, hal: bool, change: impl Fn(&Request, &mut Reply)) -> Verdict {
    judge_in(id, setup(), hal, change)
}

pub(super) fn judge_in(id: &str, setup: Setup, hal: bool, change: impl Fn(&Request, &mut Reply)) -> Verdict {
    let requirement = CATALOGUE.find(id).expect("a requirement");
    let mut recording = Recording::new(setup, Timestamp::UNIX_EPOCH, 1);
    for _ in 0..50 {
        match Evaluator::new(&CATALOGUE).evaluate_one(requirement, &recording) {
            Evaluated::Verdict(verdict) => return verdict,
            Evaluated::Missing(requests) => {
                assert!(!recording.closed, "{id} asks after the run: {requests:?}");
                for request in requests {
                    recording.add(exchange(&recording.setup, request, hal, &change));
                }
            }
            Evaluated::NeedsWholeRun => recording.closed = true,
        }
    }
    panic!("{id} asks for more and more")
}

/// The conformant source passes in both envelopes.
pub(super) fn passes(id: &str) {
    for hal in [false, true] {
        let verdict = judge(id, hal, |_, _| {});
        assert_eq!(verdict.outcome, Outcome::Pass, "{id} {hal} {verdict:?}");
    }
}

/// The one finding of a changed source: place, expected and actual.
pub(super) fn finding(id: &str, change: impl Fn(&Request, &mut Reply)) -> (String, String, String) {
    one(&judge(id, false, change))
}

pub(super) fn one(verdict: &Verdict) -> (String, String, String) {
    assert_eq!((verdict.outcome, verdict.findings.len()), (Outcome::Fail, 1), "{verdict:?}");
    let finding = &verdict.findings[0];
    (finding.place.clone(), finding.expected.en.clone(), finding.actual.en.clone())
}

fn exchange(setup: &Setup, request: Request, hal: bool, change: &impl Fn(&Request, &mut Reply)) -> Exchange {
    let url = match &request.target {
        Target::Entry { citizen, query } => setup.entry_url(*citizen, query).expect("a citizen"),
        Target::Link { url, .. } => url.clone(),
        _ => "https://elsewhere.example/openapi.yaml".to_owned(),
    };
    let mut reply = ordinary(&request, &url, hal);
    change(&request, &mut reply);
    let result = match reply.failure {
        Some(kind) => Err(Failure::new(kind, Text::default())),
        None => Ok(Response::new(reply.status, reply.headers, reply.content, reply.facts)),
    };
    let headers = match request.variation {
        Variation::NoIds => Vec::new(),
        _ => vec![("X-Correlation-Id".to_owned(), "c-1".to_owned()), ("X-Request-Id".to_owned(), "r-1".to_owned())],
    };
    let sent = Sent { method: "GET".to_owned(), url, headers, form: Vec::new() };
    // What is asked again is asked later.
    let at_ms = u64::from(request.ordinal) * 100;
    Exchange { request, sent, at_ms, ms: 7, credential: None, earlier: Vec::new(), result }
}

fn ordinary(request: &Request, url: &str, hal: bool) -> Reply {
    if request.target == Target::OpenApi {
        return Reply::new(200, "application/yaml", Content::Text(CATALOGUE.openapi.1.clone()));
    }
    if request.auth == Auth::None {
        return Reply::problem(401);
    }
    match &request.variation {
        Variation::Accept(media_type) if media_type.contains("unknown") => return Reply::problem(406),
        Variation::Head => return Reply::new(200, "application/hal+json", Content::Empty),
        Variation::Options => return Reply::new(204, "", Content::Empty),
        _ => {}
    }
    match request.kind() {
        Kind::List => list(request, hal),
        Kind::Detail => {
            let id = url.split('/').nth(6).unwrap_or_default();
            Reply::json(200, certificate(id, hal))
        }
        Kind::Download => {
            let document = Document {
                look: SniffedType::Pdf,
                sha256: String::new(),
                ends_with_eof: true,
                base64: false,
                names: Vec::new(),
            };
            Reply::new(200, "application/pdf", Content::Document(document))
        }
        _ => Reply::problem(404),
    }
}

fn list(request: &Request, hal: bool) -> Reply {
    let asked = |name: &str, default: u64| request.parameter(name).map_or(Ok(default), str::parse::<u64>);
    let (Ok(page), Ok(limit)) = (asked("page", 0), asked("limit", 10)) else { return Reply::problem(400) };
    let pages = TOTAL.div_ceil(limit);
    let url = |page: u64| format!("{BASE}/certificates/{INSZ}?limit={limit}&page={page}");
    let mut links = vec![("self", url(page)), ("start", url(0)), ("last", url(pages - 1))];
    if page + 1 < pages {
        links.push(("next", url(page + 1)));
    }
    let items: Vec<Value> =
        (page * limit..TOTAL.min((page + 1) * limit)).map(|n| certificate(&format!("a{n}"), hal)).collect();
    let metadata = json!({ "number": page + 1, "size": limit, "totalElements": TOTAL, "totalPages": pages });
    Reply::json(
        200,
        if hal {
            json!({ "_embedded": { "certificates": items }, "page": metadata, "_links": hal_links(&links) })
        } else {
            json!({ "certificates": items, "pageMetadata": metadata, "links": array_links(&links) })
        },
    )
}

fn certificate(id: &str, hal: bool) -> Value {
    let url = format!("{BASE}/certificates/{INSZ}/{id}/nl");
    let links = [("self", url.clone()), ("download", format!("{url}/download"))];
    let mut certificate = json!({ "id": id, "language": "nl", "name": "Attest", "year": 2025, "community": 44021 });
    let (name, section) = if hal { ("_links", hal_links(&links)) } else { ("links", array_links(&links)) };
    certificate[name] = section;
    certificate
}

fn array_links(links: &[(&str, String)]) -> Value {
    links.iter().map(|(rel, href)| json!({ "rel": rel, "href": href })).collect()
}

fn hal_links(links: &[(&str, String)]) -> Value {
    Value::Object(links.iter().map(|(rel, href)| ((*rel).to_owned(), json!({ "href": href }))).collect())
}

/// Whether this is the list as it is first asked for, without a change.
pub(super) fn is_list(request: &Request) -> bool {
    request.kind() == Kind::List && request.auth == Auth::Token(Citizen::Subject)
}
