//! What the answer to a hostile request shows: data of somebody, a refusal, a breakdown, or nothing that proves anything.

use super::has_just_expired;
use crate::base::text::Text;
use crate::catalogue::Level;
use crate::evidence::exchange::{Auth, Content, Exchange, Kind, Phase, Request, Response, SniffedType};
use crate::judging::context::{CheckContext, Judgement, Stop, conclusive};
use crate::judging::reason;
use crate::judging::verdict::{Finding, Obstacle, Verdict};
use crate::source::envelope::Collection;
use crate::source::{Leak, is_same_content};
use crate::text;

/// What the answer to a hostile request shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Shows {
    /// 400, 401, 403, 404 or a redirect, without data.
    Refusal,
    /// Another 4xx without data: nothing leaks, and it is no clear refusal.
    OddRefusal,
    /// A success without data: nothing leaks, and the status is for other rows.
    EmptySuccess,
    /// What was another's when it was asked for, and is the caller's own by then: a success as it should be.
    OwnByThen,
    /// 500 or another 5xx of the source itself, without data: it breaks down where it should refuse.
    Breakdown,
    /// Data, whatever the status.
    Data(Leak),
    /// A gateway's answer, a busy source, or none; or what nobody can read.
    Nothing(Box<Verdict>),
}

/// What an answer shows; `leak`: the data that was found in it.
pub(super) fn shows(exchange: &Exchange, leak: Option<Leak>) -> Shows {
    if let Some(leak) = leak {
        return Shows::Data(leak);
    }
    let Ok(answer) = conclusive(exchange) else { return Shows::Nothing(Box::new(no_proof(exchange))) };
    match answer.response.status {
        200..300 => match answer.unreadable() {
            Some(unreadable) => Shows::Nothing(Box::new(unreadable)),
            None => Shows::EmptySuccess,
        },
        300..400 | 400 | 401 | 403 | 404 => Shows::Refusal,
        400..500 => Shows::OddRefusal,
        500.. => Shows::Breakdown,
        _ => Shows::Nothing(Box::new(no_proof(exchange))),
    }
}

/// A gateway's 5xx, 429 and silence prove no refusal.
fn no_proof(exchange: &Exchange) -> Verdict {
    match &exchange.result {
        Err(failure) => reason::no_answer(&exchange.request, failure),
        Ok(response) => {
            let status = response.status;
            Verdict::blocked(
                text!(
                    "de bron antwoordde {status}: dat bewijst geen weigering",
                    "the source answered {status}: that proves no refusal"
                ),
                text!(
                    "zoek de oorzaak in het logboek van de bron, en keur opnieuw",
                    "find the cause in the log of the source, and check again"
                ),
            )
            .by(Obstacle::Call(exchange.request.clone()))
        }
    }
}

/// Whether a body holds certificate data: items of a list, a certificate of its own, or a document.
pub(super) fn has_certificates(response: &Response) -> bool {
    if let Content::Document(document) = &response.content {
        return document.look == SniffedType::Pdf;
    }
    let in_list =
        response.page().is_some_and(|page| matches!(&page.collection, Collection::Items(items) if !items.is_empty()));
    in_list || response.certificate().is_some_and(|certificate| certificate.key().is_some())
}

/// What an answer to somebody without a right to anything shows of the subject's data. `rightful`: what the good token
/// gets at the same place.
pub(super) fn data_of_the_subject(
    cx: &CheckContext<'_>,
    exchange: &Exchange,
    rightful: Option<&Response>,
) -> Result<Option<Leak>, Stop> {
    let Ok(response) = &exchange.result else { return Ok(None) };
    if has_certificates(response) {
        let what = if exchange.request.kind() == Kind::Download {
            text!("een document", "a document")
        } else {
            text!("attesten", "certificates")
        };
        return Ok(Some(Leak { place: String::new(), what }));
    }
    if rightful.is_some_and(|rightful| is_same_content(rightful, response) || is_same_kind(rightful, response)) {
        let what = text!("hetzelfde als met het goede token", "the same as with the good token");
        return Ok(Some(Leak { place: String::new(), what }));
    }
    cx.leak_of_the_subject(exchange)
}

/// Whether a success brought a document of the same kind as the rightful one, which is no PDF.
fn is_same_kind(rightful: &Response, response: &Response) -> bool {
    let (Content::Document(one), Content::Document(other)) = (&rightful.content, &response.content) else {
        return false;
    };
    response.is_success()
        && one.look == SniffedType::Other
        && other.look == SniffedType::Other
        && rightful.media_type() == response.media_type()
}

/// The finding in what an answer to a hostile request shows, where there is one.
pub(super) fn finding_in(cx: &CheckContext<'_>, exchange: &Exchange, shows: &Shows) -> Option<Finding> {
    let status = exchange.result.as_ref().ok()?.status;
    let expected = text!("een weigering, zonder gegevens", "a refusal, without data");
    let finding = |actual| Finding::new(&exchange.request, "status", expected, actual);
    match shows {
        Shows::Data(Leak { place, what: Text { nl, en } }) => {
            let place =
                if place.is_empty() { String::new() } else { format!(" ({})", crate::base::text::shown(place)) };
            let finding = finding(text!("{status}, met {nl}{place}", "{status}, with {en}{place}"));
            let just_expired = exchange.request.auth == Auth::ExpiredToken && has_just_expired(cx);
            Some(if just_expired { finding.at_most(Level::May) } else { finding })
        }
        Shows::OddRefusal => Some(finding(Text::same(status)).at_most(Level::Should)),
        Shows::Breakdown => {
            let actual = text!(
                "{status} in plaats van een weigering, zonder gegevens",
                "{status} instead of a refusal, without data"
            );
            Some(finding(actual).at_most(Level::Should))
        }
        Shows::Refusal | Shows::EmptySuccess | Shows::OwnByThen | Shows::Nothing(_) => None,
    }
}

/// What each probe shows, between the controls: exchange by exchange.
pub(super) struct Shown<'a> {
    /// The probes with what they show.
    pub(super) probes: Vec<(&'a Exchange, Shows)>,
    /// The closing control.
    pub(super) closing: Result<(), Stop>,
}

/// Probes the subject's own list, detail or document without a right to it.
pub(super) fn shown<'a>(cx: &CheckContext<'a>, control: &Request, probes: &[Request]) -> Result<Shown<'a>, Stop> {
    let probed = cx.probed(control, probes)?;
    let opening = cx.attempt(&control.clone().phase(Phase::Opening))?;
    let rightful = opening.result.as_ref().ok();
    let show = |exchange: &'a Exchange| Ok((exchange, shows(exchange, data_of_the_subject(cx, exchange, rightful)?)));
    Ok(Shown { probes: probed.exchanges.into_iter().map(show).collect::<Result<_, Stop>>()?, closing: probed.closing })
}

/// Judges what probes show. A leak is a leak whatever came after it.
pub(super) fn judged(cx: &CheckContext<'_>, Shown { probes, closing }: Shown<'_>) -> Judgement {
    let findings: Vec<Finding> =
        probes.iter().filter_map(|(exchange, shows)| finding_in(cx, exchange, shows)).collect();
    if findings.iter().all(|finding| finding.level.is_some()) {
        closing?;
        let unproven = probes.into_iter().find_map(|(_, shows)| match shows {
            Shows::Nothing(why) => Some(why),
            _ => None,
        });
        if let Some(why) = unproven {
            return Err(why.into());
        }
    }
    cx.judged(findings)
}
