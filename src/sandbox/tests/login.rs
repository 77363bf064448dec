//! The login of ACM: the authorization endpoint, its page, codes, refresh tokens, logout.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

use super::super::{LoginOptions, SsoOptions};
use url::Url;

use super::sso::{CHALLENGE, REDIRECT, Sso, VERIFIER, answer, parameter};
use super::*;

fn claims(jwt: &str) -> Value {
    let part = jwt.split('.').nth(1).unwrap();
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

#[tokio::test]
async fn a_citizen_logs_in_and_the_code_is_worth_tokens() {
    for tls in [true, false] {
        let sso = Sso::with(SsoOptions { tls, ..SsoOptions::default() }).await;
        let page = sso.asks(&[]).header("accept-language", "fr, en;q=0.8, nl;q=0.5").send().await.unwrap();
        assert_eq!(header(&page, "cache-control"), "no-store");
        let policy = header(&page, "content-security-policy");
        assert!(policy.contains("default-src 'none'") && !policy.contains("script-src"));
        let html = page.text().await.unwrap();
        for part in ["<html lang=\"en\">", "<title>", "<main>", "<h1>", "method=\"post\" action=\"/op/v1/login\""] {
            assert!(html.contains(part), "{part} in {html}");
        }
        assert_eq!(html.matches("<button type=\"submit\" name=\"citizen\"").count(), 3);
        assert!(["an", "bo", "cy"].iter().all(|name| !html.contains(sso.insz(name))));

        let ticket = Sso::ticket(sso.asks(&[]).send().await.unwrap()).await;
        let back = sso.choose(&ticket, "bo").await;
        assert_eq!(back.status(), 303);
        assert!(header(&back, "location").starts_with("https://127.0.0.1:3999/cb?own=1&code="));
        assert_eq!(parameter(&back, "state").as_deref(), Some("st/ate+"));
        let cookie = header(&back, "set-cookie");
        assert!(cookie.contains("; HttpOnly; SameSite=Lax") && cookie.contains("Secure") == tls, "{cookie}");
        assert_eq!(sso.choose(&ticket, "bo").await.status(), 400, "a login page works once");

        let (status, tokens) = sso.redeem(&parameter(&back, "code").unwrap(), &[]).await;
        assert_eq!(
            (status, &tokens["scope"], &tokens["token_type"]),
            (200, &"openid profile rrn".into(), &"Bearer".into())
        );
        let access = tokens["access_token"].as_str().unwrap();
        let about = sso.introspect(access).await;
        assert_eq!(about["aud"], sso.issuer.client().id.as_str());
        assert_eq!(about["rrn"], sso.insz("bo"));
        let said = claims(tokens["id_token"].as_str().unwrap());
        assert_eq!((&said["iss"], &said["sub"]), (&sso.issuer.issuer().into(), &about["sub"]));
        assert_eq!((&said["aud"], &said["nonce"]), (&sso.issuer.client().id.as_str().into(), &"n-1".into()));
        assert!(said["exp"].as_i64() > said["iat"].as_i64());
        let (_, told) = answer(sso.http.get(sso.url("v1/userinfo")).bearer_auth(access).send().await.unwrap()).await;
        assert_eq!((&told["rrn"], &told["given_name"]), (&sso.insz("bo").into(), &"bo".into()));
        assert_eq!(sso.http.get(sso.url("v1/userinfo")).bearer_auth("x").send().await.unwrap().status(), 401);
    }
}

#[tokio::test]
async fn an_id_token_is_signed_with_the_key_that_is_published() {
    use aws_lc_rs::rsa::PublicKeyComponents;
    use aws_lc_rs::signature::RSA_PKCS1_2048_8192_SHA256;

    let sso = Sso::start().await;
    let discovery = json(sso.http.get(sso.url(".well-known/openid-configuration")).send().await.unwrap()).await;
    assert_eq!(discovery["end_session_endpoint"], sso.url("v1/logout"));
    assert_eq!(discovery["code_challenge_methods_supported"], serde_json::json!(["S256", "plain"]));
    let grants = discovery["grant_types_supported"].as_array().unwrap();
    assert!(
        ["authorization_code", "refresh_token", "client_credentials", EXCHANGE]
            .iter()
            .all(|it| grants.contains(&(*it).into()))
    );
    let keys = json(sso.http.get(discovery["jwks_uri"].as_str().unwrap()).send().await.unwrap()).await;
    let key = &keys["keys"][0];
    assert!(key.get("d").is_none() && discovery["id_token_signing_alg_values_supported"][0] == key["alg"]);
    let part = |name: &str| BASE64_URL_SAFE_NO_PAD.decode(key[name].as_str().unwrap()).unwrap();
    let public = PublicKeyComponents { n: part("n"), e: part("e") };
    let tokens = sso.tokens("an").await;
    let id_token = tokens["id_token"].as_str().unwrap();
    let (signed, signature) = id_token.rsplit_once('.').unwrap();
    let header: Value =
        serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(signed.split('.').next().unwrap()).unwrap()).unwrap();
    assert_eq!((&header["kid"], &header["alg"]), (&key["kid"], &key["alg"]));
    let signature = BASE64_URL_SAFE_NO_PAD.decode(signature).unwrap();
    assert!(public.verify(&RSA_PKCS1_2048_8192_SHA256, signed.as_bytes(), &signature).is_ok());
    assert!(public.verify(&RSA_PKCS1_2048_8192_SHA256, b"else", &signature).is_err());
}

