//! A small application for the tests of checks: what a visit to it comes to, as our own ACM and MBP would tell, and the
//! ways in which a test makes it wrong.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::sync::LazyLock;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::shared::{ACCESS_TOKEN, EXCHANGE};
use crate::catalogue::{Catalogue, Selection};
use crate::checks::is_check;
use crate::evidence::exchange::visit::{
    AcmConduct, Act, AskedMbp, Authentication, Call, Cause, Cookie, Ended, Fact, HandOver, Issued, MbpConduct,
    Navigation, Page, PageKind, Party, Received, Timeline, TokenKind, What,
};
use crate::evidence::exchange::{
    Citizen, Content, Exchange, Facts, Failure, IssuerCall, Request, Response, Sent, Target, Visit,
};
use crate::evidence::recording::Recording;
use crate::evidence::setup::{Setup, SubjectSetup};
use crate::judging::verdict::{Outcome, Verdict};
use crate::report::{Report, RunMeta};
use crate::run::evaluate::{Evaluated, Evaluator};

pub(super) const APP: &str = "https://app.example";
pub(super) const ACM: &str = "https://acm.example/op";
pub(super) const MBP: &str = "https://mbp.example";
pub(super) const MBP_ID: &str = "mbp-client";
/// The surrogate of the subject's national number.
pub(super) const INSZ: &str = "10000000016";

static CATALOGUE: LazyLock<Catalogue> =
    LazyLock::new(|| Catalogue::load("sso-handover", None, is_check).unwrap_or_else(|faults| panic!("{faults}")));

type Edit = Box<dyn Fn(&Visit, &mut Vec<Fact>)>;
type Hook = Box<dyn Fn(&Request) -> Option<Result<Response, Failure>>>;

/// A conformant application, but for what a test changes.
pub(super) struct Application {
    pub(super) setup: Setup,
    edits: Vec<Edit>,
    hooks: Vec<Hook>,
    /// How many tokens were given.
    count: Cell<u32>,
    /// It refreshes before each exchange.
    pub(super) refreshes: bool,
}

/// A browser of a visit.
#[derive(Clone, Default)]
struct Browser {
    citizen: Option<Citizen>,
    session: Option<(String, String)>,
}

impl Application {
    /// As our own ACM and MBP see it.
    pub(super) fn new() -> Self {
        let person = |name: &str, insz: &str| json!({ "name": name, "insz": insz, "ready_token": false });
        let setup = json!({
            "source": "application", "base_url": APP, "origins": [], "environment": "bronkeur-acm",
            "citizens": { "subject": person("an", INSZ), "other": person("bo", "10000000113") },
            "acm": { "issuer": ACM, "client_id": "own-client", "audience": MBP_ID, "scope": "profile rrn",
                "actor": true, "source_client": null, "other_audience": "other-mbp" },
            "ready": [], "limits": {},
            "start_url": format!("{APP}/"), "hand_over_urls": [format!("{APP}/mbp"), format!("{APP}/mbp/berichten")],
            "logout_url": format!("{APP}/uit"), "mbp": { "client_id": MBP_ID, "base_url": MBP }, "stand_in": true,
        });
        let setup = serde_json::from_value(setup).expect("a setup");
        Self { setup, edits: Vec::new(), hooks: Vec::new(), count: Cell::new(0), refreshes: true }
    }

    /// As it runs, where ACM and MBP are not our own.
    pub(super) fn running() -> Self {
        let mut own = Self::new();
        if let SubjectSetup::Application(application) = &mut own.setup.subject {
            application.stand_in = false;
        }
        own.edit(|_, facts| facts.retain(|fact| !matches!(fact.what, What::Received(_) | What::Issued(_))))
    }

    /// By its credentials alone.
    pub(super) fn own_flow() -> Self {
        let mut own = Self::new();
        if let SubjectSetup::Application(application) = &mut own.setup.subject {
            (application.start_url, application.stand_in) = (None, false);
        }
        own
    }

