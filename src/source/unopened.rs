//! An address at which nothing opens: every list that a good token asks for is elsewhere or unknown there, or is a page of
//! HTML, and no other call succeeds. Mostly the profile leads elsewhere than to the source, and what is there says nothing
//! about it: no verdict on the source rests on it. What breaks down, refuses or shows data is no stranger, and is judged.

use crate::catalogue::{Catalogue, Level, Requirement};
use crate::evidence::exchange::{Exchange, Kind, Request, Response, Target, Variation};
use crate::evidence::recording::Recording;
use crate::judging::reason;
use crate::judging::reason::cause::CauseKind;
use crate::judging::verdict::{Finding, Outcome, Verdict};

/// Who gets in. Where nothing opens nobody does: that passes as little as it fails.
const ACCESS: &str = "access";

/// Not met, it shows what must not be seen, whoever shows it.
const OF_ERRORS: &str = "errors_reveal_nothing_internal";

/// Of chapter access this alone fails without data that were shown: a website introspects nothing.
const WITHOUT_DATA: &str = "source_asks_the_issuer";

/// Blocks what is judged of answers where nothing opens. The verdicts are in the order of the catalogue.
pub(super) fn block_unopened(catalogue: &Catalogue, recording: &Recording, verdicts: &mut [Verdict]) {
    let Some((request, status)) = unopened(recording) else { return };
    for (requirement, verdict) in catalogue.requirements.iter().zip(verdicts) {
        let is_judged =
            verdict.outcome == Outcome::Fail || (verdict.outcome == Outcome::Pass && requirement.chapter == ACCESS);
        let of_what_answers = requirement.about.is_subject() && is_judged;
        if of_what_answers && !shows_data(requirement, verdict) && !verdict.findings.iter().any(is_of_the_profile) {
            let evidence = std::mem::take(&mut verdict.evidence);
            *verdict = Verdict { evidence, ..reason::unopened(request, status) };
        }
    }
}

/// Whether something was shown that must not be. Data are data, whoever shows them; a status alone is a weaker finding.
pub(super) fn shows_data(requirement: &Requirement, verdict: &Verdict) -> bool {
    let check = requirement.check.as_deref();
    let is_about_data = requirement.chapter == ACCESS && check != Some(WITHOUT_DATA) || check == Some(OF_ERRORS);
    is_about_data
        && requirement.level == Level::Must
        && verdict.findings.iter().any(|finding| finding.level.is_none_or(|level| level == Level::Must))
}

/// The call for a list that shows it, and the status that it got. None where something opened, or where one of these calls
/// got another answer than one that says "not here", or none.
fn unopened(recording: &Recording) -> Option<(&Request, u16)> {
    let opens = |exchange: &Exchange| {
        is_read_from_the_api(&exchange.request) && exchange.result.as_ref().is_ok_and(Response::opens)
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
    matches!(response.status, 300..400 | 404 | 405 | 410) || CauseKind::wants_https(response) || response.is_web_page()
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
    use crate::catalogue::DEFAULT_SPEC;
    use crate::evidence::exchange::{Citizen, Content, Facts, Failure, FailureKind, Tls};
    use crate::report::tests::sample;

    type Came = Result<Response, Failure>;

    fn status(status: u16) -> Response {
        Response::new(status, Vec::new(), Content::Empty, Facts::default())
    }

    fn page(status: u16, text: &str) -> Response {
        Response::new(status, Vec::new(), Content::Text(text.to_owned()), Facts::default())
    }

    /// What becomes of a requirement with these findings, where every list is answered so.
    fn concluded_of(id: &str, answer: fn() -> Response, outcome: Outcome, levels: &[Option<Level>]) -> Outcome {
        let catalogue = Catalogue::load(DEFAULT_SPEC, None, |_, _, _, _| true).unwrap();
        let mut recording = Recording::new(sample::setup(), "2026-03-01T10:00:00Z".parse().unwrap(), 1);
        recording.add(sample::exchange(sample::list(), "https://attesten.example.be/v1/", 1, Ok(answer())));
        let finding = |level: &Option<Level>| {
            let finding = Finding::new(&sample::list(), "status", Text::same("a refusal"), Text::same("data"));
            Finding { level: *level, ..finding }
        };
        let findings: Vec<Finding> = levels.iter().map(finding).collect();
        let mut verdicts: Vec<Verdict> = catalogue
            .requirements
            .iter()
            .map(|_| Verdict { findings: findings.clone(), ..Verdict::of(outcome) })
            .collect();
        block_unopened(&catalogue, &recording, &mut verdicts);
        let at = catalogue.requirements.iter().position(|row| row.id == id).unwrap();
        verdicts[at].outcome
    }

    #[test]
    fn what_must_not_be_seen_counts_whoever_shows_it() {
        use Outcome::{Blocked, Fail, Pass};
        const WELCOME: &str = "<!DOCTYPE html><title>Welcome</title>";
        let answers: [fn() -> Response; 3] = [
            || page(404, "Traceback (most recent call last): File \"/srv/app.py\", line 3"),
            || page(200, WELCOME),
            || page(302, ""),
        ];
        for answer in answers {
            // A leak, and a stack trace in an error.
            for id in ["SEC-01", "SEC-08", "SEC-17", "SEC-19", "ERR-13"] {
                assert_eq!(concluded_of(id, answer, Fail, &[None]), Fail, "{id}");
                // A status alone, or a single weak sign, shows nothing.
                assert_eq!(concluded_of(id, answer, Fail, &[Some(Level::Should)]), Blocked, "{id}");
            }
            // A website introspects nothing, and refuses nobody.
            assert_eq!(concluded_of("SEC-16", answer, Fail, &[None]), Blocked);
            assert_eq!(concluded_of("SEC-01", answer, Pass, &[]), Blocked);
            assert_eq!(concluded_of("LST-03", answer, Fail, &[None]), Blocked);
            // The address itself is judged as it is.
            assert_eq!(concluded_of("URL-05", answer, Pass, &[]), Pass);
        }
    }

    #[test]
    fn a_page_of_html_opens_nothing_and_another_text_may() {
        use Outcome::{Blocked, Fail};
        let outcome = |answer| concluded_of("LST-03", answer, Fail, &[None]);
        assert_eq!(outcome(|| page(200, "\n<!-- x --><HTML lang=nl>")), Blocked);
        assert_eq!(outcome(|| page(200, "<?xml version='1.0'?><certificates/>")), Fail);
        assert_eq!(outcome(|| page(200, "see <html>")), Fail);
        assert_eq!(outcome(|| page(500, "<html>")), Fail);
        assert_eq!(outcome(|| page(403, "<html>")), Fail);
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
