//! The subject's list as checks ask for it: its first page, its certificates, the details and documents of a few of them.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::LazyLock;

use url::{Origin, Url};

use super::envelope::{Certificate, Collection, Key, Link, Page};
use crate::catalogue::Entry;
use crate::evidence::exchange::{Citizen, Exchange, Kind, Request};
use crate::judging::context::{Answer, CheckContext, Stop};
use crate::judging::reason;
use crate::judging::verdict::Verdict;
use crate::text;

/// A page of the list, with the answer that it came in.
#[derive(Clone, Copy, Debug)]
pub struct Listed<'a> {
    /// The answer.
    pub answer: Answer<'a>,
    /// The page.
    pub page: &'a Page,
}

impl<'a> Listed<'a> {
    /// The page in an exchange, where that came to 200 and to a collection.
    pub fn of(exchange: &'a Exchange) -> Option<Self> {
        let response = exchange.result.as_ref().ok().filter(|response| response.status == 200)?;
        let page = response.page()?;
        let answer = Answer { exchange, response };
        matches!(page.collection, Collection::Items(_)).then_some(Self { answer, page })
    }

    /// The certificates on it, each with the page.
    pub fn each(self) -> impl DoubleEndedIterator<Item = Item<'a>> {
        self.items().iter().map(move |certificate| Item { on: self, certificate })
    }

    /// The certificates on it.
    pub fn items(&self) -> &'a [Certificate] {
        self.page.items()
    }

    /// What tells the certificates on it apart, in order.
    pub fn keys(&self) -> Vec<Key<'a>> {
        self.page.keys()
    }
}

/// A certificate of the list, with the page that it stands on.
#[derive(Clone, Copy, Debug)]
pub struct Item<'a> {
    /// The page.
    pub on: Listed<'a>,
    /// The certificate.
    pub certificate: &'a Certificate,
}

/// How following `next` ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// A page without `next`.
    NoNext,
    /// A `next` that is templated or no URL.
    NotFollowed,
    /// `next` leads to a page that was visited already.
    Repeats(Request),
    /// What `next` leads to is no page of the list.
    NoPage(Request),
    /// The limit of the profile or of the memory.
    Limit,
}

/// The pages that following `next` from the first one visits.
#[derive(Clone, Debug)]
pub struct Chain<'a> {
    /// The pages, in order.
    pub pages: Vec<Listed<'a>>,
    /// How it ended.
    pub end: End,
}

/// The pages of the list by their numbers.
#[derive(Clone, Debug)]
pub struct Pages<'a> {
    /// The page length asked for.
    pub limit: u64,
    /// Page 0, 1, 2, … as far as the list says that there are any.
    pub pages: Vec<Listed<'a>>,
    /// The limit of the profile or of the memory cut it short: [`CheckContext::beyond_the_walk`] says which.
    pub cut: bool,
}

impl<'a> Pages<'a> {
    /// All certificates, in order, each with its page.
    pub fn each(&self) -> impl Iterator<Item = Item<'a>> {
        self.pages.iter().flat_map(|page| page.each())
    }
}

