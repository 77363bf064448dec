//! The request that goes out without an Accept header, and the way to a server below HTTP.

use axum::Json;
use axum::http::HeaderMap;
use rcgen::CertifiedKey;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use serde_json::json;
use tokio::io::copy_bidirectional;

use super::*;
use crate::evidence::exchange::{FailureKind, Kind, Target, Tls, Variation};

fn bare() -> Request {
    entry().query("limit", 1).varied(Variation::NoAccept)
}

/// A source that answers with a link of its own.
fn linking() -> Router {
    Router::new().fallback(|headers: HeaderMap, uri: axum::http::Uri| async move {
        let host = headers["host"].to_str().unwrap().to_owned();
        let href = format!("http://{host}{}/a1", uri.path());
        ([("x-echo", TX)], Json(json!({"certificates": [{"id": "a1", "links": [{"rel": "self", "href": href}]}]})))
    })
}

#[tokio::test]
async fn only_the_accept_header_is_missing() {
    let (base, log) = serve(linking()).await;
    let (exchanges, vault) = send(&base, [bare(), entry().query("limit", 1)]).await;
    assert_clean(&exchanges, &vault);
    let seen = log.lock().unwrap().clone();
    assert_eq!(seen[0].header("accept"), None);
    assert_eq!((&seen[0].method, &seen[0].target), (&seen[1].method, &seen[1].target));
    for name in ["host", "user-agent", "accept-encoding", "authorization", "x-correlation-id"] {
        assert!(seen[0].header(name).is_some() && seen[0].header(name) == seen[1].header(name), "{name}");
    }
    uuid::Uuid::parse_str(seen[0].header("x-request-id").unwrap()).unwrap();
    assert_eq!(seen[0].headers.len(), seen[1].headers.len() - 1);
    let names = |exchange: &Exchange| exchange.sent.headers.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    assert_eq!(
        names(&exchanges[1]).iter().filter(|name| *name != "accept").cloned().collect::<Vec<_>>(),
        names(&exchanges[0])
    );
    // Recorded as every other answer.
    let (one, other) = (answer(&exchanges[0]), answer(&exchanges[1]));
    assert_eq!((one.status, &one.content, &one.facts), (other.status, &other.content, &other.facts));
    assert_eq!((one.header("x-echo"), one.facts.secrets.len()), (other.header("x-echo"), 1));
    let href = one.page().unwrap().items()[0].links.links[0].href.clone();
    assert!(vault.url(&href).unwrap().contains(SUBJECT));
}

#[tokio::test]
async fn its_bounds_are_those_of_every_call() {
    let silent = serve_raw(|stream| async move {
        let _open = stream;
        std::future::pending::<()>().await;
    })
    .await;
    let vault = vault();
    let mut short = settings(&silent, &vault);
    short.timeout = Duration::from_millis(300);
    let exchange = transport(short, &vault).send(bare()).await;
    assert_eq!(said(&exchange), (FailureKind::Timeout, "no answer within 0.3 s"));
    let endless = serve_raw(|mut stream| async move {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n[").await;
        let filling = vec![b'1'; 1 << 16];
        while stream.write_all(&filling).await.is_ok() {}
    })
    .await;
    let exchange = send_one(&endless, bare()).await;
    assert_eq!((answer(&exchange).facts.body_bytes, answer(&exchange).facts.truncated), (8 << 20, true));
    let garbage = serve_bytes(b"SSH-2.0-OpenSSH_9.6\r\n\r\n".to_vec()).await;
    assert_eq!(failure(&send_one(&garbage, bare()).await).kind, FailureKind::Broken);
    let unknown: Url = "http://no-such-host.invalid/v1".parse().unwrap();
    assert_eq!(failure(&send_one(&unknown, bare()).await).kind, FailureKind::Dns);
}

/// A server that wants the certificate that is its own, for localhost.
async fn serve_mutual(made: &CertifiedKey<rcgen::KeyPair>) -> Url {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut roots = RootCertStore::empty();
    roots.add(made.cert.der().clone()).unwrap();
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build().unwrap();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let config = ServerConfig::builder()
        .with_client_cert_verifier(verifier)
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://localhost:{}/v1", listener.local_addr().unwrap().port());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let _ = stream.read(&mut [0; 4096]).await;
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").await;
            let _ = stream.shutdown().await;
        }
    });
    url.parse().unwrap()
}

#[tokio::test]
async fn it_trusts_the_same_authorities_and_shows_the_same_certificate() {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let base = serve_mutual(&made).await;
    let vault = vault();
    let identity = format!("{}{}", made.cert.pem(), made.signing_key.serialize_pem());
    let with = |ca: Vec<Vec<u8>>, identity: Option<String>| {
        let mut settings = settings(&base, &vault);
        settings.ca_pem = ca;
        settings.identity_pem = identity.map(Into::into);
        transport(settings, &vault)
    };
    let ca = || vec![made.cert.pem().into_bytes()];
    for request in [bare(), entry()] {
        let exchange = with(ca(), Some(identity.clone())).send(request.clone()).await;
        assert_eq!(answer(&exchange).status, 200);
        // Whether it ends in an alert or in a broken connection is the server's choice.
        assert!(with(ca(), None).send(request.clone()).await.result.is_err());
        let other = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap().cert.pem().into_bytes();
        let unknown = with(vec![other], Some(identity.clone())).send(request).await;
        assert_eq!(failure(&unknown).kind, FailureKind::Tls);
    }
}

