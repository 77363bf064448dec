//! A long list: what bronkeur takes to fetch, mask, record and judge its pages, against a loop that makes the same
//! requests and throws the answers away. Same source, same tokens, as many at once; both after the first page, which
//! says how many there are.
//!
//! `cargo bench --bench pages` (another length: `-- 20000`, in certificates)
#![allow(clippy::unwrap_used, reason = "a bench that cannot start should say so and end")]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bronkeur::catalogue::{Catalogue, DEFAULT_SPEC, Selection};
use bronkeur::checks;
use bronkeur::evidence::exchange::{Auth, Citizen, Grant, Request};
use bronkeur::profile::{CitizenToken, Resolved};
use bronkeur::run::evaluate::Evaluator;
use bronkeur::run::session::{Finished, Session, citizen_of};
use bronkeur::sandbox::{Options, Sandbox};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

const RUNS: usize = 7;

/// A call as the loop asks for it.
struct Call {
    url: String,
    token: SecretString,
}

fn main() {
    let certificates = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(5_000);
    let catalogue = Catalogue::load(DEFAULT_SPEC, None, checks::is_check).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    for latency in [0, 20, 50, 200] {
        runtime.block_on(compare(&catalogue, certificates, Duration::from_millis(latency)));
    }
}

/// Both in turn, so that neither has the quieter moments of the machine.
async fn compare(catalogue: &Catalogue, certificates: usize, latency: Duration) {
    let mut options = Options { latency, ..Options::default() };
    options.behaviour.certificates.subject = certificates;
    let sandbox = Sandbox::start(options).await.unwrap();
    let profile = with_tokens(sandbox.profile().unwrap(), catalogue).await;
    let (mut checked, mut fetched, mut judged, mut calls) = (Vec::new(), Vec::new(), Vec::new(), 0);
    for _ in 0..RUNS {
        let session = Session::new(&profile, catalogue, 1).unwrap();
        let start = Instant::now();
        let finished = session.run(catalogue, &only_lists(), std::future::pending(), |_| {}).await;
        checked.push(start.elapsed());
        judged.push(judging(catalogue, &finished));
        let asked = calls_of(&profile, &finished);
        calls = asked.len();
        fetched.push(fetch(asked, profile.source().unwrap().concurrency, sandbox.ca_pem().unwrap()).await);
    }
    let (checked, fetched, judged) = (median(checked), median(fetched), median(judged));
    println!(
        "{certificates} certificates, latency {} ms: {calls} requests, at most {} at once",
        latency.as_millis(),
        profile.source().unwrap().concurrency
    );
    #[expect(clippy::cast_precision_loss, reason = "a number of calls")]
    let rate = |took: Duration| calls as f64 / took.as_secs_f64();
    for (who, took) in [("bronkeur", checked), ("the loop", fetched)] {
        println!("  {who}: {:4.0} ms, {:4.0} requests/s", took.as_secs_f64() * 1000.0, rate(took));
    }
    println!(
        "  ratio {:.2}; judging alone {:.0} ms",
        checked.as_secs_f64() / fetched.as_secs_f64(),
        judged.as_secs_f64() * 1000.0
    );
}

fn only_lists() -> Selection {
    Selection { only: vec!["LST".to_owned()], ..Selection::default() }
}

/// The same profile with the tokens that the issuer gives for it: neither side asks for one any more.
async fn with_tokens(mut profile: Resolved, catalogue: &Catalogue) -> Resolved {
    let mut inquiry = Session::new(&profile, catalogue, 1).unwrap().inquire();
    for person in &mut profile.citizens {
        let citizen = citizen_of(person.role);
        inquiry.ask(Request::token(Grant::Exchange(citizen))).await;
        person.token = inquiry.token(Auth::Token(citizen)).map(CitizenToken::Tx);
    }
    profile.acm = None;
    profile
}

/// What a run asked for, the first call first.
fn calls_of(profile: &Resolved, finished: &Finished) -> Vec<Call> {
    let tokens: BTreeMap<Citizen, &SecretString> = profile
        .citizens
        .iter()
        .filter_map(|person| match &person.token {
            Some(CitizenToken::Tx(token)) => Some((citizen_of(person.role), token)),
            _ => None,
        })
        .collect();
    let call = |request: &Request, url: &str| {
        let Auth::Token(citizen) = request.auth else { return None };
        let (surrogate, number) = (finished.vault.surrogate(citizen)?, finished.vault.number(citizen)?);
        let url = url.replace(&surrogate, number.expose_secret());
        Some(Call { url, token: (*tokens.get(&citizen)?).clone() })
    };
    let mut exchanges: Vec<_> = finished.recording.exchanges().filter(|exchange| exchange.was_sent()).collect();
    exchanges.sort_by_key(|exchange| exchange.at_ms);
    let gets = exchanges.into_iter().filter(|exchange| exchange.sent.method == "GET");
    gets.filter_map(|exchange| call(&exchange.request, &exchange.sent.url)).collect()
}

/// Fetches calls and reads what comes, no more.
async fn fetch(calls: Vec<Call>, concurrency: usize, authority: &str) -> Duration {
    let authority = reqwest::Certificate::from_pem(authority.as_bytes()).unwrap();
    let client = reqwest::Client::builder().no_proxy().tls_certs_only([authority]).build().unwrap();
    let room = Arc::new(Semaphore::new(concurrency));
    let start = Instant::now();
    let mut under_way = JoinSet::new();
    for (place, call) in calls.into_iter().enumerate() {
        let (client, room) = (client.clone(), Arc::clone(&room));
        under_way.spawn(async move {
            let _room = room.acquire().await.unwrap();
            let request = client.get(call.url).bearer_auth(call.token.expose_secret());
            request.send().await.unwrap().bytes().await.unwrap().len()
        });
        if place == 0 {
            under_way.join_next().await;
        }
    }
    under_way.join_all().await;
    start.elapsed()
}

fn judging(catalogue: &Catalogue, finished: &Finished) -> Duration {
    let start = Instant::now();
    std::hint::black_box(Evaluator::new(catalogue).evaluate(&finished.recording, &only_lists()));
    start.elapsed()
}

fn median(mut all: Vec<Duration>) -> Duration {
    all.sort_unstable();
    all.get(all.len() / 2).copied().unwrap_or_default()
}
