//! Whether a call is sent again, and when: the one place that decides it.
//!
//! Who does not get through to a source, or only to a busy one, has heard nothing of it yet. So a call that only asks is
//! repeated, a few times, within one budget of waiting for the whole run: what is down stays down soon enough.

use std::time::Duration;

use tokio::time::Instant;

use crate::evidence::exchange::{Phase, is_unavailable};

/// How often a call is sent again to a source that is not available.
const AGAIN: u32 = 2;

/// The pauses before that, where the answer names none.
const PAUSES: [Duration; 2] = [Duration::from_millis(200), Duration::from_millis(800)];

/// The same after an answer 429: who is asked to slow down waits longer.
const PAUSES_OF_BUSY: [Duration; 2] = [Duration::from_millis(500), Duration::from_secs(2)];

/// The pause before a call is repeated that was answered 500: an accident is over by then.
const TINY: Duration = Duration::from_millis(20);

/// How long a run waits in all; the time in which several calls wait at once counts once.
const PATIENCE: Duration = Duration::from_secs(8);

/// The same where a source asks to slow down: it is there, and will answer.
const PATIENCE_WITH_BUSY: Duration = Duration::from_secs(30);

/// After so many calls in a row that had to be given up the source is taken to be down: no other one waits for it.
const DOWN: u32 = 3;

/// What came of a call, as far as it matters here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Came {
    /// The server's own answer, or a failure that would come again.
    Final,
    /// 429, with the wait that it asks for.
    Busy(Option<Duration>),
    /// 502, 503 or 504, with the wait that it asks for.
    Unavailable(Option<Duration>),
    /// Another 5xx.
    Error,
    /// The connection was closed or reset before the answer was complete.
    Broken,
    /// The connection was reset while it was made.
    NoConnection,
    /// A connection of earlier calls was found closed: an accident of timing that says nothing of the server (RFC 9112,
    /// section 9.3.1).
    Stale,
}

impl Came {
    /// What an answer comes to. `broken`: its body ended too early.
    pub(super) fn of(status: u16, retry_after: Option<Duration>, broken: bool) -> Self {
        match status {
            429 => Self::Busy(retry_after),
            _ if is_unavailable(status) => Self::Unavailable(retry_after),
            500..600 => Self::Error,
            _ if broken => Self::Broken,
            _ => Self::Final,
        }
    }
}

/// How far a call may be repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Repeat {
    /// It only asks.
    Asks,
    /// It only asks, in a way that a correct source refuses: what keeps it out may be no outage.
    Hostile,
    /// What comes of it is what matters, whatever it is.
    Shows,
    /// It changes something at the issuer, the same each time: another token, another look at one.
    Renews,
    /// What it presents works once.
    Spends,
}

impl Repeat {
    /// How far a call to the source may be repeated.
    pub(super) fn in_phase(phase: Phase) -> Self {
        match phase {
            Phase::Ordinary | Phase::Opening | Phase::Closing | Phase::Recovery => Self::Asks,
            Phase::Hostile => Self::Hostile,
            Phase::Outage => Self::Shows,
        }
    }
}

/// What happens now. What is sent again has a connection of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// What came is what there is.
    Judge,
    /// It is sent again at once.
    Anew,
    /// It is sent again after this wait.
    Wait(Duration),
}

/// How often a call was sent again, and why.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tries {
    unavailable: u32,
    error: u32,
    stale: u32,
}

/// How long a run may still wait.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// The longest wait of one call.
    longest: Duration,
    spent: Duration,
    /// Until when somebody waits already.
    waiting: Option<Instant>,
    /// The calls in a row that were given up.
    given_up: u32,
}

impl Patience {
    /// That of a run that waits no longer than this at a time.
    pub(super) fn new(longest: Duration) -> Self {
        Self { longest, spent: Duration::ZERO, waiting: None, given_up: 0 }
    }

