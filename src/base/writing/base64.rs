//! Words of Base64, in either alphabet, that hold a text.

/// Eleven digits take this many characters; what is shorter holds nothing that is looked for.
const SHORTEST: usize = 11;

/// How much of a word is read before it is known whether it holds a text.
const START: usize = 48;

/// A word of Base64 in a text.
pub struct Word {
    from: usize,
    to: usize,
    /// What it holds.
    pub decoded: Vec<u8>,
}

impl Word {
    /// Where a part of what it holds stands in the text: from the first character that has anything of it to the last.
    pub fn in_source(&self, from: usize, to: usize) -> (usize, usize) {
        let end = self.from + (to * 4).div_ceil(3);
        (self.from + from * 4 / 3, end.min(self.to))
    }
}

/// Every word of Base64 in a text that holds a text itself.
pub fn words(text: &[u8], look: &mut impl FnMut(&Word)) {
    let mut at = 0;
    while let Some(skipped) = text.get(at..).and_then(|rest| rest.iter().position(|byte| value(*byte).is_some())) {
        let from = at + skipped;
        let rest = text.get(from..).unwrap_or_default();
        let to = from + rest.iter().take_while(|byte| value(**byte).is_some()).count();
        at = to;
        if to - from >= SHORTEST {
            run(text, from, to, look);
        }
    }
}

/// A run of characters of Base64: one word, or several with a mark between them that is a character of it too.
fn run(text: &[u8], from: usize, to: usize, look: &mut impl FnMut(&Word)) {
    if let Some(word) = word(text, from, to) {
        return look(&word);
    }
    let marked = text.get(from..to).unwrap_or_default();
    for marks in [b"/+".as_slice(), b"/+-_"] {
        if !marked.iter().any(|byte| marks.contains(byte)) {
            continue;
        }
        let mut start = from;
        for part in marked.split(|byte| marks.contains(byte)) {
            let end = start + part.len();
            if let Some(word) = word(text, start, end) {
                look(&word);
            }
            start = end + 1;
        }
    }
}

/// A word, wherever among these characters its first group of four starts: letters of another word may stand before it.
fn word(text: &[u8], from: usize, to: usize) -> Option<Word> {
    (from..from + 4).find_map(|from| word_from(text, from, to))
}

fn word_from(text: &[u8], from: usize, to: usize) -> Option<Word> {
    let characters = text.get(from..to).filter(|characters| characters.len() >= SHORTEST)?;
    let start = characters.get(..START.min(characters.len()))?;
    if !is_text(&decoded(start)) {
        return None;
    }
    let decoded = decoded(characters);
    is_text(&decoded).then_some(Word { from, to, decoded })
}

/// Whether bytes are a text, but for a character that the end cut off.
fn is_text(bytes: &[u8]) -> bool {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(bytes.get(..error.valid_up_to()).unwrap_or_default()).unwrap_or_default()
        }
        Err(_) => return false,
    };
    !text.bytes().any(|byte| byte.is_ascii_control() && !byte.is_ascii_whitespace())
}

fn decoded(characters: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(characters.len() * 3 / 4);
    let (mut bits, mut count) = (0_u32, 0_u32);
    for value in characters.iter().filter_map(|byte| value(*byte)) {
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.extend(u8::try_from(bits >> count & 0xff));
        }
    }
    bytes
}

/// The six bits of a character.
fn value(byte: u8) -> Option<u8> {
    Some(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    #[test]
    fn what_a_word_holds_is_led_back_to_where_it_stands() {
        let text = format!("x: {}, and so on", STANDARD.encode("{\"name\": \"value\"}"));
        let mut found = 0;
        words(text.as_bytes(), &mut |word| {
            let decoded = String::from_utf8(word.decoded.clone()).unwrap();
            let at = decoded.find("value").unwrap();
            let (from, to) = word.in_source(at, at + 5);
            let part = &text[from..to];
            assert!(STANDARD.encode("{\"name\": \"value\"}").contains(part) && (7..=9).contains(&part.len()), "{part}");
            found += 1;
        });
        assert_eq!(found, 1);
        words(b"0b0d4d2c-7d6c-4f5e-9f0a-a90010199992 certificates /v1/certificates/90010199992", &mut |word| {
            panic!("{:?}", String::from_utf8_lossy(&word.decoded))
        });
    }
}
