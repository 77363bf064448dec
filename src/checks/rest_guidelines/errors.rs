//! Chapter errors: how errors are described. What is provoked is in `probes`, what an error gives away in
//! `reveals`, by the signs of it (`base::signs`).

use serde_json::{Map, Value};

use super::http::is_wrapped;
use crate::base::text::{Text, shown};
use crate::base::value::described::{described as value_in_words, kind_of};
use crate::catalogue::Level;
use crate::checks::checks;
use crate::checks::shared::{absent, is_uri_reference, media_type_finding};
use crate::evidence::exchange::{Edit, Exchange, Malformed, Replacement, Request, Target};
use crate::judging::context::{Answer, CheckContext, Judgement, Probed, Stop, conclusive, join};
use crate::judging::reason;
use crate::judging::verdict::{Finding, Outcome, Verdict};
use crate::text;

mod probes;
mod reveals;

pub(in crate::checks) use probes::{answer_to_an_unknown_certificate, unused};
#[cfg(test)]
mod tests;

use probes::{Body, body, described, judge, list, wrapped};
use reveals::errors_reveal_nothing_internal;

checks!(
    error_bodies_are_json_objects,
    errors_have_a_title,
    errors_state_their_status,
    errors_have_a_type,
    errors_are_problem_json,
    validation_errors_are_well_formed,
    errors_have_a_body,
    unknown_certificate_is_a_client_error,
    bad_paging_values_are_no_server_error,
    bad_paging_values_give_400,
    malformed_insz_is_a_client_error,
    unknown_path_gives_404,
    errors_reveal_nothing_internal,
    same_error_has_the_same_type_and_title,
    unknown_certificate_gives_404,
);

fn no_body() -> Verdict {
    Verdict::not_applicable(text!("geen enkele fout had een inhoud", "no error had a body"))
}

fn error_bodies_are_json_objects(cx: &CheckContext<'_>) -> Judgement {
    let errors = described(cx)?;
    let bodies: Vec<_> = errors.iter().map(|error| (error, body(*error))).collect();
    if bodies.iter().all(|(_, body)| matches!(body, Body::Empty)) {
        return Ok(no_body());
    }
    let unread = errors.iter().find_map(Answer::unreadable);
    if bodies.iter().all(|(_, body)| matches!(body, Body::Empty | Body::Unseen | Body::Coded)) {
        return Err(unread.unwrap_or_else(reason::not_recorded).into());
    }
    let wrong = bodies.into_iter().filter_map(|(error, body)| match body {
        Body::Other(found) => Some(error.finding("", text!("een JSON-object", "a JSON object"), found)),
        Body::Empty | Body::Object(_) | Body::Unseen | Body::Coded => None,
    });
    cx.judged(wrong)
}

/// Judges the members of the errors whose body is an object; the other bodies are ERR-01's.
fn members_are(cx: &CheckContext<'_>, wrong: impl Fn(Answer<'_>, &Map<String, Value>) -> Vec<Finding>) -> Judgement {
    let errors = described(cx)?;
    if errors.iter().all(|error| matches!(body(*error), Body::Empty)) {
        return Ok(no_body());
    }
    let objects: Vec<_> = errors
        .iter()
        .filter_map(|error| match body(*error) {
            Body::Object(members) => Some((*error, members)),
            _ => None,
        })
        .collect();
    if objects.is_empty() {
        return Err(reason::unmet(text!("geen enkele fout is een JSON-object", "no error is a JSON object")).into());
    }
    cx.judged(objects.into_iter().flat_map(|(error, members)| wrong(error, members)))
}

/// What stands where something else is expected.
fn found(value: Option<&Value>) -> Text {
    value.map_or_else(absent, |value| Text::same(shown(&value_in_words(Some(value)))))
}

fn errors_have_a_title(cx: &CheckContext<'_>) -> Judgement {
    members_are(cx, |error, members| {
        let title = members.get("title");
        let present = title.and_then(Value::as_str).is_some_and(|title| !title.trim().is_empty());
        let expected = || text!("een tekst die niet leeg is", "a string that is not empty");
        if present { Vec::new() } else { vec![error.finding("/title", expected(), found(title))] }
    })
}

fn errors_state_their_status(cx: &CheckContext<'_>) -> Judgement {
    members_are(cx, |error, members| {
        let (stated, actual) = (members.get("status"), error.response.status);
        let agrees = match stated {
            Some(Value::Number(number)) => number.as_f64() == Some(f64::from(actual)),
            Some(Value::String(text)) => text.trim() == actual.to_string(),
            _ => false,
        };
        if agrees { Vec::new() } else { vec![error.finding("/status", Text::same(actual), found(stated))] }
    })
}

fn errors_have_a_type(cx: &CheckContext<'_>) -> Judgement {
    members_are(cx, |error, members| {
        let kind = members.get("type");
        let is_reference = kind.and_then(Value::as_str).is_some_and(|kind| !kind.is_empty() && is_uri_reference(kind));
        let expected = || text!("een URI-verwijzing", "a URI reference");
        if is_reference { Vec::new() } else { vec![error.finding("/type", expected(), found(kind))] }
    })
}

