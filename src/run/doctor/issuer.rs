//! The steps at the issuer: reaching it, discovery, the client, the exchange, and what introspection says.

use jiff::Timestamp;
use serde_json::Value;

use super::{Diagnosis, Line, State, Step};
use crate::base::lifetime::lifetime;
use crate::base::text::{Text, shown};
use crate::evidence::exchange::{Auth, Citizen, Failure, FailureKind, Grant, IssuerCall, Request, Response};
use crate::evidence::introspection::{Introspection, names};
use crate::evidence::setup::{AcmSetup, Person, Setup};
use crate::judging::reason::issuer::{
    Advice, came, no_introspection, refusal, refused_for_mbp, unfit, unsigned_reading, wrong_issuer,
};
use crate::text;

const REACH: [Step; 3] = [Step::IssuerName, Step::IssuerConnection, Step::IssuerTls];

impl Diagnosis<'_> {
    pub(super) fn issuer(&mut self) -> Result<(), Box<Request>> {
        let setup = &self.recording.setup;
        let Some(acm) = &setup.acm else { return Ok(()) };
        let asked = self.exchange(Request::issuer(IssuerCall::Discovery))?;
        self.reached(REACH, &acm.issuer, asked.result.as_ref());
        let line = match (self.broken(&REACH), &asked.result) {
            (Some(earlier), _) => Line::after(Step::Discovery, earlier),
            (None, Err(failure)) => Line::unanswered(setup, Step::Discovery, failure),
            (None, Ok(response)) => discovery(acm, response),
        };
        self.lines.push(line);
        if let Ok(response) = &asked.result {
            self.clock(Step::IssuerClock, asked, response);
        }
        self.client(acm)?;
        let citizens = self.recording.setup.citizens.iter();
        let citizens: Vec<(Citizen, &Person)> = citizens.map(|(citizen, person)| (*citizen, person)).collect();
        for (citizen, person) in citizens {
            let works = self.exchanged(citizen, person)?;
            // Only MBP may introspect a token for MBP.
            if self.recording.setup.application().is_none() || acm.source_client.is_some() {
                self.introspected(acm, citizen, person, works)?;
            }
        }
        Ok(())
    }

    /// Whether ACM recognises the client. That it may have a token of its own matters only where one is used.
    fn client(&mut self, acm: &AcmSetup) -> Result<(), Box<Request>> {
        if let Some(earlier) = self.broken(&[REACH.as_slice(), &[Step::Discovery]].concat()) {
            self.lines.push(Line::after(Step::Client, earlier));
            return Ok(());
        }
        let asked = self.exchange(Request::issuer(IssuerCall::Token(Grant::Actor)))?;
        let (setup, id) = (&self.recording.setup, shown(&acm.client_id));
        let recognised = || text!("ACM herkent client {id}", "ACM recognises client {id}");
        let line = match &asked.result {
            Ok(response) if is_token(response) => Line::ok(Step::Client, recognised()),
            Ok(response) if !acm.actor && knows_the_client(response) => {
                let (nl, en) = (recognised().nl, recognised().en);
                Line::ok(
                    Step::Client,
                    text!(
                        "{nl}; een token voor zichzelf krijgt hij niet, en dat heeft dit profiel niet nodig",
                        "{en}; it gets no token for itself, which this profile does not need"
                    ),
                )
            }
            result => refused(setup, Step::Client, result),
        };
        self.lines.push(line);
        Ok(())
    }

    /// The exchange of one citizen's token. Whether there is a TX token afterwards.
    fn exchanged(&mut self, citizen: Citizen, person: &Person) -> Result<bool, Box<Request>> {
        let name = shown(&person.name);
        if person.ready_token {
            let why = text!("{name}: het profiel geeft een TX-token", "{name}: the profile gives a TX token");
            self.lines.push(Line::unasked(Step::Exchange, why, None));
            return Ok(true);
        }
        let before = [REACH.as_slice(), &[Step::Discovery, Step::Client]].concat();
        if let Some(earlier) = self.broken(&before) {
            self.lines.push(Line::after(Step::Exchange, earlier));
            return Ok(false);
        }
        let request = Request::issuer(IssuerCall::Token(Grant::Exchange(citizen)));
        let asked = self.exchange(request.clone())?;
        // Where the token goes through other clients first, one of those exchanges may be what failed.
        let asked = self.recording.cause(&request).unwrap_or(asked);
        let setup = &self.recording.setup;
        // An application that is visited needs no token of the profile.
        let is_visited = setup.application().is_some_and(|own| own.start_url.is_some());
        let (nl, en) = match setup.application() {
            Some(_) => ("token voor MBP", "token for MBP"),
            None => ("TX-token", "TX token"),
        };
        let line = match &asked.result {
            Ok(response) if is_token(response) && asked.request == request => {
                let member = |name: &str| response.json().and_then(|json| json.get(name));
                let seconds = member("expires_in").and_then(lifetime).unwrap_or_default();
                let granted = names(member("scope")).join(" ");
                // Absent: as it was asked for (RFC 6749, section 5.1).
                let asked = self.recording.setup.acm.as_ref().and_then(|acm| acm.scope.as_deref());
                let scope = shown(if granted.is_empty() { asked.unwrap_or("-") } else { &granted });
                Line::ok(
                    Step::Exchange,
                    text!(
                        "{nl} van {name}, {seconds} s geldig, scope {scope}",
                        "{en} of {name}, valid {seconds} s, scope {scope}"
                    ),
                )
            }
            Err(failure) if is_visited && failure.kind == FailureKind::NotConfigured => {
                let why = text!(
                    "{name}: het profiel heeft geen aanmelding; bezoeken vragen er geen",
                    "{name}: the profile has no login; visits need none"
                );
                Line::unasked(Step::Exchange, why, None)
            }
            Ok(response) if setup.application().is_some() && asked.request == request => {
                let advice = refused_for_mbp(response).unwrap_or_else(|| refusal(response));
                named(described(Step::Exchange, response, advice), &name)
            }
            result => named(refused(setup, Step::Exchange, result), &name),
        };
        let works = line.works();
        self.lines.push(line);
        Ok(works)
    }

    /// Whether the source would accept that token: audience, scope, life and citizen.
    fn introspected(
        &mut self,
        acm: &AcmSetup,
        citizen: Citizen,
        person: &Person,
        works: bool,
    ) -> Result<(), Box<Request>> {
        let name = shown(&person.name);
        if !works {
            self.lines.push(named(Line::after(Step::Audience, Step::Exchange), &name));
            return Ok(());
        }
        if acm.source_client.is_none() {
            let why = text!(
                "{name}: zonder de credentials van de bron is het token niet na te kijken",
                "{name}: without the source's credentials the token cannot be introspected"
            );
            let remedy =
                text!("vul `acm.source_client` in het profiel in", "fill in `acm.source_client` in the profile");
            self.lines.push(Line::unasked(Step::Audience, why, Some(remedy)));
            return Ok(());
        }
        let asked = self.exchange(Request::issuer(IssuerCall::Introspection(Auth::Token(citizen))))?;
        let setup = &self.recording.setup;
        let line = match &asked.result {
            Ok(response) => match response.introspection() {
                Some(said) => introspection(acm, person, response, said, self.recording.started),
                None => described(Step::Audience, response, no_introspection(response)),
            },
            Err(failure) => Line::unanswered(setup, Step::Audience, failure),
        };
        self.lines.push(named(line, &name));
        Ok(())
    }
}

