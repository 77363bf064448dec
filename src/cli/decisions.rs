//! What a run is judged by besides its exchanges: the decisions of people and an earlier report. Which files hold it, and
//! reading them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use jiff::Timestamp;
use jiff::civil::Date;

use super::profile::DEFAULT_PROFILE;
use crate::catalogue::Catalogue;
use crate::decisions::{Decisions, Review, Waiver, day_of, read_reviews, read_waivers};
use crate::fault::{InputFaults, LARGEST_TEXT, read_text};
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
    /// What a waiver is that covers nothing any more
    #[arg(long, value_enum, value_name = "WHAT", env = "BRONKEUR_STALE_WAIVERS", default_value_t = Stale::Warn)]
    stale_waivers: Stale,
    /// An earlier report.json of this source: what broke since within one version (URL-17)
    #[arg(long, value_name = "FILE", env = "BRONKEUR_PREVIOUS")]
    previous: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Stale {
    /// A warning
    Warn,
    /// A failure
    Fail,
}

/// Which files a profile names, from where the command runs.
#[derive(Clone, Debug, Default)]
pub(super) struct Named {
    pub(super) reviews: Option<PathBuf>,
    pub(super) waivers: Option<PathBuf>,
}

impl Named {
    /// What a profile names; without one that of `bron.yaml`, if there is one. Its secrets are not read.
    pub(super) fn of_profile(path: Option<&Path>) -> Result<Self, InputFaults> {
        let default = Path::new(DEFAULT_PROFILE);
        let Some(path) = path.or_else(|| Some(default).filter(|path| path.exists())) else {
            return Ok(Self::default());
        };
        let profile = Profile::read(&path.display().to_string(), &read_text(path, LARGEST_TEXT)?)?;
        Ok(Self::of(&profile, path.parent().unwrap_or(Path::new(""))))
    }

    /// What a profile in a folder names.
    pub(super) fn of(profile: &Profile, folder: &Path) -> Self {
        let path = |named: &Option<String>| named.as_ref().map(|path| folder.join(path));
        Self { reviews: path(&profile.reviews), waivers: path(&profile.waivers) }
    }

    /// What stands in them, or everything that is wrong there.
    pub(super) fn read(&self, catalogue: &Catalogue) -> Result<Decisions, InputFaults> {
        let reviews = self.reviews.as_ref();
        let reviews = reviews.map_or_else(|| Ok(BTreeMap::new()), |path| reviews_in(path, catalogue, today()));
        let waivers = self.waivers.as_ref();
        let waivers = waivers.map_or_else(|| Ok(BTreeMap::new()), |path| waivers_in(path, catalogue));
        match (reviews, waivers) {
            (Ok(reviews), Ok(waivers)) => Ok(Decisions { reviews, waivers, previous: None }),
            (reviews, waivers) => {
                let faults = [reviews.err(), waivers.err()].into_iter().flatten();
                Err(InputFaults(faults.flat_map(|faults| faults.0).collect()))
            }
        }
    }
}

impl DecisionArgs {
    /// The decisions, or everything that is wrong in their files. A flag wins over the profile.
    pub(super) fn read(&self, named: &Named, catalogue: &Catalogue) -> Result<Decisions, InputFaults> {
        let named = Named {
            reviews: self.reviews.clone().or_else(|| named.reviews.clone()),
            waivers: self.waivers.clone().or_else(|| named.waivers.clone()),
        };
        let previous = self.previous.as_ref().map(|path| read_report(path)).transpose();
        let previous = previous.map(|report| report.map(|report| report.as_previous()));
        match (named.read(catalogue), previous) {
            (Ok(decisions), Ok(previous)) => Ok(Decisions { previous, ..decisions }),
            (decisions, previous) => {
                let faults = [decisions.err(), previous.err()].into_iter().flatten();
                Err(InputFaults(faults.flat_map(|faults| faults.0).collect()))
            }
        }
    }

    pub(super) fn stale_waivers_fail(&self) -> bool {
        self.stale_waivers == Stale::Fail
    }
}

/// The day in Brussels.
pub(super) fn today() -> Date {
    day_of(Timestamp::now())
}

/// The answers in a file.
pub(super) fn reviews_in(
    path: &Path,
    catalogue: &Catalogue,
    today: Date,
) -> Result<BTreeMap<String, Review>, InputFaults> {
    read_reviews(&path.display().to_string(), &read_text(path, LARGEST_TEXT)?, catalogue, today)
}

/// The waivers in a file.
pub(super) fn waivers_in(path: &Path, catalogue: &Catalogue) -> Result<BTreeMap<String, Waiver>, InputFaults> {
    read_waivers(&path.display().to_string(), &read_text(path, LARGEST_TEXT)?, catalogue)
}
