//! The logins of this user of this machine: a file for each, in the platform's folder for state, for its owner alone.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy as _;
use jiff::Timestamp;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::token_file::{self, TokenFile, TokenFileError};
use crate::base::files::{WriteError, write_secret};
use crate::base::input::{Diagnostics, read_text};
use crate::base::text::Text;
use crate::text;

/// The longest file, in bytes.
const LARGEST: usize = 64 * 1024;

const ENDING: &str = ".json";

/// The folder with the logins.
#[derive(Clone, Debug)]
pub struct Store {
    folder: PathBuf,
}

/// A login: what its file holds.
#[derive(Clone, Debug, Deserialize)]
pub struct Login {
    /// The issuer, exactly as configured.
    pub issuer: String,
    /// The client that logged in: only it can refresh.
    pub client_id: String,
    /// The access token.
    pub access_token: SecretString,
    /// The refresh token, where the issuer gave one.
    #[serde(default)]
    pub refresh_token: Option<SecretString>,
    /// When the access token expires, where the issuer said so.
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
}

/// Whether a name can be a login's: it becomes the name of a file.
pub fn well_named(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    (1..=60).contains(&name.len()) && name.bytes().all(plain)
}

impl Store {
    /// The logins of this user.
    ///
    /// # Errors
    /// Where the platform names no such folder: a user without a home.
    pub fn of_user() -> Result<Self, Text> {
        let strategy = etcetera::choose_base_strategy().map_err(|_| {
            text!(
                "deze gebruiker heeft geen thuismap, en XDG_STATE_HOME is niet gezet",
                "this user has no home folder, and XDG_STATE_HOME is not set"
            )
        })?;
        let folder = strategy.state_dir().unwrap_or_else(|| strategy.data_dir());
        Ok(Self::new(folder.join("bronkeur").join("logins")))
    }

    /// The logins in a folder.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// The file of a login.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}{ENDING}"))
    }

    /// The names of all logins, in order.
    pub fn names(&self) -> io::Result<Vec<String>> {
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut names = Vec::new();
        for entry in entries {
            let name = entry?.file_name();
            let name = name.to_str().and_then(|name| name.strip_suffix(ENDING)).filter(|name| well_named(name));
            names.extend(name.map(str::to_owned));
        }
        names.sort();
        Ok(names)
    }

    /// A login; none where there is none of that name.
    pub fn read(&self, name: &str) -> Result<Option<Login>, Diagnostics> {
        let path = self.path(name);
        if !path.exists() {
            return Ok(None);
        }
        let text = read_text(&path, LARGEST)?;
        serde_json::from_str(&text).map(Some).map_err(|_| {
            Diagnostics::one(
                path.display().to_string(),
                text!("dit is geen aanmelding van bronkeur", "this is not a login of bronkeur"),
                text!("verwijder het en meld opnieuw aan", "remove it and log in again"),
            )
        })
    }

    /// The keeper of a login's tokens.
    pub fn keeper(&self, name: &str) -> TokenFile {
        TokenFile::new(&self.path(name))
    }

    /// Keeps the tokens of an answer under a name, in the place of those that were there. Nobody else is at that login
    /// meanwhile.
    ///
    /// # Errors
    /// In words, where it cannot be written.
    pub async fn put(
        &self,
        name: &str,
        (issuer, client_id): (&str, &str),
        answer: &Value,
        now: Timestamp,
    ) -> Result<(), WriteError> {
        let path = self.path(name);
        let unwritten = |reason: Text| WriteError::new(path.display().to_string(), reason);
        private_folder(&self.folder).map_err(|error| unwritten(Text::of_system(&error)))?;
        let _lock = self.keeper(name).lock(token_file::LOCK_WAIT).await.map_err(|unkept| unwritten(unkept.message))?;
        let about = [("issuer", issuer), ("client_id", client_id)];
        let members: Map<String, Value> =
            about.into_iter().map(|(name, value)| (name.to_owned(), Value::String(value.to_owned()))).collect();
        let text = token_file::written(&token_file::renewed(members, answer, now));
        write_secret(&self.folder, &format!("{name}{ENDING}"), text.as_bytes())
    }

    /// Removes a login; false where there is none of that name. Its lock stays, empty: whoever waits for a lock holds the
    /// file open, and would come to hold one that is deleted, beside somebody who made a new one.
    pub async fn remove(&self, name: &str) -> Result<bool, TokenFileError> {
        let path = self.path(name);
        if !path.exists() {
            return Ok(false);
        }
        let lock = self.keeper(name).lock(token_file::LOCK_WAIT).await?;
        // What it notes of a token that went out is of no use without the token.
        fs::remove_file(&path).and_then(|()| lock.set_len(0)).map(|()| true).map_err(|error| {
            let (name, Text { nl, en }) = (path.display(), Text::of_system(&error));
            TokenFileError {
                message: text!("{name} is niet te verwijderen: {nl}", "{name} cannot be removed: {en}"),
                remedy: text!("verwijder het bestand met de hand", "remove the file by hand"),
            }
        })
    }
}

