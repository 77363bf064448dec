//! What all answers of the run have in common: statuses and headers.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Offence, in_one};
use crate::base::text::{Text, shown};
use crate::catalogue::Level;
use crate::checks::shared::absent;
use crate::evidence::exchange::{Auth, Citizen, Kind, Request, Variation};
use crate::judging::context::{Answer, CheckContext, Judgement, request_all};
use crate::judging::verdict::{Finding, Obstacle, Verdict};
use crate::text;

/// Whether HTTP itself provides this status for what we asked, or a gateway gave it.
pub(super) fn is_provoked(answer: Answer<'_>) -> bool {
    let status = answer.response.status;
    answer.response.is_unavailable()
        || match answer.request().variation {
            Variation::Head | Variation::Options => matches!(status, 204 | 405 | 501),
            Variation::NoAccept
            | Variation::Accept(_)
            | Variation::AcceptLanguage(_)
            | Variation::AcceptEncoding(_) => matches!(status, 406 | 415),
            Variation::None | Variation::NoIds | Variation::TrailingSlash | Variation::Host(_) => false,
        }
}

/// The verdict where there is nothing to look at.
fn nothing_came(cx: &CheckContext<'_>) -> Verdict {
    Verdict::blocked(
        text!("de bron gaf geen enkel antwoord om te beoordelen", "the source gave no answer to judge"),
        text!("zie LST-01 voor de oorzaak", "see LST-01 for the cause"),
    )
    .by(Obstacle::Call(cx.entry_request(Citizen::Subject)))
}

pub(super) fn statuses_are_from_the_agreed_set(cx: &CheckContext<'_>) -> Judgement {
    cx.request_everything()?;
    let agreed = cx.parameter("statuses");
    let answers = cx.api_answers()?;
    if answers.is_empty() {
        return Err(nothing_came(cx).into());
    }
    let mut others: BTreeMap<u16, Vec<Offence<'_>>> = BTreeMap::new();
    for answer in answers {
        let status = answer.response.status;
        if !agreed.contains(&status.to_string().as_str()) && !is_provoked(answer) {
            let offence = Offence { answer, place: "status".to_owned(), actual: Text::same(status), level: None };
            others.entry(status).or_default().push(offence);
        }
    }
    let expected = Text::same(agreed.join(" "));
    cx.judged(others.into_values().filter_map(|offences| in_one(expected.clone(), offences)))
}

pub(super) fn errors_have_an_error_status(cx: &CheckContext<'_>) -> Judgement {
    let control = cx.entry_request(Citizen::Subject);
    let no_number = Request::entry(Citizen::Subject)
        .query(&cx.entry().limit, cx.entry().default_limit)
        .query(&cx.entry().page, "abc");
    let probes = [control.clone().auth(Auth::None), no_number];
    request_all([cx.request_everything(), cx.probed(&control, &probes).map(drop)])?;
    let answers = cx.api_answers()?;
    let offences: Vec<Offence<'_>> = answers.iter().filter_map(|answer| wrapped_error(*answer)).collect();
    let provoked = answers.iter().any(|answer| answer.response.status >= 400 && !answer.response.is_unavailable());
    if offences.is_empty() && !provoked {
        return Err(Verdict::blocked(
            text!("geen enkele fout kon worden uitgelokt", "no error could be provoked"),
            text!(
                "zie LST-01 en SEC-01: zonder antwoord op het goede token wordt niets uitgelokt",
                "see LST-01 and SEC-01: without an answer to the good token nothing is provoked"
            ),
        )
        .by(Obstacle::Call(control))
        .into());
    }
    let expected = text!("de foutstatus die in de inhoud staat", "the error status that the body states");
    cx.judged(in_one(expected, offences))
}

/// Whether an answer that says success describes a problem.
pub(in crate::checks) fn is_wrapped(answer: Answer<'_>) -> bool {
    wrapped_error(answer).is_some()
}

