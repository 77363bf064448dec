//! What a second look from outside found: bodies that are no JSON, orders without order, documents that are somebody
//! else's.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::*;

/// The limit as it was asked for.
fn asked_limit(ask: &Ask) -> u64 {
    ask.http.parameter("limit").and_then(|limit| limit.parse().ok()).unwrap_or_default()
}

/// Certificates in another order at every call: none stays where it was.
fn shuffled(calls: &AtomicUsize, certs: &[Cert]) -> Vec<Cert> {
    let call = calls.fetch_add(1, Ordering::Relaxed);
    let mut certs = certs.to_vec();
    certs.sort_by_key(|cert| (cert.serial + 3).wrapping_mul(2 * call + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40);
    certs
}

/// A cache that gives the subject the first page of the other citizen's list, for as long as it is warm.
fn with_their_list(case: Case, is_mixed_up: fn(&Ask, &AtomicBool) -> bool) -> Case {
    case.fails(&["SEC-19"])
        .open(&["LST", "CRT", "HTTP", "DWN", "ERR", "SEC-09", "SEC-14", "SEC-18"])
        .blocked(&["SEC"])
        .with(move |twists| {
            let is_warm = AtomicBool::new(true);
            twists.inside.push(Box::new(move |ask, site| {
                let is_theirs = ask.what == What::List && ask.caller == Some(0) && is_mixed_up(ask, &is_warm);
                // Their first page: of a later one a short list has none.
                let list = || site.list_of(&Ask { page: 0, ..ask.clone() }, &site.people[1].certs);
                is_theirs.then(|| json_reply(200, "application/hal+json", &list()))
            }));
        })
}

fn in_no_order(case: Case) -> Case {
    case.warns(&["LST-24"]).open(&["LST-18", "LST-17", "CRT-09"]).blocked(&["LST-15"]).with(|twists| {
        let calls = AtomicUsize::new(0);
        twists.slice = Some(Box::new(move |ask, certs| {
            let start = ask.page.saturating_mul(ask.limit);
            shuffled(&calls, certs).into_iter().skip(start).take(ask.limit).collect()
        }));
    })
}

#[expect(clippy::too_many_lines, reason = "a list of cases")]
pub(super) fn cases() -> Vec<Case> {
    let is_ours = |ask: &Ask| ask.is_list() && ask.caller == Some(0);
    vec![
        Case::new(Violation, "the list starts with a byte order mark", Links, 5).fails(&["HTTP-03"]).last(
            |ask, _, reply| {
                if ask.is_list() {
                    reply.body.splice(0..0, *b"\xef\xbb\xbf");
                }
            },
        ),
        Case::new(Violation, "a year of the list is not a number: NaN", Hal, 5).fails(&["HTTP-03"]).last(
            |ask, _, reply| {
                if ask.is_list() {
                    in_text(reply, |text| text.replacen("\"year\":2", "\"year\":NaN,\"jaar\":2", 1));
                }
            },
        ),
        // What answers may not be the source: nothing is said of it.
        Case::new(Oddity, "the list is a login page with 200", Links, 5)
            .blocked(&["URL", "HTTP", "ERR", "SEC", "LST", "CRT", "DWN", "OPS"])
            .last(|ask, _, reply| {
                if ask.is_list() {
                    *reply = Reply::with(200, "text/html", "<!DOCTYPE html><title>Aanmelden</title><form></form>");
                }
            }),
        Case::new(Violation, "the list is null", Hal, 5).fails(&["LST-03", "LST-20"]).open(&["LST-04", "LST-05"]).last(
            |ask, _, reply| {
                if ask.is_list() {
                    reply.body = b"null".to_vec();
                }
            },
        ),
        in_no_order(Case::new(Violation, "the order is another one at every call", Links, 23)),
        in_no_order(Case::new(Violation, "the order is another one at every call, of ten", Hal, 11)),
        // Of such an id the evidence holds the beginning.
        Case::new(Oddity, "ids of twelve hundred letters", Links, 3).blocked(&["SEC-09", "CRT-10"]).with(|twists| {
            twists.id = |serial| format!("q{serial:04}{}", "abCD".repeat(300));
        }),
        Case::new(Leak, "the subject's last document is about another citizen, in HTML", Links, 5)
            .fails(&["SEC-19"])
            .open(&["DWN-02", "DWN-03"])
            .last(|ask, site, reply| {
                if ask.is_download() && ask.caller == Some(0) && ask.cert.as_ref() == site.people[0].certs.last() {
                    let number = &site.people[1].insz;
                    reply.set("content-type", "text/html; charset=utf-8");
                    reply.body = format!("<!DOCTYPE html><p>Attest van {number}</p>").into_bytes();
                }
            }),
        Case::new(Oddity, "every PDF names the citizen whose it is", Links, 3).last(|ask, site, reply| {
            if ask.is_download()
                && let Some(owner) = ask.owner
            {
                let at = reply.body.len() - 8;
                reply.body.splice(at..at, format!("\n% {}\n", site.people[owner].insz).into_bytes());
            }
        }),
        Case::new(Violation, "the list of the subject alone is cut off in the middle of its JSON", Hal, 5)
            .fails(&["HTTP-03"])
            .last(move |ask, _, reply| {
                if is_ours(ask) {
                    let half = reply.body.len() / 2;
                    reply.body.truncate(half);
                }
            }),
        Case::new(Violation, "the last two of a page change places at every call", Hal, 11)
            .warns(&["LST-24"])
            .open(&["CRT-09", "LST-19", "LST-15", "LST-18"])
            .with(|twists| {
                let calls = AtomicUsize::new(0);
                twists.slice = Some(Box::new(move |ask, certs| {
                    let start = ask.page.saturating_mul(ask.limit);
                    let mut shown: Vec<Cert> = certs.iter().skip(start).take(ask.limit).cloned().collect();
                    let length = shown.len();
                    if length > 1 && calls.fetch_add(1, Ordering::Relaxed).is_multiple_of(2) {
                        shown.swap(length - 1, length - 2);
                    }
                    shown
                }));
            }),
        Case::new(Violation, "another citizen's certificate opens under one's own number, once", Links, 5)
            .fails(&["SEC-09"])
            .open(&["SEC-18", "ERR-08", "ERR-15", "SEC-19"])
            .with(|twists| {
                let opened = std::sync::Mutex::new(std::collections::BTreeSet::new());
                twists.inside.push(Box::new(move |ask, site| {
                    let cert = theirs(ask, site)?;
                    let is_first = opened.lock().unwrap().insert(cert.id.clone());
                    is_first.then(|| json_reply(200, "application/hal+json", &site.item(&ask.insz, cert)))
                }));
            }),
        Case::new(Violation, "of another citizen's certificate id and name are shown", Hal, 5)
            .fails(&["SEC-09"])
            .open(&["SEC-18", "ERR-08", "ERR-15", "SEC-19"])
            .inside(|ask, site| {
                let cert = theirs(ask, site)?;
                let whole = site.item(&ask.insz, cert);
                let part = serde_json::json!({ "id": whole["id"], "name": whole["name"] });
                Some(json_reply(200, "application/hal+json", &part))
            }),
        Case::new(Oddity, "one digit of the number is percent-encoded in the links of the list", Links, 5).last(
            |ask, site, reply| {
                if ask.is_list() {
                    let number = &site.people[0].insz;
                    let (start, last) = number.split_at(10);
                    let encoded = format!("{start}%3{last}");
                    in_text(reply, |text| {
                        text.replace(&format!("certificates/{number}?"), &format!("certificates/{encoded}?"))
                    });
                }
            },
        ),
        Case::new(Violation, "a limit of a thousand is refused", Hal, 23)
            .fails(&["LST-14"])
            .inside(|ask, _| (ask.what == What::List && asked_limit(ask) >= 1000).then(|| problem_reply(400))),
        Case::new(Violation, "a limit of a hundred and one is refused", Links, 23).fails(&["LST-14"]).inside(
            |ask, _| (ask.what == What::List && (101..500).contains(&asked_limit(ask))).then(|| problem_reply(400)),
        ),
        Case::new(Violation, "what is not there is a problem with 200, a slash after the list too", Links, 5)
            .fails(&["HTTP-13"])
            .last(|ask, _, reply| {
                if ask.status == 404 {
                    reply.status = 200;
                }
            }),
        Case::new(Violation, "pages of one certificate say that they hold ten", Links, 11).warns(&["LST-27"]).json(
            |ask, _, body| {
                if ask.is_list() && ask.limit == 1 {
                    body["pageMetadata"]["size"] = serde_json::json!(10);
                }
            },
        ),
    ]
}

/// The certificates of a citizen with ids from 1 on, as those of every other citizen.
pub(super) fn counted_for_each(_: fn(usize) -> String, first: usize, count: usize) -> Vec<Cert> {
    let cert = |serial: usize| Cert {
        id: format!("{}", serial - first + 1),
        language: "nl",
        year: 2010 + i32::try_from(serial % 14).unwrap(),
        serial,
    };
    (first..first + count).map(cert).collect()
}

fn total(
    change: impl Fn(u64) -> Option<serde_json::Value> + Send + Sync + 'static,
) -> impl Fn(&Ask, &Site, &mut serde_json::Value) {
    move |ask, _, body| {
        if !ask.is_list() {
            return;
        }
        let metadata = body["pageMetadata"].as_object_mut().unwrap();
        match change(metadata["totalElements"].as_u64().unwrap()) {
            Some(total) => metadata.insert("totalElements".to_owned(), total),
            None => metadata.remove("totalElements"),
        };
    }
}

/// One defect, one row: what rests on it is blocked, for a reason that is true.
pub(super) fn single_defects() -> Vec<Case> {
    use serde_json::json;
    vec![
        Case::new(Violation, "the total is a text", Links, 23)
            .warns(&["LST-04"])
            .json(total(|total| Some(json!(total.to_string())))),
        Case::new(Violation, "there is no total", Hal, 23).warns(&["LST-04"]).json(total(|_| None)),
        Case::new(Violation, "the total counts every certificate half", Links, 23)
            .fails(&["LST-17"])
            .json(total(|total| Some(json!(total.div_ceil(2))))),
        Case::new(Violation, "at most fifty a page, and the links say so", Links, 101)
            .fails(&["LST-13"])
            .with(|twists| twists.max_limit = 50),
        Case::new(Violation, "errors start with a byte order mark", Links, 5).fails(&["HTTP-03"]).last(
            |ask, _, reply| {
                if ask.is_error() {
                    reply.body.splice(0..0, *b"\xef\xbb\xbf");
                }
            },
        ),
        Case::new(Violation, "whatever is not there is an empty object with 200", Links, 5)
            .fails(&["ERR-08"])
            .inside(|ask, _| (ask.what == What::Nothing).then(|| json_reply(200, "application/hal+json", &json!({})))),
        Case::new(Violation, "whatever is not there is a bad request", Hal, 5)
            .warns(&["ERR-15"])
            .inside(|ask, _| (ask.what == What::Nothing).then(|| problem_reply(400))),
        Case::new(Oddity, "ids are counted for each citizen", Links, 23).with(|twists| twists.certs = counted_for_each),
        Case::new(Violation, "ids are counted for each citizen, and found whoever asks", Hal, 23)
            .fails(&["SEC-09"])
            .with(|twists| twists.certs = counted_for_each)
            .inside(|ask, site| {
                let cert = theirs(ask, site)?;
                Some(json_reply(200, "application/hal+json", &site.item(&ask.insz, cert)))
            }),
        with_their_list(
            Case::new(Leak, "a cache gives the other citizen's list to the subject, at first", Links, 5),
            // Until the list is walked.
            |ask, is_warm| {
                if asked_limit(ask) != 10 {
                    is_warm.store(false, Ordering::Relaxed);
                }
                is_warm.load(Ordering::Relaxed)
            },
        ),
        with_their_list(
            Case::new(Leak, "a cache gives the other citizen's list as a later page, once", Links, 23),
            |ask, is_warm| {
                ask.owner == Some(0)
                    && ask.page == 1
                    && ask.http.method == "GET"
                    && is_warm.swap(false, Ordering::Relaxed)
            },
        ),
        Case::new(Oddity, "a website begins with a byte order mark", Hal, 5)
            .blocked(&["URL", "HTTP", "ERR", "SEC", "LST", "CRT", "DWN", "OPS"])
            .early(|_, _| {
                let page = "\u{feff}<?xml version=\"1.0\"?>\n<!-- IIS -->\n<!DOCTYPE html><title>Welkom</title>";
                Some(Reply::with(200, "text/html", page))
            }),
        Case::new(Oddity, "an empty list has number 0", Links, 5).json(|ask, _, body| {
            if ask.is_list() && body["pageMetadata"]["totalElements"] == 0 {
                body["pageMetadata"]["number"] = json!(0);
            }
        }),
        Case::new(Violation, "an empty list has number 7", Links, 5).fails(&["LST-11"]).json(|ask, _, body| {
            if ask.is_list() && body["pageMetadata"]["totalElements"] == 0 {
                body["pageMetadata"]["number"] = json!(7);
            }
        }),
        Case::new(Oddity, "a website welcomes whoever comes", Links, 5)
            .blocked(&["URL", "HTTP", "ERR", "SEC", "LST", "CRT", "DWN", "OPS"])
            .early(|_, _| Some(Reply::with(200, "text/html", "<!DOCTYPE html><title>Welkom</title><h1>Welkom</h1>"))),
    ]
}
