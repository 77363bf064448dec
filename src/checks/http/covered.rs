//! Whether what the source answers is in its own OpenAPI document.

use std::collections::BTreeMap;

use super::answers::is_provoked;
use super::openapi::{flawed, operation_of, own, readable};
use super::{Offence, in_one};
use crate::case::{Answer, Case, Judgement, seek};
use crate::openapi::{OpenApi, Operation};
use crate::text;
use crate::text::Text;
use crate::verdict::{Verdict, shown};

/// Offences by operation and status.
type ByStatus<'a> = BTreeMap<(String, u16), Vec<Offence<'a>>>;

pub(super) fn own_openapi_document_covers_the_answers(case: &Case<'_>) -> Judgement {
    if case.setup().openapi.is_some() {
        seek([own(case).map(drop), case.seek_everything()])?;
    }
    let (_, document) = readable(case)?;
    let mut matched = false;
    let (mut undeclared, mut unfit) = (ByStatus::new(), ByStatus::new());
    for answer in case.api_answers()?.into_iter().filter(|answer| !is_provoked(*answer)) {
        let Some(operation) = operation_of(case, document, answer.exchange) else { continue };
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
        } else if let Some(offence) = misfit(operation, answer) {
            unfit.entry(key).or_default().push(offence);
        }
    }
    if !matched {
        return Err(unmatched().into());
    }
    let uncertain = hides_responses(document) && !undeclared.is_empty();
    if uncertain {
        undeclared.clear();
    }
    if uncertain && unfit.is_empty() {
        return Err(flawed().into());
    }
    let declared = text!("een status die het OpenAPI-document noemt", "a status that the OpenAPI document names");
    let fitting =
        text!("wat het schema in het OpenAPI-document vraagt", "what the schema in the OpenAPI document asks for");
    let undeclared = undeclared.into_values().filter_map(|offences| in_one(declared.clone(), offences));
    let unfit = unfit.into_values().filter_map(|offences| in_one(fitting.clone(), offences));
    case.judged(undeclared.chain(unfit))
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

/// Whether a part of the document that could not be read may hold a declared status.
fn hides_responses(document: &OpenApi) -> bool {
    let mut faults = document.errors().iter().chain(document.unjudged());
    faults.any(|fault| {
        fault.place.as_deref().is_none_or(|place| {
            // `paths./x.get`, `paths./x.get.responses.404`, `components.responses.NotFound`: not a schema within.
            !place.contains("schema") && !place.contains(".parameters")
        })
    })
}

fn unmatched() -> Verdict {
    Verdict::blocked(
        text!(
            "geen enkel antwoord hoort bij een bewerking van het OpenAPI-document",
            "no answer belongs to an operation of the OpenAPI document"
        ),
        text!(
            "geef onder `source.openapi` het document van deze API, met de paden onder `servers` of onder `source.base_url`",
            "give under `source.openapi` the document of this API, with its paths below `servers` or below `source.base_url`"
        ),
    )
}
