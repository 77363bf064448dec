//! MBP, and what ACM and MBP do and tell in a visit.

use std::time::Duration;

use super::sso::{Sso, answer};
use super::*;

#[tokio::test]
async fn an_exchanged_token_is_taken_once_and_the_temporary_token_opens_mbp_once() {
    let sso = Sso::start().await;
    let token = sso.exchanged("bo").await;
    let (status, body) = sso.hand_in(&token).await;
    assert_eq!((status, body.as_object().unwrap().len()), (200, 1));
    let temporary = body["token"].as_str().unwrap();
    let (status, body) = sso.hand_in(&token).await;
    assert_eq!(status, 400);
    assert!(body["error"].is_string());

    let open = async |query: &str| {
        let url = format!("{}/meldingen{query}", sso.issuer.mbp_base_url());
        let page = sso.http.get(url).header("accept-language", "nl").send().await.unwrap();
        assert_eq!(header(&page, "cache-control"), "no-store");
        (page.status().as_u16(), page.text().await.unwrap())
    };
    let (status, html) = open("?a=b").await;
    assert!(status == 200 && html.contains("<html lang=\"nl\">") && html.contains("U bent niet aangemeld"));
    let (status, html) = open(&format!("?a=b&token={temporary}")).await;
    assert!(status == 200 && html.contains("aangemeld als Bo") && !html.contains(sso.insz("bo")), "{html}");
    for query in [format!("?token={temporary}"), "?token=undefined".to_owned(), "?token=".to_owned()] {
        assert_eq!(open(&query).await.0, 403, "{query}");
    }
}

#[tokio::test]
async fn only_a_citizens_token_for_mbp_is_taken_and_only_as_json() {
    let sso = Sso::start().await;
    let tokens = sso.tokens("an").await;
    let own = access_token(
        sso.token(&[("grant_type", "client_credentials"), ("audience", sso.issuer.mbp_client_id())]).await,
    )
    .await;
    let access = tokens["access_token"].as_str().unwrap();
    let other = &sso.issuer.credentials().other_audience.id;
    let for_other = access_token(sso.exchange(access, &[]).await).await;
    assert!(!for_other.is_empty());
    let form = [
        ("grant_type", EXCHANGE),
        ("subject_token", access),
        ("subject_token_type", ACCESS_TOKEN),
        ("audience", other),
    ];
    let for_other = access_token(sso.token(&form).await).await;
    for token in
        [access, tokens["id_token"].as_str().unwrap(), &own, &for_other, &sso.issuer.credentials().expired, "", "x"]
    {
        assert_eq!(sso.hand_in(token).await.0, 400);
    }
    let token = sso.exchanged("an").await;
    let good = serde_json::json!({ "token": token, "token_type": ACCESS_TOKEN });
    for body in [
        serde_json::json!({ "token": token }),
        serde_json::json!({ "token": token, "token_type": "Bearer" }),
        serde_json::json!({ "access_token": token, "token_type": ACCESS_TOKEN }),
        serde_json::json!([token]),
    ] {
        assert_eq!(answer(sso.hands_in(&body).send().await.unwrap()).await.0, 400, "{body}");
    }
    let url = format!("{}/auth/v1/token", sso.issuer.mbp_base_url());
    let form = sso.http.post(&url).form(&[("token", token.as_str()), ("token_type", ACCESS_TOKEN)]);
    assert_eq!(form.send().await.unwrap().status(), 400);
    assert_eq!(sso.http.get(&url).send().await.unwrap().status(), 405);
    assert_eq!(sso.hands_in(&good).send().await.unwrap().status(), 200, "none of these used it up");
}

