//! Text of a server made safe to show: what could make a terminal or a report say something else is escaped.

/// A piece of server text as a finding shows it: control characters escaped, at most 120 characters.
pub fn shown(text: &str) -> String {
    const MOST: usize = 120;
    let mut shown = String::new();
    for (count, c) in text.chars().enumerate() {
        if count == MOST {
            shown.push('…');
            break;
        }
        push_safe(&mut shown, c);
    }
    shown
}

/// The whole text, with what could make it say something else escaped.
pub fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    text.chars().for_each(|c| push_safe(&mut escaped, c));
    escaped
}

/// Adds a character, or its escape.
pub fn push_safe(text: &mut String, c: char) {
    if unsafe_in_text(c) { text.extend(c.escape_unicode()) } else { text.push(c) }
}

/// Whether a character could make a report say something else than it does: controls, direction marks, invisible
/// characters and line separators.
pub fn unsafe_in_text(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn server_text_cannot_carry_control_characters(text in "\\PC{0,10}[\\x00-\\x1f\u{202e}\u{9b}]{0,300}") {
            let shown = shown(&text);
            prop_assert!(!shown.chars().any(unsafe_in_text));
            prop_assert!(shown.chars().count() <= 120 * 10 + 1);
        }
    }
}
