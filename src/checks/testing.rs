//! A small source for the tests of checks: it answers what a check asks for, until the check has its verdict.

use std::sync::LazyLock;

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use url::Url;

use crate::base::text::Text;
use crate::catalogue::{Catalogue, DEFAULT_SPEC};
use crate::evidence::exchange::{
    Citizen, Content, Document, Exchange, Facts, Failure, FailureKind, Part, Replacement, Request, Response, Sent,
    SniffedType, Target,
};
use crate::evidence::recording::Recording;
use crate::evidence::setup::Setup;
use crate::judging::verdict::Verdict;
use crate::run::evaluate::{Evaluated, Evaluator};

/// Where the source stands.
pub(super) const BASE: &str = "https://source.example/v1";
/// The surrogate of the subject's national number.
pub(super) const INSZ: &str = "10000000016";

static CATALOGUE: LazyLock<Catalogue> =
    LazyLock::new(|| Catalogue::load(DEFAULT_SPEC, None, |_, _, _, _| true).expect("the embedded specs"));

/// What comes of a request.
pub(super) type Reply = Result<Response, Failure>;

/// An answer that is not the ordinary one: the end of its URL, and what it is.
type Exception = (String, Box<dyn Fn() -> Reply>);

/// An answer that depends on the request; none where the request is another.
type Hook = Box<dyn Fn(&Request) -> Option<Reply>>;

/// A conformant source for one citizen, but for what a test changes.
pub(super) struct Source {
    pub(super) setup: Setup,
    /// Official HAL in place of the documented envelope.
    hal: bool,
    /// The certificates, in the documented form.
    items: Vec<Value>,
    exceptions: Vec<Exception>,
    hooks: Vec<Hook>,
}

/// The URL of a certificate.
pub(super) fn url_of(id: &str, language: &str) -> String {
    format!("{BASE}/certificates/{INSZ}/{id}/{language}")
}

/// A certificate in the documented form.
pub(super) fn certificate(id: &str, language: &str) -> Value {
    let url = url_of(id, language);
    json!({
        "id": id, "language": language, "name": format!("Attest {id}"), "year": 2025, "community": 44021,
        "links": [{ "rel": "self", "href": url }, { "rel": "download", "href": format!("{url}/download") }]
    })
}

/// The same with some members changed; null takes one away.
pub(super) fn changed(mut certificate: Value, members: &Value) -> Value {
    let own = certificate.as_object_mut().expect("an object");
    for (name, value) in members.as_object().expect("an object") {
        if value.is_null() {
            own.shift_remove(name);
        } else {
            own.insert(name.clone(), value.clone());
        }
    }
    certificate
}

/// An answer with a JSON body.
#[expect(clippy::unnecessary_wraps, reason = "the form that `Source::on` takes")]
pub(super) fn json_answer(status: u16, media_type: &str, body: Value) -> Reply {
    let length = body.to_string().len() as u64;
    let facts = Facts { body_bytes: length, complete: true, utf8: true, ..Facts::default() };
    let headers = vec![("content-type".to_owned(), media_type.to_owned())];
    Ok(Response::new(status, headers, Content::json(body), facts))
}

/// A whole PDF, with these headers.
pub(super) fn pdf(headers: &[(&str, &str)]) -> Response {
    let document = Document {
        look: SniffedType::Pdf,
        sha256: String::new(),
        ends_with_eof: true,
        base64: false,
        names: Vec::new(),
    };
    let facts = Facts { body_bytes: 5000, announced_bytes: Some(5000), complete: true, ..Facts::default() };
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Response::new(200, headers, Content::Document(document), facts)
}

/// No answer.
pub(super) fn failed(kind: FailureKind) -> Reply {
    Err(Failure::new(kind, Text::default()))
}

impl Source {
    /// A source with these certificates.
    pub(super) fn new(hal: bool, items: Vec<Value>) -> Self {
        let setup = json!({
            "source": "test", "base_url": BASE, "entry_path": "certificates/{insz}", "origins": [], "environment": "none",
            "citizens": { "subject": { "name": "an", "insz": INSZ, "ready_token": true } },
            "ready": [], "declares": {}, "limits": {}
        });
        let setup = serde_json::from_value(setup).expect("a setup");
        Self { setup, hal, items, exceptions: Vec::new(), hooks: Vec::new() }
    }

    /// Another answer to the URLs that end so.
    pub(super) fn on(mut self, url: &str, reply: impl Fn() -> Reply + 'static) -> Self {
        self.exceptions.push((url.to_owned(), Box::new(reply)));
        self
    }

    /// Another answer to the requests for which there is one. Later hooks win.
    pub(super) fn when(mut self, reply: impl Fn(&Request) -> Option<Reply> + 'static) -> Self {
        self.hooks.insert(0, Box::new(reply));
        self
    }

    /// Another detail behind the `self` of a certificate, in the documented form.
    pub(super) fn detail(self, id: &str, language: &str, body: &Value) -> Self {
        let body = if self.hal { in_hal(body) } else { body.clone() };
        self.on(&url_of(id, language), move || json_answer(200, "application/hal+json", body.clone()))
    }

    /// The verdict on a requirement, by its id.
    pub(super) fn judge(&self, id: &str) -> Verdict {
        let requirement = CATALOGUE.find(id).expect("a requirement");
        let mut recording = Recording::new(self.setup.clone(), Timestamp::UNIX_EPOCH, 1);
        for _ in 0..100 {
            match Evaluator::new(&CATALOGUE).evaluate_one(requirement, &recording) {
                Evaluated::Verdict(verdict) => return verdict,
                Evaluated::Missing(requests) => {
                    for request in requests {
                        recording.add(self.exchange(request));
                    }
                }
                Evaluated::NeedsWholeRun => recording.closed = true,
            }
        }
        panic!("{id} asks for more and more")
    }

