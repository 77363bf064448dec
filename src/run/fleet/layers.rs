//! One profile from several texts: the weaker ones first, each stronger one laid over them. What is wrong in the whole
//! is told where it was written.

use std::path::Path;
use std::rc::Rc;

use serde_json::{Map, Value};

use crate::base::input::{Diagnostic, Place};

/// Keys of a profile under which a path stands.
const PATHS: [&str; 6] = ["file", "ca_bundle", "certificate", "openapi", "reviews", "waivers"];

/// A text, and which part of it says something about the profile.
#[derive(Clone, Debug)]
pub(super) struct Layer {
    /// Its name in messages.
    pub(super) file: String,
    pub(super) text: Rc<str>,
    /// Where in the text the profile begins.
    pub(super) within: Place,
    pub(super) tree: Value,
}

/// The layers of one profile, the weakest first.
#[derive(Clone, Debug, Default)]
pub(super) struct Layers(pub(super) Vec<Layer>);

impl Layers {
    /// The whole: mappings are merged, everything else is replaced, and null takes a key away (RFC 7396).
    pub(super) fn merged(&self) -> Value {
        let mut whole = Value::Object(Map::new());
        for layer in &self.0 {
            lay_over(&mut whole, &layer.tree);
        }
        whole
    }

    /// A fault of the whole, in the strongest text that says something about its place; what is missing is told where
    /// it would stand.
    pub(super) fn told(&self, mut fault: Diagnostic) -> Diagnostic {
        let mut place = fault.place.as_deref().and_then(Place::parse).unwrap_or_default();
        loop {
            let found = self.0.iter().rev().find(|layer| !place.0.is_empty() && holds(&layer.tree, &place));
            if let Some(layer) = found.or_else(|| self.0.last().filter(|_| place.0.is_empty())) {
                let whole = layer.within.0.iter().chain(&place.0).cloned().collect();
                let asked = fault.place.take();
                layer.file.clone_into(&mut fault.file);
                let fault = fault.at(Place(whole)).located(&layer.text);
                let elsewhere = asked.filter(|asked| *asked != place.to_string());
                return match elsewhere {
                    Some(missing) => fault.within(&missing),
                    None => fault,
                };
            }
            if place.0.pop().is_none() {
                return fault;
            }
        }
    }
}

fn lay_over(below: &mut Value, above: &Value) {
    let Value::Object(above) = above else {
        above.clone_into(below);
        return;
    };
    if !below.is_object() {
        *below = Value::Object(Map::new());
    }
    let Value::Object(below) = below else { return };
    for (key, value) in above {
        if value.is_null() {
            below.shift_remove(key);
        } else {
            lay_over(below.entry(key.clone()).or_insert(Value::Null), value);
        }
    }
}

fn holds(tree: &Value, place: &Place) -> bool {
    use crate::base::input::Step;
    let mut at = Some(tree);
    for step in &place.0 {
        at = at.and_then(|tree| match step {
            Step::Key(key) => tree.get(key),
            Step::Index(index) => tree.get(index),
        });
    }
    at.is_some()
}

/// Paths in a text count from its own folder; seen from where the command runs they can stand side by side.
pub(super) fn seen_from(folder: &Path, tree: &mut Value) {
    match tree {
        Value::Object(members) => {
            for (key, value) in members {
                match value {
                    Value::String(path) if PATHS.contains(&key.as_str()) && !path.contains("://") => {
                        *path = folder.join(&*path).display().to_string();
                    }
                    value => seen_from(folder, value),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| seen_from(folder, item)),
        _ => {}
    }
}
