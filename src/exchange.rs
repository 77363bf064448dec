//! Requests, by name, and what came of them. A [`Request`] is its own key: two checks that ask the same thing share
//! one exchange. It names citizens and credentials and never holds them.

mod body;
mod introspection;
mod lifetime;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::envelope::{Certificate, Page};
use crate::fault::InputFaults;
use crate::openapi::OpenApi;
use crate::shape::Previous;
use crate::text::Text;

pub use body::Json;
pub use introspection::{Introspection, Unfit};
pub use lifetime::lifetime;

/// A person in the path of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Citizen {
    /// The citizen whose certificates are examined.
    Subject,
    /// An unrelated citizen who has certificates too.
    Other,
    /// A citizen without certificates.
    Empty,
    /// Nobody: a well-formed national number that is never issued (serial 999).
    Nobody,
    /// No national number at all.
    Malformed(Malformed),
}

/// What is wrong with a national number that is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Malformed {
    /// Ten digits.
    TooShort,
    /// Letters among the digits.
    Letters,
    /// Eleven digits of which the last two are not the check number.
    CheckNumber,
}

impl Malformed {
    /// What stands in the path in place of a number. Nobody's number: the serial is 999.
    pub fn text(self) -> &'static str {
        match self {
            Self::TooShort => "7001019990",
            Self::Letters => "70010199abc",
            Self::CheckNumber => "70010199900",
        }
    }
}

/// When a request may go out. The order of the variants is the order of the phases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Any time.
    #[default]
    Ordinary,
    /// The control with the good token that precedes the hostile requests.
    Opening,
    /// What a correct source refuses; only when nothing ordinary is outstanding, a few at a time.
    Hostile,
    /// The control with the good token that follows the hostile requests.
    Closing,
    /// With our own ACM, when nothing else is outstanding: its introspection is closed.
    Outage,
    /// After that: its introspection is open again.
    Recovery,
}

/// What a request presents as its credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Auth {
    /// Nothing.
    None,
    /// The citizen's own TX token, as RFC 6750 says.
    Token(Citizen),
    /// The good token under another scheme: `Basic …`.
    OtherScheme,
    /// The good token without a scheme.
    NoScheme,
    /// The good token with the scheme in lower case: `bearer …`.
    LowerCaseScheme,
    /// The good token in the query string (`access_token`) instead of the header.
    InQuery,
    /// A random opaque token.
    RandomToken,
    /// A well-formed JWT with `alg: none`.
    UnsignedJwt,
    /// The good token with a character in its middle changed.
    TamperedToken,
    /// A token that expired.
    ExpiredToken,
    /// A token for another audience.
    OtherAudience,
    /// A token for the right audience and citizen that lacks the source's scope.
    WithoutScope,
    /// The citizen's access token, before the exchange.
    Unexchanged,
    /// A client-credentials token for the source, without a citizen.
    WithoutCitizen,
    /// One more good token of the subject, which the source sees only at the end of the run, and which we never
    /// introspect ourselves. In [`Phase::Outage`] and [`Phase::Recovery`] only.
    Fresh,
}

/// Which token is asked of the issuer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grant {
    /// The client's own token, presented as actor in an exchange (RFC 8693, section 1.1).
    Actor,
    /// The citizen's access token swapped for a TX token with the source's audience.
    Exchange(Citizen),
    /// The subject's access token swapped for a token with another audience.
    OtherAudience,
    /// Client credentials with the source's audience and scope: a token without a citizen.
    WithoutCitizen,
    /// The exchange for the source's audience, without asking for a scope.
    WithoutScope,
    /// One more exchange for the subject.
    Fresh,
    /// One more exchange for the subject: a token that is kept until it has expired.
    ToExpire,
    /// An exchange of the citizen's token before the last one, by its place in the profile's `hops`.
    Hop(Citizen, u8),
    /// The own token of the client of such an exchange, presented as actor in it.
    HopActor(u8),
    /// The citizen's refresh token swapped for an access token, and for the next refresh token.
    Refresh(Citizen),
}

impl Grant {
    /// Whose token is exchanged for the one that goes to a source; none where this grant is no such exchange.
    pub fn exchanged(self) -> Option<Citizen> {
        match self {
            Self::Exchange(citizen) => Some(citizen),
            Self::OtherAudience | Self::WithoutScope | Self::Fresh | Self::ToExpire => Some(Citizen::Subject),
            Self::Actor | Self::WithoutCitizen | Self::Hop(..) | Self::HopActor(_) | Self::Refresh(_) => None,
        }
    }
}

