//! The application: citizens log in to it at ACM, and it hands them over to MBP. It can be made wrong on purpose.
//!
//! - `behaviour`: its knobs; `faults`: what is wrong with them, as data.
//! - `login`, `hand_over`: what it does; `session`, `call`, `pages`: with what.
//! - `world`: it, with the ACM and the MBP beside it.

use std::sync::Mutex;

use reqwest::Client;

use self::behaviour::{Behaviour, Build, Draws, Holds};
use self::call::Held;
use self::session::{Memory, Session};
use crate::base::assertion::SigningKey;
use crate::sandbox::acm::credentials::ClientCredentials;
use crate::sandbox::acm::tokens::secret;
use crate::sandbox::answer::{Answer, Inbound};

pub mod behaviour;
pub mod call;
pub mod faults;
mod hand_over;
mod login;
mod pages;
mod session;
pub mod world;

/// Whom the application knows.
#[derive(Clone, Debug)]
pub(in crate::sandbox) struct Parties {
    /// The issuer.
    pub issuer: String,
    /// The application as a client of it.
    pub client: ClientCredentials,
    /// The key that it registered there.
    pub key: Option<SigningKey>,
    /// The base URL of MBP.
    pub mbp: String,
    /// MBP's client-id.
    pub mbp_client_id: String,
    /// The client-id of another API.
    pub other_audience: String,
}

/// The application and what it remembers.
pub(in crate::sandbox) struct Application {
    behaviour: Behaviour,
    /// Its own origin.
    origin: String,
    parties: Parties,
    http: Client,
    memory: Memory,
    /// The actor token that it keeps, and until when.
    actor: Mutex<Option<(String, i64)>>,
}

impl Application {
    pub(in crate::sandbox) fn new(behaviour: Behaviour, origin: String, parties: Parties, http: Client) -> Self {
        Self { behaviour, origin, parties, http, memory: Memory::default(), actor: Mutex::default() }
    }

    /// Answers any request.
    pub(in crate::sandbox) async fn answer(&self, request: &Inbound) -> Answer {
        let answer = self.answered(request).await;
        if let Some(diary) = &self.behaviour.diary {
            let told = ["cookie"].into_iter().flat_map(|name| request.headers.get_all(name));
            let said = ["set-cookie", "location"].into_iter().flat_map(|name| answer.headers.get_all(name));
            told.chain(said).for_each(|value| diary.write(String::from_utf8_lossy(value.as_bytes())));
            request.query.iter().for_each(|query| diary.write(query));
        }
        answer
    }

    async fn answered(&self, request: &Inbound) -> Answer {
        let build = &self.behaviour.build;
        let Some(path) = request.path.strip_prefix(build.prefix) else { return pages::nothing() };
        match path {
            "/callback" => return self.callback(request).await,
            "" | "/" if build.locale => return self.go_to(&self.path("/")),
            _ => {}
        }
        let path = if build.locale { path.strip_prefix("/nl") } else { Some(path) };
        let Some(path) = path else { return pages::nothing() };
        match path {
            "" | "/" => self.start(request).await,
            "/login" => self.log_in(None),
            "/logout" => self.log_out(request),
            "/afgemeld" => pages::signed_out(&self.path("/")),
            "/uitleg" => pages::explanation(&self.path("/")),
            "/stand" => Answer::json(200, "application/json", &serde_json::json!({ "stand": "goed" })),
            _ => match self.clicked(path) {
                Some(page) => self.hand_over(request, page, path.ends_with("/verder")).await,
                None => pages::nothing(),
            },
        }
    }

    /// The page of MBP that a path of the application leads to, by its place.
    fn clicked(&self, path: &str) -> Option<usize> {
        let path = if self.detours() { path.strip_suffix("/verder").unwrap_or(path) } else { path };
        self.behaviour.build.pages.iter().position(|page| clicks_on(page) == path)
    }

    /// Whether a click passes a second address.
    fn detours(&self) -> bool {
        self.behaviour.build.detour || self.behaviour.detour_holds != Holds::Nothing
    }

