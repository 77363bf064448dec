//! The source: lists, certificates and documents for callers whose token the ACM vouches for.
//!
//! - `behaviour`, `rules`, `variation`, `wording`: its knobs; `vary`: what some of them do; `edits`: small changes to what it sends; `faults`: the
//!   defects, chapter by chapter.
//! - `access`: who gets in; `listing`, `links`, `envelope`, `representation`, `document`, `described`, `negotiation`: what
//!   it answers; `register`, `life`: whose certificates it holds, and what comes and goes.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use crate::sandbox::acm::tokens::{Tokens, now};
use crate::sandbox::answer::{Answer, Inbound, Problem};
use crate::sandbox::citizens::{Citizen, Role, is_national_number};
use crate::sandbox::source::access::{Admitted, Refusal, admit};
use crate::sandbox::source::behaviour::{AnswerContext, Behaviour, Call, Rules};
use crate::sandbox::source::envelope::field;
use crate::sandbox::source::links::{Key, Route};
use crate::sandbox::source::listing::Listed;
use crate::sandbox::source::register::{Certificate, Holder};
use crate::sandbox::source::variation::TrailingSlash;
use crate::sandbox::wire::Met;

mod access;
pub mod behaviour;
mod described;
mod document;
pub(in crate::sandbox) mod edits;
pub(in crate::sandbox) mod envelope;
pub mod faults;
pub(in crate::sandbox) mod life;
mod links;
mod listing;
mod negotiation;
pub(in crate::sandbox) mod register;
mod representation;
pub(in crate::sandbox) mod rules;
pub mod variation;
pub(in crate::sandbox) mod vary;
pub mod wording;
pub(in crate::sandbox) mod world;

/// The source and what it remembers.
pub(in crate::sandbox) struct Source {
    pub behaviour: Behaviour,
    /// Scheme, host, port and prefix of its own hrefs.
    pub base: String,
    pub client_id: String,
    pub secret: String,
    pub scope: String,
    pub people: Vec<Holder>,
    /// The ACM's own store; read only where a rule of access is off.
    pub tokens: Arc<Tokens>,
    pub introspection: String,
    pub http: reqwest::Client,
    /// Set when the ACM has answered for the first time.
    pub connected: OnceCell<()>,
    pub memory: Mutex<Memory>,
    /// Which calls it met on the network.
    pub met: Met,
}

/// What one call leaves behind for the next.
#[derive(Debug, Default)]
pub(in crate::sandbox) struct Memory {
    claims: HashMap<String, Value>,
    /// What the ACM said of a token, and until when it is believed.
    recent: HashMap<String, (Value, i64)>,
    calls: HashMap<String, usize>,
    /// The numbers of those whose list was asked, the last one last; who has no certificates is not among them.
    listed: Vec<String>,
    /// How often something of the subject was asked for.
    subject: usize,
}

/// The answer to a call, and the certificate that it is about.
type Found = (Answer, Option<About>);

/// Which certificate an answer is about.
struct About {
    place: usize,
    is_last: bool,
    language: String,
    /// How often its detail was given at this URL before.
    repeat: usize,
    /// The citizen of the path has it.
    is_of_the_path: bool,
}

