//! The profile with every reference read: what the run works with. It may also be built in code, without a file.

mod application;

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use super::{Actor, AuthMethod, Declares, Limits, Role, Tokens};
use crate::base::assertion::SigningKey;
use crate::profile::login::TokenFile;

pub use application::{ResolvedApplication, ResolvedMbp};

/// A profile that is ready to run with. Secrets and national numbers are shown by no formatter.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// What is inspected.
    pub subject: ResolvedSubject,
    /// How to get tokens; none when every citizen brings a TX token.
    pub acm: Option<ResolvedAcm>,
    /// The run goes against production, by the owner's word.
    pub production: bool,
    /// The test citizens; at most one for each role.
    pub citizens: Vec<ResolvedCitizen>,
    /// Ready-made tokens that the source must refuse.
    pub tokens: Tokens<SecretString>,
    /// How much is asked of the source.
    pub limits: Limits,
    /// Requirement ids that may stay blocked, with the reason why. Whether the ids exist is not judged here.
    pub accept_blocked: BTreeMap<String, String>,
}

/// What is inspected, by its kind.
#[derive(Clone, Debug)]
pub enum ResolvedSubject {
    /// A source.
    Source(Box<ResolvedSource>),
    /// An application that hands its users over to MBP.
    Application(Box<ResolvedApplication>),
}

impl Resolved {
    /// The profile of a source, with defaults for everything but its URL; whoever builds it adds citizens and tokens.
    pub fn new(base_url: &Url) -> Self {
        Self::of(ResolvedSubject::Source(Box::new(ResolvedSource::new(base_url))))
    }

    /// The profile of an application, with defaults for the rest; whoever builds it adds the client, citizens and tokens.
    pub fn of_application(application: ResolvedApplication) -> Self {
        Self::of(ResolvedSubject::Application(Box::new(application)))
    }

    fn of(subject: ResolvedSubject) -> Self {
        Self {
            subject,
            acm: None,
            production: false,
            citizens: Vec::new(),
            tokens: Tokens::default(),
            limits: Limits::default(),
            accept_blocked: BTreeMap::new(),
        }
    }

    /// The source; none where the subject is another.
    pub fn source(&self) -> Option<&ResolvedSource> {
        match &self.subject {
            ResolvedSubject::Source(source) => Some(source),
            ResolvedSubject::Application(_) => None,
        }
    }

    /// The source, to change it; none where the subject is another.
    pub fn source_mut(&mut self) -> Option<&mut ResolvedSource> {
        match &mut self.subject {
            ResolvedSubject::Source(source) => Some(source),
            ResolvedSubject::Application(_) => None,
        }
    }

    /// The application; none where the subject is another.
    pub fn application_mut(&mut self) -> Option<&mut ResolvedApplication> {
        match &mut self.subject {
            ResolvedSubject::Source(_) => None,
            ResolvedSubject::Application(application) => Some(application),
        }
    }

    /// The application; none where the profile is of something else.
    pub fn application(&self) -> Option<&ResolvedApplication> {
        match &self.subject {
            ResolvedSubject::Source(_) => None,
            ResolvedSubject::Application(application) => Some(application),
        }
    }

    /// The name of the subject in the reports.
    pub fn name(&self) -> &str {
        match &self.subject {
            ResolvedSubject::Source(source) => &source.name,
            ResolvedSubject::Application(application) => &application.name,
        }
    }

    /// Gives the subject another name in the reports.
    pub fn rename(&mut self, name: &str) {
        match &mut self.subject {
            ResolvedSubject::Source(source) => name.clone_into(&mut source.name),
            ResolvedSubject::Application(application) => name.clone_into(&mut application.name),
        }
    }

    /// Where the subject stands: the source's URL, or the origin of the page where people start.
    pub fn base_url(&self) -> Url {
        match &self.subject {
            ResolvedSubject::Source(source) => source.base_url.clone(),
            ResolvedSubject::Application(application) => application.base_url(),
        }
    }

    /// Whether calls to the subject go through a proxy of the profile.
    pub fn is_proxied(&self) -> bool {
        match &self.subject {
            ResolvedSubject::Source(source) => source.proxy.is_some(),
            ResolvedSubject::Application(application) => application.proxy.is_some(),
        }
    }

    /// The issuer of the tokens, without a slash at its end.
    pub fn issuer(&self) -> Option<&Url> {
        self.acm.as_ref().map(|acm| &acm.issuer)
    }

