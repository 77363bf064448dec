//! A citizen with very many certificates.

use std::collections::BTreeSet;

use bronkeur::evidence::exchange::{Citizen, Phase};
use bronkeur::judging::verdict::Outcome;
use bronkeur::sandbox::Behaviour;

use crate::support::{examine, with_outcome};

#[test]
fn every_page_is_judged_in_pages_of_nearly_the_greatest_length() {
    let mut behaviour = Behaviour::default();
    behaviour.certificates.subject = 1_234;
    let (finished, _sandbox) = examine(behaviour);
    assert_eq!(with_outcome(&finished, Outcome::Fail), [""; 0]);
    assert_eq!(with_outcome(&finished, Outcome::Blocked), [""; 0]);
    let asked = finished.recording.exchanges().map(|exchange| &exchange.request).filter(|request| {
        request.citizen() == Some(Citizen::Subject)
            && request.phase == Phase::Ordinary
            && request.parameter("limit") == Some("94")
    });
    let pages: BTreeSet<u32> = asked.filter_map(|request| request.parameter("page")?.parse().ok()).collect();
    // Fourteen pages hold them, and the page past the end is asked for too.
    assert_eq!(pages, (0..=14).collect());
}
