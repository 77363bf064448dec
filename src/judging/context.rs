//! What a check sees: it asks the recording through a [`CheckContext`], and `?` ends it when an exchange is not there yet. Here
//! too stands what the chapters share: pages, walks, samples, and refusals between their controls.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::sync::Arc;

use jiff::Timestamp;

use crate::base::text::Text;
use crate::catalogue::{Catalogue, Requirement};
use crate::evidence::exchange::{Citizen, Exchange, Kind, Phase, Request, Response};
use crate::evidence::recording::{EvidenceKeys, Recording};
use crate::evidence::setup::Setup;
use crate::judging::reason;
use crate::judging::verdict::{Finding, Obstacle, Verdict};
use crate::text;

mod findings;
mod look;
mod run;
mod whose;

pub use findings::Findings;
pub use look::LOOKS;
pub use run::request_all;
pub use whose::Whose;

/// Why a check ended early.
#[derive(Debug)]
pub enum Stop {
    /// These exchanges are not there yet.
    Missing(Vec<Request>),
    /// It looks at the whole run, which is not over yet.
    NeedsWholeRun,
    /// The verdict is known already: blocked, or not applicable.
    Verdict(Box<Verdict>),
    /// Blocked by what may be true of this moment alone, such as a certificate that is gone since it was listed: it is
    /// looked at again, and counts only when every look says so.
    Moment(Box<Verdict>),
}

impl Stop {
    /// Blocked by an answer: of the moment where it says that there is no such resource any more.
    pub fn by_answer(response: &Response, verdict: Verdict) -> Self {
        if response.is_gone() { Self::Moment(Box::new(verdict)) } else { verdict.into() }
    }
}

impl From<Verdict> for Stop {
    fn from(verdict: Verdict) -> Self {
        Self::Verdict(Box::new(verdict))
    }
}

impl From<Box<Verdict>> for Stop {
    fn from(verdict: Box<Verdict>) -> Self {
        Self::Verdict(verdict)
    }
}

/// What a check returns.
pub type Judgement = Result<Verdict, Stop>;

/// Both, or everything that either still needs; else the first reason why not.
pub fn join<A, B>(one: Result<A, Stop>, other: Result<B, Stop>) -> Result<(A, B), Stop> {
    match (one, other) {
        (Err(Stop::Missing(mut missing)), Err(Stop::Missing(more))) => {
            missing.extend(more);
            Err(Stop::Missing(missing))
        }
        (Err(missing @ Stop::Missing(_)), _) | (_, Err(missing @ Stop::Missing(_))) => Err(missing),
        (one, other) => Ok((one?, other?)),
    }
}

/// An answer with the exchange that it belongs to.
#[derive(Clone, Copy, Debug)]
pub struct Answer<'a> {
    /// The exchange.
    pub exchange: &'a Exchange,
    /// Its answer.
    pub response: &'a Response,
}

impl<'a> Answer<'a> {
    /// The request that was answered.
    pub fn request(&self) -> &'a Request {
        &self.exchange.request
    }

    /// A finding in this answer.
    pub fn finding(&self, place: impl Into<String>, expected: Text, actual: Text) -> Finding {
        Finding::new(self.request(), place, expected, actual)
    }
}

/// What hostile requests came to, and whether the good token was still accepted after them.
#[derive(Debug)]
pub struct Probed<'a> {
    /// What came of each probe.
    pub exchanges: Vec<&'a Exchange>,
    /// The closing control.
    pub closing: Result<(), Stop>,
}

/// The recording, as one check sees it.
pub struct CheckContext<'a> {
    recording: &'a Recording,
    /// The requirement that is judged.
    pub requirement: &'a Requirement,
    /// The catalogue, for what belongs to the source specification as a whole.
    pub catalogue: &'a Catalogue,
    asked: RefCell<EvidenceKeys>,
    /// Which look it is at what answers of several moments show.
    look: Cell<u32>,
}

impl<'a> CheckContext<'a> {
    /// A case for one requirement.
    pub fn new(recording: &'a Recording, requirement: &'a Requirement, catalogue: &'a Catalogue) -> Self {
        Self { recording, requirement, catalogue, asked: RefCell::default(), look: Cell::new(0) }
    }

