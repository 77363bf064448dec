//! Each check against a source that is right and sources that are wrong in one thing.

use serde_json::{Value, json};

use crate::catalogue::Level;
use crate::checks::testing::{BASE, INSZ, Reply, Source, certificate, changed, failed, json_answer};
use crate::evidence::exchange::{
    Citizen, Content, Facts, FailureKind, Malformed, Part, Phase, Replacement, Request, Response, Target,
};
use crate::judging::verdict::{Outcome, Verdict};

const UUID: &str = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";

/// What a request provokes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Provoked {
    NoNumber,
    BadNumber,
    Malformed,
    Path,
    Certificate,
}

fn provoked(request: &Request) -> Option<Provoked> {
    if request.phase != Phase::Hostile {
        return None;
    }
    let values = [request.parameter("page"), request.parameter("limit")];
    match &request.target {
        Target::Entry { citizen: Citizen::Malformed(_), .. } => Some(Provoked::Malformed),
        Target::Entry { .. } if values.contains(&Some("abc")) => Some(Provoked::NoNumber),
        Target::Entry { .. } if values.contains(&Some("-1")) || values.contains(&Some("0")) => {
            Some(Provoked::BadNumber)
        }
        Target::Path(_) => Some(Provoked::Path),
        Target::Link { edit: Some(_), .. } => Some(Provoked::Certificate),
        _ => None,
    }
}

fn fitting(what: Provoked) -> u16 {
    if matches!(what, Provoked::Path | Provoked::Certificate) { 404 } else { 400 }
}

fn problem(status: u16) -> Value {
    json!({ "type": "about:blank", "title": "No", "status": status, "detail": "It is not there.", "instance": "/v1" })
}

fn says(status: u16, body: Value) -> Reply {
    json_answer(status, "application/problem+json", body)
}

fn right(request: &Request) -> Option<Reply> {
    provoked(request).map(|what| says(fitting(what), problem(fitting(what))))
}

fn source(hal: bool) -> Source {
    Source::new(hal, vec![certificate(UUID, "nl"), certificate("12", "fr")]).when(right)
}

/// A source whose errors have another body.
fn with_body(change: impl Fn(u16) -> Value + 'static) -> Source {
    source(false).when(move |request| provoked(request).map(|what| says(fitting(what), change(fitting(what)))))
}

/// A source that answers one kind of error otherwise.
fn on(wrong: Provoked, reply: impl Fn() -> Reply + 'static) -> Source {
    source(false).when(move |request| (provoked(request) == Some(wrong)).then(&reply))
}

#[expect(clippy::unnecessary_wraps, reason = "the form of every reply")]
fn text(status: u16, text: &str) -> Reply {
    let headers = vec![("content-type".to_owned(), "text/html".to_owned())];
    Ok(Response::new(status, headers, Content::Text(text.to_owned()), Facts::default()))
}

#[expect(clippy::unnecessary_wraps, reason = "the form of every reply")]
fn empty(status: u16) -> Reply {
    Ok(Response::new(status, Vec::new(), Content::Empty, Facts::default()))
}

fn assert_fails(verdict: &Verdict, place: &str) {
    assert_eq!(verdict.outcome, Outcome::Fail, "{verdict:?}");
    assert!(verdict.findings.iter().any(|finding| finding.place == place), "{verdict:?}");
}

fn all() -> impl Iterator<Item = String> {
    (1..=15).map(|number| format!("ERR-{number:02}"))
}

#[test]
fn a_right_source_passes_in_both_envelopes() {
    for hal in [false, true] {
        for id in all() {
            let verdict = source(hal).judge(&id);
            let wanted = if id == "ERR-06" { Outcome::NotApplicable } else { Outcome::Pass };
            assert_eq!(verdict.outcome, wanted, "{id}: {verdict:?}");
            assert!(verdict.findings.is_empty(), "{id}: {verdict:?}");
        }
    }
}

