//! What goes to a source, what is recorded, and what is not sent.

use axum::Json;
use axum::http::{HeaderMap, header};
use axum::response::Redirect;
use axum::routing::get;
use secrecy::ExposeSecret as _;
use serde_json::json;

use super::*;
use crate::evidence::exchange::{Auth, Content, FailureKind, Kind, Malformed, Part, Replacement, Target, Variation};

/// A source that answers every path with the path and query that it saw, and the token.
fn echo() -> Router {
    Router::new().fallback(|headers: HeaderMap, uri: axum::http::Uri| async move {
        let token = headers.get(header::AUTHORIZATION).map(|value| value.to_str().unwrap().to_owned());
        let id = headers.get("x-request-id").cloned().unwrap_or(header::HeaderValue::from_static("none"));
        let headers = [(header::SET_COOKIE, "session=5f0c; Path=/".parse().unwrap()), (header::ETAG, id)];
        (headers, Json(json!({"uri": uri.to_string(), "token": token})))
    })
}

/// A list of one certificate, with absolute links under a base.
fn list(base: &str) -> serde_json::Value {
    json!({
        "certificates": [{"id": "a1", "language": "nl", "links": [
            {"rel": "self", "href": format!("{base}/certificates/{SUBJECT}/a1/nl?v=1&x=%2Fy")},
            {"rel": "download", "href": format!("{SUBJECT}/a1/nl/download")},
        ]}],
        "links": [{"rel": "self", "href": format!("{base}/certificates/{SUBJECT}?limit=10")}, {"rel": "x", "href": "{?a}"}],
    })
}

fn links(exchange: &Exchange) -> Vec<String> {
    let page = answer(exchange).page().unwrap();
    let all = page.links.links.iter().chain(&page.items()[0].links.links);
    all.filter(|link| !link.templated).map(|link| link.url(&exchange.sent.url).unwrap().to_string()).collect()
}

#[tokio::test]
async fn what_a_source_is_sent() {
    let (base, log) = serve(echo()).await;
    let (exchanges, vault) = send(&base, [entry().query("limit", 10), entry().query("limit", 10).again(1)]).await;
    assert_clean(&exchanges, &vault);
    let seen = log.lock().unwrap().clone();
    assert_eq!(seen[0].method, "GET");
    assert_eq!(seen[0].target, format!("/api/v1/certificates/{SUBJECT}?limit=10"));
    assert_eq!(seen[0].header("authorization"), Some(format!("Bearer {TX}").as_str()));
    assert_eq!(seen[0].header("user-agent"), Some(concat!("bronkeur/", env!("CARGO_PKG_VERSION"))));
    assert_eq!(seen[0].header("accept"), Some("application/hal+json, application/json;q=0.9, */*;q=0.1"));
    assert_eq!(seen[0].header("accept-encoding"), Some("identity"));
    assert_eq!(seen[0].header("x-correlation-id"), seen[1].header("x-correlation-id"));
    assert_ne!(seen[0].header("x-request-id"), seen[1].header("x-request-id"));
    for name in ["x-correlation-id", "x-request-id"] {
        uuid::Uuid::parse_str(seen[0].header(name).unwrap()).unwrap();
    }
    assert_eq!(seen[0].header("referer"), None);
}

#[tokio::test]
async fn an_exchange_is_masked() {
    let (base, _) = serve(echo()).await;
    let exchange = send_one(&base, entry()).await;
    let insz = settings(&base, &vault()).setup.citizens[&Citizen::Subject].insz.clone();
    assert_eq!(exchange.sent.url, format!("{base}/certificates/{insz}"));
    let bearer = sent_headers(&exchange)["authorization"].strip_prefix("Bearer ").unwrap();
    assert_eq!((bearer.len(), bearer.starts_with("TOKEN-")), (TX.len(), true));
    let response = answer(&exchange);
    assert_eq!(response.facts.secrets, ["TOKEN-1"]);
    assert_eq!(response.json().unwrap()["uri"], json!(format!("/api/v1/certificates/{insz}")));
    assert_eq!(response.header("set-cookie"), Some("(masked)"));
    assert_eq!(response.header("etag"), sent_headers(&exchange).get("x-request-id").copied());
    assert!(response.facts.complete && response.facts.utf8);
    assert_eq!(exchange.credential.as_ref().unwrap().en, "TX token of the subject (from the profile)");
}

