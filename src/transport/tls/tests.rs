//! Handshakes on loopback: canned bytes for what no library serves any more, and real servers.

use std::net::SocketAddr;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use rustls::server::WebPkiClientVerifier;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::*;

const SOON: Duration = Duration::from_secs(5);

/// A ServerHello of TLS 1.0 without extensions.
fn old_hello() -> Vec<u8> {
    let mut record = vec![0x16, 3, 1, 0, 42, 2, 0, 0, 38, 3, 1];
    record.extend([7; 32]);
    record.extend([0, 0xc0, 0x14, 0]);
    record
}

/// Some authority, so that there is one; it signed nothing here.
fn authority() -> RootCertStore {
    let mut ca = CertificateParams::new(Vec::new()).unwrap();
    ca.distinguished_name.push(DnType::CommonName, "another authority");
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let mut roots = RootCertStore::empty();
    roots.add(ca.self_signed(&KeyPair::generate().unwrap()).unwrap().der().clone()).unwrap();
    roots
}

/// A server that answers whatever comes with these bytes, and then ends the connection or stays silent.
async fn canned(bytes: Vec<u8>, ends: bool) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let Ok((mut stream, _)) = listener.accept().await else { return };
            let bytes = bytes.clone();
            tokio::spawn(async move {
                let mut hello = [0; 4096];
                let _ = stream.read(&mut hello).await;
                let _ = stream.write_all(&bytes).await;
                if !ends {
                    tokio::time::sleep(Duration::from_mins(1)).await;
                }
            });
        }
    });
    address
}

async fn ask(address: SocketAddr, offer: Tls, roots: RootCertStore, timeout: Duration) -> Result<TlsFacts, Failure> {
    named("127.0.0.1", address, offer, roots, timeout).await
}

/// Asks for a host by its name.
async fn named(
    host: &str,
    address: SocketAddr,
    offer: Tls,
    roots: RootCertStore,
    timeout: Duration,
) -> Result<TlsFacts, Failure> {
    let stream = TcpStream::connect(address).await.unwrap();
    handshake(stream, host, offer, Arc::new(roots), timeout).await
}

fn kind(result: Result<TlsFacts, Failure>) -> FailureKind {
    result.unwrap_err().kind
}

#[tokio::test]
async fn an_old_hello_is_recognised_and_an_alert_or_an_end_is_a_refusal() {
    let old = canned(old_hello(), false).await;
    for offer in [Tls::Only10, Tls::Only11, Tls::Control] {
        let facts = ask(old, offer, RootCertStore::empty(), SOON).await.unwrap();
        assert_eq!((facts.version.as_deref(), facts.refusal), (Some("TLS 1.0"), None));
    }
    let alert = canned(vec![0x15, 3, 1, 0, 2, 2, 70], true).await;
    let facts = ask(alert, Tls::Only10, RootCertStore::empty(), SOON).await.unwrap();
    assert_eq!((facts.version, facts.refusal.as_deref()), (None, Some("alert protocol_version")));
    let end = canned(Vec::new(), true).await;
    let facts = ask(end, Tls::Only11, RootCertStore::empty(), SOON).await.unwrap();
    assert_eq!((facts.version, facts.refusal.as_deref()), (None, Some("connection closed")));
}

#[tokio::test]
async fn garbage_silence_and_a_flood_show_nothing() {
    let garbage = canned(b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec(), true).await;
    assert_eq!(kind(ask(garbage, Tls::Only10, RootCertStore::empty(), SOON).await), FailureKind::Broken);
    assert_eq!(kind(ask(garbage, Tls::Modern, authority(), SOON).await), FailureKind::Tls);
    // Records that begin a hello of sixteen million bytes and never end it.
    let mut flood = vec![0x16, 3, 1, 0x3f, 0xff, 2, 0xff, 0xff, 0xff];
    flood.extend(vec![0; 0x3fff - 4]);
    flood.extend(vec![0x16, 3, 1, 0x3f, 0xff]);
    flood.extend(vec![0; 0x3fff]);
    let flood = canned(flood, false).await;
    assert_eq!(kind(ask(flood, Tls::Only10, RootCertStore::empty(), SOON).await), FailureKind::Broken);
    let silence = canned(Vec::new(), false).await;
    let short = Duration::from_millis(200);
    for offer in [Tls::Only10, Tls::Modern] {
        assert_eq!(kind(ask(silence, offer, authority(), short).await), FailureKind::Timeout);
    }
    let end = canned(Vec::new(), true).await;
    assert_eq!(kind(ask(end, Tls::Modern, authority(), SOON).await), FailureKind::Broken);
}

