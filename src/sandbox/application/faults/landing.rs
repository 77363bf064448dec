//! Faults of where the browser goes, and with what.

use super::catalogue::Fault;
use super::login::HAND_OVER;
use crate::evidence::exchange::PROD_MBP;
use crate::sandbox::answer::Answer;
use crate::sandbox::application::call::Held;
use crate::sandbox::application::pages::{escaped, page};

/// Where an answer sends the browser.
fn location(answer: &Answer) -> String {
    let location = answer.headers.get("location").and_then(|location| location.to_str().ok());
    location.unwrap_or_default().to_owned()
}

/// Puts a page in the place of a redirect.
fn instead(answer: &mut Answer, body: &str) {
    let cookies: Vec<_> = answer.headers.get_all("set-cookie").into_iter().cloned().collect();
    *answer = page(200, "Naar Mijn Burgerprofiel", body);
    for cookie in cookies {
        answer.headers.append("set-cookie", cookie);
    }
}

/// Puts another token in the address.
fn with(url: &mut String, token: &str) {
    let before = url.split("token=").next().unwrap_or_default().to_owned();
    *url = format!("{before}token={token}");
}

fn unstored(answer: &mut Answer) {
    answer.unset("cache-control");
}

pub(super) static FAULTS: &[Fault] = &[
    Fault {
        name: "mbp-on-another-host",
        breaks: &["SSO-20", "SSO-31"],
        blocks: HAND_OVER,
        summary: "The browser goes to a host that is not MBP's.",
        apply: |behaviour| {
            behaviour.edits.landing.push(|url, held| {
                *url = url.replace(&held.mbp, "https://burgerprofiel.voorbeeld.invalid");
            });
        },
    },
    Fault {
        name: "mbp-in-production",
        breaks: &["SSO-11", "SSO-31"],
        blocks: HAND_OVER,
        summary: "The browser goes to MBP in production.",
        apply: |behaviour| {
            behaviour.edits.landing.push(|url, held| *url = url.replace(&held.mbp, PROD_MBP.base_url));
        },
    },
    Fault {
        name: "mbp-by-its-other-name",
        breaks: &["SSO-20", "SSO-31"],
        blocks: HAND_OVER,
        summary: "The browser goes to a name of MBP's machine, not to MBP's host.",
        apply: |behaviour| {
            behaviour.edits.landing.push(|url, _| *url = url.replacen("127.0.0.1", "localhost", 1));
        },
    },
    Fault {
        name: "mbp-on-another-port",
        breaks: &["SSO-20", "SSO-31"],
        blocks: HAND_OVER,
        summary: "The browser goes to another port of MBP's host.",
        apply: |behaviour| {
            behaviour.edits.landing.push(|url, held| {
                let host = held.mbp.rsplit_once(':').map_or(held.mbp.as_str(), |(host, _)| host);
                *url = url.replace(&held.mbp, &format!("{host}:8443"));
            });
        },
    },
    Fault {
        name: "mbp-as-user-information",
        breaks: &["SSO-20"],
        blocks: HAND_OVER,
        summary: "The address has user information before the host of MBP.",
        apply: |behaviour| {
            behaviour.edits.landing.push(|url, _| *url = url.replacen("https://", "https://loket@", 1));
        },
    },
    Fault {
        name: "mbp-over-http",
        breaks: &["SSO-20", "SSO-31"],
        blocks: HAND_OVER,
        summary: "The browser goes to MBP over plain http.",
        apply: |behaviour| {
            behaviour.edits.landing.push(|url, _| *url = url.replacen("https://", "http://", 1));
        },
    },
    Fault {
        name: "token-in-the-fragment",
        breaks: &["SSO-20"],
        blocks: HAND_OVER,
        summary: "The temporary token stands in the fragment of the address.",
        apply: |behaviour| behaviour.edits.landing.push(|url, _| *url = url.replacen("?token=", "#token=", 1)),
    },
    Fault {
        name: "token-by-another-name",
        breaks: &["SSO-20"],
        blocks: HAND_OVER,
        summary: "The parameter with the temporary token is called sso_token.",
        apply: |behaviour| behaviour.edits.landing.push(|url, _| *url = url.replacen("token=", "sso_token=", 1)),
    },
    Fault {
        name: "token-in-capitals",
        breaks: &["SSO-20"],
        blocks: HAND_OVER,
        summary: "The parameter with the temporary token is called Token.",
        apply: |behaviour| behaviour.edits.landing.push(|url, _| *url = url.replacen("token=", "Token=", 1)),
    },
    Fault {
        name: "exchanged-token-to-mbp",
        breaks: &["SSO-21"],
        blocks: HAND_OVER,
        summary: "The browser takes the exchanged token along, not the temporary one.",
        apply: |behaviour| behaviour.edits.landing.push(|url, held| with(url, &held.exchanged)),
    },
    Fault {
        name: "access-token-to-mbp",
        breaks: &["SSO-21"],
        blocks: HAND_OVER,
        summary: "The browser takes the citizen's access token along.",
        apply: |behaviour| behaviour.edits.landing.push(|url, held| with(url, &held.access)),
    },
    Fault {
        name: "actor-token-to-mbp",
        breaks: &["SSO-21"],
        blocks: HAND_OVER,
        summary: "The browser takes the application's own token along.",
        apply: |behaviour| behaviour.edits.landing.push(|url, held| with(url, &held.actor)),
    },
    Fault {
        name: "id-token-to-mbp",
        breaks: &["SSO-21", "SSO-23"],
        blocks: HAND_OVER,
        summary: "The browser takes the citizen's ID token along.",
        apply: |behaviour| behaviour.edits.landing.push(|url, held| with(url, &held.id)),
    },
    Fault {
        name: "token-with-a-second-question-mark",
        breaks: &["SSO-22"],
        blocks: &[],
        summary: "What follows the token is added with a second question mark, and becomes a part of it.",
        apply: |behaviour| behaviour.edits.landing.push(|url, _| url.push_str("?bron=loket")),
    },
    Fault {
        name: "token-twice",
        breaks: &["SSO-22"],
        blocks: &[],
        summary: "The token stands in the address twice.",
        apply: |behaviour| {
            behaviour.edits.landing.push(|url, held| *url = format!("{url}&token={}", held.temporary));
        },
    },
    Fault {
        name: "redirect-301",
        breaks: &["SSO-26"],
        blocks: &[],
        summary: "The redirect to MBP is permanent (301).",
        apply: |behaviour| behaviour.edits.hand_over.push(|answer, _| answer.status = 301),
    },
    Fault {
        name: "redirect-308",
        breaks: &["SSO-26"],
        blocks: &[],
        summary: "The redirect to MBP is permanent (308).",
        apply: |behaviour| behaviour.edits.hand_over.push(|answer, _| answer.status = 308),
    },
    Fault {
        name: "handed-over-by-link",
        breaks: &["SSO-25", "SSO-26", "SSO-32"],
        blocks: HAND_OVER,
        summary: "The citizen gets a page with a link to MBP, the token in it.",
        apply: |behaviour| {
            behaviour.edits.hand_over.push(|answer, _| {
                let body = format!("<p><a href=\"{}\">Verder</a></p>", escaped(&location(answer)));
                instead(answer, &body);
            });
        },
    },
    Fault {
        name: "handed-over-by-form",
        breaks: &["SSO-25", "SSO-26", "SSO-32"],
        blocks: HAND_OVER,
        summary: "The citizen gets a page with a form that goes to MBP, the token in it.",
        apply: |behaviour| behaviour.edits.hand_over.push(by_form),
    },
    Fault {
        name: "handed-over-by-meta-refresh",
        breaks: &["SSO-25", "SSO-26", "SSO-32"],
        blocks: HAND_OVER,
        summary: "The citizen gets a page that leads on to MBP by itself.",
        apply: |behaviour| {
            behaviour.edits.hand_over.push(|answer, _| {
                let to = escaped(&location(answer));
                instead(answer, &format!("<meta http-equiv=\"refresh\" content=\"0; url={to}\">\n<p>Even geduld.</p>"));
            });
        },
    },
    Fault {
        name: "handed-over-by-script",
        breaks: &["SSO-25", "SSO-26", "SSO-32"],
        blocks: HAND_OVER,
        summary: "The citizen gets a page whose script goes to MBP.",
        apply: |behaviour| {
            behaviour.edits.hand_over.push(|answer, _| {
                let to = location(answer);
                instead(answer, &format!("<script>window.location.href = \"{to}\";</script>"));
            });
        },
    },
    Fault {
        name: "hand-over-without-cache-control",
        breaks: &["SSO-27"],
        blocks: &[],
        summary: "The answer that sends the browser to MBP does not say that it may not be stored.",
        apply: |behaviour| behaviour.edits.hand_over.push(|answer, _| unstored(answer)),
    },
    Fault {
        name: "hand-over-is-asked-again",
        breaks: &["SSO-27"],
        blocks: &[],
        summary: "The answer that sends the browser to MBP may be stored, as long as it is asked again (no-cache).",
        apply: |behaviour| behaviour.edits.hand_over.push(|answer, _| answer.set("cache-control", "no-cache")),
    },
    Fault {
        name: "hand-over-may-be-stored",
        breaks: &["SSO-27"],
        blocks: &[],
        summary: "The answer that sends the browser to MBP is good for five minutes.",
        apply: |behaviour| {
            behaviour.edits.hand_over.push(|answer, _| answer.set("cache-control", "private, max-age=300"));
        },
    },
];

fn by_form(answer: &mut Answer, held: &Held) {
    let url = location(answer);
    let action = escaped(url.split('?').next().unwrap_or_default());
    let token = escaped(&held.temporary);
    let form = format!(
        "<form method=\"get\" action=\"{action}\">\n<input type=\"hidden\" name=\"token\" value=\"{token}\">\n\
         <button>Verder</button>\n</form>"
    );
    instead(answer, &form);
}