impl Source {
    /// Answers any request.
    pub(in crate::sandbox) async fn answer(&self, request: &Inbound) -> Answer {
        let route = links::route(&self.behaviour, request);
        let mut admitted = None;
        let (mut answer, about) = match self.decide(&route, request, &mut admitted).await {
            Ok(found) => found,
            Err(problem) => {
                let mut answer = self.problem(problem);
                if problem.kind == NO_SUCH_CERTIFICATE.kind && !self.has_id(&route) {
                    self.behaviour.edits.absent.iter().for_each(|edit| be_absent(&mut answer, *edit));
                }
                (answer, None)
            }
        };
        if answer.status >= 400 {
            vary::vary_problem(&self.behaviour.variation, request, &mut answer);
        }
        self.finish(request, &mut answer);
        let text = |name| request.header(name).map(str::to_owned);
        let is_others = |citizen: String| route.insz.as_ref().is_some_and(|insz| *insz != citizen);
        let is_foreign = admitted.is_some_and(is_others) || about.as_ref().is_some_and(|about| !about.is_of_the_path);
        let context = AnswerContext {
            call: route.call,
            method: request.method.clone(),
            path: request.path.clone(),
            query: request.query.clone(),
            insz: route.insz.clone(),
            place: about.as_ref().map(|about| about.place),
            is_last: about.as_ref().is_some_and(|about| about.is_last),
            repeat: about.as_ref().map_or(0, |about| about.repeat),
            language: about.map(|about| about.language),
            is_foreign,
            authorization: text("authorization"),
            host: text("host"),
            accept: text("accept"),
            accept_language: text("accept-language"),
            accept_encoding: text("accept-encoding"),
            has_ids: ["x-request-id", "x-correlation-id"].iter().all(|name| request.header(name).is_some()),
        };
        if answer.status >= 400 {
            self.behaviour.edits.problem.iter().for_each(|edit| answer.edit_json(edit));
        }
        self.behaviour.edits.sent.iter().for_each(|edit| edit(&mut answer));
        if context.is_foreign && answer.status == 200 {
            let edits = &self.behaviour.edits;
            if edits.closed_unless.iter().any(|is_open| !is_open(&context)) {
                answer = self.problem(Refusal::OtherCitizen.problem(&self.behaviour.access.refusals));
                self.finish(request, &mut answer);
            } else if context.call == Call::List {
                edits.foreign.iter().for_each(|edit| edit(&mut answer));
            }
        }
        for edit in &self.behaviour.edits.answer {
            edit(&context, &mut answer);
        }
        vary::dress(&self.behaviour.variation, request, &mut answer);
        answer
    }

    async fn decide(&self, route: &Route, request: &Inbound, citizen: &mut Option<String>) -> Result<Found, Problem> {
        let methods: &[&str] = if self.behaviour.variation.get_only { &["GET"] } else { &["GET", "HEAD", "OPTIONS"] };
        if !methods.contains(&request.method.as_str()) {
            let mut answer = self.problem(OTHER_METHOD);
            answer.set("allow", &methods.join(", "));
            return Ok((answer, None));
        }
        let rules = match route.call {
            Call::List => &self.behaviour.access.list,
            Call::Detail => &self.behaviour.access.detail,
            Call::Download => &self.behaviour.access.download,
            Call::Document | Call::Unknown => &Rules::default(),
        };
        match route.call {
            Call::Unknown if self.is_list_with_slash(request) => {
                let mut answer = Answer::status(308);
                answer.set("location", request.path.trim_end_matches('/'));
                return Ok((answer, None));
            }
            Call::Unknown => return Err(NO_SUCH_PATH),
            _ if request.method == "OPTIONS" => {
                let mut answer = Answer::status(200);
                answer.set("allow", "GET, HEAD, OPTIONS");
                return Ok((answer, None));
            }
            Call::Document => {
                let document = document::document(&self.behaviour, &self.base);
                return Ok((Answer::json(200, "application/json", &document), None));
            }
            Call::List | Call::Detail | Call::Download => {}
        }
        match self.owner(route, rules, request, citizen).await? {
            Ok((owner, admitted)) => self.serve(route, rules, request, &owner, &admitted),
            Err(refusal) => Ok((self.refuse(route, refusal, request)?, None)),
        }
    }

    fn is_list_with_slash(&self, request: &Inbound) -> bool {
        let plain = request.path.strip_suffix('/').map(str::to_owned);
        let is_list = |path| links::route(&self.behaviour, &Inbound { path, ..request.clone() }).call == Call::List;
        self.behaviour.variation.trailing_slash == TrailingSlash::Redirect && plain.is_some_and(is_list)
    }

