use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::evidence::exchange::{Content, Facts, Request, Sent};
use crate::evidence::snapshot::Field;

fn answer(request: Request, status: u16, body: Value) -> Exchange {
    let response = Response::new(status, Vec::new(), Content::json(body), Facts::default());
    Exchange {
        request,
        sent: Sent::default(),
        at_ms: 0,
        ms: 1,
        credential: None,
        earlier: Vec::new(),
        result: Ok(response),
    }
}

fn detail(n: usize) -> Request {
    Request::link(Kind::Detail, format!("https://h.be/v1/c/{n}"))
}

/// The shapes of so many details that are all alike.
fn details(count: usize, status: u16, body: &Value) -> ApiSnapshot {
    let all: Vec<Exchange> = (0..count).map(|n| answer(detail(n), status, body.clone())).collect();
    ApiSnapshot::of("https://h.be/v1", &all)
}

#[test]
fn a_page_shows_its_metadata_and_every_certificate_once() {
    let item = |id: &str| json!({"id": id, "language": "nl", "links": [{"rel": "SELF", "href": "https://h.be/1"}]});
    let page = |items: Vec<Value>| json!({"certificates": items, "pageMetadata": {"number": 1, "size": "x"}, "links": [{"rel": "next", "href": "https://h.be"}]});
    let list = |limit: u64| Request::entry(Citizen::Subject).query("limit", limit);
    let shapes = ApiSnapshot::of(
        "https://h.be/v2/",
        &[
            answer(list(1), 200, page(vec![item("a"), item("b")])),
            answer(list(2), 200, page(vec![item("b"), item("c")])),
            answer(list(3), 400, json!({"title": "no"})),
            answer(Request::entry(Citizen::Other).query("limit", 1), 200, page(vec![item("d")])),
        ],
    );
    assert_eq!(shapes.version.as_deref(), Some("v2"));
    let list = &shapes.parts[&Part::List];
    assert_eq!((list.count, list.readable(), &list.statuses), (3, 2, &[(200, 2), (400, 1)].into()));
    assert_eq!(list.fields["/pageMetadata/number"], Field { on: 2, types: [("integer".to_owned(), 2)].into() });
    assert_eq!((list.rels["next"], list.fields.len()), (2, 2));
    let items = &shapes.parts[&Part::Item];
    assert_eq!((items.count, items.rels["self"]), (3, 3));
    assert_eq!(items.fields.keys().collect::<Vec<_>>(), ["/id", "/language"]);
}

#[test]
fn keys_that_could_be_data_are_not_kept() {
    let body = json!({
        "id": 1, "year": 2025.5, "tags": ["a", 1], "owners": {"70010199960": {"name": "x"}, "Jan Peeters": 1, "jan@h.be": 2},
        "by_date": {"2025-01-01": true}, "a1b2c3d4": null, "0b7c9d52-5f0e-4d53-9a55-1a4a3c1b8f60": {}
    });
    let shapes = details(1, 200, &body);
    let fields = &shapes.parts[&Part::Detail].fields;
    let paths: Vec<&str> = fields.keys().map(String::as_str).collect();
    assert_eq!(
        paths,
        [
            "/by_date",
            "/by_date/{key}",
            "/id",
            "/owners",
            "/owners/{key}",
            "/owners/{key}/name",
            "/tags",
            "/tags/*",
            "/year",
            "/{key}"
        ]
    );
    assert_eq!(fields["/tags/*"].types.keys().collect::<Vec<_>>(), ["integer", "string"]);
    assert_eq!(fields["/year"].types.keys().collect::<Vec<_>>(), ["number"]);
    let many: serde_json::Map<String, Value> = (0..300).map(|n| (format!("name{n}"), json!(n))).collect();
    assert_eq!(details(1, 200, &Value::Object(many)).parts[&Part::Detail].fields.len(), 1);
}

#[test]
fn what_was_on_all_and_is_on_none_broke() {
    let old = details(
        5,
        200,
        &json!({"id": "a", "year": 2025, "place": {"street": "x"}, "links": [{"rel": "self", "href": "https://h.be"}]}),
    );
    let breaks = |now: &ApiSnapshot| {
        old.breaks(now).into_iter().map(|(_, one)| format!("{one:?}")).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(breaks(&old), "");
    let more = json!({"id": "a", "year": 2025, "place": {"street": "x", "city": "y"}, "new": 1, "links": [{"rel": "self", "href": "https://h.be"}]});
    assert_eq!(breaks(&details(5, 200, &more)), "", "what is added breaks nothing");
    let other = json!({"id": "a", "year": "2025", "links": [{"rel": "download", "href": "https://h.be"}]});
    assert_eq!(
        breaks(&details(5, 200, &other)),
        "Field(\"/place\") Type(\"/year\", \"integer\", \"string\") Rel(\"self\")"
    );
    assert_eq!(breaks(&details(4, 200, &other)), "", "four are not enough");
    assert_eq!(
        breaks(&details(
            5,
            203,
            &json!({"id": "a", "year": 1, "place": {"street": "x"}, "links": [{"rel": "self", "href": "https://h.be"}]})
        )),
        "Status(\"200\", \"203\")"
    );
    assert_eq!(breaks(&details(5, 404, &json!({}))), "Status(\"200\", \"404\")", "an error shows no members");
    // One that still has it is enough to say that it is not gone.
    let mut mixed: Vec<Exchange> = (0..5).map(|n| answer(detail(n), 200, other.clone())).collect();
    mixed.push(answer(detail(9), 200, more));
    assert_eq!(breaks(&ApiSnapshot::of("https://h.be/v1", &mixed)), "");
}

#[test]
fn what_a_consumer_could_read_all_along_did_not_break() {
    let breaks = |old: Value, now: Value| details(5, 200, &old).breaks(&details(5, 200, &now)).len();
    assert_eq!(breaks(json!({"year": null}), json!({"year": 2025})), 0, "a value comes where none was");
    assert_eq!(breaks(json!({"year": 2025}), json!({"year": null})), 1);
    assert_eq!(breaks(json!({"sum": 1.5}), json!({"sum": 2})), 0, "a whole number is a number");
    assert_eq!(breaks(json!({"sum": 2}), json!({"sum": 1.5})), 1);
    // More members than are kept: what is missing may be among the others.
    let group: serde_json::Map<String, Value> = (1..=30).map(|n: u8| ("x".repeat(usize::from(n)), json!(1))).collect();
    let many = "abcdefgh".chars().map(|name| (name.to_string(), Value::Object(group.clone()))).collect();
    let mut now = Value::Object(many);
    now["year"] = json!(1);
    assert_eq!(breaks(json!({"year": 1}), now), 0);
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from)
    ];
    leaf.prop_recursive(8, 64, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
            prop::collection::btree_map("[a-zA-Z0-9 .:é/]{0,12}", inner, 0..8)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn shapes_are_bounded_round_trip_and_never_differ_from_themselves(body in json_value()) {
        let shapes = details(5, 200, &body);
        prop_assert_eq!(shapes.breaks(&shapes), Vec::new());
        let text = serde_json::to_string(&shapes).unwrap();
        prop_assert_eq!(&serde_json::from_str::<ApiSnapshot>(&text).unwrap(), &shapes);
        for shape in shapes.parts.values() {
            prop_assert!(shape.fields.len() <= 200);
            prop_assert!(shape.fields.keys().all(|path| path.is_ascii() && !path.contains(' ')));
        }
    }
}
