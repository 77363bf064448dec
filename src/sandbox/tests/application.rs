//! The application as a browser sees it: login, hand-over, refusals, two citizens, logout.

use std::collections::BTreeMap;
use std::sync::Arc;

use reqwest::{Client, Method, Url};
use serde_json::Value;
use tokio::sync::Mutex;

use crate::sandbox::application::behaviour::{
    Authentication, Behaviour, Build, Expired, Keeps, Nobody, Order, Refusal, Unrefreshed,
};
use crate::sandbox::application::world::ApplicationSandbox;

/// Redirects that are followed, and then some.
const MOST: usize = 12;

/// A browser with cookies of its own.
#[derive(Clone)]
struct Browser {
    http: Client,
    cookies: Arc<Mutex<BTreeMap<String, String>>>,
}

/// Where a browser came to rest.
#[derive(Debug)]
struct Rest {
    url: Url,
    status: u16,
    body: String,
    headers: BTreeMap<String, String>,
}

struct World {
    sandbox: ApplicationSandbox,
    http: Client,
}

impl World {
    async fn start(behaviour: Behaviour) -> Self {
        let sandbox = ApplicationSandbox::start(behaviour, 0).await.unwrap();
        let ca = sandbox.sso().ca_pem().map(|ca| reqwest::Certificate::from_pem(ca.as_bytes()).unwrap());
        let builder = Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).tls_certs_only(ca);
        Self { http: builder.build().unwrap(), sandbox }
    }

    fn browser(&self) -> Browser {
        Browser { http: self.http.clone(), cookies: Arc::default() }
    }

    fn is_at_mbp(&self, rest: &Rest) -> bool {
        rest.url.as_str().starts_with(self.sandbox.sso().mbp_base_url())
    }

    /// Opens an address and goes on until a page or MBP; at ACM's login page this citizen logs in.
    async fn open(&self, browser: &Browser, url: &str, citizen: &str) -> Rest {
        let (mut method, mut url, mut form) = (Method::GET, Url::parse(url).unwrap(), None);
        for _ in 0..MOST {
            let rest = self.go(browser, method, url, form.take()).await;
            let location = rest.headers.get("location").filter(|_| (300..400).contains(&rest.status));
            if let Some(location) = location {
                (method, url) = (Method::GET, rest.url.join(location).unwrap());
                if url.as_str().starts_with(self.sandbox.sso().mbp_base_url()) {
                    return Rest { url, ..rest };
                }
            } else if rest.url.as_str().starts_with(self.sandbox.sso().issuer())
                && rest.body.contains("name=\"ticket\"")
            {
                let ticket = rest.body.split("name=\"ticket\"").nth(1).unwrap().split("value=\"").nth(1).unwrap();
                let ticket = ticket.split('"').next().unwrap().to_owned();
                form = Some(vec![("ticket".to_owned(), ticket), ("citizen".to_owned(), citizen.to_owned())]);
                (method, url) = (Method::POST, rest.url.join("/op/v1/login").unwrap());
            } else if rest.body.contains("<button>Verder</button>") && !rest.body.contains("_csrf") {
                (method, url, form) = (Method::POST, rest.url, Some(Vec::new()));
            } else {
                return rest;
            }
        }
        panic!("redirects without end");
    }

    async fn go(&self, browser: &Browser, method: Method, url: Url, form: Option<Vec<(String, String)>>) -> Rest {
        let cookies: Vec<String> =
            browser.cookies.lock().await.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut request = browser.http.request(method, url.clone()).header("cookie", cookies.join("; "));
        if let Some(form) = form {
            request = request.form(&form);
        }
        let response = request.send().await.unwrap();
        for cookie in response.headers().get_all("set-cookie") {
            let (name, rest) = cookie.to_str().unwrap().split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            let mut cookies = browser.cookies.lock().await;
            if value.is_empty() {
                cookies.remove(name);
            } else {
                assert!(rest.contains("; Secure; HttpOnly; SameSite=Lax") || name == "bronkeur_acm", "{rest}");
                cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let headers = response.headers().iter();
        let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
        let status = response.status().as_u16();
        Rest { url, status, headers, body: response.text().await.unwrap() }
    }

    /// The citizen's name, as MBP greets whoever comes with this.
    async fn greeted(&self, rest: &Rest) -> String {
        let response = self.http.get(rest.url.clone()).send().await.unwrap();
        response.text().await.unwrap()
    }

    /// What ACM was asked since this was asked last, its own way of asking included.
    async fn control(&self, action: &str) -> Value {
        let client = self.sandbox.sso().client();
        let form = [("client_id", client.id.as_str()), ("client_secret", client.secret.as_str())];
        let action = url::form_urlencoded::parse(action.as_bytes()).into_owned();
        let mut all: Vec<(String, String)> = form.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        all.extend(action);
        let request = self.http.post(format!("{}/bronkeur/control", self.sandbox.sso().issuer()));
        let response = request.header("user-agent", "bronkeur/0").form(&all).send().await.unwrap();
        serde_json::from_str(&response.text().await.unwrap()).unwrap()
    }
}

fn token(rest: &Rest) -> Option<String> {
    rest.url.query_pairs().find(|(name, _)| name == "token").map(|(_, value)| value.into_owned())
}

#[tokio::test]
async fn a_citizen_logs_in_and_lands_on_the_chosen_page_each_time_with_a_token_of_its_own() {
    let mut buildings = vec![Build::default()];
    buildings.push(Build { keeps: Keeps::Cookie, login_in_cookie: true, ..Build::default() });
    buildings.push(Build { keeps: Keeps::Open, cookie: "sessie", prefix: "/loket", ..Build::default() });
    buildings.push(Build { authentication: Authentication::Basic, locale: true, detour: true, ..Build::default() });
    buildings.push(Build { authentication: Authentication::PrivateKeyJwt, redirect: 307, ..Build::default() });
    buildings.push(Build { asks_first: true, redirect: 307, keeps_actor: true, relative: true, ..Build::default() });
    buildings.push(Build { keeps_exchanged: true, order: Order::Reversed, extra: true, ..Build::default() });
    for build in buildings {
        let world = World::start(Behaviour { build: build.clone(), ..Behaviour::default() }).await;
        let browser = world.browser();
        let start = world.open(&browser, world.sandbox.start_url(), "an").await;
        assert_eq!((start.status, start.body.contains("Afmelden")), (200, true), "{build:?}: {start:?}");
        let mut seen = Vec::new();
        for (place, url) in
            world.sandbox.hand_over_urls().iter().enumerate().chain([(1, &world.sandbox.hand_over_urls()[1])])
        {
            let rest = world.open(&browser, url, "an").await;
            assert!(world.is_at_mbp(&rest), "{build:?}: {rest:?}");
            assert_eq!(rest.url.path(), ["/", "/meldingen"][place]);
            assert_eq!(rest.headers["cache-control"], "no-store");
            assert_eq!(rest.headers["referrer-policy"], "no-referrer");
            seen.push(token(&rest).unwrap());
            let greeted = world.greeted(&rest).await;
            assert!(greeted.contains("Zandbak") || greeted.to_lowercase().contains("an"), "{greeted}");
        }
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 3);
        let out = world.open(&browser, world.sandbox.logout_url(), "an").await;
        assert!(out.body.contains("afgemeld"), "{build:?}: {out:?}");
        // ACM's session is over too: the login page is shown, and Bo logs in.
        let rest = world.open(&browser, &world.sandbox.hand_over_urls()[0], "bo").await;
        assert!(world.is_at_mbp(&rest) && token(&rest).is_some(), "{build:?}: {rest:?}");
    }
}