    /// What the run knew of itself.
    pub fn setup(&self) -> &'a Setup {
        &self.recording.setup
    }

    /// The start of the run: what a check takes for "now".
    pub fn now(&self) -> Timestamp {
        self.recording.started
    }

    /// Everything that the check asked for.
    pub fn evidence(self) -> EvidenceKeys {
        self.asked.into_inner()
    }

    /// What several checks draw alike from the exchanges: drawn by the first of them, as long as none is added. `draw`
    /// may look at the recording and at the source specification, not at the requirement.
    pub fn memoized<T: Any + Send + Sync>(&self, draw: impl FnOnce() -> Result<T, Stop>) -> Result<Arc<T>, Stop> {
        // What is drawn is kept for those who look for the first time.
        if self.look.get() > 0 {
            return draw().map(Arc::new);
        }
        if let Some((drawn, from)) = self.recording.memoized() {
            self.asked.borrow_mut().extend(from.iter().cloned());
            return Ok(drawn);
        }
        // What is asked for meanwhile is evidence of every check that uses it.
        let before = self.asked.take();
        let drawn = draw();
        let from = self.asked.replace(before);
        self.asked.borrow_mut().extend(from.iter().cloned());
        let drawn = Arc::new(drawn?);
        self.recording.memoize(Arc::clone(&drawn), from);
        Ok(drawn)
    }

    /// A word that is the same in a replay: invented ids and the like.
    pub fn invented(&self, label: &str) -> String {
        crate::evidence::recording::invented(self.recording.seed, label)
    }

    /// Pass or fail, by the findings. Of many the first ones are shown, with the number of the others.
    pub fn judged(&self, findings: impl IntoIterator<Item = Finding>) -> Judgement {
        self.concluded(findings.into_iter().collect())
    }

    /// The same, of findings that were collected.
    pub fn concluded(&self, findings: Findings) -> Judgement {
        let level = self.requirement.level;
        Ok(Verdict::judged(level, findings.shown(level)))
    }

    /// Like [`CheckContext::judged`]; without a finding that counts in full, what could not be judged blocks the requirement: a
    /// weaker finding beside it must not make an obligation a mere warning.
    pub fn judged_unless(
        &self,
        findings: impl IntoIterator<Item = Finding>,
        obstacle: Option<impl Into<Stop>>,
    ) -> Judgement {
        let findings: Findings = findings.into_iter().collect();
        match obstacle {
            Some(obstacle) if !findings.any_counts_as(self.requirement.level) => Err(obstacle.into()),
            _ => self.concluded(findings),
        }
    }

    /// A list of words from the requirement's parameters in the catalogue.
    pub fn parameter(&self, name: &str) -> Vec<&'a str> {
        self.requirement.parameters.get(name).into_iter().flatten().map(String::as_str).collect()
    }

    /// What came of these requests, whatever it was. All that is missing is asked for at once.
    pub fn attempts(&self, requests: &[Request]) -> Result<Vec<&'a Exchange>, Stop> {
        let (mut found, mut missing) = (Vec::with_capacity(requests.len()), Vec::new());
        let mut asked = self.asked.borrow_mut();
        for request in requests {
            let request = self.looked(request);
            match self.recording.shared(&request) {
                Some((request, exchange)) => {
                    asked.insert(Arc::clone(request));
                    found.push(exchange);
                }
                None => missing.push(request),
            }
        }
        if missing.is_empty() { Ok(found) } else { Err(Stop::Missing(missing)) }
    }

    /// What came of a request, whatever it was.
    pub fn attempt(&self, request: &Request) -> Result<&'a Exchange, Stop> {
        self.attempts(std::slice::from_ref(request))?
            .first()
            .copied()
            .ok_or_else(|| Stop::Missing(vec![request.clone()]))
    }

    /// The answers to these requests; blocked where one is not [`conclusive`].
    pub fn responses(&self, requests: &[Request]) -> Result<Vec<Answer<'a>>, Stop> {
        self.attempts(requests)?.into_iter().map(|exchange| Ok(conclusive(exchange)?)).collect()
    }

    /// The answer to a request; blocked where it is not [`conclusive`].
    pub fn response(&self, request: &Request) -> Result<Answer<'a>, Stop> {
        Ok(conclusive(self.attempt(request)?)?)
    }

    /// Whether the run is over: nothing more is sent.
    pub fn is_over(&self) -> bool {
        self.recording.closed
    }

    /// Every exchange with the source in the whole run, but for what it answered while our own ACM was closed: that was
    /// our doing. Ask for what must be among them before: nothing is sent after.
    pub fn whole_run(&self) -> Result<impl Iterator<Item = &'a Exchange>, Stop> {
        Ok(self.whole_run_and_outage()?.filter(|exchange| exchange.request.phase != Phase::Outage))
    }

    /// Every exchange with the source in the whole run.
    pub fn whole_run_and_outage(&self) -> Result<impl Iterator<Item = &'a Exchange>, Stop> {
        if !self.recording.closed {
            return Err(Stop::NeedsWholeRun);
        }
        Ok(self.recording.exchanges().filter(|exchange| exchange.request.kind() != Kind::Issuer))
    }

    /// The surrogate of a citizen's number; blocked where the profile has no such citizen.
    pub fn insz(&self, citizen: Citizen) -> Result<&'a str, Stop> {
        let person = self.setup().citizens.get(&citizen);
        person
            .map(|person| person.insz.as_str())
            .ok_or_else(|| reason::no_citizen(citizen, &self.setup().subject).into())
    }

    /// What hostile requests came to, between their controls. A refusal proves something only when the same request
    /// with the good token was answered 2xx before and after; else the verdict is blocked.
    pub fn between_controls(&self, control: &Request, probes: &[Request]) -> Result<Vec<Answer<'a>>, Stop> {
        let probed = self.probed(control, probes)?;
        probed.closing?;
        probed.exchanges.into_iter().map(|exchange| Ok(conclusive(exchange)?)).collect()
    }

    /// Like [`CheckContext::between_controls`], for checks to which a leak is a leak whatever came after it.
    pub fn probed(&self, control: &Request, probes: &[Request]) -> Result<Probed<'a>, Stop> {
        let opening = self.attempt(&control.clone().phase(Phase::Opening))?;
        control_holds(opening)?;
        let mut requests: Vec<Request> = probes.iter().map(|probe| probe.clone().phase(Phase::Hostile)).collect();
        requests.push(control.clone().phase(Phase::Closing));
        let mut exchanges = self.attempts(&requests)?;
        let closing = exchanges.pop().map_or(Ok(()), control_holds);
        Ok(Probed { exchanges, closing })
    }
}