#[tokio::test]
async fn bad_requests_go_back_with_an_error_or_stay_where_they_are() {
    let options = LoginOptions {
        redirect_uris: vec!["https://app.example/cb".to_owned(), "https://app.example/cb#x".to_owned()],
        ..LoginOptions::default()
    };
    let sso = Sso::with(SsoOptions { login: options, ..SsoOptions::default() }).await;
    for (name, value) in [
        ("client_id", "x"),
        ("client_id", ""),
        ("redirect_uri", ""),
        ("redirect_uri", "https://elsewhere.example/cb"),
        ("redirect_uri", "https://app.example/cb/"),
        ("redirect_uri", "https://app.example/cb#x"),
        ("redirect_uri", "http://localhost/#x"),
        ("redirect_uri", "http://localhost.example/"),
        ("redirect_uri", "http://user@localhost/"),
        ("redirect_uri", "ftp://localhost/"),
        ("redirect_uri", "javascript:alert(1)"),
    ] {
        let page = sso.asks(&[(name, value)]).send().await.unwrap();
        assert_eq!((page.status().as_u16(), header(&page, "location")), (400, ""), "{name} {value}");
    }
    let long = "x".repeat(5000);
    for (other, error) in [
        (&[("response_type", "")][..], "invalid_request"),
        (&[("response_type", "token")], "unsupported_response_type"),
        (&[("response_mode", "form_post")], "invalid_request"),
        (&[("request", "x")], "request_not_supported"),
        (&[("request_uri", "x")], "request_uri_not_supported"),
        (&[("prompt", "none")], "login_required"),
        (&[("prompt", "none login")], "invalid_request"),
        (&[("code_challenge", "short")], "invalid_request"),
        (&[("code_challenge_method", "S256")], "invalid_request"),
        (&[("code_challenge", CHALLENGE), ("code_challenge_method", "S512")], "invalid_request"),
        (&[("nonce", "a"), ("nonce", "b")], "invalid_request"),
        (&[("nonce", &long)], "invalid_request"),
    ] {
        let back = sso.asks(other).send().await.unwrap();
        let told = (back.status().as_u16(), parameter(&back, "error"), parameter(&back, "state"));
        assert_eq!(told, (303, Some(error.to_owned()), Some("st/ate+".to_owned())), "{other:?}");
    }
    for uri in ["https://app.example/cb", "http://localhost:1/a/b", "http://[::1]:8080/", "http://127.8.0.1"] {
        assert_eq!(sso.asks(&[("redirect_uri", uri)]).send().await.unwrap().status(), 200, "{uri}");
    }
    let posted = sso.http.post(sso.url("v1/auth")).form(&[
        ("client_id", sso.issuer.client().id.as_str()),
        ("redirect_uri", REDIRECT),
        ("response_type", "code"),
    ]);
    Sso::ticket(posted.send().await.unwrap()).await;
    assert_eq!(sso.choose("x", "an").await.status(), 400);
    let ticket = Sso::ticket(sso.asks(&[]).send().await.unwrap()).await;
    assert_eq!(sso.choose(&ticket, "dirk").await.status(), 400);
}

