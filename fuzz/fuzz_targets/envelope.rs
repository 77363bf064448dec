//! The envelope: any JSON is read as a page. What is found stands where the page says, each link is an absolute URL or
//! none, and masking does not change the shape.
#![no_main]

use bronkeur::source::envelope::{Collection, Field, Links, Page};
use bronkeur::evidence::exchange::Citizen;
use bronkeur::evidence::vault::{Found, Vault};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

/// Invented: serial 999 is never issued.
const NUMBER: &str = "85073099932";

fn links_are_there(json: &Value, links: &Links) {
    assert!(links.links.iter().all(|link| json.pointer(&link.place).is_some_and(Value::is_object)));
    assert!(!links.present || json.pointer(&links.place).is_some());
    for link in &links.links {
        let url = link.url("https://host/v1");
        assert!(url.is_none_or(|url| matches!(url.scheme(), "http" | "https") && url.has_host()), "{link:?}");
        assert!(links.find(&[&link.rel]).is_some());
    }
}

/// All that masking must leave as it is.
fn shape(page: &Page) -> impl PartialEq + std::fmt::Debug + use<> {
    let collection = match &page.collection {
        Collection::Absent => "absent".to_owned(),
        Collection::Wrong(kind) => kind.clone(),
        Collection::Items(items) => items.len().to_string(),
    };
    let links = |links: &Links| (links.present, links.links.len(), links.malformed.len());
    let field = |field: &Field| match field {
        Field::Absent => 0,
        Field::Integer(_) => 1,
        Field::Wrong(_) => 2,
    };
    let metadata =
        (page.metadata.present, page.metadata.place.clone(), page.metadata.fields().map(|(_, one)| field(one)));
    let items: Vec<_> = page
        .items()
        .iter()
        .map(|item| (item.wrong_type, item.key().is_some(), item.extra.len(), links(&item.links)))
        .collect();
    (page.envelope, page.place.clone(), collection, metadata, links(&page.links), items)
}

fn members(json: &Value) -> usize {
    match json {
        Value::Object(object) => object.values().map(|value| 1 + members(value)).sum(),
        Value::Array(items) => items.iter().map(members).sum(),
        _ => 0,
    }
}

fuzz_target!(|text: &str| {
    let Ok(json) = serde_json::from_str::<Value>(text) else { return };
    let page = Page::of(&json);
    links_are_there(&json, &page.links);
    assert!(page.items().is_empty() || json.pointer(&page.place).is_some_and(Value::is_array));
    for item in page.items() {
        assert!(json.pointer(&item.place).is_some());
        links_are_there(&json, &item.links);
    }
    assert_eq!(page.keys().len(), page.items().len());

    let vault = Vault::new([(Citizen::Subject, NUMBER.into())].into());
    let masked = vault.mask_json(json.clone(), &mut Found::default());
    // Two writings of one number may become one name.
    if members(&masked) == members(&json) {
        assert_eq!(shape(&page), shape(&Page::of(&masked)), "{json} {masked}");
    }
});