    /// What happens after a call came to this.
    pub(super) fn next(&mut self, came: Came, repeat: Repeat, tries: &mut Tries, now: Instant) -> Next {
        let next = match came {
            Came::Stale if repeat != Repeat::Spends && tries.stale == 0 => {
                tries.stale += 1;
                return Next::Anew;
            }
            Came::Error if tries.error == 0 && tries.may(repeat) => {
                tries.error += 1;
                return Next::Wait(TINY);
            }
            Came::Final | Came::Error => {
                self.given_up = 0;
                return Next::Judge;
            }
            Came::Busy(Some(wait)) if matches!(repeat, Repeat::Renews | Repeat::Spends) => {
                // Nothing came of it: it is as if it had not been sent.
                if tries.unavailable < AGAIN { self.wait(wait, PATIENCE_WITH_BUSY, now) } else { Next::Judge }
            }
            // A connection that broke shows nothing of what the server makes of the call.
            Came::Broken | Came::NoConnection if repeat == Repeat::Shows && tries.unavailable == 0 => {
                Next::Wait(Duration::ZERO)
            }
            _ if !tries.may(repeat) || (came == Came::NoConnection && tries.unavailable > 0) => Next::Judge,
            Came::Busy(wait) => {
                let pause = wait.unwrap_or_else(|| tries.pause(PAUSES_OF_BUSY));
                if self.is_down() { Next::Judge } else { self.wait(pause, PATIENCE_WITH_BUSY, now) }
            }
            // Once all the same: a single accident never decides, however many others there were.
            _ if self.is_down() && tries.unavailable > 0 => Next::Judge,
            _ if self.is_down() => Next::Wait(Duration::ZERO),
            Came::Unavailable(Some(wait)) => self.wait(wait, PATIENCE, now),
            Came::Unavailable(None) | Came::Broken | Came::NoConnection | Came::Stale => {
                self.wait(tries.pause(PAUSES), PATIENCE, now)
            }
        };
        match next {
            Next::Judge if repeat == Repeat::Asks => self.given_up = self.given_up.saturating_add(1),
            Next::Judge => {}
            Next::Anew | Next::Wait(_) => tries.unavailable += 1,
        }
        next
    }

    fn is_down(&self) -> bool {
        self.given_up >= DOWN
    }

    /// A wait, where there is patience for it.
    fn wait(&mut self, wait: Duration, most: Duration, now: Instant) -> Next {
        let until = now + wait.min(self.longest);
        let alone = until.saturating_duration_since(self.waiting.map_or(now, |others| others.max(now)));
        if wait > self.longest || self.spent + alone > most {
            return Next::Judge;
        }
        self.spent += alone;
        self.waiting = self.waiting.max(Some(until));
        Next::Wait(wait)
    }
}

impl Tries {
    fn may(self, repeat: Repeat) -> bool {
        match repeat {
            Repeat::Asks | Repeat::Hostile => self.unavailable < AGAIN,
            Repeat::Shows | Repeat::Renews | Repeat::Spends => false,
        }
    }