/// A certificate authority and a server that shows a certificate of it, for these names.
async fn server(
    names: &[&str],
    not_after: (i32, u8, u8),
    only_12: bool,
    wants_certificate: bool,
) -> (SocketAddr, RootCertStore) {
    let ca_key = KeyPair::generate().unwrap();
    let mut ca = CertificateParams::new(Vec::new()).unwrap();
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca_certificate = ca.self_signed(&ca_key).unwrap();
    let key = KeyPair::generate().unwrap();
    let mut leaf = CertificateParams::new(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()).unwrap();
    leaf.not_after = rcgen::date_time_ymd(not_after.0, not_after.1, not_after.2);
    let leaf = leaf.signed_by(&key, &Issuer::new(ca, &ca_key)).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(ca_certificate.der().clone()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let versions: &[_] = if only_12 { &[&rustls::version::TLS12] } else { rustls::ALL_VERSIONS };
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider)).with_protocol_versions(versions).unwrap();
    let builder = if wants_certificate {
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots.clone()), provider).build().unwrap();
        builder.with_client_cert_verifier(verifier)
    } else {
        builder.with_no_client_auth()
    };
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(builder.with_single_cert(vec![leaf.der().clone()], key).unwrap()));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move { acceptor.accept(stream).await.map(drop) });
        }
    });
    (address, roots)
}

#[tokio::test]
async fn a_modern_server_is_verified_and_its_expiry_noted() {
    let date: Timestamp = "2046-05-04T00:00:00Z".parse().unwrap();
    for (only_12, wants_certificate, version) in
        [(false, false, "TLS 1.3"), (true, false, "TLS 1.2"), (false, true, "TLS 1.3"), (true, true, "TLS 1.2")]
    {
        let (address, roots) = server(&["127.0.0.1"], (2046, 5, 4), only_12, wants_certificate).await;
        let facts = ask(address, Tls::Modern, roots, SOON).await.unwrap();
        assert_eq!(facts, TlsFacts { version: Some(version.into()), refusal: None, not_after: Some(date) });
        let control = ask(address, Tls::Control, RootCertStore::empty(), SOON).await.unwrap();
        assert_eq!(control.version.as_deref(), Some(version));
        for offer in [Tls::Only10, Tls::Only11] {
            let refused = ask(address, offer, RootCertStore::empty(), SOON).await.unwrap();
            assert!(refused.version.is_none() && refused.refusal.unwrap().starts_with("alert "));
        }
    }
}

#[tokio::test]
async fn a_certificate_that_is_not_right_is_named() {
    let (address, roots) = server(&["127.0.0.1"], (2046, 5, 4), false, false).await;
    let unknown = ask(address, Tls::Modern, authority(), SOON).await.unwrap_err();
    assert_eq!((unknown.kind, unknown.detail.en.as_str()), (FailureKind::Tls, "unknown issuer"));
    let other = named("localhost", address, Tls::Modern, roots, SOON).await.unwrap_err();
    assert_eq!((other.kind, other.detail.en.as_str()), (FailureKind::Tls, "certificate not valid for name localhost"));
    let (address, roots) = server(&["127.0.0.1"], (2020, 1, 1), false, false).await;
    let expired = ask(address, Tls::Modern, roots, SOON).await.unwrap_err();
    assert_eq!((expired.kind, expired.detail.en.as_str()), (FailureKind::Tls, "certificate expired"));
}
