//! The login of citizens to an application (OpenID Connect, authorization code), and the end of their session.
//!
//! - `authorize`: what an application asks; `pages`: what people see; `memory`: what is remembered of it.
//! - `grants`: what a code and a refresh token are worth; `key`: the signature of ID tokens.

use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};
use url::Url;

use crate::base::text::Lang;
use crate::evidence::exchange::visit::TokenKind;
use crate::sandbox::acm::login::authorize::{Parameters, is_own_machine, redirect_with, too_late};
use crate::sandbox::acm::login::key::IdTokenKey;
use crate::sandbox::acm::login::memory::{Memory, Who};
use crate::sandbox::acm::received::{FORM, media_type};
use crate::sandbox::acm::stand_in::LoginOptions;
use crate::sandbox::acm::tokens::{Grant, now, secret};
use crate::sandbox::acm::visits::Issued;
use crate::sandbox::acm::{Acm, EXCHANGE, LOGIN_SCOPES};
use crate::sandbox::answer::{Answer, Inbound, put};
use crate::sandbox::page::language;

mod authorize;
mod grants;
mod key;
mod memory;
mod pages;

/// The cookie of ACM's own session. Cookies of one host are shared by all its ports: no application names one so.
const COOKIE: &str = "bronkeur_acm";

/// The login, and what it remembers.
pub(in crate::sandbox) struct Login {
    options: LoginOptions,
    key: &'static IdTokenKey,
    /// Its pages come over TLS alone.
    is_secure: bool,
    memory: Mutex<Memory>,
}

impl Login {
    /// # Errors
    /// Where no key can be made.
    pub(in crate::sandbox) fn new(options: LoginOptions, issuer: &str) -> io::Result<Self> {
        let key = IdTokenKey::of_this_process()?;
        Ok(Self { options, key, is_secure: issuer.starts_with("https:"), memory: Mutex::new(Memory::new()) })
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The keys endpoint.
    pub(super) fn keys(&self) -> Value {
        self.key.published()
    }

    /// What a refresh token would be worth as a subject of an exchange.
    pub(super) fn refreshable(&self, token: &str, client_id: &str) -> Option<Grant> {
        let refresh = self.memory().refresh(token, now())?;
        Some(Grant {
            insz: Some(refresh.who.insz),
            sub: refresh.who.sub,
            audience: client_id.to_owned(),
            client_id: client_id.to_owned(),
            scope: refresh.scope,
            issued: now(),
            expires: now() + 1,
        })
    }

    /// The value of `Set-Cookie` for a session; without one, for its end.
    fn set_cookie(&self, session: Option<&str>) -> String {
        let secure = if self.is_secure { "; Secure" } else { "" };
        let end = if session.is_none() { "; Max-Age=0" } else { "" };
        format!("{COOKIE}={}; Path=/op; HttpOnly; SameSite=Lax{secure}{end}", session.unwrap_or_default())
    }

    /// What discovery says more, where citizens log in.
    pub(super) fn describe(&self, document: &mut Value, issuer: &str, scope: &str) {
        let url = |path: &str| format!("{issuer}/v1/{path}");
        let own = scope.split(' ').filter(|own| !own.is_empty() && !LOGIN_SCOPES.contains(own));
        let scopes: Vec<&str> = LOGIN_SCOPES.into_iter().chain(own).collect();
        let mut grants = vec!["authorization_code", "client_credentials", EXCHANGE];
        grants.extend(self.options.gives_refresh.then_some("refresh_token"));
        let more = [
            ("end_session_endpoint", json!(url("logout"))),
            ("userinfo_endpoint", json!(url("userinfo"))),
            ("scopes_supported", json!(scopes)),
            ("grant_types_supported", json!(grants)),
            ("response_modes_supported", json!(["query"])),
            ("code_challenge_methods_supported", json!(["S256", "plain"])),
            ("prompt_values_supported", json!(["none", "login"])),
            ("request_parameter_supported", json!(false)),
            ("request_uri_parameter_supported", json!(false)),
        ];
        for (name, value) in more {
            put(document, name, value);
        }
    }

    /// The code with which an answer sends a browser back, for whoever is told of it.
    pub(super) fn code_in(&self, answer: &Answer) -> Option<Issued> {
        let location = Url::parse(answer.headers.get("location")?.to_str().ok()?).ok()?;
        let memory = self.memory();
        let mut codes = location.query_pairs().filter(|(name, _)| name == "code");
        codes.find_map(|(_, token)| {
            let code = memory.code(&token)?;
            Some(Issued {
                token: token.into_owned(),
                kind: TokenKind::Code,
                insz: Some(code.who.insz.clone()),
                audience: Some(self.options.client_id.clone()),
                scope: Some(code.asked.scope.clone()),
                lifetime: Some(Memory::code_lifetime()),
            })
        })
    }

    /// How long a refresh token is valid, in seconds.
    pub(super) fn refresh_lifetime() -> i64 {
        Memory::refresh_lifetime()
    }
}

impl Acm {
    /// The pages of the login, by their path; none where it has no such page.
    pub(super) fn login_page(&self, request: &Inbound) -> Option<Answer> {
        let login = self.login.as_ref()?;
        let lang = language(request);
        match request.path.as_str() {
            "/op/v1/auth" => Some(self.authorize(login, request)),
            "/op/v1/login" => Some(self.log_in(login, request, lang)),
            "/op/v1/logout" => Some(self.log_out(login, request, lang)),
            "/op/v1/userinfo" => Some(self.userinfo(request)),
            _ => None,
        }
    }

