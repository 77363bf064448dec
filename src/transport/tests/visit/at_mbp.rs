//! What goes to MBP itself, where a run was told so.

use axum::http::header::LOCATION;

use super::*;
use crate::evidence::exchange::Grant;
use crate::evidence::exchange::visit::AskedMbp;

const AN: Act = Act::LogIn(Citizen::Subject);
/// What MBP's token API gives.
const GIVEN: &str = "g1ven-0a9b8c7d6e5f4a3b2c1d0e";
/// Our own exchanged token.
const EXCHANGED: &str = "exch4nged-1f2e3d4c5b6a79888776";

fn asked(timeline: &Timeline) -> Vec<&AskedMbp> {
    let all = timeline.facts.iter().filter_map(|fact| match &fact.what {
        What::AskedMbp(one) => Some(one),
        _ => None,
    });
    all.collect()
}

fn application(settings: &mut Settings) -> &mut ApplicationSetup {
    match &mut settings.setup.subject {
        SubjectSetup::Application(application) => application,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_browser_goes_on_to_mbp_with_the_same_token() {
    let world = World::of(honest, Events::default()).await;
    let timeline = world.visit([AN, Act::HandOver(0), Act::Follow, Act::Follow]).await;
    let over = &hand_overs(&timeline)[0].url;
    let asked: Vec<_> =
        asked(&timeline).iter().map(|one| (one.method.as_str(), &one.url, one.status, one.gave)).collect();
    assert_eq!(asked, [("GET", over, Some(200), false); 2]);
    let seen = world.seen_by_mbp.lock().unwrap();
    let token: String = url::form_urlencoded::byte_serialize(TEMPORARY.as_bytes()).collect();
    assert_eq!(seen.len(), 2);
    assert!(seen.iter().all(|one| one.target == format!("/meldingen?token={token}") && one.body.is_empty()));
}

#[tokio::test]
async fn without_a_hand_over_nothing_goes_to_mbp() {
    let world = World::of(honest, Events::default()).await;
    let timeline = world.visit([AN, Act::Follow]).await;
    assert_eq!(ends(&timeline), [Ended::Page { browser: 0 }, Ended::Nothing { browser: 0 }]);
    assert!(world.seen_by_mbp.lock().unwrap().is_empty());
}

/// An address at MBP's host, but in another scheme, at another port or with a user, is none to go on to.
#[tokio::test]
async fn only_mbp_itself_is_gone_on_to() {
    let with_user = |places| honest_but(places, |to| redirect(302, &to.replace("http://", "http://an:pass@")));
    let in_https = |places| honest_but(places, |to| redirect(302, &to.replace("http://", "https://")));
    for app in [with_user as fn(Places) -> Router, in_https] {
        let world = World::of(app, Events::default()).await;
        let timeline = world.visit([AN, Act::HandOver(0), Act::Follow]).await;
        assert!(asked(&timeline).is_empty(), "{timeline:?}");
        assert!(world.seen_by_mbp.lock().unwrap().is_empty());
    }
}

#[tokio::test]
async fn nothing_goes_to_mbp_that_nobody_allowed() {
    let world = World::of(honest, Events::default()).await;
    for act in [Act::Follow, Act::HandIn] {
        let visit = Visit::of([act]);
        let vault = vault();
        vault.keep_token(Grant::Exchange(Citizen::Subject), EXCHANGED.into());
        let transport = world.transport(&vault, |settings| application(settings).stand_in = false);
        let exchange = tokio::spawn(transport.send(Request::visit(visit))).await.unwrap();
        assert_eq!(failure(&exchange).kind, FailureKind::NotConfigured);
    }
    assert!(world.seen_by_mbp.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_token_of_our_own_is_handed_in_once_and_what_comes_back_is_nowhere() {
    let api = Router::new().route(
        "/auth/v1/token",
        post(|| async { ([(LOCATION, "/elsewhere")], Json(json!({ "token": GIVEN, "more": 1 }))) }),
    );
    let (mbp, seen) = serve(api).await;
    let world = World::of(honest, Events::default()).await;
    let vault = vault();
    vault.keep_token(Grant::Exchange(Citizen::Subject), EXCHANGED.into());
    let transport = world.transport(&vault, |settings| {
        let own = application(settings);
        (own.stand_in, own.hands_in, own.start_url) = (false, true, None);
        own.mbp.base_url = mbp.origin().ascii_serialization();
    });
    let exchange = tokio::spawn(transport.send(Request::visit(Visit::of([Act::HandIn])))).await.unwrap();
    let timeline = read(&exchange);
    let asked = asked(&timeline);
    assert_eq!((asked.len(), asked[0].method.as_str(), asked[0].status, asked[0].gave), (1, "POST", Some(200), true));
    let json = serde_json::to_string(&exchange).unwrap();
    assert!(!json.contains(GIVEN) && !json.contains(EXCHANGED), "{json}");
    assert!(vault.leaks(GIVEN));
    let seen = seen.lock().unwrap();
    let body: Value = serde_json::from_str(&seen[0].body).unwrap();
    assert_eq!(
        (seen.len(), &body["token"], body["token_type"].as_str().unwrap().contains("access_token")),
        (1, &json!(EXCHANGED), true)
    );
}
