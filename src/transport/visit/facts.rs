//! What happened in a visit, raw, and the same masked. Nothing is masked before the visit is over: only then every token
//! that was given in it is known.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use reqwest::header::HeaderValue;

use super::browser::{Answer, Body};
use super::cookies::SetCookie;
use super::masking::{Candidates, LONGEST, Mask};
use super::page::{self, Scan};
use super::route::Routes;
use super::told::{self, Event};
use crate::base::signs;
use crate::evidence::exchange::visit::{
    AskedMbp, Cause, Cookie, Ended, Fact, HandOver, Lead, LeadBy, Navigation, Page, PageKind, Tell, Timeline, What,
};
use crate::evidence::exchange::{Citizen, FailureKind};

/// The most facts of a visit.
pub(super) const MOST: usize = 2000;

/// The headers that are kept of an answer.
const HEADERS: [&str; 9] = [
    "cache-control",
    "content-security-policy",
    "content-type",
    "expires",
    "location",
    "pragma",
    "referrer-policy",
    "refresh",
    "x-frame-options",
];

/// The most other headers that are looked through.
const MOST_OTHERS: usize = 50;

/// The most headers of one name, and the most cookies, that are kept of an answer.
const MOST_OF_A_NAME: usize = 8;
const MOST_COOKIES: usize = 50;

/// The most that a page is looked through for what its text gives away, in bytes.
const LONGEST_TEXT: usize = 256 * 1024;

/// The error codes of OAuth (RFC 6749, 4.1.2.1 and 5.2; RFC 6750, 3.1; RFC 8693, 2.2.2; OpenID Connect Core, 3.1.2.6). One
/// word alone, such as `temporarily_unavailable`, is no sentence for people.
const ERRORS: [&str; 16] = [
    "invalid_request",
    "invalid_client",
    "invalid_grant",
    "unauthorized_client",
    "unsupported_grant_type",
    "unsupported_response_type",
    "invalid_scope",
    "invalid_target",
    "invalid_token",
    "insufficient_scope",
    "access_denied",
    "server_error",
    "temporarily_unavailable",
    "interaction_required",
    "login_required",
    "consent_required",
];

/// A fact, raw.
pub(super) struct RawFact {
    /// Microseconds since 1970, by the clock that our own ACM uses too.
    pub(super) at_us: u64,
    pub(super) step: u8,
    pub(super) what: RawWhat,
}

pub(super) enum RawWhat {
    Navigation(Box<RawNavigation>),
    HandOver(Box<RawHandOver>),
    Told(Box<Event>),
    AskedMbp(Box<AskedMbp>),
    Ended(Ended),
}

pub(super) struct RawNavigation {
    pub(super) browser: u8,
    pub(super) cause: Cause,
    pub(super) method: String,
    pub(super) url: String,
    pub(super) referrer: Option<String>,
    pub(super) status: Option<u16>,
    pub(super) failure: Option<FailureKind>,
    pub(super) ms: u64,
    pub(super) headers: Vec<(String, String)>,
    pub(super) cookies: Vec<SetCookie>,
    pub(super) body: Body,
    pub(super) scan: Scan,
    /// The scripts that the page brings in.
    pub(super) scripts: Vec<Arc<str>>,
}

pub(super) struct RawHandOver {
    pub(super) browser: u8,
    pub(super) cause: Cause,
    pub(super) method: String,
    pub(super) url: String,
    pub(super) referrer: Option<String>,
    pub(super) from: String,
    pub(super) headers: Vec<(String, String)>,
}

/// The moment, in microseconds since 1970.
pub(super) fn now() -> u64 {
    u64::try_from(Timestamp::now().as_microsecond()).unwrap_or_default()
}

/// The headers of an answer, raw: those that are kept, and others that are kept where they hold what is known.
pub(super) fn kept_headers(answer: &Answer) -> Vec<(String, String)> {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let of = |name: &'static str| {
        let values = answer.headers.get_all(name).iter().take(MOST_OF_A_NAME);
        values.map(move |value| (name.to_owned(), text(value)))
    };
    let is_other = |name: &str| !HEADERS.contains(&name) && name != "set-cookie";
    let others = answer.headers.iter().filter(|(name, _)| is_other(name.as_str())).take(MOST_OTHERS);
    let others = others.map(|(name, value)| (name.as_str().to_owned(), text(value)));
    HEADERS.into_iter().flat_map(of).chain(others).collect()
}