    /// The same with what a visit comes to changed.
    pub(super) fn edit(mut self, edit: impl Fn(&Visit, &mut Vec<Fact>) + 'static) -> Self {
        self.edits.push(Box::new(edit));
        self
    }

    /// The same with what ACM answers to our own calls changed.
    pub(super) fn when(mut self, reply: impl Fn(&Request) -> Option<Result<Response, Failure>> + 'static) -> Self {
        self.hooks.insert(0, Box::new(reply));
        self
    }

    /// The verdict on a requirement.
    pub(super) fn judge(&self, id: &str) -> Verdict {
        self.judge_by(id, &mut self.recording())
    }

    fn recording(&self) -> Recording {
        Recording::new(self.setup.clone(), Timestamp::UNIX_EPOCH, 1)
    }

    fn judge_by(&self, id: &str, recording: &mut Recording) -> Verdict {
        let requirement = CATALOGUE.find(id).expect("a requirement");
        for _ in 0..100 {
            match Evaluator::new(&CATALOGUE).evaluate_one(requirement, recording) {
                Evaluated::Verdict(verdict) => return verdict,
                Evaluated::Missing(requests) => {
                    for request in requests {
                        recording.add(self.exchange(request));
                    }
                }
                Evaluated::NeedsWholeRun => recording.closed = true,
            }
        }
        panic!("{id} asks for more and more")
    }

    /// What becomes of a requirement.
    pub(super) fn outcome(&self, id: &str) -> Outcome {
        self.judge(id).outcome
    }

    /// The ids of the requirements that fail.
    pub(super) fn failing(&self) -> Vec<String> {
        let mut recording = self.recording();
        let rows = CATALOGUE.requirements.iter().map(|row| row.id.clone());
        rows.filter(|id| self.judge_by(id, &mut recording).outcome == Outcome::Fail).collect()
    }

    /// The report of a whole run.
    pub(super) fn report(&self) -> Report {
        let mut recording = self.recording();
        for row in &CATALOGUE.requirements {
            if row.check.is_some() {
                self.judge_by(&row.id, &mut recording);
            }
        }
        let verdicts = Evaluator::new(&CATALOGUE).evaluate(&recording, &Selection::default());
        Report::new(&CATALOGUE, &recording, &verdicts, &RunMeta::default())
    }

    fn exchange(&self, request: Request) -> Exchange {
        let result = match (&request.target, self.hooks.iter().find_map(|hook| hook(&request))) {
            (_, Some(reply)) => reply,
            (Target::Visit(visit), None) => Ok(self.visited(visit)),
            (Target::Issuer(IssuerCall::Token(_)), None) => Ok(answer(
                200,
                json!({
                    "access_token": "TOKEN-900xxxxxxx", "token_type": "Bearer", "issued_token_type": ACCESS_TOKEN,
                    "expires_in": 300, "scope": "profile rrn"
                }),
            )),
            (_, None) => Ok(answer(200, json!({ "issuer": ACM }))),
        };
        let sent = Sent { method: "VISIT".to_owned(), url: format!("{APP}/"), ..Sent::default() };
        Exchange { request, sent, at_ms: 0, ms: 1, credential: None, earlier: Vec::new(), result }
    }

    fn visited(&self, visit: &Visit) -> Response {
        let mut driven = Driven { own: self, visit, facts: Vec::new(), step: 0, browsers: RefCell::default() };
        for (step, deeds) in (0..).zip(&visit.steps) {
            driven.step = step;
            for deed in &deeds.0 {
                driven.act(deed.browser, deed.act);
            }
        }
        let mut facts = driven.facts;
        self.edits.iter().for_each(|edit| edit(visit, &mut facts));
        let timeline = serde_json::to_value(Timeline { facts }).expect("JSON");
        Response::new(0, Vec::new(), Content::json(timeline), Facts::default())
    }

