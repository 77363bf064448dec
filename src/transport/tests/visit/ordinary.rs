//! What people do: logging in, handing over, again, expiring, logging out; one after the other and at once.

use tokio::sync::Barrier;

use super::*;
use crate::evidence::exchange::visit::{AcmConduct, Call, Cause, LeadBy, MbpConduct, PageKind, TokenKind};

const AN: Act = Act::LogIn(Citizen::Subject);

/// Microseconds since 1970, so long after the visit began.
fn at_us() -> u64 {
    u64::try_from(jiff::Timestamp::now().as_microsecond()).unwrap()
}

#[tokio::test]
async fn a_citizen_logs_in_and_is_handed_over() {
    let world = World::of(honest, Events::default()).await;
    let visit = Visit::of([AN, Act::HandOver(0), Act::Again, Act::LogOut]);
    let exchange = world.exchange(visit, |_| {}).await;
    assert_eq!((exchange.sent.method.as_str(), &exchange.sent.url), ("VISIT", &world.app.to_string()));
    let timeline = read(&exchange);
    assert_eq!(
        ends(&timeline),
        [
            Ended::Page { browser: 0 },
            Ended::AtMbp { browser: 0 },
            Ended::AtMbp { browser: 0 },
            Ended::Page { browser: 0 }
        ]
    );
    let way: Vec<_> = navigations(&timeline).iter().map(|one| (one.cause, one.method.clone(), one.status)).collect();
    let (opened, get) = (Cause::Opened, || "GET".to_owned());
    assert_eq!(
        way,
        [
            (opened, get(), Some(302)),
            (Cause::Redirect(302), get(), Some(200)),
            (Cause::Form, "POST".to_owned(), Some(303)),
            (Cause::Redirect(303), get(), Some(302)),
            (Cause::Redirect(302), get(), Some(200)),
            (opened, get(), Some(302)),
            (opened, get(), Some(302)),
            (opened, get(), Some(200)),
        ]
    );
    let over = hand_overs(&timeline);
    assert_eq!((over.len(), over[0].cause, over[0].method.as_str()), (2, Cause::Redirect(302), "GET"));
    // Another port is another origin, and people came from the page that they looked at.
    assert_eq!(over[0].referer, Some(world.app.to_string()));
    assert_eq!(over[0].from, world.app.join("/over").unwrap().to_string());
    assert!(over[0].headers.contains(&("cache-control".to_owned(), "no-store".to_owned())));
    assert_eq!(over[0].url, over[1].url);
    let steps: Vec<u8> = timeline.facts.iter().map(|fact| fact.step).collect();
    assert!(steps.is_sorted() && timeline.facts.is_sorted_by_key(|fact| fact.at_ms), "{steps:?}");
    let all = navigations(&timeline);
    assert!(all[3].cookies[0].http_only && all[3].cookies[0].same_site.as_deref() == Some("lax"));
    assert!(all[7].cookies[0].removed && all[7].page.kind == PageKind::Text);
    assert_eq!(world.told(), ["action=visit&acm=as_usual&mbp=as_usual", "action=told"]);
}

#[tokio::test]
async fn a_token_has_one_surrogate_wherever_it_comes() {
    let events = Events::default();
    let page = |to: String| Html(format!("<a href='{to}'>x</a><p>{TEMPORARY} {SUBJECT}</p>")).into_response();
    let world = World::of(move |places| honest_but(places, page), events.clone()).await;
    *events.lock().unwrap() = vec![
        json!({ "at_us": at_us(), "event": "received", "by": "mbp", "call": "token_api", "method": "POST",
                "path": "/auth/v1/token", "media_type": "application/json", "by_script": false,
                "authentication": ["post"], "status": 200, "error": null,
                "parameters": [["token", TEMPORARY], ["token_type", "urn:x"], ["state", "kort"]] }),
        json!({ "at_us": at_us(), "event": "issued", "token": TEMPORARY, "kind": "temporary", "insz": SUBJECT,
                "audience": "mbp", "scope": null, "lifetime": 60 }),
    ];
    let timeline = world.visit([AN, Act::HandOver(0)]).await;
    let given = issued(&timeline)[0];
    assert_eq!((given.kind, given.citizen, given.lifetime), (TokenKind::Temporary, Some(Citizen::Subject), Some(60)));
    let asked = heard(&timeline)[0];
    assert_eq!((asked.call, asked.parameter("token")), (Call::TokenApi, Some(given.token.as_str())));
    assert_eq!(asked.parameter("token_type"), Some("urn:x"));
    let page = &navigations(&timeline).last().unwrap().page;
    let number = vault().surrogate(Citizen::Subject).unwrap();
    assert_eq!(page.holds, [given.token.clone(), number]);
    assert_eq!(page.leads[0].by, LeadBy::Link);
    assert!(page.leads[0].url.ends_with(&format!("meldingen?token={}", given.token)), "{}", page.leads[0].url);
}

