//! The only place that holds secrets and national numbers, and the one gate that masks them. What enters a recording
//! went through [`Vault::mask_text`] or [`Vault::mask_json`] first.
//!
//! A mask is a *surrogate that keeps identity*: the same value always becomes the same surrogate, of the same type and
//! length, so that equality, patterns and lengths can still be judged. Surrogates are numbered as they are met and say
//! nothing about the value. People see them as marks: `INSZ-1`, `TOKEN-2`.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use crate::base::{insz, writing};
use crate::evidence::exchange::{Citizen, Grant};

mod finder;
mod gate;
mod hidden;
mod masking;
mod parts;

use finder::Finder;
use masking::Masking;
use parts::{GRAM, Parts};

pub use gate::Gate;

/// A token or secret shorter than this cannot be kept out of a report: to mask it would blacken every answer that
/// happens to hold these few characters.
pub const SHORTEST_SECRET: usize = 8;

/// Of a text longer than this, in bytes, only a part is recorded where it may be a document.
pub const LONG: usize = 1024;

/// What kind of value a surrogate stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SecretKind {
    /// A national number.
    Number,
    /// A token.
    Token,
    /// A client secret, an assertion, a key.
    Secret,
}

impl SecretKind {
    fn mark(self) -> &'static str {
        match self {
            Self::Number => "INSZ",
            Self::Token => "TOKEN",
            Self::Secret => "SECRET",
        }
    }
}

/// A surrogate and the mark under which people see it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Mark {
    /// What stands in the recording.
    pub surrogate: String,
    /// What people see, such as `INSZ-1`.
    pub mark: String,
}

impl Mark {
    /// Whether the surrogate is the one that this mark has.
    fn is_ours(&self) -> bool {
        let Some((word, number)) = self.mark.split_once('-') else { return false };
        let index = number.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
        let Some(index) = index.filter(|index| format!("{}", index + 1) == number) else { return false };
        match word {
            "INSZ" => self.surrogate == insz::surrogate(index),
            "TOKEN" | "SECRET" => is_padded(&self.mark, &self.surrogate),
            _ => false,
        }
    }
}

/// Secrets, national numbers and raw URLs of one run. Several answers are masked at once: what they look things up in is
/// apart from what they add to.
#[derive(Default)]
pub struct Vault {
    known: RwLock<Known>,
    table: RwLock<Table>,
    /// The raw form of those links of which it is not the masked one with the citizens' numbers in it.
    urls: RwLock<HashMap<String, String>>,
}

/// What is known beforehand, or by its place in an answer; other values are found by their look.
#[derive(Default)]
struct Known {
    values: BTreeSet<String>,
    /// Finds every one of them in every encoding.
    finder: Finder,
    /// Finds parts of tokens.
    parts: Parts,
    numbers: BTreeMap<Citizen, SecretString>,
    /// The same numbers, each after its surrogate.
    citizens: Vec<(String, SecretString)>,
    tokens: BTreeMap<Grant, SecretString>,
}

/// The surrogates.
#[derive(Default)]
struct Table {
    /// By their raw values.
    surrogates: HashMap<String, Arc<Surrogate>>,
    counts: HashMap<SecretKind, usize>,
    marks: Vec<Mark>,
    /// The surrogates in use, to leave them alone in a second pass.
    used: HashSet<String>,
}

/// What stands for a value.
struct Surrogate {
    text: String,
    mark: String,
    nature: SecretKind,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vault(…)")
    }
}

/// What was found in one answer while it was masked.
#[derive(Debug, Default)]
pub struct Found {
    /// The marks of tokens and secrets (not of national numbers).
    pub secrets: Vec<String>,
    /// The links whose raw form does not follow from the masked one, once they are read as URLs: both of each. What is
    /// longer than [`LONG`] is among them.
    pub links: Vec<(String, SecretString)>,
}

impl Found {
    /// Notes a token or a secret that an answer held, whole or in part.
    fn note(&mut self, surrogate: &Surrogate) {
        if surrogate.nature != SecretKind::Number && !self.secrets.contains(&surrogate.mark) {
            self.secrets.push(surrogate.mark.clone());
        }
    }
}

/// A panic elsewhere leaves the tables usable: every change to them is complete before the lock is let go.
fn read<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