    /// What comes of a request where nothing is changed.
    pub(super) fn answer(&self, request: &Request) -> Reply {
        self.ordinary(request, &self.sent_url(request))
    }

    fn exchange(&self, request: Request) -> Exchange {
        let url = self.sent_url(&request);
        let exception = self.exceptions.iter().find(|(end, _)| url.ends_with(end.as_str()));
        let hooked = self.hooks.iter().find_map(|hook| hook(&request));
        let excepted = || exception.map_or_else(|| self.ordinary(&request, &url), |(_, reply)| reply());
        let result = hooked.unwrap_or_else(excepted);
        let sent = Sent { method: "GET".to_owned(), url, ..Sent::default() };
        // What is asked again is asked later.
        let at_ms = u64::from(request.ordinal) * 100;
        Exchange { request, sent, at_ms, ms: 1, credential: None, earlier: Vec::new(), result }
    }

    fn sent_url(&self, request: &Request) -> String {
        match &request.target {
            Target::Entry { citizen: Citizen::Malformed(text), .. } => format!("{BASE}/certificates/{}", text.text()),
            Target::Entry { citizen, query } => self.setup.entry_url(*citizen, query).expect("a citizen"),
            Target::Path(path) => format!("{BASE}/{path}"),
            Target::PlainHttp => "http://source.example/v1".to_owned(),
            Target::Tls(_) | Target::Visit(_) => "https://source.example".to_owned(),
            Target::Link { url, edit: None, .. } => url.clone(),
            Target::Link { url, edit: Some(edit), .. } => {
                let text = match &edit.with {
                    Replacement::Text(text) => text,
                    Replacement::Number(citizen) => &self.setup.citizens[citizen].insz,
                };
                let mut url = Url::parse(url).expect("a URL");
                match edit.part {
                    Part::Segment(index) => {
                        let mut segments: Vec<&str> = url.path().split('/').collect();
                        segments[index + 1] = text;
                        let path = segments.join("/");
                        url.set_path(&path);
                    }
                    Part::Query(index) => {
                        let mut pairs: Vec<_> = url.query_pairs().into_owned().collect();
                        pairs[index].1.clone_from(text);
                        url.query_pairs_mut().clear().extend_pairs(pairs);
                    }
                }
                url.into()
            }
            Target::Issuer(_) => "https://acm.example/op".to_owned(),
            other @ Target::OpenApi => panic!("{other:?} is not for this source"),
        }
    }

    fn ordinary(&self, request: &Request, url: &str) -> Reply {
        let hal_json = "application/hal+json";
        if let Target::Entry { .. } = request.target {
            return json_answer(200, hal_json, self.page(request));
        }
        let has_link = |item: &&Value, rel: &str| {
            let links = item["links"].as_array();
            links.into_iter().flatten().any(|link| link["rel"] == rel && link["href"] == url)
        };
        if self.items.iter().any(|item| has_link(&item, "download")) {
            return Ok(pdf(&[
                ("content-type", "application/pdf"),
                ("content-disposition", "attachment; filename=\"attest-2025.pdf\""),
            ]));
        }
        match self.items.iter().find(|item| has_link(item, "self")) {
            Some(item) if self.hal => json_answer(200, hal_json, in_hal(item)),
            Some(item) => json_answer(200, hal_json, item.clone()),
            None => json_answer(404, "application/problem+json", json!({ "title": "Not found", "status": 404 })),
        }
    }

    fn page(&self, request: &Request) -> Value {
        let number = |name: &str, default: usize| {
            request.parameter(name).and_then(|value| value.parse().ok()).unwrap_or(default)
        };
        let (page, limit) = (number("page", 0), number("limit", 10).clamp(1, 100));
        let total = self.items.len();
        let items: Vec<&Value> = self.items.iter().skip(page * limit).take(limit).collect();
        let url = |page: usize| format!("{BASE}/certificates/{INSZ}?limit={limit}&page={page}");
        let mut links = vec![json!({ "rel": "self", "href": url(page) })];
        if (page + 1) * limit < total {
            links.push(json!({ "rel": "next", "href": url(page + 1) }));
        }
        let metadata = json!({
            "number": page + 1, "size": limit, "totalElements": total, "totalPages": total.div_ceil(limit)
        });
        let body = json!({ "certificates": items, "pageMetadata": metadata, "links": links });
        if !self.hal {
            return body;
        }
        let mut hal = in_hal(&body);
        let certificates: Vec<Value> = items.into_iter().map(in_hal).collect();
        hal.as_object_mut().expect("an object").shift_remove("certificates");
        hal["_embedded"] = json!({ "certificates": certificates });
        hal
    }
}

/// The same object with its links as official HAL writes them. What is no array of links stays as it is.
fn in_hal(body: &Value) -> Value {
    let mut body = body.clone();
    let Some(links) = body["links"].as_array().cloned() else { return body };
    let mut section = Map::new();
    for mut link in links {
        let rel = link.as_object_mut().and_then(|link| link.shift_remove("rel")).unwrap_or_default();
        section.insert(rel.as_str().unwrap_or("other").to_owned(), link);
    }
    let members = body.as_object_mut().expect("an object");
    members.shift_remove("links");
    members.insert("_links".to_owned(), Value::Object(section));
    body
}
