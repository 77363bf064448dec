//! The members of JSON values: their paths and types, without what could be data.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::base::value::described::kind_of;
use crate::base::value::name::is_data;
use crate::base::value::tree;
use crate::evidence::snapshot::Field;

/// Paths of one part that are kept.
pub(super) const MOST_FIELDS: usize = 200;

/// Members of one object beyond which its keys are taken for data.
const MOST_KEYS: usize = 40;

/// How deep members are looked at.
const DEEPEST: usize = 6;

/// Characters of a key beyond which it is taken for data.
const LONGEST_KEY: usize = 64;

/// What stands for a key that is data, or could be.
const ANY_KEY: &str = "{key}";

impl Field {
    /// One more that has it, with these types.
    pub(super) fn add(&mut self, types: impl IntoIterator<Item = &'static str>) {
        self.on += 1;
        for kind in types {
            *self.types.entry(kind.to_owned()).or_default() += 1;
        }
    }
}

/// Adds the members of a certificate; its links are no members.
pub(super) fn add(fields: &mut BTreeMap<String, Field>, json: &Value) {
    let mut found = BTreeMap::new();
    if let Value::Object(members) = json {
        walk(members, "", 1, &mut found);
    }
    for (path, types) in found {
        if fields.len() < MOST_FIELDS || fields.contains_key(&path) {
            fields.entry(path).or_default().add(types);
        }
    }
}

fn walk(members: &Map<String, Value>, path: &str, depth: usize, found: &mut BTreeMap<String, BTreeSet<&'static str>>) {
    let all_data = members.len() > MOST_KEYS;
    for (key, value) in members {
        if depth == 1 && matches!(key.as_str(), "links" | "_links") {
            continue;
        }
        let key = if all_data { ANY_KEY.to_owned() } else { plain(key) };
        step(value, &format!("{path}/{key}"), depth, found);
    }
}

fn step(value: &Value, path: &str, depth: usize, found: &mut BTreeMap<String, BTreeSet<&'static str>>) {
    found.entry(path.to_owned()).or_default().insert(type_of(value));
    if depth == DEEPEST {
        return;
    }
    match value {
        Value::Object(members) => walk(members, path, depth + 1, found),
        Value::Array(elements) => {
            for element in elements {
                step(element, &format!("{path}/*"), depth + 1, found);
            }
        }
        _ => {}
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        other if tree::long_integer(other).is_some() => "integer",
        other => kind_of(other),
    }
}

/// A key or rel as it may stand in a report: a name, or what stands for one that could be data.
pub(super) fn plain(key: &str) -> String {
    let is_name = key.len() <= LONGEST_KEY
        && key.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_' || c == '$')
        && key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '$'))
        && key.chars().filter(char::is_ascii_digit).count() < 4
        && !is_data(key);
    if is_name { key.to_owned() } else { ANY_KEY.to_owned() }
}
