//! A file with a refresh token. Such a token works once, so whoever takes it holds a lock, reads it again under the lock,
//! knows beforehand that the next one can be written, and notes that it is on its way before it is sent.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};
use tokio::time::{Instant, sleep};

use crate::base::files::write_secret;
use crate::base::hex::hex;
use crate::base::input::read_text;
use crate::base::lifetime::lifetime;
use crate::base::text::Text;
use crate::text;

/// The longest wait for another run that refreshes the same token.
pub const LOCK_WAIT: Duration = Duration::from_secs(30);

/// How often the lock is tried.
const LOCK_TRY: Duration = Duration::from_millis(20);

/// The longest file with tokens, in bytes.
const LARGEST: usize = 64 * 1024;

/// The members that a token answer renews.
const ACCESS: &str = "access_token";
const REFRESH: &str = "refresh_token";
const EXPIRES_IN: &str = "expires_in";
/// The moment at which the access token expires; `expires_in` alone counts from a moment that nobody noted.
pub(super) const EXPIRES_AT: &str = "expires_at";

/// A file that keeps a refresh token: the token alone, or JSON with the names of RFC 6749.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenFile {
    path: PathBuf,
}

/// Why a refresh token cannot be used or kept: what is wrong, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenFileError {
    /// What is wrong. No token is in it.
    pub message: Text,
    /// What to do.
    pub remedy: Text,
}

impl TokenFileError {
    fn new(message: Text, remedy: Text) -> Self {
        Self { message, remedy }
    }
}

/// A refresh token that nobody else takes meanwhile.
pub struct LockedToken {
    token: SecretString,
    content: Content,
    path: PathBuf,
    lock: File,
}

/// What stands in the file.
enum Content {
    Plain,
    Json(Map<String, Value>),
}

impl TokenFile {
    /// The keeper of a file. Behind a symbolic link it is the file itself that is replaced, not the link.
    pub fn new(path: &Path) -> Self {
        Self { path: path.canonicalize().unwrap_or_else(|_| path.to_owned()) }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn name(&self) -> String {
        self.path.display().to_string()
    }

    /// What would keep a run from using the token, as far as it shows without taking it: before anything is sent.
    pub fn check(&self, token: &SecretString) -> Result<(), TokenFileError> {
        let mark = lock_path(&self.path);
        if mark.exists() && read_text(&mark, LARGEST).is_ok_and(|text| text.trim() == marked(token)) {
            // Another run may be at it right now; it will have put another token there when ours comes to it.
            let idle = File::open(&mark).is_ok_and(|file| file.try_lock().is_ok());
            if idle {
                return Err(self.spent());
            }
        }
        tempfile::tempfile_in(folder(&self.path)).map(drop).map_err(|error| self.unwritable(Text::of_system(&error)))
    }

    /// Takes the token: under the lock beside the file, which is waited for at most this long. What is read is what
    /// stands there now, whatever was read before. That the file can be replaced is tried with its own content.
    pub async fn take(&self, wait: Duration) -> Result<LockedToken, TokenFileError> {
        let lock = self.lock(wait).await?;
        let text = read_text(&self.path, LARGEST).map_err(|faults| {
            let fault = faults.0.into_iter().next();
            fault.map_or_else(|| self.empty(), |fault| TokenFileError::new(fault.message, fault.remedy))
        })?;
        let (content, token) = parsed(&text).ok_or_else(|| self.empty())?;
        let mut taken = LockedToken { token, content, path: self.path.clone(), lock };
        let mark = taken.mark().map_err(|error| self.unwritable(Text::of_system(&error)))?;
        if mark == marked(&taken.token) {
            return Err(self.spent());
        }
        taken.replace(text.as_bytes()).map_err(|why| self.unwritable(why))?;
        Ok(taken)
    }

    pub(super) async fn lock(&self, wait: Duration) -> Result<File, TokenFileError> {
        let refused = |error: &io::Error| self.unwritable(Text::of_system(error));
        let lock = open_lock(&lock_path(&self.path)).map_err(|error| refused(&error))?;
        let until = Instant::now() + wait;
        loop {
            match lock.try_lock() {
                Ok(()) => return Ok(lock),
                Err(TryLockError::WouldBlock) if Instant::now() < until => sleep(LOCK_TRY).await,
                Err(TryLockError::WouldBlock) => {
                    let (name, seconds) = (lock_path(&self.path).display().to_string(), wait.as_secs());
                    return Err(TokenFileError::new(
                        text!(
                            "een andere keuring gebruikt {name} al {seconds} s",
                            "another run has been using {name} for {seconds} s"
                        ),
                        text!("wacht tot die klaar is, of stop ze", "wait until it is done, or stop it"),
                    ));
                }
                Err(TryLockError::Error(error)) => return Err(refused(&error)),
            }
        }
    }

    fn empty(&self) -> TokenFileError {
        let name = self.name();
        TokenFileError::new(
            text!("{name} bevat geen refresh token meer", "{name} no longer holds a refresh token"),
            text!("meld de testburger opnieuw aan", "log the test citizen in again"),
        )
    }

    fn spent(&self) -> TokenFileError {
        let name = self.name();
        TokenFileError::new(
            text!(
                "het refresh token in {name} is al verstuurd, en er kwam geen nieuw voor in de plaats: het werkt maar één keer",
                "the refresh token in {name} was sent before, and no new one took its place: it works only once"
            ),
            text!(
                "meld de testburger opnieuw aan (`bronkeur login`)",
                "log the test citizen in again (`bronkeur login`)"
            ),
        )
    }

    fn unwritable(&self, why: Text) -> TokenFileError {
        let (name, Text { nl, en }) = (self.name(), why);
        TokenFileError::new(
            text!(
                "naast {name} kan niet geschreven worden ({nl}), dus het volgende refresh token zou verloren gaan",
                "nothing can be written beside {name} ({en}), so the next refresh token would be lost"
            ),
            text!(
                "maak de map beschrijfbaar, of zet het token in een map die dat is",
                "make the folder writable, or put the token into one that is"
            ),
        )
    }
}

impl LockedToken {
    /// The token.
    pub fn token(&self) -> &SecretString {
        &self.token
    }

