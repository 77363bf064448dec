//! The steps at the source: reaching it, and one call with the subject's token.

use super::{Diagnosis, Line, State, Step};
use crate::evidence::exchange::{
    Citizen, Control, Exchange, FailureKind, Request, Response, STAND_IN_ACM, Target, Tls,
};
use crate::evidence::setup::Setup;
use crate::judging::reason::cause::{refused, source_did_not_ask, source_refused, speaks_tls};
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
        if let Some(line) = self.wants_tls(asked)? {
            self.lines.push(line);
            return Ok(());
        }
        match &asked.result {
            Err(failure) => self.lines.push(Line::unanswered(setup, Step::Call, failure)),
            Ok(response) => {
                self.lines.push(called(setup, response));
                self.clock(Step::SourceClock, asked, response);
            }
        }
        Ok(())
    }

    /// That our own ACM refused the source when it asked about a token, or was not asked, where the call came to nothing:
    /// then that is why.
    fn refused_at_the_issuer(&self, called: &Exchange) -> Result<Option<Line>, Box<Request>> {
        let setup = &self.recording.setup;
        let works = called.result.as_ref().is_ok_and(|response| response.status == 200);
        if works || setup.acm.is_none() || setup.environment != STAND_IN_ACM {
            return Ok(None);
        }
        let asked = self.exchange(Request::control(Control::Refused))?;
        let status = called.result.as_ref().ok().map(|response| response.status);
        let is_explained = match &called.result {
            Ok(response) => matches!(response.status, 401 | 403 | 500..),
            Err(failure) => {
                failure.trouble.is_none() && matches!(failure.kind, FailureKind::Broken | FailureKind::Timeout)
            }
        };
        let not_asked = || source_did_not_ask(asked, status).filter(|_| is_explained);
        Ok(source_refused(asked).or_else(not_asked).map(|told| Line::told(Step::Call, State::Fault, told)))
    }

    /// That plain http breaks off because that port is for https: most servers close the connection without a word.
    fn wants_tls(&self, called: &Exchange) -> Result<Option<Line>, Box<Request>> {
        let setup = &self.recording.setup;
        let is_broken = called.result.as_ref().is_err_and(|failure| failure.kind == FailureKind::Broken);
        if !is_broken || !setup.base_url.starts_with("http:") {
            return Ok(None);
        }
        let hello = self.exchange(Request::probe(Target::Tls(Tls::Control)))?;
        Ok(speaks_tls(setup, hello).map(|told| Line::told(Step::Call, State::Fault, told)))
    }

    /// The step because of which there is no TX token of the subject.
    fn subject_has_no_token(&self) -> Option<Step> {
        let ready = |person: &crate::evidence::setup::Person| person.ready_token;
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
fn called(setup: &Setup, response: &Response) -> Line {
    let status = response.status;
    if let Some(told) = refused(setup, response) {
        let state = if matches!(status, 429 | 500..) { State::Unknown } else { State::Fault };
        return Line::told(Step::Call, state, told);
    }
    if status == 200 && response.is_json() {
        return Line::ok(Step::Call, text!("de bron antwoordt 200 met JSON", "the source answers 200 with JSON"));
    }
    Line::owner(
        Step::Call,
        State::Fault,
        text!("de bron antwoordde {status}, en niet 200 met JSON", "the source answered {status}, not 200 with JSON"),
        text!(
            "controleer `source.base_url`, en of een aanmeldpagina of gateway antwoordt",
            "check `source.base_url`, and whether a login page or a gateway answers"
        ),
    )
}
