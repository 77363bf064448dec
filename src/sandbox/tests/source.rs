//! The source: the flow, the refusals, paging, errors.

use std::time::{Duration, Instant};

use super::*;
use crate::sandbox::Server;
use crate::sandbox::source::behaviour::{IdLook, KeyIn};

#[tokio::test]
async fn it_speaks_tls_that_only_its_own_authority_vouches_for() {
    let world = World::start(Behaviour::default()).await;
    let stranger = Client::builder().no_proxy().build().unwrap();
    assert!(stranger.get(world.sandbox.issuer()).send().await.is_err());
    let response = world.http.get(world.list_url(Role::Subject)).send().await.unwrap();
    assert_eq!((response.status().as_u16(), response.version()), (401, reqwest::Version::HTTP_2));
    let url = world.list_url(Role::Subject).replace("127.0.0.1", "localhost");
    assert_eq!(world.http.get(url).send().await.unwrap().status(), 401);
}

#[tokio::test]
async fn a_caller_that_never_finishes_its_handshake_holds_nobody_up() {
    let world = World::start(Behaviour::default()).await;
    let address = world.sandbox.base_url().trim_start_matches("https://").split('/').next().unwrap().to_owned();
    let _silent = tokio::net::TcpStream::connect(&address).await.unwrap();
    let call = world.http.get(world.list_url(Role::Subject)).send();
    assert_eq!(tokio::time::timeout(Duration::from_secs(3), call).await.unwrap().unwrap().status(), 401);
}

#[tokio::test]
async fn everything_is_found_by_following_links() {
    for envelope in ENVELOPES {
        let behaviour = Behaviour { envelope, ..Behaviour::default() };
        let world = World::start(behaviour).await;
        let token = world.good_token(Role::Subject).await;
        let mut url = Some(world.list_url(Role::Subject));
        let (mut pages, mut keys) = (0, Vec::new());
        while let Some(page) = url {
            let response = world.get(&page, &token).await;
            assert_eq!((response.status().as_u16(), header(&response, "content-type")), (200, HAL));
            let body = json(response).await;
            pages += 1;
            assert_eq!(body["pageMetadata"]["number"], pages);
            assert_eq!(body["pageMetadata"]["totalElements"], 124);
            keys.extend(items(&body).iter().map(|item| format!("{}{}", item["id"], item["language"])));
            url = link(&body, "next");
            assert!(["self", "start", "last"].iter().all(|rel| link(&body, rel).is_some()));
            assert_eq!(link(&body, "prev").is_some(), pages > 1);
        }
        keys.sort();
        keys.dedup();
        assert_eq!((pages, keys.len()), (13, 124), "{envelope:?}");
    }
}

#[tokio::test]
async fn a_certificate_has_a_detail_and_a_document_however_its_url_is_made() {
    for (key_in, id_look, number) in [
        (KeyIn::Path, IdLook::Uuid, true),
        (KeyIn::Path, IdLook::Text, false),
        (KeyIn::Query, IdLook::Number, true),
        (KeyIn::Query, IdLook::Uuid, false),
    ] {
        let prefix = "/api/v1".to_owned();
        let behaviour =
            Behaviour { key_in, id_look, number_in_certificate_url: number, prefix, ..Behaviour::default() };
        let world = World::start(behaviour).await;
        let token = world.good_token(Role::Subject).await;
        let list = json(world.get(&world.list_url(Role::Subject), &token).await).await;
        for item in items(&list) {
            let url = link(item, "self").unwrap();
            assert!(url.contains(item["id"].as_str().unwrap()) && url.contains(item["language"].as_str().unwrap()));
            let response = world.get(&url, &token).await;
            assert_eq!((response.status().as_u16(), header(&response, "content-type")), (200, HAL), "{url}");
            assert_eq!(json(response).await, *item);
            let document = world.get(&link(item, "download").unwrap(), &token).await;
            assert_eq!((document.status().as_u16(), header(&document, "content-type")), (200, "application/pdf"));
            assert!(!header(&document, "content-disposition").contains(&world.insz(Role::Subject)));
            let length: usize = header(&document, "content-length").parse().unwrap();
            let body = document.bytes().await.unwrap();
            assert!(body.len() == length && body.starts_with(b"%PDF-1.7") && body.ends_with(b"%%EOF\n"));
        }
    }
}