/// The same line, with the citizen whom it is about.
fn named(line: Line, name: &str) -> Line {
    let seen = line.seen.map(|seen| format!("{name}: {seen}"));
    Line { seen, ..line }
}

fn is_token(response: &Response) -> bool {
    let token = response.json().and_then(|json| json.get("access_token")?.as_str());
    response.is_grant() && token.is_some_and(|token| !token.is_empty())
}

/// An error that ACM gives only to a client that it recognised.
fn knows_the_client(response: &Response) -> bool {
    let code = response.json().and_then(|json| json.get("error")?.as_str());
    code.is_some_and(|code| {
        ["unauthorized_client", "unsupported_grant_type", "invalid_scope", "invalid_target", "access_denied"]
            .contains(&code)
    })
}

fn discovery(acm: &AcmSetup, response: &Response) -> Line {
    let Some(document) = response.json().filter(|json| response.status == 200 && json.is_object()) else {
        return answered(Step::Discovery, response);
    };
    match document.get("issuer").and_then(Value::as_str) {
        Some(issuer) if issuer == acm.issuer => {
            Line::ok(Step::Discovery, text!("de uitgever is {issuer}", "the issuer is {issuer}"))
        }
        other => {
            let other = shown(other.unwrap_or("-"));
            let seen = text!("de uitgever noemt zich {other}", "the issuer calls itself {other}");
            Line::advised(Step::Discovery, State::Fault, &seen, wrong_issuer())
        }
    }
}

/// No token came: why.
fn refused(setup: &Setup, step: Step, result: &Result<Response, Failure>) -> Line {
    match result {
        Ok(response) => answered(step, response),
        Err(failure) => Line::unanswered(setup, step, failure),
    }
}

/// An answer that is not the one asked for.
fn answered(step: Step, response: &Response) -> Line {
    described(step, response, refusal(response))
}

/// The same, with what it means.
fn described(step: Step, response: &Response, advice: Advice) -> Line {
    let Text { nl, en } = came(response);
    let state = if matches!(response.status, 429 | 500..) { State::Unknown } else { State::Fault };
    Line::advised(step, state, &text!("ACM antwoordde {nl}", "ACM answered {en}"), advice)
}

/// Whether the source would accept a token, by what introspection says of it.
#[expect(clippy::cast_precision_loss, reason = "seconds since 1970 are far below 2^52")]
fn introspection(
    acm: &AcmSetup,
    person: &Person,
    response: &Response,
    said: Introspection<'_>,
    started: Timestamp,
) -> Line {
    let now = response.date().unwrap_or(started).as_second() as f64;
    if let Some(why) = said.unfit(acm, &person.insz, now).first() {
        let seen = text!("de bron zou het token weigeren", "the source would refuse the token");
        return Line::advised(Step::Audience, State::Fault, &seen, unfit(why));
    }
    let (audiences, insz) = (shown(&said.stated_audiences().join(" ")), &person.insz);
    let how = if response.is_jwt() { unsigned_reading().map(|how| format!(" ({how})")) } else { Text::default() };
    let Text { nl, en } = how;
    Line::ok(
        Step::Audience,
        text!("actief, voor {audiences}, van {insz}{nl}", "active, for {audiences}, of {insz}{en}"),
    )
}
