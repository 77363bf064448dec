//! `evidence.har`: the recording of a run in the form that browsers' developer tools open (HAR 1.2), and back.
//!
//! What HAR has a place for stands there and nowhere else, so that what people see is what is judged. The rest stands
//! under `_bronkeur`: of the log what the run knew of itself, of each entry which request it answers and the facts
//! that no longer show in the body. Calls that are no HTTP, and those that were never sent, stand in the log's part.
//! A visit is one of these; what a browser did in it is shown as entries too, of a page of its own (`visits`).

mod evidence_file;
mod extension;
mod form;
mod json_text;
mod masked;
mod read;
mod rebuild;
mod setup;
mod visits;
mod write;

use sha2::{Digest as _, Sha256};

use crate::base::hex::hex;
use crate::base::input::Diagnostics;
use crate::catalogue::{Catalogue, SetVersion, SubjectKind};
use crate::evidence::recording::Recording;
use crate::evidence::setup::SubjectSetup;
use crate::report::RunMeta;
use crate::text;

pub use evidence_file::EvidenceFile;
pub use read::{read, read_again};
pub use write::write;

/// The name of the file.
pub const FILE: &str = "evidence.har";

/// What a HAR of ours holds: all that the verdicts of its run follow from.
#[derive(Debug)]
pub struct Evidence {
    /// What happened. Not closed where exchanges are gone: what looks at the whole run cannot be judged then.
    pub recording: Recording,
    /// What the run knew besides.
    pub meta: RunMeta,
    /// The sets of requirements that judged the run.
    pub specs: Vec<SetVersion>,
    /// How many exchanges the run had and this HAR has not.
    pub gone: usize,
}

impl Evidence {
    /// What kind of subject the run was about.
    pub fn kind(&self) -> SubjectKind {
        match self.recording.setup.subject {
            SubjectSetup::Application(_) => SubjectKind::Application,
            SubjectSetup::Source(_) | SubjectSetup::Address {} => SubjectKind::Source,
        }
    }

    /// A run of another kind of source has nothing to say about this one's requirements.
    ///
    /// # Errors
    /// In words, where it was judged by another specification.
    pub fn of_this_spec(&self, file: &str, catalogue: &Catalogue) -> Result<(), Diagnostics> {
        // What every evidence of a source holds is gone: it must not be judged as that of something else.
        if catalogue.kind == SubjectKind::Source && matches!(self.recording.setup.subject, SubjectSetup::Address {}) {
            return Err(Diagnostics::one(
                file,
                text!("`setup` zegt niets over een bron", "`setup` says nothing of a source"),
                text!("gebruik het bestand zoals bronkeur het schreef", "use the file as bronkeur wrote it"),
            ));
        }
        let (run, own) = (self.specs.last(), catalogue.sets.last());
        let Some((run, own)) = run.zip(own).filter(|(run, own)| run.name != own.name) else { return Ok(()) };
        let (run, own) = (crate::base::text::shown(&run.name), &own.name);
        Err(Diagnostics::one(
            file,
            text!("deze keuring gebruikte `{run}`, niet `{own}`", "this run used `{run}`, not `{own}`"),
            text!("kies met --spec dezelfde specificatie", "choose the same specification with --spec"),
        ))
    }
}

/// What ties a report to its evidence: the SHA-256 of the file, in hexadecimal.
pub fn fingerprint(har: &str) -> String {
    hex(&Sha256::digest(har))
}
