//! Which values of an answer have a `format` in their schema.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// Values and schemas that are looked at together, for one answer.
const BUDGET: usize = 100_000;
/// References that may follow each other without a step into the answer.
const DEEPEST: usize = 32;

pub(super) fn collect(document: &Value, schema: &Value, body: &Value) -> Vec<(String, String)> {
    let mut walk = Walk { document, found: BTreeMap::new(), left: BUDGET };
    walk.visit(schema, body, "", DEEPEST);
    walk.found.into_iter().filter_map(|(pointer, format)| Some((pointer, format?))).collect()
}

/// Every `format` that occurs anywhere in a document.
pub(super) fn all(document: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut pending = vec![document];
    while let Some(value) = pending.pop() {
        match value {
            Value::Object(members) => {
                found.extend(members.get("format").and_then(Value::as_str).map(str::to_owned));
                pending.extend(members.values());
            }
            Value::Array(items) => pending.extend(items),
            _ => {}
        }
    }
    found
}

struct Walk<'a> {
    document: &'a Value,
    /// By pointer; none where the branches of a schema do not agree.
    found: BTreeMap<String, Option<String>>,
    left: usize,
}

impl Walk<'_> {
    fn visit(&mut self, schema: &Value, value: &Value, at: &str, depth: usize) {
        let (Some(left), Some(depth)) = (self.left.checked_sub(1), depth.checked_sub(1)) else { return };
        self.left = left;
        if !may_be(schema, value) {
            return;
        }
        let document = self.document;
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str)
            && let Some(target) = super::schema::target(document, reference)
        {
            self.visit(target, value, at, depth);
        }
        for branches in ["allOf", "anyOf", "oneOf"] {
            for branch in schema.get(branches).and_then(Value::as_array).into_iter().flatten() {
                self.visit(branch, value, at, depth);
            }
        }
        match value {
            Value::Object(members) => {
                for (key, member) in members {
                    let own = schema.get("properties").and_then(|properties| properties.get(key));
                    if let Some(inner) = own.or_else(|| schema.get("additionalProperties")) {
                        let key = super::schema::escape(key);
                        self.visit(inner, member, &format!("{at}/{key}"), DEEPEST);
                    }
                }
            }
            Value::Array(items) => {
                for (n, item) in items.iter().enumerate() {
                    if let Some(inner) = schema.get("items") {
                        self.visit(inner, item, &format!("{at}/{n}"), DEEPEST);
                    }
                }
            }
            _ => self.note(schema, at),
        }
    }

    fn note(&mut self, schema: &Value, at: &str) {
        let format = schema.get("format").and_then(Value::as_str);
        // A schema that only combines others has no say of its own.
        if format.is_none() && schema.get("type").is_none() {
            return;
        }
        let known = self.found.entry(at.to_owned()).or_insert_with(|| format.map(str::to_owned));
        if known.as_deref() != format {
            *known = None;
        }
    }
}

/// Whether the schema's `type` allows the value: of two branches the other one is meant.
fn may_be(schema: &Value, value: &Value) -> bool {
    let fits = |name: &Value| match name.as_str() {
        Some("string") => value.is_string(),
        Some("integer" | "number") => value.is_number(),
        Some("boolean") => value.is_boolean(),
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("null") => value.is_null(),
        _ => true,
    };
    match schema.get("type") {
        None => true,
        Some(Value::Array(names)) => names.iter().any(fits),
        Some(name) => fits(name),
    }
}
