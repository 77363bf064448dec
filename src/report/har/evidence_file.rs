//! The evidence of a run, written and not yet a file: in memory, or in a temporary file without a name where it is long.

use std::io::{self, BufRead as _, BufReader, BufWriter, Read as _, Seek as _, Write};
use std::path::Path;

use serde::Serialize;
use sha2::{Digest as _, Sha256};
use tempfile::SpooledTempFile;

use super::FILE;
use crate::base::files::{WriteError, write_from};
use crate::base::hex::hex;
use crate::base::text::Text;
use crate::report::publish::LastLook;
use crate::text;

/// Evidence longer than this is not held in memory, in bytes.
const LONGEST_IN_MEMORY: usize = 16 * 1024 * 1024;

/// The evidence of a run.
#[derive(Debug)]
pub struct EvidenceFile {
    file: SpooledTempFile,
    sha256: String,
}

impl EvidenceFile {
    /// Any text in the place of evidence, for tests.
    #[cfg(test)]
    pub(in crate::report) fn of(text: &str) -> Result<Self, WriteError> {
        Self::made(|to| to.write_all(text.as_bytes())).map_err(|error| failed(&error))
    }

    /// Indented JSON, ending in a line feed.
    pub(super) fn of_json(value: &impl Serialize) -> Result<Self, WriteError> {
        let made = Self::made(|to| {
            let mut to = BufWriter::with_capacity(64 * 1024, Escaped { to, lead: false });
            serde_json::to_writer_pretty(&mut to, value)?;
            to.write_all(b"\n")?;
            to.flush()
        });
        made.map_err(|error| failed(&error))
    }

    fn made(write: impl FnOnce(&mut Hashed) -> io::Result<()>) -> io::Result<Self> {
        let mut hashed = Hashed { file: SpooledTempFile::new(LONGEST_IN_MEMORY), hash: Sha256::new() };
        write(&mut hashed)?;
        Ok(Self { sha256: hex(&hashed.hash.finalize()), file: hashed.file })
    }

    /// What ties a report to it: the SHA-256, in hexadecimal.
    pub fn fingerprint(&self) -> &str {
        &self.sha256
    }

    /// Writes it into a folder, under its own name.
    ///
    /// # Errors
    /// In words, when it cannot be read again or written.
    pub fn write(mut self, folder: &Path) -> Result<(), WriteError> {
        self.file.rewind().map_err(|error| failed(&error))?;
        write_from(folder, FILE, &mut self.file)
    }

    /// Its text, for those who know that it is short.
    ///
    /// # Errors
    /// In words, when it cannot be read again.
    pub fn text(&mut self) -> Result<String, WriteError> {
        let mut text = String::new();
        let read = self.file.rewind().and_then(|()| self.file.read_to_string(&mut text));
        read.map(|_| text).map_err(|error| failed(&error))
    }

    /// The last look: whether a value that must not be there stands in it. Line by line: no text of JSON goes over the
    /// end of a line.
    ///
    /// # Errors
    /// In words, when it cannot be read again.
    pub fn leaks(&mut self, last_look: &impl LastLook) -> Result<bool, WriteError> {
        let look = |from: &mut SpooledTempFile| -> io::Result<bool> {
            from.rewind()?;
            let (mut lines, mut line) = (BufReader::new(from), String::new());
            while lines.read_line(&mut line)? > 0 {
                if last_look.leaks(&line) {
                    return Ok(true);
                }
                line.clear();
            }
            Ok(false)
        };
        look(&mut self.file).map_err(|error| failed(&error))
    }
}

fn failed(error: &io::Error) -> WriteError {
    let (error, folder) = (Text::of_system(error), std::env::temp_dir());
    let (Text { nl, en }, folder) = (error, folder.display());
    WriteError::new(
        FILE,
        text!(
            "lang bewijs wordt eerst in de tijdelijke map {folder} geschreven, en dat mislukte: {nl}; kies met TMPDIR een andere map",
            "long evidence is first written to the temporary folder {folder}, and that failed: {en}; choose another folder with TMPDIR"
        ),
    )
}

/// Hashes what goes by.
struct Hashed {
    file: SpooledTempFile,
    hash: Sha256,
}

impl Write for Hashed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hash.update(bytes.get(..written).unwrap_or_default());
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// JSON lets DEL and the control characters of Latin-1 stand as they are; a terminal would act on them.
struct Escaped<W> {
    to: W,
    /// The last byte was the first of two that these characters have in UTF-8.
    lead: bool,
}

/// The first byte of U+0080 to U+00BF in UTF-8.
const LEAD: u8 = 0xc2;

impl<W: Write> Write for Escaped<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !self.lead && !bytes.iter().any(|byte| matches!(*byte, 0x7f | LEAD)) {
            self.to.write_all(bytes)?;
            return Ok(bytes.len());
        }
        let mut safe = Vec::with_capacity(bytes.len() + 64);
        for byte in bytes {
            match (std::mem::take(&mut self.lead), *byte) {
                (true, 0x80..=0x9f) | (false, 0x7f) => safe.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
                (false, LEAD) => self.lead = true,
                (true, other) => safe.extend_from_slice(&[LEAD, other]),
                (false, other) => safe.push(other),
            }
        }
        self.to.write_all(&safe)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use secrecy::SecretString;

    use super::*;
    use crate::evidence::vault::{SecretKind, Vault};

    fn text(value: &impl Serialize) -> String {
        EvidenceFile::of_json(value).unwrap().text().unwrap()
    }

    #[test]
    fn no_character_that_a_terminal_acts_on_stands_raw() {
        let said = text(&["\u{7f}\u{80}\u{9f}\u{a0}é\u{c2}\u{e9}\u{1b}"]);
        assert_eq!(said, "[\n  \"\\u007f\\u0080\\u009f\u{a0}é\u{c2}\u{e9}\\u001b\"\n]\n");
    }

    #[test]
    fn the_fingerprint_is_that_of_the_text_also_where_it_is_long() {
        for count in [1, 300_000] {
            let lines = vec!["a line of forty characters, more or less. €"; count];
            let mut spool = EvidenceFile::of_json(&lines).unwrap();
            let text = spool.text().unwrap();
            assert_eq!(serde_json::from_str::<Vec<String>>(&text).unwrap(), lines);
            assert_eq!(spool.fingerprint(), super::super::fingerprint(&text));
            assert_eq!(EvidenceFile::of(&text).unwrap().fingerprint(), spool.fingerprint());
            assert_eq!(spool.file.is_rolled(), text.len() > LONGEST_IN_MEMORY);
        }
    }

    #[test]
    fn a_secret_is_seen_wherever_it_stands() {
        let vault = Vault::default();
        vault.learn(&SecretString::from("s3cret-of-nobody-5f0c2b9d"), SecretKind::Secret);
        for count in [0, LONGEST_IN_MEMORY / 1_000 + 1] {
            let lines = |last: &str| [vec!["x".repeat(1000); count], vec![last.to_owned()]].concat();
            assert!(!EvidenceFile::of_json(&lines("nothing")).unwrap().leaks(&vault).unwrap());
            assert!(EvidenceFile::of_json(&lines("a s3cret-of-nobody-5f0c2b9d b")).unwrap().leaks(&vault).unwrap());
        }
    }

    proptest! {
        #[test]
        fn escaping_changes_no_text(texts: Vec<String>) {
            let written = text(&texts);
            prop_assert_eq!(serde_json::from_str::<Vec<String>>(&written).unwrap(), texts);
            let acts = written.chars().any(|c| matches!(c, '\u{7f}'..='\u{9f}'));
            prop_assert!(!acts);
        }
    }
}
