//! The world of the application: an ACM with its login, an MBP, and an application that hands its users over.

use std::io;
use std::net::Ipv4Addr;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use rcgen::KeyPair;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::watch;

use super::behaviour::{Authentication, Behaviour, Keeps};
use super::{Application, Parties};
use crate::base::assertion::SigningKey;
use crate::base::input::Diagnostics;
use crate::catalogue::{Catalogue, Selection};
use crate::evidence::recording::Recording;
use crate::profile::{Actor, Pem, Resolved, ResolvedAcm, ResolvedApplication, ResolvedMbp, Target};
use crate::run::session::{Finished, Session};
use crate::sandbox::AUTHORITY;
use crate::sandbox::acm::credentials::Credentials;
use crate::sandbox::acm::stand_in::LoginOptions;
use crate::sandbox::profile::{NAME, citizen, client, url};
use crate::sandbox::site::{Handler, Server, Site};
use crate::sandbox::sso::{SsoIssuer, SsoOptions};
use crate::sandbox::tls::{Handshake, ServerCertificate};
use crate::sandbox::wire::Protocol;
use crate::sandbox::world::{Unable, Variant, World};

/// How long the application of a matrix waits for MBP: many runs at once make everything slow.
const PATIENCE: Duration = Duration::from_secs(6);

/// ACM, MBP and an application. Every fault must be noticed wherever the application keeps its tokens.
#[derive(Clone, Copy, Debug)]
pub struct ApplicationWorld;

impl World for ApplicationWorld {
    type Behaviour = Behaviour;

    const VARIANTS: &'static [Variant<Behaviour>] = &[
        Variant {
            name: "session",
            apply: |behaviour| {
                behaviour.build.keeps = Keeps::Server;
                behaviour.patience = PATIENCE;
            },
        },
        Variant {
            name: "cookie",
            apply: |behaviour| {
                behaviour.build.keeps = Keeps::Cookie;
                behaviour.build.login_in_cookie = true;
                behaviour.build.redirect = 302;
                behaviour.patience = PATIENCE;
            },
        },
    ];

    // A window: only a browser that runs scripts sees it.
    const UNJUDGED: &'static [&'static str] = &["SSO-30"];

    async fn examine(
        catalogue: &'static Catalogue,
        behaviour: Behaviour,
        _: Option<Recording>,
    ) -> Result<Finished, Unable> {
        examine(catalogue, behaviour).await.map(|(finished, _)| finished)
    }
}

/// Examines an application once. Its world lives as long as the sandbox that comes back.
///
/// # Errors
/// When it does not start, or its profile cannot be used.
pub async fn examine(catalogue: &Catalogue, behaviour: Behaviour) -> Result<(Finished, ApplicationSandbox), Unable> {
    let started = servers()?.spawn(ApplicationSandbox::start(behaviour, 0));
    let sandbox = started.await.map_err(io::Error::other)??;
    let session = Session::new(&sandbox.profile()?, catalogue, 1)?;
    let finished = session.run(catalogue, &Selection::default(), std::future::pending(), |_| {}).await;
    Ok((finished, sandbox))
}

/// Where the servers of all worlds run: the application waits for MBP for so long only, and judging, which takes whole
/// threads, must not be what it waits for.
fn servers() -> io::Result<&'static Runtime> {
    static SERVERS: OnceLock<io::Result<Runtime>> = OnceLock::new();
    let start = || tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    SERVERS.get_or_init(start).as_ref().map_err(|error| io::Error::new(error.kind(), error.to_string()))
}

/// How the application names itself to ACM and MBP.
const AGENT: &str = "bronkeur-sandbox-application";

/// A running application with its ACM and its MBP; dropping it stops them.
pub struct ApplicationSandbox {
    sso: SsoIssuer,
    start_url: String,
    hand_over_urls: Vec<String>,
    logout_url: String,
    _stop: watch::Sender<()>,
}