/// What is asked of bronkeur's own ACM, and of no other issuer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Control {
    /// Close introspection. It opens again by itself after a few seconds.
    Close,
    /// Open it.
    Open,
    /// How often the source asked about the token behind a credential.
    Seen(Auth),
}

/// A call to the issuer (ACM).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IssuerCall {
    /// The discovery document.
    Discovery,
    /// A token request.
    Token(Grant),
    /// Introspection (RFC 7662) of the token behind a credential, with the source's own client.
    Introspection(Auth),
    /// A call to the control endpoint of our own ACM.
    Control(Control),
    /// No call: the wait until the token of [`Grant::ToExpire`] has expired for [`EXPIRY_MARGIN`].
    Expiry,
}

/// How long a token must have expired before its acceptance counts in full (SEC-04), in seconds: clocks differ, and a
/// source may remember what introspection said.
pub const EXPIRY_MARGIN: u64 = 300;

/// Which part of a followed URL is replaced.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The path segment with this index.
    Segment(usize),
    /// The value of the query parameter with this index.
    Query(usize),
}

/// What a part is replaced by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Replacement {
    /// These characters.
    Text(String),
    /// The national number of a citizen.
    Number(Citizen),
}

/// One replacement in a followed URL: how unknown ids and other people's certificates are asked for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Edit {
    /// Where.
    pub part: Part,
    /// By what.
    pub with: Replacement,
}

/// What a followed link leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The issuer.
    Issuer,
    /// A page of the list.
    List,
    /// One certificate.
    Detail,
    /// The document of a certificate.
    Download,
    /// What is none of these: an unknown path, another port, a TLS handshake.
    Probe,
}

impl Kind {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Issuer => "issuer",
            Self::List => "list",
            Self::Detail => "detail",
            Self::Download => "download",
            Self::Probe => "probe",
        }
    }
}

/// Where a request goes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// The issuer.
    Issuer(IssuerCall),
    /// The entry resource of the source, for a citizen.
    Entry {
        /// Whose.
        citizen: Citizen,
        /// The query parameters, in the order in which they are sent.
        query: Vec<(String, String)>,
    },
    /// A URL that the source gave, by its masked form; the vault knows the raw one.
    Link {
        /// What it leads to, by the rel under which it was found.
        kind: Kind,
        /// Absolute and masked.
        url: String,
        /// A replacement, for unknown ids and the like.
        edit: Option<Edit>,
    },
    /// A path below the base URL that nobody gave.
    Path(String),
    /// The source's own OpenAPI document: a URL, or a file that is recorded as if it had been fetched.
    OpenApi,
    /// The entry resource of nobody over plain http: port 80, or `source.http_port`.
    PlainHttp,
    /// A TLS handshake with the source; no HTTP follows.
    Tls(Tls),
}

/// What a TLS handshake offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tls {
    /// TLS 1.2 and 1.3, with the certificate verified.
    Modern,
    /// TLS 1.2 and 1.3 from the prober that asks for old versions: its own control.
    Control,
    /// Only TLS 1.1.
    Only11,
    /// Only TLS 1.0.
    Only10,
}

/// The one thing in which a request differs from the ordinary one.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Variation {
    /// Nothing.
    #[default]
    None,
    /// No Accept header at all.
    NoAccept,
    /// Another Accept header.
    Accept(String),
    /// An Accept-Language header.
    AcceptLanguage(String),
    /// Another Accept-Encoding header than `identity`.
    AcceptEncoding(String),
    /// Neither `x-correlation-id` nor `x-request-id`.
    NoIds,
    /// HEAD instead of GET.
    Head,
    /// OPTIONS instead of GET.
    Options,
    /// A slash after the path.
    TrailingSlash,
}

/// The Accept header of a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Accept {
    /// `application/hal+json, application/json;q=0.9, */*;q=0.1`
    #[default]
    Hal,
    /// `*/*`
    Any,
    /// `application/json`, for the issuer.
    Json,
}

impl Accept {
    /// The header's value.
    pub fn value(self) -> &'static str {
        match self {
            Self::Hal => "application/hal+json, application/json;q=0.9, */*;q=0.1",
            Self::Any => "*/*",
            Self::Json => "application/json",
        }
    }
}

