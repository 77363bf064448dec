//! Whether a body is one Base64 text: bare, as a JSON string, or as a `data:` URL. It is read piece by piece and never
//! kept.

use crate::base::value::magic::{TELLING, starts_a_document};

/// Fewer characters than this are no Base64 text, but of what begins as a document does: any word would be one.
const SHORTEST: u64 = 64;

/// The longest that stands before the comma of a `data:` URL.
const LONGEST_MEDIA_TYPE: usize = 256;

/// The scheme of a `data:` URL.
const DATA: &[u8] = b"data";

/// What was read so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Reader {
    state: State,
    /// It stands between quotes, as a JSON string.
    quoted: bool,
    /// How many characters of Base64 there were.
    characters: u64,
    /// The first of them.
    start: Vec<u8>,
}

#[derive(Clone, Debug, Default)]
enum State {
    /// White space before the text.
    #[default]
    Before,
    /// Within the text.
    Text,
    /// Between `data:` and the comma.
    MediaType(Vec<u8>),
    /// After the backslash of a JSON string.
    Escape,
    /// After `\u` of a JSON string: the digits so far.
    Unicode(u32, u8),
    /// After the closing quote.
    After,
    /// Something else was there.
    Other,
}

impl Reader {
    /// Takes in a piece.
    pub(super) fn take(&mut self, mut chunk: &[u8]) {
        while let [byte, rest @ ..] = chunk {
            chunk = rest;
            match std::mem::take(&mut self.state) {
                State::Other => {
                    self.state = State::Other;
                    return;
                }
                state => self.state = self.next(state, *byte),
            }
            // Most of a document: what follows the first characters is only counted.
            if matches!(self.state, State::Text) && self.start.len() >= TELLING {
                let run = chunk.iter().take_while(|byte| is_base64(**byte)).count();
                self.characters += run as u64;
                chunk = chunk.get(run..).unwrap_or_default();
            }
        }
    }

    /// Whether all of it was one Base64 text.
    pub(super) fn is_base64(&self) -> bool {
        let known = || starts_a_document(&String::from_utf8_lossy(&self.start));
        matches!(self.state, State::Text | State::After) && (self.characters >= SHORTEST || known())
    }

    fn next(&mut self, state: State, byte: u8) -> State {
        match (state, byte) {
            (State::Before, b'"') if !self.quoted => {
                self.quoted = true;
                State::Before
            }
            (State::Before | State::After, _) if byte.is_ascii_whitespace() => {
                // No white space stands in a JSON string but as an escape.
                if self.quoted && self.characters == 0 { State::Other } else { self.same_side() }
            }
            (State::Before | State::Text, _) if is_base64(byte) => self.character(byte),
            (State::Text, b'\r' | b'\n') if !self.quoted => State::Text,
            (State::Text, b'"') if self.quoted => State::After,
            (State::Before | State::Text, b'\\') if self.quoted => State::Escape,
            (State::Text, b':') if self.start.eq_ignore_ascii_case(DATA) => State::MediaType(Vec::new()),
            (State::MediaType(words), b',') if words.to_ascii_lowercase().ends_with(b";base64") => {
                self.characters = 0;
                self.start.clear();
                State::Text
            }
            (State::MediaType(mut words), _) if words.len() < LONGEST_MEDIA_TYPE && !matches!(byte, b',' | b'"') => {
                // `\/` in a JSON string.
                words.extend(Some(byte).filter(|byte| *byte != b'\\'));
                State::MediaType(words)
            }
            (State::Escape, b'r' | b'n') => State::Text,
            (State::Escape, b'/') => self.character(byte),
            (State::Escape, b'u') => State::Unicode(0, 0),
            (State::Unicode(value, digits), _) => self.unicode(value, digits, byte),
            _ => State::Other,
        }
    }

    /// White space before the text or after it: it stays there.
    fn same_side(&self) -> State {
        if self.characters == 0 { State::Before } else { State::After }
    }

    fn character(&mut self, byte: u8) -> State {
        self.characters += 1;
        if self.start.len() < TELLING {
            self.start.push(byte);
        }
        State::Text
    }

    fn unicode(&mut self, value: u32, digits: u8, byte: u8) -> State {
        let Some(digit) = char::from(byte).to_digit(16) else { return State::Other };
        let value = value * 16 + digit;
        match u8::try_from(value) {
            _ if digits < 3 => State::Unicode(value, digits + 1),
            Ok(b'\r' | b'\n') => State::Text,
            Ok(byte) if is_base64(byte) => self.character(byte),
            _ => State::Other,
        }
    }
}

/// A character of the Base64 alphabets, padding included.
pub(super) fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'-' | b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORD: &str = "JVBERi0xLjcKJcTl8uXrp/Og0MTGCjMgMCBvYmoKPDwgL0ZpbHRlciAvRmxhdGVEZWNv";

    fn is_one(text: &str) -> bool {
        let whole = {
            let mut reader = Reader::default();
            reader.take(text.as_bytes());
            reader.is_base64()
        };
        let mut pieces = Reader::default();
        text.as_bytes().chunks(3).for_each(|chunk| pieces.take(chunk));
        assert_eq!(pieces.is_base64(), whole, "{text}");
        whole
    }

    #[test]
    fn one_long_word_bare_or_as_a_json_string() {
        let escaped = WORD.replace('/', "\\/");
        let pointed = WORD.replace('/', "\\u002F");
        for text in [
            WORD.to_owned(),
            format!("{WORD}\r\n{WORD}==\n"),
            format!("\n \"{WORD}\"\n"),
            format!("\"{escaped}\\r\\n{pointed}=\""),
            "JVBERi0xLjcK".to_owned(),
            "\"_9j_4AAQ\"".to_owned(),
        ] {
            assert!(is_one(&text), "{text}");
        }
        for text in [
            "word".to_owned(),
            format!("{WORD} {WORD}"),
            format!("\"{WORD}\", \"{WORD}\""),
            format!("\"{WORD}\\u0041\\u20ac\""),
            format!("{{\"file\": \"{WORD}\"}}"),
            format!("%PDF-1.7\n{WORD}"),
            String::new(),
        ] {
            assert!(!is_one(&text), "{text}");
        }
    }

    #[test]
    fn a_data_url_bare_or_as_a_json_string() {
        for text in [
            format!("data:application/pdf;base64,{WORD}"),
            format!("DATA:application/pdf;charset=x;BASE64,{WORD}\n"),
            format!("\"data:application\\/pdf;base64,{WORD}\""),
            format!("data:;base64,{WORD}"),
        ] {
            assert!(is_one(&text), "{text}");
        }
        for text in [
            format!("data:text/plain,{WORD}"),
            format!("database:application/pdf;base64,{WORD}"),
            format!("date:application/pdf;base64,{WORD}"),
            "data:application/pdf;base64,JVBE".to_owned(),
            format!("data:{};base64,{WORD}", "x".repeat(300)),
        ] {
            assert!(!is_one(&text), "{text}");
        }
    }
}
