//! More faults of chapter 4, access: doors of which one alone is open, data in other shapes, tokens that are compared
//! carelessly, and answers that refuse nothing and give nothing away.

use serde_json::{Value, json};

use super::catalogue::Fault;
use crate::sandbox::answer::Answer;
use crate::sandbox::answer::put;
use crate::sandbox::citizens::{Born, national_number};
use crate::sandbox::source::behaviour::{AnswerContext, Behaviour, Call, Compares};
use crate::sandbox::source::envelope::field;

pub(super) static FAULTS: &[Fault] = &[
    Fault {
        name: "others-certificates-in-a-bare-array",
        breaks: &["HTTP-20", "SEC-08"],
        blocks: &["SEC-13"],
        summary: "Another citizen's certificates come as an array without an envelope.",
        apply: |behaviour| list_of_others(behaviour, |answer| answer.edit_json(|body| *body = items(body))),
    },
    Fault {
        name: "refusal-carries-the-certificates",
        breaks: &["SEC-08"],
        blocks: &["SEC-13"],
        summary: "The refusal of another citizen's list holds that list as `data`.",
        apply: |behaviour| {
            list_of_others(behaviour, |answer| {
                let mut data = Value::Null;
                answer.edit_json(|body| data = body.take());
                forbid(answer);
                answer.edit_json(|body| put(body, "data", data));
            });
        },
    },
    Fault {
        name: "others-certificates-under-other-names",
        breaks: &["SEC-08"],
        blocks: &["SEC-13"],
        summary: "Another citizen's certificates come with members of other names and without links.",
        apply: |behaviour| {
            list_of_others(behaviour, |answer| {
                answer.edit_json(|body| {
                    let renamed =
                        |item: &Value| json!({ "nummer": field(item, "id"), "omschrijving": field(item, "name") });
                    let all = items(body).as_array().map(|all| all.iter().map(renamed).collect::<Vec<_>>());
                    *body = json!({ "attesten": all });
                });
            });
        },
    },
    Fault {
        name: "refusal-links-to-the-certificates",
        breaks: &["SEC-08"],
        blocks: &["SEC-13"],
        summary: "The refusal of another citizen's list names the certificates in a Link header.",
        apply: |behaviour| {
            list_of_others(behaviour, |answer| {
                let mut ids = Vec::new();
                answer.edit_json(|body| {
                    let all = items(body);
                    let texts = all.as_array().into_iter().flatten().filter_map(|item| field(item, "id").as_str());
                    ids = texts.map(|id| format!("<attest/{id}>; rel=item")).collect();
                });
                forbid(answer);
                answer.set("link", &ids.join(", "));
            });
        },
    },
    Fault {
        name: "last-certificate-of-another-citizen-is-shown",
        breaks: &["SEC-08"],
        blocks: &[],
        summary: "Of another citizen's certificates the last one opens.",
        apply: |behaviour| certificates_of_others(behaviour, |context| context.is_last),
    },
    Fault {
        name: "certificate-of-another-citizen-is-shown-in-french",
        breaks: &["SEC-08"],
        blocks: &[],
        summary: "Of another citizen's certificates those in French open.",
        apply: |behaviour| certificates_of_others(behaviour, is_french),
    },
    Fault {
        name: "later-page-of-another-citizen-is-shown",
        breaks: &["SEC-08"],
        blocks: &[],
        summary: "The number is compared with the token on the first page only.",
        apply: |behaviour| {
            list_of_others(behaviour, |_| {});
            closed_unless(behaviour, |context| has_query(context, "page=1"));
        },
    },
    Fault {
        name: "list-of-another-citizen-is-shown-without-query",
        breaks: &["SEC-08"],
        blocks: &[],
        summary: "The number is compared with the token where the call has a query only.",
        apply: |behaviour| {
            list_of_others(behaviour, |_| {});
            closed_unless(behaviour, |context| context.query.is_none());
        },
    },
    Fault {
        name: "french-detail-is-found-by-id-alone",
        breaks: &["SEC-09"],
        blocks: &[],
        summary: "Anybody's certificate in French is shown under one's own number.",
        apply: |behaviour| {
            behaviour.access.detail.own_certificates = false;
            closed_unless(behaviour, is_french);
        },
    },
    Fault {
        name: "list-compares-all-but-the-end-of-a-token",
        breaks: &["SEC-03"],
        blocks: &[],
        summary: "The list accepts a token whose last character is another one.",
        apply: |behaviour| behaviour.access.list.compares = Compares::ButForItsEnd,
    },
    Fault {
        name: "list-accepts-the-beginning-of-a-token",
        breaks: &["SEC-03"],
        blocks: &[],
        summary: "The list accepts a token that was cut.",
        apply: |behaviour| behaviour.access.list.compares = Compares::Beginning,
    },
    Fault {
        name: "list-ignores-what-follows-a-token",
        breaks: &["SEC-03"],
        blocks: &[],
        summary: "The list accepts a good token with more characters after it.",
        apply: |behaviour| behaviour.access.list.compares = Compares::Ending,
    },
    Fault {
        name: "list-ignores-the-case-of-a-token",
        breaks: &["SEC-03"],
        blocks: &[],
        summary: "The list compares tokens without regard to case.",
        apply: |behaviour| behaviour.access.list.compares = Compares::AnyCase,
    },
    Fault {
        name: "download-compares-all-but-the-end-of-a-token",
        breaks: &["SEC-14"],
        blocks: &[],
        summary: "The document is given for a token whose last character is another one.",
        apply: |behaviour| behaviour.access.download.compares = Compares::ButForItsEnd,
    },
    Fault {
        name: "list-accepts-bearer-without-a-token",
        breaks: &["SEC-01"],
        blocks: &[],
        summary: "The list opens for the word Bearer alone.",
        apply: |behaviour| behaviour.access.list.demands_more_than_bearer = false,
    },
    Fault {
        name: "list-needs-no-token-without-query",
        breaks: &["SEC-01"],
        blocks: &[],
        summary: "The list needs a token where the call has a query only.",
        apply: |behaviour| {
            behaviour.access.list.demands_token = false;
            behaviour.edits.answer.push(|context, answer| {
                refuse_without_token(context, answer, context.call == Call::List && context.query.is_some());
            });
        },
    },
    Fault {
        name: "later-page-needs-no-token",
        breaks: &["SEC-01"],
        blocks: &[],
        summary: "The first page alone needs a token.",
        apply: |behaviour| {
            behaviour.access.list.demands_token = false;
            behaviour.edits.answer.push(|context, answer| {
                refuse_without_token(context, answer, context.call == Call::List && !has_query(context, "page=1"));
            });
        },
    },
    Fault {
        name: "french-document-needs-no-token",
        breaks: &["SEC-14"],
        blocks: &[],
        summary: "Documents in French are given without an Authorization header.",
        apply: |behaviour| {
            behaviour.access.download.demands_token = false;
            behaviour.edits.answer.push(|context, answer| {
                refuse_without_token(context, answer, context.call == Call::Download && !is_french(context));
            });
        },
    },
    Fault {
        name: "french-detail-needs-no-token",
        breaks: &["SEC-14"],
        blocks: &[],
        summary: "Details in French are given without an Authorization header.",
        apply: |behaviour| {
            behaviour.access.detail.demands_token = false;
            behaviour.edits.answer.push(|context, answer| {
                refuse_without_token(context, answer, context.call == Call::Detail && !is_french(context));
            });
        },
    },
    Fault {
        name: "french-document-of-another-citizen-is-shown",
        breaks: &["SEC-08"],
        blocks: &[],
        summary: "Of another citizen's documents those in French open.",
        apply: |behaviour| {
            behaviour.number_in_certificate_url = true;
            behaviour.access.download.checks_citizen = false;
            closed_unless(behaviour, is_french);
        },
    },
    Fault {
        name: "list-breaks-down-without-a-token",
        breaks: &["SEC-01"],
        blocks: &[],
        summary: "The list answers 500 to a call without Authorization.",
        apply: |behaviour| {
            behaviour.edits.answer.push(|context, answer| {
                if context.call == Call::List && context.authorization.is_none() {
                    break_down(answer);
                }
            });
        },
    },
    Fault {
        name: "wrong-audience-breaks-the-source-down",
        breaks: &["SEC-05"],
        blocks: &[],
        summary: "A token for another audience is answered 500.",
        apply: |behaviour| behaviour.access.refusals.audience = 500,
    },
    Fault {
        name: "another-citizen-breaks-the-source-down",
        breaks: &["SEC-08"],
        blocks: &[],
        summary: "Another citizen's number is answered 500.",
        apply: |behaviour| {
            behaviour.access.refusals.other_citizen = 500;
            behaviour.access.refusals.never_issued = 500;
        },
    },
    Fault {
        name: "list-follows-the-token-alone",
        breaks: &["SEC-18"],
        blocks: &[],
        summary: "Whatever number stands in the path, the list is that of the token's citizen.",
        apply: |behaviour| behaviour.access.list.follows_the_path = false,
    },
    Fault {
        name: "unknown-certificate-is-null",
        breaks: &["ERR-08", "HTTP-20"],
        blocks: &["ERR-15"],
        summary: "A certificate that is not there answers 200 with null.",
        apply: |behaviour| absent_certificates(behaviour, |_| json!(null)),
    },
    Fault {
        name: "unknown-certificate-is-an-empty-object",
        breaks: &["ERR-08", "HTTP-20"],
        blocks: &["ERR-15"],
        summary: "A certificate that is not there answers 200 with an empty object.",
        apply: |behaviour| absent_certificates(behaviour, |_| json!({})),
    },
    Fault {
        name: "unknown-certificate-is-a-problem-with-200",
        breaks: &["HTTP-13", "HTTP-20"],
        blocks: &["ERR-08", "ERR-15"],
        summary: "A certificate that is not there answers 200 with a problem.",
        apply: |behaviour| absent_certificates(behaviour, serde_json::Value::take),
    },
    Fault {
        name: "detail-names-another-citizen",
        breaks: &["SEC-19"],
        blocks: &[],
        summary: "A detail states the number of another citizen, with dots.",
        apply: |behaviour| {
            behaviour.edits.answer.push(|context, answer| {
                if context.call == Call::Detail && answer.status == 200 && is_of_subject(context) {
                    answer.edit_json(|body| put(body, "partner", json!(with_dots(&other()))));
                }
            });
        },
    },
    Fault {
        name: "later-page-names-another-citizen",
        breaks: &["SEC-19"],
        blocks: &[],
        summary: "The pages after the first one state the number of another citizen.",
        apply: |behaviour| {
            behaviour.edits.answer.push(|context, answer| {
                let is_later = has_query(context, "page=1") || has_query(context, "page=2");
                if context.call == Call::List && answer.status == 200 && is_later && is_of_subject(context) {
                    answer.edit_json(|body| put(body, "requestedFor", json!(other())));
                }
            });
        },
    },
    Fault {
        name: "download-header-names-another-citizen",
        breaks: &["SEC-19"],
        blocks: &[],
        summary: "A header of a document states the number of another citizen.",
        apply: |behaviour| {
            behaviour.edits.answer.push(|context, answer| {
                if context.call == Call::Download && answer.status == 200 && is_of_subject(context) {
                    answer.set("x-last-served", &other());
                }
            });
        },
    },
];

