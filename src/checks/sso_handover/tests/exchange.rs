//! Chapter exchange.

use serde_json::json;

use super::super::testing::{Application, answer, calls, exchanges, given, set};
use super::failing;
use crate::evidence::exchange::visit::{Call, Received, TokenKind, What};
use crate::evidence::exchange::{IssuerCall, Target};
use crate::judging::verdict::Outcome;

/// What fails where every exchange is changed so.
fn exchanged(change: impl Fn(&mut Received) + 'static) -> Vec<String> {
    failing(move |_, facts| exchanges(facts, &change))
}

/// What fails where a parameter of every exchange is a token of that kind.
fn carries(name: &'static str, kind: TokenKind) -> Vec<String> {
    failing(move |_, facts| {
        let token = given(facts, kind);
        exchanges(facts, |one| set(one, name, Some(&token)));
    })
}

#[test]
fn an_exchange_is_a_form_with_all_that_it_needs() {
    let without = |name: &'static str| exchanged(move |one| set(one, name, None));
    assert_eq!(exchanged(|one| one.method = "GET".to_owned()), ["SSO-08"]);
    assert_eq!(exchanged(|one| one.media_type = Some("application/json".to_owned())), ["SSO-08"]);
    assert_eq!(without("subject_token_type"), ["SSO-08"]);
    assert_eq!(without("audience"), ["SSO-08"]);
    assert_eq!(without("actor_token_type"), ["SSO-08"]);
    assert_eq!(exchanged(|one| set(one, "audience", Some("own-client"))), ["SSO-08"]);
    assert_eq!(exchanged(|one| set(one, "subject_token_type", Some("access_token"))), ["SSO-08"]);
    let id_token = Some("urn:ietf:params:oauth:token-type:id_token");
    assert_eq!(exchanged(move |one| set(one, "requested_token_type", id_token)), ["SSO-08"]);
    assert_eq!(exchanged(|one| one.parameters.push(("scope".to_owned(), "a".to_owned()))), Vec::<String>::new());
    assert_eq!(exchanged(|one| one.parameters.push(("grant_type".to_owned(), "a".to_owned()))), ["SSO-08"]);
    // By the URL of a resource, in another order, and for two audiences it is one too.
    assert_eq!(exchanged(|one| one.parameters.reverse()), Vec::<String>::new());
    assert_eq!(exchanged(|one| one.parameters.push(("audience".to_owned(), "other".to_owned()))), Vec::<String>::new());
    let of_resource = exchanged(|one| {
        set(one, "audience", None);
        set(one, "resource", Some("https://mbp.example/"));
    });
    assert_eq!(of_resource, Vec::<String>::new());
}

#[test]
fn delegation_has_an_actor_and_it_is_the_client() {
    let without = exchanged(|one| {
        set(one, "actor_token", None);
        set(one, "actor_token_type", None);
    });
    assert_eq!(without, ["SSO-07"]);
    for kind in [TokenKind::Access, TokenKind::Id, TokenKind::Refresh] {
        assert_eq!(carries("actor_token", kind), ["SSO-10"], "{kind}");
    }
    // One of an earlier visit, or of before this run, may be kept.
    let kept =
        Application::new().edit(|_, facts| exchanges(facts, |one| set(one, "actor_token", Some("TOKEN-777xxxx"))));
    assert_eq!(kept.failing(), Vec::<String>::new());
    assert_eq!(kept.outcome("SSO-10"), Outcome::Blocked);
}

#[test]
fn the_subject_is_the_newest_access_token() {
    for kind in [TokenKind::Id, TokenKind::Refresh, TokenKind::Actor, TokenKind::Code] {
        assert_eq!(carries("subject_token", kind), ["SSO-09"], "{kind}");
    }
    // Another kind of token counts in full.
    let own = Application::new().edit(|_, facts| {
        let token = given(facts, TokenKind::Id);
        exchanges(facts, |one| set(one, "subject_token", Some(&token)));
    });
    assert_eq!(own.judge("SSO-09").findings[0].level, None);
    // That of the login, though a newer one was there.
    let older = |own: &Application| own.judge("SSO-09").findings.first().cloned();
    let own = Application::new().edit(|_, facts| {
        let token = given(facts, TokenKind::Access);
        exchanges(facts, |one| set(one, "subject_token", Some(&token)));
    });
    assert_eq!(older(&own).unwrap().level, Some(crate::catalogue::Level::Should));
    assert_eq!(older(&Application::new()), None);
}

#[test]
fn a_refresh_comes_before_the_exchange_where_one_was_to_be_had() {
    let mut own = Application::new();
    own.refreshes = false;
    assert_eq!(own.failing(), ["SSO-13"]);
    let own = own.edit(|_, facts| {
        facts.retain(|fact| !matches!(&fact.what, What::Issued(issued) if issued.kind == TokenKind::Refresh));
    });
    assert_eq!(own.outcome("SSO-13"), Outcome::NotApplicable);
    assert_eq!(own.outcome("SSO-42"), Outcome::NotApplicable);
}

#[test]
fn the_next_refresh_token_replaces_the_one_before() {
    let old = failing(|_, facts| {
        let first = given(facts, TokenKind::Refresh);
        calls(facts, Call::Token, |one| {
            if one.parameter("refresh_token").is_some() {
                set(one, "refresh_token", Some(&first));
            }
        });
    });
    assert_eq!(old, ["SSO-42"]);
}

#[test]
fn the_token_for_mbp_has_both_scopes() {
    let narrow = failing(|_, facts| {
        for fact in facts {
            if let What::Issued(issued) = &mut fact.what
                && issued.kind == TokenKind::Exchanged
            {
                issued.scope = Some("profile".to_owned());
            }
        }
    });
    assert_eq!(narrow, ["SSO-06"]);
    let own = |scope: Option<&'static str>| {
        Application::own_flow().when(move |request| {
            let mut body = json!({ "access_token": "TOKEN-1xx", "token_type": "Bearer", "issued_token_type": "a",
                "expires_in": 300 });
            if let Some(scope) = scope {
                body["scope"] = json!(scope);
            }
            matches!(request.target, Target::Issuer(IssuerCall::Token(_))).then(|| Ok(answer(200, body)))
        })
    };
    assert_eq!(own(Some("rrn")).outcome("SSO-06"), Outcome::Fail);
    assert_eq!(own(Some("rrn profile other")).outcome("SSO-06"), Outcome::Pass);
    // Without a word of it, it is what was asked for.
    assert_eq!(own(None).outcome("SSO-06"), Outcome::Pass);
    let mut unasked = own(None);
    unasked.setup.acm.as_mut().unwrap().scope = None;
    assert_eq!(unasked.outcome("SSO-06"), Outcome::Blocked);
    assert_eq!(own(None).judge("SSO-14").reason.unwrap().en, "300 seconds");
}
