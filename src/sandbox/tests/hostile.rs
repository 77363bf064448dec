//! Callers who mean no good: what ACM's login and MBP are sent is bounded, and ends nothing.

use super::sso::Sso;
use super::*;

#[tokio::test]
async fn huge_and_broken_calls_are_refused_and_told_in_part() {
    let sso = Sso::start().await;
    sso.control(&[("action", "visit")]).await;
    let form = "application/x-www-form-urlencoded";
    let many = "a=%ff&%zz=%&".repeat(50_000);
    let long = format!("token=x&grant_type={}", "%41".repeat(300_000));
    let beyond = "x".repeat(3 << 20);
    let deep = "[".repeat(500_000);
    let mbp = format!("{}/auth/v1/token", sso.issuer.mbp_base_url());
    let acm = ["v1/token", "v1/auth", "v1/login", "v1/logout", "v1/introspect", "bronkeur/control"];
    for url in acm.map(|path| sso.url(path)).iter().chain([&mbp]) {
        for body in [&many, &long, &beyond, &deep] {
            for kind in [form, "application/json", "multipart/form-data; boundary=x"] {
                let call = sso.http.post(url).header("content-type", kind).body(body.clone());
                // A body that is not read to its end may end the connection.
                let Ok(answer) = call.send().await else { continue };
                let status = answer.status().as_u16();
                let is_logout = url.ends_with("logout");
                assert!((400..500).contains(&status) || is_logout && status == 200, "{status} {url}");
            }
        }
    }
    for query in ["%", "%00=%00&client_id=%ff", "token=%c3%28&token=%", &"a&".repeat(15_000)] {
        for url in [sso.url("v1/auth"), sso.url("v1/logout"), format!("{}/x", sso.issuer.mbp_base_url())] {
            let answer = sso.http.get(format!("{url}?{query}")).send().await.unwrap();
            assert!(answer.status().as_u16() < 500);
        }
    }
    let events = sso.events().await;
    assert!(!events.is_empty());
    for event in &events {
        let parameters = event["parameters"].as_array().unwrap();
        assert!(parameters.len() <= 50, "{}", parameters.len());
        let longest = parameters
            .iter()
            .flat_map(|pair| pair.as_array().unwrap())
            .map(|text| text.as_str().unwrap().chars().count());
        assert!(longest.max().unwrap_or_default() <= 4096);
    }
    assert!(!sso.tokens("an").await["access_token"].as_str().unwrap().is_empty(), "it goes on");
}

#[tokio::test]
async fn what_a_page_shows_is_not_what_a_caller_wrote() {
    let sso = Sso::start().await;
    let script = "\"><script>alert(1)</script>";
    for other in [("login_hint", script), ("client_id", script), ("redirect_uri", script), ("ui_locales", script)] {
        let page = sso.asks(&[other]).header("accept-language", script).send().await.unwrap();
        assert!(!page.text().await.unwrap().contains("<script"));
    }
    // Nor does a redirect carry more than one line of it.
    let back = sso.asks(&[("prompt", "none"), ("state", "a\r\nset-cookie: x=y")]).send().await.unwrap();
    assert_eq!((back.status().as_u16(), header(&back, "set-cookie")), (303, ""));
}

#[tokio::test]
async fn not_every_login_page_is_remembered() {
    let sso = Sso::with(super::super::SsoOptions { tls: false, ..super::super::SsoOptions::default() }).await;
    let first = Sso::ticket(sso.asks(&[]).send().await.unwrap()).await;
    for _ in 0..2000 {
        sso.asks(&[]).send().await.unwrap();
    }
    assert_eq!(sso.choose(&first, "an").await.status(), 400, "the oldest made room");
    sso.tokens("an").await;
}
