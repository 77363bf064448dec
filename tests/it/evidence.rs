//! `evidence.har` as other programs and other people handle it: it is HAR 1.2; what lacks something is judged as far as
//! it goes; what is damaged, contradicts itself or is not masked is refused.

mod command;
mod schema;

use std::sync::LazyLock;

use bronkeur::base::input::Diagnostics;
use bronkeur::catalogue::Selection;
use bronkeur::judging::verdict::Outcome;
use bronkeur::report::har::{self, Evidence};
use bronkeur::report::{Report, RunMeta};
use bronkeur::run::evaluate::Evaluator;
use bronkeur::sandbox::{Behaviour, faults};
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};

use crate::support::{catalogue, examine};

/// A national number that nobody has: serial 999.
const NUMBER: &str = "90010199992";

/// The HAR of one run with findings, and its tree.
static HAR: LazyLock<(String, Value)> = LazyLock::new(|| {
    let mut behaviour = Behaviour::default();
    (faults::find("LST-11").first().unwrap().apply)(&mut behaviour);
    let (finished, _sandbox) = examine(behaviour);
    let text = har::write(catalogue(), &finished.recording, &RunMeta::default()).unwrap().text().unwrap();
    let tree = serde_json::from_str(&text).unwrap();
    (text, tree)
});

/// The HAR with a change.
fn changed(change: impl FnOnce(&mut Value)) -> String {
    let mut tree = HAR.1.clone();
    change(&mut tree["log"]);
    serde_json::to_string_pretty(&tree).unwrap()
}

fn read(text: &str) -> Result<Evidence, Diagnostics> {
    har::read("evidence.har", text)
}

fn refusal(text: &str) -> String {
    read(text).map(|evidence| evidence.gone).unwrap_err().to_string()
}

/// The outcomes by id.
fn outcomes(evidence: &Evidence) -> Vec<(&'static str, Outcome)> {
    let verdicts = Evaluator::new(catalogue()).evaluate(&evidence.recording, &Selection::default());
    catalogue().requirements.iter().map(|row| row.id.as_str()).zip(verdicts.iter().map(|one| one.outcome)).collect()
}

/// The position of the first entry that holds all these words.
fn entry_with(log: &Value, words: &[&str]) -> usize {
    let entries = log["entries"].as_array().unwrap();
    entries.iter().position(|entry| words.iter().all(|word| entry.to_string().contains(word))).unwrap()
}

#[test]
fn a_har_without_some_of_its_requests_turns_what_rests_on_them_to_blocked() {
    let whole = outcomes(&read(&HAR.0).unwrap());
    let text = changed(|log| {
        log["entries"]
            .as_array_mut()
            .unwrap()
            .retain(|entry| !entry["request"]["url"].as_str().unwrap().contains("certificates"));
    });
    let evidence = read(&text).unwrap();
    assert!(evidence.gone > 50, "{}", evidence.gone);
    let less = outcomes(&evidence);
    let is_judged = |outcome: &Outcome| matches!(outcome, Outcome::Pass | Outcome::Fail);
    for ((id, before), (_, after)) in whole.iter().zip(&less) {
        assert!(before == after || *after == Outcome::Blocked, "{id}: {before:?}, then {after:?}");
    }
    assert!(less.iter().filter(|(id, after)| id.starts_with("LST") && is_judged(after)).count() == 0, "{less:?}");
    assert!(less.iter().any(|(id, after)| id.starts_with("TOK") && *after == Outcome::Pass), "{less:?}");
}

#[test]
fn one_request_less_keeps_what_looks_at_the_whole_run_from_being_judged() {
    // One on which URL-04 alone rests, and whatever looks at all answers.
    let text = changed(|log| {
        let one = entry_with(log, &["\"plain_http\""]);
        log["entries"].as_array_mut().unwrap().remove(one);
    });
    let evidence = read(&text).unwrap();
    assert_eq!((evidence.gone, evidence.recording.closed), (1, false));
    let (whole, less) = (outcomes(&read(&HAR.0).unwrap()), outcomes(&evidence));
    let lost: Vec<&str> = whole.iter().zip(&less).filter(|(a, b)| a != b).map(|((id, _), _)| *id).collect();
    assert!(["URL-04", "HTTP-11", "ERR-01", "SEC-17"].iter().all(|id| lost.contains(id)), "{lost:?}");
    assert!(less.iter().zip(&whole).all(|(after, before)| after == before || after.1 == Outcome::Blocked), "{lost:?}");
}

