//! Faults of when a token is made, how often it is used, and by whom.

use super::catalogue::Fault;
use crate::sandbox::answer::Answer;
use crate::sandbox::application::behaviour::{AtOnce, Draws, Nobody, Temporary, Whose};
use crate::sandbox::application::call::Held;
use crate::sandbox::application::pages::escaped;

/// Adds to a page.
pub(super) fn add(answer: &mut Answer, html: &str) {
    let body = String::from_utf8_lossy(&answer.body).replace("</main>", &format!("{html}\n</main>"));
    answer.body = body.into_bytes();
}

pub(super) static FAULTS: &[Fault] = &[
    Fault {
        name: "one-token-for-the-session",
        breaks: &["SSO-23"],
        blocks: &[],
        summary: "The temporary token of the first click is used for all clicks of the session.",
        apply: |behaviour| behaviour.temporary = Temporary::KeptForTheSession,
    },
    Fault {
        name: "one-token-for-a-page",
        breaks: &["SSO-23"],
        blocks: &[],
        summary: "The temporary token of the first click on a page is used for all clicks on it: also after going back.",
        apply: |behaviour| behaviour.temporary = Temporary::KeptForThePage,
    },
    Fault {
        name: "one-token-for-a-second",
        breaks: &["SSO-23"],
        blocks: &[],
        summary: "Clicks within a second get the same temporary token.",
        apply: |behaviour| behaviour.temporary = Temporary::KeptForASecond,
    },
    Fault {
        name: "two-tabs-share-a-token",
        breaks: &["SSO-24"],
        blocks: &[],
        summary: "Clicks in two tabs at the same time get the same temporary token.",
        apply: |behaviour| behaviour.temporary = Temporary::Shared,
    },
    Fault {
        name: "token-in-a-link-of-the-page",
        breaks: &["SSO-25", "SSO-32"],
        blocks: &[],
        summary: "The start page has a link to MBP with a temporary token that was made when the page was drawn.",
        apply: |behaviour| {
            behaviour.draws = Draws::Temporary;
            behaviour.edits.start.push(link);
        },
    },
    Fault {
        name: "token-in-the-data-of-a-script",
        breaks: &["SSO-25", "SSO-32"],
        blocks: &[],
        summary: "The start page hands a temporary token to its scripts, for when the citizen clicks.",
        apply: |behaviour| {
            behaviour.draws = Draws::Temporary;
            behaviour.edits.start.push(|answer, held| {
                let data = serde_json::json!({ "mbp": { "token": held.temporary } });
                add(answer, &format!("<script type=\"application/json\" id=\"gegevens\">{data}</script>"));
            });
        },
    },
    Fault {
        name: "token-made-with-the-page",
        breaks: &["SSO-25"],
        blocks: &["SSO-13"],
        summary: "The temporary token is made when the start page is drawn, and kept on the server until the click.",
        apply: |behaviour| {
            behaviour.draws = Draws::Temporary;
            behaviour.temporary = Temporary::OfTheStartPage;
        },
    },
    Fault {
        name: "error-500-without-session",
        breaks: &["SSO-28"],
        blocks: &[],
        summary: "Who is not signed in gets an error 500 in place of the login.",
        apply: |behaviour| behaviour.nobody = Nobody::Page(500),
    },
    Fault {
        name: "forbidden-without-session",
        breaks: &["SSO-28"],
        blocks: &[],
        summary: "Who is not signed in gets a page 403 that leads nowhere.",
        apply: |behaviour| behaviour.nobody = Nobody::Page(403),
    },
    Fault {
        name: "loop-without-session",
        breaks: &["SSO-28"],
        blocks: &[],
        summary: "Who is not signed in is sent from one address of the application to the same one, without end.",
        apply: |behaviour| behaviour.nobody = Nobody::Loops,
    },
    Fault {
        name: "undefined-without-session",
        breaks: &["SSO-28"],
        blocks: &[],
        summary: "Who is not signed in is sent to MBP with the token undefined.",
        apply: |behaviour| behaviour.nobody = Nobody::Token("undefined"),
    },
    Fault {
        name: "logout-keeps-the-session",
        breaks: &["SSO-28"],
        blocks: &[],
        summary: "Logging out ends the session at ACM, and not the application's own: the next click hands over.",
        apply: |behaviour| behaviour.ends_its_session = false,
    },
    Fault {
        name: "tokens-in-a-global-variable",
        breaks: &["SSO-29"],
        blocks: &[],
        summary: "The tokens of whoever logged in last are used for everybody.",
        apply: |behaviour| behaviour.whose = Whose::OfTheLastLogin,
    },
    Fault {
        name: "temporary-token-in-a-global-variable",
        breaks: &["SSO-29"],
        blocks: &[],
        summary: "The temporary token stands in a variable of the whole program for a moment: at the same time it is another's.",
        apply: |behaviour| behaviour.whose = Whose::OfTheLastClick,
    },
    Fault {
        name: "two-clicks-use-one-refresh-token",
        breaks: &["SSO-43"],
        blocks: &[],
        summary: "Two clicks at the same time use the same refresh token, and one of them ends in an error.",
        apply: |behaviour| behaviour.at_once = AtOnce::BothRefresh,
    },
    Fault {
        name: "two-clicks-end-the-session",
        breaks: &["SSO-43"],
        blocks: &[],
        summary: "Two clicks at the same time use the same refresh token, and the session ends.",
        apply: |behaviour| behaviour.at_once = AtOnce::EndsTheSession,
    },
    Fault {
        name: "second-click-is-refused",
        breaks: &["SSO-43"],
        blocks: &[],
        summary: "A click that comes while another is under way gets an error.",
        apply: |behaviour| behaviour.at_once = AtOnce::Refused,
    },
];

fn link(answer: &mut Answer, held: &Held) {
    let url = format!("{}/meldingen?token={}", held.mbp, held.temporary);
    add(answer, &format!("<p><a href=\"{}\">Meldingen</a></p>", escaped(&url)));
}
