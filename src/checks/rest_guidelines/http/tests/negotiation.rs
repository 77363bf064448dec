use super::source::{Reply, finding, judge, passes};
use crate::evidence::exchange::{Content, FailureKind, Kind, Request, Variation};
use crate::judging::verdict::Outcome;

fn on(variation: Variation, change: impl Fn(&mut Reply)) -> impl Fn(&Request, &mut Reply) {
    move |request, reply| {
        if request.variation == variation {
            change(reply);
        }
    }
}

fn accept(media_type: &str) -> Variation {
    Variation::Accept(media_type.to_owned())
}

#[test]
fn a_conformant_source_passes() {
    for id in ["HTTP-03", "HTTP-04", "HTTP-05", "HTTP-06", "HTTP-14"] {
        passes(id);
    }
}

#[test]
fn without_an_accept_header_json_comes() {
    let xml = |reply: &mut Reply| reply.set("content-type", "application/xml");
    let of_list = |change: fn(&mut Reply)| {
        move |request: &Request, reply: &mut Reply| {
            if request.variation == Variation::NoAccept && request.kind() == Kind::List {
                change(reply);
            }
        }
    };
    let (place, _, actual) = finding("HTTP-03", of_list(xml));
    assert_eq!((place.as_str(), actual.as_str()), ("header content-type", "application/xml"));
    let (place, _, actual) = finding("HTTP-03", on(accept("*/*"), |reply| reply.refuse(406)));
    assert_eq!((place.as_str(), actual.as_str()), ("status", "406"));
    let latin = |reply: &mut Reply| reply.facts.utf8 = false;
    assert_eq!(finding("HTTP-03", of_list(latin)).0, "fact utf8");
    let broken = |reply: &mut Reply| {
        reply.content = Content::Text("{".to_owned());
        reply.facts.json_error = Some("EOF".to_owned());
    };
    assert_eq!(finding("HTTP-03", of_list(broken)).2, "not valid JSON (EOF)");
    let of_detail = |request: &Request, reply: &mut Reply| {
        if request.variation == Variation::NoAccept && request.kind() == Kind::Detail {
            reply.set("content-type", "text/html");
        }
    };
    assert_eq!(finding("HTTP-03", of_detail).2, "text/html");
    let last = |request: &Request, reply: &mut Reply| {
        reply.facts.utf8 &= request.parameter("page") != Some("2");
    };
    assert_eq!(finding("HTTP-03", last).0, "fact utf8");
    let gateway = |request: &Request, reply: &mut Reply| {
        if request.kind() == Kind::Download {
            reply.refuse(502);
            reply.facts.utf8 = false;
        }
    };
    assert_eq!(judge("HTTP-03", false, gateway).outcome, Outcome::Pass);
    let plain = judge("HTTP-03", false, on(Variation::NoAccept, |reply| reply.set("content-type", "application/json")));
    assert_eq!(plain.outcome, Outcome::Pass);
}

#[test]
fn a_busy_source_or_a_refused_list_proves_nothing() {
    for id in ["HTTP-03", "HTTP-04", "HTTP-05", "HTTP-06", "HTTP-14"] {
        let busy = judge(id, false, |request, reply| {
            if request.variation != Variation::None {
                reply.refuse(429);
            }
        });
        assert_eq!(busy.outcome, Outcome::Blocked, "{id}");
        assert!(busy.remedy.is_some());
        let lost = judge(id, false, |request, reply| {
            if request.variation != Variation::None {
                reply.failure = Some(FailureKind::Timeout);
            }
        });
        assert_eq!(lost.outcome, Outcome::Blocked, "{id}");
        assert_eq!(judge(id, false, |_, reply| reply.refuse(401)).outcome, Outcome::Blocked, "{id}");
    }
}

#[test]
fn a_fault_outweighs_an_answer_that_says_nothing() {
    let verdict = judge("HTTP-03", false, |request, reply| match request.variation {
        Variation::NoAccept => reply.refuse(406),
        Variation::Accept(_) => reply.refuse(503),
        _ => {}
    });
    assert_eq!(verdict.outcome, Outcome::Fail);
}

#[test]
fn hal_json_comes_when_asked_for() {
    let html = |reply: &mut Reply| reply.set("content-type", "text/html");
    assert_eq!(finding("HTTP-04", on(accept("application/hal+json"), html)).2, "text/html");
    assert_eq!(finding("HTTP-04", on(accept("application/hal+json"), |reply| reply.refuse(406))).0, "status");
}