#[tokio::test]
async fn credentials_as_they_go_out() {
    let (base, log) = serve(echo()).await;
    let auths = [
        Auth::None,
        Auth::OtherScheme,
        Auth::NoScheme,
        Auth::LowerCaseScheme,
        Auth::RandomToken,
        Auth::UnsignedJwt,
        Auth::TamperedToken,
        Auth::InQuery,
    ];
    let (exchanges, vault) = send(&base, auths.map(|auth| entry().query("limit", 1).auth(auth))).await;
    assert_clean(&exchanges, &vault);
    let seen = log.lock().unwrap().clone();
    let sent: Vec<Option<&str>> = seen.iter().map(|seen| seen.header("authorization")).collect();
    assert_eq!(sent[0], None);
    assert_eq!(sent[1], Some(format!("Basic {TX}").as_str()));
    assert_eq!(sent[2], Some(TX));
    assert_eq!(sent[3], Some(format!("bearer {TX}").as_str()));
    assert_eq!(sent[5].unwrap().matches('.').count(), 2);
    let differ = |other: &str| TX.chars().zip(other.chars()).filter(|(a, b)| a != b).count();
    assert_eq!(differ(sent[6].unwrap().strip_prefix("Bearer ").unwrap()), 1);
    assert_eq!((sent[7], seen[7].target.ends_with(&format!("?limit=1&access_token={TX}"))), (None, true));
    let json = serde_json::to_string(&exchanges).unwrap();
    for token in [sent[4], sent[5], sent[6]] {
        assert!(!json.contains(token.unwrap().strip_prefix("Bearer ").unwrap()));
    }
    // Every credential comes back in the echo and is known as one of ours there.
    for exchange in &exchanges[1..7] {
        assert_eq!(answer(exchange).facts.secrets.len(), 1, "{:?}", exchange.request.auth);
        assert!(exchange.credential.is_some());
    }
}

#[tokio::test]
async fn variations() {
    let (base, log) = serve(echo()).await;
    let probe = || Request::probe(Target::Path("nothing/here?a=1".to_owned()));
    let requests = [
        entry().varied(Variation::Accept("text/csv".to_owned())),
        entry().varied(Variation::AcceptLanguage("xx".to_owned())),
        entry().varied(Variation::AcceptEncoding("gzip".to_owned())),
        entry().varied(Variation::NoIds),
        entry().varied(Variation::Head),
        entry().varied(Variation::Options),
        entry().query("page", 0).varied(Variation::TrailingSlash),
        probe(),
        Request::entry(Citizen::Malformed(Malformed::Letters)).auth(Auth::Token(Citizen::Subject)),
    ];
    let (exchanges, vault) = send(&base, requests).await;
    assert_clean(&exchanges, &vault);
    let seen = log.lock().unwrap().clone();
    assert_eq!(seen[0].header("accept"), Some("text/csv"));
    assert_eq!(seen[1].header("accept-language"), Some("xx"));
    assert_eq!(seen[2].header("accept-encoding"), Some("gzip"));
    assert_eq!((seen[3].header("x-request-id"), seen[3].header("x-correlation-id")), (None, None));
    assert_eq!((seen[4].method.as_str(), seen[5].method.as_str()), ("HEAD", "OPTIONS"));
    assert_eq!(answer(&exchanges[4]).content, Content::Empty);
    assert!(answer(&exchanges[4]).facts.complete);
    assert_eq!(seen[6].target, format!("/api/v1/certificates/{SUBJECT}/?page=0"));
    assert_eq!(seen[7].target, "/api/v1/nothing/here?a=1");
    assert_eq!(seen[7].header("authorization"), None);
    assert_eq!(seen[8].target, "/api/v1/certificates/70010199abc");
}

