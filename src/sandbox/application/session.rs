//! The sessions of the application: on the server, or sealed in a cookie; and what it must know of a login until the
//! citizen comes back from ACM.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::behaviour::Keeps;
use super::{Application, Build};
use crate::sandbox::acm::tokens::secret;
use crate::sandbox::answer::{Answer, Inbound};

/// Sessions, logins and links of a chain of refresh tokens that are kept; with more, all are forgotten.
const MOST: usize = 10_000;

/// What a session holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Session {
    /// Its own random id.
    pub sid: String,
    /// The citizen's access token.
    pub access: String,
    /// The citizen's refresh token, where ACM gave one.
    pub refresh: Option<String>,
    /// The access token is of a login for the click that follows.
    pub is_new: bool,
}

/// What a login gave. It has no further use, but for mistakes.
#[derive(Clone, Debug, Default)]
pub(super) struct Given {
    pub access: String,
    pub refresh: Option<String>,
    pub id: String,
}

/// What must be known of a login until the citizen comes back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Pending {
    pub state: String,
    pub nonce: String,
    pub verifier: String,
    /// The page of MBP to which the citizen was on the way.
    pub then: Option<usize>,
}

/// The memory of the application.
pub(super) struct Memory {
    sessions: Mutex<HashMap<String, Session>>,
    logins: Mutex<HashMap<String, Pending>>,
    given: Mutex<HashMap<String, Given>>,
    locks: Mutex<HashMap<String, Arc<tokio::sync::Mutex<Kept>>>>,
    seal: Option<LessSafeKey>,
    /// The session of the latest login, and the latest temporary token.
    pub last: Mutex<Last>,
}

/// What the whole program shares, where it should not.
#[derive(Clone, Debug, Default)]
pub(super) struct Last {
    pub session: Option<Session>,
    pub temporary: String,
}

/// What is kept beside a session while it lives; whoever holds it is alone with the session.
#[derive(Clone, Debug, Default)]
pub(super) struct Kept {
    /// Sessions whose cookie may still be on its way: refresh token to what came of it.
    pub next: HashMap<String, Session>,
    /// The exchanged token that is handed in again, and until when it is good.
    pub exchanged: Option<(String, i64)>,
    /// Temporary tokens that are used again, by page.
    pub temporary: HashMap<Option<usize>, (String, i64)>,
    /// It was refreshed.
    pub refreshed: bool,
}