/// A request, by name. It holds no secret and no national number.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Request {
    /// When it may go out.
    pub phase: Phase,
    /// Where it goes.
    pub target: Target,
    /// What it presents.
    pub auth: Auth,
    /// Which media types it accepts.
    pub accept: Accept,
    /// In what it differs from the ordinary request.
    pub variation: Variation,
    /// 0 for the first time; n is sent after the answer to n - 1 came.
    pub ordinal: u32,
}

impl Request {
    /// The entry resource (the list) of a citizen, with that citizen's own token.
    pub fn entry(citizen: Citizen) -> Self {
        Self {
            phase: Phase::Ordinary,
            target: Target::Entry { citizen, query: Vec::new() },
            auth: Auth::Token(citizen),
            accept: Accept::Hal,
            variation: Variation::None,
            ordinal: 0,
        }
    }

    /// A URL that the source gave (masked, absolute), with the subject's token.
    pub fn link(kind: Kind, url: impl Into<String>) -> Self {
        Self {
            phase: Phase::Ordinary,
            target: Target::Link { kind, url: url.into(), edit: None },
            auth: Auth::Token(Citizen::Subject),
            accept: if kind == Kind::Download { Accept::Any } else { Accept::Hal },
            variation: Variation::None,
            ordinal: 0,
        }
    }

    /// A call to the issuer.
    pub fn issuer(call: IssuerCall) -> Self {
        Self {
            phase: Phase::Ordinary,
            target: Target::Issuer(call),
            auth: Auth::None,
            accept: Accept::Json,
            variation: Variation::None,
            ordinal: 0,
        }
    }

    /// The request for the token of a grant.
    pub fn token(grant: Grant) -> Self {
        let request = Self::issuer(IssuerCall::Token(grant));
        // Not before it is used: it must outlive a long run.
        if grant == Grant::Fresh { request.phase(Phase::Outage) } else { request }
    }

    /// A call to the control endpoint of our own ACM, when nothing else is outstanding.
    pub fn control(control: Control) -> Self {
        let phase = if control == Control::Close { Phase::Outage } else { Phase::Recovery };
        Self::issuer(IssuerCall::Control(control)).phase(phase)
    }

    /// A request without a credential that is none of the source's resources.
    pub fn probe(target: Target) -> Self {
        Self {
            phase: Phase::Ordinary,
            target,
            auth: Auth::None,
            accept: Accept::Hal,
            variation: Variation::None,
            ordinal: 0,
        }
    }

    /// The same but for one thing.
    #[must_use]
    pub fn varied(mut self, variation: Variation) -> Self {
        self.variation = variation;
        self
    }

    /// The same with one more query parameter (entry resource only).
    #[must_use]
    pub fn query(mut self, name: &str, value: impl std::fmt::Display) -> Self {
        if let Target::Entry { query, .. } = &mut self.target {
            query.push((name.to_owned(), value.to_string()));
        }
        self
    }

    /// The same with another credential.
    #[must_use]
    pub fn auth(mut self, auth: Auth) -> Self {
        self.auth = auth;
        self
    }

    /// The same in another phase.
    #[must_use]
    pub fn phase(mut self, phase: Phase) -> Self {
        self.phase = phase;
        self
    }

    /// The same with one part of the followed URL replaced.
    #[must_use]
    pub fn edit(mut self, part: Part, with: Replacement) -> Self {
        if let Target::Link { edit, .. } = &mut self.target {
            *edit = Some(Edit { part, with });
        }
        self
    }

    /// The same once more: sent after the answer to the previous one came.
    #[must_use]
    pub fn again(mut self, ordinal: u32) -> Self {
        self.ordinal = ordinal;
        self
    }

    /// What kind of call it is.
    pub fn kind(&self) -> Kind {
        match &self.target {
            Target::Issuer(_) => Kind::Issuer,
            Target::Entry { .. } => Kind::List,
            Target::Link { kind, .. } => *kind,
            Target::Path(_) | Target::OpenApi | Target::PlainHttp | Target::Tls(_) => Kind::Probe,
        }
    }

    /// Whose data it asks for, as far as the request itself says.
    pub fn citizen(&self) -> Option<Citizen> {
        match (&self.target, &self.auth) {
            (
                Target::Entry { citizen, .. }
                | Target::Issuer(IssuerCall::Token(Grant::Exchange(citizen) | Grant::Refresh(citizen))),
                _,
            )
            | (_, Auth::Token(citizen)) => Some(*citizen),
            _ => None,
        }
    }

    /// The value of a query parameter of the entry resource.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        match &self.target {
            Target::Entry { query, .. } => query.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str()),
            _ => None,
        }
    }
}

