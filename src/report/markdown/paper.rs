//! Markdown that says what it should, whatever the words: a page of bounded size, and texts in which nothing is markup.

use std::fmt::Write as _;

use crate::base::text::push_safe;
use crate::report::words::bounded;

/// Bytes that are kept for what is always said: how much was left out, and the last line.
const RESERVE: usize = 600;

/// A page of bounded size.
pub(in crate::report) struct Paper {
    text: String,
    most: usize,
}

impl Paper {
    pub(in crate::report) fn new(most: usize) -> Self {
        Self { text: String::new(), most: most.saturating_sub(RESERVE) }
    }

    /// Bytes that are left.
    pub(in crate::report) fn room(&self) -> usize {
        self.most.saturating_sub(self.text.len())
    }

    /// Adds what must be there.
    pub(in crate::report) fn always(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Adds what is to be said of each as long as it fits into that many bytes. Returns of how many it did not.
    pub(in crate::report) fn while_it_fits<T>(
        &mut self,
        all: &[T],
        room: usize,
        piece: impl Fn(&T) -> String,
    ) -> usize {
        let end = self.text.len() + room;
        for (position, one) in all.iter().enumerate() {
            let piece = piece(one);
            if self.text.len() + piece.len() > end {
                return all.len() - position;
            }
            self.text.push_str(&piece);
        }
        0
    }

    pub(in crate::report) fn finish(self) -> String {
        self.text
    }
}

/// A text within a line, in Markdown or in the HTML that it allows: nothing in it is markup, a link or a mention. What
/// stands between backticks is code, as everywhere in our texts.
pub(in crate::report) fn inline(text: &str, most: usize) -> String {
    let text = bounded(text, most);
    let paired = text.matches('`').count().is_multiple_of(2);
    let mut line = String::with_capacity(text.len());
    let mut within = false;
    let mut following = text.chars().skip(1);
    for c in text.chars() {
        let next = following.next().unwrap_or(' ');
        match c {
            '`' if paired => {
                within = !within;
                line.push_str(if within { "<code>" } else { "</code>" });
            }
            '\n' => line.push(' '),
            // A platform looks for mentions in what it has rendered: an entity alone would not stop it.
            '@' if !within => line.push_str("&#64;&#8203;"),
            // Before anything but a space it could make an address or an emoji.
            ':' if next.is_whitespace() => line.push(c),
            c if is_plain(c) => line.push(c),
            c if c.is_ascii_punctuation() => {
                let _ = write!(line, "&#{};", u32::from(c));
            }
            c => push_safe(&mut line, c),
        }
    }
    // Markdown makes links of these by itself.
    line.replace("www.", "www&#46;").replace("WWW.", "WWW&#46;")
}

/// Punctuation that means nothing within a line.
fn is_plain(c: char) -> bool {
    // Parentheses and the exclamation mark mean something beside brackets only, and those are escaped.
    matches!(c, ',' | '.' | '-' | '/' | '\'' | '?' | '%' | ';' | '=' | '!' | '(' | ')' | '"')
}

/// The address of a link: what could end it, percent-encoded.
pub(in crate::report) fn address(link: &str) -> String {
    let mut address = String::with_capacity(link.len());
    for c in link.chars() {
        if c.is_ascii_alphanumeric() || matches!(c, ':' | '/' | '.' | '-' | '_' | '~' | '?' | '=' | '&' | '#' | '%') {
            address.push(c);
        } else {
            for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                let _ = write!(address, "%{byte:02X}");
            }
        }
    }
    address
}

/// A block of code, in a fence that nothing in it can close.
pub(in crate::report) fn fenced(language: &str, code: &str) -> String {
    let runs = code.split(|c| c != '`').map(str::len);
    let fence = "`".repeat(runs.max().unwrap_or_default().max(2) + 1);
    format!("{fence}{language}\n{code}\n{fence}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_is_markup() {
        for (text, line) in [
            ("a <b>x</b> | y", "a &#60;b&#62;x&#60;/b&#62; &#124; y"),
            ("![x](javascript:y)", "!&#91;x&#93;(javascript&#58;y)"),
            ("**a** _b_ ~c~ \\", "&#42;&#42;a&#42;&#42; &#95;b&#95; &#126;c&#126; &#92;"),
            ("@octocat", "&#64;&#8203;octocat"),
            ("https://h.be www.h.be", "https&#58;//h.be www&#46;h.be"),
            ("a\n# b", "a &#35; b"),
            ("`<i>` and `@a`", "<code>&#60;i&#62;</code> and <code>&#64;a</code>"),
            ("one ` alone", "one &#96; alone"),
            ("\u{202e}", "\\u{202e}"),
        ] {
            assert_eq!(inline(text, 200), line);
        }
    }

    #[test]
    fn a_fence_is_longer_than_what_it_holds() {
        assert_eq!(fenced("sh", "a"), "```sh\na\n```\n");
        assert_eq!(fenced("", "````\n<b>"), "`````\n````\n<b>\n`````\n");
    }

    #[test]
    fn an_address_stays_one() {
        assert_eq!(address("https://h.be/a) [x](b \"c"), "https://h.be/a%29%20%5Bx%5D%28b%20%22c");
    }

    #[test]
    fn what_does_not_fit_is_counted() {
        let mut paper = Paper::new(RESERVE + 10);
        let left = paper.while_it_fits(&["12345", "123456", "1"], 10, |piece| (*piece).to_owned());
        assert_eq!((left, paper.finish().as_str()), (2, "12345"));
    }
}
