//! What network failures come to. No test asserts how long something took.

use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use super::*;
use crate::base::text::Text;
use crate::evidence::exchange::{FailureKind, Trouble};
use crate::transport::SettingsError;

#[tokio::test]
async fn nobody_listens() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base: Url = format!("http://{}/api/v1", listener.local_addr().unwrap()).parse().unwrap();
    drop(listener);
    let exchange = send_one(&base, entry()).await;
    let detail = Text::new("verbinding geweigerd", "connection refused");
    assert_eq!(*failure(&exchange), Failure::new(FailureKind::Connect, detail).with(Some(Trouble::Refused)));
}

#[tokio::test]
async fn the_host_is_unknown() {
    let base: Url = "http://no-such-host.invalid/api/v1".parse().unwrap();
    assert_eq!(failure(&send_one(&base, entry()).await).kind, FailureKind::Dns);
}

#[tokio::test]
async fn the_answer_is_no_http() {
    // Of a library's words both languages quote the same.
    let garbled = Text::new(
        "het antwoord is geen HTTP: “invalid HTTP version parsed”",
        "the answer is not HTTP: “invalid HTTP version parsed”",
    );
    let nothing = Text::new(
        "de server sloot de verbinding voor zijn antwoord volledig was",
        "the server closed the connection before its answer was complete",
    );
    let no_http = Some(Trouble::NoHttp);
    for (bytes, detail, trouble) in [(&b"SSH-2.0-OpenSSH_9.6\r\n\r\n"[..], garbled, no_http), (&[], nothing, None)] {
        let exchange = send_one(&serve_bytes(bytes.to_vec()).await, entry()).await;
        assert_eq!(*failure(&exchange), Failure::new(FailureKind::Broken, detail).with(trouble));
    }
}

#[tokio::test]
async fn too_many_headers_are_no_answer() {
    let headers = "x-filling: x\r\n".repeat(1000);
    let base = serve_bytes(format!("HTTP/1.1 200 OK\r\n{headers}\r\n").into_bytes()).await;
    let exchange = send_one(&base, entry()).await;
    assert_eq!(said(&exchange), (FailureKind::Broken, "the headers of the answer are too large"));
}

#[tokio::test]
async fn slowness_ends_at_the_deadline() {
    let silent = serve_raw(|stream| async move {
        let _open = stream;
        std::future::pending::<()>().await;
    })
    .await;
    let dripping = serve_raw(|mut stream| async move {
        let mut alive = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n").await;
        while alive.is_ok() {
            tokio::time::sleep(Duration::from_millis(5)).await;
            alive = stream.write_all(b"x").await;
        }
    })
    .await;
    for (base, words) in [(silent, "no answer within 0.3 s"), (dripping, "not the whole body within 0.3 s")] {
        let vault = vault();
        let mut settings = settings(&base, &vault);
        settings.timeout = Duration::from_millis(300);
        let exchange = transport(settings, &vault).send(entry()).await;
        assert_eq!(failure(&exchange).kind, FailureKind::Timeout);
        assert!(failure(&exchange).detail.en.ends_with(words), "{}", failure(&exchange).detail.en);
    }
}

/// A server with a certificate that it signed itself, for a name. Returns its port and the certificate.
async fn serve_tls(name: &str) -> (u16, Vec<u8>) {
    let made = rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let config = rustls::ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let _ = stream.read(&mut [0; 4096]).await;
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").await;
            let _ = stream.shutdown().await;
        }
    });
    (port, made.cert.pem().into_bytes())
}

async fn send_tls(port: u16, ca: Vec<Vec<u8>>) -> Exchange {
    let base: Url = format!("https://localhost:{port}/api/v1").parse().unwrap();
    let vault = vault();
    let mut settings = settings(&base, &vault);
    settings.ca_pem = ca;
    transport(settings, &vault).send(entry()).await
}

#[tokio::test]
async fn certificates_are_verified() {
    let (port, certificate) = serve_tls("localhost").await;
    let unknown = send_tls(port, Vec::new()).await;
    assert_eq!(said(&unknown), (FailureKind::Tls, "unknown issuer"));
    assert_eq!(answer(&send_tls(port, vec![certificate]).await).status, 200);
    let (port, certificate) = serve_tls("api.example.be").await;
    let other = send_tls(port, vec![certificate]).await;
    let detail =
        Text::new("certificaat niet geldig voor de naam localhost", "certificate not valid for name localhost");
    assert_eq!(*failure(&other), Failure::new(FailureKind::Tls, detail).with(Some(Trouble::WrongHostName)));
}

#[tokio::test]
async fn a_server_without_tls_on_an_https_port_is_named() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.read(&mut [0; 4096]).await;
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        }
    });
    let exchange = send_tls(port, Vec::new()).await;
    assert_eq!(said(&exchange), (FailureKind::Tls, "the server does not speak TLS here"));
}

#[tokio::test]
async fn unusable_settings_are_named_without_their_content() {
    let base: Url = "https://api.example.be/v1".parse().unwrap();
    let vault = vault();
    let with = |change: fn(&mut Settings)| {
        let mut settings = settings(&base, &vault);
        change(&mut settings);
        Transport::new(settings, vault.clone()).err()
    };
    assert_eq!(with(|_| ()), None);
    assert_eq!(with(|settings| settings.ca_pem = vec![b"junk".to_vec()]), Some(SettingsError::CaBundle("source")));
    assert_eq!(with(|settings| settings.acm_ca_pem = vec![Vec::new()]), Some(SettingsError::CaBundle("issuer")));
    assert_eq!(with(|settings| settings.identity_pem = Some("junk".into())), Some(SettingsError::Identity("source")));
    let socks = |settings: &mut Settings| settings.proxy = "socks5://127.0.0.1:1".parse().ok();
    assert_eq!(with(socks), Some(SettingsError::Proxy));
}
