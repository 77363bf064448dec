//! Refresh tokens: rotated, written back, never sent twice.

use axum::extract::{Form, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response as Answer};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::json;

use super::*;
use crate::base::files::write_secret;
use crate::evidence::exchange::{Auth, FailureKind, Grant, IssuerCall};
use crate::profile::login::TokenFile;

const FIRST: &str = "rt-first-4e7f8a1c3b5d7e9f";
const NEXT: &str = "rt-next-";

/// How the token endpoint answers a refresh.
#[derive(Clone, Copy)]
enum Mood {
    Rotates,
    SaysInvalidClient,
    SaysInvalidGrant,
    Breaks,
}

/// An issuer that counts: the n-th refresh token is worth the n-th access token, each once.
fn issuer(mood: Mood) -> Router {
    let used = Arc::new(Mutex::new(std::collections::BTreeSet::new()));
    let discovery = |headers: HeaderMap| async move {
        let host = headers["host"].to_str().unwrap().to_owned();
        Json(json!({"issuer": format!("http://{host}/op"), "token_endpoint": format!("http://{host}/op/v1/token")}))
    };
    let token = move |State(used): State<Arc<Mutex<_>>>, Form(form): Form<BTreeMap<String, String>>| async move {
        let refuse = |error: &str| (StatusCode::BAD_REQUEST, Json(json!({"error": error}))).into_response();
        match (form["grant_type"].as_str(), mood) {
            ("refresh_token", Mood::SaysInvalidClient) => refuse("invalid_client"),
            ("refresh_token", Mood::SaysInvalidGrant) => refuse("invalid_grant"),
            ("refresh_token", Mood::Breaks) => StatusCode::BAD_GATEWAY.into_response(),
            ("refresh_token", Mood::Rotates) => rotated(&used, &form["refresh_token"], &refuse),
            ("client_credentials", _) => Json(json!({"access_token": "actor-token-5f0c2b9d"})).into_response(),
            _ => Json(json!({"access_token": format!("tx-for-{}", form["subject_token"])})).into_response(),
        }
    };
    Router::new()
        .route("/op/.well-known/openid-configuration", get(discovery))
        .route("/op/v1/token", post(token))
        .with_state(used)
}

fn rotated(used: &Mutex<std::collections::BTreeSet<String>>, token: &str, refuse: &dyn Fn(&str) -> Answer) -> Answer {
    let mut used = used.lock().unwrap();
    if !used.insert(token.to_owned()) {
        return refuse("invalid_grant");
    }
    let n = used.len();
    let answer =
        json!({"access_token": format!("access-token-{n}"), "refresh_token": format!("{NEXT}{n}"), "expires_in": 60});
    Json(answer).into_response()
}

struct World {
    folder: tempfile::TempDir,
    issuer: Url,
    log: Log,
}

impl World {
    async fn new(mood: Mood) -> Self {
        let (issuer, log) = serve(issuer(mood)).await;
        let folder = tempfile::tempdir().unwrap();
        write_secret(folder.path(), "token", FIRST.as_bytes()).unwrap();
        Self { folder, issuer, log }
    }

    /// One run: what came of the exchange for the subject, after all that it needs.
    async fn run(&self) -> (Vec<Exchange>, Arc<Transport>) {
        let vault = vault();
        let mut settings =
            with_issuer(&self.issuer, &self.issuer.join("/op").unwrap(), ClientAuth::Post(SECRET.into()), &vault);
        settings.subject_tokens = BTreeMap::new();
        settings.keepers = [(Citizen::Subject, TokenFile::new(&self.folder.path().join("token")))].into();
        settings.setup.citizens.get_mut(&Citizen::Subject).unwrap().refreshes = true;
        let transport = transport(settings, &vault);
        let token = |grant| Request::issuer(IssuerCall::Token(grant));
        let exchange = token(Grant::Exchange(Citizen::Subject));
        let needs = transport.settings.setup.needs(&exchange);
        assert!(needs.contains(&token(Grant::Refresh(Citizen::Subject))));
        let mut exchanges = Vec::new();
        for request in needs.into_iter().chain([exchange]) {
            exchanges.push(transport.clone().send(request).await);
        }
        assert_clean(&exchanges, &vault);
        let json = serde_json::to_string(&exchanges).unwrap();
        assert!(!json.contains("rt-") && !json.contains("access-token-"), "{json}");
        (exchanges, transport)
    }

