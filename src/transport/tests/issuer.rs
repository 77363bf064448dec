//! The calls to an issuer.

use axum::Json;
use axum::extract::Form;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use serde_json::{Value, json};

use super::*;
use crate::evidence::exchange::{Auth, FailureKind, Grant, IssuerCall};

const REFRESH: &str = "rt-77aa-one-more-refresh-token";

/// An issuer whose endpoints are where its discovery says. Tokens are named after what they were asked for.
fn acm() -> Router {
    let discovery = |headers: HeaderMap| async move {
        let host = headers["host"].to_str().unwrap().to_owned();
        Json(json!({
            "issuer": format!("http://{host}/op"),
            "token_endpoint": format!("http://{host}/op/v1/token"),
            "introspection_endpoint": format!("http://{host}/op/v1/introspect"),
        }))
    };
    let token = |Form(form): Form<BTreeMap<String, String>>| async move {
        if form.get("audience").is_some_and(|audience| audience == "another-api") {
            return (StatusCode::BAD_REQUEST, Json(json!({"error": "invalid_target", "error_description": SUBJECT})));
        }
        let token = match (form["grant_type"].as_str(), form.get("audience"), form.get("scope")) {
            ("client_credentials", None, _) => "actor-token-5f0c2b9d",
            ("client_credentials", Some(_), _) => "no-citizen-token-5f0c",
            (_, _, None) => "unscoped-token-5f0c2b9d",
            _ => "exchanged-token-5f0c2b",
        };
        let answer = json!({"access_token": token, "refresh_token": REFRESH, "token_type": "Bearer", "expires_in": 60});
        (StatusCode::OK, Json(answer))
    };
    let introspect = |Form(form): Form<BTreeMap<String, String>>| async move {
        let rrn = if form["token"].starts_with("actor") { json!("no number") } else { json!(SUBJECT) };
        Json(json!({"active": true, "aud": "the-source", "rrn": rrn, "given_name": "An", "sub": "x"}))
    };
    Router::new()
        .route("/op/.well-known/openid-configuration", get(discovery))
        .route("/op/v1/token", post(token))
        .route("/op/v1/introspect", post(introspect))
}

struct World {
    transport: Arc<Transport>,
    vault: Arc<Vault>,
    log: Log,
    source_log: Log,
}

impl World {
    async fn new(router: Router, auth: ClientAuth, change: impl FnOnce(&mut Settings)) -> Self {
        let (issuer, log) = serve(router).await;
        let (base, source_log) = serve(Router::new().fallback(|| async { "{}" })).await;
        let vault = vault();
        let mut settings = with_issuer(&base, &issuer.join("/op").unwrap(), auth, &vault);
        change(&mut settings);
        Self { transport: transport(settings, &vault), vault, log, source_log }
    }

    /// Sends a request after all that it needs, as the run loop does.
    async fn send(&self, request: Request) -> Exchange {
        for need in self.transport.settings.setup.needs(&request) {
            for need in self.transport.settings.setup.needs(&need).into_iter().chain([need]) {
                let exchange = self.transport.clone().send(need).await;
                assert_clean(&[exchange], &self.vault);
            }
        }
        let exchange = self.transport.clone().send(request).await;
        let exchanges = [exchange];
        assert_clean(&exchanges, &self.vault);
        let [exchange] = exchanges;
        exchange
    }

    fn forms(&self) -> Vec<BTreeMap<String, String>> {
        let seen = self.log.lock().unwrap();
        let posts = seen.iter().filter(|seen| seen.method == "POST");
        posts.map(|seen| url::form_urlencoded::parse(seen.body.as_bytes()).into_owned().collect()).collect()
    }
}

fn token(grant: Grant) -> Request {
    Request::issuer(IssuerCall::Token(grant))
}

