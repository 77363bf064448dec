//! National numbers and tokens where people write names, texts and URLs: on the command line, in a profile, in the files
//! of decisions. They have no place there in any writing, and no message repeats them.

use std::borrow::Cow;

use serde_json::Value;

use crate::base::input::Place;
use crate::base::text::{Lang, Text};
use crate::base::{insz, writing};
use crate::text;

/// What must not stand there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confidential {
    /// A national number.
    Number,
    /// A token.
    Token,
}

impl Confidential {
    /// What it is called, with its article.
    pub fn name(self) -> Text {
        match self {
            Self::Number => text!("een rijksregisternummer", "a national number"),
            Self::Token => text!("een token", "a token"),
        }
    }

    /// What stands in its place.
    fn mark(self, lang: Lang) -> String {
        format!("({})", self.name().get(lang))
    }
}

/// What is wrong where one of them stands, and what to do.
pub fn refusal(what: Confidential) -> (Text, Text) {
    let Text { nl, en } = what.name();
    (
        text!("bevat {nl}; dat hoort hier nooit te staan", "holds {en}, which never belongs here"),
        text!(
            "laat het weg, of noem de omgevingsvariabele of het bestand waarin het staat",
            "leave it out, or name the environment variable or the file that holds it"
        ),
    )
}

/// What a text holds that it must not, in whatever writing.
pub fn found(text: &str) -> Option<Confidential> {
    if !insz::numbers_in(text).is_empty() {
        return Some(Confidential::Number);
    }
    let mut has_token = false;
    writing::each(text.as_bytes(), &mut |reading| {
        has_token |= jwts(&String::from_utf8_lossy(reading)).next().is_some();
    });
    has_token.then_some(Confidential::Token)
}

/// A text in which marks stand for what it must not hold.
pub fn masked(text: &str, lang: Lang) -> Cow<'_, str> {
    if found(text).is_none() {
        return Cow::Borrowed(text);
    }
    let mut spans: Vec<(usize, usize, Confidential)> =
        insz::look_alikes(text).into_iter().map(|(from, to, _)| (from, to, Confidential::Number)).collect();
    spans.extend(jwts(text).map(|(from, to)| (from, to, Confidential::Token)));
    let text = replaced(text, spans, lang);
    // What is written in a form of its own goes with the word that it stands in.
    let words = words(&text).filter_map(|(from, to)| Some((from, to, found(text.get(from..to)?)?)));
    let text = replaced(&text, words.collect(), lang);
    match found(&text) {
        // Its parts are words of their own: nothing of the text is shown.
        Some(what) => Cow::Owned(what.mark(lang)),
        None => Cow::Owned(text),
    }
}

/// A text with marks in these places.
fn replaced(text: &str, mut spans: Vec<(usize, usize, Confidential)>, lang: Lang) -> String {
    spans.sort_by_key(|(from, ..)| *from);
    let (mut result, mut end) = (String::new(), 0);
    for (from, to, what) in spans {
        if from >= end {
            result.push_str(text.get(end..from).unwrap_or_default());
            result.push_str(&what.mark(lang));
            end = to;
        }
    }
    result.push_str(text.get(end..).unwrap_or_default());
    result
}

/// The places of the words of a text: what stands between blanks, quotes and brackets.
fn words(text: &str) -> impl Iterator<Item = (usize, usize)> {
    runs(text, |c| !c.is_whitespace() && !"`'\"()<>[]{}".contains(c))
}

/// The places of the longest runs of such characters.
fn runs(text: &str, belongs: impl Fn(char) -> bool) -> impl Iterator<Item = (usize, usize)> {
    let mut end = 0;
    std::iter::from_fn(move || {
        let start = end + text.get(end..)?.find(&belongs)?;
        let rest = text.get(start..)?;
        end = start + rest.find(|c| !belongs(c)).unwrap_or(rest.len());
        Some((start, end))
    })
}

/// How a JWT starts: `{"` in Base64.
const JWT: &str = "eyJ";
/// The shortest text that is taken for one.
const SHORTEST_JWT: usize = 16;

/// The places of JSON Web Tokens, whole or cut.
fn jwts(text: &str) -> impl Iterator<Item = (usize, usize)> {
    runs(text, |c| c.is_ascii_alphanumeric() || "-_.".contains(c)).filter_map(move |(from, to)| {
        let start = from + text.get(from..to)?.find(JWT)?;
        (to - start >= SHORTEST_JWT).then_some((start, to))
    })
}

/// Whether a word looks like a token rather than a name: long, with digits and letters all through it. A UUID is none:
/// client-ids look like that.
pub fn is_opaque(word: &str) -> bool {
    const SHORTEST: usize = 16;
    const CHANGES: usize = 4;
    let changes = |part: &str| {
        let bytes = part.as_bytes();
        bytes.windows(2).filter(|pair| matches!(pair, [a, b] if a.is_ascii_digit() != b.is_ascii_digit())).count()
    };
    let mut parts = word.split(|c: char| !c.is_ascii_alphanumeric());
    parts.any(|part| part.len() >= SHORTEST && changes(part) >= CHANGES)
}

