//! Visits against a small application, with an ACM that only knows what the driver needs of it. MBP is a server that is
//! asked nothing, but where a visit says so.

mod at_mbp;
mod hostile;
mod ordinary;

use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse as _, Response as Answered};
use axum::routing::{get, post};
use axum::{Form, Json};
use serde_json::{Value, json};

use super::*;
use crate::evidence::exchange::visit::{Act, Ended, HandOver, Issued, Navigation, Received as Heard, Timeline, What};
use crate::evidence::exchange::{IssuerCall, Visit};
use crate::evidence::setup::{ApplicationSetup, MbpSetup};

const TEMPORARY: &str = "tmp~4f8a1c3b5d+7e9f/5f0c2b9d==";
const SESSION: &str = "5e55-10n0a1b2c3d4e5f6a7b8c9d";
const TICKET: &str = "t1cket-0f1e2d3c4b5a69788796";

/// An application with what is around it.
struct World {
    app: Url,
    acm: Url,
    mbp: Url,
    seen_by_app: Log,
    seen_by_acm: Log,
    seen_by_mbp: Log,
}

/// What our ACM tells of a visit.
type Events = Arc<Mutex<Vec<Value>>>;

/// Where the others are.
#[derive(Clone, Debug)]
struct Places {
    acm: String,
    mbp: String,
}

impl World {
    /// A world with this application in it.
    async fn of(app: impl FnOnce(Places) -> Router, events: Events) -> Self {
        let (mbp, seen_by_mbp) = serve(Router::new().fallback(|| async { "MBP" })).await;
        let (acm, seen_by_acm) = serve(acm(events)).await;
        let mbp = mbp.join("/").unwrap();
        let places = Places { acm: acm.to_string(), mbp: mbp.to_string() };
        let (app, seen_by_app) = serve(app(places)).await;
        Self { app: app.join("/").unwrap(), acm, mbp, seen_by_app, seen_by_acm, seen_by_mbp }
    }

    fn settings(&self, vault: &Vault) -> Settings {
        let auth = ClientAuth::Post(SECRET.into());
        let mut settings = with_issuer(&self.app, &self.acm, auth, vault);
        let page = |path: &str| self.app.join(path).unwrap().to_string();
        settings.setup.subject = SubjectSetup::Application(Box::new(ApplicationSetup {
            follows: false,
            hands_in: false,
            start_url: Some(page("/")),
            hand_over_urls: vec![page("/over"), page("/over?page=2")],
            logout_url: Some(page("/logout")),
            mbp: MbpSetup { client_id: "mbp".to_owned(), base_url: self.mbp.to_string() },
            stand_in: true,
        }));
        settings.timeout = Duration::from_secs(5);
        settings
    }

    fn transport(&self, vault: &Arc<Vault>, change: impl FnOnce(&mut Settings)) -> Arc<Transport> {
        let mut settings = self.settings(vault);
        change(&mut settings);
        let mut transport = Transport::new(settings, vault.clone()).unwrap();
        transport.visits.grace = Duration::ZERO;
        Arc::new(transport)
    }

    async fn exchange(&self, visit: Visit, change: impl FnOnce(&mut Settings)) -> Exchange {
        let vault = vault();
        let transport = self.transport(&vault, change);
        transport.clone().send(Request::issuer(IssuerCall::Discovery)).await;
        let asks = visit.steps.iter().any(|step| step.0.iter().any(|deed| deed.act == Act::Follow));
        let exchange = tokio::spawn(transport.send(Request::visit(visit))).await.unwrap();
        assert_clean(std::slice::from_ref(&exchange), &vault);
        assert!(asks || self.seen_by_mbp.lock().unwrap().is_empty(), "MBP was asked something");
        if let Some(body) = exchange.result.as_ref().ok().and_then(Response::json) {
            // As whoever reads the evidence looks at it, who knows the marks alone.
            assert!(Vault::of_marks(&vault.marks()).unwrap().is_masked_json(body), "{body}");
        }
        let json = serde_json::to_string(&exchange).unwrap();
        for raw in [TEMPORARY, SESSION, TICKET, "tmp%7E"] {
            assert!(!json.contains(raw), "{raw} in {json}");
        }
        exchange
    }

    async fn visit(&self, acts: impl IntoIterator<Item = Act>) -> Timeline {
        read(&self.exchange(Visit::of(acts), |_| {}).await)
    }

    /// What our ACM was told.
    fn told(&self) -> Vec<String> {
        let control = |seen: &Seen| seen.target.ends_with("/control").then(|| seen.body.clone());
        let told = self.seen_by_acm.lock().unwrap().iter().filter_map(control).collect::<Vec<_>>();
        told.iter().map(|body| body.split("&client_id").next().unwrap().to_owned()).collect()
    }
}

/// The facts, read as strictly as from a file.
fn read(exchange: &Exchange) -> Timeline {
    let json = answer(exchange).json().unwrap();
    let timeline: Timeline = serde_json::from_value(json.clone()).unwrap();
    assert_eq!(serde_json::to_value(&timeline).unwrap(), *json);
    timeline
}

fn ends(timeline: &Timeline) -> Vec<Ended> {
    let end = |what: &What| if let What::Ended(ended) = what { Some(*ended) } else { None };
    timeline.facts.iter().filter_map(|fact| end(&fact.what)).collect()
}

