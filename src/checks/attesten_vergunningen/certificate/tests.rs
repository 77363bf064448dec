use serde_json::{Value, json};

use crate::checks::testing::{BASE, INSZ, Source, certificate, changed, failed, json_answer, url_of};
use crate::evidence::exchange::{Failure, FailureKind, Kind, Request};
use crate::evidence::setup::Limits;
use crate::judging::verdict::{Outcome, Verdict};

const HAL_JSON: &str = "application/hal+json";

fn three() -> Vec<Value> {
    vec![certificate("A", "nl"), certificate("A", "fr"), certificate("B", "nl")]
}

/// Three certificates of which the second has some members changed.
fn odd(members: &Value) -> Vec<Value> {
    let mut items = three();
    items[1] = changed(items[1].clone(), members);
    items
}

fn outcome(id: &str, items: &[Value]) -> Outcome {
    let outcomes = [false, true].map(|hal| Source::new(hal, items.to_vec()).judge(id).outcome);
    assert_eq!(outcomes[0], outcomes[1], "{id}: both envelopes");
    outcomes[0]
}

fn places(verdict: &Verdict) -> Vec<&str> {
    verdict.findings.iter().map(|finding| finding.place.as_str()).collect()
}

#[test]
fn a_correct_source_passes_every_check() {
    let mut many: Vec<Value> = (0..25).map(|n| certificate(&format!("c{n}"), ["nl", "fr"][n % 2])).collect();
    many.push(changed(certificate("7", "de"), &json!({ "id": 7.0, "year": 2025.0, "community": null })));
    many[25]["id"] = json!("7");
    for id in (1..=15).map(|n| format!("CRT-{n:02}")) {
        for items in [three(), many.clone()] {
            for hal in [false, true] {
                let verdict = Source::new(hal, items.clone()).judge(&id);
                assert_eq!((verdict.outcome, places(&verdict)), (Outcome::Pass, Vec::new()), "{id}: {verdict:?}");
            }
        }
    }
}

#[test]
fn without_certificates_everything_is_blocked() {
    for id in (1..=15).map(|n| format!("CRT-{n:02}")) {
        assert_eq!(outcome(&id, &[]), Outcome::Blocked, "{id}");
    }
}

#[test]
fn a_list_that_does_not_come_blocks() {
    for id in ["CRT-01", "CRT-09", "CRT-11", "CRT-14", "CRT-15"] {
        let source = Source::new(false, three()).on("?limit=10&page=0", || failed(FailureKind::Timeout));
        assert_eq!(source.judge(id).outcome, Outcome::Blocked, "{id}");
    }
}

#[test]
fn members_are_judged_one_by_one() {
    for (id, members) in [
        ("CRT-01", json!({ "id": null })),
        ("CRT-01", json!({ "id": "" })),
        ("CRT-01", json!({ "id": {} })),
        ("CRT-02", json!({ "id": 12 })),
        ("CRT-03", json!({ "language": null })),
        ("CRT-03", json!({ "language": "NL" })),
        ("CRT-03", json!({ "language": "nl-BE" })),
        ("CRT-04", json!({ "name": null })),
        ("CRT-04", json!({ "name": "" })),
        ("CRT-05", json!({ "year": "2025" })),
        ("CRT-05", json!({ "year": 25 })),
        ("CRT-05", json!({ "year": 2025.5 })),
        ("CRT-06", json!({ "community": "44021" })),
        ("CRT-06", json!({ "community": 9000 })),
    ] {
        assert_eq!(outcome(id, &odd(&members)), Outcome::Fail, "{id} {members}");
        for other in ["CRT-01", "CRT-02", "CRT-03", "CRT-04", "CRT-05", "CRT-06", "CRT-07", "CRT-15"] {
            if other != id {
                assert_eq!(outcome(other, &odd(&members)), Outcome::Pass, "{other} {members}");
            }
        }
    }
    let verdict = Source::new(true, odd(&json!({ "year": "2025" }))).judge("CRT-05");
    assert_eq!(places(&verdict), ["/_embedded/certificates/0/year"]);
    assert_eq!(verdict.findings[0].actual.en, "\"2025\"");
}

