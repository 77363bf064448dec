//! The calls to a source. Only GET, and HEAD or OPTIONS where a check asks for them.

use std::sync::Arc;

use reqwest::Method;
use reqwest::header::{ACCEPT, ACCEPT_ENCODING, ACCEPT_LANGUAGE, HOST, HeaderName, HeaderValue};

use super::address::{self, Refusal};
use super::credential::Place;
use super::http::{CORRELATION, Call, Came, IDENTITY, PendingExchange, Sender, Transport};
use super::record::Base;
use super::retry::Repeat;
use crate::base::text::Text;
use crate::evidence::exchange::{Exchange, Failure, FailureKind, Request, Sent, Target, Variation};
use crate::{source, text};

impl Transport {
    /// Performs a request to the source.
    pub(super) async fn ask_source(&self, request: Request) -> PendingExchange {
        let mut sent = Sent { method: method(&request).to_string(), ..Sent::default() };
        let mut made = None;
        let call = match self.source_call(&request, &mut sent, &mut made) {
            Ok(call) => call,
            Err(failure) => {
                let unsent = self.unsent(request, sent, made, failure);
                return PendingExchange::new(|| unsent);
            }
        };
        let Came { sent, at_ms, ms, earlier, result } = self.perform(&call).await;
        let (url, vault, judge) = (call.url, Arc::clone(&self.vault), Arc::clone(&self.judge));
        PendingExchange::new(move || {
            let base = Base { raw: url.as_str(), masked: &sent.url };
            let result = result.map(|answer| {
                let raw = answer.read();
                if request.target == Target::OpenApi {
                    return raw.into_openapi(&vault, &judge);
                }
                let held = judge.held(&request, base.masked, raw.status, raw.media_type().as_deref());
                raw.masked_with_links(&vault, base, held.as_ref())
            });
            let exchange = Exchange { request, sent, at_ms, ms, credential: made, earlier, result };
            source::view(&exchange);
            exchange
        })
    }

    /// The call that a request to the source asks for. What is known of it before it is refused stands in `sent` and
    /// `made`.
    fn source_call(&self, request: &Request, sent: &mut Sent, made: &mut Option<Text>) -> Result<Call, Failure> {
        let refused = |refusal: Refusal| self.failure(refusal.kind, &refusal.detail).with(refusal.trouble);
        let mut url = address::address(&self.settings, &self.vault, request).map_err(refused)?;
        sent.url = self.vault.mask_text(url.as_str());
        address::vouched(&self.settings, request, &url).map_err(refused)?;
        let mut authorization = None;
        if let Some(credential) = self.credential(request.auth)? {
            *made = Some(credential.made.clone());
            if credential.place == Place::Query {
                url = address::with_token(url, &credential.token);
            } else {
                let words = || text!("geen header kan het token dragen", "no header can carry the token");
                let unfit = || self.failure(FailureKind::NoToken, &words());
                authorization = Some(credential.header().ok_or_else(unfit)?);
            }
        }
        Ok(Call {
            by: match request.variation {
                Variation::NoAccept | Variation::Host(_) => Sender::Bare,
                _ => Sender::Source,
            },
            method: method(request),
            url,
            headers: self.source_headers(request)?,
            authorization,
            form: Vec::new(),
            kind: request.kind(),
            repeat: Repeat::in_phase(request.phase),
        })
    }

    fn source_headers(&self, request: &Request) -> Result<Vec<(HeaderName, HeaderValue)>, Failure> {
        let words = || text!("geen header kan deze waarde dragen", "no header can carry this value");
        let unfit = |_| self.failure(FailureKind::NotConfigured, &words());
        let given = |text: &str| HeaderValue::from_str(text).map_err(unfit);
        let mut accept = Some(HeaderValue::from_static(request.accept.value()));
        let mut encoding = IDENTITY;
        let (mut language, mut host) = (None, None);
        match &request.variation {
            Variation::NoAccept => accept = None,
            Variation::Accept(value) => accept = Some(given(value)?),
            Variation::AcceptEncoding(value) => encoding = given(value)?,
            Variation::AcceptLanguage(value) => language = Some(given(value)?),
            Variation::Host(value) => host = Some(given(value)?),
            _ => {}
        }
        let mut headers: Vec<_> = host.map(|value| (HOST, value)).into_iter().collect();
        headers.extend(accept.map(|value| (ACCEPT, value)));
        headers.push((ACCEPT_ENCODING, encoding));
        headers.extend(language.map(|value| (ACCEPT_LANGUAGE, value)));
        if request.variation != Variation::NoIds {
            headers.push((CORRELATION, given(&self.correlation)?));
        }
        Ok(headers)
    }
}

fn method(request: &Request) -> Method {
    match request.variation {
        Variation::Head => Method::HEAD,
        Variation::Options => Method::OPTIONS,
        _ => Method::GET,
    }
}