#[tokio::test]
async fn clicks_at_the_same_time_do_not_break_each_other() {
    for keeps in [Keeps::Server, Keeps::Cookie] {
        let build = Build { keeps, ..Build::default() };
        let world = World::start(Behaviour { build, ..Behaviour::default() }).await;
        let (an, bo) = (world.browser(), world.browser());
        world.open(&an, world.sandbox.start_url(), "an").await;
        world.open(&bo, world.sandbox.start_url(), "bo").await;
        let url = &world.sandbox.hand_over_urls()[1];
        let all = tokio::join!(
            world.open(&an, url, "an"),
            world.open(&an, url, "an"),
            world.open(&bo, url, "bo"),
            world.open(&an, url, "an")
        );
        let mut tokens: Vec<_> = [&all.0, &all.1, &all.2, &all.3].map(|rest| token(rest).unwrap()).to_vec();
        tokens.sort();
        tokens.dedup();
        assert_eq!(tokens.len(), 4);
        assert!(token(&world.open(&an, url, "an").await).is_some(), "{keeps:?}");
    }
}

#[tokio::test]
async fn whoever_is_not_signed_in_logs_in_and_goes_on() {
    for (nobody, has_token) in [(Nobody::LogsIn, true), (Nobody::ToMbp, false)] {
        let world = World::start(Behaviour { nobody, ..Behaviour::default() }).await;
        let rest = world.open(&world.browser(), &world.sandbox.hand_over_urls()[1], "cy").await;
        assert_eq!((world.is_at_mbp(&rest), token(&rest).is_some()), (true, has_token), "{rest:?}");
        assert_eq!(rest.url.path(), "/meldingen");
    }
}

