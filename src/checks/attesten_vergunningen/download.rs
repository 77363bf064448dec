//! Chapter download: the document behind `download`. Its bytes are not in the recording; facts about them are.

use crate::base::text::Text;
use crate::checks::checks;
use crate::evidence::exchange::{Failure, FailureKind, Request, Variation};
use crate::judging::context::{Answer, CheckContext, Judgement, Stop, conclusive, join};
use crate::judging::reason;
use crate::judging::verdict::{Finding, Verdict};
use crate::text;

mod body;
mod file_name;
#[cfg(test)]
mod tests;

use body::{content_type_tells_the_truth, document_is_complete, document_is_raw_bytes, is_pdf, may_be_pdf};
use file_name::file_name_is_fit_to_save;

checks!(
    download_gives_the_document,
    content_type_tells_the_truth,
    document_is_complete,
    document_is_raw_bytes,
    file_name_is_fit_to_save,
    pdf_comes_to_who_asks_for_it,
);

/// What came of the downloads of the sample.
struct Downloads<'a> {
    /// The answers, whatever their status.
    answers: Vec<Answer<'a>>,
    /// Why the first one without an answer has none.
    obstacle: Option<Box<Verdict>>,
}

/// The links of the sample; blocked, or declared not to arise, where there is none to follow.
fn links(cx: &CheckContext<'_>) -> Result<Vec<Request>, Stop> {
    let declared = cx.setup().source().declares.no_documents;
    match cx.download_requests() {
        Ok(requests) if !requests.is_empty() => Ok(requests),
        Ok(_) | Err(Stop::Verdict(_)) if declared => Err(reason::declared("no_documents").into()),
        Ok(_) => Err(no_link().into()),
        Err(stop) => Err(stop),
    }
}

fn downloads<'a>(cx: &CheckContext<'a>) -> Result<Downloads<'a>, Stop> {
    let requests = links(cx)?;
    let mut downloads = Downloads { answers: Vec::new(), obstacle: None };
    for exchange in cx.attempts(&requests)? {
        match conclusive(exchange) {
            Ok(answer) if is_empty(answer) && !answer.response.facts.complete => {
                let broken = Failure::new(FailureKind::Broken, Text::default());
                downloads.obstacle =
                    downloads.obstacle.or_else(|| Some(Box::new(reason::no_answer(&exchange.request, &broken))));
            }
            Ok(answer) => downloads.answers.push(answer),
            Err(verdict) => downloads.obstacle = downloads.obstacle.or(Some(verdict)),
        }
    }
    Ok(downloads)
}

fn no_link() -> Verdict {
    Verdict::blocked(
        text!(
            "geen enkel attest heeft een link `download` die te volgen is",
            "no certificate has a `download` link that can be followed"
        ),
        text!(
            "kies een burger met een document, of verklaar `source.declares.no_documents`",
            "choose a citizen with a document, or declare `source.declares.no_documents`"
        ),
    )
}

/// The documents that arrived; blocked where none did.
fn documents<'a>(cx: &CheckContext<'a>) -> Result<Vec<Answer<'a>>, Stop> {
    let Downloads { answers, obstacle } = downloads(cx)?;
    let arrived: Vec<Answer<'a>> =
        answers.into_iter().filter(|answer| answer.response.status == 200 && !is_empty(*answer)).collect();
    if arrived.is_empty() {
        let none = || reason::unmet(text!("er kwam geen document", "no document arrived")).into();
        return Err(obstacle.map_or_else(none, Stop::Verdict));
    }
    Ok(arrived)
}

fn is_empty(answer: Answer<'_>) -> bool {
    answer.response.facts.body_bytes == 0
}

fn download_gives_the_document(cx: &CheckContext<'_>) -> Judgement {
    cx.lasting(gives_the_document)
}

fn gives_the_document(cx: &CheckContext<'_>) -> Judgement {
    let Downloads { answers, obstacle } = downloads(cx)?;
    let findings = answers.into_iter().filter_map(|answer| match answer.response.status {
        200 if is_empty(answer) => {
            Some(answer.finding("fact body_bytes", text!("meer dan 0 bytes", "more than 0 bytes"), Text::same(0)))
        }
        200 => None,
        status => Some(answer.finding("status", Text::same(200), Text::same(status))),
    });
    cx.judged_unless(findings, obstacle)
}

pub(super) fn pdf_comes_to_who_asks_for_it(cx: &CheckContext<'_>) -> Judgement {
    cx.lasting(gives_the_pdf)
}

fn gives_the_pdf(cx: &CheckContext<'_>) -> Judgement {
    const PDF: &str = "application/pdf";
    let asking = |request: &Request| request.clone().varied(Variation::Accept(PDF.to_owned()));
    // Mostly the first document is a PDF: it need not be known for that.
    let first: Vec<Request> = links(cx)?.iter().take(1).map(asking).collect();
    let (documents, _) = join(documents(cx), cx.attempts(&first))?;
    let Some(document) = documents.iter().find(|answer| is_pdf(**answer)) else {
        return Ok(Verdict::not_applicable(text!(
            "geen document van de steekproef is een PDF",
            "no document of the sample is a PDF"
        )));
    };
    let answer = conclusive(cx.attempt(&asking(document.request()))?)?;
    cx.judged(refused_pdf(answer))
}

/// A finding where something else than a PDF came to somebody who asked for one.
fn refused_pdf(answer: Answer<'_>) -> Option<Finding> {
    let expected = || text!("de PDF, zoals bij `Accept: */*`", "the PDF, as with `Accept: */*`");
    match answer.response.status {
        200..300 if may_be_pdf(answer) => None,
        200..300 => Some(answer.finding("fact look", expected(), text!("geen PDF", "no PDF"))),
        status => Some(answer.finding("status", expected(), Text::same(status))),
    }
}
