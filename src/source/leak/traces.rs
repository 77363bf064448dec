//! Where something may stand in an answer: texts and numbers at any depth, names of members, and values that stand
//! together.

use std::collections::BTreeSet;

use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::DEEPEST;
use crate::base::value::walk::pointer_step;

/// A text in which whole words are looked for, as it is and percent-decoded, in whatever case.
pub(super) struct Words {
    forms: BTreeSet<String>,
}

impl Words {
    pub(super) fn of(text: &str) -> Self {
        let decoded = percent_decode_str(text).decode_utf8_lossy().to_lowercase();
        Self { forms: BTreeSet::from([text.to_lowercase(), decoded]) }
    }

    /// What the request itself said: that may come back.
    pub(super) fn of_request(url: &str) -> Self {
        Self::of(url)
    }

    /// Whether this stands there, not as a part of a longer word.
    pub(super) fn hold(&self, what: &str) -> bool {
        let what = what.to_lowercase();
        self.forms
            .iter()
            // Most texts are short, and a search begins with work of its own.
            .filter(|text| text.len() >= what.len())
            .any(|text| text.match_indices(what.as_str()).any(|(at, _)| stands_alone(text, at, what.len())))
    }

    /// Whether a part of a URL, path segment or query value, is this.
    pub(super) fn are(&self, what: &str) -> bool {
        let what = what.to_lowercase();
        self.forms.iter().any(|text| text.split(['/', '?', '&', '=', ';']).any(|part| part == what))
    }
}

fn stands_alone(text: &str, at: usize, length: usize) -> bool {
    // What begins with a slash, as a path does, stands alone after any host.
    let touches = |one: Option<char>, other: Option<char>| {
        one.is_some_and(char::is_alphanumeric) && other.is_some_and(char::is_alphanumeric)
    };
    let last = |text: Option<&str>| text.and_then(|text| text.chars().next_back());
    let first = |text: Option<&str>| text.and_then(|text| text.chars().next());
    let what = text.get(at..at + length);
    !touches(last(text.get(..at)), first(what)) && !touches(last(what), first(text.get(at + length..)))
}

/// Shows every text, number and name of a member with its place.
pub(super) fn texts(value: &Value, show: &mut dyn FnMut(&str, &str)) {
    walk(value, "", 0, &mut |place, value| match value {
        Value::String(text) => show(place, text),
        Value::Number(number) => show(place, &number.to_string()),
        Value::Object(members) => members.keys().for_each(|name| show(place, name)),
        _ => {}
    });
}

/// Shows every text, number and name of a member, without its place: a list may be long.
pub(super) fn each_text(value: &Value, depth: usize, show: &mut dyn FnMut(&str)) {
    if depth > DEEPEST {
        return;
    }
    match value {
        Value::String(text) => show(text),
        Value::Number(number) => show(&number.to_string()),
        Value::Array(items) => items.iter().for_each(|item| each_text(item, depth + 1, show)),
        Value::Object(members) => {
            for (name, member) in members {
                show(name);
                each_text(member, depth + 1, show);
            }
        }
        Value::Null | Value::Bool(_) => {}
    }
}

/// Shows the values that stand together: in one object or array, or in an object of it.
pub(super) fn record(value: &Value, show: &mut dyn FnMut(&str, &BTreeSet<String>)) {
    walk(value, "", 0, &mut |place, value| {
        let mut values = BTreeSet::new();
        for member in members(value) {
            match member {
                Value::Object(below) => values.extend(below.values().filter_map(scalar)),
                other => values.extend(scalar(other)),
            }
        }
        if values.len() > 1 {
            show(place, &values);
        }
    });
}

fn members(value: &Value) -> Vec<&Value> {
    match value {
        // Items of a list are records of their own.
        Value::Array(items) => items.iter().filter(|item| !item.is_object()).collect(),
        Value::Object(members) => members.values().collect(),
        _ => Vec::new(),
    }
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn walk(value: &Value, place: &str, depth: usize, show: &mut dyn FnMut(&str, &Value)) {
    if depth > DEEPEST {
        return;
    }
    show(place, value);
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                walk(item, &format!("{place}/{index}"), depth + 1, show);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                let below = format!("{place}/{}", pointer_step(name));
                walk(member, &below, depth + 1, show);
            }
        }
        _ => {}
    }
}
