//! The HAR against HAR 1.2, in JSON Schema.

use bronkeur::report::{RunMeta, har};
use serde_json::Value;

use super::HAR;
use crate::secrets::echoing;
use crate::support::{catalogue, examine};

fn differences(har: &Value) -> Vec<String> {
    let schema: Value = serde_json::from_str(include_str!("har-1.2.schema.json")).unwrap();
    let schema = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
    schema.iter_errors(har).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

#[test]
fn a_har_has_every_field_of_har_1_2() {
    assert_eq!(differences(&HAR.1), Vec::<String>::new());
    let (finished, _sandbox) = examine(echoing());
    let har = har::write(catalogue(), &finished.recording, &RunMeta::default()).unwrap().text().unwrap();
    assert_eq!(differences(&serde_json::from_str(&har).unwrap()), Vec::<String>::new());
}

#[test]
fn the_schema_notices_what_is_missing() {
    for place in ["/log/entries/0/timings", "/log/entries/0/request/headersSize", "/log/entries/0/response/content"] {
        let mut har = HAR.1.clone();
        let (above, name) = place.rsplit_once('/').unwrap();
        har.pointer_mut(above).unwrap().as_object_mut().unwrap().remove(name);
        assert_eq!(differences(&har).len(), 1, "{place}");
    }
}

#[test]
fn people_see_what_was_sent_and_what_came() {
    let entries = HAR.1["log"]["entries"].as_array().unwrap();
    let moments: Vec<&str> = entries.iter().map(|entry| entry["startedDateTime"].as_str().unwrap()).collect();
    assert!(moments.is_sorted(), "the oldest first");
    let page =
        entries.iter().find(|entry| entry["request"]["url"].as_str().unwrap().contains("limit=10&page=0")).unwrap();
    assert_eq!(page["request"]["queryString"][0]["name"], "limit");
    assert_eq!((&page["response"]["statusText"], &page["pageref"]), (&"OK".into(), &"ordinary".into()));
    let pages = HAR.1["log"]["pages"].as_array().unwrap();
    let parts: Vec<&Value> = pages.iter().map(|page| &page["id"]).collect();
    assert!(pages.len() > 2 && pages[0]["title"].as_str().unwrap().contains(": calls to the issuer"), "{pages:?}");
    assert!(entries.iter().all(|entry| parts.contains(&&entry["pageref"])));
    let body: Value = serde_json::from_str(page["response"]["content"]["text"].as_str().unwrap()).unwrap();
    assert!(body["certificates"].is_array());
    // By its address: what is asked of introspection is posted too, and may come before it.
    let exchange =
        entries.iter().find(|entry| entry["request"]["url"].as_str().unwrap().ends_with("/v1/token")).unwrap();
    let form = exchange["request"]["postData"]["params"].as_array().unwrap();
    assert!(form.iter().any(|field| field["name"] == "grant_type"), "{form:?}");
}
