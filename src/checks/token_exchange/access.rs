//! Chapter access: who gets in, and who does not.

use crate::checks::checks;
use crate::evidence::exchange::{Auth, Citizen, Kind, Request, Response};
use crate::judging::context::{CheckContext, Judgement, Stop};
use crate::judging::reason;
use crate::judging::verdict::{Finding, Verdict};
use crate::source::Item;
use crate::text;

mod answers;
mod credentials;
mod mixed;
mod others;
mod outage;
mod shown;

use answers::{
    answers_hold_no_token_or_secret, refusal_has_the_fitting_status, scheme_name_ignores_case,
    unauthorized_carries_a_bearer_challenge,
};
use credentials::{expired, has_just_expired, other_audience, without_citizen, without_scope};
use mixed::citizens_are_not_mixed;
use others::{
    a_few, certificate_of_another_citizen_stays_closed, links_of, list_of_another_citizen_stays_closed,
    refusal_does_not_tell_whether_a_citizen_exists,
};
use outage::{no_data_while_the_issuer_is_unreachable, source_asks_the_issuer};
use shown::{Shows, data_of_the_subject, finding_in, has_certificates, judged, shown};

checks!(
    call_without_authorization_is_refused,
    another_scheme_is_refused,
    invented_token_is_refused,
    expired_token_is_refused,
    token_for_another_audience_is_refused,
    token_without_a_citizen_is_refused,
    token_without_the_scope_is_refused,
    list_of_another_citizen_stays_closed,
    certificate_of_another_citizen_stays_closed,
    unauthorized_carries_a_bearer_challenge,
    token_in_the_query_is_refused,
    scheme_name_ignores_case,
    refusal_does_not_tell_whether_a_citizen_exists,
    detail_and_download_are_protected,
    source_asks_the_issuer,
    answers_hold_no_token_or_secret,
    refusal_has_the_fitting_status,
    citizens_are_not_mixed,
    no_data_while_the_issuer_is_unreachable,
);

/// The list of the subject: the control of most probes.
fn list(cx: &CheckContext<'_>) -> Request {
    cx.entry_request(Citizen::Subject)
}

/// Judges that all these probes are refused, between the controls.
fn refused(cx: &CheckContext<'_>, control: &Request, probes: &[Request]) -> Judgement {
    judged(cx, shown(cx, control, probes)?)
}

fn list_refuses(cx: &CheckContext<'_>, credentials: &[Auth]) -> Judgement {
    let control = list(cx);
    let probes: Vec<Request> = credentials.iter().map(|auth| control.clone().auth(*auth)).collect();
    refused(cx, &control, &probes)
}

/// The credentials of each row, for the list.
const NO_AUTHORIZATION: &[Auth] = &[Auth::None, Auth::EmptyBearer];
const OTHER_SCHEME: &[Auth] = &[Auth::OtherScheme, Auth::NoScheme];
const INVENTED: &[Auth] = &[
    Auth::RandomToken,
    Auth::UnsignedJwt,
    Auth::TamperedToken,
    Auth::TamperedEnd,
    Auth::CutToken,
    Auth::LengthenedToken,
    Auth::OtherCaseToken,
];
/// A few of them for the detail, and others for the document: mostly the same code stands before both.
const AT_THE_DETAIL: &[Auth] = &[Auth::None, Auth::OtherScheme, Auth::NoScheme, Auth::RandomToken, Auth::TamperedStart];
const AT_THE_DOCUMENT: &[Auth] = &[Auth::None, Auth::OtherScheme, Auth::UnsignedJwt, Auth::TamperedEnd];

fn call_without_authorization_is_refused(cx: &CheckContext<'_>) -> Judgement {
    let control = list(cx);
    let mut probes: Vec<Request> = NO_AUTHORIZATION.iter().map(|auth| control.clone().auth(*auth)).collect();
    // A rule may be written for one form of the address, and forget the others.
    let others = [Request::entry(Citizen::Subject), cx.page_request(Citizen::Subject, cx.entry().default_limit, 1)];
    probes.extend(others.map(|request| request.auth(Auth::None)));
    refused(cx, &control, &probes)
}

