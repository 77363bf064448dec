//! Translates the schemas of OpenAPI into JSON Schema 2020-12, as they hold for answers.

use std::collections::HashMap;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::{Map, Value, json};

pub(super) use crate::base::value::walk::pointer_step as escape;

/// What may stand unescaped in the fragment of a URL.
const FRAGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'~').remove(b'-').remove(b'_').remove(b'.');

/// All that OpenAPI 3.0 takes from JSON Schema and that constrains an answer; anything else in a schema is ignored, as
/// 3.0 asks. `format` constrains nothing in 2020-12: it stays as an annotation.
const KEYWORDS_3_0: [&str; 25] = [
    "$ref",
    "additionalProperties",
    "allOf",
    "anyOf",
    "enum",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
    "items",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "not",
    "oneOf",
    "pattern",
    "properties",
    "required",
    "type",
    "uniqueItems",
];
/// Keywords of 3.1 that would move the base of a `$ref` away from the document, or its dialect.
const MOVING: [&str; 3] = ["$id", "$schema", "$vocabulary"];
const MAPS: [&str; 5] = ["$defs", "definitions", "dependentSchemas", "patternProperties", "properties"];
const LISTS: [&str; 4] = ["allOf", "anyOf", "oneOf", "prefixItems"];
const SINGLE: [&str; 10] = [
    "additionalProperties",
    "contains",
    "else",
    "if",
    "items",
    "not",
    "propertyNames",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
];

/// Schemas within or behind each other, all for one value; the validator's stack has an end.
const DEEPEST: usize = 200;

/// Which dialect a document writes its schemas in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// OpenAPI 3.0: an older JSON Schema with its own additions.
    V30,
    /// OpenAPI 3.1: JSON Schema 2020-12.
    V31,
}

/// A `$ref` that could not be kept; the schema there allows everything instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct BadRef {
    /// JSON pointer of the schema that holds it.
    pub(super) at: String,
    pub(super) reference: String,
    /// It leads to another document rather than nowhere.
    pub(super) external: bool,
}

/// Translates schemas of one document.
pub(super) struct Translator<'a> {
    /// As it was written: references are looked up in it.
    pub(super) document: &'a Value,
    pub(super) dialect: Dialect,
    pub(super) bad_refs: Vec<BadRef>,
}

impl Translator<'_> {
    /// The one place where a schema of OpenAPI becomes a schema of JSON Schema 2020-12. Sub-schemas keep their place,
    /// so that references by pointer stay right; `at` is the schema's own JSON pointer.
    pub(super) fn translate(&mut self, schema: &Value, at: &str) -> Value {
        let Value::Object(written) = schema else { return schema.clone() };
        let mut schema: Map<_, _> = written.iter().filter(|(key, _)| self.keeps(written, key)).map(own).collect();
        for (key, value) in &mut schema {
            self.inner(key, value, at);
        }
        if let Some(reference) = written.get("$ref").and_then(Value::as_str) {
            match self.reference(reference) {
                Ok(reference) => drop(schema.insert("$ref".to_owned(), Value::from(reference))),
                Err(external) => {
                    schema.remove("$ref");
                    self.bad_refs.push(BadRef { at: at.to_owned(), reference: reference.to_owned(), external });
                }
            }
        }
        self.drop_write_only(&mut schema, written);
        if self.dialect == Dialect::V30 {
            exclusive(&mut schema, "exclusiveMinimum", "minimum");
            exclusive(&mut schema, "exclusiveMaximum", "maximum");
            if written.get("nullable") == Some(&Value::Bool(true)) {
                return nullable(schema);
            }
        }
        Value::Object(schema)
    }

    /// In 3.0 what stands beside a `$ref` is ignored.
    fn keeps(&self, written: &Map<String, Value>, key: &str) -> bool {
        match self.dialect {
            Dialect::V31 => !MOVING.contains(&key),
            Dialect::V30 if written.get("$ref").is_some_and(Value::is_string) => key == "$ref",
            Dialect::V30 => KEYWORDS_3_0.contains(&key),
        }
    }

    fn inner(&mut self, key: &str, value: &mut Value, at: &str) {
        if SINGLE.contains(&key) {
            *value = self.translate(value, &format!("{at}/{key}"));
        } else if MAPS.contains(&key) {
            for (name, inner) in value.as_object_mut().into_iter().flatten() {
                *inner = self.translate(inner, &format!("{at}/{key}/{}", escape(name)));
            }
        } else if LISTS.contains(&key) {
            for (n, inner) in value.as_array_mut().into_iter().flatten().enumerate() {
                *inner = self.translate(inner, &format!("{at}/{key}/{n}"));
            }
        }
    }

    /// A reference within the document, in the form that every URL parser takes; else whether it leads outside.
    fn reference(&self, reference: &str) -> Result<String, bool> {
        let fragment = reference.strip_prefix('#').ok_or(true)?;
        let pointer = percent_decode_str(fragment).decode_utf8_lossy();
        // 3.1 has names beside pointers.
        let named = self.dialect == Dialect::V31 && !pointer.is_empty() && !pointer.starts_with('/');
        if named || self.document.pointer(&pointer).is_some_and(|found| found.is_object() || found.is_boolean()) {
            return Ok(fragment_of(&pointer));
        }
        Err(false)
    }

    /// A property that is only ever sent to the source is not required of its answers.
    fn drop_write_only(&self, schema: &mut Map<String, Value>, written: &Map<String, Value>) {
        let Some(properties) = written.get("properties") else { return };
        let Some(Value::Array(required)) = schema.get_mut("required") else { return };
        required.retain(|name| {
            let property = name.as_str().and_then(|name| properties.get(name));
            let reference = property.and_then(|property| property.get("$ref")?.as_str());
            let property = reference.map_or(property, |reference| target(self.document, reference));
            property.and_then(|property| property.get("writeOnly")) != Some(&Value::Bool(true))
        });
    }
}

