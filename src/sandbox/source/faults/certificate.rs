//! Faults of chapter 7, certificate.

use serde_json::{Value, json};

use super::catalogue::Fault;
use crate::sandbox::answer::Answer;
use crate::sandbox::answer::put;
use crate::sandbox::source::behaviour::{Accepts, Call, IdLook, KeyIn};
use crate::sandbox::source::envelope::{field, remove_link, set_link};

/// The place of the certificate that is wrong where only one is: on the first page, but not first.
const ODD: usize = 2;

pub(super) static FAULTS: &[Fault] = &[
    Fault {
        name: "one-certificate-without-id",
        breaks: &["CRT-01"],
        blocks: &[],
        summary: "One certificate has no id.",
        apply: |behaviour| {
            behaviour.edits.certificate.push(|context, body| {
                if context.place == ODD {
                    remove(body, "id");
                }
            });
        },
    },
    Fault {
        name: "one-certificate-with-an-empty-id",
        breaks: &["CRT-01"],
        blocks: &[],
        summary: "The id of one certificate is an empty string.",
        apply: |behaviour| {
            behaviour.edits.certificate.push(|context, body| {
                if context.place == ODD {
                    put(body, "id", json!(""));
                }
            });
        },
    },
    Fault {
        name: "id-is-a-number",
        breaks: &["CRT-02"],
        blocks: &[],
        summary: "The id is a JSON number.",
        apply: |behaviour| {
            behaviour.id_look = IdLook::Number;
            behaviour.id_is_number = true;
        },
    },
    Fault {
        name: "one-certificate-without-language",
        breaks: &["CRT-03"],
        blocks: &[],
        summary: "One certificate has no language.",
        apply: |behaviour| {
            behaviour.edits.certificate.push(|context, body| {
                if context.place == ODD {
                    remove(body, "language");
                }
            });
        },
    },
    Fault {
        name: "one-certificate-in-spanish",
        breaks: &["CRT-03"],
        blocks: &[],
        summary: "One certificate is in a language beside the four.",
        apply: |behaviour| behaviour.odd_language = Some("es"),
    },
    Fault {
        name: "one-language-in-capitals",
        breaks: &["CRT-03"],
        blocks: &[],
        summary: "The language of one certificate is written in capitals, in its URL too.",
        apply: |behaviour| behaviour.odd_language = Some("NL"),
    },
    Fault {
        name: "certificates-without-name",
        breaks: &["CRT-04"],
        blocks: &[],
        summary: "Certificates have no name.",
        apply: |behaviour| behaviour.edits.certificate.push(|_, body| remove(body, "name")),
    },
    Fault {
        name: "one-name-is-empty",
        breaks: &["CRT-04"],
        blocks: &[],
        summary: "The name of one certificate is an empty string.",
        apply: |behaviour| {
            behaviour.edits.certificate.push(|context, body| {
                if context.place == ODD {
                    put(body, "name", json!(""));
                }
            });
        },
    },
    Fault {
        name: "other-citizen-has-a-certificate-without-name",
        breaks: &["CRT-04"],
        blocks: &[],
        summary: "A certificate of a citizen with few of them has no name.",
        apply: |behaviour| {
            behaviour.edits.list.push(|context, body| {
                let path = ["/certificates/2", "/_embedded/certificates/2"];
                for place in path.iter().filter(|_| context.total == 7) {
                    if let Some(item) = body.pointer_mut(place) {
                        remove(item, "name");
                    }
                }
            });
        },
    },
    Fault {
        name: "year-is-a-string",
        breaks: &["CRT-05"],
        blocks: &[],
        summary: "The year is a string of digits.",
        apply: |behaviour| {
            behaviour.optional_fields = true;
            behaviour.edits.certificate.push(|_, body| put(body, "year", json!(field(body, "year").to_string())));
        },
    },
    Fault {
        name: "year-has-two-digits",
        breaks: &["CRT-05"],
        blocks: &[],
        summary: "The year is written without its century.",
        apply: |behaviour| {
            behaviour.optional_fields = true;
            behaviour
                .edits
                .certificate
                .push(|_, body| put(body, "year", json!(field(body, "year").as_i64().unwrap_or_default() % 100)));
        },
    },
    Fault {
        name: "community-is-a-string",
        breaks: &["CRT-06"],
        blocks: &[],
        summary: "The NIS code is a string of digits.",
        apply: |behaviour| {
            behaviour.optional_fields = true;
            behaviour
                .edits
                .certificate
                .push(|_, body| put(body, "community", json!(field(body, "community").to_string())));
        },
    },
    Fault {
        name: "community-is-a-postal-code",
        breaks: &["CRT-06"],
        blocks: &[],
        summary: "The municipality is named by its postal code, which has four digits.",
        apply: |behaviour| {
            behaviour.optional_fields = true;
            behaviour.edits.certificate.push(|_, body| put(body, "community", json!(9000)));
        },
    },
    Fault {
        name: "one-certificate-without-self",
        breaks: &["CRT-07"],
        blocks: &[],
        summary: "One certificate of the list has no self.",
        apply: |behaviour| {
            behaviour.edits.item.push(|context, body| {
                if context.place == ODD {
                    remove_link(body, "self");
                }
            });
        },
    },
    Fault {
        name: "one-certificate-without-links",
        breaks: &["CRT-07"],
        blocks: &[],
        summary: "One certificate of the list has no links section.",
        apply: |behaviour| {
            behaviour.edits.item.push(|context, body| {
                if context.place == ODD {
                    remove(body, "links");
                    remove(body, "_links");
                }
            });
        },
    },
    Fault {
        name: "certificates-without-download",
        breaks: &["CRT-08"],
        blocks: &["DWN", "SEC-08", "SEC-09", "SEC-14"],
        summary: "No certificate offers its document.",
        apply: |behaviour| behaviour.edits.certificate.push(|_, body| remove_link(body, "download")),
    },
    Fault {
        name: "one-certificate-is-listed-twice",
        breaks: &["CRT-09"],
        blocks: &[],
        summary: "One certificate stands in the list twice, in the same language.",
        apply: |behaviour| behaviour.certificate_twice = true,
    },
    Fault {
        name: "self-leaves-a-single-language-out",
        breaks: &["CRT-10"],
        blocks: &["CRT-14"],
        summary: "self holds the language only where an id exists in more than one.",
        apply: |behaviour| behaviour.language_only_when_needed = true,
    },
    Fault {
        name: "self-holds-a-handle",
        breaks: &["CRT-10"],
        blocks: &["CRT-14", "ERR-08", "ERR-15", "SEC-09"],
        summary: "self holds neither id nor language, but a handle of its own.",
        apply: |behaviour| behaviour.key_in = KeyIn::Handle,
    },
    Fault {
        name: "self-holds-the-key-in-one-word",
        breaks: &["CRT-10"],
        blocks: &["CRT-14", "ERR-08", "ERR-15", "SEC-09"],
        summary: "self holds id and language in one word, without anything to tell them apart.",
        apply: |behaviour| behaviour.key_in = KeyIn::Glued,
    },
    Fault {
        name: "detail-is-plain-json-when-json-is-named",
        breaks: &["CRT-11"],
        blocks: &[],
        summary: "An Accept that names application/json beside hal+json gets a detail as application/json.",
        apply: |behaviour| behaviour.negotiation.detail = Accepts::JsonWhenNamed,
    },
    Fault {
        name: "one-detail-is-an-error",
        breaks: &["CRT-11"],
        blocks: &["HTTP-02"],
        summary: "The self of one certificate answers 500.",
        apply: |behaviour| {
            behaviour.edits.answer.push(|context, answer| {
                if context.call == Call::Detail && context.place == Some(ODD) && answer.status == 200 {
                    *answer = failure();
                }
            });
        },
    },
    Fault {
        name: "detail-has-another-name",
        breaks: &["CRT-12"],
        blocks: &[],
        summary: "The name of a detail is longer than in the list.",
        apply: |behaviour| {
            behaviour.edits.detail.push(|_, body| {
                let name = format!("{} (detail)", field(body, "name").as_str().unwrap_or_default());
                put(body, "name", json!(name));
            });
        },
    },
    Fault {
        name: "list-leaves-the-year-to-the-detail",
        breaks: &["CRT-12"],
        blocks: &["CRT-05"],
        summary: "The year stands in the detail only.",
        apply: |behaviour| {
            behaviour.optional_fields = true;
            behaviour.edits.item.push(|_, body| remove(body, "year"));
        },
    },
    Fault {
        name: "detail-offers-another-document",
        breaks: &["CRT-12"],
        blocks: &[],
        summary: "The download of a detail leads elsewhere than the one in the list.",
        apply: |behaviour| {
            behaviour.edits.detail.push(|context, body| {
                set_link(body, "download", &format!("{}/documents", context.url));
            });
        },
    },
    Fault {
        name: "detail-has-another-year",
        breaks: &["CRT-12"],
        blocks: &[],
        summary: "The year of a detail is one later than in the list.",
        apply: |behaviour| {
            behaviour.optional_fields = true;
            behaviour.edits.detail.push(|_, body| {
                put(body, "year", json!(field(body, "year").as_i64().unwrap_or_default() + 1));
            });
        },
    },
    Fault {
        name: "detail-without-self",
        breaks: &["CRT-13"],
        blocks: &[],
        summary: "A detail has no self.",
        apply: |behaviour| behaviour.edits.detail.push(|_, body| remove_link(body, "self")),
    },
    Fault {
        name: "self-of-a-detail-is-the-list",
        breaks: &["CRT-12", "CRT-13"],
        blocks: &[],
        summary: "The self of a detail leads to the list.",
        apply: |behaviour| behaviour.edits.detail.push(|context, body| set_link(body, "self", &context.list_url)),
    },
    Fault {
        name: "lacking-language-gives-another",
        breaks: &["CRT-14"],
        blocks: &[],
        summary: "A language that a certificate lacks gives the certificate in another one.",
        apply: |behaviour| behaviour.language_falls_back = true,
    },
    Fault {
        name: "lacking-language-is-a-bad-request",
        breaks: &["CRT-14"],
        blocks: &[],
        summary: "A certificate asked in one of the four languages that it lacks answers 400.",
        apply: |behaviour| behaviour.lacking_language = 400,
    },
    Fault {
        name: "certificate-link-without-href",
        breaks: &["CRT-15"],
        blocks: &[],
        summary: "Certificates have a link help without an href.",
        apply: |behaviour| {
            behaviour.edits.certificate.push(|_, body| {
                if let Some(links) = body.get_mut("links").and_then(Value::as_array_mut) {
                    links.push(json!({ "rel": "help" }));
                }
                if let Some(links) = body.get_mut("_links").and_then(Value::as_object_mut) {
                    links.insert("help".to_owned(), json!({ "title": "help" }));
                }
            });
        },
    },
];

pub(super) fn remove(body: &mut Value, name: &str) {
    if let Some(body) = body.as_object_mut() {
        body.shift_remove(name);
    }
}

fn failure() -> Answer {
    let body = json!({ "type": "about:blank", "title": "Internal error", "status": 500 });
    Answer::json(500, "application/problem+json", &body)
}
