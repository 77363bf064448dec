//! What goes to the issuer as a form, what is read from its answers, and what is remembered of them.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};
use url::{Url, form_urlencoded};

use super::expiry::Lifetime;
use crate::base::assertion::ASSERTION_TYPE;
use crate::base::lifetime::lifetime;
use crate::base::text::{Text, shown};
use crate::base::value::tree;
use crate::evidence::exchange::{CONTROL_ENDPOINT, Grant};
use crate::profile::ResolvedClientAuth;
use crate::text;

/// A form, raw.
pub(super) type Form = Vec<(String, String)>;

const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

/// A token shorter than this is none. To mask it would blacken every answer that happens to hold it.
pub(super) const SHORTEST_TOKEN: usize = 8;

/// The members of an introspection answer that the requirements read; the others may be about a person.
const INTROSPECTED: [&str; 9] = ["active", "aud", "client_id", "exp", "iat", "iss", "scope", "token_type", "rrn"];

/// The members of the answer to a token request (RFC 6749, section 5.1; RFC 8693, section 2.2.1): what an issuer adds to
/// them is mostly about the person.
const GRANTED: [&str; 6] = ["access_token", "refresh_token", "issued_token_type", "token_type", "expires_in", "scope"];

/// The members of an OAuth error (RFC 6749, section 5.2).
const ERROR: [&str; 3] = ["error", "error_description", "error_uri"];

/// What is remembered of the issuer's answers.
#[derive(Default)]
pub(super) struct Memory {
    /// The endpoints of discovery; none before it was asked for.
    pub(super) discovery: Option<Discovery>,
    /// Why a grant yielded no token.
    pub(super) causes: BTreeMap<Grant, Text>,
    /// How long its token lives, where the issuer says so.
    pub(super) lifetimes: BTreeMap<Grant, Lifetime>,
}

/// The endpoints of the discovery document, or why one cannot be used.
#[derive(Clone, Debug)]
pub(super) struct Discovery {
    /// For clients that authenticate by what they send.
    plain: Endpoints,
    /// For clients that authenticate by certificate: other addresses, where the issuer names them.
    mutual: Endpoints,
    /// Where citizens log in.
    pub(super) authorization: Result<Url, Text>,
    /// Where our own ACM is closed and opened; no other issuer names it.
    pub(super) control: Result<Url, Text>,
}

/// The endpoints that ask for client authentication.
#[derive(Clone, Debug)]
pub(super) struct Endpoints {
    /// Where tokens are asked for.
    pub(super) token: Result<Url, Text>,
    /// Where tokens are introspected.
    pub(super) introspection: Result<Url, Text>,
}

impl Endpoints {
    fn of(document: &Value, aliases: Option<&Value>) -> Self {
        let one =
            |name: &str| endpoint(aliases.filter(|aliases| aliases.get(name).is_some()).unwrap_or(document), name);
        Self { token: one("token_endpoint"), introspection: one("introspection_endpoint") }
    }
}

impl Discovery {
    /// Reads the endpoints. The document of another issuer is not used (RFC 8414, section 3.3; OpenID Connect Discovery,
    /// section 4.3): our secrets would go where it says.
    pub(super) fn of(document: &Value, issuer: &str) -> Self {
        let stated = document.get("issuer").and_then(Value::as_str);
        if stated != Some(issuer) {
            let stated = shown(stated.unwrap_or("-"));
            return Self::none(&text!(
                "het discovery-document is van de uitgever {stated}, niet van {issuer}: geen enkel adres erin wordt gebruikt",
                "the discovery document is of the issuer {stated}, not of {issuer}: none of its endpoints is used"
            ));
        }
        Self {
            plain: Endpoints::of(document, None),
            mutual: Endpoints::of(document, document.get("mtls_endpoint_aliases")),
            authorization: endpoint(document, "authorization_endpoint"),
            control: endpoint(document, CONTROL_ENDPOINT),
        }
    }

    /// No document came.
    pub(super) fn none(why: &Text) -> Self {
        let why = || Err(why.clone());
        let endpoints = || Endpoints { token: why(), introspection: why() };
        Self { plain: endpoints(), mutual: endpoints(), authorization: why(), control: why() }
    }

    /// The endpoints for a client (RFC 8705, section 5).
    pub(super) fn endpoints(self, auth: &ResolvedClientAuth) -> Endpoints {
        if matches!(auth, ResolvedClientAuth::Certificate) { self.mutual } else { self.plain }
    }
}

