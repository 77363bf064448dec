//! TLS handshakes without HTTP after them: what a server speaks, and whether its certificate is valid.
//!
//! The modern one is made by rustls, which knows only TLS 1.2 and 1.3. For older versions we send a hello of our own
//! (`hello`) and read no more than the first answer to it (`answer`).

use std::io;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use rustls::client::ResolvesClientCert;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::words;
use crate::base::href::without_brackets;
use crate::base::text::Text;
use crate::evidence::exchange::{Failure, FailureKind, Tls, TlsFacts, Trouble};
use crate::text;

mod answer;
mod hello;
#[cfg(test)]
mod tests;

pub(super) use answer::alert_name;
use answer::{Answer, MOST};

/// Makes one handshake over a connection, and ends it.
///
/// # Errors
/// [`FailureKind::Tls`] where the server's certificate or what it speaks is not right (a [`Tls::Modern`] handshake
/// only); the other kinds where nothing could be seen.
pub(super) async fn handshake(
    stream: TcpStream,
    host: &str,
    offer: Tls,
    roots: Arc<RootCertStore>,
    within: Duration,
) -> Result<TlsFacts, Failure> {
    // A URL writes an IPv6 address in brackets.
    let host = without_brackets(host);
    let spoken = async {
        match offer {
            Tls::Modern => modern(host, stream, roots).await,
            Tls::Control | Tls::Only11 | Tls::Only10 => old(host, stream, offer).await,
        }
    };
    timeout(within, spoken).await.map_err(|_| {
        failure(FailureKind::Timeout, text!("geen antwoord op de TLS-hello", "no answer to the TLS hello"))
    })?
}

fn failure(kind: FailureKind, detail: Text) -> Failure {
    Failure::new(kind, detail)
}

/// Our own hello, and the first answer to it.
async fn old(host: &str, mut stream: TcpStream, offer: Tls) -> Result<TlsFacts, Failure> {
    let name = host.parse::<IpAddr>().is_err().then_some(host);
    let sent = stream.write_all(&hello::client_hello(offer, name)).await;
    let mut received = Vec::new();
    // Where sending failed the server may have refused already: what it said can still be read.
    let ended = loop {
        let mut chunk = [0; 4096];
        match stream.read(&mut chunk).await {
            Ok(0) => break "connection closed",
            Ok(count) => received.extend(chunk.get(..count).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::ConnectionReset => break "connection reset",
            Err(error) => return Err(failure(FailureKind::Broken, Text::of_system(&error))),
        }
        if received.len() > MOST {
            let words = text!("de server stuurde meer dan een TLS-hello", "the server sent more than a TLS hello");
            return Err(failure(FailureKind::Broken, words));
        }
        match answer::read(&received) {
            Answer::More => {}
            Answer::Hello(version) => return Ok(TlsFacts { version: Some(version), ..TlsFacts::default() }),
            Answer::Alert(alert) => return Ok(refusal(&alert)),
            Answer::Unreadable => {
                let words = text!(
                    "de server antwoordt niet met TLS op een TLS-hello",
                    "the server does not answer a TLS hello with TLS"
                );
                return Err(failure(FailureKind::Broken, words).with(Some(Trouble::NoTls)));
            }
        }
    };
    match (received.is_empty(), sent) {
        (true, Err(error))
            if error.kind() != io::ErrorKind::ConnectionReset && error.kind() != io::ErrorKind::BrokenPipe =>
        {
            Err(failure(FailureKind::Broken, Text::of_system(&error)))
        }
        _ => Ok(refusal(ended)),
    }
}

fn refusal(words: &str) -> TlsFacts {
    TlsFacts { refusal: Some(words.to_owned()), ..TlsFacts::default() }
}

/// A handshake as every careful client makes it.
async fn modern(host: &str, stream: TcpStream, roots: Arc<RootCertStore>) -> Result<TlsFacts, Failure> {
    let broken = |error: &dyn std::fmt::Display| failure(FailureKind::Broken, words::quoted(&error.to_string()));
    let name = ServerName::try_from(host.to_owned()).map_err(|_| failure(FailureKind::Dns, words::no_name()))?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let inner = WebPkiServerVerifier::builder_with_provider(roots, Arc::clone(&provider))
        .build()
        .map_err(|error| broken(&error))?;
    let seen = Arc::new(Seen::default());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| broken(&error))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Noting { inner, seen: Arc::clone(&seen) }))
        .with_no_client_auth();
    config.client_auth_cert_resolver = Arc::new(NoCertificate { seen: Arc::clone(&seen) });
    let connected = TlsConnector::from(Arc::new(config)).connect(name, stream).await;
    let seen = seen.noted();
    match connected {
        Ok(stream) => {
            let (_, connection) = stream.get_ref();
            let version = connection.protocol_version().and_then(|version| version.as_str()).map(spaced);
            Ok(TlsFacts { version: version.or(seen.version), refusal: None, not_after: seen.not_after })
        }
        // The server wants a certificate of ours. All that this handshake is to show was shown before that.
        Err(_) if seen.asked_for_certificate && seen.version.is_some() => {
            Ok(TlsFacts { version: seen.version, refusal: None, not_after: seen.not_after })
        }
        Err(error) => Err(named(&error)),
    }
}