fn members<const N: usize>(pairs: [(&str, &str); N]) -> BTreeMap<String, String> {
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

#[tokio::test]
async fn the_exchange_as_rfc_8693_asks() {
    let world = World::new(acm(), ClientAuth::Post(SECRET.into()), |_| ()).await;
    let exchange = world.send(token(Grant::Exchange(Citizen::Subject))).await;
    let forms = world.forms();
    let client = [("client_id", "the client"), ("client_secret", SECRET)];
    let mut actor = members([("grant_type", "client_credentials")]);
    actor.extend(members(client));
    assert_eq!(forms[0], actor);
    let mut expected = members([
        ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
        ("subject_token", ACCESS),
        ("subject_token_type", "urn:ietf:params:oauth:token-type:access_token"),
        ("audience", "the-source"),
        ("scope", "read all"),
        ("actor_token", "actor-token-5f0c2b9d"),
        ("actor_token_type", "urn:ietf:params:oauth:token-type:access_token"),
    ]);
    expected.extend(members(client));
    assert_eq!(forms[1], expected);
    // The recording holds the same names and no value that is a secret.
    let sent: BTreeMap<&str, &str> = exchange.sent.form.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    assert_eq!(sent.keys().copied().collect::<Vec<_>>(), expected.keys().map(String::as_str).collect::<Vec<_>>());
    assert!(sent["client_secret"].starts_with("SECRET-") && sent["subject_token"].starts_with("TOKEN-"));
    let json = answer(&exchange).json().unwrap();
    assert!(json["access_token"].as_str().unwrap().starts_with("TOKEN-"));
    assert!(json["refresh_token"].as_str().unwrap().starts_with("TOKEN-"));
    assert_eq!(json["expires_in"], 60);
    assert_eq!(exchange.credential.as_ref().unwrap().en, "the client, by client_secret_post");
}

#[tokio::test]
async fn the_token_of_a_grant_goes_to_the_source() {
    let world = World::new(acm(), ClientAuth::Post(SECRET.into()), |_| ()).await;
    let exchange = world.send(entry()).await;
    assert_eq!(answer(&exchange).status, 200);
    let made = "TX token of the subject (token exchange for the source's audience)";
    assert_eq!(exchange.credential.as_ref().unwrap().en, made);
    let seen = world.source_log.lock().unwrap().clone();
    assert_eq!(seen[0].header("authorization"), Some("Bearer exchanged-token-5f0c2b"));
}

#[tokio::test]
async fn the_other_grants() {
    let world = World::new(acm(), ClientAuth::Basic(SECRET.into()), |settings| {
        settings.setup.acm.as_mut().unwrap().actor = false;
        settings.audience_is_resource = true;
        settings.setup.acm.as_mut().unwrap().audience = "https://api.example.be".to_owned();
    })
    .await;
    world.send(token(Grant::WithoutCitizen)).await;
    world.send(token(Grant::WithoutScope)).await;
    let forms = world.forms();
    let credentials =
        members([("grant_type", "client_credentials"), ("resource", "https://api.example.be"), ("scope", "read all")]);
    assert_eq!(forms[0], credentials);
    assert_eq!(forms[1].get("scope"), None);
    let seen = world.log.lock().unwrap().iter().find(|seen| seen.method == "POST").cloned().unwrap();
    let basic = seen.header("authorization").unwrap().strip_prefix("Basic ").unwrap();
    let basic = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, basic).unwrap();
    assert_eq!(String::from_utf8(basic).unwrap(), "the+client:s3cret%2B%2F%3Dwith+spaces+and+%C3%BC");
}

#[tokio::test]
async fn exchanges_that_are_wrong_on_purpose() {
    let world = World::new(acm(), ClientAuth::Post(SECRET.into()), |settings| {
        settings.setup.acm.as_mut().unwrap().actor = true;
    })
    .await;
    for grant in [Grant::OwnAudience, Grant::WithoutActor, Grant::CitizenAsActor] {
        world.send(token(grant)).await;
    }
    let forms = world.forms();
    let exchanges: Vec<_> = forms.iter().filter(|form| form.contains_key("subject_token")).collect();
    let [own, without, citizen] = exchanges[..] else { panic!("{} exchanges", exchanges.len()) };
    assert_eq!((own["audience"].as_str(), own.contains_key("actor_token")), ("the client", true));
    assert!(!without.contains_key("actor_token") && !without.contains_key("actor_token_type"));
    assert_eq!(citizen["actor_token"], citizen["subject_token"]);
}

#[tokio::test]
async fn a_refused_grant_names_its_cause() {
    let world = World::new(acm(), ClientAuth::Post(SECRET.into()), |_| ()).await;
    let exchange = world.send(entry().auth(Auth::OtherAudience)).await;
    assert_eq!(said(&exchange), (FailureKind::NoToken, "the issuer answered 400: invalid_target"));
    assert_eq!(failure(&exchange).detail.nl, "de uitgever antwoordde 400: invalid_target");
    assert!(world.source_log.lock().unwrap().is_empty());
    let exchange = world.send(Request::entry(Citizen::Other)).await;
    assert_eq!(failure(&exchange).kind, FailureKind::NoToken);
    assert_eq!(failure(&exchange).detail.en, "no access token of the other citizen");
}

