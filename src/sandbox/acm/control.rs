//! What bronkeur asks of its own ACM and of no other issuer: to close introspection for a moment (SEC-20), how often
//! the source asked about a token (SEC-16), and whether it was refused when it asked.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::sandbox::acm::called::Known;
use crate::sandbox::acm::tokens::Tokens;
use crate::sandbox::acm::{Error, Form};

/// After this long introspection opens again by itself: a run that was broken off leaves nothing closed.
const LONGEST: Duration = Duration::from_secs(10);

/// Characters of a client-id that are kept.
const LONGEST_ID: usize = 100;

/// Whether introspection is closed, and until when.
#[derive(Debug, Default)]
pub(in crate::sandbox) struct Door(Mutex<Option<Instant>>);

impl Door {
    fn lock(&self) -> MutexGuard<'_, Option<Instant>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(in crate::sandbox) fn close(&self, now: Instant) {
        *self.lock() = Some(now + LONGEST);
    }

    /// Opens it, and says whether it was closed until now.
    pub(in crate::sandbox) fn open(&self, now: Instant) -> bool {
        self.lock().take().is_some_and(|until| now < until)
    }

    pub(in crate::sandbox) fn is_closed(&self, now: Instant) -> bool {
        self.lock().is_some_and(|until| now < until)
    }
}

/// The latest introspection that was refused because of its client, since one by the source succeeded: who asked, and when.
#[derive(Debug, Default)]
pub(in crate::sandbox) struct Refusals(Mutex<Option<(String, Known, Instant)>>);

impl Refusals {
    /// Notes who asked to introspect, and whether it was the client that it named.
    pub(in crate::sandbox) fn note(&self, client: Option<(String, Known)>) {
        let Some((id, known)) = client else { return };
        // What is no client-id of ours may be anything, a secret as well.
        let id = if known == Known::No { String::new() } else { id.chars().take(LONGEST_ID).collect() };
        let latest = (known != Known::Yes).then(|| (id, known, Instant::now()));
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = latest;
    }

    fn told(&self) -> Value {
        match self.0.lock().unwrap_or_else(PoisonError::into_inner).as_ref() {
            None => json!({ "refused": null }),
            Some((id, known, when)) => {
                let ago = u64::try_from(when.elapsed().as_millis()).unwrap_or(u64::MAX);
                json!({ "refused": { "client_id": id, "known": *known == Known::WrongSecret, "ago_ms": ago } })
            }
        }
    }
}

/// Performs what the form asks.
pub(in crate::sandbox) fn perform(
    form: &Form,
    door: &Door,
    tokens: &Tokens,
    refusals: &Refusals,
) -> Result<Value, Error> {
    match form.get("action").map(String::as_str) {
        Some("close") => {
            door.close(Instant::now());
            Ok(json!({ "introspection": "closed", "seconds": LONGEST.as_secs() }))
        }
        Some("open") => {
            let before = if door.open(Instant::now()) { "closed" } else { "open" };
            Ok(json!({ "introspection": "open", "before": before }))
        }
        Some("seen") => {
            let token = form.get("token").ok_or(Error(400, "invalid_request", "token is missing"))?;
            let count = tokens.introspections(token).ok_or(Error(400, "invalid_request", "the token is unknown"))?;
            Ok(json!({ "introspections": count }))
        }
        Some("refused") => Ok(refusals.told()),
        _ => Err(Error(400, "invalid_request", "action is close, open, seen or refused")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_opens_by_itself() {
        let (door, now) = (Door::default(), Instant::now());
        assert!(!door.is_closed(now));
        door.close(now);
        let late = now + LONGEST;
        assert!(door.is_closed(now) && door.is_closed(now + LONGEST.mul_f32(0.99)));
        assert!(!door.is_closed(late));
        assert!(!door.open(late), "it had opened by itself");
    }

    #[test]
    fn opening_says_whether_it_was_closed() {
        let (door, now) = (Door::default(), Instant::now());
        assert!(!door.open(now));
        door.close(now);
        assert!(door.open(now));
        assert!(!door.is_closed(now) && !door.open(now));
    }
}
