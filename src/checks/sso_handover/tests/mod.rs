//! Each requirement, right and wrong, over visits that are made up.

mod exchange;
mod failure;
mod handover;
mod secrecy;
mod trust;

use super::testing::{Application, end_at_a_page, hand_overs, pages};
use crate::base::text::Text;
use crate::evidence::exchange::visit::{Ended, What};
use crate::evidence::exchange::{Failure, FailureKind, Target, Trouble};
use crate::judging::reason::cause::{CauseKind, Server};
use crate::judging::reason::issuer::ActionOwner;
use crate::judging::verdict::{Obstacle, Outcome};

/// Which requirements fail where every visit is changed so.
fn failing(
    change: impl Fn(&crate::evidence::exchange::Visit, &mut Vec<crate::evidence::exchange::visit::Fact>) + 'static,
) -> Vec<String> {
    Application::new().edit(change).failing()
}

#[test]
fn a_conformant_application_meets_everything_that_is_judged() {
    use Outcome::{Blocked, Observed, Review};
    let own = Application::new();
    let others = [
        ("SSO-14", Observed),
        ("SSO-30", Blocked),
        ("SSO-35", Observed),
        ("SSO-38", Review),
        ("SSO-44", Review),
        ("SSO-45", Review),
        ("SSO-46", Observed),
        ("SSO-47", Observed),
    ];
    for number in 1..=47 {
        let id = format!("SSO-{number:02}");
        let expected = others.iter().find(|(own, _)| *own == id).map_or(Outcome::Pass, |(_, outcome)| *outcome);
        let verdict = own.judge(&id);
        assert_eq!(verdict.outcome, expected, "{id}: {:?} {:?}", verdict.reason, verdict.findings);
        assert!(verdict.findings.is_empty(), "{id}: {:?}", verdict.findings);
    }
    for id in ["TOK-01", "TOK-03", "TOK-04"] {
        assert_eq!(own.outcome(id), Outcome::Pass, "{id}");
    }
}

#[test]
fn what_an_application_rightly_does_otherwise_fails_nothing() {
    let redirects = |status| {
        Application::new().edit(move |_, facts| {
            hand_overs(facts, |one| one.cause = crate::evidence::exchange::visit::Cause::Redirect(status));
        })
    };
    let mut without_refresh = Application::new();
    without_refresh.refreshes = false;
    let without_refresh = without_refresh.edit(|_, facts| {
        facts.retain(|fact| {
            !matches!(&fact.what, What::Issued(issued) if issued.kind == crate::evidence::exchange::visit::TokenKind::Refresh)
        });
    });
    for own in [redirects(303), redirects(307), without_refresh, Application::running(), Application::own_flow()] {
        assert_eq!(own.failing(), Vec::<String>::new());
    }
}

#[test]
fn a_way_that_shows_less_blocks_and_says_what_would_show_it() {
    let running = Application::running();
    for id in ["SSO-07", "SSO-12", "SSO-16", "SSO-21", "SSO-29", "SSO-39"] {
        let verdict = running.judge(id);
        assert_eq!(verdict.outcome, Outcome::Blocked, "{id}: {:?}", verdict.findings);
        assert_eq!(verdict.obstacle.as_deref(), Some(&Obstacle::OtherWay), "{id}");
        assert!(verdict.reason.unwrap().en.contains("bronkeur acm --mbp"), "{id}");
    }
    for id in ["SSO-04", "SSO-05", "SSO-20", "SSO-23", "SSO-26", "SSO-27", "SSO-28", "SSO-37"] {
        assert_eq!(running.outcome(id), Outcome::Pass, "{id}: {:?}", running.judge(id));
    }
    let own_flow = Application::own_flow();
    for id in ["SSO-01", "SSO-02", "SSO-03", "SSO-06"] {
        assert_eq!(own_flow.outcome(id), Outcome::Pass, "{id}");
    }
    for id in ["SSO-04", "SSO-20", "SSO-37"] {
        let verdict = own_flow.judge(id);
        assert_eq!(verdict.obstacle.as_deref(), Some(&Obstacle::Lacks("application.start_url".to_owned())), "{id}");
    }
}

#[test]
fn an_application_that_is_down_is_one_cause_of_a_report() {
    let gone = || Err(Failure::new(FailureKind::Connect, Text::default()).with(Some(Trouble::Refused)));
    let own = Application::new().when(move |request| matches!(request.target, Target::Visit(_)).then(gone));
    let report = own.report();
    let (first, others) = report.causes.split_first().unwrap();
    assert_eq!((first.kind, first.server), (CauseKind::ConnectionRefused, Server::Application));
    assert_eq!(first.what.en, "the application https://app.example refuses connections");
    assert_eq!(first.what.nl, "de toepassing https://app.example weigert verbindingen");
    assert!(first.remedy.en.starts_with("start the application"), "{}", first.remedy.en);
    assert!(first.who == ActionOwner::Application && first.waiting.len() > 30, "{:?}", first.waiting);
    // Beside it, what no run over HTTP shows.
    assert!(others.iter().all(|cause| cause.kind == CauseKind::OtherWayWanted), "{others:?}");
}

