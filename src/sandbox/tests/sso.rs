//! An application in a browser's and a server's part, as the tests of ACM's login and of MBP need it.

use reqwest::{Client, RequestBuilder, Response};
use serde_json::{Value, json};
use url::Url;

use super::super::{SsoIssuer, SsoOptions};
use super::{ACCESS_TOKEN, EXCHANGE, access_token, header, json as json_of};

pub(super) const REDIRECT: &str = "https://127.0.0.1:3999/cb?own=1";
/// RFC 7636, appendix B.
pub(super) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(super) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A running ACM and MBP, and a caller that trusts them and follows no redirect.
pub(super) struct Sso {
    pub issuer: SsoIssuer,
    pub http: Client,
}

impl Sso {
    pub(super) async fn start() -> Self {
        Self::with(SsoOptions::default()).await
    }

    pub(super) async fn with(options: SsoOptions) -> Self {
        let issuer = SsoIssuer::start(options).await.unwrap();
        let ca = issuer.ca_pem().map(|ca| reqwest::Certificate::from_pem(ca.as_bytes()).unwrap());
        let builder = Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).tls_certs_only(ca);
        Self { http: builder.build().unwrap(), issuer }
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("{}/{path}", self.issuer.issuer())
    }

    pub(super) fn insz(&self, name: &str) -> &str {
        &self.issuer.credentials().people.iter().find(|person| person.name == name).unwrap().insz
    }

    /// An authorization request; a parameter of `other` takes the place of one of that name, and is left out where empty.
    pub(super) fn asks(&self, other: &[(&str, &str)]) -> RequestBuilder {
        let usual = [
            ("response_type", "code"),
            ("client_id", self.issuer.client().id.as_str()),
            ("redirect_uri", REDIRECT),
            ("scope", "openid profile rrn"),
            ("state", "st/ate+"),
            ("nonce", "n-1"),
        ];
        let kept = usual.into_iter().filter(|(name, _)| !other.iter().any(|(own, _)| own == name));
        let query: Vec<_> = kept.chain(other.iter().copied()).filter(|(_, value)| !value.is_empty()).collect();
        self.http.get(Url::parse_with_params(&self.url("v1/auth"), query).unwrap())
    }

    /// The ticket of a login page.
    pub(super) async fn ticket(page: Response) -> String {
        assert_eq!(page.status(), 200);
        let html = page.text().await.unwrap();
        let (_, rest) = html.split_once("name=\"ticket\" value=\"").unwrap();
        rest.split_once('"').unwrap().0.to_owned()
    }

    pub(super) async fn choose(&self, ticket: &str, citizen: &str) -> Response {
        let form = [("ticket", ticket), ("citizen", citizen)];
        self.http.post(self.url("v1/login")).form(&form).send().await.unwrap()
    }

    /// A whole login: the code, and the cookie of ACM's session.
    pub(super) async fn logs_in(&self, citizen: &str, other: &[(&str, &str)]) -> (String, String) {
        let ticket = Self::ticket(self.asks(other).send().await.unwrap()).await;
        let back = self.choose(&ticket, citizen).await;
        let cookie = header(&back, "set-cookie").split(';').next().unwrap().to_owned();
        (parameter(&back, "code").unwrap(), cookie)
    }

    /// Asks the token endpoint, as the application.
    pub(super) async fn token(&self, form: &[(&str, &str)]) -> Response {
        let client = self.issuer.client();
        let post = self.http.post(self.url("v1/token"));
        post.basic_auth(&client.id, Some(&client.secret)).form(form).send().await.unwrap()
    }

    pub(super) async fn redeem(&self, code: &str, other: &[(&str, &str)]) -> (u16, Value) {
        let mut form = vec![("grant_type", "authorization_code"), ("code", code)];
        form.extend(other);
        if !other.iter().any(|(name, _)| *name == "redirect_uri") {
            form.push(("redirect_uri", REDIRECT));
        }
        answer(self.token(&form).await).await
    }

    pub(super) async fn refresh(&self, token: &str) -> (u16, Value) {
        answer(self.token(&[("grant_type", "refresh_token"), ("refresh_token", token)]).await).await
    }

    /// The tokens of a whole login.
    pub(super) async fn tokens(&self, citizen: &str) -> Value {
        let (code, _) = self.logs_in(citizen, &[]).await;
        let (status, tokens) = self.redeem(&code, &[]).await;
        assert_eq!(status, 200);
        tokens
    }

    /// Exchanges a citizen's token for MBP, with an actor token.
    pub(super) async fn exchange(&self, subject: &str, other: &[(&str, &str)]) -> Response {
        let actor = access_token(self.token(&[("grant_type", "client_credentials")]).await).await;
        let mut form = vec![
            ("grant_type", EXCHANGE),
            ("subject_token", subject),
            ("subject_token_type", ACCESS_TOKEN),
            ("actor_token", actor.as_str()),
            ("actor_token_type", ACCESS_TOKEN),
            ("audience", self.issuer.mbp_client_id()),
        ];
        form.extend(other);
        self.token(&form).await
    }

    pub(super) fn hands_in(&self, body: &Value) -> RequestBuilder {
        let post = self.http.post(format!("{}/auth/v1/token", self.issuer.mbp_base_url()));
        post.header("content-type", "application/json; charset=utf-8").body(body.to_string())
    }

    pub(super) async fn hand_in(&self, token: &str) -> (u16, Value) {
        answer(self.hands_in(&json!({ "token": token, "token_type": ACCESS_TOKEN })).send().await.unwrap()).await
    }

    /// From a login to a token that MBP takes.
    pub(super) async fn exchanged(&self, citizen: &str) -> String {
        let tokens = self.tokens(citizen).await;
        access_token(self.exchange(tokens["access_token"].as_str().unwrap(), &[]).await).await
    }

    pub(super) async fn control(&self, form: &[(&str, &str)]) -> (u16, Value) {
        let client = self.issuer.client();
        let post = self.http.post(self.url("bronkeur/control"));
        answer(post.basic_auth(&client.id, Some(&client.secret)).form(form).send().await.unwrap()).await
    }

    pub(super) async fn events(&self) -> Vec<Value> {
        let (_, told) = self.control(&[("action", "told")]).await;
        told["events"].as_array().unwrap().clone()
    }

    /// What ACM says of a token, to MBP.
    pub(super) async fn introspect(&self, token: &str) -> Value {
        let mbp = &self.issuer.credentials().source_client;
        let post = self.http.post(self.url("v1/introspect")).basic_auth(&mbp.id, Some(&mbp.secret));
        json_of(post.form(&[("token", token)]).send().await.unwrap()).await
    }
}

pub(super) async fn answer(response: Response) -> (u16, Value) {
    (response.status().as_u16(), json_of(response).await)
}

/// A parameter of where an answer leads.
pub(super) fn parameter(response: &Response, name: &str) -> Option<String> {
    let location = Url::parse(header(response, "location")).ok()?;
    location.query_pairs().find(|(own, _)| own == name).map(|(_, value)| value.into_owned())
}
