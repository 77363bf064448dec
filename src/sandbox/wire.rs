//! How the source stands on the network: which HTTP it speaks, when its connections end, and when it is not available for
//! a moment. All of it is conformant: none of it says anything of the source's answers.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use uuid::Uuid;

use super::answer::{Answer, Inbound};

/// How the source stands on the network.
#[derive(Clone, Debug, Default)]
pub struct Wire {
    /// Which HTTP it speaks over TLS.
    pub protocol: Protocol,
    /// When its connections end.
    pub ending: Ending,
    /// Every answer waits for up to this long, each time another while.
    pub jitter: Duration,
    /// Which calls are struck.
    pub struck: Struck,
    /// By what.
    pub accident: Accident,
}

/// Which HTTP a source speaks over TLS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Protocol {
    /// HTTP/2 and HTTP/1.1.
    #[default]
    Both,
    /// HTTP/1.1 only.
    Http1,
    /// HTTP/2 only where the caller speaks it.
    Http2,
}

/// When connections end that a caller might still use. None says so beforehand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ending {
    /// Never.
    #[default]
    Never,
    /// After so many answers.
    After(usize),
    /// After so many answers, when the next call has come.
    Late(usize),
    /// The same, with a reset.
    LateReset(usize),
    /// After every answer 4xx or 5xx.
    AfterErrors,
}

/// Which calls to the source are struck by an accident.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Struck {
    /// None.
    #[default]
    Nobody,
    /// The call that comes in this place, whichever that is.
    Nth(usize),
    /// The first time, every call of about one in so many.
    OneIn(u64),
    /// The first two times, every call of about one in so many.
    TwiceOneIn(u64),
    /// Every call.
    Everybody,
}

/// What strikes a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accident {
    /// A gateway answers this, and how long to wait.
    Status(u16, Option<&'static str>),
    /// The connection is closed without an answer.
    Closes,
    /// The connection is reset.
    Resets,
}

impl Default for Accident {
    fn default() -> Self {
        Self::Status(502, None)
    }
}

/// What the source remembers of its calls.
#[derive(Debug, Default)]
pub(super) struct Met {
    calls: AtomicUsize,
    struck: Mutex<HashMap<u64, u32>>,
}

impl Wire {
    /// What strikes this call, if anything does.
    pub(super) fn strikes(&self, met: &Met, request: &Inbound) -> Option<Accident> {
        let place = met.calls.fetch_add(1, Ordering::Relaxed);
        let first = |times: u32, one_in: u64| {
            let key = key(request);
            let mut struck = met.struck.lock().unwrap_or_else(PoisonError::into_inner);
            let count = struck.entry(key).or_default();
            *count += 1;
            key.is_multiple_of(one_in.max(1)) && *count <= times
        };
        let is_struck = match self.struck {
            Struck::Nobody => false,
            Struck::Nth(nth) => place == nth,
            Struck::OneIn(one_in) => first(1, one_in),
            Struck::TwiceOneIn(one_in) => first(2, one_in),
            Struck::Everybody => true,
        };
        is_struck.then_some(self.accident)
    }

    /// How long an answer waits, another while each time.
    pub(super) fn pause(&self) -> Duration {
        if self.jitter.is_zero() {
            return Duration::ZERO;
        }
        let [chance, ..] = Uuid::new_v4().into_bytes();
        self.jitter.mul_f64(f64::from(chance) / 255.0)
    }

    /// How the connection ends before a call that comes over it is answered, where it does.
    pub(super) fn late(&self, answered: usize) -> Option<End> {
        match self.ending {
            Ending::Late(after) if answered >= after => Some(End::Now),
            Ending::LateReset(after) if answered >= after => Some(End::Reset),
            _ => None,
        }
    }

    /// Whether the connection ends with this answer, of which it had so many before.
    pub(super) fn ends_with(&self, answered: usize, status: u16) -> bool {
        match self.ending {
            Ending::After(after) => answered + 1 >= after,
            Ending::AfterErrors => status >= 400,
            Ending::Never | Ending::Late(_) | Ending::LateReset(_) => false,
        }
    }
}

