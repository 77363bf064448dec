//! The ACM alone, as a stand-in issuer for a source that is developed on this machine.

use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use url::Url;

use crate::base::assertion::VerifyingKey;
use crate::base::href::without_brackets;
use crate::sandbox::acm::Acm;
use crate::sandbox::acm::behaviour::Issuer;
use crate::sandbox::acm::called::Watch;
use crate::sandbox::acm::clients::{Client, Clients};
use crate::sandbox::acm::control::{IntrospectionSwitch, Questions};
use crate::sandbox::acm::credentials::{Credentials, Parties};
use crate::sandbox::acm::login::Login;
use crate::sandbox::acm::tokens::{Tokens, secret};
use crate::sandbox::acm::visits::Visits;
use crate::sandbox::citizens::{Role, people};
use crate::sandbox::mbp::Mbp;
use crate::sandbox::site::{Handler, Server, Site};
use crate::sandbox::tls::ServerCertificate;
use crate::sandbox::tls::{Authority, Handshake};
use crate::sandbox::wire::Protocol;

/// The client-id with which bronkeur exchanges tokens, where the attesten-backend of the portal does.
pub(crate) const CALLER: &str = "bronkeur-attesten-backend";
/// The client-id of an application to which citizens log in.
pub const APPLICATION: &str = "bronkeur-application";
/// The client-id of our own MBP, which is the audience of the tokens that are handed over to it.
pub const MBP: &str = "bronkeur-mbp";
/// The client-id to which citizens would log in.
const PORTAL: &str = "bronkeur-portal";
/// How long the certificate of its authority is valid, in days: it is trusted once, and kept.
const AUTHORITY_DAYS: i64 = 3650;

/// How to start the ACM alone. What is kept from an earlier start stays as it was: a source need not be configured anew.
#[derive(Clone, Debug)]
pub struct StandInOptions {
    /// TLS, or plain http.
    pub tls: bool,
    /// The port; 0 for any.
    pub port: u16,
    /// The client-id of the source at this ACM, or of MBP, which is the audience of its tokens.
    pub audience: String,
    /// The scopes of the source, separated by spaces.
    pub scope: String,
    /// The URL of the source, as `resource` may name it; of the application beside MBP. Over https a certificate is made
    /// for its host.
    pub resource: String,
    /// National numbers that take the place of the invented ones.
    pub numbers: Vec<(Role, String)>,
    /// What an earlier start made.
    pub kept: Kept,
    /// Who is told of every call.
    pub watch: Option<Watch>,
    /// The login of citizens to an application; none for a source, whose caller needs none.
    pub login: Option<LoginOptions>,
    /// Our own MBP beside it, to which an application hands its user over. It needs the login.
    pub mbp: Option<MbpOptions>,
}

/// An application as ACM knows it, and how its citizens log in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoginOptions {
    /// Its client-id; it takes the place of the client that exchanges.
    pub client_id: String,
    /// Redirect URIs beside those of loopback, which are all right with any port and path.
    pub redirect_uris: Vec<String>,
    /// Whether a login gives a refresh token. It is not known when ACM gives one.
    pub gives_refresh: bool,
}

impl Default for LoginOptions {
    fn default() -> Self {
        Self { client_id: APPLICATION.to_owned(), redirect_uris: Vec::new(), gives_refresh: true }
    }
}

/// How to start our own MBP.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MbpOptions {
    /// The port; 0 for any.
    pub port: u16,
}

/// What stays the same from one start to the next.
#[derive(Clone, Default)]
pub struct Kept {
    /// The secret of the client that exchanges.
    pub caller_secret: Option<String>,
    /// The secret of the source.
    pub source_secret: Option<String>,
    /// Certificate and key of the authority, as PEM.
    pub authority: Option<(String, String)>,
}

impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Kept(…)")
    }
}

/// A running ACM; dropping it stops it.
pub struct StandIn {
    issuer: String,
    authority: Option<(String, String)>,
    source_certificate: Option<(String, String)>,
    mbp_base_url: Option<String>,
    credentials: Credentials,
    _stop: watch::Sender<()>,
}

impl StandIn {
    /// Starts it on loopback, on the current tokio runtime.
    ///
    /// # Errors
    /// Where the port is taken, or what was kept of the authority is no key.
    pub async fn start(options: StandInOptions) -> io::Result<Self> {
        Self::behaving(options, Issuer::default(), Vec::new()).await
    }