    /// Whose certificates the call may see, or why none; a malformed number is the outer error.
    async fn owner(
        &self,
        route: &Route,
        rules: &Rules,
        request: &Inbound,
        citizen: &mut Option<String>,
    ) -> Result<Result<(Cow<'_, Holder>, Admitted), Refusal>, Problem> {
        let admitted = match admit(self, rules, request).await {
            Ok(admitted) => admitted,
            Err(refusal) => return Ok(Err(refusal)),
        };
        citizen.clone_from(&admitted.citizen);
        if route.insz.as_deref().is_some_and(|insz| !self.is_number(insz)) {
            return Err(Problem { status: self.behaviour.variation.malformed_number, ..MALFORMED_NUMBER });
        }
        let known = |insz: &str| self.people.iter().find(|person| person.citizen.insz == insz);
        let named = route.insz.as_deref().filter(|_| rules.follows_the_path);
        let asked = named.or(admitted.citizen.as_deref()).unwrap_or_default();
        let person = known(asked);
        let is_own = admitted.citizen.as_deref().is_none_or(|citizen| citizen == asked);
        if rules.checks_citizen && !is_own {
            return Ok(Err(if person.is_some() { Refusal::OtherCitizen } else { Refusal::NeverIssued }));
        }
        Ok(Ok((person.map_or_else(|| Cow::Owned(nobody(asked)), |person| self.at_this_moment(person)), admitted)))
    }

