//! The key with which ID tokens are signed, and the tokens.

use std::io;
use std::sync::OnceLock;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::base::assertion::SigningKey;

/// A key with its id.
#[derive(Debug)]
pub(super) struct IdTokenKey {
    key: SigningKey,
    kid: String,
}

/// What an ID token says of a login.
pub(super) struct IdToken<'a> {
    pub issuer: &'a str,
    pub sub: &'a str,
    pub client_id: &'a str,
    pub nonce: Option<&'a str>,
    /// When the citizen logged in, in seconds since 1970.
    pub auth_time: i64,
    pub issued: i64,
    /// In seconds.
    pub lifetime: i64,
}

impl IdTokenKey {
    /// The key of this process, made when it is first needed: a key of RSA takes long, and a process may start many ACMs.
    /// RS256, which is what every client accepts unless told otherwise (OpenID Connect Core, 15.1).
    pub(super) fn of_this_process() -> io::Result<&'static Self> {
        static KEY: OnceLock<Option<IdTokenKey>> = OnceLock::new();
        let make = || Some(Self { key: SigningKey::generate()?, kid: Uuid::new_v4().to_string() });
        KEY.get_or_init(make).as_ref().ok_or_else(|| io::Error::other("no key can be made"))
    }

    /// The public half, as the keys endpoint publishes it (RFC 7517, 5).
    pub(super) fn published(&self) -> Value {
        json!({ "keys": self.key.public_jwk(&self.kid).into_iter().collect::<Vec<_>>() })
    }

    /// An ID token (OpenID Connect Core, 2).
    pub(super) fn sign(&self, token: &IdToken<'_>) -> Option<String> {
        let mut claims = json!({
            "iss": token.issuer,
            "sub": token.sub,
            "aud": token.client_id,
            "exp": token.issued + token.lifetime,
            "iat": token.issued,
            "auth_time": token.auth_time,
        });
        if let (Some(nonce), Some(claims)) = (token.nonce, claims.as_object_mut()) {
            claims.insert("nonce".to_owned(), json!(nonce));
        }
        self.key.jwt(&claims, Some(&self.kid))
    }

    /// Whether an ID token was signed with this key for that client.
    pub(super) fn is_of(&self, id_token: &str, client_id: &str) -> bool {
        let claims = self.key.verifying_key().claims(id_token);
        claims.is_some_and(|claims| claims.get("aud").and_then(Value::as_str) == Some(client_id))
    }
}