#[tokio::test]
async fn introspection_is_the_sources_own_and_little_of_it_is_kept() {
    let world = World::new(acm(), ClientAuth::Post(SECRET.into()), |_| ()).await;
    let auth = Auth::Token(Citizen::Subject);
    let exchange = world.send(Request::issuer(IssuerCall::Introspection(auth))).await;
    let insz = world.vault.surrogate(Citizen::Subject).unwrap();
    assert_eq!(answer(&exchange).json(), Some(&json!({"active": true, "aud": "the-source", "rrn": insz})));
    let form = world.forms().pop().unwrap();
    let expected = members([
        ("token", "exchanged-token-5f0c2b"),
        ("token_type_hint", "access_token"),
        ("client_id", "the-source"),
        ("client_secret", SOURCE_SECRET),
    ]);
    assert_eq!(form, expected);
}

#[tokio::test]
async fn a_number_that_is_none_is_masked_by_its_place() {
    let world = World::new(acm(), ClientAuth::Post(SECRET.into()), |settings| {
        settings.setup.ready = vec![Auth::ExpiredToken];
        settings.ready = [(Auth::ExpiredToken, "actor-like-expired-token".into())].into();
    })
    .await;
    let exchange = world.send(Request::issuer(IssuerCall::Introspection(Auth::ExpiredToken))).await;
    assert_eq!(answer(&exchange).json().unwrap()["rrn"], "(masked)");
}

#[tokio::test]
async fn what_the_issuer_must_not_be_used_for() {
    let insecure = json!({"issuer": "OWN", "token_endpoint": "http://acm.example.be/token"});
    let foreign = json!({"issuer": "https://another.example/op", "token_endpoint": "OWN/v1/token"});
    let discovery = |document: Value| {
        Router::new().fallback(move |headers: HeaderMap| {
            let own = format!("http://{}/op", headers["host"].to_str().unwrap());
            let text = document.to_string().replace("OWN", &own);
            async move { text }
        })
    };
    for (router, words) in [
        (discovery(insecure), "the token_endpoint of the discovery document is not used"),
        (discovery(json!({"issuer": "OWN"})), "names no token_endpoint"),
        (discovery(foreign), "is of the issuer https://another.example/op, not of http://127.0.0.1"),
        (discovery(json!({})), "is of the issuer -, not of"),
        (Router::new(), "no discovery document: the issuer answered 404"),
    ] {
        let world = World::new(router, ClientAuth::Post(SECRET.into()), |_| ()).await;
        let exchange = world.send(entry()).await;
        assert_eq!(failure(&exchange).kind, FailureKind::NoToken);
        assert!(failure(&exchange).detail.en.contains(words), "{}", failure(&exchange).detail.en);
        assert!(world.forms().is_empty() && world.source_log.lock().unwrap().is_empty());
    }
    let world = World::new(acm(), ClientAuth::Post(SECRET.into()), |settings| {
        settings.issuer = "http://acm.example.be/op".parse().ok();
    })
    .await;
    assert_eq!(failure(&world.send(Request::issuer(IssuerCall::Discovery)).await).kind, FailureKind::NotConfigured);
    assert!(world.log.lock().unwrap().is_empty());
}

#[tokio::test]
async fn an_answer_without_a_token_is_a_cause() {
    let router = |answer: Value| {
        acm().route("/op/v2/token", post(|| async { "" })).fallback(|| async { "" }).layer(axum::middleware::from_fn(
            move |request: Received, next: axum::middleware::Next| {
                let answer = answer.clone();
                async move {
                    let ours = request.uri().path() == "/op/v1/token";
                    if ours {
                        axum::response::IntoResponse::into_response(Json(answer))
                    } else {
                        next.run(request).await
                    }
                }
            },
        ))
    };
    let (none, unusable) =
        ("the issuer's answer holds no access_token", "access_token in the issuer's answer is not a usable token");
    let failed = "the issuer answered 200, but with an error: invalid_target";
    for (answer, cause) in [
        (json!({"token_type": "Bearer"}), none),
        (json!({"access_token": "e"}), unusable),
        (json!({"access_token": 12}), unusable),
        (json!({"access_token": ["a-token-of-somebody"]}), unusable),
        (json!({"error": "invalid_target"}), failed),
        (json!({"error": "invalid_target", "access_token": "a-token-of-somebody"}), failed),
        (json!([]), none),
    ] {
        let world = World::new(router(answer), ClientAuth::Post(SECRET.into()), |_| ()).await;
        let exchange = world.send(entry()).await;
        assert_eq!(failure(&exchange).detail.en, cause);
    }
}
