//! The transport against servers on loopback: an ordinary source and issuer (axum), and servers that write raw bytes.
//! All numbers and tokens are invented.

mod bare;
mod body;
mod issuer;
mod network;
mod refresh;
mod retry;
mod source;
mod tls;
mod visit;

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::Request as Received;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

use super::{Settings, Transport};
use crate::evidence::exchange::{Citizen, Exchange, Failure, FailureKind, Request, Response};
use crate::evidence::setup::{AcmSetup, Limits, Person, Setup, SourceSetup, SubjectSetup};
use crate::evidence::vault::Vault;
use crate::profile::{ResolvedClient as Client, ResolvedClientAuth as ClientAuth};

// Serial 999 is never issued.
const SUBJECT: &str = "85073099932";
const OTHER: &str = "90010199992";
const TX: &str = "tx-5f0c-2b9d4e7f8a1c3b5d7e9f";
const ACCESS: &str = "at-91c7-4e7f8a1c3b5d7e9f5f0c";
const SECRET: &str = "s3cret+/=with spaces and ü";
const SOURCE_SECRET: &str = "s0urce-secret-of-the-source";

/// What a server saw of a request.
#[derive(Clone, Debug)]
struct Seen {
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: String,
}

impl Seen {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }
}

type Log = Arc<Mutex<Vec<Seen>>>;

/// Serves a router on loopback; everything that it is asked is logged.
async fn serve(router: Router) -> (Url, Log) {
    let log = Log::default();
    let writer = log.clone();
    let router = router.layer(axum::middleware::from_fn(move |request: Received, next: axum::middleware::Next| {
        let log = writer.clone();
        async move {
            let (parts, body) = request.into_parts();
            let bytes = axum::body::to_bytes(body, 1 << 20).await.unwrap();
            let header = |(name, value): (&axum::http::HeaderName, &axum::http::HeaderValue)| {
                (name.to_string(), value.to_str().unwrap().to_owned())
            };
            log.lock().unwrap().push(Seen {
                method: parts.method.to_string(),
                target: parts.uri.to_string(),
                headers: parts.headers.iter().map(header).collect(),
                body: String::from_utf8(bytes.to_vec()).unwrap(),
            });
            next.run(Received::from_parts(parts, bytes.into())).await
        }
    }));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/api/v1", listener.local_addr().unwrap()).parse().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (url, log)
}

/// Serves connections by hand, after the request's head has come.
async fn serve_raw<F>(answer: impl Fn(TcpStream) -> F + Send + 'static) -> Url
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/api/v1", listener.local_addr().unwrap()).parse().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                let Ok(byte) = stream.read_u8().await else { break };
                head.push(byte);
            }
            tokio::spawn(answer(stream));
        }
    });
    url
}

/// A server that always sends the same bytes and then closes.
async fn serve_bytes(bytes: Vec<u8>) -> Url {
    serve_raw(move |mut stream| {
        let bytes = bytes.clone();
        async move {
            let _ = stream.write_all(&bytes).await;
        }
    })
    .await
}

fn vault() -> Arc<Vault> {
    let numbers = [(Citizen::Subject, SUBJECT.into()), (Citizen::Other, OTHER.into())];
    Arc::new(Vault::new(numbers.into()))
}

/// A profile with a TX token and without ACM.
fn settings(base_url: &Url, vault: &Vault) -> Settings {
    let person = |citizen, name: &str| Person {
        name: name.to_owned(),
        insz: vault.surrogate(citizen).unwrap(),
        ready_token: citizen == Citizen::Subject,
        refreshes: false,
    };
    let citizens = [(Citizen::Subject, person(Citizen::Subject, "an")), (Citizen::Other, person(Citizen::Other, "bo"))];
    let setup = Setup {
        name: "test".to_owned(),
        base_url: base_url.to_string(),
        origins: Vec::new(),
        environment: "none".to_owned(),
        citizens: citizens.into(),
        acm: None,
        ready: Vec::new(),
        limits: Limits::default(),
        authorities: crate::evidence::setup::Authorities::default(),
        subject: SubjectSetup::Source(Box::new(SourceSetup {
            entry_path: "certificates/{insz}".to_owned(),
            ..SourceSetup::default()
        })),
    };
    let mut settings = Settings::new(setup, base_url.clone());
    settings.tx_tokens = [(Citizen::Subject, TX.into())].into();
    settings.timeout = Duration::from_secs(20);
    settings
}

/// A profile that gets its tokens from an issuer.
fn with_issuer(base_url: &Url, issuer: &Url, auth: ClientAuth, vault: &Vault) -> Settings {
    let mut settings = settings(base_url, vault);
    settings.tx_tokens = BTreeMap::new();
    settings.setup.citizens.values_mut().for_each(|person| person.ready_token = false);
    settings.setup.acm = Some(AcmSetup {
        issuer: issuer.to_string(),
        client_id: "the client".to_owned(),
        audience: "the-source".to_owned(),
        scope: Some("read all".to_owned()),
        actor: true,
        source_client: Some("the-source".to_owned()),
        other_audience: Some("another-api".to_owned()),
        hops: Vec::new(),
    });
    settings.issuer = Some(issuer.clone());
    settings.client = Some(Client { id: "the client".to_owned(), auth });
    settings.login_client.clone_from(&settings.client);
    settings.source_client = Some(Client { id: "the-source".to_owned(), auth: ClientAuth::Post(SOURCE_SECRET.into()) });
    settings.subject_tokens = [(Citizen::Subject, ACCESS.into())].into();
    settings
}

fn transport(settings: Settings, vault: &Arc<Vault>) -> Arc<Transport> {
    Arc::new(Transport::new(settings, vault.clone()).unwrap())
}

/// Sends requests with the plain profile, one after the other.
async fn send(base_url: &Url, requests: impl IntoIterator<Item = Request>) -> (Vec<Exchange>, Arc<Vault>) {
    let vault = vault();
    let transport = transport(settings(base_url, &vault), &vault);
    let mut exchanges = Vec::new();
    for request in requests {
        // As a task, as the run loop does.
        exchanges.push(tokio::spawn(transport.clone().send(request)).await.unwrap());
    }
    (exchanges, vault)
}

async fn send_one(base_url: &Url, request: Request) -> Exchange {
    let (mut exchanges, vault) = send(base_url, [request]).await;
    assert_clean(&exchanges, &vault);
    exchanges.pop().unwrap()
}

/// No secret and no number stands in what is recorded.
fn assert_clean(exchanges: &[Exchange], vault: &Vault) {
    let json = serde_json::to_string(exchanges).unwrap();
    for raw in [SUBJECT, OTHER, TX, ACCESS, SECRET, SOURCE_SECRET] {
        assert!(!json.contains(raw), "{raw} in {json}");
    }
    assert!(!vault.leaks(&json), "{json}");
}

fn answer(exchange: &Exchange) -> &Response {
    exchange.result.as_ref().unwrap()
}

fn failure(exchange: &Exchange) -> &Failure {
    exchange.result.as_ref().unwrap_err()
}

/// The kind of a failure, and its words in English.
fn said(exchange: &Exchange) -> (FailureKind, &str) {
    let failure = failure(exchange);
    (failure.kind, &failure.detail.en)
}

fn entry() -> Request {
    Request::entry(Citizen::Subject)
}

fn sent_headers(exchange: &Exchange) -> BTreeMap<&str, &str> {
    exchange.sent.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}
