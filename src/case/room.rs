//! How much of a long list one run holds, so that its memory stays bounded whatever the source sends.

use super::{Case, Stop};
use crate::exchange::Citizen;
use crate::reason;
use crate::verdict::Verdict;

/// The most bytes of the pages of one walk. Some checks ask for every page once more, and what is kept of a page takes
/// a dozen times its bytes.
const MOST_BYTES: u64 = 6 * 1024 * 1024;

impl Case<'_> {
    /// How many pages of a walk are asked for at most: as many as the profile's limit allows, and as there is room for.
    pub fn most_pages(&self) -> Result<u64, Stop> {
        Ok(self.setup().limits.pages.max(1).min(self.room()?))
    }

    /// The verdict on what lies beyond a walk that was cut short.
    pub fn beyond_the_walk(&self) -> Verdict {
        match self.room() {
            Ok(room) if room < self.setup().limits.pages => reason::no_room(room),
            _ => reason::page_limit(),
        }
    }

    /// For how many pages there is room, by the bytes that a certificate takes on the first page.
    fn room(&self) -> Result<u64, Stop> {
        let first = self.listed(&self.entry_request(Citizen::Subject))?.response;
        let items = first.page().map_or(0, |page| page.items().len() as u64).max(1);
        let bytes = first.facts.body_bytes.div_ceil(items).saturating_mul(self.walk_limit()?);
        Ok((MOST_BYTES / bytes.max(1)).max(1))
    }
}
