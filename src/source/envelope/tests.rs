use proptest::prelude::*;
use serde_json::json;

use super::*;

#[test]
fn both_envelopes_give_the_same_shape() {
    let documented = Page::of(&json!({
        "certificates": [{"id": "a", "language": "nl", "links": [{"rel": "self", "href": "https://h/a/nl"}]}],
        "pageMetadata": {"number": 1, "size": 10, "totalElements": 1, "totalPages": 1},
        "links": [{"rel": "self", "href": "https://h/l"}]
    }));
    let hal = Page::of(&json!({
        "_embedded": {"certificates": [{"id": "a", "language": "nl", "_links": {"self": {"href": "https://h/a/nl"}}}]},
        "page": {"number": 1, "size": 10, "totalElements": 1, "totalPages": 1},
        "_links": {"self": {"href": "https://h/l"}}
    }));
    assert_eq!((documented.envelope, hal.envelope), (Envelope::Links, Envelope::Hal));
    for page in [&documented, &hal] {
        assert_eq!(page.items()[0].key(), Some(("a".into(), "nl".into())));
        assert_eq!(&*page.items()[0].links.find(&["self"]).unwrap().href, "https://h/a/nl");
        assert_eq!(page.metadata.total_pages.value(), Some(1));
        assert_eq!(&*page.links.find(&["first", "self"]).unwrap().href, "https://h/l");
    }
    assert_eq!(&*hal.items()[0].links.links[0].place, "/_embedded/certificates/0/_links/self");
    assert_eq!(hal.metadata.place, "/page");
}

#[test]
fn items_without_a_key_are_told_apart_all_the_same() {
    let page = |items: Value| Page::of(&json!({ "certificates": items }));
    let without_language = page(json!([{"id": "a"}, {"id": "b"}]));
    assert_eq!(without_language.keys(), [("a".into(), "".into()), ("b".into(), "".into())]);
    let without_id = |n: u8| page(json!([{"language": "nl", "links": [{"rel": "self", "href": format!("/{n}")}]}]));
    assert_ne!(without_id(1).keys(), without_id(2).keys());
    assert_eq!(without_id(1).keys(), without_id(1).keys());
}

#[test]
fn hal_without_embedded_is_an_empty_collection() {
    let page = Page::of(&json!({"_links": {"self": {"href": "https://h/l"}}}));
    assert_eq!(page.collection, Collection::Items(Vec::new()));
}

#[test]
fn a_problem_is_no_page() {
    let page = Page::of(&json!({"title": "No", "status": 404}));
    assert_eq!((page.envelope, page.collection), (Envelope::Unknown, Collection::Absent));
}

#[test]
fn wrong_forms_are_named_with_their_place() {
    let links = Links::of(json!({"links": [{"rel": "self"}, {"href": "x"}, 3]}).as_object().unwrap(), "");
    let places: Vec<_> = links.malformed.iter().map(|one| one.place.as_str()).collect();
    assert_eq!(places, ["/links/0/href", "/links/1/rel", "/links/2/rel"]);
    let links = Links::of(json!({"links": {"self": "x"}}).as_object().unwrap(), "");
    let whole = Malformed { place: "/links".to_owned(), found: "object".to_owned(), rel: None };
    assert_eq!(*links.malformed, [whole]);
}

#[test]
fn numbers_that_are_no_counts_are_wrong() {
    let metadata = |value: Value| Page::of(&json!({"certificates": [], "pageMetadata": {"number": value}})).metadata;
    for (value, number) in [(json!(3), 3), (json!(1.0), 1), (json!(1e2), 100), (json!(-0.0), 0)] {
        assert_eq!(metadata(value).number, Field::Integer(number));
    }
    for wrong in [json!("3"), json!(-1), json!(1.5), json!(null), json!(-1.0), json!(1e30)] {
        assert!(matches!(metadata(wrong).number, Field::Wrong(_)));
    }
}

fn anything() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<i64>().prop_map(Value::from),
        "[a-z/:{~]{0,6}".prop_map(Value::from),
        Just(json!([])),
        Just(json!({})),
    ]
}

/// An object with some of these members, mostly of the right form.
fn object(members: Vec<(&'static str, BoxedStrategy<Value>)>) -> BoxedStrategy<Value> {
    let member = |(name, value): (&'static str, BoxedStrategy<Value>)| {
        prop::option::of(prop_oneof![4 => value, 1 => anything()].prop_map(move |value| (name.to_owned(), value)))
    };
    let members: Vec<_> = members.into_iter().map(member).collect();
    members.prop_map(|members| Value::Object(members.into_iter().flatten().collect())).boxed()
}

fn list(item: BoxedStrategy<Value>) -> BoxedStrategy<Value> {
    prop::collection::vec(item, 0..4).prop_map(Value::from).boxed()
}

/// A body that resembles a page of the one envelope, the other, or both.
fn some_body() -> impl Strategy<Value = Value> {
    let words = || "(/v1/|https://h/|\\?)?[a-z/:{~]{0,6}".prop_map(Value::from).boxed();
    let link = || {
        object(vec![("rel", words()), ("href", words()), ("templated", any::<bool>().prop_map(Value::from).boxed())])
    };
    let hal = || object(vec![("self", link()), ("a/b~c", list(link()))]);
    let item =
        || list(object(vec![("id", words()), ("language", words()), ("links", list(link())), ("_links", hal())]));
    object(vec![
        ("certificates", item()),
        ("_embedded", object(vec![("certificates", item())])),
        ("pageMetadata", object(vec![("number", anything().boxed())])),
        ("page", object(vec![("totalElements", any::<u64>().prop_map(Value::from).boxed())])),
        ("links", list(link())),
        ("_links", hal()),
    ])
}

proptest! {
    #[test]
    fn whatever_the_body_what_is_found_stands_where_the_page_says(body in some_body()) {
        let page = Page::of(&body);
        prop_assert_eq!(page.keys().len(), page.items().len());
        prop_assert!(page.items().is_empty() || body.pointer(&page.place).is_some_and(Value::is_array));
        prop_assert!(page.items().iter().all(|item| body.pointer(&item.place).is_some()));
        for links in page.items().iter().map(|item| &item.links).chain([&page.links]) {
            prop_assert!(!links.present || body.pointer(&links.place).is_some());
            for link in &*links.links {
                let found = body.pointer(&link.place).and_then(|link| link.get("href"));
                prop_assert_eq!(found, Some(&json!(link.href)));
                prop_assert!(link.url("https://h/v1").is_none_or(|url| url.has_host()));
            }
        }
    }
}
