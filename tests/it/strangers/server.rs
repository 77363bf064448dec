//! An HTTP/1.1 server on loopback that can send anything: a stranger's source must be able to be wrong in every way.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// A request as it came.
#[derive(Clone, Debug, Default)]
pub(super) struct Inbound {
    pub(super) method: String,
    /// Path and query, raw.
    pub(super) target: String,
    pub(super) headers: Vec<(String, String)>,
    /// How many requests this server had before.
    pub(super) number: usize,
    /// How many requests came before on the same connection.
    pub(super) on_connection: usize,
}

impl Inbound {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub(super) fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    pub(super) fn query(&self) -> Option<&str> {
        self.target.split_once('?').map(|(_, query)| query)
    }

    /// The raw value of a parameter of the query.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.query()?.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
    }
}

/// How a body is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Wire {
    #[default]
    Length,
    Chunked,
    /// No length: the end of the connection is the end of the body.
    UntilClose,
    /// The connection ends without an answer.
    Nothing,
}

/// An answer.
#[derive(Clone, Debug, Default)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
    pub(super) wire: Wire,
    /// The connection ends after this answer, without having said so.
    pub(super) hangs_up: bool,
    /// How long it waits.
    pub(super) delay: Duration,
}

impl Reply {
    pub(super) fn new(status: u16) -> Self {
        Self { status, ..Self::default() }
    }

    pub(super) fn with(status: u16, media_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let mut reply = Self::new(status);
        reply.set("content-type", media_type);
        reply.body = body.into();
        reply
    }

    pub(super) fn nothing() -> Self {
        Self { wire: Wire::Nothing, ..Self::new(200) }
    }

    pub(super) fn set(&mut self, name: &str, value: &str) {
        self.drop_header(name);
        self.headers.push((name.to_owned(), value.to_owned()));
    }

    pub(super) fn drop_header(&mut self, name: &str) {
        self.headers.retain(|(own, _)| !own.eq_ignore_ascii_case(name));
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// Whoever answers.
pub(super) trait Answers: Send + Sync + 'static {
    fn answer(&self, asked: Inbound) -> impl Future<Output = Reply> + Send;
}

/// A server that ends when it is dropped.
pub(super) struct Server {
    task: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A certificate for 127.0.0.1 and localhost, and the authority behind it (PEM).
pub(super) fn certificate() -> (TlsAcceptor, String) {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    params.distinguished_name.push(DnType::CommonName, "strangers CA");
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let mut own = CertificateParams::new(vec!["127.0.0.1".to_owned(), "localhost".to_owned()]).unwrap();
    own.use_authority_key_identifier_extension = true;
    let key = KeyPair::generate().unwrap();
    let chain = vec![own.signed_by(&key, &authority).unwrap().der().clone()];
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    (acceptor(chain, key), authority.pem())
}

/// TLS with this certificate.
pub(super) fn acceptor(chain: Vec<CertificateDer<'static>>, key: PrivateKeyDer<'static>) -> TlsAcceptor {
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}

/// Serves on a listener until the server is dropped.
pub(super) fn serve(listener: TcpListener, acceptor: Option<TlsAcceptor>, source: Arc<impl Answers>) -> Server {
    let count = Arc::new(AtomicUsize::new(0));
    let task = tokio::spawn(async move {
        let mut connections = tokio::task::JoinSet::new();
        while let Ok((stream, _)) = listener.accept().await {
            stream.set_nodelay(true).ok();
            let (acceptor, source, count) = (acceptor.clone(), Arc::clone(&source), Arc::clone(&count));
            connections.spawn(async move {
                match acceptor {
                    None => talk(stream, &*source, &count).await.ok(),
                    Some(acceptor) => match acceptor.accept(stream).await {
                        Ok(stream) => talk(stream, &*source, &count).await.ok(),
                        Err(_) => None,
                    },
                };
            });
            while connections.try_join_next().is_some() {}
        }
    });
    Server { task }
}

async fn talk(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    source: &impl Answers,
    count: &AtomicUsize,
) -> io::Result<()> {
    let mut buffer = Vec::new();
    for on_connection in 0.. {
        let Some(mut asked) = request(&mut stream, &mut buffer).await? else { return Ok(()) };
        asked.on_connection = on_connection;
        asked.number = count.fetch_add(1, Ordering::Relaxed);
        let head_only = asked.method == "HEAD";
        let closes = asked.header("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"));
        let reply = source.answer(asked).await;
        if !reply.delay.is_zero() {
            tokio::time::sleep(reply.delay).await;
        }
        if reply.wire == Wire::Nothing {
            return Ok(());
        }
        stream.write_all(&bytes_of(&reply, head_only)).await?;
        stream.flush().await?;
        if closes || reply.hangs_up || reply.wire == Wire::UntilClose {
            break;
        }
    }
    stream.shutdown().await
}

async fn request(stream: &mut (impl AsyncRead + Unpin), buffer: &mut Vec<u8>) -> io::Result<Option<Inbound>> {
    let end = loop {
        if let Some(at) = buffer.windows(4).position(|four| four == b"\r\n\r\n") {
            break at;
        }
        if stream.read_buf(buffer).await? == 0 {
            return Ok(None);
        }
    };
    let head = String::from_utf8_lossy(&buffer[..end]).into_owned();
    buffer.drain(..end + 4);
    let mut lines = head.split("\r\n");
    let mut first = lines.next().unwrap_or_default().split(' ');
    let mut asked = Inbound {
        method: first.next().unwrap_or_default().to_owned(),
        target: first.next().unwrap_or_default().to_owned(),
        ..Inbound::default()
    };
    for line in lines {
        if let Some((name, value)) = line.split_once(':') {
            asked.headers.push((name.to_owned(), value.trim().to_owned()));
        }
    }
    let length: usize = asked.header("content-length").and_then(|value| value.parse().ok()).unwrap_or(0);
    while buffer.len() < length {
        if stream.read_buf(buffer).await? == 0 {
            return Ok(None);
        }
    }
    buffer.drain(..length);
    Ok(Some(asked))
}

fn bytes_of(reply: &Reply, head_only: bool) -> Vec<u8> {
    let reason = match reply.status {
        200 => "OK",
        204 => "No Content",
        304 => "Not Modified",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        406 => "Not Acceptable",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        _ => "Status",
    };
    let mut bytes = format!("HTTP/1.1 {} {reason}\r\n", reply.status).into_bytes();
    for (name, value) in &reply.headers {
        bytes.extend(format!("{name}: {value}\r\n").as_bytes());
    }
    let without_body = matches!(reply.status, 204 | 304);
    match reply.wire {
        Wire::Length if without_body => {}
        Wire::Length => bytes.extend(format!("content-length: {}\r\n", reply.body.len()).as_bytes()),
        Wire::Chunked => bytes.extend(b"transfer-encoding: chunked\r\n"),
        Wire::UntilClose | Wire::Nothing => bytes.extend(b"connection: close\r\n"),
    }
    bytes.extend(b"\r\n");
    if head_only || without_body {
        return bytes;
    }
    if reply.wire == Wire::Chunked {
        for chunk in reply.body.chunks(97) {
            bytes.extend(format!("{:x}\r\n", chunk.len()).as_bytes());
            bytes.extend(chunk);
            bytes.extend(b"\r\n");
        }
        bytes.extend(b"0\r\n\r\n");
    } else {
        bytes.extend(&reply.body);
    }
    bytes
}
