use serde_json::{Value, json};

use crate::checks::testing::{BASE, INSZ, Reply, Source, certificate, changed, failed, json_answer};
use crate::evidence::exchange::{FailureKind, Request, Response, Target, Variation};
use crate::evidence::setup::Limits;
use crate::judging::verdict::Outcome;

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
    let rows: Vec<String> = (1..=30).map(|n| format!("LST-{n:02}")).collect();
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
        if let crate::evidence::exchange::Content::Json(body) = &mut response.content {
            body.value_mut()["links"] = json!([{ "rel": "next", "href": long }, { "rel": "last", "href": long }]);
        }
        matches!(request.target, Target::Entry { .. }).then_some(Ok(response))
    });
    for row in &rows {
        assert_ne!(source.judge(row).outcome, Outcome::NotSelected, "{row}");
    }
}

#[test]
fn a_page_that_is_not_full_shows_whether_size_is_the_limit() {
    assert_eq!(source(200).judge("LST-27").outcome, Outcome::Pass);
    // In pages of eleven: the last one has two.
    let two = json!([certificate("id-198", "nl"), certificate("id-199", "nl")]);
    let wrong = source(200).when(move |request| asks(request, "11", "18").then(|| page(&two, 200)));
    assert_eq!(wrong.judge("LST-27").outcome, Outcome::Fail);
}

/// A source whose answers to requests for the list are changed.
fn list_changed(count: usize, change: impl Fn(&Request, &mut Value) + 'static) -> Source {
    let plain = source(count);
    source(count).when(move |request| {
        let list = matches!(request.target, Target::Entry { .. });
        let mut reply = list.then(|| plain.answer(request))?;
        if let Ok(Response { content: crate::evidence::exchange::Content::Json(body), .. }) = &mut reply {
            change(request, body.value_mut());
        }
        Some(reply)
    })
}

fn number(request: &Request, name: &str, default: usize) -> usize {
    request.parameter(name).and_then(|value| value.parse().ok()).unwrap_or(default)
}

/// These certificates in place of those of a page.
fn put(body: &mut Value, ids: std::ops::Range<usize>) {
    body["certificates"] = ids.map(|n| certificate(&format!("id-{n}"), "nl")).collect();
}

const LENGTHS: [usize; 7] = [2, 3, 5, 10, 11, 23, 101];

#[test]
fn a_page_that_counts_certificates_is_told_so_and_breaks_nothing_else() {
    for count in LENGTHS {
        let offset = list_changed(count, move |request, body| {
            let (page, limit) = (number(request, "page", 0), number(request, "limit", 10).min(100));
            put(body, page.min(count)..(page + limit).min(count));
        });
        let verdict = offset.judge("LST-10");
        assert_eq!(verdict.outcome, Outcome::Fail, "{count}");
        assert!(verdict.findings[0].actual.en.contains("counts certificates"), "{count}");
        for row in ["LST-07", "LST-11", "LST-13", "LST-15", "LST-17", "LST-18", "LST-22", "LST-27", "CRT-09"] {
            assert_ne!(offset.judge(row).outcome, Outcome::Fail, "{row} of {count}");
        }
    }
}

#[test]
fn the_number_of_pages_depends_on_the_limit() {
    for count in LENGTHS {
        let tens = list_changed(count, move |_, body| body["pageMetadata"]["totalPages"] = json!(count.div_ceil(10)));
        assert_eq!(tens.judge("LST-17").outcome, Outcome::Fail, "{count}");
    }
}

#[test]
fn links_that_keep_another_limit_are_told_so_alone() {
    for count in LENGTHS {
        let tens = list_changed(count, |request, body| {
            let asked = format!("limit={}&", number(request, "limit", 10).clamp(1, 100));
            for link in body["links"].as_array_mut().unwrap() {
                link["href"] = json!(link["href"].as_str().unwrap().replace(&asked, "limit=10&"));
            }
        });
        assert_eq!(outcomes(&tens, &["LST-06", "LST-28"]), [Outcome::Fail; 2], "{count}");
        for row in ["LST-07", "LST-17", "LST-18", "LST-19", "HTTP-01", "CRT-09"] {
            assert_ne!(tens.judge(row).outcome, Outcome::Fail, "{row} of {count}");
        }
    }
}

