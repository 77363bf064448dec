//! Every fault shows: some answer to a fixed series of requests is another than the conformant one, in both envelopes.

use super::*;
use crate::sandbox::citizens::{Born, national_number};
use crate::sandbox::source::behaviour::IdLook;
use crate::sandbox::{Fault, faults};

/// These show below HTTP only.
const IN_TLS: [&str; 3] = ["URL-02", "URL-03", "URL-04"];

/// Everything that is the same from one run to the next: ids that are no UUIDs, hrefs of a port that is always the same.
fn steady(envelope: Envelope) -> Behaviour {
    let public_base = Some("https://source.example:8443/v1".to_owned());
    Behaviour { envelope, id_look: IdLook::Number, public_base, ..Behaviour::default() }
}

async fn told(response: Response) -> String {
    let kept =
        ["content-type", "www-authenticate", "content-disposition", "cache-control", "x-version", "x-authorization"];
    let headers: Vec<_> = kept.iter().map(|name| header(&response, name).to_owned()).collect();
    let others = response.headers().keys().map(|name| name.as_str().to_owned()).collect::<Vec<_>>();
    let status = response.status();
    let body = response.bytes().await.map(|body| String::from_utf8_lossy(&body).into_owned());
    format!("{status} {headers:?} {others:?} {}", body.unwrap_or_else(|_| "cut".to_owned()))
}

/// What the sandbox says to every kind of request that a check makes.
async fn transcript(behaviour: Behaviour) -> String {
    let world = World::with(Options { behaviour, tls: false, ..Options::default() }).await;
    let mut said = issuer(&world).await;
    said.extend(source(&world).await);
    let port = world.sandbox.issuer().split(':').nth(2).unwrap_or_default().split('/').next().unwrap_or_default();
    said.join("\n").replace(port, "PORT")
}

async fn issuer(world: &World) -> Vec<String> {
    let credentials = world.sandbox.credentials();
    let discovery = world.http.get(format!("{}/.well-known/openid-configuration", world.sandbox.issuer()));
    let mut said = vec![told(discovery.send().await.unwrap()).await];
    let form = [
        ("grant_type", EXCHANGE),
        ("subject_token", &world.person(Role::Subject).token),
        ("subject_token_type", ACCESS_TOKEN),
        ("audience", &credentials.audience),
        ("scope", &credentials.scope),
    ];
    let response = world.token(&form).await;
    said.push(header(&response, "cache-control").to_owned());
    let mut answer = json(response).await;
    // A fault may give something else than an object.
    let token = answer.get_mut("access_token").map(Value::take).unwrap_or_default();
    said.push(answer.to_string());
    let mut claims = world.introspect(token.as_str().unwrap_or_default()).await;
    said.push((claims["aud"] == credentials.audience.as_str()).to_string());
    for volatile in ["aud", "client_id", "sub", "exp", "iat"] {
        claims[volatile] = Value::Null;
    }
    said.push(claims.to_string());
    said
}

async fn source(world: &World) -> Vec<String> {
    let good = world.good_token(Role::Subject).await;
    let (mut said, urls) = ordinary(world, &good).await;
    said.extend(of_the_other(world, &good).await);
    said.extend(hostile(world, &good, &urls).await);
    said.extend(malformed(world, &good, &urls).await);
    let called = world.sandbox.requests().iter().filter(|one| one.path.ends_with("introspect")).count();
    world.sandbox.set_acm_reachable(false);
    said.push(told(world.get(&world.list_url(Role::Subject), &good).await).await);
    said.push(format!("{called} introspections"));
    said
}

/// Where this href leads in truth: hrefs may name a source that is not there, or another scheme.
fn here(world: &World, href: &str) -> String {
    let origin = world.sandbox.base_url().split('/').take(3).collect::<Vec<_>>().join("/");
    let path = href.split_once("://").and_then(|(_, rest)| Some(rest.split_at(rest.find('/')?).1));
    path.map_or_else(|| href.to_owned(), |path| format!("{origin}{path}"))
}

/// The URLs behind a rel of the certificates in a list.
fn urls_behind(world: &World, list: &Value, rel: &str) -> Vec<String> {
    let certificates = list.pointer("/certificates").or_else(|| list.pointer("/_embedded/certificates"));
    let certificates = certificates.and_then(Value::as_array).into_iter().flatten();
    certificates.filter_map(|item| link(item, rel)).map(|href| here(world, &href)).collect()
}

