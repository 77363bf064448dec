//! Changes to the JSON bodies of a stranger, in either envelope.

use serde_json::{Value, json};

/// The links of a body in the form of the documents.
pub(super) fn links(body: &mut Value) -> &mut Vec<Value> {
    body["links"].as_array_mut().unwrap()
}

/// The href of a relation.
pub(super) fn href(body: &Value, rel: &str) -> Option<String> {
    body["links"].as_array()?.iter().find(|link| link["rel"] == rel)?["href"].as_str().map(str::to_owned)
}

pub(super) fn set_href(body: &mut Value, rel: &str, href: &str) {
    drop_rel(body, rel);
    links(body).push(json!({ "rel": rel, "href": href }));
}

pub(super) fn drop_rel(body: &mut Value, rel: &str) {
    links(body).retain(|link| link["rel"] != rel);
}

/// Changes every href of a body, at any depth.
pub(super) fn each_href(body: &mut Value, change: &dyn Fn(&str) -> String) {
    match body {
        Value::Array(all) => all.iter_mut().for_each(|one| each_href(one, change)),
        Value::Object(members) => {
            for (name, value) in members {
                match value {
                    Value::String(text) if name == "href" => *text = change(text),
                    other => each_href(other, change),
                }
            }
        }
        _ => {}
    }
}

/// Every certificate of a body: of a list, or the one that it is.
pub(super) fn each_item(body: &mut Value, change: &dyn Fn(&mut Value)) {
    if let Some(items) = body.get_mut("certificates").and_then(Value::as_array_mut) {
        items.iter_mut().for_each(change);
    } else if body.get("id").is_some() {
        change(body);
    }
}