#[test]
fn links_of_another_form_are_told_so_once() {
    let strings = list_changed(23, |_, body| body["links"] = json!({ "self": "https://source.example/v1" }));
    assert_eq!(strings.judge("LST-05").outcome, Outcome::Fail);
    for row in ["LST-06", "LST-07", "LST-08", "LST-18", "LST-23", "LST-28"] {
        assert_eq!(strings.judge(row).outcome, Outcome::Blocked, "{row}");
    }
}

#[test]
fn what_a_page_past_the_end_repeats_is_told_once() {
    for count in LENGTHS {
        for repeated in [0..count, 0..1, count - 1..count] {
            // Of two certificates the second one alone is the page of a source that counts certificates.
            if (count, repeated.len()) == (2, 1) {
                continue;
            }
            let kept = repeated.clone();
            let again = list_changed(count, move |request, body| {
                if number(request, "page", 0) * number(request, "limit", 10) >= count {
                    put(body, kept.clone());
                }
            });
            let rows = ["LST-07", "LST-12", "LST-17", "LST-18", "LST-22"];
            let mut expected = [Outcome::Pass; 5];
            expected[4] = Outcome::Fail;
            assert_eq!(outcomes(&again, &rows), expected, "{repeated:?} of {count}");
        }
    }
}

#[test]
fn a_certificate_that_no_page_holds_and_one_that_two_hold() {
    for count in [5, 11, 23, 101] {
        let cut = move |request: &Request| {
            let (page, limit) = (number(request, "page", 0), number(request, "limit", 10).min(100));
            ((page * limit).min(count), ((page + 1) * limit).min(count))
        };
        let fewer = list_changed(count, move |request, body| {
            let (start, end) = cut(request);
            put(body, start..if end < count { end - 1 } else { end });
        });
        assert_eq!(fewer.judge("LST-17").outcome, Outcome::Fail, "{count}");
        for row in ["LST-07", "LST-12", "LST-13", "LST-16", "LST-18", "LST-22"] {
            assert_ne!(fewer.judge(row).outcome, Outcome::Fail, "{row} of {count}");
        }
        let more = list_changed(count, move |request, body| {
            let (start, end) = cut(request);
            put(body, start..if end < count { end + 1 } else { end });
        });
        assert_eq!(more.judge("LST-12").outcome, Outcome::Fail, "{count}");
        for row in ["LST-07", "LST-13", "LST-16", "LST-17", "LST-18", "LST-22", "CRT-09"] {
            assert_ne!(more.judge(row).outcome, Outcome::Fail, "{row} of {count}");
        }
    }
}

#[test]
fn where_every_link_is_dead_it_is_an_obligation() {
    let moved = |count: usize, to: &'static str, all: bool| {
        let change = move |href: &Value| json!(href.as_str().unwrap().replace("https://source.example/", to));
        list_changed(count, move |_, body| {
            for link in body["links"].as_array_mut().unwrap() {
                link["href"] = change(&link["href"]);
            }
            for item in body["certificates"].as_array_mut().unwrap().iter_mut().filter(|_| all) {
                for link in item["links"].as_array_mut().unwrap() {
                    link["href"] = change(&link["href"]);
                }
            }
        })
    };
    let said = |source: &Source| {
        let finding = source.judge("LST-09").findings[0].clone();
        (finding.level.is_none(), finding.actual.en)
    };
    let (whole, words) = said(&moved(5, "https://source.example:8443/", true));
    assert!(whole && words.starts_with("port 8443 instead of 443: https://source.example:8443/"), "{words}");
    let (whole, words) = said(&moved(5, "http://source.example/", false));
    assert!(!whole && words.starts_with("http instead of https"), "{words}");
    let (whole, words) = said(&moved(5, "/", true));
    assert!(!whole && words.starts_with("relative: /v1/"), "{words}");
}

#[test]
fn links_stay_whatever_host_is_named() {
    let named = |request: &Request| matches!(&request.variation, Variation::Host(_));
    assert_eq!(source(5).judge("LST-30").outcome, Outcome::Pass);
    let refuses = source(5).when(move |request| named(request).then(|| problem(421)));
    assert_eq!(refuses.judge("LST-30").outcome, Outcome::Pass);
    let follows = list_changed(5, move |request, body| {
        if let Variation::Host(host) = &request.variation {
            body["links"] = json!([{ "rel": "self", "href": format!("https://{host}/v1") }]);
        }
    });
    assert_eq!(follows.judge("LST-30").findings.len(), 1);
}