/// Lists, details and documents as anybody asks them; and the URLs of the list, of details, of documents.
async fn ordinary(world: &World, good: &str) -> (Vec<String>, Vec<String>) {
    let mut said = Vec::new();
    let list = world.list_url(Role::Subject);
    let mut queries: Vec<_> = (0..15).map(|page| format!("?limit=10&page={page}")).collect();
    let others = ["", "?limit=1", "?limit=100", "?limit=101", "?limit=1000", "?page=1", "?page=abc", "/"];
    queries.extend(others.map(str::to_owned));
    queries.push("?limit=10&page=0".to_owned());
    for query in &queries {
        said.push(told(world.get(&format!("{list}{query}"), good).await).await);
    }
    let full = json(world.get(&format!("{list}?limit=3"), good).await).await;
    let mut urls = vec![list];
    urls.extend(["self", "download"].iter().flat_map(|rel| urls_behind(world, &full, rel)));
    for url in &urls {
        said.push(told(world.get(url, good).await).await);
    }
    let empty = world.good_token(Role::Empty).await;
    said.push(told(world.get(&world.list_url(Role::Empty), &empty).await).await);
    (said, urls)
}

/// What is another citizen's, under his number and under one's own.
async fn of_the_other(world: &World, good: &str) -> Vec<String> {
    let token = world.good_token(Role::Other).await;
    let list = json(world.get(&world.list_url(Role::Other), &token).await).await;
    let mut urls = vec![world.list_url(Role::Other)];
    urls.push(format!("{}?limit=4&page=1", world.list_url(Role::Other)));
    urls.push(format!("{}?limit=4&page=0", world.list_url(Role::Other)));
    let all = ["self", "download"].iter().map(|rel| urls_behind(world, &list, rel));
    for url in all.flat_map(|urls| urls.into_iter().enumerate().filter(|(place, _)| [0, 1, 6].contains(place))) {
        let (_, url) = url;
        urls.push(url.replace(&world.insz(Role::Other), &world.insz(Role::Subject)));
        urls.push(url);
    }
    let mut said = vec![told(world.get(&world.list_url(Role::Other), &token).await).await];
    for url in &urls {
        said.push(told(world.get(url, good).await).await);
    }
    said
}

/// Every wrong token, on the list, the first detail and the first document: the holes are the same in all of a kind.
async fn hostile(world: &World, good: &str, urls: &[String]) -> Vec<String> {
    let credentials = world.sandbox.credentials();
    let client =
        [("grant_type", "client_credentials"), ("audience", &credentials.audience), ("scope", &credentials.scope)];
    let bent = format!("{}_{}", good.get(..30).unwrap_or_default(), good.get(31..).unwrap_or_default());
    let swapped: String =
        good.chars().map(|c| if c.is_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() }).collect();
    let mut headers = vec![String::new(), format!("Basic {good}"), good.to_owned(), format!("bearer {good}")];
    headers.push("Bearer".to_owned());
    for token in [
        "invented",
        "eyJhbGciOiJub25lIn0.e30.",
        &bent,
        &format!("{}_", good.get(..63).unwrap_or_default()),
        good.get(..40).unwrap_or_default(),
        &format!("{good}x"),
        &swapped,
        &credentials.expired,
        &credentials.without_scope,
        &world.exchange_for(Role::Subject, &credentials.other_audience.id, &credentials.scope).await,
        &access_token(world.token(&client).await).await,
        good,
    ] {
        headers.push(format!("Bearer {token}"));
    }
    let first = |document| urls.iter().skip(1).find(|url| url.contains("/download") == document);
    let mut said = Vec::new();
    for url in [urls.first(), first(false), first(true)].into_iter().flatten() {
        for authorization in &headers {
            let accept = ("accept", "application/hal+json, application/json;q=0.9, */*;q=0.1");
            let header = [accept, ("authorization", authorization.as_str())];
            let header = if authorization.is_empty() { &header[..1] } else { &header[..] };
            said.push(told(world.send(Method::GET, url, header).await).await.replace(authorization.as_str(), "HEADER"));
        }
    }
    said.push(told(world.http.get(format!("{}?access_token={good}", urls[0])).send().await.unwrap()).await);
    said
}