/// What was sent, masked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    /// The method (RFC 9110).
    pub method: String,
    /// The URL.
    pub url: String,
    /// The headers, in the order sent.
    pub headers: Vec<(String, String)>,
    /// The form of a request to the issuer, masked; a source is never sent a body.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub form: Vec<(String, String)>,
}

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
    /// The connection broke, or the answer is no HTTP.
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
}

/// Why no answer came, masked: in words of ours, or in those of the network library where we have none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The kind.
    pub kind: FailureKind,
    /// The detail; may be empty.
    pub detail: Text,
}

/// What a document's bytes look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Look {
    /// `%PDF-` within the first 1,024 bytes.
    Pdf,
    /// `<!doctype html` or `<html`.
    Html,
    /// JSON.
    Json,
    /// Anything else.
    Other,
}

/// What is kept of a document; none of its bytes is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// What it looks like.
    pub look: Look,
    /// SHA-256 of all bytes that arrived, in hexadecimal.
    pub sha256: String,
    /// `%%EOF` stands within the last 1,024 bytes.
    pub ends_with_eof: bool,
    /// The whole body is one Base64 text.
    pub base64: bool,
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
    /// How many answers 429 with a short `Retry-After` were waited out before this one came.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub retries: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(count: &u32) -> bool {
    *count == 0
}

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
    openapi: OnceLock<Box<Result<OpenApi, InputFaults>>>,
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

    /// The JSON body as a page of a list.
    pub fn page(&self) -> Option<&Page> {
        self.body().map(Json::page)
    }

    /// The JSON body as one certificate.
    pub fn certificate(&self) -> Option<&Certificate> {
        self.body().map(Json::certificate)
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
    pub fn openapi(&self, file: &str) -> Option<&Result<OpenApi, InputFaults>> {
        let read = |text: &str| Box::new(OpenApi::read(file, text));
        match &self.content {
            Content::Text(text) => Some(self.openapi.get_or_init(|| read(text))),
            Content::Json(json) => Some(self.openapi.get_or_init(|| read(&json.tree().to_string()))),
            Content::Empty | Content::Document(_) => None,
        }
    }

    /// Whether the status says success.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// One request and what came of it.
#[derive(Debug, Serialize, Deserialize)]
pub struct Exchange {
    /// The key.
    pub request: Request,
    /// What was sent.
    pub sent: Sent,
    /// Milliseconds since the start of the run when it was sent.
    pub at_ms: u64,
    /// How long the answer took, in milliseconds.
    pub ms: u64,
    /// How the credential was made, for the evidence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential: Option<Text>,
    /// The answer, or why none came.
    pub result: Result<Response, Failure>,
}

impl Exchange {
    /// Whether anything left this machine.
    pub fn was_sent(&self) -> bool {
        let waited = self.request.target == Target::Issuer(IssuerCall::Expiry);
        !waited && self.result.as_ref().err().is_none_or(|failure| failure.kind.was_sent())
    }
}

/// The URL of the entry resource. The number is the raw one where a request is sent, its surrogate where it is named.
pub(crate) fn entry_url(base_url: &str, entry_path: &str, insz: &str, query: &[(String, String)]) -> String {
    let mut url = format!("{}/{}", base_url.trim_end_matches('/'), entry_path.replace("{insz}", insz));
    for (position, (name, value)) in query.iter().enumerate() {
        url.push(if position == 0 { '?' } else { '&' });
        url.push_str(name);
        url.push('=');
        url.push_str(value);
    }
    url
}

/// The environment of runs whose tokens came from our own ACM: at best a partial judgement.
pub const STAND_IN_ACM: &str = "bronkeur-acm";

/// Under which name the discovery document of our own ACM gives its control endpoint.
pub const CONTROL_ENDPOINT: &str = "bronkeur_control";

/// What a run knows of itself, masked: all that a verdict may depend on besides exchanges.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Setup {
    /// The name of the source.
    pub source: String,
    /// The base URL to which requests go.
    pub base_url: String,
    /// The base URL that hrefs carry, where the owner says that it is another.
    pub public_url: Option<String>,
    /// The path of the entry resource below it, with `{insz}` for the national number.
    pub entry_path: String,
    /// Further origins that the owner vouches for.
    pub origins: Vec<String>,
    /// The source's own OpenAPI document: its URL, or the name of the file.
    #[serde(default)]
    pub openapi: Option<String>,
    /// `tni`, `prod`, an issuer URL, or `none` without ACM.
    pub environment: String,
    /// The citizens of the profile.
    pub citizens: BTreeMap<Citizen, Person>,
    /// How tokens are asked for; none where the citizens carry TX tokens.
    pub acm: Option<AcmSetup>,
    /// Ready-made negative tokens of the profile.
    pub ready: Vec<Auth>,
    /// What the owner declares cannot arise.
    pub declares: Declares,
    /// The bounds of the run.
    pub limits: Limits,
    /// The shapes of an earlier report, to see what broke since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<Previous>,
}

