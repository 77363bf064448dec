//! Chapter handover.

use super::super::testing::{Application, MBP, calls, end_at_a_page, given, hand_overs, pages, set};
use super::failing;
use crate::evidence::exchange::visit::{
    Act, Call, Cause, Ended, Fact, HandOver, Issued, Lead, LeadBy, MbpConduct, PageKind, Received, TokenKind, What,
};
use crate::judging::verdict::Outcome;

const NOTHING: [&str; 0] = [];

/// What fails where every hand-over is changed so.
fn handed(change: impl Fn(&mut HandOver) + 'static) -> Vec<String> {
    failing(move |_, facts| hand_overs(facts, &change))
}

/// What fails where every hand-in is changed so.
fn handed_in(change: impl Fn(&mut Received) + 'static) -> Vec<String> {
    failing(move |_, facts| calls(facts, Call::TokenApi, &change))
}

#[test]
fn the_token_is_handed_in_as_json_with_its_type() {
    assert_eq!(handed_in(|one| one.media_type = Some("application/x-www-form-urlencoded".to_owned())), ["SSO-18"]);
    assert_eq!(handed_in(|one| one.method = "GET".to_owned()), ["SSO-18"]);
    assert_eq!(handed_in(|one| set(one, "token_type", Some("Bearer"))), ["SSO-18"]);
    assert_eq!(handed_in(|one| set(one, "token", None)), ["SSO-18"]);
    assert_eq!(handed_in(|one| (one.call, one.path) = (Call::Nowhere, "/v1/token".to_owned())), ["SSO-18"]);
    assert_eq!(handed_in(|one| set(one, "language", Some("nl"))), NOTHING);
    let access = failing(|_, facts| {
        let token = given(facts, TokenKind::Access);
        calls(facts, Call::TokenApi, |one| set(one, "token", Some(&token)));
    });
    assert_eq!(access, ["SSO-18"]);
    // One that was kept from an earlier visit is one too, as MBP says.
    assert_eq!(handed_in(|one| set(one, "token", Some("TOKEN-777xx"))), NOTHING);
}

#[test]
fn the_browser_lands_at_mbp_with_the_token_in_the_query() {
    let at = |place: &'static str| handed(move |one| one.url = one.url.replace(MBP, place));
    assert_eq!(at("https://mbp.example.org"), ["SSO-20"]);
    assert_eq!(at("https://mbp.example:8443"), ["SSO-20"]);
    assert_eq!(at("http://mbp.example"), ["SSO-20"]);
    assert_eq!(at("https://an@mbp.example"), ["SSO-20"]);
    assert_eq!(at("HTTPS://MBP.example:443"), NOTHING);
    assert!(handed(|one| one.url = one.url.replace("?token=", "#token=")).contains(&"SSO-20".to_owned()));
    assert!(handed(|one| one.url = one.url.replace("token=", "sso=")).contains(&"SSO-20".to_owned()));
    // As it runs nobody knows why there is none.
    let without = |own: Application| own.edit(|_, facts| hand_overs(facts, |one| one.url = format!("{MBP}/")));
    assert_eq!(without(Application::running()).outcome("SSO-20"), Outcome::Blocked);
    assert_eq!(without(Application::new()).outcome("SSO-20"), Outcome::Fail);
}

#[test]
fn the_parameter_is_a_temporary_token_and_no_other() {
    for kind in [TokenKind::Exchanged, TokenKind::Access, TokenKind::Actor] {
        let failing = failing(move |_, facts| {
            let token = given(facts, kind);
            hand_overs(facts, |one| one.url = format!("{MBP}/?token={token}"));
        });
        assert!(
            failing.contains(&"SSO-21".to_owned()) && !failing.contains(&"SSO-20".to_owned()),
            "{kind}: {failing:?}"
        );
        // It is said where it is.
        assert!(!failing.contains(&"SSO-16".to_owned()), "{kind}: {failing:?}");
    }
    assert!(handed(|one| one.url = format!("{MBP}/?token=undefined")).contains(&"SSO-21".to_owned()));
}

#[test]
fn the_chosen_page_stays_and_the_token_is_there_once() {
    assert_eq!(handed(|one| one.url.push_str("?soort=nieuw")), ["SSO-22"]);
    assert_eq!(handed(|one| one.url.push_str("&token=TOKEN-5xx")), ["SSO-22"]);
    assert_eq!(handed(|one| one.url.push_str("&soort=nieuw")), NOTHING);
    // Both pages of the profile may be meant to lead to the start page.
    let own = Application::new().edit(|_, facts| {
        hand_overs(facts, |one| one.url = one.url.replace("/meldingen?soort=nieuw&", "/?"));
    });
    let verdict = own.judge("SSO-22");
    assert_eq!((verdict.outcome, verdict.findings.len()), (Outcome::Pass, 1));
}

#[test]
fn every_hand_over_has_a_token_of_its_own() {
    let same = failing(|_, facts| {
        let first = given(facts, TokenKind::Temporary);
        hand_overs(facts, |one| one.url = format!("{MBP}/?token={first}"));
    });
    assert!(same.contains(&"SSO-23".to_owned()) && !same.contains(&"SSO-24".to_owned()), "{same:?}");
    let on_reload = failing(|visit, facts| {
        if visit.steps.iter().flat_map(|step| &step.0).any(|deed| deed.act == Act::Again) {
            let first = given(facts, TokenKind::Temporary);
            hand_overs(facts, |one| one.url = format!("{MBP}/?token={first}"));
        }
    });
    assert_eq!(on_reload, ["SSO-24"]);
}

