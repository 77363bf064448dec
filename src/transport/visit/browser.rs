//! One browser of a visit: its cookies, the page that it shows, and one request with its answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use reqwest::header::{
    ACCEPT, ACCEPT_ENCODING, ACCEPT_LANGUAGE, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, LOCATION, REFERER, USER_AGENT,
};
use reqwest::{Client, Method};
use tokio::time::{Instant, timeout_at};
use url::Url;

use super::cookies::Cookies;
use super::referrer::Policy;
use crate::base::text::Text;
use crate::evidence::exchange::visit::{Cause, PageKind};
use crate::evidence::exchange::{Citizen, Failure, FailureKind};
use crate::transport::http::IDENTITY;
use crate::transport::settings::{Settings, SettingsError};
use crate::transport::{clients, words};

/// What we call ourselves to an application: it must take us for a browser, and may know who we are.
const AGENT: &str = concat!("Mozilla/5.0 (compatible; bronkeur/", env!("CARGO_PKG_VERSION"), ")");

/// The most that is read of a page, in bytes.
pub(super) const LONGEST_PAGE: usize = 2 * 1024 * 1024;

/// How long the page of a redirect is waited for.
const PAGE_OF_A_REDIRECT: Duration = Duration::from_secs(1);

/// The most that is kept of all pages of a visit together until they are masked, in bytes.
const MOST_KEPT: usize = 48 * 1024 * 1024;

/// A browser that knows nothing yet.
pub(super) struct Browser {
    pub(super) number: u8,
    client: Client,
    /// Who logs in where the application leads to ACM.
    pub(super) citizen: Option<Citizen>,
    /// The page that it shows: from there people go on.
    pub(super) shown: Option<Document>,
    /// What was opened last.
    pub(super) opened: Option<Hop>,
    /// Where it was stopped last, at MBP.
    pub(super) stopped: Option<Hop>,
}

/// A page that a browser shows.
#[derive(Clone, Debug)]
pub(super) struct Document {
    pub(super) url: Url,
    pub(super) policy: Policy,
}

/// Where a browser goes next, and why.
#[derive(Clone, Debug)]
pub(super) struct Hop {
    pub(super) cause: Cause,
    pub(super) method: Method,
    pub(super) url: Url,
    /// The form that goes along.
    pub(super) form: Option<String>,
    /// The page that sent it there; where it was redirected, the one before that.
    pub(super) from: Option<Url>,
    /// How much of that page's address is told.
    pub(super) policy: Policy,
}

impl Hop {
    pub(super) fn opened(url: Url, from: Option<&Document>) -> Self {
        Self {
            cause: Cause::Opened,
            method: Method::GET,
            url,
            form: None,
            from: from.map(|document| document.url.clone()),
            policy: from.map(|document| document.policy).unwrap_or_default(),
        }
    }

    pub(super) fn referrer(&self) -> Option<String> {
        self.policy.referrer(self.from.as_ref()?, &self.url)
    }
}

/// An answer, raw.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Body,
    /// The body did not come whole.
    pub(super) broken: Option<FailureKind>,
}

impl Answer {
    /// The first header with that name, as a text.
    pub(super) fn header(&self, name: &str) -> Option<String> {
        self.headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
    }
}

/// A body, raw.
#[derive(Clone, Debug, Default)]
pub(super) struct Body {
    pub(super) kind: PageKind,
    pub(super) bytes: u64,
    pub(super) truncated: bool,
    /// None where it is no text, or where there was no room for it.
    pub(super) text: Option<Arc<str>>,
}

/// The room for the pages of a visit.
#[derive(Debug, Default)]
pub(super) struct Room(AtomicUsize);

impl Room {
    fn takes(&self, bytes: usize) -> bool {
        self.0.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes) <= MOST_KEPT
    }
}

impl Browser {
    pub(super) fn new(number: u8, settings: &Settings) -> Result<Self, SettingsError> {
        let client = clients::browser(settings, Arc::new(Cookies::default()))?;
        Ok(Self { number, client, citizen: None, shown: None, opened: None, stopped: None })
    }

    /// The same browser, in a tab of its own.
    pub(super) fn tab(&self) -> Self {
        let Self { number, client, citizen, shown, opened, stopped } = self;
        Self {
            number: *number,
            client: client.clone(),
            citizen: *citizen,
            shown: shown.clone(),
            opened: opened.clone(),
            stopped: stopped.clone(),
        }
    }

