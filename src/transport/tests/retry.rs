//! Calls that are sent again: what came first is kept, and nothing is pressed.

use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Json;
use axum::http::{StatusCode, header};
use serde_json::json;
use tokio::task::JoinSet;

use super::*;
use crate::evidence::exchange::{Grant, IssuerCall, Phase, Variation};

/// A source that answers a number of calls with a status.
fn busy(status: u16, times: usize, wait: Option<&'static str>) -> Router {
    let left = Arc::new(Mutex::new(times));
    Router::new().fallback(move || async move {
        let mut left = left.lock().unwrap();
        let now = *left;
        *left = now.saturating_sub(1);
        let status = if now > 0 { StatusCode::from_u16(status).unwrap() } else { StatusCode::OK };
        let mut headers = axum::http::HeaderMap::new();
        headers.extend(wait.map(|wait| (header::RETRY_AFTER, wait.parse().unwrap())));
        (status, headers, Json(json!({})))
    })
}

#[tokio::test]
async fn an_unavailable_source_is_asked_again() {
    let hostile = || entry().phase(Phase::Hostile);
    let outage = || entry().phase(Phase::Outage);
    let past = Some("Wed, 21 Oct 2015 07:28:00 GMT");
    let future = Some("Wed, 21 Oct 2065 07:28:00 GMT");
    for (status, times, wait, request, last, calls) in [
        (429, 2, Some("0"), entry(), 200, 3),
        (502, 2, Some("0"), entry(), 200, 3),
        (503, 3, Some("0"), entry(), 503, 3),
        (504, 2, past, entry().varied(Variation::Head), 200, 3),
        (429, 1, Some("60"), entry(), 429, 1),
        (503, 1, future, entry(), 503, 1),
        (503, 1, Some("soon"), entry(), 200, 2),
        (503, 1, None, entry(), 200, 2),
        (429, 1, Some("18446744073709551615"), entry(), 429, 1),
        (503, 3, Some("0"), hostile(), 503, 3),
        (500, 1, None, hostile(), 200, 2),
        (500, 2, None, entry(), 500, 2),
        (501, 1, Some("60"), entry(), 200, 2),
        (404, 1, Some("0"), entry(), 404, 1),
        (500, 1, None, outage(), 500, 1),
        (503, 1, Some("0"), outage(), 503, 1),
    ] {
        let (base, log) = serve(busy(status, times, wait)).await;
        let exchange = send_one(&base, request).await;
        let seen = log.lock().unwrap().clone();
        assert_eq!((answer(&exchange).status, seen.len()), (last, calls), "{status} {times} {wait:?}");
        let earlier: Vec<Option<u16>> = exchange.earlier.iter().map(|one| one.status).collect();
        assert_eq!(earlier, vec![Some(status); calls - 1]);
        assert!(exchange.earlier.iter().all(|one| one.failure.is_none() && one.at_ms <= exchange.at_ms));
        let ids = |name| seen.iter().map(|seen| seen.header(name).unwrap()).collect::<std::collections::BTreeSet<_>>();
        assert_eq!((ids("x-request-id").len(), ids("x-correlation-id").len()), (calls, 1));
    }
}

const OK: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}";

async fn head(stream: &mut TcpStream) -> bool {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let Ok(byte) = stream.read_u8().await else { return false };
        head.push(byte);
    }
    true
}

/// How a connection ends on which the next request has come already.
#[derive(Clone, Copy, Debug)]
enum Ending {
    Close,
    Reset,
    Junk,
}

/// A server that answers the first request of every connection and ends it when the next one has come: a client that
/// keeps connections meets the end of one each time.
async fn ends_late(ending: Ending) -> (Url, Arc<AtomicUsize>) {
    let connections = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&connections);
    let url = serve_raw(move |mut stream| {
        counted.fetch_add(1, Ordering::Relaxed);
        async move {
            stream.write_all(OK).await.unwrap();
            head(&mut stream).await;
            match ending {
                Ending::Close => {}
                Ending::Reset => stream.set_zero_linger().unwrap(),
                Ending::Junk => drop(stream.write_all(b"bytes of an earlier answer\r\n\r\n").await),
            }
        }
    });
    (url.await, connections)
}