/// A name that a message may repeat; what may be the value itself stands there as a mark.
pub fn name(written: &str) -> Text {
    match found(written) {
        Some(what) => what.name().map(|name| format!("({name})")),
        None if is_opaque(written) => Confidential::Token.name().map(|name| format!("({name})")),
        None => Text::same(written),
    }
}

/// Every place of a tree, by key and by value, at which one of them stands.
pub fn in_tree(tree: &Value) -> Vec<(Place, Confidential)> {
    let mut all = Vec::new();
    look(tree, &Place::default(), &mut all);
    all
}

fn look(value: &Value, place: &Place, all: &mut Vec<(Place, Confidential)>) {
    let mut note = |text: &str, place: &Place| all.extend(found(text).map(|what| (place.clone(), what)));
    match value {
        Value::String(text) => note(text, place),
        Value::Number(number) => note(&number.to_string(), place),
        Value::Array(items) => {
            for (position, item) in items.iter().enumerate() {
                look(item, &place.index(position), all);
            }
        }
        Value::Object(members) => {
            for (key, value) in members {
                // The key itself must not be in the place.
                match found(key) {
                    Some(what) => all.push((place.clone(), what)),
                    None => look(value, &place.key(key), all),
                }
            }
        }
        Value::Null | Value::Bool(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD as PLAIN, URL_SAFE_NO_PAD};
    use serde_json::json;

    use super::*;

    const NUMBER: &str = "85073099932";
    const TOKEN: &str = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbiJ9.";

    /// A number in every writing.
    fn writings() -> Vec<String> {
        let html = |of: &dyn Fn(u32) -> String| NUMBER.chars().map(|c| of(u32::from(c))).collect::<String>();
        let mut all = vec![
            NUMBER.to_owned(),
            html(&|c| format!("&#{c};")),
            html(&|c| format!("&#x{c:x};")),
            html(&|c| format!("\\u{c:04x}")),
            html(&|c| format!("%{c:x}")),
            html(&|c| format!("%25{c:x}")),
            html(&|c| format!("%26%23{c}%3B")),
            PLAIN.encode(NUMBER),
            URL_SAFE_NO_PAD.encode(NUMBER),
            URL_SAFE_NO_PAD.encode("85.07.30-999.32"),
            PLAIN.encode(format!("an:{NUMBER}!")),
        ];
        all.extend(insz::written_forms(NUMBER));
        all
    }

    #[test]
    fn a_number_is_found_and_masked_in_every_writing() {
        for written in writings() {
            for around in
                [written.clone(), format!("https://a.example/v1/{written}/x"), format!("`x={written}` is odd")]
            {
                assert_eq!(found(&around), Some(Confidential::Number), "{around}");
                let masked = masked(&around, Lang::En);
                assert!(masked.contains("(a national number)") && found(&masked).is_none(), "{around}: {masked}");
                assert!(!masked.contains(&written), "{masked}");
            }
        }
    }

    #[test]
    fn a_jwt_is_a_token_and_so_is_a_part_of_one() {
        for text in
            [TOKEN, &format!("--token-env={TOKEN}"), "eyJhbGciOiJub25lIn0", "https://a.example/?t=eyJhbGciOiJub25lIn0"]
        {
            assert_eq!(found(text), Some(Confidential::Token), "{text}");
            assert!(!masked(text, Lang::Nl).contains("eyJ"));
        }
    }

    #[test]
    fn ordinary_words_are_left_alone() {
        for text in [
            "https://api.example.be/v1",
            "80689076-8c4a-4bef-abc4-82805e17988d",
            "88f04968-d331-4ae0-99d9-c6efb845841f",
            "reports/2026-07-30",
            "reports/20260730153012",
            "LST-11,SEC-08",
            "certificates openid rrn",
            "INSZ_SUBJECT",
            "eyJ",
            "attesten-en-vergunningen-van-de-gemeente",
            "x&#; \\u12 %zz",
        ] {
            assert_eq!(found(text), None, "{text}");
            assert!(!is_opaque(text), "{text}");
            assert_eq!(masked(text, Lang::En), text);
        }
        assert!(is_opaque("3f5c0b9d4e7f8a1c3b5d7e90aa") && is_opaque("KEY_a8Xk29Lm4nQz77Tt01ppA"));
        assert_eq!(name("a8Xk29Lm4nQz77Tt01ppA").en, "(a token)");
    }

    #[test]
    fn a_tree_is_looked_at_by_key_and_by_value() {
        let number: u64 = NUMBER.parse().unwrap();
        let tree = json!({ "a": [1, { "b": number }], NUMBER: 1, "c": { "d": TOKEN } });
        let found: Vec<String> = in_tree(&tree).into_iter().map(|(place, _)| place.to_string()).collect();
        assert_eq!(found, ["a[1].b", "", "c.d"]);
    }
}