#[tokio::test]
async fn acm_and_mbp_behave_in_a_visit_as_they_are_told() {
    let sso = Sso::start().await;
    let tokens = sso.tokens("an").await;
    let subject = tokens["access_token"].as_str().unwrap();
    let begin = async |acm: &str, mbp: &str| {
        let begun = sso.control(&[("action", "visit"), ("acm", acm), ("mbp", mbp)]).await;
        assert_eq!(begun, (200, serde_json::json!({ "visit": "begun" })));
    };
    begin("refuses_exchange", "as_usual").await;
    let (status, body) = answer(sso.exchange(subject, &[]).await).await;
    assert_eq!((status, &body["error"]), (400, &"invalid_target".into()));
    begin("fails_at_exchange", "as_usual").await;
    assert_eq!(sso.exchange(subject, &[]).await.status(), 500);
    begin("odd_tokens", "odd_tokens").await;
    let odd = sso.tokens("an").await;
    let exchanged = access_token(sso.exchange(odd["access_token"].as_str().unwrap(), &[]).await).await;
    let (_, body) = sso.hand_in(&exchanged).await;
    for token in [&odd["access_token"], &odd["refresh_token"], &exchanged.into(), &body["token"]] {
        let token = token.as_str().unwrap();
        assert!(token.len() == 600 && token.ends_with('=') && "+/~".chars().all(|c| token.contains(c)));
    }
    let url = format!("{}/", sso.issuer.mbp_base_url());
    let url = url::Url::parse_with_params(&url, [("token", body["token"].as_str().unwrap())]).unwrap();
    assert_eq!(sso.http.get(url).send().await.unwrap().status(), 200);

    for (conduct, status, has_token) in
        [("refuses", 400, false), ("fails", 500, false), ("talks_nonsense", 200, false), ("answers_more", 201, true)]
    {
        begin("as_usual", conduct).await;
        let (was, body) = sso.hand_in(&sso.exchanged("an").await).await;
        assert_eq!((was, body["token"].is_string()), (status, has_token), "{conduct}");
    }
    sso.events().await;
    assert_eq!(sso.hand_in(&sso.exchanged("an").await).await.0, 200, "as usual after a visit");
    for form in [[("action", "visit"), ("acm", "sleeps")], [("action", "visit"), ("mbp", "Refuses")]] {
        assert_eq!(sso.control(&form).await.0, 400);
    }
}

#[tokio::test]
async fn a_call_that_mbp_leaves_without_an_answer_ends_with_the_visit() {
    let sso = Sso::start().await;
    let token = sso.exchanged("an").await;
    sso.control(&[("action", "visit"), ("mbp", "hangs")]).await;
    let body = serde_json::json!({ "token": token, "token_type": ACCESS_TOKEN });
    let call = tokio::spawn(sso.hands_in(&body).send());
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(!call.is_finished());
    let events = sso.events().await;
    assert_eq!((&events[0]["call"], &events[0]["status"]), (&"token_api".into(), &Value::Null));
    assert!(call.await.unwrap().is_err(), "no answer");
    assert_eq!(sso.hand_in(&token).await.0, 200);
}

