//! The authorization endpoint (RFC 6749, 4.1.1; OpenID Connect Core, 3.1.2.1): what an application asks of the login.

use std::collections::HashMap;

use url::Url;

use crate::base::href::is_loopback;
use crate::base::text::Text;
use crate::sandbox::acm::login::memory::{Asked, Challenge, Who};
use crate::sandbox::acm::login::{Login, cookie, form_pairs, pages};
use crate::sandbox::acm::tokens::{now, secret};
use crate::sandbox::acm::{Acm, LOGIN_SCOPES};
use crate::sandbox::answer::{Answer, Inbound};
use crate::sandbox::page::language;
use crate::text;

/// Parameters of a request that are read, and characters of one.
const PARAMETERS: usize = 100;
const LONGEST: usize = 4096;

/// The parameters of a request, each once.
pub(super) struct Parameters {
    values: HashMap<String, String>,
    /// Names that came twice, or with too long a value.
    unfit: Vec<String>,
}

impl Parameters {
    /// Of the query, or of the form of a POST. What has no value counts as left out (RFC 6749, 3.1).
    pub(super) fn read(request: &Inbound) -> Self {
        let query = request.query.as_deref().unwrap_or_default().as_bytes();
        let pairs = if request.method == "POST" { form_pairs(request) } else { url::form_urlencoded::parse(query) };
        let (mut values, mut unfit) = (HashMap::new(), Vec::new());
        for (name, value) in pairs.take(PARAMETERS).filter(|(_, value)| !value.is_empty()) {
            if value.chars().count() > LONGEST || values.contains_key(name.as_ref()) {
                unfit.push(name.into_owned());
            } else {
                values.insert(name.into_owned(), value.into_owned());
            }
        }
        Self { values, unfit }
    }

    /// The value of a parameter that came once.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let is_unfit = self.unfit.iter().any(|unfit| unfit == name);
        self.values.get(name).map(String::as_str).filter(|_| !is_unfit)
    }
}

/// An error that the application is told by a redirect (RFC 6749, 4.1.2.1): code, and what went wrong.
pub(super) struct Refusal(&'static str, &'static str);

/// What is asked about the login itself.
struct Manner {
    /// No page is shown.
    silent: bool,
    /// The page is shown, also to whoever has a session.
    anew: bool,
}

impl Acm {
    /// Shows the login page, or sends a citizen with a session back at once.
    pub(super) fn authorize(&self, login: &Login, request: &Inbound) -> Answer {
        if !["GET", "POST"].contains(&request.method.as_str()) {
            let mut answer = Answer::status(405);
            answer.set("allow", "GET, POST");
            return answer;
        }
        let (lang, parameters) = (language(request), Parameters::read(request));
        if parameters.get("client_id") != Some(&self.clients.caller.id) {
            let words = text!(
                "De toepassing die u hierheen stuurde, is niet bekend: client_id ontbreekt of is een andere.",
                "The application that sent you here is not known: client_id is missing or is another one."
            );
            return pages::refused(lang, &words);
        }
        let Some(redirect) = parameters.get("redirect_uri").and_then(|uri| login.redirect(uri)) else {
            let words = text!(
                "De toepassing die u hierheen stuurde, vraagt u terug te sturen naar een adres dat niet geregistreerd is.",
                "The application that sent you here asks to send you back to an address that is not registered."
            );
            return pages::refused(lang, &words);
        };
        let state = parameters.get("state");
        let asked = self.asked(&parameters).and_then(|asked| Ok((asked, Manner::of(&parameters)?)));
        let (asked, manner) = match asked {
            Ok(both) => both,
            Err(refusal) => return refusal.tell(redirect, state),
        };
        let session = cookie(request).and_then(|session| login.memory().session(&session, now()));
        let session = session.filter(|who| !manner.anew && is_recent(&parameters, who));
        match session {
            Some(who) => login.send_back(redirect, who, asked),
            None if manner.silent => Refusal("login_required", "nobody is logged in").tell(redirect, state),
            None => {
                let ticket = secret();
                login.memory().show_login(ticket.clone(), asked, now());
                pages::login(lang, &ticket, &self.people, parameters.get("login_hint"))
            }
        }
    }

    /// What is asked, where it is asked rightly.
    fn asked(&self, parameters: &Parameters) -> Result<Asked, Refusal> {
        if !parameters.unfit.is_empty() {
            return Err(Refusal("invalid_request", "a parameter occurs twice or is too long"));
        }
        match parameters.get("response_type") {
            Some("code") => {}
            Some(_) => return Err(Refusal("unsupported_response_type", "response_type can only be code")),
            None => return Err(Refusal("invalid_request", "response_type is missing")),
        }
        if parameters.get("response_mode").is_some_and(|mode| mode != "query") {
            return Err(Refusal("invalid_request", "response_mode can only be query"));
        }
        if parameters.get("request").is_some() {
            return Err(Refusal("request_not_supported", "request is not supported"));
        }
        if parameters.get("request_uri").is_some() {
            return Err(Refusal("request_uri_not_supported", "request_uri is not supported"));
        }
        let text = |name: &str| parameters.get(name).map(str::to_owned);
        Ok(Asked {
            redirect_uri: text("redirect_uri").unwrap_or_default(),
            state: text("state"),
            nonce: text("nonce"),
            scope: self.login_scope(parameters.get("scope")),
            challenge: challenge(parameters)?,
        })
    }

