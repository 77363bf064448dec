//! The built-in world of the set: an application that says how it is, and a way of making it wrong.

use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::http::{HeaderName, StatusCode};
use axum::routing::get;
use bronkeur::catalogue::{Catalogue, Selection};
use bronkeur::evidence::recording::Recording;
use bronkeur::evidence::setup::{Limits, Setup, SubjectSetup};
use bronkeur::evidence::vault::Vault;
use bronkeur::run::evaluate::Evaluator;
use bronkeur::run::session::Finished;
use bronkeur::run::{self, Bounds};
use bronkeur::sandbox::fault::Fault;
use bronkeur::sandbox::{Unable, Variant, World};
use bronkeur::transport::{Settings, Transport};
use tokio::net::TcpListener;
use url::Url;

use super::checks::REGISTRY;

/// How the application behaves; the default is conformant.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Behaviour {
    is_silent: bool,
    is_old: bool,
}

/// The faults of the application.
pub(super) static FAULTS: &[Fault<Behaviour>] = &[
    Fault {
        name: "health-is-not-told",
        breaks: &["HLT-01"],
        blocks: &[],
        summary: "`health` answers 404",
        apply: |behaviour| behaviour.is_silent = true,
    },
    Fault {
        name: "health-is-old",
        breaks: &["HLT-02"],
        blocks: &[],
        summary: "`health` answers out of a cache",
        apply: |behaviour| behaviour.is_old = true,
    },
];

pub(super) struct HealthWorld;

impl World for HealthWorld {
    type Behaviour = Behaviour;

    const VARIANTS: &'static [Variant<Behaviour>] = &[Variant { name: "plain", apply: |_| {} }];

    async fn examine(
        catalogue: &'static Catalogue,
        behaviour: Behaviour,
        _earlier: Option<Recording>,
    ) -> Result<Finished, Unable> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let base_url = format!("http://{}", listener.local_addr()?);
        let application = tokio::spawn(axum::serve(listener, application(behaviour)).into_future());
        let setup = Setup {
            name: "application".to_owned(),
            base_url: base_url.clone(),
            origins: Vec::new(),
            environment: "none".to_owned(),
            citizens: [].into(),
            acm: None,
            ready: Vec::new(),
            limits: Limits::default(),
            authorities: bronkeur::evidence::setup::Authorities::default(),
            subject: SubjectSetup::Address {},
        };
        let vault = Arc::new(Vault::new([].into()));
        let settings = Settings::new(setup.clone(), Url::parse(&base_url).unwrap());
        let transport = Arc::new(Transport::new(settings, Arc::clone(&vault)).unwrap());
        let mut recording = Recording::new(setup, jiff::Timestamp::now(), 1);
        let evaluator = Evaluator { catalogue, registry: &REGISTRY };
        let bounds = Bounds { concurrency: 2, requests: 10, started: Instant::now() };
        let send = |request| Arc::clone(&transport).fetch(request);
        let never = std::future::pending();
        let everything = Selection::default();
        let verdicts = run::run(evaluator, &mut recording, &everything, bounds, send, never, |_| {}).await;
        application.abort();
        Ok(Finished { recording, verdicts, duration_ms: 1, vault })
    }
}

fn application(behaviour: Behaviour) -> Router {
    let health = async move || {
        let status = if behaviour.is_silent { StatusCode::NOT_FOUND } else { StatusCode::OK };
        let header = if behaviour.is_old { "age" } else { "cache-control" };
        let value = if behaviour.is_old { "120" } else { "no-store" };
        let body = axum::Json(serde_json::json!({ "status": "up" }));
        (status, [(HeaderName::from_static(header), value)], body)
    };
    Router::new().route("/health", get(health))
}
