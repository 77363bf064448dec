//! What people see in place of surrogates: marks such as `INSZ-1` and `TOKEN-2`. Every text of a recording passes here
//! on its way into a report, and loses what could make a report say something else than it does.

use std::collections::{HashMap, HashSet};

use crate::base::insz;
use crate::base::text::{Text, push_safe};
use crate::evidence::recording::Recording;

/// Beyond this many characters a text is cut off.
const MOST: usize = 4_000;

/// The marks of one recording.
pub(super) struct People {
    /// Digits of a surrogate to its mark.
    numbers: HashMap<String, String>,
    marks: HashSet<String>,
}

/// A part of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// As it stands.
    Text(&'a str),
    /// In place of a surrogate.
    Mark(&'a str),
}

impl People {
    pub(super) fn new(recording: &Recording) -> Self {
        let is_number = |surrogate: &str| surrogate.len() == 11 && surrogate.bytes().all(|b| b.is_ascii_digit());
        let numbers = recording.marks.iter().filter(|mark| is_number(&mark.surrogate));
        Self {
            numbers: numbers.map(|mark| (mark.surrogate.clone(), mark.mark.clone())).collect(),
            marks: recording.marks.iter().map(|mark| mark.mark.clone()).collect(),
        }
    }

    /// The mark of a surrogate.
    pub(super) fn mark(&self, surrogate: &str) -> Option<&str> {
        self.numbers.get(surrogate).map(String::as_str)
    }

    /// A text as people may see it: marks for surrogates, nothing invisible, bounded.
    pub(super) fn for_people(&self, text: &str) -> String {
        let mut shown = String::with_capacity(text.len());
        let mut left = MOST;
        for piece in self.pieces(text) {
            match piece {
                Piece::Mark(mark) => shown.push_str(mark),
                Piece::Text(text) => {
                    for c in text.chars() {
                        if left == 0 {
                            shown.push('…');
                            return shown;
                        }
                        left -= 1;
                        push_safe(&mut shown, c);
                    }
                }
            }
        }
        shown
    }

    /// The same in both languages.
    pub(super) fn text(&self, text: &Text) -> Text {
        text.map(|text| self.for_people(text))
    }

    /// A text cut where surrogates stand.
    pub(super) fn pieces<'a>(&'a self, text: &'a str) -> Vec<Piece<'a>> {
        let mut pieces = Vec::new();
        let (mut from, mut at) = (0, 0);
        while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
            let rest = text.get(at..).unwrap_or_default();
            let Some((length, mark)) = self.number_at(rest).or_else(|| self.mark_at(rest)) else {
                at += c.len_utf8();
                continue;
            };
            pieces.extend(text.get(from..at).filter(|before| !before.is_empty()).map(Piece::Text));
            pieces.push(Piece::Mark(mark));
            at += length;
            from = at;
        }
        pieces.extend(text.get(from..).filter(|rest| !rest.is_empty()).map(Piece::Text));
        pieces
    }

    /// The surrogate of a number at the start of a text, however it is written: its length and its mark.
    fn number_at(&self, text: &str) -> Option<(usize, &str)> {
        if self.numbers.is_empty() {
            return None;
        }
        let (length, digits) = insz::at_start(text)?;
        self.numbers.get(&digits).map(|mark| (length, mark.as_str()))
    }

    /// A mark at the start of a text, with the padding that gives it the length of what it stands for.
    fn mark_at(&self, text: &str) -> Option<(usize, &str)> {
        let word = ["INSZ-", "TOKEN-", "SECRET-"].into_iter().find(|word| text.starts_with(word))?;
        let digits = text.get(word.len()..)?.bytes().take_while(u8::is_ascii_digit).count();
        // The longest known mark: a digit may follow that belongs to the text.
        let mark =
            (1..=digits.min(9)).rev().find_map(|digits| self.marks.get(text.get(..word.len() + digits)?))?.as_str();
        let padding = text.get(mark.len()..)?.bytes().take_while(|b| *b == b'x').count();
        Some((mark.len() + padding, mark))
    }
}
