//! Reads what a source wrote as JSON, into a tree; wherever it is read, it is read alike. In a tree the last of several
//! members with one name stays, and nothing tells: these names are told beside it. An integer that no number of the tree
//! can hold keeps all its digits: as a text behind a mark ([`long_integer`]).
//!
//! Not serde_json's own reader of a tree: it takes a member of a certain name for JSON in text.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::map::Entry;
use serde_json::{Map, Number, Value};

/// The tree of a JSON text, and the names that occur more than once in one of its objects, sorted.
///
/// # Errors
/// What makes it no JSON, with line and column.
pub fn read(json: &[u8]) -> serde_json::Result<(Value, Vec<String>)> {
    let mut twice = BTreeSet::new();
    let json = with_long_integers_as_texts(json);
    let mut reader = serde_json::Deserializer::from_slice(&json);
    let tree = Tree(&mut twice).deserialize(&mut reader)?;
    reader.end()?;
    Ok((tree, twice.into_iter().collect()))
}

/// What the reader says of JSON that is right by its grammar, and more than it reads: RFC 8259 leaves limits of depth and
/// numbers (sections 6 and 9) and what becomes of half a surrogate pair (8.2) to whoever reads.
const BEYOND_REACH: [&str; 4] = [
    "recursion limit exceeded",
    "number out of range",
    "lone leading surrogate in hex escape",
    "unexpected end of hex escape",
];

/// Whether what made it no JSON is a limit of the reader, and no mistake of who wrote it.
pub fn is_beyond_reach(error: &str) -> bool {
    BEYOND_REACH.iter().any(|words| error.starts_with(words))
}

/// What stands before the digits of an integer that is kept as a text: a character that nobody's texts begin with.
const MARK: char = '\u{e000}';

/// The least number of digits of an integer that no number of the tree can hold.
const LONG: usize = 19;

