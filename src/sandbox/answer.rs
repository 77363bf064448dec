//! What comes in and what goes out, free of the HTTP library, so that a fault can change any part of an answer.

use axum::body::Body;
use axum::http::header::{TRAILER, TRANSFER_ENCODING};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Version};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};

/// What stands in `Transfer-Encoding` until the answer is sent: chunks, and fields after them.
pub(super) const TRAILERS: &str = "chunked, trailers";
/// The same, for an answer of HTTP/1.0.
pub(super) const OLD: &str = "1.0";
/// The same, for one that ends with its connection.
pub(super) const OLD_WITHOUT_LENGTH: &str = "1.0, closed";
const X_CHECKSUM: HeaderName = HeaderName::from_static("x-checksum");

/// What the body of an error holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorBody {
    /// `type`, `title`, `status`, `detail` and `instance`.
    Problem,
    /// The same with `status` as a string, as VO's sample has it.
    StatusAsString,
    /// `type`, `title` and `status` only.
    Short,
    /// No body; allowed, and a note (ERR-07).
    None,
}

/// Puts a field in an object; anything else stays as it is.
pub fn put(body: &mut Value, name: &str, value: impl Into<Value>) {
    if let Some(body) = body.as_object_mut() {
        body.insert(name.to_owned(), value.into());
    }
}

/// A request as ACM and source read it.
#[derive(Clone, Debug)]
pub(super) struct Inbound {
    pub method: String,
    pub path: String,
    pub query: Option<String>,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
    /// The common name in the certificate that the caller showed, signed by the sandbox's own authority.
    pub certificate: Option<String>,
}

impl Inbound {
    /// The text of a header, where it is there and is text.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The first value of a query parameter.
    pub(super) fn parameter(&self, name: &str) -> Option<String> {
        let query = self.query.as_deref()?;
        url::form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }
}

/// An answer before it is sent.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The headers; `Content-Length` is added by the server.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// An answer without a body.
    pub fn status(status: u16) -> Self {
        Self { status, ..Self::default() }
    }

    /// An answer with a body of this media type.
    pub fn with_body(status: u16, media_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let mut answer = Self { status, headers: HeaderMap::new(), body: body.into() };
        answer.set("content-type", media_type);
        answer
    }

    /// An answer whose body is this JSON.
    pub fn json(status: u16, media_type: &str, body: &Value) -> Self {
        Self::with_body(status, media_type, body.to_string())
    }

    /// The OAuth error that its body states.
    pub(super) fn error(&self) -> Option<String> {
        let body: Value = serde_json::from_slice(&self.body).ok()?;
        Some(body.get("error")?.as_str()?.to_owned())
    }

    /// Sets a header, in place of any other of that name. A name or value that HTTP cannot carry is left out.
    pub fn set(&mut self, name: &str, value: &str) {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::from_str(value)) {
            self.headers.insert(name, value);
        }
    }

    /// Adds a header, beside any other of that name.
    pub(super) fn add(&mut self, name: &'static str, value: &str) {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.append(name, value);
        }
    }

    /// Takes a header away.
    pub fn unset(&mut self, name: &str) {
        self.headers.remove(name);
    }

    /// Changes a JSON body; any other body stays as it is.
    pub fn edit_json(&mut self, change: impl FnOnce(&mut Value)) {
        if let Ok(mut body) = serde_json::from_slice(&self.body) {
            change(&mut body);
            self.body = body.to_string().into_bytes();
        }
    }

    pub(super) fn into_response(self) -> axum::response::Response {
        let mut headers = self.headers;
        // Chunks: a body of which the server does not know the length beforehand.
        let framing = headers.remove(TRANSFER_ENCODING);
        let is_old = framing.as_ref().is_some_and(|framing| framing == OLD || framing == OLD_WITHOUT_LENGTH);
        let body = match framing {
            Some(framing) if framing == TRAILERS => {
                headers.insert(TRAILER, HeaderValue::from_static("x-checksum"));
                let fields = HeaderMap::from_iter([(X_CHECKSUM, HeaderValue::from_static("sha-256=none"))]);
                Body::new(Body::from(self.body).with_trailers(async move { Some(Ok(fields)) }))
            }
            Some(framing) if framing != OLD => Body::new(Body::from(self.body).map_frame(|frame| frame)),
            _ => Body::from(self.body),
        };
        let mut response = axum::response::Response::new(body);
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        *response.headers_mut() = headers;
        if is_old {
            *response.version_mut() = Version::HTTP_10;
        }
        response
    }
}

/// An error in the source's words, before it has a form.
#[derive(Clone, Copy, Debug)]
pub(super) struct Problem {
    pub status: u16,
    /// The last part of `type`; one for each kind of error.
    pub kind: &'static str,
    pub title: &'static str,
    pub detail: &'static str,
}

impl Problem {
    /// The answer that tells this problem. `instance` holds no national number, so that two refusals are the same.
    pub(super) fn answer(self, shape: ErrorBody, instance: &str) -> Answer {
        let about = format!("urn:problem-type:sandbox:{}", self.kind);
        let body = match shape {
            ErrorBody::None => return Answer::status(self.status),
            ErrorBody::Short => json!({ "type": about, "title": self.title, "status": self.status }),
            ErrorBody::Problem | ErrorBody::StatusAsString => json!({
                "type": about, "title": self.title, "status": self.status, "detail": self.detail, "instance": instance,
            }),
        };
        let mut answer = Answer::json(self.status, "application/problem+json", &body);
        if shape == ErrorBody::StatusAsString {
            answer.edit_json(|body| put(body, "status", json!(self.status.to_string())));
        }
        answer
    }
}
