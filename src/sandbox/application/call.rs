//! What the application asks of ACM and MBP: a call before it is sent, so that a fault can change any part of it.

use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Map, Value};

use super::Application;
use super::behaviour::{Authentication, Order};
use crate::base::assertion::ASSERTION_TYPE;
use crate::sandbox::acm::tokens::{now, secret};

/// How long the application waits for ACM.
const ACM_PATIENCE: Duration = Duration::from_secs(5);
/// The longest answer that is read.
const LONGEST: usize = 64 << 10;

/// What the application has in hand where it makes a call or an answer.
#[derive(Clone, Debug, Default)]
pub struct Held {
    /// The issuer.
    pub issuer: String,
    /// The base URL of MBP.
    pub mbp: String,
    /// The application's own origin.
    pub origin: String,
    /// The application's client-id.
    pub client_id: String,
    /// Its secret.
    pub client_secret: String,
    /// MBP's client-id.
    pub mbp_client_id: String,
    /// The client-id of another API.
    pub other_audience: String,
    /// The citizen's access token.
    pub access: String,
    /// The access token of the login.
    pub first_access: String,
    /// The citizen's refresh token.
    pub refresh: String,
    /// The citizen's ID token.
    pub id: String,
    /// The application's own token.
    pub actor: String,
    /// The exchanged token.
    pub exchanged: String,
    /// MBP's temporary token.
    pub temporary: String,
}

/// In what a call bears its parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bears {
    /// A form.
    Form,
    /// A JSON object.
    Json,
    /// The query.
    Query,
}

/// A call before it is sent.
#[derive(Clone, Debug)]
pub struct Call {
    /// The method.
    pub method: &'static str,
    /// Where to.
    pub url: String,
    /// In what it bears its parameters.
    pub bears: Bears,
    /// Its parameters.
    pub parameters: Vec<(String, String)>,
    /// How the client shows who it is.
    pub authentication: Vec<Authentication>,
}

impl Call {
    /// A call with a form.
    pub fn form(url: impl Into<String>, parameters: &[(&str, &str)]) -> Self {
        let parameters = parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Self { method: "POST", url: url.into(), bears: Bears::Form, parameters, authentication: Vec::new() }
    }

    /// Gives a parameter this value; a new one is added.
    pub fn put(&mut self, name: &str, value: &str) {
        match self.parameters.iter_mut().find(|(own, _)| own == name) {
            Some((_, own)) => value.clone_into(own),
            None => self.add(name, value),
        }
    }

    /// Adds a parameter, beside any other of that name.
    pub fn add(&mut self, name: &str, value: &str) {
        self.parameters.push((name.to_owned(), value.to_owned()));
    }

    /// Takes a parameter away.
    pub fn drop(&mut self, name: &str) {
        self.parameters.retain(|(own, _)| own != name);
    }

    /// Its parameters as a form or a query writes them.
    pub(super) fn encoded(&self) -> String {
        encoded(&self.parameters)
    }

    /// Puts the parameters in this order.
    pub(super) fn arrange(&mut self, order: Order) {
        match order {
            Order::AsWritten => {}
            Order::Reversed => self.parameters.reverse(),
            Order::Sorted => self.parameters.sort_by(|(left, _), (right, _)| left.cmp(right)),
        }
    }
}

/// Parameters as a form or a query writes them.
pub(super) fn encoded<N: AsRef<str>, V: AsRef<str>>(parameters: &[(N, V)]) -> String {
    let mut out = url::form_urlencoded::Serializer::new(String::new());
    out.extend_pairs(parameters);
    out.finish()
}

/// What came back.
#[derive(Clone, Debug)]
pub(super) struct Reply {
    pub status: u16,
    pub text: String,
}

impl Reply {
    /// Its body as JSON; null where it is none.
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }
}

/// Why a call brought nothing.
#[derive(Clone, Debug)]
pub(super) enum Failed {
    /// No answer within the time.
    Silence,
    /// This answer.
    Refused(Reply),
}