impl<'a> CheckContext<'a> {
    /// The entry resource of the source specification.
    pub fn entry(&self) -> &'a Entry {
        // Only checks of a source ask, and a set of that kind is not loaded without one.
        static NONE: LazyLock<Entry> = LazyLock::new(Entry::default);
        self.catalogue.entry.as_ref().unwrap_or(&NONE)
    }

    /// The first page as the documents show it: `?limit=10&page=0`.
    pub fn entry_request(&self, citizen: Citizen) -> Request {
        self.page_request(citizen, self.entry().default_limit, 0)
    }

    /// A page of a length, by its number.
    pub fn page_request(&self, citizen: Citizen, limit: u64, page: u64) -> Request {
        let page = page + self.entry().first_page;
        Request::entry(citizen).query(&self.entry().limit, limit).query(&self.entry().page, page)
    }

    /// The first page in the greatest length.
    pub fn greatest_page(&self, citizen: Citizen) -> Request {
        self.page_request(citizen, self.entry().maximum_limit, 0)
    }

    /// The answer to a request for a page; blocked unless it is 200.
    pub fn listed(&self, request: &Request) -> Result<Answer<'a>, Stop> {
        self.listed_all(std::slice::from_ref(request))?.first().copied().ok_or_else(|| reason::not_recorded().into())
    }

    pub(super) fn listed_all(&self, requests: &[Request]) -> Result<Vec<Answer<'a>>, Stop> {
        let answers = self.responses(requests)?;
        match answers.iter().find(|answer| answer.response.status != 200) {
            None => Ok(answers),
            // A later page may be gone since the first one told how many there are.
            Some(answer) if self.is_later_page(answer.request()) => {
                Err(Stop::by_answer(answer.response, not_listed(*answer)))
            }
            Some(answer) => Err(not_listed(*answer).into()),
        }
    }

    /// Whether a request asks for another page than the first one.
    fn is_later_page(&self, request: &Request) -> bool {
        let page = request.parameter(&self.entry().page);
        page.is_some_and(|page| page != self.entry().first_page.to_string())
    }

    /// Pages; blocked unless each is a 200 with a collection.
    pub fn pages_of(&self, requests: &[Request]) -> Result<Vec<Listed<'a>>, Stop> {
        self.listed_all(requests)?
            .into_iter()
            .map(|answer| {
                Listed::of(answer.exchange).ok_or_else(|| answer.unreadable().unwrap_or_else(no_collection).into())
            })
            .collect()
    }

    /// One page; blocked unless it is a 200 with a collection.
    pub fn page(&self, request: &Request) -> Result<Listed<'a>, Stop> {
        self.pages_of(std::slice::from_ref(request))?.first().copied().ok_or_else(|| no_collection().into())
    }

    /// The first page of the subject's list.
    pub fn first_page(&self) -> Result<Listed<'a>, Stop> {
        self.page(&self.entry_request(Citizen::Subject))
    }

    /// All certificates of the subject's list, page by page; blocked where there are none.
    pub fn items(&self) -> Result<Vec<Item<'a>>, Stop> {
        let items: Vec<Item<'a>> = self.pages()?.each().collect();
        if items.is_empty() { Err(reason::too_few(0, 1).into()) } else { Ok(items) }
    }

    /// The request that a link leads to; none for a templated link or one that is no URL.
    pub fn follow(&self, from: Answer<'a>, link: &Link, kind: Kind) -> Option<Request> {
        let url = self.resolve(from, link)?;
        if kind == Kind::List
            && let Some(request) = self.as_entry(url.as_str())
        {
            return Some(request);
        }
        Some(Request::link(kind, url.as_str()))
    }

    /// The absolute form of a link, masked. A relative href counts from the URL of the request.
    pub fn resolve(&self, from: Answer<'a>, link: &Link) -> Option<Url> {
        if link.templated { None } else { link.url(&from.exchange.sent.url) }
    }

    /// The paths that a URL of the source may have in an href: as it was asked, and as `source.public_url` writes it.
    pub fn public_paths(&self, asked: &Url) -> Vec<String> {
        let mut paths = vec![asked.path().to_owned()];
        let setup = self.setup();
        let bases = setup
            .source()
            .public_url
            .as_deref()
            .and_then(|public| Url::parse(public).ok())
            .zip(Url::parse(&setup.base_url).ok());
        if let Some((public, base)) = bases {
            let rest = asked.path().strip_prefix(base.path().trim_end_matches('/'));
            paths.extend(rest.map(|rest| format!("{}{rest}", public.path().trim_end_matches('/'))));
        }
        paths
    }

    /// The origins of the source itself, and those that the owner vouches for.
    pub fn own_origins(&self) -> Vec<Origin> {
        let setup = self.setup();
        let own =
            [Some(&setup.base_url), setup.source().public_url.as_ref()].into_iter().flatten().chain(&setup.origins);
        own.filter_map(|own| Url::parse(own).ok()).map(|own| own.origin()).collect()
    }

    /// A paging link that is, to the letter, a URL that we would build ourselves: the same request, sent once.
    fn as_entry(&self, url: &str) -> Option<Request> {
        let setup = self.setup();
        let public = setup
            .source()
            .public_url
            .as_deref()
            .map(|public| url.strip_prefix(public).map(|rest| format!("{}{rest}", setup.base_url)));
        let url = public.flatten().unwrap_or_else(|| url.to_owned());
        let (path, query) = url.split_once('?').unwrap_or((&url, ""));
        if path != setup.entry_url(Citizen::Subject, &[])? {
            return None;
        }
        let mut request = Request::entry(Citizen::Subject);
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=')?;
            let known = name == self.entry().page || name == self.entry().limit;
            let plain = !value.is_empty() && value.len() <= 18 && value.bytes().all(|b| b.is_ascii_digit());
            if !known || !plain || request.parameter(name).is_some() {
                return None;
            }
            request = request.query(name, value);
        }
        Some(request)
    }

    /// The certificates whose detail is examined: from the first page on, one per language, and one of the last page.
    pub fn sample(&self) -> Result<Vec<Item<'a>>, Stop> {
        if let Some(count) = self.setup().limits.sample {
            return self.spread(count);
        }
        let most = self.setup().limits.details;
        let early = self.early_sample()?;
        let pages = match self.pages() {
            // The details of the first page need not wait for the other pages.
            Err(Stop::Missing(mut missing)) => {
                let requests: Vec<Request> = early.iter().filter_map(|item| self.detail_of(*item)).collect();
                if let Err(Stop::Missing(more)) = self.attempts(&requests) {
                    missing.extend(more);
                }
                return Err(Stop::Missing(missing));
            }
            pages => pages?,
        };
        let mut sample = early;
        let mut languages: BTreeSet<Option<Cow<'_, str>>> =
            sample.iter().map(|item| item.certificate.language_text()).collect();
        let last = pages.pages.iter().rev().find_map(|on| on.each().next());
        for item in pages.each().filter(|item| languages.insert(item.certificate.language_text())).chain(last) {
            let known = sample.iter().any(|other| other.certificate.key() == item.certificate.key());
            if !known && sample.len() < most {
                sample.push(item);
            }
        }
        Ok(sample)
    }

    /// The certificates of the first page, but for the places that other languages and the last page may need.
    fn early_sample(&self) -> Result<Vec<Item<'a>>, Stop> {
        let most = self.setup().limits.details.saturating_sub(4).max(1);
        let mut items = self.first_items()?;
        items.truncate(most);
        Ok(items)
    }

    /// The certificates of the first page.
    fn first_items(&self) -> Result<Vec<Item<'a>>, Stop> {
        Ok(self.first_page()?.each().collect())
    }

    /// The request for the detail of a certificate; none where it has no usable `self`.
    pub fn detail_of(&self, item: Item<'a>) -> Option<Request> {
        self.follow(item.on.answer, item.certificate.links.find(&["self"])?, Kind::Detail)
    }

    /// The details of the sample: item and answer, where the item has a usable `self`. Blocked without certificates.
    pub fn details(&self) -> Result<Vec<(Item<'a>, &'a Exchange)>, Stop> {
        self.details_of(self.sample()?)
    }

    /// The first of them, at most so many. Where the first page has enough they need not wait for the other pages.
    pub fn first_details(&self, most: usize) -> Result<Vec<(Item<'a>, &'a Exchange)>, Stop> {
        let usable = |item: &Item<'a>| self.detail_of(*item).is_some();
        let mut sample = match self.setup().limits.sample {
            None => self.early_sample()?,
            Some(_) => Vec::new(),
        };
        sample.retain(usable);
        if sample.len() < most {
            sample = self.sample()?;
            sample.retain(usable);
        }
        sample.truncate(most);
        self.details_of(sample)
    }

    fn details_of(&self, sample: Vec<Item<'a>>) -> Result<Vec<(Item<'a>, &'a Exchange)>, Stop> {
        if sample.is_empty() {
            return Err(reason::too_few(0, 1).into());
        }
        let (items, requests): (Vec<Item<'a>>, Vec<Request>) =
            sample.into_iter().filter_map(|item| Some((item, self.detail_of(item)?))).unzip();
        let exchanges = self.attempts(&requests)?;
        Ok(items.into_iter().zip(exchanges).collect())
    }

    /// The documents of the sample, as far as the profile's limit allows: from the items' own `download`, else from
    /// their details.
    pub fn download_requests(&self) -> Result<Vec<Request>, Stop> {
        let limits = &self.setup().limits;
        let most = limits.sample.unwrap_or(limits.downloads);
        let items = if limits.sample.is_some() { self.sample()? } else { self.first_items()? };
        let link =
            |item: Item<'a>| self.follow(item.on.answer, item.certificate.links.find(&["download"])?, Kind::Download);
        let mut requests: Vec<Request> = items.into_iter().filter_map(link).take(most).collect();
        if requests.is_empty() {
            for (_, exchange) in self.details()? {
                let Ok(response) = &exchange.result else { continue };
                let link = response.certificate().and_then(|certificate| certificate.links.find(&["download"]));
                let answer = Answer { exchange, response };
                requests.extend(link.and_then(|link| self.follow(answer, link, Kind::Download)));
            }
            requests.truncate(most);
        }
        requests.dedup();
        Ok(requests)
    }
}

fn not_listed(answer: Answer<'_>) -> Verdict {
    let status = answer.response.status;
    reason::unmet(text!("de lijst antwoordde met {status}", "the list answered {status}"))
}

pub(super) fn no_collection() -> Verdict {
    reason::unmet(text!("het antwoord bevat geen collectie", "the answer holds no collection"))
}
