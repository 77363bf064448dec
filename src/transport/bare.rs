//! A request exactly as it is told, below reqwest: that library adds an Accept header to whatever has none.

use std::io;
use std::sync::Arc;

use http_body_util::Empty;
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::{http1, http2};
use hyper::header::{HOST, HeaderName, HeaderValue, PROXY_AUTHORIZATION};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::ClientConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use secrecy::ExposeSecret as _;

use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_util::either::Either;
use url::{Position, Url};

use super::http::{Call, Transport, Unanswered};
use super::retry::Came;
use super::{tcp, tls, words};
use crate::base::href::without_brackets;
use crate::evidence::exchange::{Failure, FailureKind};
use crate::text;

/// An answer whose body still has to be read, with the connection that it comes over: dropped, that ends.
pub(super) type Answered = (hyper::Response<Incoming>, JoinSet<()>);

impl Transport {
    /// Sends a call over a connection of its own, with these headers and, where they name none, `Host`. The deadline is
    /// the caller's.
    pub(super) async fn send_bare(
        &self,
        call: &Call,
        headers: Vec<(HeaderName, HeaderValue)>,
    ) -> Result<Answered, Unanswered> {
        let broken = |error: &hyper::Error| {
            let came = if words::is_no_http(error) { Came::Final } else { Came::Broken };
            Unanswered(self.failure(FailureKind::Broken, &words::broken(error)).with(words::trouble(error)), came)
        };
        let stream = self.bare_connection(&call.url).await?;
        let request = self.bare_request(call, headers, is_http2(&stream))?;
        let mut tasks = JoinSet::new();
        // What breaks a connection shows in the answer or in its body.
        let answer = if is_http2(&stream) {
            let shaken = http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await;
            let (mut sender, connection) = shaken.map_err(|error| broken(&error))?;
            tasks.spawn(async move { drop(connection.await) });
            sender.send_request(request).await
        } else {
            let shaken = http1::handshake(TokioIo::new(stream)).await;
            let (mut sender, connection) = shaken.map_err(|error| broken(&error))?;
            tasks.spawn(async move { drop(connection.await) });
            sender.send_request(request).await
        };
        Ok((answer.map_err(|error| broken(&error))?, tasks))
    }

    fn bare_request(
        &self,
        call: &Call,
        headers: Vec<(HeaderName, HeaderValue)>,
        is_http2: bool,
    ) -> Result<hyper::Request<Empty<Bytes>>, Failure> {
        let url = &call.url;
        let proxy = self.settings.proxy.as_ref().filter(|_| url.scheme() == "http");
        // A call may name another host than the one that it goes to.
        let named = headers.iter().find(|(name, _)| *name == HOST).and_then(|(_, value)| value.to_str().ok());
        // A proxy is told the whole URL where there is no tunnel (RFC 9112, section 3.2.2). HTTP/2 takes its parts from it.
        let from = if proxy.is_some() || is_http2 { Position::BeforeScheme } else { Position::BeforePath };
        let uri = match named.filter(|_| is_http2) {
            Some(host) => format!("{}://{host}{}", url.scheme(), &url[Position::BeforePath..Position::AfterQuery]),
            None => url[from..Position::AfterQuery].to_owned(),
        };
        let is_named = named.is_some();
        let mut request = hyper::Request::builder().method(call.method.clone()).uri(uri);
        if !is_http2 && !is_named {
            request = request.header(HOST, &url[Position::BeforeHost..Position::AfterPort]);
        }
        if let Some(value) = proxy.and_then(tcp::proxy_authorization) {
            request = request.header(PROXY_AUTHORIZATION, value.expose_secret());
        }
        for (name, value) in headers.into_iter().filter(|(name, _)| !is_http2 || *name != HOST) {
            request = request.header(name, value);
        }
        let words = || text!("van deze URL is geen oproep te maken", "no call can be made of this URL");
        let unfit = |_| self.failure(FailureKind::NotConfigured, &words());
        request.body(Empty::new()).map_err(unfit)
    }

    async fn bare_connection(&self, url: &Url) -> Result<Stream, Failure> {
        let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default()) else {
            let words = text!("de URL noemt geen host", "the URL names no host");
            return Err(self.failure(FailureKind::NotConfigured, &words));
        };
        let (proxy, within) = (self.settings.proxy.as_ref(), self.settings.connect_timeout());
        let masked = |failure: Failure| self.failure(failure.kind, &failure.detail).with(failure.trouble);
        if url.scheme() == "http" {
            let stream = match proxy {
                Some(proxy) => tcp::to_proxy(proxy, within).await,
                None => tcp::connect(host, port, None, within).await,
            };
            return stream.map(Either::Left).map_err(masked);
        }
        let config = self.bare_tls().await?;
        let stream = tcp::connect(host, port, proxy, within).await.map_err(masked)?;
        let name = server_name(host).map_err(masked)?;
        let stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await;
        let refused = |error: io::Error| masked(tls::named(&error));
        Ok(Either::Right(Box::new(stream.map_err(refused)?)))
    }

    /// The same trust and the same certificate of ours as for every other call.
    async fn bare_tls(&self) -> Result<ClientConfig, Failure> {
        let unusable = |error: &dyn std::fmt::Display| {
            let words = text!(
                "het clientcertificaat is niet bruikbaar: “{error}”",
                "the client certificate cannot be used: “{error}”"
            );
            self.failure(FailureKind::NotConfigured, &words)
        };
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| self.failure(FailureKind::Tls, &words::tls(&error)))?
            .with_root_certificates(self.roots().await?);
        let mut config = match &self.settings.identity_pem {
            None => builder.with_no_client_auth(),
            Some(pem) => {
                let pem = pem.expose_secret().as_bytes();
                let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
                let key = PrivateKeyDer::from_pem_slice(pem).map_err(|error| unusable(&error))?;
                let chain = chain.map_err(|error| unusable(&error))?;
                builder.with_client_auth_cert(chain, key).map_err(|error| unusable(&error))?
            }
        };
        // The server chooses, as it does for every other call.
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(config)
    }
}

/// The name for which a certificate has to be valid. A URL writes an IPv6 address in brackets.
fn server_name(host: &str) -> Result<ServerName<'static>, Failure> {
    let host = without_brackets(host);
    ServerName::try_from(host.to_owned()).map_err(|_| Failure::new(FailureKind::Dns, words::no_name()))
}

/// A connection, encrypted or not.
type Stream = Either<TcpStream, Box<TlsStream<TcpStream>>>;

/// Whether the server chose HTTP/2.
fn is_http2(stream: &Stream) -> bool {
    match stream {
        Either::Left(_) => false,
        Either::Right(stream) => stream.get_ref().1.alpn_protocol() == Some(b"h2"),
    }
}
