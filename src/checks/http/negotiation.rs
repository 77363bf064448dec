//! What the caller prefers: media type, encoding, language.

use super::super::list::{media_type_finding, no_json};
use crate::case::{Answer, Case, Judgement, Stop, conclusive};
use crate::exchange::{Citizen, Content, Exchange, Variation};
use crate::reason;
use crate::text;
use crate::text::Text;
use crate::verdict::{Finding, shown};

/// What comes of the list with one thing changed, each time beside the ordinary request, which has to be good.
fn varied<'a>(
    case: &Case<'a>,
    variations: impl IntoIterator<Item = Variation>,
) -> Result<(Answer<'a>, Vec<&'a Exchange>), Stop> {
    let control = case.entry_request(Citizen::Subject);
    let mut requests = vec![control.clone()];
    requests.extend(variations.into_iter().map(|variation| control.clone().varied(variation)));
    let exchanges = case.attempts(&requests)?;
    Ok((case.listed(&control)?, exchanges.into_iter().skip(1).collect()))
}

/// Judges each answer. One that says nothing (429, 503, no answer) blocks, unless another one shows a fault.
fn judged_each(
    case: &Case<'_>,
    exchanges: Vec<&Exchange>,
    judge: impl Fn(Answer<'_>) -> Result<Option<Finding>, Stop>,
) -> Judgement {
    let mut findings = Vec::new();
    let mut blocked = None;
    for exchange in exchanges {
        match conclusive(exchange).map_err(Stop::from).and_then(&judge) {
            Ok(more) => findings.extend(more),
            Err(stop) => blocked = Some(stop),
        }
    }
    case.judged_unless(findings, blocked)
}

/// Whether a media type is JSON.
fn is_json(media_type: &str) -> bool {
    media_type == "application/json" || media_type.ends_with("+json")
}

fn says_json(answer: Answer<'_>) -> bool {
    answer.response.media_type().is_some_and(|media_type| is_json(&media_type))
}

pub(super) fn json_is_the_default(case: &Case<'_>) -> Judgement {
    let (_, exchanges) = varied(case, [Variation::NoAccept, Variation::Accept("*/*".to_owned())])?;
    judged_each(case, exchanges, |answer| match answer.unreadable() {
        Some(verdict) => Err(verdict.into()),
        None => Ok(no_json_finding(answer)),
    })
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
    (!response.facts.utf8).then(|| answer.finding("fact utf8", Text::same("UTF-8"), text!("geen UTF-8", "no UTF-8")))
}

pub(super) fn accept_is_honoured(case: &Case<'_>) -> Judgement {
    const SUPPLIED: &str = "application/hal+json";
    let accept = |media_type: &str| Variation::Accept(media_type.to_owned());
    let types = case.parameter("unsupplied").into_iter().chain([SUPPLIED]).map(accept);
    let (_, exchanges) = varied(case, types)?;
    judged_each(case, exchanges, |answer| {
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

pub(super) fn content_encoding_is_an_accepted_one(case: &Case<'_>) -> Judgement {
    let (ordinary, exchanges) = varied(case, [Variation::AcceptEncoding("gzip".to_owned())])?;
    let mut exchanges = exchanges;
    exchanges.push(ordinary.exchange);
    judged_each(case, exchanges, |answer| {
        let accepted: &[&str] = match answer.request().variation {
            Variation::AcceptEncoding(_) => &["identity", "gzip", "x-gzip"],
            _ => &["identity"],
        };
        let finding = encoding_finding(answer, accepted);
        match answer.response.status {
            200..300 => Ok(finding),
            _ if finding.is_some() => Ok(finding),
            status => Err(reason::unexplained(status).into()),
        }
    })
}

fn encoding_finding(answer: Answer<'_>, accepted: &[&str]) -> Option<Finding> {
    let codings: Vec<String> = answer
        .response
        .headers("content-encoding")
        .flat_map(|value| value.split(','))
        .map(|coding| coding.trim().to_ascii_lowercase())
        .filter(|coding| !coding.is_empty())
        .collect();
    let other = codings.iter().find(|coding| !accepted.contains(&coding.as_str()))?;
    let wanted = accepted.first().copied().unwrap_or_default();
    let expected = match accepted {
        [_] => Text::same(wanted),
        _ => text!("gzip of identity", "gzip or identity"),
    };
    Some(answer.finding("header content-encoding", expected, Text::same(shown(other))))
}

pub(super) fn accept_language_leads_to_no_error(case: &Case<'_>) -> Judgement {
    let values = case.parameter("values").into_iter().map(|value| Variation::AcceptLanguage(value.to_owned()));
    let (_, exchanges) = varied(case, values)?;
    judged_each(case, exchanges, |answer| {
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
