//! What OpenAPI asks of a document across its objects: paths and their parameters, names that are used once.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::document::{LOCATIONS, METHODS};
use super::path::variables;
use super::schema::{escape, target};
use super::structure::Flaw;
use crate::base::input::short;
use crate::base::text::Text;
use crate::text;

/// References from one reference to the next.
const MOST_HOPS: usize = 32;

/// What is wrong across the objects of a document.
pub(super) fn look(document: &Value, minor: u8) -> Vec<Flaw> {
    let mut rules = Rules { document, flaws: Vec::new(), ids: BTreeMap::new() };
    let empty = Map::new();
    let paths = document.get("paths").and_then(Value::as_object).unwrap_or(&empty);
    let mut shapes: BTreeMap<String, &str> = BTreeMap::new();
    for (path, item) in paths.iter().filter(|(path, _)| path.starts_with('/')) {
        let at = format!("/paths/{}", escape(path));
        if let Some(other) = shapes.insert(shape(path), path) {
            let other = short(other, 80);
            let message = text!("is hetzelfde pad als `{other}`", "is the same path as `{other}`");
            rules.flaw(&at, message, text!("voeg de twee samen", "join the two"));
        }
        rules.path(path, item, &at);
    }
    rules.identify(document, minor);
    rules.requirements(document, minor);
    rules.flaws
}

/// A path with every variable under the same name.
fn shape(path: &str) -> String {
    let mut shape = path.to_owned();
    for name in variables(path) {
        shape = shape.replace(&format!("{{{name}}}"), "{}");
    }
    shape
}

struct Rules<'a> {
    document: &'a Value,
    flaws: Vec<Flaw>,
    ids: BTreeMap<&'a str, String>,
}

/// The parameters of one list.
#[derive(Default)]
struct Parameters<'a> {
    in_path: BTreeSet<&'a str>,
    /// One of them stands in another document.
    unknown: bool,
}

impl<'a> Rules<'a> {
    fn flaw(&mut self, at: &str, message: Text, remedy: Text) {
        self.flaws.push(Flaw { at: at.to_owned(), message, remedy });
    }

    /// What stands at a node once references within the document are followed.
    fn follow(&self, mut node: &'a Value) -> Option<&'a Value> {
        for _ in 0..MOST_HOPS {
            let Some(reference) = node.get("$ref").and_then(Value::as_str) else { return Some(node) };
            node = target(self.document, reference)?;
        }
        None
    }

    fn path(&mut self, path: &str, item: &'a Value, at: &str) {
        let Some(item) = self.follow(item) else { return };
        let shared = self.parameters(item, at);
        let variables: BTreeSet<&str> = variables(path).collect();
        let operations: Vec<(&str, &'a Value)> =
            METHODS.iter().filter_map(|method| Some((*method, item.get(*method)?))).collect();
        for name in shared.in_path.iter().filter(|name| !variables.contains(*name)) {
            self.stranger(name, at);
        }
        for (method, operation) in operations {
            let at = format!("{at}/{method}");
            let own = self.parameters(operation, &at);
            for name in own.in_path.iter().filter(|name| !variables.contains(*name)) {
                self.stranger(name, &at);
            }
            if own.unknown || shared.unknown {
                continue;
            }
            for name in variables.iter().filter(|name| !own.in_path.contains(*name) && !shared.in_path.contains(*name))
            {
                let name = short(name, 60);
                let message = text!(
                    "`{{{name}}}` in het pad heeft geen parameter met `in: path`",
                    "`{{{name}}}` in the path has no parameter with `in: path`"
                );
                self.flaw(&at, message, text!("beschrijf de parameter `{name}`", "describe the parameter `{name}`"));
            }
        }
    }

    fn stranger(&mut self, name: &str, at: &str) {
        let name = short(name, 60);
        let message = text!(
            "de parameter `{name}` met `in: path` komt in het pad niet voor",
            "the parameter `{name}` with `in: path` does not occur in the path"
        );
        self.flaw(
            at,
            message,
            text!("laat de parameter weg, of verbeter het pad", "leave the parameter out, or fix the path"),
        );
    }

    /// The parameters of a path or an operation; two of the same name and place are wrong.
    fn parameters(&mut self, of: &'a Value, at: &str) -> Parameters<'a> {
        let mut all = Parameters::default();
        let mut seen = BTreeSet::new();
        for (index, node) in of.get("parameters").and_then(Value::as_array).into_iter().flatten().enumerate() {
            let Some(parameter) = self.follow(node) else {
                all.unknown = true;
                continue;
            };
            let said = |name: &str| parameter.get(name).and_then(Value::as_str);
            let (Some(name), Some(location)) = (said("name"), said("in")) else {
                // It has a flaw of its own, and may be the one that is looked for.
                all.unknown = true;
                continue;
            };
            all.unknown |= !LOCATIONS.contains(&location);
            if location == "path" {
                all.in_path.insert(name);
            }
            if !seen.insert((name, location)) {
                let (name, location) = (short(name, 60), short(location, 20));
                let message = text!(
                    "`{name}` (`in: {location}`) staat er twee keer",
                    "`{name}` (`in: {location}`) is there twice"
                );
                self.flaw(
                    &format!("{at}/parameters/{index}"),
                    message,
                    text!("laat er een weg", "leave one of them out"),
                );
            }
        }
        all
    }

    /// Every `operationId`, wherever an operation is described.
    fn identify(&mut self, document: &'a Value, minor: u8) {
        let places: &[&str] = if minor == 0 { &["paths"] } else { &["paths", "webhooks", "components/pathItems"] };
        for place in places {
            let items = document.pointer(&format!("/{place}")).and_then(Value::as_object);
            for (key, item) in items.into_iter().flatten().filter(|(key, _)| !key.starts_with("x-")) {
                for method in METHODS {
                    let Some(id) = item.get(method).and_then(|operation| operation.get("operationId")?.as_str()) else {
                        continue;
                    };
                    let at = format!("/{place}/{}/{method}", escape(key));
                    if self.ids.insert(id, at.clone()).is_some() {
                        let id = short(id, 80);
                        let message =
                            text!("`operationId: {id}` staat er twee keer", "`operationId: {id}` is there twice");
                        self.flaw(
                            &format!("{at}/operationId"),
                            message,
                            text!("kies een andere id", "choose another id"),
                        );
                    }
                }
            }
        }
    }

    /// What `security` asks for is declared; from 3.2 on it may also be a URI.
    fn requirements(&mut self, document: &'a Value, minor: u8) {
        if minor > 1 {
            return;
        }
        let declared = document.pointer("/components/securitySchemes").and_then(Value::as_object);
        let mut lists = vec![("/security".to_owned(), document.get("security"))];
        for (path, item) in document.get("paths").and_then(Value::as_object).into_iter().flatten() {
            for method in METHODS {
                let at = format!("/paths/{}/{method}/security", escape(path));
                lists.push((at, item.get(method).and_then(|operation| operation.get("security"))));
            }
        }
        let mut told = BTreeSet::new();
        for (at, list) in lists {
            let names = list.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object);
            for name in names.flat_map(Map::keys) {
                if declared.is_some_and(|declared| declared.contains_key(name)) || !told.insert(name) {
                    continue;
                }
                let name = short(name, 60);
                let message = text!(
                    "`{name}` staat niet onder `components.securitySchemes`",
                    "`{name}` is not among `components.securitySchemes`"
                );
                self.flaw(&at, message, text!("beschrijf het beveiligingsschema", "describe the security scheme"));
            }
        }
    }
}
