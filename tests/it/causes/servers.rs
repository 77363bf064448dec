//! Servers that are wrong in one way, on loopback. They end with the test process.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use serde_json::json;

/// A port on which nobody listens.
pub(super) fn refused_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A running server.
pub(super) struct Served {
    pub(super) port: u16,
    /// The certificate that is to vouch for it, as PEM.
    pub(super) authority: String,
}

fn serve(authority: String, answer: impl Fn(TcpStream) + Send + Sync + 'static) -> Served {
    serving(TcpListener::bind("127.0.0.1:0").unwrap(), authority, answer)
}

fn serving(listener: TcpListener, authority: String, answer: impl Fn(TcpStream) + Send + Sync + 'static) -> Served {
    let port = listener.local_addr().unwrap().port();
    let answer = Arc::new(answer);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let answer = Arc::clone(&answer);
            thread::spawn(move || answer(stream));
        }
    });
    Served { port, authority }
}

/// The head of a request, or what came of it.
fn head(stream: &mut TcpStream) -> String {
    let (mut head, mut chunk) = (Vec::new(), [0; 4096]);
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read(&mut chunk) {
            Ok(count @ 1..) => head.extend(&chunk[..count]),
            _ => break,
        }
        // No HTTP at all, as a TLS hello is.
        if head.first() == Some(&0x16) {
            break;
        }
    }
    String::from_utf8_lossy(&head).into_owned()
}

/// A server that answers every request with the same.
pub(super) fn answering(answer: &str) -> Served {
    let answer = answer.to_owned();
    serve(String::new(), move |mut stream| {
        head(&mut stream);
        stream.write_all(answer.as_bytes()).ok();
    })
}

/// An answer of that status without a body.
pub(super) fn answer(status: u16) -> String {
    format!("HTTP/1.1 {status} So\r\nretry-after: 0\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
}

/// A source that lists so many certificates of the citizen of these tests, with this link each, given its own origin; what
/// is behind a link answers with that status.
pub(super) fn listing(count: usize, link: fn(&str, usize) -> String, behind: u16) -> Served {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let origin = format!("http://127.0.0.1:{port}");
    let list = move |target: &str| {
        let url = format!("{origin}{target}");
        let items = (0..count).map(|place| {
            json!({ "id": format!("a{place}"), "language": "nl", "links": [{ "rel": "self", "href": link(&origin, place) }] })
        });
        json!({
            "certificates": items.collect::<Vec<_>>(),
            "pageMetadata": { "number": 1, "size": 10, "totalElements": count, "totalPages": usize::from(count > 0) },
            "links": [{ "rel": "self", "href": url }, { "rel": "start", "href": url }, { "rel": "last", "href": url }]
        })
    };
    serving(listener, String::new(), move |mut stream| {
        let head = head(&mut stream);
        let target = head.split(' ').nth(1).unwrap_or_default();
        let path = target.split('?').next().unwrap_or_default();
        let admitted = head.contains("Bearer a-token-of-somebody\r\n");
        let reply = match (admitted, path.strip_prefix("/v1/certificates/")) {
            (false, _) => answer(401),
            (true, Some("85073099932")) => {
                let body = list(target).to_string();
                let length = body.len();
                format!(
                    "HTTP/1.1 200 OK\r\ncontent-type: application/hal+json\r\ncontent-length: {length}\r\n\
                     connection: close\r\n\r\n{body}"
                )
            }
            (true, Some(below)) if below.starts_with("85073099932/") => answer(behind),
            (true, _) => answer(404),
        };
        stream.write_all(reply.as_bytes()).ok();
    })
}

/// A server that sends these bytes, whatever it is sent.
pub(super) fn bytes(bytes: Vec<u8>) -> Served {
    serve(String::new(), move |mut stream| {
        let _some = stream.read(&mut [0; 4096]);
        stream.write_all(&bytes).ok();
        // Until the other side has read it.
        let _rest = stream.read(&mut [0; 4096]);
    })
}

impl Served {
    /// A server over TLS with a certificate: `valid`, `expired`, `of tomorrow`, for an `other host`, or the `authority` itself.
    pub(super) fn tls(what: &str) -> Self {
        let mut of_authority = CertificateParams::new(["localhost".to_owned()]).unwrap();
        of_authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        of_authority.distinguished_name.push(DnType::CommonName, "an authority of its own");
        let key = KeyPair::generate().unwrap();
        let own_key = key.serialize_der();
        let authority = of_authority.self_signed(&key).unwrap();
        let issuer = Issuer::new(of_authority, key);
        let name = if what == "other host" { "api.example.be" } else { "localhost" };
        let mut of_server = CertificateParams::new([name.to_owned()]).unwrap();
        if what == "expired" {
            of_server.not_before = date_time_ymd(2020, 1, 1);
            of_server.not_after = date_time_ymd(2021, 1, 1);
        }
        if what == "of tomorrow" {
            of_server.not_before = date_time_ymd(2090, 1, 1);
            of_server.not_after = date_time_ymd(2091, 1, 1);
        }
        let key = KeyPair::generate().unwrap();
        let (certificate, key) = if what == "authority" {
            (authority.der().clone(), own_key)
        } else {
            (of_server.signed_by(&key, &issuer).unwrap().der().clone(), key.serialize_der())
        };
        let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate], PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key)))
            .unwrap();
        let config = Arc::new(config);
        serve(authority.pem(), move |mut stream| {
            let mut connection = rustls::ServerConnection::new(Arc::clone(&config)).unwrap();
            connection.complete_io(&mut stream).ok();
        })
    }
}

/// Where a source introspects, and as whom.
type Introspects = Arc<Mutex<(String, String, String)>>;

/// A source that has every token introspected, and refuses it where the issuer does not answer.
pub(super) struct Introspecting {
    pub(super) port: u16,
    with: Introspects,
}

impl Introspecting {
    pub(super) fn introspects_at(&self, url: &str, id: &str, secret: &str) {
        *self.with.lock().unwrap() = (url.to_owned(), id.to_owned(), secret.to_owned());
    }
}

/// `status`: what it says where the issuer does not answer; none: it closes the connection.
pub(super) fn introspecting(status: Option<u16>) -> Introspecting {
    let refusal = status.map(answer).unwrap_or_default();
    let with = Introspects::default();
    let own = Arc::clone(&with);
    let served = serve(String::new(), move |mut stream| {
        let head = head(&mut stream);
        let bearer = head.lines().find(|line| line.to_lowercase().starts_with("authorization:"));
        let token = bearer.and_then(|line| line.rsplit(' ').next()).unwrap_or_default();
        let (url, id, secret) = own.lock().unwrap().clone();
        let (host, path) = url.strip_prefix("http://").and_then(|rest| rest.split_once('/')).unwrap();
        let body = format!("token={token}&client_id={id}&client_secret={secret}");
        let mut issuer = TcpStream::connect(host).unwrap();
        let request = format!(
            "POST /{path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        );
        issuer.write_all(request.as_bytes()).unwrap();
        issuer.read_to_end(&mut Vec::new()).ok();
        // With a wrong secret it never learns whether a token is good.
        stream.write_all(refusal.as_bytes()).ok();
    });
    Introspecting { port: served.port, with }
}