#[test]
fn what_no_certificate_has_is_not_applicable() {
    let without =
        |name: &str| three().into_iter().map(|item| changed(item, &json!({ name: null }))).collect::<Vec<_>>();
    assert_eq!(outcome("CRT-05", &without("year")), Outcome::NotApplicable);
    assert_eq!(outcome("CRT-06", &without("community")), Outcome::NotApplicable);
    assert_eq!(outcome("CRT-02", &without("id")), Outcome::Blocked);
}

#[test]
fn self_is_asked_for_and_other_links_are_left_alone() {
    let link = |rel: &str, href: Value| json!({ "links": [{ "rel": rel, "href": href }] });
    for wrong in [
        json!({ "links": null }),
        json!({ "links": 3 }),
        json!({ "links": [] }),
        link("download", json!(url_of("A", "fr"))),
        link("self", json!(7)),
        link("self", json!("https://source.example/a b")),
    ] {
        assert_eq!(outcome("CRT-07", &odd(&wrong)), Outcome::Fail, "{wrong}");
        assert_eq!(outcome("CRT-15", &odd(&wrong)), Outcome::Pass, "{wrong}");
    }
    let verdict = Source::new(false, odd(&link("self", json!(7)))).judge("CRT-07");
    assert_eq!(places(&verdict), ["/certificates/0/links/0/href"]);
    let help = json!({ "links": [{ "rel": "self", "href": url_of("A", "fr") }, { "rel": "help" }] });
    assert_eq!(outcome("CRT-07", &odd(&help)), Outcome::Pass);
}

#[test]
fn one_download_is_enough_and_none_is_the_finding() {
    let without: Vec<Value> = three()
        .into_iter()
        .map(|mut item| {
            item["links"].as_array_mut().unwrap().pop();
            item
        })
        .collect();
    assert_eq!(outcome("CRT-08", &without), Outcome::Fail);
    for hal in [false, true] {
        let source = Source::new(hal, without.clone()).detail("A", "nl", &certificate("A", "nl"));
        assert_eq!(source.judge("CRT-08").outcome, Outcome::Pass);
    }
    let down = Source::new(false, without.clone())
        .on("/nl", || failed(FailureKind::Connect))
        .on("/fr", || failed(FailureKind::Connect));
    assert_eq!(down.judge("CRT-08").outcome, Outcome::Blocked);
    let mut declared = Source::new(false, without);
    declared.setup.source_mut().declares.no_documents = true;
    assert_eq!(declared.judge("CRT-08").outcome, Outcome::NotApplicable);
}

#[test]
fn the_same_pair_twice_is_found_on_one_page_and_across_pages() {
    let twice = |count: usize, copy: usize| {
        let mut items: Vec<Value> = (0..count).map(|n| certificate(&format!("c{n}"), "nl")).collect();
        items[copy] = items[0].clone();
        items
    };
    for (count, copy) in [(2, 1), (5, 4), (25, 24), (25, 1), (150, 149)] {
        assert_eq!(outcome("CRT-09", &twice(count, copy)), Outcome::Fail, "{copy} of {count}");
    }
    let number = vec![certificate("12", "nl"), changed(certificate("12", "nl"), &json!({ "id": 12 }))];
    assert_eq!(outcome("CRT-09", &number), Outcome::Fail);
    assert_eq!(outcome("CRT-09", &three()[..1]), Outcome::Blocked);
}

#[test]
fn pages_that_repeat_or_overlap_are_no_double_keys() {
    let page = |ids: std::ops::Range<usize>| {
        let items: Vec<Value> = ids.map(|n| certificate(&format!("c{n}"), "nl")).collect();
        let metadata = json!({ "number": 1, "size": 10, "totalElements": 25, "totalPages": 3 });
        json!({ "certificates": items, "pageMetadata": metadata, "links": [] })
    };
    let items: Vec<Value> = (0..25).map(|n| certificate(&format!("c{n}"), "nl")).collect();
    // In pages of eight.
    for (at, ids, see) in
        [(1, 0..8, "does not count pages"), (2, 0..8, "occurs twice"), (1, 7..15, "overlap"), (2, 15..23, "overlap")]
    {
        let source = Source::new(false, items.clone())
            .on(&format!("?limit=8&page={at}"), move || json_answer(200, HAL_JSON, page(ids.clone())));
        let verdict = source.judge("CRT-09");
        assert_eq!(verdict.outcome, Outcome::Blocked);
        assert!(verdict.reason.as_ref().unwrap().en.contains(see), "{verdict:?}");
    }
}

