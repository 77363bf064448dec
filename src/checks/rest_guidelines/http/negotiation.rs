//! What the caller prefers: media type, encoding, language.

use super::{Offence, in_one};
use crate::base::text::{Text, shown};
use crate::checks::shared::{absent, media_type_finding, no_json};
use crate::evidence::exchange::{Citizen, Content, Exchange, Facts, Kind, Phase, Request, Response, Variation};
use crate::judging::context::{Answer, CheckContext, Judgement, Stop, conclusive, request_all};
use crate::judging::reason;
use crate::judging::verdict::{Finding, Verdict};
use crate::source::Item;
use crate::text;

/// What comes of the list with one thing changed, each time beside the ordinary request, which has to be good.
fn varied<'a>(
    cx: &CheckContext<'a>,
    variations: impl IntoIterator<Item = Variation>,
) -> Result<(Answer<'a>, Vec<&'a Exchange>), Stop> {
    let control = cx.entry_request(Citizen::Subject);
    let mut requests = vec![control.clone()];
    requests.extend(variations.into_iter().map(|variation| control.clone().varied(variation)));
    let exchanges = cx.attempts(&requests)?;
    Ok((cx.listed(&control)?, exchanges.into_iter().skip(1).collect()))
}

/// Judges each answer. One that says nothing (429, 503, no answer) blocks, unless another one shows a fault.
fn judged_each(
    cx: &CheckContext<'_>,
    exchanges: Vec<&Exchange>,
    judge: impl Fn(Answer<'_>) -> Result<Option<Finding>, Stop>,
) -> Judgement {
    let (findings, blocked) = of_each(exchanges, judge);
    cx.judged_unless(findings, blocked)
}

/// The findings in these answers, and why one of them could not be judged.
fn of_each(
    exchanges: Vec<&Exchange>,
    judge: impl Fn(Answer<'_>) -> Result<Option<Finding>, Stop>,
) -> (Vec<Finding>, Option<Stop>) {
    let mut findings = Vec::new();
    let mut blocked = None;
    for exchange in exchanges {
        match conclusive(exchange).map_err(Stop::from).and_then(&judge) {
            Ok(more) => findings.extend(more),
            Err(stop) => blocked = Some(stop),
        }
    }
    (findings, blocked)
}

/// Whether a media type is JSON.
fn is_json(media_type: &str) -> bool {
    media_type == "application/json" || media_type.ends_with("+json")
}

fn says_json(answer: Answer<'_>) -> bool {
    answer.response.media_type().is_some_and(|media_type| is_json(&media_type))
}

pub(super) fn json_is_the_default(cx: &CheckContext<'_>) -> Judgement {
    let variations = || [Variation::NoAccept, Variation::Accept("*/*".to_owned())];
    request_all([varied(cx, variations()).map(drop), without_accept(cx).map(drop), cx.request_everything()])?;
    let (_, mut exchanges) = varied(cx, variations())?;
    exchanges.extend(without_accept(cx).ok().flatten());
    let (mut findings, blocked) = of_each(exchanges, |answer| match answer.unreadable() {
        Some(verdict) => Err(verdict.into()),
        None => Ok(no_json_finding(answer)),
    });
    if findings.is_empty() {
        findings.extend(broken_lists(cx)?);
    }
    findings.extend(other_encodings(cx)?);
    cx.judged_unless(findings, blocked)
}

/// A detail without an Accept header, where with the ordinary one it is a success.
fn without_accept<'a>(cx: &CheckContext<'a>) -> Result<Option<&'a Exchange>, Stop> {
    let first = cx.first_page()?;
    let of = |certificate| cx.detail_of(Item { on: first, certificate });
    let Some(control) = first.items().iter().find_map(of) else { return Ok(None) };
    let asked = cx.attempts(&[control.clone(), control.varied(Variation::NoAccept)])?;
    let [control, varied] = asked.as_slice() else { return Err(reason::not_recorded().into()) };
    let good = control.result.as_ref().is_ok_and(Response::is_success);
    if good && varied.result.as_ref().is_ok_and(Response::is_gone) {
        // The certificate may be gone by now: then the ordinary call finds nothing either.
        let now = cx.after(&control.request, varied)?;
        let still_there = now.is_some_and(|now| !now.result.as_ref().is_ok_and(Response::is_gone));
        return Ok(still_there.then_some(*varied));
    }
    Ok(good.then_some(*varied))
}

