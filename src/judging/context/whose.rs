//! Whose numbers a text of the recording holds: the one question that every check asks about them.

use std::collections::BTreeSet;

use super::{Answer, CheckContext};
use crate::base::{insz, writing};
use crate::evidence::exchange::{Citizen, Content};

/// Whose national numbers a text names, in whatever writing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Whose {
    /// The citizens of the profile.
    pub citizens: BTreeSet<Citizen>,
    /// What looks like the number of anybody else, by surrogate: it may be one by chance.
    pub strangers: BTreeSet<String>,
}

impl Whose {
    /// Whether it names nobody.
    pub fn is_nobody(&self) -> bool {
        self.citizens.is_empty() && self.strangers.is_empty()
    }

    fn add(&mut self, more: Self) {
        self.citizens.extend(more.citizens);
        self.strangers.extend(more.strangers);
    }
}

impl CheckContext<'_> {
    /// Whose numbers a masked text holds.
    pub fn whose(&self, text: &str) -> Whose {
        let citizens = || self.setup().citizens.iter().map(|(citizen, person)| (*citizen, person.insz.as_str()));
        let mut whose = Whose::default();
        writing::each(text.as_bytes(), &mut |reading| {
            for (_, _, digits) in insz::look_alikes(reading) {
                match citizens().find(|(_, insz)| *insz == digits) {
                    Some((citizen, _)) => drop(whose.citizens.insert(citizen)),
                    None => drop(whose.strangers.insert(digits)),
                }
            }
            // A number that was known was found within a longer run of digits too.
            whose.citizens.extend(citizens().filter(|(_, insz)| holds(reading, insz)).map(|(citizen, _)| citizen));
        });
        whose
    }

    /// The citizens of the profile whose numbers a masked text holds.
    pub fn citizens_in(&self, text: &str) -> BTreeSet<Citizen> {
        self.whose(text).citizens
    }

    /// Whose numbers an answer holds, in its headers and its body.
    pub fn whose_in_answer(&self, answer: Answer<'_>) -> Whose {
        let response = answer.response;
        let mut whose = Whose::default();
        for text in response.headers.iter().flat_map(|(name, value)| [name, value]) {
            whose.add(self.whose(text));
        }
        for name in &response.facts.duplicate_keys {
            whose.add(self.whose(name));
        }
        match &response.content {
            Content::Json(json) => whose.add(self.whose(&json.tree().to_string())),
            Content::Text(text) => whose.add(self.whose(text)),
            Content::Document(document) => document.names.iter().for_each(|name| whose.add(self.whose(name))),
            Content::Empty => {}
        }
        whose
    }

    /// The citizens of the profile whose numbers an answer holds, in its headers and its body.
    pub fn citizens_in_answer(&self, answer: Answer<'_>) -> BTreeSet<Citizen> {
        self.whose_in_answer(answer).citizens
    }
}

fn holds(text: &[u8], number: &str) -> bool {
    String::from_utf8_lossy(text).contains(number)
}