/// The list of anybody opens for any citizen's token; what comes of another one's is changed so.
fn list_of_others(behaviour: &mut Behaviour, change: fn(&mut Answer)) {
    behaviour.access.list.checks_citizen = false;
    behaviour.edits.foreign.push(change);
}

/// Detail and document of anybody open for any citizen's token, where this is so.
fn certificates_of_others(behaviour: &mut Behaviour, is_open: fn(&AnswerContext) -> bool) {
    behaviour.number_in_certificate_url = true;
    behaviour.access.detail.checks_citizen = false;
    behaviour.access.download.checks_citizen = false;
    closed_unless(behaviour, is_open);
}

fn closed_unless(behaviour: &mut Behaviour, is_open: fn(&AnswerContext) -> bool) {
    behaviour.edits.closed_unless.push(is_open);
}

/// What is not there answers 200, with this in place of the problem.
fn absent_certificates(behaviour: &mut Behaviour, body: fn(&mut Value) -> Value) {
    behaviour.edits.absent.push(body);
}

fn items(body: &Value) -> Value {
    let all = body.pointer("/certificates").or_else(|| body.pointer("/_embedded/certificates"));
    all.cloned().unwrap_or_else(|| json!([]))
}

/// A refusal in place of whatever it was.
fn forbid(answer: &mut Answer) {
    let problem = json!({ "type": "urn:problem-type:sandbox:forbidden", "title": "Forbidden", "status": 403 });
    *answer = Answer { status: 403, headers: answer.headers.clone(), body: problem.to_string().into_bytes() };
    answer.set("content-type", "application/problem+json");
}

