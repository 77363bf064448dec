//! An address at which nothing opens: every list that a good token asks for is elsewhere or unknown there, and no other
//! call succeeds. Mostly the profile leads elsewhere than to the source, and what is there says nothing about it: no verdict
//! on the source rests on it. What breaks down, refuses or shows data is no stranger, and is judged.

use crate::catalogue::{Catalogue, Requirement};
use crate::evidence::exchange::{Exchange, Kind, Request, Response, Target, Variation};
use crate::evidence::recording::Recording;
use crate::judging::reason;
use crate::judging::reason::cause::CauseKind;
use crate::judging::verdict::{Finding, Outcome, Verdict};

/// Data are data, whoever shows them.
const OF_DATA: (&str, &str) = ("access", "errors_reveal_nothing_internal");

/// Blocks what fails where nothing opens. The verdicts are in the order of the catalogue.
pub fn block_unopened(catalogue: &Catalogue, recording: &Recording, verdicts: &mut [Verdict]) {
    let Some((request, status)) = unopened(recording) else { return };
    for (requirement, verdict) in catalogue.requirements.iter().zip(verdicts) {
        let of_what_answers = requirement.about.is_subject() && verdict.outcome == Outcome::Fail;
        if of_what_answers && !is_about_data(requirement) && !verdict.findings.iter().any(is_of_the_profile) {
            let evidence = std::mem::take(&mut verdict.evidence);
            *verdict = Verdict { evidence, ..reason::unopened(request, status) };
        }
    }
}

fn is_about_data(requirement: &Requirement) -> bool {
    let (chapter, check) = OF_DATA;
    requirement.chapter == chapter || requirement.check.as_deref() == Some(check)
}

/// The call for a list that shows it, and the status that it got. None where something opened, or where one of these calls
/// got another answer than one that says "not here", or none.
fn unopened(recording: &Recording) -> Option<(&Request, u16)> {
    let opens = |exchange: &Exchange| {
        is_read_from_the_api(&exchange.request) && exchange.result.as_ref().is_ok_and(Response::is_success)
    };
    if recording.exchanges().any(opens) {
        return None;
    }
    let lists: Vec<&Exchange> = recording.exchanges().filter(|one| one.request.asks_for_own_list()).collect();
    let not_here = |exchange: &&Exchange| exchange.result.as_ref().is_ok_and(is_elsewhere);
    let first = lists.first().filter(|_| lists.iter().all(not_here))?;
    Some((&first.request, first.result.as_ref().ok()?.status))
}

/// Whether an answer says that what was asked for is not here, or not in this way.
fn is_elsewhere(response: &Response) -> bool {
    matches!(response.status, 300..400 | 404 | 405 | 410) || CauseKind::wants_https(response)
}

/// Whether a call reads a list, a detail or a document: to OPTIONS, another host or a path that nobody gave, what stands
/// before a source may have an answer of its own.
fn is_read_from_the_api(request: &Request) -> bool {
    let is_odd = matches!(
        request.variation,
        Variation::Head | Variation::Options | Variation::TrailingSlash | Variation::Host(_)
    );
    request.kind() != Kind::Issuer && !is_odd && matches!(request.target, Target::Entry { .. } | Target::Link { .. })
}

/// Whether a finding is about what the profile names by itself: the port with its certificate, or the OpenAPI document.
fn is_of_the_profile(finding: &Finding) -> bool {
    let target = finding.exchange.as_ref().map(|request| &request.target);
    matches!(target, Some(Target::Tls(_) | Target::PlainHttp | Target::OpenApi))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::text::Text;
    use crate::evidence::exchange::{Citizen, Content, Facts, Failure, FailureKind, Tls};
    use crate::report::tests::sample;

    type Came = Result<Response, Failure>;

    fn status(status: u16) -> Response {
        Response::new(status, Vec::new(), Content::Empty, Facts::default())
    }

    /// What becomes of verdicts, each by a finding in one of these calls, where this was answered.
    fn concluded(answers: Vec<(Request, Came)>, findings: &[Request]) -> Vec<Outcome> {
        let catalogue = sample::catalogue();
        let mut recording = Recording::new(sample::setup(), "2026-03-01T10:00:00Z".parse().unwrap(), 1);
        for (request, result) in answers {
            recording.add(sample::exchange(request, "https://attesten.example.be/v1/", 1, result));
        }
        let finding = |request| Finding::new(request, "status", Text::same(200), Text::same(404));
        let fails = |request| Verdict { findings: vec![finding(request)], ..Verdict::of(Outcome::Fail) };
        // The first two requirements are about the issuer.
        let rows = catalogue.requirements.len().min(findings.len() + 2);
        let mut verdicts: Vec<Verdict> =
            std::iter::repeat_n(&findings[0], 2).chain(findings).take(rows).map(fails).collect();
        block_unopened(&catalogue, &recording, &mut verdicts);
        verdicts.into_iter().map(|verdict| verdict.outcome).collect()
    }

    #[test]
    fn what_opens_for_nobody_fails_nothing_but_what_the_profile_names_by_itself() {
        use Outcome::{Blocked, Fail};
        let (list, hello) = (sample::list(), Request::probe(Target::Tls(Tls::Modern)));
        let findings = [list.clone(), hello];
        for gone in [302, 404, 405, 410] {
            let outcomes = concluded(vec![(list.clone(), Ok(status(gone)))], &findings);
            assert_eq!(outcomes, [Fail, Fail, Blocked, Fail], "{gone}");
            // A gateway answers OPTIONS by itself.
            let asked = Request { variation: Variation::Options, ..list.clone() };
            let answers = vec![(list.clone(), Ok(status(gone))), (asked, Ok(status(204)))];
            assert_eq!(concluded(answers, &findings), [Fail, Fail, Blocked, Fail], "{gone}");
        }
    }

    #[test]
    fn one_success_or_a_refusal_or_an_outage_leaves_every_verdict_as_it_is() {
        let (list, other) = (sample::list(), Request::entry(Citizen::Other).query("limit", 10));
        let broken = || Err(Failure::new(FailureKind::Broken, Text::default()));
        for answers in [
            vec![(list.clone(), Ok(status(404))), (other.clone(), Ok(status(200)))],
            vec![(list.clone(), Ok(status(404))), (sample::detail(), Ok(status(200)))],
            vec![(list.clone(), Ok(status(404))), (other.clone(), Ok(status(403)))],
            vec![(list.clone(), Ok(status(404))), (other, broken())],
            vec![(list.clone(), Ok(status(503)))],
            // What breaks down is the source's own.
            vec![(list.clone(), Ok(status(500)))],
            vec![(list.clone(), Ok(status(400)))],
            vec![(list.clone(), broken())],
            Vec::new(),
        ] {
            assert_eq!(concluded(answers, std::slice::from_ref(&list)), [Outcome::Fail; 3]);
        }
    }
}