#[test]
fn id_and_language_may_stand_anywhere_in_self_as_a_whole() {
    let with = |href: &str| json!({ "links": [{ "rel": "self", "href": href }] });
    for right in [
        "/v1/certificates/x/A/FR",
        "https://source.example/v1/details?lang=fr&key=A",
        "https://source.example/v1/A{?x}?language=fr",
        "A/fr",
        "https://h/A;language=fr",
        "https://h/attest-A/fr-BE",
    ] {
        assert_eq!(outcome("CRT-10", &odd(&with(right))), Outcome::Pass, "{right}");
    }
    for wrong in ["https://h/A", "https://h/fr/A1", "https://h/{id}/fr", "https://h/?A&fr"] {
        assert_eq!(outcome("CRT-10", &odd(&with(wrong))), Outcome::Fail, "{wrong}");
    }
    let nothing: Vec<Value> = three().into_iter().map(|item| changed(item, &json!({ "links": null }))).collect();
    assert_eq!(outcome("CRT-10", &nothing), Outcome::Blocked);
}

#[test]
fn self_has_to_open_in_hal_json() {
    let fails = |reply: fn() -> Result<crate::evidence::exchange::Response, Failure>| {
        Source::new(false, three()).on("/A/fr", reply).judge("CRT-11")
    };
    for (reply, place) in [
        ((|| json_answer(404, "application/problem+json", json!({}))) as fn() -> _, "status"),
        (|| json_answer(302, HAL_JSON, json!({})), "status"),
        (|| json_answer(200, "application/json", json!({ "id": "A" })), "header content-type"),
        (|| json_answer(200, HAL_JSON, json!([])), ""),
    ] {
        let verdict = fails(reply);
        assert_eq!((verdict.outcome, places(&verdict)), (Outcome::Fail, vec![place]));
    }
    assert_eq!(fails(|| json_answer(200, "Application/HAL+JSON; charset=utf-8", json!({}))).outcome, Outcome::Pass);
    for unsettled in [
        (|| failed(FailureKind::ForeignOrigin)) as fn() -> _,
        || json_answer(429, HAL_JSON, json!({})),
        || json_answer(503, HAL_JSON, json!({})),
    ] {
        assert_eq!(fails(unsettled).outcome, Outcome::Blocked);
    }
    let templated = json!({ "links": [{ "rel": "self", "href": format!("{}{{?x}}", url_of("A", "nl")) }] });
    assert_eq!(outcome("CRT-11", &[changed(certificate("A", "nl"), &templated)]), Outcome::Blocked);
}

