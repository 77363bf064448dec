//! The pages of the subject's list: by their numbers, by `next`, and the first one in several lengths.

use std::collections::BTreeSet;

use url::Url;

use super::envelope::{Key, Page};
use super::length;
use super::list::{Chain, End, Listed, Pages, no_collection};
use crate::evidence::exchange::{Citizen, Exchange, Kind, Request, Target};
use crate::judging::context::{Answer, CheckContext, Stop, conclusive};
use crate::judging::reason;
use crate::judging::verdict::Verdict;
use crate::text;

impl<'a> CheckContext<'a> {
    /// The page length of a walk: one that can show the opposite of what is judged by it.
    pub fn walk_limit(&self) -> Result<u64, Stop> {
        Ok(length::page_length(self.stated_total()?, self.entry().default_limit, self.entry().maximum_limit))
    }

    /// A page length near the greatest one, whose pages begin at other places than those of a walk.
    pub fn other_limit(&self) -> Result<u64, Stop> {
        Ok(length::other_length(self.walk_limit()?, self.entry().maximum_limit))
    }

    /// How many pages a walk has, and how many of them are asked for.
    fn walk_length(&self) -> Result<(u64, u64), Stop> {
        let count = self.stated_total()?.div_ceil(self.walk_limit()?).max(1);
        Ok((count, count.min(self.most_pages()?)))
    }

    /// The requests for all pages of the subject's list by their numbers.
    pub fn walk_requests(&self) -> Result<Vec<Request>, Stop> {
        let limit = self.walk_limit()?;
        let (_, most) = self.walk_length()?;
        Ok((0..most).map(|page| self.page_request(Citizen::Subject, limit, page)).collect())
    }

