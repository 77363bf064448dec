//! Every visit that a check asks for. There are few, and many checks look at each: what is asked twice is driven once.

use crate::evidence::exchange::Citizen::{Other, Subject};
use crate::evidence::exchange::Visit;
use crate::evidence::exchange::visit::{AcmConduct, Act, MbpConduct};

/// How many of the profile's further pages are opened, at most.
const MOST_PAGES: u8 = 4;

/// Somebody logs in, and is handed over twice. The base of all: what fails here is not asked again elsewhere.
pub fn twice() -> Visit {
    Visit::of([Act::LogIn(Subject), Act::HandOver(0), Act::HandOver(0)])
}

/// Somebody is handed over, and loads the same page again.
pub fn again() -> Visit {
    Visit::of([Act::LogIn(Subject), Act::HandOver(0), Act::Again])
}

/// Nobody looks at the start page, and opens the page of the hand-over.
pub fn as_nobody() -> Visit {
    Visit::of([Act::Start, Act::HandOver(0)])
}

/// Somebody is handed over, logs out, and comes back.
pub fn logged_out() -> Visit {
    Visit::of([Act::LogIn(Subject), Act::HandOver(0), Act::LogOut, Act::HandOver(0)])
}

/// Somebody opens each of so many pages that hand over; none where there is one alone.
pub fn pages(count: usize) -> Option<Visit> {
    let count = u8::try_from(count).unwrap_or(u8::MAX).min(MOST_PAGES);
    let open = std::iter::once(Act::LogIn(Subject)).chain((0..count).map(Act::HandOver));
    (count > 1).then(|| Visit::of(open))
}

/// Two citizens, each in a browser of their own, log in and are handed over at the same time, twice.
pub fn two_citizens() -> Visit {
    let both = [(0, Act::HandOver(0)), (1, Act::HandOver(0))];
    Visit::default().then([(0, Act::LogIn(Subject)), (1, Act::LogIn(Other))]).then(both).then(both)
}

/// Two hand-overs at once in one browser, after one by itself and before one more. Where it is the hand-over that logs in,
/// the first one did.
pub fn at_once() -> Visit {
    let one = (0, Act::HandOver(0));
    Visit::of([Act::LogIn(Subject), Act::HandOver(0)]).then([one, one]).then([one])
}

/// The access tokens of the login expire before the hand-over.
pub fn expired() -> Visit {
    Visit::of([Act::LogIn(Subject), Act::Expire, Act::HandOver(0)])
}

/// Tokens are long, and of every character that they may have.
pub fn with_odd_tokens() -> Visit {
    once().with_acm(AcmConduct::OddTokens).with_mbp(MbpConduct::OddTokens)
}

/// MBP answers more than anybody knows.
pub fn with_more_answered() -> Visit {
    once().with_mbp(MbpConduct::AnswersMore)
}

/// ACM refuses the exchange, or breaks down at it.
pub fn without_exchange() -> [Visit; 2] {
    [AcmConduct::RefusesExchange, AcmConduct::FailsAtExchange].map(|conduct| once().with_acm(conduct))
}

/// MBP gives no temporary token: it refuses, breaks down, talks nonsense, or does not answer.
pub fn without_temporary_token() -> [Visit; 4] {
    [MbpConduct::Refuses, MbpConduct::Fails, MbpConduct::TalksNonsense, MbpConduct::Hangs]
        .map(|conduct| once().with_mbp(conduct))
}

/// Somebody is handed over, and goes on to MBP, twice with the same token.
pub fn followed() -> Visit {
    Visit::of([Act::LogIn(Subject), Act::HandOver(0), Act::Follow, Act::Follow])
}

/// A token of our own is handed in at MBP.
pub fn handed_in() -> Visit {
    Visit::of([Act::HandIn])
}

/// Those in which ACM and MBP are as ever, and the one thing is done after the other. `page_count`: how many pages the
/// profile has.
pub fn sequential(page_count: usize) -> Vec<Visit> {
    [twice(), again()].into_iter().chain(pages(page_count)).collect()
}

fn once() -> Visit {
    Visit::of([Act::LogIn(Subject), Act::HandOver(0)])
}

/// All of them. `pages`: how many the profile has; `has_other`: it has a second citizen.
pub fn all(page_count: usize, has_other: bool) -> Vec<Visit> {
    let mut all = vec![twice(), again(), as_nobody(), logged_out(), at_once(), expired()];
    all.extend(pages(page_count));
    all.extend(has_other.then(two_citizens));
    all.extend([with_odd_tokens(), with_more_answered()]);
    all.extend(without_exchange());
    all.extend(without_temporary_token());
    all.push(followed());
    all
}

/// Those that need neither our own ACM nor our own MBP.
pub fn of_a_running_application() -> Vec<Visit> {
    vec![twice(), again(), as_nobody()]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn there_are_few_visits_and_none_twice() {
        let all = all(2, true);
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
        assert_eq!(all.len(), 17);
        assert_eq!((pages(1), pages(99).map(|visit| visit.steps.len())), (None, Some(5)));
        let usual = |visit: &Visit| (visit.acm, visit.mbp) == (AcmConduct::AsUsual, MbpConduct::AsUsual);
        assert!(of_a_running_application().iter().all(|visit| usual(visit) && all.contains(visit)));
        assert!(sequential(2).iter().all(|visit| all.contains(visit)));
    }
}