/// Whether it is about a certificate in French.
fn is_french(context: &AnswerContext) -> bool {
    context.language.as_deref() == Some("fr")
}

/// A refusal of a call without `Authorization`, where `closed`.
fn refuse_without_token(context: &AnswerContext, answer: &mut Answer, closed: bool) {
    if context.authorization.is_some() || !closed || answer.status != 200 {
        return;
    }
    let problem = json!({ "type": "urn:problem-type:sandbox:unauthorized", "title": "Unauthorized", "status": 401 });
    *answer = Answer { status: 401, headers: answer.headers.clone(), body: problem.to_string().into_bytes() };
    answer.set("content-type", "application/problem+json");
    answer.set("www-authenticate", "Bearer");
}

fn break_down(answer: &mut Answer) {
    let problem =
        json!({ "type": "urn:problem-type:sandbox:internal-error", "title": "Internal error", "status": 500 });
    *answer = Answer { status: 500, headers: answer.headers.clone(), body: problem.to_string().into_bytes() };
    answer.unset("www-authenticate");
    answer.set("content-type", "application/problem+json");
}

/// Whether the query has this parameter with this value.
fn has_query(context: &AnswerContext, pair: &str) -> bool {
    context.query.as_deref().is_some_and(|query| query.split('&').any(|one| one == pair))
}

/// The number of the other citizen.
fn other() -> String {
    national_number("040312999", Born::From2000).unwrap_or_default()
}

fn with_dots(number: &str) -> String {
    let part = |from: usize, to: usize| number.get(from..to).unwrap_or_default();
    format!("{}.{}.{}-{}.{}", part(0, 2), part(2, 4), part(4, 6), part(6, 9), part(9, 11))
}

/// Whether a call was about another citizen than the other one.
fn is_of_subject(context: &AnswerContext) -> bool {
    context.insz.as_deref().is_some_and(|insz| insz != other())
}
