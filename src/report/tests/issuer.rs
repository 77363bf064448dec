//! Whether a source fails because the issuer died in the course of its run: only where that lived before, and nothing
//! shows that the source can do without.

use super::sample;
use crate::base::text::Text;
use crate::evidence::exchange::{Content, Exchange, Facts, Failure, FailureKind, IssuerCall, Request, Response};
use crate::evidence::recording::Recording;
use crate::judging::reason::cause::Server;
use crate::judging::verdict::{Obstacle, Outcome, Verdict};
use crate::report::{Report, RunMeta};

/// What came of a call.
#[derive(Clone, Copy)]
enum Came {
    Status(u16),
    Refused,
}

/// A call and what came of it, so many milliseconds after the start.
fn call(request: Request, at_ms: u64, came: Came) -> Exchange {
    let result = match came {
        Came::Status(200) => Ok(sample::list_answer(1)),
        Came::Status(status) => Ok(Response::new(status, Vec::new(), Content::Empty, Facts::default())),
        Came::Refused => Err(Failure::new(FailureKind::Connect, Text::same("refused"))),
    };
    Exchange { at_ms, ..sample::exchange(request, "https://host.example/x", 1, result) }
}

/// Where the cause of a call lies that the source answered with 503 after 100 ms.
fn lies(others: Vec<Exchange>) -> Server {
    let mut recording = Recording::new(sample::setup(), "2026-03-01T10:00:00Z".parse().unwrap(), 1);
    let failing = sample::detail();
    others.into_iter().chain([call(failing.clone(), 100, Came::Status(503))]).for_each(|one| recording.add(one));
    let blocked = Verdict::of(Outcome::Blocked).by(Obstacle::Call(failing));
    let report = Report::new(&sample::catalogue(), &recording, &[blocked], &RunMeta::default());
    let first = report.causes.iter().find(|cause| cause.waiting.first().is_some_and(|id| id == "TOK-01"));
    first.unwrap_or_else(|| panic!("{:#?}", report.causes)).server
}

#[test]
fn the_issuer_is_blamed_only_where_it_lived_before_and_the_source_opens_nothing_after() {
    let issuer = |n: u32, at, came| call(Request::issuer(IssuerCall::Discovery).again(n), at, came);
    let dies = || vec![issuer(0, 0, Came::Status(200)), issuer(1, 200, Came::Refused)];
    assert_eq!(lies(dies()), Server::Issuer);
    // It never lived: the profile brought its tokens.
    assert_eq!(lies(vec![issuer(0, 0, Came::Refused), issuer(1, 200, Came::Refused)]), Server::Source);
    // It is only busy.
    assert_eq!(lies(vec![issuer(0, 0, Came::Status(200)), issuer(1, 200, Came::Status(429))]), Server::Source);
    // It died before the source went on as if nothing were.
    let goes_on = call(sample::list(), 300, Came::Status(200));
    assert_eq!(lies(dies().into_iter().chain([goes_on]).collect()), Server::Source);
}
