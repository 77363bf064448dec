//! Starting and stopping the sandbox, its credentials, and the log of what reached it.

use std::future::Future;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::{ConnectInfo, Request, State};
use axum::response::Response;
use tokio::net::TcpListener;
use tokio::sync::watch;
use uuid::Uuid;

use super::acm::{Acm, Client};
use super::answer::{Answer, Inbound};
use super::behaviour::{Behaviour, PlainHttp, ServerCertificate};
use super::citizens::{Citizen, Role, people};
use super::control::Door;
use super::source::Source;
use super::tls::{Authority, Connections, Handshake, Peer};
use super::tokens::{Grant, Tokens, now, secret};

/// How the source names itself to the ACM: its own calls are not delayed.
const SOURCE_AGENT: &str = "bronkeur-sandbox-source";
/// The scope that the source asks of a token.
const SCOPE: &str = "sandbox_attesten";
/// The longest body that is read.
const BODY: usize = 1 << 20;

/// How to start a sandbox.
#[derive(Clone, Debug)]
pub struct Options {
    /// What ACM and source do.
    pub behaviour: Behaviour,
    /// How long every answer waits before it is sent, but for those to the source's own introspection.
    pub latency: Duration,
    /// TLS, or plain http.
    pub tls: bool,
    /// The port of the ACM; the source has the next, and its http port the one after. 0 for any.
    pub port: u16,
}

impl Default for Options {
    fn default() -> Self {
        Self { behaviour: Behaviour::default(), latency: Duration::ZERO, tls: true, port: 0 }
    }
}

/// A client of the ACM: id and secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party {
    /// The client-id.
    pub id: String,
    /// Its secret.
    pub secret: String,
}

/// A client-id without a secret of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientId {
    /// The client-id.
    pub id: String,
}

/// A citizen as a profile needs him.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// His name in the profile: `an`, `bo` or `cy`.
    pub name: String,
    /// What he is for.
    pub role: Role,
    /// His national number.
    pub insz: String,
    /// His access token at the ACM, not yet exchanged.
    pub token: String,
}

/// All that a profile needs to check the sandbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    /// The caller, which imitates the attesten-backend.
    pub client: Party,
    /// The source as a client of the ACM; its id is the audience.
    pub source_client: Party,
    /// The audience of the source.
    pub audience: String,
    /// The scope of the source.
    pub scope: String,
    /// The audience of another API.
    pub other_audience: ClientId,
    /// The citizens.
    pub people: Vec<Person>,
    /// A TX token of the subject for the source that expired long ago.
    pub expired: String,
    /// A TX token of the subject for the source without its scope.
    pub without_scope: String,
}

/// One of the two servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Server {
    /// The ACM.
    Acm,
    /// The source.
    Source,
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

/// A running ACM and source; dropping it stops them.
pub struct Sandbox {
    issuer: String,
    base_url: String,
    http_port: Option<u16>,
    ca_pem: Option<String>,
    credentials: Credentials,
    log: Arc<Mutex<Vec<Logged>>>,
    acm_reachable: Arc<AtomicBool>,
    _stop: watch::Sender<()>,
}

