//! A citizen's refresh token swapped for an access token. It works once: the next one is in its place before anything
//! uses the access token, and an interrupt does not come between.

use std::panic::resume_unwind;
use std::sync::Arc;

use jiff::Timestamp;
use reqwest::Method;

use super::acm::client_by;
use super::http::{Came, Transport};
use super::oauth;
use super::record::{ParsedResponse, RawResponse};
use super::retry::Repeat;
use crate::base::text::Text;
use crate::evidence::exchange::{Citizen, Exchange, Failure, FailureKind, Grant, IssuerCall, Request, Sent};
use crate::evidence::vault::SecretKind;
use crate::profile::login::{LOCK_WAIT, LockedToken, TokenFileError};
use crate::text;

impl Transport {
    /// Refreshes. It is a task of its own: whoever waits for it may be stopped, the token that is on its way may not.
    pub(super) async fn refresh(self: Arc<Self>, request: Request, citizen: Citizen) -> Exchange {
        let settled = Arc::clone(&self.unsettled).read_owned().await;
        let (transport, asked) = (Arc::clone(&self), request.clone());
        let task = tokio::spawn(async move {
            let exchange = transport.refreshed(asked, citizen).await;
            drop(settled);
            exchange
        });
        match task.await {
            Ok(exchange) => exchange,
            Err(error) if error.is_panic() => resume_unwind(error.into_panic()),
            Err(_) => {
                let failure = self.failure(FailureKind::Interrupted, &Text::default());
                self.unsent(request, Sent::default(), None, failure)
            }
        }
    }

    /// Waits until no refresh is under way: before that the process must not end.
    pub async fn settled(&self) {
        drop(self.unsettled.write().await);
    }

    async fn refreshed(&self, request: Request, citizen: Citizen) -> Exchange {
        match self.refresh_call(&request, citizen).await {
            Ok(exchange) => exchange,
            Err(failure) => {
                self.remember(IssuerCall::Token(Grant::Refresh(citizen)), Err(&failure));
                let sent = Sent { method: Method::POST.to_string(), ..Sent::default() };
                self.unsent(request, sent, None, failure)
            }
        }
    }

    async fn refresh_call(&self, request: &Request, citizen: Citizen) -> Result<Exchange, Failure> {
        let no_token = |words: Text| self.failure(FailureKind::NoToken, &words);
        let grant = Grant::Refresh(citizen);
        let keeper = self
            .settings
            .keepers
            .get(&citizen)
            .ok_or_else(|| no_token(text!("geen refresh token", "no refresh token")))?;
        let client = self.client_for(grant)?;
        let endpoint = self.discovered().endpoints(&client.auth).token.map_err(no_token)?;
        let taken = keeper.take(LOCK_WAIT).await;
        let mut taken = taken.map_err(|TokenFileError { message, remedy }| {
            let ((nl, en), (wat, what)) = ((message.nl, message.en), (remedy.nl, remedy.en));
            no_token(text!("{nl}; {wat}", "{en}; {what}"))
        })?;
        self.vault.learn(taken.token(), SecretKind::Token);
        let mut call = self.authenticated(request, endpoint, client, oauth::refresh(taken.token()))?;
        call.repeat = Repeat::Spends;
        taken.spend().map_err(|Text { nl, en }| {
            no_token(text!(
                "naast het refresh token kan niet geschreven worden: {nl}",
                "nothing can be written beside the refresh token: {en}"
            ))
        })?;
        let Came { sent, at_ms, ms, earlier, result } = self.perform(&call).await;
        let result = result.map(RawResponse::read);
        let kept = self.kept(taken, result.as_ref());
        self.remember(IssuerCall::Token(grant), result.as_ref());
        if let Err(cause) = kept {
            // Whoever goes on with the access token would find out only in the next run.
            self.memory().causes.insert(grant, cause);
            self.vault.forget_token(grant);
        }
        let result = result.map(|raw| raw.masked(&self.vault));
        let credential = Some(client_by(client));
        Ok(Exchange { request: request.clone(), sent, at_ms, ms, credential, earlier, result })
    }

    /// Presents the subject's refresh token in an exchange, where an access token belongs. It is not used up by that: it
    /// stays where it is kept.
    pub(super) async fn exchange_refresh_token(&self, request: Request) -> Exchange {
        let grant = Grant::RefreshAsSubject;
        match self.mistaken_exchange(&request, grant).await {
            Ok(exchange) => exchange,
            Err(failure) => {
                self.remember(IssuerCall::Token(grant), Err(&failure));
                let sent = Sent { method: Method::POST.to_string(), ..Sent::default() };
                self.unsent(request, sent, None, failure)
            }
        }
    }

    async fn mistaken_exchange(&self, request: &Request, grant: Grant) -> Result<Exchange, Failure> {
        let lacks = |words: Text| self.failure(FailureKind::NotConfigured, &words);
        let none = || lacks(text!("geen refresh token van het subject", "no refresh token of the subject"));
        let keeper = self.settings.keepers.get(&Citizen::Subject).ok_or_else(none)?;
        let taken = keeper.take(LOCK_WAIT).await.map_err(|error| lacks(error.message))?;
        self.vault.learn(taken.token(), SecretKind::Token);
        let call = self.mistaken_call(request, grant, taken.token());
        taken.release().map_err(lacks)?;
        let call = call?;
        let Came { sent, at_ms, ms, earlier, result } = self.perform(&call).await;
        let result = result.map(RawResponse::read);
        let asked = IssuerCall::Token(grant);
        self.remember(asked, result.as_ref());
        let result = result.map(|raw| self.noted(raw, asked));
        let credential = Some(client_by(self.client_for(grant)?));
        Ok(Exchange { request: request.clone(), sent, at_ms, ms, credential, earlier, result })
    }

    /// Puts what came into the place of the token that was sent, or leaves that one where it surely was not used.
    fn kept(&self, taken: LockedToken, result: Result<&ParsedResponse, &Failure>) -> Result<(), Text> {
        let renewed = |raw: &ParsedResponse| (200..300).contains(&raw.status);
        let answer = result.ok().filter(|raw| renewed(raw)).and_then(ParsedResponse::json);
        let outcome = match answer.filter(|answer| answer.get("access_token").is_some()) {
            Some(answer) => taken.keep(answer, Timestamp::now()),
            None if unused(result) => taken.release(),
            None => return Ok(()),
        };
        outcome.map_err(|Text { nl, en }| {
            let words = text!(
                "het volgende refresh token kon niet geschreven worden ({nl}); het oude is op: meld de burger opnieuw aan",
                "the next refresh token could not be written ({en}); the old one is used up: log the citizen in again"
            );
            words.map(|words| self.vault.mask_text(words))
        })
    }
}

/// Whether the issuer surely did not use the token: nothing reached it, or it refused for another reason than the token.
/// A refused token is as good as used, and so is one of which nobody knows.
fn unused(result: Result<&ParsedResponse, &Failure>) -> bool {
    match result {
        Err(failure) => matches!(failure.kind, FailureKind::Dns | FailureKind::Connect | FailureKind::Tls),
        Ok(raw) => match raw.status {
            429 | 503 => true,
            400..500 => oauth::error_code(raw.json()).is_some_and(|code| code != "invalid_grant"),
            _ => false,
        },
    }
}