#[tokio::test]
async fn refusals_lead_to_mbp_without_token_or_to_a_page_that_says_what_to_do() {
    let conducts = [
        "acm=refuses_exchange&mbp=as_usual",
        "acm=fails_at_exchange&mbp=as_usual",
        "acm=as_usual&mbp=refuses",
        "acm=as_usual&mbp=fails",
        "acm=as_usual&mbp=talks_nonsense",
        "acm=as_usual&mbp=hangs",
    ];
    let ways = [
        Behaviour::default(),
        Behaviour { at_acm: Refusal::Page, at_mbp: Refusal::Page, gives_refresh: false, ..Behaviour::default() },
    ];
    for behaviour in ways {
        let (is_page, world) = (behaviour.at_acm == Refusal::Page, World::start(behaviour).await);
        for conduct in conducts {
            let browser = world.browser();
            world.control(&format!("action=visit&{conduct}")).await;
            world.open(&browser, world.sandbox.start_url(), "an").await;
            let began = std::time::Instant::now();
            let rest = world.open(&browser, &world.sandbox.hand_over_urls()[1], "an").await;
            assert!(began.elapsed().as_secs() < 3);
            assert_eq!((world.is_at_mbp(&rest), token(&rest)), (!is_page, None), "{conduct}: {rest:?}");
            assert!(!is_page || (rest.status == 200 && rest.body.contains("zelf")), "{conduct}: {rest:?}");
            world.control("action=told").await;
        }
    }
}

#[tokio::test]
async fn an_expired_token_is_refreshed_or_the_citizen_logs_in_anew() {
    let unrefreshed = [Unrefreshed::LogsIn, Unrefreshed::Asks, Unrefreshed::Tries];
    let refreshed = Behaviour::default();
    let without = unrefreshed.map(|unrefreshed| Behaviour {
        build: Build { unrefreshed, ..Build::default() },
        gives_refresh: false,
        ..Behaviour::default()
    });
    for behaviour in [vec![refreshed], without.to_vec()].concat() {
        assert_eq!(behaviour.expired, Expired::LogsIn);
        let told = format!("{behaviour:?}");
        let world = World::start(behaviour).await;
        let browser = world.browser();
        world.control("action=visit&acm=as_usual&mbp=as_usual").await;
        world.open(&browser, world.sandbox.start_url(), "an").await;
        for _ in 0..2 {
            let rest = world.open(&browser, &world.sandbox.hand_over_urls()[1], "an").await;
            assert!(token(&rest).is_some(), "{told}: {rest:?}");
            let expired = world.control("action=expire").await;
            assert!(expired["expired"].as_u64() > Some(0), "{expired}");
        }
    }
}

#[tokio::test]
async fn odd_tokens_and_a_fuller_answer_are_all_right() {
    for conduct in ["acm=odd_tokens&mbp=odd_tokens", "acm=as_usual&mbp=answers_more"] {
        for keeps in [Keeps::Server, Keeps::Cookie, Keeps::Open] {
            let build = Build { keeps, ..Build::default() };
            let world = World::start(Behaviour { build, ..Behaviour::default() }).await;
            let browser = world.browser();
            world.control(&format!("action=visit&{conduct}")).await;
            world.open(&browser, world.sandbox.start_url(), "an").await;
            for _ in 0..2 {
                let rest = world.open(&browser, &world.sandbox.hand_over_urls()[1], "an").await;
                assert!(token(&rest).is_some(), "{conduct}, {keeps:?}: {rest:?}");
            }
            let longest = browser.cookies.lock().await.values().map(String::len).max().unwrap();
            assert!(longest < 4000, "{longest}");
        }
    }
}

#[tokio::test]
async fn a_login_of_another_browser_is_refused() {
    let world = World::start(Behaviour::default()).await;
    let (an, thief) = (world.browser(), world.browser());
    let url = Url::parse(world.sandbox.start_url()).unwrap();
    let to_acm = world.go(&an, Method::GET, url, None).await;
    // The same address in a browser without the cookie of that login.
    let rest = world.open(&thief, &to_acm.headers["location"], "bo").await;
    assert_eq!((rest.status, rest.body.contains("niet gelukt")), (400, true), "{rest:?}");
    assert!(thief.cookies.lock().await.keys().all(|name| name == "bronkeur_acm"));
}
