//! The ACM alone: what its owner is given fits a source that it does not know.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::{OnceCell, watch};

use super::super::citizens::people;
use super::super::server::client;
use super::super::site::{Handler, Server, Site};
use super::super::source::Source;
use super::super::source::register::register;
use super::super::tls::Handshake;
use super::super::wire::Met;
use super::super::{Kept, OwnSource, StandIn, StandInOptions};
use super::*;
use crate::catalogue::{Catalogue, DEFAULT_SPEC, Selection};
use crate::evidence::exchange::STAND_IN_ACM;
use crate::judging::verdict::Outcome;
use crate::profile::{Profile, Resolved};
use crate::run::session::{Finished, Session};

fn options(tls: bool) -> StandInOptions {
    StandInOptions {
        tls,
        port: 0,
        audience: "our source #1".to_owned(),
        scope: "read certificates".to_owned(),
        resource: "http://localhost/v1".to_owned(),
        numbers: Vec::new(),
        kept: Kept::default(),
        watch: None,
        login: None,
        mbp: None,
    }
}

/// A source on plain http, configured as the owner is told: issuer, introspection, client-id, secret and scope.
async fn source(acm: &StandIn, behaviour: Behaviour) -> (String, watch::Sender<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/v1", listener.local_addr().unwrap());
    let own = &acm.credentials().source_client;
    let source = Source {
        people: register(&people(), &behaviour),
        base: base.clone(),
        client_id: own.id.clone(),
        secret: own.secret.clone(),
        scope: "certificates".to_owned(),
        tokens: Arc::default(),
        introspection: acm.introspection(),
        http: client(acm.authority().map(|(certificate, _)| certificate.as_str())).unwrap(),
        connected: OnceCell::new(),
        memory: Mutex::default(),
        met: Met::default(),
        behaviour,
    };
    let (stop, stopped) = watch::channel(());
    let site = Site {
        server: Server::Source,
        handler: Handler::Source(Arc::new(source)),
        log: None,
        latency: Duration::ZERO,
        reachable: Arc::new(AtomicBool::new(true)),
    };
    site.run(listener, Handshake { acceptor: None, answers_old_tls: false }, &stopped).unwrap();
    (base, stop)
}

/// Writes the files of a profile, and reads it as `check` does.
fn resolved(acm: &StandIn, base_url: &str, numbers: &[(Role, String)], folder: &Path) -> Resolved {
    for file in acm.profile_files(OwnSource { base_url, name: None, ca_bundle: None, plain_http: false }, numbers) {
        crate::base::files::write_secret(folder, &file.name, file.text.as_bytes()).unwrap();
    }
    let text = std::fs::read_to_string(folder.join("bron.yaml")).unwrap();
    let env = |name: &str| (name == "NUMBER_OF_AN").then(|| "85.07.30-033.28".to_owned());
    Profile::read("bron.yaml", &text).unwrap().resolve("bron.yaml", &env, folder).unwrap()
}

async fn check(profile: &Resolved, only: &[&str]) -> (Finished, BTreeMap<String, Outcome>) {
    let catalogue = Catalogue::load(DEFAULT_SPEC, None, crate::checks::is_check).unwrap();
    let selection = Selection { only: only.iter().map(ToString::to_string).collect(), skip: Vec::new() };
    let session = Session::new(profile, &catalogue, 1).unwrap();
    let finished = session.run(&catalogue, &selection, std::future::pending(), |_| {}).await;
    let rows = catalogue.requirements.iter().zip(&finished.verdicts);
    let chosen = rows.filter(|(row, _)| selection.holds(&row.id)).map(|(row, one)| (row.id.clone(), one.outcome));
    let outcomes = chosen.collect();
    (finished, outcomes)
}

#[tokio::test]
async fn a_conformant_source_on_the_same_machine_passes_with_the_profile_that_is_written() {
    for tls in [true, false] {
        let acm = StandIn::start(options(tls)).await.unwrap();
        let (base_url, _stop) = source(&acm, Behaviour::default()).await;
        let folder = tempfile::tempdir().unwrap();
        let profile = resolved(&acm, &base_url, &[], folder.path());
        let (finished, outcomes) = check(&profile, &["SEC", "TOK", "LST-01", "LST-20"]).await;
        assert_eq!(finished.recording.setup.environment, STAND_IN_ACM);
        let others: Vec<_> = outcomes.iter().filter(|(_, outcome)| **outcome != Outcome::Pass).collect();
        // Who may call, and what the access logs hold, is for a human to say.
        let reviews = ["SEC-15".to_owned(), "SEC-21".to_owned()];
        assert_eq!(others, reviews.each_ref().map(|id| (id, &Outcome::Review)), "TLS: {tls}");
    }
}

#[tokio::test]
async fn a_source_that_stays_open_without_its_issuer_is_found_out() {
    let acm = StandIn::start(options(false)).await.unwrap();
    let mut behaviour = Behaviour::default();
    behaviour.access.list.closed_without_acm = false;
    let (base_url, _stop) = source(&acm, behaviour).await;
    let folder = tempfile::tempdir().unwrap();
    let profile = resolved(&acm, &base_url, &[], folder.path());
    let (_, outcomes) = check(&profile, &["SEC-16", "SEC-20"]).await;
    assert_eq!((outcomes["SEC-16"], outcomes["SEC-20"]), (Outcome::Pass, Outcome::Fail));
}

#[tokio::test]
async fn what_is_configured_once_stays_right_at_the_next_start() {
    let first = StandIn::start(options(true)).await.unwrap();
    let (credentials, authority) = (first.credentials().clone(), first.authority().cloned());
    let kept = Kept {
        caller_secret: Some(credentials.client.secret.clone()),
        source_secret: Some(credentials.source_client.secret.clone()),
        authority: authority.clone(),
    };
    drop(first);
    let second = StandIn::start(StandInOptions { kept, ..options(true) }).await.unwrap();
    let again = second.credentials();
    assert_eq!((&again.client, &again.source_client), (&credentials.client, &credentials.source_client));
    assert_eq!(second.authority(), authority.as_ref());
    assert_ne!(again.people[0].token, credentials.people[0].token);
    // The certificate that was trusted at the first start vouches for the second.
    let http = client(authority.as_ref().map(|(certificate, _)| certificate.as_str())).unwrap();
    let discovery = format!("{}/.well-known/openid-configuration", second.issuer());
    assert_eq!(http.get(discovery).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn the_owners_numbers_are_used_and_written_nowhere() {
    let number = "85073003328".to_owned();
    let numbers = vec![(Role::Subject, number.clone())];
    let acm = StandIn::start(StandInOptions { numbers, ..options(false) }).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let variables = [(Role::Subject, "NUMBER_OF_AN".to_owned())];
    let profile = resolved(&acm, "http://localhost:8080/v1", &variables, folder.path());
    let subject = profile.citizen(crate::profile::Role::Subject).unwrap();
    assert_eq!(secrecy::ExposeSecret::expose_secret(&subject.insz), number);
    let source = OwnSource { base_url: "http://localhost:8080/v1", name: None, ca_bundle: None, plain_http: false };
    for file in acm.profile_files(source, &variables) {
        assert!(!file.text.contains(&number) && file.name != "an-insz.txt", "{}", file.name);
    }
    let form = [("token", acm.credentials().people[0].token.as_str())];
    let own = &acm.credentials().source_client;
    let call = client(None).unwrap().post(acm.introspection()).basic_auth(&own.id, Some(&own.secret)).form(&form);
    assert_eq!(json(call.send().await.unwrap()).await["rrn"], number.as_str());
}