fn errors_are_problem_json(cx: &CheckContext<'_>) -> Judgement {
    let mut errors = described(cx)?;
    errors.retain(|error| !matches!(body(*error), Body::Empty));
    if errors.is_empty() {
        return Ok(no_body());
    }
    cx.judged(errors.into_iter().filter_map(|error| media_type_finding(error, "application/problem+json")))
}

fn validation_errors_are_well_formed(cx: &CheckContext<'_>) -> Judgement {
    let errors = described(cx)?;
    let lists = errors.iter().filter_map(|error| match body(*error) {
        // A null is how some libraries write "none".
        Body::Object(members) => Some((*error, members.get("errors").filter(|list| !list.is_null())?)),
        _ => None,
    });
    let lists: Vec<(Answer<'_>, &Value)> = lists.collect();
    if lists.is_empty() {
        return Ok(Verdict::not_applicable(text!(
            "geen enkele fout heeft een veld `errors`",
            "no error has a field `errors`"
        )));
    }
    cx.judged(lists.into_iter().flat_map(|(error, list)| validation_findings(error, list)))
}

fn validation_findings(error: Answer<'_>, list: &Value) -> Vec<Finding> {
    let Some(items) = list.as_array() else {
        return vec![error.finding("/errors", text!("een array", "an array"), Text::same(kind_of(list)))];
    };
    let mut findings = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let place = format!("/errors/{index}");
        let Some(members) = item.as_object() else {
            findings.push(error.finding(place, text!("een object", "an object"), Text::same(kind_of(item))));
            continue;
        };
        for name in ["type", "title", "detail"] {
            if !members.get(name).is_some_and(Value::is_string) {
                findings.push(error.finding(
                    format!("{place}/{name}"),
                    text!("een tekst", "a string"),
                    found(members.get(name)),
                ));
            }
        }
    }
    findings
}

fn errors_have_a_body(cx: &CheckContext<'_>) -> Judgement {
    let mut errors = described(cx)?;
    errors.retain(|error| matches!(body(*error), Body::Empty));
    let expected = || text!("een beschrijving van de fout", "a description of the error");
    cx.judged(errors.into_iter().map(|error| error.finding("", expected(), text!("geen inhoud", "no body"))))
}

fn status_finding(answer: Answer<'_>, expected: Text) -> Finding {
    answer.finding("status", expected, Text::same(answer.response.status))
}

/// A finding where the answer is no 4xx. A redirect leads elsewhere and gives nothing: a recommendation at most.
fn no_client_error(answer: Answer<'_>) -> Option<Finding> {
    let finding = || status_finding(answer, text!("een 4xx", "a 4xx"));
    match answer.response.status {
        400..500 => None,
        300..400 => Some(finding().at_most(Level::Should)),
        _ => Some(finding()),
    }
}

fn unknown_certificate_is_a_client_error(cx: &CheckContext<'_>) -> Judgement {
    while_unknown(cx, |cx| {
        let (control, probe) = probes::unknown_certificate(cx)?;
        judge(cx, &control, &[probe], no_client_error)
    })
}

/// Where ids are counted, a new certificate may get the one that was free: looked at again with another id.
fn while_unknown(cx: &CheckContext<'_>, check: impl Fn(&CheckContext<'_>) -> Judgement) -> Judgement {
    let verdict = check(cx)?;
    if verdict.outcome != Outcome::Fail || !is_known_by_now(cx)? {
        return Ok(verdict);
    }
    cx.lasting(check)
}

/// Whether a certificate of the subject has the id by now that nobody had.
fn is_known_by_now(cx: &CheckContext<'_>) -> Result<bool, Stop> {
    let (control, probe) = probes::unknown_certificate(cx)?;
    let Target::Link { edit: Some(Edit { with: Replacement::Text(unknown), .. }), .. } = &probe.target else {
        return Ok(false);
    };
    let answers = cx.between_controls(&control, std::slice::from_ref(&probe))?;
    let Some(answer) = answers.first() else { return Ok(false) };
    Ok(cx.keys_after(answer.exchange)?.iter().any(|(id, _)| id == unknown))
}

fn unknown_certificate_gives_404(cx: &CheckContext<'_>) -> Judgement {
    while_unknown(cx, unknown_gives_404)
}

fn unknown_gives_404(cx: &CheckContext<'_>) -> Judgement {
    let (control, probe) = probes::unknown_certificate(cx)?;
    let probed = cx.between_controls(&control, std::slice::from_ref(&probe))?;
    if let Some(answer) = probed.iter().find(|answer| is_wrapped(**answer)) {
        return Err(wrapped(*answer).into());
    }
    if let Some(status) = probed.iter().map(|answer| answer.response.status).find(|status| !(400..500).contains(status))
    {
        return Err(reason::unmet(text!("de bron antwoordde {status}", "the source answered {status}")).into());
    }
    judge(cx, &control, &[probe], |answer| {
        (answer.response.status != 404).then(|| status_finding(answer, Text::same(404)))
    })
}