/// The answer to a call, where it says anything of the server's own rules. None that came, a reset, and what a gateway
/// or a busy server answers do not: they block whatever waits for them and fail nothing. The one place that decides it.
pub fn conclusive(exchange: &Exchange) -> Result<Answer<'_>, Box<Verdict>> {
    match &exchange.result {
        Err(failure) => Err(Box::new(reason::no_answer(&exchange.request, failure))),
        Ok(response) if response.is_unavailable() => {
            Err(Box::new(reason::unavailable(&exchange.request, response.status)))
        }
        Ok(response) => Ok(Answer { exchange, response }),
    }
}

fn control_holds(control: &Exchange) -> Result<(), Stop> {
    let answer = conclusive(control)?;
    if answer.response.is_success() {
        return Ok(());
    }
    let status = answer.response.status;
    let verdict = Verdict::blocked(
        text!(
            "de bron antwoordde {status} op het goede token, net voor of na de proef: een weigering bewijst dan niets",
            "the source answered {status} to the good token, just before or after the probe: a refusal then proves nothing"
        ),
        text!(
            "zorg dat de bron het goede token blijft aanvaarden, en keur opnieuw",
            "make the source keep accepting the good token, and check again"
        ),
    )
    .by(Obstacle::Call(answer.request().clone()));
    // A list comes and goes with its address, not by itself.
    Err(if control.request.kind() == Kind::List { verdict.into() } else { Stop::by_answer(answer.response, verdict) })
}
