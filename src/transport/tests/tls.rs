//! Handshakes as exchanges, the protocol that TLS agrees on, and the OpenAPI document that is a file.

use serde_json::json;

use super::*;
use crate::evidence::exchange::{Content, FailureKind, Kind, Target, Tls, Variation};
use crate::sandbox::{Options, Sandbox};

async fn sandbox() -> (Sandbox, Url) {
    let sandbox = Sandbox::start(Options::default()).await.unwrap();
    let base = sandbox.base_url().parse().unwrap();
    (sandbox, base)
}

/// A transport to the sandbox, with a token that the sandbox does not know.
fn to(sandbox: &Sandbox, base: &Url, vault: &Arc<Vault>) -> Arc<Transport> {
    let mut settings = settings(base, vault);
    settings.ca_pem = sandbox.ca_pem().map(|pem| pem.as_bytes().to_vec()).into_iter().collect();
    transport(settings, vault)
}

#[tokio::test]
async fn a_handshake_is_an_exchange() {
    let (sandbox, base) = sandbox().await;
    let vault = vault();
    let transport = to(&sandbox, &base, &vault);
    for (offer, version) in
        [(Tls::Modern, Some("TLS 1.3")), (Tls::Control, Some("TLS 1.3")), (Tls::Only11, None), (Tls::Only10, None)]
    {
        let exchange = transport.clone().send(Request::probe(Target::Tls(offer))).await;
        assert_eq!(exchange.sent.method, "TLS");
        assert_eq!(exchange.sent.url, format!("https://127.0.0.1:{}", base.port().unwrap()));
        assert!(exchange.sent.headers.is_empty() && exchange.credential.is_none());
        let response = answer(&exchange);
        assert_eq!((response.status, &response.content), (0, &Content::Empty));
        let facts = response.facts.tls.as_ref().unwrap();
        assert_eq!(facts.version.as_deref(), version, "{offer:?}");
        assert_eq!(facts.refusal.is_some(), version.is_none());
        assert_eq!(facts.not_after.is_some(), offer == Tls::Modern);
    }
    assert!(sandbox.requests().is_empty());
}

#[tokio::test]
async fn without_tls_there_is_no_handshake() {
    let exchange = send_one(&"http://127.0.0.1:1/v1".parse().unwrap(), Request::probe(Target::Tls(Tls::Modern))).await;
    assert_eq!(failure(&exchange).kind, FailureKind::NotConfigured);
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let base: Url = format!("https://{closed}/v1").parse().unwrap();
    for offer in [Tls::Modern, Tls::Only10] {
        let vault = vault();
        let mut settings = settings(&base, &vault);
        settings.ca_pem = vec![rcgen::generate_simple_self_signed(Vec::new()).unwrap().cert.pem().into_bytes()];
        let exchange = transport(settings, &vault).send(Request::probe(Target::Tls(offer))).await;
        assert_eq!(said(&exchange), (FailureKind::Connect, "connection refused"));
    }
}

#[tokio::test]
async fn an_exchange_over_http_2_is_recorded_as_well() {
    let (sandbox, base) = sandbox().await;
    let vault = vault();
    let transport = to(&sandbox, &base, &vault);
    let pooled = transport.clone().send(entry()).await;
    let alone = transport.clone().send(entry().varied(Variation::NoAccept)).await;
    assert_clean(&[], &vault);
    for exchange in [&pooled, &alone] {
        let response = answer(exchange);
        assert_eq!(response.status, 401);
        assert_eq!(response.media_type().as_deref(), Some("application/problem+json"));
        assert!(response.header("www-authenticate").is_some());
        assert_eq!(response.json().unwrap()["status"], json!(401));
        let facts = &response.facts;
        assert!(facts.complete && facts.utf8 && !facts.truncated);
        assert_eq!(facts.announced_bytes, Some(facts.body_bytes));
        // Frames of HTTP/2 tell the end of a body.
        assert!(facts.framed);
    }
    let list = Request::link(Kind::Download, format!("{base}/nothing"));
    assert!(answer(&transport.send(list).await).facts.framed);
}

#[tokio::test]
async fn a_coding_that_nobody_asked_for_is_recorded_and_not_undone() {
    let gzip = [0x1f_u8, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xab, 0xae, 5, 0, 0x43, 0xbf, 0xa6, 0xa3, 2, 0, 0, 0];
    let head =
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-encoding: gzip\r\ncontent-length: 22\r\n\r\n";
    let base = serve_bytes([head.as_bytes(), &gzip].concat()).await;
    for request in
        [entry(), entry().varied(Variation::NoAccept), entry().varied(Variation::AcceptEncoding("gzip".into()))]
    {
        let exchange = send_one(&base, request.clone()).await;
        let asked = if matches!(request.variation, Variation::AcceptEncoding(_)) { "gzip" } else { "identity" };
        assert_eq!(sent_headers(&exchange)["accept-encoding"], asked);
        let response = answer(&exchange);
        assert_eq!(response.header("content-encoding"), Some("gzip"));
        assert_eq!((response.facts.body_bytes, response.facts.announced_bytes), (22, Some(22)));
        assert!(response.json().is_none() && response.facts.complete);
    }
}

#[tokio::test]
async fn an_openapi_file_is_recorded_as_if_it_had_been_fetched() {
    let folder = tempfile::tempdir().unwrap();
    let send_file = async |name: &str, text: Option<&[u8]>| {
        let path = folder.path().join(name);
        if let Some(text) = text {
            tokio::fs::write(&path, text).await.unwrap();
        }
        let vault = vault();
        let mut settings = settings(&"https://source.example/v1".parse().unwrap(), &vault);
        settings.openapi_file = Some(path);
        transport(settings, &vault).send(Request::probe(Target::OpenApi)).await
    };
    let yaml = format!("openapi: 3.0.3 # {SUBJECT}\n{}", "#\n".repeat(4000));
    let exchange = send_file("openapi.yaml", Some(yaml.as_bytes())).await;
    assert_eq!((exchange.sent.method.as_str(), exchange.sent.url.as_str()), ("FILE", "openapi.yaml"));
    let recorded = serde_json::to_string(&exchange).unwrap();
    assert!(!recorded.contains(SUBJECT) && !recorded.contains(folder.path().to_str().unwrap()));
    assert_eq!(answer(&exchange).status, 200);
    assert!(matches!(&answer(&exchange).content, Content::Text(text) if text.len() == yaml.len()));
    let exchange = send_file("openapi.json", Some(b"{\"openapi\": \"3.0.3\"}")).await;
    assert_eq!(answer(&exchange).json(), Some(&json!({"openapi": "3.0.3"})));
    let large = send_file("large.yaml", Some(&vec![b'#'; (4 << 20) + 1])).await;
    assert_eq!(said(&large), (FailureKind::Broken, "large.yaml: larger than 4 MiB"));
    let missing = send_file("missing.yaml", None).await;
    assert_eq!(failure(&missing).kind, FailureKind::Broken);
    assert!(failure(&missing).detail.en.starts_with("missing.yaml: "));
}