fn write<T>(lock: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}

impl Vault {
    /// A vault that knows these national numbers from the start; their surrogates depend on the role alone.
    pub fn new(numbers: BTreeMap<Citizen, SecretString>) -> Self {
        let vault = Self::default();
        let citizens =
            numbers.values().map(|number| (vault.learn(number, SecretKind::Number), number.clone())).collect();
        {
            let mut known = write(&vault.known);
            (known.numbers, known.citizens) = (numbers, citizens);
        }
        vault
    }

    /// A vault for a recording that was made elsewhere. It knows no value, and leaves the surrogates of these marks
    /// alone.
    ///
    /// # Errors
    /// The position of the first mark that no vault would have given: with it a value could pass for a surrogate.
    pub fn of_marks(marks: &[Mark]) -> Result<Self, usize> {
        let mut table = Table::default();
        for (position, mark) in marks.iter().enumerate() {
            let is_new = table.used.insert(mark.surrogate.clone());
            if !is_new || !mark.is_ours() {
                return Err(position);
            }
        }
        table.marks = marks.to_vec();
        Ok(Self { table: RwLock::new(table), ..Self::default() })
    }

    /// Whether masking leaves this text as it is.
    pub fn is_masked(&self, text: &str) -> bool {
        self.mask_text(text) == text
    }

    /// Whether masking leaves this JSON value as it is.
    pub fn is_masked_json(&self, value: &Value) -> bool {
        self.masking().is_masked_json(value)
    }

