//! The steps at the source: reaching it, and one call with the subject's token.

use super::{Diagnosis, Line, State, Step};
use crate::exchange::{Citizen, Content, Control, Exchange, Request, Response, STAND_IN_ACM, Target, Tls};
use crate::reason::cause::{Told, source_refused};
use crate::text;

const REACH: [Step; 3] = [Step::SourceName, Step::SourceConnection, Step::SourceTls];

impl Diagnosis<'_> {
    pub(super) fn source(&mut self) -> Result<(), Box<Request>> {
        let setup = &self.recording.setup;
        let call = Request::entry(Citizen::Subject).query("limit", 1);
        if setup.base_url.starts_with("https://") {
            let shaken = self.exchange(Request::probe(Target::Tls(Tls::Modern)))?;
            self.reached(REACH, &setup.base_url, shaken.result.as_ref());
        } else if self.subject_has_no_token().is_none() {
            let asked = self.exchange(call.clone())?;
            self.reached(REACH, &setup.base_url, asked.result.as_ref());
        }
        if let Some(earlier) = self.subject_has_no_token().or_else(|| self.broken(&REACH)) {
            self.lines.push(Line::after(Step::Call, earlier));
            return Ok(());
        }
        let asked = self.exchange(call)?;
        if let Some(line) = self.refused_at_the_issuer(asked)? {
            self.lines.push(line);
            return Ok(());
        }
        match &asked.result {
            Err(failure) => self.lines.push(Line::unanswered(setup, Step::Call, failure)),
            Ok(response) => {
                self.lines.push(called(response));
                self.clock(Step::SourceClock, asked, response);
            }
        }
        Ok(())
    }

    /// That our own ACM refused the source when it asked about a token, where the call came to nothing: then that is why.
    fn refused_at_the_issuer(&self, called: &Exchange) -> Result<Option<Line>, Box<Request>> {
        let setup = &self.recording.setup;
        let works = called.result.as_ref().is_ok_and(|response| response.status == 200);
        if works || setup.acm.is_none() || setup.environment != STAND_IN_ACM {
            return Ok(None);
        }
        let asked = self.exchange(Request::control(Control::Refused))?;
        let told = asked.result.as_ref().ok().and_then(source_refused);
        let line = |Told { what, remedy, who }: Told| Line {
            step: Step::Call,
            state: State::Fault,
            seen: what,
            remedy: Some(remedy),
            who: Some(who),
        };
        Ok(told.map(line))
    }

    /// The step because of which there is no TX token of the subject.
    fn subject_has_no_token(&self) -> Option<Step> {
        let ready = |person: &crate::exchange::Person| person.ready_token;
        let setup = &self.recording.setup;
        if setup.acm.is_none() || setup.citizens.get(&Citizen::Subject).is_some_and(ready) {
            return None;
        }
        // The subject is the first citizen, so its exchange is the first one.
        let first = self.lines.iter().find(|line| line.step == Step::Exchange)?;
        match first.state {
            State::Ok | State::Warning => None,
            State::Fault | State::Unknown => Some(Step::Exchange),
            State::NotTried => {
                self.broken(&[Step::IssuerName, Step::IssuerConnection, Step::IssuerTls, Step::Discovery, Step::Client])
            }
        }
    }
}

/// What the source answered to the list of the subject.
fn called(response: &Response) -> Line {
    let status = response.status;
    let fault = |seen, remedy| Line::owner(Step::Call, State::Fault, seen, remedy);
    match (status, &response.content) {
        (200, Content::Json(_)) => {
            Line::ok(Step::Call, text!("de bron antwoordt 200 met JSON", "the source answers 200 with JSON"))
        }
        (401, _) => fault(
            text!("de bron weigert een goed token (401)", "the source refuses a good token (401)"),
            text!(
                "de bron introspecteert het niet, of met andere credentials of in een andere omgeving, of verwacht een andere audience: kijk in haar logboek",
                "the source does not introspect it, or with other credentials or in another environment, or expects another audience: look into its log"
            ),
        ),
        (403, Content::Text(_) | Content::Empty) => fault(
            text!(
                "de bron, of wat ervoor staat, laat deze oproep niet toe (403)",
                "the source, or what is in front of it, does not allow this call (403)"
            ),
            text!(
                "kijk of een firewall of toegangslijst dit adres weigert, en welke scope de bron verwacht (`acm.scope`)",
                "check whether a firewall or allow-list refuses this address, and which scope the source expects (`acm.scope`)"
            ),
        ),
        (403, _) => fault(
            text!("de bron staat dit niet toe (403)", "the source does not allow this (403)"),
            text!(
                "controleer `acm.scope`, en of `insz` en token van dezelfde testburger zijn",
                "check `acm.scope`, and that `insz` and token are of the same test citizen"
            ),
        ),
        (404 | 410, _) => fault(
            text!("de bron kent deze URL niet ({status})", "the source does not know this URL ({status})"),
            text!(
                "controleer `source.base_url`: tot en met de versie, zonder `/certificates`",
                "check `source.base_url`: up to and including the version, without `/certificates`"
            ),
        ),
        (300..=399, _) => fault(
            text!("de bron verwijst door ({status})", "the source redirects ({status})"),
            text!(
                "schrijf in `source.base_url` de URL waarnaar ze doorverwijst; een token volgt geen doorverwijzing",
                "write in `source.base_url` the URL to which it redirects; a token follows no redirect"
            ),
        ),
        (429 | 500.., _) => Line::owner(
            Step::Call,
            State::Unknown,
            text!("de bron antwoordde {status}", "the source answered {status}"),
            text!(
                "probeer later opnieuw, of kijk in het logboek van de bron",
                "try again later, or look into the source's log"
            ),
        ),
        _ => fault(
            text!(
                "de bron antwoordde {status}, en niet 200 met JSON",
                "the source answered {status}, not 200 with JSON"
            ),
            text!(
                "controleer `source.base_url`, en of een aanmeldpagina of gateway antwoordt",
                "check `source.base_url`, and whether a login page or a gateway answers"
            ),
        ),
    }
}
