//! What our own ACM and MBP tell of a visit: what they were asked, and which tokens they gave. It comes raw, and from a
//! server that may be another version of ours: what cannot be read ends the visit.

use std::collections::HashMap;

use secrecy::SecretString;
use serde::Deserialize;
use serde_json::Value;

use super::masking::{Candidates, Mask};
use crate::evidence::exchange::Citizen;
use crate::evidence::exchange::visit::{Authentication, Call, Issued, Party, Received, TokenKind, What};
use crate::evidence::vault::SecretKind;

/// The most parameters of one call that are kept.
const MOST_PARAMETERS: usize = 100;

/// An event, with its moment in microseconds since 1970.
#[derive(Debug, Deserialize)]
pub(super) struct Told {
    pub(super) at_us: u64,
    #[serde(flatten)]
    pub(super) event: Event,
}

/// An event, raw.
#[derive(Debug, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub(super) enum Event {
    Received {
        by: Party,
        call: Call,
        method: String,
        path: String,
        #[serde(default)]
        media_type: Option<String>,
        #[serde(default)]
        by_script: bool,
        #[serde(default)]
        authentication: Vec<Authentication>,
        #[serde(default)]
        parameters: Vec<(String, String)>,
        #[serde(default)]
        status: Option<u16>,
        #[serde(default)]
        error: Option<String>,
    },
    Issued {
        token: SecretString,
        kind: TokenKind,
        #[serde(default)]
        insz: Option<String>,
        #[serde(default)]
        audience: Option<String>,
        #[serde(default)]
        scope: Option<String>,
        #[serde(default)]
        lifetime: Option<i64>,
    },
}

/// Whether our own ACM kept less than there was.
pub(super) fn lacks_some(answer: &Value) -> bool {
    answer.get("dropped").and_then(Value::as_u64).is_some_and(|count| count > 0)
}

/// The events of an answer, in order; `None` where it is no list of them.
pub(super) fn events(answer: &Value) -> Option<Vec<Told>> {
    let events = answer.get("events")?.as_array()?;
    events.iter().map(|event| Told::deserialize(event).ok()).collect()
}

/// Makes known the token that was given.
pub(super) fn learn_token(mask: Mask<'_>, event: &Event) {
    if let Event::Issued { token, .. } = event {
        mask.vault.learn(token, SecretKind::Token);
    }
}

/// Gathers what stands in a call under the name of a secret.
pub(super) fn gather(candidates: &mut Candidates, event: &Event) {
    if let Event::Received { parameters, path, .. } = event {
        candidates.url(path);
        for (name, value) in parameters {
            candidates.parameter(name, value);
        }
    }
}

/// An event, masked.
pub(super) fn masked(mask: Mask<'_>, citizens: &HashMap<String, Citizen>, event: Event) -> What {
    match event {
        Event::Received {
            by,
            call,
            method,
            path,
            media_type,
            by_script,
            authentication,
            parameters,
            status,
            error,
        } => What::Received(Received {
            by,
            call,
            method: mask.text(&method),
            path: mask.url(&path),
            media_type: media_type.map(|text| mask.text(&text)),
            by_script,
            authentication,
            parameters: parameters
                .into_iter()
                .take(MOST_PARAMETERS)
                .map(|(name, value)| {
                    let masked = mask.parameter(&name, &value);
                    (mask.text(&name), masked)
                })
                .collect(),
            status,
            error: error.map(|text| mask.text(&text)),
        }),
        Event::Issued { token, kind, insz, audience, scope, lifetime } => What::Issued(Issued {
            token: mask.vault.learn(&token, SecretKind::Token),
            kind,
            citizen: insz.and_then(|insz| citizens.get(&insz).copied()),
            audience: audience.map(|text| mask.text(&text)),
            scope: scope.map(|text| mask.text(&text)),
            lifetime: lifetime.and_then(|seconds| u64::try_from(seconds).ok()),
        }),
    }
}