    fn masking(&self) -> Masking<'_> {
        Masking { known: read(&self.known), table: &self.table }
    }

    /// Makes a secret known, so that it is masked wherever it shows. Returns its surrogate.
    pub fn learn(&self, secret: &SecretString, nature: SecretKind) -> String {
        let raw = secret.expose_secret();
        let mut known = write(&self.known);
        // It may have a surrogate already, by its look: known it is only from now on.
        if known.values.insert(raw.to_owned()) {
            known.finder.add(raw);
            if nature == SecretKind::Token || (nature == SecretKind::Secret && is_random(raw)) {
                known.parts.add(raw);
            }
        }
        write(&self.table).surrogate(raw, nature).text.clone()
    }

    /// Takes a text for public, such as the name of an audience: a token may hold it, and it is no part of one.
    pub fn publish(&self, text: &str) {
        write(&self.known).parts.publish(text);
    }

    /// Keeps the token that a grant yielded.
    pub fn keep_token(&self, grant: Grant, token: SecretString) {
        self.learn(&token, SecretKind::Token);
        write(&self.known).tokens.insert(grant, token);
    }

    /// The token that a grant yielded.
    pub fn token(&self, grant: Grant) -> Option<SecretString> {
        read(&self.known).tokens.get(&grant).cloned()
    }

    /// Drops the token that a grant yielded; it stays known, so that it is masked.
    pub fn forget_token(&self, grant: Grant) {
        write(&self.known).tokens.remove(&grant);
    }

    /// The national number of a citizen.
    pub fn number(&self, citizen: Citizen) -> Option<SecretString> {
        read(&self.known).numbers.get(&citizen).cloned()
    }

    /// The surrogate of a citizen's national number.
    pub fn surrogate(&self, citizen: Citizen) -> Option<String> {
        let number = self.number(citizen)?;
        read(&self.table).surrogates.get(number.expose_secret()).map(|surrogate| surrogate.text.clone())
    }

    /// The citizens whose numbers a masked text names, in whatever writing, by surrogate.
    pub fn named_in(&self, masked: &str) -> Vec<String> {
        let named = insz::numbers_in(masked);
        let known = read(&self.known);
        known.citizens.iter().map(|(surrogate, _)| surrogate).filter(|text| named.contains(*text)).cloned().collect()
    }

    /// Keeps the raw form of a masked URL, so that the link can be followed. The first one stays that does not follow from
    /// the masked form: a source that plants surrogates leads us astray in its own links, and nowhere else.
    pub fn keep_url(&self, masked: String, raw: String) {
        if self.url(&masked).as_ref() != Some(&raw) {
            write(&self.urls).entry(masked).or_insert(raw);
        }
    }

    /// Whether a text is the masked one with the citizens' numbers in the place of their surrogates.
    pub fn is_plain(&self, masked: &str, raw: &str) -> bool {
        read(&self.known).is_plain(masked, raw)
    }

    /// The raw form of a masked URL: the one that was kept; else the one with the citizens' numbers in it. None where it
    /// holds another surrogate, since no answer told what stands there.
    pub fn url(&self, masked: &str) -> Option<String> {
        if let Some(raw) = read(&self.urls).get(masked) {
            return Some(raw.clone());
        }
        let known = read(&self.known);
        let numbers = insz::look_alikes(masked);
        let of_citizens = |text: &str| known.citizens.iter().any(|(surrogate, _)| surrogate == text);
        let stranger = numbers.iter().any(|(_, _, digits)| !of_citizens(digits) && self.is_surrogate(digits));
        let is_secret = |mark: &Mark| !mark.surrogate.starts_with(|first: char| first.is_ascii_digit());
        let secret = |mark: &Mark| is_secret(mark) && masked.contains(&mark.surrogate);
        let is_strange = stranger || read(&self.table).marks.iter().any(secret);
        (!is_strange).then(|| known.with_numbers(masked))
    }

    fn is_surrogate(&self, text: &str) -> bool {
        read(&self.table).used.contains(text)
    }

    /// A masked text with the citizens' numbers in it.
    pub fn with_numbers(&self, masked: &str) -> SecretString {
        read(&self.known).with_numbers(masked).into()
    }

    /// Masks a text: known values in every encoding, and what looks like a national number or a JWT.
    pub fn mask_text(&self, text: &str) -> String {
        self.masking().mask(text, &mut Found::default()).into_owned()
    }

    /// Like [`Vault::mask_text`], and says which secrets it met.
    pub fn mask_noting(&self, text: &str, found: &mut Found) -> String {
        self.masking().mask(text, found).into_owned()
    }

    /// Like [`Vault::mask_noting`], for a text that others may read as a URL: what shows only then is masked too.
    pub fn mask_link(&self, text: &str, found: &mut Found) -> String {
        self.masking().mask_string(text, found).into_owned()
    }

    /// Masks every string, number and member name of a JSON value.
    pub fn mask_json(&self, mut value: Value, found: &mut Found) -> Value {
        self.masking().mask_json(&mut value, found);
        value
    }

    /// The surrogate of a value that was met before.
    pub fn surrogate_of(&self, raw: &str) -> Option<String> {
        read(&self.table).surrogates.get(raw).map(|surrogate| surrogate.text.clone())
    }

    /// A surrogate for a value that is a secret only where it stands, such as a short state in a URL: the same value has
    /// the same one, and elsewhere it is left alone.
    pub fn stand_in(&self, raw: &str, nature: SecretKind) -> String {
        write(&self.table).surrogate(raw, nature).text.clone()
    }

    /// The tokens, secrets and numbers that a text holds, in whatever writing, by their surrogates, in the order of their
    /// first place. With those that are known come those that only look so.
    pub fn held_in(&self, text: &str) -> Vec<String> {
        let held = self.masking().held(text.as_bytes());
        unique(held.into_iter().map(|(surrogate, _)| surrogate))
    }

    /// The same without what only looks so: a long program holds eleven digits in a row that are nobody's.
    pub fn known_in(&self, text: &str) -> Vec<String> {
        let held = self.masking().held(text.as_bytes());
        let known = read(&self.known);
        let is_citizen = |text: &str| known.citizens.iter().any(|(surrogate, _)| surrogate == text);
        let is_known = |(surrogate, is_ours): &(Arc<Surrogate>, bool)| {
            *is_ours && (surrogate.nature != SecretKind::Number || is_citizen(&surrogate.text))
        };
        unique(held.into_iter().filter(is_known).map(|(surrogate, _)| surrogate))
    }

    /// All marks so far, with their surrogates.
    pub fn marks(&self) -> Vec<Mark> {
        read(&self.table).marks.clone()
    }

    /// A masked text as people see it: `INSZ-1` in place of a surrogate.
    pub fn for_people(&self, masked: &str) -> String {
        let table = read(&self.table);
        table.marks.iter().fold(masked.to_owned(), |text, mark| text.replace(&mark.surrogate, &mark.mark))
    }

    /// The last look at an output: whether a value that must not be there stands in it, in whatever writing, or a part
    /// of a token. Surrogates and marks are fine.
    pub fn leaks(&self, output: &str) -> bool {
        // Evidence from elsewhere has a vault that knows no value: there is nothing to look for.
        if read(&self.known).values.is_empty() {
            return false;
        }
        let mut leaks = false;
        writing::each(output.as_bytes(), &mut |reading| {
            let is_known = |(_, _, digits): &(usize, usize, String)| read(&self.known).values.contains(digits);
            leaks = leaks || self.shows_in(reading) || insz::look_alikes(reading).iter().any(is_known);
        });
        leaks
    }

    /// Whether a value stands in one writing of a text, or a part of a token; what is a national number by its look alone
    /// is not looked for.
    fn shows_in(&self, reading: &[u8]) -> bool {
        let known = read(&self.known);
        known.finder.is_in(reading) || known.parts.is_in(reading)
    }
}

