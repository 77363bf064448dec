use serde_json::{Value, json};

use super::*;
use crate::catalogue::{Catalogue, DEFAULT_SPEC, Selection};
use crate::checks;
use crate::evidence::exchange::{Citizen, Facts, Response, Sent};
use crate::report::{Report, RunMeta};
use crate::run::evaluate::Evaluator;
use crate::sandbox::Options;
use crate::sandbox::examine;

fn setup() -> Setup {
    serde_json::from_value(json!({
        "source": "test", "base_url": "https://source.example/v1", "entry_path": "certificates/{insz}", "origins": [],
        "environment": "none", "citizens": {}, "ready": [], "declares": {}, "limits": {}
    }))
    .unwrap()
}

fn page(number: usize) -> Value {
    let item = |n: usize| json!({"id": format!("{number}-{n}"), "language": "nl", "name": "Attest"});
    json!({ "certificates": (0..100).map(item).collect::<Vec<_>>() })
}

fn answered(request: Request, body: Value) -> Exchange {
    let result = Ok(Response::new(200, Vec::new(), Content::json(body), Facts::default()));
    let exchange =
        Exchange { request, sent: Sent::default(), at_ms: 0, ms: 0, credential: None, earlier: Vec::new(), result };
    crate::source::view(&exchange);
    exchange
}

#[test]
fn a_long_list_is_packed_and_the_same_page_is_kept_once() {
    let mut recording = Recording::new(setup(), Timestamp::UNIX_EPOCH, 1);
    let request = |n: usize| Request::entry(Citizen::Subject).query("page", n);
    let pages = 800;
    for number in 0..pages {
        recording.add(answered(request(number), page(number)));
    }
    let held = recording.budget.held;
    assert!(recording.budget.in_trees <= MOST_IN_TREES && held < 3 * MOST_IN_TREES, "{held} bytes");
    let trees: usize = (0..pages).map(|number| Json::from(page(number)).weight()).sum();
    assert!(trees > MOST_IN_TREES * 5 / 4, "{trees} bytes: too few pages to pack any");
    for number in 0..pages {
        recording.add(answered(request(number).again(1), page(number)));
        let read = |ordinal| recording.get(&request(number).again(ordinal)).unwrap().result.as_ref().unwrap();
        assert!(std::ptr::eq(read(0).page().unwrap(), read(1).page().unwrap()), "page {number} is kept twice");
        assert_eq!(*read(1).tree().unwrap(), page(number));
    }
    assert_eq!(recording.budget.held, held);
    recording.add(answered(request(0).again(2), page(7_000)));
    assert!(recording.budget.held > held);
}

#[test]
fn a_packed_run_is_judged_alike_and_no_check_unpacks_it_for_good() {
    let catalogue = Catalogue::load(DEFAULT_SPEC, None, checks::is_check).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (finished, _sandbox) = runtime.block_on(examine(&catalogue, Options::default())).unwrap();
    let recording = finished.recording.packed();
    let verdicts = Evaluator::new(&catalogue).evaluate(&recording, &Selection::default());
    for ((requirement, online), packed) in catalogue.requirements.iter().zip(&finished.verdicts).zip(&verdicts) {
        assert_eq!(online, packed, "{}", requirement.id);
    }
    let meta = RunMeta::default();
    crate::report::har::write(&catalogue, &recording, &meta).unwrap();
    Report::new(&catalogue, &recording, &verdicts, &meta);
    let unpacked = recording.exchanges().filter(|exchange| {
        let result = exchange.result.as_ref();
        result.is_ok_and(|answer| matches!(&answer.content, Content::Json(json) if json.is_packed_in_vain()))
    });
    assert_eq!(unpacked.map(|exchange| exchange.sent.url.as_str()).collect::<Vec<_>>(), [""; 0]);
}

/// Pages that take far more memory than their bytes let think.
fn hostile_pages() -> Vec<Value> {
    let long = "r".repeat(60_000);
    let rels: Vec<Value> = (0..20).map(|n| json!({ "rel": format!("{long}{n}"), "href": "https://h/" })).collect();
    vec![
        json!({ "certificates": [{ "id": "a", "name": vec![1; 100_000] }] }),
        json!({ "certificates": [{ "id": "a", "links": rels.clone() }], "links": rels }),
        json!({ "certificates": vec![json!({}); 50_000] }),
        json!({ "certificates": [{ "id": "a", "links": vec![1; 50_000] }] }),
        json!({ "certificates": [], "pageMetadata": { "number": "9".repeat(60_000) } }),
    ]
}

#[test]
fn what_a_packed_page_still_holds_is_weighed() {
    for body in hostile_pages() {
        let tree = Json::from(body.clone());
        let of_page = {
            tree.view::<crate::source::envelope::Page>();
            tree.weight() - Json::from(body.clone()).weight()
        };
        let packed = tree.packed(&body.to_string());
        assert!(packed.weight() > of_page && of_page > 30_000, "{of_page}: {}", packed.weight());
    }
}

#[test]
fn hostile_pages_fill_the_room() {
    for body in hostile_pages() {
        let mut recording = Recording::new(setup(), Timestamp::UNIX_EPOCH, 1).with_room(20 * 1024 * 1024);
        recording.budget.most_in_trees = 0;
        let mut number = 0;
        while !recording.is_full() {
            let mut body = body.clone();
            body["serial"] = number.into();
            recording.add(answered(Request::entry(Citizen::Subject).query("page", number), body));
            number += 1;
            assert!(number < 2_000, "it is never full");
        }
        assert!(number > 1);
    }
}