fn navigations(timeline: &Timeline) -> Vec<&Navigation> {
    let all = timeline.facts.iter().filter_map(|fact| match &fact.what {
        What::Navigation(one) => Some(one),
        _ => None,
    });
    all.collect()
}

fn hand_overs(timeline: &Timeline) -> Vec<&HandOver> {
    let all = timeline.facts.iter().filter_map(|fact| match &fact.what {
        What::HandOver(one) => Some(one),
        _ => None,
    });
    all.collect()
}

fn issued(timeline: &Timeline) -> Vec<&Issued> {
    let all = timeline.facts.iter().filter_map(|fact| match &fact.what {
        What::Issued(one) => Some(one),
        _ => None,
    });
    all.collect()
}

fn heard(timeline: &Timeline) -> Vec<&Heard> {
    let all = timeline.facts.iter().filter_map(|fact| match &fact.what {
        What::Received(one) => Some(one),
        _ => None,
    });
    all.collect()
}

fn redirect(status: u16, to: &str) -> Answered {
    (StatusCode::from_u16(status).unwrap(), [("location", to)]).into_response()
}

/// Our ACM, as far as a driver needs one: discovery, the login page, and the control endpoint.
fn acm(events: Events) -> Router {
    let discovery = |headers: HeaderMap| async move {
        let issuer = format!("http://{}/api/v1", headers["host"].to_str().unwrap());
        Json(json!({
            "issuer": issuer,
            "authorization_endpoint": format!("{issuer}/auth"),
            "token_endpoint": format!("{issuer}/token"),
            "bronkeur_control": format!("{issuer}/control"),
        }))
    };
    let auth = |headers: HeaderMap, Query(query): Query<BTreeMap<String, String>>| async move {
        let ticket = format!("{}|{}|{TICKET}", query["redirect_uri"], query["state"]);
        if headers.get("cookie").is_some_and(|cookies| cookies.to_str().unwrap().contains("acm=")) {
            return login(&ticket);
        }
        Html(format!(
            "<h1>ACM</h1><form method=post action=/api/v1/login><input type=hidden name=ticket value='{ticket}'>
             <button name=citizen value=an>an</button><button name=citizen value=bo>bo</button></form>"
        ))
        .into_response()
    };
    let entered = |Form(form): Form<BTreeMap<String, String>>| async move {
        assert!(["an", "bo"].contains(&form["citizen"].as_str()));
        login(&form["ticket"])
    };
    let control = |State(events): State<Events>, Form(form): Form<BTreeMap<String, String>>| async move {
        Json(match form["action"].as_str() {
            "visit" => json!({ "visit": "begun" }),
            "expire" => json!({ "expired": 1 }),
            _ => json!({ "events": *events.lock().unwrap() }),
        })
    };
    Router::new()
        .route("/api/v1/.well-known/openid-configuration", get(discovery))
        .route("/api/v1/auth", get(auth))
        .route("/api/v1/login", post(entered))
        .route("/api/v1/control", post(control))
        .with_state(events)
}

fn login(ticket: &str) -> Answered {
    let (to, rest) = ticket.split_once('|').unwrap();
    let (state, _) = rest.split_once('|').unwrap();
    let to = format!("{to}?code=c0de-1a2b3c4d5e6f7a8b&state={state}");
    let cookie = format!("acm={SESSION}; Path=/api; HttpOnly");
    (StatusCode::SEE_OTHER, [("location", to), ("set-cookie", cookie)]).into_response()
}

/// An application that does all as it should.
fn honest(places: Places) -> Router {
    honest_but(places, |to| {
        let cache = ("cache-control", "no-store".to_owned());
        (StatusCode::FOUND, [("location", to), cache]).into_response()
    })
}

/// The same, but for how it hands over.
fn honest_but(places: Places, hand_over: fn(String) -> Answered) -> Router {
    let is_in = |headers: &HeaderMap| headers.get("cookie").is_some_and(|c| c.to_str().unwrap().contains("sid="));
    let to_login = |places: &Places, headers: &HeaderMap| {
        let back = format!("http://{}/callback", headers["host"].to_str().unwrap());
        let back: String = url::form_urlencoded::byte_serialize(back.as_bytes()).collect();
        redirect(302, &format!("{}/auth?client_id=app&redirect_uri={back}&state=5t4te-00112233445566", places.acm))
    };
    let start = move |State(places): State<Places>, headers: HeaderMap| async move {
        if is_in(&headers) {
            Html("<a href=/over>Naar Mijn Burgerprofiel</a>").into_response()
        } else {
            to_login(&places, &headers)
        }
    };
    let callback = || async {
        let cookie = format!("sid={SESSION}; Path=/; HttpOnly; SameSite=Lax");
        (StatusCode::FOUND, [("location", "/".to_owned()), ("set-cookie", cookie)]).into_response()
    };
    let over = move |State(places): State<Places>, headers: HeaderMap| async move {
        if !is_in(&headers) {
            return to_login(&places, &headers);
        }
        let token: String = url::form_urlencoded::byte_serialize(TEMPORARY.as_bytes()).collect();
        hand_over(format!("{}meldingen?token={token}", places.mbp))
    };
    let logout = || async { (StatusCode::OK, [("set-cookie", "sid=; Path=/; Max-Age=0")], "bye").into_response() };
    Router::new()
        .route("/", get(start))
        .route("/callback", get(callback))
        .route("/over", get(over))
        .route("/logout", get(logout))
        .with_state(places)
}