impl Sandbox {
    /// Starts ACM and source on loopback, on the current tokio runtime. Fails where a port is taken.
    pub async fn start(options: Options) -> io::Result<Self> {
        let acm_listener = listen(&options, 0).await?;
        let source_listener = listen(&options, 1).await?;
        let plain_listener = if options.tls { Some(listen(&options, 2).await?) } else { None };
        let behaviour = &options.behaviour;
        let authority = if options.tls { Some(Authority::new()?) } else { None };
        let handshake = |shape, answers_old_tls| {
            let acceptor = authority.as_ref().map(|authority| authority.acceptor(shape)).transpose()?;
            Ok::<_, io::Error>(Handshake { acceptor, answers_old_tls: answers_old_tls && options.tls })
        };
        let ca_pem = authority.as_ref().map(|authority| authority.ca_pem.clone());
        let scheme = if options.tls { "https" } else { "http" };
        let issuer = format!("{scheme}://{}/op", acm_listener.local_addr()?);
        let origin = format!("{scheme}://{}", source_listener.local_addr()?);

        let (acm, source, credentials) = world(behaviour, &issuer, &origin, ca_pem.as_deref())?;
        let (stop, stopped) = watch::channel(());
        let (log, acm_reachable) = (Arc::default(), Arc::new(AtomicBool::new(true)));
        let site = |server, handler, reachable: &Arc<AtomicBool>| Site {
            server,
            handler,
            log: Arc::clone(&log),
            latency: options.latency,
            reachable: Arc::clone(reachable),
        };
        let (source, always) = (Handler::Source(Arc::new(source)), Arc::new(AtomicBool::new(true)));
        let http_port = plain_listener.as_ref().map(TcpListener::local_addr).transpose()?.map(|address| address.port());
        if let Some(listener) = plain_listener {
            let handler = match behaviour.plain_http {
                PlainHttp::Redirects => Handler::Redirect(Arc::from(origin.as_str())),
                PlainHttp::Serves => source.clone(),
            };
            let handshake = Handshake { acceptor: None, answers_old_tls: false };
            site(Server::Source, handler, &always).run(listener, handshake, &stopped)?;
        }
        let acm_handshake = handshake(ServerCertificate::Valid, false)?;
        site(Server::Acm, Handler::Acm(Arc::new(acm)), &acm_reachable).run(acm_listener, acm_handshake, &stopped)?;
        let source_handshake = handshake(behaviour.server_certificate, behaviour.answers_old_tls)?;
        site(Server::Source, source, &always).run(source_listener, source_handshake, &stopped)?;
        let base_url = format!("{origin}{}", behaviour.prefix);
        Ok(Self { issuer, base_url, http_port, ca_pem, credentials, log, acm_reachable, _stop: stop })
    }

    /// The issuer, such as `https://127.0.0.1:4711/op`.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The base URL of the source, such as `https://127.0.0.1:4712/v1`.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The http port of a source with TLS, for `source.http_port`; `None` without TLS.
    pub fn http_port(&self) -> Option<u16> {
        self.http_port
    }

    /// The certificate authority to trust, as PEM; `None` without TLS.
    pub fn ca_pem(&self) -> Option<&str> {
        self.ca_pem.as_deref()
    }

    /// All that a profile needs.
    pub fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// Every request that reached a server, in order of arrival.
    pub fn requests(&self) -> Vec<Logged> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Cuts the ACM off, or brings it back (SEC-20): cut off, it drops connections and answers 503 on open ones.
    pub fn set_acm_reachable(&self, reachable: bool) {
        self.acm_reachable.store(reachable, Ordering::Relaxed);
    }
}

/// Takes a port: any, or the one that stands `place` after the one asked.
async fn listen(options: &Options, place: u16) -> io::Result<TcpListener> {
    let port = if options.port == 0 { 0 } else { options.port.saturating_add(place) };
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await
}

/// ACM, source and credentials that fit together.
fn world(
    behaviour: &Behaviour,
    issuer: &str,
    origin: &str,
    ca: Option<&str>,
) -> io::Result<(Acm, Source, Credentials)> {
    let people = Arc::new(people(behaviour));
    let tokens = Arc::new(Tokens::default());
    let party = || Client { id: Uuid::new_v4().to_string(), secret: secret() };
    let (caller, source_client) = (party(), party());
    let other_audience = Uuid::new_v4().to_string();
    let credentials = credentials(&people, &tokens, &caller, &source_client, &other_audience);
    let base = behaviour.public_base.clone().unwrap_or_else(|| format!("{origin}{}", behaviour.prefix));
    let source = Source {
        behaviour: behaviour.clone(),
        base,
        client_id: source_client.id.clone(),
        secret: source_client.secret.clone(),
        scope: SCOPE.to_owned(),
        people: Arc::clone(&people),
        tokens: Arc::clone(&tokens),
        introspection: format!("{issuer}/v1/introspect"),
        http: client(ca)?,
        memory: Mutex::default(),
    };
    let acm = Acm {
        behaviour: behaviour.issuer.clone(),
        edits: behaviour.edits.clone(),
        issuer: issuer.to_owned(),
        caller,
        source: source_client,
        other_audience,
        scope: SCOPE.to_owned(),
        resource: format!("{origin}{}", behaviour.prefix),
        people,
        tokens,
        door: Door::default(),
    };
    Ok((acm, source, credentials))
}