    /// A short pause, a longer one the second time.
    fn pause(self, [first, second]: [Duration; 2]) -> Duration {
        if self.unavailable == 0 { first } else { second }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOWN_FOR_A_MOMENT: Came = Came::Unavailable(None);

    fn seconds(count: u64) -> Duration {
        Duration::from_secs(count)
    }

    fn patience() -> Patience {
        Patience::new(seconds(30))
    }

    /// What happens to a call to which the same comes each time.
    fn always(came: Came, repeat: Repeat) -> Vec<Next> {
        let (mut patience, mut tries) = (patience(), Tries::default());
        let now = Instant::now();
        let mut all = Vec::new();
        while all.len() < 9 && all.last() != Some(&Next::Judge) {
            all.push(patience.next(came, repeat, &mut tries, now));
        }
        all
    }

    #[test]
    fn what_is_not_available_is_asked_twice_more() {
        let twice = PAUSES.map(Next::Wait).to_vec();
        for came in [DOWN_FOR_A_MOMENT, Came::Broken] {
            for asks in [Repeat::Asks, Repeat::Hostile] {
                assert_eq!(always(came, asks), [twice.clone(), vec![Next::Judge]].concat(), "{came:?}");
            }
            for never in [Repeat::Renews, Repeat::Spends] {
                assert_eq!(always(came, never), [Next::Judge], "{came:?} {never:?}");
            }
        }
        // What comes of it matters: nothing came.
        assert_eq!(always(DOWN_FOR_A_MOMENT, Repeat::Shows), [Next::Judge]);
        assert_eq!(always(Came::Broken, Repeat::Shows), [Next::Wait(Duration::ZERO), Next::Judge]);
        assert_eq!(always(Came::NoConnection, Repeat::Asks), [twice[0], Next::Judge]);
        let busy = PAUSES_OF_BUSY.map(Next::Wait);
        assert_eq!(always(Came::Busy(None), Repeat::Asks), [busy[0], busy[1], Next::Judge]);
    }

    #[test]
    fn an_error_of_the_source_is_seen_twice() {
        for (repeat, seen) in [(Repeat::Asks, 2), (Repeat::Hostile, 2), (Repeat::Shows, 1), (Repeat::Renews, 1)] {
            assert_eq!(always(Came::Error, repeat).len(), seen, "{repeat:?}");
            assert_eq!(always(Came::Final, repeat), [Next::Judge]);
        }
        // Nothing is repeated for ever, whatever comes in which order.
        let (mut patience, mut tries) = (patience(), Tries::default());
        let now = Instant::now();
        let mut next = |came, repeat, tries: &mut Tries| patience.next(came, repeat, tries, now);
        for came in [Came::Error, DOWN_FOR_A_MOMENT, Came::Broken, Came::Stale] {
            assert_ne!(next(came, Repeat::Asks, &mut tries), Next::Judge, "{came:?}");
        }
        for came in [Came::Error, DOWN_FOR_A_MOMENT, Came::Broken, Came::Stale] {
            assert_eq!(next(came, Repeat::Asks, &mut tries), Next::Judge, "{came:?}");
        }
        // Calls that a firewall keeps out do not make a source that is down.
        let mut patience = self::patience();
        for _ in 0..9 {
            let mut tries = Tries::default();
            while patience.next(DOWN_FOR_A_MOMENT, Repeat::Hostile, &mut tries, now) != Next::Judge {}
        }
        assert!(!patience.is_down());
    }

    #[test]
    fn a_connection_that_was_found_closed_costs_nothing() {
        for repeat in [Repeat::Asks, Repeat::Hostile, Repeat::Shows, Repeat::Renews] {
            let mut tries = Tries::default();
            assert_eq!(patience().next(Came::Stale, repeat, &mut tries, Instant::now()), Next::Anew);
            assert_eq!((tries.unavailable, tries.error), (0, 0));
        }
        assert_eq!(always(Came::Stale, Repeat::Spends), [Next::Judge]);
        assert_eq!(always(Came::Stale, Repeat::Shows), [Next::Anew, Next::Judge]);
    }

    #[test]
    fn the_wait_that_is_asked_for_is_kept_to() {
        for (wait, next) in [(0, Next::Wait(seconds(0))), (7, Next::Wait(seconds(7))), (9, Next::Judge)] {
            let came = Came::Unavailable(Some(seconds(wait)));
            assert_eq!(always(came, Repeat::Asks)[0], next, "{wait}");
        }
        // There is more patience with a source that only wants us to slow down; a token request may wait too.
        for repeat in [Repeat::Asks, Repeat::Hostile, Repeat::Renews, Repeat::Spends] {
            assert_eq!(always(Came::Busy(Some(seconds(9))), repeat)[0], Next::Wait(seconds(9)), "{repeat:?}");
            assert_eq!(always(Came::Busy(Some(Duration::MAX)), repeat), [Next::Judge], "{repeat:?}");
        }
        assert_eq!(always(Came::Busy(Some(seconds(1))), Repeat::Shows), [Next::Judge]);
        let mut short = Patience::new(seconds(1));
        let (busy, mut tries) = (Came::Busy(Some(seconds(2))), Tries::default());
        assert_eq!(short.next(busy, Repeat::Asks, &mut tries, Instant::now()), Next::Judge);
    }

    #[test]
    fn the_patience_of_a_run_is_spent_once_for_all_that_wait() {
        let (mut patience, start) = (patience(), Instant::now());
        let mut asked = |at: Duration, wait: u64| {
            let came = Came::Unavailable(Some(seconds(wait)));
            // Between them the source answers.
            patience.given_up = 0;
            patience.next(came, Repeat::Asks, &mut Tries::default(), start + at) != Next::Judge
        };
        // A hundred calls at once cost as much as one.
        assert!((0..100).all(|_| asked(seconds(0), 4)));
        assert!(asked(seconds(2), 4) && asked(seconds(10), 2));
        assert!(!asked(seconds(20), 1), "six and two seconds were waited");
    }

    #[test]
    fn nobody_waits_for_a_source_that_is_down() {
        let (mut patience, now) = (patience(), Instant::now());
        let mut waited = Duration::ZERO;
        let mut calls = 0;
        for _ in 0..100 {
            let mut tries = Tries::default();
            loop {
                calls += 1;
                match patience.next(DOWN_FOR_A_MOMENT, Repeat::Asks, &mut tries, now + waited) {
                    Next::Wait(wait) => waited += wait,
                    Next::Anew => {}
                    Next::Judge => break,
                }
            }
        }
        assert!(waited <= seconds(4) && calls <= 2 * 100 + 3, "{waited:?} {calls}");
        // It answers again: then it is waited for as before.
        let mut tries = Tries::default();
        assert_eq!(patience.next(Came::Final, Repeat::Asks, &mut tries, now), Next::Judge);
        let next = patience.next(DOWN_FOR_A_MOMENT, Repeat::Asks, &mut tries, now + waited);
        assert_eq!(next, Next::Wait(PAUSES[0]));
    }

    #[test]
    fn statuses() {
        let wait = Some(seconds(1));
        for (status, came) in [
            (200, Came::Final),
            (404, Came::Final),
            (429, Came::Busy(wait)),
            (500, Came::Error),
            (501, Came::Error),
            (502, Came::Unavailable(wait)),
            (503, Came::Unavailable(wait)),
            (504, Came::Unavailable(wait)),
            (505, Came::Error),
            (599, Came::Error),
            (600, Came::Final),
        ] {
            assert_eq!(Came::of(status, wait, false), came);
        }
        assert_eq!(Came::of(200, None, true), Came::Broken);
        assert_eq!(Came::of(503, None, true), DOWN_FOR_A_MOMENT);
    }
}
