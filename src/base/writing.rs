//! The writings of a text: what a person or a program reads in it once escapes, entities, other digits and Base64 are
//! undone. With each comes where in the text it stands.

mod base64;
mod entity;
mod plain;
mod unicode;

pub use base64::{Word, words};
pub use plain::{Plain, plain};

/// How often one writing may stand within another: Base64 of percent escapes of entities, and so on.
pub const DEEPEST: usize = 3;

/// Calls `look` with a text and with each of its other writings, and those within these.
pub fn each(text: &[u8], look: &mut impl FnMut(&[u8])) {
    below(text, DEEPEST, look);
}

fn below(text: &[u8], depth: usize, look: &mut impl FnMut(&[u8])) {
    look(text);
    let Some(depth) = depth.checked_sub(1) else { return };
    if let Some(plain) = plain(text) {
        look(plain.bytes());
        words(plain.bytes(), &mut |word| below(&word.decoded, depth, look));
    }
    words(text, &mut |word| below(&word.decoded, depth, look));
}

#[cfg(test)]
mod tests {
    use ::base64::Engine as _;
    use ::base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

    fn readings(text: &str) -> Vec<String> {
        let mut all = Vec::new();
        super::each(text.as_bytes(), &mut |reading| all.push(String::from_utf8_lossy(reading).into_owned()));
        all
    }

    #[test]
    fn writings_within_writings_are_read() {
        let value = "a value of thirty characters..";
        let entities: String =
            value.chars().flat_map(|c| format!("&#{};", u32::from(c)).into_bytes()).map(char::from).collect();
        let json = format!("{{\"a\": \"{value}\"}}");
        for text in [
            entities.clone(),
            STANDARD.encode(&json),
            format!("https://h/x?y={}&z=1", URL_SAFE_NO_PAD.encode(&json)),
            STANDARD.encode(&entities),
            STANDARD.encode(STANDARD.encode(value)),
            STANDARD.encode(value).replace('=', "%3D"),
            format!("\\\"{value}\\\"").replace('e', "\\u0065"),
        ] {
            assert!(readings(&text).iter().any(|reading| reading.contains(value)), "{text}");
        }
    }
}
