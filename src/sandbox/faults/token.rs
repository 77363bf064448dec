//! Faults of chapter 5, token: of the ACM, not of the source.

use serde_json::json;

use super::catalogue::{EVERYTHING, Fault};
use crate::sandbox::envelope::put;

pub(super) static FAULTS: &[Fault] = &[
    Fault {
        name: "discovery-is-missing",
        breaks: &["TOK-01"],
        blocks: EVERYTHING,
        summary: "The issuer has no discovery document.",
        apply: |behaviour| behaviour.issuer.has_discovery = false,
    },
    Fault {
        name: "discovery-names-another-issuer",
        breaks: &["TOK-01"],
        blocks: EVERYTHING,
        summary: "issuer in the discovery document is not the address that it came from.",
        apply: |behaviour| {
            behaviour.edits.discovery.push(|body| put(body, "issuer", json!("https://login.sandbox.invalid/op")));
        },
    },
    Fault {
        name: "source-trusts-no-caller",
        breaks: &["TOK-02"],
        blocks: EVERYTHING,
        summary: "The exchange answers invalid_target: the source has declared no trust in the caller.",
        apply: |behaviour| behaviour.issuer.trusts_caller = false,
    },
    Fault {
        name: "token-answer-without-issued-token-type",
        breaks: &["TOK-03"],
        blocks: EVERYTHING,
        summary: "The answer of an exchange does not say what type of token it holds.",
        apply: |behaviour| {
            behaviour.edits.token.push(|body| {
                if let Some(body) = body.as_object_mut() {
                    body.shift_remove("issued_token_type");
                }
            });
        },
    },
    Fault {
        name: "token-type-is-not-bearer",
        breaks: &["TOK-03"],
        blocks: EVERYTHING,
        summary: "The answer of an exchange gives another token_type than Bearer.",
        apply: |behaviour| {
            behaviour.edits.token.push(|body| put(body, "token_type", json!("N_A")));
        },
    },
    Fault {
        name: "token-answer-may-be-cached",
        breaks: &["TOK-04"],
        blocks: &[],
        summary: "Answers with tokens do not forbid caches to keep them.",
        apply: |behaviour| behaviour.issuer.no_store = false,
    },
    Fault {
        name: "audience-is-always-the-caller",
        breaks: &["TOK-05"],
        blocks: EVERYTHING,
        summary: "Every token is for the client that asked for it, whatever audience it named.",
        apply: |behaviour| behaviour.issuer.honours_audience = false,
    },
    Fault {
        name: "scopes-are-dropped",
        breaks: &["TOK-05"],
        blocks: EVERYTHING,
        summary: "No token has the scopes that were asked.",
        apply: |behaviour| behaviour.issuer.honours_scope = false,
    },
    Fault {
        name: "introspection-without-rrn",
        breaks: &["TOK-06"],
        blocks: EVERYTHING,
        summary: "Introspection does not give the national number of the citizen.",
        apply: |behaviour| {
            behaviour.edits.introspection.push(|body| {
                if let Some(body) = body.as_object_mut() {
                    body.shift_remove("rrn");
                }
            });
        },
    },
];
