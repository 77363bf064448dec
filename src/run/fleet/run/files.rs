//! The files of one source.

use std::path::Path;
use std::sync::Arc;

use crate::base::files::{self, Unwritten};
use crate::evidence::vault::Vault;
use crate::report::har::{self, Spool};
use crate::report::{self, Languages, Report};

/// What came of a source, before it is written.
pub(super) struct Judged {
    pub(super) report: Report,
    pub(super) given: Given,
    pub(super) vault: Arc<Vault>,
}

/// On what a report rests.
pub(super) enum Given {
    /// The calls of the run, or why they could not be kept.
    Evidence(Result<Spool, Unwritten>),
    /// The text of a report that somebody gave.
    Report(String),
}

impl Judged {
    /// Writes them into a folder as `check` does; none where something would have leaked.
    pub(super) fn write(self, folder: &Path, languages: Languages) -> Option<Written> {
        let Self { report, given, vault } = self;
        let mut files = report::render_all(&report, languages);
        let evidence = match given {
            Given::Evidence(evidence) => Some(evidence.and_then(|mut spool| Ok((spool.leaks(&vault)?, spool)))),
            // What was given stays as it was.
            Given::Report(text) => {
                files.iter_mut().filter(|(name, _)| *name == report::DATA).for_each(|(_, raw)| *raw = Ok(text.clone()));
                None
            }
        };
        let mut texts = files.iter().filter_map(|(_, text)| text.as_ref().ok());
        if texts.any(|text| vault.leaks(text)) || matches!(evidence, Some(Ok((true, _)))) {
            return None;
        }
        let mut written = Written { files: Vec::new(), problems: Vec::new() };
        if let Some(evidence) = evidence {
            written.note(har::FILE, evidence.and_then(|(_, spool)| spool.write(folder)));
        }
        for (name, text) in files {
            written.note(name, text.and_then(|text| files::write(folder, name, text.as_bytes())));
        }
        Some(written)
    }
}

/// The files that were written, and what went wrong with the others.
pub(super) struct Written {
    pub(super) files: Vec<String>,
    pub(super) problems: Vec<Unwritten>,
}

impl Written {
    fn note(&mut self, name: &str, result: Result<(), Unwritten>) {
        match result {
            Ok(()) => self.files.push(name.to_owned()),
            Err(problem) => self.problems.push(problem),
        }
    }
}