#[test]
fn other_right_errors_pass() {
    let short = with_body(|status| json!({ "type": "/problems/x", "title": "Nee", "status": status.to_string() }));
    let list = json!([{ "type": "about:blank", "title": "page", "detail": "no number" }]);
    let listed = with_body(move |status| json!({ "type": "a", "title": "b", "status": status, "errors": list }));
    for id in all() {
        assert!(matches!(short.judge(&id).outcome, Outcome::Pass | Outcome::NotApplicable), "{id}");
        assert_eq!(listed.judge(&id).outcome, Outcome::Pass, "{id}");
    }
    let zero = source(false).when(|request| {
        (request.parameter("limit") == Some("0")).then(|| json_answer(200, "application/hal+json", json!({})))
    });
    assert_eq!(zero.judge("ERR-10").outcome, Outcome::Pass);
}

#[test]
fn errors_without_a_body_are_notes() {
    let source = source(false).when(|request| provoked(request).map(|what| empty(fitting(what))));
    for id in ["ERR-01", "ERR-02", "ERR-03", "ERR-04", "ERR-05", "ERR-06", "ERR-13", "ERR-14"] {
        assert_eq!(source.judge(id).outcome, Outcome::NotApplicable, "{id}");
    }
    assert_fails(&source.judge("ERR-07"), "");
    for id in ["ERR-08", "ERR-09", "ERR-10", "ERR-11", "ERR-12", "ERR-15"] {
        assert_eq!(source.judge(id).outcome, Outcome::Pass, "{id}");
    }
}

#[test]
fn a_body_that_is_no_object_is_found() {
    assert_fails(&on(Provoked::Path, || text(404, "<html>")).judge("ERR-01"), "");
    assert_fails(&on(Provoked::NoNumber, || says(400, json!("no"))).judge("ERR-01"), "");
    let html = source(false).when(|request| provoked(request).map(|what| text(fitting(what), "no")));
    assert_eq!(html.judge("ERR-02").outcome, Outcome::Blocked);
    assert_fails(&html.judge("ERR-05"), "header content-type");
}

#[test]
fn each_member_of_an_error_is_judged() {
    for title in [json!(null), json!(""), json!(3)] {
        assert_fails(&with_body(move |status| json!({ "title": title, "status": status })).judge("ERR-02"), "/title");
    }
    for status in [json!(null), json!(500), json!("4x4"), json!(true)] {
        assert_fails(&with_body(move |_| json!({ "title": "No", "status": status })).judge("ERR-03"), "/status");
    }
    for kind in [json!(null), json!("unknown certificate!"), json!("")] {
        let source = with_body(move |status| json!({ "type": kind, "title": "No", "status": status }));
        assert_fails(&source.judge("ERR-04"), "/type");
    }
    assert_fails(
        &on(Provoked::Path, || json_answer(404, "application/json", problem(404))).judge("ERR-05"),
        "header content-type",
    );
}

#[test]
fn validation_errors_have_their_members() {
    for (errors, place) in [
        (json!({ "page": "no number" }), "/errors"),
        (json!(["no number"]), "/errors/0"),
        (json!([{ "type": "a", "title": "b" }]), "/errors/0/detail"),
    ] {
        let source = with_body(move |status| json!({ "title": "No", "status": status, "errors": errors }));
        assert_fails(&source.judge("ERR-06"), place);
    }
    let null = with_body(|status| json!({ "title": "No", "status": status, "errors": null }));
    assert_eq!(null.judge("ERR-06").outcome, Outcome::NotApplicable);
}

#[test]
fn an_unknown_certificate_is_asked_for_with_an_id_of_the_same_look() {
    let verdict = source(false).judge("ERR-08");
    let probe = verdict.evidence.iter().find(|request| request.phase == Phase::Hostile).unwrap();
    let Target::Link { edit: Some(edit), .. } = &probe.target else { panic!("{probe:?}") };
    let Replacement::Text(id) = &edit.with else { panic!("{edit:?}") };
    assert_eq!(edit.part, Part::Segment(3));
    assert!(uuid::Uuid::parse_str(id).is_ok() && id != UUID);
    // Every one-digit id is in use: the unknown one is longer.
    let nine = (1..=9).map(|id| certificate(&id.to_string(), "nl")).collect();
    let verdict = Source::new(false, nine).when(right).judge("ERR-08");
    assert_eq!(verdict.outcome, Outcome::Pass);
    let asked = format!("{:?}", verdict.evidence);
    assert!(asked.contains("Text(\"17\")"), "{asked}");
}

