//! The last look, and the only way from a run to its files: what must not stand in any output is looked for in everything
//! that is shown or written, and nothing leaves where it is found.

use std::path::Path;

use super::har::{self, EvidenceFile};
use crate::base::files::{self, Prepared, WriteError};
use crate::evidence::vault::{Gate, Vault};

/// Who knows what must not leave: the vault of one run, or those of many.
pub trait LastLook {
    /// Whether a text holds something of it.
    fn leaks(&self, text: &str) -> bool;
}

impl LastLook for Vault {
    fn leaks(&self, text: &str) -> bool {
        self.leaks(text)
    }
}

impl LastLook for Gate {
    fn leaks(&self, text: &str) -> bool {
        self.leaks(text)
    }
}

/// Something held what must not leave: nothing was written, and nothing may be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("what must not leave stood in an output")]
pub struct Leaked;

/// What was written, and what went wrong with the rest.
#[derive(Debug, Default)]
pub struct Published {
    /// The names of the files.
    pub files: Vec<String>,
    /// Why others could not be made or written.
    pub problems: Vec<WriteError>,
}

/// Writes the files of a run and its evidence into a folder, once all of them and what is to be shown were looked at.
/// Files are made one at a time, and none gets its name before the last look at all of them.
///
/// # Errors
/// [`Leaked`]: then there is no new file, and `shown` is for nobody.
pub fn publish<'a>(
    last_look: &impl LastLook,
    folder: &Path,
    shown: &str,
    files: impl IntoIterator<Item = (&'a str, Result<String, WriteError>)>,
    evidence: Option<Result<EvidenceFile, WriteError>>,
) -> Result<Published, Leaked> {
    let mut published = Published::default();
    let evidence = match evidence {
        Some(Ok(mut spool)) => match spool.leaks(last_look) {
            Ok(true) => return Err(Leaked),
            looked => Some(looked.map(|_| spool)),
        },
        other => other,
    };
    if last_look.leaks(shown) {
        return Err(Leaked);
    }
    let mut prepared: Vec<(&str, Prepared)> = Vec::new();
    for (name, text) in files {
        if text.as_ref().is_ok_and(|text| last_look.leaks(text)) {
            return Err(Leaked);
        }
        match text.and_then(|text| files::prepare(folder, name, text.as_bytes())) {
            Ok(file) => prepared.push((name, file)),
            Err(problem) => published.problems.push(problem),
        }
    }
    if let Some(evidence) = evidence {
        published.note(har::FILE, evidence.and_then(|spool| spool.write(folder)));
    }
    for (name, file) in prepared {
        published.note(name, file.put());
    }
    Ok(published)
}

impl Published {
    fn note(&mut self, name: &str, result: Result<(), WriteError>) {
        match result {
            Ok(()) => self.files.push(name.to_owned()),
            Err(problem) => self.problems.push(problem),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes one word for a secret.
    struct Word(&'static str);

    impl LastLook for Word {
        fn leaks(&self, text: &str) -> bool {
            text.contains(self.0)
        }
    }

    fn published(word: &'static str, shown: &str, evidence: &str) -> (Result<usize, Leaked>, Vec<String>) {
        let folder = tempfile::tempdir().unwrap();
        let files = [("a.txt", Ok("first".to_owned())), ("b.txt", Ok("second".to_owned()))];
        let evidence = Some(EvidenceFile::of(evidence));
        let published = publish(&Word(word), folder.path(), shown, files, evidence).map(|done| done.problems.len());
        let mut names: Vec<String> = std::fs::read_dir(folder.path())
            .unwrap()
            .map(|file| file.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        (published, names)
    }

    #[test]
    fn all_is_written_where_nothing_leaks_and_nothing_where_anything_does() {
        let all = ["a.txt", "b.txt", har::FILE].map(str::to_owned).to_vec();
        assert_eq!(published("secret", "shown", "{}"), (Ok(0), all));
        for word in ["first", "second", "shown", "kept"] {
            assert_eq!(published(word, "shown", "{ \"kept\": 1 }"), (Err(Leaked), Vec::new()), "{word}");
        }
    }
}
