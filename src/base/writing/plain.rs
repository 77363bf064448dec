//! A text without its escapes: percent encoding, those of JSON and JavaScript, HTML entities; with digits, dashes, dots
//! and spaces of other alphabets as those of ASCII, and without characters that nobody sees.

use super::{entity, unicode};

/// How often an escape may be escaped itself: `%2539`, `&amp;#57;`, `\\u0039`.
const ROUNDS: usize = 5;

/// A text without its escapes, and where in the text each part of it stands.
pub struct Plain {
    bytes: Vec<u8>,
    /// Of each round, from the first on.
    rounds: Vec<Vec<Segment>>,
}

/// From here on: bytes as they were, or one unit that became other bytes, or none.
struct Segment {
    plain: usize,
    source: usize,
    /// The length of the unit in the source; none for bytes as they were.
    unit: Option<usize>,
}

impl Plain {
    /// What is read.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Where a part of it stands in the text.
    pub fn in_source(&self, from: usize, to: usize) -> (usize, usize) {
        let span = |(from, to): (usize, usize), round: &Vec<Segment>| {
            let segment = |at: usize| round.get(round.partition_point(|segment| segment.plain <= at).checked_sub(1)?);
            let start = segment(from).map_or(from, |segment| match segment.unit {
                None => segment.source + (from - segment.plain),
                Some(_) => segment.source,
            });
            let last = to.max(from + 1) - 1;
            let end = segment(last).map_or(to, |segment| match segment.unit {
                None => segment.source + (last - segment.plain) + 1,
                Some(length) => segment.source + length,
            });
            (start, end)
        };
        self.rounds.iter().rev().fold((from, to), span)
    }
}

/// A text without its escapes; none where it has none.
pub fn plain(text: &[u8]) -> Option<Plain> {
    let (mut bytes, first) = round(text)?;
    let mut rounds = vec![first];
    while rounds.len() < ROUNDS
        && let Some((next, segments)) = round(&bytes)
    {
        bytes = next;
        rounds.push(segments);
    }
    Some(Plain { bytes, rounds })
}

/// Undoes the outermost escapes.
fn round(text: &[u8]) -> Option<(Vec<u8>, Vec<Segment>)> {
    let mut bytes = Vec::new();
    let mut segments = Vec::new();
    // What is not taken over yet starts here.
    let mut kept = 0;
    let mut at = 0;
    while let Some(skipped) = text.get(at..).and_then(|rest| rest.iter().position(|byte| may_be_a_unit(*byte))) {
        at += skipped;
        let Some(unit) = text.get(at..).and_then(unit) else {
            at += 1;
            continue;
        };
        if kept < at {
            segments.push(Segment { plain: bytes.len(), source: kept, unit: None });
            bytes.extend_from_slice(text.get(kept..at).unwrap_or_default());
        }
        let mut buffer = [0; 4];
        let read = match unit.read {
            Read::Byte(byte) => {
                buffer[0] = byte;
                &buffer[..1]
            }
            Read::Char(c) => c.encode_utf8(&mut buffer).as_bytes(),
            Read::Nothing => &[],
        };
        if !read.is_empty() {
            segments.push(Segment { plain: bytes.len(), source: at, unit: Some(unit.length) });
            bytes.extend_from_slice(read);
        }
        at += unit.length;
        kept = at;
    }
    if kept == 0 {
        return None;
    }
    if kept < text.len() {
        segments.push(Segment { plain: bytes.len(), source: kept, unit: None });
        bytes.extend_from_slice(text.get(kept..).unwrap_or_default());
    }
    Some((bytes, segments))
}

fn may_be_a_unit(byte: u8) -> bool {
    matches!(byte, b'%' | b'\\' | b'&' | 0x80..)
}

/// What one escape, or one character of another alphabet, is read as.
pub(super) struct Unit {
    pub(super) length: usize,
    pub(super) read: Read,
}

pub(super) enum Read {
    /// A byte; several of them may make a character.
    Byte(u8),
    Char(char),
    /// Nobody sees it.
    Nothing,
}

fn unit(text: &[u8]) -> Option<Unit> {
    let (first, rest) = text.split_first()?;
    match first {
        b'%' => percent(rest),
        b'\\' => backslash(rest),
        b'&' => entity::of(rest),
        _ => unicode::of(text),
    }
}

fn percent(rest: &[u8]) -> Option<Unit> {
    if let [b'u' | b'U', rest @ ..] = rest {
        let c = char::from_u32(hexadecimal(rest.get(..4)?)?)?;
        return Some(Unit { length: 6, read: Read::Char(c) });
    }
    let byte = u8::try_from(hexadecimal(rest.get(..2)?)?).ok()?;
    Some(Unit { length: 3, read: Read::Byte(byte) })
}

