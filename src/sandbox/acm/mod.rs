//! The ACM: discovery, client credentials, token exchange (RFC 8693) and introspection (RFC 7662). It knows no subject.
//!
//! - `behaviour`: its knobs; `clients`, `credentials`, `tokens`: who may ask it for what; `control`, `called`: what only
//!   bronkeur asks of it, and what was asked; `stand_in`: it alone, for a subject in development.
//! - `login`: citizens log in to an application; `visits`, `received`, `told`: what happens in a visit to one.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::evidence::exchange::CONTROL_ENDPOINT;
use crate::evidence::exchange::visit::AcmConduct;
use crate::sandbox::acm::behaviour::Issuer;
use crate::sandbox::acm::called::{Called, Watch, is_our_own};
use crate::sandbox::acm::clients::{Client, Clients};
use crate::sandbox::acm::control::{IntrospectionSwitch, Questions};
use crate::sandbox::acm::login::Login;
use crate::sandbox::acm::tokens::{Grant, Tokens, now, odd_token, secret};
use crate::sandbox::acm::visits::Visits;
use crate::sandbox::answer::{Answer, Inbound, put};
use crate::sandbox::citizens::Citizen;

pub(in crate::sandbox) mod behaviour;
pub(in crate::sandbox) mod called;
pub(in crate::sandbox) mod clients;
pub(in crate::sandbox) mod control;
pub(in crate::sandbox) mod credentials;
pub(in crate::sandbox) mod login;
pub(in crate::sandbox) mod received;
pub(in crate::sandbox) mod stand_in;
pub(in crate::sandbox) mod tokens;
mod told;
pub(in crate::sandbox) mod visits;

const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
pub(in crate::sandbox) const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
/// The scopes of citizens.
const LOGIN_SCOPES: [&str; 4] = ["openid", "profile", "vo", "rrn"];
const REFRESH_TOKEN: &str = "urn:ietf:params:oauth:token-type:refresh_token";

/// The ACM and what it knows.
pub(in crate::sandbox) struct Acm {
    pub behaviour: Issuer,
    pub issuer: String,
    pub clients: Clients,
    /// The API of somebody else, whose tokens the source must refuse.
    pub other_audience: String,
    /// The scope of the source.
    pub scope: String,
    /// The URL of the source, as `resource` may name it.
    pub resource: String,
    pub people: Arc<Vec<Citizen>>,
    pub tokens: Arc<Tokens>,
    /// Whether introspection is closed for a moment.
    pub door: IntrospectionSwitch,
    /// What the source asked.
    pub questions: Questions,
    /// Who is told of every call.
    pub watch: Option<Watch>,
    /// The login of citizens; none where citizens come with their tokens.
    pub login: Option<Login>,
    /// The visit that is on.
    pub visits: Arc<Visits>,
}

/// An OAuth error: status, code, what went wrong.
pub(in crate::sandbox) struct Error(pub u16, pub &'static str, pub &'static str);

pub(in crate::sandbox) type Form = HashMap<String, String>;

impl Acm {
    /// Answers any request, and tells whoever watches.
    pub(in crate::sandbox) fn answer(&self, request: &Inbound) -> Answer {
        let noted = self.comes_in(request);
        let answer = self.answer_to(request);
        self.tell(noted, request, &answer);
        if request.method == "POST" && answer.status == 404 || answer.status == 405 {
            self.note_elsewhere(request);
        }
        if let Some(watch) = &self.watch {
            let form = form(request).ok();
            let error = answer.error();
            let status = answer.status;
            watch.tell(&Called::new(request, form.as_ref(), &self.clients, &self.issuer, status, error));
        }
        answer
    }

    /// Where it is asked what it does not answer: a source looks for introspection there.
    fn note_elsewhere(&self, request: &Inbound) {
        if !is_our_own(request) {
            self.questions.note_elsewhere(&request.method, &request.path);
        }
    }

    /// Where tokens are introspected.
    pub(in crate::sandbox) fn introspection(&self) -> String {
        format!("{}/v1/introspect", self.issuer)
    }

    fn answer_to(&self, request: &Inbound) -> Answer {
        let posted = |answer: &dyn Fn(&Form) -> Result<Answer, Error>| {
            if request.method != "POST" {
                let mut answer = Answer::status(405);
                answer.set("allow", "POST");
                return answer;
            }
            form(request).and_then(|form| answer(&form)).unwrap_or_else(|error| refuse(&error, request))
        };
        match request.path.as_str() {
            "/op/.well-known/openid-configuration" if self.behaviour.has_discovery => {
                let mut answer = Answer::json(200, "application/json", &self.discovery());
                self.behaviour.edits.discovery_answer.iter().for_each(|edit| edit(&mut answer));
                answer
            }
            "/op/v1/keys" => {
                let keys = self.login.as_ref().map_or_else(|| json!({ "keys": [] }), Login::keys);
                Answer::json(200, "application/json", &keys)
            }
            "/op/v1/token" => posted(&|form| self.token(request, form)),
            "/op/v1/introspect" => posted(&|form| self.introspect(request, form)),
            "/op/bronkeur/control" => posted(&|form| self.control(request, form)),
            _ => self
                .login_page(request)
                .unwrap_or_else(|| Answer::json(404, "application/json", &json!({ "error": "not_found" }))),
        }
    }

