//! The ACM: grants, client authentication, errors, introspection.

use super::*;
use crate::base::assertion::tests::p256_pem;
use crate::base::assertion::{ASSERTION_TYPE, SigningKey};

async fn error(response: Response) -> (u16, String) {
    let status = response.status().as_u16();
    (status, json(response).await["error"].as_str().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn discovery_names_its_own_issuer_and_endpoints() {
    let world = World::start(Behaviour::default()).await;
    let issuer = world.sandbox.issuer();
    let url = format!("{issuer}/.well-known/openid-configuration");
    let body = json(world.http.get(url).send().await.unwrap()).await;
    assert_eq!(body["issuer"], issuer);
    assert_eq!(body["token_endpoint"], format!("{issuer}/v1/token"));
    assert_eq!(body["introspection_endpoint"], format!("{issuer}/v1/introspect"));
    let keys = json(world.http.get(body["jwks_uri"].as_str().unwrap()).send().await.unwrap()).await;
    assert_eq!(keys["keys"], serde_json::json!([]));
}

#[tokio::test]
async fn an_exchanged_token_is_for_the_source_and_of_the_citizen() {
    let world = World::start(Behaviour::default()).await;
    let credentials = world.sandbox.credentials();
    let actor = access_token(world.token(&[("grant_type", "client_credentials")]).await).await;
    let form = [
        ("grant_type", EXCHANGE),
        ("subject_token", &world.person(Role::Subject).token),
        ("subject_token_type", ACCESS_TOKEN),
        ("resource", world.sandbox.base_url()),
        ("scope", &credentials.scope),
        ("requested_token_type", ACCESS_TOKEN),
        ("actor_token", &actor),
        ("actor_token_type", ACCESS_TOKEN),
    ];
    let response = world.token(&form).await;
    assert_eq!(header(&response, "cache-control"), "no-cache, no-store");
    let body = json(response).await;
    assert_eq!((body["issued_token_type"].as_str(), body["token_type"].as_str()), (Some(ACCESS_TOKEN), Some("Bearer")));
    assert!(body["expires_in"].as_i64().unwrap() > 0);
    let token = body["access_token"].as_str().unwrap();
    assert!(token.len() >= 32 && !token.contains('.'));
    let claims = world.introspect(token).await;
    assert_eq!(claims["active"], true);
    assert_eq!(claims["aud"], credentials.audience.as_str());
    assert_eq!(claims["scope"], credentials.scope.as_str());
    assert_eq!(claims["rrn"], world.insz(Role::Subject));
}

#[tokio::test]
async fn a_clients_own_token_has_no_citizen() {
    let world = World::start(Behaviour::default()).await;
    let credentials = world.sandbox.credentials();
    let own = access_token(world.token(&[("grant_type", "client_credentials")]).await).await;
    let claims = world.introspect(&own).await;
    assert_eq!((&claims["aud"], claims.get("rrn")), (&serde_json::json!(credentials.client.id), None));
    let form =
        [("grant_type", "client_credentials"), ("audience", &credentials.audience), ("scope", &credentials.scope)];
    let claims = world.introspect(&access_token(world.token(&form).await).await).await;
    assert_eq!((&claims["aud"], claims.get("rrn")), (&serde_json::json!(credentials.audience), None));
}

#[tokio::test]
async fn the_negative_tokens_are_what_they_say() {
    let world = World::start(Behaviour::default()).await;
    let credentials = world.sandbox.credentials();
    assert_eq!(world.introspect(&credentials.expired).await, serde_json::json!({ "active": false }));
    let claims = world.introspect(&credentials.without_scope).await;
    assert_eq!((&claims["active"], &claims["aud"]), (&true.into(), &serde_json::json!(credentials.audience)));
    assert!(!claims["scope"].as_str().unwrap().contains(&credentials.scope));
    let unasked = world.exchange_for(Role::Subject, &credentials.audience, "").await;
    assert_eq!(world.introspect(&unasked).await["scope"], "");
    let other = world.exchange_for(Role::Subject, &credentials.other_audience.id, &credentials.scope).await;
    assert_eq!(world.introspect(&other).await["aud"], credentials.other_audience.id.as_str());
}

#[tokio::test]
async fn wrong_requests_get_the_errors_of_oauth() {
    let world = World::start(Behaviour::default()).await;
    let credentials = world.sandbox.credentials();
    let (subject, audience) = (world.person(Role::Subject).token.as_str(), credentials.audience.as_str());
    let typed = [("grant_type", EXCHANGE), ("subject_token_type", ACCESS_TOKEN)];
    let own = access_token(world.token(&[("grant_type", "client_credentials")]).await).await;
    let cases: &[(&[(&str, &str)], &str)] = &[
        (&[], "invalid_request"),
        (&[("grant_type", "password")], "unsupported_grant_type"),
        (&[("grant_type", "client_credentials"), ("scope", "x")], "invalid_scope"),
        (&[("grant_type", "client_credentials"), ("audience", "x")], "invalid_target"),
        (&[("grant_type", EXCHANGE), ("subject_token", subject), ("audience", audience)], "invalid_request"),
        (&[typed[0], typed[1], ("audience", audience)], "invalid_request"),
        (&[typed[0], typed[1], ("subject_token", subject)], "invalid_request"),
        (&[typed[0], typed[1], ("subject_token", subject), ("audience", "x")], "invalid_target"),
        (&[typed[0], typed[1], ("subject_token", subject), ("resource", "https://x")], "invalid_target"),
        (&[typed[0], typed[1], ("subject_token", "x"), ("audience", audience)], "invalid_grant"),
        (&[typed[0], typed[1], ("subject_token", &own), ("audience", audience)], "invalid_grant"),
        (
            &[typed[0], typed[1], ("subject_token", subject), ("audience", audience), ("actor_token", &own)],
            "invalid_request",
        ),
        (&[typed[0], typed[1], ("subject_token", subject), ("audience", audience), ("scope", "x")], "invalid_scope"),
    ];
    for (form, code) in cases {
        assert_eq!(error(world.token(form).await).await, (400, (*code).to_owned()), "{form:?}");
    }
}

#[tokio::test]
async fn clients_authenticate_by_basic_or_post() {
    let world = World::start(Behaviour::default()).await;
    let client = &world.sandbox.credentials().client;
    let url = format!("{}/v1/token", world.sandbox.issuer());
    let form = [("grant_type", "client_credentials")];
    let post = || world.http.post(&url).form(&form);
    // The first dash is sent form-encoded: id and secret are decoded inside Basic.
    let id = client.id.replacen('-', "%2D", 1);
    assert_eq!(post().basic_auth(&id, Some(&client.secret)).send().await.unwrap().status(), 200);
    let wrong = post().basic_auth(&id, Some("wrong")).send().await.unwrap();
    assert!(header(&wrong, "www-authenticate").starts_with("Basic"));
    assert_eq!(error(wrong).await, (401, "invalid_client".to_owned()));
    assert_eq!(error(post().send().await.unwrap()).await.0, 401);
    let twice = world.http.post(&url).basic_auth(&id, Some(&client.secret));
    let twice = twice.form(&[form[0], ("client_id", &client.id), ("client_secret", &client.secret)]);
    assert_eq!(error(twice.send().await.unwrap()).await, (400, "invalid_request".to_owned()));
    let nobody = world.http.post(format!("{}/v1/introspect", world.sandbox.issuer())).form(&[("token", "x")]);
    assert_eq!(error(nobody.send().await.unwrap()).await.0, 401);
}

/// A call to the control endpoint, as a client of the ACM.
async fn control(world: &World, client: &ClientCredentials, form: &[(&str, &str)]) -> (u16, Value) {
    let discovery = format!("{}/.well-known/openid-configuration", world.sandbox.issuer());
    let discovery = json(world.http.get(discovery).send().await.unwrap()).await;
    let url = discovery["bronkeur_control"].as_str().unwrap().to_owned();
    let call = world.http.post(url).basic_auth(&client.id, Some(&client.secret)).form(form);
    let response = call.send().await.unwrap();
    (response.status().as_u16(), json(response).await)
}

#[tokio::test]
async fn introspection_can_be_closed_and_opened_while_the_rest_stays_reachable() {
    let world = World::start(Behaviour::default()).await;
    let caller = world.sandbox.credentials().client.clone();
    let token = world.good_token(Role::Subject).await;
    let closed = control(&world, &caller, &[("action", "close")]).await;
    assert_eq!(closed, (200, serde_json::json!({ "introspection": "closed", "seconds": 10 })));
    assert_eq!(world.introspect(&token).await["error"], "temporarily_unavailable");
    assert_eq!(world.get(&world.list_url(Role::Subject), &token).await.status(), 500);
    let fresh = world.good_token(Role::Subject).await;
    assert_ne!(fresh, token, "tokens are still given");
    let opened = control(&world, &caller, &[("action", "open")]).await;
    assert_eq!(opened, (200, serde_json::json!({ "introspection": "open", "before": "closed" })));
    assert_eq!(world.introspect(&token).await["active"], true);
    assert_eq!(control(&world, &caller, &[("action", "open")]).await.1["before"], "open");
}

#[tokio::test]
async fn it_counts_what_the_source_asks_about_a_token() {
    let world = World::start(Behaviour::default()).await;
    let caller = world.sandbox.credentials().client.clone();
    let token = world.good_token(Role::Subject).await;
    let form = [("action", "seen"), ("token", token.as_str())];
    let seen = || control(&world, &caller, &form);
    assert_eq!(seen().await, (200, serde_json::json!({ "introspections": 0 })));
    assert_eq!(world.get(&world.list_url(Role::Subject), &token).await.status(), 200);
    assert_eq!(seen().await.1["introspections"], 1);
    // What another client asks, and what is asked about another token, does not count.
    let url = format!("{}/v1/introspect", world.sandbox.issuer());
    let call = world.http.post(url).basic_auth(&caller.id, Some(&caller.secret)).form(&[("token", token.as_str())]);
    assert_eq!(call.send().await.unwrap().status(), 200);
    world.introspect(&world.good_token(Role::Subject).await).await;
    assert_eq!(seen().await.1["introspections"], 1);
}

#[tokio::test]
async fn only_the_client_that_exchanges_controls_it() {
    let world = World::start(Behaviour::default()).await;
    let credentials = world.sandbox.credentials();
    let (caller, source) = (&credentials.client, &credentials.source_client);
    assert_eq!(control(&world, source, &[("action", "close")]).await.1["error"], "unauthorized_client");
    let stranger = ClientCredentials { id: caller.id.clone(), secret: "wrong".to_owned() };
    assert_eq!(control(&world, &stranger, &[("action", "close")]).await.0, 401);
    let token = world.good_token(Role::Subject).await;
    assert_eq!(world.introspect(&token).await["active"], true, "it stayed open");
    for form in
        [[("action", "shut"), ("x", "y")], [("action", "seen"), ("x", "y")], [("action", "seen"), ("token", "x")]]
    {
        let (status, body) = control(&world, caller, &form).await;
        assert_eq!((status, body["error"].as_str()), (400, Some("invalid_request")), "{form:?}");
    }
}

#[tokio::test]
async fn an_assertion_is_verified_in_every_part_and_works_once() {
    use secrecy::ExposeSecret as _;
    let key = SigningKey::read(&p256_pem()).unwrap();
    let world = World::with(Options { caller_keys: vec![key.verifying_key()], ..Options::default() }).await;
    let (issuer, id) = (world.sandbox.issuer().to_owned(), world.sandbox.credentials().client.id.clone());
    let now = crate::sandbox::acm::tokens::now();
    let assertion = |id: &str, audience: &str, at: i64, jti: &str| {
        key.assertion(id, audience, None, at, jti).unwrap().expose_secret().to_owned()
    };
    let url = format!("{issuer}/v1/token");
    let ask = async |assertion: &str, more: &[(&str, &str)]| {
        let mut form = vec![("grant_type", "client_credentials"), ("client_assertion", assertion)];
        form.extend(more);
        world.http.post(&url).form(&form).send().await.unwrap()
    };
    let kind = [("client_assertion_type", ASSERTION_TYPE)];
    let good = assertion(&id, &issuer, now, "one");
    assert_eq!(ask(&good, &kind).await.status(), 200);
    assert_eq!(error(ask(&good, &kind).await).await, (401, "invalid_client".to_owned()), "replayed");
    for (wrong, why) in [
        (assertion("somebody", &issuer, now, "two"), "another client"),
        (assertion(&id, "https://elsewhere.example", now, "three"), "another audience"),
        (assertion(&id, &issuer, now - 600, "four"), "expired"),
        (assertion(&id, &issuer, now + 600, "five"), "from the future"),
        (format!("{good}x"), "another signature"),
    ] {
        assert_eq!(error(ask(&wrong, &kind).await).await, (401, "invalid_client".to_owned()), "{why}");
    }
    let fresh = assertion(&id, &issuer, now, "six");
    assert_eq!(error(ask(&fresh, &[]).await).await, (400, "invalid_request".to_owned()), "no type");
    let both = [kind[0], ("client_id", &id), ("client_secret", &world.sandbox.credentials().client.secret)];
    assert_eq!(error(ask(&fresh, &both).await).await, (400, "invalid_request".to_owned()), "two ways");
    assert_eq!(error(ask(&fresh, &[kind[0], ("client_id", "x")]).await).await.0, 401, "another id beside it");
    assert_eq!(ask(&fresh, &[kind[0], ("client_id", &id)]).await.status(), 200);
}

#[tokio::test]
async fn a_certificate_opens_for_the_client_that_it_names() {
    let world = World::start(Behaviour::default()).await;
    let (certificate, key) = world.sandbox.client_certificate().unwrap();
    let identity = reqwest::Identity::from_pem(format!("{certificate}{key}").as_bytes()).unwrap();
    let ca = reqwest::Certificate::from_pem(world.sandbox.ca_pem().unwrap().as_bytes()).unwrap();
    let http = Client::builder().no_proxy().tls_certs_only([ca]).identity(identity).build().unwrap();
    let credentials = world.sandbox.credentials();
    let ask = async |http: &Client, id: &str| {
        let form = [("grant_type", "client_credentials"), ("client_id", id)];
        http.post(format!("{}/v1/token", world.sandbox.issuer())).form(&form).send().await.unwrap().status().as_u16()
    };
    assert_eq!(ask(&http, &credentials.client.id).await, 200);
    assert_eq!(ask(&http, &credentials.source_client.id).await, 401);
    assert_eq!(ask(&world.http, &credentials.client.id).await, 401);
}

#[tokio::test]
async fn the_portal_exchanges_for_the_caller_alone() {
    let world = World::start(Behaviour::default()).await;
    let credentials = world.sandbox.credentials();
    let person = world.person(Role::Subject);
    let exchange = async |client: &ClientCredentials, token: &str, audience: &str| {
        let form = [
            ("grant_type", EXCHANGE),
            ("subject_token", token),
            ("subject_token_type", ACCESS_TOKEN),
            ("audience", audience),
            ("client_id", &client.id),
            ("client_secret", &client.secret),
        ];
        json(world.http.post(format!("{}/v1/token", world.sandbox.issuer())).form(&form).send().await.unwrap()).await
    };
    let (portal, caller) = (&credentials.portal, &credentials.client);
    let hop = exchange(portal, &person.portal_token, &caller.id).await;
    let hop = hop["access_token"].as_str().unwrap();
    assert!(exchange(caller, hop, &credentials.audience).await["access_token"].is_string());
    assert_eq!(exchange(portal, &person.portal_token, &credentials.audience).await["error"], "invalid_target");
    // A token is exchanged by the client that it was given to.
    assert_eq!(exchange(caller, &person.portal_token, &credentials.audience).await["error"], "invalid_grant");
}
