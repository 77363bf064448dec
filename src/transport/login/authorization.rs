//! What is asked of the issuer's login page (authorization code with PKCE: RFC 6749, RFC 7636), and what its answer
//! means.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest as _, Sha256};
use url::{Url, form_urlencoded};
use uuid::Uuid;

/// With this scope the issuer gives a refresh token, once the citizen consents (OpenID Connect Core, section 11).
const OFFLINE: &str = "offline_access";

/// One login, from the question to the answer. Only who saw the question knows `state`; only we know the verifier.
pub struct Authorization {
    redirect: Url,
    state: String,
    nonce: String,
    verifier: SecretString,
}

/// What a browser that comes back brings.
#[derive(Clone, Debug)]
pub enum Came {
    /// The answer to our question.
    Answer(Outcome),
    /// Something else: not ours, or not well-formed. It ends nothing.
    Stranger,
}

/// The answer of the login page.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// The code that is worth tokens, for a few seconds.
    Code(SecretString),
    /// The issuer or the citizen said no: the error and its description, raw.
    Refused(String, String),
}

impl Authorization {
    /// A new question, to be answered at this URL.
    pub fn new(redirect: Url) -> Self {
        let random = || Uuid::new_v4().simple().to_string();
        Self { redirect, state: random(), nonce: random(), verifier: format!("{}{}", random(), random()).into() }
    }

    /// Where the browser goes.
    pub fn url(&self, endpoint: &Url, client_id: &str, scope: &str) -> Url {
        let mut url = endpoint.clone();
        {
            let mut query = url.query_pairs_mut();
            query
                .append_pair("response_type", "code")
                .append_pair("client_id", client_id)
                .append_pair("redirect_uri", self.redirect.as_str())
                .append_pair("scope", scope)
                .append_pair("state", &self.state)
                .append_pair("nonce", &self.nonce)
                .append_pair("code_challenge", &challenge(&self.verifier))
                .append_pair("code_challenge_method", "S256");
            if scope.split_whitespace().any(|scope| scope == OFFLINE) {
                query.append_pair("prompt", "consent");
            }
        }
        url
    }

    /// What came back in a query. What does not carry our `state` is nobody's answer: it must not even end the login,
    /// or any page in the browser could.
    pub fn read(&self, query: &str, issuer: &str) -> Came {
        let pairs: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let one = |name: &str| -> Result<Option<&str>, ()> {
            let mut values = pairs.iter().filter(|(n, _)| n == name).map(|(_, value)| value.as_str());
            let first = values.next().filter(|value| !value.is_empty());
            // RFC 6749, section 3.1: a parameter is not repeated.
            if values.next().is_some() { Err(()) } else { Ok(first) }
        };
        let read = || -> Result<Outcome, ()> {
            if one("state")? != Some(&self.state) {
                return Err(());
            }
            // RFC 9207: who says where the answer comes from says so truly.
            if one("iss")?.is_some_and(|iss| iss != issuer) {
                return Err(());
            }
            match (one("error")?, one("code")?) {
                (Some(error), _) => {
                    Ok(Outcome::Refused(error.to_owned(), one("error_description")?.unwrap_or_default().to_owned()))
                }
                (None, Some(code)) => Ok(Outcome::Code(code.into())),
                (None, None) => Err(()),
            }
        };
        read().map_or(Came::Stranger, Came::Answer)
    }

    /// Where the answer comes.
    pub fn redirect(&self) -> &Url {
        &self.redirect
    }

    /// What the id_token must repeat.
    pub fn nonce(&self) -> &str {
        &self.nonce
    }

    /// What proves at the token endpoint that the question was ours.
    pub fn verifier(&self) -> &SecretString {
        &self.verifier
    }
}

/// `S256` of RFC 7636, section 4.2.
fn challenge(verifier: &SecretString) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.expose_secret()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    const ISSUER: &str = "https://acm.example.be/op";

    fn asked() -> (Authorization, BTreeMap<String, String>) {
        let authorization = Authorization::new("http://127.0.0.1:8000/callback".parse().unwrap());
        let endpoint = "https://acm.example.be/auth?realm=x".parse().unwrap();
        let url = authorization.url(&endpoint, "the client", "openid offline_access");
        (authorization, url.query_pairs().into_owned().collect())
    }

    #[test]
    fn the_challenge_is_the_one_of_rfc_7636() {
        // Appendix B.
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".into();
        assert_eq!(challenge(&verifier), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    #[test]
    fn the_question_holds_what_it_must_and_not_the_verifier() {
        let (authorization, query) = asked();
        for (name, value) in [
            ("realm", "x"),
            ("response_type", "code"),
            ("client_id", "the client"),
            ("redirect_uri", "http://127.0.0.1:8000/callback"),
            ("scope", "openid offline_access"),
            ("code_challenge_method", "S256"),
            ("prompt", "consent"),
            ("nonce", authorization.nonce()),
        ] {
            assert_eq!(query[name], value);
        }
        let verifier = authorization.verifier().expose_secret();
        assert!((43..=128).contains(&verifier.len()));
        assert!(!query.values().any(|value| value.contains(verifier)));
        let (_, other) = asked();
        assert!(["state", "nonce", "code_challenge"].iter().all(|name| query[*name] != other[*name]));
        let url = authorization.url(&ISSUER.parse().unwrap(), "c", "openid");
        assert!(!url.as_str().contains("prompt"));
    }

    #[test]
    fn only_an_answer_with_our_state_counts() {
        let (authorization, query) = asked();
        let state = &query["state"];
        let read = |query: &str| authorization.read(query, ISSUER);
        for stranger in [
            String::new(),
            "code=abc".to_owned(),
            "code=abc&state=guess".to_owned(),
            "error=access_denied".to_owned(),
            "error=access_denied&state=guess".to_owned(),
            format!("state={state}"),
            format!("code=&state={state}"),
            format!("code=a&code=b&state={state}"),
            format!("code=a&state={state}&state={state}"),
            format!("code=a&state={state}&iss=https%3A%2F%2Fevil.example"),
            format!("%ff&&&==&code=a&state={state}x"),
        ] {
            assert!(matches!(read(&stranger), Came::Stranger), "{stranger}");
        }
        let came = read(&format!("code=a%2Bb&state={state}&iss=https%3A%2F%2Facm.example.be%2Fop&session_state=1"));
        assert!(matches!(came, Came::Answer(Outcome::Code(code)) if code.expose_secret() == "a+b"));
        let came = read(&format!("error=access_denied&error_description=No+thanks&state={state}"));
        assert!(
            matches!(came, Came::Answer(Outcome::Refused(error, why)) if error == "access_denied" && why == "No thanks")
        );
    }
}
