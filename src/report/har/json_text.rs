//! Reads JSON that programs write: large, and mostly right. Its parser knows line and column, also of a part.

use serde::Deserialize;

use crate::base::input::{Diagnostic, Diagnostics, without_values};
use crate::base::text::Text;
use crate::evidence::vault::Vault;
use crate::text;

/// The longest words of a parser that are shown, in characters: what it stumbled over may be anything.
const LONGEST: usize = 300;

/// The text of a JSON file, and its name in faults.
pub(super) struct JsonText<'a> {
    file: &'a str,
    text: &'a str,
}

impl<'a> JsonText<'a> {
    /// A text that was read.
    pub(super) fn new(file: &'a str, text: &'a str) -> Self {
        Self { file, text }
    }

    /// All of it.
    pub(super) fn text(&self) -> &'a str {
        self.text
    }

    /// A part of the text as a `T`. `expected` says in words what should stand there.
    ///
    /// # Errors
    /// The first thing that is wrong with it, with its line and column in the file.
    pub(super) fn read<'b, T: Deserialize<'b>>(&self, part: &'b str, expected: &Text) -> Result<T, Diagnostics> {
        serde_json::from_str(part).map_err(|error| {
            // Never the values that it stumbled over.
            let words = Vault::default().mask_text(&without_values(&error.to_string()));
            let words = words.rsplit_once(" at line ").map_or(words.as_str(), |(words, _)| words);
            let words: String = words.chars().take(LONGEST).collect();
            let Text { nl, en } = expected;
            let message = text!("{nl} wordt verwacht: {words}", "{en} is expected: {words}");
            let (line, column) = self.position(part);
            let place = if error.line() <= 1 {
                (line, column + error.column().max(1) - 1)
            } else {
                (line + error.line() - 1, error.column().max(1))
            };
            self.at(place, message, mend()).into()
        })
    }

    /// A fault at the beginning of a part of the text.
    pub(super) fn fault(&self, part: &str, message: Text, remedy: Text) -> Diagnostic {
        self.at(self.position(part), message, remedy)
    }

    fn at(&self, (line, column): (usize, usize), message: Text, remedy: Text) -> Diagnostic {
        Diagnostic::new(self.file, message, remedy).at(format!("{line}:{column}"))
    }

    /// Line and column, from 1, of a part that was borrowed from the text.
    fn position(&self, part: &str) -> (usize, usize) {
        let offset = (part.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize);
        let before = self.text.as_bytes().get(..offset).unwrap_or_default();
        let line = before.split(|b| *b == b'\n').count();
        let column = before.iter().rev().take_while(|b| **b != b'\n').count() + 1;
        (line, column)
    }
}

fn mend() -> Text {
    text!("neem het bestand zoals bronkeur het schreef", "take the file as bronkeur wrote it")
}
