//! One deed in one browser: from the page that is opened to where it ends. Redirects are followed as the Fetch standard
//! says; what a page would do by itself, but for a refresh, is noted and not done.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::Method;
use tokio::time::Instant;
use url::{Url, form_urlencoded};

use super::browser::{Answer, Body, Browser, Document, Hop, Room};
use super::facts::{MOST, RawFact, RawHandOver, RawNavigation, RawWhat, is_too_long, kept_headers, now, set_cookies};
use super::page::{self, Form, Scan};
use super::referrer::Policy;
use super::route::{Routes, Whose};
use crate::evidence::exchange::visit::{Act, Cause, Ended, PageKind};
use crate::evidence::exchange::{Citizen, Failure, FailureKind};
use crate::transport::http::{Transport, milliseconds};

/// So many redirects a browser follows (Fetch, HTTP-redirect fetch).
const REDIRECTS: usize = 20;

/// So often a citizen logs in during one deed: an application that asks again and again is left at the login page.
const LOGINS: usize = 2;

/// The longest that one deed takes.
const LONGEST: Duration = Duration::from_mins(1);

/// The scripts of a page that are read: how many, how much of each in bytes, and how long for all of them.
const SCRIPTS: usize = 20;
const LONGEST_SCRIPT: usize = 1024 * 1024;
const SCRIPTS_WITHIN: Duration = Duration::from_secs(10);

/// What all browsers of a visit share.
pub(super) struct Stage {
    pub(super) transport: Arc<Transport>,
    pub(super) routes: Arc<Routes>,
    pub(super) room: Room,
    pub(super) log: Log,
    /// What the scripts of the application are, by their address.
    pub(super) scripts: Mutex<HashMap<Url, Option<Arc<str>>>>,
}

/// What happened so far.
#[derive(Default)]
pub(super) struct Log {
    facts: Mutex<Vec<RawFact>>,
}

impl Log {
    pub(super) fn note(&self, at_us: u64, step: u8, what: RawWhat) {
        let mut facts = self.facts.lock().unwrap_or_else(PoisonError::into_inner);
        // One more than may be: whoever looks sees that it was too much.
        if facts.len() <= MOST {
            facts.push(RawFact { at_us, step, what });
        }
    }

