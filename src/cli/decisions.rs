//! What a run is judged by besides its exchanges: the decisions of people and an earlier report. Which files hold it, and
//! reading them.

use std::path::{Path, PathBuf};

use clap::Args;

use super::profile::{DEFAULT_PROFILE, kind_of};
use crate::base::input::{Diagnostics, LARGEST_TEXT, read_text};
use crate::catalogue::{Catalogue, SubjectKind};
use crate::judging::decisions::{Decisions, Named};
use crate::profile::Profile;
use crate::report::read_report;

#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Decisions of people, and an earlier report")]
pub(super) struct DecisionArgs {
    /// The answers of reviewers (reviews.yaml) [default: `reviews` of the profile]
    #[arg(long, value_name = "FILE", env = "BRONKEUR_REVIEWS")]
    reviews: Option<PathBuf>,
    /// The waivers (waivers.yaml) [default: `waivers` of the profile]
    #[arg(long, value_name = "FILE", env = "BRONKEUR_WAIVERS")]
    waivers: Option<PathBuf>,
    /// An earlier report.json of this source: what broke since within one version (URL-17)
    #[arg(long, value_name = "FILE", env = "BRONKEUR_PREVIOUS")]
    previous: Option<PathBuf>,
}

/// What a profile names, and the kind of its subject; without one that of `bron.yaml`, if there is one. Its secrets are not
/// read.
pub(super) fn named_by_profile(path: Option<&Path>) -> Result<(Named, SubjectKind), Diagnostics> {
    let default = Path::new(DEFAULT_PROFILE);
    let Some(path) = path.or_else(|| Some(default).filter(|path| path.exists())) else {
        return Ok((Named::default(), SubjectKind::Source));
    };
    let profile = Profile::read(&path.display().to_string(), &read_text(path, LARGEST_TEXT)?)?;
    let named = Named::of(
        path.parent().unwrap_or(Path::new("")),
        profile.reviews.as_deref(),
        profile.waivers.as_deref(),
        profile.names(),
    );
    Ok((named, kind_of(&profile)))
}

impl DecisionArgs {
    /// The decisions, or everything that is wrong in their files. A flag wins over the profile.
    pub(super) fn read(&self, named: &Named, catalogue: &Catalogue) -> Result<Decisions, Diagnostics> {
        let named = Named {
            reviews: self.reviews.clone().or_else(|| named.reviews.clone()),
            waivers: self.waivers.clone().or_else(|| named.waivers.clone()),
            source: named.source.clone(),
        };
        let previous = self.previous.as_ref().map(|path| read_report(path)).transpose();
        let previous = previous.map(|report| report.map(|report| report.as_previous()));
        match (named.read(catalogue), previous) {
            (Ok(decisions), Ok(previous)) => Ok(Decisions { previous, ..decisions }),
            (decisions, previous) => {
                let faults = [decisions.err(), previous.err()].into_iter().flatten();
                Err(Diagnostics(faults.flat_map(|faults| faults.0).collect()))
            }
        }
    }
}
