use std::collections::BTreeMap;

use serde_json::json;

use crate::catalogue::Level;
use crate::checks::testing::{BASE, INSZ, Reply, Source, certificate, changed, failed, json_answer, pdf};
use crate::evidence::exchange::{Auth, Citizen, FailureKind, Grant, IssuerCall, Kind, Phase, Request, Target};
use crate::evidence::setup::{AcmSetup, Limits, Person};
use crate::judging::verdict::Outcome;

const OTHER: &str = "11000000003";

fn problem(status: u16) -> Reply {
    json_answer(status, "application/problem+json", json!({ "title": "No", "status": status }))
}

/// A source that refuses every credential but the subject's own token.
fn guarded() -> Source {
    let items = vec![certificate("a", "nl"), certificate("b", "nl")];
    Source::new(false, items).when(|request| {
        let open = matches!(request.auth, Auth::Token(_)) || matches!(request.target, Target::Issuer(_));
        (!open).then(|| problem(401))
    })
}

fn probe(request: &Request, kind: Kind, auth: Auth) -> bool {
    request.phase == Phase::Hostile && request.kind() == kind && request.auth == auth
}

/// The list of the other citizen, with these certificates.
fn with_other(mut source: Source, items: serde_json::Value) -> Source {
    let person =
        |insz: &str| Person { name: insz.to_owned(), insz: insz.to_owned(), ready_token: true, refreshes: false };
    source.setup.citizens = BTreeMap::from([(Citizen::Subject, person(INSZ)), (Citizen::Other, person(OTHER))]);
    let list = json!({ "certificates": items, "pageMetadata": { "totalElements": 2 }, "links": [] });
    source.when(move |request| {
        let others = match &request.target {
            Target::Entry { citizen, .. } => *citizen == Citizen::Other,
            Target::Link { url, .. } => url.contains(OTHER),
            _ => false,
        };
        others.then(|| match (request.auth, request.kind()) {
            (Auth::Token(Citizen::Other), Kind::List) => json_answer(200, "application/hal+json", list.clone()),
            (Auth::Token(Citizen::Other), _) => json_answer(200, "application/hal+json", items[0].clone()),
            _ => problem(403),
        })
    })
}

/// The same certificates under the other citizen's number.
fn of_other(items: &[serde_json::Value]) -> serde_json::Value {
    let text = serde_json::to_string(items).unwrap().replace(INSZ, OTHER);
    serde_json::from_str(&text).unwrap()
}

#[test]
fn a_guarded_source_passes() {
    for id in ["SEC-01", "SEC-02", "SEC-03", "SEC-11", "SEC-14"] {
        assert_eq!(guarded().judge(id).outcome, Outcome::Pass, "{id}");
    }
}

#[test]
fn a_weak_finding_does_not_hide_what_could_not_be_judged() {
    let source = guarded()
        .when(|request| probe(request, Kind::Detail, Auth::None).then(|| problem(405)))
        .when(|request| (request.phase == Phase::Closing && request.kind() == Kind::Download).then(|| problem(503)));
    assert_eq!(source.judge("SEC-14").outcome, Outcome::Blocked);
    let source = guarded().when(|request| probe(request, Kind::Detail, Auth::None).then(|| problem(405)));
    let verdict = source.judge("SEC-14");
    assert_eq!((verdict.outcome, verdict.findings[0].level), (Outcome::Fail, Some(Level::Should)));
}

#[test]
fn a_document_under_a_refusing_status_is_a_leak() {
    let source = guarded().when(|request| {
        let leak = || {
            let mut leak = pdf(&[("content-type", "application/pdf")]);
            leak.status = 401;
            Ok(leak)
        };
        probe(request, Kind::Download, Auth::None).then(leak)
    });
    let verdict = source.judge("SEC-14");
    assert_eq!((verdict.outcome, verdict.findings[0].level), (Outcome::Fail, None));
}

