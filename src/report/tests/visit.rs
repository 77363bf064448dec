//! A visit wherever a call is shown.

use super::sample;
use super::schema::assert_valid;
use crate::base::text::{Lang, Text};
use crate::evidence::exchange::visit::{
    AcmConduct, Act, Call, Cause, Ended, Fact, HandOver, Navigation, Party, Received, Timeline, What,
};
use crate::evidence::exchange::{Citizen, Content, Facts, Request, Response, Visit};
use crate::judging::verdict::{Finding, Outcome, Verdict};
use crate::report::{Languages, Report, html, junit, markdown, words};

fn request() -> Request {
    let visit = Visit::of([Act::LogIn(Citizen::Subject), Act::HandOver(0)]);
    Request::visit(visit.with_acm(AcmConduct::RefusesExchange))
}

fn timeline() -> Timeline {
    let navigation = |url: &str, status| Navigation {
        browser: 0,
        cause: Cause::Opened,
        method: "GET".to_owned(),
        url: url.to_owned(),
        referer: None,
        status: Some(status),
        failure: None,
        ms: 1,
        headers: Vec::new(),
        cookies: Vec::new(),
        page: crate::evidence::exchange::visit::Page::default(),
    };
    let asked = Received {
        by: Party::Acm,
        call: Call::Token,
        method: "POST".to_owned(),
        path: "/op/v1/token".to_owned(),
        media_type: None,
        by_script: false,
        authentication: Vec::new(),
        parameters: Vec::new(),
        status: Some(400),
        error: Some("invalid_target".to_owned()),
    };
    let over = HandOver {
        browser: 0,
        cause: Cause::Redirect(302),
        method: "GET".to_owned(),
        url: format!("https://mbp.example/?token={}", sample::TOKEN),
        referer: None,
        from: String::new(),
        headers: Vec::new(),
    };
    let facts = [
        What::Navigation(navigation("https://app.example/", 200)),
        What::Ended(Ended::Page { browser: 0 }),
        What::Navigation(navigation("https://app.example/over?<b>", 302)),
        What::Received(asked),
        What::HandOver(over),
        What::Ended(Ended::AtMbp { browser: 0 }),
    ];
    let fact = |(at, what)| Fact { at_ms: at, step: 0, what };
    Timeline { facts: (0..).zip(facts).map(fact).collect() }
}

fn report() -> Report {
    let mut recording = sample::recording();
    let facts = Facts { body_bytes: 9, complete: true, ..Facts::default() };
    let content = Content::json(serde_json::to_value(timeline()).unwrap());
    let answer = Response::new(0, Vec::new(), content, facts);
    let mut exchange = sample::exchange(request(), "https://app.example/", 1200, Ok(answer));
    exchange.sent.method = "VISIT".to_owned();
    recording.add(exchange);
    let mut verdicts = sample::verdicts();
    let finding = Finding::new(&request(), "", Text::same("no token"), Text::same("a token"));
    verdicts[0] = Verdict {
        evidence: [std::sync::Arc::new(request())].into(),
        findings: vec![finding],
        ..Verdict::of(Outcome::Fail)
    };
    Report::new(&sample::catalogue(), &recording, &verdicts, &sample::meta())
}

#[test]
fn a_visit_is_told_wherever_a_call_is() {
    let report = report();
    assert_valid(&report);
    let one = report.exchanges.iter().find(|one| one.visit.is_some()).unwrap();
    assert_eq!((one.curl.as_ref(), one.status, one.method.as_str()), (None, None, "VISIT"));
    let visit = one.visit.as_ref().unwrap();
    let way: Vec<&str> = visit.way.iter().map(|line| line.nl.as_str()).collect();
    assert_eq!(
        way,
        [
            "GET https://app.example/ -> 200",
            "GET https://app.example/over?<b> -> 302",
            "de toepassing vroeg ACM: POST /op/v1/token -> 400 invalid_target",
            "naar MBP: GET https://mbp.example/?token=TOKEN-1",
        ]
    );
    let called = words::call(one, Lang::Nl);
    assert!(called.ends_with("overgaan (ACM weigert de uitwisseling) -> pagina, MBP"), "{called}");
    assert!(!called.contains("https://"), "{called}");
    let languages = Languages { first: Lang::Nl, only: true };
    let page = html(&report, languages).unwrap().replace("&#x2f;", "/");
    assert!(!page.contains("over?<b>"), "{page}");
    for view in [page, junit(&report, Lang::Nl).unwrap(), markdown(&report, languages)] {
        assert!(view.contains("ACM weigert de uitwisseling"), "{view}");
        assert!(view.contains("naar MBP: GET https://mbp.example/?token=TOKEN-1"), "{view}");
        assert!(view.contains("met de hand lukt dit niet"), "{view}");
    }
}

#[test]
fn of_a_visit_that_was_not_made_the_reason_is_told() {
    let mut recording = sample::recording();
    let failure =
        crate::evidence::exchange::Failure::new(crate::evidence::exchange::FailureKind::Connect, Text::same("refused"));
    recording.add(sample::exchange(request(), "https://app.example/", 1, Err(failure)));
    let report = Report::new(&sample::catalogue(), &recording, &sample::verdicts(), &sample::meta());
    assert_valid(&report);
    let one = report.exchanges.iter().find(|one| one.visit.is_some()).unwrap();
    assert!(words::call(one, Lang::En).ends_with("(ACM refuses the exchange) -> no connection"));
}
