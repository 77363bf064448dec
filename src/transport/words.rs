//! From an error of the network library to a kind and a few words.

use std::error::Error;
use std::io;

use rustls::{AlertDescription, CertificateError, Error as Tls};

use super::tls::alert_name;
use crate::base::text::Text;
use crate::evidence::exchange::{FailureKind, Trouble};
use crate::text;

/// The longest quotation, in characters.
const LONGEST: usize = 200;

/// What a failed call comes to, in words of ours; in those of the library, quoted, where we have none. The caller masks
/// them.
pub(super) fn failure(error: &reqwest::Error) -> (FailureKind, Text) {
    let chain = chain(error);
    if let Some(tls) = chain.iter().find_map(|error| error.downcast_ref::<Tls>()) {
        return (FailureKind::Tls, self::tls(tls));
    }
    let innermost = innermost(error);
    if error.is_dns() || chain.iter().any(|error| error.to_string() == "dns error") {
        return (FailureKind::Dns, resolver(&innermost));
    }
    if innermost.contains("tls handshake eof") {
        return (FailureKind::Tls, ended_in_handshake());
    }
    match (error.is_connect(), error.is_timeout()) {
        (true, true) => (FailureKind::Connect, not_in_time()),
        (true, false) => (FailureKind::Connect, broken(error)),
        (false, true) => (FailureKind::Timeout, text!("geen antwoord op tijd", "no answer in time")),
        (false, false) => (FailureKind::Broken, broken(error)),
    }
}

