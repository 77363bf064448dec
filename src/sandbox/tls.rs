//! Certificates made at start, and a listener that speaks TLS without letting a slow handshake hold up the others.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use rustls::{RootCertStore, ServerConfig};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio_rustls::TlsAcceptor;
use tokio_util::either::Either;

use super::site::Server;
use super::wire::{End, Fate, Protocol};

/// What the source shows of itself in a TLS handshake; all but the first are not conformant (URL-02).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServerCertificate {
    /// A certificate of the sandbox's authority for the names of loopback.
    Valid,
    /// The same, valid until yesterday.
    Expired,
    /// One for another host.
    OtherHost,
    /// One that no authority signed.
    SelfSigned,
}

/// A handshake that takes longer is given up.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// The names of this machine that a certificate of ours is for.
const LOOPBACK: [&str; 3] = ["127.0.0.1", "::1", "localhost"];

/// The sandbox's own certificate authority.
pub(super) struct Authority {
    pub ca_pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    /// Makes an authority, valid from three days ago for so many days.
    pub(super) fn new(days: i64) -> io::Result<Self> {
        let mut params = Self::params();
        limit_validity(&mut params, -3, days)?;
        let key = KeyPair::generate().map_err(io::Error::other)?;
        let ca_pem = params.self_signed(&key).map_err(io::Error::other)?.pem();
        Ok(Self { ca_pem, issuer: Issuer::new(params, key) })
    }

    /// The authority of an earlier start, by its certificate and its key (PEM).
    pub(super) fn kept(ca_pem: &str, key_pem: &str) -> io::Result<Self> {
        let key = KeyPair::from_pem(key_pem).map_err(io::Error::other)?;
        // What signs is name and key; they are the same as in the certificate.
        Ok(Self { ca_pem: ca_pem.to_owned(), issuer: Issuer::new(Self::params(), key) })
    }

    /// Its private key, as PEM.
    pub(super) fn key_pem(&self) -> String {
        self.issuer.key().serialize_pem()
    }

    fn params() -> CertificateParams {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.distinguished_name.push(DnType::CommonName, "bronkeur sandbox CA");
        params
    }

    /// A certificate for a client of that id, and its key, both as PEM.
    pub(super) fn client_certificate(&self, id: &str) -> io::Result<(String, String)> {
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, id);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        limit_validity(&mut params, -1, 90)?;
        let key = KeyPair::generate().map_err(io::Error::other)?;
        let certificate = params.signed_by(&key, &self.issuer).map_err(io::Error::other)?;
        Ok((certificate.pem(), key.serialize_pem()))
    }

    /// A certificate for a server on this machine, and its key, both as PEM. `host` is one more name that it bears.
    pub(super) fn server_certificate(&self, host: Option<&str>) -> io::Result<(String, String)> {
        let mut names = LOOPBACK.map(str::to_owned).to_vec();
        names.extend(host.filter(|host| !LOOPBACK.contains(host)).map(str::to_owned));
        let mut params = CertificateParams::new(names).map_err(io::Error::other)?;
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, host.unwrap_or("localhost"));
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.use_authority_key_identifier_extension = true;
        limit_validity(&mut params, -1, 90)?;
        let key = KeyPair::generate().map_err(io::Error::other)?;
        let certificate = params.signed_by(&key, &self.issuer).map_err(io::Error::other)?;
        Ok((certificate.pem(), key.serialize_pem()))
    }

    /// Asks every caller for a certificate of this authority, and lets in those that have none.
    fn client_verifier(&self) -> io::Result<Arc<dyn ClientCertVerifier>> {
        let mut roots = RootCertStore::empty();
        let own = CertificateDer::from_pem_slice(self.ca_pem.as_bytes()).map_err(io::Error::other)?;
        roots.add(own).map_err(io::Error::other)?;
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
        builder.allow_unauthenticated().build().map_err(io::Error::other)
    }

    /// What a server with such a certificate needs for its handshakes. The ACM asks its callers for a certificate.
    pub(super) fn acceptor(
        &self,
        shape: ServerCertificate,
        server: Server,
        protocol: Protocol,
    ) -> io::Result<TlsAcceptor> {
        let names = match shape {
            ServerCertificate::OtherHost => vec!["source.invalid".to_owned()],
            _ => LOOPBACK.map(str::to_owned).to_vec(),
        };
        let (first, last) = if shape == ServerCertificate::Expired { (-2, -1) } else { (-1, 90) };
        let mut params = CertificateParams::new(names).map_err(io::Error::other)?;
        params.distinguished_name.push(DnType::CommonName, "bronkeur sandbox");
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        limit_validity(&mut params, first, last)?;
        let key = KeyPair::generate().map_err(io::Error::other)?;
        let certificate = if shape == ServerCertificate::SelfSigned {
            params.self_signed(&key)
        } else {
            params.use_authority_key_identifier_extension = true;
            params.signed_by(&key, &self.issuer)
        };
        let chain = vec![certificate.map_err(io::Error::other)?.der().clone()];
        let key = PrivateKeyDer::try_from(key.serialize_der()).map_err(io::Error::other)?;
        let builder = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?;
        let builder = match server {
            Server::Acm => builder.with_client_cert_verifier(self.client_verifier()?),
            Server::Source | Server::Mbp | Server::Application => builder.with_no_client_auth(),
        };
        let mut config = builder.with_single_cert(chain, key).map_err(io::Error::other)?;
        let spoken: &[&[u8]] = match protocol {
            Protocol::Both => &[b"h2", b"http/1.1"],
            Protocol::Http1 => &[b"http/1.1"],
            Protocol::Http2 => &[b"h2"],
        };
        config.alpn_protocols = spoken.iter().map(|name| name.to_vec()).collect();
        Ok(TlsAcceptor::from(Arc::new(config)))
    }
}