    /// A person with the certificates that are there by now.
    fn at_this_moment<'a>(&self, person: &'a Holder) -> Cow<'a, Holder> {
        if person.citizen.role != Role::Subject || self.behaviour.life.is_empty() {
            return Cow::Borrowed(person);
        }
        let calls = {
            let mut memory = self.memory();
            memory.subject += 1;
            memory.subject
        };
        Cow::Owned(life::aged(person, &self.behaviour.life, calls))
    }

    fn is_number(&self, insz: &str) -> bool {
        let has_form = insz.len() == 11 && insz.bytes().all(|byte| byte.is_ascii_digit());
        if self.behaviour.variation.verifies_check_number { is_national_number(insz) } else { has_form }
    }

    fn refuse(&self, route: &Route, refusal: Refusal, request: &Inbound) -> Result<Answer, Problem> {
        let problem = refusal.problem(&self.behaviour.access.refusals);
        // An empty list in place of a refusal: only a list can be empty, a certificate is then not there.
        if problem.status == 200 {
            return match route.call {
                Call::List => {
                    let nobody = nobody(route.insz.as_deref().unwrap_or_default());
                    self.list(request, &nobody)
                }
                _ => Err(NO_SUCH_CERTIFICATE),
            };
        }
        let mut answer = self.problem(problem);
        if let Some(challenge) = refusal.challenge(problem.status) {
            vary::challenge(&self.behaviour.variation, challenge, &mut answer);
        }
        Ok(answer)
    }

    fn serve(
        &self,
        route: &Route,
        rules: &Rules,
        request: &Inbound,
        owner: &Holder,
        admitted: &Admitted,
    ) -> Result<Found, Problem> {
        let Some(key) = &route.key else { return Ok((self.list(request, owner)?, None)) };
        let everybody = !rules.own_certificates || (route.insz.is_none() && admitted.citizen.is_none());
        let owners = std::iter::once(owner).chain(self.people.iter().filter(|_| everybody));
        let mut found = owners.filter_map(|owner| self.find(owner, key).map(|(place, one)| (owner, place, one)));
        let asked = owner;
        let Some((owner, place, one)) = found.next() else { return Err(self.absent(owner, key)) };
        let is_last = place + 1 == owner.certificates.len();
        let is_of_the_path = owner.citizen.insz == asked.citizen.insz;
        let about = |repeat| About { place, is_last, language: one.language.clone(), repeat, is_of_the_path };
        let Some(media) = negotiation::media_type(self.behaviour.negotiation, route.call, self.accept(request)) else {
            return Err(NOT_ACCEPTABLE);
        };
        if route.call == Call::Download {
            let mut answer = Answer::with_body(200, media, representation::pdf(&one.name, self.behaviour.pdf_size));
            let is_named = self.behaviour.content_disposition;
            vary::vary_document(&self.behaviour.variation, one.number, is_named, &mut answer);
            return Ok((answer, Some(about(0))));
        }
        let repeat = self.note(&request.path, request);
        let body = representation::certificate(&self.behaviour, &self.base, owner, (place, one), Some(repeat));
        Ok((Answer::json(200, media, &body), Some(about(repeat))))
    }

    fn accept<'r>(&self, request: &'r Inbound) -> Option<&'r str> {
        request.header("accept").filter(|_| !self.behaviour.variation.ignores_accept)
    }

    fn find<'a>(&self, owner: &'a Holder, key: &Key) -> Option<(usize, &'a Certificate)> {
        let named = || owner.certificates.iter().enumerate();
        named().find(|(_, one)| key.names(one)).or_else(|| match key {
            Key::Named { id, .. } if self.behaviour.language_falls_back => named().find(|(_, one)| one.id == *id),
            _ => None,
        })
    }

    fn absent(&self, owner: &Holder, key: &Key) -> Problem {
        match key {
            Key::Named { id, .. } if owner.certificates.iter().any(|one| one.id == *id) => {
                Problem { status: self.behaviour.lacking_language, ..NO_SUCH_CERTIFICATE }
            }
            Key::Named { id, .. }
                if !self.people.iter().any(|person| person.certificates.iter().any(|one| one.id == *id)) =>
            {
                Problem { status: self.behaviour.unknown_certificate, ..NO_SUCH_CERTIFICATE }
            }
            _ => NO_SUCH_CERTIFICATE,
        }
    }

    /// Whether the citizen of the path has a certificate with the id of the path, in whatever language.
    fn has_id(&self, route: &Route) -> bool {
        let person = self.people.iter().find(|person| route.insz.as_ref() == Some(&person.citizen.insz));
        let Some(Key::Named { id, .. }) = &route.key else { return false };
        person.is_some_and(|person| person.certificates.iter().any(|one| one.id == *id))
    }

    fn list(&self, request: &Inbound, owner: &Holder) -> Result<Answer, Problem> {
        let Some(media) = negotiation::media_type(self.behaviour.negotiation, Call::List, self.accept(request)) else {
            return Err(NOT_ACCEPTABLE);
        };
        let repeat = self.note(&owner.citizen.insz, request);
        let previous = self.listed_before(owner);
        let reversed = self.behaviour.paging.reverses_repeats && repeat % 2 == 1;
        match listing::list(&self.behaviour, &self.base, owner, request, reversed, previous)? {
            Listed::Body(body) => Ok(Answer::json(200, media, &body)),
            Listed::NoContent => Ok(Answer::status(204)),
        }
    }

    /// The number of the last other citizen whose list was asked. Notes that this one's was.
    fn listed_before(&self, owner: &Holder) -> Option<String> {
        let mut memory = self.memory();
        let before = memory.listed.iter().rev().find(|number| **number != owner.citizen.insz).cloned();
        if !owner.certificates.is_empty() {
            memory.listed.retain(|number| *number != owner.citizen.insz);
            memory.listed.push(owner.citizen.insz.clone());
        }
        before
    }

    /// Notes a call for `what` with the query of this request, and tells how often it was made before.
    fn note(&self, what: &str, request: &Inbound) -> usize {
        let query = request.query.as_deref().unwrap_or_default();
        let mut memory = self.memory();
        let count = memory.calls.entry(format!("{what}?{query}")).or_default();
        *count += 1;
        *count - 1
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(in crate::sandbox) fn recall(&self, start: &str) -> Option<Value> {
        self.memory().claims.get(start).cloned()
    }

    pub(in crate::sandbox) fn remember(&self, start: String, claims: Value) {
        self.memory().claims.insert(start, claims);
    }

    /// What the ACM said of a token not long ago.
    pub(in crate::sandbox) fn recent(&self, token: &str) -> Option<Value> {
        let memory = self.memory();
        memory.recent.get(token).filter(|(_, until)| now() < *until).map(|(claims, _)| claims.clone())
    }

    /// Remembers what the ACM said of a token, where this source does.
    pub(in crate::sandbox) fn keep(&self, token: &str, claims: &Value) {
        let seconds = self.behaviour.access.remembers_for;
        if seconds > 0 {
            let until = now() + seconds;
            self.memory().recent.entry(token.to_owned()).or_insert_with(|| (claims.clone(), until));
        }
    }

    /// What the ACM says about a token. The first question goes alone, and the others on the connection that it opened: a
    /// burst of them would open one each.
    pub(in crate::sandbox) async fn introspect(&self, token: &str) -> Result<Value, reqwest::Error> {
        let mut first = None;
        let question = async {
            first = Some(self.ask(token).await?);
            Ok(())
        };
        self.connected.get_or_try_init(|| question).await?;
        match first {
            Some(answer) => Ok(answer),
            None => self.ask(token).await,
        }
    }

    async fn ask(&self, token: &str) -> Result<Value, reqwest::Error> {
        let form = [("token", token), ("token_type_hint", "access_token")];
        // RFC 6749, 2.3.1: id and secret stand there as in a form.
        let encoded = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let (id, secret) = (encoded(&self.client_id), encoded(&self.secret));
        let call = self.http.post(&self.introspection).basic_auth(id, Some(secret)).form(&form);
        let answer = call.send().await?;
        if answer.status() == reqwest::StatusCode::BAD_REQUEST {
            // Some issuers say so of a text that none of their tokens has the form of.
            return Ok(json!({ "active": false }));
        }
        let body = answer.error_for_status()?.bytes().await?;
        Ok(serde_json::from_slice(&body).or_else(|_| serde_json::from_slice(&in_jwt(&body))).unwrap_or_default())
    }

    fn problem(&self, problem: Problem) -> Answer {
        problem.answer(self.behaviour.error_body, &format!("{}/certificates", self.behaviour.prefix))
    }

    fn finish(&self, request: &Inbound, answer: &mut Answer) {
        if let Some(value) = self.behaviour.cache_control {
            answer.set("cache-control", value);
        }
        if let Some(value) = self.behaviour.version_header {
            answer.set("x-version", value);
        }
        for name in ["x-correlation-id", "x-request-id"] {
            if let Some(value) = request.header(name).filter(|_| self.behaviour.echo_ids) {
                answer.set(name, value);
            }
        }
    }
}