#[tokio::test]
async fn a_session_sends_the_browser_back_at_once_until_it_is_ended() {
    let sso = Sso::start().await;
    let (_, cookie) = sso.logs_in("cy", &[]).await;
    let asks = async |other: &[(&str, &str)], cookie: &str| {
        sso.asks(other).header("cookie", format!("a=b; {cookie}")).send().await.unwrap()
    };
    for other in [&[][..], &[("prompt", "none")], &[("max_age", "60")]] {
        let back = asks(other, &cookie).await;
        let (_, tokens) = sso.redeem(&parameter(&back, "code").unwrap(), &[]).await;
        assert_eq!(sso.introspect(tokens["access_token"].as_str().unwrap()).await["rrn"], sso.insz("cy"));
    }
    for (other, cookie) in [
        (&[("prompt", "login")], cookie.as_str()),
        (&[("max_age", "0")], &cookie),
        (&[("state", "x")], "bronkeur_acm=x"),
    ] {
        Sso::ticket(asks(other, cookie).await).await;
    }
    let client = sso.issuer.client().id.clone();
    let logs_out = async |query: &[(&str, &str)]| {
        let url = Url::parse_with_params(&sso.url("v1/logout"), query).unwrap();
        sso.http.get(url).header("cookie", &cookie).send().await.unwrap()
    };
    let to = "https://localhost:3999/bye?a=1";
    let out = logs_out(&[("client_id", &client), ("post_logout_redirect_uri", to), ("state", "s t")]).await;
    assert_eq!((out.status().as_u16(), header(&out, "location")), (303, "https://localhost:3999/bye?a=1&state=s+t"));
    assert!(header(&out, "set-cookie").contains("Max-Age=0"));
    Sso::ticket(asks(&[], &cookie).await).await;
    assert_eq!(parameter(&asks(&[("prompt", "none")], &cookie).await, "error").as_deref(), Some("login_required"));

    assert_eq!(logs_out(&[]).await.status(), 200);
    let id_token = sso.tokens("an").await["id_token"].as_str().unwrap().to_owned();
    assert_eq!(logs_out(&[("id_token_hint", &id_token), ("post_logout_redirect_uri", to)]).await.status(), 303);
    for query in [
        [("client_id", client.as_str()), ("post_logout_redirect_uri", "https://app.example/")],
        [("client_id", "x"), ("post_logout_redirect_uri", to)],
        [("id_token_hint", "x.y.z"), ("post_logout_redirect_uri", to)],
        [("state", "x"), ("post_logout_redirect_uri", to)],
    ] {
        let out = logs_out(&query).await;
        assert_eq!((out.status().as_u16(), header(&out, "location")), (400, ""), "{query:?}");
    }
}

#[tokio::test]
async fn a_code_is_worth_tokens_once_and_only_to_who_asked_for_it() {
    let sso = Sso::start().await;
    let invalid = async |code: &str, other: &[(&str, &str)]| {
        let (status, body) = sso.redeem(code, other).await;
        assert_eq!((status, &body["error"]), (400, &"invalid_grant".into()), "{other:?}");
    };
    let s256 = [("code_challenge", CHALLENGE), ("code_challenge_method", "S256")];
    for (asked, wrong) in [
        (&s256[..], &[][..]),
        (&s256, &[("code_verifier", CHALLENGE)]),
        (&[("code_challenge", VERIFIER)], &[("code_verifier", CHALLENGE)]),
        (&[], &[("code_verifier", VERIFIER)]),
        (&[], &[("redirect_uri", "https://127.0.0.1:3999/cb")]),
    ] {
        invalid(&sso.logs_in("an", asked).await.0, wrong).await;
    }
    for asked in [&s256[..], &[("code_challenge", VERIFIER)]] {
        let (code, _) = sso.logs_in("an", asked).await;
        assert_eq!(sso.redeem(&code, &[("code_verifier", VERIFIER)]).await.0, 200);
    }
    invalid("x", &[]).await;
    // Used up by a try that failed.
    let (code, _) = sso.logs_in("an", &[]).await;
    invalid(&code, &[("redirect_uri", "x")]).await;
    invalid(&code, &[]).await;
    // A second use takes away what the first gave.
    let (code, _) = sso.logs_in("an", &[]).await;
    let (_, tokens) = sso.redeem(&code, &[]).await;
    let access = tokens["access_token"].as_str().unwrap();
    assert_eq!(sso.introspect(access).await["active"], true);
    invalid(&code, &[]).await;
    assert_eq!(sso.introspect(access).await["active"], false);
    assert_eq!(sso.refresh(tokens["refresh_token"].as_str().unwrap()).await.0, 400);
    // Another client of the same ACM.
    let (code, _) = sso.logs_in("an", &[]).await;
    let mbp = &sso.issuer.credentials().source_client;
    let form = [("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", REDIRECT)];
    let post = sso.http.post(sso.url("v1/token")).basic_auth(&mbp.id, Some(&mbp.secret)).form(&form);
    assert_eq!(answer(post.send().await.unwrap()).await.1["error"], "unauthorized_client");
    let wrong = sso.http.post(sso.url("v1/token")).basic_auth(&mbp.id, Some("x")).form(&form);
    assert_eq!(wrong.send().await.unwrap().status(), 401);
}

