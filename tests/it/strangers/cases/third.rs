//! What a third look from outside found: ids that are counted for each citizen in long lists, records in errors, empty
//! lists, and single defects that more than one row heard of.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;

use super::second::counted_for_each;
use super::*;

/// Kinds of certificates as people call them: the subject has others than the other citizen.
const KINDS: [&str; 9] = [
    "Visverlof",
    "Zeilbrief",
    "Kapvergunning",
    "Schippersboek",
    "Standplaats",
    "Jachtverlof",
    "Taxipas",
    "Gidsenkaart",
    "Drankvergunning",
];

/// What the other citizen's certificate of this number among theirs is called.
fn kind_of(place: usize, is_subject: bool) -> &'static str {
    let (subject, others) = KINDS.split_at(5);
    let kinds = if is_subject { subject } else { others };
    kinds[place % kinds.len()]
}

/// Calls every certificate by its kind alone.
fn called_by_kind(case: Case) -> Case {
    case.json(|ask, site, body| {
        let is_subject = ask.owner == Some(0);
        let certs = ask.owner.map(|owner| site.people[owner].certs.clone()).unwrap_or_default();
        if ask.status == 200 {
            each_item(body, &|item| {
                let place = certs.iter().position(|cert| item["id"] == cert.id.as_str());
                item["name"] = json!(kind_of(place.unwrap_or_default(), is_subject));
            });
        }
    })
}

/// What the other citizen's certificate is called that is asked for under one's own number.
fn their_kind(ask: &Ask, site: &Site) -> Option<(&'static str, Cert)> {
    let cert = theirs(ask, site)?.clone();
    let place = site.people[1].certs.iter().position(|one| one.id == cert.id)?;
    Some((kind_of(place, false), cert))
}

fn long(case: Case, counts: [usize; 3]) -> Case {
    case.with(|twists| {
        twists.certs = counted_for_each;
        twists.counts = counts;
    })
}

/// A source that finds a certificate by its id alone, whoever asks.
fn found_whoever_asks(case: Case) -> Case {
    case.fails(&["SEC-09"]).open(&["SEC-18", "ERR-08", "ERR-15"]).inside(|ask, site| {
        let cert = theirs(ask, site)?;
        Some(json_reply(200, "application/hal+json", &site.item(&ask.insz, cert)))
    })
}

/// Two certificates of the list that change places by chance, or do not, at every call.
fn at_random(case: Case, seed: u64, pair: [usize; 2]) -> Case {
    case.warns(&["LST-24"]).with(move |twists| {
        let calls = AtomicUsize::new(0);
        twists.slice = Some(Box::new(move |ask, certs| {
            let call = u64::try_from(calls.fetch_add(1, Ordering::Relaxed)).unwrap();
            let mut certs = certs.to_vec();
            // SplitMix64.
            let mut word = call.wrapping_add(seed).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            if (word ^ (word >> 31)).is_multiple_of(2) && certs.len() > pair[1] {
                certs.swap(pair[0], pair[1]);
            }
            certs.into_iter().skip(ask.page.saturating_mul(ask.limit)).take(ask.limit).collect()
        }));
    })
}

fn utf_16(reply: &mut Reply) {
    if let Ok(text) = std::str::from_utf8(&reply.body) {
        let units = std::iter::once(0xfeff).chain(text.encode_utf16());
        reply.body = units.flat_map(u16::to_le_bytes).collect();
    }
}

/// The metadata of the empty list.
fn of_the_empty_list(case: Case, change: fn(&mut serde_json::Value)) -> Case {
    case.json(move |ask, _, body| {
        if ask.is_list() && ask.owner == Some(2) {
            change(&mut body["pageMetadata"]);
        }
    })
}

