//! Faults at MBP's token API.

use super::catalogue::Fault;
use super::login::HAND_OVER;
use crate::sandbox::application::call::Bears;

pub(super) static FAULTS: &[Fault] = &[
    Fault {
        name: "handed-in-as-form",
        breaks: &["SSO-18"],
        blocks: HAND_OVER,
        summary: "The exchanged token is handed in as a form.",
        apply: |behaviour| behaviour.edits.token_api.push(|call, _| call.bears = Bears::Form),
    },
    Fault {
        name: "handed-in-by-get",
        breaks: &["SSO-18"],
        blocks: HAND_OVER,
        summary: "The exchanged token is handed in by GET, in the query.",
        apply: |behaviour| {
            behaviour.edits.token_api.push(|call, _| {
                call.method = "GET";
                call.bears = Bears::Query;
            });
        },
    },
    Fault {
        name: "handed-in-by-put",
        breaks: &["SSO-18"],
        blocks: HAND_OVER,
        summary: "The exchanged token is handed in by PUT.",
        apply: |behaviour| behaviour.edits.token_api.push(|call, _| call.method = "PUT"),
    },
    Fault {
        name: "handed-in-with-another-type",
        breaks: &["SSO-18"],
        blocks: HAND_OVER,
        summary: "token_type says Bearer where it must name the type of an access token.",
        apply: |behaviour| behaviour.edits.token_api.push(|call, _| call.put("token_type", "Bearer")),
    },
    Fault {
        name: "handed-in-without-type",
        breaks: &["SSO-18"],
        blocks: HAND_OVER,
        summary: "The call to the token API has no token_type.",
        apply: |behaviour| behaviour.edits.token_api.push(|call, _| call.drop("token_type")),
    },
    Fault {
        name: "handed-in-as-access-token",
        breaks: &["SSO-18"],
        blocks: HAND_OVER,
        summary: "The exchanged token is handed in under the name access_token.",
        apply: |behaviour| {
            behaviour.edits.token_api.push(|call, held| {
                call.drop("token");
                call.put("access_token", &held.exchanged);
            });
        },
    },
    Fault {
        name: "handed-in-elsewhere",
        breaks: &["SSO-18"],
        blocks: HAND_OVER,
        summary: "The exchanged token is handed in at another path of MBP.",
        apply: |behaviour| {
            behaviour.edits.token_api.push(|call, _| call.url = call.url.replace("/auth/v1/token", "/auth/token"));
        },
    },
    Fault {
        name: "handed-in-without-exchange",
        breaks: &["SSO-18"],
        blocks: HAND_OVER,
        summary: "The citizen's own access token is handed in, not the exchanged one.",
        apply: |behaviour| behaviour.edits.token_api.push(|call, held| call.put("token", &held.access)),
    },
    Fault {
        name: "created-is-an-error",
        breaks: &["SSO-19"],
        blocks: &[],
        summary: "An answer 201 of the token API is taken for an error.",
        apply: |behaviour| behaviour.reads.only_200 = true,
    },
    Fault {
        name: "further-members-are-an-error",
        breaks: &["SSO-19"],
        blocks: &[],
        summary: "An answer of the token API with a member beside token is taken for an error.",
        apply: |behaviour| behaviour.reads.only_token = true,
    },
    Fault {
        name: "reads-the-first-member",
        breaks: &["SSO-19", "SSO-41"],
        blocks: &[],
        summary: "The first text in the answer of the token API is taken for the token.",
        apply: |behaviour| behaviour.reads.first_member = true,
    },
    Fault {
        name: "tokens-of-letters-only",
        breaks: &["SSO-15"],
        blocks: &[],
        summary: "Only tokens of letters and digits are taken for tokens.",
        apply: |behaviour| behaviour.reads.only_letters = true,
    },
    Fault {
        name: "tokens-are-cut-off",
        breaks: &["SSO-15"],
        blocks: &[],
        summary: "Of a token the first 255 characters are kept.",
        apply: |behaviour| behaviour.reads.longest = 255,
    },
    Fault {
        name: "tokens-in-a-small-column",
        breaks: &["SSO-15"],
        blocks: &[],
        summary: "An access token of more than 255 characters does not fit, and the login fails.",
        apply: |behaviour| behaviour.reads.small_column = true,
    },
    Fault {
        name: "token-is-not-encoded",
        breaks: &["SSO-15"],
        blocks: &["SSO-22"],
        summary: "The temporary token stands in the address of MBP as it is.",
        apply: |behaviour| {
            behaviour.edits.landing.push(|url, held| {
                let before = url.split("token=").next().unwrap_or_default().to_owned();
                *url = format!("{before}token={}", held.temporary);
            });
        },
    },
];