#[test]
fn a_list_that_lives_fails_nothing() {
    // Each look sees one list; the first one begins before a certificate comes at the front, or goes.
    for (before, after) in [(1..24, 0..24), (0..24, 1..24), (0..23, 0..24), (0..24, 0..23)] {
        for late in ["limit=1", "limit=2", "page=1", "page=2", "limit=100"] {
            let (before, after) = (before.clone(), after.clone());
            let lives = list_changed(1, move |request, body| {
                let (page, limit) = (number(request, "page", 0), number(request, "limit", 10).clamp(1, 100));
                let (name, value) = late.split_once('=').unwrap();
                let now = if request.parameter(name) == Some(value) || request.ordinal > 0 { &after } else { &before };
                let count = now.len();
                put(body, now.start + (page * limit).min(count)..now.start + ((page + 1) * limit).min(count));
                let url = |page: usize| format!("{BASE}/certificates/{INSZ}?limit={limit}&page={page}");
                body["pageMetadata"] = json!({ "number": page + 1, "size": limit, "totalElements": count,
                    "totalPages": count.div_ceil(limit) });
                let mut links = vec![json!({ "rel": "self", "href": url(page) })];
                links.extend(((page + 1) * limit < count).then(|| json!({ "rel": "next", "href": url(page + 1) })));
                links.push(json!({ "rel": "start", "href": url(0) }));
                links.push(json!({ "rel": "last", "href": url(count.div_ceil(limit) - 1) }));
                body["links"] = json!(links);
            });
            for row in 6..=30 {
                let row = format!("LST-{row:02}");
                let verdict = lives.judge(&row);
                let quiet = [Outcome::Pass, Outcome::Observed].contains(&verdict.outcome);
                assert!(quiet || matches!(row.as_str(), "LST-20" | "LST-21" | "LST-23"), "{row} {late}: {verdict:?}");
            }
            for row in ["HTTP-01", "CRT-09"] {
                assert_eq!(lives.judge(row).outcome, Outcome::Pass, "{row} {late}");
            }
        }
    }
}

#[test]
fn nothing_is_asked_again_where_nothing_is_found() {
    for row in ["LST-07", "LST-10", "LST-13", "LST-15", "LST-17", "LST-18", "LST-19", "LST-22", "LST-27"] {
        let verdict = source(23).judge(row);
        assert!(verdict.evidence.iter().all(|request| request.ordinal == 0), "{row}");
    }
}

#[test]
fn an_empty_list_does_not_show_from_where_its_pages_are_counted() {
    let numbered = |number: u64, total: u64| {
        let items = if total == 0 { json!([]) } else { json!([certificate("id-0", "nl")]) };
        let metadata = json!({ "number": number, "size": 10, "totalElements": total, "totalPages": total });
        let body = json!({ "certificates": items, "pageMetadata": metadata, "links": [] });
        let count = usize::try_from(total).unwrap();
        let answers = move |request: &Request| {
            matches!(request.target, Target::Entry { .. })
                .then(|| json_answer(200, "application/hal+json", body.clone()))
        };
        source(count).when(answers).judge("LST-11").outcome
    };
    assert_eq!([numbered(0, 0), numbered(1, 0), numbered(7, 0)], [Outcome::Blocked, Outcome::Blocked, Outcome::Fail]);
    assert_eq!([numbered(0, 1), numbered(1, 1)], [Outcome::Fail, Outcome::Pass]);
}

#[test]
fn a_total_that_is_no_number_is_told_by_other_pages() {
    use Outcome::{Blocked, Fail, Pass};
    let without_total = source(23).when(|request| {
        let plain = matches!(request.target, Target::Entry { .. });
        let answer = plain.then(|| source(23).answer(request))?.ok()?;
        let mut body = answer.json()?.clone();
        body["pageMetadata"]["totalElements"] = json!("23");
        Some(json_answer(200, "application/hal+json", body))
    });
    assert_eq!(
        outcomes(&without_total, &["LST-04", "LST-07", "LST-17", "LST-18", "LST-22", "LST-27"]),
        [Fail, Pass, Blocked, Pass, Pass, Pass]
    );
}
