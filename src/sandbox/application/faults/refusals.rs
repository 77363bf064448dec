//! Faults of what becomes of the citizen where ACM or MBP does not do its part.

use std::time::Duration;

use super::catalogue::Fault;
use crate::sandbox::application::behaviour::{Expired, Refreshes, Refusal, Unrefreshed};

pub(super) static FAULTS: &[Fault] = &[
    Fault {
        name: "refused-exchange-is-an-error-500",
        breaks: &["SSO-39"],
        blocks: &[],
        summary: "Where ACM refuses the exchange, the citizen gets an error 500.",
        apply: |behaviour| behaviour.at_acm = Refusal::Status(500),
    },
    Fault {
        name: "refused-exchange-is-a-bad-gateway",
        breaks: &["SSO-39"],
        blocks: &[],
        summary: "Where ACM refuses the exchange, the citizen gets an error 502.",
        apply: |behaviour| behaviour.at_acm = Refusal::Status(502),
    },
    Fault {
        name: "refused-exchange-shows-a-stack-trace",
        breaks: &["SSO-39"],
        blocks: &[],
        summary: "Where ACM refuses the exchange, the citizen reads frames of a stack.",
        apply: |behaviour| behaviour.at_acm = Refusal::StackTrace,
    },
    Fault {
        name: "refused-exchange-shows-its-error",
        breaks: &["SSO-39"],
        blocks: &[],
        summary: "Where ACM refuses the exchange, the citizen reads ACM's answer word for word.",
        apply: |behaviour| behaviour.at_acm = Refusal::WordForWord,
    },
    Fault {
        name: "refused-exchange-goes-round",
        breaks: &["SSO-39"],
        blocks: &[],
        summary: "Where ACM refuses the exchange, the browser is sent to the same address again, without end.",
        apply: |behaviour| behaviour.at_acm = Refusal::Loops,
    },
    Fault {
        name: "refused-exchange-logs-in-forever",
        breaks: &["SSO-39"],
        blocks: &[],
        summary: "Where ACM refuses the exchange, the citizen is logged in again, and then again, without end.",
        apply: |behaviour| behaviour.at_acm = Refusal::LogsIn,
    },
    Fault {
        name: "refused-exchange-is-undefined",
        breaks: &["SSO-39"],
        blocks: &[],
        summary: "Where ACM refuses the exchange, the citizen goes to MBP with the token undefined.",
        apply: |behaviour| behaviour.at_acm = Refusal::Token("undefined"),
    },
    Fault {
        name: "expired-token-is-an-error-500",
        breaks: &["SSO-13", "SSO-40"],
        blocks: &[],
        summary: "Where the access token has expired, the citizen gets an error 500.",
        apply: |behaviour| {
            behaviour.refreshes = Refreshes::Never;
            behaviour.expired = Expired::Status(500);
        },
    },
    Fault {
        name: "expired-token-without-a-way-on",
        breaks: &["SSO-40"],
        blocks: &[],
        summary: "ACM gave no refresh token, and where the access token has expired, the citizen gets an error 500.",
        apply: |behaviour| {
            behaviour.gives_refresh = false;
            behaviour.build.unrefreshed = Unrefreshed::Tries;
            behaviour.expired = Expired::Status(500);
        },
    },
    Fault {
        name: "expired-token-is-taken-for-a-refusal",
        breaks: &["SSO-13", "SSO-40"],
        blocks: &[],
        summary: "Where the access token has expired, the citizen goes to MBP without a token, for the rest of the session.",
        apply: |behaviour| {
            behaviour.refreshes = Refreshes::Never;
            behaviour.expired = Expired::Refused;
        },
    },
    Fault {
        name: "refused-by-mbp-is-an-error-500",
        breaks: &["SSO-41"],
        blocks: &[],
        summary: "Where MBP refuses the token, the citizen gets an error 500.",
        apply: |behaviour| behaviour.at_mbp = Refusal::Status(500),
    },
    Fault {
        name: "refused-by-mbp-shows-a-stack-trace",
        breaks: &["SSO-41"],
        blocks: &[],
        summary: "Where MBP refuses the token, the citizen reads frames of a stack.",
        apply: |behaviour| behaviour.at_mbp = Refusal::StackTrace,
    },
    Fault {
        name: "refused-by-mbp-is-undefined",
        breaks: &["SSO-41"],
        blocks: &[],
        summary: "Where MBP gives no token, the citizen goes there with the token undefined.",
        apply: |behaviour| behaviour.at_mbp = Refusal::Token("undefined"),
    },
    Fault {
        name: "refused-by-mbp-is-an-empty-token",
        breaks: &["SSO-41"],
        blocks: &[],
        summary: "Where MBP gives no token, the citizen goes there with an empty one.",
        apply: |behaviour| behaviour.at_mbp = Refusal::Token(""),
    },
    Fault {
        name: "refused-by-mbp-is-null",
        breaks: &["SSO-41"],
        blocks: &[],
        summary: "Where MBP gives no token, the citizen goes there with the token null.",
        apply: |behaviour| behaviour.at_mbp = Refusal::Token("null"),
    },
    Fault {
        name: "refused-by-mbp-goes-round",
        breaks: &["SSO-41"],
        blocks: &[],
        summary: "Where MBP refuses the token, the browser is sent to the same address again, without end.",
        apply: |behaviour| behaviour.at_mbp = Refusal::Loops,
    },
    Fault {
        name: "refused-by-mbp-shows-the-exchanged-token",
        breaks: &["SSO-16", "SSO-41"],
        blocks: &["SSO-21"],
        summary: "Where MBP gives no token, the citizen goes there with the exchanged one.",
        apply: |behaviour| behaviour.at_mbp = Refusal::OtherToken,
    },
    Fault {
        name: "nonsense-of-mbp-is-a-token",
        breaks: &["SSO-41"],
        blocks: &[],
        summary: "Whatever MBP answers is read as a token; where there is none, it becomes undefined.",
        apply: |behaviour| behaviour.reads.anything = true,
    },
    Fault {
        name: "waits-for-mbp",
        breaks: &["SSO-41"],
        blocks: &[],
        summary: "The citizen waits for MBP for more than ten seconds.",
        apply: |behaviour| behaviour.patience = Duration::from_secs(12),
    },
];
