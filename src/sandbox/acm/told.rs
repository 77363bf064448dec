//! What bronkeur is told of the calls that our own ACM answers during a visit.

use serde_json::Value;
use url::Url;

use crate::evidence::exchange::visit::{Call, Party, TokenKind};
use crate::sandbox::acm::called::is_our_own;
use crate::sandbox::acm::login::Login;
use crate::sandbox::acm::received::Received;
use crate::sandbox::acm::tokens::Grant;
use crate::sandbox::acm::visits::Issued;
use crate::sandbox::acm::{Acm, EXCHANGE, form};
use crate::sandbox::answer::{Answer, Inbound};

/// How a call is told.
enum Way {
    /// With the tokens of its answer.
    Told(Call),
    /// By the tokens of its answer alone.
    Tokens,
    Never,
}

/// A call that came in, until it is answered.
pub(super) struct Noted(Way, Option<Received>);

impl Acm {
    /// Takes note of a call that comes in.
    pub(super) fn comes_in(&self, request: &Inbound) -> Noted {
        let way = if self.login.is_none() { Way::Never } else { way(request) };
        let received = match way {
            Way::Told(call) => Some(Received::of(Party::Acm, call, request)),
            Way::Tokens | Way::Never => None,
        };
        Noted(way, received)
    }

    /// Tells of it, once it is answered.
    pub(super) fn tell(&self, Noted(way, received): Noted, request: &Inbound, answer: &Answer) {
        let Some(login) = self.login.as_ref().filter(|_| !matches!(way, Way::Never)) else { return };
        let issued = match way {
            Way::Told(Call::Token) => self.issued(request, answer),
            _ => login.code_in(answer).into_iter().collect(),
        };
        let error = answer.error().or_else(|| error_in(answer));
        self.visits.note(received.map(|received| received.answered(answer.status, error)), issued);
    }

    /// The tokens that an answer of the token endpoint carries.
    fn issued(&self, request: &Inbound, answer: &Answer) -> Vec<Issued> {
        let Ok(body) = serde_json::from_slice::<Value>(&answer.body) else { return Vec::new() };
        let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
        let grant_type = form(request).ok().and_then(|form| form.get("grant_type").cloned());
        let kind = match grant_type.as_deref() {
            Some("client_credentials") => TokenKind::Actor,
            Some(EXCHANGE) => TokenKind::Exchanged,
            _ => TokenKind::Access,
        };
        let Some((access, grant)) =
            text("access_token").and_then(|token| Some((token.clone(), self.tokens.find(&token)?)))
        else {
            return Vec::new();
        };
        let lifetime = grant.expires - grant.issued;
        let issued = |kind, token, lifetime| issued(kind, token, &grant, lifetime);
        let mut all = vec![issued(kind, access, lifetime)];
        all.extend(text("refresh_token").map(|token| issued(TokenKind::Refresh, token, Login::refresh_lifetime())));
        all.extend(text("id_token").map(|token| issued(TokenKind::Id, token, self.behaviour.lifetime)));
        all
    }
}

fn issued(kind: TokenKind, token: String, grant: &Grant, lifetime: i64) -> Issued {
    let (insz, audience, scope) = (grant.insz.clone(), Some(grant.audience.clone()), Some(grant.scope.clone()));
    Issued { token, kind, insz, audience, scope, lifetime: Some(lifetime) }
}

/// How a call is told. Nobody asks for the login or its end but a browser, also where bronkeur itself drives it.
fn way(request: &Inbound) -> Way {
    match request.path.as_str() {
        "/op/v1/auth" => Way::Told(Call::Authorization),
        "/op/v1/logout" => Way::Told(Call::Logout),
        "/op/v1/login" => Way::Tokens,
        "/op/bronkeur/control" => Way::Never,
        _ if is_our_own(request) => Way::Never,
        "/op/v1/token" => Way::Told(Call::Token),
        "/op/.well-known/openid-configuration" | "/op/v1/keys" | "/op/v1/introspect" | "/op/v1/userinfo" => {
            Way::Told(Call::Other)
        }
        _ => Way::Told(Call::Nowhere),
    }
}

/// The error with which a browser is sent back; the last of that name is ours.
fn error_in(answer: &Answer) -> Option<String> {
    let location = Url::parse(answer.headers.get("location")?.to_str().ok()?).ok()?;
    let errors = location.query_pairs().filter(|(name, _)| name == "error");
    errors.last().map(|(_, error)| error.into_owned())
}
