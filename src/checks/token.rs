//! Chapter token: is it the token's fault, before the first call. About the issuer, never about the source.

use serde_json::Value;

use super::checks;
use crate::case::{Answer, Case, Judgement, Stop};
use crate::exchange::{AcmSetup, Auth, Citizen, Grant, Introspection, IssuerCall, Request};
use crate::reason;
use crate::reason::issuer;
use crate::text;
use crate::text::Text;
use crate::verdict::{Finding, Verdict, shown};

checks!(
    discovery_of_the_issuer_works,
    exchange_for_the_source_succeeds,
    exchange_answer_is_complete,
    exchange_answer_is_not_cacheable,
    token_is_meant_for_the_source,
    token_names_the_citizen,
);

fn acm<'a>(case: &Case<'a>) -> Result<&'a AcmSetup, Stop> {
    case.setup().acm.as_ref().ok_or_else(|| reason::no_acm().into())
}

fn discovery_of_the_issuer_works(case: &Case<'_>) -> Judgement {
    let expected = &acm(case)?.issuer;
    let answer = case.response(&Request::issuer(IssuerCall::Discovery))?;
    let status = answer.response.status;
    if status != 200 {
        let finding = answer.finding("status", Text::same(200), Text::same(status));
        return case.judged(vec![finding.fix(issuer::refusal(answer.response).in_words())]);
    }
    let Some(Value::Object(discovery)) = answer.response.json() else {
        let finding = answer.finding("", text!("een JSON-object", "a JSON object"), super::list::no_json(answer));
        return case.judged(vec![finding.fix(issuer::refusal(answer.response).in_words())]);
    };
    let stated = discovery.get("issuer");
    if stated.and_then(Value::as_str) == Some(expected) {
        return case.judged(Vec::new());
    }
    let finding = answer.finding("/issuer", Text::same(expected), described(stated));
    case.judged(vec![finding.fix(issuer::wrong_issuer().in_words())])
}

/// What stands where something else was expected.
fn described(value: Option<&Value>) -> Text {
    value.map_or_else(super::list::absent, |value| Text::same(shown(&crate::envelope::described(Some(value)))))
}

/// The answers to the exchanges of all citizens for whom a token is asked; blocked where none is.
fn exchanges<'a>(case: &Case<'a>) -> Result<Vec<Answer<'a>>, Stop> {
    acm(case)?;
    let asked = case.setup().citizens.iter().filter(|(_, person)| !person.ready_token);
    let requests: Vec<Request> =
        asked.map(|(citizen, _)| Request::issuer(IssuerCall::Token(Grant::Exchange(*citizen)))).collect();
    if requests.is_empty() {
        return Err(Verdict::blocked(
            text!(
                "het profiel geeft elke burger een kant-en-klaar TX-token",
                "the profile gives every citizen a ready TX token"
            ),
            text!("geef de burgers een `token` om te laten inwisselen", "give the citizens a `token` to exchange"),
        )
        .into());
    }
    case.responses(&requests)
}

/// The answers to the exchanges that precede the one for the source. What was not asked, for want of the one before it,
/// is left out.
fn hops<'a>(case: &Case<'a>) -> Result<Vec<Answer<'a>>, Stop> {
    let places = 0..u8::try_from(acm(case)?.hops.len()).unwrap_or(u8::MAX);
    let asked = case.setup().citizens.iter().filter(|(_, person)| !person.ready_token);
    let requests: Vec<Request> = asked
        .flat_map(|(citizen, _)| places.clone().map(|place| Request::token(Grant::Hop(*citizen, place))))
        .collect();
    let exchanges = case.attempts(&requests)?.into_iter();
    Ok(exchanges.filter_map(|exchange| Some(Answer { exchange, response: exchange.result.as_ref().ok()? })).collect())
}

/// The exchanges that succeeded; blocked where one did not.
fn succeeded<'a>(case: &Case<'a>) -> Result<Vec<Answer<'a>>, Stop> {
    let answers = exchanges(case)?;
    match answers.iter().find(|answer| answer.response.status != 200) {
        None => Ok(answers),
        Some(answer) => {
            let status = answer.response.status;
            Err(reason::unmet(text!("de inwisseling antwoordde {status}", "the exchange answered {status}")).into())
        }
    }
}

fn exchange_for_the_source_succeeds(case: &Case<'_>) -> Judgement {
    let mut findings = Vec::new();
    let mut answers = hops(case)?;
    // Without a token to exchange the last exchange was not asked for.
    if answers.iter().all(|answer| answer.response.status == 200) {
        answers.extend(exchanges(case)?);
    }
    for answer in answers {
        match answer.response.status {
            200 => {}
            status @ (429 | 500..) => {
                return Err(Verdict::blocked(
                    text!("ACM antwoordde {status}", "ACM answered {status}"),
                    text!("probeer later opnieuw", "try again later"),
                )
                .into());
            }
            status => findings.push(oauth_finding(answer, status)),
        }
    }
    case.judged(findings)
}

/// A refusal of the issuer, with what it means here and who has to act.
fn oauth_finding(answer: Answer<'_>, status: u16) -> Finding {
    let member = |name: &str| answer.response.json().and_then(|json| json.get(name)?.as_str()).map(shown);
    let error = member("error").unwrap_or_default();
    let description = member("error_description").map(|text| format!(": {text}")).unwrap_or_default();
    let finding = answer.finding(
        "/error",
        text!("200 met een token", "200 with a token"),
        Text::same(format!("{status} {error}{description}")),
    );
    finding.fix(issuer::refusal(answer.response).in_words())
}