#[tokio::test]
async fn a_connection_that_is_found_closed_is_as_if_it_had_not_been() {
    for ending in [Ending::Close, Ending::Reset, Ending::Junk] {
        for phase in [Phase::Ordinary, Phase::Hostile, Phase::Outage] {
            let (base, connections) = ends_late(ending).await;
            let calls = (0..6).map(|ordinal| entry().phase(phase).again(ordinal));
            let (exchanges, _) = send(&base, calls).await;
            assert!(exchanges.iter().all(|exchange| answer(exchange).status == 200), "{ending:?} {phase:?}");
            let again: Vec<usize> = exchanges.iter().map(|exchange| exchange.earlier.len()).collect();
            // A new connection is kept by nobody: the call after it opens one that is.
            assert_eq!(again, [0, 1, 0, 1, 0, 1], "{ending:?} {phase:?}");
            assert_eq!(connections.load(Ordering::Relaxed), 6);
            let first = &exchanges[1].earlier[0];
            assert_eq!((first.status, first.failure.as_ref().unwrap().kind), (None, FailureKind::Broken));
        }
    }
}

#[tokio::test]
async fn a_server_that_closes_every_connection_is_like_any_other() {
    let base = serve_raw(|mut stream| async move {
        stream.write_all(OK).await.unwrap();
    })
    .await;
    let vault = vault();
    let transport = transport(settings(&base, &vault), &vault);
    let mut calls = JoinSet::new();
    for ordinal in 0..60 {
        calls.spawn(transport.clone().send(entry().again(ordinal)));
    }
    for exchange in calls.join_all().await {
        assert_eq!(answer(&exchange).status, 200);
    }
}

/// A server that breaks off so many calls, after these bytes; each call has a connection of its own.
async fn breaks(times: usize, after: &'static [u8]) -> (Url, Arc<AtomicUsize>) {
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    let url = serve_raw(move |mut stream| {
        let bytes = if counted.fetch_add(1, Ordering::Relaxed) < times { after } else { OK };
        async move {
            let _ = stream.write_all(bytes).await;
        }
    });
    (url.await, calls)
}

#[tokio::test]
async fn what_breaks_off_is_asked_again() {
    let half = b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{}";
    for (after, status) in [(&b""[..], None), (b"HTTP/1.1 2", None), (half, Some(200))] {
        for (times, phase, calls) in [
            (1, Phase::Ordinary, 2),
            (2, Phase::Ordinary, 3),
            (9, Phase::Ordinary, 3),
            (1, Phase::Hostile, 2),
            (1, Phase::Outage, 2),
            (9, Phase::Outage, 2),
        ] {
            let (base, counted) = breaks(times, after).await;
            let exchange = send_one(&base, entry().phase(phase)).await;
            assert_eq!(counted.load(Ordering::Relaxed), calls, "{phase:?} {times}");
            assert_eq!(exchange.earlier.len(), calls - 1);
            let whole = exchange.result.as_ref().is_ok_and(|answer| answer.facts.complete);
            assert_eq!(whole, times < calls, "{phase:?} {times}");
            for one in &exchange.earlier {
                assert!(one.is_whole());
                assert_eq!((one.status, one.failure.as_ref().unwrap().kind), (status, FailureKind::Broken));
            }
        }
    }
}

