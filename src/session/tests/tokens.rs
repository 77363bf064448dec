//! How tokens are obtained: every way of client authentication, against the sandbox's ACM, which verifies them all.

use super::*;
use crate::assertion::SigningKey;
use crate::assertion::tests::{p256_pem, rsa_pem};
use crate::exchange::IssuerCall;
use crate::profile::{ResolvedAcm, ResolvedClientAuth};
use crate::sandbox::Party;

fn issuer_of(profile: &mut Resolved) -> &mut ResolvedAcm {
    profile.acm.as_mut().unwrap()
}

/// What the issuer said to the first exchange for the subject.
fn exchanged(finished: &Finished) -> (u16, Option<&str>) {
    let grant = crate::exchange::Grant::Exchange(Citizen::Subject);
    let exchange = finished.recording.get(&Request::issuer(IssuerCall::Token(grant))).unwrap();
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
    let caller = Party { id: "us: 100% + ü&=".to_owned(), secret: "p:a%2B+ß \"√\\ &x=y".to_owned() };
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
