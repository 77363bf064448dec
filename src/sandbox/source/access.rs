//! Who gets in: the source reads a token, has the ACM validate it and compares what it says with the call.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::Value;

use crate::sandbox::acm::tokens::{Grant, now};
use crate::sandbox::answer::{Inbound, Problem};
use crate::sandbox::source::Source;
use crate::sandbox::source::behaviour::{Compares, OtherScheme, Refusals, Rules};
use crate::sandbox::source::envelope::field;

/// A call that got in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::sandbox) struct Admitted {
    /// The national number of the token's citizen; `None` only where a rule is off.
    pub citizen: Option<String>,
}

/// Why a call did not get in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sandbox) enum Refusal {
    Missing,
    Invalid,
    Audience,
    NoCitizen,
    Scope,
    OtherCitizen,
    NeverIssued,
    NoAcm,
}

impl Refusal {
    pub(in crate::sandbox) fn problem(self, refusals: &Refusals) -> Problem {
        let (status, kind, title, detail) = match self {
            Self::Missing => (refusals.missing, "unauthorized", "No token", "Send a Bearer token."),
            Self::Invalid => (refusals.invalid, "unauthorized-token", "Invalid token", "This token is not valid here."),
            Self::Audience => {
                (refusals.audience, "unauthorized-token", "Invalid token", "This token is not valid here.")
            }
            Self::NoCitizen => (refusals.no_citizen, "no-citizen", "No citizen", "This token stands for no citizen."),
            Self::Scope => (refusals.scope, "insufficient-scope", "Insufficient scope", "The token lacks the scope."),
            Self::OtherCitizen => (refusals.other_citizen, FORBIDDEN.0, FORBIDDEN.1, FORBIDDEN.2),
            Self::NeverIssued => (refusals.never_issued, FORBIDDEN.0, FORBIDDEN.1, FORBIDDEN.2),
            Self::NoAcm => (refusals.no_acm, "no-validation", "No validation", "The token cannot be validated now."),
        };
        Problem { status, kind, title, detail }
    }

    /// The challenge that goes with this refusal, where its status asks for one.
    pub(in crate::sandbox) fn challenge(self, status: u16) -> Option<&'static str> {
        match (self, status) {
            (_, 401) => Some("Bearer error=\"invalid_token\""),
            (Self::Scope, 403) => Some("Bearer error=\"insufficient_scope\""),
            _ => None,
        }
    }
}

/// One text for a citizen that is not yours and for a number that is nobody's.
const FORBIDDEN: (&str, &str, &str) = ("forbidden", "Forbidden", "The token is not of this citizen.");

enum Presented {
    Token(String),
    /// A rule is off: no token is looked at.
    Open,
}

/// Reads and validates the token of a request; the citizen is not yet compared with the path.
pub(in crate::sandbox) async fn admit(source: &Source, rules: &Rules, request: &Inbound) -> Result<Admitted, Refusal> {
    let open = Admitted { citizen: None };
    let Presented::Token(mut token) = presented(rules, request)? else { return Ok(open) };
    if rules.compares != Compares::Whole
        && let Some(known) = source.tokens.like(|known| rules.compares.is_like(&token, known))
    {
        token = known;
    }
    if !rules.distrusts_jwt && looks_like_jwt(&token) {
        return Ok(open);
    }
    let claims = match claims(source, rules, &token).await {
        Ok(claims) => claims,
        Err(_) if !rules.closed_without_acm => return Ok(open),
        Err(_) => return Err(Refusal::NoAcm),
    };
    if field(&claims, "active") != true {
        return if rules.reads_active { Err(Refusal::Invalid) } else { Ok(open) };
    }
    if rules.checks_expiry && field(&claims, "exp").as_i64().is_none_or(|exp| exp <= now()) {
        return Err(Refusal::Invalid);
    }
    if rules.checks_audience && !is_for(field(&claims, "aud"), &source.client_id) {
        return Err(Refusal::Audience);
    }
    let scopes = field(&claims, "scope").as_str().unwrap_or_default();
    if rules.checks_scope && !scopes.split(' ').any(|scope| scope == source.scope) {
        return Err(Refusal::Scope);
    }
    let citizen = field(&claims, "rrn").as_str().map(str::to_owned);
    if citizen.is_none() && rules.demands_citizen {
        return Err(Refusal::NoCitizen);
    }
    Ok(Admitted { citizen })
}

fn presented(rules: &Rules, request: &Inbound) -> Result<Presented, Refusal> {
    let Some(header) = request.headers.get("authorization") else {
        return match request.parameter("access_token") {
            Some(token) if !rules.ignores_query_token => Ok(Presented::Token(token)),
            _ if !rules.demands_token => Ok(Presented::Open),
            _ => Err(Refusal::Missing),
        };
    };
    let header = header.to_str().unwrap_or_default();
    let (scheme, rest) = header.split_once(' ').unwrap_or((header, ""));
    let is_bearer = if rules.any_case { scheme.eq_ignore_ascii_case("bearer") } else { scheme == "Bearer" };
    let token = rest.trim();
    if is_bearer && token.is_empty() && !rules.demands_more_than_bearer {
        return Ok(Presented::Open);
    }
    match rules.other_scheme {
        _ if is_bearer && !token.is_empty() && !token.contains(' ') => Ok(Presented::Token(token.to_owned())),
        OtherScheme::LastWord => {
            let last = header.split_whitespace().last().unwrap_or_default();
            Ok(Presented::Token(last.to_owned()))
        }
        OtherScheme::AdmitBasic if scheme.eq_ignore_ascii_case("basic") => Ok(Presented::Open),
        _ => Err(Refusal::Invalid),
    }
}

/// What introspection says, or what a forgetful source believes that it said.
async fn claims(source: &Source, rules: &Rules, token: &str) -> Result<Value, reqwest::Error> {
    if !rules.asks_acm
        && let Some(grant) = source.tokens.find(token)
    {
        return Ok(remembered(&grant, grant.is_active(now())));
    }
    let start: String = token.chars().take(12).collect();
    if !rules.whole_token
        && let Some(claims) = source.recall(&start)
    {
        return Ok(claims);
    }
    let claims = match source.recent(token) {
        Some(claims) => claims,
        None => source.introspect(token).await?,
    };
    source.keep(token, &claims);
    if !rules.checks_expiry
        && field(&claims, "active") != true
        && let Some(grant) = source.tokens.find(token)
    {
        return Ok(remembered(&grant, true));
    }
    if !rules.whole_token && field(&claims, "active") == true {
        source.remember(start, claims.clone());
    }
    Ok(claims)
}

fn remembered(grant: &Grant, active: bool) -> Value {
    serde_json::json!({
        "active": active, "aud": grant.audience, "scope": grant.scope, "exp": grant.expires, "rrn": grant.insz,
    })
}

fn is_for(audience: &Value, client_id: &str) -> bool {
    match audience {
        Value::String(one) => one == client_id,
        Value::Array(many) => many.iter().any(|one| one == client_id),
        _ => false,
    }
}

fn looks_like_jwt(token: &str) -> bool {
    let parts: Vec<&str> = token.split('.').collect();
    let [header, _, _] = parts.as_slice() else { return false };
    BASE64_URL_SAFE_NO_PAD
        .decode(header)
        .is_ok_and(|header| serde_json::from_slice::<Value>(&header).is_ok_and(|header| header.get("alg").is_some()))
}
