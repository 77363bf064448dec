//! A run in whose course the issuer was lost: it answered, and from some call on it never did. A source that asks it about
//! tokens learns nothing from then on, and breaks down or refuses in its own manner: that says nothing about the source.

use std::collections::HashMap;

use crate::catalogue::Catalogue;
use crate::evidence::exchange::{Auth, Exchange, Kind, Request, Response};
use crate::evidence::recording::Recording;
use crate::judging::context::conclusive;
use crate::judging::verdict::{Obstacle, Outcome, Verdict};

use super::unopened::shows_data;

/// When the issuer was lost, and until when the source took which credential.
#[derive(Debug)]
pub struct LostIssuer<'a> {
    /// The first call to it that came to nothing.
    pub call: &'a Exchange,
    /// When the last call that it answered was sent, in milliseconds since the start of the run.
    last_answered: u64,
    /// When the last list was asked for that opened, by credential: a source may remember what it learned of one.
    last_opened: HashMap<Auth, u64>,
}

impl<'a> LostIssuer<'a> {
    /// What the recording of a run shows of it. None where the issuer answered until the end, or never did.
    pub fn of(recording: &'a Recording) -> Option<Self> {
        let calls = || recording.exchanges().filter(|one| one.request.kind() == Kind::Issuer && one.was_sent());
        let is_down = |response: &Response| response.is_unavailable() && response.status != 429;
        let is_answered = |one: &&Exchange| one.result.as_ref().is_ok_and(|response| !is_down(response));
        let last_answered = calls().filter(is_answered).map(|one| one.at_ms).max()?;
        let unanswered = calls().filter(|one| !is_answered(one) && one.at_ms >= last_answered);
        let call = unanswered.min_by_key(|one| one.at_ms)?;
        let mut last_opened = HashMap::new();
        for exchange in recording.exchanges().filter(|one| one.request.asks_for_own_list()) {
            if exchange.result.as_ref().is_ok_and(Response::opens) {
                let last = last_opened.entry(exchange.request.auth).or_insert(exchange.at_ms);
                *last = exchange.at_ms.max(*last);
            }
        }
        Some(Self { call, last_answered, last_opened })
    }

    /// Whether an exchange with the source ended after the issuer was lost, with nothing or with what a source says that
    /// learns nothing about a token, and the same credential opened nothing later.
    pub fn explains(&self, exchange: &Exchange) -> bool {
        let says_nothing = |response: &Response| matches!(response.status, 401 | 403 | 500..);
        let opened_later = self.last_opened.get(&exchange.request.auth).is_some_and(|at| *at > exchange.answered_ms());
        exchange.request.kind() != Kind::Issuer
            && exchange.answered_ms() >= self.last_answered
            && exchange.result.as_ref().map_or(true, says_nothing)
            && !opened_later
    }
}