#[test]
fn a_token_is_made_at_the_click() {
    let early = failing(|_, facts| {
        let token = "TOKEN-700xx".to_owned();
        let (kind, citizen) = (TokenKind::Temporary, None);
        let issued = Issued { token, kind, citizen, audience: None, scope: None, lifetime: None };
        facts.insert(1, Fact { at_ms: 1, step: 0, what: What::Issued(issued) });
    });
    assert_eq!(early, ["SSO-25"]);
    let in_link = failing(|_, facts| {
        let url = format!("{MBP}/?token=TOKEN-700xx");
        pages(facts, |page| page.page.leads.push(Lead { by: LeadBy::Link, url: url.clone() }));
    });
    assert_eq!(in_link, ["SSO-25"]);
    // A link without one is how it should be.
    let link = failing(|_, facts| {
        pages(facts, |page| page.page.leads.push(Lead { by: LeadBy::Link, url: format!("{MBP}/") }));
    });
    assert_eq!(link, NOTHING);
    let scripts = Application::new().edit(|_, facts| pages(facts, |page| page.page.scripts = true));
    assert_eq!(scripts.outcome("SSO-25"), Outcome::Blocked);
}

#[test]
fn the_browser_is_sent_on_for_this_once() {
    for cause in [Cause::Redirect(301), Cause::Redirect(308), Cause::Form, Cause::Link, Cause::Refresh, Cause::Script] {
        assert_eq!(handed(move |one| one.cause = cause), ["SSO-26"], "{cause:?}");
    }
    assert_eq!(handed(|one| one.headers.clear()), ["SSO-27"]);
    assert_eq!(handed(|one| one.headers[0].1 = "private, max-age=60".to_owned()), ["SSO-27"]);
    assert_eq!(handed(|one| one.headers[0].1 = "private, No-Store".to_owned()), NOTHING);
}

/// What fails where nobody's hand-over ends so.
fn nobody(status: u16, kind: PageKind) -> Vec<String> {
    failing(move |visit, facts| {
        if visit.steps[0].0[0].act == Act::Start {
            facts.retain(|fact| fact.step == 0 || !matches!(fact.what, What::Received(_) | What::Ended(_)));
            pages(facts, |page| {
                if page.url.contains("/mbp") || page.url.contains("/auth") {
                    (page.status, page.page.kind) = (Some(status), kind);
                }
            });
            facts.push(Fact { at_ms: 9, step: 1, what: What::Ended(Ended::Page { browser: 0 }) });
        }
    })
}

#[test]
fn who_is_not_signed_in_gets_a_login_and_no_token() {
    assert_eq!(nobody(500, PageKind::Html), ["SSO-28"]);
    assert_eq!(nobody(403, PageKind::Html), ["SSO-28"]);
    assert_eq!(nobody(401, PageKind::Empty), ["SSO-28"]);
    assert_eq!(nobody(401, PageKind::Html), NOTHING);
    assert_eq!(nobody(200, PageKind::Html), NOTHING);
    // After a logout: a hand-over as before it, without a login in between.
    let outlives = |logs_in: bool| {
        failing(move |visit, facts| {
            if !visit.steps.iter().flat_map(|step| &step.0).any(|deed| deed.act == Act::LogOut) {
                return;
            }
            let taken = facts.iter().find_map(|fact| match &fact.what {
                What::HandOver(hand_over) => Some(hand_over.clone()),
                _ => None,
            });
            facts.retain(|fact| fact.step < 3 || logs_in && matches!(fact.what, What::Received(_)));
            facts.push(Fact { at_ms: 98, step: 3, what: What::HandOver(taken.unwrap()) });
            facts.push(Fact { at_ms: 99, step: 3, what: What::Ended(Ended::AtMbp { browser: 0 }) });
        })
    };
    assert_eq!(outlives(false), ["SSO-28"]);
    assert_eq!(outlives(true), NOTHING);
}

#[test]
fn odd_tokens_and_odd_answers_change_nothing() {
    let written = |change: fn(&str) -> String| {
        failing(move |visit, facts| {
            if visit.mbp == MbpConduct::OddTokens {
                let token = given(facts, TokenKind::Temporary);
                hand_overs(facts, |one| one.url = format!("{MBP}/?token={}", change(&token)));
            }
        })
    };
    // A `+` that was not encoded is a blank; what was cut, or encoded twice, has another length.
    assert_eq!(written(|token| format!("{}+{token}", &token[..30])), ["SSO-15"]);
    assert_eq!(written(|token| token[..255].to_owned()), ["SSO-15"]);
    assert_eq!(written(|token| format!("{token}xxxx")), ["SSO-15"]);
    assert_eq!(written(str::to_owned), NOTHING);
    let cut = failing(|visit, facts| {
        if visit.mbp == MbpConduct::OddTokens {
            end_at_a_page(facts, 500, |_| {});
        }
    });
    assert_eq!(cut, ["SSO-15"]);
    let strict = failing(|visit, facts| {
        if visit.mbp == MbpConduct::AnswersMore {
            end_at_a_page(facts, 500, |_| {});
        }
    });
    assert_eq!(strict, ["SSO-19"]);
}

#[test]
fn a_frame_with_mbp_is_told() {
    let own = Application::new().edit(|_, facts| {
        pages(facts, |page| page.page.leads.push(Lead { by: LeadBy::Part, url: format!("{MBP}/") }));
    });
    assert_eq!(own.outcome("SSO-30"), Outcome::Observed);
}