pub(super) fn leaks() -> Vec<Case> {
    vec![
        long(Case::new(Oddity, "ids for each citizen, the subject has more than a hundred", Links, 150), [150, 130, 0]),
        long(Case::new(Oddity, "ids for each citizen, the other has more than a hundred", Hal, 120), [120, 230, 0]),
        long(Case::new(Oddity, "ids for each citizen, as many for both", Links, 115), [115, 115, 0])
            .blocked(&["SEC-09"]),
        found_whoever_asks(long(
            Case::new(Violation, "ids for each of many, found whoever asks, the subject has most", Links, 150),
            [150, 130, 0],
        )),
        found_whoever_asks(long(
            Case::new(Violation, "ids for each of many, found whoever asks, the other has most", Hal, 120),
            [120, 230, 0],
        )),
        called_by_kind(Case::new(Leak, "the 404 to another's certificate has its record in a sentence", Links, 3))
            .fails(&["SEC-09"])
            .open(&["ERR-13", "SEC-19", "ERR-14"])
            .json(|ask, site, body| {
                if let Some((kind, cert)) = their_kind(ask, site) {
                    let community = 44021 + (cert.serial % 3);
                    body["detail"] = json!(format!("{kind} uit {} ({community}) is niet van u", cert.year));
                }
            }),
        called_by_kind(Case::new(Leak, "the 404 to another's certificate is its record as text", Hal, 5))
            .fails(&["SEC-09"])
            .open(&["ERR-13", "SEC-19", "ERR-14", "ERR-01", "ERR-05"])
            .last(|ask, site, reply| {
                if let Some((kind, cert)) = their_kind(ask, site) {
                    let community = 44021 + (cert.serial % 3);
                    let text = format!("Certificate[name={kind}, year={}, community={community}]", cert.year);
                    *reply = Reply::with(404, "text/plain", text);
                }
            }),
        called_by_kind(Case::new(Leak, "the 404 to another's certificate says its short name", Links, 5))
            .fails(&["SEC-09"])
            .open(&["ERR-13", "SEC-19", "ERR-14"])
            .json(|ask, site, body| {
                if let Some((kind, _)) = their_kind(ask, site) {
                    body["detail"] = json!(format!("{kind} is niet van u"));
                }
            }),
        called_by_kind(Case::new(Oddity, "what is not there is called what another's certificate is", Links, 5)).json(
            |ask, _, body| {
                if ask.status == 404 {
                    body["detail"] = json!("Geen Jachtverlof of Gidsenkaart gevonden");
                }
            },
        ),
        called_by_kind(Case::new(Oddity, "who asks for another's is told the kinds that there are", Hal, 3)).json(
            |ask, _, body| {
                if ask.status == 403 {
                    body["detail"] = json!(format!("Alleen uw eigen {} zijn te zien", KINDS.join(", ")));
                }
            },
        ),
        called_by_kind(Case::new(Leak, "the refusal of another's list says what is in it", Hal, 5))
            .fails(&["SEC-08"])
            .open(&["ERR-13", "SEC-19", "ERR-14", "SEC-13"])
            .json(|ask, _, body| {
                if ask.status == 403 && ask.owner == Some(1) && ask.what == What::List {
                    body["detail"] = json!("Het dossier (Jachtverlof, Taxipas) is niet van u");
                }
            }),
    ]
}

