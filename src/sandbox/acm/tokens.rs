//! The tokens that the ACM has given, and what they stand for.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use uuid::Uuid;

/// What a token stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::sandbox) struct Grant {
    /// The citizen's national number; `None` for a client's own token.
    pub insz: Option<String>,
    pub sub: String,
    pub audience: String,
    pub client_id: String,
    /// Separated by spaces.
    pub scope: String,
    /// Seconds since 1970.
    pub issued: i64,
    /// Seconds since 1970.
    pub expires: i64,
}

impl Grant {
    pub(in crate::sandbox) fn is_active(&self, now: i64) -> bool {
        now < self.expires
    }
}

/// Tokens that are remembered, beside those that are held ready.
const MOST: usize = 20_000;

/// The tokens that were given, the expired ones too, and how often the source asked about each. The oldest make room: an
/// ACM may run for days.
#[derive(Debug, Default)]
pub(in crate::sandbox) struct Tokens(Mutex<Given>);

#[derive(Debug, Default)]
struct Given {
    tokens: HashMap<String, (Grant, u64)>,
    /// Those that may be forgotten, in the order in which they were given.
    order: VecDeque<String>,
}

impl Tokens {
    fn lock(&self) -> MutexGuard<'_, Given> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives a token that is held ready, and never forgotten.
    pub(in crate::sandbox) fn hold_ready(&self, grant: Grant) -> String {
        let token = secret();
        self.lock().tokens.insert(token.clone(), (grant, 0));
        token
    }

    /// Gives this token.
    pub(in crate::sandbox) fn give(&self, token: String, grant: Grant) {
        let mut given = self.lock();
        given.order.push_back(token.clone());
        given.tokens.insert(token, (grant, 0));
        while given.order.len() > MOST {
            if let Some(oldest) = given.order.pop_front() {
                given.tokens.remove(&oldest);
            }
        }
    }

    pub(in crate::sandbox) fn find(&self, token: &str) -> Option<Grant> {
        self.lock().tokens.get(token).map(|(grant, _)| grant.clone())
    }

    /// Lets a token expire; whether it was active until now.
    pub(in crate::sandbox) fn expire(&self, token: &str) -> bool {
        let (mut given, now) = (self.lock(), now());
        let Some((grant, _)) = given.tokens.get_mut(token) else { return false };
        let was_active = grant.is_active(now);
        grant.expires = grant.expires.min(now);
        was_active
    }

    /// A token that was given and is like this one.
    pub(in crate::sandbox) fn like(&self, is_like: impl Fn(&str) -> bool) -> Option<String> {
        self.lock().tokens.keys().find(|known| is_like(known)).cloned()
    }

    /// Notes that the source asked about a token.
    pub(in crate::sandbox) fn note_introspection(&self, token: &str) {
        if let Some((_, count)) = self.lock().tokens.get_mut(token) {
            *count += 1;
        }
    }

    /// How often the source asked about a token; `None` for one that was never given.
    pub(in crate::sandbox) fn introspections(&self, token: &str) -> Option<u64> {
        self.lock().tokens.get(token).map(|(_, count)| *count)
    }
}

/// A random opaque string of 64 letters and digits.
pub(in crate::sandbox) fn secret() -> String {
    let bytes = [(); 3].map(|()| *Uuid::new_v4().as_bytes()).concat();
    BASE64_URL_SAFE_NO_PAD.encode(bytes).replace('-', "A").replace('_', "b")
}

/// A random token of 600 characters, of every kind that a token may have (RFC 6750, 2.1).
pub(in crate::sandbox) fn odd_token() -> String {
    const SYMBOLS: &str = "-._~+/";
    let alphabet: Vec<char> = ('A'..='Z').chain('a'..='z').chain('0'..='9').chain(SYMBOLS.chars()).collect();
    let bytes = (0..38).flat_map(|_| Uuid::new_v4().into_bytes());
    let chosen = bytes.filter_map(|byte| alphabet.get(usize::from(byte) % alphabet.len())).copied();
    // Each of the symbols is there for certain.
    SYMBOLS.chars().chain(chosen).take(599).chain(['=']).collect()
}

/// The time in seconds since 1970.
pub(in crate::sandbox) fn now() -> i64 {
    jiff::Timestamp::now().as_second()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_odd_token_has_every_character_that_a_token_may_have() {
        let token = odd_token();
        assert_eq!(token.chars().count(), 600);
        let (body, end) = token.split_at(599);
        assert!(end == "=" && "-._~+/".chars().all(|symbol| body.contains(symbol)));
        assert!(body.chars().all(|c| c.is_ascii_alphanumeric() || "-._~+/".contains(c)));
        assert_ne!(odd_token(), token);
    }

    #[test]
    fn the_oldest_tokens_are_forgotten_and_those_held_ready_never() {
        let tokens = Tokens::default();
        let grant = Grant {
            insz: None,
            sub: String::new(),
            audience: String::new(),
            client_id: String::new(),
            scope: String::new(),
            issued: 0,
            expires: now() + 60,
        };
        let ready = tokens.hold_ready(grant.clone());
        for number in 0..=MOST {
            tokens.give(number.to_string(), grant.clone());
        }
        assert_eq!((tokens.find("0"), tokens.find("1").is_some(), tokens.find(&ready).is_some()), (None, true, true));
        assert!(tokens.expire("1") && !tokens.expire("1") && !tokens.expire("0"));
        assert!(!tokens.find("1").unwrap().is_active(now()));
    }
}
