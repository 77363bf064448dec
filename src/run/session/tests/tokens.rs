//! How tokens are obtained: every way of client authentication, against the sandbox's ACM, which verifies them all.

use super::*;
use crate::base::assertion::SigningKey;
use crate::base::assertion::tests::{p256_pem, rsa_pem};
use crate::evidence::exchange::{Grant, IssuerCall};
use crate::profile::{Pem, ResolvedAcm, ResolvedClient, ResolvedClientAuth, ResolvedHop};
use crate::sandbox::ClientCredentials;

fn issuer_of(profile: &mut Resolved) -> &mut ResolvedAcm {
    profile.acm.as_mut().unwrap()
}

/// What the issuer said to the first exchange for the subject.
fn exchanged(finished: &Finished) -> (u16, Option<&str>) {
    let exchange = finished.recording.get(&Request::token(Grant::Exchange(Citizen::Subject))).unwrap();
    let response = exchange.result.as_ref().unwrap();
    (response.status, response.json().and_then(|json| json.get("error")?.as_str()))
}

fn jwt(key: &SigningKey) -> ResolvedClientAuth {
    ResolvedClientAuth::Jwt { key: key.clone(), kid: None, audience: None }
}

async fn with_keys(keys: &[&SigningKey]) -> Sandbox {
    let caller_keys = keys.iter().map(|key| key.verifying_key()).collect();
    Sandbox::start(Options { caller_keys, ..Options::default() }).await.unwrap()
}

const TOKENS: &[&str] = &["TOK-02", "TOK-03", "TOK-05", "LST-01"];

#[tokio::test]
async fn a_secret_survives_whatever_characters_it_holds() {
    let caller = ClientCredentials { id: "us: 100% + ü&=".to_owned(), secret: "p:a%2B+ß \"√\\ &x=y".to_owned() };
    let sandbox = Sandbox::start(Options { caller: Some(caller.clone()), ..Options::default() }).await.unwrap();
    for auth in [ResolvedClientAuth::Post, ResolvedClientAuth::Basic] {
        let auth = auth(caller.secret.clone().into());
        let name = auth.name();
        let finished = run(&sandbox, |profile| issuer_of(profile).client.auth = auth, TOKENS).await;
        for id in TOKENS {
            assert_eq!(outcome(&finished, id), Outcome::Pass, "{name} {id}");
        }
        let wrong = run(
            &sandbox,
            |profile| issuer_of(profile).client.auth = ResolvedClientAuth::Basic("p:a%2B+ß \"√\\ &x=z".into()),
            TOKENS,
        )
        .await;
        assert_eq!(outcome(&wrong, "TOK-02"), Outcome::Fail);
    }
}

#[tokio::test]
async fn a_signed_assertion_gets_the_tokens_of_a_whole_run() {
    let (rsa, p256) = (SigningKey::read(&rsa_pem()).unwrap(), SigningKey::read(&p256_pem()).unwrap());
    let sandbox = with_keys(&[&rsa, &p256]).await;
    for key in [&rsa, &p256] {
        let finished = run(&sandbox, |profile| issuer_of(profile).client.auth = jwt(key), TOKENS).await;
        for id in TOKENS {
            assert_eq!(outcome(&finished, id), Outcome::Pass, "{key:?} {id}");
        }
        let calls = finished.recording.exchanges();
        let token = calls.filter(|exchange| exchange.sent.form.iter().any(|(name, _)| name == "client_assertion"));
        // An assertion works once: more than one call was made, and each had its own.
        assert!(token.count() > 1);
        let recorded = serde_json::to_string(&finished.recording).unwrap();
        assert!(!recorded.contains("eyJ") && !finished.vault.leaks(&recorded));
    }
}

#[tokio::test]
async fn a_wrong_assertion_is_the_issuers_refusal() {
    let (key, stranger) = (SigningKey::read(&p256_pem()).unwrap(), SigningKey::read(&p256_pem()).unwrap());
    let sandbox = with_keys(&[&key]).await;
    let audience = |audience: String| ResolvedClientAuth::Jwt { key: key.clone(), kid: None, audience: Some(audience) };
    for (auth, expected) in [
        (jwt(&key), (200, None)),
        (audience(format!("{}/v1/token", sandbox.issuer())), (200, None)),
        (audience("https://elsewhere.example/op".to_owned()), (401, Some("invalid_client"))),
        (jwt(&stranger), (401, Some("invalid_client"))),
    ] {
        let finished = run(
            &sandbox,
            |profile| {
                issuer_of(profile).client.auth = auth;
                issuer_of(profile).actor = Actor::None;
            },
            &["TOK-02"],
        )
        .await;
        assert_eq!(exchanged(&finished), expected);
    }
}

