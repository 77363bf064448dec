//! How many certificates the subject has, by what the list says of itself.

use super::envelope::Page;
use crate::evidence::exchange::{Citizen, Response};
use crate::judging::context::{CheckContext, Stop};

impl CheckContext<'_> {
    /// How many certificates the subject has, by the first page: its metadata, else its items. Blocked where that page
    /// cannot be read.
    pub fn total(&self) -> Result<u64, Stop> {
        match self.stated_total()? {
            0 => self.first_page().map(|_| 0),
            total => Ok(total),
        }
    }

    /// The same as far as the first page tells; none where it tells nothing.
    pub(super) fn stated_total(&self) -> Result<u64, Stop> {
        let first = self.listed(&self.entry_request(Citizen::Subject))?;
        let Some(page) = first.response.page() else { return first.unreadable().map_or(Ok(0), |why| Err(why.into())) };
        let items = page.items().len() as u64;
        let told = page.metadata.total_elements.value().map_or(items, |total| total.max(items));
        if items == 0 || self.agrees_with_its_pages(page) {
            return Ok(told);
        }
        // Whatever is wrong with the totals, the greatest page shows certificates that the first does not.
        let greatest = self.attempt(&self.greatest_page(Citizen::Subject))?;
        let shown = greatest.result.as_ref().ok().and_then(Response::page).map_or(0, |page| page.items().len() as u64);
        Ok(told.max(shown))
    }

    /// Whether the first page says how many certificates there are, and as many as its number of pages comes to, where
    /// it has one.
    fn agrees_with_its_pages(&self, first: &Page) -> bool {
        let Some(total) = first.metadata.total_elements.value() else { return false };
        let pages = total.div_ceil(self.entry().default_limit.max(1));
        total >= first.items().len() as u64 && first.metadata.total_pages.value().is_none_or(|stated| stated <= pages)
    }
}
