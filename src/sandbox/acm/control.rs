//! What bronkeur asks of its own ACM and of no other issuer: to close introspection for a moment (SEC-20), how often
//! the source asked about a token (SEC-16), whether it was refused when it asked, and whether it asked at all; where it
//! has a login, also to begin and end a visit to an application.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::base::text::shown;
use crate::sandbox::acm::called::{Known, without_numbers};
use crate::sandbox::acm::{Acm, Error, Form};
use crate::sandbox::answer::put;

/// After this long introspection opens again by itself: a run that was broken off leaves nothing closed.
const LONGEST: Duration = Duration::from_secs(10);

/// Characters of a client-id that are kept.
const LONGEST_ID: usize = 100;

/// Whether introspection is closed, and until when.
#[derive(Debug, Default)]
pub(in crate::sandbox) struct IntrospectionSwitch(Mutex<Option<Instant>>);

impl IntrospectionSwitch {
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

/// Segments of a path that are told, and characters of each: what is longer may be a token.
const SEGMENTS: usize = 5;
const LONGEST_SEGMENT: usize = 24;

/// What the source asked about tokens, our own calls left out.
#[derive(Debug, Default)]
pub(in crate::sandbox) struct Questions(Mutex<Asked>);

#[derive(Debug, Default)]
struct Asked {
    /// When it asked last, whatever came of it.
    last: Option<Instant>,
    /// The latest introspection that was refused because of its client, since one by the source succeeded: who asked, and
    /// when.
    refused: Option<(String, Known, Instant)>,
    /// The latest call to where nothing is: method and path, and when.
    elsewhere: Option<(String, Instant)>,
}

impl Questions {
    fn asked(&self) -> MutexGuard<'_, Asked> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes who asked to introspect, and whether it was the client that it named.
    pub(in crate::sandbox) fn note(&self, client: Option<(String, Known)>) {
        let (mut asked, now) = (self.asked(), Instant::now());
        asked.last = Some(now);
        let Some((id, known)) = client else { return };
        // What is no client-id of ours may be anything, a secret as well.
        let id = if known == Known::No { String::new() } else { id.chars().take(LONGEST_ID).collect() };
        asked.refused = (known != Known::Yes).then_some((id, known, now));
    }

    /// Notes a call to where nothing is, or in a way that nothing is asked.
    pub(in crate::sandbox) fn note_elsewhere(&self, method: &str, path: &str) {
        let segments = path.split('/').take(SEGMENTS + 1);
        let told: Vec<&str> =
            segments.map(|part| if part.chars().count() > LONGEST_SEGMENT { "…" } else { part }).collect();
        self.asked().elsewhere =
            Some((shown(&format!("{method} {}", without_numbers(&told.join("/")))), Instant::now()));
    }

    /// `introspection`: where it should ask.
    fn told(&self, introspection: &str) -> Value {
        let asked = self.asked();
        let ago = |when: &Instant| u64::try_from(when.elapsed().as_millis()).unwrap_or(u64::MAX);
        let refused = asked.refused.as_ref().map(
            |(id, known, when)| json!({ "client_id": id, "known": *known == Known::WrongSecret, "ago_ms": ago(when) }),
        );
        json!({
            "refused": refused,
            "asked": asked.last.as_ref().map(|when| json!({ "ago_ms": ago(when) })),
            "elsewhere": asked.elsewhere.as_ref().map(|(call, when)| json!({ "call": call, "ago_ms": ago(when) })),
            "introspection": introspection,
        })
    }
}

/// Performs what the form asks.
pub(in crate::sandbox) fn perform(acm: &Acm, form: &Form) -> Result<Value, Error> {
    let Acm { door, tokens, questions, .. } = acm;
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
        Some("refused") => Ok(questions.told(&acm.introspection())),
        Some(action @ ("visit" | "expire" | "told")) if acm.login.is_some() => visit(acm, action, form),
        _ => Err(Error(
            400,
            "invalid_request",
            "action is close, open, seen or refused; with a login visit, expire or told",
        )),
    }
}

/// Begins a visit to an application, lets its tokens expire, or ends it.
fn visit(acm: &Acm, action: &str, form: &Form) -> Result<Value, Error> {
    let Acm { visits, tokens, .. } = acm;
    match action {
        "visit" => {
            visits.begin(conduct(form, "acm")?, conduct(form, "mbp")?);
            Ok(json!({ "visit": "begun" }))
        }
        "expire" => {
            let expired = visits.access_tokens().into_iter().filter(|token| tokens.expire(token)).count();
            Ok(json!({ "expired": expired }))
        }
        _ => {
            let (events, dropped) = visits.end();
            let mut body = json!({ "events": events });
            if dropped > 0 {
                put(&mut body, "dropped", dropped);
            }
            Ok(body)
        }
    }
}

/// A behaviour by its name; as usual where none is named.
fn conduct<T: DeserializeOwned + Default>(form: &Form, name: &str) -> Result<T, Error> {
    let Some(conduct) = form.get(name) else { return Ok(T::default()) };
    serde_json::from_value(json!(conduct)).map_err(|_| Error(400, "invalid_request", "there is no such behaviour"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_opens_by_itself() {
        let (door, now) = (IntrospectionSwitch::default(), Instant::now());
        assert!(!door.is_closed(now));
        door.close(now);
        let late = now + LONGEST;
        assert!(door.is_closed(now) && door.is_closed(now + LONGEST.mul_f32(0.99)));
        assert!(!door.is_closed(late));
        assert!(!door.open(late), "it had opened by itself");
    }

    #[test]
    fn a_path_is_told_without_what_may_be_a_token_or_a_number() {
        let questions = Questions::default();
        for (path, told) in [
            ("/opp/v1/introspect", "POST /opp/v1/introspect"),
            ("/op/0f3c9a7be25d4816b0c2d4e6f8a1c3b5/90010100123", "POST /op/…/…"),
            ("/a/b/c/d/e/f/g", "POST /a/b/c/d/e"),
        ] {
            questions.note_elsewhere("POST", path);
            assert_eq!(questions.told("")["elsewhere"]["call"], told);
        }
    }

    #[test]
    fn opening_says_whether_it_was_closed() {
        let (door, now) = (IntrospectionSwitch::default(), Instant::now());
        assert!(!door.open(now));
        door.close(now);
        assert!(door.open(now));
        assert!(!door.is_closed(now) && !door.open(now));
    }
}