#[tokio::test]
async fn a_client_certificate_says_who_the_client_is() {
    let sandbox = Sandbox::start(Options::default()).await.unwrap();
    let with = async |certificate: Option<&(String, String)>| {
        let certificate =
            certificate.map(|(pem, key)| ClientCertificate { certificate: Pem(pem.clone()), key: key.clone().into() });
        let change = |profile: &mut Resolved| {
            let acm = issuer_of(profile);
            acm.client.auth = ResolvedClientAuth::Certificate;
            acm.client_certificate = certificate;
        };
        run(&sandbox, change, TOKENS).await
    };
    let finished = with(sandbox.client_certificate()).await;
    for id in TOKENS {
        assert_eq!(outcome(&finished, id), Outcome::Pass, "{id}");
    }
    assert_eq!(outcome(&with(None).await, "TOK-02"), Outcome::Fail);
    // Of an authority that this issuer does not know: TLS itself ends it.
    let other = Sandbox::start(Options::default()).await.unwrap();
    let finished = with(other.client_certificate()).await;
    assert_ne!(outcome(&finished, "TOK-02"), Outcome::Pass);
}

/// The citizen's token of the portal, exchanged for the caller, then for the source.
fn through_the_portal(profile: &mut Resolved, sandbox: &Sandbox) {
    let credentials = sandbox.credentials();
    let client = |party: &ClientCredentials| ResolvedClient {
        id: party.id.clone(),
        auth: ResolvedClientAuth::Basic(party.secret.clone().into()),
    };
    let acm = issuer_of(profile);
    let audience = acm.client.id.clone();
    let hop =
        ResolvedHop { client: client(&credentials.portal), audience, scope: None, actor: Actor::ClientCredentials };
    acm.hops = vec![hop];
    acm.names_token_type = true;
    for (citizen, person) in profile.citizens.iter_mut().zip(&credentials.people) {
        citizen.token = Some(CitizenToken::Access(person.portal_token.clone().into()));
    }
}

#[tokio::test]
async fn a_token_goes_through_the_portal_to_the_source() {
    let sandbox = Sandbox::start(Options::default()).await.unwrap();
    let rows = ["TOK", "LST-01", "SEC-04", "SEC-05", "SEC-06", "SEC-07", "SEC-08", "SEC-16", "SEC-20"];
    let finished = run(&sandbox, |profile| through_the_portal(profile, &sandbox), &rows).await;
    for id in [&rows[1..], TOKENS].concat() {
        assert_eq!(outcome(&finished, id), Outcome::Pass, "{id}");
    }
    let hop = finished.recording.get(&Request::token(Grant::Hop(Citizen::Subject, 0))).unwrap();
    let form: Vec<&str> = hop.sent.form.iter().map(|(name, _)| name.as_str()).collect();
    let expected = [
        "grant_type",
        "subject_token",
        "subject_token_type",
        "requested_token_type",
        "audience",
        "actor_token",
        "actor_token_type",
    ];
    assert_eq!(form, expected);
    let list = finished
        .recording
        .exchanges()
        .find(|exchange| exchange.request == Request::entry(Citizen::Subject).query("limit", 10).query("page", 0))
        .unwrap();
    let made = &list.credential.as_ref().unwrap().en;
    assert!(made.ends_with("after 1 exchange(s) before it)"), "{made}");
}

#[tokio::test]
async fn an_exchange_that_is_refused_on_the_way_is_named() {
    let sandbox = Sandbox::start(Options::default()).await.unwrap();
    let change = |profile: &mut Resolved| {
        through_the_portal(profile, &sandbox);
        issuer_of(profile).hops[0].audience = "nobody".to_owned();
    };
    let finished = run(&sandbox, change, &["TOK-02", "LST-01"]).await;
    assert_eq!((outcome(&finished, "TOK-02"), outcome(&finished, "LST-01")), (Outcome::Fail, Outcome::Blocked));
    let verdict = finished.verdicts.iter().find(|verdict| verdict.outcome == Outcome::Fail).unwrap();
    assert!(verdict.findings[0].actual.en.contains("invalid_target"), "{:?}", verdict.findings);
    // The exchange after it is never sent.
    let after = finished.recording.get(&Request::token(Grant::Exchange(Citizen::Subject))).unwrap();
    let failure = after.result.as_ref().unwrap_err();
    assert_eq!(failure.kind, FailureKind::NoToken);
    assert!(failure.detail.en.ends_with("the issuer answered 400: invalid_target"), "{:?}", failure.detail);
}