    /// Notes that the token goes out now. From here on it counts as used, until [`LockedToken::keep`] or [`LockedToken::release`]
    /// says otherwise: also when this process ends before the answer comes.
    ///
    /// # Errors
    /// In words, where it cannot be noted; so do the others.
    pub fn spend(&mut self) -> Result<(), Text> {
        let mark = marked(&self.token);
        self.note(&mark)
    }

    /// The token was not used: it may be sent again.
    pub fn release(mut self) -> Result<(), Text> {
        self.note("")
    }

    /// Puts the tokens of an answer into the file. An answer without a refresh token leaves the one that is there, which
    /// goes on working then (RFC 6749, section 6).
    pub fn keep(mut self, answer: &Value, now: Timestamp) -> Result<(), Text> {
        let next = answer.get(REFRESH).and_then(Value::as_str).filter(|next| !next.is_empty());
        let text = match &self.content {
            Content::Json(members) => written(&renewed(members.clone(), answer, now)),
            Content::Plain => format!("{}\n", next.unwrap_or(self.token.expose_secret())),
        };
        self.replace(text.as_bytes())?;
        self.note("")
    }

    fn replace(&self, bytes: &[u8]) -> Result<(), Text> {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        write_secret(folder(&self.path), &name, bytes).map_err(|unwritten| unwritten.reason)
    }

    /// The mark of the token that went out last and was not replaced; empty where there is none.
    fn mark(&mut self) -> io::Result<String> {
        let mut mark = String::new();
        self.lock.rewind()?;
        (&mut self.lock).take(LARGEST as u64).read_to_string(&mut mark)?;
        Ok(mark.trim().to_owned())
    }

    /// The lock file holds the mark: it must survive this process, and it is in nobody's way.
    fn note(&mut self, mark: &str) -> Result<(), Text> {
        let noted = self
            .lock
            .set_len(0)
            .and_then(|()| self.lock.rewind())
            .and_then(|()| self.lock.write_all(mark.as_bytes()))
            .and_then(|()| self.lock.sync_all());
        noted.map_err(|error| Text::of_system(&error))
    }
}

/// The lock beside a file.
pub(super) fn lock_path(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".lock");
    path.with_file_name(name)
}

fn open_lock(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// By what a token is recognised without being written down. Unlike a national number it cannot be guessed.
fn marked(token: &SecretString) -> String {
    hex(&Sha256::digest(token.expose_secret()))
}

fn parsed(text: &str) -> Option<(Content, SecretString)> {
    let text = text.trim();
    if !text.starts_with('{') {
        return (!text.is_empty()).then(|| (Content::Plain, text.into()));
    }
    let members: Map<String, Value> = serde_json::from_str(text).ok()?;
    let token = members.get(REFRESH)?.as_str().filter(|token| !token.is_empty())?.into();
    Some((Content::Json(members), token))
}

/// The members of a file with those of an answer in their place; what else stands there stays.
pub(super) fn renewed(mut members: Map<String, Value>, answer: &Value, now: Timestamp) -> Map<String, Value> {
    for name in [ACCESS, EXPIRES_IN, EXPIRES_AT] {
        members.remove(name);
    }
    for name in [ACCESS, REFRESH, EXPIRES_IN] {
        members.extend(answer.get(name).map(|value| (name.to_owned(), value.clone())));
    }
    let seconds = answer.get(EXPIRES_IN).and_then(lifetime);
    let moment = seconds.and_then(|seconds| now.checked_add(jiff::SignedDuration::from_secs(seconds)).ok());
    members.extend(moment.map(|moment| (EXPIRES_AT.to_owned(), Value::String(moment.to_string()))));
    members
}

/// The text of a file with these members.
pub(super) fn written(members: &Map<String, Value>) -> String {
    format!("{:#}\n", Value::Object(members.clone()))
}

#[cfg(test)]
mod tests;
