//! From the name of a credential to the header that presents it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::http::Transport;
use crate::base::text::Text;
use crate::evidence::exchange::{Auth, Citizen, Failure, FailureKind};
use crate::evidence::recording::invented;
use crate::evidence::vault::SecretKind;
use crate::text;

mod bent;
mod made;

pub(super) use made::whose;

/// A credential, ready to go out.
pub(super) struct Credential {
    /// The token itself.
    pub(super) token: SecretString,
    /// How it was made, for the evidence.
    pub(super) made: Text,
    /// Where it goes.
    pub(super) place: Place,
}

/// Where a credential goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// The Authorization header, under a scheme.
    Header(&'static str),
    /// The Authorization header, on its own.
    Bare,
    /// The Authorization header, with the scheme alone.
    SchemeAlone,
    /// The query string.
    Query,
}

impl Credential {
    /// The Authorization header; none where the token holds what no header can carry.
    pub(super) fn header(&self) -> Option<HeaderValue> {
        let token = self.token.expose_secret();
        let text = match self.place {
            Place::Header(scheme) => format!("{scheme} {token}"),
            Place::SchemeAlone => "Bearer".to_owned(),
            Place::Bare | Place::Query => token.to_owned(),
        };
        let mut value = HeaderValue::from_str(&text).ok()?;
        value.set_sensitive(true);
        Some(value)
    }
}

impl Transport {
    /// The credential behind a name; nothing for [`Auth::None`].
    pub(super) fn credential(&self, auth: Auth) -> Result<Option<Credential>, Failure> {
        let place = match auth {
            Auth::None => return Ok(None),
            Auth::NoScheme => Place::Bare,
            Auth::EmptyBearer => {
                let made = made::made(&self.settings.setup, auth);
                return Ok(Some(Credential { token: String::new().into(), made, place: Place::SchemeAlone }));
            }
            Auth::InQuery => Place::Query,
            Auth::OtherScheme => Place::Header("Basic"),
            Auth::LowerCaseScheme => Place::Header("bearer"),
            _ => Place::Header("Bearer"),
        };
        let token = match auth {
            Auth::OtherScheme | Auth::NoScheme | Auth::LowerCaseScheme | Auth::InQuery => {
                self.token(Auth::Token(Citizen::Subject))?
            }
            Auth::RandomToken => self.random_token(),
            Auth::UnsignedJwt => self.unsigned_jwt(),
            auth if auth.is_made_of_the_good_token() => {
                let good = self.token(Auth::Token(Citizen::Subject))?;
                bent::bent(good.expose_secret(), auth).ok_or_else(|| self.no_token(&unchangeable()))?
            }
            _ => self.token(auth)?,
        };
        self.vault.learn(&token, SecretKind::Token);
        Ok(Some(Credential { token, made: made::made(&self.settings.setup, auth), place }))
    }

    /// The token behind a name, where there is one.
    pub(crate) fn presented(&self, auth: Auth) -> Option<SecretString> {
        self.credential(auth).ok().flatten().map(|credential| credential.token)
    }

    /// The token that a grant yielded or that the profile has ready.
    fn token(&self, auth: Auth) -> Result<SecretString, Failure> {
        if let Some(grant) = self.settings.setup.grant(auth) {
            return self.vault.token(grant).ok_or_else(|| self.no_token(&self.cause(grant)));
        }
        let ready = match auth {
            Auth::Token(citizen) => self.settings.tx_tokens.get(&citizen),
            Auth::Unexchanged => {
                let ready = self.settings.ready.get(&auth);
                ready.or_else(|| self.settings.subject_tokens.get(&Citizen::Subject))
            }
            _ => self.settings.ready.get(&auth),
        };
        ready.cloned().ok_or_else(|| {
            let Text { nl, en } = made::made(&self.settings.setup, auth);
            self.no_token(&text!("het profiel heeft er geen: {nl}", "the profile has none: {en}"))
        })
    }

    fn no_token(&self, cause: &Text) -> Failure {
        self.failure(FailureKind::NoToken, cause)
    }

    /// Opaque, of the Base64url alphabet, the same in every run with the same seed.
    fn random_token(&self) -> SecretString {
        URL_SAFE_NO_PAD.encode(invented(self.settings.seed, "random token")).into()
    }

    /// Made once per run: it is the same token wherever it is presented.
    fn unsigned_jwt(&self) -> SecretString {
        let make = || {
            let now = Timestamp::now().as_second();
            let mut claims = json!({
                "iss": self.settings.base_url.origin().ascii_serialization(),
                "aud": self.settings.base_url.as_str(),
                "iat": now,
                "exp": now + 3600,
                "jti": invented(self.settings.seed, "jti"),
            });
            if let (Some(acm), Some(claims)) = (&self.settings.setup.acm, claims.as_object_mut()) {
                claims.insert("iss".to_owned(), json!(acm.issuer));
                claims.insert("aud".to_owned(), json!(acm.audience));
                claims.insert("client_id".to_owned(), json!(acm.client_id));
                claims.extend(acm.scope.as_ref().map(|scope| ("scope".to_owned(), json!(scope))));
            }
            let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
            format!("{}.{}.", part(json!({"alg": "none", "typ": "JWT"})), part(claims)).into()
        };
        self.jwt.get_or_init(make).clone()
    }
}

fn unchangeable() -> Text {
    text!(
        "het goede token heeft geen teken dat veranderd kan worden",
        "the good token has no character that could be changed"
    )
}