#[tokio::test]
async fn what_is_no_http_is_not_asked_again() {
    let (base, calls) = breaks(9, b"SSH-2.0-OpenSSH_9.6\r\n").await;
    let exchange = send_one(&base, entry()).await;
    assert_eq!((failure(&exchange).kind, calls.load(Ordering::Relaxed)), (FailureKind::Broken, 1));
    let nobody: Url = "http://127.0.0.1:1/api/v1".parse().unwrap();
    let exchange = send_one(&nobody, entry()).await;
    assert_eq!((failure(&exchange).kind, exchange.earlier.len()), (FailureKind::Connect, 0));
}

#[tokio::test]
async fn a_call_without_accept_is_asked_again_too() {
    let (base, calls) = breaks(1, b"").await;
    let exchange = send_one(&base, entry().varied(Variation::NoAccept)).await;
    assert_eq!((answer(&exchange).status, calls.load(Ordering::Relaxed)), (200, 2));
}

/// A source that is down does not hold up a run, and one that asks for time gets it from all calls.
#[tokio::test]
async fn many_calls_to_a_source_that_is_down_end_soon() {
    let (base, log) = serve(busy(502, usize::MAX, None)).await;
    let vault = vault();
    let transport = transport(settings(&base, &vault), &vault);
    let start = std::time::Instant::now();
    for batch in 0..20 {
        let mut calls = JoinSet::new();
        for place in 0..4 {
            calls.spawn(transport.clone().send(entry().again(4 * batch + place)));
        }
        assert!(calls.join_all().await.iter().all(|exchange| answer(exchange).status == 502));
    }
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    assert!(log.lock().unwrap().len() <= 170);
}

#[tokio::test]
async fn a_wait_that_is_asked_for_holds_up_every_call() {
    let (base, log) = serve(busy(429, 1, Some("1"))).await;
    let vault = vault();
    let transport = transport(settings(&base, &vault), &vault);
    let first = tokio::spawn(transport.clone().send(entry()));
    while log.lock().unwrap().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    tokio::time::sleep(Duration::from_millis(200)).await;
    let second = transport.send(entry().again(1)).await;
    let first = first.await.unwrap();
    assert_eq!((first.earlier.len(), second.earlier.len()), (1, 0));
    assert!(second.at_ms >= first.earlier[0].at_ms + 1000, "{} {}", second.at_ms, first.earlier[0].at_ms);
}

/// An issuer whose discovery document comes first over the connection that then ends.
#[tokio::test]
async fn a_token_request_is_repeated_only_where_its_connection_was_found_closed() {
    let tokens = Arc::new(AtomicUsize::new(0));
    let asked = Arc::clone(&tokens);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let issuer: Url = format!("http://{}/op", listener.local_addr().unwrap()).parse().unwrap();
    let said = json!({ "issuer": issuer, "token_endpoint": format!("{issuer}/token") }).to_string();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let (said, asked) = (said.clone(), Arc::clone(&asked));
            tokio::spawn(async move {
                let mut first = [0; 4];
                stream.peek(&mut first).await.unwrap();
                head(&mut stream).await;
                let body = if &first == b"POST" {
                    asked.fetch_add(1, Ordering::Relaxed);
                    json!({ "access_token": "tok-of-the-second-connection", "expires_in": 60 }).to_string()
                } else {
                    said
                };
                let length = body.len();
                let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{body}");
                stream.write_all(answer.as_bytes()).await.unwrap();
                head(&mut stream).await;
            });
        }
    });
    let vault = vault();
    let base: Url = "http://127.0.0.1:1/api/v1".parse().unwrap();
    let settings = with_issuer(&base, &issuer, ClientAuth::Post(SECRET.into()), &vault);
    let transport = transport(settings, &vault);
    let exchange = transport.clone().send(Request::issuer(IssuerCall::Discovery)).await;
    assert_eq!(answer(&exchange).status, 200);
    let exchange = transport.send(Request::token(Grant::Actor)).await;
    assert_clean(std::slice::from_ref(&exchange), &vault);
    assert_eq!((answer(&exchange).status, exchange.earlier.len(), tokens.load(Ordering::Relaxed)), (200, 1, 1));
}
