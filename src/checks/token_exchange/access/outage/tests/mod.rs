//! Our own ACM and a source, as a recording shows them.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::base::text::Text;
use crate::catalogue::{Catalogue, DEFAULT_SPEC, Level};
use crate::evidence::exchange::{
    Auth, Citizen, Content, Control, Exchange, Facts, Failure, FailureKind, Grant, IssuerCall, Kind, Phase, Request,
    Response, Sent, Target,
};
use crate::evidence::recording::Recording;
use crate::evidence::setup::Setup;
use crate::judging::verdict::{Obstacle, Outcome, Verdict};
use crate::run::evaluate::{Evaluated, Evaluator};

/// What came of each step, in the order in which they are taken.
struct World {
    environment: &'static str,
    ordinary: Result<u16, FailureKind>,
    close: Value,
    during: Result<(u16, bool), FailureKind>,
    open: Value,
    after: Result<(u16, bool), FailureKind>,
    seen: Value,
}

impl Default for World {
    fn default() -> Self {
        Self {
            environment: "bronkeur-acm",
            ordinary: Ok(200),
            close: json!({ "introspection": "closed", "seconds": 10 }),
            during: Ok((500, false)),
            open: json!({ "introspection": "open", "before": "closed" }),
            after: Ok((200, true)),
            seen: json!({ "introspections": 2 }),
        }
    }
}

fn list(status: u16, with_certificates: bool) -> Response {
    let items = if with_certificates { json!([{ "id": "a", "language": "nl" }]) } else { json!([]) };
    let body =
        if status == 200 { json!({ "certificates": items }) } else { json!({ "title": "no", "status": status }) };
    Response::new(status, Vec::new(), Content::json(body), Facts::default())
}

impl World {
    fn setup(&self) -> Setup {
        serde_json::from_value(json!({
            "source": "test", "base_url": "https://source.example/v1", "entry_path": "certificates/{insz}", "origins": [],
            "environment": self.environment, "ready": [], "declares": {}, "limits": {},
            "citizens": { "subject": { "name": "an", "insz": "10000000016", "ready_token": false } },
            "acm": { "issuer": "https://acm.example/op", "client_id": "us", "audience": "them", "actor": true }
        }))
        .unwrap()
    }

    fn result(&self, request: &Request) -> Result<Response, FailureKind> {
        let said = |answer: &Value| match answer {
            Value::Null => Err(FailureKind::NotConfigured),
            // The issuer has died.
            Value::Bool(false) => Err(FailureKind::Connect),
            body => Ok(Response::new(200, Vec::new(), Content::json(body.clone()), Facts::default())),
        };
        match (&request.target, request.phase) {
            (Target::Issuer(IssuerCall::Control(Control::Close)), Phase::Outage) => said(&self.close),
            (Target::Issuer(IssuerCall::Control(Control::Open)), Phase::Recovery) => said(&self.open),
            (Target::Issuer(IssuerCall::Control(Control::Seen(Auth::Fresh))), Phase::Recovery) => said(&self.seen),
            (Target::Entry { .. }, Phase::Outage) => self.during.map(|(status, data)| list(status, data)),
            (Target::Entry { .. }, Phase::Recovery) => self.after.map(|(status, data)| list(status, data)),
            (Target::Entry { .. }, Phase::Ordinary) => self.ordinary.map(|status| list(status, true)),
            other => panic!("{other:?} was not expected"),
        }
    }

    /// The verdict on a requirement, and the requests in the order in which it asked for them.
    fn judge(&self, id: &str) -> (Verdict, Vec<Request>) {
        let catalogue = Catalogue::load(DEFAULT_SPEC, None, |_, _, _, _| true).unwrap();
        let mut recording = Recording::new(self.setup(), Timestamp::UNIX_EPOCH, 1);
        let mut asked = Vec::new();
        for _ in 0..10 {
            match Evaluator::new(&catalogue).evaluate_one(catalogue.find(id).unwrap(), &recording) {
                Evaluated::Verdict(verdict) => return (verdict, asked),
                Evaluated::NeedsWholeRun => panic!("it needs no closed recording"),
                Evaluated::Missing(requests) => {
                    for request in requests {
                        asked.push(request.clone());
                        let result = self.result(&request).map_err(|kind| Failure::new(kind, Text::default()));
                        let (sent, credential) = (Sent::default(), None);
                        recording.add(Exchange {
                            request,
                            sent,
                            at_ms: 0,
                            ms: 1,
                            credential,
                            earlier: Vec::new(),
                            result,
                        });
                    }
                }
            }
        }
        panic!("{id} asks for more and more")
    }

    fn outcome(&self, id: &str) -> Outcome {
        self.judge(id).0.outcome
    }
}