fn bad_paging_values_are_no_server_error(cx: &CheckContext<'_>) -> Judgement {
    judge(cx, &list(cx), &probes::no_numbers(cx), |answer| {
        (answer.response.status >= 500).then(|| status_finding(answer, text!("geen 5xx", "no 5xx")))
    })
}

fn bad_paging_values_give_400(cx: &CheckContext<'_>) -> Judgement {
    let (words, numbers) = (probes::no_numbers(cx), probes::bad_numbers(cx));
    let is_word = |request: &Request| {
        [&cx.entry().page, &cx.entry().limit].iter().any(|name| request.parameter(name) == Some("abc"))
    };
    let is_zero = |request: &Request| request.parameter(&cx.entry().limit) == Some("0");
    let verdict = judge(cx, &list(cx), &[words, numbers].concat(), |answer| {
        let request = answer.request();
        match answer.response.status {
            400 => None,
            200 if is_zero(request) => None,
            500.. if is_word(request) => None,
            _ if is_zero(request) => Some(status_finding(answer, text!("400, of 200", "400, or 200"))),
            _ => Some(status_finding(answer, Text::same(400))),
        }
    })?;
    // A server error is reported once; that it is no 400 either is no pass.
    let broken = cx.probed(&list(cx), &probes::no_numbers(cx))?.exchanges;
    let broken =
        broken.iter().filter_map(|exchange| conclusive(exchange).ok()).any(|answer| answer.response.status >= 500);
    if broken && verdict.findings.is_empty() {
        return Err(reason::unmet(text!(
            "een waarde die geen getal is, gaf een 5xx",
            "a value that is not a number gave a 5xx"
        ))
        .into());
    }
    Ok(verdict)
}

fn malformed_insz_is_a_client_error(cx: &CheckContext<'_>) -> Judgement {
    let probes = [Malformed::TooShort, Malformed::Letters].map(|number| probes::malformed(cx, number));
    judge(cx, &list(cx), &probes, no_client_error)
}

fn unknown_path_gives_404(cx: &CheckContext<'_>) -> Judgement {
    judge(cx, &list(cx), &[probes::unknown_path(cx)], |answer| {
        (answer.response.status != 404).then(|| status_finding(answer, Text::same(404)))
    })
}

fn same_error_has_the_same_type_and_title(cx: &CheckContext<'_>) -> Judgement {
    let [page, _] = probes::no_numbers(cx);
    let once = [page, probes::malformed(cx, Malformed::Letters), probes::unknown_path(cx)];
    let probes: Vec<Request> = once.into_iter().flat_map(|probe| [probe.clone(), probe.again(1)]).collect();
    let Probed { exchanges, closing } = cx.probed(&list(cx), &probes)?;
    closing?;
    let pairs = exchanges.chunks(2).filter_map(|pair| match pair {
        [first, second] => Some(join(said(first), said(second))),
        _ => None,
    });
    let (pairs, silent): (Vec<_>, Vec<_>) = pairs.partition(Result::is_ok);
    let repeated: Vec<_> =
        pairs.into_iter().flatten().filter(|(first, second)| is_same_error(*first, *second)).collect();
    let findings: Vec<Finding> = repeated.iter().flat_map(|(first, second)| differences(*first, *second)).collect();
    let silent = silent.into_iter().find_map(Result::err);
    let has_member = |member: &str| repeated.iter().any(|(first, _)| member_of(*first, member).is_some());
    match silent {
        _ if !findings.is_empty() => cx.judged(findings),
        Some(stop) => Err(stop),
        None if repeated.is_empty() => Err(not_repeated().into()),
        None if !SAME_EACH_TIME.iter().any(|member| has_member(member)) => Ok(Verdict::not_applicable(text!(
            "de herhaalde fouten hebben geen `type` en geen `title`",
            "the repeated errors have no `type` and no `title`"
        ))),
        None => cx.judged(findings),
    }
}

fn said(exchange: &Exchange) -> Result<Answer<'_>, Stop> {
    Ok(conclusive(exchange)?)
}

/// The members by which a program recognises an error.
const SAME_EACH_TIME: [&str; 2] = ["type", "title"];

fn is_same_error(first: Answer<'_>, second: Answer<'_>) -> bool {
    let status = first.response.status;
    status == second.response.status && probes::is_described(status)
}

fn member_of<'a>(answer: Answer<'a>, member: &str) -> Option<&'a Value> {
    answer.response.json()?.get(member)
}

fn differences(first: Answer<'_>, second: Answer<'_>) -> Vec<Finding> {
    let differs = |member: &&str| member_of(first, member) != member_of(second, member);
    let finding = |member: &str| {
        second.finding(format!("/{member}"), found(member_of(first, member)), found(member_of(second, member)))
    };
    SAME_EACH_TIME.into_iter().filter(differs).map(finding).collect()
}

fn not_repeated() -> Verdict {
    let what = text!(
        "geen fout kwam bij herhaling met dezelfde status terug",
        "no error came back with the same status on repetition"
    );
    reason::unmet(what)
}
