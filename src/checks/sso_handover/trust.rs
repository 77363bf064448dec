//! Chapter trust: what is registered at ACM. It rests on our own calls with the application's credentials.

use url::Url;

use crate::application::{CameTo, Visited, Way, visits};
use crate::base::text::{Text, shown};
use crate::checks::checks;
use crate::evidence::exchange::{Citizen, Exchange, Grant, PROD_ISSUER, Request, TNI_ISSUER};
use crate::evidence::introspection::oauth_error;
use crate::evidence::setup::AcmSetup;
use crate::judging::context::{Answer, CheckContext, Judgement, Stop, conclusive};
use crate::judging::reason;
use crate::judging::reason::issuer;
use crate::judging::verdict::{Finding, Obstacle, Verdict};
use crate::text;

use super::shared::exchanges;

checks!(mbp_trusts_the_client, client_may_exchange, client_may_use_client_credentials, one_environment);

/// MBP in an environment of ACM.
struct Mbp {
    issuer: &'static str,
    client_id: &'static str,
    host: &'static str,
    is_test: bool,
}

impl Mbp {
    /// The name of its environment.
    fn name(&self) -> Text {
        if self.is_test { Text::same("TNI") } else { text!("productie", "production") }
    }
}

/// MBP in test and in production. All of it is public.
const MBP: [Mbp; 2] = [
    Mbp {
        issuer: TNI_ISSUER,
        client_id: "80689076-8c4a-4bef-abc4-82805e17988d",
        host: "burgerprofiel.tni-vlaanderen.be",
        is_test: true,
    },
    Mbp {
        issuer: PROD_ISSUER,
        client_id: "88f04968-d331-4ae0-99d9-c6efb845841f",
        host: "www.burgerprofiel.be",
        is_test: false,
    },
];

/// Whether a value is the client-id of MBP in an environment of ACM.
pub(super) fn is_mbp_of_acm(client_id: &str) -> bool {
    MBP.iter().any(|mbp| mbp.client_id.eq_ignore_ascii_case(client_id))
}

/// Whether a URL leads to MBP in an environment of ACM.
pub(super) fn is_host_of_acm(url: &str) -> bool {
    host_of(url).is_some_and(|host| MBP.iter().any(|mbp| mbp.host == host))
}

fn host_of(url: &str) -> Option<String> {
    Some(Url::parse(url).ok()?.host_str()?.to_ascii_lowercase())
}

fn acm<'a>(cx: &CheckContext<'a>) -> Result<&'a AcmSetup, Stop> {
    cx.setup().acm.as_ref().ok_or_else(|| reason::no_acm().into())
}

/// What came of a token request; blocked where it said nothing, or was not sent.
fn granted<'a>(cx: &CheckContext<'a>, grant: Grant) -> Result<Answer<'a>, Stop> {
    acm(cx)?;
    cx.response(&Request::token(grant))
}

/// The error code of an answer that is no token; none where it is one.
fn refusal(answer: Answer<'_>) -> Option<String> {
    if answer.response.is_grant() {
        return None;
    }
    Some(answer.response.json().and_then(oauth_error).map_or_else(String::new, std::borrow::Cow::into_owned))
}

/// A refusal of ACM, with what it means.
fn refused(answer: Answer<'_>) -> Finding {
    let expected = text!("200 met een token", "200 with a token");
    let finding = answer.finding("/error", expected, issuer::came(answer.response));
    finding.fix(issuer::refusal(answer.response).in_words())
}

/// Blocked by a refusal that says nothing of what is asked.
fn says_nothing(answer: Answer<'_>) -> Stop {
    let Text { nl, en } = issuer::came(answer.response);
    let verdict = Verdict::blocked(
        text!("ACM antwoordde {nl}", "ACM answered {en}"),
        issuer::refusal(answer.response).in_words(),
    );
    verdict.by(Obstacle::Call(answer.request().clone())).into()
}

/// Whether the client may exchange at all, where ACM says only that it may not in this way: an exchange for its own
/// client-id shows it.
fn may_exchange_otherwise(cx: &CheckContext<'_>) -> Result<bool, Stop> {
    let own = cx.attempt(&Request::token(Grant::OwnAudience))?;
    let code = conclusive(own).ok().and_then(refusal);
    Ok(!matches!(code.as_deref(), Some("unauthorized_client" | "unsupported_grant_type" | "")) && own.result.is_ok())
}

fn client_may_exchange(cx: &CheckContext<'_>) -> Judgement {
    let answer = granted(cx, Grant::Exchange(Citizen::Subject))?;
    match refusal(answer).as_deref() {
        // What is refused is the audience or the scope: the grant was let in.
        None | Some("invalid_target" | "access_denied" | "invalid_scope") => cx.judged(None),
        Some("unsupported_grant_type") => cx.judged([refused(answer)]),
        Some("unauthorized_client") => {
            let finding = (!may_exchange_otherwise(cx)?).then(|| refused(answer));
            cx.judged(finding)
        }
        Some(_) => Err(says_nothing(answer)),
    }
}