#[test]
fn what_is_no_har_of_ours_is_refused_with_its_place() {
    for (text, words) in [
        ("", &["1:1", "HAR file"][..]),
        ("not json", &["1:2", "HAR file"]),
        ("{\n \"log\": 3}", &["2:", "HAR file"]),
        ("{\"log\": {\"version\": \"1.2\", \"entries\": []}}", &["1:1", "`log._bronkeur` is missing"]),
        (
            "{\"log\": {\"version\": \"1.2\", \"entries\": [],\n\"_bronkeur\": {\"schema\": \"bronkeur.evidence/9\"}}}",
            &["2:14", "bronkeur.evidence/9", "bronkeur.evidence/2"],
        ),
    ] {
        let said = refusal(text);
        assert!(words.iter().all(|word| said.contains(word)), "{text}: {said}");
    }
    let deep = format!("{{\"log\": {}", "[".repeat(100_000));
    assert!(refusal(&deep).contains("HAR file"));
    let deep = changed(|log| log["_bronkeur"]["setup"]["source"] = json!("@"));
    let deep = deep.replace("\"@\"", &format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000)));
    assert!(refusal(&deep).contains("evidence of a run"));
}

#[test]
fn every_damaged_entry_is_named_with_its_line() {
    let text = changed(|log| {
        log["entries"][3]["response"]["status"] = json!("two hundred");
        log["entries"][5]["_bronkeur"]["came"] = json!({ "sideways": {} });
        log["entries"][7].as_object_mut().unwrap().remove("_bronkeur");
    });
    let said = refusal(&text);
    for (line, at) in
        text.lines().zip(1..).filter(|(line, _)| line.contains("two hundred") || line.contains("sideways"))
    {
        assert!(said.contains(&format!("evidence.har:{at}:")), "{line}: {said}");
    }
    assert!([3, 5, 7].iter().all(|at| said.contains(&format!("log.entries[{at}]"))), "{said}");
    assert!(!said.contains("two hundred"), "no value is shown: {said}");
}

#[test]
fn what_contradicts_itself_is_refused() {
    type Change = fn(&mut Value);
    let changes: [(Change, &str); 14] = [
        (|log| log["entries"][1] = log["entries"][0].clone(), "the same call is there already"),
        (|log| log["_bronkeur"]["exchanges"] = json!(3), "the run had 3"),
        (|log| entry_of(log)["response"]["content"]["size"] = json!(1), "`content.size`"),
        (|log| entry_of(log)["response"]["content"]["text"] = json!("{\"a\""), "is not JSON"),
        (|log| entry_of(log)["response"]["status"] = json!(0), "there is no such status"),
        (|log| entry_of(log)["request"]["method"] = json!("DELETE"), "the method"),
        (|log| entry_of(log)["request"]["url"] = json!("https://127.0.0.1/v1/certificates/1"), "the URL"),
        (
            |log| {
                entry_of(log)["_bronkeur"]["came"] =
                    json!({ "failure": { "kind": "timeout", "detail": { "nl": "", "en": "" } } });
            },
            "no answer came",
        ),
        (|log| before(log, json!([{ "at_ms": 0, "ms": 1 }])), "`earlier`"),
        (|log| before(log, json!([{ "at_ms": u64::MAX, "ms": 1, "status": 503 }])), "`earlier`"),
        (|log| before(log, json!([{ "at_ms": 0, "ms": 1, "status": 7 }])), "`earlier`"),
        (|log| before(log, json!(vec![json!({ "at_ms": 0, "ms": 1, "status": 503 }); 99])), "`earlier`"),
        (|log| log["_bronkeur"]["started"] = json!("9999-12-30T22:00:00Z"), "the year is 9999"),
        (|log| log["_bronkeur"]["setup"]["limits"]["pages"] = json!(u64::MAX), "setup.limits"),
    ];
    for (change, words) in changes {
        let said = refusal(&changed(change));
        assert!(said.contains(words), "{words}: {said}");
    }
}

/// Says of a call what came before.
fn before(log: &mut Value, earlier: Value) {
    entry_of(log)["_bronkeur"]["earlier"] = earlier;
}

