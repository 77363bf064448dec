//! Reads what a source wrote as JSON, into a tree; wherever it is read, it is read alike. In a tree the last of several
//! members with one name stays, and nothing tells: these names are told beside it.
//!
//! Not serde_json's own reader of a tree: it takes a member of a certain name for JSON in text.

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
    let mut reader = serde_json::Deserializer::from_slice(json);
    let tree = Tree(&mut twice).deserialize(&mut reader)?;
    reader.end()?;
    Ok((tree, twice.into_iter().collect()))
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
            let own = read(json.as_bytes()).map(|(tree, _)| tree).map_err(|error| error.to_string());
            if json.contains("$serde_json") {
                prop_assert!(own.is_ok() || own.is_err_and(|error| error.contains("number out of range")));
            } else {
                prop_assert_eq!(own, serde_json::from_str::<Value>(&json).map_err(|error| error.to_string()));
            }
        }
    }
}