/// The cookies that an answer sets, raw.
pub(super) fn set_cookies(answer: &Answer) -> Vec<SetCookie> {
    let now = Timestamp::now();
    let all = answer.headers.get_all("set-cookie").iter().take(MOST_COOKIES);
    all.map(|value| SetCookie::read(&String::from_utf8_lossy(value.as_bytes()), now)).collect()
}

/// What is raw of a visit that is over.
pub(super) struct RawVisit {
    pub(super) began_us: u64,
    pub(super) facts: Vec<RawFact>,
    pub(super) routes: Arc<Routes>,
    /// The citizens by their raw numbers, as our own ACM names them.
    pub(super) citizens: HashMap<String, Citizen>,
}

impl RawVisit {
    /// The facts, masked and in order.
    pub(super) fn masked(mut self, mask: Mask<'_>) -> Timeline {
        // Events of other servers come by their own clock's reading of the same clock.
        self.facts.sort_by_key(|fact| fact.at_us);
        // The tokens first: what stands somewhere under the name of a secret may be one, or a part of it.
        for fact in &self.facts {
            if let RawWhat::Told(event) = &fact.what {
                told::learn_token(mask, event);
            }
        }
        let mut candidates = Candidates::default();
        for fact in &self.facts {
            gather(&mut candidates, &fact.what);
        }
        mask.learn(candidates);
        let masked = self.facts.into_iter().map(|fact| {
            let what = match fact.what {
                RawWhat::Navigation(raw) => What::Navigation(navigation(mask, &self.routes, *raw)),
                RawWhat::HandOver(raw) => What::HandOver(hand_over(mask, *raw)),
                RawWhat::Told(event) => told::masked(mask, &self.citizens, *event),
                RawWhat::AskedMbp(raw) => What::AskedMbp(AskedMbp {
                    url: mask.url(&raw.url),
                    location: raw.location.as_deref().map(|url| mask.url(url)),
                    ..*raw
                }),
                RawWhat::Ended(ended) => What::Ended(ended),
            };
            Fact { at_ms: fact.at_us.saturating_sub(self.began_us) / 1000, step: fact.step, what }
        });
        Timeline { facts: masked.collect() }
    }
}

/// Gathers what a fact may hold of secrets, before any of them is masked.
fn gather(candidates: &mut Candidates, what: &RawWhat) {
    let (url, from, referrer, headers) = match what {
        RawWhat::Navigation(raw) => {
            let kept = raw.cookies.iter().filter(|cookie| !cookie.removed);
            kept.for_each(|cookie| candidates.cookie(&cookie.name, &cookie.value));
            raw.scan.leads.iter().for_each(|(_, url)| candidates.url(url.as_str()));
            (&raw.url, None, raw.referrer.as_ref(), &raw.headers)
        }
        RawWhat::HandOver(raw) => (&raw.url, Some(&raw.from), raw.referrer.as_ref(), &raw.headers),
        RawWhat::Told(event) => return told::gather(candidates, event),
        RawWhat::AskedMbp(raw) => {
            [&raw.url].into_iter().chain(&raw.location).for_each(|url| candidates.url(url));
            return;
        }
        RawWhat::Ended(_) => return,
    };
    let of_headers = headers.iter().filter(|(name, _)| name == "location" || name == "refresh");
    let urls = [url].into_iter().chain(from).chain(referrer).chain(of_headers.map(|(_, value)| value));
    urls.for_each(|url| candidates.url(url));
}

fn navigation(mask: Mask<'_>, routes: &Routes, raw: RawNavigation) -> Navigation {
    let page = page(mask, routes, &raw);
    Navigation {
        browser: raw.browser,
        cause: raw.cause,
        method: raw.method,
        url: mask.url(&raw.url),
        referer: raw.referrer.map(|url| mask.url(&url)),
        status: raw.status,
        failure: raw.failure,
        ms: raw.ms,
        headers: headers(mask, raw.headers),
        cookies: raw.cookies.into_iter().map(|raw| cookie(mask, raw)).collect(),
        page,
    }
}

