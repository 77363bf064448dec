//! The negative tokens that the profile can make or has ready. Blocked with the exact key to supply where it cannot.

use serde_json::Value;

use crate::base::text::{Text, shown};
use crate::evidence::exchange::{Auth, Citizen, EXPIRY_MARGIN, FailureKind, Grant, IssuerCall, Request, Response};
use crate::evidence::introspection::Introspection;
use crate::evidence::setup::AcmSetup;
use crate::judging::context::{Answer, CheckContext, Stop};
use crate::judging::reason;
use crate::judging::verdict::Verdict;
use crate::text;

pub(super) fn expired(cx: &CheckContext<'_>) -> Result<Auth, Stop> {
    let setup = cx.setup();
    if !setup.ready.contains(&Auth::ExpiredToken) {
        if setup.grant(Auth::ExpiredToken).is_none() {
            return Err(no_expired(setup.acm.is_some()).into());
        }
        issued(cx, Grant::ToExpire, "tokens.expired")?;
        waited(cx)?;
    }
    if let Some(acm) = &setup.acm
        && introspected(cx, acm, Auth::ExpiredToken)?.is_some_and(is_active)
    {
        let why = text!(
            "ACM noemt het token dat vervallen moest zijn, nog actief",
            "ACM calls the token that should have expired still active"
        );
        return Err(reason::lacks("tokens.expired", why).into());
    }
    Ok(Auth::ExpiredToken)
}

fn no_expired(has_acm: bool) -> Verdict {
    let why = text!(
        "er is geen token dat al minstens 5 minuten vervallen is",
        "there is no token that expired at least 5 minutes ago"
    );
    if !has_acm {
        return reason::lacks("tokens.expired", why);
    }
    Verdict::blocked(
        why,
        text!(
            "keur met --wait-expiry, dat op een token wacht, of vul `tokens.expired` in het profiel in",
            "check with --wait-expiry, which waits for one, or fill in `tokens.expired` in the profile"
        ),
    )
}

/// For how many seconds the token that the run waited for has expired; blocked where waiting was in vain.
fn waited(cx: &CheckContext<'_>) -> Result<u64, Stop> {
    let exchange = cx.attempt(&Request::issuer(IssuerCall::Expiry))?;
    match &exchange.result {
        Ok(response) => {
            let stated = response.json().and_then(|said| said.get("expired_for")?.as_u64());
            stated.ok_or_else(|| reason::not_recorded().into())
        }
        Err(failure) if failure.kind == FailureKind::Limit && failure.detail != Text::default() => {
            let Text { nl, en } = failure.detail.map(shown);
            Err(Verdict::blocked(
                text!("geen token vervalt op tijd ({nl})", "no token expires in time ({en})"),
                text!(
                    "wacht langer (--wait-expiry), of vul `tokens.expired` in het profiel in",
                    "wait longer (--wait-expiry), or fill in `tokens.expired` in the profile"
                ),
            )
            .into())
        }
        Err(failure) => Err(reason::no_answer(&exchange.request, failure).into()),
    }
}

/// Whether the expired token has expired so recently that its acceptance is only worth a note. What the profile supplies
/// is as old as its owner says.
pub(super) fn has_just_expired(cx: &CheckContext<'_>) -> bool {
    let waits = cx.setup().grant(Auth::ExpiredToken).is_some();
    waits && waited(cx).is_ok_and(|expired_for| expired_for < EXPIRY_MARGIN)
}

pub(super) fn other_audience(cx: &CheckContext<'_>) -> Result<Auth, Stop> {
    let setup = cx.setup();
    if setup.ready.contains(&Auth::OtherAudience) {
        return Ok(Auth::OtherAudience);
    }
    let lacking = || {
        reason::lacks(
            "acm.other_audience",
            text!(
                "er is geen token dat aantoonbaar voor een andere audience is",
                "there is no token that is provably for another audience"
            ),
        )
    };
    let Some(acm) = &setup.acm else {
        return Err(reason::lacks(
            "tokens.other_audience",
            text!("er is geen token voor een andere audience", "there is no token for another audience"),
        )
        .into());
    };
    match &acm.other_audience {
        // ACM made it for another client-id than the source's: that is the proof.
        Some(other) if !own_audiences(acm).contains(&other.as_str()) => {
            issued(cx, Grant::OtherAudience, "tokens.other_audience")?;
            Ok(Auth::OtherAudience)
        }
        None if unexchanged(cx, acm)? => Ok(Auth::Unexchanged),
        Some(_) | None => Err(lacking().into()),
    }
}

/// The names under which a token may be meant for the source.
fn own_audiences(acm: &AcmSetup) -> Vec<&str> {
    [Some(acm.audience.as_str()), acm.source_client.as_deref()].into_iter().flatten().collect()
}

/// Whether introspection proves that the citizen's own token, before the exchange, is not for the source.
fn unexchanged(cx: &CheckContext<'_>, acm: &AcmSetup) -> Result<bool, Stop> {
    let has_one = cx.setup().citizens.get(&Citizen::Subject).is_some_and(|person| !person.ready_token);
    if !has_one {
        return Ok(false);
    }
    let Some(answer) = introspected(cx, acm, Auth::Unexchanged)? else { return Ok(false) };
    let audiences = Introspection(answer).audiences();
    let own = own_audiences(acm);
    // An inactive answer says nothing about the audience.
    Ok(is_active(answer) && !audiences.is_empty() && !audiences.iter().any(|audience| own.contains(audience)))
}

