//! Chapter failure.

use super::super::testing::{Application, MBP, end_at_a_page, exchanges, given, hand_overs, pages, set};
use super::failing;
use crate::evidence::exchange::Visit;
use crate::evidence::exchange::visit::{AcmConduct, Act, Ended, Fact, MbpConduct, Page, Tell, TokenKind, What};
use crate::judging::verdict::Outcome;

const NOTHING: [&str; 0] = [];

/// What fails where visits with that conduct are changed so.
fn while_(conduct: impl Fn(&Visit) -> bool + 'static, change: impl Fn(&mut Vec<Fact>) + 'static) -> Vec<String> {
    failing(move |visit, facts| {
        if conduct(visit) {
            change(facts);
        }
    })
}

fn refuses(visit: &Visit) -> bool {
    visit.acm == AcmConduct::RefusesExchange
}

fn hangs(visit: &Visit) -> bool {
    visit.mbp == MbpConduct::Hangs
}

#[test]
fn whoever_is_refused_goes_on_without_a_token_or_reads_why() {
    let page = |change: fn(&mut Page)| while_(refuses, move |facts| end_at_a_page(facts, 400, change));
    assert_eq!(page(|_| {}), NOTHING);
    assert_eq!(page(|page| page.tells.push(Tell::StackTrace)), ["SSO-39"]);
    assert_eq!(page(|page| page.tells.push(Tell::OauthError)), ["SSO-39"]);
    assert_eq!(while_(refuses, |facts| end_at_a_page(facts, 500, |_| {})), ["SSO-39"]);
    let shows = while_(refuses, |facts| {
        let token = given(facts, TokenKind::Access);
        end_at_a_page(facts, 400, move |page| page.holds.push(token.clone()));
    });
    assert_eq!(shows, ["SSO-39"]);
    let made_up = while_(refuses, |facts| hand_overs(facts, |one| one.url = format!("{MBP}/?token=undefined")));
    assert_eq!(made_up, ["SSO-39"]);
    let endless = while_(refuses, |facts| {
        end_at_a_page(facts, 302, |_| {});
        for fact in facts.iter_mut().filter(|fact| fact.step == 1) {
            if let What::Ended(ended) = &mut fact.what {
                *ended = Ended::TooManyRedirects { browser: 0 };
            }
        }
    });
    assert_eq!(endless, ["SSO-39"]);
    let breaks_down =
        while_(|visit| visit.acm == AcmConduct::FailsAtExchange, |facts| end_at_a_page(facts, 502, |_| {}));
    assert_eq!(breaks_down, ["SSO-39"]);
    // It did not ask: what it shows is no answer to a refusal.
    let unasked = Application::new().edit(|visit, facts| {
        if refuses(visit) {
            facts.retain(|fact| !matches!(fact.what, What::Received(_)) || fact.step == 0);
        }
    });
    assert_eq!(unasked.outcome("SSO-39"), Outcome::Blocked);
}

#[test]
fn an_mbp_that_fails_takes_nobody_along() {
    for conduct in [MbpConduct::Refuses, MbpConduct::Fails, MbpConduct::TalksNonsense, MbpConduct::Hangs] {
        let error = while_(move |visit| visit.mbp == conduct, |facts| end_at_a_page(facts, 500, |_| {}));
        assert_eq!(error, ["SSO-41"], "{conduct:?}");
        let empty = while_(
            move |visit| visit.mbp == conduct,
            |facts| hand_overs(facts, |one| one.url = format!("{MBP}/?token=")),
        );
        assert_eq!(empty, ["SSO-41"], "{conduct:?}");
    }
    let slow = |ms: u64| while_(hangs, move |facts| pages(facts, |page| page.ms = ms));
    assert_eq!(slow(9_000), NOTHING);
    assert_eq!(slow(10_001), ["SSO-41"]);
    let never = while_(hangs, |facts| {
        end_at_a_page(facts, 200, |_| {});
        for fact in facts.iter_mut().filter(|fact| fact.step == 1) {
            if let What::Ended(ended) = &mut fact.what {
                *ended = Ended::NoAnswer { browser: 0, ms: 15_000 };
            }
        }
    });
    assert_eq!(never, ["SSO-41"]);
}

fn expires(visit: &Visit) -> bool {
    visit.steps.iter().flat_map(|step| &step.0).any(|deed| deed.act == Act::Expire)
}

#[test]
fn an_expired_token_is_renewed() {
    assert_eq!(while_(expires, |facts| end_at_a_page(facts, 500, |_| {})), ["SSO-40"]);
    assert_eq!(while_(expires, |facts| hand_overs(facts, |one| one.url = format!("{MBP}/"))), ["SSO-40"]);
    let logs_in = while_(expires, |facts| {
        facts.retain(|fact| fact.step < 2);
        facts.push(Fact { at_ms: 9, step: 2, what: What::Ended(Ended::AtLogin { browser: 0 }) });
    });
    assert_eq!(logs_in, NOTHING);
    // Tried, refused, renewed: no citizen notices.
    let own = Application::new().edit(|visit, facts| {
        if expires(visit) {
            let first = given(facts, TokenKind::Access);
            exchanges(facts, |one| set(one, "subject_token", Some(&first)));
        }
    });
    let verdict = own.judge("SSO-40");
    assert_eq!((verdict.outcome, verdict.findings.len()), (Outcome::Pass, 1));
}

#[test]
fn two_citizens_and_two_tabs_keep_apart() {
    let is_of_two = |visit: &Visit| visit.steps.iter().flat_map(|step| &step.0).any(|deed| deed.browser == 1);
    let mixed_up = while_(is_of_two, |facts| {
        let urls: Vec<String> = facts
            .iter()
            .filter_map(|fact| if let What::HandOver(one) = &fact.what { Some(one.url.clone()) } else { None })
            .collect();
        let mut at = 0;
        hand_overs(facts, |one| {
            one.url.clone_from(&urls[at ^ 1]);
            at += 1;
        });
    });
    assert_eq!(mixed_up, ["SSO-29"]);
    let mut alone = Application::new();
    alone.setup.citizens.remove(&crate::evidence::exchange::Citizen::Other);
    assert_eq!(alone.outcome("SSO-29"), Outcome::Blocked);
    let at_once = |visit: &Visit| visit.steps.iter().any(|step| step.0.len() == 2 && step.0[1].browser == 0);
    assert_eq!(while_(at_once, |facts| end_at_a_page(facts, 500, |_| {})), ["SSO-43"]);
    assert_eq!(while_(at_once, |facts| hand_overs(facts, |one| one.url = format!("{MBP}/"))), ["SSO-43"]);
}