/// Makes the folder, for its owner alone.
fn private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;
    use serde_json::json;

    use super::*;

    const WHO: (&str, &str) = ("https://acm.example.be/op", "us");

    #[tokio::test]
    async fn what_is_put_is_listed_read_and_removed() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path().join("a").join("logins"));
        assert_eq!(store.names().unwrap(), Vec::<String>::new());
        assert!(store.read("an").unwrap().is_none() && !store.remove("an").await.unwrap());
        let answer = json!({"access_token": "a1", "refresh_token": "r1", "expires_in": 60, "id_token": "hunter22"});
        store.put("an", WHO, &answer, Timestamp::UNIX_EPOCH).await.unwrap();
        store.put("bo", WHO, &json!({"access_token": "a2"}), Timestamp::UNIX_EPOCH).await.unwrap();
        assert_eq!(store.names().unwrap(), ["an", "bo"]);
        let an = store.read("an").unwrap().unwrap();
        assert_eq!((an.issuer.as_str(), an.client_id.as_str()), WHO);
        assert_eq!(an.access_token.expose_secret(), "a1");
        assert_eq!(an.refresh_token.unwrap().expose_secret(), "r1");
        assert_eq!(an.expires_at, Timestamp::from_second(60).ok());
        assert!(!fs::read_to_string(store.path("an")).unwrap().contains("hunter22"));
        let mut taken = store.keeper("an").take(token_file::LOCK_WAIT).await.unwrap();
        taken.spend().unwrap();
        drop(taken);
        // To log in again is what makes a login usable again.
        store
            .put("an", WHO, &json!({"access_token": "a3", "refresh_token": "r3"}), Timestamp::UNIX_EPOCH)
            .await
            .unwrap();
        assert_eq!(store.keeper("an").take(token_file::LOCK_WAIT).await.unwrap().token().expose_secret(), "r3");
        assert!(store.remove("an").await.unwrap());
        assert!(store.remove("bo").await.unwrap());
        assert_eq!(store.names().unwrap(), Vec::<String>::new());
        let left = fs::read_dir(folder.path().join("a").join("logins")).unwrap().map(|entry| entry.unwrap());
        let left: Vec<_> = left.map(|left| (left.file_name(), left.metadata().unwrap().len())).collect();
        assert!(
            left.iter().all(|(name, length)| name.to_string_lossy().ends_with(".lock") && *length == 0),
            "{left:?}"
        );
    }

    #[tokio::test]
    async fn who_waits_while_a_login_is_removed_holds_the_lock_of_everybody() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path().to_owned());
        store.put("an", WHO, &json!({"access_token": "a1"}), Timestamp::UNIX_EPOCH).await.unwrap();
        // As a process does that came for the lock before the removal and gets it after.
        let waits = fs::File::open(token_file::lock_path(&store.path("an"))).unwrap();
        assert!(store.remove("an").await.unwrap());
        waits.try_lock().unwrap();
        let other = store.keeper("an").lock(std::time::Duration::from_millis(50)).await;
        assert!(other.unwrap_err().message.en.contains("another run"));
        drop(waits);
        assert!(store.keeper("an").lock(std::time::Duration::from_millis(50)).await.is_ok());
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn nobody_else_reads_it() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path().join("logins"));
        store.put("an", WHO, &json!({"access_token": "a1"}), Timestamp::UNIX_EPOCH).await.unwrap();
        let mode = |path: PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(folder.path().join("logins")), mode(store.path("an"))), (0o700, 0o600));
    }

    #[test]
    fn a_name_is_no_path() {
        for (name, good) in
            [("an", true), ("An-2_b", true), ("", false), ("../an", false), ("a/b", false), ("a.b", false)]
        {
            assert_eq!(well_named(name), good, "{name}");
        }
        assert!(!well_named(&"a".repeat(61)));
    }

    #[test]
    fn what_is_no_login_is_said_without_its_content() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path().to_owned());
        write_secret(folder.path(), "an.json", b"{\"access_token\": \"hunter22\"}").unwrap();
        let fault = store.read("an").unwrap_err().to_string();
        assert!(fault.contains("not a login") && !fault.contains("hunter22"), "{fault}");
    }
}
