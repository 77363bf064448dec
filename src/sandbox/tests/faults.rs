//! Every fault shows: some answer to a fixed series of requests is another than the conformant one, in both envelopes.

use super::*;
use crate::sandbox::behaviour::IdLook;
use crate::sandbox::citizens::{Born, national_number};
use crate::sandbox::faults;

/// Everything that is the same from one run to the next: ids that are no UUIDs, hrefs without a port.
fn steady(envelope: Envelope) -> Behaviour {
    let public_base = Some("https://source.example/v1".to_owned());
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
    let token = answer["access_token"].take();
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
    let credentials = world.sandbox.credentials();
    let good = world.good_token(Role::Subject).await;
    let other = world.good_token(Role::Other).await;
    let base = world.sandbox.base_url();
    let mut said = Vec::new();
    let here = |href: String| {
        href.replace("https://source.example/v1", base).replace("https://documents.sandbox.invalid/v1", base)
    };
    let list = world.list_url(Role::Subject);
    let mut queries: Vec<_> = (0..15).map(|page| format!("?limit=10&page={page}")).collect();
    queries.extend(
        ["", "?limit=1", "?limit=100", "?limit=101", "?limit=1000", "?page=1", "?page=abc", "?limit=10&page=0", "/"]
            .map(str::to_owned),
    );
    for query in &queries {
        said.push(told(world.get(&format!("{list}{query}"), &good).await).await);
    }
    let full = json(world.get(&format!("{list}?limit=3"), &good).await).await;
    let certificates = full.pointer("/certificates").or_else(|| full.pointer("/_embedded/certificates"));
    let certificates = certificates.and_then(Value::as_array).cloned().unwrap_or_default();
    let mut urls = vec![list.clone()];
    for rel in ["self", "download"] {
        urls.extend(certificates.iter().filter_map(|item| link(item, rel)).map(here));
    }
    let lacking = urls.get(1).map(|url| url.replace("/nl", "/de").replace("=nl", "=de")).unwrap_or_default();
    let theirs = json(world.get(&world.list_url(Role::Other), &other).await).await;
    let theirs = theirs
        .pointer("/certificates/0")
        .or_else(|| theirs.pointer("/_embedded/certificates/0"))
        .cloned()
        .unwrap_or_default();
    for rel in ["self", "download"] {
        let Some(url) = link(&theirs, rel).map(here) else { continue };
        said.push(told(world.get(&url, &good).await).await);
        said.push(
            told(world.get(&url.replace(&world.insz(Role::Other), &world.insz(Role::Subject)), &good).await).await,
        );
    }
    let client =
        [("grant_type", "client_credentials"), ("audience", &credentials.audience), ("scope", &credentials.scope)];
    let bent = format!("{}{}{}", &good[..good.len().min(30)], "_", good.get(31..).unwrap_or_default());
    let mut headers = vec![String::new(), format!("Basic {good}"), good.clone(), format!("bearer {good}")];
    for token in [
        "invented",
        "eyJhbGciOiJub25lIn0.e30.",
        &bent,
        &credentials.expired,
        &credentials.without_scope,
        &world.exchange_for(Role::Subject, &credentials.other_audience.id, &credentials.scope).await,
        &access_token(world.token(&client).await).await,
        &good,
    ] {
        headers.push(format!("Bearer {token}"));
    }
    for url in &urls {
        said.push(told(world.get(url, &good).await).await);
    }
    // The list, the first detail and the first document: the holes are the same in every one of a kind.
    let first = |part: &str| urls.iter().skip(1).find(|url| url.contains("/download") == part.contains("/download"));
    for url in [urls.first(), first("detail"), first("/download")].into_iter().flatten() {
        for authorization in &headers {
            let header = [
                ("authorization", authorization.as_str()),
                ("accept", "application/hal+json, application/json;q=0.9, */*;q=0.1"),
            ];
            let header = if authorization.is_empty() { &header[1..] } else { &header[..] };
            said.push(told(world.send(Method::GET, url, header).await).await.replace(authorization.as_str(), "HEADER"));
        }
    }
    let nobody = national_number("700101001", Born::Before2000).unwrap();
    let never = format!("{base}/certificates/{nobody}");
    let openapi = format!("{base}/openapi.json");
    for url in [
        &lacking,
        &world.list_url(Role::Other),
        &never,
        &openapi,
        &format!("{base}/nothing"),
        &format!("{base}/certificates/1"),
    ] {
        if url.starts_with("http") {
            said.push(told(world.get(url, &good).await).await);
        }
    }
    said.push(told(world.http.get(format!("{list}?access_token={good}")).send().await.unwrap()).await);
    let empty = world.good_token(Role::Empty).await;
    said.push(told(world.get(&world.list_url(Role::Empty), &empty).await).await);
    let called = world.sandbox.requests().iter().filter(|one| one.path.ends_with("introspect")).count();
    world.sandbox.set_acm_reachable(false);
    said.push(told(world.get(&list, &good).await).await);
    said.push(format!("{called} introspections"));
    said
}

async fn every_fault_shows(envelope: Envelope) {
    let conformant = transcript(steady(envelope)).await;
    assert_eq!(conformant, transcript(steady(envelope)).await, "the transcript itself is not steady");
    for fault in faults::all() {
        let mut behaviour = steady(envelope);
        (fault.apply)(&mut behaviour);
        assert_eq!(behaviour.envelope, envelope, "{}", fault.name);
        let told = transcript(behaviour).await;
        assert!(told != conformant, "{} shows nowhere ({envelope:?})", fault.name);
    }
}

#[tokio::test]
async fn every_fault_shows_in_the_documented_envelope() {
    every_fault_shows(Envelope::Links).await;
}

#[tokio::test]
async fn every_fault_shows_in_official_hal() {
    every_fault_shows(Envelope::Hal).await;
}