impl Failed {
    /// The error that the answer names.
    pub(super) fn error(&self) -> Option<String> {
        let Self::Refused(reply) = self else { return None };
        reply.json().get("error").and_then(Value::as_str).map(str::to_owned)
    }

    /// What the answer says.
    pub(super) fn text(&self) -> &str {
        match self {
            Self::Silence => "timeout",
            Self::Refused(reply) => &reply.text,
        }
    }
}

impl Application {
    /// Asks ACM's token endpoint.
    pub(super) async fn ask_token(&self, mut call: Call, held: &Held) -> Result<Value, Failed> {
        call.authentication = vec![self.behaviour.build.authentication];
        self.behaviour.edits.token.iter().for_each(|edit| edit(&mut call, held));
        self.send_to_acm(call).await
    }

    /// Asks ACM, with what the call says of the client's authentication.
    pub(super) async fn send_to_acm(&self, call: Call) -> Result<Value, Failed> {
        let reply = self.send(call, ACM_PATIENCE).await?;
        match reply.json() {
            body @ Value::Object(_) if reply.status == 200 => Ok(body),
            _ => Err(Failed::Refused(reply)),
        }
    }

    /// Sends a call and reads the answer.
    pub(super) async fn send(&self, mut call: Call, patience: Duration) -> Result<Reply, Failed> {
        let mut headers = Vec::new();
        let mut in_query = Vec::new();
        for way in std::mem::take(&mut call.authentication) {
            self.authenticate(way, &mut call, &mut headers, &mut in_query);
        }
        call.arrange(self.behaviour.build.order);
        let mut url = call.url.clone();
        if call.bears == Bears::Query {
            in_query.extend(call.parameters.iter().cloned());
        }
        if !in_query.is_empty() {
            url = format!("{url}?{}", encoded(&in_query));
        }
        let method = reqwest::Method::from_bytes(call.method.as_bytes()).unwrap_or_default();
        let mut request = self.http.request(method, url).timeout(patience);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        request = match call.bears {
            Bears::Query => request,
            Bears::Form => request.header("content-type", "application/x-www-form-urlencoded").body(call.encoded()),
            Bears::Json => {
                let members: Map<String, Value> =
                    call.parameters.iter().map(|(name, value)| (name.clone(), value.clone().into())).collect();
                request.header("content-type", "application/json").body(Value::Object(members).to_string())
            }
        };
        let response = request.header("accept", "application/json").send().await.map_err(|_| Failed::Silence)?;
        let status = response.status().as_u16();
        let body = response.bytes().await.map_err(|_| Failed::Silence)?;
        let kept = body.get(..LONGEST).unwrap_or(&body);
        let text = String::from_utf8_lossy(kept).into_owned();
        if let Some(diary) = &self.behaviour.diary {
            diary.write(&text);
        }
        Ok(Reply { status, text })
    }

    fn authenticate(
        &self,
        way: Authentication,
        call: &mut Call,
        headers: &mut Vec<(&'static str, String)>,
        in_query: &mut Vec<(String, String)>,
    ) {
        let (id, secret_text) = (&self.parties.client.id, &self.parties.client.secret);
        match way {
            Authentication::Post => {
                call.add("client_id", id);
                call.add("client_secret", secret_text);
            }
            Authentication::Query => {
                in_query.push(("client_id".to_owned(), id.clone()));
                in_query.push(("client_secret".to_owned(), secret_text.clone()));
            }
            Authentication::Basic => {
                // Both are form-encoded inside it (RFC 6749, 2.3.1).
                let part = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
                let value = BASE64_STANDARD.encode(format!("{}:{}", part(id), part(secret_text)));
                headers.push(("authorization", format!("Basic {value}")));
            }
            Authentication::PrivateKeyJwt => {
                let assertion = self
                    .parties
                    .key
                    .as_ref()
                    .and_then(|key| key.assertion(id, &self.parties.issuer, None, now(), &secret()));
                call.add("client_id", id);
                call.add("client_assertion_type", ASSERTION_TYPE);
                if let Some(assertion) = assertion {
                    call.add("client_assertion", secrecy::ExposeSecret::expose_secret(&assertion));
                }
            }
        }
    }
}