#[test]
fn detail_and_list_tell_the_same() {
    let own = certificate("A", "fr");
    let judged = |members: &Value, in_list: &Value| -> Vec<Verdict> {
        [false, true]
            .into_iter()
            .map(|hal| Source::new(hal, odd(in_list)).detail("A", "fr", &changed(own.clone(), members)).judge("CRT-12"))
            .collect()
    };
    let nothing = json!({});
    let links = |url: &str| json!({ "links": [{ "rel": "self", "href": url }] });
    for same in [
        json!({ "name": null, "year": 2025.0 }),
        links(&format!("/v1/certificates/{INSZ}/A/fr")),
        links(&format!("{}{{?embed}}", url_of("%41", "fr"))),
        json!({ "links": null }),
    ] {
        assert!(judged(&same, &nothing).iter().all(|verdict| verdict.outcome == Outcome::Pass), "{same}");
    }
    for (differs, place) in [
        (json!({ "name": "Attest A (detail)" }), "/name"),
        (json!({ "id": "Z" }), "/id"),
        (links(&url_of("A", "nl")), "href"),
    ] {
        for verdict in judged(&differs, &nothing) {
            assert!(verdict.outcome == Outcome::Fail && places(&verdict)[0].ends_with(place), "{verdict:?}");
        }
    }
    let lacks = judged(&nothing, &json!({ "year": null }));
    assert_eq!(places(&lacks[1]), ["/_embedded/certificates/1/year"]);
    let number = judged(&json!({ "id": "12" }), &json!({ "id": 12 }));
    assert!(number.iter().all(|verdict| verdict.outcome == Outcome::Pass));
    let more = judged(&json!({ "issuer": "Gent" }), &nothing);
    assert!(more[0].outcome == Outcome::Pass && more[0].findings[0].expected.en.contains("issuer"));
    let none = Source::new(false, three()).on("/nl", || json_answer(500, "", json!({})));
    assert_eq!(none.on("/fr", || json_answer(500, "", json!({}))).judge("CRT-12").outcome, Outcome::Blocked);
}

#[test]
fn query_order_and_public_url_make_no_difference() {
    let item = |url: &str| json!({ "links": [{ "rel": "self", "href": url }] });
    let listed = changed(certificate("A", "nl"), &item("https://public.example/api/details?id=A&language=nl"));
    let body = changed(certificate("A", "nl"), &item(&format!("{BASE}/details?language=nl&id=%41")));
    let mut source =
        Source::new(false, vec![listed]).on("?id=A&language=nl", move || json_answer(200, HAL_JSON, body.clone()));
    source.setup.source_mut().public_url = Some("https://public.example/api".to_owned());
    for id in ["CRT-12", "CRT-13"] {
        assert_eq!(source.judge(id).outcome, Outcome::Pass, "{id}");
    }
}

#[test]
fn the_self_of_a_detail_leads_back_to_it() {
    let with = |links: Value| {
        [false, true].map(|hal| {
            let body = changed(certificate("A", "fr"), &json!({ "links": links }));
            Source::new(hal, three()).detail("A", "fr", &body)
        })
    };
    let link = |href: &str| json!([{ "rel": "self", "href": href }]);
    let elsewhere = format!("{BASE}/other/A-fr");
    for source in with(link(&elsewhere)) {
        assert_eq!(source.judge("CRT-13").outcome, Outcome::Fail);
        let source = source.on("/other/A-fr", || json_answer(200, HAL_JSON, certificate("A", "fr")));
        assert_eq!(source.judge("CRT-13").outcome, Outcome::Pass);
    }
    for source in with(link(&url_of("A", "nl"))) {
        let verdict = source.judge("CRT-13");
        assert!(verdict.findings[0].actual.en.contains("200 with A nl"), "{verdict:?}");
    }
    for source in with(json!([])) {
        let verdict = source.judge("CRT-13");
        assert_eq!(
            (verdict.outcome, verdict.findings[0].level),
            (Outcome::Fail, Some(crate::catalogue::Level::Should))
        );
    }
    for source in with(link(&format!("{elsewhere}{{?x}}"))) {
        assert_eq!(source.judge("CRT-13").outcome, Outcome::Blocked);
    }
    for source in with(link("https://other.example/A/fr")) {
        let source = source.on("https://other.example/A/fr", || failed(FailureKind::ForeignOrigin));
        assert_eq!(source.judge("CRT-13").outcome, Outcome::Blocked);
    }
}