    /// A path of its own, as browsers see it.
    fn path(&self, rest: &str) -> String {
        let build = &self.behaviour.build;
        format!("{}{}{rest}", build.prefix, if build.locale { "/nl" } else { "" })
    }

    /// The path that hands over to the page of that place.
    fn hand_over_path(&self, page: usize) -> String {
        let page = self.behaviour.build.pages.get(page).copied().unwrap_or_default();
        self.path(&clicks_on(page))
    }

    /// The page where people start: the one that logs in, or the first one where that leads there.
    pub(in crate::sandbox) fn start_url(&self) -> String {
        let build = &self.behaviour.build;
        if build.starts_with_login {
            return format!("{}{}/", self.origin, build.prefix);
        }
        format!("{}{}", self.origin, self.path("/login"))
    }

    /// The pages that hand over to MBP.
    pub(in crate::sandbox) fn hand_over_urls(&self) -> Vec<String> {
        (0..self.behaviour.build.pages.len())
            .map(|page| format!("{}{}", self.origin, self.hand_over_path(page)))
            .collect()
    }

    /// The page that logs out.
    pub(in crate::sandbox) fn logout_url(&self) -> String {
        format!("{}{}", self.origin, self.path("/logout"))
    }

    /// Where citizens come back from ACM.
    fn redirect_uri(&self) -> String {
        format!("{}{}/callback", self.origin, self.behaviour.build.prefix)
    }

    /// A redirect to a path of its own.
    fn go_to(&self, path: &str) -> Answer {
        let to = if self.behaviour.build.relative { path.to_owned() } else { format!("{}{path}", self.origin) };
        self.redirect(&to)
    }

    /// A redirect that nobody keeps.
    fn redirect(&self, to: &str) -> Answer {
        let build = &self.behaviour.build;
        let mut answer = if build.redirect_page { pages::redirect(to) } else { Answer::default() };
        answer.status = build.redirect;
        answer.set("location", to);
        answer.set("cache-control", build.no_store);
        if let Some(policy) = build.referrer_policy {
            answer.set("referrer-policy", policy);
        }
        answer
    }

    /// What it has in hand for a session.
    fn held(&self, session: &Session) -> Held {
        let given = self.memory.given(&session.sid);
        let Parties { issuer, client, mbp, mbp_client_id, other_audience, .. } = self.parties.clone();
        Held {
            issuer,
            mbp,
            origin: self.origin.clone(),
            client_id: client.id,
            client_secret: client.secret,
            mbp_client_id,
            other_audience,
            access: session.access.clone(),
            first_access: given.access,
            refresh: session.refresh.clone().unwrap_or_default(),
            id: given.id,
            ..Held::default()
        }
    }

    fn furnish(&self, answer: &mut Answer) {
        if self.behaviour.build.furnished {
            pages::furnish(answer, &self.parties.mbp, &secret());
        }
    }

    async fn start(&self, request: &Inbound) -> Answer {
        let build = &self.behaviour.build;
        let Some(session) = self.session(request) else {
            if build.starts_with_login {
                return self.log_in(None);
            }
            let mut answer = pages::welcome(&self.path("/login"));
            self.furnish(&mut answer);
            return answer;
        };
        let links: Vec<(String, &str)> =
            build.pages.iter().enumerate().map(|(place, page)| (self.hand_over_path(place), *page)).collect();
        let mut answer = pages::signed_in(&links, &self.path("/logout"), build.new_tab);
        self.furnish(&mut answer);
        let mut held = self.held(&session);
        if self.behaviour.draws != Draws::Nothing {
            self.draw(&session, &mut held, &mut answer).await;
        }
        self.behaviour.edits.start.iter().for_each(|edit| edit(&mut answer, &held));
        answer
    }
}

/// The path below which a click leads to a page of MBP.
fn clicks_on(page: &str) -> String {
    if page.is_empty() { "/naar-mbp".to_owned() } else { format!("/naar-mbp/{page}") }
}