/// What exactly went wrong, where an error tells.
pub(super) fn trouble(error: &(dyn Error + 'static)) -> Option<Trouble> {
    let chain = chain(error);
    if let Some(tls) = chain.iter().find_map(|error| error.downcast_ref::<Tls>()) {
        return tls_trouble(tls);
    }
    let refused = |error: &io::Error| error.kind() == io::ErrorKind::ConnectionRefused;
    if chain.iter().filter_map(|error| error.downcast_ref::<io::Error>()).any(refused) {
        return Some(Trouble::Refused);
    }
    let of_http = chain.iter().find_map(|error| error.downcast_ref::<hyper::Error>());
    of_http.filter(|error| error.is_parse() && !error.is_parse_too_large()).map(|_| Trouble::NoHttp)
}

/// What exactly went wrong with TLS.
pub(super) fn tls_trouble(error: &Tls) -> Option<Trouble> {
    match error {
        Tls::InvalidCertificate(certificate) => Some(certificate_trouble(certificate)),
        Tls::AlertReceived(AlertDescription::ProtocolVersion) | Tls::PeerIncompatible(_) => Some(Trouble::TlsVersion),
        Tls::AlertReceived(AlertDescription::CertificateRequired) => Some(Trouble::ClientCertificate),
        Tls::InvalidMessage(_) => Some(Trouble::NoTls),
        _ => None,
    }
}

fn certificate_trouble(error: &CertificateError) -> Trouble {
    use CertificateError as Wrong;
    match error {
        Wrong::Expired | Wrong::ExpiredContext { .. } => Trouble::CertificateExpired,
        Wrong::NotValidYet | Wrong::NotValidYetContext { .. } => Trouble::CertificateNotYetValid,
        Wrong::UnknownIssuer => Trouble::UnknownAuthority,
        Wrong::NotValidForName | Wrong::NotValidForNameContext { .. } => Trouble::WrongHostName,
        // The library that verifies has a word for it, and rustls has not.
        Wrong::Other(other) if other.to_string().contains("CaUsedAsEndEntity") => Trouble::CertificateIsAuthority,
        _ => Trouble::CertificateInvalid,
    }
}

/// Why a connection, or what came over it, was of no use.
pub(super) fn broken(error: &(dyn Error + 'static)) -> Text {
    let chain = chain(error);
    let of_system = chain.iter().rev().find_map(|error| error.downcast_ref::<io::Error>());
    let of_http = chain.iter().find_map(|error| error.downcast_ref::<hyper::Error>());
    match (of_system, of_http) {
        (Some(error), _) if error.kind() != io::ErrorKind::Other => Text::of_system(error),
        (_, Some(error)) if error.is_incomplete_message() => text!(
            "de server sloot de verbinding voor zijn antwoord volledig was",
            "the server closed the connection before its answer was complete"
        ),
        (_, Some(error)) if error.is_parse_too_large() => {
            text!("de headers van het antwoord zijn te groot", "the headers of the answer are too large")
        }
        (_, Some(error)) if error.is_parse() => {
            let Text { nl, en } = quoted(&innermost(error));
            text!("het antwoord is geen HTTP: {nl}", "the answer is not HTTP: {en}")
        }
        _ => quoted(&innermost(error)),
    }
}

/// The words of a library, which speaks one language.
pub(super) fn quoted(words: &str) -> Text {
    let words: String = words.chars().take(LONGEST).collect();
    text!("“{words}”", "“{words}”")
}

/// What a resolver says, such as "failed to lookup address information: Name or service not known".
pub(super) fn resolver(words: &str) -> Text {
    quoted(words.rsplit(": ").next().unwrap_or_default())
}

/// The name in a URL is none that a certificate could be for.
pub(super) fn no_name() -> Text {
    text!("dit is geen naam van een host", "this is not the name of a host")
}

pub(super) fn not_in_time() -> Text {
    text!("geen verbinding op tijd", "no connection in time")
}

pub(super) fn ended_in_handshake() -> Text {
    text!(
        "de server brak de verbinding af tijdens de TLS-handshake",
        "the server ended the connection during the TLS handshake"
    )
}

/// The words of the innermost cause, in one line.
pub(super) fn innermost(error: &(dyn Error + 'static)) -> String {
    let chain = chain(error);
    let words = chain.last().map(ToString::to_string).unwrap_or_default();
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether what came over a connection was no HTTP, or what went over it was not ours to send: it would come again.
pub(super) fn is_no_http(error: &(dyn Error + 'static)) -> bool {
    let of_http = chain(error).into_iter().find_map(|error| error.downcast_ref::<hyper::Error>());
    of_http.is_some_and(|error| error.is_parse() || error.is_user())
}

/// Whether the other side broke a connection off while it was made.
pub(super) fn is_cut_off(error: &(dyn Error + 'static)) -> bool {
    use io::ErrorKind as Kind;
    let cut = |error: &io::Error| {
        matches!(error.kind(), Kind::ConnectionReset | Kind::ConnectionAborted | Kind::BrokenPipe | Kind::UnexpectedEof)
    };
    chain(error).into_iter().filter_map(|error| error.downcast_ref::<io::Error>()).any(cut)
}

/// The error and its causes. An `io::Error` hides what it wraps: its `source` is the source of that.
pub(super) fn chain<'a>(error: &'a (dyn Error + 'static)) -> Vec<&'a (dyn Error + 'static)> {
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

/// The words of an error of TLS: the same for every call.
pub(super) fn tls(error: &Tls) -> Text {
    match error {
        Tls::InvalidCertificate(certificate) => certificate_words(certificate),
        Tls::AlertReceived(alert) => {
            let alert = alert_name(u8::from(*alert));
            text!("de server stuurde de TLS-alert {alert}", "the server sent the TLS alert {alert}")
        }
        // What a server sends that speaks plain http on this port.
        Tls::InvalidMessage(_) => text!("de server spreekt hier geen TLS", "the server does not speak TLS here"),
        Tls::PeerIncompatible(reason) => text!(
            "geen gemeenschappelijke TLS-versie of cipher suite ({reason:?})",
            "no common TLS version or cipher suite ({reason:?})"
        ),
        other => quoted(&other.to_string()),
    }
}

fn certificate_words(error: &CertificateError) -> Text {
    use CertificateError as Wrong;
    match error {
        Wrong::Expired | Wrong::ExpiredContext { .. } => text!("certificaat vervallen", "certificate expired"),
        Wrong::NotValidYet | Wrong::NotValidYetContext { .. } => {
            text!("certificaat nog niet geldig", "certificate not valid yet")
        }
        Wrong::UnknownIssuer => text!("onbekende uitgever", "unknown issuer"),
        Wrong::NotValidForName => {
            text!("certificaat niet geldig voor deze naam", "certificate not valid for this name")
        }
        Wrong::NotValidForNameContext { expected, .. } => {
            let name = expected.to_str();
            text!("certificaat niet geldig voor de naam {name}", "certificate not valid for name {name}")
        }
        Wrong::Revoked => text!("certificaat ingetrokken", "certificate revoked"),
        Wrong::BadSignature => text!("certificaat met een foute handtekening", "certificate with a wrong signature"),
        Wrong::BadEncoding => text!("onleesbaar certificaat", "certificate that cannot be read"),
        Wrong::InvalidPurpose | Wrong::InvalidPurposeContext { .. } => {
            text!("certificaat niet bedoeld voor een server", "certificate not meant for a server")
        }
        Wrong::Other(other) if other.to_string().contains("CaUsedAsEndEntity") => text!(
            "het certificaat is dat van een certificaatautoriteit, niet van een server",
            "the certificate is that of a certificate authority, not of a server"
        ),
        Wrong::Other(other) => invalid(&other.to_string()),
        other => invalid(&other.to_string()),
    }
}

fn invalid(words: &str) -> Text {
    let Text { nl, en } = quoted(words);
    text!("ongeldig certificaat: {nl}", "invalid certificate: {en}")
}