#[tokio::test]
async fn nobody_logs_in_who_was_not_told_to() {
    let world = World::of(honest, Events::default()).await;
    let timeline = world.visit([Act::Start, Act::HandOver(0), AN, Act::Start]).await;
    let (login, page) = (Ended::AtLogin { browser: 0 }, Ended::Page { browser: 0 });
    assert_eq!(ends(&timeline), [login, login, page, page]);
    assert!(hand_overs(&timeline).is_empty());
}

#[tokio::test]
async fn every_browser_has_its_own_cookies_and_two_tabs_share_theirs() {
    let world = World::of(honest, Events::default()).await;
    let visit = Visit::default().then([(0, AN), (1, Act::LogIn(Citizen::Other))]).then([
        (0, Act::HandOver(0)),
        (0, Act::HandOver(1)),
        (1, Act::HandOver(0)),
        (2, Act::HandOver(0)),
    ]);
    let timeline = read(&world.exchange(visit, |_| {}).await);
    let mut ends = ends(&timeline);
    ends.sort_by_key(|end| format!("{end:?}"));
    let at_mbp = |browser| Ended::AtMbp { browser };
    let page = |browser| Ended::Page { browser };
    assert_eq!(ends, [Ended::AtLogin { browser: 2 }, at_mbp(0), at_mbp(0), at_mbp(1), page(0), page(1)]);
}

#[tokio::test]
async fn what_is_done_at_once_is_done_at_once() {
    let barrier = Arc::new(Barrier::new(3));
    let app = move |_| {
        let meet = move || {
            let barrier = barrier.clone();
            async move {
                barrier.wait().await;
                "met"
            }
        };
        Router::new().route("/over", get(meet))
    };
    let world = World::of(app, Events::default()).await;
    let visit = Visit::default().then([(0, Act::HandOver(0)), (0, Act::HandOver(0)), (1, Act::HandOver(1))]);
    let timeline = read(&world.exchange(visit, |_| {}).await);
    assert!(navigations(&timeline).iter().all(|one| one.status == Some(200)));
}

#[tokio::test]
async fn conducts_and_expiry_are_told_to_our_own_acm() {
    let world = World::of(honest, Events::default()).await;
    let visit = Visit::of([AN, Act::Expire, Act::HandOver(5)])
        .with_acm(AcmConduct::RefusesExchange)
        .with_mbp(MbpConduct::TalksNonsense);
    let timeline = read(&world.exchange(visit.clone(), |_| {}).await);
    assert_eq!(
        ends(&timeline),
        [Ended::Page { browser: 0 }, Ended::Expired { browser: 0 }, Ended::Nothing { browser: 0 }]
    );
    let told = world.told();
    assert_eq!(told, ["action=visit&acm=refuses_exchange&mbp=talks_nonsense", "action=expire", "action=told"]);
    let no_stand_in = |settings: &mut Settings| {
        let SubjectSetup::Application(application) = &mut settings.setup.subject else { panic!() };
        application.stand_in = false;
    };
    for visit in [visit, Visit::of([AN, Act::Expire]), Visit::of([AN]).with_mbp(MbpConduct::Hangs)] {
        let exchange = world.exchange(visit, no_stand_in).await;
        assert_eq!(said(&exchange), (FailureKind::NotConfigured, "that takes bronkeur's own ACM and MBP"));
    }
    // Nobody logs in at an ACM that is not ours, and it is told nothing.
    let timeline = read(&world.exchange(Visit::of([AN]), no_stand_in).await);
    assert_eq!(ends(&timeline), [Ended::AtLogin { browser: 0 }]);
    assert_eq!(world.told().len(), 3);
}

