//! Our own part of a HAR, under `_bronkeur`: in the log and in each entry. Written and read by the same types.

use std::borrow::Cow;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::base::text::Text;
use crate::catalogue::SetVersion;
use crate::evidence::exchange::{Content, Document, Earlier, Exchange, Facts, Failure, Request, Sent};
use crate::evidence::setup::Setup;
use crate::evidence::vault::Mark;
use crate::report::RunMeta;

/// The version of this part. A change that older programs cannot read gets a new one.
pub(super) const SCHEMA: &str = "bronkeur.evidence/2";

/// What this program reads too: the same without `earlier`.
pub(super) const BEFORE: &str = "bronkeur.evidence/1";

/// What the run knew of itself.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LogExtension<'a> {
    pub(super) schema: Cow<'a, str>,
    /// The sets of requirements that judged the run.
    pub(super) specs: Cow<'a, [SetVersion]>,
    pub(super) started: Timestamp,
    /// As text: programs that rewrite JSON round integers of this size.
    pub(super) seed: Cow<'a, str>,
    pub(super) closed: bool,
    /// How many exchanges there are, so that it shows when some are taken out.
    pub(super) exchanges: usize,
    pub(super) setup: Cow<'a, Setup>,
    pub(super) meta: Cow<'a, RunMeta>,
    pub(super) marks: Cow<'a, [Mark]>,
    pub(super) without_http: Vec<NonHttpExchange<'a>>,
}

/// The exchange of an entry: what HAR has no place for.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EntryExtension<'a> {
    /// The request by name: the key under which checks find it.
    pub(super) request: Cow<'a, Request>,
    /// How the credential was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) credential: Option<Cow<'a, Text>>,
    /// What came each time before, where the call was sent again.
    #[serde(default, skip_serializing_if = "<[Earlier]>::is_empty")]
    pub(super) earlier: Cow<'a, [Earlier]>,
    pub(super) came: CallOutcome<'a>,
}

/// What came of a request.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[expect(clippy::large_enum_variant, reason = "one at a time, on its way to a file")]
pub(super) enum CallOutcome<'a> {
    Answer { body: BodyKind<'a>, facts: Cow<'a, Facts> },
    Failure(Cow<'a, Failure>),
}

/// What is kept of a body. Its text stands where HAR has it.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum BodyKind<'a> {
    Empty,
    Json,
    Text,
    Document(Cow<'a, Document>),
}

/// An exchange without an HTTP message that HAR could show: a TLS handshake, a file, a request that was never sent.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NonHttpExchange<'a> {
    pub(super) sent: Cow<'a, Sent>,
    pub(super) at_ms: u64,
    pub(super) ms: u64,
    /// 0 where no answer came, or none that has a status.
    pub(super) status: u16,
    pub(super) headers: Cow<'a, [(String, String)]>,
    pub(super) text: Option<Body<'a>>,
    pub(super) exchange: EntryExtension<'a>,
}

/// The text of a body: JSON as text too, whose depth then does not count with that of the HAR.
pub(super) enum Body<'a> {
    Json(Cow<'a, Value>),
    Text(Cow<'a, str>),
}

impl Serialize for Body<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            // Straight into the file: the text of a large body is not made first.
            Self::Json(value) => to.collect_str(value),
            Self::Text(text) => to.serialize_str(text),
        }
    }
}

impl<'de> Deserialize<'de> for Body<'_> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from).map(|text| Self::Text(Cow::Owned(text)))
    }
}

impl<'a> EntryExtension<'a> {
    pub(super) fn of(exchange: &'a Exchange) -> Self {
        let came = match &exchange.result {
            Err(failure) => CallOutcome::Failure(Cow::Borrowed(failure)),
            Ok(response) => {
                let body = match &response.content {
                    Content::Empty => BodyKind::Empty,
                    Content::Json(_) => BodyKind::Json,
                    Content::Text(_) => BodyKind::Text,
                    Content::Document(document) => BodyKind::Document(Cow::Borrowed(document)),
                };
                CallOutcome::Answer { body, facts: Cow::Borrowed(&response.facts) }
            }
        };
        let credential = exchange.credential.as_ref().map(Cow::Borrowed);
        let earlier = Cow::Borrowed(exchange.earlier.as_slice());
        Self { request: Cow::Borrowed(&exchange.request), credential, earlier, came }
    }
}

impl<'a> NonHttpExchange<'a> {
    pub(super) fn of(exchange: &'a Exchange) -> Self {
        let answer = exchange.result.as_ref().ok();
        Self {
            sent: Cow::Borrowed(&exchange.sent),
            at_ms: exchange.at_ms,
            ms: exchange.ms,
            status: answer.map_or(0, |answer| answer.status),
            headers: Cow::Borrowed(answer.map_or(&[], |answer| &answer.headers)),
            text: answer.and_then(|answer| Body::of(&answer.content)),
            exchange: EntryExtension::of(exchange),
        }
    }
}

impl<'a> Body<'a> {
    /// The text that is recorded of a body.
    pub(super) fn of(content: &'a Content) -> Option<Self> {
        match content {
            Content::Json(json) => Some(Self::Json(json.tree())),
            Content::Text(text) => Some(Self::Text(Cow::Borrowed(text))),
            Content::Empty | Content::Document(_) => None,
        }
    }
}