    /// Goes there. No answer at all is a failure; one that broke off is an answer.
    pub(super) async fn go(&self, hop: &Hop, room: &Room, deadline: Instant) -> Result<Answer, Failure> {
        let mut request = self
            .client
            .request(hop.method.clone(), hop.url.clone())
            .header(USER_AGENT, AGENT)
            .header(ACCEPT, "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")
            .header(ACCEPT_LANGUAGE, "nl-BE,nl;q=0.9,en;q=0.5")
            .header(ACCEPT_ENCODING, IDENTITY)
            .header("upgrade-insecure-requests", "1")
            .header("sec-fetch-dest", "document")
            .header("sec-fetch-mode", "navigate")
            .header("sec-fetch-user", "?1");
        if let Some(referrer) = hop.referrer() {
            request = request.header(REFERER, referrer);
        }
        if let Some(form) = &hop.form {
            request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(form.clone());
        }
        answered(request, LONGEST_PAGE, room, deadline).await
    }

    /// Sends a JSON text, as a server does.
    pub(super) async fn post_json(
        &self,
        url: Url,
        json: String,
        room: &Room,
        deadline: Instant,
    ) -> Result<Answer, Failure> {
        let request = self.client.post(url).header(USER_AGENT, AGENT).header(ACCEPT, "application/json");
        let request = request.header(ACCEPT_ENCODING, IDENTITY).header(CONTENT_TYPE, "application/json").body(json);
        answered(request, LONGEST_PAGE, room, deadline).await
    }

    /// Fetches a script that a page brings in.
    pub(super) async fn script(&self, url: Url, longest: usize, room: &Room, deadline: Instant) -> Option<Arc<str>> {
        let request = self
            .client
            .get(url)
            .header(USER_AGENT, AGENT)
            .header(ACCEPT, "*/*")
            .header(ACCEPT_ENCODING, IDENTITY)
            .header("sec-fetch-dest", "script")
            .header("sec-fetch-mode", "no-cors")
            .header("sec-fetch-site", "same-origin");
        let answer = answered(request, longest, room, deadline).await.ok()?;
        answer.body.text.filter(|_| (200..300).contains(&answer.status))
    }
}

async fn answered(
    request: reqwest::RequestBuilder,
    longest: usize,
    room: &Room,
    deadline: Instant,
) -> Result<Answer, Failure> {
    let late = || Failure::new(FailureKind::Timeout, Text::default());
    let came = timeout_at(deadline, request.send()).await.map_err(|_| late())?;
    let mut came = came.map_err(|error| {
        let (kind, detail) = words::failure(&error);
        Failure::new(kind, detail).with(words::trouble(&error))
    })?;
    let (mut bytes, mut truncated, mut broken) = (Vec::new(), false, None);
    // A browser does not wait for the page of a redirect.
    let leads_on = came.status().is_redirection() && came.headers().contains_key(LOCATION);
    let deadline = if leads_on { deadline.min(Instant::now() + PAGE_OF_A_REDIRECT) } else { deadline };
    loop {
        match timeout_at(deadline, came.chunk()).await {
            Err(_) if leads_on => truncated = true,
            Err(_) => broken = Some(FailureKind::Timeout),
            Ok(Err(_)) => broken = Some(FailureKind::Broken),
            Ok(Ok(None)) => {}
            Ok(Ok(Some(chunk))) => {
                let left = longest.saturating_sub(bytes.len());
                truncated = chunk.len() > left;
                bytes.extend_from_slice(chunk.get(..left).unwrap_or(&chunk));
                if !truncated {
                    continue;
                }
            }
        }
        break;
    }
    let kind = kind(came.headers(), bytes.is_empty());
    let is_read = is_read(came.headers(), &bytes);
    let is_text =
        is_read && matches!(kind, PageKind::Html | PageKind::Json | PageKind::Text) && room.takes(bytes.len());
    let text = is_text.then(|| String::from_utf8_lossy(&bytes).into());
    truncated |= text.is_none() && matches!(kind, PageKind::Html | PageKind::Json | PageKind::Text);
    let body = Body { kind, bytes: bytes.len() as u64, truncated, text };
    Ok(Answer { status: came.status().as_u16(), headers: came.headers().clone(), body, broken })
}

/// Whether a body is in an encoding that is read: as it is, and in UTF-8 or what has its letters.
fn is_read(headers: &HeaderMap, bytes: &[u8]) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_ascii_lowercase();
    let encoding = text(CONTENT_ENCODING);
    let is_wide =
        text(CONTENT_TYPE).contains("utf-16") || bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    (encoding.is_empty() || encoding == "identity") && !is_wide
}

/// What a body is, by its media type; one without is taken for a text.
fn kind(headers: &HeaderMap, is_empty: bool) -> PageKind {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("text/plain");
    let essence = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match essence.as_str() {
        _ if is_empty => PageKind::Empty,
        "text/html" | "application/xhtml+xml" => PageKind::Html,
        "application/json" => PageKind::Json,
        other if other.ends_with("+json") => PageKind::Json,
        "application/javascript" | "application/x-javascript" | "application/ecmascript" | "application/xml" => {
            PageKind::Text
        }
        other if other.starts_with("text/") || other.ends_with("+xml") => PageKind::Text,
        _ => PageKind::Other,
    }
}
