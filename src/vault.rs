//! The only place that holds secrets and national numbers, and the one gate that masks them. What enters a recording
//! went through [`Vault::mask_text`] or [`Vault::mask_json`] first.
//!
//! A mask is a *surrogate that keeps identity*: the same value always becomes the same surrogate, of the same type and
//! length, so that equality, patterns and lengths can still be judged. Surrogates are numbered as they are met and say
//! nothing about the value. People see them as marks: `INSZ-1`, `TOKEN-2`.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Number, Value};
use url::Url;

use crate::exchange::{Citizen, Grant};
use crate::insz;

/// A token or secret shorter than this cannot be kept out of a report: to mask it would blacken every answer that
/// happens to hold these few characters.
pub const SHORTEST_SECRET: usize = 8;

/// What kind of value a surrogate stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Nature {
    /// A national number.
    Number,
    /// A token.
    Token,
    /// A client secret, an assertion, a key.
    Secret,
}

impl Nature {
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

/// Secrets, national numbers and raw URLs of one run.
#[derive(Default)]
pub struct Vault {
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    /// Raw value to surrogate.
    surrogates: HashMap<String, Surrogate>,
    counts: HashMap<Nature, usize>,
    marks: Vec<Mark>,
    /// The surrogates in use, to leave them alone in a second pass.
    used: HashSet<String>,
    /// Finds every known value in every encoding; rebuilt when a value is added.
    finder: Option<Finder>,
    /// The values that are known beforehand or by their place; the others are found by their look.
    known: BTreeSet<String>,
    numbers: BTreeMap<Citizen, SecretString>,
    tokens: BTreeMap<Grant, SecretString>,
    urls: HashMap<String, String>,
}

#[derive(Clone)]
struct Surrogate {
    text: String,
    mark: String,
    nature: Nature,
}

struct Finder {
    automaton: AhoCorasick,
    /// For each pattern: the raw value that it encodes.
    owners: Vec<String>,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vault(…)")
    }
}

/// Texts found in one answer while it was masked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The marks of tokens and secrets (not of national numbers).
    pub secrets: Vec<String>,
}

impl Vault {
    /// A vault that knows these national numbers from the start; their surrogates depend on the role alone.
    pub fn new(numbers: BTreeMap<Citizen, SecretString>) -> Self {
        let vault = Self::default();
        {
            let mut inner = vault.lock();
            for (citizen, number) in numbers {
                inner.learn(number.expose_secret(), Nature::Number);
                inner.numbers.insert(citizen, number);
            }
        }
        vault
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // A panic elsewhere leaves the tables usable: every change to them is complete before the lock is let go.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes a secret known, so that it is masked wherever it shows. Returns its surrogate.
    pub fn learn(&self, secret: &SecretString, nature: Nature) -> String {
        self.lock().learn(secret.expose_secret(), nature)
    }

    /// Keeps the token that a grant yielded.
    pub fn keep_token(&self, grant: Grant, token: SecretString) {
        let mut inner = self.lock();
        inner.learn(token.expose_secret(), Nature::Token);
        inner.tokens.insert(grant, token);
    }

    /// The token that a grant yielded.
    pub fn token(&self, grant: Grant) -> Option<SecretString> {
        self.lock().tokens.get(&grant).cloned()
    }

    /// The national number of a citizen.
    pub fn number(&self, citizen: Citizen) -> Option<SecretString> {
        self.lock().numbers.get(&citizen).cloned()
    }

    /// The surrogate of a citizen's national number.
    pub fn surrogate(&self, citizen: Citizen) -> Option<String> {
        let inner = self.lock();
        let number = inner.numbers.get(&citizen)?;
        inner.surrogates.get(number.expose_secret()).map(|surrogate| surrogate.text.clone())
    }

    /// Keeps the raw form of a masked URL, so that the link can be followed.
    pub fn keep_url(&self, masked: String, raw: String) {
        self.lock().urls.entry(masked).or_insert(raw);
    }

    /// The raw form of a masked URL that an answer held.
    pub fn url(&self, masked: &str) -> Option<String> {
        self.lock().urls.get(masked).cloned()
    }

    /// Masks a text: known values in every encoding, and what looks like a national number or a JWT.
    pub fn mask_text(&self, text: &str) -> String {
        self.lock().mask(text, &mut Found::default())
    }

    /// Like [`Vault::mask_text`], and says which secrets it met.
    pub fn mask_noting(&self, text: &str, found: &mut Found) -> String {
        self.lock().mask(text, found)
    }

    /// Masks every string, number and member name of a JSON value.
    pub fn mask_json(&self, value: Value, found: &mut Found) -> Value {
        self.lock().mask_json(value, found)
    }

    /// All marks so far, with their surrogates.
    pub fn marks(&self) -> Vec<Mark> {
        self.lock().marks.clone()
    }

    /// A masked text as people see it: `INSZ-1` in place of a surrogate.
    pub fn for_people(&self, masked: &str) -> String {
        let inner = self.lock();
        inner.marks.iter().fold(masked.to_owned(), |text, mark| text.replace(&mark.surrogate, &mark.mark))
    }

    /// The last look at an output: whether a value that must not be there stands in it. Surrogates and marks are fine.
    pub fn leaks(&self, output: &str) -> bool {
        let mut inner = self.lock();
        let finder = inner.finder();
        finder.is_some_and(|finder| finder.automaton.is_match(output))
    }
}

impl Inner {
    fn learn(&mut self, raw: &str, nature: Nature) -> String {
        // It may have a surrogate already, by its look: known it is only from now on.
        if self.known.insert(raw.to_owned()) {
            self.finder = None;
        }
        self.surrogate(raw, nature).text
    }

