//! Chapter token: is it the token's fault, before the first call. About the issuer, never about the source.

use serde_json::Value;

use crate::base::lifetime::lifetime;
use crate::base::text::{Text, shown};
use crate::catalogue::Level;
use crate::checks::checks;
use crate::checks::shared::{absent, no_json};
use crate::evidence::exchange::{Auth, Citizen, Grant, IssuerCall, Request};
use crate::evidence::introspection::{Introspection, names, oauth_error};
use crate::evidence::setup::AcmSetup;
use crate::judging::context::{Answer, CheckContext, Judgement, Stop, conclusive};
use crate::judging::reason;
use crate::judging::reason::issuer;
use crate::judging::verdict::{Finding, Verdict};
use crate::text;

checks!(
    discovery_of_the_issuer_works,
    exchange_for_the_source_succeeds,
    exchange_answer_is_complete,
    exchange_answer_is_not_cacheable,
    token_is_meant_for_the_source,
    token_names_the_citizen,
);

fn acm<'a>(cx: &CheckContext<'a>) -> Result<&'a AcmSetup, Stop> {
    cx.setup().acm.as_ref().ok_or_else(|| reason::no_acm().into())
}

fn discovery_of_the_issuer_works(cx: &CheckContext<'_>) -> Judgement {
    let expected = &acm(cx)?.issuer;
    let answer = cx.response(&Request::issuer(IssuerCall::Discovery))?;
    let status = answer.response.status;
    if status != 200 {
        let finding = answer.finding("status", Text::same(200), Text::same(status));
        return cx.judged(vec![finding.fix(issuer::refusal(answer.response).in_words())]);
    }
    let Some(Value::Object(discovery)) = answer.response.json() else {
        let finding = answer.finding("", text!("een JSON-object", "a JSON object"), no_json(answer));
        return cx.judged(vec![finding.fix(issuer::refusal(answer.response).in_words())]);
    };
    let stated = discovery.get("issuer");
    if stated.and_then(Value::as_str) == Some(expected) {
        return cx.judged(Vec::new());
    }
    let finding = answer.finding("/issuer", Text::same(expected), described(stated));
    cx.judged(vec![finding.fix(issuer::wrong_issuer().in_words())])
}

/// What stands where something else was expected.
fn described(value: Option<&Value>) -> Text {
    value.map_or_else(absent, |value| Text::same(shown(&crate::base::value::described::described(Some(value)))))
}

/// The answers to the exchanges of all citizens for whom a token is asked; blocked where none is.
fn exchanges<'a>(cx: &CheckContext<'a>) -> Result<Vec<Answer<'a>>, Stop> {
    acm(cx)?;
    let asked = cx.setup().citizens.iter().filter(|(_, person)| !person.ready_token);
    let requests: Vec<Request> =
        asked.map(|(citizen, _)| Request::issuer(IssuerCall::Token(Grant::Exchange(*citizen)))).collect();
    if requests.is_empty() {
        return Err(Verdict::blocked(
            text!(
                "het profiel geeft elke burger een kant-en-klaar TX-token",
                "the profile gives every citizen a ready TX token"
            ),
            text!("geef de burgers een `token` om uit te wisselen", "give the citizens a `token` to exchange"),
        )
        .into());
    }
    cx.responses(&requests)
}

/// The answers to the exchanges that precede the one for the source. What was not asked, for want of the one before it,
/// is left out.
fn hops<'a>(cx: &CheckContext<'a>) -> Result<Vec<Answer<'a>>, Stop> {
    let places = 0..u8::try_from(acm(cx)?.hops.len()).unwrap_or(u8::MAX);
    let asked = cx.setup().citizens.iter().filter(|(_, person)| !person.ready_token);
    let requests: Vec<Request> = asked
        .flat_map(|(citizen, _)| places.clone().map(|place| Request::token(Grant::Hop(*citizen, place))))
        .collect();
    let exchanges = cx.attempts(&requests)?.into_iter();
    Ok(exchanges.filter_map(|exchange| Some(Answer { exchange, response: exchange.result.as_ref().ok()? })).collect())
}

/// The exchanges that gave a token; blocked where one did not.
fn succeeded<'a>(cx: &CheckContext<'a>) -> Result<Vec<Answer<'a>>, Stop> {
    let answers = exchanges(cx)?;
    match answers.iter().find(|answer| !answer.response.is_grant()) {
        None => Ok(answers),
        Some(answer) => {
            let Text { nl, en } = issuer::came(answer.response);
            Err(reason::unmet(text!("de uitwisseling antwoordde {nl}", "the exchange answered {en}")).into())
        }
    }
}

