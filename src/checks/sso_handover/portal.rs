//! Chapter portal: what ACM and MBP do, apart from the application. None of it counts for the application.

use crate::application::{Way, visits};
use crate::base::text::Text;
use crate::checks::checks;
use crate::evidence::exchange::visit::{AskedMbp, Timeline, What};
use crate::evidence::exchange::{Citizen, Exchange, FailureKind, Grant, Request, Response};
use crate::judging::context::{CheckContext, Judgement, Stop};
use crate::judging::reason;
use crate::judging::reason::cause::origin_of;
use crate::judging::reason::issuer;
use crate::judging::verdict::{Obstacle, Verdict};
use crate::text;

use super::shared::{listed, no_hand_over};

checks!(answers_to_odd_requests, temporary_token_works_once);

fn answers_to_odd_requests(cx: &CheckContext<'_>) -> Judgement {
    let Some(acm) = &cx.setup().acm else { return Err(reason::no_acm().into()) };
    let mut grants = vec![Grant::WithoutActor, Grant::CitizenAsActor, Grant::OwnAudience];
    grants.extend(acm.other_audience.as_ref().map(|_| Grant::OtherAudience));
    grants.extend(cx.setup().refreshes(Citizen::Subject).then_some(Grant::RefreshAsSubject));
    let requests: Vec<Request> = grants.iter().map(|grant| Request::token(*grant)).collect();
    let exchanges = cx.attempts(&requests)?;
    let told: Vec<Text> =
        grants.iter().zip(&exchanges).filter_map(|(grant, exchange)| answer(*grant, exchange)).collect();
    if !told.is_empty() {
        return Ok(Verdict::observed(listed(told)));
    }
    // None was sent, or none was answered: the first says why.
    match exchanges.first() {
        Some(exchange) => match &exchange.result {
            Err(failure) => Err(reason::no_answer(&exchange.request, failure).into()),
            Ok(response) => Err(reason::unexplained(&exchange.request, response.status).into()),
        },
        None => Err(reason::not_recorded().into()),
    }
}

/// What ACM answered to one of them, in words; none where it was not asked.
fn answer(grant: Grant, exchange: &Exchange) -> Option<Text> {
    let Text { nl, en } = match grant {
        Grant::OtherAudience => text!("MBP van de andere omgeving", "MBP of the other environment"),
        Grant::WithoutActor => text!("zonder actortoken", "without an actor token"),
        Grant::CitizenAsActor => text!("het token van de burger als actor", "the citizen's token as actor"),
        Grant::RefreshAsSubject => text!("het refresh token als subject", "the refresh token as subject"),
        _ => text!("de eigen client-id als audience", "the own client-id as audience"),
    };
    let came = match &exchange.result {
        Ok(response) if response.is_grant() => text!("200 met een token", "200 with a token"),
        Ok(response) => issuer::came(response),
        Err(failure) if matches!(failure.kind, FailureKind::NotConfigured | FailureKind::NoToken) => return None,
        Err(failure) => failure.kind.in_brief(),
    };
    Some(Text::new(format!("{nl}: {}", came.nl), format!("{en}: {}", came.en)))
}

fn temporary_token_works_once(cx: &CheckContext<'_>) -> Judgement {
    let application = cx.application()?;
    let mut told = Vec::new();
    if application.hands_in {
        told.extend(handed_in(cx)?);
    }
    if cx.way() != Way::OwnFlow && (application.follows || application.stand_in) {
        let visited = cx.visit(&visits::followed())?;
        let asked = visited.asked_mbp();
        let names = [text!("de eerste keer", "the first time"), text!("de tweede keer", "the second time")];
        told.extend(asked.zip(names).map(|(seen, Text { nl, en })| {
            let came = answered(seen.what);
            Text::new(format!("{nl}: {}", came.nl), format!("{en}: {}", came.en))
        }));
        if told.is_empty() {
            return Err(no_hand_over().into());
        }
    }
    if !told.is_empty() {
        return Ok(Verdict::observed(listed(told)));
    }
    Err(Verdict::blocked(
        text!(
            "bronkeur houdt de browser voor MBP tegen: wat MBP met het token doet, is niet te zien",
            "bronkeur stops the browser before MBP: what MBP does with the token cannot be seen"
        ),
        text!(
            "voeg in TNI `--follow` toe (de browser gaat door tot bij MBP), of `--hand-in` voor een eigen token",
            "in TNI add `--follow` (the browser goes on to MBP), or `--hand-in` for a token of one's own"
        ),
    )
    .by(Obstacle::OtherWay)
    .into())
}

/// What MBP's token API answered to a token of our own; none where ACM gave none.
fn handed_in(cx: &CheckContext<'_>) -> Result<Option<Text>, Stop> {
    let exchange = Request::token(Grant::Exchange(Citizen::Subject));
    let is_given = cx.attempts(&[exchange])?.iter().any(|came| came.result.as_ref().is_ok_and(Response::is_grant));
    if !is_given {
        return Ok(None);
    }
    let exchanges = cx.attempts(&[Request::visit(visits::handed_in())])?;
    let timeline = exchanges.first().and_then(|came| came.result.as_ref().ok()?.view::<Timeline>());
    let asked = timeline.into_iter().flat_map(|timeline| &timeline.facts).find_map(|fact| match &fact.what {
        What::AskedMbp(asked) => Some(asked),
        _ => None,
    });
    Ok(asked.map(|asked| {
        let came = answered(asked);
        let (nl, en) = if asked.gave { (", met een token", ", with a token") } else { ("", "") };
        Text::new(
            format!("een eigen token afgegeven: {}{nl}", came.nl),
            format!("a token of our own handed in: {}{en}", came.en),
        )
    }))
}

/// What MBP answered, and where that leads.
fn answered(asked: &AskedMbp) -> Text {
    match (asked.status, asked.failure) {
        (Some(status), _) => match asked.location.as_deref().map(origin_of) {
            Some(origin) => text!("{status}, naar {origin}", "{status}, to {origin}"),
            None => Text::same(status),
        },
        (None, Some(failure)) => failure.in_brief(),
        (None, None) => text!("geen antwoord", "no answer"),
    }
}
