//! The clients of the ACM, and how each proves who it is: by secret, by a signed assertion, or by its certificate.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use crate::base::assertion::{ASSERTION_TYPE, VerifyingKey};
use crate::sandbox::acm::called::Known;
use crate::sandbox::acm::tokens::now;
use crate::sandbox::acm::{Error, Form};
use crate::sandbox::answer::Inbound;

/// The longest that an assertion may be good, in seconds.
const LONGEST: i64 = 3600;

/// A client of the ACM.
#[derive(Clone, Debug)]
pub(in crate::sandbox) struct Client {
    pub id: String,
    pub secret: String,
    /// The keys that it registered. Its certificate needs no registration: the ACM's own authority puts the id in it.
    pub keys: Vec<VerifyingKey>,
}

impl Client {
    /// A client with a secret alone.
    pub(in crate::sandbox) fn new(id: impl Into<String>, secret: String) -> Self {
        Self { id: id.into(), secret, keys: Vec::new() }
    }
}

/// All clients, and the assertions that were used.
#[derive(Debug)]
pub(in crate::sandbox) struct Clients {
    /// The caller, which may exchange tokens.
    pub caller: Client,
    /// The source, which may introspect them; its id is the audience.
    pub source: Client,
    /// The portal, to which citizens log in; it may exchange their tokens for the caller's audience.
    pub portal: Client,
    used: Mutex<HashSet<String>>,
}

const UNKNOWN: Error = Error(401, "invalid_client", "the client is unknown or its secret is wrong");
const UNSIGNED: Error = Error(401, "invalid_client", "the assertion is not signed by a key of a client");
const TWICE: Error = Error(400, "invalid_request", "authenticate in one way only");

impl Clients {
    pub(in crate::sandbox) fn new(caller: Client, source: Client, portal: Client) -> Self {
        Self { caller, source, portal, used: Mutex::default() }
    }

    fn all(&self) -> impl Iterator<Item = &Client> {
        [&self.caller, &self.source, &self.portal].into_iter()
    }

    /// Who calls: in one way, not two.
    pub(in crate::sandbox) fn authenticated(
        &self,
        issuer: &str,
        request: &Inbound,
        form: &Form,
    ) -> Result<&Client, Error> {
        let basic = request.header("authorization").map(|header| basic(header).ok_or(UNKNOWN)).transpose()?;
        let posted = form.get("client_id").zip(form.get("client_secret"));
        match (basic, posted, form.get("client_assertion")) {
            (Some((id, secret)), None, None) => self.with_secret(&id, &secret),
            (None, Some((id, secret)), None) => self.with_secret(id, secret),
            (None, None, Some(jwt)) => self.asserted(issuer, jwt, form),
            (None, None, None) => self.certified(request, form),
            _ => Err(TWICE),
        }
    }

    /// The client that a call names, and whether it is that.
    pub(in crate::sandbox) fn claimed(&self, issuer: &str, request: &Inbound, form: &Form) -> Option<(String, Known)> {
        let basic = request.header("authorization").and_then(basic).map(|(id, _)| id);
        let id = basic.or_else(|| form.get("client_id").cloned())?;
        // An assertion counts once: only those with a secret are tried again.
        let tried = form.contains_key("client_assertion") || self.authenticated(issuer, request, form).is_ok();
        let known = match (tried, self.all().any(|client| client.id == id)) {
            (true, _) => Known::Yes,
            (false, true) => Known::WrongSecret,
            (false, false) => Known::No,
        };
        Some((id, known))
    }

    fn with_secret(&self, id: &str, secret: &str) -> Result<&Client, Error> {
        self.all().find(|client| client.id == id && client.secret == secret).ok_or(UNKNOWN)
    }

    /// `private_key_jwt` (RFC 7523, section 3; OpenID Connect Core, section 9).
    fn asserted(&self, issuer: &str, jwt: &str, form: &Form) -> Result<&Client, Error> {
        if form.get("client_assertion_type").map(String::as_str) != Some(ASSERTION_TYPE) {
            return Err(Error(400, "invalid_request", "client_assertion_type is missing or unknown"));
        }
        let signed = |client: &'_ Client| client.keys.iter().find_map(|key| key.claims(jwt));
        let (client, claims) = self.all().find_map(|client| Some((client, signed(client)?))).ok_or(UNSIGNED)?;
        let refused = |why| Err(Error(401, "invalid_client", why));
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        let moment = |name: &str| claims.get(name).and_then(Value::as_i64);
        let named = form.get("client_id").is_none_or(|id| *id == client.id);
        if text("iss") != Some(&client.id) || text("sub") != Some(&client.id) || !named {
            return refused("iss and sub of the assertion are not the client-id");
        }
        if !is_for(&claims, &[issuer, &format!("{issuer}/v1/token")]) {
            return refused("aud of the assertion is not this issuer");
        }
        let now = now();
        if moment("exp").is_none_or(|exp| exp <= now || exp > now + LONGEST) {
            return refused("the assertion has expired, or is good for too long");
        }
        if moment("iat").is_none_or(|issued| issued > now + 60) {
            return refused("the assertion is from the future");
        }
        let Some(id) = text("jti") else { return refused("the assertion has no jti") };
        if !self.used.lock().unwrap_or_else(PoisonError::into_inner).insert(id.to_owned()) {
            return refused("the assertion was used before");
        }
        Ok(client)
    }

    /// `tls_client_auth` (RFC 8705, section 2.1): the body names the client, the certificate of the connection proves it.
    fn certified(&self, request: &Inbound, form: &Form) -> Result<&Client, Error> {
        let id = form.get("client_id").zip(request.certificate.as_ref()).filter(|(id, name)| id == name);
        let none = Error(401, "invalid_client", "the client did not authenticate");
        let (id, _) = id.ok_or(none)?;
        self.all().find(|client| client.id == *id).ok_or(UNKNOWN)
    }
}

/// `aud` is a text or a list of texts.
fn is_for(claims: &Map<String, Value>, names: &[&str]) -> bool {
    let ours = |audience: &Value| audience.as_str().is_some_and(|audience| names.contains(&audience));
    match claims.get("aud") {
        Some(Value::Array(audiences)) => audiences.iter().any(ours),
        Some(audience) => ours(audience),
        None => false,
    }
}

/// Id and secret of a Basic header; both are form-encoded inside it (RFC 6749, 2.3.1).
fn basic(header: &str) -> Option<(String, String)> {
    let (scheme, value) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(BASE64_STANDARD.decode(value.trim()).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    let decode = |part: &str| percent_decode_str(&part.replace('+', " ")).decode_utf8().ok().map(String::from);
    Some((decode(id)?, decode(secret)?))
}
