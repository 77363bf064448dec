//! Faults of chapter 6, list: what shows only on pages of several lengths, on pages that are not the first, or beside
//! other answers.

use serde_json::{Map, Value, json};

use super::catalogue::Fault;
use crate::sandbox::answer::Answer;
use crate::sandbox::source::behaviour::{AnswerContext, Call, IdLook, OneOff, PastEnd};
use crate::sandbox::source::envelope::{field, item_links, metadata_mut, remove_link, set_link};

/// What stands behind links that nobody can follow.
const BEHIND_LINKS: &[&str] = &["URL", "HTTP", "ERR", "SEC", "LST-17", "LST-18", "LST-19", "LST-29", "CRT", "DWN"];

pub(super) static FAULTS: &[Fault] = &[
    Fault {
        name: "page-is-read-as-the-number-of-a-certificate",
        breaks: &["LST-10"],
        blocks: &["LST-06", "LST-07", "LST-17", "LST-18", "LST-19", "LST-22", "LST-23", "LST-27", "CRT-09"],
        summary: "page=1 begins with the second certificate, whatever the limit.",
        apply: |behaviour| behaviour.paging.page_is_a_certificate = true,
    },
    Fault {
        name: "every-href-states-the-default-limit",
        breaks: &["LST-06", "LST-28"],
        blocks: &[],
        summary: "The links of the list state limit=10, whatever limit was asked.",
        apply: |behaviour| {
            behaviour.edits.list.push(|context, body| {
                let stated = format!("limit={}&", context.limit);
                for href in item_links(body) {
                    *href = json!(href.as_str().unwrap_or_default().replace(&stated, "limit=10&"));
                }
            });
        },
    },
    Fault {
        name: "total-pages-are-counted-in-tens",
        breaks: &["LST-17"],
        blocks: &[],
        summary: "totalPages is a tenth of totalElements, whatever limit was asked.",
        apply: |behaviour| {
            behaviour.edits.list.push(|context, body| {
                if let Some(metadata) = metadata_mut(body) {
                    metadata.insert("totalPages".to_owned(), json!(context.total.div_ceil(10)));
                }
            });
        },
    },
    Fault {
        name: "total-is-wrong-on-the-last-page",
        breaks: &["LST-17"],
        blocks: &[],
        summary: "totalElements of the last page is one too few.",
        apply: |behaviour| {
            behaviour.edits.list.push(|context, body| {
                if context.pages > 1
                    && context.page == context.last_page()
                    && let Some(metadata) = metadata_mut(body)
                {
                    metadata.insert("totalElements".to_owned(), json!(context.total - 1));
                }
            });
        },
    },
    Fault {
        name: "the-greatest-page-holds-one-too-many",
        breaks: &["LST-12"],
        blocks: &[],
        summary: "limit=100 gives 101 certificates.",
        apply: |behaviour| behaviour.paging.one_too_many = OneOff::AtTheGreatest,
    },
    Fault {
        name: "the-second-page-holds-one-too-many",
        breaks: &["LST-12"],
        blocks: &["LST-17", "CRT-09"],
        summary: "The second page holds the first certificate of the third one too.",
        apply: |behaviour| behaviour.paging.one_too_many = OneOff::OnTheSecondPage,
    },
    Fault {
        name: "every-page-holds-one-too-many",
        breaks: &["LST-12"],
        blocks: &["LST-16", "LST-17", "CRT-09"],
        summary: "Every page holds the first certificate of the next one too.",
        apply: |behaviour| behaviour.paging.one_too_many = OneOff::Always,
    },
    Fault {
        name: "the-second-page-lacks-its-last-certificate",
        breaks: &["LST-17"],
        blocks: &[],
        summary: "The last certificate of the second page stands on no page.",
        apply: |behaviour| behaviour.paging.one_too_few = OneOff::OnTheSecondPage,
    },
    Fault {
        name: "every-page-lacks-its-last-certificate",
        breaks: &["LST-17"],
        blocks: &["LST-13", "LST-16"],
        summary: "The last certificate of every page but the last stands on no page.",
        apply: |behaviour| behaviour.paging.one_too_few = OneOff::Always,
    },
    Fault {
        name: "page-past-the-end-repeats-the-last-ten",
        breaks: &["LST-22"],
        blocks: &[],
        summary: "A page past the end gives the last ten certificates again.",
        apply: |behaviour| behaviour.paging.past_end = PastEnd::LastTen,
    },
    Fault {
        name: "page-past-the-end-repeats-the-first",
        breaks: &["LST-22"],
        blocks: &[],
        summary: "A page past the end gives the first page again.",
        apply: |behaviour| behaviour.paging.past_end = PastEnd::First,
    },
    Fault {
        name: "page-past-the-end-gives-everything",
        breaks: &["LST-22"],
        blocks: &[],
        summary: "A page past the end gives every certificate.",
        apply: |behaviour| behaviour.paging.past_end = PastEnd::Everything,
    },
    Fault {
        name: "next-is-missing-at-the-greatest-limit",
        breaks: &["LST-07"],
        blocks: &[],
        summary: "With limit=100 the first page has no next, though a second one follows.",
        apply: |behaviour| {
            behaviour.edits.list.push(|context, body| {
                if context.limit == 100 {
                    remove_link(body, "next");
                }
            });
        },
    },
    Fault {
        name: "links-is-an-object-of-strings",
        breaks: &["LST-05"],
        blocks: &[
            "LST-06", "LST-07", "LST-08", "LST-17", "LST-18", "LST-19", "LST-21", "LST-23", "LST-28", "LST-29",
            "LST-30", "CRT-09", "HTTP-01",
        ],
        summary: "The links of a page are an object whose members are the hrefs themselves.",
        apply: |behaviour| behaviour.edits.list.push(|_, body| links_as_strings(body)),
    },
    Fault {
        name: "self-of-the-list-is-null",
        breaks: &["LST-05"],
        blocks: &["LST-06", "LST-21"],
        summary: "The link self of every page has the href null.",
        apply: |behaviour| {
            behaviour.edits.list.push(|_, body| {
                set_link(body, "self", "");
                if let Some(link) = body.pointer_mut("/_links/self/href") {
                    *link = Value::Null;
                }
                let links = body.get_mut("links").and_then(Value::as_array_mut);
                for link in links.into_iter().flatten().filter(|link| field(link, "rel") == "self") {
                    *link = json!({ "rel": "self", "href": null });
                }
            });
        },
    },
    Fault {
        name: "an-empty-list-is-plain-json",
        breaks: &["LST-02"],
        blocks: &[],
        summary: "The list of a citizen without certificates is application/json.",
        apply: |behaviour| behaviour.edits.answer.push(|context, answer| plain(context, answer, |total| total == 0)),
    },
    Fault {
        name: "a-short-list-is-plain-json",
        breaks: &["LST-02"],
        blocks: &[],
        summary: "A list of less than a hundred certificates is application/json: that of the other citizen.",
        apply: |behaviour| {
            behaviour.edits.answer.push(|context, answer| plain(context, answer, |total| (1..100).contains(&total)));
        },
    },
    Fault {
        name: "start-is-the-page-itself",
        breaks: &["LST-29"],
        blocks: &[],
        summary: "start of every page leads to that page.",
        apply: |behaviour| {
            behaviour.edits.list.push(|context, body| set_link(body, "start", &context.page_url(context.page)));
        },
    },
    Fault {
        name: "start-leads-to-page-one",
        breaks: &["LST-29"],
        blocks: &[],
        summary: "start leads to page=1, as if pages were counted from 1.",
        apply: |behaviour| {
            behaviour.edits.list.push(|context, body| {
                if context.total > 0 {
                    set_link(body, "start", &context.page_url(context.first_page + 1));
                }
            });
        },
    },
    Fault {
        name: "links-lack-the-port",
        breaks: &["LST-09"],
        blocks: BEHIND_LINKS,
        summary: "Every link lacks the port of the source.",
        apply: |behaviour| {
            behaviour.edits.list.push(|_, body| every_href(body, without_port));
            behaviour.edits.certificate.push(|_, body| every_href(body, without_port));
        },
    },
    Fault {
        name: "links-lead-to-an-internal-host",
        breaks: &["LST-09"],
        blocks: BEHIND_LINKS,
        summary: "Every link leads to a host behind the gateway.",
        apply: |behaviour| {
            behaviour.edits.list.push(|_, body| every_href(body, within));
            behaviour.edits.certificate.push(|_, body| every_href(body, within));
        },
    },
    Fault {
        name: "links-follow-the-host-header",
        breaks: &["LST-30"],
        blocks: &[],
        summary: "Links lead to whatever host the Host header of the request names.",
        apply: |behaviour| behaviour.edits.answer.push(follow_host),
    },
    Fault {
        name: "ids-are-numbers-beyond-64-bits",
        breaks: &["CRT-02"],
        blocks: &[],
        summary: "Ids are numbers that no 64 bits can hold.",
        apply: |behaviour| {
            behaviour.id_look = IdLook::Beyond;
            behaviour.edits.answer.push(|context, answer| {
                if matches!(context.call, Call::List | Call::Detail) {
                    answer.body = without_quotes(&answer.body);
                }
            });
        },
    },
];

