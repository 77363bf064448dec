//! How tokens are asked for, as a profile says it.

use serde::{Deserialize, Serialize};

use super::{CertificateFiles, Command, Reference};

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
    /// Whose token goes along as actor token; without it none for a source, and the client's own for an application.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<Actor>,
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
