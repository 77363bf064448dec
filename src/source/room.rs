//! How much of a long list one run holds, so that its memory stays bounded whatever the source sends.

use crate::evidence::exchange::Citizen;
use crate::judging::context::{CheckContext, Stop};
use crate::judging::reason;
use crate::judging::verdict::Verdict;

/// The most memory that the pages of one walk take, in bytes. Pages that come in answer to several requests are kept
/// once; where they come with other content each time, a run holds no more than the recording has room for.
const MOST_MEMORY: u64 = 160 * 1024 * 1024;

/// What a certificate takes besides its text, in bytes. The same everywhere: a replay must come to as many pages.
const CERTIFICATE: u64 = 700;

impl CheckContext<'_> {
    /// How many pages of a walk are asked for at most: as many as the profile's limit allows, and as there is room for.
    pub fn most_pages(&self) -> Result<u64, Stop> {
        self.most_pages_of(self.walk_limit()?)
    }

    /// The same of pages of a length.
    pub(super) fn most_pages_of(&self, length: u64) -> Result<u64, Stop> {
        Ok(self.setup().limits.pages.max(1).min(self.room(length)?))
    }

    /// The verdict on what lies beyond a walk that was cut short.
    pub fn beyond_the_walk(&self) -> Verdict {
        match self.walk_limit().and_then(|length| self.room(length)) {
            Ok(room) if room < self.setup().limits.pages => reason::no_room(room),
            _ => reason::page_limit(),
        }
    }

    /// For how many pages of a length there is room, by the length of a certificate on the first page.
    fn room(&self, length: u64) -> Result<u64, Stop> {
        let first = self.listed(&self.entry_request(Citizen::Subject))?.response;
        let items = first.page().map_or(0, |page| page.items().len() as u64).max(1);
        // Its texts are kept twice, once packed.
        let memory = CERTIFICATE + first.facts.body_bytes.div_ceil(items).saturating_mul(5) / 4;
        Ok((MOST_MEMORY / memory.saturating_mul(length.max(1))).max(1))
    }
}