#[test]
fn what_came_before_is_kept_and_older_evidence_is_read_without_it() {
    let broken = json!({ "kind": "broken", "detail": { "nl": "stuk", "en": "broken" } });
    let earlier = json!([{ "at_ms": 0, "ms": 1, "status": 503 }, { "at_ms": 1, "ms": 2, "failure": broken }]);
    let evidence = read(&changed(|log| before(log, earlier.clone()))).unwrap();
    let again: Vec<_> = evidence.recording.exchanges().filter(|one| !one.earlier.is_empty()).collect();
    assert_eq!((again.len(), serde_json::to_value(&again[0].earlier).unwrap()), (1, earlier));
    let old = changed(|log| {
        log["_bronkeur"]["schema"] = json!("bronkeur.evidence/1");
        entry_of(log)["_bronkeur"]["came"]["answer"]["facts"]["retries"] = json!(2);
    });
    assert_eq!(outcomes(&read(&old).unwrap()), outcomes(&read(&HAR.0).unwrap()));
}

fn entry_of(log: &mut Value) -> &mut Value {
    let one = entry_with(log, &["pageMetadata"]);
    &mut log["entries"][one]
}

#[test]
fn what_is_not_masked_is_refused_and_never_shown() {
    type Change = fn(&mut Value);
    let jwt = "eyJhbGciOiJub25lIn0.eyJzdWIiOiI5MDAxMDE5OTk5MiJ9.c2lnbmF0dXJl";
    let changes: [Change; 12] = [
        |log| {
            let one = entry_with(log, &["\"detail\""]);
            log["entries"][one]["request"]["url"] = json!(format!("https://127.0.0.1/{NUMBER}"));
        },
        |log| entry_of(log)["request"]["headers"][0]["value"] = json!("900101 999 92"),
        |log| entry_of(log)["response"]["headers"][0]["value"] = json!(NUMBER),
        |log| entry_of(log)["response"]["content"]["text"] = json!(format!("{{\"a\": [{NUMBER}]}}")),
        |log| entry_of(log)["response"]["content"]["text"] = json!("{\"access_token\": \"short\"}"),
        |log| entry_of(log)["_bronkeur"]["credential"] = json!({ "nl": "", "en": format!("of {NUMBER}") }),
        |log| {
            let detail = json!({ "nl": "", "en": NUMBER });
            before(log, json!([{ "at_ms": 0, "ms": 1, "failure": { "kind": "broken", "detail": detail } }]));
        },
        |log| entry_of(log)["_bronkeur"]["came"]["answer"]["facts"]["json_error"] = json!(NUMBER),
        |log| log["_bronkeur"]["setup"]["source"] = json!(format!("Dienst {NUMBER}")),
        |log| log["_bronkeur"]["meta"]["accepted"] = json!({ "SEC-04": NUMBER }),
        |log| log["_bronkeur"]["marks"][0]["surrogate"] = json!(NUMBER),
        |log| log["_bronkeur"]["setup"]["citizens"]["subject"]["insz"] = json!(NUMBER),
    ];
    for (position, change) in changes.into_iter().enumerate() {
        let said = refusal(&changed(change));
        assert!(!said.contains(NUMBER) && !said.contains("900101 999"), "{position}: {said}");
        assert!(said.contains("mask") || said.contains("mark"), "{position}: {said}");
    }
    let said =
        refusal(&changed(|log| entry_of(log)["response"]["content"]["text"] = json!(format!("{{\"a\": \"{jwt}\"}}"))));
    assert!(said.contains("not masked") && !said.contains(jwt), "{said}");
    // A name that no part has: the parser would repeat it.
    let said = refusal(&changed(|log| log["_bronkeur"][NUMBER] = json!(1)));
    assert!(!said.contains(NUMBER), "{said}");
}

#[test]
fn a_body_may_be_as_deep_as_a_parser_reads() {
    let body = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
    let with = |depth: usize| {
        let text = body(depth);
        changed(|log| {
            let entry = entry_of(log);
            entry["_bronkeur"]["came"]["answer"]["facts"]["body_bytes"] = json!(text.len());
            entry["response"]["content"]["size"] = json!(text.len());
            entry["response"]["content"]["text"] = json!(text);
        })
    };
    assert!(read(&with(127)).is_ok());
    assert!(refusal(&with(128)).contains("is not JSON"));
}

#[test]
fn bodies_with_millions_of_values_are_refused() {
    let many = format!("[{}1]", "1,".repeat(16_000_001));
    let text = changed(|log| entry_of(log)["response"]["content"]["text"] = json!(many));
    assert!(refusal(&text).contains("together are too large"));
}

