//! What the login remembers: login pages that were shown, sessions, codes and refresh tokens. The oldest make room.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use crate::sandbox::bounded::Bounded;

/// Of each kind.
const MOST: usize = 2000;
/// The life of a login page, of a code, of a session and of a refresh token, in seconds. Of these only the code's is known.
const TICKET: i64 = 600;
const CODE: i64 = 30;
const SESSION: i64 = 8 * 3600;
const REFRESH: i64 = 8 * 3600;

/// What an application asked of the login.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub redirect_uri: String,
    pub state: Option<String>,
    pub nonce: Option<String>,
    /// What is granted of the scopes that it asked for.
    pub scope: String,
    pub challenge: Option<Challenge>,
}

/// The challenge of PKCE (RFC 7636, 4.2).
#[derive(Clone, Debug)]
pub(super) enum Challenge {
    Plain(String),
    S256(String),
}

impl Challenge {
    /// Whether this is the verifier that it was made of.
    pub(super) fn is_of(&self, verifier: &str) -> bool {
        match self {
            Self::Plain(challenge) => challenge == verifier,
            Self::S256(challenge) => *challenge == BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes())),
        }
    }
}

/// Somebody who logged in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Who {
    pub insz: String,
    pub sub: String,
    /// When, in seconds since 1970.
    pub since: i64,
}

/// An authorization code.
#[derive(Debug)]
pub(super) struct Code {
    pub who: Who,
    pub asked: Asked,
    expires: i64,
    is_used: bool,
    /// The tokens that it was worth: a second use revokes them (RFC 6749, 4.1.2).
    pub tokens: Vec<String>,
}

/// A refresh token.
#[derive(Clone, Debug)]
pub(super) struct Refresh {
    pub who: Who,
    pub scope: String,
    expires: i64,
    is_used: bool,
}

#[derive(Debug)]
pub(super) struct Memory {
    tickets: Bounded<(Asked, i64)>,
    sessions: Bounded<Who>,
    codes: Bounded<Code>,
    refresh: Bounded<Refresh>,
}

/// What came of a code.
pub(super) enum Redeemed {
    /// It is worth tokens.
    Good(Who, Asked),
    /// It was used before, and was worth these tokens.
    Again(Vec<String>),
    Unknown,
}

impl Memory {
    pub(super) fn new() -> Self {
        Self {
            tickets: Bounded::of(MOST),
            sessions: Bounded::of(MOST),
            codes: Bounded::of(MOST),
            refresh: Bounded::of(MOST),
        }
    }

    pub(super) fn show_login(&mut self, ticket: String, asked: Asked, now: i64) {
        self.tickets.insert(ticket, (asked, now + TICKET));
    }

    /// What a login page was shown for, once.
    pub(super) fn ticket(&mut self, ticket: &str, now: i64) -> Option<Asked> {
        self.tickets.remove(ticket).filter(|(_, expires)| now < *expires).map(|(asked, _)| asked)
    }

    pub(super) fn open_session(&mut self, session: String, who: Who) {
        self.sessions.insert(session, who);
    }

    pub(super) fn session(&self, session: &str, now: i64) -> Option<Who> {
        self.sessions.get(session).filter(|who| now < who.since + SESSION).cloned()
    }

    pub(super) fn end_session(&mut self, session: &str) {
        self.sessions.remove(session);
    }

    pub(super) fn give_code(&mut self, code: String, who: Who, asked: Asked, now: i64) {
        let code_of = Code { who, asked, expires: now + CODE, is_used: false, tokens: Vec::new() };
        self.codes.insert(code, code_of);
    }

    pub(super) fn code(&self, code: &str) -> Option<&Code> {
        self.codes.get(code)
    }

    /// Uses a code up. Its tokens are revoked at a second use, refresh tokens here.
    pub(super) fn redeem(&mut self, code: &str, now: i64) -> Redeemed {
        let Some(known) = self.codes.get_mut(code) else { return Redeemed::Unknown };
        if known.is_used {
            let tokens = std::mem::take(&mut known.tokens);
            for token in &tokens {
                self.refresh.remove(token);
            }
            return Redeemed::Again(tokens);
        }
        known.is_used = true;
        if now < known.expires { Redeemed::Good(known.who.clone(), known.asked.clone()) } else { Redeemed::Unknown }
    }

    /// Notes what a code was worth.
    pub(super) fn was_worth(&mut self, code: &str, tokens: Vec<String>) {
        if let Some(code) = self.codes.get_mut(code) {
            code.tokens = tokens;
        }
    }

    pub(super) fn give_refresh(&mut self, token: String, who: Who, scope: String, now: i64) {
        self.refresh.insert(token, Refresh { who, scope, expires: now + REFRESH, is_used: false });
    }

    /// What a refresh token stands for, as long as it was not used.
    pub(super) fn refresh(&self, token: &str, now: i64) -> Option<Refresh> {
        self.refresh.get(token).filter(|refresh| !refresh.is_used && now < refresh.expires).cloned()
    }

    /// What a refresh token stands for, which was given a moment ago: for whoever is told of it.
    pub(super) fn refresh_lifetime() -> i64 {
        REFRESH
    }

    pub(super) fn code_lifetime() -> i64 {
        CODE
    }

    /// Uses a refresh token up: it works once (rotation).
    pub(super) fn use_refresh(&mut self, token: &str) {
        if let Some(refresh) = self.refresh.get_mut(token) {
            refresh.is_used = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn who() -> Who {
        Who { insz: "85073099965".to_owned(), sub: "sub".to_owned(), since: 0 }
    }

    fn asked() -> Asked {
        let redirect_uri = "http://localhost/".to_owned();
        Asked { redirect_uri, state: None, nonce: None, scope: String::new(), challenge: None }
    }

    #[test]
    fn login_pages_codes_sessions_and_refresh_tokens_end() {
        let mut memory = Memory::new();
        memory.show_login("a".to_owned(), asked(), 0);
        memory.show_login("b".to_owned(), asked(), 0);
        assert!(memory.ticket("a", TICKET).is_none() && memory.ticket("b", TICKET - 1).is_some());
        assert!(memory.ticket("b", 0).is_none(), "once");
        memory.open_session("s".to_owned(), who());
        assert!(memory.session("s", SESSION - 1).is_some() && memory.session("s", SESSION).is_none());
        for (code, at, is_good) in [("a", CODE - 1, true), ("b", CODE, false)] {
            memory.give_code(code.to_owned(), who(), asked(), 0);
            assert_eq!(matches!(memory.redeem(code, at), Redeemed::Good(..)), is_good);
        }
        memory.give_refresh("r".to_owned(), who(), String::new(), 0);
        assert!(memory.refresh("r", REFRESH - 1).is_some() && memory.refresh("r", REFRESH).is_none());
        memory.use_refresh("r");
        assert!(memory.refresh("r", 0).is_none());
    }

    #[test]
    fn a_challenge_is_of_its_verifier_alone() {
        // RFC 7636, appendix B.
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
        assert!(Challenge::S256(challenge.to_owned()).is_of(verifier));
        assert!(!Challenge::S256(challenge.to_owned()).is_of(challenge));
        assert!(Challenge::Plain(verifier.to_owned()).is_of(verifier));
        assert!(!Challenge::Plain(challenge.to_owned()).is_of(verifier));
    }
}