/// `TLSv1_3`, as rustls writes it, to `TLS 1.3`.
fn spaced(version: &str) -> String {
    version.replacen("TLSv", "TLS ", 1).replace('_', ".")
}

/// What a handshake showed before it ended.
#[derive(Clone, Debug, Default)]
struct Noted {
    version: Option<String>,
    not_after: Option<Timestamp>,
    asked_for_certificate: bool,
}

#[derive(Debug, Default)]
struct Seen(Mutex<Noted>);

impl Seen {
    fn note(&self, change: impl FnOnce(&mut Noted)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }

    fn noted(&self) -> Noted {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The ordinary verifier, which also notes what it accepted.
#[derive(Debug)]
struct Noting {
    inner: Arc<WebPkiServerVerifier>,
    seen: Arc<Seen>,
}

impl ServerCertVerifier for Noting {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verified = self.inner.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)?;
        self.seen.note(|noted| noted.not_after = not_after(end_entity));
        Ok(verified)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let valid = self.inner.verify_tls12_signature(message, cert, dss)?;
        self.seen.note(|noted| noted.version = Some("TLS 1.2".to_owned()));
        Ok(valid)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let valid = self.inner.verify_tls13_signature(message, cert, dss)?;
        self.seen.note(|noted| noted.version = Some("TLS 1.3".to_owned()));
        Ok(valid)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }
}

/// We show no certificate, and note that one was asked for.
#[derive(Debug)]
struct NoCertificate {
    seen: Arc<Seen>,
}

impl ResolvesClientCert for NoCertificate {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.seen.note(|noted| noted.asked_for_certificate = true);
        None
    }

    fn has_certs(&self) -> bool {
        false
    }
}

fn not_after(certificate: &CertificateDer<'_>) -> Option<Timestamp> {
    let (_, certificate) = x509_parser::parse_x509_certificate(certificate).ok()?;
    Timestamp::from_second(certificate.validity().not_after.timestamp()).ok()
}

/// The kind and the words of what ended a handshake. Without a word from the server nobody knows whether it, or
/// something before it that filters by address, ended the connection: that is no failure of TLS.
pub(super) fn named(error: &io::Error) -> Failure {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()) {
        Some(error) => failure(FailureKind::Tls, words::tls(error)).with(words::tls_trouble(error)),
        None if error.kind() == io::ErrorKind::UnexpectedEof => {
            failure(FailureKind::Broken, words::ended_in_handshake())
        }
        None => failure(FailureKind::Broken, Text::of_system(error)),
    }
}
