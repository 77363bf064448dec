//! The profile (`bron.yaml`): which source is inspected, with which client, for which test citizens.
//!
//! [`Profile`] is the file as it was written: secrets and national numbers are references. [`Resolved`] is the same
//! with every reference read, once, before any request.
//!
//! - `reference`: where a secret is to be found; `resolve`: follows every reference; `resolved`: what the run works
//!   with.
//! - `validate`: what is wrong although the form is right; `files`: which of its files hold secrets; `given`: what it
//!   gives as a token; `draft`: a new profile as text.
//! - `login`: the tokens of test citizens who are logged in, kept between runs.

mod draft;
mod files;
mod given;
pub mod login;
mod reference;
mod resolve;
mod resolved;
mod validate;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use crate::base::input::{InputFault, InputFaults, Schema, of_tree, read_yaml};
use crate::base::text::Text;

pub(crate) use draft::quoted;
pub use draft::{Draft, DraftAcm, DraftCitizen, DraftClient, Proof};
pub use reference::{Command, Reference};
pub use resolved::{
    CitizenToken, ClientCertificate, OpenApiLocation, Pem, Resolved, ResolvedAcm, ResolvedCitizen, ResolvedClient,
    ResolvedClientAuth, ResolvedHop, ResolvedSource, Target,
};

/// The JSON Schema of the profile, for editors and for [`Profile::read`].
pub const PROFILE_SCHEMA: &str = include_str!("../../specs/profile.schema.json");

static SCHEMA: LazyLock<Result<Schema, InputFaults>> =
    LazyLock::new(|| Schema::read("profile.schema.json", PROFILE_SCHEMA));

/// A profile as it was written: plain values, references not yet followed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// The source under inspection.
    pub source: Source,
    /// How to get tokens; without it every citizen brings a `tx_token`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acm: Option<Acm>,
    /// This run may go against production. The command line flag `--i-may-test-production` sets it too.
    #[serde(default)]
    pub production: bool,
    /// The test citizens, one for each role.
    pub citizens: Vec<Citizen>,
    /// Ready-made tokens that the source must refuse.
    #[serde(default)]
    pub tokens: Tokens<Reference>,
    /// How much is asked of the source.
    #[serde(default)]
    pub limits: Limits,
    /// Requirement ids that may stay blocked, each with the reason why.
    #[serde(default)]
    pub accept_blocked: BTreeMap<String, String>,
    /// File with the answers of reviewers, relative to the profile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reviews: Option<String>,
    /// File with the waivers, relative to the profile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waivers: Option<String>,
    /// The text it was read from, so that later faults have a line too; empty when it was built in code.
    #[serde(skip)]
    pub text: ProfileText,
}

/// The text of a profile. A command's arguments may be secret: not shown in debug output.
#[derive(Clone, Default)]
pub struct ProfileText(pub String);

impl fmt::Debug for ProfileText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({} bytes)", self.0.len())
    }
}

/// The source under inspection and how to reach it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Name in the reports; without one the host of `base_url`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// URL up to and including the version.
    pub base_url: String,
    /// What the links of the source carry, where it differs; they are asked at `base_url` instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_url: Option<String>,
    /// Further origins that the owner vouches for.
    #[serde(default)]
    pub origins: Vec<String>,
    /// The source's own OpenAPI document: file or URL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub openapi: Option<String>,
    /// Port on which plain http is tried (URL-04); without one, 80.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http_port: Option<u16>,
    /// Allows http to a host that is not loopback.
    #[serde(default)]
    pub plain_http: bool,
    /// What the owner states where a run cannot show it.
    #[serde(default)]
    pub declares: Declares,
    /// File with further certificate authorities (PEM).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca_bundle: Option<String>,
    /// The certificate with which we show ourselves to the source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_certificate: Option<CertificateFiles>,
    /// URL of the proxy towards the source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proxy: Option<String>,
    /// Longest wait for one answer, in seconds; without one, 30.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<f64>,
    /// Most requests a second; without one, no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<f64>,
    /// Most requests at the same time; without one, 8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub concurrency: Option<usize>,
}

/// What the owner states about the source; shown in every report as the owner's statement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Declares {
    /// No citizen ever has more certificates than fit on one page.
    pub one_page: bool,
    /// There are no documents to download.
    pub no_documents: bool,
    /// There is no citizen without certificates.
    pub everyone_has_certificates: bool,
}