#[test]
fn with_a_real_issuer_a_human_answers_and_nothing_is_asked() {
    let world = World { environment: "tni", ..World::default() };
    let (asks, requests) = world.judge("SEC-16");
    assert_eq!((asks.outcome, requests), (Outcome::Review, Vec::new()));
    let (outage, requests) = world.judge("SEC-20");
    assert_eq!((outage.outcome, requests), (Outcome::NotApplicable, Vec::new()));
}

#[test]
fn a_source_that_asks_and_refuses_passes() {
    for status in [500, 503, 401, 403, 429] {
        let world = World { during: Ok((status, false)), ..World::default() };
        assert_eq!(world.outcome("SEC-20"), Outcome::Pass, "{status}");
    }
    assert_eq!(World::default().outcome("SEC-16"), Outcome::Pass);
    // It may remember the answer for a while.
    let world = World { seen: json!({ "introspections": 1 }), ..World::default() };
    assert_eq!(world.outcome("SEC-16"), Outcome::Pass);
}

#[test]
fn data_during_the_outage_fails_whatever_comes_after() {
    for after in [Ok((200, true)), Ok((500, false)), Err(FailureKind::Timeout)] {
        let (verdict, _) = World { during: Ok((200, true)), after, ..World::default() }.judge("SEC-20");
        assert_eq!((verdict.outcome, verdict.findings[0].level), (Outcome::Fail, None));
    }
    let (empty, _) = World { during: Ok((200, false)), ..World::default() }.judge("SEC-20");
    assert_eq!((empty.outcome, empty.findings[0].level), (Outcome::Fail, Some(Level::Should)));
}

#[test]
fn a_token_that_opened_and_was_never_asked_about_fails() {
    let seen = || json!({ "introspections": 0 });
    let (verdict, _) = World { during: Ok((200, true)), seen: seen(), ..World::default() }.judge("SEC-16");
    let place = verdict.findings[0].exchange.as_ref().map(|request| request.phase);
    assert_eq!((verdict.outcome, place), (Outcome::Fail, Some(Phase::Outage)));
    assert_eq!(World { seen: seen(), ..World::default() }.outcome("SEC-16"), Outcome::Fail);
}

#[test]
fn what_proves_nothing_is_blocked() {
    let open = || json!({ "introspection": "open", "before": "open" });
    for (id, world) in [
        // It opened by itself while the source was still busy.
        ("SEC-20", World { during: Ok((200, true)), open: open(), ..World::default() }),
        ("SEC-20", World { during: Ok((200, true)), open: Value::Null, ..World::default() }),
        ("SEC-20", World { during: Err(FailureKind::Timeout), ..World::default() }),
        ("SEC-20", World { after: Ok((500, false)), ..World::default() }),
        ("SEC-16", World { after: Err(FailureKind::Timeout), ..World::default() }),
        ("SEC-16", World { after: Ok((401, false)), ..World::default() }),
        ("SEC-16", World { seen: Value::Null, ..World::default() }),
    ] {
        assert_eq!(world.outcome(id), Outcome::Blocked, "{id}");
    }
    for id in ["SEC-16", "SEC-20"] {
        let other = World { close: json!({ "error": "not_found" }), ..World::default() };
        let (verdict, _) = other.judge(id);
        assert!(verdict.remedy.unwrap().en.contains("acm.stand_in"));
        let (verdict, asked) = World { ordinary: Ok(404), ..World::default() }.judge(id);
        assert_eq!((verdict.outcome, asked.len()), (Outcome::Blocked, 1), "nothing is closed for such a source");
    }
}

#[test]
fn an_issuer_that_died_is_not_taken_for_another_one() {
    for (id, world) in [
        ("SEC-20", World { close: json!(false), ..World::default() }),
        ("SEC-16", World { close: json!(false), ..World::default() }),
        ("SEC-16", World { seen: json!(false), ..World::default() }),
    ] {
        let (verdict, _) = world.judge(id);
        assert!(
            matches!(verdict.obstacle.as_deref(), Some(Obstacle::Call(call)) if call.kind() == Kind::Issuer),
            "{id}"
        );
        assert!(!verdict.remedy.unwrap().en.contains("stand_in"), "{id}");
    }
}

#[test]
fn closing_waits_for_the_token_and_the_source_for_the_closing() {
    let setup = World::default().setup();
    let close = Request::control(Control::Close);
    let token = setup.needs(&close).into_iter().find(|need| need.phase == Phase::Outage).unwrap();
    assert_eq!(token.target, Target::Issuer(IssuerCall::Token(Grant::Fresh)));
    let source = Request::entry(Citizen::Subject).auth(Auth::Fresh);
    assert_eq!(setup.needs(&source.clone().phase(Phase::Outage)), [token.clone(), close]);
    assert_eq!(setup.needs(&source.phase(Phase::Recovery)), [token.clone(), Request::control(Control::Open)]);
    assert!(setup.needs(&Request::control(Control::Seen(Auth::Fresh))).contains(&token));
}