    fn discovery(&self) -> Value {
        let url = |path: &str| format!("{}/v1/{path}", self.issuer);
        let mut document = json!({
            "issuer": self.issuer,
            "authorization_endpoint": url("auth"),
            "token_endpoint": url("token"),
            "introspection_endpoint": url("introspect"),
            "jwks_uri": url("keys"),
            CONTROL_ENDPOINT: format!("{}/bronkeur/control", self.issuer),
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "scopes_supported": ["openid", "profile", "vo", "rrn", self.scope],
            "grant_types_supported": ["authorization_code"],
        });
        if self.behaviour.lists_everything {
            put(&mut document, "grant_types_supported", json!(["authorization_code", "client_credentials", EXCHANGE]));
            put(
                &mut document,
                "token_endpoint_auth_methods_supported",
                json!(["client_secret_post", "client_secret_basic", "private_key_jwt", "tls_client_auth"]),
            );
        }
        if let Some(login) = &self.login {
            login.describe(&mut document, &self.issuer, &self.scope);
        }
        for edit in &self.behaviour.edits.discovery {
            edit(&mut document);
        }
        document
    }

    fn token(&self, request: &Inbound, form: &Form) -> Result<Answer, Error> {
        let client = self.client(request, form)?;
        let grant_type = form.get("grant_type").map(String::as_str);
        // It behaves so towards the application, and not towards us, who may ask meanwhile.
        match self.visits.acm() {
            _ if is_our_own(request) => {}
            AcmConduct::RefusesExchange if grant_type == Some(EXCHANGE) => return Err(UNKNOWN_TARGET),
            AcmConduct::FailsAtExchange if grant_type == Some(EXCHANGE) => {
                return Ok(Answer::with_body(500, "text/plain", "Internal Server Error"));
            }
            _ => {}
        }
        let mut body = match (grant_type, &self.login) {
            (Some("client_credentials"), _) => self.client_credentials(client, form)?,
            (Some(EXCHANGE), _) => self.exchange(client, form)?,
            (Some("authorization_code"), Some(login)) => self.redeem(login, client, form)?,
            (Some("refresh_token"), Some(login)) => self.refresh(login, client, form)?,
            (Some(_), _) => return Err(Error(400, "unsupported_grant_type", "this grant is not supported")),
            (None, _) => return Err(Error(400, "invalid_request", "grant_type is missing")),
        };
        let is_exchange = body.get("issued_token_type").is_some();
        if let Some(body) = body.as_object_mut().filter(|_| !self.behaviour.states_scope) {
            body.shift_remove("scope");
        }
        for edit in &self.behaviour.edits.token {
            edit(&mut body);
        }
        let mut answer = Answer::json(200, "application/json", &body);
        if self.behaviour.no_store {
            answer.set("cache-control", "no-cache, no-store");
        }
        for edit in self.behaviour.edits.exchange.iter().filter(|_| is_exchange) {
            edit(&mut answer);
        }
        Ok(answer)
    }

    fn client_credentials(&self, client: &Client, form: &Form) -> Result<Value, Error> {
        if !self.behaviour.may_use_client_credentials {
            return Err(Error(400, "unauthorized_client", "the client may not use this grant"));
        }
        let audience = self.audience(form)?.unwrap_or_else(|| client.id.clone());
        let scope = self.granted_scope(form, &audience)?;
        Ok(self.issue(None, &client.id, &client.id, audience, &scope))
    }