    /// The surrogate of a value, made at the first meeting.
    fn surrogate(&mut self, raw: &str, nature: Nature) -> Surrogate {
        if let Some(known) = self.surrogates.get(raw) {
            return known.clone();
        }
        let count = self.counts.entry(nature).or_insert(0);
        let index = *count;
        *count += 1;
        let mark = format!("{}-{}", nature.mark(), index + 1);
        let text = match nature {
            Nature::Number => insz::surrogate(index),
            Nature::Token | Nature::Secret => padded(&mark, raw.len()),
        };
        let surrogate = Surrogate { text: text.clone(), mark: mark.clone(), nature };
        self.used.insert(text.clone());
        self.marks.push(Mark { surrogate: text, mark });
        self.surrogates.insert(raw.to_owned(), surrogate.clone());
        surrogate
    }

    fn finder(&mut self) -> Option<&Finder> {
        if self.finder.is_none() && !self.known.is_empty() {
            self.finder = Finder::new(&self.known);
        }
        self.finder.as_ref()
    }

    fn mask(&mut self, text: &str, found: &mut Found) -> String {
        let text = self.mask_known(text, found);
        let text = self.mask_jwts(&text);
        let text = self.mask_passwords(&text);
        self.mask_numbers(&text)
    }

    /// Known values first, in one pass over all encodings, the longest match at each place.
    fn mask_known(&mut self, text: &str, found: &mut Found) -> String {
        let Some(finder) = self.finder() else { return text.to_owned() };
        let matches: Vec<(usize, usize, String)> = finder
            .automaton
            .find_iter(text)
            .filter_map(|m| Some((m.start(), m.end(), finder.owners.get(m.pattern().as_usize())?.clone())))
            .collect();
        if matches.is_empty() {
            return text.to_owned();
        }
        let mut masked = String::with_capacity(text.len());
        let mut end = 0;
        for (from, to, owner) in matches {
            let Some(surrogate) = self.surrogates.get(&owner).cloned() else { continue };
            masked.push_str(text.get(end..from).unwrap_or_default());
            // Another encoding of the value shows as its mark: its own surrogate would not be of that encoding.
            let raw = text.get(from..to) == Some(owner.as_str());
            masked.push_str(&if raw { surrogate.text } else { padded(&surrogate.mark, to - from) });
            if surrogate.nature != Nature::Number && !found.secrets.contains(&surrogate.mark) {
                found.secrets.push(surrogate.mark);
            }
            end = to;
        }
        masked.push_str(text.get(end..).unwrap_or_default());
        masked
    }