    /// The same, with an ACM that behaves so. `keys`: those that the client that exchanges registered.
    pub(in crate::sandbox) async fn behaving(
        options: StandInOptions,
        behaviour: Issuer,
        keys: Vec<VerifyingKey>,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port)).await?;
        let authority = match &options.kept.authority {
            _ if !options.tls => None,
            Some((certificate, key)) => Some(Authority::kept(certificate, key)?),
            None => Some(Authority::new(AUTHORITY_DAYS)?),
        };
        let mbp_listener = match options.mbp {
            Some(mbp) => Some(TcpListener::bind((Ipv4Addr::LOCALHOST, mbp.port)).await?),
            None => None,
        };
        let host = Url::parse(&options.resource).ok().filter(|url| url.scheme() == "https");
        let host = host.as_ref().and_then(Url::host_str).map(without_brackets);
        let source_certificate = authority.as_ref().zip(host);
        let source_certificate =
            source_certificate.map(|(own, host)| own.server_certificate(Some(host))).transpose()?;
        let scheme = if options.tls { "https" } else { "http" };
        let issuer = format!("{scheme}://{}/op", listener.local_addr()?);
        let mbp_address = mbp_listener.as_ref().map(TcpListener::local_addr).transpose()?;
        let mbp_base_url = mbp_address.map(|address| format!("{scheme}://{address}"));
        let (acm, mbp, credentials) = parties(options, (behaviour, keys), &issuer, mbp_base_url.as_deref())?;
        let (stop, stopped) = watch::channel(());
        let run = |server, handler, listener| {
            let acceptor = authority.as_ref().map(|own| own.acceptor(ServerCertificate::Valid, server, Protocol::Both));
            let handshake = Handshake { acceptor: acceptor.transpose()?, answers_old_tls: false };
            let reachable = Arc::new(AtomicBool::new(true));
            // It may run for days: nobody reads its log.
            let site = Site { server, handler, log: None, latency: Duration::ZERO, reachable };
            site.run(listener, handshake, &stopped)
        };
        run(Server::Acm, Handler::Acm(Arc::new(acm)), listener)?;
        if let Some(listener) = mbp_listener {
            run(Server::Mbp, Handler::Mbp(Arc::new(mbp)), listener)?;
        }
        let authority = authority.map(|authority| (authority.ca_pem.clone(), authority.key_pem()));
        Ok(Self { issuer, authority, source_certificate, mbp_base_url, credentials, _stop: stop })
    }

    /// The issuer, such as `https://127.0.0.1:8444/op`.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Where the source introspects.
    pub fn introspection(&self) -> String {
        format!("{}/v1/introspect", self.issuer)
    }

    /// The origin of MBP, without a slash at its end, such as `https://127.0.0.1:8445`; `None` without MBP.
    pub fn mbp_base_url(&self) -> Option<&str> {
        self.mbp_base_url.as_deref()
    }

    /// Certificate and key of its authority, as PEM; `None` without TLS.
    pub fn authority(&self) -> Option<&(String, String)> {
        self.authority.as_ref()
    }

    /// Certificate and key that its authority made for a source on https, as PEM.
    pub fn source_certificate(&self) -> Option<&(String, String)> {
        self.source_certificate.as_ref()
    }

    /// All that a profile needs.
    pub fn credentials(&self) -> &Credentials {
        &self.credentials
    }
}

/// The ACM for a source or an application that it does not know, and MBP.
fn parties(
    options: StandInOptions,
    (behaviour, keys): (Issuer, Vec<VerifyingKey>),
    issuer: &str,
    mbp_base_url: Option<&str>,
) -> io::Result<(Acm, Mbp, Credentials)> {
    let StandInOptions { audience, scope, resource, numbers, kept, watch, login, .. } = options;
    let mut people = people();
    for (role, number) in numbers {
        people.iter_mut().filter(|person| person.role == role).for_each(|person| person.insz.clone_from(&number));
    }
    let people = Arc::new(people);
    let other_audience = format!("{audience}-another-api");
    let caller_id = login.as_ref().map_or(CALLER, |login| login.client_id.as_str());
    let mut caller = Client::new(caller_id, kept.caller_secret.unwrap_or_else(secret));
    caller.keys = keys;
    let source = Client::new(audience, kept.source_secret.unwrap_or_else(secret));
    let portal = Client::new(PORTAL, secret());
    let tokens = Arc::new(Tokens::default());
    let parties = Parties { caller: &caller, source: &source, portal: &portal, other: &other_audience, scope: &scope };
    let credentials = parties.credentials(&people, &tokens);
    let visits: Arc<Visits> = Arc::default();
    let mbp = Mbp::new(source.id.clone(), Arc::clone(&people), Arc::clone(&tokens), Arc::clone(&visits), watch.clone());
    let acm = Acm {
        behaviour,
        issuer: issuer.to_owned(),
        clients: Clients::new(caller, source, portal),
        other_audience,
        scope,
        resource: mbp_base_url.unwrap_or(&resource).trim_end_matches('/').to_owned(),
        people,
        tokens,
        door: IntrospectionSwitch::default(),
        questions: Questions::default(),
        watch,
        login: login.map(|login| Login::new(login, issuer)).transpose()?,
        visits,
    };
    Ok((acm, mbp, credentials))
}
