//! Whether what the source answers is in its own OpenAPI document.

use std::collections::BTreeMap;

use super::answers::is_provoked;
use super::openapi::{flawed, operation_of, own, readable};
use super::{Offence, in_one};
use crate::base::openapi::{Declaration, Operation};
use crate::base::text::{Text, shown};
use crate::catalogue::Level;
use crate::evidence::exchange::{Citizen, Content, Kind};
use crate::judging::context::{Answer, CheckContext, Judgement, request_all};
use crate::judging::verdict::{Obstacle, Verdict};
use crate::text;

/// Offences by operation and status.
type ByStatus<'a> = BTreeMap<(String, u16), Vec<Offence<'a>>>;

pub(super) fn own_openapi_document_covers_the_answers(cx: &CheckContext<'_>) -> Judgement {
    if cx.setup().source().openapi.is_some() {
        request_all([own(cx).map(drop), cx.request_everything()])?;
    }
    let (_, document) = readable(cx)?;
    let mut matched = false;
    let [mut undeclared, mut untold, mut unfit] = [ByStatus::new(), ByStatus::new(), ByStatus::new()];
    for answer in cx.api_answers()?.into_iter().filter(|answer| !is_provoked(*answer)) {
        let Some(operation) = operation_of(cx, document, answer.exchange) else { continue };
        matched = true;
        let status = answer.response.status;
        let key = (format!("{} {}", operation.method(), shown(operation.path())), status);
        if operation.response(status).is_none() {
            let actual = Text::same(format!("{status} ({})", key.0));
            undeclared.entry(key).or_default().push(Offence {
                answer,
                place: "status".to_owned(),
                actual,
                level: None,
            });
        } else if let Some(offence) = mistyped(operation, answer) {
            untold.entry(key).or_default().push(offence);
        } else if let Some(offence) = misfit(operation, answer) {
            unfit.entry(key).or_default().push(offence);
        }
    }
    if !matched {
        return Err(unmatched(cx).into());
    }
    let uncertain = document.is_incomplete() && !undeclared.is_empty();
    if uncertain {
        undeclared.clear();
    }
    if uncertain && unfit.is_empty() && untold.is_empty() {
        return Err(flawed().into());
    }
    let declared = text!("een status die het OpenAPI-document noemt", "a status that the OpenAPI document names");
    let fitting =
        text!("wat het schema in het OpenAPI-document vraagt", "what the schema in the OpenAPI document asks for");
    let undeclared = undeclared.into_values().filter_map(|offences| in_one(declared.clone(), offences));
    let unfit = unfit.into_values().filter_map(|offences| in_one(fitting.clone(), offences));
    let known = text!("een mediatype dat het OpenAPI-document noemt", "a media type that the OpenAPI document names");
    let untold = untold.into_values().filter_map(|offences| in_one(known.clone(), offences));
    cx.judged(undeclared.chain(untold).chain(unfit))
}

/// A media type that the document does not declare for the answer. What a list, a detail or an error has instead of
/// JSON is a finding of the requirements that ask for JSON.
fn mistyped<'a>(operation: Operation<'_>, answer: Answer<'a>) -> Option<Offence<'a>> {
    let (response, status) = (answer.response, answer.response.status);
    let media_type = response.media_type()?;
    let is_document = answer.request().kind() == Kind::Download && response.is_success();
    let has_body = !matches!(response.content, Content::Empty) && !matches!(status, 204 | 304);
    if !has_body || !(is_document || is_json_type(&media_type)) {
        return None;
    }
    let level = match operation.declares(status, &media_type) {
        Declaration::Fits => return None,
        Declaration::Binary => Some(Level::May),
        Declaration::Differs => None,
    };
    let declared = operation.response(status).map(|response| response.media_types.join(", ")).unwrap_or_default();
    let (media_type, declared) = (shown(&media_type), shown(&declared));
    let actual = text!("{media_type}; het document noemt {declared}", "{media_type}; the document names {declared}");
    Some(Offence { answer, place: "header content-type".to_owned(), actual, level })
}

fn is_json_type(media_type: &str) -> bool {
    media_type == "application/json" || media_type.ends_with("+json")
}

/// What in an answer does not fit its schema: the first place, and how many others there are.
fn misfit<'a>(operation: Operation<'_>, answer: Answer<'a>) -> Option<Offence<'a>> {
    let (json, media_type) = (answer.response.tree()?, answer.response.media_type()?);
    let judged = || operation.judge(answer.response.status, &media_type, &json);
    let violations = answer.response.facts.unfit_for_own.clone().unwrap_or_else(judged);
    let first = violations.first()?;
    let Text { nl, en } = first.message.map(shown);
    let more = violations.len() - 1;
    let actual = if more == 0 { Text { nl, en } } else { text!("{nl} (en nog {more})", "{en} (and {more} more)") };
    Some(Offence { answer, place: first.pointer.clone(), actual, level: None })
}

fn unmatched(cx: &CheckContext<'_>) -> Verdict {
    Verdict::blocked(
        text!(
            "geen enkel antwoord hoort bij een operatie van het OpenAPI-document",
            "no answer belongs to an operation of the OpenAPI document"
        ),
        text!(
            "geef onder `source.openapi` het document van deze API, met de paden onder `servers` of onder `source.base_url`",
            "give under `source.openapi` the document of this API, with its paths below `servers` or below `source.base_url`"
        ),
    )
    .by(Obstacle::Call(cx.entry_request(Citizen::Subject)))
}