/// A success in place of the problem.
fn be_absent(answer: &mut Answer, edit: fn(&mut Value) -> Value) {
    answer.status = 200;
    answer.edit_json(|problem| {
        let body = edit(problem);
        *problem = body;
    });
}

/// A citizen whom the source does not know: a list of his is empty.
fn nobody(insz: &str) -> Holder {
    let role = crate::sandbox::citizens::Role::Empty;
    let citizen = Citizen { name: "nobody", role, insz: insz.to_owned(), sub: String::new() };
    Holder { citizen, certificates: Vec::new(), coming: Vec::new(), ids: 0 }
}

const OTHER_METHOD: Problem = Problem {
    status: 405,
    kind: "method-not-allowed",
    title: "Method not allowed",
    detail: "This source is read-only.",
};
const NO_SUCH_PATH: Problem =
    Problem { status: 404, kind: "no-such-path", title: "Not found", detail: "Nothing stands at this path." };
const NO_SUCH_CERTIFICATE: Problem =
    Problem { status: 404, kind: "no-such-certificate", title: "Not found", detail: "There is no such certificate." };
const NOT_ACCEPTABLE: Problem = Problem {
    status: 406,
    kind: "not-acceptable",
    title: "Not acceptable",
    detail: "No such media type is to be had.",
};
const MALFORMED_NUMBER: Problem =
    Problem { status: 400, kind: "invalid-number", title: "Invalid number", detail: "This is no national number." };

/// The introspection answer within a JWT (RFC 9701).
fn in_jwt(body: &[u8]) -> Vec<u8> {
    let payload = body.split(|byte| *byte == b'.').nth(1).unwrap_or_default();
    let claims = BASE64_URL_SAFE_NO_PAD.decode(payload).unwrap_or_default();
    let claims: Value = serde_json::from_slice(&claims).unwrap_or_default();
    field(&claims, "token_introspection").to_string().into_bytes()
}
