//! Faults of what is written otherwise: the number of somebody else with dots, behind escapes or in Base64, a part of a
//! token; and what the source's own document says of values that no recording keeps as they are.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::catalogue::Fault;
use crate::base::insz;
use crate::sandbox::answer::{Answer, put};
use crate::sandbox::citizens::{Role, people};
use crate::sandbox::source::behaviour::{AnswerContext, Call, ListContext};
use crate::sandbox::source::vary;

pub(super) static FAULTS: &[Fault] = &[
    Fault {
        name: "list-names-the-citizen-before-with-dots",
        breaks: &["SEC-19"],
        blocks: &[],
        summary: "The list states the number of the citizen before as 85.07.30-999.32.",
        apply: |behaviour| behaviour.edits.list.push(|context, body| names(context, body, dotted)),
    },
    Fault {
        name: "list-names-the-citizen-before-full-width",
        breaks: &["SEC-19"],
        blocks: &[],
        summary: "The list states the number of the citizen before in full-width digits.",
        apply: |behaviour| {
            behaviour.edits.list.push(|context, body| names(context, body, full_width));
        },
    },
    Fault {
        name: "list-names-the-citizen-before-with-spaces-that-do-not-break",
        breaks: &["SEC-19"],
        blocks: &[],
        summary: "The list states the number of the citizen before with no-break spaces and an en dash.",
        apply: |behaviour| {
            behaviour.edits.list.push(|context, body| {
                names(context, body, |number| dotted(number).replace('.', "\u{a0}").replace('-', "\u{2013}"));
            });
        },
    },
    Fault {
        name: "list-names-the-citizen-before-split-by-nothing",
        breaks: &["SEC-19"],
        blocks: &[],
        summary: "The list states the number of the citizen before with a zero-width space after each digit.",
        apply: |behaviour| {
            behaviour.edits.list.push(|context, body| {
                names(context, body, |number| number.chars().flat_map(|digit| [digit, '\u{200b}']).collect());
            });
        },
    },
    Fault {
        name: "detail-names-another-citizen-in-base64",
        breaks: &["SEC-19"],
        blocks: &[],
        summary: "A detail holds a cursor in Base64 in which the number of another citizen stands.",
        apply: |behaviour| {
            behaviour.edits.answer.push(|context, answer| {
                if is_good(context, answer, Call::Detail) {
                    let cursor = STANDARD.encode(json!({ "after": 7, "insz": dotted(&other()) }).to_string());
                    answer.edit_json(|body| put(body, "cursor", json!(cursor)));
                }
            });
        },
    },
    Fault {
        name: "list-names-another-citizen-in-a-header",
        breaks: &["SEC-19"],
        blocks: &[],
        summary: "A header of the list holds the number of another citizen, percent-encoded.",
        apply: |behaviour| {
            behaviour.edits.answer.push(|context, answer| {
                if is_good(context, answer, Call::List) {
                    let number = dotted(&other()).replace('.', "%2E").replace('-', "%2D").replace('9', "%39");
                    answer.set("x-last-subject", &number);
                }
            });
        },
    },
    Fault {
        name: "error-names-another-citizen-in-entities",
        breaks: &["ERR-13", "SEC-19"],
        blocks: &[],
        summary: "The detail of a bad request for a list names another citizen, each character as an HTML entity.",
        apply: |behaviour| {
            behaviour.edits.answer.push(|context, answer| {
                if answer.status == 400 && context.call == Call::List {
                    let entity = |c: char| format!("&#{};", u32::from(c)).into_bytes();
                    let entities: String = dotted(&other()).chars().flat_map(entity).map(char::from).collect();
                    answer.edit_json(|body| put(body, "detail", json!(format!("As asked before for {entities}."))));
                }
            });
        },
    },
    Fault {
        name: "error-names-another-citizen-in-a-header",
        breaks: &["ERR-13", "SEC-19"],
        blocks: &[],
        summary: "A header of every bad request for a list holds the number of another citizen in Base64.",
        apply: |behaviour| {
            behaviour.edits.answer.push(|context, answer| {
                if answer.status == 400 && context.call == Call::List {
                    answer.set("x-subject", &STANDARD.encode(other()));
                }
            });
        },
    },
    Fault {
        name: "file-name-has-a-number-with-spaces",
        breaks: &["DWN-05"],
        blocks: &[],
        summary: "The file name of a document holds the national number of the citizen as 85.07.30 999 32.",
        apply: |behaviour| {
            behaviour.number_in_certificate_url = true;
            behaviour.edits.answer.push(|context, answer| {
                if is_good(context, answer, Call::Download) {
                    let number = dotted(context.insz.as_deref().unwrap_or_default());
                    let number = number.replacen('-', " ", 1);
                    answer.set("content-disposition", &format!("attachment; filename=\"attest {number}.pdf\""));
                }
            });
        },
    },
    Fault {
        name: "list-repeats-half-of-the-token",
        breaks: &["SEC-17"],
        blocks: &[],
        summary: "The list holds the first half of the token that it was sent.",
        apply: |behaviour| {
            behaviour.edits.answer.push(|context, answer| {
                if let Some(token) = token(context).filter(|_| is_good(context, answer, Call::List)) {
                    let half = token.get(..token.len() / 2).unwrap_or_default().to_owned();
                    answer.edit_json(|body| put(body, "session", json!(format!("{half}…"))));
                }
            });
        },
    },
    Fault {
        name: "detail-repeats-the-token-in-base64",
        breaks: &["SEC-17"],
        blocks: &[],
        summary: "A header of a detail holds the token in Base64, after a word.",
        apply: |behaviour| {
            behaviour.edits.answer.push(|context, answer| {
                if let Some(token) = token(context).filter(|_| is_good(context, answer, Call::Detail)) {
                    answer.set("x-debug", &STANDARD.encode(format!("token={token};")));
                }
            });
        },
    },
    Fault {
        name: "error-repeats-half-of-the-token",
        breaks: &["ERR-13", "SEC-17"],
        blocks: &[],
        summary: "The detail of an error holds half of the token that it was sent, from its middle.",
        apply: |behaviour| {
            behaviour.edits.answer.push(|context, answer| {
                if let Some(token) = token(context).filter(|_| answer.status >= 400) {
                    let quarter = token.len() / 4;
                    let half = token.get(quarter..quarter + token.len() / 2).unwrap_or_default().to_owned();
                    answer.edit_json(|body| put(body, "detail", json!(format!("no grant for {half}"))));
                }
            });
        },
    },
    Fault {
        name: "document-allows-no-number-of-anybody",
        breaks: &["HTTP-20"],
        blocks: &[],
        summary: "A file number has the look of a national number, and the source's own document allows none of those.",
        apply: |behaviour| {
            behaviour.edits.certificate.push(|_, body| put(body, "fileNumber", json!(FILE)));
            behaviour.edits.document.push(|document| {
                describe(document, "fileNumber", &json!({ "pattern": "^[0-9]{6}000[0-9]{2}$" }));
            });
        },
    },
    Fault {
        name: "document-bounds-a-long-text",
        breaks: &["HTTP-20"],
        blocks: &[],
        summary: "A logo in Base64 is longer than the source's own document allows.",
        apply: |behaviour| {
            behaviour.edits.certificate.push(|_, body| put(body, "logo", json!(vary::logo(1))));
            behaviour.edits.document.push(|document| describe(document, "logo", &json!({ "maxLength": 1500 })));
        },
    },
];

