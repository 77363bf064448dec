//! [`Transport`], and one call with its turn, its deadline and its waits.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use hyper::body::Bytes;
use jiff::Timestamp;
use reqwest::Method;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, DATE, HeaderName, HeaderValue, RETRY_AFTER, USER_AGENT};
use rustls::RootCertStore;
use secrecy::SecretString;
use tokio::sync::{OnceCell, RwLock, Semaphore};
use tokio::time::{Instant, sleep, sleep_until, timeout_at};
use url::{Url, form_urlencoded};
use uuid::Uuid;

use super::body::{Body, LARGE_AT_ONCE};
use super::connections::Connections;
use super::judge::Judge;
use super::oauth::Memory;
use super::record::RawResponse;
use super::retry::{Came as Seen, Next, Patience, Repeat, Tries};
use super::settings::{Settings, SettingsError};
use super::visit::Visits;
use super::{clients, words};
use crate::base::insz;
use crate::base::text::Text;
use crate::evidence::exchange::{
    Earlier, Exchange, Failure, FailureKind, Grant, IssuerCall, Kind, Request, Sent, Target,
};
use crate::evidence::vault::{SecretKind, Vault};
use crate::text;

/// What we call ourselves.
const AGENT: &str = concat!("bronkeur/", env!("CARGO_PKG_VERSION"));

/// Every body as it is, so that it can be judged as it is.
pub(super) const IDENTITY: HeaderValue = HeaderValue::from_static("identity");

/// The id of the run and the id of the call.
pub(super) const CORRELATION: HeaderName = HeaderName::from_static("x-correlation-id");
const REQUEST: HeaderName = HeaderName::from_static("x-request-id");

/// Performs requests. Whatever happens is an [`Exchange`].
pub struct Transport {
    pub(super) settings: Settings,
    pub(super) vault: Arc<Vault>,
    pub(super) jwt: OnceLock<SecretString>,
    pub(super) issuer: reqwest::Client,
    pub(super) source: reqwest::Client,
    pub(super) correlation: String,
    memory: Mutex<Memory>,
    /// What vouches for the source, read when it is first needed.
    pub(super) roots: OnceCell<Arc<RootCertStore>>,
    /// When the next call to the source may go out.
    turn: Mutex<Instant>,
    patience: Mutex<Patience>,
    connections: Connections,
    /// The same clients without connections of earlier calls, made when they are first needed.
    anew: [OnceLock<Option<reqwest::Client>>; 2],
    /// The turns of large bodies.
    large: Arc<Semaphore>,
    /// Held by every refresh that is under way.
    pub(super) unsettled: Arc<RwLock<()>>,
    /// The schemas that answers are held against.
    pub(super) judge: Arc<Judge>,
    pub(super) visits: Visits,
}

/// What sends a call.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Sender {
    /// The client for the source, with its connections.
    Source,
    /// The client for the issuer.
    Issuer,
    /// A connection of its own, with no header that the call does not name.
    Bare,
}

/// A call that is ready to go out, raw.
pub(super) struct Call {
    pub(super) by: Sender,
    pub(super) method: Method,
    pub(super) url: Url,
    /// All headers but the User-Agent, the id of the call and the credential.
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
    pub(super) authorization: Option<HeaderValue>,
    pub(super) form: Vec<(String, String)>,
    pub(super) kind: Kind,
    pub(super) repeat: Repeat,
}

/// A request and what came of it. To read, mask and record an answer takes time in which nothing has to wait for it.
pub struct PendingExchange(Box<dyn FnOnce() -> Exchange + Send>);

impl PendingExchange {
    pub(super) fn new(read: impl FnOnce() -> Exchange + Send + 'static) -> Self {
        Self(Box::new(read))
    }
}

impl From<PendingExchange> for Exchange {
    fn from(PendingExchange(read): PendingExchange) -> Self {
        read()
    }
}

/// What came of a call: raw, but for what was sent and the failure.
pub(super) struct Came {
    pub(super) sent: Sent,
    pub(super) at_ms: u64,
    pub(super) ms: u64,
    pub(super) earlier: Vec<Earlier>,
    pub(super) result: Result<RawResponse, Failure>,
}

