//! Where the schemas of an OpenAPI document stand.

use serde_json::Value;

use super::schema::escape;

/// What stands at a place of a document.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Root,
    PathItem,
    Operation,
    Callback,
    /// A parameter or a header.
    Parameter,
    RequestBody,
    Response,
    Media,
    Schema,
}

impl Kind {
    /// What stands within it; a star is every key or position.
    const fn parts(self) -> &'static [(&'static str, Self)] {
        match self {
            Self::Root => &[
                ("paths/*", Self::PathItem),
                ("webhooks/*", Self::PathItem),
                ("components/schemas/*", Self::Schema),
                ("components/responses/*", Self::Response),
                ("components/parameters/*", Self::Parameter),
                ("components/headers/*", Self::Parameter),
                ("components/requestBodies/*", Self::RequestBody),
                ("components/callbacks/*", Self::Callback),
                ("components/pathItems/*", Self::PathItem),
            ],
            Self::PathItem => &[
                ("parameters/*", Self::Parameter),
                ("get", Self::Operation),
                ("put", Self::Operation),
                ("post", Self::Operation),
                ("delete", Self::Operation),
                ("options", Self::Operation),
                ("head", Self::Operation),
                ("patch", Self::Operation),
                ("trace", Self::Operation),
            ],
            Self::Operation => &[
                ("parameters/*", Self::Parameter),
                ("requestBody", Self::RequestBody),
                ("responses/*", Self::Response),
                ("callbacks/*", Self::Callback),
            ],
            Self::Callback => &[("*", Self::PathItem)],
            Self::Parameter => &[("schema", Self::Schema), ("content/*", Self::Media)],
            Self::RequestBody => &[("content/*", Self::Media)],
            Self::Response => &[("headers/*", Self::Parameter), ("content/*", Self::Media)],
            Self::Media => &[("schema", Self::Schema), ("encoding/*/headers/*", Self::Parameter)],
            Self::Schema => &[],
        }
    }
}

/// Shows every schema of a document, with its JSON pointer.
pub(super) fn each_schema(node: &mut Value, kind: Kind, at: &str, visit: &mut dyn FnMut(&str, &mut Value)) {
    if kind == Kind::Schema {
        return visit(at, node);
    }
    for (path, kind) in kind.parts() {
        descend(node, path, *kind, at, visit);
    }
}

fn descend(node: &mut Value, path: &str, kind: Kind, at: &str, visit: &mut dyn FnMut(&str, &mut Value)) {
    let (first, rest) = path.split_once('/').unwrap_or((path, ""));
    let mut step = |key: &str, inner: &mut Value| {
        let at = format!("{at}/{}", escape(key));
        if rest.is_empty() { each_schema(inner, kind, &at, visit) } else { descend(inner, rest, kind, &at, visit) }
    };
    match node {
        Value::Object(members) if first == "*" => {
            members.iter_mut().filter(|(key, _)| !key.starts_with("x-")).for_each(|(key, inner)| step(key, inner));
        }
        Value::Array(items) if first == "*" => {
            items.iter_mut().enumerate().for_each(|(n, inner)| step(&n.to_string(), inner));
        }
        Value::Object(members) => {
            if let Some(inner) = members.get_mut(first) {
                step(first, inner);
            }
        }
        _ => {}
    }
}
