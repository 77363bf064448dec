//! What is masked in a text and in a JSON value, and how.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, RwLock, RwLockReadGuard};

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde_json::{Map, Number, Value};
use url::Url;

use super::{Found, Known, LONG, SecretKind, Surrogate, Table, is_padded, padded, read, write};
use crate::base::{href, insz};

/// The vault while something is masked: nothing becomes known meanwhile.
pub(super) struct Masking<'v> {
    pub(super) known: RwLockReadGuard<'v, Known>,
    pub(super) table: &'v RwLock<Table>,
}

impl Masking<'_> {
    /// The surrogate of a value that was met before.
    pub(super) fn met(&self, raw: &str) -> Option<Arc<Surrogate>> {
        read(self.table).surrogates.get(raw).map(Arc::clone)
    }

    pub(super) fn surrogate(&self, raw: &str, nature: SecretKind) -> Arc<Surrogate> {
        self.met(raw).unwrap_or_else(|| write(self.table).surrogate(raw, nature))
    }

    /// The masked text; borrowed where there is nothing to mask in it, as in most texts of a list.
    pub(super) fn mask<'t>(&self, text: &'t str, found: &mut Found) -> Cow<'t, str> {
        if text.len() < self.shortest() && !text.contains(is_escaped) {
            return Cow::Borrowed(text);
        }
        let text = rewritten(Cow::Borrowed(text), |text| self.mask_known(text, found));
        let text = rewritten(text, |text| self.mask_known_behind_escapes(text, in_json, found));
        let text = rewritten(text, |text| self.mask_known_behind_escapes(text, in_url, found));
        let text = rewritten(text, |text| self.mask_jwts(text, found));
        let text = rewritten(text, |text| self.mask_passwords(text));
        let text = rewritten(text, |text| self.mask_numbers(text));
        // Before the parts: of an escape a part would take a piece.
        let text = rewritten(text, |text| self.mask_hidden(text, found));
        rewritten(text, |text| self.mask_parts(text, found))
    }

    /// The length of the shortest text in which there is anything to mask, in bytes: most texts of a list are shorter. A
    /// JWT is longer than a national number.
    fn shortest(&self) -> usize {
        self.known.finder.shortest().min(self.known.parts.shortest()).min(insz::DIGITS)
    }

    /// Known values first, in one pass over all encodings, the longest match at each place. None where there is none,
    /// as in what follows it.
    fn mask_known(&self, text: &str, found: &mut Found) -> Option<String> {
        let matches = self.known.finder.matches(text.as_bytes());
        if matches.is_empty() {
            return None;
        }
        let mut masked = String::with_capacity(text.len());
        let mut end = 0;
        for (from, to, owner) in matches {
            let Some(surrogate) = self.met(owner) else { continue };
            masked.push_str(text.get(end..from).unwrap_or_default());
            let written = text.get(from..to).unwrap_or_default();
            let beside_digits = || {
                let digit = |at: usize| text.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
                from.checked_sub(1).is_some_and(digit) || digit(to)
            };
            match surrogate.nature {
                SecretKind::Number => masked.push_str(&number_as(&surrogate.text, written, beside_digits())),
                _ if written == owner => masked.push_str(&surrogate.text),
                // Another encoding of the value shows as its mark: its own surrogate would not be of that encoding.
                _ => masked.push_str(&padded(&surrogate.mark, to - from)),
            }
            found.note(&surrogate);
            end = to;
        }
        masked.push_str(text.get(end..).unwrap_or_default());
        Some(masked)
    }

    /// Parts of tokens show as the marks of these.
    fn mask_parts(&self, text: &str, found: &mut Found) -> Option<String> {
        let parts = self.known.parts.find(text.as_bytes());
        if parts.is_empty() {
            return None;
        }
        let mut masked = String::with_capacity(text.len());
        let mut end = 0;
        for part in parts {
            // Tokens are of ASCII, nearly always: else a part may end within a character.
            let (from, to) = (text.floor_char_boundary(part.from).max(end), text.ceil_char_boundary(part.to));
            let Some(surrogate) = self.met(part.token) else { continue };
            masked.push_str(text.get(end..from).unwrap_or_default());
            masked.push_str(&padded(&surrogate.mark, to - from));
            found.note(&surrogate);
            end = to;
        }
        masked.push_str(text.get(end..).unwrap_or_default());
        Some(masked)
    }

    /// A value may show only in what is written of a text: in JSON a tab is `\t`, and with what follows that may be a
    /// token that starts with a `t`. The text becomes what is written of it then.
    fn mask_known_behind_escapes(&self, text: &str, write: fn(&str) -> String, found: &mut Found) -> Option<String> {
        text.contains(is_escaped).then(|| self.mask_known(&write(text), found)).flatten()
    }

    /// Whatever looks like a JWT is a token, whoever made it.
    fn mask_jwts(&self, text: &str, found: &mut Found) -> Option<String> {
        if !text.contains("eyJ") {
            return None;
        }
        let mut masked = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(start) = rest.find("eyJ") {
            let (before, candidate) = rest.split_at(start);
            masked.push_str(before);
            let (length, is_jwt) = jwt_at(candidate);
            let (token, after) = candidate.split_at(length);
            if is_jwt {
                masked.push_str(&self.mask_jwt(token, found));
            } else {
                masked.push_str(token);
            }
            rest = after;
        }
        masked.push_str(rest);
        Some(masked)
    }

    /// Not noted as a secret of ours, unless it is ours but for a piece of it: a signed download link may well hold a
    /// JWT of the source's own.
    fn mask_jwt(&self, token: &str, found: &mut Found) -> String {
        let parts = self.known.parts.find(token.as_bytes()).into_iter();
        match parts.filter(|part| part.is_unlike_others).find_map(|part| self.met(part.token)) {
            Some(surrogate) => {
                found.note(&surrogate);
                padded(&surrogate.mark, token.len())
            }
            None => self.surrogate(token, SecretKind::Token).text.clone(),
        }
    }

    /// The password in a URL (`https://user:password@host`) is one, whoever gave it.
    fn mask_passwords(&self, text: &str) -> Option<String> {
        if !text.contains('@') {
            return None;
        }
        let mut masked = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(start) = rest.find("://") {
            let (before, authority) = rest.split_at(start + 3);
            masked.push_str(before);
            rest = authority;
            let Some((user, password)) = userinfo(authority) else { continue };
            masked.push_str(user);
            masked.push(':');
            if self.is_surrogate(password) {
                masked.push_str(password);
            } else {
                masked.push_str(&self.surrogate(password, SecretKind::Secret).text);
            }
            rest = authority.get(user.len() + 1 + password.len()..).unwrap_or_default();
        }
        masked.push_str(rest);
        Some(masked)
    }

    /// Whatever looks like a national number (11 digits with a valid check number, with or without the usual
    /// separators), unless it is one of our surrogates already.
    fn mask_numbers(&self, text: &str) -> Option<String> {
        let mut numbers = insz::look_alikes(text);
        numbers.retain(|(_, _, digits)| !self.is_surrogate(digits));
        if numbers.is_empty() {
            return None;
        }
        let mut masked = String::with_capacity(text.len());
        let mut end = 0;
        for (from, to, digits) in numbers {
            masked.push_str(text.get(end..from).unwrap_or_default());
            let surrogate = self.surrogate(&digits, SecretKind::Number);
            masked.push_str(&insz::with_separators(&surrogate.text, text.get(from..to).unwrap_or_default()));
            end = to;
        }
        masked.push_str(text.get(end..).unwrap_or_default());
        Some(masked)
    }

    /// Within one pass, what `mask_known` put there must stay. A source that plants one of our surrogates gains nothing:
    /// in a link it is noted, and nowhere else it is turned back into a value.
    pub(super) fn is_surrogate(&self, text: &str) -> bool {
        read(self.table).used.contains(text)
    }

    /// In place: most of an answer stays as it is.
    pub(super) fn mask_json(&self, value: &mut Value, found: &mut Found) {
        match value {
            Value::String(text) => {
                if let Cow::Owned(masked) = self.mask_string(text, found) {
                    *text = masked;
                }
            }
            Value::Number(number) => {
                let masked = self.mask_number(number, found);
                *value = masked;
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.mask_json(item, found)),
            Value::Object(members) => self.mask_members(members, found),
            Value::Null | Value::Bool(_) => {}
        }
    }

    fn mask_members(&self, members: &mut Map<String, Value>, found: &mut Found) {
        let mut renamed = HashMap::new();
        for (name, value) in members.iter_mut() {
            match value {
                Value::String(text) if TOKENS.contains(&name.as_str()) => {
                    let masked = self.mask_token(text, found);
                    *value = masked;
                }
                Value::String(text) if name == "href" => {
                    let masked = self.mask_string(text, found).into_owned();
                    let raw = std::mem::replace(text, masked);
                    if raw.len() > LONG || raw.contains(DROPPED) || self.is_planted(text, &raw) {
                        found.links.push((text.clone(), raw.into()));
                    }
                }
                other => self.mask_json(other, found),
            }
            if let Cow::Owned(masked) = self.mask_string(name, found) {
                renamed.insert(name.clone(), masked);
            }
        }
        if !renamed.is_empty() {
            let masked = std::mem::take(members).into_iter();
            *members = masked.map(|(name, value)| (renamed.remove(&name).unwrap_or(name), value)).collect();
        }
    }

    /// Whether a link holds what is no mask of ours, or hides a citizen's number in another writing.
    fn is_planted(&self, masked: &str, raw: &str) -> bool {
        !self.known.is_plain(masked, raw)
            || insz::look_alikes(raw).iter().any(|(_, _, digits)| self.is_surrogate(digits))
    }

    /// A text of a JSON body. A link in it will be read as a URL, and that drops line breaks and decodes the host: what
    /// shows only then is masked too, and the text becomes what it is read as.
    pub(super) fn mask_string<'t>(&self, text: &'t str, found: &mut Found) -> Cow<'t, str> {
        let masked = self.mask(text, found);
        let mut read = Cow::Borrowed(masked.as_ref());
        if read.contains(DROPPED) {
            read = Cow::Owned(read.replace(DROPPED, ""));
        }
        if read.contains(':') && !href::is_read_as_written(&read) {
            read = Url::parse(&read).map_or(read, |url| Cow::Owned(url.into()));
        }
        if read == masked {
            return masked;
        }
        let again = self.mask(&read, found);
        if again == read { masked } else { Cow::Owned(again.into_owned()) }
    }

    /// What stands where a token stands is one, however short it is, and all of it: what is known of it may be a part.
    fn mask_token(&self, text: &str, found: &mut Found) -> Value {
        let masked = self.mask_string(text, found);
        if text.is_empty() || self.is_mask(&masked) {
            return Value::String(masked.into_owned());
        }
        Value::String(self.surrogate(text, SecretKind::Token).text.clone())
    }

    /// Whether a text is a surrogate, or a mark that was padded to the length of another encoding, and nothing more.
    fn is_mask(&self, text: &str) -> bool {
        let table = read(self.table);
        table.used.contains(text) || table.marks.iter().any(|mark| is_padded(&mark.mark, text))
    }

    pub(super) fn is_masked_json(&self, value: &Value) -> bool {
        match value {
            Value::String(text) => self.mask_string(text, &mut Found::default()) == *text,
            Value::Number(number) => self.mask_number(number, &mut Found::default()) == *value,
            Value::Array(items) => items.iter().all(|item| self.is_masked_json(item)),
            Value::Object(members) => members.iter().all(|(name, value)| {
                let token = TOKENS.contains(&name.as_str()).then(|| value.as_str()).flatten();
                token.is_none_or(|text| text.is_empty() || self.is_mask(text))
                    && self.mask_string(name, &mut Found::default()) == *name
                    && self.is_masked_json(value)
            }),
            Value::Null | Value::Bool(_) => true,
        }
    }

    fn mask_number(&self, number: &Number, found: &mut Found) -> Value {
        let text = number.to_string();
        let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |digits| ("-", digits));
        let (digits, fraction) = digits.strip_suffix(".0").map_or((digits, ""), |digits| (digits, ".0"));
        // As a JSON number a national number loses its leading zeros.
        let whole = format!("{digits:0>11}");
        let known = (digits.len() <= insz::DIGITS && self.known.values.contains(&whole)).then_some(whole);
        let masked = if let Some(whole) = known.or_else(|| insz::without_zeros(digits)) {
            let surrogate = self.surrogate(&whole, SecretKind::Number);
            format!("{sign}{}{fraction}", surrogate.text)
        } else {
            self.mask(&text, found).into_owned()
        };
        if masked == text {
            return Value::Number(number.clone());
        }
        masked.parse().map(Value::Number).unwrap_or(Value::String(masked))
    }
}