/// JSON in another encoding than UTF-8, or behind a byte order mark, anywhere in the run.
fn other_encodings(cx: &CheckContext<'_>) -> Result<Vec<Finding>, Stop> {
    let mut answers = cx.api_answers()?;
    answers.retain(|answer| answer.response.is_json() && !answer.response.is_unavailable());
    let with = |fact: &str, actual: Text, is_so: fn(&Facts) -> bool| {
        let offending = answers.iter().copied().filter(|answer| is_so(&answer.response.facts));
        let place = format!("fact {fact}");
        let offence = |answer| Offence { answer, place: place.clone(), actual: actual.clone(), level: None };
        in_one(Text::same("UTF-8"), offending.map(offence).collect())
    };
    let marked = text!("een byte order mark vooraan", "a byte order mark in front");
    let found = [
        with("utf8", text!("geen UTF-8", "no UTF-8"), |facts| !facts.utf8),
        with("byte_order_mark", marked, |facts| facts.byte_order_mark),
    ];
    Ok(found.into_iter().flatten().collect())
}

/// Lists that say they are JSON and cannot be parsed, anywhere in the run. What says that it is something else has no
/// media type of a list; a list of nobody that is empty is no list.
fn broken_lists(cx: &CheckContext<'_>) -> Result<Option<Finding>, Stop> {
    let usual = |request: &Request| {
        request.kind() == Kind::List
            && request.phase != Phase::Hostile
            && matches!(request.variation, Variation::None | Variation::NoIds)
    };
    let offences = cx.api_answers()?.into_iter().filter(|answer| {
        let is_empty = matches!(answer.response.content, Content::Empty);
        usual(answer.request())
            && answer.response.status == 200
            && says_json(*answer)
            && !answer.response.is_json()
            && answer.unreadable().is_none()
            && !(is_empty && answer.request().citizen() == Some(Citizen::Empty))
    });
    let offences =
        offences.map(|answer| Offence { answer, place: String::new(), actual: no_json(answer), level: None });
    Ok(in_one(text!("200, met JSON", "200, with JSON"), offences.collect()))
}

fn no_json_finding(answer: Answer<'_>) -> Option<Finding> {
    let response = answer.response;
    let expected = text!("200, met JSON", "200, with JSON");
    if !response.is_success() {
        return Some(answer.finding("status", expected, Text::same(response.status)));
    }
    if !says_json(answer) {
        return media_type_finding(answer, "application/json").map(|finding| Finding { expected, ..finding });
    }
    if !matches!(response.content, Content::Json(_)) {
        return Some(answer.finding("", text!("JSON", "JSON"), no_json(answer)));
    }
    None
}

pub(super) fn accept_is_honoured(cx: &CheckContext<'_>) -> Judgement {
    const SUPPLIED: &str = "application/hal+json";
    let accept = |media_type: &str| Variation::Accept(media_type.to_owned());
    let types = cx.parameter("unsupplied").into_iter().chain([SUPPLIED]).map(accept);
    let (_, exchanges) = varied(cx, types)?;
    judged_each(cx, exchanges, |answer| {
        let supplied = answer.request().variation == accept(SUPPLIED);
        Ok(if supplied { unlike(answer, SUPPLIED) } else { unfitting(answer) })
    })
}

/// A finding where the type asked for does not come.
fn unlike(answer: Answer<'_>, media_type: &str) -> Option<Finding> {
    let status = answer.response.status;
    if !answer.response.is_success() {
        let expected = text!("200, met {media_type}", "200, with {media_type}");
        return Some(answer.finding("status", expected, Text::same(status)));
    }
    media_type_finding(answer, media_type)
}

/// A finding where a type that nobody supplies leads to something else than a refusal or JSON.
fn unfitting(answer: Answer<'_>) -> Option<Finding> {
    let expected = text!("406, een andere 4xx, of JSON", "406, another 4xx, or JSON");
    match answer.response.status {
        400..500 => None,
        200..300 if says_json(answer) => None,
        200..300 => media_type_finding(answer, "application/json").map(|finding| Finding { expected, ..finding }),
        status => Some(answer.finding("status", expected, Text::same(status))),
    }
}

