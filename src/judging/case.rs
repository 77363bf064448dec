//! What a check sees: it asks the recording through a [`Case`], and `?` ends it when an exchange is not there yet. Here
//! too stands what the chapters share: pages, walks, samples, and refusals between their controls.

use std::any::Any;
use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;
use url::{Origin, Url};

use crate::base::envelope::{Certificate, Collection, Key, Link, Page};
use crate::base::text::Text;
use crate::catalogue::{Catalogue, Entry, Requirement};
use crate::evidence::exchange::{Citizen, Exchange, Kind, Phase, Request, Response};
use crate::evidence::recording::{Asked, Recording};
use crate::evidence::setup::Setup;
use crate::judging::reason;
use crate::judging::verdict::{Finding, Obstacle, Verdict};
use crate::text;

mod urls;

pub use urls::{holds_key, outside_braces, part_with_id, parts_that, with_other_id, with_other_language};

mod findings;
mod leak;
mod length;
mod look;
mod pages;
mod room;
mod run;
mod sample;
mod total;
mod whose;

pub use findings::Findings;
pub use leak::{Leak, is_same_content, place_of};
pub use look::second_change;
pub use run::seek;
pub use whose::Whose;

/// Why a check ended early.
#[derive(Debug)]
pub enum Stop {
    /// These exchanges are not there yet.
    Missing(Vec<Request>),
    /// It looks at the whole run, which is not over yet.
    Early,
    /// The verdict is known already: blocked, or not applicable.
    Verdict(Box<Verdict>),
    /// Blocked by what may be true of this moment alone, such as a certificate that is gone since it was listed: it is
    /// looked at again, and counts only when every look says so.
    Moment(Box<Verdict>),
}

impl Stop {
    /// Blocked by an answer: of the moment where it says that there is no such resource any more.
    pub fn by_answer(response: &Response, verdict: Verdict) -> Self {
        if response.is_gone() { Self::Moment(Box::new(verdict)) } else { verdict.into() }
    }
}

impl From<Verdict> for Stop {
    fn from(verdict: Verdict) -> Self {
        Self::Verdict(Box::new(verdict))
    }
}

impl From<Box<Verdict>> for Stop {
    fn from(verdict: Box<Verdict>) -> Self {
        Self::Verdict(verdict)
    }
}

/// What a check returns.
pub type Judgement = Result<Verdict, Stop>;

/// Both, or everything that either still needs; else the first reason why not.
pub fn both<A, B>(one: Result<A, Stop>, other: Result<B, Stop>) -> Result<(A, B), Stop> {
    match (one, other) {
        (Err(Stop::Missing(mut missing)), Err(Stop::Missing(more))) => {
            missing.extend(more);
            Err(Stop::Missing(missing))
        }
        (Err(missing @ Stop::Missing(_)), _) | (_, Err(missing @ Stop::Missing(_))) => Err(missing),
        (one, other) => Ok((one?, other?)),
    }
}

/// An answer with the exchange that it belongs to.
#[derive(Clone, Copy, Debug)]
pub struct Answer<'a> {
    /// The exchange.
    pub exchange: &'a Exchange,
    /// Its answer.
    pub response: &'a Response,
}

impl<'a> Answer<'a> {
    /// The request that was answered.
    pub fn request(&self) -> &'a Request {
        &self.exchange.request
    }

    /// A finding in this answer.
    pub fn finding(&self, place: impl Into<String>, expected: Text, actual: Text) -> Finding {
        Finding::new(self.request(), place, expected, actual)
    }
}

/// A page of the list, with the answer that it came in.
#[derive(Clone, Copy, Debug)]
pub struct Listed<'a> {
    /// The answer.
    pub answer: Answer<'a>,
    /// The page.
    pub page: &'a Page,
}

impl<'a> Listed<'a> {
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

/// What hostile requests came to, and whether the good token was still accepted after them.
#[derive(Debug)]
pub struct Probed<'a> {
    /// What came of each probe.
    pub exchanges: Vec<&'a Exchange>,
    /// The closing control.
    pub closing: Result<(), Stop>,
}