fn another_scheme_is_refused(cx: &CheckContext<'_>) -> Judgement {
    list_refuses(cx, OTHER_SCHEME)
}

fn invented_token_is_refused(cx: &CheckContext<'_>) -> Judgement {
    list_refuses(cx, INVENTED)
}

fn expired_token_is_refused(cx: &CheckContext<'_>) -> Judgement {
    list_refuses(cx, &[expired(cx)?])
}

fn token_for_another_audience_is_refused(cx: &CheckContext<'_>) -> Judgement {
    list_refuses(cx, &[other_audience(cx)?])
}

fn token_without_a_citizen_is_refused(cx: &CheckContext<'_>) -> Judgement {
    list_refuses(cx, &[without_citizen(cx)?])
}

fn token_without_the_scope_is_refused(cx: &CheckContext<'_>) -> Judgement {
    list_refuses(cx, &[without_scope(cx)?])
}

fn token_in_the_query_is_refused(cx: &CheckContext<'_>) -> Judgement {
    if cx.setup().environment == "prod" {
        return Err(Verdict::blocked(
            text!("een token in de URL gaat niet naar productie", "a token in the URL is not sent to production"),
            text!("beoordeel dit op de testomgeving", "judge this on the test environment"),
        )
        .into());
    }
    let control = list(cx);
    let without = control.clone().auth(Auth::None);
    let all = shown(cx, &control, &[without, control.clone().auth(Auth::InQuery)])?;
    // Where no token is needed at all, one in the query shows nothing.
    if all.probes.first().is_some_and(|(_, shows)| matches!(shows, Shows::Data(_))) {
        return Err(reason::unmet(text!("de lijst gaat open zonder token", "the list opens without a token")).into());
    }
    // It breaks down without a token: this is no other call to it.
    if all.probes.iter().all(|(_, shows)| *shows == Shows::Breakdown) {
        all.closing?;
        return cx.judged(Vec::new());
    }
    list_refuses(cx, &[Auth::InQuery])
}

fn detail_and_download_are_protected(cx: &CheckContext<'_>) -> Judgement {
    let (credentials, omitted) = available_credentials(cx)?;
    let mut findings = Vec::new();
    let mut stop = None;
    let mut missing = Vec::new();
    for control in protected(cx)? {
        let plain = if control.kind() == Kind::Download { AT_THE_DOCUMENT } else { AT_THE_DETAIL };
        let auths = plain.iter().chain(&credentials);
        let probes: Vec<Request> = auths.map(|auth| control.clone().auth(*auth)).collect();
        match refused_but_for_breakdowns(cx, &control, &probes) {
            Ok(verdict) => findings.extend(verdict.findings),
            // Detail and download are probed in the same go.
            Err(Stop::Missing(more)) => missing.extend(more),
            // What may be otherwise at another moment is looked at again.
            Err(other) if !matches!(stop, Some(Stop::Moment(_))) => stop = Some(other),
            Err(_) => {}
        }
    }
    match open_doors(cx) {
        Ok(open) => findings.extend(open),
        Err(Stop::Missing(more)) => missing.extend(more),
        Err(other) => stop = stop.or(Some(other)),
    }
    if !missing.is_empty() {
        return Err(Stop::Missing(missing));
    }
    let mut verdict = cx.judged_unless(findings, stop)?;
    verdict.reason = (!omitted.is_empty()).then(|| {
        let omitted = omitted.join(", ");
        text!(
            "zonder de proeven van {omitted}, die zelf niet te beoordelen zijn",
            "without the probes of {omitted}, which could not be judged themselves"
        )
    });
    Ok(verdict)
}

