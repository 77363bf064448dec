//! What `bronkeur login` asks of the issuer, outside any run: the endpoints, and the tokens for a code. All of it passes
//! through the bounds and the masks of every other call.

use std::sync::Arc;

use jiff::Timestamp;
use secrecy::SecretString;
use serde_json::Value;
use url::Url;

use super::http::{Call, Transport};
use super::login::{Authorization, Expected, check};
use super::oauth::{self, Discovery};
use super::record::ParsedResponse;
use super::retry::Repeat;
use crate::base::text::{Text, shown};
use crate::evidence::exchange::{Exchange, Failure, FailureKind, IssuerCall, Request};
use crate::evidence::vault::SecretKind;
use crate::text;

/// Why the issuer gave nothing: its OAuth error code, where it said one, and what happened, masked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// `invalid_grant` and its like; empty where there is none.
    pub code: String,
    /// What happened.
    pub message: Text,
}

impl Refused {
    fn new(message: Text) -> Self {
        Self { code: String::new(), message }
    }
}

impl Transport {
    /// The page where citizens log in, by discovery.
    ///
    /// # Errors
    /// The issuer cannot be reached, is another one, or names no page.
    pub async fn login_page(self: &Arc<Self>) -> Result<Url, Refused> {
        let exchange = Arc::clone(self).send(Request::issuer(IssuerCall::Discovery)).await;
        self.same_issuer(&exchange)?;
        let Discovery { authorization, .. } = self.discovered();
        authorization.map_err(Refused::new)
    }

    fn same_issuer(&self, exchange: &Exchange) -> Result<(), Refused> {
        let failed = |words: &Text| {
            let Text { nl, en } = words.map(|words| self.vault.mask_text(words));
            Refused::new(text!("de uitgever is niet te bereiken: {nl}", "the issuer cannot be reached: {en}"))
        };
        let response = exchange.result.as_ref().map_err(|failure| failed(&in_words(failure)))?;
        if response.status != 200 {
            return Err(failed(&Text::same(response.status)));
        }
        let stated = response.json().and_then(|json| json.get("issuer")?.as_str());
        if stated == Some(self.issuer_name()) {
            return Ok(());
        }
        let (stated, configured) = (shown(stated.unwrap_or("-")), self.issuer_name());
        Err(Refused::new(text!(
            "de uitgever noemt zichzelf {stated}, niet {configured}",
            "the issuer calls itself {stated}, not {configured}"
        )))
    }

    /// How the issuer is called in the profile.
    pub(super) fn issuer_name(&self) -> &str {
        self.settings.setup.acm.as_ref().map_or("", |acm| acm.issuer.as_str())
    }

    /// Swaps an authorization code for tokens. What comes back is raw: it is there to be kept, never to be shown.
    ///
    /// # Errors
    /// The issuer refuses, or what it answers is not about this login.
    pub async fn tokens_for(
        &self,
        code: &SecretString,
        authorization: &Authorization,
        wants_id_token: bool,
    ) -> Result<Value, Refused> {
        self.vault.learn(code, SecretKind::Token);
        self.vault.learn(authorization.verifier(), SecretKind::Secret);
        let form = oauth::code(code, authorization.verifier(), authorization.redirect());
        let mut call = self.login_call(form).map_err(|failure| unanswered(&failure))?;
        call.repeat = Repeat::Spends;
        let raw = self.perform(&call).await.result.map_err(|failure| unanswered(&failure))?.read();
        let answer = raw.json().filter(|_| raw.status == 200 && raw.json().is_some_and(has_token));
        let Some(answer) = answer else { return Err(self.refused(&raw)) };
        let client_id = self.login_client().map(|client| client.id.clone()).unwrap_or_default();
        let expected = Expected { issuer: self.issuer_name(), client_id: &client_id, nonce: authorization.nonce() };
        match answer.get("id_token").and_then(Value::as_str) {
            Some(token) => check(token, expected, Timestamp::now()).map_err(Refused::new)?,
            None if wants_id_token => {
                return Err(Refused::new(text!("de uitgever gaf geen id_token", "the issuer gave no id_token")));
            }
            None => {}
        }
        Ok(answer.clone())
    }

    fn login_call(&self, form: oauth::Form) -> Result<Call, Failure> {
        let client = self.login_client()?;
        let endpoint = self.discovered().endpoints(&client.auth).token;
        let endpoint = endpoint.map_err(|words| self.failure(FailureKind::NoToken, &words))?;
        self.authenticated(&Request::issuer(IssuerCall::Discovery), endpoint, client, form)
    }

    fn refused(&self, raw: &ParsedResponse) -> Refused {
        let member = |name: &str| {
            let text = raw.json().and_then(|json| json.get(name)?.as_str()).unwrap_or_default();
            shown(&self.vault.mask_text(text))
        };
        let (status, error, why) = (raw.status, member("error"), member("error_description"));
        let code = oauth::error_code(raw.json()).unwrap_or_default().to_owned();
        Refused {
            code,
            message: text!(
                "de uitgever gaf geen tokens voor de code: {status} {error} {why}",
                "the issuer gave no tokens for the code: {status} {error} {why}"
            ),
        }
    }

    /// Makes what the login page answered safe to show.
    pub fn safe(&self, text: &str) -> String {
        shown(&self.vault.mask_text(text))
    }
}

fn unanswered(failure: &Failure) -> Refused {
    let Text { nl, en } = in_words(failure);
    Refused::new(text!(
        "de uitgever gaf geen tokens voor de code: {nl}",
        "the issuer gave no tokens for the code: {en}"
    ))
}

fn in_words(failure: &Failure) -> Text {
    if failure.detail == Text::default() { failure.kind.in_brief() } else { failure.detail.clone() }
}

fn has_token(answer: &Value) -> bool {
    oauth::token(answer, "access_token").is_some()
}
