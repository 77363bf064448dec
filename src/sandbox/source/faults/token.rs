//! Faults of chapter 5, token: of the ACM, not of the source.

use serde_json::{Value, json};

use super::catalogue::{EVERYTHING, Fault};
use crate::sandbox::answer::Answer;
use crate::sandbox::answer::put;

/// Puts something else in the place of an answer with a token.
fn instead(answer: &mut Answer, media_type: &str, body: &str) {
    *answer = Answer::with_body(200, media_type, body);
    answer.set("cache-control", "no-cache, no-store");
}

/// A page such as a gateway gives to whoever has no session there.
const PAGE: &str = "<!doctype html><html><head><title>Aanmelden</title></head><body>Meld u aan.</body></html>";

/// Takes a member of a body away.
fn without(body: &mut Value, name: &str) {
    if let Some(body) = body.as_object_mut() {
        body.shift_remove(name);
    }
}

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
            behaviour
                .issuer
                .edits
                .discovery
                .push(|body| put(body, "issuer", json!("https://login.sandbox.invalid/op")));
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
            behaviour.issuer.edits.token.push(|body| {
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
            behaviour.issuer.edits.token.push(|body| put(body, "token_type", json!("N_A")));
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
            behaviour.issuer.edits.introspection.push(|body| {
                if let Some(body) = body.as_object_mut() {
                    body.shift_remove("rrn");
                }
            });
        },
    },
    Fault {
        name: "discovery-is-a-page",
        breaks: &["TOK-01"],
        blocks: EVERYTHING,
        summary: "Where the discovery document should be, a login page answers 200.",
        apply: |behaviour| behaviour.issuer.edits.discovery_answer.push(|answer| instead(answer, "text/html", PAGE)),
    },
    Fault {
        name: "issuer-in-discovery-ends-with-a-slash",
        breaks: &["TOK-01"],
        blocks: EVERYTHING,
        summary: "issuer in the discovery document has a slash at its end that the configured one has not.",
        apply: |behaviour| {
            behaviour.issuer.edits.discovery.push(|body| {
                let issuer = body.get("issuer").and_then(Value::as_str).map(|issuer| format!("{issuer}/"));
                put(body, "issuer", json!(issuer));
            });
        },
    },
    Fault {
        name: "exchange-error-with-status-200",
        breaks: &["TOK-02"],
        blocks: EVERYTHING,
        summary: "The exchange answers 200 with an OAuth error in place of a token.",
        apply: |behaviour| {
            behaviour.issuer.edits.exchange.push(|answer| {
                let error = json!({ "error": "invalid_target", "error_description": "no trust in this client" });
                instead(answer, "application/json", &error.to_string());
            });
        },
    },
    Fault {
        name: "exchange-answers-a-page",
        breaks: &["TOK-02"],
        blocks: EVERYTHING,
        summary: "The exchange answers 200 with a login page.",
        apply: |behaviour| behaviour.issuer.edits.exchange.push(|answer| instead(answer, "text/html", PAGE)),
    },
    Fault {
        name: "exchange-answers-nothing",
        breaks: &["TOK-02"],
        blocks: EVERYTHING,
        summary: "The exchange answers 200 without a body.",
        apply: |behaviour| behaviour.issuer.edits.exchange.push(|answer| answer.body.clear()),
    },
    Fault {
        name: "exchange-answers-a-list",
        breaks: &["TOK-02"],
        blocks: EVERYTHING,
        summary: "The exchange answers a list that holds the answer.",
        apply: |behaviour| {
            behaviour.issuer.edits.exchange.push(|answer| answer.edit_json(|body| *body = json!([body.take()])));
        },
    },
    Fault {
        name: "exchange-redirects",
        breaks: &["TOK-02"],
        blocks: EVERYTHING,
        summary: "The exchange redirects to a login page.",
        apply: |behaviour| {
            behaviour.issuer.edits.exchange.push(|answer| {
                *answer = Answer::status(302);
                answer.set("location", "https://login.sandbox.invalid/");
            });
        },
    },
    Fault {
        name: "exchange-has-no-access-token",
        breaks: &["TOK-03"],
        blocks: EVERYTHING,
        summary: "The answer of an exchange names its token otherwise than access_token.",
        apply: |behaviour| {
            behaviour.issuer.edits.exchange.push(|answer| {
                answer.edit_json(|body| {
                    let token = body.get("access_token").cloned();
                    put(body, "token", json!(token));
                    without(body, "access_token");
                });
            });
        },
    },
    Fault {
        name: "token-type-is-a-list",
        breaks: &["TOK-03"],
        blocks: &[],
        summary: "The answer of an exchange gives token_type as a list.",
        apply: |behaviour| behaviour.issuer.edits.token.push(|body| put(body, "token_type", json!(["Bearer"]))),
    },
    Fault {
        name: "expires-in-is-text",
        breaks: &["TOK-03"],
        blocks: &[],
        summary: "The answer of an exchange writes the seconds of expires_in as text.",
        apply: |behaviour| {
            behaviour.issuer.edits.token.push(|body| {
                let seconds = body.get("expires_in").map(Value::to_string);
                put(body, "expires_in", json!(seconds));
            });
        },
    },
    Fault {
        name: "granted-scope-is-a-list",
        breaks: &["TOK-03"],
        blocks: &[],
        summary: "The answer of an exchange gives scope as a list.",
        apply: |behaviour| {
            behaviour.issuer.edits.exchange.push(|answer| {
                answer.edit_json(|body| {
                    let scopes: Vec<String> = crate::evidence::introspection::names(body.get("scope"))
                        .into_iter()
                        .map(str::to_owned)
                        .collect();
                    put(body, "scope", json!(scopes));
                });
            });
        },
    },
    Fault {
        name: "token-answer-is-private",
        breaks: &["TOK-04"],
        blocks: &[],
        summary: "Answers with tokens may be kept by the caller's own cache.",
        apply: |behaviour| {
            behaviour.issuer.edits.exchange.push(|answer| answer.set("cache-control", "private, max-age=300"));
        },
    },
    Fault {
        name: "active-is-text",
        breaks: &["TOK-05"],
        blocks: EVERYTHING,
        summary: "Introspection writes active as text; the source takes only true for active.",
        apply: |behaviour| behaviour.issuer.edits.introspection.push(|body| put(body, "active", json!("true"))),
    },
    Fault {
        name: "introspected-audience-is-one-text-of-several",
        breaks: &["TOK-05"],
        blocks: EVERYTHING,
        summary: "Introspection gives several audiences as one text, separated by spaces.",
        apply: |behaviour| {
            behaviour.issuer.edits.introspection.push(|body| {
                let audience = body.get("aud").and_then(Value::as_str).unwrap_or_default().to_owned();
                put(body, "aud", json!(format!("another-client {audience}")));
            });
        },
    },
    Fault {
        name: "introspected-scope-is-a-list",
        breaks: &["TOK-05"],
        blocks: EVERYTHING,
        summary: "Introspection gives scope as a list, which the source does not read.",
        apply: |behaviour| {
            behaviour.issuer.edits.introspection.push(|body| {
                let scopes: Vec<String> =
                    crate::evidence::introspection::names(body.get("scope")).into_iter().map(str::to_owned).collect();
                put(body, "scope", json!(scopes));
            });
        },
    },
    Fault {
        name: "introspected-expiry-is-text",
        breaks: &["TOK-05"],
        blocks: EVERYTHING,
        summary: "Introspection writes exp as text, which the source does not read.",
        apply: |behaviour| {
            behaviour.issuer.edits.introspection.push(|body| {
                let moment = body.get("exp").map(Value::to_string);
                put(body, "exp", json!(moment));
            });
        },
    },
    Fault {
        name: "introspected-rrn-is-of-nobody",
        breaks: &["TOK-06"],
        blocks: EVERYTHING,
        summary: "Introspection gives every citizen the same national number, of nobody.",
        apply: |behaviour| {
            behaviour.issuer.edits.introspection.push(|body| {
                if body.get("rrn").is_some() {
                    put(body, "rrn", json!("90010199992"));
                }
            });
        },
    },
];