impl Default for Memory {
    fn default() -> Self {
        let key: [u8; 32] = {
            let mut key = [0; 32];
            for (place, byte) in
                key.iter_mut().zip(Uuid::new_v4().into_bytes().into_iter().chain(Uuid::new_v4().into_bytes()))
            {
                *place = byte;
            }
            key
        };
        let seal = UnboundKey::new(&AES_256_GCM, &key).ok().map(LessSafeKey::new);
        Self {
            sessions: Mutex::default(),
            logins: Mutex::default(),
            given: Mutex::default(),
            locks: Mutex::default(),
            seal,
            last: Mutex::default(),
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn keep<V>(map: &mut HashMap<String, V>, key: &str, value: V) {
    if map.len() >= MOST {
        map.clear();
    }
    map.insert(key.to_owned(), value);
}

impl Memory {
    /// What stands beside a session.
    pub(super) fn beside(&self, sid: &str) -> Arc<tokio::sync::Mutex<Kept>> {
        let mut locks = locked(&self.locks);
        if locks.len() >= MOST {
            locks.clear();
        }
        Arc::clone(locks.entry(sid.to_owned()).or_default())
    }

    /// What the login of a session gave.
    pub(super) fn given(&self, sid: &str) -> Given {
        locked(&self.given).get(sid).cloned().unwrap_or_default()
    }

    pub(super) fn set_given(&self, sid: &str, given: Given) {
        keep(&mut locked(&self.given), sid, given);
    }

    pub(super) fn last(&self) -> Last {
        locked(&self.last).clone()
    }

    pub(super) fn set_last(&self, change: impl FnOnce(&mut Last)) {
        change(&mut locked(&self.last));
    }

    /// Seals a value: only this run of the program opens it.
    fn sealed(&self, value: &impl Serialize) -> Option<String> {
        let mut nonce = [0; NONCE_LEN];
        nonce.iter_mut().zip(Uuid::new_v4().into_bytes()).for_each(|(place, byte)| *place = byte);
        let mut text = serde_json::to_vec(value).ok()?;
        let unique = Nonce::assume_unique_for_key(nonce);
        self.seal.as_ref()?.seal_in_place_append_tag(unique, Aad::empty(), &mut text).ok()?;
        let mut out = nonce.to_vec();
        out.append(&mut text);
        Some(BASE64_URL_SAFE_NO_PAD.encode(out))
    }

    fn opened<T: DeserializeOwned>(&self, sealed: &str) -> Option<T> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let (nonce, text) = bytes.split_at_checked(NONCE_LEN)?;
        let mut text = text.to_vec();
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let opened = self.seal.as_ref()?.open_in_place(nonce, Aad::empty(), &mut text).ok()?;
        serde_json::from_slice(opened).ok()
    }
}

/// The value of a cookie.
fn cookie(request: &Inbound, name: &str) -> Option<String> {
    let lines = request.headers.get_all("cookie").into_iter().filter_map(|line| line.to_str().ok());
    let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.filter(|(own, _)| *own == name).map(|(_, value)| value.to_owned()).next_back()
}

/// The cookie of a login: one for each, so that two tabs may log in at the same time.
fn login_cookie(build: &Build, state: &str) -> String {
    let prefix = if build.cookie.starts_with("__Host-") { "__Host-" } else { "" };
    format!("{prefix}aanmelding-{}", state.get(..8).unwrap_or_default())
}

fn set_cookie(build: &Build, answer: &mut Answer, name: &str, value: &str, seconds: Option<i64>) {
    let age = seconds.map(|seconds| format!("; Max-Age={seconds}")).unwrap_or_default();
    let path = if build.cookie.starts_with("__Host-") || build.prefix.is_empty() { "/" } else { build.prefix };
    answer.add("set-cookie", &format!("{name}={value}; Path={path}; Secure; HttpOnly; SameSite=Lax{age}"));
}

impl Application {
    /// The session of a browser.
    pub(super) fn session(&self, request: &Inbound) -> Option<Session> {
        let value = cookie(request, self.behaviour.build.cookie)?;
        match self.behaviour.build.keeps {
            Keeps::Server => locked(&self.memory.sessions).get(&value).cloned(),
            Keeps::Cookie => self.memory.opened(&value),
            Keeps::Open => serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(value).ok()?).ok(),
        }
    }

    /// Keeps a session, in the way of this application.
    pub(super) fn keep(&self, session: &Session, answer: &mut Answer) {
        let build = &self.behaviour.build;
        let age = build.persistent.then_some(8 * 3600);
        match build.keeps {
            Keeps::Server => {
                keep(&mut locked(&self.memory.sessions), &session.sid, session.clone());
                set_cookie(build, answer, build.cookie, &session.sid, age);
            }
            Keeps::Cookie | Keeps::Open => {
                let value = if build.keeps == Keeps::Cookie {
                    self.memory.sealed(session)
                } else {
                    serde_json::to_vec(session).ok().map(|session| BASE64_URL_SAFE_NO_PAD.encode(session))
                };
                if let Some(value) = value {
                    set_cookie(build, answer, build.cookie, &value, age);
                }
            }
        }
    }

    /// Keeps what became of a session, unless it ended meanwhile.
    pub(super) fn renew(&self, session: &Session, answer: &mut Answer) {
        let is_over =
            self.behaviour.build.keeps == Keeps::Server && !locked(&self.memory.sessions).contains_key(&session.sid);
        if !is_over {
            self.keep(session, answer);
        }
    }

    /// The session as it is by now: on the server it may have changed while a click waited, and a cookie may be old.
    pub(super) fn latest(&self, session: Session, kept: &Kept) -> Session {
        if self.behaviour.build.keeps == Keeps::Server {
            return locked(&self.memory.sessions).get(&session.sid).cloned().unwrap_or(session);
        }
        let mut latest = session;
        // Bounded: a chain has no ring, as every refresh token is new.
        for _ in 0..MOST {
            let Some(next) = latest.refresh.as_ref().and_then(|refresh| kept.next.get(refresh)) else { break };
            latest = next.clone();
        }
        latest
    }

    /// Ends a session.
    pub(super) fn end(&self, request: &Inbound, answer: &mut Answer) {
        let build = &self.behaviour.build;
        if let Some(value) = cookie(request, build.cookie) {
            if let Some(session) = self.session(request) {
                locked(&self.memory.locks).remove(&session.sid);
            }
            locked(&self.memory.sessions).remove(&value);
            set_cookie(build, answer, build.cookie, "", Some(0));
        }
    }

    /// Keeps what must be known of a login.
    pub(super) fn keep_login(&self, pending: Pending, answer: &mut Answer) {
        let build = &self.behaviour.build;
        let name = login_cookie(build, &pending.state);
        let value = if build.login_in_cookie {
            self.memory.sealed(&pending).unwrap_or_default()
        } else {
            let id = secret();
            keep(&mut locked(&self.memory.logins), &id, pending);
            id
        };
        set_cookie(build, answer, &name, &value, Some(600));
    }

    /// What was kept of the login with this state, by this browser; once.
    pub(super) fn login(&self, request: &Inbound, state: &str, answer: &mut Answer) -> Option<Pending> {
        let build = &self.behaviour.build;
        let name = login_cookie(build, state);
        let value = cookie(request, &name)?;
        set_cookie(build, answer, &name, "", Some(0));
        let pending: Option<Pending> =
            if build.login_in_cookie { self.memory.opened(&value) } else { locked(&self.memory.logins).remove(&value) };
        pending.filter(|pending| pending.state == state)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_is_read_by_its_own_program_only() {
        let (ours, theirs) = (Memory::default(), Memory::default());
        let session = Session { sid: "a".to_owned(), access: "token".to_owned(), ..Session::default() };
        let sealed = ours.sealed(&session).unwrap();
        assert_eq!(ours.opened::<Session>(&sealed), Some(session));
        assert_eq!(theirs.opened::<Session>(&sealed), None);
        let changed = format!("{}A", &sealed[..sealed.len() - 1]);
        assert!(changed == sealed || ours.opened::<Session>(&changed).is_none());
        assert!(
            !String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(&sealed).unwrap_or_default())
                .is_ok_and(|text| text.contains("token"))
        );
        assert_eq!(ours.opened::<Session>("short"), None);
    }
}