#[test]
fn a_challenge_that_nobody_could_see_is_blocked() {
    let silent = guarded().when(|request| (request.phase == Phase::Hostile).then(|| failed(FailureKind::Timeout)));
    assert_eq!(silent.judge("SEC-10").outcome, Outcome::Blocked);
    let forbids = guarded().when(|request| (request.phase == Phase::Hostile).then(|| problem(403)));
    assert_eq!(forbids.judge("SEC-10").outcome, Outcome::NotApplicable);
}

#[test]
fn two_people_may_have_the_same_ids_but_not_the_same_list() {
    let items = [certificate("a", "nl"), certificate("b", "nl")];
    let verdict = with_other(guarded(), of_other(&items)).judge("SEC-19");
    // Nothing but their URLs tells the two lists apart: that is neither the same list nor proof of two.
    assert_eq!((verdict.outcome, verdict.findings.len()), (Outcome::Blocked, 0));
    let verdict = with_other(guarded(), json!(items)).judge("SEC-19");
    assert!(verdict.outcome == Outcome::Fail && verdict.findings.iter().any(|finding| finding.level.is_none()));
    // Certificates without a language are told apart all the same: CRT-03 says that it is missing.
    let without = |id: &str| changed(certificate(id, "nl"), &json!({ "language": null }));
    let source = Source::new(false, vec![without("a"), without("b")]);
    let verdict = with_other(source, of_other(&[without("c"), without("d")])).judge("SEC-19");
    assert_eq!(verdict.outcome, Outcome::Pass);
}

#[test]
fn what_may_be_the_subjects_own_is_no_certificate_of_another() {
    let other = of_other(&[certificate("c", "nl")]);
    for id in ["SEC-08", "SEC-09"] {
        assert_eq!(with_other(guarded(), other.clone()).judge(id).outcome, Outcome::Pass, "{id}");
    }
    let mut source = with_other(guarded(), other);
    source.setup.limits = Limits { pages: 1, ..Limits::default() };
    assert_eq!(source.judge("SEC-09").outcome, Outcome::Blocked);
}

fn acm(other_audience: Option<&str>) -> AcmSetup {
    AcmSetup {
        issuer: "https://acm.example/op".to_owned(),
        client_id: "caller".to_owned(),
        audience: BASE.to_owned(),
        scope: None,
        actor: false,
        source_client: Some("source".to_owned()),
        other_audience: other_audience.map(ToOwned::to_owned),
        hops: Vec::new(),
    }
}

/// An issuer whose introspection answers so.
fn introspecting(answer: serde_json::Value) -> Source {
    let mut source = guarded().when(move |request| match request.target {
        Target::Issuer(IssuerCall::Introspection(_)) => Some(json_answer(200, "application/json", answer.clone())),
        Target::Issuer(IssuerCall::Token(Grant::WithoutCitizen | Grant::OtherAudience)) => {
            Some(json_answer(200, "application/json", json!({ "access_token": "TOKEN-1" })))
        }
        _ => None,
    });
    source.setup.acm = Some(acm(None));
    source
}

#[test]
fn a_token_without_a_citizen_lacks_nothing_else() {
    for (answer, outcome) in [
        (json!({ "active": true, "aud": "source" }), Outcome::Pass),
        (json!({ "active": true, "aud": [BASE] }), Outcome::Pass),
        (json!({ "active": true, "aud": "caller" }), Outcome::Blocked),
        (json!({ "active": false }), Outcome::Blocked),
        (json!({ "active": true, "aud": "source", "rrn": INSZ }), Outcome::Blocked),
        (json!({ "error": "invalid_client" }), Outcome::Pass),
    ] {
        assert_eq!(introspecting(answer.clone()).judge("SEC-06").outcome, outcome, "{answer}");
    }
}

#[test]
fn the_sources_own_client_is_no_other_audience() {
    for (other, outcome) in [("source", Outcome::Blocked), ("another", Outcome::Pass)] {
        let mut source = introspecting(json!({}));
        source.setup.acm = Some(acm(Some(other)));
        assert_eq!(source.judge("SEC-05").outcome, outcome, "{other}");
    }
}