/// A citizen of the profile, masked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The name that the profile gives.
    pub name: String,
    /// The surrogate of the national number.
    pub insz: String,
    /// The profile has a TX token ready.
    pub ready_token: bool,
    /// The access token comes from a refresh token, at the start of the run.
    #[serde(default)]
    pub refreshes: bool,
}

/// How tokens are asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AcmSetup {
    /// The issuer.
    pub issuer: String,
    /// The client-id with which tokens are asked.
    pub client_id: String,
    /// The client-id of the source, or the URL of the resource.
    pub audience: String,
    /// The scopes asked for, separated by spaces.
    pub scope: Option<String>,
    /// An actor token goes with the exchange.
    pub actor: bool,
    /// The source's own client-id, where its credentials are there so that tokens can be introspected.
    pub source_client: Option<String>,
    /// A second audience, for tokens that the source must refuse.
    pub other_audience: Option<String>,
    /// The exchanges before the one for the source, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hops: Vec<HopSetup>,
}

/// An exchange of the citizen's token before the one for the source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HopSetup {
    /// The client-id of the one that exchanges.
    pub client_id: String,
    /// The client-id for which it does.
    pub audience: String,
    /// The scopes asked for, separated by spaces.
    pub scope: Option<String>,
    /// An actor token goes with the exchange.
    pub actor: bool,
}

impl AcmSetup {
    /// The grant that yields what a citizen's token is exchanged from; none where that is the citizen's own token.
    pub fn last_hop(&self, citizen: Citizen) -> Option<Grant> {
        let last = u8::try_from(self.hops.len()).ok()?.checked_sub(1)?;
        Some(Grant::Hop(citizen, last))
    }

    /// What an exchange of the profile's `hops` asks for.
    pub fn hop(&self, place: u8) -> Option<&HopSetup> {
        self.hops.get(usize::from(place))
    }

    /// Whose own access token, from the login, this grant presents.
    fn presents_own_token(&self, grant: Grant) -> Option<Citizen> {
        match grant {
            Grant::Hop(citizen, 0) => Some(citizen),
            _ => grant.exchanged().filter(|citizen| self.last_hop(*citizen).is_none()),
        }
    }

    /// The tokens that must be there before a token can be asked for.
    fn before(&self, grant: Grant) -> Vec<Grant> {
        let (actor, subject) = match grant {
            Grant::Hop(citizen, place) => (
                self.hop(place).is_some_and(|hop| hop.actor).then_some(Grant::HopActor(place)),
                place.checked_sub(1).map(|before| Grant::Hop(citizen, before)),
            ),
            _ => match grant.exchanged() {
                Some(citizen) => (self.actor.then_some(Grant::Actor), self.last_hop(citizen)),
                None => (None, None),
            },
        };
        actor.into_iter().chain(subject).collect()
    }
}

/// What the owner declares cannot arise.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Declares {
    /// No citizen ever has more than one page.
    pub one_page: bool,
    /// Certificates have no documents.
    pub no_documents: bool,
    /// Every citizen has certificates.
    pub everyone_has_certificates: bool,
}

/// The bounds of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Limits {
    /// Certificates whose detail is asked for.
    pub details: usize,
    /// Documents that are downloaded.
    pub downloads: usize,
    /// Certificates whose detail and document are asked for, spread over the whole list, where `--sample` says so; then
    /// the two above do not count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sample: Option<usize>,
    /// Pages of a walk.
    pub pages: u64,
    /// Requests in all.
    pub requests: usize,
    /// The longest wait until a token has expired, in seconds; 0: none.
    pub wait_expiry: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { details: 20, downloads: 5, sample: None, pages: 200, requests: 2000, wait_expiry: 0 }
    }
}

impl Setup {
    /// The masked URL of the entry resource of a citizen; none where the profile has no such citizen.
    pub fn entry_url(&self, citizen: Citizen, query: &[(String, String)]) -> Option<String> {
        let person = self.citizens.get(&citizen)?;
        Some(entry_url(&self.base_url, &self.entry_path, &person.insz, query))
    }

