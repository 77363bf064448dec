//! Which token a masked value is. A token shows as its mark, padded to its length (`TOKEN-3xxxx`), and the mark is the same
//! wherever it comes again, in whatever encoding.

use std::collections::BTreeMap;

use super::Visited;
use crate::evidence::exchange::visit::{Issued, TokenKind};

/// The tokens that our own ACM and MBP gave in visits, by mark.
#[derive(Debug, Default)]
pub struct Tokens<'a>(BTreeMap<&'a str, &'a Issued>);

impl<'a> Tokens<'a> {
    /// Those of these visits.
    pub fn of(visits: &[Visited<'a>]) -> Self {
        let mut tokens = BTreeMap::new();
        for seen in visits.iter().flat_map(Visited::issued) {
            if let Some(mark) = mark_of(&seen.what.token) {
                tokens.entry(mark).or_insert(seen.what);
            }
        }
        Self(tokens)
    }

    /// The token that a masked value is; none where nobody gave such a one.
    pub fn find(&self, value: &str) -> Option<&'a Issued> {
        self.0.get(mark_of(value)?).copied()
    }

    /// The tokens of these kinds in a masked text.
    pub fn within(&self, text: &str, kinds: &[TokenKind]) -> Vec<&'a Issued> {
        let found = marks_in(text).into_iter().filter_map(|mark| self.0.get(mark).copied());
        found.filter(|issued| kinds.contains(&issued.kind)).collect()
    }

    /// Whether a masked value is a token of that kind.
    pub fn is(&self, value: &str, kind: TokenKind) -> bool {
        self.find(value).is_some_and(|issued| issued.kind == kind)
    }
}

/// The mark of a token or a secret, where a masked text is one as a whole.
pub fn mark_of(text: &str) -> Option<&str> {
    let (start, end, full) = next_mark(text, 0)?;
    (start == 0 && full == text.len()).then(|| text.get(start..end)).flatten()
}

/// The marks of the tokens and secrets in a masked text.
pub fn marks_in(text: &str) -> Vec<&str> {
    let (mut marks, mut from) = (Vec::new(), 0);
    while let Some((start, end, full)) = next_mark(text, from) {
        marks.extend(text.get(start..end));
        from = full;
    }
    marks
}

/// Where the next mark begins and ends, and where its padding ends.
fn next_mark(text: &str, from: usize) -> Option<(usize, usize, usize)> {
    let rest = text.get(from..)?;
    let starts = ["TOKEN-", "SECRET-"].into_iter().filter_map(|word| Some((rest.find(word)?, word.len())));
    let (start, length) = starts.min()?;
    let after = rest.get(start + length..)?;
    let digits = after.bytes().take_while(u8::is_ascii_digit).count();
    let end = start + length + digits;
    if digits == 0 {
        return next_mark(text, from + end);
    }
    let padding = rest.get(end..)?.bytes().take_while(|byte| *byte == b'x').count();
    Some((from + start, from + end, from + end + padding))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_found_with_its_padding_and_without() {
        assert_eq!(mark_of("TOKEN-12xxxx"), Some("TOKEN-12"));
        assert_eq!(mark_of("TOKEN-12"), Some("TOKEN-12"));
        for other in ["TOKEN-12xxxx?x=1", " TOKEN-1", "TOKEN-", "undefined", "", "TOKEN-1TOKEN-2"] {
            assert_eq!(mark_of(other), None, "{other}");
        }
        let url = "https://mbp.example/a?token=TOKEN-3xxx&b=SECRET-1x&c=TOKEN-&d=TOKEN-3";
        assert_eq!(marks_in(url), ["TOKEN-3", "SECRET-1", "TOKEN-3"]);
    }
}