#[tokio::test]
async fn tokens_that_are_not_good_are_refused_everywhere() {
    let world = World::start(Behaviour::default()).await;
    let credentials = world.sandbox.credentials();
    let good = world.good_token(Role::Subject).await;
    let list = json(world.get(&world.list_url(Role::Subject), &good).await).await;
    let item = &items(&list)[0];
    let client_token =
        [("grant_type", "client_credentials"), ("audience", &credentials.audience), ("scope", &credentials.scope)];
    let bearer = |token: &str| format!("Bearer {token}");
    let cases = [
        (401, String::new()),
        (401, "Bearer".to_owned()),
        (401, format!("Basic {good}")),
        (401, good.clone()),
        (401, bearer("invented")),
        (401, bearer("eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.")),
        (401, bearer(&credentials.expired)),
        (401, bearer(&credentials.people[0].token)),
        (401, bearer(&world.exchange_for(Role::Subject, &credentials.other_audience.id, &credentials.scope).await)),
        (403, bearer(&credentials.without_scope)),
        (403, bearer(&access_token(world.token(&client_token).await).await)),
        (403, bearer(&world.good_token(Role::Other).await)),
        (200, format!("bearer {good}")),
    ];
    for url in [world.list_url(Role::Subject), link(item, "self").unwrap(), link(item, "download").unwrap()] {
        for (status, authorization) in &cases {
            let headers = [("authorization", authorization.as_str())];
            let headers = if authorization.is_empty() { &headers[..0] } else { &headers[..] };
            let response = world.send(Method::GET, &url, headers).await;
            assert_eq!(response.status().as_u16(), *status, "{authorization} {url}");
            let challenge = header(&response, "www-authenticate");
            assert_eq!(challenge == "Bearer error=\"invalid_token\"", *status == 401, "{authorization}");
            if *status != 200 {
                assert_eq!(header(&response, "content-type"), "application/problem+json");
                let body = json(response).await;
                assert_eq!(body["status"], *status);
                assert!(["type", "title", "detail", "instance"].iter().all(|key| body[key].is_string()));
            }
        }
    }
    let in_query = format!("{}?access_token={good}", world.list_url(Role::Subject));
    assert_eq!(world.http.get(in_query).send().await.unwrap().status(), 401);
}

#[tokio::test]
async fn another_citizen_is_refused_as_a_number_that_is_nobodys() {
    let world = World::start(Behaviour::default()).await;
    let token = world.good_token(Role::Subject).await;
    let nobody = crate::sandbox::citizens::national_number("700101001", crate::sandbox::citizens::Born::Before2000);
    let url = format!("{}/certificates/{}", world.sandbox.base_url(), nobody.unwrap());
    let (other, never) = (world.get(&world.list_url(Role::Other), &token).await, world.get(&url, &token).await);
    assert_eq!((other.status(), never.status()), (reqwest::StatusCode::FORBIDDEN, reqwest::StatusCode::FORBIDDEN));
    assert_eq!(json(other).await, json(never).await);
    let others = world.good_token(Role::Other).await;
    let list = json(world.get(&world.list_url(Role::Other), &others).await).await;
    let stolen = link(&items(&list)[0], "self").unwrap().replace(&world.insz(Role::Other), &world.insz(Role::Subject));
    assert_eq!(world.get(&stolen, &token).await.status(), 404);
}

#[tokio::test]
async fn wrong_requests_get_the_fitting_status() {
    let world = World::start(Behaviour::default()).await;
    let token = world.good_token(Role::Subject).await;
    let list = world.list_url(Role::Subject);
    let base = world.sandbox.base_url();
    let wrong_check = format!("{}{:02}", &world.insz(Role::Subject)[..9], 0);
    for (url, status) in [
        (format!("{list}?page=abc"), 400),
        (format!("{list}?page=-1"), 400),
        (format!("{list}?limit=abc"), 400),
        (format!("{list}?limit=0"), 400),
        (format!("{list}?limit=1000"), 200),
        (format!("{list}?page=18446744073709551615"), 200),
        (format!("{base}/certificates/123"), 400),
        (format!("{base}/certificates/abcdefghijk"), 400),
        (format!("{base}/certificates/{wrong_check}"), 400),
        (format!("{base}/nothing"), 404),
        (format!("{list}/unknown/nl"), 404),
        (format!("{list}/"), 404),
    ] {
        let response = world.get(&url, &token).await;
        assert_eq!(response.status().as_u16(), status, "{url}");
    }
    let authorization = format!("Bearer {token}");
    let headers = [("authorization", authorization.as_str())];
    for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
        assert_eq!(world.send(method, &list, &headers).await.status(), 405);
    }
    let accept = [headers[0], ("accept", "image/png")];
    assert_eq!(world.send(Method::GET, &list, &accept).await.status(), 406);
    assert_eq!(world.send(Method::OPTIONS, &list, &[]).await.status(), 200);
    let head = world.send(Method::HEAD, &list, &headers).await;
    assert_eq!((head.status().as_u16(), header(&head, "content-type")), (200, HAL));
    assert!(head.bytes().await.unwrap().is_empty());
}

