//! Text in another form of Unicode than UTF-8. Whoever reads it as UTF-8 sees no text at all: what stands in it would be
//! judged as if it were not there, and searched for nothing.

/// A form of Unicode, by the bytes that a text begins with.
#[derive(Clone, Copy)]
struct Form {
    /// Bytes of a unit.
    width: usize,
    little_endian: bool,
}

impl Form {
    /// By its byte order mark; without one, by where the zeros are in the first two characters, which in JSON are ASCII
    /// (RFC 4627, 3).
    fn of(bytes: &[u8]) -> Option<Self> {
        let form = |width, little_endian| Some(Self { width, little_endian });
        match bytes.get(..4)? {
            [0xff, 0xfe, 0, 0] | [1..=255, 0, 0, 0] => form(4, true),
            [0, 0, 0xfe, 0xff] | [0, 0, 0, 1..=255] => form(4, false),
            [0xff, 0xfe, ..] | [1..=255, 0, 1..=255, 0] => form(2, true),
            [0xfe, 0xff, ..] | [0, 1..=255, 0, 1..=255] => form(2, false),
            _ => None,
        }
    }

    fn units(self, bytes: &[u8]) -> impl Iterator<Item = u32> {
        bytes.chunks_exact(self.width).map(move |unit| {
            let join = |value: u32, byte: &u8| (value << 8) | u32::from(*byte);
            if self.little_endian { unit.iter().rev().fold(0, join) } else { unit.iter().fold(0, join) }
        })
    }
}

/// Such a text; none where the bytes do not begin as one. What is no character in it becomes U+FFFD.
pub(super) fn decoded(bytes: &[u8]) -> Option<String> {
    let form = Form::of(bytes)?;
    let units = form.units(bytes);
    let text: String = if form.width == 2 {
        // A unit of two bytes fits.
        let units = units.map(|unit| u16::try_from(unit).unwrap_or_default());
        char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
    } else {
        units.map(|unit| char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
    };
    Some(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "{\"naam\":\"café 🦊\"}";

    fn utf_16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    fn utf_32(text: &str, bytes: fn(u32) -> [u8; 4]) -> Vec<u8> {
        text.chars().flat_map(|c| bytes(u32::from(c))).collect()
    }

    #[test]
    fn every_form_is_read_with_and_without_a_byte_order_mark() {
        for text in [TEXT.to_owned(), format!("\u{feff}{TEXT}")] {
            for bytes in [
                utf_16(&text, u16::to_le_bytes),
                utf_16(&text, u16::to_be_bytes),
                utf_32(&text, u32::to_le_bytes),
                utf_32(&text, u32::to_be_bytes),
            ] {
                assert_eq!(decoded(&bytes).as_deref(), Some(TEXT));
            }
        }
    }

    #[test]
    fn what_is_no_such_text_is_none() {
        for bytes in [TEXT.as_bytes(), b"", b"\xff\xfe", b"\0\0\0\0", b"%PDF-1.7", b"{}"] {
            assert_eq!(decoded(bytes), None);
        }
        // Half a character at the end, and half a pair.
        assert_eq!(decoded(b"\xff\xfe{\0}\0x").as_deref(), Some("{}"));
        assert_eq!(decoded(b"\xff\xfea\0\0\xd8b\0").as_deref(), Some("a\u{fffd}b"));
    }
}