#[test]
fn a_language_that_a_certificate_lacks_is_not_found() {
    // A exists in nl and fr: the first of the four that it lacks is de.
    let falls_back = || json_answer(200, HAL_JSON, certificate("A", "nl"));
    for hal in [false, true] {
        let verdict = Source::new(hal, three()).on("/A/de", falls_back).judge("CRT-14");
        assert_eq!((verdict.outcome, verdict.findings[0].actual.en.as_str()), (Outcome::Fail, "200: A nl"));
        // The probe between its controls, in two looks.
        let tried =
            verdict.evidence.iter().filter(|request| request.phase != crate::evidence::exchange::Phase::Ordinary);
        assert_eq!(tried.count(), 2 * 3);
    }
    let bad_request = Source::new(false, three()).on("/A/de", || json_answer(400, "", json!({})));
    assert_eq!(bad_request.judge("CRT-14").outcome, Outcome::Fail);
    let busy = Source::new(false, three()).on("/A/de", || json_answer(503, "", json!({})));
    assert_eq!(busy.judge("CRT-14").outcome, Outcome::Blocked);
    let control = Source::new(false, three()).on("/A/nl", || json_answer(500, "", json!({})));
    assert_eq!(control.judge("CRT-14").outcome, Outcome::Blocked);
}

#[test]
fn a_language_to_ask_for_has_to_exist() {
    let all: Vec<Value> = ["nl", "fr", "de", "en"].map(|language| certificate("A", language)).to_vec();
    assert_eq!(outcome("CRT-14", &all), Outcome::NotApplicable);
    let handle = json!({ "links": [{ "rel": "self", "href": format!("{BASE}/h17") }] });
    assert_eq!(outcome("CRT-14", &[changed(certificate("A", "nl"), &handle)]), Outcome::NotApplicable);
    assert_eq!(outcome("CRT-14", &[certificate("A", "es")]), Outcome::Blocked);
    let href = format!("{BASE}/details?id=A&language=NL");
    let capitals = changed(certificate("A", "nl"), &json!({ "links": [{ "rel": "self", "href": href }] }));
    let source = Source::new(false, vec![capitals]).on("?id=A&language=FR", || json_answer(200, HAL_JSON, json!({})));
    assert_eq!(source.judge("CRT-14").outcome, Outcome::Fail);
    let mut cut = Source::new(false, three());
    cut.setup.limits = Limits { pages: 1, ..Limits::default() };
    assert_eq!(cut.judge("CRT-14").outcome, Outcome::Blocked);
}

#[test]
fn what_no_other_check_reports_is_held_against_the_schemas() {
    let with_self = |link: Value| json!({ "links": [{ "rel": "self", "href": url_of("A", "fr") }, link] });
    for (wrong, place) in [
        (with_self(json!({ "rel": "help" })), "help"),
        (with_self(json!({ "rel": "help", "href": 7 })), "help"),
        (with_self(json!({ "rel": "help", "href": "" })), "help"),
    ] {
        assert_eq!(outcome("CRT-15", &odd(&wrong)), Outcome::Fail, "{wrong}");
        let verdict = Source::new(true, odd(&wrong)).judge("CRT-15");
        assert!(places(&verdict)[0].ends_with(place), "{verdict:?}");
    }
    let rel = Source::new(false, odd(&with_self(json!({ "rel": 7, "href": "https://h/" })))).judge("CRT-15");
    assert_eq!(places(&rel), ["/certificates/0/links/1/rel", "/links/1/rel"]);
    let templated = with_self(json!({ "rel": "help", "href": "https://h/", "templated": "yes" }));
    assert_eq!(Source::new(true, odd(&templated)).judge("CRT-15").outcome, Outcome::Fail);
}

#[test]
fn what_another_check_reports_is_not_repeated() {
    let lacking = changed(certificate("A", "fr"), &json!({ "id": null }));
    for hal in [false, true] {
        let source = Source::new(hal, three()).detail("A", "fr", &lacking);
        assert_eq!(source.judge("CRT-12").outcome, Outcome::Pass);
        assert_eq!(places(&source.judge("CRT-15")), [""]);
        let both = Source::new(hal, odd(&json!({ "id": null })));
        assert_eq!(both.judge("CRT-15").outcome, Outcome::Pass);
        let differs = changed(certificate("A", "fr"), &json!({ "name": 5 }));
        assert_eq!(Source::new(hal, three()).detail("A", "fr", &differs).judge("CRT-15").outcome, Outcome::Pass);
    }
    let item = |links: Value| json!({ "id": "A", "language": "nl", "_links": links });
    let list = |item: Value, links: Value| {
        let metadata = json!({ "number": "1", "size": 10, "totalElements": 1, "totalPages": 1 });
        json!({ "_embedded": { "certificates": [item] }, "pageMetadata": metadata, "_links": links })
    };
    let good = json!({ "self": { "href": url_of("A", "nl") }, "download": null });
    let body = list(item(good), json!({ "self": { "title": "no href" }, "next": null }));
    let source =
        Source::new(true, vec![certificate("A", "nl")]).on("page=0", move || json_answer(200, HAL_JSON, body.clone()));
    assert_eq!(source.judge("CRT-15").outcome, Outcome::Pass);
}