/// A client certificate (mutual TLS) as the profile names it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CertificateFiles {
    /// File with the certificate and its chain (PEM).
    pub certificate: String,
    /// The private key (PEM).
    pub key: Reference,
}

/// How to get tokens from ACM.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Acm {
    /// `tni`, `prod` or the issuer's URL.
    pub environment: String,
    /// This issuer is bronkeur's own ACM: it can be closed for a moment, and says what the source asked it. Without it the
    /// judgement is no fuller: that takes ACM itself.
    #[serde(default)]
    pub stand_in: bool,
    /// The client that exchanges the citizen's token.
    pub client: Client,
    /// ACM client-id of the source; this or `resource`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audience: Option<String>,
    /// URL of the source as ACM knows it; this or `audience`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// Scopes to ask for, separated by spaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// Whose token goes along as actor token.
    #[serde(default)]
    pub actor: Actor,
    /// The client with which citizens log in and their tokens are refreshed; without one, `client`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login_client: Option<Client>,
    /// The source's own client, for introspection (TOK-05, TOK-06).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_client: Option<Client>,
    /// Client-id of another API (SEC-05).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other_audience: Option<String>,
    /// The exchanges of the citizen's token that precede the last one, in order.
    #[serde(default)]
    pub hops: Vec<Hop>,
    /// Asks in so many words for this type of token in every exchange.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requested_token_type: Option<TokenType>,
    /// The certificate with which we show ourselves to ACM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_certificate: Option<CertificateFiles>,
    /// File with further certificate authorities (PEM).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca_bundle: Option<String>,
}

/// An exchange of the citizen's token before the last one, as the portal's own for the attesten-backend.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hop {
    /// The client that exchanges.
    pub client: Client,
    /// For whom; without one, for the client that exchanges next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audience: Option<String>,
    /// Scopes to ask for, separated by spaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// Whose token goes along as actor token.
    #[serde(default)]
    pub actor: Actor,
}

/// A type of token that may be asked for in an exchange; ACM gives no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenType {
    /// `urn:ietf:params:oauth:token-type:access_token`
    AccessToken,
}

/// A client of ACM: its id with a secret, a private key, or neither where the certificate says who it is.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Client {
    /// The client-id.
    pub id: String,
    /// The client secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<Reference>,
    /// The key that signs client assertions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub private_key: Option<PrivateKey>,
    /// How it authenticates; without one, post with a secret and jwt with a key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth: Option<AuthMethod>,
}

/// A private key (PEM or JWK) as the profile names it: by one of env, file and command, as every secret.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PrivateKey {
    /// An environment variable, by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub env: Option<String>,
    /// File with the key, relative to the profile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// A program that prints it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<Command>,
    /// The key's id at ACM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kid: Option<String>,
    /// What the assertion names as `aud`; without one, the issuer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audience: Option<String>,
}

impl PrivateKey {
    /// Where the key is; none unless exactly one place is named.
    pub fn reference(&self) -> Option<Reference> {
        match (&self.env, &self.file, &self.command) {
            (Some(name), None, None) => Some(Reference::Env(name.clone())),
            (None, Some(path), None) => Some(Reference::File(path.clone())),
            (None, None, Some(command)) => Some(Reference::Command(command.clone())),
            _ => None,
        }
    }
}

/// How a client authenticates at ACM.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AuthMethod {
    /// `client_secret_post`
    Post,
    /// `client_secret_basic`
    Basic,
    /// `private_key_jwt`
    Jwt,
    /// `tls_client_auth`
    Tls,
    /// `none`: a public client, with neither secret nor key.
    None,
}

/// Whose token goes along as `actor_token` of an exchange.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// The client's own client-credentials token: delegation.
    ClientCredentials,
    /// None: impersonation.
    #[default]
    None,
}

/// What a test citizen is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Whose certificates are asked for.
    Subject,
    /// Unrelated to the subject (SEC-08, SEC-09, SEC-19).
    Other,
    /// Without certificates (LST-20).
    Empty,
}

impl Role {
    /// The word of the profile and of the reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Subject => "subject",
            Self::Other => "other",
            Self::Empty => "empty",
        }
    }
}

