//! A JSON value as a finding shows it.

use serde_json::Value;

use super::tree;

/// What a JSON value is, in the words of JSON.
pub fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) if tree::long_integer(value).is_some() => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// A value as a finding shows it: scalars as JSON, the rest by kind, absence as `absent`.
pub fn described(value: Option<&Value>) -> String {
    match value {
        None => "absent".to_owned(),
        Some(value @ (Value::Array(_) | Value::Object(_))) => kind_of(value).to_owned(),
        Some(value) => tree::long_integer(value).map_or_else(|| value.to_string(), str::to_owned),
    }
}
