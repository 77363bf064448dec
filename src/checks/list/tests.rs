use serde_json::{Value, json};

use crate::checks::testing::{Reply, Source, certificate, changed, failed, json_answer};
use crate::exchange::{FailureKind, Limits, Request, Response, Target};
use crate::verdict::Outcome;

fn source(count: usize) -> Source {
    Source::new(false, (0..count).map(|n| certificate(&format!("id-{n}"), "nl")).collect())
}

fn outcomes(source: &Source, ids: &[&str]) -> Vec<Outcome> {
    ids.iter().map(|id| source.judge(id).outcome).collect()
}

fn asks(request: &Request, limit: &str, page: &str) -> bool {
    matches!(request.target, Target::Entry { .. })
        && request.parameter("limit") == Some(limit)
        && request.parameter("page") == Some(page)
}

fn problem(status: u16) -> Reply {
    json_answer(status, "application/problem+json", json!({ "title": "No", "status": status }))
}

fn page(items: &Value, total: u64) -> Reply {
    let metadata = json!({ "number": 1, "size": 10, "totalElements": total, "totalPages": 1 });
    json_answer(200, "application/hal+json", json!({ "certificates": items, "pageMetadata": metadata, "links": [] }))
}

#[test]
fn items_without_a_language_are_paged_like_others() {
    let item = |n: usize| changed(certificate(&format!("id-{n}"), "nl"), &json!({ "language": null }));
    let without = Source::new(false, (0..5).map(item).collect());
    let rows = ["LST-10", "LST-15", "LST-18", "LST-22", "LST-24"];
    assert_eq!(outcomes(&without, &rows), [Outcome::Pass; 5]);
    // A page past the end that repeats the last one is seen all the same.
    let last = json!([item(4)]);
    let repeats = without.when(move |request| asks(request, "2", "3").then(|| page(&last, 5)));
    assert_eq!(repeats.judge("LST-22").outcome, Outcome::Fail);
}

#[test]
fn whether_more_follows_is_blocked_where_nobody_can_see_it() {
    assert_eq!(source(5).judge("LST-07").outcome, Outcome::Pass);
    let silent = source(5).when(|request| asks(request, "2", "3").then(|| failed(FailureKind::Timeout)));
    assert_eq!(silent.judge("LST-07").outcome, Outcome::Blocked);
    let busy = source(5).when(|request| asks(request, "2", "3").then(|| problem(503)));
    assert_eq!(busy.judge("LST-07").outcome, Outcome::Blocked);
    let missing = source(5).when(|request| asks(request, "2", "3").then(|| problem(404)));
    assert_eq!(missing.judge("LST-07").outcome, Outcome::Pass);
    let mut cut = source(50);
    cut.setup.limits = Limits { pages: 2, ..Limits::default() };
    assert_eq!(outcomes(&cut, &["LST-07", "LST-18"]), [Outcome::Blocked; 2]);
}

#[test]
fn the_second_page_must_be_there() {
    let missing = source(5).when(|request| asks(request, "2", "1").then(|| problem(404)));
    assert_eq!(missing.judge("LST-10").outcome, Outcome::Fail);
    let empty = source(5).when(|request| asks(request, "2", "1").then(|| page(&json!([]), 5)));
    assert_eq!(empty.judge("LST-10").outcome, Outcome::Blocked);
}

#[test]
fn an_order_that_changes_is_not_a_wrong_count() {
    let turned = json!([certificate("id-1", "nl"), certificate("id-0", "nl")]);
    let turned = source(5).when(move |request| asks(request, "2", "0").then(|| page(&turned, 5)));
    assert_eq!(outcomes(&turned, &["LST-10", "LST-15"]), [Outcome::Pass; 2]);
}

#[test]
fn a_large_limit_gives_the_maximum_and_not_nothing() {
    assert_eq!(source(5).judge("LST-14").outcome, Outcome::Pass);
    let nothing = source(5).when(|request| asks(request, "500", "0").then(|| page(&json!([]), 5)));
    assert_eq!(nothing.judge("LST-14").outcome, Outcome::Fail);
    let odd =
        source(5).when(|request| asks(request, "500", "0").then(|| json_answer(200, "application/json", json!({}))));
    assert_eq!(odd.judge("LST-14").outcome, Outcome::Blocked);
}

#[test]
fn empty_pages_show_nothing() {
    let empty = source(5).when(|request| matches!(request.target, Target::Entry { .. }).then(|| page(&json!([]), 5)));
    let rows = ["LST-07", "LST-12", "LST-18", "LST-23", "LST-24"];
    assert_eq!(outcomes(&empty, &rows), [Outcome::Blocked; 5]);
}

#[test]
fn hostile_pages_end_in_a_verdict() {
    let rows: Vec<String> = (1..=28).map(|n| format!("LST-{n:02}")).collect();
    let items = json!([certificate("a", "nl"), certificate("b", "nl")]);
    for total in [u64::MAX, 1 << 63, 21] {
        let items = items.clone();
        let source = source(5).when(move |request| {
            let list = matches!(request.target, Target::Entry { .. } | Target::Link { .. });
            list.then(|| page(&items, total))
        });
        for row in &rows {
            assert_ne!(source.judge(row).outcome, Outcome::NotSelected, "{row} {total}");
        }
    }
    let long = format!("https://source.example/v1/{}", "x".repeat(1 << 20));
    let source = source(5).when(move |request| {
        let body: Result<Response, _> = page(&json!([certificate("a", "nl")]), 5);
        let mut response = body.unwrap();
        if let crate::exchange::Content::Json(body) = &mut response.content {
            body.value_mut()["links"] = json!([{ "rel": "next", "href": long }, { "rel": "last", "href": long }]);
        }
        matches!(request.target, Target::Entry { .. }).then_some(Ok(response))
    });
    for row in &rows {
        assert_ne!(source.judge(row).outcome, Outcome::NotSelected, "{row}");
    }
}

#[test]
fn where_every_page_is_full_one_that_is_not_shows_the_limit() {
    assert_eq!(source(200).judge("LST-27").outcome, Outcome::Pass);
    let two = json!([certificate("id-198", "nl"), certificate("id-199", "nl")]);
    let answering = |reply: fn(&Value) -> Reply| {
        let two = two.clone();
        source(200).when(move |request| asks(request, "3", "66").then(|| reply(&two)))
    };
    assert_eq!(answering(|two| page(two, 200)).judge("LST-27").outcome, Outcome::Fail);
    // Another limit was in force, or no page came: then nothing shows.
    let longer: fn(&Value) -> Reply = |_| page(&(0..5).map(|n| certificate(&format!("id-{n}"), "nl")).collect(), 200);
    for reply in [longer, |_| problem(400), |_| failed(FailureKind::Timeout)] {
        assert_eq!(answering(reply).judge("LST-27").outcome, Outcome::Blocked);
    }
    // The page of a hundred has six, which is telling: no further page is asked for.
    let verdict = source(6).judge("LST-27");
    assert_eq!(verdict.outcome, Outcome::Pass);
    assert!(verdict.evidence.iter().all(|request| request.parameter("limit") != Some("4")));
}