    /// The grants whose tokens go out with a request.
    pub fn presented(&self, request: &Request) -> Vec<Grant> {
        match &request.target {
            Target::Issuer(IssuerCall::Token(grant)) => {
                let before = self.acm.iter().flat_map(|acm| acm.before(*grant));
                let own = self.acm.as_ref().and_then(|acm| acm.presents_own_token(*grant));
                before.chain(own.filter(|citizen| self.refreshes(*citizen)).map(Grant::Refresh)).collect()
            }
            Target::Issuer(IssuerCall::Introspection(auth) | IssuerCall::Control(Control::Seen(auth))) => {
                self.grant(*auth).into_iter().collect()
            }
            Target::OpenApi
            | Target::PlainHttp
            | Target::Tls(_)
            | Target::Issuer(IssuerCall::Discovery | IssuerCall::Control(_) | IssuerCall::Expiry) => Vec::new(),
            Target::Entry { .. } | Target::Link { .. } | Target::Path(_) => {
                self.grant(request.auth).into_iter().collect()
            }
        }
    }

    /// What must be recorded before this request can be sent.
    pub fn needs(&self, request: &Request) -> Vec<Request> {
        let mut needs: Vec<Request> = self.presented(request).into_iter().map(Request::token).collect();
        match &request.target {
            Target::Issuer(IssuerCall::Discovery) | Target::OpenApi | Target::PlainHttp | Target::Tls(_) => {}
            Target::Issuer(call) => {
                needs.insert(0, Request::issuer(IssuerCall::Discovery));
                needs.extend(match call {
                    // Closed it is only when the token is there, so that it stays so for no longer than it must.
                    IssuerCall::Control(Control::Close) => Some(Request::token(Grant::Fresh)),
                    IssuerCall::Expiry => Some(Request::token(Grant::ToExpire)),
                    _ => None,
                });
            }
            Target::Entry { .. } | Target::Link { .. } | Target::Path(_) => {
                needs.extend(match request.phase {
                    Phase::Outage => Some(Request::control(Control::Close)),
                    Phase::Recovery => Some(Request::control(Control::Open)),
                    Phase::Ordinary | Phase::Opening | Phase::Hostile | Phase::Closing => None,
                });
            }
        }
        if request.ordinal > 0 {
            needs.push(request.clone().again(request.ordinal - 1));
        }
        needs
    }

    /// Whether the citizen's access token comes from a refresh token.
    pub fn refreshes(&self, citizen: Citizen) -> bool {
        self.citizens.get(&citizen).is_some_and(|person| person.refreshes)
    }

    /// The grant that yields the token behind a credential; none where none is needed or the profile has it ready.
    pub fn grant(&self, auth: Auth) -> Option<Grant> {
        let exchange = |citizen: Citizen| {
            let ready = self.citizens.get(&citizen).is_some_and(|person| person.ready_token);
            (!ready && self.acm.is_some()).then_some(Grant::Exchange(citizen))
        };
        match auth {
            Auth::Token(citizen) => exchange(citizen),
            Auth::OtherScheme | Auth::NoScheme | Auth::LowerCaseScheme | Auth::InQuery | Auth::TamperedToken => {
                exchange(Citizen::Subject)
            }
            Auth::OtherAudience if !self.ready.contains(&auth) => {
                self.acm.as_ref().and_then(|acm| acm.other_audience.as_ref()).map(|_| Grant::OtherAudience)
            }
            Auth::WithoutScope if !self.ready.contains(&auth) => {
                self.acm.as_ref().and_then(|acm| acm.scope.as_ref()).map(|_| Grant::WithoutScope)
            }
            Auth::WithoutCitizen if !self.ready.contains(&auth) => self.acm.as_ref().map(|_| Grant::WithoutCitizen),
            Auth::Fresh => self.acm.as_ref().map(|_| Grant::Fresh),
            Auth::Unexchanged if self.refreshes(Citizen::Subject) => Some(Grant::Refresh(Citizen::Subject)),
            Auth::ExpiredToken if !self.ready.contains(&auth) && self.limits.wait_expiry > 0 => {
                self.acm.as_ref().map(|_| Grant::ToExpire)
            }
            Auth::None
            | Auth::RandomToken
            | Auth::UnsignedJwt
            | Auth::ExpiredToken
            | Auth::Unexchanged
            | Auth::OtherAudience
            | Auth::WithoutScope
            | Auth::WithoutCitizen => None,
        }
    }
}
