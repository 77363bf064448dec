//! Which specs a command works with.

use std::path::PathBuf;

use clap::Args;

use super::CliError;
use crate::base::input::Diagnostics;
use crate::catalogue::{APPLICATION_SPEC, Catalogue, DEFAULT_SPEC, SubjectKind};
use crate::checks;
use crate::run::fleet::Catalogues;
use crate::run::session::of_one_kind;

#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Requirements")]
pub(super) struct SpecArgs {
    /// The set of requirements [default: attesten-vergunningen; for the profile of an application sso-handover]
    #[arg(long, value_name = "NAME", env = "BRONKEUR_SPEC")]
    pub(super) spec: Option<String>,
    /// A folder with specs, instead of those in the program
    #[arg(long, value_name = "DIR", env = "BRONKEUR_SPECS")]
    pub(super) specs: Option<PathBuf>,
}

impl SpecArgs {
    /// The set that is named; without one that of a source.
    pub(super) fn load(&self) -> Result<Catalogue, CliError> {
        Ok(self.named(self.spec.as_deref().unwrap_or(DEFAULT_SPEC))?)
    }

    /// The set that is named, held against the kind of a profile; without one that of the kind.
    pub(super) fn load_for(&self, kind: SubjectKind) -> Result<Catalogue, Diagnostics> {
        let catalogue = self.named(self.spec.as_deref().unwrap_or(usual(kind)))?;
        of_one_kind(kind, &catalogue)?;
        Ok(catalogue)
    }

    /// The set that is named; without one that of a kind, whatever the profile.
    pub(super) fn load_as(&self, kind: SubjectKind) -> Result<Catalogue, CliError> {
        Ok(self.named(self.spec.as_deref().unwrap_or(usual(kind)))?)
    }

    /// The set that is named; without one those of all kinds.
    pub(super) fn load_all(&self) -> Result<Catalogues, CliError> {
        let first = self.load()?;
        if self.spec.is_some() {
            return Ok(Catalogues::one(first));
        }
        Ok(Catalogues::of_kinds(first, self.named(APPLICATION_SPEC)))
    }

    /// A set of the specs that are chosen.
    fn named(&self, spec: &str) -> Result<Catalogue, Diagnostics> {
        Catalogue::load(spec, self.specs.as_deref(), checks::is_check)
    }
}

/// The set by which a kind of subject is judged where none is named.
pub(super) fn usual(kind: SubjectKind) -> &'static str {
    match kind {
        SubjectKind::Source | SubjectKind::Website => DEFAULT_SPEC,
        SubjectKind::Application => APPLICATION_SPEC,
    }
}