fn hand_over(mask: Mask<'_>, raw: RawHandOver) -> HandOver {
    HandOver {
        browser: raw.browser,
        cause: raw.cause,
        method: raw.method,
        url: mask.url(&raw.url),
        referer: raw.referrer.map(|url| mask.url(&url)),
        from: mask.url(&raw.from),
        headers: headers(mask, raw.headers),
    }
}

fn headers(mask: Mask<'_>, raw: Vec<(String, String)>) -> Vec<(String, String)> {
    let tells = |(name, value): &(String, String)| {
        HEADERS.contains(&name.as_str()) || mask.held_in(value).iter().any(|held| !is_number(held))
    };
    let masked = raw.into_iter().filter(tells).map(|(name, value)| {
        let value = match name.as_str() {
            "location" => mask.url(&value),
            "refresh" => match value.to_ascii_lowercase().find("url=") {
                Some(at) => {
                    let (before, url) = value.split_at(at + "url=".len());
                    format!("{before}{}", mask.url(url))
                }
                None => mask.url(&value),
            },
            "content-security-policy" => mask.text(&without_nonces(&value)),
            _ => mask.text(&value),
        };
        (mask.text(&name), value)
    });
    masked.collect()
}

/// Whether a surrogate is that of a national number: ids of requests and dates look so now and then.
fn is_number(surrogate: &str) -> bool {
    surrogate.bytes().all(|byte| byte.is_ascii_digit())
}

/// A policy without what the scripts of one answer show themselves with.
fn without_nonces(policy: &str) -> String {
    let words = policy.split(' ').map(|word| if word.starts_with("'nonce-") { "'nonce-…'" } else { word });
    words.collect::<Vec<_>>().join(" ")
}

fn cookie(mask: Mask<'_>, raw: SetCookie) -> Cookie {
    Cookie {
        name: mask.text(&raw.name),
        secure: raw.secure,
        http_only: raw.http_only,
        same_site: raw.same_site.map(|value| mask.text(&value)),
        persistent: raw.persistent,
        removed: raw.removed,
        holds: mask.held_in(&raw.value),
    }
}

fn page(mask: Mask<'_>, routes: &Routes, raw: &RawNavigation) -> Page {
    let body = &raw.body;
    let text = body.text.as_deref().unwrap_or_default();
    let mut leads = raw.scan.leads.clone();
    let mut holds = mask.held_in(text);
    for script in &raw.scripts {
        holds.extend(mask.known_in(script));
        leads.extend(page::leads_in_script(script, routes).into_iter().map(|url| (LeadBy::Script, url)));
    }
    let mut seen = std::collections::HashSet::new();
    holds.retain(|surrogate| seen.insert(surrogate.clone()));
    leads.dedup();
    let lead = |(by, url): (LeadBy, url::Url)| Lead { by, url: mask.url(url.as_str()) };
    Page {
        kind: body.kind,
        bytes: body.bytes,
        truncated: body.truncated,
        holds,
        leads: leads.into_iter().take(2 * MOST_COOKIES).map(lead).collect(),
        scripts: raw.scan.has_scripts,
        mixed_content: raw.scan.has_mixed_content,
        tells: tells(text, body.kind),
    }
}

/// What the text of a page gives away. The insides of its scripts are not its text.
fn tells(text: &str, kind: PageKind) -> Vec<Tell> {
    if !matches!(kind, PageKind::Html | PageKind::Json | PageKind::Text) {
        return Vec::new();
    }
    let text = text.get(..text.floor_char_boundary(LONGEST_TEXT)).unwrap_or_default();
    let mut tells = Vec::new();
    if signs::shows_a_stack(text) {
        tells.push(Tell::StackTrace);
    }
    let seen = signs::seen_text(text);
    let mut words = seen.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    if words.any(|word| ERRORS.contains(&word)) {
        tells.push(Tell::OauthError);
    }
    tells
}

/// Whether a URL is longer than a browser of ours follows.
pub(super) fn is_too_long(url: &url::Url) -> bool {
    url.as_str().len() > LONGEST
}
