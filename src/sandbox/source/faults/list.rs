//! Faults of chapter 6, list: what a page says. Which certificates it holds is in `paging`.

use serde_json::{Map, Value, json};

use super::catalogue::Fault;
use crate::sandbox::answer::Answer;
use crate::sandbox::source::behaviour::{Accepts, Call};
use crate::sandbox::source::envelope::{field, item_links, items_mut, metadata_mut, remove_link, set_link};

/// What depends on seeing the subject's certificates.
const ITEMS: &[&str] = &["URL", "HTTP", "ERR", "SEC", "LST", "CRT", "DWN", "OPS"];

pub(super) static FAULTS: &[Fault] = &[
    Fault {
        name: "long-list-is-an-error",
        breaks: &["LST-01"],
        blocks: ITEMS,
        summary: "The list of a citizen with more than a hundred certificates answers 500.",
        apply: |behaviour| {
            behaviour.edits.answer.push(|context, answer| {
                if context.call == Call::List && answer.status == 200 && total(answer) > 100 {
                    *answer = Answer::json(
                        500,
                        "application/problem+json",
                        &json!({ "type": "about:blank", "title": "Internal error", "status": 500 }),
                    );
                }
            });
        },
    },
    Fault {
        name: "long-list-is-not-found",
        breaks: &["LST-01"],
        blocks: ITEMS,
        summary: "The list of a citizen with more than a hundred certificates answers 404.",
        apply: |behaviour| {
            behaviour.edits.answer.push(|context, answer| {
                if context.call == Call::List && answer.status == 200 && total(answer) > 100 {
                    *answer = Answer::json(
                        404,
                        "application/problem+json",
                        &json!({ "type": "about:blank", "title": "Not found", "status": 404 }),
                    );
                }
            });
        },
    },
    Fault {
        name: "list-is-plain-json-when-json-is-named",
        breaks: &["LST-02"],
        blocks: &[],
        summary: "An Accept that names application/json beside hal+json gets application/json.",
        apply: |behaviour| behaviour.negotiation.list = Accepts::JsonWhenNamed,
    },
    Fault {
        name: "list-is-always-plain-json",
        breaks: &["LST-02", "HTTP-04"],
        blocks: &[],
        summary: "The list is application/json, whatever was asked.",
        apply: |behaviour| behaviour.negotiation.list = Accepts::Json,
    },
    Fault {
        name: "certificates-is-an-object",
        breaks: &["LST-03"],
        blocks: ITEMS,
        summary: "A page with certificates is an object keyed by position; an empty one an array.",
        apply: |behaviour| {
            behaviour.edits.list.push(|_, body| {
                let Some(items) = items_mut(body) else { return };
                let Some(array) = items.as_array().filter(|array| !array.is_empty()) else { return };
                let keyed: Map<_, _> =
                    array.iter().enumerate().map(|(place, item)| (place.to_string(), item.clone())).collect();
                *items = Value::Object(keyed);
            });
        },
    },
    Fault {
        name: "total-pages-is-a-string",
        breaks: &["LST-04"],
        blocks: &["LST-07", "LST-17", "LST-19", "LST-22"],
        summary: "pageMetadata.totalPages is a string of digits.",
        apply: |behaviour| {
            behaviour.edits.list.push(|_, body| {
                if let Some(total) = metadata_mut(body).and_then(|metadata| metadata.get_mut("totalPages")) {
                    *total = json!(total.to_string());
                }
            });
        },
    },
    Fault {
        name: "metadata-without-size",
        breaks: &["LST-04"],
        blocks: &["LST-27"],
        summary: "pageMetadata has no size.",
        apply: |behaviour| {
            behaviour.edits.list.push(|_, body| {
                if let Some(metadata) = metadata_mut(body) {
                    metadata.shift_remove("size");
                }
            });
        },
    },
    Fault {
        name: "metadata-is-called-paging",
        breaks: &["LST-04"],
        blocks: ITEMS,
        summary: "The metadata are called paging, in place of pageMetadata.",
        apply: |behaviour| {
            behaviour.edits.list.push(|_, body| {
                if let Some(body) = body.as_object_mut()
                    && let Some(metadata) = body.shift_remove("pageMetadata")
                {
                    body.insert("paging".to_owned(), metadata);
                }
            });
        },
    },
    Fault {
        name: "list-link-without-href",
        breaks: &["LST-05"],
        blocks: &[],
        summary: "The list has a link help without an href.",
        apply: |behaviour| {
            behaviour.edits.list.push(|_, body| {
                set_link(body, "help", "");
                if let Some(links) = body.get_mut("links").and_then(Value::as_array_mut) {
                    links
                        .iter_mut()
                        .filter(|link| field(link, "rel") == "help")
                        .for_each(|link| *link = json!({ "rel": "help" }));
                }
                if let Some(help) = body.pointer_mut("/_links/help") {
                    *help = json!({ "title": "help" });
                }
            });
        },
    },
    Fault {
        name: "list-without-links",
        breaks: &["LST-05"],
        blocks: &[
            "LST-06", "LST-07", "LST-08", "LST-09", "LST-17", "LST-18", "LST-19", "LST-23", "LST-28", "CRT-09",
            "HTTP-01",
        ],
        summary: "A page with certificates has no links section.",
        apply: |behaviour| {
            behaviour.edits.list.push(|context, body| {
                if context.total > 0
                    && let Some(body) = body.as_object_mut()
                {
                    body.shift_remove("links");
                    body.shift_remove("_links");
                }
            });
        },
    },
    Fault {
        name: "self-states-the-first-page",
        breaks: &["LST-06"],
        blocks: &[],
        summary: "self of every page leads to page 0.",
        apply: |behaviour| {
            behaviour.edits.list.push(|context, body| set_link(body, "self", &context.page_url(context.first_page)));
        },
    },
    Fault {
        name: "next-leads-past-the-end",
        breaks: &["LST-07"],
        blocks: &[],
        summary: "The last page has a next, which leads to an empty page.",
        apply: |behaviour| {
            behaviour.edits.list.push(|context, body| {
                if context.total > 0 && context.page == context.last_page() {
                    set_link(body, "next", &context.page_url(context.page + 1));
                }
            });
        },
    },
    Fault {
        name: "next-of-the-last-page-is-itself",
        breaks: &["LST-07", "LST-18"],
        blocks: &["LST-17", "CRT-09"],
        summary: "The last page has a next, which leads to itself.",
        apply: |behaviour| {
            behaviour.edits.list.push(|context, body| {
                if context.total > 0 && context.page == context.last_page() {
                    set_link(body, "next", &context.page_url(context.page));
                }
            });
        },
    },
    Fault {
        name: "next-is-missing-before-the-last-page",
        breaks: &["LST-07", "LST-18"],
        blocks: &["LST-17", "LST-19", "CRT-09"],
        summary: "The page before the last has no next.",
        apply: |behaviour| {
            behaviour.edits.list.push(|context, body| {
                if context.page + 1 == context.last_page() {
                    remove_link(body, "next");
                }
            });
        },
    },
    Fault {
        name: "list-without-start",
        breaks: &["LST-08"],
        blocks: &[],
        summary: "The list has no start.",
        apply: |behaviour| {
            behaviour.edits.list.push(|_, body| {
                remove_link(body, "start");
                remove_link(body, "first");
            });
        },
    },
    Fault {
        name: "list-without-last",
        breaks: &["LST-08"],
        blocks: &["LST-19"],
        summary: "The list has no last.",
        apply: |behaviour| behaviour.edits.list.push(|_, body| remove_link(body, "last")),
    },
    Fault {
        name: "list-hrefs-are-relative",
        breaks: &["LST-09"],
        blocks: &[],
        summary: "The hrefs of the list are paths without an origin.",
        apply: |behaviour| {
            behaviour.edits.list.push(|_, body| {
                for href in item_links(body) {
                    let path = href.as_str().and_then(|href| href.splitn(4, '/').nth(3)).map(|path| format!("/{path}"));
                    *href = json!(path);
                }
            });
        },
    },
    Fault {
        name: "download-is-on-another-origin",
        breaks: &["LST-09"],
        blocks: &["DWN", "SEC-08", "SEC-09", "SEC-14", "HTTP", "URL", "ERR", "CRT-12"],
        summary: "The documents stand on an origin that nobody declared.",
        apply: |behaviour| {
            behaviour.edits.certificate.push(|_, body| {
                let links = item_links(body);
                let documents =
                    links.into_iter().filter(|href| href.as_str().is_some_and(|href| href.contains("/download")));
                for href in documents {
                    let path = href.as_str().and_then(|href| href.splitn(4, '/').nth(3)).unwrap_or_default();
                    *href = json!(format!("https://documents.sandbox.invalid/{path}"));
                }
            });
        },
    },
];

fn total(answer: &Answer) -> u64 {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    body.pointer("/pageMetadata/totalElements").and_then(Value::as_u64).unwrap_or_default()
}
