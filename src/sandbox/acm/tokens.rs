//! The tokens that the ACM has given, and what they stand for.

use std::collections::HashMap;
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

/// Every token ever given, the expired ones too, and how often the source asked about it.
#[derive(Debug, Default)]
pub(in crate::sandbox) struct Tokens(Mutex<HashMap<String, (Grant, u64)>>);

impl Tokens {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, (Grant, u64)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives a new token.
    pub(in crate::sandbox) fn issue(&self, grant: Grant) -> String {
        let token = secret();
        self.lock().insert(token.clone(), (grant, 0));
        token
    }

    pub(in crate::sandbox) fn find(&self, token: &str) -> Option<Grant> {
        self.lock().get(token).map(|(grant, _)| grant.clone())
    }

    /// A token that was given and is like this one.
    pub(in crate::sandbox) fn like(&self, is_like: impl Fn(&str) -> bool) -> Option<String> {
        self.lock().keys().find(|known| is_like(known)).cloned()
    }

    /// Notes that the source asked about a token.
    pub(in crate::sandbox) fn note_introspection(&self, token: &str) {
        if let Some((_, count)) = self.lock().get_mut(token) {
            *count += 1;
        }
    }

    /// How often the source asked about a token; `None` for one that was never given.
    pub(in crate::sandbox) fn introspections(&self, token: &str) -> Option<u64> {
        self.lock().get(token).map(|(_, count)| *count)
    }
}

/// A random opaque string of 64 letters and digits.
pub(in crate::sandbox) fn secret() -> String {
    let bytes = [(); 3].map(|()| *Uuid::new_v4().as_bytes()).concat();
    BASE64_URL_SAFE_NO_PAD.encode(bytes).replace('-', "A").replace('_', "b")
}

/// The time in seconds since 1970.
pub(in crate::sandbox) fn now() -> i64 {
    jiff::Timestamp::now().as_second()
}