    /// Whatever looks like a JWT is a token, whoever made it.
    fn mask_jwts(&mut self, text: &str) -> String {
        let mut masked = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(start) = rest.find("eyJ") {
            let (before, candidate) = rest.split_at(start);
            masked.push_str(before);
            let (length, is_jwt) = jwt_at(candidate);
            let (token, after) = candidate.split_at(length);
            if is_jwt {
                // Not noted as a secret of ours: a signed download link may well hold a JWT of the source's own.
                masked.push_str(&self.surrogate(token, Nature::Token).text);
            } else {
                masked.push_str(token);
            }
            rest = after;
        }
        masked.push_str(rest);
        masked
    }

    /// The password in a URL (`https://user:password@host`) is one, whoever gave it.
    fn mask_passwords(&mut self, text: &str) -> String {
        let mut masked = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(start) = rest.find("://") {
            let (before, authority) = rest.split_at(start + 3);
            masked.push_str(before);
            rest = authority;
            let Some((user, password)) = userinfo(authority) else { continue };
            masked.push_str(user);
            masked.push(':');
            if self.used.contains(password) {
                masked.push_str(password);
            } else {
                masked.push_str(&self.surrogate(password, Nature::Secret).text);
            }
            rest = authority.get(user.len() + 1 + password.len()..).unwrap_or_default();
        }
        masked.push_str(rest);
        masked
    }

    /// Whatever looks like a national number (11 digits with a valid check number, with or without the usual
    /// separators), unless it is one of our surrogates already.
    fn mask_numbers(&mut self, text: &str) -> String {
        let mut masked = String::with_capacity(text.len());
        let mut end = 0;
        for (from, to, digits) in insz::look_alikes(text) {
            if self.is_surrogate(&digits) {
                continue;
            }
            masked.push_str(text.get(end..from).unwrap_or_default());
            let surrogate = self.surrogate(&digits, Nature::Number).text;
            masked.push_str(&insz::with_separators(&surrogate, text.get(from..to).unwrap_or_default()));
            end = to;
        }
        masked.push_str(text.get(end..).unwrap_or_default());
        masked
    }

    /// Within one pass, what `mask_known` put there must stay. A source that plants one of our surrogates gains
    /// nothing: a surrogate is never turned back into a value.
    fn is_surrogate(&self, digits: &str) -> bool {
        self.used.contains(digits)
    }

    fn mask_json(&mut self, value: Value, found: &mut Found) -> Value {
        match value {
            Value::String(text) => Value::String(self.mask_string(&text, found)),
            Value::Number(number) => self.mask_number(&number, found),
            Value::Array(items) => Value::Array(items.into_iter().map(|item| self.mask_json(item, found)).collect()),
            Value::Object(members) => {
                let mut masked = Map::with_capacity(members.len());
                for (name, value) in members {
                    let value = match value {
                        Value::String(text) if TOKENS.contains(&name.as_str()) => self.mask_token(&text, found),
                        other => self.mask_json(other, found),
                    };
                    masked.insert(self.mask_string(&name, found), value);
                }
                Value::Object(masked)
            }
            other => other,
        }
    }

    /// A text of a JSON body. A link in it will be read as a URL, and that drops line breaks and decodes the host: what
    /// shows only then is masked too, and the text becomes what it is read as.
    fn mask_string(&mut self, text: &str, found: &mut Found) -> String {
        let masked = self.mask(text, found);
        let mut read: String = masked.chars().filter(|c| !matches!(c, '\t' | '\n' | '\r')).collect();
        if let Ok(url) = Url::parse(&read) {
            read = url.into();
        }
        if read == masked {
            return masked;
        }
        let again = self.mask(&read, found);
        if again == read { masked } else { again }
    }

    /// What stands where a token stands is one, however short it is.
    fn mask_token(&mut self, text: &str, found: &mut Found) -> Value {
        let masked = self.mask_string(text, found);
        if text.is_empty() || masked != text || self.used.contains(text) {
            return Value::String(masked);
        }
        Value::String(self.surrogate(text, Nature::Token).text)
    }

    fn mask_number(&mut self, number: &Number, found: &mut Found) -> Value {
        let text = number.to_string();
        let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |digits| ("-", digits));
        let (digits, fraction) = digits.strip_suffix(".0").map_or((digits, ""), |digits| (digits, ".0"));
        // As a JSON number a national number loses its leading zeros.
        let number_of = |digits: &str| format!("{digits:0>11}");
        let known = digits.len() <= 11 && self.known.contains(&number_of(digits));
        let masked = if known {
            let surrogate = self.surrogate(&number_of(digits), Nature::Number).text;
            format!("{sign}{surrogate}{fraction}")
        } else {
            self.mask(&text, found)
        };
        if masked == text {
            return Value::Number(number.clone());
        }
        masked.parse().map(Value::Number).unwrap_or(Value::String(masked))
    }
}