/// Makes a certificate valid between two midnights, so many days from today.
fn limit_validity(params: &mut CertificateParams, first: i64, last: i64) -> io::Result<()> {
    let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let day = |days: i64| {
        let date = today.checked_add(jiff::Span::new().days(days)).map_err(io::Error::other)?;
        let part = |part: i8| u8::try_from(part).map_err(io::Error::other);
        Ok::<_, io::Error>(rcgen::date_time_ymd(date.year().into(), part(date.month())?, part(date.day())?))
    };
    params.not_before = day(first)?;
    params.not_after = day(last)?;
    Ok(())
}

/// How connections of a listener begin.
#[derive(Clone)]
pub(super) struct Handshake {
    /// `None` for plain http.
    pub acceptor: Option<TlsAcceptor>,
    /// Whether a hello of TLS 1.0 or 1.1 gets one back.
    pub answers_old_tls: bool,
}

/// A server's hello in an old version, up to where the prober has seen enough: rustls itself speaks none.
/// `None` where the caller offers a newer version or is no TLS client at all.
async fn old_hello(stream: &TcpStream) -> Option<Vec<u8>> {
    // Record header (5), handshake header (4), and the greatest version that the caller offers (2).
    let mut start = [0; 11];
    let started = async {
        while stream.peek(&mut start).await.ok()? < start.len() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Some(start)
    };
    let [22, 3, _, _, _, 1, _, _, _, 3, minor @ 1..=2] = tokio::time::timeout(HANDSHAKE, started).await.ok()?? else {
        return None;
    };
    let mut hello = vec![22, 3, minor, 0, 42, 2, 0, 0, 38, 3, minor];
    hello.extend([7; 32]);
    // No session, TLS_RSA_WITH_AES_128_CBC_SHA, no compression.
    hello.extend([0, 0, 0x2f, 0]);
    Some(hello)
}

/// A connection, encrypted or not.
type Inner = Either<TcpStream, Box<tokio_rustls::server::TlsStream<TcpStream>>>;

/// A connection that ends when what answers its calls says so.
pub(super) struct Stream {
    inner: Inner,
    fate: Arc<Fate>,
    /// The last answer is being written.
    is_last: bool,
    is_over: bool,
}

impl Stream {
    fn new(inner: Inner) -> Self {
        Self { inner, fate: Arc::default(), is_last: false, is_over: false }
    }