#[tokio::test]
async fn a_visit_is_told_in_order_with_every_token() {
    let sso = Sso::start().await;
    sso.tokens("an").await;
    sso.control(&[("action", "visit"), ("acm", "as_usual"), ("mbp", "as_usual")]).await;
    let tokens = sso.tokens("bo").await;
    sso.refresh(tokens["refresh_token"].as_str().unwrap()).await;
    let exchanged = access_token(sso.exchange(tokens["access_token"].as_str().unwrap(), &[]).await).await;
    let (_, temporary) = sso.hand_in(&exchanged).await;
    sso.hand_in(&exchanged).await;
    let own = sso.http.get(sso.url("v1/keys")).header("user-agent", "bronkeur/1.0");
    own.send().await.unwrap();
    sso.http.get(sso.url("v2/elsewhere")).header("origin", "https://app.example").send().await.unwrap();
    sso.http.get(sso.url("v1/logout")).send().await.unwrap();
    let refused = sso.control(&[("action", "expire")]).await;
    assert_eq!(refused, (200, serde_json::json!({ "expired": 2 })));
    assert_eq!(sso.introspect(tokens["access_token"].as_str().unwrap()).await["active"], false);
    assert_eq!(sso.introspect(&exchanged).await["active"], true);
    assert_eq!(sso.control(&[("action", "expire")]).await.1["expired"], 0);

    let events = sso.events().await;
    let short: Vec<String> = events
        .iter()
        .map(|event| match event["event"].as_str().unwrap() {
            "received" => format!("{} {}", event["call"].as_str().unwrap(), event["status"]),
            _ => event["kind"].as_str().unwrap().to_owned(),
        })
        .collect();
    assert_eq!(
        short,
        [
            "authorization 200",
            "code",
            "token 200",
            "access",
            "refresh",
            "id",
            "token 200",
            "access",
            "refresh",
            "token 200",
            "actor",
            "token 200",
            "exchanged",
            "token_api 200",
            "temporary",
            "token_api 400",
            "nowhere 404",
            "logout 200",
            "other 200",
            "other 200",
        ]
    );
    assert!(events.iter().map(|event| event["at_us"].as_i64().unwrap()).is_sorted());
    let token = &events[2];
    assert_eq!(token["authentication"], serde_json::json!(["basic"]));
    assert_eq!(token["media_type"], "application/x-www-form-urlencoded");
    assert_eq!(token["parameters"][0], serde_json::json!(["grant_type", "authorization_code"]));
    assert_eq!((&token["by"], &token["path"], &token["error"]), (&"acm".into(), &"/op/v1/token".into(), &Value::Null));
    assert_eq!(token["by_script"], false);
    let access = serde_json::json!({
        "at_us": token["at_us"], "event": "issued", "token": tokens["access_token"], "kind": "access",
        "insz": sso.insz("bo"), "audience": sso.issuer.client().id, "scope": "openid profile rrn", "lifetime": 900,
    });
    assert_eq!(events[3], access);
    assert_eq!((&events[10]["insz"], &events[12]["audience"]), (&Value::Null, &sso.issuer.mbp_client_id().into()));
    assert_eq!((&events[14]["token"], &events[14]["insz"]), (&temporary["token"], &sso.insz("bo").into()));
    assert_eq!(events[13]["parameters"][0], serde_json::json!(["token", exchanged]));
    assert_eq!((&events[13]["by"], &events[15]["error"]), (&"mbp".into(), &"the token was handed in before".into()));
    assert_eq!(events[16]["by_script"], true);
    // Nothing is told twice, and nothing after the end.
    sso.tokens("an").await;
    assert_eq!(sso.events().await, Vec::<Value>::new());
}

#[tokio::test]
async fn only_the_application_is_told() {
    let sso = Sso::start().await;
    sso.control(&[("action", "visit")]).await;
    sso.tokens("an").await;
    let mbp = &sso.issuer.credentials().source_client;
    for (id, secret, status) in [(&mbp.id, mbp.secret.as_str(), 403), (&sso.issuer.client().id, "x", 401)] {
        for action in ["told", "visit", "expire"] {
            let post = sso.http.post(sso.url("bronkeur/control")).basic_auth(id, Some(secret));
            let (was, body) = answer(post.form(&[("action", action)]).send().await.unwrap()).await;
            assert_eq!((was, body.get("events")), (status, None));
        }
    }
    let events = sso.events().await;
    assert_eq!(events.iter().filter(|event| event["kind"] == "access").count(), 1, "the visit was left alone");
}

#[tokio::test]
async fn an_acm_for_a_source_knows_no_visits_and_no_login() {
    let world = World::start(Behaviour::default()).await;
    let client = &world.sandbox.credentials().client;
    for action in ["visit", "expire", "told"] {
        let post = world.http.post(format!("{}/bronkeur/control", world.sandbox.issuer()));
        let post = post.basic_auth(&client.id, Some(&client.secret)).form(&[("action", action)]);
        assert_eq!(post.send().await.unwrap().status(), 400);
    }
    for path in ["auth", "login", "logout", "userinfo"] {
        let url = format!("{}/v1/{path}", world.sandbox.issuer());
        assert_eq!(world.http.get(url).send().await.unwrap().status(), 404);
    }
    assert_eq!(world.token(&[("grant_type", "authorization_code"), ("code", "x")]).await.status(), 400);
    assert_eq!(error_of(world.token(&[("grant_type", "refresh_token")]).await).await, "unsupported_grant_type");
}

async fn error_of(response: Response) -> String {
    json(response).await["error"].as_str().unwrap_or_default().to_owned()
}
