//! One server of the sandbox: who answers, and what is noted and done around each answer.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::HeaderValue;
use axum::http::header::HOST;
use axum::response::Response;
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::acm::Acm;
use super::answer::{Answer, Inbound};
use super::application::Application;
use super::mbp::Mbp;
use super::source::Source;
use super::tls::{Connections, Handshake, Peer};
use super::wire::{End, Fate};

/// How the source names itself to the ACM: its own calls are not delayed.
pub(super) const SOURCE_AGENT: &str = "bronkeur-sandbox-source";
/// The longest body that is read.
const BODY: usize = 1 << 20;

/// One of the servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Server {
    /// The ACM.
    Acm,
    /// The source.
    Source,
    /// MBP.
    Mbp,
    /// The application.
    Application,
}

/// A request that reached a server.
#[derive(Clone, Debug)]
pub struct Logged {
    /// Which server.
    pub server: Server,
    /// The method.
    pub method: String,
    /// The path.
    pub path: String,
    /// The query string.
    pub query: Option<String>,
    /// Names and values of the headers.
    pub headers: Vec<(String, String)>,
    /// Who called.
    pub peer: SocketAddr,
}

#[derive(Clone)]
pub(super) enum Handler {
    Acm(Arc<Acm>),
    Source(Arc<Source>),
    Mbp(Arc<Mbp>),
    Application(Arc<Application>),
    /// Sends every caller on to this origin.
    Redirect(Arc<str>),
}

/// A server: who answers, and what is done around each answer.
#[derive(Clone)]
pub(super) struct Site {
    pub server: Server,
    pub handler: Handler,
    /// Where requests are noted.
    pub log: Option<Arc<Mutex<Vec<Logged>>>>,
    pub latency: Duration,
    pub reachable: Arc<AtomicBool>,
}

impl Site {
    pub(super) fn run(
        self,
        listener: TcpListener,
        handshake: Handshake,
        stopped: &watch::Receiver<()>,
    ) -> io::Result<()> {
        let connections = Connections::start(listener, handshake, Arc::clone(&self.reachable), stopped.clone())?;
        let mut stopped = stopped.clone();
        let stop: Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin(async move {
            stopped.changed().await.ok();
        });
        let service = Router::new().fallback(answer).with_state(self).into_make_service_with_connect_info::<Peer>();
        let server = axum::serve(connections, service).with_graceful_shutdown(stop);
        tokio::spawn(async move { server.await });
        Ok(())
    }

    fn note(&self, inbound: &Inbound, peer: SocketAddr) {
        let Some(log) = &self.log else { return };
        let headers = inbound.headers.iter();
        let headers =
            headers.map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()));
        let logged = Logged {
            server: self.server,
            method: inbound.method.clone(),
            path: inbound.path.clone(),
            query: inbound.query.clone(),
            headers: headers.collect(),
            peer,
        };
        log.lock().unwrap_or_else(PoisonError::into_inner).push(logged);
    }
}

async fn answer(State(site): State<Site>, ConnectInfo(peer): ConnectInfo<Peer>, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    // HTTP/2 names the host in the URL (RFC 9113, section 8.3.1).
    let authority = parts.uri.authority().and_then(|host| HeaderValue::from_str(host.as_str()).ok());
    if let Some(host) = authority.filter(|_| !parts.headers.contains_key(HOST)) {
        parts.headers.insert(HOST, host);
    }
    let body = axum::body::to_bytes(body, BODY).await.unwrap_or_default().to_vec();
    let inbound = Inbound {
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().map(str::to_owned),
        headers: parts.headers,
        body,
        certificate: peer.certificate,
    };
    site.note(&inbound, peer.address);
    if !site.reachable.load(Ordering::Relaxed) {
        return Answer::status(503).into_response();
    }
    let answer = match &site.handler {
        Handler::Acm(acm) => acm.answer(&inbound),
        Handler::Source(source) => match source_answer(source, &peer.fate, &inbound).await {
            Ok(answer) => answer,
            Err(end) => {
                peer.fate.end(end);
                return Answer::status(503).into_response();
            }
        },
        Handler::Mbp(mbp) => {
            let Some(answer) = mbp.answer(&inbound).await else {
                peer.fate.end(End::Now);
                return Answer::status(503).into_response();
            };
            answer
        }
        Handler::Application(application) => application.answer(&inbound).await,
        Handler::Redirect(origin) => {
            let mut answer = Answer::status(301);
            answer.set("location", &format!("{origin}{}", inbound.path));
            answer
        }
    };
    let own_call = site.server == Server::Acm && inbound.header("user-agent") == Some(SOURCE_AGENT);
    if !own_call && !site.latency.is_zero() {
        tokio::time::sleep(site.latency).await;
    }
    answer.into_response()
}

/// What the source answers over a connection, or how that ends without an answer.
async fn source_answer(source: &Source, fate: &Fate, inbound: &Inbound) -> Result<Answer, End> {
    let wire = &source.behaviour.wire;
    if let Some(end) = wire.late(fate.answered()) {
        return Err(end);
    }
    let answer = match wire.strikes(&source.met, inbound) {
        Some(accident) => accident.answer()?,
        None => source.answer(inbound).await,
    };
    let pause = wire.pause();
    if !pause.is_zero() {
        tokio::time::sleep(pause).await;
    }
    let answered = fate.note();
    if wire.ends_with(answered, answer.status) {
        fate.end(End::AfterAnswer);
    }
    Ok(answer)
}
