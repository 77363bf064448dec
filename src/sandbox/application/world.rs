//! The world of the application: an ACM with its login, an MBP, and an application that hands its users over.

use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use rcgen::KeyPair;
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::behaviour::{Authentication, Behaviour};
use super::{Application, Parties};
use crate::base::assertion::SigningKey;
use crate::sandbox::acm::credentials::Credentials;
use crate::sandbox::acm::stand_in::LoginOptions;
use crate::sandbox::site::{Handler, Server, Site};
use crate::sandbox::sso::{SsoIssuer, SsoOptions};
use crate::sandbox::tls::{Handshake, ServerCertificate};
use crate::sandbox::wire::Protocol;

/// How the application names itself to ACM and MBP.
const AGENT: &str = "bronkeur-sandbox-application";

/// A running application with its ACM and its MBP; dropping it stops them.
pub struct ApplicationSandbox {
    sso: SsoIssuer,
    start_url: String,
    login_url: String,
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
        let (start_url, login_url) = (application.start_url(), application.login_url());
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
        Ok(Self { sso, start_url, login_url, hand_over_urls, logout_url, _stop: stop })
    }

    /// ACM and MBP.
    pub fn sso(&self) -> &SsoIssuer {
        &self.sso
    }

    /// All that a profile needs of ACM.
    pub fn credentials(&self) -> &Credentials {
        self.sso.credentials()
    }

    /// The page where people start.
    pub fn start_url(&self) -> &str {
        &self.start_url
    }

    /// The page that logs in.
    pub fn login_url(&self) -> &str {
        &self.login_url
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
