use serde_json::json;

use super::*;
use crate::evidence::exchange::Facts;

fn page_of(items: &Value) -> Vec<Owned> {
    let mut exchange =
        answered("https://h/v1/certificates/2?limit=10&page=0", Content::json(json!({ "certificates": items })));
    exchange.request = crate::evidence::exchange::Request::entry(Citizen::Other);
    let response = exchange.result.as_ref().unwrap();
    let answer = crate::judging::context::Answer { exchange: &exchange, response };
    certificates_on(Listed { answer, page: response.page().unwrap() })
}

fn answered(url: &str, content: Content) -> Exchange {
    let sent = crate::evidence::exchange::Sent { method: "GET".to_owned(), url: url.to_owned(), ..Default::default() };
    Exchange {
        request: crate::evidence::exchange::Request::entry(Citizen::Subject),
        sent,
        at_ms: 0,
        ms: 1,
        credential: None,
        earlier: Vec::new(),
        result: Ok(Response::new(200, Vec::new(), content, Facts::default())),
    }
}

const LONG_ID: &str = "0b7c1d2e-0000-4000-8000-000000000001";

fn belongings(id: &str) -> Belongings {
    let own = format!(
        "https://h/v1/certificates/2/{}/nl",
        percent_encoding::utf8_percent_encode(id, percent_encoding::NON_ALPHANUMERIC)
    );
    let items = json!([{
        "id": id, "language": "nl", "name": "Fiscaal attest 2014", "year": 2014, "community": 44021,
        "links": [{ "rel": "self", "href": own }, { "rel": "download", "href": format!("{own}/download") }]
    }]);
    Belongings { certificates: page_of(&items) }
}

fn found(id: &str, url: &str, content: Content) -> bool {
    let exchange = answered(url, content);
    let (said, response) = (Words::of_request(url), exchange.result.as_ref().unwrap());
    let belongings = belongings(id);
    belongings.marked(response, &said).is_some() || !belongings.described(response, &said).is_empty()
}

const LIST: &str = "https://h/v1/certificates/10000000024?limit=10&page=0";

#[test]
fn data_is_found_in_every_shape() {
    for body in [
        json!([{ "id": LONG_ID }]),
        json!({ "status": 403, "data": { "items": [{ "nr": LONG_ID }] } }),
        json!({ "title": "No", "detail": format!("attest {} is niet van u", LONG_ID.to_uppercase()) }),
        json!({ LONG_ID: true }),
        json!({ "next": "/v1/certificates/2/0b7c1d2e%2D0000-4000-8000-000000000001/nl" }),
        json!({ "titel": "Fiscaal attest 2014", "jaar": 2014 }),
        json!({ "holder": "10000000024x", "of": "https://h/v1/certificates/2/0b7c1d2e%2D0000%2D4000%2D8000%2D000000000001/nl" }),
    ] {
        assert!(found(LONG_ID, LIST, Content::json(body.clone())), "{body}");
    }
    let html = format!("<tr><td>{LONG_ID}</td></tr>");
    assert!(found(LONG_ID, LIST, Content::Text(html)));
    // A short id counts beside something else of the certificate.
    for body in [
        json!({ "nr": 7, "jaar": 2014 }),
        json!([["7", "Fiscaal attest 2014"]]),
        json!({ "a": { "id": 7 }, "c": 44021 }),
    ] {
        assert!(found("7", LIST, Content::json(body.clone())), "{body}");
    }
}

#[test]
fn what_comes_by_chance_or_was_asked_is_no_data() {
    for body in [
        json!(null),
        json!({}),
        json!([]),
        json!({ "title": "Forbidden", "status": 403, "detail": "Not yours", "instance": "/v1/certificates/10000000024" }),
        json!({ "certificates": [], "pageMetadata": { "number": 1, "size": 7, "totalElements": 0, "totalPages": 0 } }),
        json!({ "year": 2014, "status": 404 }),
        json!({ "id": 7, "language": "nl" }),
    ] {
        assert!(!found("7", LIST, Content::json(body.clone())), "{body}");
    }
    // The id that was asked for comes back, alone or with what else the request said.
    let asked = format!("https://h/v1/certificates/1/{LONG_ID}/nl?year=2014");
    for body in [json!({ "detail": format!("no {LONG_ID}") }), json!({ "id": LONG_ID, "language": "nl", "year": 2014 })]
    {
        assert!(!found(LONG_ID, &asked, Content::json(body.clone())), "{body}");
    }
    assert!(found(
        LONG_ID,
        &asked,
        Content::json(json!({ "id": LONG_ID, "name": "Fiscaal attest 2014", "year": 2014, "community": 44021 }))
    ));
    let page = "<html><title>Fiscaal attest</title>© 2014 by 7</html>";
    assert!(!found("7", LIST, Content::Text(page.to_owned())));
}

#[test]
fn a_record_is_found_in_running_text() {
    for text in
        ["Fiscaal attest 2014, 44021, van 2014", "Certificate[year=2014, name=Fiscaal attest 2014, community=44021]"]
    {
        assert!(found("7", LIST, Content::Text(text.to_owned())), "{text}");
        assert!(found("7", LIST, Content::json(json!({ "title": "Not found", "detail": text }))), "{text}");
    }
    // One word that people use for many things, and what else the request said.
    for text in ["in 2014, niet gevonden: 44021", "7 van 2014", "no attest 7 of 2014 for 44021"] {
        assert!(!found("7", LIST, Content::json(json!({ "title": "Not found", "detail": text }))), "{text}");
    }
}

#[test]
fn a_name_tells_something_where_the_answer_about_nothing_lacks_it() {
    let names = BTreeSet::from(["jachtverlof".to_owned(), "taxipas".to_owned()]);
    let answer = |detail: &str| answered(LIST, Content::json(json!({ "title": "Not found", "detail": detail })));
    let told = |detail: &str, about_nothing: &str| {
        let found = names_in(&answer(detail), &names);
        name_told(&found, &answer(about_nothing)).map(|leak| leak.place)
    };
    assert_eq!(told("Jachtverlof is niet van u", "Niet gevonden"), Some("/detail".to_owned()));
    assert_eq!(told("TAXIPAS of Jachtverlof", "geen Jachtverlof"), Some("/detail".to_owned()));
    assert_eq!(told("Geen jachtverlof gevonden", "Geen jachtverlof gevonden"), None);
    // Not as a part of another word, and not what was asked for.
    assert_eq!(told("Geen jachtverloven", "Niet gevonden"), None);
    let asked = answered("https://h/v1/jachtverlof/1", Content::json(json!({ "detail": "geen jachtverlof" })));
    assert_eq!(names_in(&asked, &names), []);
    // An answer that never came proves nothing.
    let busy = Response::new(503, Vec::new(), Content::Empty, Facts::default());
    let silent = Exchange { result: Ok(busy), ..answer("") };
    assert_eq!(name_told(&names_in(&answer("een taxipas"), &names), &silent), None);
}

#[test]
fn equal_content_says_something() {
    let of = |value: Value| Response::new(200, Vec::new(), Content::json(value), Facts::default());
    assert!(is_same_content(&of(json!({ "a": 1 })), &of(json!({ "a": 1 }))));
    for empty in [json!(null), json!([]), json!({}), json!("x")] {
        assert!(!is_same_content(&of(empty.clone()), &of(empty)));
    }
}