#[test]
fn an_unknown_certificate_gives_404_or_is_found() {
    let answered = |status: u16| on(Provoked::Certificate, move || says(status, problem(status)));
    for status in [200, 204, 500, 501] {
        assert_fails(&answered(status).judge("ERR-08"), "status");
        assert_eq!(answered(status).judge("ERR-15").outcome, Outcome::Blocked, "{status}");
    }
    assert_eq!(answered(302).judge("ERR-08").findings[0].level, Some(Level::Should));
    for status in [400, 403, 410] {
        assert_eq!(answered(status).judge("ERR-08").outcome, Outcome::Pass);
        assert_fails(&answered(status).judge("ERR-15"), "status");
    }
    for id in ["ERR-08", "ERR-15"] {
        assert_eq!(answered(503).judge(id).outcome, Outcome::Blocked, "{id}");
        assert_eq!(on(Provoked::Certificate, || failed(FailureKind::Timeout)).judge(id).outcome, Outcome::Blocked);
        assert_eq!(Source::new(false, Vec::new()).when(right).judge(id).outcome, Outcome::Blocked);
        let href = format!("{BASE}/certificates/{INSZ}/h77aa");
        let handle = changed(certificate("12", "nl"), &json!({ "links": [{ "rel": "self", "href": href }] }));
        assert_eq!(Source::new(false, vec![handle]).when(right).judge(id).outcome, Outcome::NotApplicable);
        let linkless = changed(certificate("12", "nl"), &json!({ "links": [] }));
        assert_eq!(Source::new(false, vec![linkless]).when(right).judge(id).outcome, Outcome::Blocked);
    }
}

#[test]
fn bad_paging_gives_400_or_is_found() {
    let answered = |what: Provoked, status: u16| on(what, move || says(status, problem(status)));
    assert_fails(&answered(Provoked::NoNumber, 500).judge("ERR-09"), "status");
    assert_eq!(answered(Provoked::NoNumber, 500).judge("ERR-10").outcome, Outcome::Blocked);
    assert_eq!(answered(Provoked::NoNumber, 200).judge("ERR-09").outcome, Outcome::Pass);
    assert_fails(&answered(Provoked::NoNumber, 200).judge("ERR-10"), "status");
    assert_fails(&answered(Provoked::BadNumber, 200).judge("ERR-10"), "status");
    assert_fails(&answered(Provoked::BadNumber, 500).judge("ERR-10"), "status");
    for id in ["ERR-09", "ERR-10"] {
        assert_eq!(answered(Provoked::NoNumber, 429).judge(id).outcome, Outcome::Blocked, "{id}");
    }
}

#[test]
fn a_malformed_number_and_an_unknown_path_are_refused() {
    let answered = |what: Provoked, status: u16| on(what, move || says(status, problem(status)));
    for status in [200, 500] {
        assert_fails(&answered(Provoked::Malformed, status).judge("ERR-11"), "status");
        assert_fails(&answered(Provoked::Path, status).judge("ERR-12"), "status");
    }
    for status in [400, 401, 403, 404] {
        assert_eq!(answered(Provoked::Malformed, status).judge("ERR-11").outcome, Outcome::Pass);
    }
    assert_fails(&answered(Provoked::Path, 403).judge("ERR-12"), "status");
    assert_eq!(answered(Provoked::Malformed, 429).judge("ERR-11").outcome, Outcome::Blocked);
    assert_eq!(on(Provoked::Path, || failed(FailureKind::Broken)).judge("ERR-12").outcome, Outcome::Blocked);
    // A wrong check number is only for the description.
    let check = Target::Entry {
        citizen: Citizen::Malformed(Malformed::CheckNumber),
        query: vec![("limit".into(), "10".into()), ("page".into(), "0".into())],
    };
    let verdict =
        source(false).when(move |request| (request.target == check).then(|| says(200, json!({})))).judge("ERR-11");
    assert_eq!(verdict.outcome, Outcome::Pass);
}