/// A number that only looks like that of a citizen: serial 999 is never issued.
const FILE: &str = "90010199992";

/// The list states the number of the citizen before, written so.
fn names(context: &ListContext, body: &mut Value, write: fn(&str) -> String) {
    let number = context.previous_insz.as_ref().unwrap_or(&context.insz);
    put(body, "requestedFor", json!(write(number)));
}

/// The number of the citizen with `role: other`.
fn other() -> String {
    let people = people();
    people.into_iter().find(|person| person.role == Role::Other).map(|person| person.insz).unwrap_or_default()
}

/// A number as people write it.
fn dotted(number: &str) -> String {
    insz::written_forms(number).into_iter().next().unwrap_or_default()
}

/// A number as East Asian keyboards write it.
fn full_width(number: &str) -> String {
    number.chars().filter_map(|digit| char::from_u32(u32::from(digit) + 0xfee0)).collect()
}

fn is_good(context: &AnswerContext, answer: &Answer, call: Call) -> bool {
    context.call == call && answer.status == 200 && context.method == "GET"
}

/// The token that a call presented.
fn token(context: &AnswerContext) -> Option<&str> {
    context.authorization.as_deref()?.strip_prefix("Bearer ").filter(|token| token.len() >= 32)
}

/// Says in the document what a member of a certificate or a page is.
fn describe(document: &mut Value, name: &str, schema: &Value) {
    if let Some(answer) = document.pointer_mut("/components/schemas/Answer") {
        put(answer, "properties", json!({ name: schema }));
    }
}
