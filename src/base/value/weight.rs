//! About how much memory a JSON value takes: a dozen times its text.

use serde_json::Value;

/// What a piece of memory costs besides its bytes, about.
pub const OVERHEAD: usize = 16;

/// What a member of an object costs besides its name and its value: a place in a list and one in a table.
const MEMBER: usize = 48;

/// In bytes, what lies below it included.
pub fn of(value: &Value) -> usize {
    let below = match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
        Value::String(text) => text.capacity() + OVERHEAD,
        Value::Array(items) => {
            let unused = items.capacity() - items.len();
            unused * size_of::<Value>() + OVERHEAD + items.iter().map(of).sum::<usize>()
        }
        Value::Object(members) => members.iter().map(|(name, value)| MEMBER + name.len() + of(value)).sum(),
    };
    size_of::<Value>() + below
}
