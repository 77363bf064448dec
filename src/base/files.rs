//! Writing: each file beside its final name first, then renamed, so that there is never half a file. The only place
//! that writes files.

mod leftovers;

use std::fmt;
use std::io::{Read, Write as _};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::base::text::{Lang, Text};
use crate::text;

/// Why there is no file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WriteError {
    /// The file.
    pub name: String,
    /// Why.
    pub reason: Text,
}

impl WriteError {
    /// A file that could not be made or written.
    pub fn new(name: impl Into<String>, reason: Text) -> Self {
        Self { name: name.into(), reason }
    }

    /// In words.
    pub fn told(&self) -> Text {
        let (name, Text { nl, en }) = (&self.name, &self.reason);
        text!("{name} kon niet geschreven worden: {nl}", "{name} could not be written: {en}")
    }

    /// In the words of one language.
    pub fn in_words(&self, lang: Lang) -> String {
        self.told().get(lang).to_owned()
    }
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.in_words(Lang::En))
    }
}

impl std::error::Error for WriteError {}

/// Who may read a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Readers {
    /// Whom the owner's umask says.
    Usual,
    /// Its owner alone (0600): it holds a secret.
    Owner,
}

/// Whether files can be written into `folder`, which is made where it is not there: what is found out before a run costs
/// nobody the run.
///
/// # Errors
/// In words, when they cannot be. Nothing is left behind then.
pub fn writable(folder: &Path) -> Result<(), WriteError> {
    let missing: Vec<&Path> =
        folder.ancestors().take_while(|part| !part.as_os_str().is_empty() && !part.exists()).collect();
    tried(folder).map_err(|error| {
        for made in missing {
            // One that is not empty, or was not made, is none of ours.
            let _ = std::fs::remove_dir(made);
        }
        WriteError::new(folder.display().to_string(), Text::of_system(&error))
    })
}

fn tried(folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    // It has no name, or loses it at once: also who is killed here leaves nothing. A full disk lets nobody write a byte.
    tempfile::tempfile_in(folder)?.write_all(b"\n")
}

/// Writes `name` in `folder`, which is made where it is not there. Afterwards the file is whole, or as it was before.
///
/// # Errors
/// In words, when the folder or the file cannot be written.
pub fn write(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), WriteError> {
    write_from(folder, name, &mut &*bytes)
}

/// Like [`write()`], with what a reader gives.
///
/// # Errors
/// In words, when it cannot be read, or the folder or the file not be written.
pub fn write_from(folder: &Path, name: &str, from: &mut impl Read) -> Result<(), WriteError> {
    put(folder, name, from, Readers::Usual)
}

/// Like [`write()`], for a file that holds a secret: its owner alone may read it.
///
/// # Errors
/// In words, when the folder or the file cannot be written.
pub fn write_secret(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), WriteError> {
    put(folder, name, &mut &*bytes, Readers::Owner)
}

/// A file that is whole, under another name: nobody sees it until it gets its own.
#[derive(Debug)]
pub struct Prepared {
    file: NamedTempFile,
    path: PathBuf,
}

impl Prepared {
    /// Gives it its name, in the place of the file that had it. Who drops it instead leaves nothing behind.
    ///
    /// # Errors
    /// In words, when it cannot be renamed.
    pub fn put(self) -> Result<(), WriteError> {
        let Self { file, path } = self;
        file.persist(&path).map(drop).map_err(|error| failed(&path, &error.error))
    }
}

/// Writes a file as [`write()`] does, up to its name: for those of which all have to be whole before one is seen.
///
/// # Errors
/// In words, when the folder or the file cannot be written.
pub fn prepare(folder: &Path, name: &str, bytes: &[u8]) -> Result<Prepared, WriteError> {
    prepared(folder, name, &mut &*bytes, Readers::Usual)
}

fn put(folder: &Path, name: &str, from: &mut impl Read, readers: Readers) -> Result<(), WriteError> {
    prepared(folder, name, from, readers)?.put()
}

fn prepared(folder: &Path, name: &str, from: &mut impl Read, readers: Readers) -> Result<Prepared, WriteError> {
    let path = folder.join(name);
    match whole(folder, from, readers) {
        Ok(file) => Ok(Prepared { file, path }),
        Err(error) => Err(failed(&path, &error)),
    }
}

fn failed(path: &Path, error: &std::io::Error) -> WriteError {
    WriteError::new(path.display().to_string(), Text::of_system(error))
}

fn whole(folder: &Path, from: &mut impl Read, readers: Readers) -> std::io::Result<NamedTempFile> {
    std::fs::create_dir_all(folder)?;
    leftovers::remove(folder);
    let mut builder = tempfile::Builder::new();
    builder.prefix(leftovers::PREFIX).suffix(leftovers::SUFFIX);
    // A temporary file is for its owner alone.
    #[cfg(unix)]
    if readers == Readers::Usual {
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    }
    #[cfg(not(unix))]
    let _ = readers;
    let mut file = builder.tempfile_in(folder)?;
    // Tells other processes that this one lives. Where the file system knows no locks its age protects the file.
    let _ = file.as_file().try_lock();
    // The file itself, not what wraps it: that would tell people of a name that they never see.
    std::io::copy(from, file.as_file_mut())?;
    file.as_file().sync_all()?;
    Ok(file)
}
