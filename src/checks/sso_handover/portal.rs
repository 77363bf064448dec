//! Chapter portal: what ACM and MBP do, apart from the application. None of it counts for the application.

use crate::base::text::Text;
use crate::checks::checks;
use crate::evidence::exchange::{Citizen, Exchange, FailureKind, Grant, Request};
use crate::judging::context::{CheckContext, Judgement};
use crate::judging::reason;
use crate::judging::reason::issuer;
use crate::judging::verdict::{Obstacle, Verdict};
use crate::text;

use super::shared::listed;

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

fn temporary_token_works_once(_: &CheckContext<'_>) -> Judgement {
    Err(Verdict::blocked(
        text!(
            "bronkeur houdt de browser voor MBP tegen: wat MBP met het token doet, is niet te zien",
            "bronkeur stops the browser before MBP: what MBP does with the token cannot be seen"
        ),
        text!(
            "open in TNI na een overdracht het adres bij MBP een tweede keer, in een ander venster",
            "in TNI, after a hand-over, open the address at MBP a second time, in another window"
        ),
    )
    .by(Obstacle::OtherWay)
    .into())
}
