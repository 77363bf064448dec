//! Faults of chapter 4, access. Those of SEC-01 to 07 are holes in the list; SEC-14's are the same in detail or download.

use serde_json::json;

use super::catalogue::Fault;
use crate::sandbox::answer::put;
use crate::sandbox::source::behaviour::{Call, OtherScheme};

pub(super) static FAULTS: &[Fault] = &[
    Fault {
        name: "list-needs-no-token",
        breaks: &["SEC-01"],
        blocks: &["SEC-10", "SEC-11"],
        summary: "The list answers without an Authorization header.",
        apply: |behaviour| behaviour.access.list.demands_token = false,
    },
    Fault {
        name: "list-ignores-the-scheme",
        breaks: &["SEC-02"],
        blocks: &[],
        summary: "The list takes the last word of Authorization for the token, whatever scheme stands before it.",
        apply: |behaviour| behaviour.access.list.other_scheme = OtherScheme::LastWord,
    },
    Fault {
        name: "list-lets-basic-in",
        breaks: &["SEC-02"],
        blocks: &[],
        summary: "The list leaves Basic to a gateway that is not there.",
        apply: |behaviour| behaviour.access.list.other_scheme = OtherScheme::AdmitBasic,
    },
    Fault {
        name: "list-believes-a-jwt",
        breaks: &["SEC-03"],
        blocks: &[],
        summary: "The list believes any token that is a JWT, signed or not.",
        apply: |behaviour| behaviour.access.list.distrusts_jwt = false,
    },
    Fault {
        name: "list-caches-by-the-start-of-a-token",
        breaks: &["SEC-03"],
        blocks: &[],
        summary: "The list remembers introspection by the first twelve characters of a token.",
        apply: |behaviour| behaviour.access.list.whole_token = false,
    },
    Fault {
        name: "list-does-not-read-active",
        breaks: &["SEC-03", "SEC-04"],
        blocks: &[],
        summary: "The list is content that introspection answered, active or not.",
        apply: |behaviour| behaviour.access.list.reads_active = false,
    },
    Fault {
        name: "list-accepts-an-expired-token",
        breaks: &["SEC-04"],
        blocks: &[],
        summary: "The list remembers what introspection said of a token for ever.",
        apply: |behaviour| behaviour.access.list.checks_expiry = false,
    },
    Fault {
        name: "list-ignores-the-audience",
        breaks: &["SEC-05"],
        blocks: &[],
        summary: "The list accepts a token for another audience.",
        apply: |behaviour| behaviour.access.list.checks_audience = false,
    },
    Fault {
        name: "list-needs-no-citizen",
        breaks: &["SEC-06"],
        blocks: &[],
        summary: "The list accepts a token of a client without a citizen.",
        apply: |behaviour| behaviour.access.list.demands_citizen = false,
    },
    Fault {
        name: "list-ignores-the-scope",
        breaks: &["SEC-07"],
        blocks: &[],
        summary: "The list accepts a token without its scope.",
        apply: |behaviour| behaviour.access.list.checks_scope = false,
    },
    Fault {
        name: "list-of-another-citizen-is-shown",
        breaks: &["SEC-08"],
        blocks: &["SEC-13"],
        summary: "The list does not compare the number in the path with the citizen of the token.",
        apply: |behaviour| behaviour.access.list.checks_citizen = false,
    },
    Fault {
        name: "detail-of-another-citizen-is-shown",
        breaks: &["SEC-08"],
        blocks: &[],
        summary: "The detail does not compare the number in the path with the citizen of the token.",
        apply: |behaviour| {
            behaviour.number_in_certificate_url = true;
            behaviour.access.detail.checks_citizen = false;
        },
    },
    Fault {
        name: "download-of-another-citizen-is-shown",
        breaks: &["SEC-08"],
        blocks: &[],
        summary: "The download does not compare the number in the path with the citizen of the token.",
        apply: |behaviour| {
            behaviour.number_in_certificate_url = true;
            behaviour.access.download.checks_citizen = false;
        },
    },
    Fault {
        name: "detail-is-found-by-id-alone",
        breaks: &["SEC-09"],
        blocks: &[],
        summary: "The detail of anybody's certificate is shown under one's own number.",
        apply: |behaviour| behaviour.access.detail.own_certificates = false,
    },
    Fault {
        name: "download-is-found-by-id-alone",
        breaks: &["SEC-09"],
        blocks: &[],
        summary: "The document of anybody's certificate is given under one's own number.",
        apply: |behaviour| behaviour.access.download.own_certificates = false,
    },
    Fault {
        name: "detail-is-found-by-id-alone-once",
        breaks: &["SEC-09"],
        blocks: &[],
        summary: "The detail of anybody's certificate is shown under one's own number, the first time that it is asked for.",
        apply: |behaviour| {
            behaviour.number_in_certificate_url = true;
            behaviour.access.detail.own_certificates = false;
            behaviour.edits.closed_unless.push(|context| context.repeat == 0);
        },
    },
    Fault {
        name: "unauthorized-without-challenge",
        breaks: &["SEC-10"],
        blocks: &[],
        summary: "401 comes without WWW-Authenticate.",
        apply: |behaviour| behaviour.edits.answer.push(|_, answer| answer.unset("www-authenticate")),
    },
    Fault {
        name: "challenge-is-basic",
        breaks: &["SEC-10"],
        blocks: &[],
        summary: "401 asks for Basic.",
        apply: |behaviour| {
            behaviour.edits.answer.push(|_, answer| {
                if answer.status == 401 {
                    answer.set("www-authenticate", "Basic realm=\"source\"");
                }
            });
        },
    },
    Fault {
        name: "token-in-the-query-is-accepted",
        breaks: &["SEC-11"],
        blocks: &[],
        summary: "The list accepts the token as the query parameter access_token.",
        apply: |behaviour| behaviour.access.list.ignores_query_token = false,
    },
    Fault {
        name: "scheme-is-case-sensitive",
        breaks: &["SEC-12"],
        blocks: &[],
        summary: "bearer in small letters is refused.",
        apply: |behaviour| behaviour.access.list.any_case = false,
    },
    Fault {
        name: "refusal-tells-who-exists",
        breaks: &["SEC-13"],
        blocks: &[],
        summary: "A number that was never issued answers 404, another citizen's 403.",
        apply: |behaviour| {
            behaviour.access.refusals.other_citizen = 403;
            behaviour.access.refusals.never_issued = 404;
        },
    },
    Fault {
        name: "detail-needs-no-token",
        breaks: &["SEC-14"],
        blocks: &[],
        summary: "The detail answers without an Authorization header.",
        apply: |behaviour| behaviour.access.detail.demands_token = false,
    },
    Fault {
        name: "download-needs-no-token",
        breaks: &["SEC-14"],
        blocks: &[],
        summary: "The document is given without an Authorization header.",
        apply: |behaviour| behaviour.access.download.demands_token = false,
    },
    Fault {
        name: "detail-ignores-the-scheme",
        breaks: &["SEC-14"],
        blocks: &[],
        summary: "The detail takes the last word of Authorization for the token.",
        apply: |behaviour| behaviour.access.detail.other_scheme = OtherScheme::LastWord,
    },
    Fault {
        name: "download-believes-a-jwt",
        breaks: &["SEC-14"],
        blocks: &[],
        summary: "The download believes any token that is a JWT, signed or not.",
        apply: |behaviour| behaviour.access.download.distrusts_jwt = false,
    },
    Fault {
        name: "download-accepts-an-expired-token",
        breaks: &["SEC-14"],
        blocks: &[],
        summary: "The download remembers what introspection said of a token for ever.",
        apply: |behaviour| behaviour.access.download.checks_expiry = false,
    },
    Fault {
        name: "detail-ignores-the-audience",
        breaks: &["SEC-14"],
        blocks: &[],
        summary: "The detail accepts a token for another audience.",
        apply: |behaviour| behaviour.access.detail.checks_audience = false,
    },
    Fault {
        name: "download-needs-no-citizen",
        breaks: &["SEC-14"],
        blocks: &[],
        summary: "The download accepts a token of a client without a citizen.",
        apply: |behaviour| behaviour.access.download.demands_citizen = false,
    },
    Fault {
        name: "detail-ignores-the-scope",
        breaks: &["SEC-14"],
        blocks: &[],
        summary: "The detail accepts a token without its scope.",
        apply: |behaviour| behaviour.access.detail.checks_scope = false,
    },
    Fault {
        name: "tokens-are-not-introspected",
        breaks: &["SEC-16", "SEC-20"],
        blocks: &[],
        summary: "The source looks tokens up in a copy of the ACM's store and never asks the ACM.",
        apply: |behaviour| {
            let access = &mut behaviour.access;
            for rules in [&mut access.list, &mut access.detail, &mut access.download] {
                rules.asks_acm = false;
            }
        },
    },
    Fault {
        name: "answer-repeats-the-token",
        breaks: &["SEC-17"],
        blocks: &[],
        summary: "The list answers with the Authorization header that it was sent.",
        apply: |behaviour| {
            behaviour.edits.answer.push(|context, answer| {
                if context.call == Call::List
                    && answer.status == 200
                    && let Some(authorization) = &context.authorization
                {
                    answer.set("x-authorization", authorization);
                }
            });
        },
    },
    Fault {
        name: "missing-token-is-forbidden",
        breaks: &["SEC-18"],
        blocks: &["SEC-10"],
        summary: "Without a token the answer is 403.",
        apply: |behaviour| behaviour.access.refusals.missing = 403,
    },
    Fault {
        name: "invalid-token-is-a-bad-request",
        breaks: &["SEC-18"],
        blocks: &["SEC-10"],
        summary: "A token that is not valid answers 400.",
        apply: |behaviour| behaviour.access.refusals.invalid = 400,
    },
    Fault {
        name: "missing-scope-is-not-found",
        breaks: &["SEC-18"],
        blocks: &[],
        summary: "A token without the scope answers 404.",
        apply: |behaviour| behaviour.access.refusals.scope = 404,
    },
    Fault {
        name: "another-citizen-has-an-empty-list",
        breaks: &["SEC-18"],
        blocks: &["SEC-13"],
        summary: "Another citizen's list answers 200 without certificates in place of a refusal.",
        apply: |behaviour| {
            behaviour.access.refusals.other_citizen = 200;
            behaviour.access.refusals.never_issued = 200;
        },
    },
    Fault {
        name: "list-names-the-citizen-before",
        breaks: &["SEC-19"],
        blocks: &[],
        summary: "The list states the number of another citizen whose list was asked before it.",
        apply: |behaviour| {
            behaviour.edits.list.push(|context, body| {
                let number = context.previous_insz.as_ref().unwrap_or(&context.insz);
                put(body, "requestedFor", json!(number));
            });
        },
    },
    Fault {
        name: "nobody-is-refused-without-the-acm",
        breaks: &["SEC-20"],
        blocks: &[],
        summary: "The source lets everybody in when it cannot reach the ACM.",
        apply: |behaviour| {
            let access = &mut behaviour.access;
            for rules in [&mut access.list, &mut access.detail, &mut access.download] {
                rules.closed_without_acm = false;
            }
        },
    },
];
