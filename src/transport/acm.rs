//! The calls to the issuer: discovery, token requests, introspection. The issuer is sent no token but what RFC 8693 and
//! RFC 7662 ask for, and only over https or on loopback.

use jiff::Timestamp;
use reqwest::Method;
use reqwest::header::{ACCEPT, ACCEPT_ENCODING, HeaderValue};
use secrecy::SecretString;
use serde_json::Value;
use tokio::time::Instant;
use url::Url;
use uuid::Uuid;

use super::credential::whose;
use super::expiry::Lifetime;
use super::http::{Call, Came, IDENTITY, Sender, Transport};
use super::oauth::{self, Discovery, Form, Jwt, TokenTarget};
use super::record::{ParsedResponse, RawResponse, Shape};
use super::retry::Repeat;
use crate::base::text::Text;
use crate::evidence::exchange::{
    Auth, Citizen, Content, Control, Exchange, Failure, FailureKind, Grant, IssuerCall, Kind, Request, Response, Sent,
};
use crate::evidence::introspection::{ENCRYPTED_JWT, UNREADABLE_JWT, oauth_error};
use crate::evidence::vault::SecretKind;
use crate::profile::{ResolvedClient, ResolvedClientAuth};
use crate::text;

/// How a client authenticates, for the evidence.
pub(super) fn client_by(client: &ResolvedClient) -> Text {
    let by = client.auth.name();
    text!("de client, met {by}", "the client, by {by}")
}

/// Where the discovery document stands, below the issuer.
const DISCOVERY: &str = "/.well-known/openid-configuration";

impl Transport {
    /// Performs a call to the issuer.
    pub(super) async fn ask_issuer(&self, request: Request, call: IssuerCall) -> Exchange {
        let mut sent = Sent::default();
        let mut made = None;
        let ready = match call {
            IssuerCall::Discovery => self.discovery_call(&request),
            IssuerCall::Token(grant) => self.token_call(&request, grant, &mut made),
            IssuerCall::Introspection(auth) => self.introspection_call(&request, auth, &mut made),
            IssuerCall::Control(control) => self.control_call(&request, control, &mut made),
            IssuerCall::Expiry => return self.wait_for_expiry(request).await,
        };
        let ready = match ready {
            Ok(ready) => ready,
            Err(failure) => {
                self.remember(call, Err(&failure));
                sent.method = (if call == IssuerCall::Discovery { Method::GET } else { Method::POST }).to_string();
                return self.unsent(request, sent, made, failure);
            }
        };
        let Came { sent, at_ms, ms, earlier, result } = self.perform(&ready).await;
        let result = result.map(RawResponse::read);
        let result = if self.settings.proxy.is_some() { result.map(ParsedResponse::through_a_proxy) } else { result };
        self.remember(call, result.as_ref());
        let result = result.map(|raw| self.noted(raw, call));
        Exchange { request, sent, at_ms, ms, credential: made, earlier, result }
    }

    /// Why a grant yielded no token.
    pub(super) fn cause(&self, grant: Grant) -> Text {
        let none = || text!("de uitgever is er niet om gevraagd", "the issuer was not asked for it");
        self.memory().causes.get(&grant).cloned().unwrap_or_else(none)
    }

    fn discovery_call(&self, request: &Request) -> Result<Call, Failure> {
        let issuer = self.settings.issuer.as_ref();
        let issuer = issuer.ok_or_else(|| self.lacks(&text!("geen uitgever", "no issuer")))?;
        if !oauth::secure(issuer) {
            let Text { nl, en } = oauth::insecure();
            let words = text!("de URL van de uitgever wordt niet gebruikt: {nl}", "the issuer's URL is not used: {en}");
            return Err(self.lacks(&words));
        }
        let url = format!("{}{DISCOVERY}", issuer.as_str().trim_end_matches('/'));
        let url =
            Url::parse(&url).map_err(|_| self.lacks(&text!("de uitgever is geen URL", "the issuer is not a URL")))?;
        Ok(issuer_call(request, Method::GET, url, None, Form::new()))
    }

    /// What a call needs and the profile or the issuer does not give.
    fn lacks(&self, words: &Text) -> Failure {
        self.failure(FailureKind::NotConfigured, words)
    }