/// The pages of the list by their numbers.
#[derive(Clone, Debug)]
pub struct Pages<'a> {
    /// The page length asked for.
    pub limit: u64,
    /// Page 0, 1, 2, … as far as the list says that there are any.
    pub pages: Vec<Listed<'a>>,
    /// The limit of the profile or of the memory cut it short: [`Case::beyond_the_walk`] says which.
    pub cut: bool,
}

/// The recording, as one check sees it.
pub struct Case<'a> {
    recording: &'a Recording,
    /// The requirement that is judged.
    pub requirement: &'a Requirement,
    /// The entry resource of the source specification.
    pub entry: &'a Entry,
    /// The catalogue, for what belongs to the source specification as a whole.
    pub catalogue: &'a Catalogue,
    asked: RefCell<Asked>,
    /// Which look it is at what answers of several moments show.
    look: Cell<u32>,
}

impl<'a> Case<'a> {
    /// A case for one requirement.
    pub fn new(recording: &'a Recording, requirement: &'a Requirement, catalogue: &'a Catalogue) -> Self {
        Self {
            recording,
            requirement,
            entry: &catalogue.entry,
            catalogue,
            asked: RefCell::default(),
            look: Cell::new(0),
        }
    }

    /// What the run knew of itself.
    pub fn setup(&self) -> &'a Setup {
        &self.recording.setup
    }

    /// The start of the run: what a check takes for "now".
    pub fn now(&self) -> Timestamp {
        self.recording.started
    }

    /// Everything that the check asked for.
    pub fn evidence(self) -> Asked {
        self.asked.into_inner()
    }

    /// What several checks draw alike from the exchanges: drawn by the first of them, as long as none is added. `draw`
    /// may look at the recording and at the source specification, not at the requirement.
    pub fn once<T: Any + Send + Sync>(&self, draw: impl FnOnce() -> Result<T, Stop>) -> Result<Arc<T>, Stop> {
        // What is drawn is kept for those who look for the first time.
        if self.look.get() > 0 {
            return draw().map(Arc::new);
        }
        if let Some((drawn, from)) = self.recording.known() {
            self.asked.borrow_mut().extend(from.iter().cloned());
            return Ok(drawn);
        }
        // What is asked for meanwhile is evidence of every check that uses it.
        let before = self.asked.take();
        let drawn = draw();
        let from = self.asked.replace(before);
        self.asked.borrow_mut().extend(from.iter().cloned());
        let drawn = Arc::new(drawn?);
        self.recording.keep(Arc::clone(&drawn), from);
        Ok(drawn)
    }

    /// A word that is the same in a replay: invented ids and the like.
    pub fn invented(&self, label: &str) -> String {
        crate::evidence::recording::invented(self.recording.seed, label)
    }

    /// Pass or fail, by the findings. Of many the first ones are shown, with the number of the others.
    pub fn judged(&self, findings: impl IntoIterator<Item = Finding>) -> Judgement {
        self.concluded(findings.into_iter().collect())
    }

    /// The same, of findings that were collected.
    pub fn concluded(&self, findings: Findings) -> Judgement {
        let level = self.requirement.level;
        Ok(Verdict::judged(level, findings.shown(level)))
    }

    /// Like [`Case::judged`]; without a finding that counts in full, what could not be judged blocks the requirement: a
    /// weaker finding beside it must not make an obligation a mere warning.
    pub fn judged_unless(
        &self,
        findings: impl IntoIterator<Item = Finding>,
        obstacle: Option<impl Into<Stop>>,
    ) -> Judgement {
        let findings: Findings = findings.into_iter().collect();
        match obstacle {
            Some(obstacle) if !findings.any_counts_as(self.requirement.level) => Err(obstacle.into()),
            _ => self.concluded(findings),
        }
    }

    /// A list of words from the requirement's parameters in the catalogue.
    pub fn parameter(&self, name: &str) -> Vec<&'a str> {
        self.requirement.parameters.get(name).into_iter().flatten().map(String::as_str).collect()
    }

    /// What came of these requests, whatever it was. All that is missing is asked for at once.
    pub fn attempts(&self, requests: &[Request]) -> Result<Vec<&'a Exchange>, Stop> {
        let (mut found, mut missing) = (Vec::with_capacity(requests.len()), Vec::new());
        let mut asked = self.asked.borrow_mut();
        for request in requests {
            let request = self.looked(request);
            match self.recording.shared(&request) {
                Some((request, exchange)) => {
                    asked.insert(Arc::clone(request));
                    found.push(exchange);
                }
                None => missing.push(request),
            }
        }
        if missing.is_empty() { Ok(found) } else { Err(Stop::Missing(missing)) }
    }

    /// What came of a request, whatever it was.
    pub fn attempt(&self, request: &Request) -> Result<&'a Exchange, Stop> {
        self.attempts(std::slice::from_ref(request))?
            .first()
            .copied()
            .ok_or_else(|| Stop::Missing(vec![request.clone()]))
    }

    /// The answers to these requests; blocked where one is not [`conclusive`].
    pub fn responses(&self, requests: &[Request]) -> Result<Vec<Answer<'a>>, Stop> {
        self.attempts(requests)?.into_iter().map(|exchange| Ok(conclusive(exchange)?)).collect()
    }

    /// The answer to a request; blocked where it is not [`conclusive`].
    pub fn response(&self, request: &Request) -> Result<Answer<'a>, Stop> {
        Ok(conclusive(self.attempt(request)?)?)
    }

    /// Whether the run is over: nothing more is sent.
    pub fn is_over(&self) -> bool {
        self.recording.closed
    }

    /// Every exchange with the source in the whole run, but for what it answered while our own ACM was closed: that was
    /// our doing. Ask for what must be among them before: nothing is sent after.
    pub fn whole_run(&self) -> Result<impl Iterator<Item = &'a Exchange>, Stop> {
        Ok(self.whole_run_and_outage()?.filter(|exchange| exchange.request.phase != Phase::Outage))
    }

    /// Every exchange with the source in the whole run.
    pub fn whole_run_and_outage(&self) -> Result<impl Iterator<Item = &'a Exchange>, Stop> {
        if !self.recording.closed {
            return Err(Stop::Early);
        }
        Ok(self.recording.exchanges().filter(|exchange| exchange.request.kind() != Kind::Issuer))
    }

    /// The surrogate of a citizen's number; blocked where the profile has no such citizen.
    pub fn insz(&self, citizen: Citizen) -> Result<&'a str, Stop> {
        let person = self.setup().citizens.get(&citizen);
        person.map(|person| person.insz.as_str()).ok_or_else(|| reason::no_citizen(citizen).into())
    }

    /// The first page as the documents show it: `?limit=10&page=0`.
    pub fn entry_request(&self, citizen: Citizen) -> Request {
        self.page_request(citizen, self.entry.default_limit, 0)
    }

    /// A page of a length, by its number.
    pub fn page_request(&self, citizen: Citizen, limit: u64, page: u64) -> Request {
        let page = page + self.entry.first_page;
        Request::entry(citizen).query(&self.entry.limit, limit).query(&self.entry.page, page)
    }

    /// The first page in the greatest length.
    pub fn greatest_page(&self, citizen: Citizen) -> Request {
        self.page_request(citizen, self.entry.maximum_limit, 0)
    }

    /// The answer to a request for a page; blocked unless it is 200.
    pub fn listed(&self, request: &Request) -> Result<Answer<'a>, Stop> {
        self.listed_all(std::slice::from_ref(request))?.first().copied().ok_or_else(|| reason::not_recorded().into())
    }

    fn listed_all(&self, requests: &[Request]) -> Result<Vec<Answer<'a>>, Stop> {
        let answers = self.responses(requests)?;
        match answers.iter().find(|answer| answer.response.status != 200) {
            None => Ok(answers),
            Some(answer) => Err(not_listed(*answer).into()),
        }
    }

    /// Pages; blocked unless each is a 200 with a collection.
    pub fn pages_of(&self, requests: &[Request]) -> Result<Vec<Listed<'a>>, Stop> {
        self.listed_all(requests)?
            .into_iter()
            .map(|answer| page_in(answer).ok_or_else(|| answer.unreadable().unwrap_or_else(no_collection).into()))
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
        let pages = self.pages()?.pages.into_iter();
        let items: Vec<Item<'a>> =
            pages.flat_map(|on| on.items().iter().map(move |certificate| Item { on, certificate })).collect();
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
        let own = [Some(&setup.base_url), setup.public_url.as_ref()].into_iter().flatten().chain(&setup.origins);
        own.filter_map(|own| Url::parse(own).ok()).map(|own| own.origin()).collect()
    }

    /// A paging link that is, to the letter, a URL that we would build ourselves: the same request, sent once.
    fn as_entry(&self, url: &str) -> Option<Request> {
        let setup = self.setup();
        let public = setup
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
            let known = name == self.entry.page || name == self.entry.limit;
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
            pages => pages?.pages,
        };
        let mut sample = early;
        let mut languages: BTreeSet<Option<Cow<'_, str>>> =
            sample.iter().map(|item| item.certificate.language_text()).collect();
        let last =
            pages.iter().rev().find_map(|on| on.items().first().map(|certificate| Item { on: *on, certificate }));
        let all = pages.iter().flat_map(|on| on.items().iter().map(|certificate| Item { on: *on, certificate }));
        for item in all.filter(|item| languages.insert(item.certificate.language_text())).chain(last) {
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
        let on = self.first_page()?;
        Ok(on.items().iter().map(|certificate| Item { on, certificate }).collect())
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

    /// What hostile requests came to, between their controls. A refusal proves something only when the same request
    /// with the good token was answered 2xx before and after; else the verdict is blocked.
    pub fn between_controls(&self, control: &Request, probes: &[Request]) -> Result<Vec<Answer<'a>>, Stop> {
        let probed = self.probed(control, probes)?;
        probed.closing?;
        probed.exchanges.into_iter().map(|exchange| Ok(conclusive(exchange)?)).collect()
    }

    /// Like [`Case::between_controls`], for checks to which a leak is a leak whatever came after it.
    pub fn probed(&self, control: &Request, probes: &[Request]) -> Result<Probed<'a>, Stop> {
        let opening = self.attempt(&control.clone().phase(Phase::Opening))?;
        control_holds(opening)?;
        let mut requests: Vec<Request> = probes.iter().map(|probe| probe.clone().phase(Phase::Hostile)).collect();
        requests.push(control.clone().phase(Phase::Closing));
        let mut exchanges = self.attempts(&requests)?;
        let closing = exchanges.pop().map_or(Ok(()), control_holds);
        Ok(Probed { exchanges, closing })
    }
}

