//! The files in which people decide: which ones a profile names, and reading them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::civil::Date;

use super::{Decisions, Review, Waiver, day_of, read_reviews, read_waivers};
use crate::base::input::{Diagnostics, LARGEST_TEXT, read_text};
use crate::catalogue::Catalogue;

/// Which files a profile names, from where the command runs.
#[derive(Clone, Debug, Default)]
pub struct Named {
    /// The answers of reviewers.
    pub reviews: Option<PathBuf>,
    /// The waivers.
    pub waivers: Option<PathBuf>,
    /// The names of the source that is judged; a file for another one is refused. None: any will do.
    pub source: Vec<String>,
}

impl Named {
    /// The files that a profile in a folder names, and the names of its source.
    pub fn of(folder: &Path, reviews: Option<&str>, waivers: Option<&str>, source: Vec<String>) -> Self {
        let path = |named: Option<&str>| named.map(|path| folder.join(path));
        Self { reviews: path(reviews), waivers: path(waivers), source }
    }

    /// What stands in them, or everything that is wrong there.
    ///
    /// # Errors
    /// The faults of both files.
    pub fn read(&self, catalogue: &Catalogue) -> Result<Decisions, Diagnostics> {
        let reviews = self.reviews.as_ref();
        let reviews =
            reviews.map_or_else(|| Ok(BTreeMap::new()), |path| reviews_in(path, catalogue, today(), &self.source));
        let waivers = self.waivers.as_ref();
        let waivers = waivers.map_or_else(|| Ok(BTreeMap::new()), |path| waivers_in(path, catalogue, &self.source));
        match (reviews, waivers) {
            (Ok(reviews), Ok(waivers)) => Ok(Decisions { reviews, waivers, previous: None }),
            (reviews, waivers) => {
                let faults = [reviews.err(), waivers.err()].into_iter().flatten();
                Err(Diagnostics(faults.flat_map(|faults| faults.0).collect()))
            }
        }
    }
}

/// The day in Brussels.
pub fn today() -> Date {
    day_of(Timestamp::now())
}

/// The answers in a file; `asked` are the names of the source that is judged, none where any will do.
///
/// # Errors
/// Everything that is wrong in it.
pub fn reviews_in(
    path: &Path,
    catalogue: &Catalogue,
    today: Date,
    asked: &[String],
) -> Result<BTreeMap<String, Review>, Diagnostics> {
    read_reviews(&path.display().to_string(), &read_text(path, LARGEST_TEXT)?, catalogue, today, asked)
}

/// The waivers in a file; `asked` are the names of the source that is judged, none where any will do.
///
/// # Errors
/// Everything that is wrong in it.
pub fn waivers_in(
    path: &Path,
    catalogue: &Catalogue,
    asked: &[String],
) -> Result<BTreeMap<String, Waiver>, Diagnostics> {
    read_waivers(&path.display().to_string(), &read_text(path, LARGEST_TEXT)?, catalogue, asked)
}
