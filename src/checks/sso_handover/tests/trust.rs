//! Chapters trust, login and portal.

use serde_json::json;

use super::super::testing::{Application, answer, calls, exchanges, hand_overs, pages, set};
use super::failing;
use crate::evidence::exchange::visit::{Authentication, Call};
use crate::evidence::exchange::{Citizen, Grant, IssuerCall, Request, Target};
use crate::evidence::setup::SubjectSetup;
use crate::judging::verdict::Outcome::{self, Blocked, Fail, NotApplicable, Observed, Pass};

fn grant(request: &Request) -> Option<Grant> {
    match request.target {
        Target::Issuer(IssuerCall::Token(grant)) => Some(grant),
        _ => None,
    }
}

/// The outcomes of SSO-01, 02 and 03 where ACM answers some grants with an error.
fn refused(code: &'static str, grants: &'static [Grant]) -> [Outcome; 3] {
    let own = Application::own_flow().when(move |request| {
        let is_refused = grant(request).is_some_and(|grant| grants.contains(&grant));
        is_refused.then(|| Ok(answer(400, json!({ "error": code }))))
    });
    ["SSO-01", "SSO-02", "SSO-03"].map(|id| own.outcome(id))
}

#[test]
fn each_registration_that_is_missing_fails_its_own_requirement() {
    const MBP: Grant = Grant::Exchange(Citizen::Subject);
    const ALL: &[Grant] = &[MBP, Grant::OwnAudience];
    assert_eq!(refused("invalid_target", &[MBP]), [Fail, Pass, Pass]);
    assert_eq!(refused("access_denied", &[MBP]), [Fail, Pass, Pass]);
    // For the own client-id it may: then it is the trust.
    assert_eq!(refused("unauthorized_client", &[MBP]), [Fail, Pass, Pass]);
    assert_eq!(refused("unauthorized_client", ALL), [Blocked, Fail, Pass]);
    assert_eq!(refused("unsupported_grant_type", ALL), [Blocked, Fail, Pass]);
    assert_eq!(refused("unauthorized_client", &[Grant::Actor]), [Pass, Pass, Fail]);
    assert_eq!(refused("unsupported_grant_type", &[Grant::Actor]), [Pass, Pass, Fail]);
    for code in ["invalid_client", "invalid_grant", "invalid_request"] {
        assert_eq!(refused(code, ALL), [Blocked, Blocked, Pass], "{code}");
    }
}

/// The outcome of SSO-11 with this issuer, client-id and address of MBP.
fn mixed(issuer: &str, client_id: &str, base_url: &str) -> Outcome {
    let mut own = Application::own_flow();
    let acm = own.setup.acm.as_mut().unwrap();
    (acm.issuer, acm.audience) = (issuer.to_owned(), client_id.to_owned());
    if let SubjectSetup::Application(application) = &mut own.setup.subject {
        application.mbp.client_id = client_id.to_owned();
        application.mbp.base_url = base_url.to_owned();
    }
    own.outcome("SSO-11")
}

#[test]
fn everything_is_of_one_environment() {
    const TNI: [&str; 3] = [
        "https://authenticatie-ti.vlaanderen.be/op",
        "80689076-8c4a-4bef-abc4-82805e17988d",
        "https://burgerprofiel.tni-vlaanderen.be",
    ];
    const PROD: [&str; 3] = [
        "https://authenticatie.vlaanderen.be/op",
        "88f04968-d331-4ae0-99d9-c6efb845841f",
        "https://www.burgerprofiel.be/",
    ];
    assert_eq!(mixed(TNI[0], TNI[1], TNI[2]), Pass);
    assert_eq!(mixed(PROD[0], PROD[1], PROD[2]), Pass);
    assert_eq!(mixed(TNI[0], PROD[1], TNI[2]), Fail);
    assert_eq!(mixed(PROD[0], PROD[1], TNI[2]), Fail);
    assert_eq!(mixed("https://acm.example/op", "a", "https://mbp.example"), NotApplicable);
    let audience = failing(|_, facts| exchanges(facts, |one| set(one, "audience", Some(TNI[1]))));
    assert_eq!(audience, ["SSO-11"]);
    let host = failing(|_, facts| {
        hand_overs(facts, |one| one.url = one.url.replace("https://mbp.example", PROD[2].trim_end_matches('/')));
    });
    assert_eq!(host, ["SSO-11"]);
}

#[test]
fn a_login_has_a_code_and_the_scopes() {
    let asked = |name: &'static str, value: Option<&'static str>| {
        failing(move |_, facts| calls(facts, Call::Authorization, |one| set(one, name, value)))
    };
    assert_eq!(asked("response_type", Some("id_token")), ["SSO-04"]);
    assert_eq!(asked("response_type", Some("code id_token")), ["SSO-04"]);
    assert_eq!(asked("scope", Some("profile rrn vo")), ["SSO-04"]);
    assert_eq!(asked("scope", Some("rrn openid")), ["SSO-05"]);
    assert_eq!(asked("scope", Some("rrn openid phone profile")), Vec::<String>::new());
    let pushed = Application::new().edit(|_, facts| {
        calls(facts, Call::Authorization, |one| one.parameters = vec![("request_uri".to_owned(), "urn:a".to_owned())]);
    });
    assert_eq!((pushed.outcome("SSO-04"), pushed.outcome("SSO-05")), (Blocked, Blocked));
    // As it runs, by what the browser asked for.
    let seen = |scope: &'static str| {
        Application::running()
            .edit(move |_, facts| pages(facts, |page| page.url = page.url.replace("openid+profile+rrn", scope)))
    };
    assert_eq!((seen("openid+rrn").outcome("SSO-04"), seen("openid+rrn").outcome("SSO-05")), (Pass, Fail));
    assert_eq!(seen("profile+rrn").outcome("SSO-04"), Fail);
}

#[test]
fn a_client_authenticates_in_one_allowed_way() {
    let by = |ways: &'static [Authentication]| {
        failing(move |_, facts| calls(facts, Call::Token, |one| one.authentication = ways.to_vec()))
    };
    for ways in [&[Authentication::Post][..], &[Authentication::PrivateKeyJwt]] {
        assert_eq!(by(ways), Vec::<String>::new());
    }
    for ways in [&[][..], &[Authentication::Query], &[Authentication::Post, Authentication::Basic]] {
        assert_eq!(by(ways), ["SSO-12"], "{ways:?}");
    }
}

#[test]
fn what_acm_answers_to_odd_requests_is_told_and_fails_nothing() {
    let own = Application::own_flow().when(|request| {
        let error = |code: &str| Some(Ok(answer(400, json!({ "error": code }))));
        match grant(request)? {
            Grant::OtherAudience => error("invalid_target"),
            Grant::CitizenAsActor => error("invalid_request"),
            _ => None,
        }
    });
    let verdict = own.judge("SSO-46");
    let told = verdict.reason.unwrap();
    assert_eq!(verdict.outcome, Observed);
    for words in [
        "without an actor token: 200 with a token",
        "the citizen's token as actor: 400 invalid_request",
        "the own client-id as audience: 200 with a token",
        "MBP of the other environment: 400 invalid_target",
    ] {
        assert!(told.en.contains(words), "{}", told.en);
    }
    assert!(told.nl.contains("zonder actortoken: 200 met een token"), "{}", told.nl);
    assert_eq!(own.failing(), Vec::<String>::new());
}