/// The surrogate of a number in the place of what was written. In a usual writing it keeps that; in any other, or beside
/// digits that are none of its own, it stands there plainly, so that it is recognised.
fn number_as(surrogate: &str, written: &str, beside_digits: bool) -> String {
    if insz::at_start(written).is_some_and(|(end, _)| end == written.len()) && (!beside_digits || is_bare(written)) {
        return insz::with_separators(surrogate, written);
    }
    if written.bytes().any(|byte| byte.is_ascii_alphabetic()) {
        return boxed(surrogate, written.len());
    }
    surrogate.to_owned()
}

fn is_bare(written: &str) -> bool {
    written.bytes().all(|byte| byte.is_ascii_digit())
}

/// The surrogate of a number amid characters of an encoding, of about the same length: no digit stands next to it.
pub(super) fn boxed(surrogate: &str, length: usize) -> String {
    let mark = format!("{0}{surrogate}{0}", char::from(super::PADDING));
    padded(&mark, length)
}

/// What a URL drops when it is read.
const DROPPED: [char; 3] = ['\t', '\n', '\r'];

/// The members whose value is a token or a secret, in an answer to a token request and wherever else they stand.
const TOKENS: [&str; 5] = ["access_token", "refresh_token", "id_token", "client_secret", "client_assertion"];

