//! A source that introspects, and cannot: with a wrong client, or at an ACM that died in the course of the run.

use std::fs;
use std::thread;
use std::time::Duration;

use bronkeur::judging::verdict::Outcome;
use serde_json::Value;
use tempfile::TempDir;

use super::servers;
use super::{Run, both};
use crate::acm::Acm;
use crate::support::{Stage, bronkeur, ran};

#[test]
fn a_wrong_secret_or_client_is_named_however_the_source_answers_then() {
    let folder = tempfile::tempdir().unwrap();
    let calls = folder.path().join("calls.txt");
    for status in [Some(401), Some(500), Some(503), None] {
        let source = servers::introspecting(status);
        let url = format!("http://127.0.0.1:{}/v1", source.port);
        let mut start = bronkeur(&folder);
        start.stderr(fs::File::create(&calls).unwrap());
        let acm = Acm::start(start.args(["acm", "-v", "--port", "0", "--plain-http", "--base-url", &url]));
        source.introspects_at(acm.setting("introspection"), acm.setting("client-id"), "not-the-secret");
        let run = Run::in_folder(&folder, &["check", "-p", "acm/bron.yaml"]);
        let words =
            both("client-id laptop-source en een verkeerd geheim", "client-id laptop-source and a wrong secret");
        let cause = run.shows("source-client-refused", "source", "source", words);
        assert!(cause.remedy.en.contains("`client-secret-file`"), "{cause:#?}");
        // Its own breakdown is the source's, whatever brought it about.
        let ends = if status == Some(500) { 1 } else { 3 };
        assert_eq!(run.report.result.exit_status, ends, "{status:?}");
        // The diagnosis says the same.
        let doctor = ran(bronkeur(&folder).args(["doctor", "-p", "acm/bron.yaml", "--format", "json"]));
        let told: Value = serde_json::from_str(&doctor.stdout).unwrap();
        let call = told["steps"].as_array().unwrap().iter().find(|line| line["step"] == "call").unwrap();
        assert_eq!((doctor.status, &call["state"], &call["who"]), (1, &"fault".into(), &"source".into()), "{call:#}");
        assert_eq!(call["seen"]["en"], cause.what.en, "{status:?}");
        if status == Some(401) {
            source.introspects_at(acm.setting("introspection"), "somebody", "not-the-secret");
            let run = Run::in_folder(&folder, &["check", "-p", "acm/bron.yaml"]);
            let words = both("een onbekende client-id", "an unknown client-id");
            run.shows("source-client-refused", "source", "source", words);
            // The window of the ACM shows the same, and no secret.
            let calls = fs::read_to_string(&calls).unwrap();
            for line in [
                "POST /op/v1/introspect -> 401 invalid_client  client laptop-source: wrong secret",
                "POST /op/v1/introspect -> 401 invalid_client  unknown client-id",
                "POST /op/v1/token -> 200  client bronkeur-attesten-backend",
                // Our own look at a token is not taken for one of the source.
                "POST /op/v1/introspect -> 200  bronkeur, as client laptop-source",
            ] {
                assert!(calls.lines().any(|told| told == line), "{line}\n{calls}");
            }
            assert!(!calls.contains("not-the-secret"), "{calls}");
        }
    }
}

/// An ACM for that source, as `bronkeur acm` starts it.
fn acm_for(folder: &TempDir, port: u16) -> Acm {
    let url = format!("http://127.0.0.1:{port}/v1");
    Acm::start(bronkeur(folder).args(["acm", "--port", "0", "--plain-http", "--base-url", &url]))
}

/// The state of the call in a diagnosis, and what is told of it.
fn diagnosed(folder: &TempDir) -> (Value, Value) {
    let doctor = ran(bronkeur(folder).args(["doctor", "-p", "acm/bron.yaml", "--format", "json"]));
    let told: Value = serde_json::from_str(&doctor.stdout).unwrap();
    let call = told["steps"].as_array().unwrap().iter().find(|line| line["step"] == "call").unwrap();
    (call["state"].clone(), call["seen"]["en"].clone())
}