fn endpoint(document: &Value, name: &str) -> Result<Url, Text> {
    let text = document.get(name).and_then(Value::as_str);
    let text = text.ok_or_else(|| {
        text!(
            "het discovery-document van de uitgever noemt geen {name}",
            "the discovery document of the issuer names no {name}"
        )
    })?;
    let url = Url::parse(text).map_err(|_| {
        text!("de {name} van het discovery-document is geen URL", "the {name} of the discovery document is no URL")
    })?;
    if secure(&url) {
        return Ok(url);
    }
    let Text { nl, en } = insecure();
    Err(text!(
        "de {name} van het discovery-document wordt niet gebruikt: {nl}",
        "the {name} of the discovery document is not used: {en}"
    ))
}

/// Why a URL of the issuer is not used.
pub(super) fn insecure() -> Text {
    text!(
        "geen https en geen http op loopback, of met een gebruikersnaam erin",
        "neither https nor http on loopback, or with a user name in it"
    )
}

/// https, or http that does not leave this machine; and no user name or password.
pub(super) fn secure(url: &Url) -> bool {
    let loopback = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    let plain = url.username().is_empty() && url.password().is_none();
    plain && (url.scheme() == "https" || (url.scheme() == "http" && loopback))
}

/// What a token is asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct TokenTarget<'a> {
    /// A client-id, or the URL of a resource.
    pub(super) audience: &'a str,
    /// `audience` goes out as `resource`.
    pub(super) is_resource: bool,
    /// The scopes.
    pub(super) scope: Option<&'a str>,
}

impl TokenTarget<'_> {
    fn add(self, form: &mut Form) {
        add(form, if self.is_resource { "resource" } else { "audience" }, self.audience);
        if let Some(scope) = self.scope {
            add(form, "scope", scope);
        }
    }
}

/// Token exchange (RFC 8693).
pub(super) fn exchange(
    subject: &SecretString,
    actor: Option<&SecretString>,
    what: TokenTarget<'_>,
    names_token_type: bool,
) -> Form {
    let mut form = Form::new();
    add(&mut form, "grant_type", EXCHANGE);
    add(&mut form, "subject_token", subject.expose_secret());
    add(&mut form, "subject_token_type", ACCESS_TOKEN);
    if names_token_type {
        add(&mut form, "requested_token_type", ACCESS_TOKEN);
    }
    what.add(&mut form);
    if let Some(actor) = actor {
        add(&mut form, "actor_token", actor.expose_secret());
        add(&mut form, "actor_token_type", ACCESS_TOKEN);
    }
    form
}

/// Refresh (RFC 6749, section 6).
pub(super) fn refresh(token: &SecretString) -> Form {
    let mut form = Form::new();
    add(&mut form, "grant_type", "refresh_token");
    add(&mut form, "refresh_token", token.expose_secret());
    form
}

/// An authorization code, with what proves that it was asked for by us (RFC 6749, section 4.1.3; RFC 7636).
pub(super) fn code(code: &SecretString, verifier: &SecretString, redirect: &Url) -> Form {
    let mut form = Form::new();
    add(&mut form, "grant_type", "authorization_code");
    add(&mut form, "code", code.expose_secret());
    add(&mut form, "redirect_uri", redirect.as_str());
    add(&mut form, "code_verifier", verifier.expose_secret());
    form
}

/// Client credentials; without a purpose the token is the client's own.
pub(super) fn client_credentials(what: Option<TokenTarget<'_>>) -> Form {
    let mut form = Form::new();
    add(&mut form, "grant_type", "client_credentials");
    if let Some(what) = what {
        what.add(&mut form);
    }
    form
}

/// Introspection (RFC 7662).
pub(super) fn introspection(token: &SecretString) -> Form {
    let mut form = Form::new();
    add(&mut form, "token", token.expose_secret());
    add(&mut form, "token_type_hint", "access_token");
    form
}

/// `client_secret_post`
pub(super) fn post(id: &str, secret: &SecretString, form: &mut Form) {
    identify(id, form);
    add(form, "client_secret", secret.expose_secret());
}

/// `tls_client_auth`: the body says who the certificate of the connection must be of (RFC 8705, section 2).
pub(super) fn identify(id: &str, form: &mut Form) {
    add(form, "client_id", id);
}

/// `private_key_jwt`
pub(super) fn asserted(assertion: &SecretString, form: &mut Form) {
    add(form, "client_assertion_type", ASSERTION_TYPE);
    add(form, "client_assertion", assertion.expose_secret());
}