#[test]
fn without_its_controls_nothing_is_proven() {
    for phase in [Phase::Opening, Phase::Closing] {
        let refused = source(false).when(move |request| (request.phase == phase).then(|| says(401, problem(401))));
        for id in all() {
            let verdict = refused.judge(&id);
            assert_eq!(verdict.outcome, Outcome::Blocked, "{id} {phase:?}: {verdict:?}");
            assert!(verdict.remedy.is_some());
        }
    }
}

#[test]
fn the_descriptions_need_an_error_and_no_certificate() {
    let friendly = source(false).when(|request| provoked(request).map(|_| says(429, problem(429))));
    assert_eq!(friendly.judge("ERR-01").outcome, Outcome::Blocked);
    let empty = Source::new(false, Vec::new()).when(right);
    for id in ["ERR-01", "ERR-02", "ERR-03", "ERR-04", "ERR-05", "ERR-07", "ERR-13", "ERR-14"] {
        assert_eq!(empty.judge(id).outcome, Outcome::Pass, "{id}");
    }
}

#[test]
fn what_an_error_gives_away_is_found_with_its_weight() {
    let leaking =
        |detail: &'static str| with_body(move |status| json!({ "title": "No", "status": status, "detail": detail }));
    for grave in ["at be.example.Store.find(Store.java:42)", "SELECT * FROM certificate"] {
        let verdict = leaking(grave).judge("ERR-13");
        assert_fails(&verdict, "/detail");
        assert_eq!(verdict.findings[0].level, None);
    }
    for light in ["java.lang.String", "/var/lib/store", "http://store.internal:8080/x", "of 85073099932"] {
        let verdict = leaking(light).judge("ERR-13");
        assert_fails(&verdict, "/detail");
        assert_eq!(verdict.findings[0].level, Some(Level::Should), "{light}");
    }
    let frames = with_body(
        |status| json!({ "title": "No", "status": status, "trace": [{ "methodName": "find", "lineNumber": 42 }] }),
    );
    assert_fails(&frames.judge("ERR-13"), "/trace/0");
    assert_fails(&on(Provoked::Path, || text(404, "<pre>\tat a.B.c(B.java:1)</pre>")).judge("ERR-13"), "");
    let token = on(Provoked::Path, || {
        says(404, problem(404)).map(|response| {
            let facts = Facts { secrets: vec!["TOKEN-1".to_owned()], ..Facts::default() };
            Response::new(response.status, response.headers, response.content, facts)
        })
    });
    assert_fails(&token.judge("ERR-13"), "");
}

#[test]
fn another_citizens_number_is_grave_and_the_own_one_is_allowed() {
    let stranger = crate::base::insz::surrogate(1);
    let with = |number: &str| {
        let body = json!({ "title": "No", "instance": format!("/v1/{number}") });
        let mut source = with_body(move |_| body.clone());
        let mut other = source.setup.citizens[&Citizen::Subject].clone();
        other.insz.clone_from(&stranger);
        source.setup.citizens.insert(Citizen::Other, other);
        source.judge("ERR-13")
    };
    assert_eq!(with(INSZ).outcome, Outcome::Pass);
    let verdict = with(&stranger);
    assert_fails(&verdict, "/instance");
    assert_eq!(verdict.findings[0].level, None);
}

#[test]
fn a_title_that_changes_is_found() {
    let changing = source(false).when(|request| {
        let title = format!("No {}", request.ordinal);
        provoked(request).map(|what| says(fitting(what), json!({ "title": title, "status": fitting(what) })))
    });
    assert_fails(&changing.judge("ERR-14"), "/title");
    let bare = with_body(|_| json!({ "message": "no" }));
    assert_eq!(bare.judge("ERR-14").outcome, Outcome::NotApplicable);
    let fickle = source(false).when(|request| {
        let status = if request.ordinal == 0 { 400 } else { 404 };
        provoked(request).map(|_| says(status, problem(status)))
    });
    assert_eq!(fickle.judge("ERR-14").outcome, Outcome::Blocked);
}