impl Finder {
    fn new(known: &BTreeSet<String>) -> Option<Self> {
        let mut patterns = Vec::new();
        let mut owners = Vec::new();
        for raw in known {
            for pattern in encodings(raw) {
                patterns.push(pattern);
                owners.push(raw.clone());
            }
        }
        // Building fails only beyond two thousand million states; without an automaton nothing may be recorded.
        AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            // `%2f` is `%2F`, and what stands in the host of a URL loses its capitals.
            .ascii_case_insensitive(true)
            // Not the one that searches fastest: it takes longer to build, at every token, than all searches together.
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(&patterns)
            .ok()
            .map(|automaton| Self { automaton, owners })
    }
}

/// The forms in which a value may show, in whatever case: as it is, percent-encoded once or twice, with the usual
/// separators, in Base64 at each of the three alignments.
fn encodings(raw: &str) -> Vec<String> {
    let mut forms = vec![raw.to_owned()];
    for set in [NON_ALPHANUMERIC, UNRESERVED, WITH_SLASH] {
        let encoded = utf8_percent_encode(raw, set).to_string();
        forms.push(encoded.replace('%', "%25"));
        forms.push(encoded.replace("%20", "+"));
        forms.push(encoded);
    }
    // JSON and JavaScript in a body that is neither parsed nor parsable.
    forms.push(raw.replace('/', "\\/"));
    if insz::valid(raw) {
        forms.extend(insz::written_forms(raw));
    }
    for skip in 0..3 {
        let padded = [vec![b'_'; skip], raw.as_bytes().to_vec()].concat();
        for engine in [STANDARD_NO_PAD, URL_SAFE_NO_PAD] {
            let text = engine.encode(&padded);
            // The first and the last characters depend on the neighbours: only the middle is this value's own.
            let from = [0, 2, 3].get(skip).copied().unwrap_or_default();
            let to = padded.len() * 8 / 6;
            forms.extend(text.get(from..to).filter(|middle| middle.len() >= 8).map(str::to_owned));
        }
    }
    forms.sort();
    forms.dedup();
    forms.retain(|form| !form.is_empty());
    forms
}

/// The members whose value is a token or a secret, in an answer to a token request and wherever else they stand.
const TOKENS: [&str; 5] = ["access_token", "refresh_token", "id_token", "client_secret", "client_assertion"];

/// What encoders leave as it is differs: nothing, the unreserved characters of RFC 3986, these and the slash.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
const WITH_SLASH: &AsciiSet = &UNRESERVED.remove(b'/');

/// A mark, padded to a length with a character of the Base64url alphabet.
fn padded(mark: &str, length: usize) -> String {
    let mut text = mark.to_owned();
    while text.len() < length {
        text.push('x');
    }
    text
}

/// User and password, where a text starts with the authority of a URL that has both.
fn userinfo(text: &str) -> Option<(&str, &str)> {
    let ends = |c: char| matches!(c, '/' | '?' | '#' | '\\' | '"' | '<' | '>') || c.is_whitespace() || c.is_control();
    let authority = text.split(ends).next()?;
    let (userinfo, _host) = authority.rsplit_once('@')?;
    userinfo.split_once(':').filter(|(_, password)| !password.is_empty())
}

/// The length of what starts with `eyJ`, and whether it is a JWT: three Base64url parts, the last of which may be empty.
/// Of what is none it is the first part, which holds no other start of a JWT: no character is looked at again and again.
fn jwt_at(text: &str) -> (usize, bool) {
    let bytes = text.as_bytes();
    let end_of_run = |from: usize| {
        let rest = bytes.get(from..).unwrap_or_default();
        from + rest.iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')).count()
    };
    let header = end_of_run(0);
    if bytes.get(header) != Some(&b'.') || header < 10 {
        return (header, false);
    }
    let payload = end_of_run(header + 1);
    if bytes.get(payload) != Some(&b'.') || payload < header + 3 {
        return (header, false);
    }
    (end_of_run(payload + 1), true)
}

#[cfg(test)]
mod tests;
