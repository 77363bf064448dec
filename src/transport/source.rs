//! The calls to a source. Only GET, and HEAD or OPTIONS where a check asks for them.

use reqwest::Method;
use reqwest::header::{ACCEPT, ACCEPT_ENCODING, ACCEPT_LANGUAGE, HeaderName, HeaderValue};

use super::address::{self, Refusal};
use super::credential::Place;
use super::http::{By, CORRELATION, Call, Came, IDENTITY, Transport};
use super::record::{self, Base, Raw};
use crate::envelope::Page;
use crate::exchange::{Exchange, Failure, FailureKind, Request, Response, Sent, Target, Variation};
use crate::text;
use crate::text::Text;

impl Transport {
    /// Performs a request to the source.
    pub(super) async fn ask_source(&self, request: Request) -> Exchange {
        let mut sent = Sent { method: method(&request).to_string(), ..Sent::default() };
        let mut made = None;
        let call = match self.source_call(&request, &mut sent, &mut made) {
            Ok(call) => call,
            Err(failure) => return self.unsent(request, sent, made, failure),
        };
        let Came { sent, at_ms, ms, retries, result } = self.perform(&call).await;
        let base = Base { raw: call.url.as_str(), masked: &sent.url };
        let whole = request.target == Target::OpenApi;
        let result = result.map(|raw| {
            let raw = if whole { raw.with_whole_text() } else { raw };
            self.recorded(raw, retries, base)
        });
        Exchange { request, sent, at_ms, ms, credential: made, result }
    }

    /// The call that a request to the source asks for. What is known of it before it is refused stands in `sent` and
    /// `made`.
    fn source_call(&self, request: &Request, sent: &mut Sent, made: &mut Option<Text>) -> Result<Call<'_>, Failure> {
        let refused = |(kind, words): Refusal| self.failure(kind, &words);
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
            by: if request.variation == Variation::NoAccept { By::Bare } else { By::Client(&self.source) },
            method: method(request),
            url,
            headers: self.source_headers(request)?,
            authorization,
            form: Vec::new(),
            kind: request.kind(),
            phase: request.phase,
        })
    }

    fn source_headers(&self, request: &Request) -> Result<Vec<(HeaderName, HeaderValue)>, Failure> {
        let words = || text!("geen header kan deze waarde dragen", "no header can carry this value");
        let unfit = |_| self.failure(FailureKind::NotConfigured, &words());
        let given = |text: &str| HeaderValue::from_str(text).map_err(unfit);
        let mut accept = Some(HeaderValue::from_static(request.accept.value()));
        let mut encoding = IDENTITY;
        let mut language = None;
        match &request.variation {
            Variation::NoAccept => accept = None,
            Variation::Accept(value) => accept = Some(given(value)?),
            Variation::AcceptEncoding(value) => encoding = given(value)?,
            Variation::AcceptLanguage(value) => language = Some(given(value)?),
            _ => {}
        }
        let mut headers: Vec<_> = accept.map(|value| (ACCEPT, value)).into_iter().collect();
        headers.push((ACCEPT_ENCODING, encoding));
        headers.extend(language.map(|value| (ACCEPT_LANGUAGE, value)));
        if request.variation != Variation::NoIds {
            headers.push((CORRELATION, given(&self.correlation)?));
        }
        Ok(headers)
    }

    /// An answer of the source, masked; its links can be followed from now on.
    fn recorded(&self, raw: Raw, retries: u32, base: Base<'_>) -> Response {
        let page = raw.json().map(Page::of);
        let response = raw.masked(&self.vault, retries);
        if let Some(page) = page {
            record::keep_links(&self.vault, &page, &response, base);
        }
        response
    }
}

fn method(request: &Request) -> Method {
    match request.variation {
        Variation::Head => Method::HEAD,
        Variation::Options => Method::OPTIONS,
        _ => Method::GET,
    }
}
