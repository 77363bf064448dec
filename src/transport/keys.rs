//! Member names that occur twice in one object: parsing into a map forgets them.

use std::collections::{BTreeSet, HashSet};
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

/// The names that occur more than once in one object of a JSON text, sorted. Empty for what is no JSON.
pub(super) fn duplicate(json: &str) -> Vec<String> {
    let mut found = BTreeSet::new();
    let mut reader = serde_json::Deserializer::from_str(json);
    match Names(&mut found).deserialize(&mut reader) {
        Ok(()) => found.into_iter().collect(),
        Err(_) => Vec::new(),
    }
}

struct Names<'a>(&'a mut BTreeSet<String>);

impl<'de> DeserializeSeed<'de> for Names<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Names<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut seen = HashSet::new();
        while let Some(name) = map.next_key::<String>()? {
            map.next_value_seed(Names(self.0))?;
            if seen.contains(&name) {
                self.0.insert(name);
            } else {
                seen.insert(name);
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while items.next_element_seed(Names(self.0))?.is_some() {}
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_occur_twice_in_one_object() {
        let json = r#"{"a": 1, "b": [{"c": 1, "d": null, "c": "x"}, {"c": true}], "a": -1.5}"#;
        assert_eq!(duplicate(json), ["a", "c"]);
        assert!(duplicate(r#"{"a": {"a": {"a": 1}}}"#).is_empty());
        assert!(duplicate(r#"{"a": 1, "a": "#).is_empty());
    }
}
