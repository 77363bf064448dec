use serde_json::{Value, json};

use super::source::{finding, is_list, judge, passes};
use crate::evidence::exchange::{FailureKind, Kind, Request};
use crate::judging::verdict::Outcome;

#[test]
fn a_conformant_source_passes() {
    passes("HTTP-01");
    passes("HTTP-02");
}

#[test]
fn a_paging_link_that_leads_nowhere_is_found() {
    let is_last = |request: &Request| request.parameter("page") == Some("2") && request.parameter("limit") == Some("1");
    let change = |status: u16| {
        move |request: &Request, reply: &mut super::source::Reply| match &request.target {
            // The last page of the walk is asked for by the walk itself: this link has another form.
            crate::evidence::exchange::Target::Link { url, .. } if url.ends_with("&x=1") => reply.refuse(status),
            _ if is_list(request) && !is_last(request) && reply.status == 200 => {
                for link in reply.body()["links"].as_array_mut().unwrap() {
                    if link["rel"] == "last" {
                        link["href"] = json!(format!("{}&x=1", link["href"].as_str().unwrap()));
                    }
                }
            }
            _ => {}
        }
    };
    let verdict = judge("HTTP-01", false, change(404));
    assert_eq!(verdict.outcome, Outcome::Fail);
    assert_eq!(verdict.findings[0].expected.en, "2xx behind the link `last`");
    assert_eq!(judge("HTTP-01", false, change(503)).outcome, Outcome::Blocked);
}

#[test]
fn a_second_page_that_is_none_is_found_by_the_link_to_it() {
    let is_second = |request: &Request| is_list(request) && request.parameter("page") == Some("1");
    let verdict = judge("HTTP-01", false, |request, reply| {
        if is_second(request) {
            reply.refuse(404);
        }
    });
    assert_eq!(verdict.outcome, Outcome::Fail);
    assert_eq!(verdict.findings[0].expected.en, "2xx behind the link `next`");
}

#[test]
fn a_list_without_links_has_nothing_to_follow() {
    let verdict = judge("HTTP-01", false, |request, reply| {
        if is_list(request) && reply.status == 200 {
            reply.body()["links"] = json!([]);
        }
    });
    assert_eq!(verdict.outcome, Outcome::NotApplicable);
}

/// Changes the answers from the n-th repetition on.
fn from(
    ordinal: u32,
    kind: Kind,
    change: impl Fn(&mut super::source::Reply),
) -> impl Fn(&Request, &mut super::source::Reply) {
    move |request, reply| {
        if request.ordinal >= ordinal && request.kind() == kind {
            change(reply);
        }
    }
}

#[test]
fn a_link_that_works_once_is_found() {
    let verdict = judge("HTTP-02", false, from(1, Kind::Detail, |reply| reply.refuse(410)));
    assert_eq!((verdict.outcome, verdict.findings.len()), (Outcome::Fail, 3));
    let finding = &verdict.findings[0];
    assert_eq!((finding.expected.en.as_str(), finding.actual.en.as_str()), ("200, as the first time", "410"));
}

#[test]
fn a_field_that_changes_with_every_get_is_found() {
    let counted = |request: &Request, reply: &mut super::source::Reply| {
        if request.kind() == Kind::List {
            reply.certificates("year", &json!(2025 + request.ordinal));
        }
    };
    let (place, expected, actual) = finding("HTTP-02", counted);
    assert_eq!(
        (place.as_str(), expected.as_str(), actual.as_str()),
        ("/certificates/0/year", "2025, as the first time", "2027")
    );
}

#[test]
fn a_new_id_with_every_get_is_found() {
    let (place, _, actual) = finding("HTTP-02", |request, reply| {
        if request.kind() == Kind::List {
            reply.certificates("id", &json!(format!("n{}", request.ordinal)));
        }
    });
    assert_eq!((place.as_str(), actual.as_str()), ("/certificates", "3 of them are missing"));
}

#[test]
fn what_a_third_get_does_not_confirm_and_what_comes_beside_is_no_finding() {
    let once = judge("HTTP-02", false, |request, reply| {
        if request.ordinal == 1 && request.kind() == Kind::Detail {
            reply.refuse(500);
        }
    });
    assert_eq!(once.outcome, Outcome::Pass);
    let beside = judge("HTTP-02", false, |request, reply| {
        reply.certificates("views", &json!(request.ordinal));
    });
    assert_eq!(beside.outcome, Outcome::Pass);
    let added = judge("HTTP-02", false, |request, reply| {
        if request.ordinal > 0 && request.kind() == Kind::List {
            let body = reply.body();
            body["certificates"][2] = json!({ "id": "new", "language": "nl" });
            body["pageMetadata"]["totalElements"] = Value::from(4);
        }
    });
    assert_eq!(added.outcome, Outcome::Pass);
}

#[test]
fn a_repetition_that_says_nothing_blocks() {
    for status in [401, 429, 503] {
        let verdict = judge("HTTP-02", false, from(1, Kind::List, move |reply| reply.refuse(status)));
        assert_eq!(verdict.outcome, Outcome::Blocked, "{status}");
    }
    let lost = judge("HTTP-02", false, from(1, Kind::List, |reply| reply.failure = Some(FailureKind::Timeout)));
    assert_eq!(lost.outcome, Outcome::Blocked);
    assert_eq!(judge("HTTP-02", false, from(0, Kind::Detail, |reply| reply.refuse(500))).outcome, Outcome::Blocked);
}
