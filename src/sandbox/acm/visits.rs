//! A visit as our own ACM and MBP live through it: how they behave meanwhile, what they are asked, and which tokens they
//! give. All of it is raw: it is told to the client that may exchange tokens alone, and forgotten then.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde::Serialize;
use tokio::sync::watch;

use crate::evidence::exchange::visit::{AcmConduct, MbpConduct, TokenKind};
use crate::sandbox::acm::received::{Received, now_us};

/// After this long everything behaves as usual again: a run that was broken off leaves nothing wrong.
const LONGEST: Duration = Duration::from_mins(10);
/// Events of one visit that are kept, and about how many bytes of them; what comes after that is counted only.
const EVENTS: usize = 2000;
const BYTES: usize = 8 << 20;

/// A token that was given.
#[derive(Clone, Debug, Serialize)]
pub(in crate::sandbox) struct Issued {
    pub token: String,
    pub kind: TokenKind,
    /// The national number of the citizen; none for the application itself.
    pub insz: Option<String>,
    pub audience: Option<String>,
    pub scope: Option<String>,
    /// In seconds.
    pub lifetime: Option<i64>,
}

/// What happened.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum Event {
    Received(Received),
    Issued(Issued),
}

/// What happened, and when.
#[derive(Clone, Debug, Serialize)]
pub(in crate::sandbox) struct Told {
    /// Microseconds since 1970. A token bears the time of the call whose answer carried it, so that both stay together.
    at_us: i64,
    #[serde(flatten)]
    event: Event,
}

/// The visit that is on, if one is.
#[derive(Debug)]
pub(in crate::sandbox) struct Visits {
    running: Mutex<Running>,
    /// Changes at each beginning and end.
    turn: watch::Sender<()>,
}

#[derive(Debug, Default)]
struct Running {
    /// When it began; none where no visit is on.
    since: Option<Instant>,
    acm: AcmConduct,
    mbp: MbpConduct,
    told: Vec<Told>,
    bytes: usize,
    dropped: usize,
    /// The access tokens of citizens that came from a login or a refresh.
    access: Vec<String>,
}

impl Default for Visits {
    fn default() -> Self {
        Self { running: Mutex::default(), turn: watch::Sender::new(()) }
    }
}

impl Visits {
    fn lock(&self) -> MutexGuard<'_, Running> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a visit, in place of any other.
    pub(in crate::sandbox) fn begin(&self, acm: AcmConduct, mbp: MbpConduct) {
        *self.lock() = Running { since: Some(Instant::now()), acm, mbp, ..Running::default() };
        self.turn.send_replace(());
    }

    /// Ends it: what was told in it, in order, and how much more there was.
    pub(in crate::sandbox) fn end(&self) -> (Vec<Told>, usize) {
        let Running { mut told, dropped, .. } = std::mem::take(&mut *self.lock());
        self.turn.send_replace(());
        told.sort_by_key(|told| told.at_us);
        (told, dropped)
    }

    pub(in crate::sandbox) fn acm(&self) -> AcmConduct {
        let running = self.lock();
        if running.is_fresh() { running.acm } else { AcmConduct::default() }
    }

    pub(in crate::sandbox) fn mbp(&self) -> MbpConduct {
        let running = self.lock();
        if running.is_fresh() { running.mbp } else { MbpConduct::default() }
    }

    /// What is done when the visit that is on ends.
    pub(in crate::sandbox) fn turn(&self) -> watch::Receiver<()> {
        self.turn.subscribe()
    }

    /// Notes a call and the tokens that its answer carried; or tokens alone, of a call that is not told.
    pub(in crate::sandbox) fn note(&self, received: Option<Received>, issued: Vec<Issued>) {
        let mut running = self.lock();
        if !running.is_fresh() {
            return;
        }
        let at_us = received.as_ref().map_or_else(now_us, |received| received.at_us);
        let access = issued.iter().filter(|issued| issued.kind == TokenKind::Access);
        let access: Vec<String> = access.map(|issued| issued.token.clone()).collect();
        running.access.extend(access);
        running.access.truncate(EVENTS);
        let of_answer = issued.into_iter().map(Event::Issued);
        for event in received.map(Event::Received).into_iter().chain(of_answer) {
            running.push(Told { at_us, event });
        }
    }