    /// The client with which tokens are asked for.
    pub(super) fn own_client(&self) -> Result<&ResolvedClient, Failure> {
        let client = self.settings.client.as_ref();
        let words = || text!("geen client om tokens mee te vragen", "no client with which to ask for tokens");
        client.ok_or_else(|| self.lacks(&words()))
    }

    /// The client that asks for the token of a grant.
    pub(super) fn client_for(&self, grant: Grant) -> Result<&ResolvedClient, Failure> {
        match grant {
            Grant::Hop(_, place) | Grant::HopActor(place) => {
                let client = self.settings.hop_clients.get(usize::from(place));
                let words = || text!("geen client voor deze uitwisseling", "no client for this exchange");
                client.ok_or_else(|| self.lacks(&words()))
            }
            Grant::Refresh(_) => self.login_client(),
            _ => self.own_client(),
        }
    }

    /// The client that the citizens logged in to.
    pub(super) fn login_client(&self) -> Result<&ResolvedClient, Failure> {
        let client = self.settings.login_client.as_ref();
        let words = || text!("geen client voor het refresh token", "no client for the refresh token");
        client.ok_or_else(|| self.lacks(&words()))
    }

    fn token_call(&self, request: &Request, grant: Grant, made: &mut Option<Text>) -> Result<Call, Failure> {
        let form = self.token_form(grant)?;
        let client = self.client_for(grant)?;
        let endpoint = self.discovered().endpoints(&client.auth).token;
        let endpoint = endpoint.map_err(|words| self.failure(FailureKind::NoToken, &words))?;
        *made = Some(client_by(client));
        self.authenticated(request, endpoint, client, form)
    }

    fn introspection_call(&self, request: &Request, auth: Auth, made: &mut Option<Text>) -> Result<Call, Failure> {
        let no_client =
            || text!("geen client van de bron voor introspectie", "no client of the source for introspection");
        let no_token = || text!("geen token om op te vragen", "no token to introspect");
        let client = self.settings.source_client.as_ref();
        let client = client.ok_or_else(|| self.lacks(&no_client()))?;
        let credential = self.credential(auth)?.ok_or_else(|| self.lacks(&no_token()))?;
        let endpoint = self.discovered().endpoints(&client.auth).introspection.map_err(|words| self.lacks(&words))?;
        let (by, Text { nl, en }) = (client.auth.name(), credential.made);
        *made = Some(text!(
            "de eigen client van de bron, met {by}; over: {nl}",
            "the source's own client, by {by}; about: {en}"
        ));
        self.authenticated(request, endpoint, client, oauth::introspection(&credential.token))
    }

    /// Only our own ACM names a control endpoint: no other issuer is ever sent this.
    fn control_call(&self, request: &Request, control: Control, made: &mut Option<Text>) -> Result<Call, Failure> {
        let client = self.own_client()?;
        let endpoint = self.discovered().control.map_err(|words| self.lacks(&words))?;
        *made = Some(client_by(client));
        let form = match control {
            Control::Close => oauth::control("close", None),
            Control::Open => oauth::control("open", None),
            Control::Refused => oauth::control("refused", None),
            Control::Seen(auth) => {
                let no_token = || text!("geen token om naar te vragen", "no token to ask about");
                let credential = self.credential(auth)?.ok_or_else(|| self.lacks(&no_token()))?;
                oauth::control("seen", Some(&credential.token))
            }
        };
        self.authenticated(request, endpoint, client, form)
    }

    /// A call with client authentication.
    pub(super) fn authenticated(
        &self,
        request: &Request,
        endpoint: Url,
        client: &ResolvedClient,
        mut form: Form,
    ) -> Result<Call, Failure> {
        let mut authorization = None;
        match &client.auth {
            ResolvedClientAuth::Post(secret) => oauth::post(&client.id, secret, &mut form),
            ResolvedClientAuth::Basic(secret) => {
                let credentials = oauth::basic(&client.id, secret);
                self.vault.learn(&credentials, SecretKind::Secret);
                authorization = oauth::basic_header(&credentials);
            }
            ResolvedClientAuth::Jwt { key, kid, audience } => {
                let issuer = self.settings.setup.acm.as_ref().map(|acm| acm.issuer.as_str());
                let audience = audience.as_deref().or(issuer).unwrap_or_default();
                let (now, id) = (Timestamp::now().as_second(), Uuid::new_v4().to_string());
                let assertion = key.assertion(&client.id, audience, kid.as_deref(), now, &id);
                let unsigned = || {
                    text!(
                        "met de private sleutel van de client kan niet ondertekend worden",
                        "the private key of the client cannot sign"
                    )
                };
                let assertion = assertion.ok_or_else(|| self.lacks(&unsigned()))?;
                self.vault.learn(&assertion, SecretKind::Secret);
                oauth::asserted(&assertion, &mut form);
            }
            ResolvedClientAuth::Public | ResolvedClientAuth::Certificate => oauth::identify(&client.id, &mut form),
        }
        Ok(issuer_call(request, Method::POST, endpoint, authorization, form))
    }