    fn exchange(&self, client: &Client, form: &Form) -> Result<Value, Error> {
        if !self.behaviour.may_exchange {
            return Err(Error(400, "unauthorized_client", "the client may not use this grant"));
        }
        let present = |name| form.get(name).filter(|value| !value.is_empty());
        let subject = present("subject_token").ok_or(Error(400, "invalid_request", "subject_token is missing"))?;
        match present("subject_token_type").map(String::as_str) {
            Some(ACCESS_TOKEN | REFRESH_TOKEN) => {}
            _ => return Err(Error(400, "invalid_request", "subject_token_type is missing or unknown")),
        }
        let is_refresh = present("subject_token_type").is_some_and(|kind| kind == REFRESH_TOKEN);
        if present("requested_token_type").is_some_and(|kind| kind != ACCESS_TOKEN) {
            return Err(Error(400, "invalid_request", "requested_token_type can only be an access token"));
        }
        match (present("actor_token"), present("actor_token_type")) {
            (None, None) => {}
            (Some(actor), Some(kind)) if kind == ACCESS_TOKEN => {
                let own = self.active(actor).is_some_and(|grant| grant.client_id == client.id && grant.insz.is_none());
                if !own {
                    return Err(Error(400, "invalid_grant", "the actor token is not this client's own, or not active"));
                }
            }
            _ => return Err(Error(400, "invalid_request", "actor_token and actor_token_type go together")),
        }
        let audience = self.audience(form)?.ok_or(Error(400, "invalid_request", "audience or resource is needed"))?;
        if !self.may_exchange(client, &audience) {
            return Err(Error(400, "invalid_target", "the audience has declared no trust in this client"));
        }
        let as_refresh = || self.login.as_ref().filter(|_| is_refresh)?.refreshable(subject, &client.id);
        let subject = self.active(subject).or_else(as_refresh).filter(|grant| grant.insz.is_some()).ok_or(Error(
            400,
            "invalid_grant",
            "the subject token is unknown, expired or of nobody",
        ))?;
        if subject.audience != client.id {
            return Err(Error(400, "invalid_grant", "the subject token is of another client"));
        }
        let scope = self.granted_scope(form, &audience)?;
        let scope = if self.login.is_some() { self.within_login(form, scope, &subject) } else { scope };
        let mut body = self.issue(subject.insz, &subject.sub, &client.id, audience, &scope);
        put(&mut body, "issued_token_type", json!(ACCESS_TOKEN));
        Ok(body)
    }

    /// Whether the audience has declared its trust in this client.
    fn may_exchange(&self, client: &Client, audience: &str) -> bool {
        let Clients { caller, source, portal, .. } = &self.clients;
        let is_caller = client.id == caller.id && (audience != source.id || self.behaviour.trusts_caller);
        is_caller || (client.id == portal.id && audience == caller.id)
    }

    fn issue(&self, insz: Option<String>, sub: &str, client: &str, audience: String, scope: &str) -> Value {
        let audience = if self.behaviour.honours_audience { audience } else { client.to_owned() };
        let issued = now();
        let grant = Grant {
            insz,
            sub: sub.to_owned(),
            audience,
            client_id: client.to_owned(),
            scope: scope.to_owned(),
            issued,
            expires: issued + self.behaviour.lifetime,
        };
        let token = self.new_token();
        self.tokens.give(token.clone(), grant);
        json!({
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": self.behaviour.lifetime,
            "scope": scope,
        })
    }

    /// A token that nobody has yet.
    fn new_token(&self) -> String {
        if self.visits.acm() == AcmConduct::OddTokens { odd_token() } else { secret() }
    }

    fn active(&self, token: &str) -> Option<Grant> {
        self.tokens.find(token).filter(|grant| grant.is_active(now()))
    }

    /// The client-id that `audience` or `resource` names.
    fn audience(&self, form: &Form) -> Result<Option<String>, Error> {
        if let Some(audience) = form.get("audience").filter(|value| !value.is_empty()) {
            let known = [&self.clients.source.id, &self.other_audience, &self.clients.caller.id];
            return if known.contains(&audience) { Ok(Some(audience.clone())) } else { Err(UNKNOWN_TARGET) };
        }
        match form.get("resource").filter(|value| !value.is_empty()) {
            None => Ok(None),
            Some(resource) if resource.trim_end_matches('/') == self.resource => {
                Ok(Some(self.clients.source.id.clone()))
            }
            Some(_) => Err(UNKNOWN_TARGET),
        }
    }

    /// The scopes asked. Unasked, a token for the source has none, so that the lack of one can be tried; any other
    /// token has all, so that its audience alone tells it from a good one.
    fn granted_scope(&self, form: &Form, audience: &str) -> Result<String, Error> {
        let known = |scope| LOGIN_SCOPES.contains(&scope) || self.scope.split(' ').any(|own| own == scope);
        let asked = form.get("scope").map(String::as_str).unwrap_or_default();
        if asked.split_whitespace().any(|scope| !known(scope)) {
            return Err(Error(400, "invalid_scope", "a scope is unknown"));
        }
        let granted = match asked {
            "" if audience == self.clients.source.id => "",
            "" => self.scope.as_str(),
            _ => asked,
        };
        Ok(if self.behaviour.honours_scope { granted.to_owned() } else { "openid".to_owned() })
    }