#[expect(clippy::too_many_lines, reason = "a list of cases")]
pub(super) fn cases() -> Vec<Case> {
    vec![
        of_the_empty_list(Case::new(Violation, "the empty list has no number", Links, 5).fails(&["LST-04"]), |own| {
            own.as_object_mut().unwrap().remove("number");
        }),
        of_the_empty_list(
            Case::new(Violation, "the empty list has its number of pages as a text", Hal, 5).warns(&["LST-04"]),
            |own| own["totalPages"] = json!("0"),
        ),
        of_the_empty_list(
            Case::new(Violation, "the empty list has its total as a text", Links, 3).warns(&["LST-04"]),
            |own| own["totalElements"] = json!("0"),
        ),
        of_the_empty_list(
            Case::new(Violation, "the empty list has metadata that are a text", Hal, 3).fails(&["LST-04"]),
            |own| *own = json!("0/0"),
        ),
        of_the_empty_list(
            Case::new(Violation, "the empty list has metadata that are null", Links, 3).warns(&["LST-21"]),
            |own| *own = json!(null),
        ),
        Case::new(Violation, "at most fifty a page, of a shorter list", Links, 23)
            .warns(&["LST-28"])
            .with(|twists| twists.max_limit = 50),
        Case::new(Violation, "at most thirty a page, of a list of five", Hal, 5)
            .warns(&["LST-28"])
            .with(|twists| twists.max_limit = 30),
        Case::new(Violation, "at most fifty a page by the links alone, of a shorter list", Links, 23)
            .warns(&["LST-06", "LST-28"])
            .with(|twists| twists.max_limit = 50)
            .json(|ask, _, body| {
                if ask.is_list()
                    && let Some(limit) = ask.http.parameter("limit").and_then(|limit| limit.parse::<u64>().ok())
                    && limit <= 100
                {
                    body["pageMetadata"]["size"] = json!(limit);
                }
            }),
        Case::new(Violation, "at most fifty a page by the size alone, of a shorter list", Links, 23)
            .warns(&["LST-27"])
            .json(|ask, _, body| {
                if ask.is_list() && ask.limit > 50 {
                    body["pageMetadata"]["size"] = json!(50);
                }
            }),
        Case::new(Violation, "both totals count the half", Links, 23).fails(&["LST-17"]).json(|ask, _, body| {
            if ask.is_list() {
                let half = body["pageMetadata"]["totalElements"].as_u64().unwrap().div_ceil(2);
                body["pageMetadata"]["totalElements"] = json!(half);
                body["pageMetadata"]["totalPages"] = json!(half.div_ceil(ask.limit as u64));
            }
        }),
        Case::new(Violation, "both totals lack one", Hal, 11).fails(&["LST-17"]).json(|ask, _, body| {
            if ask.is_list() {
                let less = body["pageMetadata"]["totalElements"].as_u64().unwrap().saturating_sub(1);
                body["pageMetadata"]["totalElements"] = json!(less);
                body["pageMetadata"]["totalPages"] = json!(less.div_ceil(ask.limit as u64));
            }
        }),
        Case::new(Violation, "errors are UTF-16", Links, 5).fails(&["HTTP-03"]).last(|ask, _, reply| {
            if ask.is_error() {
                utf_16(reply);
            }
        }),
        Case::new(Violation, "errors are UTF-16 and say so", Hal, 5).fails(&["HTTP-03"]).last(|ask, _, reply| {
            if ask.is_error() {
                utf_16(reply);
                reply.set("content-type", "application/problem+json; charset=utf-16");
            }
        }),
        Case::new(Violation, "every JSON body is UTF-16", Hal, 5).fails(&["HTTP-03"]).last(|_, _, reply| {
            if reply.header("content-type").is_some_and(|kind| kind.contains("json")) {
                utf_16(reply);
            }
        }),
        Case::new(Violation, "every list breaks down", Links, 5)
            .fails(&["LST-01"])
            .blocked(&["SEC", "ERR", "HTTP", "URL"])
            .inside(|ask, _| (ask.what == What::List).then(|| problem_reply(500))),
        Case::new(Violation, "every list is a bad request", Hal, 5)
            .fails(&["LST-01"])
            .blocked(&["SEC", "ERR", "HTTP", "URL"])
            .inside(|ask, _| (ask.what == What::List).then(|| problem_reply(400))),
        Case::new(Violation, "the empty list alone breaks down", Hal, 5)
            .fails(&["LST-20"])
            .inside(|ask, _| (ask.what == What::List && ask.caller == Some(2)).then(|| problem_reply(500))),
        Case::new(Oddity, "the last certificate goes, and past the end nothing is found", Links, 25).with(|twists| {
            let calls = AtomicUsize::new(0);
            twists.inside.push(Box::new(move |ask, site| {
                if ask.what != What::List || ask.owner != Some(0) || ask.caller != Some(0) {
                    return None;
                }
                let all = &site.people[0].certs;
                let is_gone = calls.fetch_add(1, Ordering::Relaxed) >= 3;
                let certs = &all[..all.len() - usize::from(is_gone)];
                let is_past_the_end = ask.page > 0 && ask.page.saturating_mul(ask.limit) >= certs.len();
                Some(if is_past_the_end {
                    problem_reply(404)
                } else {
                    json_reply(200, "application/hal+json", &site.list_of(ask, certs))
                })
            }));
        }),
        at_random(Case::new(Violation, "the first two change places by chance", Links, 11), 1, [0, 1]),
        at_random(Case::new(Violation, "two at the end of the first page change places by chance", Hal, 23), 2, [6, 7]),
        at_random(Case::new(Violation, "the last two change places by chance", Links, 5), 3, [3, 4]),
        at_random(Case::new(Violation, "the first and the last change places by chance", Hal, 23), 4, [0, 22]),
    ]
}