async fn short_lived(lifetime: i64, fault: Option<&str>) -> Sandbox {
    let mut behaviour = Behaviour::default();
    behaviour.issuer.lifetime = lifetime;
    fault.into_iter().flat_map(faults::find).for_each(|fault| (fault.apply)(&mut behaviour));
    Sandbox::start(Options { behaviour, ..Options::default() }).await.unwrap()
}

fn waiting(profile: &mut Resolved, longest: u64) {
    profile.tokens.expired = None;
    profile.limits.wait_expiry = longest;
}

#[tokio::test]
async fn a_token_is_waited_for_until_it_has_expired() {
    let rows = ["SEC-04", "SEC-14"];
    let sandbox = short_lived(5, None).await;
    let finished = run(&sandbox, |profile| waiting(profile, 6), &rows).await;
    let reasons: Vec<_> = finished.verdicts.iter().filter_map(|verdict| verdict.reason.as_ref()).collect();
    assert_eq!(rows.map(|id| outcome(&finished, id)), [Outcome::Pass; 2], "{reasons:?}");
    let wait = finished.recording.get(&Request::issuer(IssuerCall::Expiry)).unwrap();
    assert_eq!((wait.sent.method.as_str(), wait.sent.url.as_str()), ("WAIT", ""));
    let said = wait.result.as_ref().unwrap().json().unwrap();
    assert_eq!(*said, serde_json::json!({ "expires_in": 5, "expired_for": 1 }));
    let probe = finished
        .recording
        .exchanges()
        .find(|exchange| exchange.request.auth == crate::evidence::exchange::Auth::ExpiredToken);
    let made = &probe.unwrap().credential.as_ref().unwrap().en;
    assert!(made.contains("waited until it had expired"), "{made}");
    // The evidence holds the wait too: a replay judges the same.
    let evidence = crate::report::har::write(&CATALOGUE, &finished.recording, &crate::report::RunMeta::default());
    let evidence = evidence.unwrap().text().unwrap();
    let again = crate::report::har::read("evidence.har", &evidence).unwrap().recording;
    let again = again.get(&Request::issuer(IssuerCall::Expiry)).unwrap().result.as_ref().unwrap();
    assert_eq!(again.json(), Some(said));
    // Too long to wait for, and not waited for.
    let sandbox = short_lived(900, None).await;
    for longest in [0, 6] {
        let finished = run(&sandbox, |profile| waiting(profile, longest), &["SEC-04"]).await;
        assert_eq!(outcome(&finished, "SEC-04"), Outcome::Blocked);
        let verdict = finished.verdicts.iter().find(|verdict| verdict.outcome == Outcome::Blocked).unwrap();
        assert!(verdict.remedy.as_ref().unwrap().en.contains("--wait-expiry"), "{:?}", verdict.remedy);
    }
}

#[tokio::test]
async fn a_token_that_has_just_expired_may_still_be_accepted() {
    let sandbox = short_lived(5, Some("list-accepts-an-expired-token")).await;
    let finished = run(&sandbox, |profile| waiting(profile, 6), &["SEC-04"]).await;
    let verdict = finished.verdicts.iter().find(|verdict| !verdict.findings.is_empty()).unwrap();
    assert_eq!(verdict.outcome, Outcome::Pass);
    assert_eq!(verdict.findings[0].level, Some(crate::catalogue::Level::May));
    // What the owner supplies is as old as he says: then it counts in full.
    let finished = run(&sandbox, |_| {}, &["SEC-04"]).await;
    assert_eq!(outcome(&finished, "SEC-04"), Outcome::Fail);
}

#[tokio::test]
async fn a_token_that_the_issuer_calls_active_has_not_expired() {
    let sandbox = Sandbox::start(Options::default()).await.unwrap();
    let without = sandbox.credentials().without_scope.clone();
    let finished = run(&sandbox, |profile| profile.tokens.expired = Some(without.into()), &["SEC-04"]).await;
    assert_eq!(outcome(&finished, "SEC-04"), Outcome::Blocked);
}
