//! The files of one source.

use std::path::Path;
use std::sync::Arc;

use crate::base::files::WriteError;
use crate::evidence::vault::Vault;
use crate::report::har::EvidenceFile;
use crate::report::{self, Languages, Leaked, Published, Report};

/// What came of a source, before it is written.
pub(super) struct Judged {
    pub(super) report: Report,
    pub(super) given: Given,
    pub(super) vault: Arc<Vault>,
}

/// On what a report rests.
pub(super) enum Given {
    /// The calls of the run, or why they could not be kept.
    Evidence(Result<EvidenceFile, WriteError>),
    /// The text of a report that somebody gave.
    Report(String),
}

impl Judged {
    /// Writes them into a folder as `check` does.
    ///
    /// # Errors
    /// Where something would have leaked.
    pub(super) fn write(self, folder: &Path, languages: Languages) -> Result<Published, Leaked> {
        let Self { report, given, vault } = self;
        let mut files = report::render_all(&report, languages);
        let evidence = match given {
            Given::Evidence(evidence) => Some(evidence),
            // What was given stays as it was.
            Given::Report(text) => {
                files.iter_mut().filter(|(name, _)| *name == report::DATA).for_each(|(_, raw)| *raw = Ok(text.clone()));
                None
            }
        };
        report::publish(&*vault, folder, "", files, evidence)
    }
}
