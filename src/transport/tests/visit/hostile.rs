//! Applications that lead astray, never end, or give everything away.

use axum::extract::Path;

use super::*;
use crate::evidence::exchange::visit::{Cause, PageKind, Tell};

const START: [Act; 1] = [Act::Start];

/// An application whose start page is this answer.
fn start(answer: impl Fn() -> Answered + Clone + Send + Sync + 'static) -> impl FnOnce(Places) -> Router {
    move |_| {
        let end = || async { Html("<p>end</p>") };
        let start = move || {
            let answer = answer.clone();
            async move { answer() }
        };
        Router::new().route("/", get(start)).route("/end", get(end))
    }
}

async fn visited(answer: impl Fn() -> Answered + Clone + Send + Sync + 'static) -> Timeline {
    World::of(start(answer), Events::default()).await.visit(START).await
}

#[tokio::test]
async fn redirects_are_followed_as_browsers_do() {
    for status in [301, 302, 303, 307, 308] {
        let timeline = visited(move || redirect(status, "end?x=1#part")).await;
        let all = navigations(&timeline);
        assert_eq!((all.len(), all[1].cause), (2, Cause::Redirect(status)));
        assert!(all[1].url.ends_with("/end?x=1#part") && all[1].status == Some(200), "{}", all[1].url);
        assert_eq!(all[0].header("location"), Some("end?x=1#part"));
    }
    for status in [200, 300, 304, 305] {
        let timeline = visited(move || redirect(status, "/end")).await;
        assert_eq!((navigations(&timeline).len(), ends(&timeline)[0]), (1, Ended::Page { browser: 0 }), "{status}");
    }
    let two = |other: &'static str| {
        move || {
            (StatusCode::FOUND, axum::response::AppendHeaders([("location", "/end"), ("location", other)]))
                .into_response()
        }
    };
    assert_eq!(navigations(&visited(two("/end")).await).len(), 2);
    let timeline = visited(two("/other")).await;
    let only = navigations(&timeline)[0];
    assert_eq!((only.failure, only.status), (Some(FailureKind::Broken), Some(302)));
    let timeline = visited(|| redirect(302, "http://[")).await;
    assert_eq!(navigations(&timeline)[0].failure, Some(FailureKind::Broken));
}

#[tokio::test]
async fn nobody_is_followed_to_a_place_that_was_not_named() {
    let (trap, asked) = serve(Router::new().fallback(|| async { "trap" })).await;
    let trap = trap.join("/").unwrap().to_string();
    let user = trap.replace("http://", "http://an:s3cret-of-an-0123@");
    for to in [
        "http://169.254.169.254/latest/meta-data/".to_owned(),
        "http://[fd00:ec2::254]/".to_owned(),
        "file:///etc/passwd".to_owned(),
        "data:text/html,<p>x".to_owned(),
        "javascript:alert(1)".to_owned(),
        "ftp://127.0.0.1/".to_owned(),
        "//localhost:1/".to_owned(),
        trap,
        user,
    ] {
        let place = to.clone();
        let timeline = visited(move || redirect(302, &place)).await;
        assert_eq!(ends(&timeline), [Ended::Elsewhere { browser: 0 }], "{to}");
        let last = navigations(&timeline)[1];
        assert_eq!((last.failure, last.status), (Some(FailureKind::ForeignOrigin), None), "{to}");
        assert!(!last.url.contains("s3cret-of"), "{}", last.url);
    }
    let long = format!("/{}", "a".repeat(5000));
    let timeline = visited(move || redirect(302, &long)).await;
    assert_eq!(navigations(&timeline)[1].failure, Some(FailureKind::Limit));
    assert!(asked.lock().unwrap().is_empty());
}

#[tokio::test]
async fn loops_and_ten_thousand_hops_end() {
    let timeline = visited(|| redirect(302, "/")).await;
    assert_eq!(ends(&timeline), [Ended::TooManyRedirects { browser: 0 }]);
    assert_eq!(navigations(&timeline).len(), 21);
    let app = |_| {
        let hop = |Path(n): Path<u32>| async move { redirect(307, &format!("/hop/{}", n + 1)) };
        let cookies = || async {
            let headers: HeaderMap = (0..90)
                .map(|n| ("set-cookie".parse().unwrap(), format!("c{n}={n}; Path=/").parse().unwrap()))
                .collect();
            (StatusCode::FOUND, [("location", "/hop/1")], headers).into_response()
        };
        Router::new().route("/", get(cookies)).route("/hop/{n}", get(hop))
    };
    let world = World::of(app, Events::default()).await;
    let timeline = world.visit([Act::Start, Act::Again]).await;
    assert_eq!(ends(&timeline), [Ended::TooManyRedirects { browser: 0 }; 2]);
    let all = navigations(&timeline);
    assert_eq!((all.len(), all[0].cookies.len()), (42, 50));
}

#[tokio::test]
async fn an_application_that_asks_again_and_again_is_left_at_the_login_page() {
    let app = |places: Places| {
        let again = move |headers: HeaderMap| async move {
            let host = headers["host"].to_str().unwrap().to_owned();
            redirect(
                302,
                &format!("{}/auth?redirect_uri=http://{host}/&state=s", places.acm.replace("/api/", "/other/../api/")),
            )
        };
        Router::new().route("/", get(again))
    };
    // Its own session at ACM makes it a loop of redirects.
    let world = World::of(app, Events::default()).await;
    let timeline = world.visit([Act::LogIn(Citizen::Subject)]).await;
    assert_eq!(ends(&timeline), [Ended::TooManyRedirects { browser: 0 }]);
}