/// Odd headers, unknown paths, malformed and unknown keys.
async fn malformed(world: &World, good: &str, urls: &[String]) -> Vec<String> {
    let (base, list) = (world.sandbox.base_url(), world.list_url(Role::Subject));
    let authorization = format!("Bearer {good}");
    let mut said = Vec::new();
    for (name, value) in [
        ("accept", "*/*"),
        ("accept", "image/png"),
        ("accept-encoding", "identity"),
        ("accept-encoding", "gzip"),
        ("accept-language", "xx"),
        ("x-request-id", "1"),
    ] {
        let headers = [("authorization", authorization.as_str()), (name, value)];
        said.push(told(world.send(Method::GET, &list, &headers).await).await);
    }
    for (url, accept) in urls.iter().skip(1).flat_map(|url| [(url, "*/*"), (url, "application/pdf")]) {
        let headers = [("authorization", authorization.as_str()), ("accept", accept)];
        said.push(told(world.send(Method::GET, url, &headers).await).await);
    }
    let nobody = national_number("700101001", Born::Before2000).unwrap();
    let mut odd = vec![
        format!("{base}/certificates/{nobody}"),
        format!("{base}/openapi.json"),
        format!("{base}/nothing"),
        format!("{base}/certificates/1"),
        format!("{list}/1234567/nl"),
    ];
    odd.extend(urls.get(1).map(|url| url.replace("/nl", "/de").replace("=nl", "=de")));
    for url in &odd {
        said.push(told(world.get(url, good).await).await);
    }
    said
}

async fn every_fault_shows(envelope: Envelope) {
    let conformant = transcript(steady(envelope)).await;
    assert_eq!(conformant, transcript(steady(envelope)).await, "the transcript itself is not steady");
    let mut hidden = Vec::new();
    // The client of these tests cannot leave out Accept; the kill matrix shows what that fault does.
    let is_told =
        |fault: &&Fault| !IN_TLS.contains(&fault.breaks[0]) && fault.name != "list-breaks-down-without-accept";
    for fault in faults::all().filter(is_told) {
        let mut behaviour = steady(envelope);
        (fault.apply)(&mut behaviour);
        assert_eq!(behaviour.envelope, envelope, "{}", fault.name);
        let told = transcript(behaviour).await;
        if told == conformant {
            hidden.push(fault.name);
        }
    }
    assert!(hidden.is_empty(), "these show nowhere ({envelope:?}): {hidden:?}");
}

#[tokio::test]
async fn every_fault_shows_in_the_documented_envelope() {
    every_fault_shows(Envelope::Links).await;
}

#[tokio::test]
async fn every_fault_shows_in_official_hal() {
    every_fault_shows(Envelope::Hal).await;
}

async fn broken(name: &str) -> World {
    let mut behaviour = Behaviour::default();
    (faults::find(name)[0].apply)(&mut behaviour);
    World::start(behaviour).await
}

#[tokio::test]
async fn a_wrong_certificate_ends_the_handshake() {
    for fault in faults::find("URL-02") {
        let world = broken(fault.name).await;
        assert!(world.http.get(world.list_url(Role::Subject)).send().await.is_err(), "{}", fault.name);
        // The ACM is not the source: its certificate stays good.
        assert!(!world.good_token(Role::Subject).await.is_empty());
    }
}

/// The first bytes of an answer to a hello that offers at most TLS 1.`minor - 1`.
async fn old_hello(world: &World, minor: u8) -> Vec<u8> {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let address = world.sandbox.base_url().trim_start_matches("https://").split('/').next().unwrap();
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let mut hello = vec![22, 3, 1, 0, 45, 1, 0, 0, 41, 3, minor];
    hello.extend([9; 32]);
    hello.extend([0, 0, 2, 0, 0x2f, 1, 0]);
    stream.write_all(&hello).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.ok();
    answer
}

#[tokio::test]
async fn old_tls_gets_a_hello_only_where_it_is_spoken() {
    let (good, bad) = (World::start(Behaviour::default()).await, broken("old-tls-is-spoken").await);
    for minor in [1, 2] {
        // An alert is a refusal; 22 and 2 are a handshake record with a server's hello.
        assert_eq!(old_hello(&good, minor).await.first(), Some(&21));
        let hello = old_hello(&bad, minor).await;
        assert_eq!((hello[0], hello[5], hello[10]), (22, 2, minor));
    }
    assert_eq!(bad.http.get(bad.list_url(Role::Subject)).send().await.unwrap().status(), 401);
}

#[tokio::test]
async fn plain_http_redirects_unless_it_is_served() {
    for (world, status) in
        [(World::start(Behaviour::default()).await, 301), (broken("plain-http-is-served").await, 401)]
    {
        let url = format!("http://127.0.0.1:{}/v1/certificates/x", world.sandbox.http_port().unwrap());
        assert_eq!(world.http.get(url).send().await.unwrap().status().as_u16(), status);
    }
}