    /// The citizen with a role.
    pub fn citizen(&self, role: Role) -> Option<&ResolvedCitizen> {
        self.citizens.iter().find(|citizen| citizen.role == role)
    }
}

/// The source under inspection and how to reach it.
#[derive(Clone, Debug)]
pub struct ResolvedSource {
    /// Name in the reports.
    pub name: String,
    /// Up to and including the version; no slash at its end (an origin alone keeps the one that every URL has).
    pub base_url: Url,
    /// What the source's links carry; the same as `base_url` unless the profile says otherwise.
    pub public_url: Url,
    /// Further origins that the owner vouches for; no path.
    pub origins: Vec<Url>,
    /// The source's own OpenAPI document.
    pub openapi: Option<OpenApiLocation>,
    /// Port on which plain http is tried.
    pub http_port: u16,
    /// http to a host that is not loopback is allowed.
    pub plain_http: bool,
    /// What the owner states.
    pub declares: Declares,
    /// Further certificate authorities.
    pub ca_bundle: Option<Pem>,
    /// The file that holds them, as the profile names it.
    pub ca_file: Option<String>,
    /// The certificate with which we show ourselves.
    pub client_certificate: Option<ClientCertificate>,
    /// Proxy towards the source.
    pub proxy: Option<Url>,
    /// Longest wait for one answer.
    pub timeout: Duration,
    /// Most requests a second; none: no limit.
    pub rate: Option<f64>,
    /// Most requests at the same time.
    pub concurrency: usize,
}

impl ResolvedSource {
    /// A source with defaults for everything but its URL, named after its address.
    pub fn new(base_url: &Url) -> Self {
        let mut base_url = base_url.clone();
        let path = base_url.path().trim_end_matches('/').to_owned();
        base_url.set_path(&path);
        Self {
            // Where nobody named it: the host alone would be the same for every source behind one gateway.
            name: base_url.as_str().split_once("://").map_or("", |(_, address)| address).to_owned(),
            public_url: base_url.clone(),
            base_url,
            origins: Vec::new(),
            openapi: None,
            http_port: 80,
            plain_http: false,
            declares: Declares::default(),
            ca_bundle: None,
            ca_file: None,
            client_certificate: None,
            proxy: None,
            timeout: Duration::from_secs(30),
            rate: None,
            concurrency: 24,
        }
    }
}

/// Where the source's own OpenAPI document is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OpenApiLocation {
    /// On this computer; it exists.
    File(PathBuf),
    /// Behind a URL; to be fetched without a token.
    Url(Url),
}

/// Certificates in PEM form. Public, but too long for debug output.
#[derive(Clone, PartialEq, Eq)]
pub struct Pem(pub String);

impl fmt::Debug for Pem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pem({} bytes)", self.0.len())
    }
}

/// A client certificate with its key.
#[derive(Clone, Debug)]
pub struct ClientCertificate {
    /// The certificate and its chain.
    pub certificate: Pem,
    /// The private key (PEM).
    pub key: SecretString,
}

impl ClientCertificate {
    /// Certificate and key in one PEM text.
    pub fn pem(&self) -> SecretString {
        format!("{}\n{}", self.certificate.0, self.key.expose_secret()).into()
    }
}

impl ResolvedAcm {
    /// The client that citizens log in to, and whose refresh tokens they have: where the profile names none, the one that
    /// exchanges first.
    pub fn login_client(&self) -> &ResolvedClient {
        let first = self.hops.first().map_or(&self.client, |hop| &hop.client);
        self.login_client.as_ref().unwrap_or(first)
    }

    /// Every client of the profile.
    pub fn clients(&self) -> impl Iterator<Item = &ResolvedClient> {
        let hops = self.hops.iter().map(|hop| &hop.client);
        std::iter::once(&self.client).chain(&self.source_client).chain(&self.login_client).chain(hops)
    }
}

