//! The first answer of a server to a hello. Its bytes are hostile: nothing is believed beyond [`MOST`] of them.

use tls_parser::{
    TlsAlertDescription, TlsAlertSeverity, TlsExtension, TlsMessage, TlsMessageHandshake, TlsRecordType, TlsVersion,
    parse_tls_message_alert, parse_tls_message_handshake, parse_tls_raw_record, parse_tls_server_hello_extensions,
};

/// The most bytes that are read: a hello fits many times over.
pub(super) const MOST: usize = 16 * 1024;

/// What the bytes so far say.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// A hello in that version.
    Hello(String),
    /// An alert, by its name.
    Alert(String),
    /// Not enough yet.
    More,
    /// No TLS, or not the first words of a server.
    Unreadable,
}

/// Reads the records so far.
pub(super) fn read(bytes: &[u8]) -> Answer {
    let mut rest = bytes;
    let mut handshake = Vec::new();
    loop {
        // Known by its first byte: what is no TLS would else have us wait for a record that never ends.
        if !matches!(rest.first(), None | Some(0x15 | 0x16)) {
            return Answer::Unreadable;
        }
        let record = match parse_tls_raw_record(rest) {
            Ok((after, record)) => {
                rest = after;
                record
            }
            Err(nom) if nom.is_incomplete() => return Answer::More,
            Err(_) => return Answer::Unreadable,
        };
        match record.hdr.record_type {
            TlsRecordType::Alert => match alert(record.data) {
                // A warning, such as an unknown name, comes before the hello.
                Some((TlsAlertSeverity::Warning, code)) if code != TlsAlertDescription::CloseNotify => {}
                Some((_, code)) => return Answer::Alert(format!("alert {}", alert_name(code.0))),
                None => return Answer::Unreadable,
            },
            TlsRecordType::Handshake => {
                handshake.extend(record.data);
                match parse_tls_message_handshake(&handshake) {
                    Ok((_, TlsMessage::Handshake(TlsMessageHandshake::ServerHello(hello)))) => {
                        return Answer::Hello(version(hello.version, hello.ext));
                    }
                    // A long message may go over several records.
                    Err(nom) if nom.is_incomplete() && handshake.first() == Some(&2) => {}
                    _ => return Answer::Unreadable,
                }
            }
            _ => return Answer::Unreadable,
        }
    }
}

fn alert(data: &[u8]) -> Option<(TlsAlertSeverity, TlsAlertDescription)> {
    match parse_tls_message_alert(data) {
        Ok((_, TlsMessage::Alert(alert))) => Some((alert.severity, alert.code)),
        _ => None,
    }
}

/// The version of a hello: TLS 1.3 calls itself 1.2 and tells its name in an extension (RFC 8446, 4.2.1).
fn version(hello: TlsVersion, extensions: Option<&[u8]>) -> String {
    let extensions = extensions.and_then(|bytes| parse_tls_server_hello_extensions(bytes).ok());
    let selected = extensions.and_then(|(_, extensions)| {
        extensions.into_iter().find_map(|extension| match extension {
            TlsExtension::SupportedVersions(versions) => versions.first().copied(),
            _ => None,
        })
    });
    match selected.unwrap_or(hello).0 {
        0x0300 => "SSL 3.0".to_owned(),
        0x0301 => "TLS 1.0".to_owned(),
        0x0302 => "TLS 1.1".to_owned(),
        0x0303 => "TLS 1.2".to_owned(),
        0x0304 => "TLS 1.3".to_owned(),
        other => format!("{other:#06x}"),
    }
}

/// The name of an alert as the RFCs write it, such as `protocol_version`; its number where nobody named it.
pub(crate) fn alert_name(code: u8) -> String {
    let name = TlsAlertDescription(code).to_string();
    if !name.chars().all(|c| c.is_ascii_alphabetic()) {
        return code.to_string();
    }
    let mut snake = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(c.to_ascii_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_bytes_can_be_read(bytes in proptest::collection::vec(any::<u8>(), 0..600), tls in any::<bool>()) {
            let mut bytes = bytes;
            if let (true, Some(first)) = (tls, bytes.first_mut()) {
                *first = 0x16;
            }
            let _ = read(&bytes);
        }

        #[test]
        fn what_was_decided_on_a_part_of_a_spoilt_hello_stays_decided(
            warned: bool, at in 0usize..54, with in any::<u8>(), length in 0usize..60, part in 0usize..60
        ) {
            let warning: &[u8] = if warned { &[0x15, 3, 1, 0, 2, 1, 112] } else { &[] };
            let mut bytes = [warning, &hello(0x0301)].concat();
            if let Some(byte) = bytes.get_mut(at) {
                *byte = with;
            }
            bytes.truncate(length);
            let (part, whole) = (read(&bytes[..part.min(bytes.len())]), read(&bytes));
            prop_assert!(part == Answer::More || part == whole, "{part:?}, then {whole:?}");
        }
    }

    /// A ServerHello without extensions.
    fn hello(version: u16) -> Vec<u8> {
        let mut body = version.to_be_bytes().to_vec();
        body.extend([7; 32]);
        body.extend([0, 0xc0, 0x14, 0]);
        let mut record = vec![0x16, 3, 1, 0, 4 + 38, 2, 0, 0, 38];
        record.extend(body);
        record
    }

    #[test]
    fn a_hello_is_read_when_it_is_whole_also_over_two_records_and_after_a_warning() {
        let bytes = hello(0x0301);
        for length in 0..bytes.len() {
            assert_eq!(read(&bytes[..length]), Answer::More, "{length} bytes");
        }
        assert_eq!(read(&bytes), Answer::Hello("TLS 1.0".into()));
        let halves = [&[0x16, 3, 1, 0, 10][..], &bytes[5..15], &[0x16, 3, 1, 0, 32], &bytes[15..]].concat();
        assert_eq!(read(&halves), Answer::Hello("TLS 1.0".into()));
        let warned = [vec![0x15, 3, 1, 0, 2, 1, 112], bytes].concat();
        assert_eq!(read(&warned), Answer::Hello("TLS 1.0".into()));
    }

    #[test]
    fn an_alert_has_a_name() {
        assert_eq!(read(&[0x15, 3, 1, 0, 2, 2, 70]), Answer::Alert("alert protocol_version".into()));
        assert_eq!(read(&[0x15, 3, 1, 0, 2, 1, 0]), Answer::Alert("alert close_notify".into()));
        assert_eq!(read(&[0x15, 3, 1, 0, 2, 2, 200]), Answer::Alert("alert 200".into()));
        assert_eq!(read(b"HTTP/1.1 400 Bad Request"), Answer::Unreadable);
        assert_eq!(read(&[0x15, 3, 1, 0, 1, 2]), Answer::Unreadable);
        assert_eq!(read(&[0x16, 3, 1, 0xff, 0xff]), Answer::Unreadable);
    }
}
