//! Starting and stopping the sandbox.

use std::io;
use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::{OnceCell, watch};
use uuid::Uuid;

use super::acm::Acm;
use super::citizens::people;
use super::site::{Handler, Logged, SOURCE_AGENT, Server, Site};
use super::source::Source;
use super::source::register::register;
use super::tls::{Authority, Handshake};
use super::wire::{Met, Protocol};
use crate::base::assertion::VerifyingKey;
use crate::profile::Limits;
use crate::sandbox::acm::clients::{Client, Clients};
use crate::sandbox::acm::control::{IntrospectionSwitch, Questions};
use crate::sandbox::acm::credentials::{ClientCredentials, Credentials, Parties};
use crate::sandbox::acm::tokens::{Tokens, secret};
use crate::sandbox::source::behaviour::{Behaviour, PlainHttp, ServerCertificate};

/// How long the certificate of its authority is valid, in days.
const AUTHORITY_DAYS: i64 = 90;
/// The scope that the source asks of a token.
const SCOPE: &str = "sandbox_attesten";

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
    /// Id and secret of the client that exchanges; made at start where there are none.
    pub caller: Option<ClientCredentials>,
    /// The public keys that it registered, for `private_key_jwt`.
    pub caller_keys: Vec<VerifyingKey>,
    /// Another issuer than the built-in ACM, whose tokens the source takes.
    pub issuer: Option<ForeignIssuer>,
}

/// An issuer that is none of ours, as the source needs to know it.
#[derive(Clone, Debug)]
pub struct ForeignIssuer {
    /// Where it introspects (RFC 7662).
    pub introspection: String,
    /// The source's own client there, whose id is the audience of its tokens.
    pub client: ClientCredentials,
    /// The scope that the source asks of a token.
    pub scope: String,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            behaviour: Behaviour::default(),
            latency: Duration::ZERO,
            tls: true,
            port: 0,
            caller: None,
            caller_keys: Vec::new(),
            issuer: None,
        }
    }
}

/// A running ACM and source; dropping it stops them.
pub struct Sandbox {
    issuer: String,
    base_url: String,
    http_port: Option<u16>,
    ca_pem: Option<String>,
    client_certificate: Option<(String, String)>,
    credentials: Credentials,
    log: Arc<Mutex<Vec<Logged>>>,
    acm_reachable: Arc<AtomicBool>,
    limits: Limits,
    _stop: watch::Sender<()>,
}

