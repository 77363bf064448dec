//! A source that opens for nobody: every call with a good token is answered, and none with a success. Mostly the profile
//! leads elsewhere than to the source, and what is there says nothing about it: no verdict on the source rests on it.

use crate::catalogue::{About, Catalogue};
use crate::exchange::{Auth, Exchange, Kind, Phase, Request, Response, Target, Variation};
use crate::reason;
use crate::recording::Recording;
use crate::verdict::{Finding, Outcome, Verdict};

/// Blocks what fails where nothing opens. The verdicts are in the order of the catalogue.
pub(super) fn block_unopened(catalogue: &Catalogue, recording: &Recording, verdicts: &mut [Verdict]) {
    let Some((request, status)) = unopened(recording) else { return };
    for (requirement, verdict) in catalogue.requirements.iter().zip(verdicts) {
        let of_what_answers = requirement.about == About::Source && verdict.outcome == Outcome::Fail;
        if of_what_answers && !verdict.findings.iter().any(is_of_the_profile) {
            let evidence = std::mem::take(&mut verdict.evidence);
            *verdict = Verdict { evidence, ..reason::unopened(request, status) };
        }
    }
}

/// The call for a list that shows it, and the status that it got. None where something opened, or where the calls were
/// refused for want of a right, as only a server does that knows the resource.
fn unopened(recording: &Recording) -> Option<(&Request, u16)> {
    let answers = || recording.exchanges().filter_map(|exchange| Some((exchange, exchange.result.as_ref().ok()?)));
    let opens =
        |(exchange, response): (&Exchange, &Response)| is_of_the_api(&exchange.request) && response.is_success();
    if answers().any(opens) {
        return None;
    }
    let mut lists = answers().filter(|(exchange, _)| asks_for_own_list(&exchange.request)).peekable();
    lists.peek()?;
    let is_another = |response: &Response| !response.is_unavailable() && !matches!(response.status, 401 | 403);
    let lists: Vec<_> = lists.collect();
    let all = lists.iter().all(|(_, response)| is_another(response));
    lists.first().filter(|_| all).map(|(exchange, response)| (&exchange.request, response.status))
}

/// A list with the token of the person whose it is, asked for as a client does.
fn asks_for_own_list(request: &Request) -> bool {
    matches!((&request.target, request.auth), (Target::Entry { citizen, .. }, Auth::Token(own)) if *citizen == own)
        && request.variation == Variation::None
        && matches!(request.phase, Phase::Ordinary | Phase::Opening | Phase::Closing)
}

fn is_of_the_api(request: &Request) -> bool {
    request.kind() != Kind::Issuer
        && matches!(request.target, Target::Entry { .. } | Target::Link { .. } | Target::Path(_))
}

/// Whether a finding is about what the profile names by itself: the port with its certificate, or the OpenAPI document.
fn is_of_the_profile(finding: &Finding) -> bool {
    let target = finding.exchange.as_ref().map(|request| &request.target);
    matches!(target, Some(Target::Tls(_) | Target::PlainHttp | Target::OpenApi))
}
