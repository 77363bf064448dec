//! Faults of what ACM holds of the application, and of its login.

use super::catalogue::Fault;
use crate::sandbox::application::behaviour::Refreshes;

/// Nothing of a hand-over can be seen.
pub(super) const HAND_OVER: &[&str] = &["SSO"];

pub(super) static FAULTS: &[Fault] = &[
    Fault {
        name: "mbp-trusts-no-application",
        breaks: &["SSO-01"],
        blocks: HAND_OVER,
        summary: "MBP has declared no trust in the application: its exchange answers invalid_target.",
        apply: |behaviour| behaviour.issuer.trusts_caller = false,
    },
    Fault {
        name: "exchange-is-not-granted",
        breaks: &["SSO-02"],
        blocks: HAND_OVER,
        summary: "The client of the application may not use the grant of token exchange.",
        apply: |behaviour| behaviour.issuer.may_exchange = false,
    },
    Fault {
        name: "client-credentials-are-not-granted",
        breaks: &["SSO-03"],
        blocks: HAND_OVER,
        summary: "The client of the application may not use client credentials, so it has no actor token.",
        apply: |behaviour| behaviour.issuer.may_use_client_credentials = false,
    },
    Fault {
        name: "implicit-login",
        breaks: &["SSO-04"],
        blocks: HAND_OVER,
        summary: "The login asks for tokens in the redirect (response_type=id_token token).",
        apply: |behaviour| behaviour.login.response_type = "id_token token",
    },
    Fault {
        name: "login-without-openid",
        breaks: &["SSO-04"],
        blocks: HAND_OVER,
        summary: "The login asks for OAuth only: openid is not among its scopes.",
        apply: |behaviour| behaviour.login.scope = "profile rrn",
    },
    Fault {
        name: "login-without-rrn",
        breaks: &["SSO-05", "SSO-06"],
        blocks: HAND_OVER,
        summary: "The login does not ask for the scope rrn.",
        apply: |behaviour| behaviour.login.scope = "openid profile",
    },
    Fault {
        name: "login-without-profile",
        breaks: &["SSO-05", "SSO-06"],
        blocks: HAND_OVER,
        summary: "The login does not ask for the scope profile.",
        apply: |behaviour| behaviour.login.scope = "openid rrn",
    },
    Fault {
        name: "scopes-as-the-page-names-them",
        breaks: &["SSO-05", "SSO-06"],
        blocks: HAND_OVER,
        summary: "The login asks for the scopes as the text of the page names them: profiel and RRN.",
        apply: |behaviour| behaviour.login.scope = "openid profiel RRN",
    },
    Fault {
        name: "never-refreshes",
        breaks: &["SSO-13"],
        blocks: &[],
        summary: "The access token of the login is exchanged as long as it is valid: it is never refreshed.",
        apply: |behaviour| behaviour.refreshes = Refreshes::Never,
    },
    Fault {
        name: "refreshes-once",
        breaks: &["SSO-13"],
        blocks: &[],
        summary: "The access token is refreshed before the first hand-over only.",
        apply: |behaviour| behaviour.refreshes = Refreshes::Once,
    },
    Fault {
        name: "refreshes-after-the-exchange",
        breaks: &["SSO-13"],
        blocks: &[],
        summary: "The access token is refreshed when it has been exchanged.",
        apply: |behaviour| behaviour.refreshes = Refreshes::Afterwards,
    },
    Fault {
        name: "rotated-refresh-token-is-lost",
        breaks: &["SSO-42"],
        blocks: &[],
        summary: "The refresh token of the login is used again and again; the next one is thrown away.",
        apply: |behaviour| behaviour.refreshes = Refreshes::WithTheFirst,
    },
];
