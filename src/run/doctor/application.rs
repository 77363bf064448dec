//! The steps at an application: reaching it, and whether its start page leads to the login of ACM. Nothing is filled in.

use super::{Diagnosis, Line, State, Step};
use crate::base::text::{Text, shown};
use crate::evidence::exchange::visit::{Act, Ended, Timeline, What};
use crate::evidence::exchange::{Request, Response, Target, Tls, Visit};
use crate::evidence::setup::{ApplicationSetup, Setup};
use crate::text;

const REACH: [Step; 3] = [Step::ApplicationName, Step::ApplicationConnection, Step::ApplicationTls];

impl Diagnosis<'_> {
    pub(super) fn application(&mut self, application: &ApplicationSetup) -> Result<(), Box<Request>> {
        let setup = &self.recording.setup;
        if application.start_url.is_none() {
            let why = text!(
                "het profiel heeft geen `application.start_url`: enkel de eigen credentials worden gekeurd",
                "the profile has no `application.start_url`: only its own credentials are checked"
            );
            self.lines.push(Line::unasked(Step::Start, why, None));
            return Ok(());
        }
        if setup.base_url.starts_with("https://") {
            let shaken = self.exchange(Request::probe(Target::Tls(Tls::Modern)))?;
            self.reached(REACH, &setup.base_url, shaken.result.as_ref());
        }
        if let Some(earlier) = self.broken(&REACH) {
            self.lines.push(Line::after(Step::Start, earlier));
            return Ok(());
        }
        let visit = Request::probe(Target::Visit(Box::new(Visit::of([Act::Start]))));
        let asked = self.exchange(visit)?;
        self.lines.push(match &asked.result {
            Err(failure) => Line::unanswered(setup, Step::Start, failure),
            Ok(response) => started(setup, response),
        });
        Ok(())
    }
}

/// Where the start page led somebody who is not signed in.
fn started(setup: &Setup, response: &Response) -> Line {
    let facts = response.view::<Timeline>().map(|timeline| timeline.facts.as_slice()).unwrap_or_default();
    let ended = facts.iter().rev().find_map(|fact| match fact.what {
        What::Ended(ended) => Some(ended),
        _ => None,
    });
    let last = facts.iter().rev().find_map(|fact| match &fact.what {
        What::Navigation(navigation) => Some((navigation.status, shown(&navigation.url))),
        _ => None,
    });
    let (status, url) = last.unwrap_or_default();
    match ended {
        Some(Ended::AtLogin { .. }) => Line::ok(
            Step::Start,
            text!(
                "de startpagina leidt naar de aanmeldpagina van ACM; daar is niets ingevuld",
                "the start page leads to the login page of ACM; nothing was filled in there"
            ),
        ),
        Some(Ended::Page { .. }) => at_a_page(status, &url),
        Some(Ended::AtMbp { .. }) => fault(
            text!(
                "de startpagina stuurt naar MBP, ook wie niet aangemeld is",
                "the start page sends on to MBP, even somebody who is not signed in"
            ),
            text!(
                "geef als `application.start_url` de pagina die de aanmelding begint; wat doorgeeft hoort in `hand_over_urls`",
                "give as `application.start_url` the page that begins the login; what hands over belongs in `hand_over_urls`"
            ),
        ),
        Some(Ended::Elsewhere { .. }) => {
            let issuer = setup.acm.as_ref().map_or_else(String::new, |acm| shown(&acm.issuer));
            fault(
                text!(
                    "de startpagina leidt naar een adres dat noch van de toepassing, noch van {issuer} is",
                    "the start page leads to an address that is neither the application's nor {issuer}'s"
                ),
                text!(
                    "is het van de toepassing, noem het dan onder `application.origins`; anders meldt ze aan bij een andere uitgever dan `acm.environment`",
                    "if it is the application's, name it under `application.origins`; else it logs in at another issuer than `acm.environment`"
                ),
            )
        }
        Some(Ended::TooManyRedirects { .. }) => fault(
            text!("de startpagina blijft doorverwijzen", "the start page keeps redirecting"),
            text!(
                "controleer of de toepassing zonder sessie aan een aanmelding begint",
                "check that the application begins a login where there is no session"
            ),
        ),
        Some(Ended::NoAnswer { ms, .. }) => Line::owner(
            Step::Start,
            State::Unknown,
            text!("de startpagina antwoordde niet binnen {ms} ms", "the start page did not answer within {ms} ms"),
            text!(
                "probeer opnieuw, of geef meer tijd met `application.timeout`",
                "try again, or give it more time with `application.timeout`"
            ),
        ),
        Some(Ended::Nothing { .. } | Ended::Expired { .. }) | None => Line::owner(
            Step::Start,
            State::Unknown,
            text!("het bezoek liep niet ten einde", "the visit did not come to an end"),
            text!("probeer opnieuw", "try again"),
        ),
    }
}

fn fault(seen: Text, remedy: Text) -> Line {
    Line::owner(Step::Start, State::Fault, seen, remedy)
}

/// It showed a page of its own.
fn at_a_page(status: Option<u16>, url: &str) -> Line {
    match status {
        Some(status @ 200..=299) => Line::owner(
            Step::Start,
            State::Warning,
            text!(
                "de startpagina antwoordt {status} en leidt niet vanzelf naar de aanmelding bij ACM",
                "the start page answers {status} and does not lead to the login at ACM by itself"
            ),
            text!(
                "geef als `application.start_url` de pagina die de aanmelding begint; moet daar een script voor lopen, dan ziet een keuring over HTTP dat niet",
                "give as `application.start_url` the page that begins the login; where that takes a script, a check over HTTP does not see it"
            ),
        ),
        status => {
            let status = status.map_or("-".to_owned(), |status| status.to_string());
            fault(
                text!("de startpagina antwoordt {status} ({url})", "the start page answers {status} ({url})"),
                text!(
                    "controleer `application.start_url` en de logs van de toepassing",
                    "check `application.start_url` and the logs of the application"
                ),
            )
        }
    }
}