fn exchange_for_the_source_succeeds(cx: &CheckContext<'_>) -> Judgement {
    let mut answers = hops(cx)?;
    // Without a token to exchange the last exchange was not asked for.
    if answers.iter().all(|answer| answer.response.is_grant()) {
        answers.extend(exchanges(cx)?);
    }
    let mut findings = Vec::new();
    for answer in answers {
        // An exchange before the last one may have met a gateway.
        let answer = conclusive(answer.exchange)?;
        if !answer.response.is_grant() {
            findings.push(oauth_finding(answer));
        }
    }
    cx.judged(findings)
}

/// A refusal of the issuer, with what it means here and who has to act.
fn oauth_finding(answer: Answer<'_>) -> Finding {
    let place = if answer.response.json().and_then(oauth_error).is_some() { "/error" } else { "" };
    let finding = answer.finding(place, text!("200 met een token", "200 with a token"), issuer::came(answer.response));
    finding.fix(issuer::refusal(answer.response).in_words())
}

/// A finding about how the issuer wrote a member of its answer.
fn of_form(answer: Answer<'_>, name: &str, rfc: &str, expected: Text) -> Finding {
    let member = answer.response.json().and_then(|json| json.get(name));
    answer.finding(format!("/{name}"), expected, described(member)).fix(issuer::odd_form(name, rfc).in_words())
}

fn exchange_answer_is_complete(cx: &CheckContext<'_>) -> Judgement {
    let mut findings = Vec::new();
    for answer in succeeded(cx)? {
        findings.extend(incomplete(answer));
    }
    cx.judged(findings)
}

/// What a token answer lacks, and which of its members are written otherwise than the RFCs say. What can be read all the
/// same weighs less: the token works.
fn incomplete(answer: Answer<'_>) -> Vec<Finding> {
    let member = |name: &str| answer.response.json().and_then(|json| json.get(name));
    let is_text = |name: &str| member(name).and_then(Value::as_str).is_some_and(|text| !text.is_empty());
    let mut findings = Vec::new();
    for (name, rfc) in [("access_token", "RFC 6749"), ("issued_token_type", "RFC 8693")] {
        if !is_text(name) {
            let expected = text!("een tekst die niet leeg is", "a text that is not empty");
            findings.push(of_form(answer, name, rfc, expected));
        }
    }
    let is_bearer = |kind: &str| kind.eq_ignore_ascii_case("Bearer");
    if !member("token_type").and_then(Value::as_str).is_some_and(is_bearer) {
        let finding = of_form(answer, "token_type", "RFC 6749", Text::same("Bearer"));
        let readable = names(member("token_type")).into_iter().any(is_bearer);
        findings.push(if readable { finding.at_most(Level::Should) } else { finding });
    }
    if member("expires_in").and_then(Value::as_f64).is_none_or(|seconds| seconds <= 0.0) {
        let expected = text!("een aantal seconden boven 0", "a number of seconds above 0");
        let finding = of_form(answer, "expires_in", "RFC 6749", expected);
        let readable = member("expires_in").and_then(lifetime).is_some_and(|seconds| seconds > 0);
        findings.push(if readable { finding.at_most(Level::Should) } else { finding });
    }
    // Where it is absent, it is what was asked for (RFC 6749, section 5.1).
    if member("scope").is_some_and(|scope| !scope.is_string() && !scope.is_null()) {
        let expected = text!("één tekst, met spaties tussen de namen", "one text, with spaces between the names");
        findings.push(of_form(answer, "scope", "RFC 6749", expected).at_most(Level::Should));
    }
    findings
}

fn exchange_answer_is_not_cacheable(cx: &CheckContext<'_>) -> Judgement {
    let findings = succeeded(cx)?.into_iter().filter_map(|answer| {
        let stated = answer.response.headers("cache-control").collect::<Vec<_>>().join(", ");
        let forbids = stated.split(',').any(|directive| directive.trim().eq_ignore_ascii_case("no-store"));
        (!forbids).then(|| {
            let actual = if stated.is_empty() { absent() } else { Text::same(shown(&stated)) };
            answer.finding("header cache-control", Text::same("no-store"), actual)
        })
    });
    cx.judged(findings)
}

