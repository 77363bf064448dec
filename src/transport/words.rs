//! From an error of the network library to a kind and a few words.

use std::error::Error;
use std::io;

use rustls::{CertificateError, Error as Tls};

use super::tls::alert_name;
use crate::exchange::FailureKind;

/// The longest detail, in characters.
const LONGEST: usize = 200;

/// What a failed call comes to. The words are the library's own where no better ones are known; the caller masks them.
pub(super) fn failure(error: &reqwest::Error) -> (FailureKind, String) {
    let chain = chain(error);
    if let Some(tls) = chain.iter().find_map(|error| error.downcast_ref::<Tls>()) {
        return (FailureKind::Tls, self::tls(tls));
    }
    let innermost = innermost(error);
    if error.is_dns() || chain.iter().any(|error| error.to_string() == "dns error") {
        // "failed to lookup address information: Name or service not known"
        let words = innermost.rsplit(": ").next().unwrap_or_default();
        return (FailureKind::Dns, words.to_owned());
    }
    if innermost.contains("tls handshake eof") {
        return (FailureKind::Tls, "the server ended the connection during the handshake".to_owned());
    }
    match (error.is_connect(), error.is_timeout()) {
        (true, true) => (FailureKind::Connect, "no connection in time".to_owned()),
        (true, false) => (FailureKind::Connect, connect_words(&chain).map_or(innermost, str::to_owned)),
        (false, true) => (FailureKind::Timeout, innermost),
        (false, false) => (FailureKind::Broken, innermost),
    }
}

/// The words of the innermost cause, in one line and bounded.
pub(super) fn innermost(error: &(dyn Error + 'static)) -> String {
    let chain = chain(error);
    let words = chain.last().map(ToString::to_string).unwrap_or_default();
    words.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(LONGEST).collect()
}

/// The error and its causes. An `io::Error` hides what it wraps: its `source` is the source of that.
fn chain<'a>(error: &'a (dyn Error + 'static)) -> Vec<&'a (dyn Error + 'static)> {
    let mut chain = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        chain.push(error);
        let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = match wrapped {
            Some(wrapped) => Some(wrapped),
            None => error.source(),
        };
    }
    chain
}

fn connect_words(chain: &[&(dyn Error + 'static)]) -> Option<&'static str> {
    let kind = chain.iter().rev().find_map(|error| error.downcast_ref::<io::Error>())?.kind();
    Some(match kind {
        io::ErrorKind::ConnectionRefused => "connection refused",
        io::ErrorKind::ConnectionReset => "connection reset",
        io::ErrorKind::HostUnreachable => "host unreachable",
        io::ErrorKind::NetworkUnreachable => "network unreachable",
        _ => return None,
    })
}

/// The words of an error of TLS: the same for every call.
pub(super) fn tls(error: &Tls) -> String {
    match error {
        Tls::InvalidCertificate(certificate) => certificate_words(certificate),
        Tls::AlertReceived(alert) => format!("the server sent the TLS alert {}", alert_name(u8::from(*alert))),
        // What a server sends that speaks plain http on this port.
        Tls::InvalidMessage(_) => "the server does not speak TLS here".to_owned(),
        Tls::PeerIncompatible(reason) => format!("no common TLS version or cipher suite ({reason:?})"),
        other => other.to_string().chars().take(LONGEST).collect(),
    }
}

fn certificate_words(error: &CertificateError) -> String {
    match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => "certificate expired".to_owned(),
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "certificate not valid yet".to_owned()
        }
        CertificateError::UnknownIssuer => "unknown issuer".to_owned(),
        CertificateError::NotValidForName => "certificate not valid for this name".to_owned(),
        CertificateError::NotValidForNameContext { expected, .. } => {
            format!("certificate not valid for name {}", expected.to_str())
        }
        CertificateError::Revoked => "certificate revoked".to_owned(),
        CertificateError::BadSignature => "certificate with a wrong signature".to_owned(),
        CertificateError::BadEncoding => "certificate that cannot be read".to_owned(),
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
            "certificate not meant for a server".to_owned()
        }
        CertificateError::Other(other) => format!("invalid certificate: {other}").chars().take(LONGEST).collect(),
        other => format!("invalid certificate: {other}").chars().take(LONGEST).collect(),
    }
}