    /// The exchange of another token than a citizen's access token.
    pub(super) fn mistaken_call(
        &self,
        request: &Request,
        grant: Grant,
        subject: &SecretString,
    ) -> Result<Call, Failure> {
        let acm = self.settings.setup.acm.as_ref().ok_or_else(|| self.lacks(&text!("geen ACM", "no ACM")))?;
        let (audience, is_resource) = (acm.audience.as_str(), self.settings.audience_is_resource);
        let what = TokenTarget { audience, is_resource, scope: acm.scope.as_deref() };
        let actor = acm.actor.then(|| self.vault.token(Grant::Actor)).flatten();
        let form = oauth::exchange(subject, actor.as_ref(), what, self.settings.names_token_type);
        let client = self.client_for(grant)?;
        let endpoint = self.discovered().endpoints(&client.auth).token;
        let endpoint = endpoint.map_err(|words| self.failure(FailureKind::NoToken, &words))?;
        self.authenticated(request, endpoint, client, form)
    }

    fn token_form(&self, grant: Grant) -> Result<Form, Failure> {
        let acm = self.settings.setup.acm.as_ref().ok_or_else(|| self.lacks(&text!("geen ACM", "no ACM")))?;
        let is_resource = self.settings.audience_is_resource;
        let source = TokenTarget { audience: &acm.audience, is_resource, scope: acm.scope.as_deref() };
        let own = |citizen: Citizen| {
            if self.settings.setup.refreshes(citizen) {
                let refreshed = Grant::Refresh(citizen);
                let token = self.vault.token(refreshed);
                return token.ok_or_else(|| self.failure(FailureKind::NoToken, &self.cause(refreshed)));
            }
            let token = self.settings.subject_tokens.get(&citizen).cloned();
            token.ok_or_else(|| {
                let Text { nl, en } = whose(citizen);
                self.lacks(&text!("geen toegangstoken van {nl}", "no access token of {en}"))
            })
        };
        let exchange = |subject: SecretString, actor: Option<Grant>, what: TokenTarget<'_>| {
            let actor = actor.and_then(|actor| self.vault.token(actor));
            oauth::exchange(&subject, actor.as_ref(), what, self.settings.names_token_type)
        };
        let presented = |citizen: Citizen| acm.last_hop(citizen).map_or_else(|| own(citizen), |hop| self.granted(hop));
        let last = |citizen: Citizen, what: TokenTarget<'_>| {
            Ok(exchange(presented(citizen)?, acm.actor.then_some(Grant::Actor), what))
        };
        match grant {
            Grant::Actor | Grant::HopActor(_) => Ok(oauth::client_credentials(None)),
            Grant::WithoutCitizen => Ok(oauth::client_credentials(Some(source))),
            Grant::Exchange(citizen) => last(citizen, source),
            Grant::Fresh | Grant::ToExpire => last(Citizen::Subject, source),
            Grant::WithoutScope => last(Citizen::Subject, TokenTarget { scope: None, ..source }),
            Grant::OtherAudience => {
                let none = || text!("geen andere audience", "no other audience");
                let audience = acm.other_audience.as_deref().ok_or_else(|| self.lacks(&none()))?;
                let is_resource = is_resource && Url::parse(audience).is_ok();
                last(Citizen::Subject, TokenTarget { audience, is_resource, ..source })
            }
            Grant::Hop(citizen, place) => {
                let none = || text!("geen zulke uitwisseling", "no such exchange");
                let hop = acm.hop(place).ok_or_else(|| self.lacks(&none()))?;
                let before = place.checked_sub(1).map(|before| Grant::Hop(citizen, before));
                let subject = before.map_or_else(|| own(citizen), |before| self.granted(before))?;
                let what = TokenTarget { audience: &hop.audience, is_resource: false, scope: hop.scope.as_deref() };
                Ok(exchange(subject, hop.actor.then_some(Grant::HopActor(place)), what))
            }
            // Own means the client's own: it is a client-id, whatever the profile's audience is.
            Grant::OwnAudience => {
                last(Citizen::Subject, TokenTarget { audience: &acm.client_id, is_resource: false, ..source })
            }
            Grant::WithoutActor => Ok(exchange(presented(Citizen::Subject)?, None, source)),
            Grant::CitizenAsActor => {
                let citizen = presented(Citizen::Subject)?;
                Ok(oauth::exchange(&citizen, Some(&citizen), source, self.settings.names_token_type))
            }
            Grant::Refresh(_) | Grant::RefreshAsSubject => Err(self.lacks(&text!(
                "een refresh token komt van de plaats waar het bewaard wordt",
                "a refresh token is taken from where it is kept"
            ))),
        }
    }

    /// The token of an earlier exchange.
    fn granted(&self, grant: Grant) -> Result<SecretString, Failure> {
        let words = || {
            let Text { nl, en } = self.cause(grant);
            text!("de uitwisseling hiervoor gaf geen token: {nl}", "the exchange before this one gave no token: {en}")
        };
        self.vault.token(grant).ok_or_else(|| self.failure(FailureKind::NoToken, &words()))
    }

    pub(super) fn discovered(&self) -> Discovery {
        let none = || {
            Discovery::none(&text!(
                "het discovery-document van de uitgever is niet opgevraagd",
                "the discovery document of the issuer was not asked for"
            ))
        };
        self.memory().discovery.clone().unwrap_or_else(none)
    }

    /// Remembers endpoints, tokens and causes. Tokens become known here, before the answer is masked.
    pub(super) fn remember(&self, call: IssuerCall, result: Result<&ParsedResponse, &Failure>) {
        let json = result.ok().and_then(ParsedResponse::json);
        let refused = match result {
            Err(failure) if failure.detail == Text::default() => Some(text!("er kwam geen antwoord", "no answer came")),
            Err(failure) => Some(failure.detail.clone()),
            Ok(raw) if !(200..300).contains(&raw.status) => {
                let code = oauth::error_code(json).map(|code| format!(": {code}")).unwrap_or_default();
                let status = raw.status;
                Some(text!("de uitgever antwoordde {status}{code}", "the issuer answered {status}{code}"))
            }
            Ok(_) if json.is_none() => {
                Some(text!("het antwoord van de uitgever is geen JSON", "the issuer's answer is not JSON"))
            }
            Ok(raw) if json.and_then(oauth_error).is_some() => {
                let code = oauth::error_code(json).unwrap_or("error");
                let status = raw.status;
                Some(text!(
                    "de uitgever antwoordde {status}, maar met een fout: {code}",
                    "the issuer answered {status}, but with an error: {code}"
                ))
            }
            Ok(_) => None,
        };
        match call {
            IssuerCall::Discovery => {
                let discovery = match (refused, json) {
                    (None, Some(json)) => Discovery::of(json, self.issuer_name()),
                    (why, _) => {
                        let Text { nl, en } = why.unwrap_or_default();
                        Discovery::none(&text!("geen discovery-document: {nl}", "no discovery document: {en}"))
                    }
                };
                self.memory().discovery = Some(discovery);
            }
            IssuerCall::Token(grant) => {
                let others = ["refresh_token", "id_token"];
                for token in others.iter().filter_map(|name| oauth::token(json?, name)) {
                    self.vault.learn(&token, SecretKind::Token);
                }
                if let Some(seconds) = json.and_then(oauth::expires_in).filter(|_| refused.is_none()) {
                    self.memory().lifetimes.insert(grant, Lifetime { from: Instant::now(), seconds });
                }
                let token = json.and_then(|json| oauth::token(json, "access_token"));
                let cause = match (refused, token) {
                    (None, Some(token)) => return self.vault.keep_token(grant, token),
                    (Some(refused), token) => {
                        self.learn(token);
                        refused
                    }
                    (None, None) if json.is_some_and(|json| json.get("access_token").is_some()) => text!(
                        "access_token in het antwoord van de uitgever is geen bruikbaar token",
                        "access_token in the issuer's answer is not a usable token"
                    ),
                    (None, None) => text!(
                        "het antwoord van de uitgever bevat geen access_token",
                        "the issuer's answer holds no access_token"
                    ),
                };
                self.memory().causes.insert(grant, cause);
            }
            IssuerCall::Introspection(_) | IssuerCall::Control(_) | IssuerCall::Expiry => {}
        }
    }

    fn learn(&self, token: Option<SecretString>) {
        if let Some(token) = token {
            self.vault.learn(&token, SecretKind::Token);
        }
    }

    /// An answer to a token request, masked.
    fn granted_noted(&self, mut raw: ParsedResponse) -> Response {
        raw.shape = match raw.shape {
            Shape::Json(answer) => Shape::Json(oauth::granted(&answer)),
            // It may hold a token in a form that nobody asked for; only an error is worth its words, and a page its kind.
            Shape::Text(text) if raw.status < 400 => Shape::Text(kind_of_text(&text).to_owned()),
            other => other,
        };
        raw.masked(&self.vault)
    }

    /// An answer of the issuer, masked.
    pub(super) fn noted(&self, mut raw: ParsedResponse, call: IssuerCall) -> Response {
        match call {
            IssuerCall::Introspection(_) => {}
            IssuerCall::Token(_) => return self.granted_noted(raw),
            _ => return raw.masked(&self.vault),
        }
        raw.shape = opened(raw.shape);
        let claims = raw.json().map(oauth::claims).unwrap_or_default();
        raw.shape = match raw.shape {
            Shape::Json(answer) => Shape::Json(oauth::introspected(&answer)),
            Shape::Text(text) if [ENCRYPTED_JWT, UNREADABLE_JWT].contains(&text.as_str()) => Shape::Text(text),
            // Whatever it is, it may be about a person.
            Shape::Text(_) => Shape::Text(String::new()),
            other => other,
        };
        let number = raw.json().and_then(|answer| answer.get("rrn")).filter(|number| !number.is_null()).cloned();
        let mut response = raw.masked(&self.vault);
        response.facts.claims = claims.iter().map(|name| self.vault.mask_text(name)).collect();
        // A number that masking did not know by its value or its look is masked by its place.
        if let Some(Value::Object(answer)) =
            response.json().filter(|answer| number.is_some() && answer.get("rrn") == number.as_ref())
        {
            let mut answer = answer.clone();
            answer.insert("rrn".to_owned(), Value::String("(masked)".to_owned()));
            response.content = Content::json(Value::Object(answer));
        }
        response
    }
}

