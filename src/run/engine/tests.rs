use std::sync::LazyLock;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::*;
use crate::base::text::Text;
use crate::catalogue::Catalogue;
use crate::catalogue::DEFAULT_SPEC;
use crate::checks;
use crate::evidence::exchange::{
    Auth, Citizen, Content, Facts, Failure, Grant, IssuerCall, Kind, Phase, Response, Sent, Target,
};
use crate::evidence::setup::{AcmSetup, Setup};
use crate::judging::verdict::Outcome;
use crate::run::HOSTILE_AT_ONCE;

static CATALOGUE: LazyLock<Catalogue> =
    LazyLock::new(|| Catalogue::load(DEFAULT_SPEC, None, checks::is_check).unwrap());

fn bounds() -> Bounds {
    Bounds { concurrency: 4, requests: 100, started: Instant::now() }
}

fn recording() -> Recording {
    let setup: Setup = serde_json::from_value(json!({
        "source": "test", "base_url": "https://source.example/v1", "entry_path": "certificates/{insz}", "origins": [],
        "environment": "none", "citizens": { "subject": { "name": "an", "insz": "10000000016", "ready_token": true } },
        "ready": [], "declares": {}, "limits": {}
    }))
    .unwrap();
    Recording::new(setup, Timestamp::UNIX_EPOCH, 1)
}

fn unanswered(request: Request) -> Exchange {
    let result = Err(Failure::new(FailureKind::Timeout, Text::default()));
    Exchange { request, sent: Sent::default(), at_ms: 0, ms: 0, credential: None, earlier: Vec::new(), result }
}

async fn run_with<F>(recording: &mut Recording, send: impl Fn(Request) -> F, interrupted: bool) -> Vec<Verdict>
where
    F: Future<Output = Exchange> + Send + 'static,
{
    let selection = Selection { only: vec!["LST".to_owned(), "SEC".to_owned()], skip: Vec::new() };
    let until = async move {
        if !interrupted {
            std::future::pending::<()>().await;
        }
    };
    let run = run(Evaluator::new(&CATALOGUE), recording, &selection, bounds(), send, until, |_| {});
    tokio::time::timeout(Duration::from_secs(20), run).await.expect("the run ends")
}

#[tokio::test]
async fn a_source_that_never_answers_blocks_and_does_not_hang() {
    let mut recording = recording();
    let verdicts = run_with(&mut recording, |request| async { unanswered(request) }, false).await;
    assert!(recording.closed);
    let judged = |outcome| verdicts.iter().filter(|verdict| verdict.outcome == outcome).count();
    assert!(judged(Outcome::Blocked) > 20);
    assert_eq!(judged(Outcome::Fail), 0);
}

#[tokio::test]
async fn a_token_that_ends_is_asked_for_once_more() {
    // The token of the list first asks for a new actor token; neither is asked for a third time.
    let expected = [Grant::Actor, Grant::Exchange(Citizen::Subject)].map(|grant| Request::token(grant).again(1));
    assert_eq!(renewals(|seconds| json!(seconds)).await, expected);
    // As some servers write it.
    assert_eq!(renewals(|seconds| json!(seconds.to_string())).await, expected);
}

/// What is asked for again in a run that began an hour ago, whose first tokens live for a minute and whose second ones for
/// a day.
async fn renewals(expires_in: fn(u64) -> Value) -> Vec<Request> {
    let mut recording = recording();
    recording.setup.citizens.values_mut().for_each(|person| person.ready_token = false);
    recording.setup.acm = Some(AcmSetup {
        issuer: "https://acm.example/op".to_owned(),
        client_id: "us".to_owned(),
        audience: "them".to_owned(),
        scope: None,
        actor: true,
        source_client: None,
        other_audience: None,
        hops: Vec::new(),
    });
    let hour = 3_600_000;
    let answered = move |request: Request| async move {
        let Target::Issuer(IssuerCall::Token(_)) = request.target else { return unanswered(request) };
        let (at_ms, seconds) = if request.ordinal == 0 { (0, 60) } else { (hour, 86_400) };
        let body = Content::json(json!({ "access_token": "TOKEN-1", "expires_in": expires_in(seconds) }));
        let result = Ok(Response::new(200, Vec::new(), body, Facts::default()));
        Exchange { at_ms, result, ..unanswered(request) }
    };
    let mut renewed = Vec::new();
    let tell = |event: Event<'_>| {
        if let Event::Sending(request) = event
            && request.ordinal > 0
            && request.kind() == Kind::Issuer
        {
            renewed.push(request.clone());
        }
    };
    let bounds = Bounds { started: Instant::now().checked_sub(Duration::from_millis(hour)).unwrap(), ..bounds() };
    let selection = Selection { only: vec!["LST-01".to_owned(), "LST-20".to_owned()], skip: Vec::new() };
    let run =
        run(Evaluator::new(&CATALOGUE), &mut recording, &selection, bounds, answered, std::future::pending(), tell);
    tokio::time::timeout(Duration::from_secs(20), run).await.expect("the run ends");
    assert!(recording.get(&Request::entry(Citizen::Subject).query("limit", 10).query("page", 0)).is_some());
    renewed
}

#[tokio::test]
#[should_panic(expected = "a defect")]
async fn a_defect_while_sending_ends_the_run() {
    run_with(&mut recording(), |_| async { panic!("a defect") }, false).await;
}