fn links_as_strings(body: &mut Value) {
    let strings = |links: &Value| -> Map<String, Value> {
        let pair = |(rel, link): (&str, &Value)| (rel.to_owned(), field(link, "href").clone());
        match links {
            Value::Array(links) => {
                links.iter().map(|link| pair((field(link, "rel").as_str().unwrap_or_default(), link))).collect()
            }
            Value::Object(links) => links.iter().map(|(rel, link)| pair((rel, link))).collect(),
            _ => Map::new(),
        }
    };
    for name in ["links", "_links"] {
        if let Some(links) = body.get_mut(name) {
            *links = Value::Object(strings(links));
        }
    }
}

/// Gives a list another media type, by the number of certificates that it says to have.
fn plain(context: &AnswerContext, answer: &mut Answer, which: fn(u64) -> bool) {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let total = body.pointer("/pageMetadata/totalElements").and_then(Value::as_u64);
    if context.call == Call::List && answer.status == 200 && total.is_some_and(which) {
        answer.set("content-type", "application/json");
    }
}

fn every_href(body: &mut Value, change: fn(&str) -> String) {
    for href in item_links(body) {
        *href = json!(change(href.as_str().unwrap_or_default()));
    }
}

/// Scheme, authority and the rest of a URL.
fn parts(url: &str) -> Option<(&str, &str, &str)> {
    let (scheme, rest) = url.split_once("://")?;
    let at = rest.find('/').unwrap_or(rest.len());
    Some((scheme, rest.get(..at)?, rest.get(at..)?))
}

fn without_port(href: &str) -> String {
    let Some((scheme, authority, rest)) = parts(href) else { return href.to_owned() };
    let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
    format!("{scheme}://{host}{rest}")
}

fn within(href: &str) -> String {
    parts(href).map_or_else(|| href.to_owned(), |(_, _, rest)| format!("https://app-7.sandbox.invalid{rest}"))
}

/// Puts the host that the call named in place of that of the first link.
fn follow_host(context: &AnswerContext, answer: &mut Answer) {
    let (Some(host), Ok(text)) = (&context.host, std::str::from_utf8(&answer.body)) else { return };
    let origin = text.find("\"http").and_then(|at| parts(text.get(at + 1..)?));
    if let Some((scheme, authority, _)) = origin.filter(|_| context.call == Call::List && answer.status == 200) {
        answer.body = text.replace(&format!("{scheme}://{authority}"), &format!("{scheme}://{host}")).into_bytes();
    }
}

/// Ids of digits alone, as numbers.
fn without_quotes(body: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(body);
    let mut pieces = text.split("\"id\":\"");
    let mut written = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (id, rest) = piece.split_once('"').unwrap_or((piece, ""));
        written.push_str(&format!("\"id\":{id}{rest}"));
    }
    written.into_bytes()
}