impl ApplicationSandbox {
    /// Starts all three on loopback over TLS, on the current tokio runtime. `port`: that of the application; 0 for any.
    ///
    /// # Errors
    /// Where no port is to be had, or no certificate can be made.
    pub async fn start(behaviour: Behaviour, port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let origin = format!("https://{}", listener.local_addr()?);
        let key = (behaviour.build.authentication == Authentication::PrivateKeyJwt).then(key).transpose()?;
        let login = LoginOptions { gives_refresh: behaviour.gives_refresh, ..LoginOptions::default() };
        let keys = key.iter().map(SigningKey::verifying_key).collect();
        let options = SsoOptions { tls: true, login, behaviour: behaviour.issuer.clone(), keys };
        let sso = SsoIssuer::start(options).await?;
        let parties = Parties {
            issuer: sso.issuer().to_owned(),
            client: sso.client().clone(),
            key,
            mbp: sso.mbp_base_url().to_owned(),
            mbp_client_id: sso.mbp_client_id().to_owned(),
            other_audience: sso.credentials().other_audience.id.clone(),
        };
        let application = Application::new(behaviour, origin, parties, http(sso.ca_pem())?);
        let start_url = application.start_url();
        let (hand_over_urls, logout_url) = (application.hand_over_urls(), application.logout_url());
        let acceptor = sso
            .authority()
            .map(|authority| authority.acceptor(ServerCertificate::Valid, Server::Application, Protocol::Both))
            .transpose()?;
        let (stop, stopped) = watch::channel(());
        let site = Site {
            server: Server::Application,
            handler: Handler::Application(Arc::new(application)),
            log: None,
            latency: Duration::ZERO,
            reachable: Arc::new(AtomicBool::new(true)),
        };
        site.run(listener, Handshake { acceptor, answers_old_tls: false }, &stopped)?;
        Ok(Self { sso, start_url, hand_over_urls, logout_url, _stop: stop })
    }

    /// ACM and MBP.
    pub fn sso(&self) -> &SsoIssuer {
        &self.sso
    }

    /// The profile of this world, ready to run with.
    ///
    /// # Errors
    /// Never in practice: the URLs are the sandbox's own.
    pub fn profile(&self) -> Result<Resolved, Diagnostics> {
        let (credentials, issuer) = (self.credentials(), url(self.sso.issuer())?);
        let bundle = self.sso.ca_pem().map(|pem| Pem(pem.to_owned()));
        let ca_file = bundle.as_ref().map(|_| AUTHORITY.to_owned());
        let mbp =
            ResolvedMbp { client_id: self.sso.mbp_client_id().to_owned(), base_url: url(self.sso.mbp_base_url())? };
        let mut application = ResolvedApplication::new(NAME, mbp);
        application.start_url = Some(url(&self.start_url)?);
        application.hand_over_urls = self.hand_over_urls.iter().map(|page| url(page)).collect::<Result<_, _>>()?;
        application.logout_url = Some(url(&self.logout_url)?);
        application.ca_bundle.clone_from(&bundle);
        application.ca_file.clone_from(&ca_file);
        let mut profile = Resolved::of_application(application);
        profile.acm = Some(ResolvedAcm {
            environment: self.sso.issuer().to_owned(),
            issuer,
            issuer_name: self.sso.issuer().to_owned(),
            stand_in: true,
            client: client(&credentials.client),
            target: Target::Audience(credentials.audience.clone()),
            scope: Some(credentials.scope.clone()),
            actor: Actor::ClientCredentials,
            login_client: None,
            source_client: None,
            other_audience: Some(credentials.other_audience.id.clone()),
            hops: Vec::new(),
            names_token_type: false,
            client_certificate: None,
            ca_bundle: bundle,
            ca_file,
        });
        profile.citizens = credentials.people.iter().map(citizen).collect();
        Ok(profile)
    }

    /// All that a profile needs of ACM.
    pub fn credentials(&self) -> &Credentials {
        self.sso.credentials()
    }

    /// The page where people start: it leads to the login.
    pub fn start_url(&self) -> &str {
        &self.start_url
    }

    /// The pages that hand over to MBP.
    pub fn hand_over_urls(&self) -> &[String] {
        &self.hand_over_urls
    }

    /// The page that logs out.
    pub fn logout_url(&self) -> &str {
        &self.logout_url
    }
}

/// The key with which an application signs its assertions: of the curve P-256, which is made at once.
fn key() -> io::Result<SigningKey> {
    let pem = KeyPair::generate().map_err(io::Error::other)?.serialize_pem();
    SigningKey::read(&pem).map_err(|text| io::Error::other(text.en))
}

/// The application's way to ACM and MBP: straight, with the sandbox's own authority only.
fn http(ca: Option<&str>) -> io::Result<reqwest::Client> {
    let ca = ca.map(|ca| reqwest::Certificate::from_pem(ca.as_bytes())).transpose().map_err(io::Error::other)?;
    let builder = reqwest::Client::builder().no_proxy().tls_certs_only(ca);
    let builder = builder.redirect(reqwest::redirect::Policy::none());
    builder.user_agent(AGENT).build().map_err(io::Error::other)
}