fn client_may_use_client_credentials(cx: &CheckContext<'_>) -> Judgement {
    let answer = granted(cx, Grant::Actor)?;
    match refusal(answer).as_deref() {
        None => cx.judged(None),
        Some("unsupported_grant_type" | "unauthorized_client") => cx.judged([refused(answer)]),
        Some(_) => Err(says_nothing(answer)),
    }
}

fn mbp_trusts_the_client(cx: &CheckContext<'_>) -> Judgement {
    let answer = granted(cx, Grant::Exchange(Citizen::Subject))?;
    let unmet = || {
        let Text { nl, en } = issuer::came(answer.response);
        Stop::from(reason::unmet(text!("de uitwisseling antwoordde {nl}", "the exchange answered {en}")))
    };
    match refusal(answer).as_deref() {
        None => cx.judged(None),
        Some("invalid_target" | "access_denied") => cx.judged([refused(answer)]),
        Some("unauthorized_client") if may_exchange_otherwise(cx)? => cx.judged([refused(answer)]),
        Some("unauthorized_client" | "unsupported_grant_type") => Err(unmet()),
        Some(_) => Err(says_nothing(answer)),
    }
}

/// A value of the profile or of the application, and the environment that it belongs to.
struct Belongs<'a> {
    value: String,
    to: &'static Mbp,
    /// Where the application used it.
    seen: Option<(&'a Exchange, usize, &'static str)>,
}

fn one_environment(cx: &CheckContext<'_>) -> Judgement {
    let application = cx.application()?;
    let acm = acm(cx)?;
    let mut found: Vec<Belongs<'_>> = Vec::new();
    let of_issuer = |mbp: &&Mbp| acm.issuer.trim_end_matches('/') == mbp.issuer;
    let of_client = |id: &str| MBP.iter().find(|mbp| mbp.client_id.eq_ignore_ascii_case(id));
    let of_host = |url: &str| MBP.iter().find(|mbp| host_of(url).as_deref() == Some(mbp.host));
    let mut add = |value: &str, to: Option<&'static Mbp>, seen| {
        found.extend(to.map(|to| Belongs { value: shown(value), to, seen }));
    };
    add(&acm.issuer, MBP.iter().find(of_issuer), None);
    add(&acm.audience, of_client(&acm.audience), None);
    add(&application.mbp.client_id, of_client(&application.mbp.client_id), None);
    add(&application.mbp.base_url, of_host(&application.mbp.base_url), None);
    let visited = if cx.way() == Way::OwnFlow { Vec::new() } else { cx.where_possible(as_used(cx))? };
    for visited in &visited {
        let exchange = visited.answer.exchange;
        for seen in exchanges(visited) {
            let audience = seen.what.parameter("audience").unwrap_or_default();
            add(audience, of_client(audience), Some((exchange, seen.at, "parameters")));
        }
        for seen in visited.hand_overs() {
            add(&seen.what.url, of_host(&seen.what.url), Some((exchange, seen.at, "url")));
        }
        for came in (0..visited.steps()).flat_map(|step| visited.came_to(step)) {
            if let CameTo::Elsewhere(seen) = came {
                let left = seen.what.header("location").unwrap_or(&seen.what.url);
                add(left, of_host(left), Some((exchange, seen.at, "headers")));
            }
        }
    }
    // Against the environment of the profile; where ACM and MBP are our own, any of ACM is another one.
    let expected = found.iter().find(|one| one.seen.is_none()).map(|one| one.to);
    if found.is_empty() && visited.is_empty() {
        return Err(Verdict::not_applicable(text!(
            "noch de uitgever, noch MBP is van een omgeving van ACM",
            "neither the issuer nor MBP is of an environment of ACM"
        ))
        .into());
    }
    let wrong = found.iter().filter(|one| expected.is_none_or(|mbp| mbp.is_test != one.to.is_test));
    let findings: Vec<Finding> = wrong.map(|one| foreign(one, expected)).collect();
    cx.judged(findings)
}

/// The visits that show what the application uses, as far as they take place: what does not open says it elsewhere.
fn as_used<'a>(cx: &CheckContext<'a>) -> Result<Vec<Visited<'a>>, Stop> {
    Ok(cx.visits_that_came(&[visits::twice()])?.0)
}

fn foreign(one: &Belongs<'_>, expected: Option<&Mbp>) -> Finding {
    let (Text { nl, en }, value) = (one.to.name(), &one.value);
    let expected = match expected.map(Mbp::name) {
        Some(Text { nl, en }) => text!("alles van {nl}", "everything of {en}"),
        None => text!("alles van `bronkeur acm --mbp`", "everything of `bronkeur acm --mbp`"),
    };
    let actual = text!("{value} is van {nl}", "{value} is of {en}");
    match one.seen {
        Some((exchange, at, member)) => {
            Finding::new(&exchange.request, format!("/facts/{at}/{member}"), expected, actual)
        }
        None => Finding { expected, actual, place: "profile".to_owned(), exchange: None, level: None, fix: None },
    }
}