/// A test citizen, with at most one of the five tokens.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Citizen {
    /// What the reports call this citizen.
    pub name: String,
    /// What the citizen is for.
    pub role: Role,
    /// The national number.
    pub insz: Reference,
    /// Access token of ACM (OpenID Connect).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<Reference>,
    /// Refresh token of ACM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<Reference>,
    /// Program and arguments that print a token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<Command>,
    /// The name of a login that `bronkeur login` made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login: Option<String>,
    /// A token that was already exchanged for the source's audience.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tx_token: Option<Reference>,
}

impl Citizen {
    /// The tokens that are given, by their key.
    pub fn tokens(&self) -> Vec<&'static str> {
        [
            ("token", self.token.is_some()),
            ("refresh_token", self.refresh_token.is_some()),
            ("command", self.command.is_some()),
            ("login", self.login.is_some()),
            ("tx_token", self.tx_token.is_some()),
        ]
        .into_iter()
        .filter_map(|(key, given)| given.then_some(key))
        .collect()
    }
}

/// Ready-made negative tokens; the owner vouches for what they are.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, bound(deserialize = "T: Deserialize<'de>"))]
pub struct Tokens<T> {
    /// Expired for at least five minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expired: Option<T>,
    /// For another audience.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other_audience: Option<T>,
    /// For this source, without its scope.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub without_scope: Option<T>,
    /// For this source, without a citizen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub without_citizen: Option<T>,
}

impl<T> Default for Tokens<T> {
    fn default() -> Self {
        Self { expired: None, other_audience: None, without_scope: None, without_citizen: None }
    }
}

/// How much is asked of the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Most certificates whose detail is asked for.
    pub details: usize,
    /// Most documents that are downloaded.
    pub downloads: usize,
    /// Certificates whose detail and document are asked for, spread over the whole list, instead of these two numbers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sample: Option<usize>,
    /// Most pages of one list.
    pub pages: usize,
    /// Most requests of the whole run.
    pub requests: usize,
    /// Longest wait until a token has expired (SEC-04), in seconds; 0: none.
    pub wait_expiry: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { details: 20, downloads: 5, sample: None, pages: 200, requests: 2000, wait_expiry: 0 }
    }
}

/// What is wrong with a URL that is to be a source's `base_url`.
///
/// # Errors
/// What is wrong, and what to do.
pub fn is_base_url(text: &str) -> Result<(), (Text, Text)> {
    validate::url(text, validate::Purpose::Base).map(|_| ())
}

impl Source {
    /// The names under which people may know it: its own, or its address without one; and its URL.
    pub fn names(&self) -> Vec<String> {
        let address = Url::parse(&self.base_url).ok().map(|url| ResolvedSource::new(&url).name);
        self.name.clone().or(address).into_iter().chain([self.base_url.clone()]).collect()
    }
}

impl Profile {
    /// Reads a profile and holds it against the schema. What only shows when the command line has had its say is
    /// judged later, by [`Profile::validate`] and [`Profile::resolve`].
    pub fn read(file: &str, text: &str) -> Result<Self, InputFaults> {
        let schema = SCHEMA.as_ref().map_err(Clone::clone)?;
        let mut profile: Self = read_yaml(file, text, schema)?;
        text.clone_into(&mut profile.text.0);
        Ok(profile)
    }

    /// A profile that was put together from several texts. Its faults have paths as places, no lines.
    pub fn of_tree(file: &str, tree: Value) -> Result<Self, InputFaults> {
        of_tree(file, tree, SCHEMA.as_ref().map_err(Clone::clone)?)
    }

    /// The profile that flags alone make: a source, and one citizen with an exchanged token, both named by the
    /// environment variables that hold them.
    pub fn of_flags(base_url: &str, insz_env: &str, token_env: &str) -> Self {
        Self {
            source: Source { base_url: base_url.to_owned(), ..Source::default() },
            citizens: vec![Citizen {
                name: "subject".to_owned(),
                role: Role::Subject,
                insz: Reference::Env(insz_env.to_owned()),
                token: None,
                refresh_token: None,
                command: None,
                login: None,
                tx_token: Some(Reference::Env(token_env.to_owned())),
            }],
            ..Self::default()
        }
    }

    /// What is wrong although it has the right form, each with its line where the profile was read from a text.
    pub fn validate(&self, file: &str) -> Vec<InputFault> {
        let faults = [validate::connection(self, file), validate::citizens(self, file)].concat();
        faults.into_iter().map(|fault| fault.located(&self.text.0)).collect()
    }
}

#[cfg(test)]
mod tests;
