//! The two ways of writing collections and links, and edits that work on both.

use serde_json::{Map, Value, json};

use crate::sandbox::answer::put;
use crate::sandbox::source::behaviour::Envelope;

/// A link to write: rel and href.
pub(in crate::sandbox) type Link = (&'static str, String);

/// The links section of a body: an array with `rel`, or HAL's object.
pub(in crate::sandbox) fn links(envelope: Envelope, links: Vec<Link>) -> Value {
    match envelope {
        Envelope::Links => links.into_iter().map(|(rel, href)| json!({ "rel": rel, "href": href })).collect(),
        Envelope::Hal => {
            let links: Map<_, _> =
                links.into_iter().map(|(rel, href)| (rel.to_owned(), json!({ "href": href }))).collect();
            Value::Object(links)
        }
    }
}

/// The name of the links section.
pub(in crate::sandbox) fn links_name(envelope: Envelope) -> &'static str {
    match envelope {
        Envelope::Links => "links",
        Envelope::Hal => "_links",
    }
}

/// The body of a list.
pub(in crate::sandbox) fn list(envelope: Envelope, items: Vec<Value>, metadata: Value, list_links: Vec<Link>) -> Value {
    let mut body = Map::new();
    match envelope {
        Envelope::Links => body.insert("certificates".to_owned(), Value::Array(items)),
        Envelope::Hal => body.insert("_embedded".to_owned(), json!({ "certificates": items })),
    };
    body.insert("pageMetadata".to_owned(), metadata);
    body.insert(links_name(envelope).to_owned(), links(envelope, list_links));
    Value::Object(body)
}

/// A field of an object; null where it is not there.
pub fn field<'a>(body: &'a Value, name: &str) -> &'a Value {
    body.get(name).unwrap_or(&Value::Null)
}

fn is_hal(body: &Value) -> bool {
    body.get("_links").is_some() || body.get("_embedded").is_some()
}

/// The collection of a list, whatever it has become.
pub fn items_mut(body: &mut Value) -> Option<&mut Value> {
    if is_hal(body) { body.pointer_mut("/_embedded/certificates") } else { body.get_mut("certificates") }
}

/// The paging metadata of a list.
pub fn metadata_mut(body: &mut Value) -> Option<&mut Map<String, Value>> {
    body.get_mut("pageMetadata")?.as_object_mut()
}

/// Points a link of a list, an item or a detail elsewhere, or adds it.
pub fn set_link(body: &mut Value, rel: &str, href: &str) {
    if is_hal(body) {
        if let Some(links) = body.get_mut("_links").and_then(Value::as_object_mut) {
            links.insert(rel.to_owned(), json!({ "href": href }));
        }
        return;
    }
    let Some(links) = body.get_mut("links").and_then(Value::as_array_mut) else { return };
    match links.iter_mut().find(|link| field(link, "rel") == rel) {
        Some(link) => put(link, "href", href),
        None => links.push(json!({ "rel": rel, "href": href })),
    }
}

/// Takes a link of a list, an item or a detail away.
pub fn remove_link(body: &mut Value, rel: &str) {
    if let Some(links) = body.get_mut("_links").and_then(Value::as_object_mut) {
        links.shift_remove(rel);
    }
    if let Some(links) = body.get_mut("links").and_then(Value::as_array_mut) {
        links.retain(|link| field(link, "rel") != rel);
    }
}

/// The hrefs of a list, an item or a detail, for a change of all of them.
pub fn item_links(body: &mut Value) -> Vec<&mut Value> {
    let key = if is_hal(body) { "_links" } else { "links" };
    match body.get_mut(key) {
        Some(Value::Array(links)) => links.iter_mut().filter_map(|link| link.get_mut("href")).collect(),
        Some(Value::Object(links)) => links.values_mut().filter_map(|link| link.get_mut("href")).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(envelope: Envelope) -> Value {
        list(
            envelope,
            vec![json!({})],
            json!({ "number": 1 }),
            vec![("self", "a".to_owned()), ("next", "b".to_owned())],
        )
    }

    #[test]
    fn edits_work_on_both_envelopes() {
        for envelope in [Envelope::Links, Envelope::Hal] {
            let mut body = body(envelope);
            set_link(&mut body, "self", "c");
            set_link(&mut body, "last", "d");
            remove_link(&mut body, "next");
            let hrefs: Vec<_> = item_links(&mut body).into_iter().map(|href| href.clone()).collect();
            assert_eq!(hrefs, ["c", "d"], "{envelope:?}");
            metadata_mut(&mut body).unwrap().insert("size".to_owned(), json!(10));
            assert_eq!(body["pageMetadata"]["size"], 10);
            assert_eq!(items_mut(&mut body).unwrap().as_array().unwrap().len(), 1);
        }
    }
}
