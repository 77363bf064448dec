//! What only bronkeur's own ACM can show: whether the source asks it about a token, and what the source does when it
//! cannot. One token that the source has never seen serves both: first while introspection is closed, then while it is
//! open again. We never introspect it ourselves, so what the ACM saw of it came from the source.

use serde_json::Value;

use super::{has_certificates, list};
use crate::base::text::Text;
use crate::catalogue::Level;
use crate::evidence::exchange::{
    Auth, Control, Exchange, Failure, FailureKind, Phase, Request, Response, STAND_IN_ACM,
};
use crate::judging::context::{Answer, CheckContext, Judgement, Stop, conclusive};
use crate::judging::reason;
use crate::judging::verdict::{Finding, Obstacle, Outcome, Verdict};
use crate::text;

/// What came of the fresh token.
struct Fresh<'a> {
    /// The list while introspection was closed.
    during: &'a Exchange,
    /// Introspection was closed until after that answer: it did not open by itself.
    stayed_closed: bool,
    /// The list while it was open again.
    after: &'a Exchange,
}

fn has_own_acm(cx: &CheckContext<'_>) -> bool {
    cx.setup().environment == STAND_IN_ACM
}

impl<'a> Fresh<'a> {
    fn of(cx: &CheckContext<'a>) -> Result<Self, Stop> {
        // Nothing is closed for a source that does not work anyway.
        cx.listed(&list(cx))?;
        let with_token = list(cx).auth(Auth::Fresh);
        let exchanges = cx.attempts(&[
            Request::control(Control::Close),
            with_token.clone().phase(Phase::Outage),
            Request::control(Control::Open),
            with_token.phase(Phase::Recovery),
        ])?;
        let [closed, during, opened, after] = exchanges.as_slice() else {
            return Err(reason::not_recorded().into());
        };
        if said(closed, "introspection").and_then(Value::as_str) != Some("closed") {
            return Err(unsteered(closed));
        }
        let stayed_closed = said(opened, "before").and_then(Value::as_str) == Some("closed");
        Ok(Self { during, stayed_closed, after })
    }

    /// The list opens with this token when nothing is closed: only then its refusal proves something.
    fn works(&self) -> Result<Answer<'a>, Stop> {
        success(self.after).ok_or_else(|| match &self.after.result {
            Err(failure) => reason::no_answer(&self.after.request, failure).into(),
            Ok(response) => useless(response.status).by(Obstacle::Call(self.after.request.clone())).into(),
        })
    }
}

/// A member of what the ACM answered to a control call.
fn said<'a>(exchange: &'a Exchange, member: &str) -> Option<&'a Value> {
    let response = exchange.result.as_ref().ok().filter(|response| response.is_success())?;
    response.json()?.get(member)
}

fn success(exchange: &Exchange) -> Option<Answer<'_>> {
    let response = exchange.result.as_ref().ok().filter(|response| response.is_success())?;
    Some(Answer { exchange, response })
}

/// Why the issuer did not do what our own ACM does: nothing came of the call, or it is another issuer.
fn unsteered(control: &Exchange) -> Stop {
    let names_no_such_endpoint = |failure: &Failure| failure.kind == FailureKind::NotConfigured;
    match conclusive(control) {
        Err(verdict) if !control.result.as_ref().err().is_some_and(names_no_such_endpoint) => verdict.into(),
        _ => unsteerable().into(),
    }
}

fn unsteerable() -> Verdict {
    Verdict::blocked(
        text!(
            "deze uitgever kon niet even gesloten worden, zoals de ACM van bronkeur",
            "this issuer could not be closed for a moment, as bronkeur's own ACM can"
        ),
        text!(
            "laat `acm.stand_in` weg bij een andere uitgever dan `bronkeur acm`, en gebruik anders dezelfde versie van bronkeur voor beide",
            "leave out `acm.stand_in` with another issuer than `bronkeur acm`; else use the same version of bronkeur for both"
        ),
    )
}

fn useless(status: u16) -> Verdict {
    Verdict::blocked(
        text!(
            "de bron antwoordde {status} op het verse token, ook toen de introspectie weer open was",
            "the source answered {status} to the fresh token, also when introspection was open again"
        ),
        text!(
            "onthoud een mislukte introspectie niet: vraag bij de volgende oproep opnieuw, en keur opnieuw",
            "do not remember a failed introspection: ask again at the next call, and check again"
        ),
    )
}

pub(super) fn no_data_while_the_issuer_is_unreachable(cx: &CheckContext<'_>) -> Judgement {
    if !has_own_acm(cx) {
        return Ok(Verdict::not_applicable(text!(
            "een echte uitgever kan bronkeur niet onbereikbaar maken",
            "a real issuer cannot be made unreachable"
        )));
    }
    let fresh = Fresh::of(cx)?;
    let response = match &fresh.during.result {
        Ok(response) => response,
        Err(failure) => return Err(reason::no_answer(&fresh.during.request, failure).into()),
    };
    if let Some(finding) = opened(fresh.during, response) {
        return if fresh.stayed_closed { cx.judged(vec![finding]) } else { Err(too_late().into()) };
    }
    fresh.works()?;
    cx.judged(Vec::new())
}

/// The finding where the source neither refused nor failed. A success without certificates gives little away.
fn opened(exchange: &Exchange, response: &Response) -> Option<Finding> {
    let expected = text!("een 5xx of een weigering, zonder gegevens", "a 5xx or a refusal, without data");
    let finding = Finding::new(&exchange.request, "status", expected, Text::same(response.status));
    match (has_certificates(response), response.is_success()) {
        (true, _) => Some(finding),
        (false, true) => Some(finding.at_most(Level::Should)),
        (false, false) => None,
    }
}

fn too_late() -> Verdict {
    Verdict::blocked(
        text!(
            "de bron antwoordde pas toen de introspectie vanzelf weer open was",
            "the source answered only when introspection had opened again by itself"
        ),
        text!(
            "laat de bron een mislukte introspectie binnen enkele seconden opgeven, en keur opnieuw",
            "have the source give up a failed introspection within a few seconds, and check again"
        ),
    )
}

/// A reviewer answers, unless our own ACM issued the token and saw what the source asked. One question about a token is
/// enough: what the source remembers of the answer is its own affair.
pub(super) fn source_asks_the_issuer(cx: &CheckContext<'_>) -> Judgement {
    if !has_own_acm(cx) {
        return Ok(Verdict::of(Outcome::Review));
    }
    let fresh = Fresh::of(cx)?;
    let given = match success(fresh.during) {
        Some(answer) => answer,
        None => fresh.works()?,
    };
    let asked = cx.attempt(&Request::control(Control::Seen(Auth::Fresh)))?;
    let Some(count) = said(asked, "introspections").and_then(Value::as_u64) else {
        return Err(unsteered(asked));
    };
    let finding = || {
        let expected = text!(
            "minstens één introspectie van dit token door de bron",
            "at least one introspection of this token by the source"
        );
        let status = given.response.status;
        given.finding("status", expected, text!("{status}, en geen introspectie", "{status}, and no introspection"))
    };
    cx.judged(if count == 0 { vec![finding()] } else { Vec::new() })
}

#[cfg(test)]
mod tests;