#[tokio::test]
async fn no_form_but_that_of_our_own_acm_is_filled_in() {
    const FORM: &str = "<form method=post action=/login><button name=citizen value=an></form>";
    let app = |_| Router::new().route("/", get(|| async { Html(FORM) })).route("/login", post(|| async { "taken" }));
    let world = World::of(app, Events::default()).await;
    let timeline = world.visit([Act::LogIn(Citizen::Subject)]).await;
    assert_eq!(ends(&timeline), [Ended::Page { browser: 0 }]);
    assert!(world.seen_by_app.lock().unwrap().iter().all(|seen| seen.method == "GET"));
}

#[tokio::test]
async fn huge_pages_and_slow_ones_end() {
    let huge = || ([("content-type", "text/html")], "<p>word ".repeat(1_500_000)).into_response();
    let timeline = visited(huge).await;
    let page = &navigations(&timeline)[0].page;
    assert_eq!((page.kind, page.bytes, page.truncated), (PageKind::Html, 2 * 1024 * 1024, true));
    for head in ["", "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 100000\r\n\r\n"] {
        let slow = serve_raw(move |mut stream| async move {
            let _ = stream.write_all(head.as_bytes()).await;
            while !head.is_empty() && stream.write_all(b"<").await.is_ok() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            std::future::pending::<()>().await;
        })
        .await;
        let world = World::of(honest, Events::default()).await;
        let exchange = world
            .exchange(Visit::of(START), |settings| {
                let SubjectSetup::Application(application) = &mut settings.setup.subject else { panic!() };
                application.start_url = Some(slow.join("/").unwrap().to_string());
                settings.timeout = Duration::from_millis(1500);
            })
            .await;
        let timeline = read(&exchange);
        let [Ended::NoAnswer { browser: 0, ms }] = ends(&timeline)[..] else { panic!("{timeline:?}") };
        assert!((1_400..20_000).contains(&ms), "{ms}");
        let only = navigations(&timeline)[0];
        assert_eq!(only.failure, Some(FailureKind::Timeout));
        assert_eq!(only.status, (!head.is_empty()).then_some(200));
    }
}

#[tokio::test]
async fn whatever_is_given_away_is_masked_by_its_name() {
    let names = "token code state nonce id_token access_token refresh_token client_secret client_assertion \
                 login_hint session_state papi_token code_verifier code_challenge subject_token actor_token";
    for name in names.split_whitespace() {
        let value = "9zQ4-k7Lm2Xp8Rw1";
        let answer = move || {
            let html = format!("<p>{value}</p><form action=/end?{name}={value}>");
            let headers = [
                ("content-type", "text/html".to_owned()),
                ("referrer-policy", "unsafe-url".to_owned()),
                ("set-cookie", format!("{name}={value}; Path=/")),
                ("refresh", format!("0; url=/end?{name}={value}#{name}={value}")),
            ];
            (headers, html).into_response()
        };
        let world = World::of(start(answer), Events::default()).await;
        let exchange = world
            .exchange(Visit::of(START), |settings| {
                let SubjectSetup::Application(application) = &mut settings.setup.subject else { panic!() };
                application.start_url = Some(world.app.join(&format!("/?{name}={value}")).unwrap().to_string());
            })
            .await;
        let json = serde_json::to_string(&answer_of(&exchange)).unwrap();
        assert!(!json.contains(value) && !json.contains("9zQ4"), "{name}: {json}");
        let timeline = read(&exchange);
        let last = navigations(&timeline)[1];
        let surrogate = last.url.rsplit('=').next().unwrap().to_owned();
        assert!(surrogate.starts_with("TOKEN-"), "{}", last.url);
        let referer = last.referer.as_ref().unwrap();
        assert!(referer.ends_with(&format!("?{name}={surrogate}")), "{referer}");
        assert_eq!(last.url.matches(&surrogate).count(), 2, "{}", last.url);
    }
}

fn answer_of(exchange: &Exchange) -> &Value {
    answer(exchange).json().unwrap()
}

#[tokio::test]
async fn an_error_page_tells_what_it_tells() {
    let trace = "<h1>Error</h1><pre>invalid_target at com.example.Over.go(Over.java:42)</pre>";
    let timeline = visited(move || (StatusCode::INTERNAL_SERVER_ERROR, Html(trace)).into_response()).await;
    let only = navigations(&timeline)[0];
    assert_eq!((only.status, &only.page.tells[..]), (Some(500), &[Tell::StackTrace, Tell::OauthError][..]));
    let fine = "<p>Er ging iets mis.</p><script>const errors = ['invalid_target', 'access_denied']</script>";
    let timeline = visited(move || Html(fine).into_response()).await;
    assert!(navigations(&timeline)[0].page.tells.is_empty());
}

#[tokio::test]
async fn a_body_that_breaks_off_is_an_answer() {
    let head = b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 5000\r\n\r\n<p>half";
    let broken = serve_bytes(head.to_vec()).await;
    let world = World::of(honest, Events::default()).await;
    let exchange = world
        .exchange(Visit::of(START), |settings| {
            let SubjectSetup::Application(application) = &mut settings.setup.subject else { panic!() };
            application.start_url = Some(broken.join("/").unwrap().to_string());
        })
        .await;
    let timeline = read(&exchange);
    let only = navigations(&timeline)[0];
    assert_eq!((only.status, only.failure), (Some(200), Some(FailureKind::Broken)));
    assert_eq!(ends(&timeline), [Ended::Page { browser: 0 }]);
}