fn exchange_answer_is_complete(case: &Case<'_>) -> Judgement {
    let mut findings = Vec::new();
    for answer in succeeded(case)? {
        let member = |name: &str| answer.response.json().and_then(|json| json.get(name));
        let text = |name: &str| member(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        let something = || text!("aanwezig en niet leeg", "present and not empty");
        for name in ["access_token", "issued_token_type"] {
            if text(name).is_none() {
                findings.push(answer.finding(format!("/{name}"), something(), described(member(name))));
            }
        }
        if !text("token_type").is_some_and(|kind| kind.eq_ignore_ascii_case("Bearer")) {
            findings.push(answer.finding("/token_type", Text::same("Bearer"), described(member("token_type"))));
        }
        if member("expires_in").and_then(Value::as_f64).is_none_or(|seconds| seconds <= 0.0) {
            let expected = text!("een aantal seconden boven 0", "a number of seconds above 0");
            findings.push(answer.finding("/expires_in", expected, described(member("expires_in"))));
        }
    }
    case.judged(findings)
}

fn exchange_answer_is_not_cacheable(case: &Case<'_>) -> Judgement {
    let findings = succeeded(case)?.into_iter().filter_map(|answer| {
        let stated = answer.response.headers("cache-control").collect::<Vec<_>>().join(", ");
        let forbids = stated.split(',').any(|directive| directive.trim().eq_ignore_ascii_case("no-store"));
        (!forbids).then(|| {
            let actual = if stated.is_empty() { super::list::absent() } else { Text::same(shown(&stated)) };
            answer.finding("header cache-control", Text::same("no-store"), actual)
        })
    });
    case.judged(findings)
}

/// The introspection of every citizen's TX token with the source's credentials; blocked where that does not work.
fn introspections<'a>(case: &Case<'a>) -> Result<Vec<(Citizen, Answer<'a>)>, Stop> {
    if acm(case)?.source_client.is_none() {
        let why = text!(
            "zonder de credentials van de bron kan ACM het token niet nakijken",
            "without the source's credentials ACM cannot introspect the token"
        );
        return Err(reason::lacks("acm.source_client", why).into());
    }
    let citizens: Vec<Citizen> = case.setup().citizens.keys().copied().collect();
    let requests: Vec<Request> =
        citizens.iter().map(|citizen| Request::issuer(IssuerCall::Introspection(Auth::Token(*citizen)))).collect();
    let answers = case.responses(&requests)?;
    for answer in &answers {
        let works =
            answer.response.status == 200 && answer.response.json().is_some_and(|json| json.get("active").is_some());
        if !works {
            let status = answer.response.status;
            return Err(Verdict::blocked(
                text!("de introspectie bij ACM werkte niet ({status})", "introspection at ACM did not work ({status})"),
                text!("controleer `acm.source_client`", "check `acm.source_client`"),
            )
            .into());
        }
    }
    Ok(citizens.into_iter().zip(answers).collect())
}

fn token_is_meant_for_the_source(case: &Case<'_>) -> Judgement {
    let acm = acm(case)?;
    let mut findings = Vec::new();
    for (_, answer) in introspections(case)? {
        let Some(json) = answer.response.json() else { continue };
        let said = Introspection(json);
        if said.active() != Some(true) {
            findings.push(answer.finding("/active", Text::same("true"), described(json.get("active"))));
            continue;
        }
        let expected: Vec<&str> =
            [Some(acm.audience.as_str()), acm.source_client.as_deref()].into_iter().flatten().collect();
        if !said.audiences().iter().any(|audience| expected.contains(audience)) {
            findings.push(answer.finding("/aud", Text::same(&acm.audience), described(json.get("aud"))));
        }
        let now = issuer_clock(case, answer);
        if said.expires().is_some_and(|exp| exp <= now) {
            let expected = text!("een tijdstip in de toekomst", "a moment in the future");
            findings.push(answer.finding("/exp", expected, described(json.get("exp"))));
        }
        for scope in said.lacking(acm.scope.as_deref()) {
            findings.push(answer.finding("/scope", Text::same(scope), described(json.get("scope"))));
        }
    }
    case.judged(findings)
}

/// The issuer's clock in seconds since 1970: its `Date` header, else the start of the run.
#[expect(clippy::cast_precision_loss, reason = "seconds since 1970 are far below 2^52")]
fn issuer_clock(case: &Case<'_>, answer: Answer<'_>) -> f64 {
    answer.response.date().unwrap_or(case.now()).as_second() as f64
}

fn token_names_the_citizen(case: &Case<'_>) -> Judgement {
    let mut findings = Vec::new();
    for (citizen, answer) in introspections(case)? {
        let number = case.insz(citizen)?;
        let rrn = answer.response.json().and_then(|json| json.get("rrn"));
        let text = answer.response.json().and_then(|json| Introspection(json).number());
        if text.as_deref() != Some(number) {
            findings.push(answer.finding("/rrn", Text::same(number), described(rrn)));
        }
    }
    case.judged(findings)
}