#[test]
fn a_source_that_does_not_ask_this_acm_is_told_where_to() {
    for status in [401, 403, 500, 502, 503] {
        let folder = tempfile::tempdir().unwrap();
        let source = servers::answering(&servers::answer(status));
        let acm = acm_for(&folder, source.port);
        let run = Run::in_folder(&folder, &["check", "-p", "acm/bron.yaml"]);
        let words = both(
            format!("antwoordt {status} op een goed token, en vroeg deze ACM er niet één keer naar"),
            format!("answers a good token with {status}, and did not once ask this ACM about it"),
        );
        let cause = run.shows("issuer-not-asked", "source", "source", words);
        assert!(cause.remedy.en.contains(acm.setting("introspection")), "{cause:#?}");
        assert_eq!(diagnosed(&folder), ("fault".into(), cause.what.en.clone().into()), "{status}");
    }
}

#[test]
fn a_source_that_asks_where_nothing_is_is_told_where_it_asked() {
    let folder = tempfile::tempdir().unwrap();
    let source = servers::introspecting(Some(502));
    let acm = acm_for(&folder, source.port);
    let right = acm.setting("introspection").to_owned();
    let secret = fs::read_to_string(folder.path().join(acm.setting("client-secret-file"))).unwrap();
    source.introspects_at(&right.replace("/op/", "/opp/"), acm.setting("client-id"), &secret);
    let run = Run::in_folder(&folder, &["check", "-p", "acm/bron.yaml"]);
    let words = both("waar niets is: POST /opp/v1/introspect", "where nothing is: POST /opp/v1/introspect");
    let cause = run.shows("issuer-not-asked", "source", "source", words);
    assert!(cause.remedy.en.contains(&right), "{cause:#?}");
    assert_eq!(diagnosed(&folder), ("fault".into(), cause.what.en.clone().into()));
    // Once it asks where it should, what an earlier run saw counts no more.
    source.introspects_at(&right, acm.setting("client-id"), &secret);
    let run = Run::in_folder(&folder, &["check", "-p", "acm/bron.yaml"]);
    run.shows("bad-gateway", "source", "source", both("(502)", "(502)"));
}

#[test]
fn a_good_token_of_acm_that_the_source_refuses() {
    let folder = tempfile::tempdir().unwrap();
    let source = servers::introspecting(Some(401));
    let acm = acm_for(&folder, source.port);
    let secret = fs::read_to_string(folder.path().join(acm.setting("client-secret-file"))).unwrap();
    source.introspects_at(acm.setting("introspection"), acm.setting("client-id"), &secret);
    let run = Run::in_folder(&folder, &["check", "-p", "acm/bron.yaml"]);
    let words =
        both("weigert een goed token met 401, terwijl ACM het actief noemt", "with 401, though ACM calls it active");
    run.shows("token-refused", "source", "source", words);
}

/// The report of a run whose ACM is cut off once so many requests reached the sandbox.
fn cut_off_after(requests: usize) -> Run {
    let stage = Stage::new();
    thread::scope(|scope| {
        let ended = scope.spawn(|| stage.checked());
        while stage.sandbox.requests().len() <= requests && !ended.is_finished() {
            thread::sleep(Duration::from_millis(1));
        }
        stage.sandbox.set_acm_reachable(false);
        ended.join().unwrap()
    })
}

#[test]
fn an_acm_that_dies_in_the_course_of_a_run() {
    // In every stretch of a run: the first lists, the details, the probes, the outage.
    for requests in [6, 16, 24, 40, 60, 90, 140] {
        let report = cut_off_after(requests).report;
        let failed: Vec<_> = report.requirements.iter().filter(|row| row.outcome == Outcome::Fail).collect();
        assert!(failed.is_empty(), "{requests}: {failed:#?}");
        assert!(!report.causes.is_empty());
        for cause in &report.causes {
            assert_eq!(serde_json::to_value(cause.server).unwrap(), "issuer", "{requests}: {cause:#?}");
            assert!(!cause.remedy.en.contains("stand_in"), "{cause:#?}");
        }
    }
}