/// The introspection of every citizen's TX token with the source's credentials; blocked where that does not work.
fn introspections<'a>(cx: &CheckContext<'a>) -> Result<Vec<(Citizen, Answer<'a>)>, Stop> {
    if acm(cx)?.source_client.is_none() {
        let why = text!(
            "zonder de credentials van de bron kan bronkeur het token niet introspecteren",
            "without the source's credentials bronkeur cannot introspect the token"
        );
        return Err(reason::lacks("acm.source_client", why).into());
    }
    let citizens: Vec<Citizen> = cx.setup().citizens.keys().copied().collect();
    let requests: Vec<Request> =
        citizens.iter().map(|citizen| Request::issuer(IssuerCall::Introspection(Auth::Token(*citizen)))).collect();
    let answers = cx.responses(&requests)?;
    for answer in &answers {
        if answer.response.introspection().is_none() {
            let Text { nl, en } = issuer::came(answer.response);
            return Err(Verdict::blocked(
                text!("de introspectie bij ACM antwoordde {nl}", "introspection at ACM answered {en}"),
                issuer::no_introspection(answer.response).in_words(),
            )
            .into());
        }
    }
    Ok(citizens.into_iter().zip(answers).collect())
}

fn token_is_meant_for_the_source(cx: &CheckContext<'_>) -> Judgement {
    let acm = acm(cx)?;
    let mut findings = Vec::new();
    for (_, answer) in introspections(cx)? {
        findings.extend(unmeant(cx, acm, answer).into_iter().map(|finding| as_read(answer, finding)));
    }
    cx.judged(findings)
}

/// The finding, saying so where what it is about came in a JWT.
fn as_read(answer: Answer<'_>, finding: Finding) -> Finding {
    if !answer.response.is_jwt() {
        return finding;
    }
    let (Text { nl, en }, how) = (finding.actual.clone(), issuer::unsigned_reading());
    Finding { actual: Text::new(format!("{nl} ({})", how.nl), format!("{en} ({})", how.en)), ..finding }
}

/// Why the source would refuse the token of an introspection answer, and what is written oddly in it.
fn unmeant(cx: &CheckContext<'_>, acm: &AcmSetup, answer: Answer<'_>) -> Vec<Finding> {
    let Some(said) = answer.response.introspection() else { return Vec::new() };
    let member = |name: &str| described(said.0.get(name));
    match said.0.get("active") {
        Some(Value::Bool(true)) => {}
        Some(Value::Bool(false)) => return vec![answer.finding("/active", Text::same("true"), member("active"))],
        _ => {
            let expected = text!("true of false, geen tekst of getal", "true or false, not a text or number");
            return vec![of_form(answer, "active", "RFC 7662", expected)];
        }
    }
    let mut findings = Vec::new();
    let expected: Vec<&str> =
        [Some(acm.audience.as_str()), acm.source_client.as_deref()].into_iter().flatten().collect();
    if !said.audiences().iter().any(|audience| expected.contains(audience)) {
        findings.push(answer.finding("/aud", Text::same(&acm.audience), listed(said.0.get("aud"))));
    } else if !said.stated_audiences().iter().any(|audience| expected.contains(audience)) {
        let expected = text!("één naam, of een lijst van namen", "one name, or a list of names");
        findings.push(of_form(answer, "aud", "RFC 7662", expected).at_most(Level::Should));
    }
    let now = issuer_clock(cx, answer);
    if said.expires().is_some_and(|exp| exp <= now) {
        let expected = text!("een tijdstip in de toekomst", "a moment in the future");
        findings.push(answer.finding("/exp", expected, member("exp")));
    }
    for scope in said.lacking(acm.scope.as_deref()) {
        findings.push(answer.finding("/scope", Text::same(scope), listed(said.0.get("scope"))));
    }
    for name in said.odd_members() {
        let expected = match name {
            "exp" => text!("een getal: seconden sinds 1970", "a number: seconds since 1970"),
            _ => text!("één tekst, met spaties tussen de namen", "one text, with spaces between the names"),
        };
        findings.push(of_form(answer, name, "RFC 7662", expected).at_most(Level::Should));
    }
    findings
}

/// What stands where a name was expected: those of a list, too.
fn listed(value: Option<&Value>) -> Text {
    match value {
        Some(Value::Array(_)) => Text::same(shown(&names(value).join(" "))),
        other => described(other),
    }
}

/// The issuer's clock in seconds since 1970: its `Date` header, else the start of the run.
#[expect(clippy::cast_precision_loss, reason = "seconds since 1970 are far below 2^52")]
fn issuer_clock(cx: &CheckContext<'_>, answer: Answer<'_>) -> f64 {
    answer.response.date().unwrap_or(cx.now()).as_second() as f64
}

fn token_names_the_citizen(cx: &CheckContext<'_>) -> Judgement {
    let mut findings = Vec::new();
    for (citizen, answer) in introspections(cx)? {
        let number = cx.insz(citizen)?;
        let rrn = answer.response.json().and_then(|json| json.get("rrn"));
        let text = answer.response.json().and_then(|json| Introspection(json).number());
        if text.as_deref() != Some(number) {
            findings.push(as_read(answer, answer.finding("/rrn", Text::same(number), described(rrn))));
        }
    }
    cx.judged(findings)
}
