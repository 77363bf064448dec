//! Whole runs against the sandbox, of a few requirements.

use std::sync::LazyLock;

use super::*;
use crate::catalogue::DEFAULT_SPEC;
use crate::checks;
use crate::evidence::exchange::{Content, FailureKind, IssuerCall, Request, Target, environment, is_acm};
use crate::judging::verdict::Outcome;
use crate::profile::OpenApiLocation;
use crate::sandbox::{Behaviour, Options, Sandbox, faults};

static CATALOGUE: LazyLock<Catalogue> =
    LazyLock::new(|| Catalogue::load(DEFAULT_SPEC, None, checks::is_check).unwrap());

async fn run(sandbox: &Sandbox, change: impl FnOnce(&mut Resolved), only: &[&str]) -> Finished {
    let mut profile = sandbox.profile().unwrap();
    change(&mut profile);
    let selection = Selection { only: only.iter().map(ToString::to_string).collect(), skip: Vec::new() };
    let session = Session::new(&profile, &CATALOGUE, 1).unwrap();
    session.run(&CATALOGUE, &selection, std::future::pending(), |_| {}).await
}

fn outcome(finished: &Finished, id: &str) -> Outcome {
    let rows = CATALOGUE.requirements.iter().zip(&finished.verdicts);
    rows.filter(|(row, _)| row.id == id).map(|(_, verdict)| verdict.outcome).next().unwrap()
}

mod tokens;

#[tokio::test]
async fn a_certificate_that_is_not_right_ends_every_call_in_clear_words() {
    for (fault, words) in [
        ("server-certificate-has-expired", "certificate expired"),
        ("server-certificate-is-of-another-host", "certificate not valid for name 127.0.0.1"),
        ("server-certificate-is-self-signed", "unknown issuer"),
    ] {
        let mut behaviour = Behaviour::default();
        for fault in faults::find(fault) {
            (fault.apply)(&mut behaviour);
        }
        let sandbox = Sandbox::start(Options { behaviour, ..Options::default() }).await.unwrap();
        let finished = run(&sandbox, |_| {}, &["URL-02", "URL-03", "LST-01", "HTTP-03"]).await;
        assert_eq!(outcome(&finished, "URL-02"), Outcome::Fail, "{fault}");
        assert_eq!(outcome(&finished, "URL-03"), Outcome::Pass, "{fault}");
        assert_eq!(outcome(&finished, "LST-01"), Outcome::Blocked, "{fault}");
        assert_eq!(outcome(&finished, "HTTP-03"), Outcome::Blocked, "{fault}");
        let calls = finished.recording.exchanges().filter(|exchange| {
            matches!(
                exchange.request.target,
                Target::Entry { .. } | Target::Tls(crate::evidence::exchange::Tls::Modern)
            )
        });
        let failures: Vec<_> = calls.map(|exchange| exchange.result.as_ref().unwrap_err()).collect();
        // The list, twice otherwise, and the handshake.
        assert!(failures.len() >= 4, "{}", failures.len());
        for failure in failures {
            assert_eq!((failure.kind, failure.detail.en.as_str()), (FailureKind::Tls, words));
        }
    }
}

#[tokio::test]
async fn an_openapi_document_may_be_a_file() {
    let sandbox = Sandbox::start(Options::default()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("own.yaml");
    tokio::fs::write(&path, &CATALOGUE.openapi.1).await.unwrap();
    let file =
        |profile: &mut Resolved| profile.source_mut().unwrap().openapi = Some(OpenApiLocation::File(path.clone()));
    let finished = run(&sandbox, file, &["HTTP-18"]).await;
    assert_eq!(outcome(&finished, "HTTP-18"), Outcome::Pass);
    assert_eq!(finished.recording.setup.source().openapi.as_deref(), Some("own.yaml"));
    let exchange = finished.recording.get(&Request::probe(Target::OpenApi)).unwrap();
    assert!(matches!(exchange.result.as_ref().unwrap().content, Content::Text(_)));
    let gone =
        |profile: &mut Resolved| profile.source_mut().unwrap().openapi = Some(OpenApiLocation::File(path.join("gone")));
    let finished = run(&sandbox, gone, &["HTTP-18"]).await;
    assert_eq!(outcome(&finished, "HTTP-18"), Outcome::Blocked);
    let verdict = finished.verdicts.iter().find(|verdict| verdict.outcome == Outcome::Blocked).unwrap();
    let reason = &verdict.reason.as_ref().unwrap().en;
    assert!(reason.starts_with("the OpenAPI document cannot be read (gone: "), "{reason}");
}

/// What a report of a run names as the place where its tokens came from.
fn named(finished: &Finished) -> &str {
    let discovery = finished.recording.get(&Request::issuer(IssuerCall::Discovery));
    let discovery = discovery.and_then(|exchange| exchange.result.as_ref().ok());
    environment(&finished.recording.setup, discovery)
}

#[tokio::test]
async fn no_switch_and_no_name_makes_our_own_acm_the_real_one() {
    let sandbox = Sandbox::start(Options::default()).await.unwrap();
    let unsaid = |profile: &mut Resolved| profile.acm.as_mut().unwrap().stand_in = false;
    let finished = run(&sandbox, unsaid, &["TOK-01"]).await;
    assert_eq!(named(&finished), sandbox.issuer());
    assert!(!is_acm(named(&finished)));
    // As it is where a name server gives the address of this machine for ACM's own name.
    let renamed = |profile: &mut Resolved| {
        let acm = profile.acm.as_mut().unwrap();
        acm.stand_in = false;
        acm.environment = "tni".to_owned();
    };
    let finished = run(&sandbox, renamed, &["TOK-01"]).await;
    assert_eq!(named(&finished), STAND_IN_ACM);
    let discovery = finished.recording.get(&Request::issuer(IssuerCall::Discovery)).unwrap();
    assert!(discovery.result.as_ref().unwrap().facts.local);
    let without = |profile: &mut Resolved| {
        profile.acm = None;
        profile.citizens.truncate(1);
        profile.citizens[0].token = Some(CitizenToken::Tx("a-token-of-somebody".into()));
    };
    let finished = run(&sandbox, without, &["TOK-01"]).await;
    assert_eq!(named(&finished), "none");
    assert!(!is_acm("none"));
}

#[tokio::test]
async fn an_introspection_answer_in_a_jwt_is_read() {
    let mut behaviour = Behaviour::default();
    behaviour.issuer.introspects_in_jwt = true;
    let sandbox = Sandbox::start(Options { behaviour, ..Options::default() }).await.unwrap();
    let finished = run(&sandbox, |_| {}, &["TOK-05", "TOK-06", "LST-01"]).await;
    for id in ["TOK-05", "TOK-06", "LST-01"] {
        assert_eq!(outcome(&finished, id), Outcome::Pass, "{id}");
    }
    let asked = Request::issuer(IssuerCall::Introspection(Auth::Token(Citizen::Subject)));
    let answer = finished.recording.get(&asked).unwrap().result.as_ref().unwrap();
    assert!(answer.is_jwt() && answer.introspection().is_some());
}
