//! What the transport must be told: the profile with its secrets in hand.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use secrecy::SecretString;
use url::{Origin, Url};

use crate::catalogue::Components;
use crate::evidence::exchange::{Auth, Citizen};
use crate::evidence::setup::Setup;
use crate::profile::ResolvedClient;
use crate::profile::login::TokenFile;

/// The longest wait for a connection: a firewall that drops packets shows as such, not as a slow answer.
const CONNECT: Duration = Duration::from_secs(10);

/// Everything that the transport needs besides the vault. Plain data; [`Settings::new`] fills in the defaults. It has
/// no `Debug`: a proxy URL may hold a password.
#[derive(Clone)]
pub struct Settings {
    /// What the recording knows of the run too: entry path, grants, audience, scope.
    pub setup: Setup,
    /// Where requests to the source go, up to and including the version.
    pub base_url: Url,
    /// What the source's links carry, where that is another URL: what lies under it is sent to `base_url` instead.
    pub public_url: Option<Url>,
    /// Further origins that the owner vouches for.
    pub origins: Vec<Origin>,
    /// Further certificate authorities for the source, beside those of the system: PEM files.
    pub ca_pem: Vec<Vec<u8>>,
    /// Further certificate authorities for the issuer: PEM files.
    pub acm_ca_pem: Vec<Vec<u8>>,
    /// The certificate with which we show ourselves to the source, and its key, in one PEM text.
    pub identity_pem: Option<SecretString>,
    /// The source's own OpenAPI document, where the profile gives a URL. It may be anywhere: no token goes there.
    pub openapi: Option<Url>,
    /// The source's own OpenAPI document, where the profile gives a file.
    pub openapi_file: Option<PathBuf>,
    /// The schemas of the source specification, that answers are held against as they come.
    pub schemas: Option<Components>,
    /// The port on which plain http is tried.
    pub http_port: u16,
    /// The longest that one call may take, its body included.
    pub timeout: Duration,
    /// The most calls to the source in a second; none: no limit.
    pub rate: Option<f64>,
    /// The proxy, for the source and for an issuer that is not on loopback. It may hold a user name and a password.
    pub proxy: Option<Url>,
    /// The start of the run, from which exchanges count their time.
    pub started: Instant,
    /// Where invented tokens come from; the recording's seed.
    pub seed: u64,
    /// The issuer; none without ACM.
    pub issuer: Option<Url>,
    /// The certificate with which we show ourselves to the issuer, and its key, in one PEM text.
    pub acm_identity_pem: Option<SecretString>,
    /// The client with which tokens are asked for.
    pub client: Option<ResolvedClient>,
    /// The client that the citizens logged in to, whose refresh tokens they have.
    pub login_client: Option<ResolvedClient>,
    /// The source's own client, for introspection.
    pub source_client: Option<ResolvedClient>,
    /// The clients of `setup.acm.hops`, in order.
    pub hop_clients: Vec<ResolvedClient>,
    /// Every exchange says that it is an access token that is asked for.
    pub names_token_type: bool,
    /// `setup.acm.audience` is a URL and goes out as `resource`.
    pub audience_is_resource: bool,
    /// Where the refresh tokens of the citizens are kept, by which access tokens are had; `setup.citizens` says so too
    /// (`refreshes`).
    pub keepers: BTreeMap<Citizen, TokenFile>,
    /// The access tokens of the citizens, to be exchanged.
    pub subject_tokens: BTreeMap<Citizen, SecretString>,
    /// The TX tokens that the profile has ready; `setup.citizens` says so too (`ready_token`).
    pub tx_tokens: BTreeMap<Citizen, SecretString>,
    /// The negative tokens that the profile has ready; `setup.ready` names them too.
    pub ready: BTreeMap<Auth, SecretString>,
}

impl Settings {
    /// Settings with defaults for everything but the source.
    pub fn new(setup: Setup, base_url: Url) -> Self {
        Self {
            setup,
            base_url,
            public_url: None,
            origins: Vec::new(),
            ca_pem: Vec::new(),
            acm_ca_pem: Vec::new(),
            identity_pem: None,
            openapi: None,
            openapi_file: None,
            schemas: None,
            http_port: 80,
            timeout: Duration::from_secs(30),
            rate: None,
            proxy: None,
            started: Instant::now(),
            seed: 0,
            issuer: None,
            acm_identity_pem: None,
            client: None,
            login_client: None,
            source_client: None,
            hop_clients: Vec::new(),
            names_token_type: false,
            audience_is_resource: false,
            keepers: BTreeMap::new(),
            subject_tokens: BTreeMap::new(),
            tx_tokens: BTreeMap::new(),
            ready: BTreeMap::new(),
        }
    }

    /// The longest wait for a connection.
    pub(super) fn connect_timeout(&self) -> Duration {
        CONNECT.min(self.timeout / 2)
    }

    /// Every client of the issuer.
    pub(super) fn clients(&self) -> impl Iterator<Item = &ResolvedClient> {
        self.client.iter().chain(&self.source_client).chain(&self.hop_clients)
    }

    /// What everybody may know and a token may hold: addresses and names.
    pub(super) fn public(&self) -> impl Iterator<Item = &str> {
        let acm = self.setup.acm.iter().flat_map(|acm| {
            let named = [&acm.scope, &acm.source_client, &acm.other_audience].into_iter().filter_map(Option::as_deref);
            named.chain([acm.issuer.as_str(), &acm.client_id, &acm.audience])
        });
        let application = self.setup.application().into_iter().flat_map(|application| {
            let pages = application.start_url.iter().chain(&application.hand_over_urls).chain(&application.logout_url);
            [&application.mbp.client_id, &application.mbp.base_url].into_iter().chain(pages).map(String::as_str)
        });
        acm.chain(application).chain([self.base_url.as_str(), self.setup.name.as_str()])
    }

    /// All secrets that are known before the first call.
    pub(super) fn tokens(&self) -> impl Iterator<Item = &SecretString> {
        self.subject_tokens.values().chain(self.tx_tokens.values()).chain(self.ready.values())
    }
}

/// Why no transport can be made of these settings. The texts hold nothing of the files.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum SettingsError {
    /// A file with certificate authorities.
    #[error("the certificate authorities for the {0} hold no usable certificate: a PEM file is expected")]
    CaBundle(&'static str),
    /// The client certificate.
    #[error(
        "the client certificate for the {0} cannot be used: a certificate and its own private key, both PEM, are expected"
    )]
    Identity(&'static str),
    /// The proxy.
    #[error("the proxy URL cannot be used: http://host:port is expected")]
    Proxy,
    /// The network library refuses them together.
    #[error("the HTTP client for the {0} cannot be made: {1}")]
    Client(&'static str, String),
}