/// Whether a character becomes an escape in JSON or in a URL.
fn is_escaped(c: char) -> bool {
    !c.is_ascii_graphic() || matches!(c, '"' | '<' | '>' | '^' | '`' | '{' | '|' | '}')
}

/// As reports write a text in JSON, but for quotes and backslashes: what follows them stands in the text itself.
fn in_json(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\u{8}' => written.push_str("\\b"),
            '\u{c}' => written.push_str("\\f"),
            '\n' => written.push_str("\\n"),
            '\r' => written.push_str("\\r"),
            '\t' => written.push_str("\\t"),
            c if c.is_control() => written.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => written.push(c),
        }
    }
    written
}

/// As a text is written in the path of a URL.
fn in_url(text: &str) -> String {
    const PATH: &AsciiSet =
        &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>').add(b'^').add(b'`').add(b'{').add(b'|').add(b'}');
    utf8_percent_encode(text, PATH).to_string()
}

/// A text as a step of masking made it; as it was, where that step found nothing.
fn rewritten(text: Cow<'_, str>, step: impl FnOnce(&str) -> Option<String>) -> Cow<'_, str> {
    step(&text).map_or(text, Cow::Owned)
}

/// User and password, where a text starts with the authority of a URL that has both.
fn userinfo(text: &str) -> Option<(&str, &str)> {
    let ends = |c: char| matches!(c, '/' | '?' | '#' | '\\' | '"' | '<' | '>') || c.is_whitespace() || c.is_control();
    let authority = text.split(ends).next()?;
    let (userinfo, _host) = authority.rsplit_once('@')?;
    userinfo.split_once(':').filter(|(_, password)| !password.is_empty())
}

/// Where a text holds what looks like a JWT.
pub(super) fn jwts(text: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = text.get(at..).and_then(|rest| rest.find("eyJ")) {
        let from = at + start;
        let (length, is_jwt) = jwt_at(text.get(from..).unwrap_or_default());
        at = from + length;
        found.extend(is_jwt.then_some((from, at)));
    }
    found
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