/// A call to the issuer, as a request says.
fn issuer_call(request: &Request, method: Method, url: Url, authorization: Option<HeaderValue>, form: Form) -> Call {
    let repeat = if method == Method::GET { Repeat::Asks } else { Repeat::Renews };
    Call {
        by: Sender::Issuer,
        method,
        url,
        headers: vec![(ACCEPT, HeaderValue::from_static(request.accept.value())), (ACCEPT_ENCODING, IDENTITY)],
        authorization,
        form,
        kind: Kind::Issuer,
        repeat,
    }
}

/// An introspection answer with what is in its JWT, where it is one (RFC 9701).
fn opened(shape: Shape) -> Shape {
    let (Shape::Text(text) | Shape::Json(Value::String(text))) = &shape else { return shape };
    match oauth::jwt(text) {
        Some(Jwt::Claims(claims)) => Shape::Json(claims),
        Some(Jwt::Encrypted) => Shape::Text(ENCRYPTED_JWT.to_owned()),
        Some(Jwt::Unreadable) => Shape::Text(UNREADABLE_JWT.to_owned()),
        None => shape,
    }
}

/// What is recorded of a text that came in the place of a token: that it is a page, or nothing.
fn kind_of_text(text: &str) -> &'static str {
    let start: String = text.trim_start().chars().take(9).collect::<String>().to_ascii_lowercase();
    if start.starts_with("<!doctype") || start.starts_with("<html") { "<html>" } else { "" }
}