    /// The scopes that it knows of those asked; the others are ignored (OpenID Connect Core, 3.1.2.1).
    fn login_scope(&self, asked: Option<&str>) -> String {
        let mut granted: Vec<&str> = Vec::new();
        for scope in asked.unwrap_or_default().split_ascii_whitespace() {
            let is_known = LOGIN_SCOPES.contains(&scope) || self.scope.split(' ').any(|own| own == scope);
            if is_known && !granted.contains(&scope) {
                granted.push(scope);
            }
        }
        granted.join(" ")
    }
}

impl Manner {
    fn of(parameters: &Parameters) -> Result<Self, Refusal> {
        let prompts: Vec<&str> = parameters.get("prompt").unwrap_or_default().split_ascii_whitespace().collect();
        let silent = prompts.contains(&"none");
        if silent && prompts.len() > 1 {
            return Err(Refusal("invalid_request", "prompt none stands alone"));
        }
        Ok(Self { silent, anew: prompts.contains(&"login") || prompts.contains(&"select_account") })
    }
}

/// Whether a login is as recent as `max_age` asks.
fn is_recent(parameters: &Parameters, who: &Who) -> bool {
    let most = parameters.get("max_age").and_then(|age| age.parse::<i64>().ok());
    most.is_none_or(|most| now() - who.since < most)
}

/// The challenge of PKCE, where one is given (RFC 7636, 4.3).
fn challenge(parameters: &Parameters) -> Result<Option<Challenge>, Refusal> {
    let method = parameters.get("code_challenge_method");
    let Some(challenge) = parameters.get("code_challenge") else {
        return match method {
            None => Ok(None),
            Some(_) => Err(Refusal("invalid_request", "code_challenge is missing")),
        };
    };
    let is_fit = (43..=128).contains(&challenge.len())
        && challenge.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte));
    let challenge = challenge.to_owned();
    match method {
        _ if !is_fit => Err(Refusal("invalid_request", "code_challenge has 43 to 128 unreserved characters")),
        None | Some("plain") => Ok(Some(Challenge::Plain(challenge))),
        Some("S256") => Ok(Some(Challenge::S256(challenge))),
        Some(_) => Err(Refusal("invalid_request", "code_challenge_method can only be S256 or plain")),
    }
}

impl Refusal {
    fn tell(&self, redirect: Url, state: Option<&str>) -> Answer {
        let parameters = [("error", Some(self.0)), ("error_description", Some(self.1)), ("state", state)];
        redirect_with(redirect, &parameters)
    }
}

/// Sends a browser to a URI with these parameters, beside those that it has.
pub(super) fn redirect_with(mut to: Url, parameters: &[(&str, Option<&str>)]) -> Answer {
    let given = parameters.iter().filter_map(|(name, value)| Some((*name, (*value)?)));
    let given: Vec<_> = given.collect();
    if !given.is_empty() {
        to.query_pairs_mut().extend_pairs(given);
    }
    let mut answer = Answer::status(303);
    answer.set("location", to.as_str());
    answer.set("cache-control", "no-store");
    answer.set("referrer-policy", "no-referrer");
    answer
}

impl Login {
    /// A redirect URI that may be used: one of loopback (RFC 8252, 7.3, and any path), or one that is registered.
    fn redirect(&self, uri: &str) -> Option<Url> {
        let is_registered = self.options.redirect_uris.iter().any(|registered| registered == uri);
        let url = Url::parse(uri).ok()?;
        (is_registered || is_own_machine(&url)).then_some(url).filter(|url| url.fragment().is_none())
    }

    /// Sends a citizen back with a code.
    pub(super) fn send_back(&self, redirect: Url, who: Who, asked: Asked) -> Answer {
        let (code, state) = (secret(), asked.state.clone());
        self.memory().give_code(code.clone(), who, asked, now());
        redirect_with(redirect, &[("code", Some(&code)), ("state", state.as_deref())])
    }
}

/// A page of this machine.
pub(super) fn is_own_machine(url: &Url) -> bool {
    ["http", "https"].contains(&url.scheme())
        && is_loopback(url)
        && url.username().is_empty()
        && url.password().is_none()
}

/// Why a login page is of no use any more.
pub(super) fn too_late() -> Text {
    text!(
        "Deze aanmeldpagina is al gebruikt of te oud. Begin opnieuw bij de toepassing.",
        "This login page was used already, or is too old. Start again at the application."
    )
}