/// `client_secret_basic`: id and secret are form-encoded before they are joined (RFC 6749, section 2.3.1). What follows
/// the scheme is as good as the secret.
pub(super) fn basic(id: &str, secret: &SecretString) -> SecretString {
    let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    STANDARD.encode(format!("{}:{}", encoded(id), encoded(secret.expose_secret()))).into()
}

/// The header for [`basic`].
pub(super) fn basic_header(credentials: &SecretString) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(&format!("Basic {}", credentials.expose_secret())).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// A call to the control endpoint of our own ACM.
pub(super) fn control(action: &str, token: Option<&SecretString>) -> Form {
    let mut form = Form::new();
    add(&mut form, "action", action);
    if let Some(token) = token {
        add(&mut form, "token", token.expose_secret());
    }
    form
}

fn add(form: &mut Form, name: &str, value: &str) {
    form.push((name.to_owned(), value.to_owned()));
}

/// A member that is a token.
pub(super) fn token(answer: &Value, name: &str) -> Option<SecretString> {
    let text = answer.get(name)?.as_str()?;
    (text.len() >= SHORTEST_TOKEN).then(|| text.into())
}

/// How long the token of an answer lives, in whole seconds; none where that is no time at all.
pub(super) fn expires_in(answer: &Value) -> Option<u64> {
    let seconds = answer.get("expires_in").and_then(lifetime)?;
    u64::try_from(seconds).ok().filter(|seconds| *seconds > 0)
}

/// The error code of an OAuth error, if it looks like one.
pub(super) fn error_code(answer: Option<&Value>) -> Option<&str> {
    let code = answer?.get("error")?.as_str()?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    (!code.is_empty() && code.len() <= 60 && code.bytes().all(plain)).then_some(code)
}

/// What an introspection answer in a JWT says.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Jwt {
    /// Its claims (RFC 9701, section 5), whoever signed them.
    Claims(Value),
    /// It is encrypted for the source.
    Encrypted,
    /// Nothing that can be read.
    Unreadable,
}

/// Reads a JWT in compact form without looking at its signature; none where the text is no JWT.
pub(super) fn jwt(text: &str) -> Option<Jwt> {
    let parts: Vec<&str> = text.trim().split('.').collect();
    let json = |part: &str| {
        let bytes = URL_SAFE_NO_PAD.decode(part.trim_end_matches('=')).ok()?;
        tree::read(&bytes).ok().map(|(value, _)| value)
    };
    let header = json(parts.first()?).filter(|header| header.get("alg").is_some())?;
    match parts.as_slice() {
        [_, _, _, _, _] if header.get("enc").is_some() => Some(Jwt::Encrypted),
        [_, payload, _] => {
            let claims = json(payload).map(|mut claims| {
                let nested = claims.get_mut("token_introspection").map(Value::take);
                nested.filter(Value::is_object).unwrap_or(claims)
            });
            // A JWT without an answer in it, which some wrap in another JWT, says nothing.
            Some(claims.filter(|claims| claims.get("active").is_some()).map_or(Jwt::Unreadable, Jwt::Claims))
        }
        _ => None,
    }
}

/// The names of the claims of an introspection answer: short plain words, and not beyond reason many.
pub(super) fn claims(answer: &Value) -> Vec<String> {
    let names = answer.as_object().into_iter().flatten().map(|(name, _)| name);
    let plain = |name: &&String| name.len() <= 60 && name.bytes().all(|byte| byte.is_ascii_graphic());
    names.filter(plain).take(50).cloned().collect()
}

/// Of an introspection answer only what the requirements read.
pub(super) fn introspected(answer: &Value) -> Value {
    kept(answer, &INTROSPECTED)
}

/// Of the answer to a token request only what the RFCs define.
pub(super) fn granted(answer: &Value) -> Value {
    kept(answer, &GRANTED)
}

