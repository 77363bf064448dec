//! What keeps a visit to an application from being one: nobody answers where people start, or nothing there leads to a login
//! at the issuer. It says nothing of how the application hands over.

use super::{CauseKind, IssuerIs, Place, Server, Told, origin_of};
use crate::base::text::{Text, shown};
use crate::evidence::exchange::visit::{Act, Call, Ended, Fact, Navigation, Timeline, What};
use crate::evidence::exchange::{Failure, Visit, is_unavailable};
use crate::evidence::setup::Setup;

/// Why a visit did not open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unopened {
    /// The kind of cause.
    pub kind: CauseKind,
    /// The server that did not answer, or not as it should.
    pub server: Server,
    /// Scheme, host and port of that server.
    pub origin: String,
    /// What is known besides, such as a status; may be empty.
    detail: Text,
}

impl Unopened {
    /// What kept a visit from opening; none where it opened.
    pub fn of(visit: &Visit, timeline: &Timeline, setup: &Setup) -> Option<Self> {
        let issuer = setup.acm.as_ref().map_or(String::new(), |acm| origin_of(&acm.issuer));
        let of_step = |fact: &&Fact| fact.step == 0;
        let navigations = || timeline.facts.iter().filter(of_step).filter_map(navigation);
        let start = setup.application().and_then(|one| one.start_url.as_deref()).unwrap_or_default();
        let by = |kind: CauseKind, url: &str, detail: Text| {
            let origin = origin_of(url);
            let server = if origin == issuer { Server::Issuer } else { Server::Application };
            Self { kind, server, origin, detail }
        };
        for navigation in navigations() {
            // What was not followed was not asked either.
            if let Some(failure) = navigation.failure.filter(|failure| failure.was_sent()) {
                let origin = origin_of(&navigation.url);
                let kind = CauseKind::of_failure(&Failure::new(failure, Text::default()), &origin)?;
                return Some(by(kind, &navigation.url, Text::default()));
            }
            if let Some(status) = navigation.status.filter(|status| is_unavailable(*status)) {
                return Some(by(CauseKind::of_unavailable(status), &navigation.url, Text::default()));
            }
        }
        let logs_in = visit.steps.iter().flat_map(|step| &step.0).any(|deed| matches!(deed.act, Act::LogIn(_)));
        if !logs_in || reaches_login(timeline, &issuer) {
            return None;
        }
        let last = navigations().next_back()?;
        if let Some(status) = last.status.filter(|status| *status >= 400) {
            let kind =
                if matches!(status, 404 | 410) { CauseKind::NothingAtStartUrl } else { CauseKind::UnexpectedStatus };
            return Some(by(kind, &last.url, Text::same(format!(" ({status})"))));
        }
        if navigations().any(|navigation| navigation.page.scripts) {
            return Some(by(CauseKind::ScriptsWanted, start, Text::default()));
        }
        let elsewhere = |fact: &Fact| matches!(fact.what, What::Ended(Ended::Elsewhere { .. }));
        if timeline.facts.iter().any(elsewhere) {
            let left = last.header("location").map_or(last.url.as_str(), |location| location);
            let to = shown(&origin_of(left));
            return Some(by(CauseKind::LoginElsewhere, start, Text::same(to)));
        }
        Some(by(CauseKind::LoginNotReached, start, Text::default()))
    }

    /// What it is, what to do and who does it.
    pub fn told(&self, setup: &Setup) -> Option<Told> {
        let issuer = IssuerIs::of(&setup.environment);
        let server = if self.server == Server::Issuer { Server::Issuer } else { Server::Application };
        self.kind.told(Place { server, origin: &self.origin, issuer }, &self.detail)
    }
}

fn navigation(fact: &Fact) -> Option<&Navigation> {
    match &fact.what {
        What::Navigation(navigation) => Some(navigation),
        _ => None,
    }
}

/// Whether somebody came to the authorization endpoint of the issuer, or to any page of it.
fn reaches_login(timeline: &Timeline, issuer: &str) -> bool {
    timeline.facts.iter().any(|fact| match &fact.what {
        What::Received(received) => received.call == Call::Authorization,
        What::Navigation(navigation) => !issuer.is_empty() && origin_of(&navigation.url) == issuer,
        _ => false,
    })
}