impl Known {
    /// A text with the citizens' numbers in the place of their surrogates.
    fn with_numbers(&self, masked: &str) -> String {
        let put = |text: String, (surrogate, number): &(String, SecretString)| {
            text.replace(surrogate, number.expose_secret())
        };
        self.citizens.iter().fold(masked.to_owned(), put)
    }

    /// Whether that is this text. Said of every link of a long list, so nothing is made for it.
    fn is_plain(&self, masked: &str, raw: &str) -> bool {
        let (mut masked, mut raw) = (masked.as_bytes(), raw.as_bytes());
        while let Some((one, rest)) = masked.split_first() {
            // Their first digit tells nearly always that it is none of them.
            let starts = |surrogate: &[u8]| surrogate.first() == Some(one) && masked.starts_with(surrogate);
            let known = self.citizens.iter().find(|(surrogate, _)| starts(surrogate.as_bytes()));
            (masked, raw) = match (known, raw) {
                (Some((surrogate, number)), _) => {
                    let Some(after) = raw.strip_prefix(number.expose_secret().as_bytes()) else { return false };
                    (masked.get(surrogate.len()..).unwrap_or_default(), after)
                }
                (None, [other, after @ ..]) if other == one => (rest, after),
                (None, _) => return false,
            };
        }
        raw.is_empty()
    }
}

impl Table {
    /// The surrogate of a value, made at the first meeting.
    fn surrogate(&mut self, raw: &str, nature: SecretKind) -> Arc<Surrogate> {
        if let Some(known) = self.surrogates.get(raw) {
            return Arc::clone(known);
        }
        let count = self.counts.entry(nature).or_insert(0);
        let index = *count;
        *count += 1;
        let mark = format!("{}-{}", nature.mark(), index + 1);
        let text = match nature {
            SecretKind::Number => insz::surrogate(index),
            SecretKind::Token | SecretKind::Secret => padded(&mark, raw.len()),
        };
        self.used.insert(text.clone());
        self.marks.push(Mark { surrogate: text.clone(), mark: mark.clone() });
        let surrogate = Arc::new(Surrogate { text, mark, nature });
        self.surrogates.insert(raw.to_owned(), Arc::clone(&surrogate));
        surrogate
    }
}

/// Each of them once, as it stands in the recording.
fn unique(held: impl Iterator<Item = Arc<Surrogate>>) -> Vec<String> {
    let mut seen = HashSet::new();
    held.map(|surrogate| surrogate.text.clone()).filter(|text| seen.insert(text.clone())).collect()
}

/// Whether a secret has the look of one that a program made: a part of any other may be a word of a language.
fn is_random(secret: &str) -> bool {
    let has = |kind: fn(&u8) -> bool| secret.bytes().filter(kind).count() >= 4;
    secret.len() >= 24 && has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic)
}

/// What fills a mark up: a character of the Base64url alphabet.
const PADDING: u8 = b'x';

/// A mark, padded to a length.
fn padded(mark: &str, length: usize) -> String {
    let mut text = mark.to_owned();
    while text.len() < length {
        text.push(char::from(PADDING));
    }
    text
}

/// Whether a text is that mark, padded or not.
fn is_padded(mark: &str, text: &str) -> bool {
    text.strip_prefix(mark).is_some_and(|padding| padding.bytes().all(|b| b == PADDING))
}

#[cfg(test)]
mod tests;