#[tokio::test]
async fn links_are_followed_and_edited() {
    let root = Router::new().route(
        "/api/v1/certificates/{insz}",
        get(|headers: HeaderMap| async move {
            let host = headers["host"].to_str().unwrap().to_owned();
            Json(list(&format!("http://{host}/api/v1")))
        }),
    );
    let (base, log) = serve(root).await;
    let vault = vault();
    let transport = transport(settings(&base, &vault), &vault);
    let page = transport.clone().send(entry()).await;
    let [self_url, detail, download] = links(&page).try_into().unwrap();
    let edited = |part, with| Request::link(Kind::Detail, detail.clone()).edit(part, with);
    let requests = [
        Request::link(Kind::List, self_url),
        Request::link(Kind::Download, download),
        edited(Part::Segment(4), Replacement::Text("b/2 é".to_owned())),
        edited(Part::Segment(3), Replacement::Number(Citizen::Other)),
        edited(Part::Query(0), Replacement::Text("2&3".to_owned())),
        edited(Part::Segment(3), Replacement::Number(Citizen::Nobody)),
        edited(Part::Segment(9), Replacement::Text("x".to_owned())),
    ];
    let mut exchanges = vec![page];
    for request in requests {
        exchanges.push(transport.clone().send(request).await);
    }
    assert_clean(&exchanges, &vault);
    let targets: Vec<String> = log.lock().unwrap().iter().skip(1).map(|seen| seen.target.clone()).collect();
    let nobody = crate::base::insz::nobody();
    let nobody = secrecy::ExposeSecret::expose_secret(&nobody);
    assert_eq!(
        targets,
        [
            format!("/api/v1/certificates/{SUBJECT}?limit=10"),
            format!("/api/v1/certificates/{SUBJECT}/a1/nl/download"),
            format!("/api/v1/certificates/{SUBJECT}/b%2F2%20%C3%A9/nl?v=1&x=%2Fy"),
            format!("/api/v1/certificates/{OTHER}/a1/nl?v=1&x=%2Fy"),
            format!("/api/v1/certificates/{SUBJECT}/a1/nl?v=2%263&x=%2Fy"),
            format!("/api/v1/certificates/{nobody}/a1/nl?v=1&x=%2Fy"),
        ]
    );
    assert_eq!(failure(exchanges.last().unwrap()).kind, FailureKind::NotConfigured);
}

#[tokio::test]
async fn what_lies_under_the_public_url_is_sent_to_the_base_url() {
    let public = "https://www.example.be/public/v1";
    let root = Router::new()
        .route("/api/v1/certificates/{insz}", get(move || async move { Json(list(public)) }))
        .fallback(|| async { "x" });
    let (base, log) = serve(root).await;
    let vault = vault();
    let mut settings = settings(&base, &vault);
    settings.public_url = Some(public.parse().unwrap());
    let transport = transport(settings, &vault);
    let page = transport.clone().send(entry()).await;
    let detail = links(&page)[1].clone();
    assert!(detail.starts_with(public));
    let followed = transport.clone().send(Request::link(Kind::Detail, detail)).await;
    assert_eq!(answer(&followed).status, 200);
    assert!(followed.sent.url.starts_with(base.as_str()));
    let seen = log.lock().unwrap().clone();
    assert_eq!(seen[1].target, format!("/api/v1/certificates/{SUBJECT}/a1/nl?v=1&x=%2Fy"));
    // A path that only begins alike is not under it, and the public origin speaks https here, which nobody answers.
    let url = vault.mask_text("https://www.example.be.evil.example/public/v1/x");
    assert_eq!(failure(&transport.send(Request::link(Kind::Detail, url)).await).kind, FailureKind::ForeignOrigin);
}

#[tokio::test]
async fn the_token_goes_to_vouched_origins_only() {
    let (base, log) = serve(echo()).await;
    let (friend, friends_log) = serve(echo()).await;
    let (stranger, strangers_log) = serve(echo()).await;
    let vault = vault();
    let mut settings = settings(&base, &vault);
    settings.origins = vec![friend.origin()];
    let transport = transport(settings, &vault);
    let link = |url: String| transport.clone().send(Request::link(Kind::Detail, url));
    assert_eq!(answer(&link(format!("{friend}/x")).await).status, 200);
    let foreign = link(format!("{stranger}/x")).await;
    assert_eq!(failure(&foreign).kind, FailureKind::ForeignOrigin);
    assert_eq!(failure(&foreign).detail.en, stranger.origin().ascii_serialization());
    assert_eq!(foreign.sent.url, format!("{stranger}/x"));
    let with_user = format!("http://user:secret@{}/x", base.authority());
    assert_eq!(failure(&link(with_user).await).kind, FailureKind::ForeignOrigin);
    assert_eq!((log.lock().unwrap().len(), friends_log.lock().unwrap().len()), (0, 1));
    assert_eq!(strangers_log.lock().unwrap().len(), 0);
}