/// How to get tokens from ACM.
#[derive(Clone, Debug)]
pub struct ResolvedAcm {
    /// `tni`, `prod` or the issuer's URL, as the profile has it.
    pub environment: String,
    /// The issuer, without a slash at its end: paths are put behind it.
    pub issuer: Url,
    /// The issuer's name exactly as configured, to compare `issuer` and `aud` with (a URL may gain or lose a slash).
    pub issuer_name: String,
    /// This issuer is bronkeur's own ACM.
    pub stand_in: bool,
    /// The client that exchanges.
    pub client: ResolvedClient,
    /// What the token is for.
    pub target: Target,
    /// Scopes to ask for, separated by spaces.
    pub scope: Option<String>,
    /// Whose token goes along as actor token.
    pub actor: Actor,
    /// The client with which citizens log in and their tokens are refreshed, where the profile names one.
    pub login_client: Option<ResolvedClient>,
    /// The source's own client, for introspection.
    pub source_client: Option<ResolvedClient>,
    /// Client-id of another API.
    pub other_audience: Option<String>,
    /// The exchanges before the last one, in order.
    pub hops: Vec<ResolvedHop>,
    /// Every exchange says which type of token is asked for.
    pub names_token_type: bool,
    /// The certificate with which we show ourselves.
    pub client_certificate: Option<ClientCertificate>,
    /// Further certificate authorities.
    pub ca_bundle: Option<Pem>,
    /// The file that holds them, as the profile names it.
    pub ca_file: Option<String>,
}

/// An exchange of the citizen's token before the last one.
#[derive(Clone, Debug)]
pub struct ResolvedHop {
    /// The client that exchanges.
    pub client: ResolvedClient,
    /// The client-id of the one that exchanges next.
    pub audience: String,
    /// Scopes to ask for, separated by spaces.
    pub scope: Option<String>,
    /// Whose token goes along as actor token.
    pub actor: Actor,
}

/// What a token is for; the name of the variant is the name of the parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A client-id.
    Audience(String),
    /// A URL, exactly as configured.
    Resource(String),
}

/// A client of ACM.
#[derive(Clone, Debug)]
pub struct ResolvedClient {
    /// The client-id.
    pub id: String,
    /// How it proves who it is.
    pub auth: ResolvedClientAuth,
}

/// How a client proves who it is.
#[derive(Clone, Debug)]
pub enum ResolvedClientAuth {
    /// `client_secret_post`
    Post(SecretString),
    /// `client_secret_basic`
    Basic(SecretString),
    /// `none`: a public client.
    Public,
    /// `private_key_jwt`
    Jwt {
        /// The private key.
        key: SigningKey,
        /// Its id at ACM.
        kid: Option<String>,
        /// What the assertion names as `aud`; none: the issuer.
        audience: Option<String>,
    },
    /// `tls_client_auth`: the certificate of the connection says who it is.
    Certificate,
}

impl ResolvedClientAuth {
    /// The method's word in the profile.
    pub const fn method(&self) -> AuthMethod {
        match self {
            Self::Post(_) => AuthMethod::Post,
            Self::Basic(_) => AuthMethod::Basic,
            Self::Public => AuthMethod::None,
            Self::Jwt { .. } => AuthMethod::Jwt,
            Self::Certificate => AuthMethod::Tls,
        }
    }

    /// The method's name in RFC 7591, RFC 8705 and discovery documents.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Post(_) => "client_secret_post",
            Self::Basic(_) => "client_secret_basic",
            Self::Public => "none",
            Self::Jwt { .. } => "private_key_jwt",
            Self::Certificate => "tls_client_auth",
        }
    }

    /// The secret, where there is one.
    pub const fn secret(&self) -> Option<&SecretString> {
        match self {
            Self::Post(secret) | Self::Basic(secret) => Some(secret),
            Self::Public | Self::Jwt { .. } | Self::Certificate => None,
        }
    }
}

/// A test citizen.
#[derive(Clone, Debug)]
pub struct ResolvedCitizen {
    /// What the reports call this citizen.
    pub name: String,
    /// What the citizen is for.
    pub role: Role,
    /// The national number: eleven digits, valid.
    pub insz: SecretString,
    /// How to get this citizen's TX token; without one the rows that need it are blocked.
    pub token: Option<CitizenToken>,
}

/// What a citizen's TX token is made from.
#[derive(Clone, Debug)]
pub enum CitizenToken {
    /// An access token of ACM: to be exchanged.
    Access(SecretString),
    /// A refresh token of ACM: swapped for an access token at the start of the run. It works once.
    Refresh {
        /// As it stood there when the profile was read; another run may have put the next one in its place since.
        token: SecretString,
        /// Where it stands, and where the next one goes.
        keeper: TokenFile,
    },
    /// The TX token itself.
    Tx(SecretString),
}