#[test]
fn a_certificate_may_change_between_list_and_detail() {
    let new = || changed(certificate("A", "fr"), &json!({ "name": "New" }));
    let lists = |later: Vec<Value>| {
        let page = json!({ "certificates": later, "links": [] });
        let again = move |request: &Request| {
            let is_later = request.kind() == Kind::List && request.ordinal > 0;
            is_later.then(|| json_answer(200, HAL_JSON, page.clone()))
        };
        Source::new(false, three()).detail("A", "fr", &new()).when(again).judge("CRT-12").outcome
    };
    assert_eq!(lists(vec![new()]), Outcome::Pass);
    assert_eq!(lists(vec![certificate("B", "nl")]), Outcome::Pass);
    assert_eq!(lists(three()), Outcome::Fail);
}

#[test]
fn what_passes_in_a_link_is_no_difference() {
    let url = url_of("A", "fr");
    let with = |own: String, download: String| {
        changed(
            certificate("A", "fr"),
            &json!({ "links": [{ "rel": "self", "href": own }, { "rel": "download", "href": download }] }),
        )
    };
    let judged = |listed: Value, detail: Value| {
        let items = vec![certificate("B", "nl"), listed];
        ["CRT-12", "CRT-13"].map(|id| Source::new(false, items.clone()).detail("A", "fr", &detail).judge(id).outcome)
    };
    let plain = || url.clone();
    for (listed, own) in [
        (format!("{url}/download?sig=a1&exp=1"), format!("{url}/download?exp=2&sig=b2")),
        (format!("{url}/download?X-Amz-Signature=a1"), format!("{url}/download?X-Amz-Signature=b2")),
        (format!("{url}/download?from=list"), format!("{url}/download")),
        (
            "https://files.example/0123456789abcdef0123/pdf".into(),
            "https://files.example/fedcba98765432100123/pdf".into(),
        ),
        (format!("{url}/download"), format!("{}/download", url.replace("source.example", "SOURCE.example.:443"))),
        (format!("{url}/download"), format!("{}/download", url.replace("/A/", "/%41/"))),
    ] {
        let [agree, _] = judged(with(plain(), listed.clone()), with(plain(), own.clone()));
        assert_eq!(agree, Outcome::Pass, "{listed} {own}");
    }
    for (listed, own) in [
        ("https://files.example/doc?n=17", "https://files.example/doc?n=18"),
        ("https://files.example/A/fr", "https://files.example/B/nl"),
        ("https://files.example/d?id=A", "https://files.example/d?id=B"),
        ("https://files.example/A/fr", "https://elsewhere.example/A/fr"),
    ] {
        let [agree, _] = judged(with(plain(), listed.into()), with(plain(), own.into()));
        assert_eq!(agree, Outcome::Fail, "{listed} {own}");
    }
    let marked = with(plain(), format!("{url}/download"));
    let detail = with(format!("{url}?from=detail"), format!("{url}/download"));
    assert_eq!(judged(marked, detail), [Outcome::Pass; 2]);
}

#[test]
fn numbers_are_values() {
    for (listed, own) in [(json!(2025), json!(2025.0)), (json!(1e3), json!(1000))] {
        let item = |year: Value| changed(certificate("A", "fr"), &json!({ "year": year }));
        let source = Source::new(false, vec![item(listed)]).detail("A", "fr", &item(own));
        assert_eq!(source.judge("CRT-12").outcome, Outcome::Pass);
    }
}
