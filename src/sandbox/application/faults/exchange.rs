//! Faults of what is sent to ACM: exchange, actor token, client authentication.

use super::catalogue::Fault;
use super::login::HAND_OVER;
use crate::evidence::exchange::PROD_MBP;
use crate::sandbox::application::behaviour::Authentication;
use crate::sandbox::application::call::{Bears, Call};

const ID_TOKEN: &str = "urn:ietf:params:oauth:token-type:id_token";
const REFRESH_TOKEN: &str = "urn:ietf:params:oauth:token-type:refresh_token";
const JWT: &str = "urn:ietf:params:oauth:token-type:jwt";

pub(super) static FAULTS: &[Fault] = &[
    Fault {
        name: "exchange-without-rrn",
        breaks: &["SSO-06"],
        blocks: HAND_OVER,
        summary: "The exchange asks for the scope profile alone.",
        apply: |behaviour| behaviour.build.exchange_scope = "profile",
    },
    Fault {
        name: "exchange-without-profile",
        breaks: &["SSO-06"],
        blocks: HAND_OVER,
        summary: "The exchange asks for the scope rrn alone.",
        apply: |behaviour| behaviour.build.exchange_scope = "rrn",
    },
    Fault {
        name: "no-actor-token",
        breaks: &["SSO-07"],
        blocks: &["SSO-10"],
        summary: "The exchange has no actor token: MBP cannot see who acts for the citizen.",
        apply: |behaviour| {
            behaviour.edits.exchange.push(|call, _| {
                call.drop("actor_token");
                call.drop("actor_token_type");
            });
        },
    },
    Fault {
        name: "exchange-as-json",
        breaks: &["SSO-08"],
        blocks: HAND_OVER,
        summary: "The exchange is sent as a JSON object.",
        apply: |behaviour| {
            behaviour.build.authentication = Authentication::Basic;
            behaviour.edits.exchange.push(|call, _| call.bears = Bears::Json);
        },
    },
    Fault {
        name: "exchange-by-get",
        breaks: &["SSO-08", "SSO-12"],
        blocks: HAND_OVER,
        summary: "The exchange is a GET with everything in the query, the client's secret as well.",
        apply: |behaviour| {
            behaviour.build.authentication = Authentication::Post;
            behaviour.edits.exchange.push(|call, _| {
                call.method = "GET";
                call.bears = Bears::Query;
            });
        },
    },
    Fault {
        name: "scope-twice",
        breaks: &["SSO-08"],
        blocks: HAND_OVER,
        summary: "The exchange has two parameters scope, one for each.",
        apply: |behaviour| {
            behaviour.edits.exchange.push(|call, _| {
                call.put("scope", "profile");
                call.add("scope", "rrn");
            });
        },
    },
    Fault {
        name: "subject-token-type-is-missing",
        breaks: &["SSO-08"],
        blocks: HAND_OVER,
        summary: "The exchange does not say of what type its subject token is.",
        apply: |behaviour| behaviour.edits.exchange.push(|call, _| call.drop("subject_token_type")),
    },
    Fault {
        name: "subject-token-type-in-short",
        breaks: &["SSO-08"],
        blocks: HAND_OVER,
        summary: "The type of the subject token is written without its urn: access_token.",
        apply: |behaviour| behaviour.edits.exchange.push(|call, _| call.put("subject_token_type", "access_token")),
    },
    Fault {
        name: "actor-token-type-is-missing",
        breaks: &["SSO-08"],
        blocks: HAND_OVER,
        summary: "The exchange has an actor token and does not say of what type it is.",
        apply: |behaviour| behaviour.edits.exchange.push(|call, _| call.drop("actor_token_type")),
    },
    Fault {
        name: "grant-type-of-jwt-bearer",
        breaks: &["SSO-08"],
        blocks: HAND_OVER,
        summary: "The exchange uses the grant type of a JWT assertion (RFC 7523).",
        apply: |behaviour| {
            behaviour.edits.exchange.push(|call, _| {
                call.put("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer");
            });
        },
    },
    Fault {
        name: "audience-is-missing",
        breaks: &["SSO-08"],
        blocks: HAND_OVER,
        summary: "The exchange does not say for whom the token is.",
        apply: |behaviour| behaviour.edits.exchange.push(|call, _| call.drop("audience")),
    },
    Fault {
        name: "asks-for-a-jwt",
        breaks: &["SSO-08"],
        blocks: HAND_OVER,
        summary: "The exchange asks for a JWT, which ACM does not give.",
        apply: |behaviour| behaviour.edits.exchange.push(|call, _| call.put("requested_token_type", JWT)),
    },
    Fault {
        name: "actor-token-type-without-token",
        breaks: &["SSO-07", "SSO-08"],
        blocks: HAND_OVER,
        summary: "The exchange names the type of an actor token that it does not send.",
        apply: |behaviour| behaviour.edits.exchange.push(|call, _| call.drop("actor_token")),
    },
    Fault {
        name: "id-token-as-subject",
        breaks: &["SSO-09"],
        blocks: HAND_OVER,
        summary: "The ID token is exchanged, as if it were the access token.",
        apply: |behaviour| behaviour.edits.exchange.push(|call, held| call.put("subject_token", &held.id)),
    },
    Fault {
        name: "id-token-as-subject-by-its-type",
        breaks: &["SSO-09"],
        blocks: HAND_OVER,
        summary: "The ID token is exchanged, with the type of an ID token.",
        apply: |behaviour| {
            behaviour.edits.exchange.push(|call, held| {
                call.put("subject_token", &held.id);
                call.put("subject_token_type", ID_TOKEN);
            });
        },
    },
    Fault {
        name: "refresh-token-as-subject",
        breaks: &["SSO-09"],
        blocks: HAND_OVER,
        summary: "The refresh token is exchanged, as if it were the access token.",
        apply: |behaviour| behaviour.edits.exchange.push(|call, held| call.put("subject_token", &held.refresh)),
    },
    Fault {
        name: "refresh-token-as-subject-by-its-type",
        breaks: &["SSO-09"],
        blocks: HAND_OVER,
        summary: "The refresh token is exchanged, with the type of a refresh token.",
        apply: |behaviour| {
            behaviour.edits.exchange.push(|call, held| {
                call.put("subject_token", &held.refresh);
                call.put("subject_token_type", REFRESH_TOKEN);
            });
        },
    },
    Fault {
        name: "access-token-of-the-login",
        breaks: &["SSO-09"],
        blocks: &["SSO-40"],
        summary: "The access token of the login is exchanged, although it was refreshed since.",
        apply: |behaviour| {
            behaviour.edits.exchange.push(|call, held| call.put("subject_token", &held.first_access));
        },
    },
    Fault {
        name: "actor-is-the-citizen",
        breaks: &["SSO-10"],
        blocks: HAND_OVER,
        summary: "The citizen's access token stands in for the actor token, as in the sample of a sibling page.",
        apply: |behaviour| behaviour.edits.exchange.push(|call, held| call.put("actor_token", &held.access)),
    },
    Fault {
        name: "actor-is-the-id-token",
        breaks: &["SSO-10"],
        blocks: HAND_OVER,
        summary: "The citizen's ID token stands in for the actor token.",
        apply: |behaviour| behaviour.edits.exchange.push(|call, held| call.put("actor_token", &held.id)),
    },
    Fault {
        name: "mbp-of-the-other-environment",
        breaks: &["SSO-11"],
        blocks: HAND_OVER,
        summary: "The exchange is for MBP's client-id in production.",
        apply: |behaviour| {
            behaviour.edits.exchange.push(|call, _| call.put("audience", PROD_MBP.client_id));
        },
    },
    Fault {
        name: "audience-of-another-api",
        breaks: &["SSO-08"],
        blocks: HAND_OVER,
        summary: "The exchange is for an API that is not MBP.",
        apply: |behaviour| {
            behaviour.edits.exchange.push(|call, held| call.put("audience", &held.other_audience));
        },
    },
    Fault {
        name: "own-audience",
        breaks: &["SSO-08"],
        blocks: HAND_OVER,
        summary: "The exchange is for the application itself, not for MBP.",
        apply: |behaviour| behaviour.edits.exchange.push(|call, held| call.put("audience", &held.client_id)),
    },
    Fault {
        name: "secret-in-the-query",
        breaks: &["SSO-12"],
        blocks: HAND_OVER,
        summary: "The client's secret stands in the address of every call to the token endpoint.",
        apply: |behaviour| behaviour.build.authentication = Authentication::Query,
    },
    Fault {
        name: "secret-in-the-query-of-the-actor",
        breaks: &["SSO-12"],
        blocks: HAND_OVER,
        summary: "The client's secret stands in the address of the call that asks for the actor token.",
        apply: |behaviour| {
            behaviour.edits.actor.push(|call, _| call.authentication = vec![Authentication::Query]);
        },
    },
    Fault {
        name: "exchange-without-authentication",
        breaks: &["SSO-12"],
        blocks: HAND_OVER,
        summary: "The client names itself at the exchange and shows nothing for it.",
        apply: |behaviour| {
            behaviour.edits.exchange.push(|call, held| {
                call.authentication.clear();
                call.put("client_id", &held.client_id);
            });
        },
    },
    Fault {
        name: "secret-twice",
        breaks: &["SSO-12"],
        blocks: HAND_OVER,
        summary: "The client shows its secret in the header and in the form as well.",
        apply: |behaviour| behaviour.edits.exchange.push(twice),
    },
    Fault {
        name: "secret-beside-an-assertion",
        breaks: &["SSO-12"],
        blocks: HAND_OVER,
        summary: "The client shows an assertion and its secret as well.",
        apply: |behaviour| {
            behaviour.build.authentication = Authentication::PrivateKeyJwt;
            behaviour.edits.exchange.push(|call, held| call.add("client_secret", &held.client_secret));
        },
    },
];

fn twice(call: &mut Call, _: &crate::sandbox::application::call::Held) {
    call.authentication = vec![Authentication::Basic, Authentication::Post];
}
