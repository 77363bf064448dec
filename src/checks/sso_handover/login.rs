//! Chapter login: how the citizen logs in at ACM, and how the application shows who it is.

use url::Url;

use crate::application::{Visited, Way, is_at, visits};
use crate::base::text::{Text, shown};
use crate::checks::checks;
use crate::checks::shared::absent;
use crate::evidence::exchange::visit::{Authentication, Call};
use crate::judging::context::{CheckContext, Judgement, Stop};
use crate::judging::reason;
use crate::judging::verdict::{Finding, Verdict};
use crate::text;

use super::shared::{listed, sequential};

checks!(citizens_log_in_by_code, login_asks_for_the_scopes, client_authenticates_as_allowed);

/// A request to the authorization endpoint (RFC 6749, section 4.1.1).
struct Authorization {
    /// The place of its fact, and the member that holds its parameters.
    at: usize,
    member: &'static str,
    parameters: Vec<(String, String)>,
}

impl Authorization {
    fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// Whether its parameters are elsewhere: in a request object, or pushed before (RFC 9101, RFC 9126).
    fn is_closed(&self) -> bool {
        self.parameter("request").is_some() || self.parameter("request_uri").is_some()
    }

    /// Whether a list of names holds one.
    fn has(&self, parameter: &str, name: &str) -> bool {
        self.parameter(parameter).is_some_and(|names| names.split_whitespace().any(|own| own == name))
    }
}

/// The requests for a login whose parameters can be seen, of somebody who logs in and of somebody who goes to MBP first;
/// blocked where there is none.
fn authorizations<'a>(cx: &CheckContext<'a>) -> Result<Vec<(Visited<'a>, Authorization)>, Stop> {
    let (visits, obstacle) = cx.visits_that_came(&[visits::twice(), visits::as_nobody()])?;
    let issuer = cx.setup().acm.as_ref().map_or("", |acm| acm.issuer.as_str());
    let mut open = Vec::new();
    for visited in visits {
        let told: Vec<Authorization> = if cx.way() == Way::Laptop {
            let calls = visited.calls(Call::Authorization);
            calls
                .map(|seen| Authorization {
                    at: seen.at,
                    member: "parameters",
                    parameters: seen.what.parameters.clone(),
                })
                .collect()
        } else {
            let to_issuer = visited.navigations().filter(|seen| is_at(&seen.what.url, issuer));
            to_issuer.filter_map(|seen| of_url(seen.at, &seen.what.url)).collect()
        };
        open.extend(told.into_iter().filter(|one| !one.is_closed()).map(|one| (visited, one)));
    }
    if !open.is_empty() {
        return Ok(open);
    }
    if let Some(obstacle) = obstacle {
        return Err(obstacle);
    }
    Err(Verdict::blocked(
        text!("de parameters van de aanmelding zijn niet te zien", "the parameters of the login cannot be seen"),
        text!(
            "kijk ze na in de configuratie van de toepassing: ze gaan ondertekend of op voorhand naar ACM",
            "look at them in the configuration of the application: they go to ACM signed, or beforehand"
        ),
    )
    .into())
}

/// What a browser asked of the authorization endpoint: of other pages of the issuer, nothing.
fn of_url(at: usize, url: &str) -> Option<Authorization> {
    let url = Url::parse(url).ok()?;
    let parameters: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let asks = parameters.iter().any(|(name, _)| matches!(name.as_str(), "response_type" | "request" | "request_uri"));
    asks.then_some(Authorization { at, member: "url", parameters })
}

fn citizens_log_in_by_code(cx: &CheckContext<'_>) -> Judgement {
    let asked = authorizations(cx)?;
    let mut findings = Vec::new();
    for (visited, one) in &asked {
        let types: Vec<&str> = one.parameter("response_type").unwrap_or_default().split_whitespace().collect();
        if types != ["code"] {
            let actual = one.parameter("response_type").map_or_else(absent, |types| Text::same(shown(types)));
            findings.push(visited.finding(one.at, one.member, Text::same("response_type=code"), actual));
        }
        if !one.has("scope", "openid") {
            findings.push(without_scope(visited, one, "openid"));
        }
    }
    cx.judged(findings)
}

fn without_scope(visited: &Visited<'_>, one: &Authorization, scope: &str) -> Finding {
    let actual = one.parameter("scope").map_or_else(absent, |scopes| Text::same(shown(&format!("scope={scopes}"))));
    let expected = text!("`{scope}` in `scope`", "`{scope}` in `scope`");
    visited.finding(one.at, one.member, expected, actual)
}

fn login_asks_for_the_scopes(cx: &CheckContext<'_>) -> Judgement {
    let wanted = cx.parameter("scopes");
    let asked = authorizations(cx)?;
    let lacking = asked.iter().flat_map(|(visited, one)| {
        wanted.iter().filter(|scope| !one.has("scope", scope)).map(|scope| without_scope(visited, one, scope))
    });
    cx.judged(lacking.collect::<Vec<_>>())
}

fn client_authenticates_as_allowed(cx: &CheckContext<'_>) -> Judgement {
    let visits = sequential(cx)?;
    let mut findings = Vec::new();
    let mut is_asked = false;
    for visited in &visits {
        for seen in visited.calls(Call::Token) {
            is_asked = true;
            let ways = &seen.what.authentication;
            let is_allowed = matches!(
                ways.as_slice(),
                [Authentication::Post | Authentication::Basic | Authentication::PrivateKeyJwt]
            );
            if !is_allowed {
                let expected = text!(
                    "één van client_secret_post, client_secret_basic, private_key_jwt",
                    "one of client_secret_post, client_secret_basic, private_key_jwt"
                );
                let actual = if ways.is_empty() { absent() } else { listed(ways.iter().map(|way| in_words(*way))) };
                findings.push(visited.finding(seen.at, "authentication", expected, actual));
            }
        }
    }
    if !is_asked {
        let why = text!("de toepassing vroeg ACM geen token", "the application asked ACM for no token");
        return Err(reason::unmet(why).into());
    }
    cx.judged(findings)
}

fn in_words(way: Authentication) -> Text {
    match way {
        Authentication::Post => Text::same("client_secret_post"),
        Authentication::Basic => Text::same("client_secret_basic"),
        Authentication::PrivateKeyJwt => Text::same("private_key_jwt"),
        Authentication::Query => text!("`client_secret` in de URL", "`client_secret` in the URL"),
    }
}