/// The places of a tree: every object and every list.
fn places(tree: &Value, here: String, found: &mut Vec<String>) {
    let below: Vec<(String, &Value)> = match tree {
        Value::Object(members) => {
            members.iter().map(|(name, value)| (name.replace('~', "~0").replace('/', "~1"), value)).collect()
        }
        Value::Array(items) => items.iter().enumerate().map(|(at, value)| (at.to_string(), value)).collect(),
        _ => Vec::new(),
    };
    for (name, value) in below {
        places(value, format!("{here}/{name}"), found);
    }
    found.push(here);
}

/// All places, and those in our own parts.
static PLACES: LazyLock<[Vec<String>; 2]> = LazyLock::new(|| {
    let mut found = Vec::new();
    places(&HAR.1, String::new(), &mut found);
    let own = found.iter().filter(|place| place.contains("_bronkeur")).cloned().collect();
    [found, own]
});

static REPORT_SCHEMA: LazyLock<jsonschema::Validator> = LazyLock::new(|| {
    let schema = serde_json::from_str(include_str!("../../specs/report.schema.json")).unwrap();
    jsonschema::validator_for(&schema).unwrap()
});

/// Reads it; where it is accepted, everything is judged and shown, the report is one, and what is written of it is read
/// as the same again.
fn refused_or_judged(text: &str) {
    if let Ok(evidence) = read(text) {
        let written = har::write(catalogue(), &evidence.recording, &evidence.meta).unwrap().text().unwrap();
        let again = read(&written).unwrap_or_else(|faults| panic!("{faults}"));
        let tree = |evidence: &Evidence| serde_json::to_value((&evidence.recording, &evidence.meta)).unwrap();
        assert_eq!(tree(&evidence), tree(&again));
        let verdicts = Evaluator::new(catalogue()).evaluate(&evidence.recording, &Selection::default());
        let report = Report::new(catalogue(), &evidence.recording, &verdicts, &evidence.meta)
            .with_evidence(Some(har::fingerprint(text)));
        assert!(REPORT_SCHEMA.is_valid(&serde_json::to_value(&report).unwrap()));
        for (_, text) in bronkeur::report::render_all(
            &report,
            bronkeur::report::Languages { first: bronkeur::base::text::Lang::En, only: false },
        ) {
            assert!(!text.unwrap().contains(NUMBER));
        }
    }
}

fn some_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,20}".prop_map(Value::from),
        Just(json!(NUMBER)),
        Just(json!([])),
        Just(json!({})),
        Just(json!("9999-12-31T23:59:59Z")),
        Just(json!("-009999-01-01T00:00:00Z")),
        Just(json!(
            "{\"certificates\": [], \"pageMetadata\": {\"totalElements\": 18446744073709551615, \"number\": -1}}"
        )),
    ]
}

/// A case reads and judges a whole run: few, unless more are asked for.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(24)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases()))]

    #[test]
    fn any_value_anywhere_ends_in_verdicts_or_a_refusal(
        changes in prop::collection::vec((0..2_usize, any::<Index>(), prop::option::weighted(0.8, some_value())), 1..4)
    ) {
        let mut tree = HAR.1.clone();
        for (places, place, value) in changes {
            let place = place.get(&PLACES[places]);
            let Some((above, name)) = place.rsplit_once('/') else { continue };
            match (value, tree.pointer_mut(above)) {
                (Some(value), _) => {
                    if let Some(old) = tree.pointer_mut(place) {
                        *old = value;
                    }
                }
                (None, Some(Value::Object(members))) => {
                    members.shift_remove(name);
                }
                (None, Some(Value::Array(items))) if !items.is_empty() => {
                    items.pop();
                }
                _ => {}
            }
        }
        refused_or_judged(&tree.to_string());
    }

    #[test]
    fn any_byte_anywhere_ends_in_verdicts_or_a_refusal(
        changes in prop::collection::vec((any::<Index>(), any::<u8>()), 1..6), end in prop::option::weighted(0.2, any::<Index>())
    ) {
        let mut bytes = HAR.0.clone().into_bytes();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Some(end) = end {
            bytes.truncate(end.index(bytes.len()));
        }
        refused_or_judged(&String::from_utf8_lossy(&bytes));
    }
}