/// These members alone, and those of an error. Of what is no object its kind alone.
fn kept(answer: &Value, names: &[&str]) -> Value {
    match answer {
        Value::Object(_) => {}
        Value::Array(_) => return Value::Array(Vec::new()),
        Value::String(_) => return Value::String(String::new()),
        Value::Null | Value::Bool(_) | Value::Number(_) => return Value::Null,
    }
    let members = answer.as_object().into_iter().flatten();
    let known = |name: &str| names.contains(&name) || ERROR.contains(&name);
    let kept: Map<String, Value> =
        members.filter(|(name, _)| known(name)).map(|(name, value)| (name.clone(), value.clone())).collect();
    Value::Object(kept)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn id_and_secret_are_form_encoded_before_base64() {
        let decoded = STANDARD.decode(basic("a:b c", &"p+w/ü%".into()).expose_secret()).unwrap();
        assert_eq!(String::from_utf8(decoded).unwrap(), "a%3Ab+c:p%2Bw%2F%C3%BC%25");
    }

    #[test]
    fn an_endpoint_is_https_or_on_loopback() {
        for (url, usable) in [
            ("https://acm.example.be/token", true),
            ("http://127.0.0.1:8080/token", true),
            ("http://localhost/token", true),
            ("http://[::1]/token", true),
            ("http://acm.example.be/token", false),
            ("https://user:secret@acm.example.be/token", false),
            ("ftp://127.0.0.1/token", false),
            ("token", false),
        ] {
            assert_eq!(endpoint(&json!({"token_endpoint": url}), "token_endpoint").is_ok(), usable, "{url}");
        }
        assert!(endpoint(&json!({}), "token_endpoint").unwrap_err().en.contains("names no token_endpoint"));
    }

    #[test]
    fn of_an_introspection_answer_little_is_kept() {
        let answer = json!({"active": true, "given_name": "An", "sub": "x", "rrn": "1", "scope": "s"});
        assert_eq!(introspected(&answer), json!({"active": true, "rrn": "1", "scope": "s"}));
        assert_eq!(introspected(&json!([1])), json!([]));
        assert_eq!((introspected(&json!("an")), introspected(&json!(1))), (json!(""), json!(null)));
        assert_eq!(claims(&answer), ["active", "given_name", "sub", "rrn", "scope"]);
        assert!(claims(&json!({"a name with spaces": 1})).is_empty());
    }

    #[test]
    fn of_a_token_answer_the_members_of_the_rfcs_are_kept() {
        let answer = json!({"access_token": "a", "sub": "an", "id_token": "b", "expires_in": 60, "vo_id": "x"});
        assert_eq!(granted(&answer), json!({"access_token": "a", "expires_in": 60}));
        assert_eq!(granted(&json!({"error": "invalid_grant", "user": "an"})), json!({"error": "invalid_grant"}));
    }

    #[test]
    fn the_endpoints_of_another_issuer_are_not_used() {
        let document = json!({"issuer": "https://a/op", "token_endpoint": "https://b/token"});
        assert!(Discovery::of(&document, "https://a/op").plain.token.is_ok());
        for (document, issuer) in [(document, "https://a/op/"), (json!({"token_endpoint": "https://a/t"}), "https://a")]
        {
            let discovery = Discovery::of(&document, issuer);
            let why = discovery.plain.token.unwrap_err();
            assert!(why.en.contains("none of its endpoints is used") && why.nl.contains(issuer), "{why:?}");
            assert!(discovery.mutual.introspection.is_err() && discovery.authorization.is_err());
            assert!(discovery.control.is_err());
        }
    }

    #[test]
    fn an_error_code_is_a_short_plain_word() {
        assert_eq!(error_code(Some(&json!({"error": "invalid_target"}))), Some("invalid_target"));
        for odd in [json!({"error": "<b>"}), json!({"error": ""}), json!({"error": 1}), json!("error")] {
            assert_eq!(error_code(Some(&odd)), None);
        }
    }

    #[test]
    fn a_jwt_gives_its_claims_and_an_encrypted_one_says_so() {
        let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let of = |claims: Value| jwt(&format!("{}.{}.c2ln\n", part(json!({"alg": "RS256"})), part(claims)));
        let said = json!({"active": true, "aud": "a"});
        assert_eq!(of(json!({"iss": "x", "aud": "y", "token_introspection": said})), Some(Jwt::Claims(said.clone())));
        assert_eq!(of(said.clone()), Some(Jwt::Claims(said)));
        assert_eq!(of(json!({"iss": "x", "token_introspection": "x"})), Some(Jwt::Unreadable));
        assert_eq!(of(json!([1])), Some(Jwt::Unreadable));
        let encrypted = format!("{}.a.b.c.d", part(json!({"alg": "RSA-OAEP", "enc": "A256GCM"})));
        assert_eq!(jwt(&encrypted), Some(Jwt::Encrypted));
        assert_eq!(jwt(&format!("{}.!.c", part(json!({"alg": "none"})))), Some(Jwt::Unreadable));
        for other in ["", "a.b.c", "<html>1.2.3</html>", "eyJ9.eyJ9"] {
            assert_eq!(jwt(other), None, "{other}");
        }
    }
}