impl Came {
    /// What is kept of it where the call is sent again.
    fn as_earlier(&self, seen: Seen) -> Earlier {
        let (status, failure) = match &self.result {
            Ok(answer) if seen == Seen::Broken => (Some(answer.status()), Some(cut_off())),
            Ok(answer) => (Some(answer.status()), None),
            Err(failure) => (None, Some(failure.clone())),
        };
        Earlier { at_ms: self.at_ms, ms: self.ms, status, failure }
    }
}

/// Why there is no answer, and what that says about sending the call again.
pub(super) struct Unanswered(pub(super) Failure, pub(super) Seen);

impl From<Failure> for Unanswered {
    fn from(failure: Failure) -> Self {
        Self(failure, Seen::Final)
    }
}

fn cut_off() -> Failure {
    let detail =
        text!("de verbinding brak af voor de inhoud volledig was", "the connection broke before the body was complete");
    Failure::new(FailureKind::Broken, detail)
}

impl Transport {
    /// A transport. It makes its HTTP clients, makes every secret of the settings known to the vault, and sends
    /// nothing.
    pub fn new(settings: Settings, vault: Arc<Vault>) -> Result<Self, SettingsError> {
        let source = clients::source(&settings, clients::KEPT)?;
        let issuer = clients::issuer(&settings, clients::KEPT)?;
        for token in settings.tokens() {
            vault.learn(token, SecretKind::Token);
        }
        for secret in settings.clients().filter_map(|client| client.auth.secret()) {
            vault.learn(secret, SecretKind::Secret);
        }
        vault.learn(&insz::nobody(), SecretKind::Number);
        let patience = Patience::new(settings.timeout);
        settings.public().for_each(|text| vault.publish(text));
        let judge = Arc::new(Judge::new(&settings));
        Ok(Self {
            settings,
            judge,
            vault,
            jwt: OnceLock::new(),
            issuer,
            source,
            correlation: Uuid::new_v4().to_string(),
            memory: Mutex::default(),
            roots: OnceCell::new(),
            turn: Mutex::new(Instant::now()),
            patience: Mutex::new(patience),
            connections: Connections::default(),
            anew: Default::default(),
            large: Arc::new(Semaphore::new(LARGE_AT_ONCE)),
            unsettled: Arc::default(),
            visits: Visits::default(),
        })
    }