    pub(super) fn take(&self) -> Vec<RawFact> {
        std::mem::take(&mut *self.facts.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What a deed left behind.
pub(super) struct Done {
    pub(super) ended: Ended,
    /// Why the first page could not be had at all: there is no such application.
    pub(super) unreachable: Option<Failure>,
}

/// A deed under way.
struct Course<'a> {
    stage: &'a Stage,
    browser: &'a mut Browser,
    step: u8,
    begun: Instant,
    deadline: Instant,
    redirects: usize,
    logins: usize,
    is_refreshed: bool,
    /// ACM was asked to log the citizen in.
    was_at_acm: bool,
    /// The answer that leads on: its address and its headers.
    before: Option<(String, Vec<(String, String)>)>,
}

/// Where an answer leads.
enum Next {
    Hop(Box<Hop>),
    End(Ended),
}

impl Stage {
    /// Does one thing in a browser.
    pub(super) async fn act(&self, browser: &mut Browser, act: Act, step: u8) -> Done {
        let number = browser.number;
        match act {
            Act::Follow => return self.follow(browser, step).await,
            Act::HandIn => return self.hand_in(browser, step).await,
            _ => {}
        }
        let Some(hop) = self.opening(browser, act) else {
            return Done { ended: Ended::Nothing { browser: number }, unreachable: None };
        };
        match act {
            Act::LogIn(citizen) => browser.citizen = Some(citizen),
            Act::Start => browser.citizen = None,
            Act::HandOver(_) | Act::Again | Act::Expire | Act::LogOut | Act::Follow | Act::HandIn => {}
        }
        browser.opened = Some(hop.clone());
        let begun = Instant::now();
        let course = Course {
            stage: self,
            browser,
            step,
            begun,
            deadline: begun + LONGEST,
            redirects: 0,
            logins: 0,
            is_refreshed: false,
            was_at_acm: false,
            before: None,
        };
        course.run(hop).await
    }

    /// What is opened first; none where there is nothing to open. People come to a hand-over and to a logout from the page
    /// that they look at.
    fn opening(&self, browser: &Browser, act: Act) -> Option<Hop> {
        let application = self.transport.settings.setup.application()?;
        let shown = browser.shown.as_ref();
        let (url, from) = match act {
            Act::Start | Act::LogIn(_) => (application.start_url.as_ref(), None),
            Act::HandOver(place) => (application.hand_over_urls.get(usize::from(place)), shown),
            Act::LogOut => (application.logout_url.as_ref(), shown),
            Act::Again => return browser.opened.clone(),
            Act::Expire | Act::Follow | Act::HandIn => return None,
        };
        Some(Hop::opened(Url::parse(url?).ok()?, from))
    }

    /// The scripts of a page, as far as they can be had.
    async fn scripts(&self, browser: &Browser, sources: &[Url], deadline: Instant) -> Vec<Arc<str>> {
        let deadline = deadline.min(Instant::now() + SCRIPTS_WITHIN);
        let mut scripts = Vec::new();
        for url in sources.iter().take(SCRIPTS) {
            // A page of ACM's is none of the application's.
            if self.routes.whose(url) != Whose::Application || is_too_long(url) {
                continue;
            }
            let known = self.scripts.lock().unwrap_or_else(PoisonError::into_inner).get(url).cloned();
            let script = if let Some(script) = known {
                script
            } else {
                let script = browser.script(url.clone(), LONGEST_SCRIPT, &self.room, deadline).await;
                self.scripts.lock().unwrap_or_else(PoisonError::into_inner).insert(url.clone(), script.clone());
                script
            };
            scripts.extend(script);
        }
        scripts
    }
}

impl Course<'_> {
    async fn run(mut self, mut hop: Hop) -> Done {
        let mut unreachable = None;
        let number = self.browser.number;
        let ended = loop {
            if let Some(ended) = self.stopped(&hop) {
                break ended;
            }
            self.was_at_acm |= self.stage.routes.is_authorization(&hop.url);
            self.stage.transport.wait_for_turn().await;
            let (at_us, start) = (now(), Instant::now());
            let transport = &self.stage.transport;
            let deadline = self.deadline.min(start + transport.settings.timeout + transport.visits.grace);
            let came = self.browser.go(&hop, &self.stage.room, deadline).await;
            let ms = milliseconds(start.elapsed());
            let answer = match came {
                Ok(answer) => answer,
                Err(failure) => {
                    self.note_unanswered(at_us, &hop, failure.kind, ms);
                    unreachable = (self.before.is_none() && self.logins == 0).then_some(failure);
                    break Ended::NoAnswer { browser: number, ms: milliseconds(self.begun.elapsed()) };
                }
            };
            match self.led(at_us, hop, answer, ms).await {
                Next::Hop(next) => hop = *next,
                Next::End(ended) => break ended,
            }
        };
        let is_gone = |failure: &Failure| {
            let kinds = [FailureKind::Dns, FailureKind::Connect, FailureKind::Tls, FailureKind::Timeout];
            kinds.contains(&failure.kind)
        };
        Done { ended, unreachable: unreachable.filter(is_gone) }
    }

    /// Where no browser of ours goes.
    fn stopped(&mut self, hop: &Hop) -> Option<Ended> {
        let browser = self.browser.number;
        let elsewhere = Ended::Elsewhere { browser };
        match self.stage.routes.whose(&hop.url) {
            _ if is_too_long(&hop.url) => {
                self.note_unanswered(now(), hop, FailureKind::Limit, 0);
                Some(elsewhere)
            }
            Whose::Mbp => {
                let (from, headers) = self.before.take().unwrap_or_default();
                let raw = RawHandOver {
                    browser,
                    cause: hop.cause,
                    method: hop.method.to_string(),
                    url: hop.url.to_string(),
                    referrer: hop.referrer(),
                    from,
                    headers,
                };
                self.stage.log.note(now(), self.step, RawWhat::HandOver(Box::new(raw)));
                self.browser.stopped = Some(hop.clone());
                Some(Ended::AtMbp { browser })
            }
            Whose::Foreign => {
                self.note_unanswered(now(), hop, FailureKind::ForeignOrigin, 0);
                // ACM may well show its login page at another address.
                Some(if self.was_at_acm { Ended::AtLogin { browser } } else { elsewhere })
            }
            Whose::Application | Whose::Acm => None,
        }
    }

    /// Notes an answer, and says where it leads.
    async fn led(&mut self, at_us: u64, hop: Hop, answer: Answer, ms: u64) -> Next {
        let browser = self.browser.number;
        let location = location(&answer, &hop.url);
        let is_page = location.is_none();
        let scan = match (&answer.body.text, answer.body.kind) {
            (Some(html), PageKind::Html) if is_page => page::scan(html, &hop.url, &self.stage.routes),
            _ => Scan::default(),
        };
        let scripts = self.stage.scripts(self.browser, &scan.sources, self.deadline).await;
        let headers = kept_headers(&answer);
        let is_unknown = matches!(location, Some(Err(())));
        self.note(at_us, &hop, &answer, ms, &scan, scripts, is_unknown);
        if answer.broken == Some(FailureKind::Timeout) {
            return Next::End(Ended::NoAnswer { browser, ms: milliseconds(self.begun.elapsed()) });
        }
        let policy = answer.header("referrer-policy").and_then(|text| Policy::read(&text));
        self.before = Some((hop.url.to_string(), headers));
        match location {
            Some(Ok(url)) => self.redirected(hop, url, answer.status, policy),
            // A browser shows a page of its own then.
            Some(Err(())) => Next::End(Ended::Page { browser }),
            None => self.at_page(&hop, &answer, &scan, scan.policy.or(policy).unwrap_or_default()),
        }
    }

    fn redirected(&mut self, hop: Hop, url: Url, status: u16, policy: Option<Policy>) -> Next {
        self.redirects += 1;
        if self.redirects > REDIRECTS {
            return Next::End(Ended::TooManyRedirects { browser: self.browser.number });
        }
        let changes = match status {
            301 | 302 => hop.method == Method::POST,
            303 => hop.method != Method::GET && hop.method != Method::HEAD,
            _ => false,
        };
        let (method, form) = if changes { (Method::GET, None) } else { (hop.method, hop.form) };
        // A login goes to ACM, and to nobody who has it repeated.
        let form = form.filter(|_| self.stage.routes.whose(&url) == Whose::Acm);
        let policy = policy.unwrap_or(hop.policy);
        Next::Hop(Box::new(Hop { cause: Cause::Redirect(status), method, url, form, from: hop.from, policy }))
    }

    fn at_page(&mut self, hop: &Hop, answer: &Answer, scan: &Scan, policy: Policy) -> Next {
        let browser = self.browser.number;
        let is_success = (200..300).contains(&answer.status);
        let document = Document { url: hop.url.clone(), policy };
        if is_success && self.stage.routes.is_authorization(&hop.url) {
            let Some(form) = self.login(scan) else { return Next::End(Ended::AtLogin { browser }) };
            self.logins += 1;
            self.redirects = 0;
            return Next::Hop(Box::new(Hop { cause: Cause::Form, from: Some(document.url), policy, ..form }));
        }
        if is_success && self.was_at_acm && self.stage.routes.whose(&hop.url) == Whose::Acm {
            return Next::End(Ended::AtLogin { browser });
        }
        let by_header = || answer.header("refresh").and_then(|text| page::refresh(&text, &hop.url));
        let target = by_header().or_else(|| scan.refresh.clone());
        if let Some(url) = target.filter(|url| *url != hop.url && !self.is_refreshed) {
            self.is_refreshed = true;
            self.redirects = 0;
            let mut next = Hop::opened(url, Some(&document));
            next.cause = Cause::Refresh;
            return Next::Hop(Box::new(next));
        }
        if self.stage.routes.whose(&hop.url) == Whose::Application {
            self.browser.shown = Some(document);
        }
        Next::End(Ended::Page { browser })
    }

    /// The login form of our own ACM, filled in for the citizen of the browser. No form of another page is ever filled in,
    /// and what is filled in goes to ACM alone.
    fn login(&self, scan: &Scan) -> Option<Hop> {
        let setup = &self.stage.transport.settings.setup;
        let is_ours = setup.application().is_some_and(|application| application.stand_in);
        let citizen: Citizen = self.browser.citizen.filter(|_| is_ours && self.logins < LOGINS)?;
        let name = &setup.citizens.get(&citizen)?.name;
        let fits = |form: &&Form| form.is_post && self.stage.routes.whose(&form.action) == Whose::Acm;
        let button = |form: &Form| form.buttons.iter().any(|(field, value)| field == "citizen" && value == name);
        let form = scan.forms.iter().filter(fits).find(|form| button(form))?;
        let mut fields = form_urlencoded::Serializer::new(String::new());
        fields.extend_pairs(&form.fields).append_pair("citizen", name);
        Some(Hop {
            cause: Cause::Form,
            method: Method::POST,
            url: form.action.clone(),
            form: Some(fields.finish()),
            from: None,
            policy: Policy::default(),
        })
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one fact")]
    fn note(
        &self,
        at_us: u64,
        hop: &Hop,
        answer: &Answer,
        ms: u64,
        scan: &Scan,
        scripts: Vec<Arc<str>>,
        is_unknown: bool,
    ) {
        let raw = RawNavigation {
            status: Some(answer.status),
            failure: answer.broken.or(is_unknown.then_some(FailureKind::Broken)),
            headers: kept_headers(answer),
            cookies: set_cookies(answer),
            body: answer.body.clone(),
            scan: scan.clone(),
            scripts,
            ..self.raw(hop, ms)
        };
        self.stage.log.note(at_us, self.step, RawWhat::Navigation(Box::new(raw)));
    }

    fn note_unanswered(&self, at_us: u64, hop: &Hop, failure: FailureKind, ms: u64) {
        let raw = RawNavigation { failure: Some(failure), ..self.raw(hop, ms) };
        self.stage.log.note(at_us, self.step, RawWhat::Navigation(Box::new(raw)));
    }

    fn raw(&self, hop: &Hop, ms: u64) -> RawNavigation {
        RawNavigation {
            browser: self.browser.number,
            cause: hop.cause,
            method: hop.method.to_string(),
            url: hop.url.to_string(),
            referrer: hop.referrer(),
            status: None,
            failure: None,
            ms,
            headers: Vec::new(),
            cookies: Vec::new(),
            body: Body::default(),
            scan: Scan::default(),
            scripts: Vec::new(),
        }
    }
}

/// Where a redirect leads; `Err` where it leads nowhere: no URL, or several that differ. The fragment of the address stays
/// where the new one has none.
fn location(answer: &Answer, address: &Url) -> Option<Result<Url, ()>> {
    if !matches!(answer.status, 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let mut all = answer.headers.get_all("location").iter();
    let first = all.next()?;
    if all.any(|other| other != first) {
        return Some(Err(()));
    }
    let text = String::from_utf8_lossy(first.as_bytes());
    let Ok(mut url) = address.join(&text) else { return Some(Err(())) };
    if url.fragment().is_none() {
        url.set_fragment(address.fragment());
    }
    Some(Ok(url))
}