/// The list as a caller gets it that takes gzip.
fn with_gzip() -> Variation {
    Variation::AcceptEncoding("gzip".to_owned())
}

pub(super) fn content_encoding_is_an_accepted_one(cx: &CheckContext<'_>) -> Judgement {
    request_all([varied(cx, [with_gzip()]).map(drop), cx.request_everything()])?;
    let (_, exchanges) = varied(cx, [with_gzip()])?;
    let expected = || text!("gzip of identity", "gzip or identity");
    let (mut findings, blocked) = of_each(exchanges, |answer| {
        let other = other_coding(answer, &["identity", "gzip", "x-gzip"]);
        match (answer.response.status, other) {
            (_, Some(other)) => Ok(Some(answer.finding(CODING, expected(), Text::same(shown(&other))))),
            (200..300, None) => Ok(None),
            (status, None) => Err(reason::unexplained(answer.request(), status).into()),
        }
    });
    // Every other call accepts nothing but `identity`.
    let asked_otherwise = |answer: &Answer<'_>| matches!(answer.request().variation, Variation::AcceptEncoding(_));
    let answers = cx.api_answers()?.into_iter();
    let answers = answers.filter(|answer| !asked_otherwise(answer) && !answer.response.is_unavailable());
    let unasked = answers.filter_map(|answer| {
        let actual = Text::same(shown(&other_coding(answer, &["identity"])?));
        Some(Offence { answer, place: CODING.to_owned(), actual, level: None })
    });
    findings.extend(in_one(Text::same("identity"), unasked.collect()));
    cx.judged_unless(findings, blocked)
}

const CODING: &str = "header content-encoding";

/// The codings of an answer, in lower case.
fn codings(answer: Answer<'_>) -> impl Iterator<Item = String> {
    let codings = answer.response.headers("content-encoding").flat_map(|value| value.split(','));
    codings.map(|coding| coding.trim().to_ascii_lowercase()).filter(|coding| !coding.is_empty())
}

fn other_coding(answer: Answer<'_>, accepted: &[&str]) -> Option<String> {
    codings(answer).find(|coding| !accepted.contains(&coding.as_str()))
}

pub(super) fn compressed_answers_vary_by_encoding(cx: &CheckContext<'_>) -> Judgement {
    let (_, exchanges) = varied(cx, [with_gzip()])?;
    let is_coded = |exchange: &Exchange| {
        let response = exchange.result.as_ref().ok().filter(|response| response.is_success())?;
        Some(other_coding(Answer { exchange, response }, &["identity"]).is_some())
    };
    if exchanges.iter().any(|exchange| is_coded(exchange) == Some(false)) {
        return Err(Verdict::not_applicable(text!(
            "de bron comprimeert niets, ook niet waar gzip wordt aanvaard",
            "the source compresses nothing, not even where gzip is accepted"
        ))
        .into());
    }
    judged_each(cx, exchanges, |answer| {
        let status = answer.response.status;
        if !answer.response.is_success() {
            return Err(reason::unexplained(answer.request(), status).into());
        }
        let fields = answer.response.headers("vary").flat_map(|value| value.split(','));
        let varies = |field: &str| matches!(field.trim().to_ascii_lowercase().as_str(), "*" | "accept-encoding");
        if fields.into_iter().any(varies) {
            return Ok(None);
        }
        let sent = answer.response.headers("vary").collect::<Vec<_>>().join(", ");
        let actual = if sent.is_empty() { absent() } else { Text::same(shown(&sent)) };
        Ok(Some(answer.finding("header vary", Text::same("Accept-Encoding"), actual)))
    })
}

pub(super) fn accept_language_leads_to_no_error(cx: &CheckContext<'_>) -> Judgement {
    let values = cx.parameter("values").into_iter().map(|value| Variation::AcceptLanguage(value.to_owned()));
    let (_, exchanges) = varied(cx, values)?;
    judged_each(cx, exchanges, |answer| {
        let status = answer.response.status;
        if status < 400 {
            return Ok(None);
        }
        let value = match &answer.request().variation {
            Variation::AcceptLanguage(value) => value.as_str(),
            _ => "",
        };
        let expected = text!("geen fout bij `Accept-Language: {value}`", "no error with `Accept-Language: {value}`");
        Ok(Some(answer.finding("status", expected, Text::same(status))))
    })
}