#[tokio::test]
async fn plain_http_is_not_spoken_where_the_base_url_is_https() {
    let (friend, log) = serve(echo()).await;
    let vault = vault();
    let base: Url = "https://api.example.be/v1".parse().unwrap();
    let mut settings = settings(&base, &vault);
    settings.origins = vec![friend.origin()];
    settings.http_port = friend.port().unwrap();
    let transport = transport(settings, &vault);
    let refused = transport.clone().send(Request::link(Kind::Detail, format!("{friend}/x"))).await;
    assert_eq!(failure(&refused).kind, FailureKind::ForeignOrigin);
    assert!(failure(&refused).detail.en.starts_with("plain http"));
    // The probe of plain http is another matter, but never with a token.
    let probe = Request::probe(Target::PlainHttp).auth(Auth::Token(Citizen::Subject));
    assert_eq!(failure(&transport.send(probe).await).kind, FailureKind::ForeignOrigin);
    assert!(log.lock().unwrap().is_empty());
}

#[tokio::test]
async fn plain_http_and_the_openapi_document_are_asked_for_without_a_token() {
    let text = format!("openapi: 3.0.3 # {SUBJECT}\n{}", "#\n".repeat(4000));
    let length = text.len();
    let (other, log) = serve(Router::new().fallback(move || async move { text.clone() })).await;
    let vault = vault();
    let base: Url = "https://127.0.0.1:1/v1".parse().unwrap();
    let mut settings = settings(&base, &vault);
    settings.http_port = other.port().unwrap();
    settings.openapi = Some(format!("{other}/openapi.yaml").parse().unwrap());
    let transport = transport(settings, &vault);
    let plain = transport.clone().send(Request::probe(Target::PlainHttp)).await;
    let document = transport.clone().send(Request::probe(Target::OpenApi)).await;
    assert!(matches!(&answer(&plain).content, Content::Text(text) if text.len() == 4096));
    assert!(matches!(&answer(&document).content, Content::Text(text) if text.len() == length));
    assert_clean(&[plain, document], &vault);
    let seen = log.lock().unwrap().clone();
    assert_eq!(seen[0].target, format!("/v1/certificates/{}", crate::base::insz::nobody().expose_secret()));
    assert!(seen.iter().all(|seen| seen.header("authorization").is_none()));
}

#[tokio::test]
async fn no_surrogate_is_sent_as_if_it_were_the_number() {
    let (base, log) = serve(echo()).await;
    let vault = vault();
    let transport = transport(settings(&base, &vault), &vault);
    let link = |insz: String| Request::link(Kind::Detail, format!("{base}/certificates/{insz}/x"));
    let stranger = vault.mask_text("72020299979");
    let exchange = transport.clone().send(link(stranger)).await;
    assert_eq!(failure(&exchange).kind, FailureKind::NotConfigured);
    assert!(log.lock().unwrap().is_empty());
    let exchange = transport.clone().send(link(vault.surrogate(Citizen::Subject).unwrap())).await;
    assert_eq!(log.lock().unwrap()[0].target, format!("{}/certificates/{SUBJECT}/x", base.path()));
    assert_clean(&[exchange], &vault);
}

#[tokio::test]
async fn a_redirect_is_recorded_and_not_followed() {
    let root = Router::new().fallback(|| async { Redirect::temporary(&format!("/certificates/{SUBJECT}/elsewhere")) });
    let (base, log) = serve(root).await;
    let exchange = send_one(&base, entry()).await;
    assert_eq!(answer(&exchange).status, 307);
    assert!(answer(&exchange).header("location").unwrap().ends_with("/elsewhere"));
    assert_eq!(log.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn without_a_token_nothing_is_sent() {
    let (base, log) = serve(echo()).await;
    let (exchanges, _) =
        send(&base, [Request::entry(Citizen::Other), entry().auth(Auth::ExpiredToken), Request::entry(Citizen::Empty)])
            .await;
    let kinds: Vec<FailureKind> = exchanges.iter().map(|exchange| failure(exchange).kind).collect();
    assert_eq!(kinds, [FailureKind::NoToken, FailureKind::NoToken, FailureKind::NotConfigured]);
    assert!(failure(&exchanges[0]).detail.en.contains("TX token of the other citizen"));
    assert!(log.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_rate_spaces_the_calls() {
    let (base, log) = serve(echo()).await;
    let vault = vault();
    let mut settings = settings(&base, &vault);
    settings.rate = Some(1000.0);
    let transport = transport(settings, &vault);
    for ordinal in 0..3 {
        transport.clone().send(entry().again(ordinal)).await;
    }
    assert_eq!(log.lock().unwrap().len(), 3);
}