    /// Makes ready what answers are held against, while the first ones are on their way.
    pub fn prepare(&self) -> impl FnOnce() + Send + 'static {
        let judge = Arc::clone(&self.judge);
        move || judge.prepare()
    }

    /// Performs one request, to the source or to the issuer. It never fails otherwise than in the exchange.
    pub async fn send(self: Arc<Self>, request: Request) -> Exchange {
        self.fetch(request).await.into()
    }

    /// The same, until the last byte of the answer is there.
    pub async fn fetch(self: Arc<Self>, request: Request) -> PendingExchange {
        let exchange = match request.target {
            Target::Issuer(IssuerCall::Token(Grant::Refresh(citizen))) => {
                Arc::clone(&self).refresh(request, citizen).await
            }
            Target::Issuer(IssuerCall::Token(Grant::RefreshAsSubject)) => self.exchange_refresh_token(request).await,
            Target::Issuer(call) => self.ask_issuer(request, call).await,
            Target::Tls(offer) => self.shake_hands(request, offer).await,
            Target::Visit(ref visit) => {
                let visit = (**visit).clone();
                return self.visit(request, visit).await;
            }
            Target::OpenApi if let Some(path) = &self.settings.openapi_file => self.read_openapi(request, path).await,
            _ => return self.ask_source(request).await,
        };
        PendingExchange::new(|| exchange)
    }

    /// Performs a call; sent again where [`retry`](super::retry) says so.
    pub(super) async fn perform(&self, call: &Call) -> Came {
        let mut tries = Tries::default();
        let mut earlier = Vec::new();
        let mut is_anew = false;
        loop {
            let (came, seen) = self.attempt(call, is_anew).await;
            let next = self.patience().next(seen, call.repeat, &mut tries, Instant::now());
            // Whatever ended the calls of others over the same connection does not end this one.
            is_anew = true;
            match next {
                Next::Judge => return Came { earlier, ..came },
                Next::Anew => {}
                Next::Wait(wait) => {
                    if matches!(seen, Seen::Busy(_) | Seen::Unavailable(Some(_))) && call.kind != Kind::Issuer {
                        self.hold(wait);
                    }
                    sleep(wait).await;
                }
            }
            earlier.push(came.as_earlier(seen));
        }
    }

    fn patience(&self) -> MutexGuard<'_, Patience> {
        self.patience.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends a call once; `is_anew`: over a new connection.
    async fn attempt(&self, call: &Call, is_anew: bool) -> (Came, Seen) {
        if call.kind != Kind::Issuer {
            self.wait_for_turn().await;
        }
        let headers = headers(call);
        let sent = self.sent(call, &headers);
        let at_ms = milliseconds(self.settings.started.elapsed());
        let start = Instant::now();
        let result = self.answer(call, headers, is_anew, start + self.settings.timeout).await;
        let waited = result.as_ref().map_or(Duration::ZERO, RawResponse::waited);
        let ms = milliseconds(start.elapsed().saturating_sub(waited));
        let (result, seen) = match result {
            Ok(answer) => {
                let seen = Seen::of(answer.status(), retry_after(&answer), answer.is_cut_off());
                (Ok(answer), seen)
            }
            Err(Unanswered(failure, seen)) => (Err(failure), seen),
        };
        (Came { sent, at_ms, ms, earlier: Vec::new(), result }, seen)
    }

    async fn answer(
        &self,
        call: &Call,
        headers: Vec<(HeaderName, HeaderValue)>,
        is_anew: bool,
        deadline: Instant,
    ) -> Result<RawResponse, Unanswered> {
        let late = |_| self.late(text!("geen antwoord", "no answer"));
        if call.by == Sender::Bare {
            let answer = timeout_at(deadline, self.send_bare(call, headers)).await.map_err(late)?;
            let (answer, _connection) = answer?;
            return Ok(self.read(answer, call.kind, deadline).await?);
        }
        let request = client_request(self.client(call.by, is_anew), call, headers);
        let answer = timeout_at(deadline, request.send()).await.map_err(late)?;
        let answer = answer.map_err(|error| {
            let (kind, detail) = words::failure(&error);
            Unanswered(self.failure(kind, &detail).with(words::trouble(&error)), self.connections.came(&error, kind))
        })?;
        self.connections.answered(answer.extensions());
        Ok(self.read(answer.into(), call.kind, deadline).await?)
    }

    /// The client for a call: one that keeps its connections, or opens a new one for each.
    fn client(&self, by: Sender, is_anew: bool) -> &reqwest::Client {
        let [of_source, of_issuer] = &self.anew;
        let (usual, anew) = match by {
            Sender::Source | Sender::Bare => (&self.source, of_source),
            Sender::Issuer => (&self.issuer, of_issuer),
        };
        if !is_anew {
            return usual;
        }
        let make = || match by {
            Sender::Source | Sender::Bare => clients::source(&self.settings, 0).ok(),
            Sender::Issuer => clients::issuer(&self.settings, 0).ok(),
        };
        // It was made of the same settings before.
        anew.get_or_init(make).as_ref().unwrap_or(usual)
    }

    /// Reads the body of an answer, whoever sent the call.
    async fn read<B>(&self, answer: hyper::Response<B>, kind: Kind, deadline: Instant) -> Result<RawResponse, Failure>
    where
        B: hyper::body::Body<Data = Bytes> + Unpin,
    {
        let (head, mut body) = answer.into_parts();
        let body = timeout_at(deadline, Body::read(&mut body, kind, &self.large)).await;
        let body = body.map_err(|_| {
            self.late(text!("de headers kwamen, maar niet de hele inhoud,", "headers came, but not the whole body"))
        })?;
        Ok(RawResponse::new(hyper::Response::from_parts(head, ()), body, kind))
    }

    fn late(&self, what: Text) -> Failure {
        let (seconds, Text { nl, en }) = (self.settings.timeout.as_secs_f64(), what);
        self.failure(FailureKind::Timeout, &text!("{nl} binnen {seconds} s", "{en} within {seconds} s"))
    }

    fn sent(&self, call: &Call, headers: &[(HeaderName, HeaderValue)]) -> Sent {
        let mask = |text: &str| self.vault.mask_text(text);
        let header = |(name, value): &(HeaderName, HeaderValue)| {
            (name.as_str().to_owned(), mask(&String::from_utf8_lossy(value.as_bytes())))
        };
        Sent {
            method: call.method.to_string(),
            url: mask(call.url.as_str()),
            headers: headers.iter().map(header).collect(),
            form: call.form.iter().map(|(name, value)| (name.clone(), mask(value))).collect(),
        }
    }

    /// Waits until this call may go out: no more than `rate` go out in a second, and none while the source asks to wait.
    pub(super) async fn wait_for_turn(&self) {
        let every = self.settings.rate.and_then(|rate| Duration::try_from_secs_f64(1.0 / rate).ok());
        let now = Instant::now();
        let turn = {
            let mut next = self.turn();
            let turn = (*next).max(now);
            if let Some(every) = every {
                *next = turn + every;
            }
            turn
        };
        if turn > now {
            sleep_until(turn).await;
        }
    }

    /// The source asks all its callers to wait: none of ours goes out before.
    fn hold(&self, wait: Duration) {
        let mut next = self.turn();
        *next = (*next).max(Instant::now() + wait);
    }

    fn turn(&self) -> MutexGuard<'_, Instant> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An exchange that was not sent.
    pub(super) fn unsent(&self, request: Request, sent: Sent, made: Option<Text>, failure: Failure) -> Exchange {
        let at_ms = milliseconds(self.settings.started.elapsed());
        Exchange { request, sent, at_ms, ms: 0, credential: made, earlier: Vec::new(), result: Err(failure) }
    }

    /// A failure; its words are masked here.
    pub(super) fn failure(&self, kind: FailureKind, words: &Text) -> Failure {
        Failure::new(kind, words.map(|words| self.vault.mask_text(words)))
    }

    pub(super) fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn client_request(
    client: &reqwest::Client,
    call: &Call,
    headers: Vec<(HeaderName, HeaderValue)>,
) -> reqwest::RequestBuilder {
    let mut request = client.request(call.method.clone(), call.url.clone());
    for (name, value) in headers {
        request = request.header(name, value);
    }
    if call.form.is_empty() {
        return request;
    }
    request.body(form_urlencoded::Serializer::new(String::new()).extend_pairs(&call.form).finish())
}

/// The headers, in the order in which they are sent.
fn headers(call: &Call) -> Vec<(HeaderName, HeaderValue)> {
    let mut headers = vec![(USER_AGENT, HeaderValue::from_static(AGENT))];
    headers.extend(call.headers.iter().cloned());
    if call.headers.iter().any(|(name, _)| *name == CORRELATION) {
        let id = HeaderValue::from_str(&Uuid::new_v4().to_string());
        headers.extend(id.ok().map(|id| (REQUEST, id)));
    }
    headers.extend(call.authorization.clone().map(|value| (AUTHORIZATION, value)));
    if !call.form.is_empty() {
        headers.push((CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded")));
    }
    headers
}

/// How long an answer asks to wait: seconds, or a moment by the server's own clock.
fn retry_after(answer: &RawResponse) -> Option<Duration> {
    let value = answer.header(&RETRY_AFTER)?.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let moment = |text: &str| jiff::fmt::rfc2822::parse(text).ok().map(|zoned| zoned.timestamp());
    let now = answer.header(&DATE).and_then(moment).unwrap_or_else(Timestamp::now);
    Some(Duration::try_from(moment(value)?.duration_since(now)).unwrap_or_default())
}

pub(super) fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
