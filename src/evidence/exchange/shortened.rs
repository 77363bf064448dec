//! Texts of an answer of which the recording holds the beginning: no byte of a document is kept, and no text without end.

use sha2::{Digest as _, Sha256};

/// The form in which a shortened text is recorded: its beginning as it is kept, a word that only this text has, and how
/// many bytes it had.
pub fn shortened(kept: &str, text: &str) -> String {
    format!("{kept}…({}, {} characters)", letters(text), text.len())
}

/// The beginning of a text that is recorded in that form; none where it is recorded whole.
pub fn beginning_of(recorded: &str) -> Option<&str> {
    let (kept, rest) = recorded.split_once("…(")?;
    rest.ends_with(" characters)").then_some(kept)
}

/// A word that only this text has, so that two that start alike stay apart. In letters: digits might be taken for a
/// number.
fn letters(text: &str) -> String {
    let hash = Sha256::digest(text.as_bytes());
    let letter = |bits: u8| char::from(b'a' + bits);
    hash.iter().take(6).flat_map(|byte| [letter(byte >> 4), letter(byte & 0xf)]).collect()
}

#[cfg(test)]
mod tests {
    use super::{beginning_of, shortened};

    #[test]
    fn a_shortened_text_is_known_as_one_and_stays_apart_from_another() {
        let text = shortened("JVBE", &"JVBE".repeat(400));
        assert_eq!(beginning_of(&text), Some("JVBE"));
        assert_ne!(text, shortened("JVBE", &"JVBF".repeat(400)));
        assert!(!text.contains(|c: char| c.is_ascii_digit() && !"1600".contains(c)), "{text}");
        for whole in ["JVBE", "a…(b)", " characters)", ""] {
            assert_eq!(beginning_of(whole), None, "{whole}");
        }
    }
}