/// Blocks what is judged of a source by answers that the loss of the issuer explains, and names that to what waits for them.
/// The verdicts are in the order of the catalogue.
pub(super) fn block_without_issuer(catalogue: &Catalogue, recording: &Recording, verdicts: &mut [Verdict]) {
    let Some(lost) = LostIssuer::of(recording) else { return };
    let explained = |request: &Request| recording.get(request).is_some_and(|exchange| lost.explains(exchange));
    let block_by_loss = |verdict: &mut Verdict| {
        if let Err(blocked) = conclusive(lost.call) {
            *verdict = Verdict { evidence: std::mem::take(&mut verdict.evidence), ..*blocked };
        }
    };
    for (requirement, verdict) in catalogue.requirements.iter().zip(verdicts) {
        let is_explained = |verdict: &Verdict| {
            !verdict.findings.is_empty()
                && verdict.findings.iter().all(|finding| finding.exchange.as_ref().is_some_and(explained))
        };
        match verdict.outcome {
            _ if !requirement.about.is_subject() => {}
            Outcome::Fail if is_explained(verdict) && !shows_data(requirement, verdict) => {
                block_by_loss(verdict);
            }
            Outcome::Blocked if verdict.evidence.iter().any(|one| explained(one)) => {
                match (verdict.obstacle.as_deref(), &verdict.unmet) {
                    (None, Some(_)) => verdict.obstacle = Some(Box::new(Obstacle::Call(lost.call.request.clone()))),
                    (None | Some(Obstacle::NoCitizen(_)), None) => block_by_loss(verdict),
                    _ => {}
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::text::Text;
    use crate::catalogue::DEFAULT_SPEC;
    use crate::evidence::exchange::{Citizen, Content, Facts, Failure, FailureKind, Grant};
    use crate::judging::reason;
    use crate::judging::verdict::Finding;
    use crate::report::tests::sample;

    const AT: &str = "https://attesten.example.be/v1/";

    type Came = Result<Response, Failure>;

    fn answer(status: u16) -> Response {
        Response::new(status, Vec::new(), Content::Empty, Facts::default())
    }

    fn token(citizen: Citizen) -> Request {
        Request::token(Grant::Exchange(citizen))
    }

    fn list(citizen: Citizen, limit: u64) -> Request {
        Request::entry(citizen).query("limit", limit)
    }

    /// A run whose issuer answers one call at the start, and one later with that.
    fn recording(later: Came, of_source: Vec<(Request, u64, u16)>) -> Recording {
        let mut recording = Recording::new(sample::setup(), "2026-03-01T10:00:00Z".parse().unwrap(), 1);
        let mut add = |request, at, result| {
            recording.add(Exchange { at_ms: at, ..sample::exchange(request, AT, 1, result) });
        };
        add(token(Citizen::Subject), 1, Ok(answer(200)));
        add(token(Citizen::Other), 50, later);
        for (request, at, status) in of_source {
            add(request, at, Ok(answer(status)));
        }
        recording
    }

    fn gone() -> Came {
        Err(Failure::new(FailureKind::Broken, Text::default()))
    }

    /// What becomes of a requirement that fails by the last of these answers.
    fn concluded(later: Came, of_source: Vec<(Request, u64, u16)>) -> Outcome {
        let catalogue = Catalogue::load(DEFAULT_SPEC, None, |_, _, _, _| true).unwrap();
        let (request, _, status) = of_source.last().cloned().unwrap();
        let recording = recording(later, of_source);
        let finding = Finding::new(&request, "status", Text::same(200), Text::same(status));
        let fails = Verdict { findings: vec![finding], ..Verdict::of(Outcome::Fail) };
        let mut verdicts = vec![fails; catalogue.requirements.len()];
        block_without_issuer(&catalogue, &recording, &mut verdicts);
        let at = catalogue.requirements.iter().position(|row| row.id == "LST-20").unwrap();
        verdicts[at].outcome
    }

    #[test]
    fn what_breaks_down_without_its_issuer_fails_nothing() {
        for status in [401, 403, 500, 501] {
            let of_source = vec![(list(Citizen::Subject, 10), 20, 200), (list(Citizen::Subject, 20), 40, status)];
            assert_eq!(concluded(gone(), of_source.clone()), Outcome::Blocked, "{status}");
            assert_eq!(concluded(Ok(answer(503)), of_source.clone()), Outcome::Blocked, "{status}");
            // The issuer answers until the end, or only says that it is asked too often.
            assert_eq!(concluded(Ok(answer(200)), of_source.clone()), Outcome::Fail, "{status}");
            assert_eq!(concluded(Ok(answer(429)), of_source), Outcome::Fail, "{status}");
        }
        // No source answers so for want of an issuer.
        let of_source = vec![(list(Citizen::Subject, 10), 20, 200), (list(Citizen::Subject, 20), 40, 404)];
        assert_eq!(concluded(gone(), of_source), Outcome::Fail);
    }

    #[test]
    fn what_a_source_remembers_of_one_token_says_nothing_of_another() {
        let later = |citizen| vec![(list(citizen, 10), 60, 200), (list(Citizen::Subject, 20), 40, 500)];
        // The same token opens a list afterwards: the source knew what it needed.
        assert_eq!(concluded(gone(), later(Citizen::Subject)), Outcome::Fail);
        assert_eq!(concluded(gone(), later(Citizen::Other)), Outcome::Blocked);
    }

    #[test]
    fn what_waits_for_a_requirement_that_passed_waits_for_the_issuer() {
        let catalogue = Catalogue::load(DEFAULT_SPEC, None, |_, _, _, _| true).unwrap();
        let broken = list(Citizen::Subject, 20);
        let recording = recording(gone(), vec![(broken.clone(), 40, 500)]);
        let blocked = Verdict {
            evidence: [std::sync::Arc::new(broken)].into(),
            ..reason::unmet(Text::same("the list answered 500"))
        };
        let mut verdicts = vec![blocked; catalogue.requirements.len()];
        block_without_issuer(&catalogue, &recording, &mut verdicts);
        let at = catalogue.requirements.iter().position(|row| row.about.is_subject()).unwrap();
        assert_eq!(verdicts[at].obstacle.as_deref(), Some(&Obstacle::Call(token(Citizen::Other))));
    }
}
