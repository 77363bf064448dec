//! The wait until a token that the run obtained has expired, as an exchange of its own.

use std::time::Duration;

use serde_json::json;
use tokio::time::{Instant, sleep};

use super::http::{Transport, milliseconds};
use crate::evidence::exchange::{
    Content, EXPIRY_MARGIN, Exchange, Facts, Failure, FailureKind, Grant, Request, Response, Sent,
};
use crate::text;

/// When a token that was asked for expires, by the clock of this machine: a life time needs no other.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lifetime {
    /// When the answer came. The token was issued before that.
    pub(super) from: Instant,
    /// How long it lives, in seconds.
    pub(super) seconds: u64,
}

/// How long to wait in all, and how long the token has expired by then; seconds. None where it would not expire in time.
fn wait(lifetime: u64, longest: u64) -> Option<(u64, u64)> {
    let whole = lifetime.saturating_add(EXPIRY_MARGIN).min(longest);
    whole.checked_sub(lifetime).filter(|expired_for| *expired_for > 0).map(|expired_for| (whole, expired_for))
}

impl Transport {
    /// Waits until the token has expired for the margin that SEC-04 asks, or as long as the run allows. What is recorded
    /// says for how long it has expired then.
    pub(super) async fn wait_for_expiry(&self, request: Request) -> Exchange {
        let sent = Sent { method: "WAIT".to_owned(), ..Sent::default() };
        let at_ms = milliseconds(self.settings.started.elapsed());
        let start = Instant::now();
        let result = match self.expiry() {
            Err(failure) => Err(failure),
            Ok((until, lifetime, expired_for)) => {
                sleep(until.saturating_duration_since(start)).await;
                let said = json!({ "expires_in": lifetime, "expired_for": expired_for });
                let body_bytes = said.to_string().len() as u64;
                let facts = Facts { body_bytes, complete: true, utf8: true, ..Facts::default() };
                Ok(Response::new(0, Vec::new(), Content::json(said), facts))
            }
        };
        Exchange {
            request,
            sent,
            at_ms,
            ms: milliseconds(start.elapsed()),
            credential: None,
            earlier: Vec::new(),
            result,
        }
    }

    /// Until when to wait, the life time of the token, and for how long it has expired then.
    fn expiry(&self) -> Result<(Instant, u64, u64), Failure> {
        let Some(Lifetime { from, seconds }) = self.memory().lifetimes.get(&Grant::ToExpire).copied() else {
            let cause = match self.vault.token(Grant::ToExpire) {
                Some(_) => text!(
                    "de uitgever zegt niet wanneer zijn token vervalt",
                    "the issuer does not say when its token expires"
                ),
                None => self.cause(Grant::ToExpire),
            };
            return Err(self.failure(FailureKind::NoToken, &cause));
        };
        let longest = self.settings.setup.limits.wait_expiry;
        let Some((whole, expired_for)) = wait(seconds, longest) else {
            let words = text!(
                "het token is {seconds} s geldig, en bronkeur wacht niet langer dan {longest} s",
                "the token is valid for {seconds} s, and bronkeur waits no longer than {longest} s"
            );
            return Err(self.failure(FailureKind::Limit, &words));
        };
        Ok((from + Duration::from_secs(whole), seconds, expired_for))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_waits_for_the_margin_or_as_long_as_it_may() {
        for (lifetime, longest, expected) in [
            (60, 3600, Some((360, 300))),
            (60, 360, Some((360, 300))),
            (60, 100, Some((100, 40))),
            (60, 60, None),
            (3600, 900, None),
            (u64::MAX, u64::MAX, None),
        ] {
            assert_eq!(wait(lifetime, longest), expected, "{lifetime} {longest}");
        }
    }
}