    fn token(&self, length: usize) -> String {
        self.count.set(self.count.get() + 1);
        format!("{:x<length$}", format!("TOKEN-{}", self.count.get()))
    }
}

/// An answer of the issuer.
pub(super) fn answer(status: u16, body: Value) -> Response {
    let headers = vec![("cache-control".to_owned(), "no-store".to_owned())];
    Response::new(status, headers, Content::json(body), Facts::default())
}

/// A visit in the making.
struct Driven<'a> {
    own: &'a Application,
    visit: &'a Visit,
    facts: Vec<Fact>,
    step: u8,
    browsers: RefCell<BTreeMap<u8, Browser>>,
}

impl Driven<'_> {
    fn add(&mut self, what: What) {
        self.facts.push(Fact { at_ms: self.facts.len() as u64, step: self.step, what });
    }

    fn go(&mut self, browser: u8, cause: Cause, url: &str, status: u16) {
        let page = Page { kind: PageKind::Html, bytes: 900, ..Page::default() };
        let page = if status == 200 { page } else { Page::default() };
        self.add(What::Navigation(Navigation {
            browser,
            cause,
            method: "GET".to_owned(),
            url: url.to_owned(),
            referer: None,
            status: Some(status),
            failure: None,
            ms: 10,
            headers: Vec::new(),
            cookies: vec![Cookie { name: "sid".to_owned(), secure: true, http_only: true, ..Cookie::default() }],
            page,
        }));
    }

    fn asked(&mut self, by: Party, call: Call, parameters: &[(&str, &str)], status: u16) {
        let media_type = match call {
            Call::TokenApi => Some("application/json"),
            Call::Token => Some("application/x-www-form-urlencoded"),
            _ => None,
        };
        self.add(What::Received(Received {
            by,
            call,
            method: if media_type.is_some() { "POST" } else { "GET" }.to_owned(),
            path: if by == Party::Mbp { "/auth/v1/token" } else { "/op/v1/token" }.to_owned(),
            media_type: media_type.map(str::to_owned),
            by_script: false,
            authentication: if call == Call::Token { vec![Authentication::Basic] } else { Vec::new() },
            parameters: parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            status: Some(status),
            error: None,
        }));
    }

    fn give(&mut self, kind: TokenKind, citizen: Option<Citizen>) -> String {
        let is_odd = match kind {
            TokenKind::Temporary => self.visit.mbp == MbpConduct::OddTokens,
            _ => self.visit.acm == AcmConduct::OddTokens,
        };
        let token = self.own.token(if is_odd { 600 } else { 24 });
        let scope = (kind == TokenKind::Exchanged).then(|| "profile rrn".to_owned());
        let lifetime = (kind == TokenKind::Exchanged).then_some(300);
        self.add(What::Issued(Issued { token: token.clone(), kind, citizen, audience: None, scope, lifetime }));
        token
    }

    fn end(&mut self, ended: Ended) {
        self.add(What::Ended(ended));
    }

    fn act(&mut self, browser: u8, act: Act) {
        match act {
            Act::Start => {
                self.go(browser, Cause::Opened, &format!("{APP}/"), 200);
                self.end(Ended::Page { browser });
            }
            Act::LogIn(citizen) => {
                self.browsers.borrow_mut().entry(browser).or_default().citizen = Some(citizen);
                self.go(browser, Cause::Opened, &format!("{APP}/"), 302);
                self.log_in(browser, citizen);
                self.go(browser, Cause::Redirect(303), &format!("{APP}/dossier"), 200);
                self.end(Ended::Page { browser });
            }
            Act::HandOver(page) => self.hand_over(browser, page),
            Act::Again => self.hand_over(browser, 0),
            Act::Expire => self.end(Ended::Expired { browser }),
            Act::Follow => {
                let is_again = self.facts.iter().any(|fact| matches!(fact.what, What::AskedMbp(_)));
                self.ask_mbp(browser, "GET", if is_again { 403 } else { 200 });
            }
            Act::HandIn => self.ask_mbp(browser, "POST", 200),
            Act::LogOut => {
                self.browsers.borrow_mut().entry(browser).or_default().session = None;
                self.go(browser, Cause::Opened, &format!("{APP}/uit"), 200);
                self.end(Ended::Page { browser });
            }
        }
    }

    fn ask_mbp(&mut self, browser: u8, method: &str, status: u16) {
        self.add(What::AskedMbp(AskedMbp {
            browser,
            method: method.to_owned(),
            url: format!("{MBP}/"),
            status: Some(status),
            failure: None,
            location: None,
            gave: method == "POST",
            ms: 10,
        }));
        self.end(Ended::Page { browser });
    }

    fn ask_to_log_in(&mut self, browser: u8) {
        let asked = [("response_type", "code"), ("scope", "openid profile rrn"), ("client_id", "own-client")];
        let url = format!("{ACM}/v1/auth?response_type=code&scope=openid+profile+rrn&client_id=own-client");
        self.asked(Party::Acm, Call::Authorization, &asked, 200);
        self.go(browser, Cause::Redirect(302), &url, 200);
    }

    fn log_in(&mut self, browser: u8, citizen: Citizen) {
        self.ask_to_log_in(browser);
        self.go(browser, Cause::Form, &format!("{ACM}/v1/login"), 302);
        let code = self.give(TokenKind::Code, Some(citizen));
        let callback = format!("{APP}/terug?code={code}&state=TOKEN-800xx");
        self.asked(Party::Acm, Call::Token, &[("grant_type", "authorization_code"), ("code", &code)], 200);
        let access = self.give(TokenKind::Access, Some(citizen));
        let refresh = self.give(TokenKind::Refresh, Some(citizen));
        self.give(TokenKind::Id, Some(citizen));
        self.go(browser, Cause::Redirect(302), &callback, 303);
        self.browsers.borrow_mut().entry(browser).or_default().session = Some((access, refresh));
    }

    fn hand_over(&mut self, browser: u8, page: u8) {
        let own = ["/mbp", "/mbp/berichten"].get(usize::from(page)).copied().unwrap_or("/mbp");
        let from = format!("{APP}{own}");
        self.go(browser, Cause::Opened, &from, 302);
        let Browser { citizen, session } = self.browsers.borrow().get(&browser).cloned().unwrap_or_default();
        let (Some(citizen), Some((mut access, mut refresh))) = (citizen, session) else {
            self.ask_to_log_in(browser);
            return self.end(Ended::AtLogin { browser });
        };
        if self.own.refreshes {
            self.asked(Party::Acm, Call::Token, &[("grant_type", "refresh_token"), ("refresh_token", &refresh)], 200);
            access = self.give(TokenKind::Access, Some(citizen));
            refresh = self.give(TokenKind::Refresh, Some(citizen));
            self.browsers.borrow_mut().entry(browser).or_default().session = Some((access.clone(), refresh));
        }
        self.asked(Party::Acm, Call::Token, &[("grant_type", "client_credentials")], 200);
        let actor = self.give(TokenKind::Actor, None);
        let token = self.exchanged(&access, &actor, citizen).and_then(|token| self.handed_in(&token, citizen));
        let target = if page == 0 { format!("{MBP}/") } else { format!("{MBP}/meldingen?soort=nieuw") };
        let join = if target.contains('?') { '&' } else { '?' };
        let url = token.map_or(target.clone(), |token| format!("{target}{join}token={token}"));
        self.add(What::HandOver(HandOver {
            browser,
            cause: Cause::Redirect(302),
            method: "GET".to_owned(),
            url,
            referer: Some(format!("{APP}/")),
            from,
            headers: vec![("cache-control".to_owned(), "no-store".to_owned())],
        }));
        self.end(Ended::AtMbp { browser });
    }

    fn exchanged(&mut self, access: &str, actor: &str, citizen: Citizen) -> Option<String> {
        let status = match self.visit.acm {
            AcmConduct::RefusesExchange => 400,
            AcmConduct::FailsAtExchange => 500,
            AcmConduct::AsUsual | AcmConduct::OddTokens => 200,
        };
        let form = [
            ("grant_type", EXCHANGE),
            ("subject_token", access),
            ("subject_token_type", ACCESS_TOKEN),
            ("actor_token", actor),
            ("actor_token_type", ACCESS_TOKEN),
            ("audience", MBP_ID),
        ];
        self.asked(Party::Acm, Call::Token, &form, status);
        (status == 200).then(|| self.give(TokenKind::Exchanged, Some(citizen)))
    }

    fn handed_in(&mut self, token: &str, citizen: Citizen) -> Option<String> {
        let status = match self.visit.mbp {
            MbpConduct::Refuses => 400,
            MbpConduct::Fails => 500,
            MbpConduct::AnswersMore => 201,
            MbpConduct::AsUsual | MbpConduct::TalksNonsense | MbpConduct::Hangs | MbpConduct::OddTokens => 200,
        };
        self.asked(Party::Mbp, Call::TokenApi, &[("token", token), ("token_type", ACCESS_TOKEN)], status);
        let gives = status < 300 && !matches!(self.visit.mbp, MbpConduct::TalksNonsense | MbpConduct::Hangs);
        gives.then(|| self.give(TokenKind::Temporary, Some(citizen)))
    }
}