fn backslash(rest: &[u8]) -> Option<Unit> {
    let (first, rest) = rest.split_first()?;
    let (length, read) = match first {
        b'u' => return unicode_escape(rest),
        b'x' => (4, Read::Byte(u8::try_from(hexadecimal(rest.get(..2)?)?).ok()?)),
        b'n' => (2, Read::Byte(b'\n')),
        b'r' => (2, Read::Byte(b'\r')),
        b't' => (2, Read::Byte(b'\t')),
        b'/' | b'\\' | b'"' | b'\'' | b'-' | b'.' => (2, Read::Byte(*first)),
        _ => return None,
    };
    Some(Unit { length, read })
}

/// After `\u`: four digits, with those of a second half where that is the first; or any number in braces.
fn unicode_escape(rest: &[u8]) -> Option<Unit> {
    if let [b'{', rest @ ..] = rest {
        let length = rest.iter().take(8).position(|byte| *byte == b'}')?;
        let c = char::from_u32(hexadecimal(rest.get(..length)?)?)?;
        return Some(Unit { length: length + 4, read: Read::Char(c) });
    }
    let code = hexadecimal(rest.get(..4)?)?;
    if !(0xd800..0xdc00).contains(&code) {
        return Some(Unit { length: 6, read: Read::Char(char::from_u32(code)?) });
    }
    let low = rest.get(4..10).and_then(|second| hexadecimal(second.strip_prefix(b"\\u")?))?;
    let low = low.checked_sub(0xdc00).filter(|low| *low < 0x400)?;
    let c = char::from_u32(0x1_0000 + (code - 0xd800) * 0x400 + low)?;
    Some(Unit { length: 12, read: Read::Char(c) })
}

pub(super) fn hexadecimal(digits: &[u8]) -> Option<u32> {
    let all = !digits.is_empty() && digits.iter().all(u8::is_ascii_hexdigit);
    all.then(|| std::str::from_utf8(digits).ok()).flatten().and_then(|digits| u32::from_str_radix(digits, 16).ok())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> String {
        plain(text.as_bytes())
            .map_or_else(|| text.to_owned(), |plain| String::from_utf8_lossy(&plain.bytes).into_owned())
    }

    #[test]
    fn every_escape_is_undone_also_twice() {
        for text in [
            "a%20b-9",
            "a%2520b%252d9",
            "a b&#45;9",
            "a&#x20;b-&#x39;",
            "a&#32b&#45;9",
            "a&nbsp;b&amp;hyphen;9",
            "a\\u0020b-\\u0039",
            "a b\\\\u002d9",
            "a\\x20b-\\u{39}",
            "a\u{a0}b\u{2011}\u{ff19}",
            "a\u{2009}b\u{2013}\u{669}",
            "a%C2%A0b%E2%80%939",
            "a%u0020b-9",
            "\u{200b}a \u{ad}b-9\u{feff}",
            "a b\u{2212}\u{1d7d7}",
            "a b-\\ud835\\udfd7",
            "a b-\u{2079}",
            "\u{ff41}\u{3000}b&ndash;9&zwj;",
            "a&lt;b".replace("&lt;", "&#160;").as_str(),
        ] {
            let text = if text.ends_with('b') { format!("{text}-9") } else { text.to_owned() };
            assert_eq!(read(&text), "a b-9", "{text:?}");
        }
        for text in ["a b-9", "100% of 5 & 6 \\ 7", "één &co; %zz \\q", "limit=10&page=0"] {
            assert!(plain(text.as_bytes()).is_none_or(|plain| plain.bytes == text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn each_part_is_led_back_to_where_it_stands() {
        for (text, part, source) in [
            ("x%39%39y", "99", "%39%39"),
            ("x&amp;#57;9y", "99", "&amp;#57;9"),
            ("\u{e9}%2539\u{200b}9\u{200b}", "99", "%2539\u{200b}9"),
            ("a%20b", "b", "b"),
            ("a%20b", " ", "%20"),
            ("\\u0061bc", "ab", "\\u0061b"),
        ] {
            let plain = plain(text.as_bytes()).unwrap();
            let read = String::from_utf8_lossy(&plain.bytes).into_owned();
            let from = read.find(part).unwrap();
            let (from, to) = plain.in_source(from, from + part.len());
            assert_eq!(&text[from..to], source, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_can_be_read(text in "([%&\\\\u0-9a-fA-Fx#;{}]|\u{ff10}|\u{200b}|é){0,40}") {
            if let Some(plain) = plain(text.as_bytes()) {
                let ascii = |from: &usize| plain.bytes[*from].is_ascii();
                for from in (0..plain.bytes.len()).filter(ascii) {
                    let (start, end) = plain.in_source(from, from + 1);
                    prop_assert!(start < end && end <= text.len());
                    prop_assert!(text.is_char_boundary(start) && text.is_char_boundary(end));
                }
            }
        }
    }
}
