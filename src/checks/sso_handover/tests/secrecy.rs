//! Chapter secrecy.

use super::super::testing::{ACM, APP, Application, INSZ, MBP, calls, given, hand_overs, pages};
use super::failing;
use crate::evidence::exchange::visit::{Call, Cookie, Fact, Navigation, TokenKind};
use crate::judging::verdict::Outcome;

const NOTHING: [&str; 0] = [];

/// What fails where every page of the application shows a token of that kind, in some place.
fn shows(kind: TokenKind, show: impl Fn(&mut Navigation, &str) + 'static) -> Vec<String> {
    failing(move |_, facts| {
        let token = given(facts, kind);
        own_pages(facts, |page| show(page, &token));
    })
}

/// Every page of the application.
fn own_pages(facts: &mut [Fact], mut change: impl FnMut(&mut Navigation)) {
    pages(facts, |page| {
        if page.url.starts_with(APP) {
            change(page);
        }
    });
}

fn cookie(page: &mut Navigation, token: &str) {
    let holds = vec![token.to_owned()];
    page.cookies.push(Cookie { name: "mbp".to_owned(), holds, ..Cookie::default() });
}

fn text(page: &mut Navigation, token: &str) {
    page.page.holds.push(token.trim_end_matches('x').to_owned());
}

fn query(page: &mut Navigation, token: &str) {
    page.url = format!("{}?a={token}", page.url.split('?').next().unwrap_or_default());
}

#[test]
fn an_exchanged_token_is_nowhere_in_the_browser() {
    assert_eq!(shows(TokenKind::Exchanged, cookie), ["SSO-16"]);
    assert_eq!(shows(TokenKind::Exchanged, text), ["SSO-16"]);
    assert_eq!(shows(TokenKind::Exchanged, query), ["SSO-16", "SSO-36"]);
    assert_eq!(shows(TokenKind::Exchanged, |page, token| page.referer = Some(format!("{APP}/?b={token}"))), ["SSO-16"]);
    let header = |page: &mut Navigation, token: &str| page.headers.push(("x-debug".to_owned(), format!("a {token} b")));
    assert_eq!(shows(TokenKind::Exchanged, header), ["SSO-16"]);
    // Where tokens of the login are is told, and fails nothing.
    for show in [cookie, text] {
        assert_eq!(shows(TokenKind::Access, show), NOTHING);
    }
    let own = Application::new().edit(|_, facts| {
        let token = given(facts, TokenKind::Id);
        own_pages(facts, |page| cookie(page, &token));
    });
    assert_eq!(own.judge("SSO-35").reason.unwrap().en, "the citizen's ID token in the cookie mbp");
}

#[test]
fn a_temporary_token_is_for_mbp_alone() {
    assert_eq!(shows(TokenKind::Temporary, cookie), ["SSO-32"]);
    assert_eq!(shows(TokenKind::Temporary, text), ["SSO-25", "SSO-32"]);
    assert_eq!(shows(TokenKind::Temporary, query), ["SSO-32", "SSO-36"]);
    let detour = shows(TokenKind::Temporary, |page, token| {
        page.headers.push(("location".to_owned(), format!("https://stats.example/?to={token}")));
    });
    assert_eq!(detour, ["SSO-31"]);
    let direct = shows(TokenKind::Temporary, |page, token| {
        page.headers.push(("location".to_owned(), format!("{MBP}/?token={token}")));
    });
    assert_eq!(direct, NOTHING);
    let to_acm = failing(|_, facts| {
        let token = given(facts, TokenKind::Temporary);
        calls(facts, Call::Authorization, |one| one.parameters.push(("state".to_owned(), token.clone())));
    });
    assert_eq!(to_acm, ["SSO-31"]);
}

#[test]
fn the_browser_calls_no_api() {
    let by_script = |call: Call| failing(move |_, facts| calls(facts, call, |one| one.by_script = true));
    assert_eq!(by_script(Call::Token), ["SSO-17"]);
    assert_eq!(by_script(Call::TokenApi), ["SSO-17"]);
    let goes = |url: String| {
        failing(move |_, facts| {
            pages(facts, |page| {
                if page.url.contains("/v1/login") {
                    page.url = url.clone();
                }
            });
        })
    };
    assert_eq!(goes(format!("{ACM}/v1/token")), ["SSO-17"]);
    assert_eq!(goes(format!("{MBP}/auth/v1/token")), ["SSO-17"]);
}

#[test]
fn where_pages_have_scripts_nothing_passes_and_a_leak_still_fails() {
    let with_scripts = |leak: Option<TokenKind>| {
        Application::new().edit(move |_, facts| {
            let token = leak.map(|kind| given(facts, kind));
            own_pages(facts, |page| {
                page.page.scripts = true;
                if let Some(token) = &token {
                    cookie(page, token);
                }
            });
        })
    };
    for id in ["SSO-16", "SSO-17", "SSO-31", "SSO-32", "SSO-34"] {
        let verdict = with_scripts(None).judge(id);
        assert_eq!(verdict.outcome, Outcome::Blocked, "{id}");
        assert!(verdict.reason.unwrap().en.contains("a browser that runs scripts"), "{id}");
    }
    assert_eq!(with_scripts(Some(TokenKind::Exchanged)).outcome("SSO-16"), Outcome::Fail);
    assert_eq!(with_scripts(Some(TokenKind::Temporary)).outcome("SSO-32"), Outcome::Fail);
    // The login page of ACM is not the application's.
    let at_acm = Application::new().edit(|_, facts| {
        pages(facts, |page| page.page.scripts = page.url.starts_with(ACM));
    });
    assert_eq!(at_acm.outcome("SSO-16"), Outcome::Pass);
}

#[test]
fn no_secret_is_in_the_front_end() {
    let secret = failing(|_, facts| own_pages(facts, |page| page.page.holds.push("SECRET-1".to_owned())));
    assert_eq!(secret, ["SSO-34"]);
}

#[test]
fn addresses_tell_neither_a_token_nor_a_number() {
    let comes_from = |referer: &'static str| {
        failing(move |_, facts| hand_overs(facts, |one| one.referer = Some(format!("{APP}{referer}"))))
    };
    let number: &'static str = Box::leak(format!("/dossier/{INSZ}").into_boxed_str());
    assert_eq!(comes_from(number), ["SSO-33"]);
    assert_eq!(comes_from("/?access_token=TOKEN-600xx"), ["SSO-33"]);
    assert_eq!(comes_from("/?pagina=meldingen&state=TOKEN-600xx"), NOTHING);
    let own = failing(|_, facts| {
        own_pages(facts, |page| page.url = page.url.replace("/mbp", &format!("/mbp/{INSZ}")));
    });
    assert_eq!(own, ["SSO-36"]);
}

#[test]
fn the_whole_way_is_encrypted() {
    let plain = failing(|_, facts| own_pages(facts, |page| page.url = page.url.replace("https:", "http:")));
    assert_eq!(plain, ["SSO-37"]);
    let mixed = failing(|_, facts| own_pages(facts, |page| page.page.mixed_content = true));
    assert_eq!(mixed, ["SSO-37"]);
    let local = failing(|_, facts| {
        pages(facts, |page| page.url = page.url.replace("https://app.example", "http://127.0.0.1:80"));
    });
    assert_eq!(local, NOTHING);
}