    /// What an application is granted of a citizen: no more than the login gave (N4), and unasked all of that.
    fn within_login(&self, form: &Form, granted: String, subject: &Grant) -> String {
        if !self.behaviour.honours_scope {
            return granted;
        }
        let asked = form.get("scope").filter(|asked| !asked.trim().is_empty()).unwrap_or(&subject.scope);
        let is_given = |scope: &&str| subject.scope.split(' ').any(|given| given == *scope);
        asked.split_whitespace().filter(is_given).collect::<Vec<_>>().join(" ")
    }

    fn introspect(&self, request: &Inbound, form: &Form) -> Result<Answer, Error> {
        // Our own look at a token is none of the source's.
        if !is_our_own(request) {
            self.questions.note(self.clients.claimed(&self.issuer, request, form));
        }
        let client = self.client(request, form)?;
        let token = form.get("token").ok_or(Error(400, "invalid_request", "token is missing"))?;
        if client.id == self.clients.source.id {
            self.tokens.note_introspection(token);
        }
        if self.door.is_closed(Instant::now()) {
            return Err(Error(503, "temporarily_unavailable", "introspection is closed for a moment"));
        }
        let body = self.active(token).map_or_else(|| json!({ "active": false }), |grant| self.description(&grant));
        let mut answer = if self.behaviour.introspects_in_jwt {
            Answer::with_body(200, "application/token-introspection+jwt", self.in_jwt(client, &body))
        } else {
            Answer::json(200, "application/json", &body)
        };
        answer.set("cache-control", "no-cache, no-store");
        Ok(answer)
    }

    /// An introspection answer as RFC 9701 wraps it. Nobody here looks at its signature.
    fn in_jwt(&self, client: &Client, body: &Value) -> String {
        let header = json!({ "typ": "token-introspection+jwt", "alg": "RS256", "kid": "sandbox" });
        let claims = json!({ "iss": self.issuer, "aud": client.id, "iat": now(), "token_introspection": body });
        let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
        format!("{}.{}.{}", part(&header), part(&claims), BASE64_URL_SAFE_NO_PAD.encode("signature"))
    }

    /// What bronkeur asks of its own ACM; it stays reachable while introspection is closed.
    fn control(&self, request: &Inbound, form: &Form) -> Result<Answer, Error> {
        if self.client(request, form)?.id != self.clients.caller.id {
            return Err(Error(403, "unauthorized_client", "only the client that exchanges tokens may do this"));
        }
        let mut answer = Answer::json(200, "application/json", &control::perform(self, form)?);
        answer.set("cache-control", "no-cache, no-store");
        Ok(answer)
    }

    fn description(&self, grant: &Grant) -> Value {
        let mut body = json!({
            "active": true,
            "aud": grant.audience,
            "client_id": grant.client_id,
            "exp": grant.expires,
            "iat": grant.issued,
            "iss": self.issuer,
            "scope": grant.scope,
            "sub": grant.sub,
            "token_type": "Bearer",
        });
        if let Some(insz) = &grant.insz {
            put(&mut body, "rrn", json!(insz));
            put(&mut body, "vo_doelgroepcode", json!("BUR"));
            if let Some(person) = self.people.iter().find(|person| person.insz == *insz) {
                put(&mut body, "given_name", json!(person.name));
                put(&mut body, "family_name", json!("Zandbak"));
            }
        }
        for edit in &self.behaviour.edits.introspection {
            edit(&mut body);
        }
        body
    }

    fn client(&self, request: &Inbound, form: &Form) -> Result<&Client, Error> {
        self.clients.authenticated(&self.issuer, request, form)
    }
}

/// Parameters that a form may have.
const PARAMETERS: usize = 200;

const UNKNOWN_TARGET: Error = Error(400, "invalid_target", "the audience or resource is unknown");

fn form(request: &Inbound) -> Result<Form, Error> {
    if request.parameter("client_secret").is_some() {
        return Err(Error(400, "invalid_request", "a secret never stands in a query string"));
    }
    let is_form =
        request.header("content-type").is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
    if !is_form {
        return Err(Error(400, "invalid_request", "the body must be a form"));
    }
    let mut form = Form::new();
    for (key, value) in url::form_urlencoded::parse(&request.body) {
        if form.len() >= PARAMETERS {
            return Err(Error(400, "invalid_request", "there are too many parameters"));
        }
        if form.insert(key.into_owned(), value.into_owned()).is_some() {
            return Err(Error(400, "invalid_request", "a parameter occurs twice"));
        }
    }
    Ok(form)
}

fn refuse(error: &Error, request: &Inbound) -> Answer {
    let body = json!({ "error": error.1, "error_description": error.2 });
    let mut answer = Answer::json(error.0, "application/json", &body);
    answer.set("cache-control", "no-cache, no-store");
    if error.0 == 401 && request.headers.contains_key("authorization") {
        answer.set("www-authenticate", "Basic realm=\"acm\"");
    }
    answer
}