    /// The answers to all pages of the subject's list by their numbers, asked for at once; blocked unless each is 200.
    pub fn walk(&self) -> Result<Vec<Answer<'a>>, Stop> {
        self.listed_all(&self.walk_requests()?)
    }

    /// All pages of the subject's list by their numbers.
    pub fn pages(&self) -> Result<Pages<'a>, Stop> {
        let (count, most) = self.walk_length()?;
        let pages =
            self.walk()?.into_iter().map(|answer| Listed::of(answer.exchange).ok_or_else(|| no_collection().into()));
        Ok(Pages { limit: self.walk_limit()?, pages: pages.collect::<Result<_, Stop>>()?, cut: count > most })
    }

    /// The first page of the subject's list in the default length, the two smallest and the greatest: as few as the
    /// number of certificates makes telling.
    pub fn first_pages(&self) -> Result<Vec<Request>, Stop> {
        let several = self.stated_total()? > 1;
        let lengths = [1, 2, self.entry().maximum_limit].into_iter().filter(|_| several);
        let more = lengths.map(|limit| self.page_request(Citizen::Subject, limit, 0));
        Ok(std::iter::once(self.entry_request(Citizen::Subject)).chain(more).collect())
    }

    /// The lists that the run asks for as a client does: every page of the walk, the first page in other lengths, and the
    /// first page of the other citizen. Blocked unless the pages of the walk are there; of the others those that are.
    pub fn lists(&self) -> Result<Vec<Answer<'a>>, Stop> {
        let mut more = self.first_pages()?;
        if self.setup().citizens.contains_key(&Citizen::Other) {
            more.push(self.entry_request(Citizen::Other));
        }
        let more = self.attempts(&more);
        let mut lists = match (self.walk(), more) {
            (Err(Stop::Missing(mut missing)), Err(Stop::Missing(others))) => {
                missing.extend(others);
                return Err(Stop::Missing(missing));
            }
            (walk, more) => {
                let (mut walk, more) = (walk?, more?);
                let there = more.into_iter().filter_map(|exchange| conclusive(exchange).ok());
                walk.extend(there.filter(|answer| answer.response.status == 200));
                walk
            }
        };
        let mut seen = BTreeSet::new();
        lists.retain(|answer| seen.insert(answer.request()));
        Ok(lists)
    }

    /// The requests for the whole list of the other citizen, in pages of the greatest length; and whether the limit of the
    /// profile or of the memory cuts it short.
    fn requests_of_the_other(&self) -> Result<(Vec<Request>, bool), Stop> {
        let limit = self.entry().maximum_limit;
        let first = self.page(&self.greatest_page(Citizen::Other))?;
        let shown = first.items().len() as u64;
        let total = first.page.metadata.total_elements.value().map_or(shown, |total| total.max(shown));
        // A source with a smaller maximum gives pages of that length.
        let length = if total > shown { shown.clamp(1, limit) } else { limit };
        let count = total.div_ceil(length).max(1);
        let most = self.most_pages_of(limit)?;
        let requests = (0..count.min(most)).map(|page| self.page_request(Citizen::Other, limit, page));
        Ok((requests.collect(), count > most))
    }

    /// The whole list of the other citizen, in pages of the greatest length.
    pub fn pages_of_the_other(&self) -> Result<Pages<'a>, Stop> {
        let (requests, cut) = self.requests_of_the_other()?;
        Ok(Pages { limit: self.entry().maximum_limit, pages: self.pages_of(&requests)?, cut })
    }

    /// What tells the other citizen's certificates apart, as their list stood after an answer.
    pub fn keys_of_the_other_after(&self, earlier: &Exchange) -> Result<BTreeSet<Key<'a>>, Stop> {
        let (mut requests, _) = self.requests_of_the_other()?;
        // A new certificate may stand on a page of its own.
        requests.push(self.page_request(Citizen::Other, self.entry().maximum_limit, requests.len() as u64));
        let mut keys = BTreeSet::new();
        for request in requests {
            let exchange = self.where_possible(self.after(&request, earlier))?;
            let page = exchange.and_then(|exchange| exchange.result.as_ref().ok()?.page());
            keys.extend(page.into_iter().flat_map(Page::keys));
        }
        Ok(keys)
    }

    /// The page after the last one.
    pub fn past_the_end(&self) -> Result<Request, Stop> {
        let limit = self.walk_limit()?;
        let (count, _) = self.walk_length()?;
        Ok(self.page_request(Citizen::Subject, limit, count))
    }

    /// All pages, where there are several: blocked, or declared not to arise, where one page holds everything.
    pub fn several_pages(&self) -> Result<Pages<'a>, Stop> {
        let total = self.total()?;
        if total < 2 {
            return Err(self.single_page(total).into());
        }
        let pages = self.pages()?;
        if pages.pages.iter().all(|listed| listed.items().is_empty()) {
            let what = text!(
                "de lijst zegt {total} attesten te hebben, en elke pagina is leeg",
                "the list says that it has {total} certificates, and every page is empty"
            );
            return Err(reason::unmet(what).into());
        }
        Ok(pages)
    }

    /// The verdict where a citizen with several pages is needed.
    pub fn single_page(&self, total: u64) -> Verdict {
        if self.setup().source().declares.one_page { reason::declared("one_page") } else { reason::too_few(total, 2) }
    }

    /// The pages that following `next` visits from the first page on. Where the links of the list state another length
    /// than the one that was asked for, from the first page of that length: another requirement says so.
    pub fn chain(&self) -> Result<Chain<'a>, Stop> {
        let (numbered, most) = (self.pages()?, self.most_pages()?);
        // Every `next` that is known already is asked for at once: mostly they are pages that we have.
        let known: Vec<Request> = numbered.pages.iter().filter_map(|listed| self.next_of(listed)).collect();
        self.attempts(&known)?;
        let mut pages: Vec<Listed<'a>> = self.start_of_chain(&numbered)?.into_iter().collect();
        let mut visited: BTreeSet<Request> = pages.iter().map(|listed| listed.answer.request().clone()).collect();
        let end = loop {
            let last = pages.last();
            let Some(next) = last.and_then(|last| self.next_of(last)) else {
                let unusable = last.is_some_and(|last| last.page.links.find(&["next"]).is_some());
                break if unusable { End::NotFollowed } else { End::NoNext };
            };
            let next = self.looked(&next);
            if visited.contains(&next) {
                break End::Repeats(next);
            }
            if pages.len() as u64 >= most {
                break End::Limit;
            }
            match Listed::of(self.attempt(&next)?) {
                Some(listed) => pages.push(listed),
                None => break End::NoPage(next),
            }
            visited.insert(next);
        };
        Ok(Chain { pages, end })
    }

    /// Where following `next` begins.
    fn start_of_chain(&self, numbered: &Pages<'a>) -> Result<Option<Listed<'a>>, Stop> {
        let Some(first) = numbered.pages.first().copied() else { return Ok(None) };
        let stated = self.next_of(&first).map(|next| self.stated_limit(&next));
        match stated.filter(|stated| *stated != numbered.limit && *stated <= self.entry().maximum_limit) {
            Some(limit) => Ok(Some(self.page(&self.page_request(Citizen::Subject, limit, 0))?)),
            None => Ok(Some(first)),
        }
    }

    /// The page length that a request for a page asks for; the default where it states none.
    pub fn stated_limit(&self, request: &Request) -> u64 {
        let stated = match &request.target {
            Target::Link { url, .. } => Url::parse(url).ok().and_then(|url| {
                url.query_pairs().find(|(name, _)| *name == *self.entry().limit).map(|(_, value)| value.into_owned())
            }),
            _ => request.parameter(&self.entry().limit).map(str::to_owned),
        };
        stated.and_then(|limit| limit.parse().ok()).unwrap_or(self.entry().default_limit)
    }

    /// The request that the `next` of a page leads to.
    pub fn next_of(&self, listed: &Listed<'a>) -> Option<Request> {
        let link = listed.page.links.find(&["next"])?;
        self.follow(listed.answer, link, Kind::List)
    }
}