impl Sandbox {
    /// Starts ACM and source on loopback, on the current tokio runtime. Fails where a port is taken.
    pub async fn start(options: Options) -> io::Result<Self> {
        let acm_listener = listen(&options, 0).await?;
        let source_listener = listen(&options, 1).await?;
        let plain_listener = if options.tls { Some(listen(&options, 2).await?) } else { None };
        let behaviour = &options.behaviour;
        let authority = if options.tls { Some(Authority::new(AUTHORITY_DAYS)?) } else { None };
        let handshake = |shape, server, answers_old_tls, protocol| {
            let acceptor =
                authority.as_ref().map(|authority| authority.acceptor(shape, server, protocol)).transpose()?;
            Ok::<_, io::Error>(Handshake { acceptor, answers_old_tls: answers_old_tls && options.tls })
        };
        let ca_pem = authority.as_ref().map(|authority| authority.ca_pem.clone());
        let scheme = if options.tls { "https" } else { "http" };
        let issuer = format!("{scheme}://{}/op", acm_listener.local_addr()?);
        let origin = format!("{scheme}://{}", source_listener.local_addr()?);

        let (acm, source, credentials) = world(&options, &issuer, &origin, ca_pem.as_deref())?;
        let caller = &credentials.client.id;
        let client_certificate =
            authority.as_ref().map(|authority| authority.client_certificate(caller)).transpose()?;
        let (stop, stopped) = watch::channel(());
        let (log, acm_reachable) = (Arc::default(), Arc::new(AtomicBool::new(true)));
        let site = |server, handler, reachable: &Arc<AtomicBool>| Site {
            server,
            handler,
            log: Some(Arc::clone(&log)),
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
        let acm_handshake = handshake(ServerCertificate::Valid, Server::Acm, false, Protocol::Both)?;
        site(Server::Acm, Handler::Acm(Arc::new(acm)), &acm_reachable).run(acm_listener, acm_handshake, &stopped)?;
        let (shape, old_tls) = (behaviour.server_certificate, behaviour.answers_old_tls);
        let source_handshake = handshake(shape, Server::Source, old_tls, behaviour.wire.protocol)?;
        site(Server::Source, source, &always).run(source_listener, source_handshake, &stopped)?;
        let base_url = format!("{origin}{}", behaviour.prefix);
        Ok(Self {
            issuer,
            base_url,
            http_port,
            ca_pem,
            client_certificate,
            credentials,
            log,
            acm_reachable,
            limits: limits(&options.behaviour),
            _stop: stop,
        })
    }

    /// The bounds that a run needs to see all of it.
    pub(super) fn limits(&self) -> Limits {
        self.limits
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

    /// The certificate of the client that exchanges and its key, as PEM; `None` without TLS.
    pub fn client_certificate(&self) -> Option<&(String, String)> {
        self.client_certificate.as_ref()
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

/// Room for every page of the longest list, which a run reads in pages of the greatest length.
fn limits(behaviour: &Behaviour) -> Limits {
    let (usual, counts) = (Limits::default(), behaviour.certificates);
    let pages = counts.subject.max(counts.other).div_ceil(behaviour.paging.max_limit.max(1));
    Limits { pages: usual.pages.max(pages), requests: usual.requests + pages, ..usual }
}

/// Takes a port: any, or the one that stands `place` after the one asked.
async fn listen(options: &Options, place: u16) -> io::Result<TcpListener> {
    let port = if options.port == 0 { 0 } else { options.port.saturating_add(place) };
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await
}

/// ACM, source and credentials that fit together.
fn world(options: &Options, issuer: &str, origin: &str, ca: Option<&str>) -> io::Result<(Acm, Source, Credentials)> {
    let behaviour = &options.behaviour;
    let people = Arc::new(people());
    let tokens = Arc::new(Tokens::default());
    let party = || Client::new(Uuid::new_v4().to_string(), secret());
    let (mut caller, source_client, portal) = (party(), party(), party());
    if let Some(ClientCredentials { id, secret }) = &options.caller {
        caller = Client::new(id, secret.clone());
    }
    caller.keys.clone_from(&options.caller_keys);
    let other_audience = Uuid::new_v4().to_string();
    let parties =
        Parties { caller: &caller, source: &source_client, portal: &portal, other: &other_audience, scope: SCOPE };
    let credentials = parties.credentials(&people, &tokens);
    let foreign = options.issuer.clone().unwrap_or_else(|| ForeignIssuer {
        introspection: format!("{issuer}/v1/introspect"),
        client: ClientCredentials { id: source_client.id.clone(), secret: source_client.secret.clone() },
        scope: SCOPE.to_owned(),
    });
    let base = behaviour.public_base.clone().unwrap_or_else(|| format!("{origin}{}", behaviour.prefix));
    let source = Source {
        behaviour: behaviour.clone(),
        base,
        client_id: foreign.client.id,
        secret: foreign.client.secret,
        scope: foreign.scope,
        people: register(&people, behaviour),
        tokens: Arc::clone(&tokens),
        introspection: foreign.introspection,
        http: client(ca)?,
        connected: OnceCell::new(),
        memory: Mutex::default(),
        met: Met::default(),
    };
    let acm = Acm {
        behaviour: behaviour.issuer.clone(),
        issuer: issuer.to_owned(),
        clients: Clients::new(caller, source_client, portal),
        other_audience,
        scope: SCOPE.to_owned(),
        resource: format!("{origin}{}", behaviour.prefix),
        people,
        tokens,
        door: IntrospectionSwitch::default(),
        questions: Questions::default(),
        watch: None,
        login: None,
        visits: Arc::default(),
    };
    Ok((acm, source, credentials))
}

/// The source's way to its ACM: straight, with the sandbox's own authority only.
pub(super) fn client(ca: Option<&str>) -> io::Result<reqwest::Client> {
    let ca = ca.map(|ca| reqwest::Certificate::from_pem(ca.as_bytes())).transpose().map_err(io::Error::other)?;
    // Only that one, also where there is none: reading the machine's own store takes longer than all the rest.
    let builder = reqwest::Client::builder().no_proxy().tls_certs_only(ca);
    builder.user_agent(SOURCE_AGENT).timeout(Duration::from_secs(10)).build().map_err(io::Error::other)
}