fn credentials(people: &[Citizen], tokens: &Tokens, caller: &Client, source: &Client, other: &str) -> Credentials {
    let now = now();
    let hour = 3600;
    let grant = |person: &Citizen, audience: &str, scope: &str, expires| Grant {
        insz: Some(person.insz.clone()),
        sub: person.sub.clone(),
        audience: audience.to_owned(),
        client_id: caller.id.clone(),
        scope: scope.to_owned(),
        issued: expires - 8 * hour,
        expires,
    };
    // The citizen's own token is for the caller and has every scope: its audience alone keeps it out of the source.
    let all_scopes = format!("openid profile vo rrn {SCOPE}");
    let person = |person: &Citizen| Person {
        name: person.name.to_owned(),
        role: person.role,
        insz: person.insz.clone(),
        token: tokens.issue(grant(person, &caller.id, &all_scopes, now + 30 * 24 * hour)),
    };
    let subject = |scope: &str, expires| {
        people.first().map(|one| tokens.issue(grant(one, &source.id, scope, expires))).unwrap_or_default()
    };
    let party = |client: &Client| Party { id: client.id.clone(), secret: client.secret.clone() };
    Credentials {
        client: party(caller),
        source_client: party(source),
        audience: source.id.clone(),
        scope: SCOPE.to_owned(),
        other_audience: ClientId { id: other.to_owned() },
        people: people.iter().map(person).collect(),
        expired: subject(SCOPE, now - 24 * hour),
        without_scope: subject("openid", now + 30 * 24 * hour),
    }
}

/// The source's way to its ACM: straight, with the sandbox's own authority only.
fn client(ca: Option<&str>) -> io::Result<reqwest::Client> {
    let ca = ca.map(|ca| reqwest::Certificate::from_pem(ca.as_bytes())).transpose().map_err(io::Error::other)?;
    // Only that one, also where there is none: reading the machine's own store takes longer than all the rest.
    let builder = reqwest::Client::builder().no_proxy().tls_certs_only(ca);
    builder.user_agent(SOURCE_AGENT).timeout(Duration::from_secs(10)).build().map_err(io::Error::other)
}

#[derive(Clone)]
enum Handler {
    Acm(Arc<Acm>),
    Source(Arc<Source>),
    /// Sends every caller on to this origin.
    Redirect(Arc<str>),
}

/// A server: who answers, and what is done around each answer.
#[derive(Clone)]
struct Site {
    server: Server,
    handler: Handler,
    log: Arc<Mutex<Vec<Logged>>>,
    latency: Duration,
    reachable: Arc<AtomicBool>,
}

impl Site {
    fn run(self, listener: TcpListener, handshake: Handshake, stopped: &watch::Receiver<()>) -> io::Result<()> {
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
        self.log.lock().unwrap_or_else(PoisonError::into_inner).push(logged);
    }
}

async fn answer(State(site): State<Site>, ConnectInfo(peer): ConnectInfo<Peer>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, BODY).await.unwrap_or_default().to_vec();
    let inbound = Inbound {
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().map(str::to_owned),
        headers: parts.headers,
        body,
    };
    site.note(&inbound, peer.0);
    if !site.reachable.load(Ordering::Relaxed) {
        return Answer::status(503).into_response();
    }
    let answer = match &site.handler {
        Handler::Acm(acm) => acm.answer(&inbound),
        Handler::Source(source) => source.answer(&inbound).await,
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
