//! The sandbox as its callers see it, over the wire.

mod acm;
mod application;
mod faults;
mod hostile;
mod login;
mod mbp;
mod source;
mod sso;
mod stand_in;

use reqwest::{Client, Method, Response};
use serde_json::Value;

use super::behaviour::Envelope;
use super::{Behaviour, ClientCredentials, Options, Role, Sandbox};

const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
const HAL: &str = "application/hal+json";
const ENVELOPES: [Envelope; 2] = [Envelope::Links, Envelope::Hal];

/// A running sandbox and a caller that trusts it.
struct World {
    sandbox: Sandbox,
    http: Client,
}

impl World {
    async fn start(behaviour: Behaviour) -> Self {
        Self::with(Options { behaviour, ..Options::default() }).await
    }

    async fn with(options: Options) -> Self {
        let sandbox = Sandbox::start(options).await.unwrap();
        let ca = sandbox.ca_pem().map(|ca| reqwest::Certificate::from_pem(ca.as_bytes()).unwrap());
        let builder = Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).tls_certs_only(ca);
        Self { http: builder.build().unwrap(), sandbox }
    }

    fn insz(&self, role: Role) -> String {
        self.person(role).insz.clone()
    }

    fn person(&self, role: Role) -> &super::Person {
        self.sandbox.credentials().people.iter().find(|person| person.role == role).unwrap()
    }

    fn list_url(&self, role: Role) -> String {
        format!("{}/certificates/{}", self.sandbox.base_url(), self.insz(role))
    }

    /// Posts a form to the token endpoint, as the caller by `client_secret_post`.
    async fn token(&self, form: &[(&str, &str)]) -> Response {
        let client = &self.sandbox.credentials().client;
        let mut form = form.to_vec();
        form.extend([("client_id", client.id.as_str()), ("client_secret", client.secret.as_str())]);
        self.http.post(format!("{}/v1/token", self.sandbox.issuer())).form(&form).send().await.unwrap()
    }

    async fn exchange_for(&self, role: Role, audience: &str, scope: &str) -> String {
        let subject = &self.person(role).token;
        let form = [
            ("grant_type", EXCHANGE),
            ("subject_token", subject),
            ("subject_token_type", ACCESS_TOKEN),
            ("audience", audience),
            ("scope", scope),
        ];
        access_token(self.token(&form).await).await
    }

    async fn good_token(&self, role: Role) -> String {
        let credentials = self.sandbox.credentials();
        self.exchange_for(role, &credentials.audience, &credentials.scope).await
    }

    async fn get(&self, url: &str, token: &str) -> Response {
        self.send(Method::GET, url, &[("authorization", &format!("Bearer {token}"))]).await
    }

    async fn send(&self, method: Method, url: &str, headers: &[(&str, &str)]) -> Response {
        let request =
            headers.iter().fold(self.http.request(method, url), |request, (name, value)| request.header(*name, *value));
        request.send().await.unwrap()
    }

    async fn introspect(&self, token: &str) -> Value {
        let source = &self.sandbox.credentials().source_client;
        let url = format!("{}/v1/introspect", self.sandbox.issuer());
        let call = self.http.post(url).basic_auth(&source.id, Some(&source.secret)).form(&[("token", token)]);
        json(call.send().await.unwrap()).await
    }
}

async fn json(response: Response) -> Value {
    serde_json::from_slice(&response.bytes().await.unwrap()).unwrap_or_default()
}

async fn access_token(response: Response) -> String {
    json(response).await["access_token"].as_str().unwrap_or_default().to_owned()
}

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

/// The href of a link, in either envelope.
fn link(body: &Value, rel: &str) -> Option<String> {
    let href = body["links"]
        .as_array()
        .and_then(|links| links.iter().find(|link| link["rel"] == rel))
        .map_or_else(|| &body["_links"][rel]["href"], |link| &link["href"]);
    href.as_str().map(str::to_owned)
}

fn items(body: &Value) -> &Vec<Value> {
    body["certificates"].as_array().or_else(|| body["_embedded"]["certificates"].as_array()).unwrap()
}
