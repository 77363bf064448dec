//! The ids with which calls are followed across systems.

use crate::base::text::Text;
use crate::catalogue::Level;
use crate::evidence::exchange::{Citizen, Variation};
use crate::judging::context::{Answer, CheckContext, Judgement, conclusive};
use crate::judging::reason;
use crate::judging::verdict::Verdict;
use crate::text;

const IDS: [&str; 2] = ["x-correlation-id", "x-request-id"];

pub(super) fn calls_with_and_without_correlation_ids_are_answered(cx: &CheckContext<'_>) -> Judgement {
    let request = cx.entry_request(Citizen::Subject);
    let exchanges = cx.attempts(&[request.clone(), request.varied(Variation::NoIds)])?;
    let [with, without] = exchanges.as_slice() else { return Err(reason::not_recorded().into()) };
    let (with, without) = (conclusive(with)?, conclusive(without)?);
    let refusal = |answer: Answer<'_>, expected| answer.finding("status", expected, Text::same(answer.response.status));
    match (with.response.is_success(), without.response.is_success()) {
        (true, true) => cx.judged(Vec::new()),
        (false, true) => {
            let expected = text!("een antwoord, ook met de headers", "an answer, with the headers too");
            cx.judged(vec![refusal(with, expected)])
        }
        (true, false) => {
            let expected = text!("een antwoord, ook zonder de headers", "an answer, without the headers too");
            cx.judged(vec![refusal(without, expected).at_most(Level::Should)])
        }
        (false, false) => {
            let status = with.response.status;
            Err(reason::unmet(text!("de lijst antwoordde met {status}", "the list answered {status}")).into())
        }
    }
}

pub(super) fn correlation_ids_come_back(cx: &CheckContext<'_>) -> Judgement {
    let answer = cx.listed(&cx.entry_request(Citizen::Subject))?;
    let (nl, en): (Vec<String>, Vec<String>) =
        IDS.map(|name| returned(answer, name)).map(|t| (t.nl, t.en)).into_iter().unzip();
    Ok(Verdict::observed(Text::new(nl.join("; "), en.join("; "))))
}

fn returned(answer: Answer<'_>, name: &str) -> Text {
    let sent = answer.exchange.sent.headers.iter().find(|(sent, _)| sent.eq_ignore_ascii_case(name));
    match (sent, answer.response.header(name)) {
        (_, None) => text!("{name}: komt niet terug", "{name}: does not come back"),
        (Some((_, sent)), Some(found)) if sent.eq_ignore_ascii_case(found.trim()) => {
            text!("{name}: komt terug", "{name}: comes back")
        }
        (_, Some(_)) => text!("{name}: een andere waarde", "{name}: another value"),
    }
}
