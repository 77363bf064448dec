//! A ClientHello of our own (RFC 2246, 4346, 5246, 8446), byte by byte.

use uuid::Uuid;

use crate::evidence::exchange::Tls;

/// Suites of TLS 1.0 and 1.1 that servers of that time knew: RSA, DHE and ECDHE with AES, 3DES or RC4. The last one says
/// that renegotiation is secure (RFC 5746), without which some refuse.
const OLD_SUITES: &[u16] = &[
    0xc00a, 0xc014, 0x0039, 0x0035, 0xc009, 0xc013, 0x0033, 0x002f, 0xc008, 0xc012, 0x0016, 0x000a, 0xc011, 0x0005,
    0x0004, 0x00ff,
];

/// Suites of TLS 1.3 and 1.2, for the control.
const NEW_SUITES: &[u16] =
    &[0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0x009e, 0x009f, 0x009c, 0x009d, 0xc027];

/// x25519, secp256r1, secp384r1, secp521r1.
const GROUPS: &[u16] = &[0x001d, 0x0017, 0x0018, 0x0019];

/// ECDSA, RSA-PSS and RSA with SHA-256, 384 and 512, and with SHA-1 for TLS 1.2.
const SIGNATURES: &[u16] = &[0x0403, 0x0503, 0x0603, 0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601, 0x0203, 0x0201];

/// The whole record with a hello that offers these versions and no others. `name`: the host, where it is a name.
pub(super) fn client_hello(offer: Tls, name: Option<&str>) -> Vec<u8> {
    let (version, suites): (u16, Vec<u16>) = match offer {
        Tls::Only10 => (0x0301, OLD_SUITES.to_vec()),
        Tls::Only11 => (0x0302, OLD_SUITES.to_vec()),
        Tls::Control | Tls::Modern => (0x0303, [NEW_SUITES, OLD_SUITES].concat()),
    };
    let is_new = version == 0x0303;
    let mut body = version.to_be_bytes().to_vec();
    body.extend(random());
    // TLS 1.3 has a session id for the sake of what stands between (RFC 8446, D.4).
    body.extend(after_length(1, if is_new { random() } else { Vec::new() }));
    body.extend(after_length(2, numbers(&suites)));
    body.extend([1, 0]);
    body.extend(after_length(2, extensions(is_new, name)));
    let message = [vec![1], after_length(3, body)].concat();
    // The version of the record itself is the oldest one, as everybody writes it.
    [vec![0x16, 0x03, 0x01], after_length(2, message)].concat()
}

fn extensions(is_new: bool, name: Option<&str>) -> Vec<u8> {
    let mut extensions = Vec::new();
    let mut add = |kind: u16, data: Vec<u8>| {
        extensions.extend(kind.to_be_bytes());
        extensions.extend(after_length(2, data));
    };
    if let Some(name) = name {
        add(0, after_length(2, [vec![0], after_length(2, name.trim_end_matches('.').as_bytes().to_vec())].concat()));
    }
    add(10, after_length(2, numbers(GROUPS)));
    add(11, vec![1, 0]);
    if is_new {
        add(13, after_length(2, numbers(SIGNATURES)));
        add(43, after_length(1, numbers(&[0x0304, 0x0303])));
        // Any 32 bytes are a public key of x25519; nothing is ever decrypted with it.
        add(51, after_length(2, [numbers(&[0x001d]), after_length(2, random())].concat()));
    }
    extensions
}

fn numbers(numbers: &[u16]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_be_bytes()).collect()
}

/// Bytes after their length, which takes so many bytes itself.
fn after_length(bytes: usize, data: Vec<u8>) -> Vec<u8> {
    let length = data.len().to_be_bytes();
    let from = length.len().saturating_sub(bytes);
    [length.get(from..).unwrap_or_default().to_vec(), data].concat()
}

fn random() -> Vec<u8> {
    [Uuid::new_v4(), Uuid::new_v4()].iter().flat_map(|uuid| *uuid.as_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use tls_parser::{
        TlsExtension, TlsMessage, TlsMessageHandshake, parse_tls_client_hello_extensions, parse_tls_plaintext,
    };

    use super::*;

    #[test]
    fn a_hello_reads_back_as_it_is_meant() {
        for (offer, version, name) in [
            (Tls::Only10, 0x0301, Some("host.example")),
            (Tls::Only11, 0x0302, None),
            (Tls::Control, 0x0303, Some("h")),
        ] {
            let bytes = client_hello(offer, name);
            let (rest, record) = parse_tls_plaintext(&bytes).unwrap();
            assert!(rest.is_empty());
            let [TlsMessage::Handshake(TlsMessageHandshake::ClientHello(hello))] = record.msg.as_slice() else {
                panic!("{record:?}")
            };
            assert_eq!(hello.version.0, version);
            let (rest, extensions) = parse_tls_client_hello_extensions(hello.ext.unwrap()).unwrap();
            assert!(rest.is_empty());
            let sni = extensions.iter().find_map(|extension| match extension {
                TlsExtension::SNI(names) => names.first().map(|(_, name)| *name),
                _ => None,
            });
            assert_eq!(sni, name.map(str::as_bytes));
            let versions = extensions.iter().any(|extension| matches!(extension, TlsExtension::SupportedVersions(_)));
            assert_eq!(versions, offer == Tls::Control);
        }
    }
}