fn own((key, value): (&String, &Value)) -> (String, Value) {
    (key.clone(), value.clone())
}

/// `minimum: 0, exclusiveMinimum: true` is `exclusiveMinimum: 0` today.
fn exclusive(schema: &mut Map<String, Value>, exclusive: &str, limit: &str) {
    if let Some(&Value::Bool(on)) = schema.get(exclusive) {
        schema.remove(exclusive);
        if on && let Some(limit) = schema.remove(limit) {
            schema.insert(exclusive.to_owned(), limit);
        }
    }
}

/// Allows null as well. 3.0.3 is stricter (beside `type` only, and a list of values has to name null), but what an
/// author means by `nullable: true` is plain, and a source that is right must not fail.
fn nullable(mut schema: Map<String, Value>) -> Value {
    if ["$ref", "allOf", "anyOf", "oneOf", "not"].iter().any(|key| schema.contains_key(*key)) {
        return json!({ "anyOf": [schema, { "type": "null" }] });
    }
    if let Some(kind) = schema.get_mut("type")
        && kind.is_string()
    {
        *kind = json!([kind.clone(), "null"]);
    }
    if let Some(Value::Array(values)) = schema.get_mut("enum")
        && !values.contains(&Value::Null)
    {
        values.push(Value::Null);
    }
    Value::Object(schema)
}

/// The schemas directly within a schema of JSON Schema, each with its pointer from there.
pub(super) fn subschemas(schema: &Map<String, Value>) -> Vec<(String, &Value)> {
    let mut found = Vec::new();
    for (key, value) in schema {
        if SINGLE.contains(&key.as_str()) {
            found.push((key.clone(), value));
        } else if MAPS.contains(&key.as_str()) {
            let members = value.as_object().into_iter().flatten();
            found.extend(members.map(|(name, inner)| (format!("{key}/{}", escape(name)), inner)));
        } else if LISTS.contains(&key.as_str()) {
            let items = value.as_array().into_iter().flatten().enumerate();
            found.extend(items.map(|(n, inner)| (format!("{key}/{n}"), inner)));
        }
    }
    found
}

/// A JSON pointer as the fragment of a URL.
pub(super) fn fragment_of(pointer: &str) -> String {
    format!("#{}", utf8_percent_encode(pointer, FRAGMENT))
}

/// What a reference by pointer leads to.
pub(super) fn target<'v>(document: &'v Value, reference: &str) -> Option<&'v Value> {
    document.pointer(&percent_decode_str(reference.strip_prefix('#')?).decode_utf8_lossy())
}

/// How many schemas a single value is held against; references that branch again and again let it grow without
/// bound, and validation with it.
pub(super) struct Weights<'a> {
    document: &'a Value,
    known: HashMap<String, usize>,
}

impl<'a> Weights<'a> {
    pub(super) fn new(document: &'a Value) -> Self {
        Self { document, known: HashMap::new() }
    }

    /// The heaviest of a schema and of all that stands within it.
    pub(super) fn heaviest(&mut self, schema: &Value) -> usize {
        let within = match schema {
            Value::Object(members) => members.values().map(|inner| self.heaviest(inner)).max(),
            Value::Array(items) => items.iter().map(|inner| self.heaviest(inner)).max(),
            _ => None,
        };
        within.unwrap_or(0).max(self.weigh(schema, DEEPEST))
    }

    fn weigh(&mut self, schema: &Value, depth: usize) -> usize {
        let Some(depth) = depth.checked_sub(1) else { return usize::MAX };
        let mut weight = 1_usize;
        for key in ["allOf", "anyOf", "oneOf"] {
            for inner in schema.get(key).and_then(Value::as_array).into_iter().flatten() {
                weight = weight.saturating_add(self.weigh(inner, depth));
            }
        }
        for key in ["not", "if", "then", "else"] {
            weight = weight.saturating_add(schema.get(key).map_or(0, |inner| self.weigh(inner, depth)));
        }
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            weight = weight.saturating_add(self.reference(reference, depth));
        }
        weight
    }

    fn reference(&mut self, reference: &str, depth: usize) -> usize {
        if let Some(known) = self.known.get(reference) {
            return *known;
        }
        // Recursion without a step into the value ends at once in the validator.
        self.known.insert(reference.to_owned(), 1);
        let weight = target(self.document, reference).map_or(1, |schema| self.weigh(schema, depth));
        self.known.insert(reference.to_owned(), weight);
        weight
    }
}
