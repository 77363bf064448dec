//! A source that gives its list, and something behind it that keeps much from being judged: one cause for each reason.

use serde_json::{Value, json};

use super::Run;
use super::servers::{Served, listing};
use bronkeur::report::Cause;

fn check(source: &Served) -> Run {
    Run::of(&format!("http://127.0.0.1:{}/v1", source.port), &[])
}

/// The causes of these kinds.
fn of_kind<'a>(run: &'a Run, kinds: &[&str]) -> Vec<&'a Cause> {
    let is_one = |cause: &&Cause| kinds.iter().any(|kind| serde_json::to_value(cause.kind).unwrap() == *kind);
    run.report.causes.iter().filter(is_one).collect()
}

fn own(origin: &str, place: usize) -> String {
    format!("{origin}/v1/certificates/85073099932/a{place}")
}

#[test]
fn an_empty_list_is_one_cause_however_many_certificates_are_needed() {
    let run = check(&listing(0, own, 404));
    let causes = of_kind(&run, &["too-few-certificates"]);
    let [cause] = causes.as_slice() else { panic!("{causes:#?}") };
    assert_eq!(cause.what.en, "the citizen has no certificates; 3 are needed to judge this");
    assert_eq!(cause.what.nl, "de burger heeft geen attesten; om dit te beoordelen zijn er 3 nodig");
    // Each requirement says what it needs itself.
    let reasons = run.report.requirements.iter().filter_map(|row| row.reason.as_ref());
    assert!(reasons.clone().any(|reason| reason.en.ends_with("at least 1 is needed to judge this")));
    assert!(reasons.clone().all(|reason| !reason.en.contains(" 1 are needed")));
}

#[test]
fn details_that_are_refused_to_everybody_are_one_cause() {
    let run = check(&listing(3, own, 403));
    let causes = of_kind(&run, &["requirement-not-met", "unexpected-status", "access-forbidden"]);
    let of_details: Vec<&&Cause> =
        causes.iter().filter(|cause| cause.waiting.iter().any(|id| id == "ERR-08" || id == "CRT-12")).collect();
    let [cause] = of_details.as_slice() else { panic!("{causes:#?}") };
    assert_eq!(cause.failing.first().map(String::as_str), Some("CRT-11"), "{cause:#?}");
    let by_status = |cause: &&&Cause| cause.what.en.contains("403");
    assert_eq!(causes.iter().filter(by_status).count(), 0, "{causes:#?}");
}

#[test]
fn links_that_are_not_followed_say_why() {
    let foreign = |_: &str, place: usize| format!("http://other.example/v1/certificates/85073099932/a{place}");
    let with_user = |origin: &str, place: usize| own(&origin.replace("http://", "http://an:secret@"), place);
    for (link, kind, who, words) in [
        (foreign as fn(&str, usize) -> String, "foreign-origin", "owner", "another server (http://other.example)"),
        (with_user, "link-with-credentials", "source", "hold a user name or a password"),
    ] {
        let run = check(&listing(3, link, 404));
        let causes = of_kind(&run, &["foreign-origin", "link-with-credentials", "link-without-tls"]);
        let [cause] = causes.as_slice() else { panic!("{kind}: {causes:#?}") };
        let told: Value = serde_json::to_value(cause).unwrap();
        assert_eq!([&told["kind"], &told["who"]], [&json!(kind), &json!(who)]);
        assert!(cause.what.en.contains(words), "{cause:#?}");
    }
}
