//! Faults of chapter 6, list: which certificates a page holds, and how the pages hang together.

use serde_json::{Value, json};

use super::catalogue::Fault;
use crate::sandbox::source::behaviour::{AboveMax, EmptyList, PastEnd};
use crate::sandbox::source::envelope::{metadata_mut, remove_link, set_link};

pub(super) static FAULTS: &[Fault] = &[
    Fault {
        name: "page-counts-from-one",
        breaks: &["LST-10", "LST-11"],
        blocks: &["LST-06", "LST-07", "LST-17", "LST-18", "LST-19", "LST-22", "LST-24", "LST-27", "CRT-09"],
        summary: "page=1 is the first page, as page=0 is.",
        apply: |behaviour| behaviour.paging.first_page = 1,
    },
    Fault {
        name: "page-one-is-the-first-page-again",
        breaks: &["LST-10"],
        blocks: &["LST-06", "LST-07", "LST-17", "LST-18", "LST-19", "LST-22", "LST-24", "LST-27", "CRT-09"],
        summary: "page=1 is the first page, as page=0 is, while number goes on with the URL.",
        apply: |behaviour| {
            behaviour.paging.first_page = 1;
            behaviour.paging.number_follows_position = false;
        },
    },
    Fault {
        name: "number-counts-from-zero",
        breaks: &["LST-11"],
        blocks: &[],
        summary: "pageMetadata.number is the page of the URL.",
        apply: |behaviour| {
            behaviour.edits.list.push(|context, body| {
                state(body, "number", context.page);
            });
        },
    },
    Fault {
        name: "languages-are-kept-on-one-page",
        breaks: &["LST-12"],
        blocks: &[],
        summary: "A page grows beyond its limit where an id goes on in another language.",
        apply: |behaviour| behaviour.paging.keeps_languages_together = true,
    },
    Fault {
        name: "a-page-has-at-least-five",
        breaks: &["LST-12", "LST-13"],
        blocks: &[],
        summary: "A limit below five gives five.",
        apply: |behaviour| behaviour.paging.min_limit = 5,
    },
    Fault {
        name: "limit-is-ignored",
        breaks: &["LST-12", "LST-13"],
        blocks: &[],
        summary: "Every page has ten certificates, whatever limit was asked.",
        apply: |behaviour| behaviour.paging.honours_limit = false,
    },
    Fault {
        name: "limit-is-at-most-fifty",
        breaks: &["LST-13"],
        blocks: &[],
        summary: "A limit between 50 and 100 gives 50.",
        apply: |behaviour| behaviour.paging.longest_page = 50,
    },
    Fault {
        name: "limit-above-100-is-an-error",
        breaks: &["LST-14"],
        blocks: &[],
        summary: "A limit above 100 answers 400.",
        apply: |behaviour| behaviour.paging.above_max = AboveMax::Refuse,
    },
    Fault {
        name: "limit-has-no-maximum",
        breaks: &["LST-14"],
        blocks: &[],
        summary: "A limit above 100 gives more than 100 certificates.",
        apply: |behaviour| behaviour.paging.above_max = AboveMax::Honour,
    },
    Fault {
        name: "page-without-limit-is-refused",
        breaks: &["LST-15"],
        blocks: &[],
        summary: "A page without a limit answers 400.",
        apply: |behaviour| behaviour.paging.page_needs_limit = true,
    },
    Fault {
        name: "default-limit-is-twenty",
        breaks: &["LST-16"],
        blocks: &[],
        summary: "Without a limit a page has twenty certificates.",
        apply: |behaviour| behaviour.paging.default_limit = 20,
    },
    Fault {
        name: "total-counts-ids-not-languages",
        breaks: &["LST-17"],
        blocks: &["LST-22", "LST-27"],
        summary: "totalElements counts an id once, in however many languages it stands in the list.",
        apply: |behaviour| {
            behaviour.edits.list.push(|context, body| {
                state(body, "totalElements", context.ids);
            });
        },
    },
    Fault {
        name: "total-is-the-page-length",
        breaks: &["LST-17"],
        blocks: &["LST", "CRT-09"],
        summary: "totalElements is the number of certificates on the page.",
        apply: |behaviour| {
            behaviour.edits.list.push(|context, body| {
                state(body, "totalElements", context.length);
            });
        },
    },
    Fault {
        name: "next-is-always-page-one",
        breaks: &["LST-18"],
        blocks: &["LST-17", "LST-19", "CRT-09"],
        summary: "next of every page but the last leads to page=1.",
        apply: |behaviour| {
            behaviour.edits.list.push(|context, body| {
                if context.page < context.last_page() {
                    set_link(body, "next", &context.page_url(1));
                }
            });
        },
    },
    Fault {
        name: "next-skips-a-page",
        breaks: &["LST-18"],
        blocks: &["LST-17", "CRT-09"],
        summary: "next of the second page leads to the fourth.",
        apply: |behaviour| {
            behaviour.edits.list.push(|context, body| {
                if context.page == 1 && context.last_page() > 2 {
                    set_link(body, "next", &context.page_url(3));
                }
            });
        },
    },
    Fault {
        name: "last-leads-past-the-end",
        breaks: &["LST-19"],
        blocks: &[],
        summary: "last states the number of pages, one more than the last page.",
        apply: |behaviour| {
            behaviour.edits.list.push(|context, body| {
                if context.total > 0 {
                    set_link(body, "last", &context.page_url(context.last_page() + 1));
                }
            });
        },
    },
    Fault {
        name: "last-is-one-page-early",
        breaks: &["LST-19"],
        blocks: &[],
        summary: "last leads to the page before the last.",
        apply: |behaviour| {
            behaviour.edits.list.push(|context, body| {
                if context.pages > 1 {
                    set_link(body, "last", &context.page_url(context.last_page() - 1));
                }
            });
        },
    },
    Fault {
        name: "no-certificates-is-not-found",
        breaks: &["LST-20"],
        blocks: &["LST-21"],
        summary: "The list of a citizen without certificates answers 404.",
        apply: |behaviour| behaviour.paging.empty = EmptyList::NotFound,
    },
    Fault {
        name: "no-certificates-is-no-content",
        breaks: &["LST-20", "HTTP-12"],
        blocks: &["LST-21"],
        summary: "The list of a citizen without certificates answers 204.",
        apply: |behaviour| behaviour.paging.empty = EmptyList::NoContent,
    },
    Fault {
        name: "empty-list-without-self",
        breaks: &["LST-21"],
        blocks: &[],
        summary: "The list of a citizen without certificates has no self.",
        apply: |behaviour| {
            behaviour.edits.list.push(|context, body| {
                if context.total == 0 {
                    remove_link(body, "self");
                }
            });
        },
    },
    Fault {
        name: "page-past-the-end-repeats-the-last",
        breaks: &["LST-22"],
        blocks: &[],
        summary: "A page past the end gives the last page again.",
        apply: |behaviour| behaviour.paging.past_end = PastEnd::Last,
    },
    Fault {
        name: "page-past-the-end-is-an-error",
        breaks: &["LST-22"],
        blocks: &[],
        summary: "A page past the end answers 500.",
        apply: |behaviour| behaviour.paging.past_end = PastEnd::Error,
    },
    Fault {
        name: "pages-without-a-way-back",
        breaks: &["LST-23"],
        blocks: &[],
        summary: "No page links to the one before it.",
        apply: |behaviour| behaviour.paging.links_back = false,
    },
    Fault {
        name: "order-changes-between-calls",
        breaks: &["LST-24"],
        blocks: &["CRT-09"],
        summary: "Asked again, a page has its certificates in another order.",
        apply: |behaviour| behaviour.paging.reverses_repeats = true,
    },
    Fault {
        name: "size-is-the-page-length",
        breaks: &["LST-27"],
        blocks: &[],
        summary: "pageMetadata.size is the number of certificates on the page.",
        apply: |behaviour| {
            behaviour.edits.list.push(|context, body| {
                state(body, "size", context.length);
            });
        },
    },
    Fault {
        name: "size-is-always-ten",
        breaks: &["LST-27"],
        blocks: &[],
        summary: "pageMetadata.size is the default limit, whatever limit is in force.",
        apply: |behaviour| {
            behaviour.edits.list.push(|_, body| {
                state(body, "size", 10);
            });
        },
    },
    Fault {
        name: "next-loses-the-limit",
        breaks: &["LST-28"],
        blocks: &[],
        summary: "next states the page but not the limit.",
        apply: |behaviour| {
            behaviour.edits.list.push(|context, body| {
                if context.page < context.last_page() {
                    set_link(body, "next", &format!("{}?page={}", context.url, context.page + 1));
                }
            });
        },
    },
];

/// States another number in the paging metadata.
fn state(body: &mut Value, name: &str, number: usize) {
    if let Some(metadata) = metadata_mut(body) {
        metadata.insert(name.to_owned(), json!(number));
    }
}
