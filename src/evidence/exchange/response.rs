//! What came of a request, masked: the answer with its facts, or why there is none.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Json, Trouble, View};
use crate::base::input::Diagnostics;
use crate::base::openapi::{OpenApi, SchemaViolation};
use crate::base::text::Text;

/// Why no answer came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureKind {
    /// The host name is unknown.
    Dns,
    /// Nobody listens, or a firewall refuses.
    Connect,
    /// The TLS handshake or the certificate.
    Tls,
    /// No answer within the time limit.
    Timeout,
    /// The connection broke, or the answer is not HTTP.
    Broken,
    /// Not sent: the token it needs could not be had.
    NoToken,
    /// Not sent: the profile lacks what it needs.
    NotConfigured,
    /// Not sent: the URL leads to an origin that nobody vouched for.
    ForeignOrigin,
    /// Not sent: a limit of this run was reached.
    Limit,
    /// Not sent: what was recorded of earlier answers fills the room of a run.
    Memory,
    /// Not sent: the run was interrupted.
    Interrupted,
}

impl FailureKind {
    /// Whether the request left this machine at all.
    pub fn was_sent(self) -> bool {
        matches!(self, Self::Dns | Self::Connect | Self::Tls | Self::Timeout | Self::Broken)
    }

    /// The same in two words, beside a call; what it comes to and what to do the causes of a report say.
    pub fn in_brief(self) -> Text {
        match self {
            Self::Dns => Text::new("naam niet gevonden", "host name not found"),
            Self::Connect => Text::new("geen verbinding", "no connection"),
            Self::Tls => Text::new("geen TLS", "no TLS"),
            Self::Timeout => Text::new("niet op tijd", "timeout"),
            Self::Broken => Text::new("afgebroken", "broken off"),
            Self::NoToken => Text::new("geen token", "no token"),
            Self::NotConfigured => Text::new("niet in het profiel", "not in the profile"),
            Self::ForeignOrigin => Text::new("link niet gevolgd", "link not followed"),
            Self::Limit => Text::new("grens bereikt", "limit reached"),
            Self::Memory => Text::new("geheugen vol", "memory full"),
            Self::Interrupted => Text::new("onderbroken", "interrupted"),
        }
    }
}

/// Within so many characters a page of HTML says that it is one.
const LONGEST_PROLOGUE: usize = 1024;

/// Whether a status is that of a gateway or a busy server, and not of the server's own rules: 429, 502, 503 or 504. The
/// one set of these statuses; see RFC 9110, 15.6, and RFC 6585, 4.
pub fn is_unavailable(status: u16) -> bool {
    matches!(status, 429 | 502..=504)
}

/// Why no answer came, masked: in words of ours, or in those of the network library where we have none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The kind.
    pub kind: FailureKind,
    /// The detail; may be empty.
    pub detail: Text,
    /// What exactly it was, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trouble: Option<Trouble>,
}

impl Failure {
    /// A failure of which no more is known.
    pub fn new(kind: FailureKind, detail: Text) -> Self {
        Self { kind, detail, trouble: None }
    }

    /// The same, with what exactly it was.
    #[must_use]
    pub fn with(mut self, trouble: Option<Trouble>) -> Self {
        self.trouble = trouble;
        self
    }
}

/// Whether a text begins as a page of HTML does: after a byte order mark, declarations of XML and comments there is its
/// document type or its first element. The one definition of it.
pub fn is_html(head: &str) -> bool {
    let head = head.to_ascii_lowercase();
    let mut rest = head.trim_start_matches('\u{feff}').trim_start();
    for (start, end) in std::iter::repeat_n([("<?", "?>"), ("<!--", "-->")], 16).flatten() {
        if let Some((_, after)) = rest.strip_prefix(start).and_then(|inside| inside.split_once(end)) {
            rest = after.trim_start();
        }
    }
    rest.starts_with("<!doctype html") || rest.starts_with("<html")
}

/// What a document's bytes look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SniffedType {
    /// `%PDF-` within the first 1,024 bytes.
    Pdf,
    /// `<!doctype html` or `<html`.
    Html,
    /// JSON.
    Json,
    /// XML.
    Xml,
    /// PNG.
    Png,
    /// JPEG.
    Jpeg,
    /// ZIP, and what Office makes of it.
    Zip,
    /// Anything else.
    Other,
}

/// What is kept of a document; none of its bytes is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// What it looks like.
    pub look: SniffedType,
    /// SHA-256 of all bytes that arrived, in hexadecimal.
    pub sha256: String,
    /// `%%EOF` stands within the last 1,024 bytes, not counting zeros and white space after them.
    pub ends_with_eof: bool,
    /// The whole body is one Base64 text.
    pub base64: bool,
    /// The citizens of the profile whose numbers stand in it as plain text, by surrogate.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
}

/// What came as the body.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    /// Nothing.
    #[default]
    Empty,
    /// JSON, masked.
    Json(Json),
    /// Other text, masked and bounded.
    Text(String),
    /// A document.
    Document(Document),
}

impl Content {
    /// A body in JSON.
    pub fn json(value: Value) -> Self {
        Self::Json(value.into())
    }
}

/// What a TLS handshake showed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TlsFacts {
    /// The version that the server chose, such as `TLS 1.3`; none where it refused.
    pub version: Option<String>,
    /// The alert or the end of the connection with which it refused.
    pub refusal: Option<String>,
    /// Until when the server's certificate is valid.
    pub not_after: Option<jiff::Timestamp>,
}

