//! What goes to MBP where the run was told so: a browser that was stopped there goes on, and a token of our own is handed in.

use reqwest::Method;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use tokio::time::Instant;
use url::Url;

use super::browser::{Answer, Browser};
use super::deed::{Done, Stage};
use super::facts::{RawWhat, now};
use crate::evidence::exchange::visit::{AskedMbp, Ended};
use crate::evidence::exchange::{Citizen, Failure, Grant};
use crate::evidence::vault::SecretKind;
use crate::transport::http::milliseconds;

/// The type of an access token (RFC 8693, section 3).
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

impl Stage {
    /// Opens at MBP the address at which the browser was stopped last. Where it leads is noted, and not followed.
    pub(super) async fn follow(&self, browser: &Browser, step: u8) -> Done {
        let goes = |url: &Url| self.routes.is_mbp_itself(url);
        let stopped = browser.stopped.as_ref().filter(|hop| hop.method == Method::GET && goes(&hop.url));
        let Some(hop) = stopped else { return nothing(browser) };
        self.transport.wait_for_turn().await;
        let (at_us, begun) = (now(), Instant::now());
        let came = browser.go(hop, &self.room, self.deadline(begun)).await;
        self.note_asked(browser, step, at_us, begun, (&Method::GET, &hop.url), came)
    }

    /// Hands our own exchanged token in at MBP's token API. The temporary token of the answer is known to the vault before
    /// anything is recorded, and used for nothing.
    pub(super) async fn hand_in(&self, browser: &Browser, step: u8) -> Done {
        let token = self.transport.vault.token(Grant::Exchange(Citizen::Subject));
        let (Some(token), Some(url)) = (token, self.routes.token_api()) else { return nothing(browser) };
        let body = json!({ "token": token.expose_secret(), "token_type": ACCESS_TOKEN }).to_string();
        self.transport.wait_for_turn().await;
        let (at_us, begun) = (now(), Instant::now());
        let came = browser.post_json(url.clone(), body, &self.room, self.deadline(begun)).await;
        self.note_asked(browser, step, at_us, begun, (&Method::POST, &url), came)
    }

    fn deadline(&self, begun: Instant) -> Instant {
        begun + self.transport.settings.timeout + self.transport.visits.grace
    }

    fn note_asked(
        &self,
        browser: &Browser,
        step: u8,
        at_us: u64,
        begun: Instant,
        (method, url): (&Method, &Url),
        came: Result<Answer, Failure>,
    ) -> Done {
        let (number, ms) = (browser.number, milliseconds(begun.elapsed()));
        let (status, failure, location, gave) = match came {
            Ok(answer) => {
                let gave = *method == Method::POST && self.learns_token(&answer);
                (Some(answer.status), answer.broken, answer.header("location"), gave)
            }
            Err(failure) => (None, Some(failure.kind), None, false),
        };
        let asked = AskedMbp {
            browser: number,
            method: method.to_string(),
            url: url.to_string(),
            status,
            failure,
            location,
            gave,
            ms,
        };
        self.log.note(at_us, step, RawWhat::AskedMbp(Box::new(asked)));
        let ended = match status {
            Some(_) => Ended::Page { browser: number },
            None => Ended::NoAnswer { browser: number, ms },
        };
        Done { ended, unreachable: None }
    }

    /// Whether an answer holds a temporary token, which is a secret from now on.
    fn learns_token(&self, answer: &Answer) -> bool {
        let text = answer.body.text.as_deref().unwrap_or_default();
        let body: Value = serde_json::from_str(text).unwrap_or_default();
        let Some(token) = body.get("token").and_then(Value::as_str).filter(|token| !token.is_empty()) else {
            return false;
        };
        self.transport.vault.learn(&token.into(), SecretKind::Token);
        (200..300).contains(&answer.status)
    }
}

/// There is nothing to go on with.
fn nothing(browser: &Browser) -> Done {
    Done { ended: Ended::Nothing { browser: browser.number }, unreachable: None }
}