#[tokio::test]
async fn without_the_application_there_is_no_visit() {
    let world = World::of(honest, Events::default()).await;
    let exchange = world
        .exchange(Visit::of([AN]), |settings| {
            let SubjectSetup::Application(application) = &mut settings.setup.subject else { panic!() };
            application.start_url = Some("http://127.0.0.1:1/".to_owned());
        })
        .await;
    assert_eq!(failure(&exchange).kind, FailureKind::Connect);
    // Our ACM is itself again all the same.
    transport_idle().await;
    assert_eq!(world.told().last().unwrap(), "action=told");
    let exchange = world
        .exchange(Visit::of([AN]), |settings| {
            let SubjectSetup::Application(application) = &mut settings.setup.subject else { panic!() };
            application.start_url = None;
        })
        .await;
    assert_eq!(failure(&exchange).kind, FailureKind::NotConfigured);
}

/// Long enough for a task that sends one call on this machine.
async fn transport_idle() {
    tokio::time::sleep(Duration::from_millis(300)).await;
}

#[tokio::test]
async fn an_interrupted_visit_is_ended_at_acm() {
    let app = |_| Router::new().route("/", get(std::future::pending::<&'static str>));
    let world = World::of(app, Events::default()).await;
    let vault = vault();
    let transport = world.transport(&vault, |_| {});
    transport.clone().send(Request::issuer(IssuerCall::Discovery)).await;
    let task = tokio::spawn(transport.clone().send(Request::visit(Visit::of([Act::Start]))));
    while world.seen_by_app.lock().unwrap().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(world.told().len(), 1);
    task.abort();
    assert!(task.await.is_err());
    transport.settled().await;
    assert_eq!(world.told(), ["action=visit&acm=as_usual&mbp=as_usual", "action=told"]);
}

#[tokio::test]
async fn a_page_that_leads_on_by_itself_is_followed_once() {
    let app = |places: Places| {
        let mbp = places.mbp;
        let over = move || async move { ([("refresh", format!("0; url={mbp}?token=8f7e6d5c4b3a2918"))], "on") };
        let start = || async { Html("<meta http-equiv=refresh content='1; url=/second'>") };
        let second = || async { Html("<meta http-equiv=refresh content='1; url=/'>") };
        Router::new().route("/", get(start)).route("/second", get(second)).route("/over", get(over))
    };
    let world = World::of(app, Events::default()).await;
    let timeline = world.visit([Act::Start, Act::HandOver(0)]).await;
    assert_eq!(ends(&timeline), [Ended::Page { browser: 0 }, Ended::AtMbp { browser: 0 }]);
    let causes: Vec<Cause> = navigations(&timeline).iter().map(|one| one.cause).collect();
    assert_eq!(causes, [Cause::Opened, Cause::Refresh, Cause::Opened]);
    let over = hand_overs(&timeline)[0];
    assert_eq!(over.cause, Cause::Refresh);
    assert!(over.url.ends_with("?token=TOKEN-3xxxxxxxxx") || over.url.contains("?token=TOKEN-"), "{}", over.url);
    let refresh = navigations(&timeline)[2].header("refresh").unwrap().to_owned();
    assert_eq!(refresh, format!("0; url={}", over.url));
}

#[tokio::test]
async fn a_script_with_a_client_secret_is_seen() {
    let app = |places: Places| {
        let mbp = places.mbp;
        let start = || async { Html("<script src=/app.js></script><script src=/none.js></script>") };
        let js = ("content-type", "text/javascript");
        let script = move || async move { ([js], format!("const secret='{SOURCE_SECRET}'; go('{mbp}?x=1')")) };
        Router::new().route("/", get(start)).route("/app.js", get(script))
    };
    let world = World::of(app, Events::default()).await;
    let timeline = world.visit([Act::Start, Act::Again]).await;
    for one in navigations(&timeline) {
        assert!(one.page.holds.len() == 1 && one.page.holds[0].starts_with("SECRET-"), "{:?}", one.page.holds);
        assert!(one.page.scripts && one.page.leads[0].by == LeadBy::Script);
    }
    // Each script is fetched once.
    let fetched = world.seen_by_app.lock().unwrap().iter().filter(|seen| seen.target == "/app.js").count();
    assert_eq!(fetched, 1);
}