/// The same, without those breakdowns that the list has as well: these are told there.
fn refused_but_for_breakdowns(cx: &CheckContext<'_>, control: &Request, probes: &[Request]) -> Judgement {
    let mut here = shown(cx, control, probes)?;
    let is_breakdown = |shows: &Shows| *shows == Shows::Breakdown;
    if here.probes.iter().any(|(_, shows)| is_breakdown(shows)) {
        let at_the_list = |auth| if auth == Auth::TamperedStart { Auth::TamperedToken } else { auth };
        let control = list(cx);
        let same: Vec<Request> = probes.iter().map(|probe| control.clone().auth(at_the_list(probe.auth))).collect();
        let there = shown(cx, &control, &same)?;
        let mut of_the_list = there.probes.iter().map(|(_, shows)| is_breakdown(shows));
        here.probes.retain(|(_, shows)| !(of_the_list.next().unwrap_or_default() && is_breakdown(shows)));
    }
    judged(cx, here)
}

/// The tokens of SEC-04 to SEC-07 that this profile can make, and the rows whose token it cannot.
fn available_credentials(cx: &CheckContext<'_>) -> Result<(Vec<Auth>, Vec<&'static str>), Stop> {
    let mut credentials = Vec::new();
    let mut omitted = Vec::new();
    let rows = [
        ("SEC-04", expired(cx)),
        ("SEC-05", other_audience(cx)),
        ("SEC-06", without_citizen(cx)),
        ("SEC-07", without_scope(cx)),
    ];
    let mut missing = Vec::new();
    for (id, credential) in rows {
        match credential {
            Ok(auth) => credentials.push(auth),
            Err(Stop::Missing(more)) => missing.extend(more),
            Err(_) => omitted.push(id),
        }
    }
    if missing.is_empty() { Ok((credentials, omitted)) } else { Err(Stop::Missing(missing)) }
}

/// Details and documents of other certificates of the subject, the last one and one of each language, that open without
/// a token.
fn open_doors(cx: &CheckContext<'_>) -> Result<Vec<Finding>, Stop> {
    let certificates: Vec<Item<'_>> = cx.first_page()?.each().collect();
    let few = a_few(&certificates).into_iter().skip(1);
    let doors: Vec<Request> = few.flat_map(|item| links_of(cx, item)).collect();
    if doors.is_empty() {
        return Ok(Vec::new());
    }
    let probes: Vec<Request> = doors.iter().map(|door| door.clone().auth(Auth::None)).collect();
    let mut findings = Vec::new();
    for (exchange, door) in cx.probed(&list(cx), &probes)?.exchanges.into_iter().zip(&doors) {
        if !exchange.result.as_ref().is_ok_and(Response::is_success) {
            continue;
        }
        let mut leak = data_of_the_subject(cx, exchange, None)?;
        // What opens and is not known as theirs yet is compared with what they get.
        if leak.is_none() {
            leak = data_of_the_subject(cx, exchange, cx.attempt(door)?.result.as_ref().ok())?;
        }
        if let Some(leak) = leak {
            findings.extend(finding_in(cx, exchange, &Shows::Data(leak)));
        }
    }
    Ok(findings)
}

/// The detail and the document of a certificate of the subject.
fn protected(cx: &CheckContext<'_>) -> Result<Vec<Request>, Stop> {
    let first = cx.first_page()?;
    if first.items().is_empty() {
        return Err(reason::too_few(0, 1).into());
    }
    let detail =
        first.items().iter().find_map(|item| cx.follow(first.answer, item.links.find(&["self"])?, Kind::Detail));
    let Some(detail) = detail else {
        return Err(
            reason::unmet(text!("geen attest heeft een link `self`", "no certificate has a link `self`")).into()
        );
    };
    let download = cx.download_requests()?.into_iter().next();
    match download {
        Some(download) => Ok(vec![detail, download]),
        None if cx.setup().source().declares.no_documents => Ok(vec![detail]),
        None => Err(reason::unmet(text!("er is geen link `download`", "there is no link `download`")).into()),
    }
}

#[cfg(test)]
mod tests;