/// The digits of an integer that no number of the tree can hold, with its sign.
pub fn long_integer(value: &Value) -> Option<&str> {
    value.as_str().and_then(|text| text.strip_prefix(MARK)).filter(|digits| {
        let digits = digits.strip_prefix('-').unwrap_or(digits);
        digits.len() >= LONG && digits.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// The same JSON text, with such integers as texts.
fn with_long_integers_as_texts(json: &[u8]) -> Cow<'_, [u8]> {
    // Of so many digits in a row one stands at a multiple of their number: most texts are done with a few looks.
    let is_digit = |at: &usize| json.get(*at).is_some_and(u8::is_ascii_digit);
    let run = |at: usize| {
        let before = (0..at).rev().take_while(is_digit).take(LONG).count();
        before + (at..json.len()).take_while(is_digit).take(LONG).count() >= LONG
    };
    if !(0..json.len()).step_by(LONG).filter(is_digit).any(run) {
        return Cow::Borrowed(json);
    }
    let mut written = Vec::with_capacity(json.len() + 16);
    let mut rest = json;
    while let Some((&first, after)) = rest.split_first() {
        let length = match first {
            b'"' => text_length(rest),
            b'-' | b'0'..=b'9' => {
                rest.iter().take_while(|byte| matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9')).count()
            }
            _ => {
                written.push(first);
                rest = after;
                continue;
            }
        };
        let (token, after) = rest.split_at(length.min(rest.len()));
        if is_long_integer(token) {
            written.push(b'"');
            written.extend(MARK.encode_utf8(&mut [0; 4]).as_bytes());
            written.extend(token);
            written.push(b'"');
        } else {
            written.extend(token);
        }
        rest = after;
    }
    Cow::Owned(written)
}

/// How long a text in JSON is that starts here, with its quotes.
fn text_length(json: &[u8]) -> usize {
    let mut escaped = false;
    let end = json.iter().skip(1).position(|byte| {
        let ends = *byte == b'"' && !escaped;
        escaped = *byte == b'\\' && !escaped;
        ends
    });
    end.map_or(json.len(), |end| end + 2)
}

fn is_long_integer(token: &[u8]) -> bool {
    let digits = token.strip_prefix(b"-").unwrap_or(token);
    let is_integer = digits.iter().all(u8::is_ascii_digit) && digits.first().is_some_and(|first| *first != b'0');
    let text = || std::str::from_utf8(token).unwrap_or_default();
    is_integer && digits.len() >= LONG && text().parse::<i64>().is_err() && text().parse::<u64>().is_err()
}

/// Reads one value; collects the names that occur twice.
struct Tree<'a>(&'a mut BTreeSet<String>);

impl<'de> DeserializeSeed<'de> for Tree<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Tree<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some(name) = map.next_key::<String>()? {
            let value = map.next_value_seed(Tree(self.0))?;
            match members.entry(name) {
                Entry::Vacant(place) => {
                    place.insert(value);
                }
                Entry::Occupied(mut place) => {
                    self.0.insert(place.key().clone());
                    place.insert(value);
                }
            }
        }
        Ok(Value::Object(members))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element_seed(Tree(self.0))? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn twice(json: &str) -> Vec<String> {
        read(json.as_bytes()).unwrap().1
    }

    #[test]
    fn names_that_occur_twice_in_one_object() {
        let json = r#"{"a": 1, "b": [{"c": 1, "d": null, "c": "x"}, {"c": true}], "a": -1.5}"#;
        assert_eq!(twice(json), ["a", "c"]);
        assert!(twice(r#"{"a": {"a": {"a": 1}}}"#).is_empty());
    }

    #[test]
    fn what_is_no_json_is_none() {
        let deep = "[".repeat(100_000);
        for text in [br#"{"a": 1, "a": "#.as_slice(), b"", b"{} {}", b"[1,]", b"\"\xff\"", deep.as_bytes()] {
            assert!(read(text).is_err(), "{:?}", text.get(..20));
        }
    }

    #[test]
    fn an_integer_that_no_number_holds_keeps_its_digits() {
        let json = r#"{"a": 18446744073709551617, "b": [-9223372036854775809, 18446744073709551615], "c": "\\\"184467440737095516170\"", "d": 18446744073709551617.0, "e": 1e30}"#;
        let tree = read(json.as_bytes()).unwrap().0;
        assert_eq!(long_integer(&tree["a"]), Some("18446744073709551617"));
        assert_eq!(long_integer(&tree["b"][0]), Some("-9223372036854775809"));
        assert_eq!(tree["b"][1].as_u64(), Some(u64::MAX));
        assert_eq!(tree["c"], "\\\"184467440737095516170\"");
        assert!(tree["d"].is_f64() && tree["e"].is_f64());
        // Written and read again it is the same.
        assert_eq!(read(tree.to_string().as_bytes()).unwrap().0, tree);
        for text in ["x1", "\u{e000}12", "\u{e000}1844674407370955161x"] {
            assert_eq!(long_integer(&Value::from(text)), None, "{text}");
        }
        for wrong in ["018446744073709551617", "18446744073709551617x", "-", "[\"18446744073709551617"] {
            assert!(read(wrong.as_bytes()).is_err(), "{wrong}");
        }
    }

    /// The same tree with the numbers that the library makes of long integers.
    fn rounded(tree: Value) -> Value {
        match tree {
            Value::Array(items) => items.into_iter().map(rounded).collect(),
            Value::Object(members) => members.into_iter().map(|(name, value)| (name, rounded(value))).collect(),
            other => match long_integer(&other) {
                Some(digits) => digits.parse::<f64>().map_or(Value::Null, Value::from),
                None => other,
            },
        }
    }

    /// JSON in any form that a source may write, with names that occur twice.
    fn some_json() -> impl Strategy<Value = String> {
        let text = "\"([a-z\u{e9} ]|\\\\[nt\"/]|\\\\u00e9){0,4}\"";
        let number = "-?(0|[1-9][0-9]{0,20})([.][0-9]{1,20})?([eE][+-]?[0-9]{1,3})?";
        let leaf = prop_oneof!["null|true|false", number, text];
        leaf.prop_recursive(4, 32, 4, move |inner| {
            let name = "\"([ab]|[$]serde_json::private::RawValue|)\"";
            let members = prop::collection::vec((name, inner.clone()), 0..4);
            let object = members.prop_map(|members| {
                let members = members.iter().map(|(name, value)| format!("{name} : {value}"));
                format!("{{{}}}", members.collect::<Vec<_>>().join(" ,\n"))
            });
            prop_oneof![prop::collection::vec(inner, 0..4).prop_map(|items| format!("[{}]", items.join(","))), object]
        })
    }

    proptest! {
        /// The library's own tree, but for one name to which it gives a meaning of its own.
        #[test]
        fn the_tree_is_that_of_the_library(json in some_json()) {
            let own = read(json.as_bytes()).map(|(tree, _)| rounded(tree)).map_err(|error| error.to_string());
            if json.contains("$serde_json") {
                prop_assert!(own.is_ok() || own.is_err_and(|error| error.contains("number out of range")));
            } else {
                prop_assert_eq!(own, serde_json::from_str::<Value>(&json).map_err(|error| error.to_string()));
            }
        }
    }
}
