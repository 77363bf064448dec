//! Our own MBP: the token API, at which an application hands a citizen's token in, and the pages to which the citizen goes
//! with the temporary token of the answer.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};

use crate::base::text::{Lang, Text};
use crate::evidence::exchange::visit::{Call, MbpConduct, Party, TokenKind};
use crate::sandbox::acm::ACCESS_TOKEN;
use crate::sandbox::acm::called::{Called, Watch, is_our_own};
use crate::sandbox::acm::received::{Received, media_type};
use crate::sandbox::acm::tokens::{Tokens, now, odd_token, secret};
use crate::sandbox::acm::visits::{Issued, Visits};
use crate::sandbox::answer::{Answer, Inbound};
use crate::sandbox::bounded::Bounded;
use crate::sandbox::citizens::Citizen;
use crate::sandbox::page::{language, message};
use crate::text;

/// Where tokens are handed in. Path, fields and form of the errors stand in an older version of the portal's page about SSO
/// alone: the present text lost them. Should they prove to be otherwise, this file is what changes.
pub(in crate::sandbox) const TOKEN_API: &str = "/auth/v1/token";
/// The life of a temporary token, in seconds. The page does not say how long it is; a browser goes to MBP at once.
const LIFETIME: i64 = 60;
/// A call that gets no answer is given up after this long, whatever becomes of the visit.
const LONGEST: Duration = Duration::from_mins(2);
/// Tokens that it remembers.
const MOST: usize = 5000;

/// MBP and what it knows.
pub(in crate::sandbox) struct Mbp {
    /// Its client-id at ACM, which is the audience of what is handed in.
    client_id: String,
    people: Arc<Vec<Citizen>>,
    tokens: Arc<Tokens>,
    visits: Arc<Visits>,
    watch: Option<Watch>,
    memory: Mutex<Memory>,
}

struct Memory {
    /// Exchanged tokens that were handed in.
    handed_in: Bounded<()>,
    temporary: Bounded<Temporary>,
}

/// What a temporary token stands for.
struct Temporary {
    insz: String,
    /// Seconds since 1970.
    expires: i64,
}

