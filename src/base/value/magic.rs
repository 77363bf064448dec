//! The first bytes by which a document is known, as bytes and in Base64.

/// How a text of Base64 begins that holds a document: PDF, PNG, JPEG, GIF, TIFF, ZIP and what Office makes of it, the
/// older form of Office, RTF, XML and HTML. Long enough that no id begins so by chance.
const STARTS: [&str; 16] = [
    "JVBERi0",
    "iVBORw0KGgo",
    "/9j/4",
    "/9j/2",
    "/9j/7",
    "R0lGODdh",
    "R0lGODlh",
    "SUkqAA",
    "TU0AKg",
    "UEsDBB",
    "0M8R4KGx",
    "e1xydGY",
    "PD94bWwg",
    "PCFET0NUWVBF",
    "PCFkb2N0eXBl",
    "PGh0bWw",
];

/// The most characters that tell.
pub const TELLING: usize = 12;

/// Whether a text of Base64, of either alphabet, begins as a document does.
pub fn starts_a_document(text: &str) -> bool {
    let plain = |c: char| match c {
        '-' => '+',
        '_' => '/',
        c => c,
    };
    let start: String = text.chars().take(TELLING).map(plain).collect();
    STARTS.iter().any(|known| start.starts_with(known))
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};

    use super::*;

    #[test]
    fn documents_are_known_by_their_first_bytes() {
        for start in [
            b"%PDF-1.7\n".as_slice(),
            b"\x89PNG\r\n\x1a\n\0\0",
            b"\xff\xd8\xff\xe0\0\x10JFIF",
            b"\xff\xd8\xff\xe1\x1f\xfeExif",
            b"GIF89a\x01",
            b"PK\x03\x04\x14\0",
            b"<?xml version",
            b"<!DOCTYPE html>",
            b"<html><p>",
        ] {
            assert!(starts_a_document(&BASE64_STANDARD.encode(start)), "{start:?}");
            assert!(starts_a_document(&BASE64_URL_SAFE_NO_PAD.encode(start)), "{start:?}");
        }
        for text in ["", "JVBE", "Zm9vYmFy", "0b7c9d52-5f0e-4d53", "UEsD", "/9j/a/b"] {
            assert!(!starts_a_document(text), "{text}");
        }
    }
}
