//! Faults by which a token, a number or a secret gets where it does not belong.

use super::catalogue::Fault;
use super::login::HAND_OVER;
use super::moment::add;
use crate::sandbox::application::behaviour::{Behaviour, Draws, Holds};
use crate::sandbox::application::call::Call;

pub(super) static FAULTS: &[Fault] = &[
    Fault {
        name: "exchanged-token-in-a-cookie",
        breaks: &["SSO-16"],
        blocks: &[],
        summary: "The exchanged token stands in a cookie.",
        apply: |behaviour| {
            behaviour.edits.hand_over.push(|answer, held| {
                answer.add("set-cookie", &format!("mbp={}; Path=/; Secure; HttpOnly; SameSite=Lax", held.exchanged));
            });
        },
    },
    Fault {
        name: "exchanged-token-in-a-page",
        breaks: &["SSO-16"],
        blocks: HAND_OVER,
        summary: "A hidden field of the start page holds the exchanged token.",
        apply: |behaviour| {
            behaviour.draws = Draws::Exchanged;
            behaviour.edits.start.push(|answer, held| {
                add(answer, &format!("<input type=\"hidden\" name=\"wissel\" value=\"{}\">", held.exchanged));
            });
        },
    },
    Fault {
        name: "browser-is-sent-to-the-token-api",
        breaks: &["SSO-17"],
        blocks: HAND_OVER,
        summary: "The browser is sent to MBP's token API, not to a page of MBP.",
        apply: |behaviour| {
            behaviour.edits.landing.push(|url, held| {
                let query = url.split_once('?').map(|(_, query)| query.to_owned()).unwrap_or_default();
                *url = format!("{}/auth/v1/token?{query}", held.mbp);
            });
        },
    },
    Fault {
        name: "temporary-token-to-another-party",
        breaks: &["SSO-31"],
        blocks: &[],
        summary: "The temporary token is sent to ACM, to look whether it is valid.",
        apply: |behaviour| {
            behaviour.edits.afterwards = Some(|held| {
                let mut call = Call::form(format!("{}/v1/introspect", held.issuer), &[("token", &held.temporary)]);
                call.add("client_id", &held.client_id);
                call.add("client_secret", &held.client_secret);
                call
            });
        },
    },
    Fault {
        name: "temporary-token-in-a-cookie",
        breaks: &["SSO-32"],
        blocks: &[],
        summary: "The temporary token stands in a cookie.",
        apply: |behaviour| {
            behaviour.edits.hand_over.push(|answer, held| {
                let token = &held.temporary;
                answer.add("set-cookie", &format!("mbp={token}; Path=/; Secure; HttpOnly; SameSite=Lax"));
            });
        },
    },
    Fault {
        name: "temporary-token-in-an-own-address",
        breaks: &["SSO-32", "SSO-36"],
        blocks: &[],
        summary: "A click passes an address of the application that holds the temporary token.",
        apply: |behaviour| behaviour.detour_holds = Holds::Temporary,
    },
    Fault {
        name: "access-token-in-an-own-address",
        breaks: &["SSO-36"],
        blocks: &[],
        summary: "A click passes an address of the application that holds the citizen's access token.",
        apply: |behaviour| behaviour.detour_holds = Holds::Access,
    },
    Fault {
        name: "number-in-an-own-address",
        breaks: &["SSO-36"],
        blocks: &[],
        summary: "A click passes an address of the application that holds the citizen's national number.",
        apply: |behaviour| behaviour.detour_holds = Holds::Number,
    },
    Fault {
        name: "number-in-the-referer",
        breaks: &["SSO-33"],
        blocks: &[],
        summary: "The start page has the citizen's national number in its address, and MBP is told the whole of it.",
        apply: |behaviour| tells_all(behaviour, Holds::Number),
    },
    Fault {
        name: "access-token-in-the-referer",
        breaks: &["SSO-33"],
        blocks: &[],
        summary: "The start page has the citizen's access token in its address, and MBP is told the whole of it.",
        apply: |behaviour| tells_all(behaviour, Holds::Access),
    },
    Fault {
        name: "secret-in-a-script",
        breaks: &["SSO-34"],
        blocks: &["SSO-16", "SSO-17", "SSO-25", "SSO-31", "SSO-32"],
        summary: "The start page hands the client's secret to its scripts.",
        apply: |behaviour| {
            behaviour.edits.start.push(|answer, held| {
                let settings = serde_json::json!({ "client_id": held.client_id, "client_secret": held.client_secret });
                add(answer, &format!("<script>window.instellingen = {settings};</script>"));
            });
        },
    },
    Fault {
        name: "secret-in-a-comment",
        breaks: &["SSO-34"],
        blocks: &[],
        summary: "A comment in the start page holds the client's secret.",
        apply: |behaviour| {
            behaviour.edits.start.push(|answer, held| add(answer, &format!("<!-- {} -->", held.client_secret)));
        },
    },
    Fault {
        name: "picture-over-http",
        breaks: &["SSO-37"],
        blocks: &[],
        summary: "The start page asks for a picture over plain http.",
        apply: |behaviour| {
            behaviour.edits.start.push(|answer, _| {
                add(answer, "<img src=\"http://beelden.voorbeeld.invalid/logo.png\" alt=\"\">");
            });
        },
    },
];

/// MBP is told the whole address of the start page.
fn tells_all(behaviour: &mut Behaviour, holds: Holds) {
    behaviour.start_holds = holds;
    behaviour.build.referrer_policy = Some("unsafe-url");
    behaviour.edits.start.push(|answer, _| answer.set("referrer-policy", "unsafe-url"));
}