    /// The access tokens of citizens that were given in this visit.
    pub(in crate::sandbox) fn access_tokens(&self) -> Vec<String> {
        self.lock().access.clone()
    }
}

impl Running {
    fn is_fresh(&self) -> bool {
        self.since.is_some_and(|since| since.elapsed() < LONGEST)
    }

    fn push(&mut self, told: Told) {
        let weight = match &told.event {
            Event::Received(received) => received.weight(),
            Event::Issued(issued) => size_of::<Told>() + issued.token.len(),
        };
        if self.told.len() >= EVENTS || self.bytes + weight > BYTES {
            self.dropped += 1;
            return;
        }
        self.bytes += weight;
        self.told.push(told);
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderMap;

    use super::*;
    use crate::evidence::exchange::visit::{Call, Party};
    use crate::sandbox::answer::Inbound;

    fn call(query: String) -> Received {
        let request = Inbound {
            method: "GET".to_owned(),
            path: "/op/v1/auth".to_owned(),
            query: Some(query),
            headers: HeaderMap::new(),
            body: Vec::new(),
            certificate: None,
        };
        Received::of(Party::Acm, Call::Authorization, &request)
    }

    fn access() -> Issued {
        let (kind, insz) = (TokenKind::Access, None);
        Issued { token: "t".to_owned(), kind, insz, audience: None, scope: None, lifetime: None }
    }

    #[test]
    fn a_visit_keeps_so_many_events_and_so_many_bytes_of_them() {
        let visits = Visits::default();
        visits.begin(AcmConduct::AsUsual, MbpConduct::AsUsual);
        for _ in 0..EVENTS {
            visits.note(Some(call(String::new())), vec![access()]);
        }
        assert_eq!(visits.access_tokens().len(), EVENTS);
        let (told, dropped) = visits.end();
        assert_eq!((told.len(), dropped), (EVENTS, EVENTS));
        visits.begin(AcmConduct::AsUsual, MbpConduct::AsUsual);
        let long = ["a=", &"x".repeat(5000), "&"].concat().repeat(50);
        for _ in 0..100 {
            visits.note(Some(call(long.clone())), Vec::new());
        }
        let (told, dropped) = visits.end();
        assert!(told.len() > 20 && dropped > 20 && told.len() + dropped == 100, "{dropped}");
    }

    #[test]
    fn nothing_is_kept_where_no_visit_is_on_or_it_was_forgotten() {
        let visits = Visits::default();
        visits.note(None, vec![access()]);
        assert_eq!((visits.end().0.len(), visits.access_tokens().len()), (0, 0));
        visits.begin(AcmConduct::OddTokens, MbpConduct::Hangs);
        assert_eq!((visits.acm(), visits.mbp()), (AcmConduct::OddTokens, MbpConduct::Hangs));
        let Some(long_ago) = Instant::now().checked_sub(LONGEST) else { return };
        visits.lock().since = Some(long_ago);
        visits.note(None, vec![access()]);
        assert_eq!((visits.acm(), visits.mbp()), (AcmConduct::AsUsual, MbpConduct::AsUsual));
        assert!(visits.end().0.is_empty());
    }

    #[test]
    fn calls_are_told_in_the_order_in_which_they_came() {
        let visits = Visits::default();
        visits.begin(AcmConduct::AsUsual, MbpConduct::AsUsual);
        let (mut first, second) = (call("first".to_owned()), call("second".to_owned()));
        first.at_us = second.at_us - 5;
        visits.note(Some(second), vec![access()]);
        visits.note(Some(first), vec![access()]);
        let (told, _) = visits.end();
        let shape: Vec<_> = told.iter().map(|told| matches!(told.event, Event::Received(_))).collect();
        assert_eq!(shape, [true, false, true, false]);
        assert_eq!(told[2].at_us, told[0].at_us + 5);
    }
}