#[test]
fn a_type_that_nobody_supplies_is_refused_or_answered_in_json() {
    let unknown = || accept("application/x-unknown");
    assert_eq!(finding("HTTP-04", on(unknown(), |reply| reply.refuse(500))).2, "500");
    let html = |reply: &mut Reply| {
        reply.status = 200;
        reply.set("content-type", "text/html");
    };
    assert_eq!(finding("HTTP-04", on(unknown(), html)).2, "text/html");
    let all_the_same = |reply: &mut Reply| {
        reply.status = 200;
        reply.set("content-type", "application/hal+json");
    };
    assert_eq!(judge("HTTP-04", false, on(unknown(), all_the_same)).outcome, Outcome::Pass);
    assert_eq!(judge("HTTP-04", false, on(unknown(), |reply| reply.refuse(415))).outcome, Outcome::Pass);
}

#[test]
fn only_an_accepted_encoding_is_used() {
    let gzip = || Variation::AcceptEncoding("gzip".to_owned());
    let encoded = |coding: &'static str| move |reply: &mut Reply| reply.set("content-encoding", coding);
    assert_eq!(judge("HTTP-05", false, on(gzip(), encoded("gzip"))).outcome, Outcome::Pass);
    assert_eq!(finding("HTTP-05", on(gzip(), encoded("br"))).2, "br");
    let (place, expected, actual) = finding("HTTP-05", on(Variation::None, encoded("GZIP")));
    assert_eq!((place.as_str(), expected.as_str()), ("header content-encoding", "identity"));
    assert!(actual.starts_with("gzip ("), "{actual}");
    for kind in [Kind::Detail, Kind::Download] {
        let of_kind = move |request: &Request, reply: &mut Reply| {
            if request.kind() == kind {
                reply.set("content-encoding", "deflate");
            }
        };
        assert_eq!(finding("HTTP-05", of_kind).1, "identity", "{kind:?}");
    }
    assert_eq!(judge("HTTP-05", false, on(Variation::None, encoded("identity"))).outcome, Outcome::Pass);
    assert_eq!(judge("HTTP-05", false, on(gzip(), |reply| reply.refuse(500))).outcome, Outcome::Blocked);
}

#[test]
fn what_is_compressed_says_so_to_caches() {
    let gzip = || Variation::AcceptEncoding("gzip".to_owned());
    let varied = |vary: &'static [&'static str]| {
        let coded = move |reply: &mut Reply| {
            reply.set("content-encoding", "gzip");
            reply.headers.extend(vary.iter().map(|value| ("vary".to_owned(), (*value).to_owned())));
        };
        judge("HTTP-27", false, on(gzip(), coded))
    };
    for right in [&["Accept-Encoding"][..], &["*"], &["Accept, ACCEPT-encoding"], &["Origin", "accept-encoding"]] {
        assert_eq!(varied(right).outcome, Outcome::Pass, "{right:?}");
    }
    for wrong in [&[][..], &["Accept"], &["X-Accept-Encoding"]] {
        assert_eq!(varied(wrong).outcome, Outcome::Fail, "{wrong:?}");
    }
    assert_eq!(judge("HTTP-27", false, |_, _| {}).outcome, Outcome::NotApplicable);
    assert_eq!(judge("HTTP-27", false, on(gzip(), |reply| reply.refuse(503))).outcome, Outcome::Blocked);
}

#[test]
fn no_language_is_an_error() {
    let swedish = Variation::AcceptLanguage("sv".to_owned());
    let (_, expected, actual) = finding("HTTP-06", on(swedish, |reply| reply.refuse(406)));
    assert_eq!((expected.as_str(), actual.as_str()), ("no error with `Accept-Language: sv`", "406"));
}

#[test]
fn ids_are_welcome_and_not_needed() {
    let with = judge("HTTP-14", false, on(Variation::None, |reply| reply.refuse(400)));
    assert_eq!((with.outcome, with.findings[0].level), (Outcome::Fail, None));
    let without = judge("HTTP-14", false, on(Variation::NoIds, |reply| reply.refuse(400)));
    assert_eq!((without.outcome, without.findings[0].level), (Outcome::Fail, Some(crate::catalogue::Level::Should)));
}

#[test]
fn returned_ids_are_reported() {
    let value = |verdict: crate::judging::verdict::Verdict| verdict.reason.unwrap().en;
    let silent = judge("HTTP-15", false, |_, _| {});
    assert_eq!(value(silent), "x-correlation-id: does not come back; x-request-id: does not come back");
    let echoing = judge("HTTP-15", false, |_, reply| {
        reply.set("x-correlation-id", "C-1");
        reply.set("x-request-id", "other");
    });
    assert_eq!(value(echoing), "x-correlation-id: comes back; x-request-id: another value");
}