/// Every page, where the browser went.
pub(super) fn pages(facts: &mut [Fact], mut change: impl FnMut(&mut Navigation)) {
    for fact in facts {
        if let What::Navigation(navigation) = &mut fact.what {
            change(navigation);
        }
    }
}

/// Every hand-over.
pub(super) fn hand_overs(facts: &mut [Fact], mut change: impl FnMut(&mut HandOver)) {
    for fact in facts {
        if let What::HandOver(hand_over) = &mut fact.what {
            change(hand_over);
        }
    }
}

/// Every call that ACM or MBP got.
pub(super) fn calls(facts: &mut [Fact], call: Call, mut change: impl FnMut(&mut Received)) {
    for fact in facts {
        if let What::Received(received) = &mut fact.what
            && received.call == call
        {
            change(received);
        }
    }
}

/// Every exchange.
pub(super) fn exchanges(facts: &mut [Fact], mut change: impl FnMut(&mut Received)) {
    calls(facts, Call::Token, |received| {
        if received.parameter("grant_type") == Some(EXCHANGE) {
            change(received);
        }
    });
}

/// Another value of a parameter; none takes it away.
pub(super) fn set(received: &mut Received, name: &str, value: Option<&str>) {
    received.parameters.retain(|(own, _)| own != name);
    received.parameters.extend(value.map(|value| (name.to_owned(), value.to_owned())));
}

/// The first token of a kind that was given in a visit.
pub(super) fn given(facts: &[Fact], kind: TokenKind) -> String {
    let mut tokens = facts.iter().filter_map(|fact| match &fact.what {
        What::Issued(issued) if issued.kind == kind => Some(issued.token.clone()),
        _ => None,
    });
    tokens.next().unwrap_or_else(|| "TOKEN-999xx".to_owned())
}

/// The hand-overs of a visit end at a page instead, with that status.
pub(super) fn end_at_a_page(facts: &mut Vec<Fact>, status: u16, change: impl Fn(&mut Page)) {
    facts.retain(|fact| !matches!(fact.what, What::HandOver(_)));
    for fact in facts.iter_mut() {
        if let What::Ended(Ended::AtMbp { browser }) = fact.what {
            fact.what = What::Ended(Ended::Page { browser });
        }
        if let What::Navigation(navigation) = &mut fact.what
            && navigation.url.starts_with(&format!("{APP}/mbp"))
        {
            navigation.status = Some(status);
            navigation.page = Page { kind: PageKind::Html, bytes: 400, ..Page::default() };
            change(&mut navigation.page);
        }
    }
}