#[tokio::test]
async fn an_interrupted_run_ends_with_what_it_has() {
    let mut recording = recording();
    let verdicts = run_with(&mut recording, |_| std::future::pending(), true).await;
    assert!(recording.exchanges().len() > 0);
    let interrupted =
        |exchange: &Exchange| exchange.result.as_ref().is_err_and(|failure| failure.kind == FailureKind::Interrupted);
    assert!(recording.exchanges().all(interrupted));
    assert!(verdicts.iter().any(|verdict| verdict.outcome == Outcome::Blocked));
}

#[test]
fn phases_follow_each_other_and_never_mix() {
    let mut recording = recording();
    let mut queue = Queue::new(bounds());
    let ordinary = Request::entry(Citizen::Subject);
    let hostile = |auth| Request::entry(Citizen::Subject).auth(auth).phase(Phase::Hostile);
    let closing = ordinary.clone().phase(Phase::Closing);
    let three = [Auth::None, Auth::NoScheme, Auth::OtherScheme, Auth::RandomToken].map(hostile);
    for request in three.iter().chain([&closing, &ordinary.clone().phase(Phase::Opening)]) {
        queue.want(request, None, &recording);
    }
    let opening = queue.ready(&mut recording);
    assert_eq!(opening.iter().map(|request| request.phase).collect::<Vec<_>>(), [Phase::Opening]);
    assert_eq!(queue.ready(&mut recording), []);
    queue.done(&opening[0]);
    assert_eq!(queue.ready(&mut recording).len(), HOSTILE_AT_ONCE);
    // What the answer to a hostile request brings up waits for the other hostile ones that are under way.
    queue.done(&three[0]);
    queue.want(&ordinary, None, &recording);
    assert_eq!(queue.ready(&mut recording), []);
    queue.done(&three[1]);
    queue.done(&three[2]);
    assert_eq!(queue.ready(&mut recording), std::slice::from_ref(&ordinary));
    queue.done(&ordinary);
    assert_eq!(queue.ready(&mut recording), [three[3].clone()]);
    assert_eq!(queue.ready(&mut recording), []);
    queue.done(&three[3]);
    assert_eq!(queue.ready(&mut recording), [closing]);
}

#[test]
fn what_holds_up_most_goes_first() {
    let mut recording = recording();
    let mut queue = Queue::new(Bounds { concurrency: 2, ..bounds() });
    let page = |page: u32| Request::entry(Citizen::Subject).query("page", page);
    // Page 2 comes before what only it leads to; page 3 is wanted twice.
    for request in [page(0), page(1), page(2).again(1), page(3), page(3)] {
        queue.want(&request, None, &recording);
    }
    assert_eq!(queue.ready(&mut recording), [page(2), page(3)]);
    recording.add(unanswered(page(3)));
    queue.done(&page(3));
    // What an answer brought up is further along a chain than what was wanted from the start.
    queue.want(&page(4), Some(&page(3)), &recording);
    assert_eq!(queue.ready(&mut recording), [page(4)]);
}

#[test]
fn while_answers_are_read_others_are_waited_for() {
    let mut recording = recording();
    let mut queue = Queue::new(Bounds { concurrency: 2, ..bounds() });
    let pages: Vec<Request> = (0..9).map(|page| Request::entry(Citizen::Subject).query("page", page)).collect();
    for page in &pages {
        queue.want(page, None, &recording);
    }
    let mut sent = queue.ready(&mut recording);
    assert_eq!(sent, pages[..2]);
    // An answer makes room for one more, until too many of them are unread.
    for page in &pages[..3] {
        queue.arrived(page);
        sent.extend(queue.ready(&mut recording));
    }
    assert_eq!(sent, pages[..4]);
    queue.done(&pages[0]);
    assert_eq!(queue.ready(&mut recording), pages[4..5]);
}

#[test]
fn beyond_the_limit_nothing_goes_out() {
    let mut recording = recording();
    let mut queue = Queue::new(Bounds { requests: 1, ..bounds() });
    let first = Request::entry(Citizen::Subject);
    queue.want(&first.clone().again(1), None, &recording);
    assert_eq!(queue.ready(&mut recording), std::slice::from_ref(&first));
    recording.add(unanswered(first.clone()));
    queue.done(&first);
    assert_eq!(queue.ready(&mut recording), []);
    let refused = queue.take_refused().unwrap();
    assert_eq!(recording.get(&refused).unwrap().result.as_ref().unwrap_err().kind, FailureKind::Limit);
    assert!(queue.is_empty());
}

#[test]
fn beyond_what_there_is_room_for_nothing_goes_out() {
    for mut recording in [recording().with_room(1024), recording().with_longest_evidence(1024)] {
        let mut queue = Queue::new(bounds());
        let page = |page: u32| Request::entry(Citizen::Subject).query("page", page);
        queue.want(&page(0), None, &recording);
        assert_eq!(queue.ready(&mut recording), [page(0)]);
        let long = Response::new(200, Vec::new(), Content::json(json!(["x".repeat(1024)])), Facts::default());
        recording.add(Exchange { result: Ok(long), ..unanswered(page(0)) });
        queue.done(&page(0));
        queue.want(&page(1), None, &recording);
        assert_eq!(queue.ready(&mut recording), []);
        assert_eq!(queue.take_refused(), Some(page(1)));
        assert_eq!(recording.get(&page(1)).unwrap().result.as_ref().unwrap_err().kind, FailureKind::Memory);
    }
}