impl Mbp {
    pub(in crate::sandbox) fn new(
        client_id: String,
        people: Arc<Vec<Citizen>>,
        tokens: Arc<Tokens>,
        visits: Arc<Visits>,
        watch: Option<Watch>,
    ) -> Self {
        let memory = Mutex::new(Memory { handed_in: Bounded::of(MOST), temporary: Bounded::of(MOST) });
        Self { client_id, people, tokens, visits, watch, memory }
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Answers any request; none where the connection ends without an answer.
    pub(in crate::sandbox) async fn answer(&self, request: &Inbound) -> Option<Answer> {
        let call = if request.path == TOKEN_API { Call::TokenApi } else { Call::Landing };
        let received = (!is_our_own(request)).then(|| Received::of(Party::Mbp, call, request));
        if call == Call::TokenApi && self.visits.mbp() == MbpConduct::Hangs {
            let mut turn = self.visits.turn();
            self.visits.note(received, Vec::new());
            tokio::time::timeout(LONGEST, turn.changed()).await.ok();
            return None;
        }
        let (answer, issued) = match call {
            Call::TokenApi => self.token_api(request),
            _ => (self.landing(request), Vec::new()),
        };
        let error = answer.error();
        if let Some(watch) = &self.watch {
            watch.tell(&Called::at_mbp(request, answer.status, error.clone()));
        }
        self.visits.note(received.map(|received| received.answered(answer.status, error)), issued);
        Some(answer)
    }

    fn token_api(&self, request: &Inbound) -> (Answer, Vec<Issued>) {
        if request.method != "POST" {
            let mut answer = refused(405, "only POST is allowed");
            answer.set("allow", "POST");
            return (answer, Vec::new());
        }
        let conduct = self.visits.mbp();
        match conduct {
            MbpConduct::Refuses => return (refused(400, "the token is refused"), Vec::new()),
            MbpConduct::Fails => {
                return (Answer::with_body(500, "text/plain", "Internal Server Error"), Vec::new());
            }
            MbpConduct::TalksNonsense => {
                return (Answer::json(200, "application/json", &json!({ "status": "ok" })), Vec::new());
            }
            _ => {}
        }
        let insz = match self.handed_in(request) {
            Ok(insz) => insz,
            Err(why) => return (refused(400, why), Vec::new()),
        };
        let token = if conduct == MbpConduct::OddTokens { odd_token() } else { secret() };
        let temporary = Temporary { insz: insz.clone(), expires: now() + LIFETIME };
        self.memory().temporary.insert(token.clone(), temporary);
        let mut answer = if conduct == MbpConduct::AnswersMore {
            Answer::json(201, "application/json", &json!({ "version": 2, "token": token, "links": [] }))
        } else {
            Answer::json(200, "application/json", &json!({ "token": token }))
        };
        answer.set("cache-control", "no-store");
        let (kind, lifetime) = (TokenKind::Temporary, Some(LIFETIME));
        (answer, vec![Issued { token, kind, insz: Some(insz), audience: None, scope: None, lifetime }])
    }

    /// The citizen whose token is handed in, once.
    fn handed_in(&self, request: &Inbound) -> Result<String, &'static str> {
        if media_type(request).as_deref() != Some("application/json") {
            return Err("the body must be JSON");
        }
        let body: Value = serde_json::from_slice(&request.body).map_err(|_| "the body is no JSON")?;
        let member = |name: &str| body.get(name).and_then(Value::as_str).filter(|value| !value.is_empty());
        let token = member("token").ok_or("token is missing")?;
        if member("token_type") != Some(ACCESS_TOKEN) {
            return Err("token_type is missing or unknown");
        }
        let grant = self.tokens.find(token).filter(|grant| grant.is_active(now()));
        let grant = grant.ok_or("the token is unknown or expired")?;
        // With a citizen and with this audience: only an exchange gives that.
        if grant.audience != self.client_id {
            return Err("the token is for another audience");
        }
        let insz = grant.insz.ok_or("the token is of no citizen")?;
        let mut memory = self.memory();
        if memory.handed_in.get(token).is_some() {
            return Err("the token was handed in before");
        }
        memory.handed_in.insert(token.to_owned(), ());
        Ok(insz)
    }

    /// Any page of MBP. The temporary token is used up by it, once.
    fn landing(&self, request: &Inbound) -> Answer {
        if !["GET", "HEAD"].contains(&request.method.as_str()) {
            let mut answer = Answer::status(405);
            answer.set("allow", "GET, HEAD");
            return answer;
        }
        let lang = language(request);
        let title = Text::same("Mijn Burgerprofiel (bronkeur)");
        let query = request.query.as_deref().unwrap_or_default();
        let mut given = url::form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name == "token");
        let Some((_, token)) = given.next() else {
            let words = text!("U bent niet aangemeld.", "You are not signed in.");
            return message(200, lang, &title, &words);
        };
        let found = if request.method == "GET" { self.memory().temporary.remove(&token) } else { None };
        let found = found.filter(|temporary| now() < temporary.expires && given.next().is_none());
        match found.and_then(|temporary| self.people.iter().find(|person| person.insz == temporary.insz)) {
            Some(person) => signed_in(lang, &title, person),
            None => message(
                403,
                lang,
                &title,
                &text!(
                    "U bent niet aangemeld: het tijdelijke token is onbekend, vervallen of al gebruikt.",
                    "You are not signed in: the temporary token is unknown, expired or already used."
                ),
            ),
        }
    }
}

fn signed_in(lang: Lang, title: &Text, person: &Citizen) -> Answer {
    let name = person.shown_name();
    message(200, lang, title, &text!("U bent aangemeld als {name}.", "You are signed in as {name}."))
}

/// An error of a client, in the form that the older page gives it.
fn refused(status: u16, why: &str) -> Answer {
    Answer::json(status, "application/json", &json!({ "error": why }))
}
