//! Faults of a source that breaks down where it should answer, each time: its own errors, not those of a gateway.

use serde_json::json;

use super::catalogue::Fault;
use crate::sandbox::Answer;
use crate::sandbox::source::behaviour::{AnswerContext, Behaviour, Call};

pub(super) static FAULTS: &[Fault] = &[
    Fault {
        name: "downloads-are-not-implemented",
        breaks: &["DWN-01", "HTTP-12"],
        blocks: &["SEC-09", "SEC-14"],
        summary: "Every download that is offered answers 501.",
        apply: |behaviour| {
            break_down(behaviour, |context, answer| {
                if context.call == Call::Download && answer.status == 200 {
                    error(answer, 501);
                }
            });
        },
    },
    Fault {
        name: "every-second-download-breaks-down",
        breaks: &["DWN-01"],
        blocks: &[],
        summary: "The download of every second certificate answers 500.",
        apply: |behaviour| {
            break_down(behaviour, |context, answer| {
                let is_second = context.place.is_some_and(|place| place % 2 == 1);
                if context.call == Call::Download && is_second && answer.status == 200 {
                    error(answer, 500);
                }
            });
        },
    },
    Fault {
        name: "details-are-not-implemented",
        breaks: &["CRT-11", "HTTP-12"],
        blocks: &["CRT-14", "ERR", "SEC-09", "SEC-14"],
        summary: "Every detail answers 501.",
        apply: |behaviour| {
            break_down(behaviour, |context, answer| {
                if context.call == Call::Detail && answer.status == 200 {
                    error(answer, 501);
                }
            });
        },
    },
    Fault {
        name: "one-detail-breaks-down",
        breaks: &["CRT-11"],
        blocks: &[],
        summary: "The detail of the second certificate answers 500.",
        apply: |behaviour| {
            break_down(behaviour, |context, answer| {
                if context.call == Call::Detail && context.place == Some(1) && answer.status == 200 {
                    error(answer, 500);
                }
            });
        },
    },
    Fault {
        name: "empty-list-breaks-down",
        breaks: &["LST-20"],
        blocks: &[],
        summary: "The list of a citizen without certificates answers 500.",
        apply: |behaviour| {
            break_down(behaviour, |context, answer| {
                let body = String::from_utf8_lossy(&answer.body);
                if context.call == Call::List && body.contains("\"totalElements\":0") {
                    error(answer, 500);
                }
            });
        },
    },
    Fault {
        name: "great-limit-breaks-down",
        breaks: &["LST-14"],
        blocks: &[],
        summary: "A limit above the greatest answers 500.",
        apply: |behaviour| {
            break_down(behaviour, |context, answer| {
                let query = context.query.as_deref().unwrap_or_default();
                let limit = query.split('&').find_map(|pair| pair.strip_prefix("limit=")?.parse::<u64>().ok());
                if context.call == Call::List && limit.is_some_and(|limit| limit > 100) && answer.status == 200 {
                    error(answer, 500);
                }
            });
        },
    },
    Fault {
        name: "list-breaks-down-without-accept",
        breaks: &["HTTP-03"],
        blocks: &[],
        summary: "A list that is asked for without Accept answers 500.",
        apply: |behaviour| {
            break_down(behaviour, |context, answer| {
                if context.call == Call::List && context.accept.is_none() && answer.status == 200 {
                    error(answer, 500);
                }
            });
        },
    },
    Fault {
        name: "list-breaks-down-on-a-language",
        breaks: &["HTTP-06"],
        blocks: &[],
        summary: "A list that is asked for with Accept-Language answers 500.",
        apply: |behaviour| {
            break_down(behaviour, |context, answer| {
                if context.call == Call::List && context.accept_language.is_some() && answer.status == 200 {
                    error(answer, 500);
                }
            });
        },
    },
    Fault {
        name: "list-breaks-down-without-ids",
        breaks: &["HTTP-14"],
        blocks: &[],
        summary: "A list that is asked for without x-request-id and x-correlation-id answers 500.",
        apply: |behaviour| {
            break_down(behaviour, |context, answer| {
                if context.call == Call::List && !context.has_ids && answer.status == 200 {
                    error(answer, 500);
                }
            });
        },
    },
];

fn break_down(behaviour: &mut Behaviour, edit: fn(&AnswerContext, &mut Answer)) {
    behaviour.edits.answer.push(edit);
}

/// The error of a source that broke down, in the form that it gives all its errors.
fn error(answer: &mut Answer, status: u16) {
    let body = json!({
        "type": "urn:problem-type:sandbox:broken-down", "title": "It broke down", "status": status,
        "detail": "Something went wrong.", "instance": "/v1/certificates",
    });
    answer.status = status;
    answer.unset("content-disposition");
    answer.set("content-type", "application/problem+json");
    answer.body = body.to_string().into_bytes();
}