/// What introspection with the source's credentials says of a token; none where it cannot be asked or did not work.
fn introspected<'a>(cx: &CheckContext<'a>, acm: &AcmSetup, auth: Auth) -> Result<Option<&'a Value>, Stop> {
    if acm.source_client.is_none() {
        return Ok(None);
    }
    let exchange = cx.attempt(&Request::issuer(IssuerCall::Introspection(auth)))?;
    let answer = exchange.result.as_ref().ok().filter(|response| response.status == 200).and_then(Response::json);
    Ok(answer.filter(|answer| answer.get("active").is_some()))
}

fn is_active(introspection: &Value) -> bool {
    introspection.get("active").and_then(Value::as_bool) == Some(true)
}

pub(super) fn without_citizen(cx: &CheckContext<'_>) -> Result<Auth, Stop> {
    let setup = cx.setup();
    if !setup.ready.contains(&Auth::WithoutCitizen) {
        if setup.acm.is_none() {
            return Err(reason::lacks(
                "tokens.without_citizen",
                text!("er is geen token zonder burger", "there is no token without a citizen"),
            )
            .into());
        }
        issued(cx, Grant::WithoutCitizen, "tokens.without_citizen")?;
    }
    if let Some(acm) = &setup.acm {
        lacks_the_citizen_alone(cx, acm)?;
    }
    Ok(Auth::WithoutCitizen)
}

/// The refusal of a token shows that a citizen is demanded only where nothing else is wrong with that token.
fn lacks_the_citizen_alone(cx: &CheckContext<'_>, acm: &AcmSetup) -> Result<(), Stop> {
    let Some(answer) = introspected(cx, acm, Auth::WithoutCitizen)? else { return Ok(()) };
    let own = own_audiences(acm);
    let wrong = if !is_active(answer) {
        text!("volgens ACM is het niet actief", "ACM calls it inactive")
    } else if !Introspection(answer).audiences().iter().any(|audience| own.contains(audience)) {
        text!("volgens ACM is het niet voor de bron", "ACM says that it is not for the source")
    } else if answer.get("rrn").is_some() {
        text!("volgens ACM is er toch een burger in", "ACM says that there is a citizen in it")
    } else {
        return Ok(());
    };
    let (nl, en) = (wrong.nl, wrong.en);
    let why = text!("het token zonder burger bewijst niets: {nl}", "the token without a citizen proves nothing: {en}");
    Err(reason::lacks("tokens.without_citizen", why).into())
}

pub(super) fn without_scope(cx: &CheckContext<'_>) -> Result<Auth, Stop> {
    let setup = cx.setup();
    if setup.ready.contains(&Auth::WithoutScope) {
        return Ok(Auth::WithoutScope);
    }
    let lacking = |nl, en| reason::lacks("tokens.without_scope", Text::new(nl, en));
    let Some(acm) = &setup.acm else {
        return Err(lacking(
            "er is geen token zonder de scope van de bron",
            "there is no token without the source's scope",
        )
        .into());
    };
    let Some(scope) = &acm.scope else {
        return Err(Verdict::not_applicable(text!("het profiel noemt geen scope", "the profile names no scope")).into());
    };
    let answer = issued(cx, Grant::WithoutScope, "tokens.without_scope")?;
    // Default scopes come unasked: only the answer itself, or what ACM says of the token, can prove that it is absent.
    let granted = match answer.response.json().and_then(scopes_in) {
        Some(granted) => Some(granted),
        None => introspected(cx, acm, Auth::WithoutScope)?.filter(|answer| is_active(answer)).and_then(scopes_in),
    };
    match granted {
        Some(granted) if !scope.split_whitespace().any(|asked| granted.contains(&asked)) => Ok(Auth::WithoutScope),
        Some(_) => Err(lacking(
            "ACM geeft de scope van de bron ook ongevraagd",
            "ACM grants the source's scope unasked as well",
        )
        .into()),
        None => Err(lacking(
            "ACM zegt niet welke scopes het token zonder gevraagde scope heeft",
            "ACM does not say which scopes the token has for which none was asked",
        )
        .into()),
    }
}

/// The scopes that an answer of ACM states: words in one text, or a list of texts.
fn scopes_in(answer: &Value) -> Option<Vec<&str>> {
    match answer.get("scope")? {
        Value::String(scopes) => Some(scopes.split_whitespace().collect()),
        Value::Array(scopes) => Some(scopes.iter().filter_map(Value::as_str).flat_map(str::split_whitespace).collect()),
        _ => None,
    }
}

/// The answer with which the issuer gave a token; blocked where it gave none.
fn issued<'a>(cx: &CheckContext<'a>, grant: Grant, key: &str) -> Result<Answer<'a>, Stop> {
    let answer = cx.response(&Request::issuer(IssuerCall::Token(grant)))?;
    if answer.response.is_success() {
        return Ok(answer);
    }
    let status = answer.response.status;
    let error = answer.response.json().and_then(|json| json.get("error")?.as_str()).map(shown).unwrap_or_default();
    Err(reason::lacks(
        key,
        text!("ACM gaf zo'n token niet ({status} {error})", "ACM gave no such token ({status} {error})"),
    )
    .into())
}