/// A proxy that makes tunnels, and a log of what it was asked.
async fn serve_proxy(answer: &'static str) -> (Url, Arc<Mutex<Vec<String>>>) {
    let log = Arc::<Mutex<Vec<String>>>::default();
    let writer = log.clone();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://us%20er:secret@{}", listener.local_addr().unwrap()).parse().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(stream.read_u8().await.unwrap());
            }
            let head = String::from_utf8(head).unwrap();
            writer.lock().unwrap().push(head.clone());
            stream.write_all(answer.as_bytes()).await.unwrap();
            let target = head.split(' ').nth(1).unwrap().to_owned();
            if answer.contains(" 200 ") {
                let mut server = TcpStream::connect(target).await.unwrap();
                tokio::spawn(async move { copy_bidirectional(&mut stream, &mut server).await });
            }
        }
    });
    (url, log)
}

/// `us er:secret`.
const CREDENTIALS: &str = "Basic dXMgZXI6c2VjcmV0";

#[tokio::test]
async fn https_goes_through_the_proxy_in_a_tunnel() {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let base = serve_mutual(&made).await;
    let vault = vault();
    let (proxy, log) = serve_proxy("HTTP/1.1 200 Connection established\r\nx: y\r\n\r\n").await;
    let mut settings = settings(&base, &vault);
    settings.ca_pem = vec![made.cert.pem().into_bytes()];
    settings.identity_pem = Some(format!("{}{}", made.cert.pem(), made.signing_key.serialize_pem()).into());
    settings.proxy = Some(proxy);
    let transport = transport(settings, &vault);
    assert_eq!(answer(&transport.clone().send(bare()).await).status, 200);
    let shaken = transport.send(Request::probe(Target::Tls(Tls::Modern))).await;
    assert_eq!(answer(&shaken).facts.tls.as_ref().unwrap().version.as_deref(), Some("TLS 1.3"));
    let port = base.port().unwrap();
    for head in log.lock().unwrap().iter() {
        assert!(
            head.starts_with(&format!("CONNECT localhost:{port} HTTP/1.1\r\nHost: localhost:{port}\r\n")),
            "{head}"
        );
        assert!(head.contains(CREDENTIALS), "{head}");
    }
    assert_eq!(log.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn plain_http_goes_through_the_proxy_with_its_whole_url() {
    // An ordinary server sees what a proxy would see.
    let (proxy, log) = serve(linking()).await;
    let vault = vault();
    let base: Url = "http://source.example:8080/v1".parse().unwrap();
    let mut settings = settings(&base, &vault);
    settings.proxy = Some(format!("http://us%20er:secret@127.0.0.1:{}", proxy.port().unwrap()).parse().unwrap());
    let exchange = transport(settings, &vault).send(bare()).await;
    assert_eq!(answer(&exchange).status, 200);
    let seen = log.lock().unwrap().pop().unwrap();
    assert_eq!(seen.target, format!("http://source.example:8080/v1/certificates/{SUBJECT}?limit=1"));
    assert_eq!(seen.header("host"), Some("source.example:8080"));
    assert_eq!(seen.header("proxy-authorization"), Some(CREDENTIALS));
    assert!(!sent_headers(&exchange).contains_key("proxy-authorization"));
}

#[tokio::test]
async fn a_proxy_that_makes_no_tunnel_is_named() {
    let base: Url = "https://source.example/v1".parse().unwrap();
    let vault = vault();
    let through = |proxy: Url| {
        let mut settings = settings(&base, &vault);
        settings.proxy = Some(proxy);
        settings.ca_pem = vec![rcgen::generate_simple_self_signed(Vec::new()).unwrap().cert.pem().into_bytes()];
        transport(settings, &vault)
    };
    let (refusing, _) = serve_proxy("HTTP/1.1 403 Forbidden\r\n\r\n").await;
    let (garbling, _) = serve_proxy("SSH-2.0\r\n\r\n").await;
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    for (proxy, kind, words) in [
        (refusing, FailureKind::Connect, "the proxy answered 403 to CONNECT"),
        (garbling, FailureKind::Broken, "the proxy does not answer CONNECT with HTTP"),
        (format!("http://{closed}").parse().unwrap(), FailureKind::Connect, "the proxy: connection refused"),
        (
            "https://127.0.0.1:1".parse().unwrap(),
            FailureKind::NotConfigured,
            "this call does not go through a proxy that is itself reached over https",
        ),
    ] {
        let transport = through(proxy);
        for request in [bare(), Request::probe(Target::Tls(Tls::Only10))] {
            let exchange = transport.clone().send(request).await;
            assert_eq!(said(&exchange), (kind, words));
        }
    }
}

#[tokio::test]
async fn a_link_may_be_followed_without_accept_too() {
    let (base, log) = serve(linking()).await;
    let request = Request::link(Kind::Detail, format!("{base}/x?a=%2F")).varied(Variation::NoAccept);
    assert_eq!(answer(&send_one(&base, request).await).status, 200);
    assert_eq!(log.lock().unwrap()[0].target, "/api/v1/x?a=%2F");
}