/// A problem description in an answer that says success.
fn wrapped_error(answer: Answer<'_>) -> Option<Offence<'_>> {
    let problem = answer.response.tree().filter(|_| answer.response.is_success())?;
    let stated = match problem.get("status")? {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    if !(400.0..600.0).contains(&stated) || !problem.get("title")?.is_string() {
        return None;
    }
    let status = answer.response.status;
    let actual = text!("{status}, met `status` {stated} in de inhoud", "{status}, with `status` {stated} in the body");
    Some(Offence { answer, place: "status".to_owned(), actual, level: None })
}

pub(super) fn personal_answers_are_not_cacheable_by_others(cx: &CheckContext<'_>) -> Judgement {
    cx.listed(&cx.entry_request(Citizen::Subject))?;
    cx.request_everything()?;
    let mut open = Vec::new();
    let mut silent = Vec::new();
    for answer in cx.api_answers()?.into_iter().filter(is_personal) {
        let value = answer.response.headers("cache-control").collect::<Vec<_>>().join(", ");
        let offence = |actual, level| Offence { answer, place: "header cache-control".to_owned(), actual, level };
        if value.trim().is_empty() {
            // A refusal that nothing says may be kept is kept by nobody who was sent a token.
            if !answer.is_content() {
                continue;
            }
            silent.push(offence(absent(), Some(Level::May)));
        } else if is_shared(&value) {
            open.push(offence(Text::same(shown(&value)), None));
        }
    }
    let expected = text!("`no-store` of `private`", "`no-store` or `private`");
    cx.judged([open, silent].into_iter().filter_map(|offences| in_one(expected.clone(), offences)))
}

/// What the source says of a citizen: lists, details and documents, and that there are none or that somebody may not see
/// them.
fn is_personal(answer: &Answer<'_>) -> bool {
    let own_error = answer.response.status >= 400 && !answer.response.is_unavailable();
    answer.is_content() || (own_error && answer.request().kind() != Kind::Probe)
}

/// Whether a shared cache may keep the answer on its own: `public` or `s-maxage`, and nothing beside it that forbids
/// that. With `s-maxage=0` it has to ask the source each time.
fn is_shared(cache_control: &str) -> bool {
    let mut quoted = false;
    let split = cache_control.split(|c: char| {
        quoted ^= c == '"';
        c == ',' && !quoted
    });
    let directives: Vec<String> = split.map(|part| part.trim().to_ascii_lowercase()).collect();
    let has = |name: &str| directives.iter().any(|found| found == name);
    let seconds = directives.iter().filter_map(|found| found.strip_prefix("s-maxage"));
    let kept = |value: &str| value.trim_start_matches([' ', '=']).trim_matches('"').parse::<u64>().ok() != Some(0);
    // `private` with the names of fields is about these alone. `s-maxage` is a word to shared caches, whatever stands
    // beside it but `no-store`.
    ((has("public") && !has("private")) || seconds.into_iter().any(kept)) && !has("no-store")
}

pub(super) fn content_headers_are_right(cx: &CheckContext<'_>) -> Judgement {
    cx.request_everything()?;
    let answers = cx.api_answers()?.into_iter().filter(|answer| !answer.response.is_unavailable());
    let with_body: Vec<Answer<'_>> = answers.filter(has_body).collect();
    if with_body.is_empty() {
        return Err(nothing_came(cx).into());
    }
    let untyped = with_body.iter().filter_map(|answer| {
        let actual = match answer.response.media_type() {
            None => absent(),
            // Of the others the media type has a row of its own.
            Some(written) if answer.request().kind() == Kind::Download && !is_media_type(&written) => {
                Text::same(shown(&written))
            }
            Some(_) => return None,
        };
        Some(Offence { answer: *answer, place: "header content-type".to_owned(), actual, level: None })
    });
    let untyped = in_one(text!("een mediatype", "a media type"), untyped.collect());
    let lengths = with_body.iter().filter_map(|answer| length_offence(*answer)).collect();
    let lengths = in_one(text!("een lengte die klopt, of chunked", "a length that is right, or chunked"), lengths);
    let findings: Vec<Finding> = untyped.into_iter().chain(lengths).collect();
    cx.judged(findings)
}

/// A type and a subtype (RFC 9110, section 8.3.1).
fn is_media_type(text: &str) -> bool {
    let is_token = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'/');
    text.split_once('/').is_some_and(|(main, sub)| is_token(main) && is_token(sub))
}

fn has_body(answer: &Answer<'_>) -> bool {
    let bodiless = answer.request().variation == Variation::Head || matches!(answer.response.status, 204 | 304);
    let facts = &answer.response.facts;
    !bodiless && (facts.body_bytes > 0 || facts.announced_bytes.is_some_and(|announced| announced > 0))
}

fn length_offence(answer: Answer<'_>) -> Option<Offence<'_>> {
    let facts = &answer.response.facts;
    // We stopped reading ourselves.
    if facts.truncated {
        return None;
    }
    let came = facts.body_bytes;
    let (actual, level) = match facts.announced_bytes {
        Some(announced) if announced != came => (
            text!("{announced} bytes aangekondigd, {came} ontvangen", "{announced} bytes announced, {came} received"),
            None,
        ),
        _ if !facts.complete => (text!("afgebroken na {came} bytes", "cut off after {came} bytes"), None),
        // Legal, and the caller cannot tell the end from a broken connection.
        None if !facts.framed => (text!("geen van beide", "neither"), Some(Level::May)),
        _ => return None,
    };
    Some(Offence { answer, place: "header content-length".to_owned(), actual, level })
}

#[cfg(test)]
mod tests {
    use super::is_shared;

    #[test]
    fn only_public_and_s_maxage_invite_a_shared_cache() {
        for shared in [
            "public",
            "PUBLIC, max-age=3600",
            "max-age=60, s-maxage=60",
            "private=\"x\", public",
            "s-maxage=\"5\"",
            "private, s-maxage=9",
        ] {
            assert!(is_shared(shared), "{shared}");
        }
        for own in ["no-store", "private, max-age=60", "s-maxage=0", "private, s-maxage=0", "private=\"public, x\""] {
            assert!(!is_shared(own), "{own}");
        }
    }
}