#[tokio::test]
async fn a_refresh_token_works_once_and_gives_the_next() {
    let sso = Sso::start().await;
    let tokens = sso.tokens("an").await;
    let first = tokens["refresh_token"].as_str().unwrap();
    let (status, next) = sso.refresh(first).await;
    assert_eq!((status, &next["scope"]), (200, &"openid profile rrn".into()));
    assert_ne!(next["access_token"], tokens["access_token"]);
    let (status, body) = sso.refresh(first).await;
    assert_eq!((status, &body["error"]), (400, &"invalid_grant".into()));
    let second = next["refresh_token"].as_str().unwrap();
    let wider = [("grant_type", "refresh_token"), ("refresh_token", second), ("scope", "vo")];
    assert_eq!(answer(sso.token(&wider).await).await.1["error"], "invalid_scope");
    assert_eq!(sso.refresh(second).await.0, 200, "a refusal did not use it up");
    let options = LoginOptions { gives_refresh: false, ..LoginOptions::default() };
    let sso = Sso::with(SsoOptions { login: options, ..SsoOptions::default() }).await;
    assert!(sso.tokens("an").await.get("refresh_token").is_none());
}

#[tokio::test]
async fn scopes_are_granted_as_asked_and_the_exchange_gives_no_more() {
    let sso = Sso::start().await;
    let (code, _) = sso.logs_in("an", &[("scope", "profile offline_access profile email")]).await;
    let (_, tokens) = sso.redeem(&code, &[]).await;
    assert_eq!((&tokens["scope"], tokens.get("id_token")), (&"profile".into(), None));
    let access = tokens["access_token"].as_str().unwrap();
    let (_, exchanged) = answer(sso.exchange(access, &[("scope", "profile rrn")]).await).await;
    assert_eq!(exchanged["scope"], "profile");
    let whole = sso.tokens("an").await;
    let access = whole["access_token"].as_str().unwrap();
    let (_, exchanged) = answer(sso.exchange(access, &[]).await).await;
    assert_eq!(exchanged["scope"], "openid profile rrn");
    let about = sso.introspect(exchanged["access_token"].as_str().unwrap()).await;
    assert_eq!((&about["aud"], &about["rrn"]), (&sso.issuer.mbp_client_id().into(), &sso.insz("an").into()));
    // By a refresh token as well, where it is named so; an ID token is no subject.
    let refresh = whole["refresh_token"].as_str().unwrap();
    let kind = "urn:ietf:params:oauth:token-type:refresh_token";
    for (subject, kind, status) in
        [(refresh, kind, 200), (refresh, ACCESS_TOKEN, 400), (whole["id_token"].as_str().unwrap(), ACCESS_TOKEN, 400)]
    {
        let form = [
            ("grant_type", EXCHANGE),
            ("subject_token", subject),
            ("subject_token_type", kind),
            ("audience", sso.issuer.mbp_client_id()),
        ];
        assert_eq!(sso.token(&form).await.status(), status, "{kind}");
    }
}
