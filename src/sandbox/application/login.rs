//! Logging in at ACM (OpenID Connect, authorization code), and logging out again.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use super::call::{Call, encoded};
use super::session::{Given, Pending, Session};
use super::{Application, pages};
use crate::sandbox::acm::tokens::{now, secret};
use crate::sandbox::answer::{Answer, Inbound};

impl Application {
    /// Sends the browser to ACM. `then`: the page of MBP to which the citizen is on the way.
    pub(super) fn log_in(&self, then: Option<usize>) -> Answer {
        let login = &self.behaviour.login;
        let pending = Pending { state: secret(), nonce: secret(), verifier: secret(), then };
        let endpoint = format!("{}/v1/auth", self.parties.issuer);
        let challenge = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(pending.verifier.as_bytes()));
        let mut call = Call::form(
            endpoint,
            &[
                ("response_type", login.response_type),
                ("client_id", &self.parties.client.id),
                ("redirect_uri", &self.redirect_uri()),
                ("scope", login.scope),
                ("state", &pending.state),
                ("nonce", &pending.nonce),
            ],
        );
        if login.pkce {
            call.add("code_challenge", &challenge);
            call.add("code_challenge_method", "S256");
        }
        if let Some(prompt) = login.prompt {
            call.add("prompt", prompt);
        }
        if self.behaviour.build.extra {
            call.add("ui_locales", "nl");
        }
        let held = self.held(&Session::default());
        self.behaviour.edits.authorization.iter().for_each(|edit| edit(&mut call, &held));
        call.arrange(self.behaviour.build.order);
        let mut answer = self.redirect(&format!("{}?{}", call.url, call.encoded()));
        self.keep_login(pending, &mut answer);
        answer
    }

    /// The citizen comes back from ACM.
    pub(super) async fn callback(&self, request: &Inbound) -> Answer {
        let again = self.path("/login");
        let failed = || pages::login_failed(&again);
        let parameter = |name: &str| request.parameter(name);
        let mut cookies = Answer::default();
        let state = parameter("state").unwrap_or_default();
        let Some(pending) = self.login(request, &state, &mut cookies) else { return failed() };
        // RFC 9207: an answer of another issuer is not for this login.
        if parameter("iss").is_some_and(|issuer| issuer != self.parties.issuer) {
            return failed();
        }
        let Some(code) = parameter("code") else { return failed() };
        let Some(mut session) = self.session_of(&code, &pending).await else { return failed() };
        session.is_new = pending.then.is_some();
        let held = self.held(&session);
        let mut answer = self.go_to(&match pending.then {
            Some(page) => self.hand_over_path(page),
            None => self.with(self.path("/"), self.behaviour.start_holds, &held).await,
        });
        for cookie in cookies.headers.get_all("set-cookie") {
            answer.headers.append("set-cookie", cookie.clone());
        }
        self.memory.set_last(|last| last.session = Some(session.clone()));
        self.keep(&session, &mut answer);
        answer
    }

    /// Swaps the code for tokens, and starts a session with them.
    async fn session_of(&self, code: &str, pending: &Pending) -> Option<Session> {
        let url = format!("{}/v1/token", self.parties.issuer);
        let mut call = Call::form(
            url,
            &[("grant_type", "authorization_code"), ("code", code), ("redirect_uri", &self.redirect_uri())],
        );
        if self.behaviour.login.pkce {
            call.add("code_verifier", &pending.verifier);
        }
        let held = self.held(&Session::default());
        let body = self.ask_token(call, &held).await.ok()?;
        let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
        let (access, id) = (text("access_token")?, text("id_token").unwrap_or_default());
        let is_openid = self.behaviour.login.scope.split(' ').any(|scope| scope == "openid");
        if is_openid && !self.is_ours(&id, &pending.nonce) {
            return None;
        }
        if self.behaviour.reads.small_column && access.len() > 255 {
            return None;
        }
        let (sid, refresh) = (secret(), text("refresh_token"));
        self.memory.set_given(&sid, Given { access: access.clone(), refresh: refresh.clone(), id });
        Some(Session { sid, access, refresh, is_new: true })
    }

    /// Whether an ID token is of this issuer, for this application and of this login. It came straight from the token
    /// endpoint over TLS, which may stand for its signature (OpenID Connect Core, 3.1.3.7).
    fn is_ours(&self, id: &str, nonce: &str) -> bool {
        let claims = claims(id);
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        let own = &self.parties.client.id;
        let for_us = match claims.get("aud") {
            Some(Value::String(one)) => one == own,
            Some(Value::Array(many)) => many.iter().any(|one| one == own),
            _ => false,
        };
        let is_valid = claims.get("exp").and_then(Value::as_i64).is_some_and(|expires| expires > now());
        for_us && is_valid && text("iss") == Some(&self.parties.issuer) && text("nonce") == Some(nonce)
    }

    /// Ends the session here, and then at ACM.
    pub(super) fn log_out(&self, request: &Inbound) -> Answer {
        let back = self.path("/afgemeld");
        let mut answer = if self.behaviour.build.logs_out_at_acm {
            let parameters = [
                ("client_id", self.parties.client.id.clone()),
                ("post_logout_redirect_uri", format!("{}{back}", self.origin)),
            ];
            self.redirect(&format!("{}/v1/logout?{}", self.parties.issuer, encoded(&parameters)))
        } else {
            self.go_to(&back)
        };
        if self.behaviour.ends_its_session {
            self.end(request, &mut answer);
        }
        answer
    }
}

/// The claims of a JWT; none where it is no JWT.
pub(super) fn claims(jwt: &str) -> Map<String, Value> {
    let payload = jwt.split('.').nth(1).and_then(|part| BASE64_URL_SAFE_NO_PAD.decode(part).ok());
    payload.and_then(|payload| serde_json::from_slice(&payload).ok()).unwrap_or_default()
}