#[tokio::test]
async fn pages_are_cut_as_the_caller_asks() {
    let world = World::start(Behaviour::default()).await;
    let token = world.good_token(Role::Subject).await;
    for (query, length, size, number) in [
        ("", 10, 10, 1),
        ("?limit=7", 7, 7, 1),
        ("?page=12", 4, 10, 13),
        ("?limit=500", 100, 100, 1),
        ("?page=13", 0, 10, 14),
    ] {
        let body = json(world.get(&format!("{}{query}", world.list_url(Role::Subject)), &token).await).await;
        let metadata = &body["pageMetadata"];
        assert_eq!(
            (items(&body).len(), &metadata["size"], &metadata["number"]),
            (length, &size.into(), &number.into())
        );
    }
}

#[tokio::test]
async fn a_citizen_without_certificates_has_an_empty_list() {
    for envelope in ENVELOPES {
        let world = World::start(Behaviour { envelope, ..Behaviour::default() }).await;
        let token = world.good_token(Role::Empty).await;
        let response = world.get(&world.list_url(Role::Empty), &token).await;
        assert_eq!(response.status(), 200);
        let body = json(response).await;
        let expected = serde_json::json!({ "number": 1, "size": 10, "totalElements": 0, "totalPages": 0 });
        assert_eq!((&body["pageMetadata"], items(&body).len()), (&expected, 0));
        assert!(["self", "start", "last"].iter().all(|rel| link(&body, rel).is_some()));
        assert!(link(&body, "next").is_none());
    }
}

#[tokio::test]
async fn its_own_document_is_valid_openapi() {
    for key_in in [KeyIn::Path, KeyIn::Query, KeyIn::Handle] {
        let world = World::start(Behaviour { key_in, ..Behaviour::default() }).await;
        let url = format!("{}/openapi.json", world.sandbox.base_url());
        let text = world.http.get(url).send().await.unwrap().bytes().await.unwrap();
        let document = crate::base::openapi::OpenApi::read("a.json", std::str::from_utf8(&text).unwrap()).unwrap();
        assert_eq!((document.version(), document.operations().count(), document.errors()), ("3.0.3", 3, [].as_slice()));
    }
}

#[tokio::test]
async fn ids_come_back_and_every_request_is_logged() {
    let world = World::start(Behaviour::default()).await;
    let token = world.good_token(Role::Subject).await;
    let authorization = format!("Bearer {token}");
    let headers = [("authorization", authorization.as_str()), ("x-request-id", "r-1"), ("x-correlation-id", "c-1")];
    let response = world.send(Method::GET, &world.list_url(Role::Subject), &headers).await;
    assert_eq!((header(&response, "x-request-id"), header(&response, "x-correlation-id")), ("r-1", "c-1"));
    assert_eq!(header(&response, "cache-control"), "private, no-store");
    let requests = world.sandbox.requests();
    let calls: Vec<_> = requests.iter().map(|one| (one.server, one.method.as_str(), one.path.as_str())).collect();
    let list = format!("/v1/certificates/{}", world.insz(Role::Subject));
    let expected = [
        (Server::Acm, "POST", "/op/v1/token"),
        (Server::Source, "GET", list.as_str()),
        (Server::Acm, "POST", "/op/v1/introspect"),
    ];
    assert_eq!(calls, expected);
    assert!(requests[1].headers.contains(&("x-request-id".to_owned(), "r-1".to_owned())));
}

#[tokio::test]
async fn without_its_acm_the_source_fails_closed() {
    let world = World::start(Behaviour::default()).await;
    let token = world.good_token(Role::Subject).await;
    world.sandbox.set_acm_reachable(false);
    assert_eq!(world.get(&world.list_url(Role::Subject), &token).await.status(), 500);
    world.sandbox.set_acm_reachable(true);
    assert_eq!(world.get(&world.list_url(Role::Subject), &token).await.status(), 200);
}

#[tokio::test]
async fn answers_wait_but_the_sources_own_call_does_not() {
    let latency = Duration::from_millis(150);
    let world = World::with(Options { latency, tls: false, ..Options::default() }).await;
    assert!(world.sandbox.base_url().starts_with("http://") && world.sandbox.ca_pem().is_none());
    let token = world.good_token(Role::Subject).await;
    let start = Instant::now();
    assert_eq!(world.get(&world.list_url(Role::Subject), &token).await.status(), 200);
    assert!(start.elapsed() >= latency && start.elapsed() < 2 * latency, "{:?}", start.elapsed());
}

#[tokio::test]
async fn a_dropped_sandbox_stops() {
    let world = World::start(Behaviour::default()).await;
    let (url, http) = (world.list_url(Role::Subject), world.http.clone());
    drop(world);
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(http.get(url).send().await.is_err());
}
