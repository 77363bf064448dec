use serde_json::{Value, json};

use super::source::{Reply, finding, judge, passes};
use crate::catalogue::Level;
use crate::evidence::exchange::{Auth, Content, FailureKind, Kind, Request, Variation};
use crate::judging::verdict::Outcome;

fn on(kind: Kind, change: impl Fn(&mut Reply)) -> impl Fn(&Request, &mut Reply) {
    move |request, reply| {
        if request.kind() == kind && request.auth != Auth::None {
            change(reply);
        }
    }
}

#[test]
fn a_conformant_source_passes() {
    for id in ["HTTP-12", "HTTP-13", "HTTP-16", "HTTP-17"] {
        passes(id);
    }
}

#[test]
fn what_gave_no_answer_is_blocked() {
    for id in ["HTTP-12", "HTTP-13", "HTTP-16", "HTTP-17", "OPS-02"] {
        let verdict = judge(id, false, |_, reply| reply.failure = Some(FailureKind::Connect));
        assert_eq!(verdict.outcome, Outcome::Blocked, "{id}");
        assert!(verdict.remedy.is_some(), "{id}");
    }
}

#[test]
fn an_unusual_status_is_found_once() {
    let (place, _, actual) = finding("HTTP-12", on(Kind::Download, |reply| reply.refuse(422)));
    assert_eq!((place.as_str(), actual.as_str()), ("status", "422 (3 times)"));
    for status in [429, 502, 503, 504, 404, 410] {
        assert_eq!(
            judge("HTTP-12", false, on(Kind::Download, move |reply| reply.refuse(status))).outcome,
            Outcome::Pass
        );
    }
}

#[test]
fn an_error_in_a_200_is_found() {
    let wrapped = |status: Value| {
        move |request: &Request, reply: &mut Reply| {
            if request.auth == Auth::None {
                reply.status = 200;
                reply.body()["status"] = status.clone();
            }
        }
    };
    assert_eq!(finding("HTTP-13", wrapped(json!(401))).2, "200, with `status` 401 in the body");
    assert_eq!(finding("HTTP-13", wrapped(json!("401"))).0, "status");
    assert_eq!(judge("HTTP-13", false, wrapped(json!("open"))).outcome, Outcome::Pass, "page=abc is still refused");
}

#[test]
fn a_source_that_refuses_nothing_shows_nothing_about_errors() {
    let verdict = judge("HTTP-13", false, |_, reply| {
        reply.status = 200;
    });
    assert_eq!(verdict.outcome, Outcome::Fail, "its problem descriptions show");
    let silent = judge("HTTP-13", false, |request, reply| {
        if request.auth == Auth::None || request.parameter("page") == Some("abc") {
            reply.failure = Some(FailureKind::Timeout);
        }
    });
    assert_eq!(silent.outcome, Outcome::Blocked);
}

#[test]
fn a_shared_cache_gets_no_personal_answer() {
    let (place, _, actual) =
        finding("HTTP-16", on(Kind::Download, |reply| reply.set("cache-control", "public, max-age=60")));
    assert_eq!((place.as_str(), actual.as_str()), ("header cache-control", "public, max-age=60 (3 times)"));
    let silent = judge("HTTP-16", false, on(Kind::Download, |reply| reply.unset("cache-control")));
    assert_eq!((silent.outcome, silent.findings.len()), (Outcome::Pass, 1));
    assert_eq!(silent.findings[0].level, Some(Level::May));
}

#[test]
fn a_body_has_a_media_type_and_its_length() {
    let (place, _, actual) = finding("HTTP-17", on(Kind::Detail, |reply| reply.unset("content-type")));
    assert_eq!((place.as_str(), actual.as_str()), ("header content-type", "absent (3 times)"));
    let short = on(Kind::Download, |reply| reply.facts.body_bytes = 640);
    assert_eq!(finding("HTTP-17", short).2, "5000 bytes announced, 640 received (3 times)");
    let cut = on(Kind::Download, |reply| {
        reply.facts.announced_bytes = None;
        reply.facts.framed = true;
        reply.facts.complete = false;
    });
    assert_eq!(finding("HTTP-17", cut).2, "cut off after 5000 bytes (3 times)");
    let chunked = on(Kind::Download, |reply| {
        reply.facts.announced_bytes = None;
        reply.facts.framed = true;
    });
    assert_eq!(judge("HTTP-17", false, chunked).outcome, Outcome::Pass);
    let open_ended = judge("HTTP-17", false, on(Kind::Download, |reply| reply.facts.announced_bytes = None));
    assert_eq!((open_ended.outcome, open_ended.findings[0].level), (Outcome::Pass, Some(Level::May)));
    let ours = on(Kind::Download, |reply| {
        reply.facts.complete = false;
        reply.facts.truncated = true;
        reply.facts.body_bytes = 10;
    });
    assert_eq!(judge("HTTP-17", false, ours).outcome, Outcome::Pass);
}

fn observed(id: &str, hal: bool, change: impl Fn(&Request, &mut Reply)) -> String {
    let verdict = judge(id, hal, change);
    assert_eq!(verdict.outcome, Outcome::Observed, "{verdict:?}");
    verdict.reason.unwrap().en
}

#[test]
fn values_are_reported() {
    assert_eq!(observed("HTTP-21", false, |_, _| {}), "none");
    let context = |_: &Request, reply: &mut Reply| reply.certificates("@id", &json!("https://data.vlaanderen.be/id/1"));
    assert_eq!(observed("HTTP-21", false, context), "detail /@id, list /certificates/0/@id");
    assert_eq!(observed("HTTP-23", false, |_, _| {}), "HEAD: 200; OPTIONS: 204");
    let refused = |request: &Request, reply: &mut Reply| match request.variation {
        Variation::Head => reply.failure = Some(FailureKind::Broken),
        Variation::Options => {
            reply.refuse(405);
            reply.set("allow", "GET");
        }
        _ => {}
    };
    assert_eq!(observed("HTTP-23", false, refused), "HEAD: no answer; OPTIONS: 405, Allow: GET");
    assert_eq!(
        observed("OPS-02", false, |_, _| {}),
        "list: 4 ×, median 7 ms, 95th percentile 7 ms, slowest 7 ms; \
         detail: 3 ×, median 7 ms, 95th percentile 7 ms, slowest 7 ms; \
         download: 3 ×, median 7 ms, 95th percentile 7 ms, slowest 7 ms"
    );
}

#[test]
fn absent_mandatory_members_are_reported() {
    for hal in [false, true] {
        assert_eq!(observed("HTTP-26", hal, |_, _| {}), "none");
    }
    let less = |request: &Request, reply: &mut Reply| {
        if request.kind() == Kind::Detail {
            reply.body().as_object_mut().unwrap().shift_remove("language");
        } else if matches!(reply.content, Content::Json(_)) {
            reply.body()["pageMetadata"].as_object_mut().unwrap().shift_remove("size");
        }
    };
    assert_eq!(observed("HTTP-26", false, less), "language (3 ×), size (3 ×)");
}