    fn kept(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("token")).unwrap()
    }

    /// The refresh tokens that the issuer saw, in order.
    fn sent(&self) -> Vec<String> {
        let seen = self.log.lock().unwrap();
        let forms = seen.iter().map(|seen| url::form_urlencoded::parse(seen.body.as_bytes()).into_owned());
        forms.filter_map(|mut form| form.find(|(name, _)| name == "refresh_token").map(|(_, value)| value)).collect()
    }
}

#[tokio::test]
async fn each_run_uses_the_token_that_the_last_one_left() {
    let world = World::new(Mood::Rotates).await;
    let (exchanges, transport) = world.run().await;
    assert_eq!(answer(exchanges.last().unwrap()).status, 200);
    // The token before the exchange is the one that the refresh brought.
    let unexchanged = transport.credential(Auth::Unexchanged).unwrap().unwrap();
    assert_eq!(secrecy::ExposeSecret::expose_secret(&unexchanged.token), "access-token-1");
    assert_eq!(world.kept(), "rt-next-1\n");
    world.run().await;
    assert_eq!(world.kept(), "rt-next-2\n");
    assert_eq!(world.sent(), [FIRST, "rt-next-1"]);
}

#[tokio::test]
async fn a_refresh_token_that_is_exchanged_by_mistake_stays_where_it_is() {
    let world = World::new(Mood::Rotates).await;
    let (_, transport) = world.run().await;
    assert_eq!(world.kept(), "rt-next-1\n");
    let exchange = transport.clone().send(Request::token(Grant::RefreshAsSubject)).await;
    let seen = world.log.lock().unwrap().last().unwrap().body.clone();
    assert!(seen.contains("subject_token=rt-next-1"), "{seen}");
    assert!(!serde_json::to_string(&exchange).unwrap().contains("rt-next"));
    assert_eq!(world.kept(), "rt-next-1\n");
    // The next run can still use it.
    world.run().await;
    assert_eq!(world.kept(), "rt-next-2\n");
}

#[tokio::test]
async fn runs_at_once_burn_nothing() {
    let world = World::new(Mood::Rotates).await;
    let (a, b, c) = tokio::join!(world.run(), world.run(), world.run());
    for (exchanges, _) in [a, b, c] {
        assert_eq!(answer(exchanges.last().unwrap()).status, 200);
    }
    assert_eq!(world.sent(), [FIRST, "rt-next-1", "rt-next-2"]);
    assert_eq!(world.kept(), "rt-next-3\n");
}

#[tokio::test]
async fn a_run_that_is_stopped_does_not_lose_the_token() {
    let world = World::new(Mood::Rotates).await;
    let vault = vault();
    let mut settings =
        with_issuer(&world.issuer, &world.issuer.join("/op").unwrap(), ClientAuth::Post(SECRET.into()), &vault);
    settings.keepers = [(Citizen::Subject, TokenFile::new(&world.folder.path().join("token")))].into();
    let transport = transport(settings, &vault);
    transport.clone().send(Request::issuer(IssuerCall::Discovery)).await;
    let refresh = Request::issuer(IssuerCall::Token(Grant::Refresh(Citizen::Subject)));
    let task = tokio::spawn(transport.clone().send(refresh));
    // It has begun, and is thrown away as an interrupt does.
    while transport.unsettled.try_write().is_ok() {
        tokio::task::yield_now().await;
    }
    task.abort();
    transport.settled().await;
    assert_eq!(world.kept(), "rt-next-1\n");
}

#[tokio::test]
async fn what_the_issuer_used_or_may_have_used_is_not_sent_again() {
    for (mood, sent_twice) in [(Mood::SaysInvalidClient, true), (Mood::SaysInvalidGrant, false), (Mood::Breaks, false)]
    {
        let world = World::new(mood).await;
        for _ in 0..2 {
            let (exchanges, _) = world.run().await;
            let failure = failure(exchanges.last().unwrap());
            assert_eq!(failure.kind, FailureKind::NoToken);
        }
        assert_eq!(world.sent().len(), if sent_twice { 2 } else { 1 });
        assert_eq!(world.kept(), FIRST);
    }
}

#[tokio::test]
async fn where_nothing_can_be_written_nothing_is_sent() {
    let world = World::new(Mood::Rotates).await;
    // A folder in the place of the lock.
    std::fs::create_dir(world.folder.path().join("token.lock")).unwrap();
    let (exchanges, _) = world.run().await;
    let words = &failure(exchanges.last().unwrap()).detail.en;
    assert!(words.contains("the next refresh token would be lost"), "{words}");
    assert!(world.sent().is_empty());
}
