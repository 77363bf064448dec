//! Writing: each file beside its final name first, then renamed, so that there is never half a file. The only place
//! that writes files.

use std::fmt;
use std::io::Read;
use std::path::Path;

use crate::text;
use crate::text::{Lang, Text};

/// Why there is no file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unwritten {
    /// The file.
    pub name: String,
    /// Why.
    pub reason: Text,
}

impl Unwritten {
    /// A file that could not be made or written.
    pub fn new(name: impl Into<String>, reason: Text) -> Self {
        Self { name: name.into(), reason }
    }

    /// In words.
    pub fn in_words(&self, lang: Lang) -> String {
        let (name, reason) = (&self.name, self.reason.get(lang));
        text!("{name} kon niet geschreven worden: {reason}", "{name} could not be written: {reason}")
            .get(lang)
            .to_owned()
    }
}

impl fmt::Display for Unwritten {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.in_words(Lang::En))
    }
}

impl std::error::Error for Unwritten {}

/// Who may read a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Readers {
    /// Whom the owner's umask says.
    Usual,
    /// Its owner alone (0600): it holds a secret.
    Owner,
}

/// Writes `name` in `folder`, which is made where it is not there. Afterwards the file is whole, or as it was before.
///
/// # Errors
/// In words, when the folder or the file cannot be written.
pub fn write(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), Unwritten> {
    write_from(folder, name, &mut &*bytes)
}

/// Like [`write`], with what a reader gives.
///
/// # Errors
/// In words, when it cannot be read, or the folder or the file not be written.
pub fn write_from(folder: &Path, name: &str, from: &mut impl Read) -> Result<(), Unwritten> {
    put(folder, name, from, Readers::Usual)
}

/// Like [`write`], for a file that holds a secret: its owner alone may read it.
///
/// # Errors
/// In words, when the folder or the file cannot be written.
pub fn write_secret(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), Unwritten> {
    put(folder, name, &mut &*bytes, Readers::Owner)
}

fn put(folder: &Path, name: &str, from: &mut impl Read, readers: Readers) -> Result<(), Unwritten> {
    let path = folder.join(name);
    replace(folder, &path, from, readers).map_err(|error| Unwritten::new(path.display().to_string(), Text::same(error)))
}

fn replace(folder: &Path, path: &Path, from: &mut impl Read, readers: Readers) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".bronkeur-");
    // A temporary file is for its owner alone.
    #[cfg(unix)]
    if readers == Readers::Usual {
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    }
    #[cfg(not(unix))]
    let _ = readers;
    let mut file = builder.tempfile_in(folder)?;
    // The file itself, not what wraps it: that would tell people of a name that they never see.
    std::io::copy(from, file.as_file_mut())?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// Writes every file that could be made, whatever becomes of the others; returns what went wrong.
pub fn write_all<'a>(
    folder: &Path,
    files: impl IntoIterator<Item = (&'a str, Result<String, Unwritten>)>,
) -> Vec<Unwritten> {
    files
        .into_iter()
        .filter_map(|(name, text)| text.and_then(|text| write(folder, name, text.as_bytes())).err())
        .collect()
}
