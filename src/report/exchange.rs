//! The public form of an exchange: the part of [`Report`](super::Report) that says what was sent and what came of it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::visit::VisitShown;
use crate::base::text::Text;
use crate::evidence::exchange::{FailureKind, Kind, SniffedType};

/// One request and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exchange {
    /// `x1`, `x2`, …
    pub id: String,
    /// What kind of call it is.
    pub kind: Kind,
    /// The method; empty where nothing was sent.
    pub method: String,
    /// The URL; empty where nothing was sent.
    pub url: String,
    /// Whose data it asks for: `subject`, `other`, `empty`, `nobody`, `malformed`.
    pub citizen: Option<String>,
    /// What it presents: `token`, `none`, `expired_token`, …
    pub auth: String,
    /// How that was made, or how the client authenticated; null where nothing was presented.
    pub made: Option<Text>,
    /// In what the call differs from the ordinary one; left out where it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub varied: Option<Text>,
    /// The status of the answer.
    pub status: Option<u16>,
    /// How long the answer took, in milliseconds.
    pub ms: u64,
    /// What came each time before, where the call was sent again; left out where it was not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<Earlier>,
    /// What was noted of the answer.
    pub facts: Facts,
    /// Why no answer came.
    pub error: Option<Unanswered>,
    /// The same request for a shell; null where nothing was sent.
    pub curl: Option<String>,
    /// What was done in a visit; only of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visit: Option<VisitShown>,
}

/// What came of a call that was sent again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Earlier {
    /// The status, where an answer came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Why no answer came, or none that was complete.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Unanswered>,
}

/// Why no answer came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unanswered {
    /// The kind.
    pub kind: FailureKind,
    /// What is known of it; may be empty.
    pub detail: Text,
}

/// What was noted of an answer; empty where none came.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// Bytes of the body that arrived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body_bytes: Option<u64>,
    /// The `Content-Length` that was announced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub announced_bytes: Option<u64>,
    /// The body ended as announced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub complete: Option<bool>,
    /// The media type, as far as one was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// Why the body is not JSON, where it should be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub json_error: Option<String>,
    /// What a document looks like.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<SniffedType>,
    /// Member names that occur twice in one object of the body.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub duplicate_keys: Vec<String>,
    /// What a TLS handshake showed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<Tls>,
    /// How many answers 429 were waited out before this one, in reports from before [`Exchange::earlier`].
    #[serde(default, skip_serializing_if = "is_zero")]
    pub retries: u32,
    /// The marks of the tokens and secrets that the answer held.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<String>,
}

/// What a TLS handshake showed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    /// The version that the server chose.
    pub version: Option<String>,
    /// How it refused.
    pub refusal: Option<String>,
    /// Until when its certificate is valid.
    pub not_after: Option<Timestamp>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(count: &u32) -> bool {
    *count == 0
}