/// The answer to a call, where it says anything of the server's own rules. None that came, a reset, and what a gateway
/// or a busy server answers do not: they block whatever waits for them and fail nothing. The one place that decides it.
pub fn conclusive(exchange: &Exchange) -> Result<Answer<'_>, Box<Verdict>> {
    match &exchange.result {
        Err(failure) => Err(Box::new(reason::no_answer(&exchange.request, failure))),
        Ok(response) if response.is_unavailable() => {
            Err(Box::new(reason::unavailable(&exchange.request, response.status)))
        }
        Ok(response) => Ok(Answer { exchange, response }),
    }
}

/// The page in an answer, where it has a collection.
fn page_in(answer: Answer<'_>) -> Option<Listed<'_>> {
    let page = answer.response.page()?;
    matches!(page.collection, Collection::Items(_)).then_some(Listed { answer, page })
}

fn not_listed(answer: Answer<'_>) -> Verdict {
    let status = answer.response.status;
    reason::unmet(text!("de lijst antwoordde met {status}", "the list answered {status}"))
}

fn no_collection() -> Verdict {
    reason::unmet(text!("het antwoord bevat geen collectie", "the answer holds no collection"))
}

fn control_holds(control: &Exchange) -> Result<(), Stop> {
    let answer = conclusive(control)?;
    if answer.response.is_success() {
        return Ok(());
    }
    let status = answer.response.status;
    let verdict = Verdict::blocked(
        text!(
            "de bron antwoordde {status} op het goede token, net voor of na de proef: een weigering bewijst dan niets",
            "the source answered {status} to the good token, just before or after the probe: a refusal then proves nothing"
        ),
        text!(
            "zorg dat de bron het goede token blijft aanvaarden, en keur opnieuw",
            "make the source keep accepting the good token, and check again"
        ),
    )
    .by(Obstacle::Call(answer.request().clone()));
    // A list comes and goes with its address, not by itself.
    Err(if control.request.kind() == Kind::List { verdict.into() } else { Stop::by_answer(answer.response, verdict) })
}