/// What a call is about: the same for one that is sent again.
fn key(request: &Inbound) -> u64 {
    let mut hasher = DefaultHasher::new();
    (&request.method, &request.path, &request.query).hash(&mut hasher);
    for name in ["authorization", "accept", "accept-language", "accept-encoding"] {
        request.header(name).hash(&mut hasher);
    }
    hasher.finish()
}

impl Accident {
    /// The answer of a gateway, or how the connection ends.
    pub(super) fn answer(self) -> Result<Answer, End> {
        match self {
            Self::Status(status, wait) => {
                let page = format!("<html><body><h1>{status}</h1></body></html>");
                let mut answer = Answer::with_body(status, "text/html", page);
                if let Some(wait) = wait {
                    answer.set("retry-after", wait);
                }
                Ok(answer)
            }
            Self::Closes => Err(End::Now),
            Self::Resets => Err(End::Reset),
        }
    }
}

/// How a connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// When what is being written is written.
    AfterAnswer = 1,
    /// At once.
    Now = 2,
    /// At once, with a reset.
    Reset = 3,
}

/// What becomes of a connection; shared by it and by what answers its calls.
#[derive(Debug, Default)]
pub(super) struct Fate {
    answered: AtomicUsize,
    end: AtomicU8,
}

impl Fate {
    /// How many calls were answered over it.
    pub(super) fn answered(&self) -> usize {
        self.answered.load(Ordering::Relaxed)
    }

    /// Notes an answer; how many there were before.
    pub(super) fn note(&self) -> usize {
        self.answered.fetch_add(1, Ordering::Relaxed)
    }

    /// Ends it.
    pub(super) fn end(&self, end: End) {
        self.end.fetch_max(end as u8, Ordering::Relaxed);
    }

    /// How it ends, where that is decided.
    pub(super) fn decided(&self) -> Option<End> {
        match self.end.load(Ordering::Relaxed) {
            1 => Some(End::AfterAnswer),
            2 => Some(End::Now),
            3 => Some(End::Reset),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderMap;

    use super::*;

    fn call(path: &str) -> Inbound {
        Inbound {
            method: "GET".to_owned(),
            path: path.to_owned(),
            query: None,
            headers: HeaderMap::new(),
            body: Vec::new(),
            certificate: None,
        }
    }

    #[test]
    fn a_call_that_is_sent_again_is_struck_no_more_often_than_it_says() {
        for (struck, times) in [(Struck::OneIn(1), 1), (Struck::TwiceOneIn(1), 2), (Struck::Everybody, 9)] {
            let (wire, met) = (Wire { struck, ..Wire::default() }, Met::default());
            for path in ["/a", "/b"] {
                let strikes = (0..9).filter(|_| wire.strikes(&met, &call(path)).is_some()).count();
                assert_eq!(strikes, times, "{struck:?}");
            }
        }
        let (wire, met) = (Wire { struck: Struck::Nth(3), ..Wire::default() }, Met::default());
        let strikes: Vec<bool> = (0..6).map(|_| wire.strikes(&met, &call("/a")).is_some()).collect();
        assert_eq!(strikes, [false, false, false, true, false, false]);
        let (wire, met) = (Wire { struck: Struck::OneIn(10), ..Wire::default() }, Met::default());
        let strikes = (0..1000).filter(|place| wire.strikes(&met, &call(&format!("/{place}"))).is_some()).count();
        assert!((50..200).contains(&strikes), "{strikes}");
    }

    #[test]
    fn connections_end_when_it_says() {
        let wire = |ending| Wire { ending, ..Wire::default() };
        assert!(wire(Ending::After(1)).ends_with(0, 200) && !wire(Ending::After(2)).ends_with(0, 200));
        assert!(wire(Ending::AfterErrors).ends_with(0, 404) && !wire(Ending::AfterErrors).ends_with(9, 200));
        assert_eq!((wire(Ending::Late(2)).late(1), wire(Ending::Late(2)).late(2)), (None, Some(End::Now)));
        assert_eq!(wire(Ending::LateReset(1)).late(1), Some(End::Reset));
        let fate = Fate::default();
        assert_eq!((fate.note(), fate.note(), fate.answered(), fate.decided()), (0, 1, 2, None));
        for end in [End::AfterAnswer, End::Reset, End::Now] {
            fate.end(end);
        }
        assert_eq!(fate.decided(), Some(End::Reset), "what is worst stays");
    }
}