/// Facts that masking, size or parsing would destroy.
#[expect(clippy::struct_excessive_bools, reason = "each is an independent fact")]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// Bytes of the body that arrived.
    pub body_bytes: u64,
    /// The `Content-Length` that was announced.
    pub announced_bytes: Option<u64>,
    /// The body ended as announced. False: cut off, or longer than we read.
    pub complete: bool,
    /// The body was larger than we read, or held more.
    #[serde(default)]
    pub truncated: bool,
    /// The bytes are valid UTF-8.
    pub utf8: bool,
    /// A byte order mark stands before them, which no JSON may have (RFC 8259, 8.1).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub byte_order_mark: bool,
    /// Why the body is not JSON, where it should be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub json_error: Option<String>,
    /// Member names that occur twice in one object of the body.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub duplicate_keys: Vec<String>,
    /// The body came in chunks, or as HTTP/2 frames: its end is known without a length.
    #[serde(default)]
    pub framed: bool,
    /// What the TLS handshake showed; only for handshakes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<TlsFacts>,
    /// The tokens and secrets that the answer held, by their marks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<String>,
    /// The names of the claims in an introspection answer. Of most of them the value is not recorded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub claims: Vec<String>,
    /// What of the body did not fit the owner's own OpenAPI document, as it came: only where what is recorded, with its
    /// surrogates and shortened texts, would be judged otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unfit_for_own: Option<Vec<SchemaViolation>>,
    /// The same of the schemas of the source specification.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unfit_for_source: Option<Vec<SchemaViolation>>,
    /// The answer came from this machine itself, and no proxy stood in between. Only noted of an issuer.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub local: bool,
}

/// The owner's own OpenAPI document, read, or why it cannot be.
pub type OwnOpenApi = Arc<Result<OpenApi, Diagnostics>>;

/// An answer, masked.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// The headers; names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub content: Content,
    /// What is not in the body any more.
    pub facts: Facts,
    #[serde(skip)]
    openapi: OnceLock<OwnOpenApi>,
}

impl Response {
    /// An answer from its parts.
    pub fn new(status: u16, headers: Vec<(String, String)>, content: Content, facts: Facts) -> Self {
        Self { status, headers, content, facts, ..Self::default() }
    }

    /// The first header with that name (lower case).
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// All headers with that name (lower case).
    pub fn headers<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers.iter().filter(move |(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// The media type of `Content-Type`, in lower case, without parameters.
    pub fn media_type(&self) -> Option<String> {
        self.header("content-type")
            .map(|v| v.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
            .filter(|v| !v.is_empty())
    }

    /// The server's own clock, by its `Date` header.
    pub fn date(&self) -> Option<jiff::Timestamp> {
        jiff::fmt::rfc2822::parse(self.header("date")?).ok().map(|date| date.timestamp())
    }

    /// The JSON body.
    pub fn json(&self) -> Option<&Value> {
        self.body().map(Json::value)
    }

    /// The JSON body, for those who look at every page of a list, one after the other: of a long list it is not kept.
    pub fn tree(&self) -> Option<Cow<'_, Value>> {
        self.body().map(Json::tree)
    }

    /// The JSON body in a form that it is read in once; none where the body is no JSON.
    pub fn view<V: View>(&self) -> Option<&V> {
        self.body().map(Json::view)
    }

    /// Reads the JSON body in a form that is all that is looked at of most bodies of its kind.
    pub fn rely_on<V: View>(&self) {
        if let Some(json) = self.body() {
            json.rely_on::<V>();
        }
    }

    /// Whether the body is JSON.
    pub fn is_json(&self) -> bool {
        self.body().is_some()
    }

    fn body(&self) -> Option<&Json> {
        match &self.content {
            Content::Json(json) => Some(json),
            _ => None,
        }
    }

    /// The body as an OpenAPI document, in YAML or JSON; `file` is its name in faults. None where there is no text.
    pub fn openapi(&self, file: &str) -> Option<&Result<OpenApi, Diagnostics>> {
        let read = |text: &str| Arc::new(OpenApi::read(file, text));
        match &self.content {
            Content::Text(text) => Some(self.openapi.get_or_init(|| read(text))),
            Content::Json(json) => Some(self.openapi.get_or_init(|| read(&json.tree().to_string()))),
            Content::Empty | Content::Document(_) => None,
        }
    }

    /// Whether the server says that there is no such resource, or none any more: 404 or 410 (RFC 9110, 15.5.5 and 15.5.11).
    pub fn is_gone(&self) -> bool {
        matches!(self.status, 404 | 410)
    }

    /// Whether a gateway or a busy server answered, and not the server's own rules.
    pub fn is_unavailable(&self) -> bool {
        is_unavailable(self.status)
    }

    /// The same answer; as a document it was read already.
    #[must_use]
    pub fn with_openapi(self, document: OwnOpenApi) -> Self {
        Self { openapi: document.into(), ..self }
    }

    /// Whether the status says success.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Whether a page of HTML came with a status of success: what a website or a login answers, and no API.
    pub fn is_web_page(&self) -> bool {
        let Content::Text(text) = &self.content else { return false };
        let head: String = text.chars().take(LONGEST_PROLOGUE).collect();
        self.is_success() && is_html(&head)
    }

    /// Whether an answer is what a call to an API is made for: a success, and no page of HTML.
    pub fn opens(&self) -> bool {
        self.is_success() && !self.is_web_page()
    }
}
