//! Tokens end; a long run asks for new ones in time. A renewal is the same token request once more, with the next ordinal.

use std::collections::BTreeSet;

use crate::base::lifetime::lifetime;
use crate::evidence::exchange::{Exchange, Grant, IssuerCall, Request, Target};
use crate::evidence::recording::Recording;

/// How long before its end a token is renewed, in milliseconds; a short-lived one in the last fifth of its life.
const MARGIN: u64 = 30_000;

/// The renewals among these requests.
pub(super) fn outstanding<'a>(requests: impl Iterator<Item = &'a Request>) -> BTreeSet<Grant> {
    let renewed = |request: &Request| match request.target {
        Target::Issuer(IssuerCall::Token(grant)) if request.ordinal > 0 => Some(grant),
        _ => None,
    };
    requests.filter_map(renewed).collect()
}

/// What has to be asked anew before this request goes out, `now` milliseconds after the start of the run.
pub(super) fn needed(recording: &Recording, request: &Request, now: u64) -> Vec<Request> {
    let grants = recording.setup.presented(request);
    grants.into_iter().filter_map(|grant| renewal(recording, grant, now)).collect()
}

fn renewal(recording: &Recording, grant: Grant, now: u64) -> Option<Request> {
    // These two are what they are by their age.
    if matches!(grant, Grant::Fresh | Grant::ToExpire) {
        return None;
    }
    let first = Request::token(grant);
    let tries = (0..).map_while(|ordinal| recording.get(&first.clone().again(ordinal)));
    let last = tries.last()?;
    let next = last.request.ordinal.checked_add(1)?;
    ends(last).filter(|ends| now >= *ends).map(|_| first.again(next))
}

/// When the token of an answer has to be renewed; none where the answer gave none, or does not say: what was refused once
/// is not asked again.
fn ends(exchange: &Exchange) -> Option<u64> {
    let response = exchange.result.as_ref().ok().filter(|response| response.is_success())?;
    let seconds = response.json()?.get("expires_in").and_then(lifetime).filter(|seconds| *seconds > 0)?;
    let lifetime = seconds.unsigned_abs().saturating_mul(1000);
    Some(exchange.at_ms.saturating_add(lifetime - MARGIN.min(lifetime / 5)))
}