    /// An error where the connection ends at once.
    fn broken(&self) -> io::Result<()> {
        let Some(end @ (End::Now | End::Reset)) = self.fate.decided() else { return Ok(()) };
        if end == End::Reset {
            let stream = match &self.inner {
                Either::Left(stream) => stream,
                Either::Right(stream) => stream.get_ref().0,
            };
            stream.set_zero_linger()?;
        }
        Err(io::ErrorKind::ConnectionAborted.into())
    }

    /// The common name in the caller's certificate; the handshake has verified who signed it.
    fn certificate(&self) -> Option<String> {
        let Either::Right(stream) = &self.inner else { return None };
        let (_, connection) = stream.get_ref();
        let shown = connection.peer_certificates()?.first()?;
        let (_, certificate) = x509_parser::parse_x509_certificate(shown).ok()?;
        let name = certificate.subject().iter_common_name().next()?;
        name.as_str().ok().map(str::to_owned)
    }
}

impl AsyncRead for Stream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let stream = self.get_mut();
        if stream.is_over {
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut stream.inner).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let stream = self.get_mut();
        stream.broken()?;
        stream.is_last = stream.fate.decided().is_some();
        Pin::new(&mut stream.inner).poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let stream = self.get_mut();
        let flushed = Pin::new(&mut stream.inner).poll_flush(cx);
        if flushed.is_ready() && stream.is_last && !stream.is_over {
            stream.is_over = true;
            // The next read tells the server that nothing more comes.
            cx.waker().wake_by_ref();
        }
        flushed
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_shutdown(cx)
    }
}

/// Gives connections whose handshake is done.
pub(super) struct Connections {
    ready: mpsc::Receiver<(Stream, SocketAddr)>,
    address: SocketAddr,
}

impl Connections {
    /// Starts accepting on `listener`, until `stop` changes. While `reachable` is false every connection is dropped.
    pub(super) fn start(
        listener: TcpListener,
        handshake: Handshake,
        reachable: Arc<AtomicBool>,
        mut stop: watch::Receiver<()>,
    ) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let (sender, ready) = mpsc::channel(64);
        tokio::spawn(async move {
            loop {
                let accepted = tokio::select! {
                    _ = stop.changed() => return,
                    accepted = listener.accept() => accepted,
                };
                match accepted {
                    Ok((stream, peer)) if reachable.load(Ordering::Relaxed) => {
                        // Small answers, many of them: waiting to fill a packet would cost 40 ms each.
                        stream.set_nodelay(true).ok();
                        tokio::spawn(hand_over(stream, peer, handshake.clone(), sender.clone()));
                    }
                    Ok(_) => {}
                    // Too many open files and the like: they pass.
                    Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
                }
            }
        });
        Ok(Self { ready, address })
    }
}

async fn hand_over(
    mut stream: TcpStream,
    peer: SocketAddr,
    handshake: Handshake,
    sender: mpsc::Sender<(Stream, SocketAddr)>,
) {
    if handshake.answers_old_tls
        && let Some(hello) = old_hello(&stream).await
    {
        stream.write_all(&hello).await.ok();
        return;
    }
    let stream = match handshake.acceptor {
        None => Either::Left(stream),
        Some(acceptor) => match tokio::time::timeout(HANDSHAKE, acceptor.accept(stream)).await {
            Ok(Ok(stream)) => Either::Right(Box::new(stream)),
            // Probes of TLS versions end here; there is nothing to answer.
            Ok(Err(_)) | Err(_) => return,
        },
    };
    sender.send((Stream::new(stream), peer)).await.ok();
}

impl Listener for Connections {
    type Io = Stream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Stream, SocketAddr) {
        match self.ready.recv().await {
            Some(connection) => connection,
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }
}

/// Who calls.
#[derive(Clone, Debug)]
pub(super) struct Peer {
    pub address: SocketAddr,
    /// The common name in the certificate that was shown.
    pub certificate: Option<String>,
    /// What becomes of the connection.
    pub fate: Arc<Fate>,
}

impl Connected<IncomingStream<'_, Connections>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Connections>) -> Self {
        let io = stream.io();
        Self { address: *stream.remote_addr(), certificate: io.certificate(), fate: Arc::clone(&io.fate) }
    }
}