#[test]
fn what_another_way_would_show_is_one_cause_for_each_such_way() {
    let report = Application::running().report();
    let of_way: Vec<&str> = report
        .causes
        .iter()
        .filter(|cause| cause.kind == CauseKind::OtherWayWanted)
        .map(|cause| cause.what.en.as_str())
        .collect();
    assert!(of_way.len() >= 2 && of_way.iter().any(|what| what.contains("bronkeur acm --mbp")), "{of_way:?}");
    let schema = include_str!("../../../../specs/report.schema.json");
    let schema = serde_json::from_str(schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let told = serde_json::to_value(&report).unwrap();
    let wrong: Vec<String> = validator.iter_errors(&told).map(|error| error.to_string()).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

/// Everything that rests on a visit.
const BY_VISIT: [&str; 9] = ["SSO-04", "SSO-08", "SSO-17", "SSO-18", "SSO-20", "SSO-28", "SSO-37", "SSO-39", "SSO-43"];

#[test]
fn an_application_that_does_not_open_blocks_whatever_rests_on_a_visit_by_one_call() {
    let down = Application::new().edit(|_, facts| {
        pages(facts, |page| (page.status, page.failure) = (None, Some(FailureKind::Connect)));
        facts.truncate(1);
    });
    let gateway = Application::new().edit(|_, facts| {
        pages(facts, |page| page.status = Some(503));
        facts.truncate(1);
    });
    for (own, words) in [(down, "cannot be reached"), (gateway, "not available (503)")] {
        for id in BY_VISIT {
            let verdict = own.judge(id);
            assert_eq!(verdict.outcome, Outcome::Blocked, "{id}: {:?}", verdict.findings);
            assert!(matches!(verdict.obstacle.as_deref(), Some(Obstacle::Call(_))), "{id}: {:?}", verdict.obstacle);
            let reason = verdict.reason.unwrap().en;
            assert!(reason.starts_with("the application") && reason.contains(words), "{id}: {reason}");
        }
    }
}

#[test]
fn an_application_that_leads_nobody_to_the_login_blocks_and_says_where_it_leads() {
    let at_the_start = |status: u16, scripts: bool, ended: Ended| {
        Application::new().edit(move |_, facts| {
            facts.truncate(1);
            pages(facts, |page| {
                page.status = Some(status);
                page.page.scripts = scripts;
            });
            if let Ended::Elsewhere { .. } = ended {
                facts.push(facts[0].clone());
                pages(&mut facts[1..], |page| {
                    page.url = "https://login.example/a?client_id=b".to_owned();
                    (page.status, page.failure) = (None, Some(FailureKind::ForeignOrigin));
                });
            }
            let end = crate::evidence::exchange::visit::Fact { at_ms: 9, step: 0, what: What::Ended(ended) };
            facts.push(end);
        })
    };
    let page = Ended::Page { browser: 0 };
    for (own, words) in [
        (at_the_start(404, false, page), "has no start page (404)"),
        (at_the_start(500, false, page), "answers with an error (500)"),
        (at_the_start(200, false, page), "does not lead from its start page to a login"),
        (at_the_start(200, true, page), "needs a browser that runs scripts"),
        (at_the_start(302, false, Ended::Elsewhere { browser: 0 }), "logs in at https://login.example,"),
    ] {
        for id in ["SSO-04", "SSO-20", "SSO-39"] {
            let verdict = own.judge(id);
            assert_eq!(verdict.outcome, Outcome::Blocked, "{id}: {:?}", verdict.findings);
            let reason = verdict.reason.unwrap().en;
            assert!(reason.contains(words), "{id}: {reason}");
        }
    }
}

#[test]
fn a_page_that_does_not_send_on_is_blocked_and_an_error_fails_one_requirement() {
    let ends = |status: u16| Application::new().edit(move |_, facts| end_at_a_page(facts, status, |_| {}));
    assert_eq!(ends(200).outcome("SSO-20"), Outcome::Blocked);
    let scripts = Application::new().edit(|_, facts| end_at_a_page(facts, 200, |page| page.scripts = true));
    assert!(scripts.judge("SSO-20").reason.unwrap().en.contains("browser that runs scripts"));
    // What was refused before it is for another requirement.
    let refused = Application::new().edit(|_, facts| {
        super::testing::exchanges(facts, |one| one.status = Some(400));
        super::testing::calls(facts, crate::evidence::exchange::visit::Call::TokenApi, |one| one.status = Some(400));
        end_at_a_page(facts, 500, |_| {});
    });
    assert_eq!(refused.outcome("SSO-20"), Outcome::Blocked);
    assert!(ends(500).failing().contains(&"SSO-20".to_owned()));
}