    /// What the form of the login page leads to.
    fn log_in(&self, login: &Login, request: &Inbound, lang: Lang) -> Answer {
        if request.method != "POST" {
            let mut answer = Answer::status(405);
            answer.set("allow", "POST");
            return answer;
        }
        let form = Parameters::read(request);
        let asked = form.get("ticket").and_then(|ticket| login.memory().ticket(ticket, now()));
        let person = self.people.iter().find(|person| form.get("citizen") == Some(person.name));
        let redirect = asked.as_ref().and_then(|asked| Url::parse(&asked.redirect_uri).ok());
        let (Some(asked), Some(redirect), Some(person)) = (asked, redirect, person) else {
            return pages::refused(lang, &too_late());
        };
        let who = Who { insz: person.insz.clone(), sub: person.sub.clone(), since: now() };
        let session = secret();
        {
            let mut memory = login.memory();
            if let Some(before) = cookie(request) {
                memory.end_session(&before);
            }
            memory.open_session(session.clone(), who.clone());
        }
        let mut answer = login.send_back(redirect, who, asked);
        answer.set("set-cookie", &login.set_cookie(Some(&session)));
        answer
    }

    /// Ends the session of a browser (OpenID Connect RP-Initiated Logout). Tokens that were given stay what they are.
    fn log_out(&self, login: &Login, request: &Inbound, lang: Lang) -> Answer {
        if !["GET", "POST"].contains(&request.method.as_str()) {
            let mut answer = Answer::status(405);
            answer.set("allow", "GET, POST");
            return answer;
        }
        let parameters = Parameters::read(request);
        if let Some(session) = cookie(request) {
            login.memory().end_session(&session);
        }
        let own = &self.clients.caller.id;
        let is_named = match (parameters.get("client_id"), parameters.get("id_token_hint")) {
            (Some(client_id), _) => client_id == own,
            (None, Some(id_token)) => login.key.is_of(id_token, own),
            (None, None) => false,
        };
        let mut answer = match parameters.get("post_logout_redirect_uri").map(Url::parse) {
            None => pages::logged_out(lang),
            Some(Ok(url)) if is_named && is_own_machine(&url) => {
                redirect_with(url, &[("state", parameters.get("state"))])
            }
            Some(_) => pages::no_way_back(lang),
        };
        answer.set("set-cookie", &login.set_cookie(None));
        answer
    }
}

/// The session that a browser has at ACM, whether it is good or not.
fn cookie(request: &Inbound) -> Option<String> {
    let cookies = request.headers.get_all("cookie").into_iter().filter_map(|cookies| cookies.to_str().ok());
    let mut pairs = cookies.flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE).map(|(_, value)| value.to_owned())
}

/// The pairs of a form; none of any other body.
fn form_pairs(request: &Inbound) -> url::form_urlencoded::Parse<'_> {
    let is_form = media_type(request).as_deref() == Some(FORM);
    url::form_urlencoded::parse(if is_form { &request.body } else { &[] })
}
