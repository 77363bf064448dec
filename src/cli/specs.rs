//! Which specs a command works with.

use std::path::PathBuf;

use clap::Args;

use super::CliError;
use crate::catalogue::{Catalogue, DEFAULT_SPEC};
use crate::checks;

#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Requirements")]
pub(super) struct SpecArgs {
    /// The source specification
    #[arg(long, value_name = "NAME", env = "BRONKEUR_SPEC", default_value = DEFAULT_SPEC)]
    pub(super) spec: String,
    /// A folder with specs, instead of those in the program
    #[arg(long, value_name = "DIR", env = "BRONKEUR_SPECS")]
    pub(super) specs: Option<PathBuf>,
}

impl SpecArgs {
    /// The specs in the program, for commands that have no choice of them.
    pub(super) fn of_the_program() -> Self {
        Self { spec: DEFAULT_SPEC.to_owned(), specs: None }
    }

    pub(super) fn load(&self) -> Result<Catalogue, CliError> {
        Ok(Catalogue::load(&self.spec, self.specs.as_deref(), checks::is_check)?)
    }
}
