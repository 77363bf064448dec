//! What a check needs that looks at the whole run: to ask first for all that is to be in it.

use super::list::{Item, Listed};
use crate::evidence::exchange::{Citizen, Request, Target, Variation};
use crate::judging::context::{Answer, CheckContext, Stop, join, request_all};

impl<'a> CheckContext<'a> {
    /// Asks for the pages of the list, for the details and documents of the sample, and for the lists of the other
    /// citizens, whatever comes of them.
    pub fn request_everything(&self) -> Result<(), Stop> {
        let downloads = self.download_requests().and_then(|requests| self.attempts(&requests).map(drop));
        request_all([self.pages().map(drop), self.details().map(drop), downloads, self.request_lists()])
    }

    /// Asks for the lists of the other citizens of the profile, whatever comes of them.
    pub fn request_lists(&self) -> Result<(), Stop> {
        let known = [Citizen::Other, Citizen::Empty].into_iter();
        let known = known.filter(|citizen| self.setup().citizens.contains_key(citizen));
        let requests: Vec<Request> = known.map(|citizen| self.entry_request(citizen)).collect();
        self.attempts(&requests).map(drop)
    }

    /// The certificates of the subject's whole list, and those on the other citizen's first page, where it came. Blocked
    /// where the subject has none.
    pub fn everyones_items(&self) -> Result<Vec<Item<'a>>, Stop> {
        let (mut items, ()) = join(self.items(), self.request_lists())?;
        if self.setup().citizens.contains_key(&Citizen::Other) {
            let others = Listed::of(self.attempt(&self.entry_request(Citizen::Other))?);
            items.extend(others.into_iter().flat_map(Listed::each));
        }
        Ok(items)
    }

    /// Every answer of the source's API in the whole run: without handshakes, plain http, the OpenAPI document, and
    /// the list with a slash after it or under another host, to which a web server may have an answer of its own.
    pub fn api_answers(&self) -> Result<Vec<Answer<'a>>, Stop> {
        let answers = self.whole_run()?.filter_map(|exchange| {
            let request = &exchange.request;
            let api = matches!(request.target, Target::Entry { .. } | Target::Link { .. } | Target::Path(_));
            let response = exchange.result.as_ref().ok()?;
            let odd = matches!(request.variation, Variation::TrailingSlash | Variation::Host(_));
            (api && !odd).then_some(Answer { exchange, response })
        });
        Ok(answers.collect())
    }
}
