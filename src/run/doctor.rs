//! The diagnosis of `bronkeur doctor`: from the profile to one call to the source, or to the start page of an application, each step with what was seen, or with
//! the remedy and who has to act. It judges no requirement.
//!
//! As a check does, it asks the recording: the first exchange that is not there yet ends it, and it is evaluated again
//! when that has come. So a step that failed keeps everything that rests on it from being sent.

mod application;
mod files;
mod issuer;
mod source;

pub use files::files;

use serde::Serialize;

use crate::base::text::Text;
use crate::catalogue::SubjectKind;
use crate::evidence::exchange::{Exchange, Failure, FailureKind, Request, Response};
use crate::evidence::recording::Recording;
use crate::evidence::setup::Setup;
use crate::judging::reason::cause::{Server, Told, unanswered};
use crate::judging::reason::issuer::{ActionOwner, Advice, clock_skew};
use crate::judging::verdict::ExitStatus;
use crate::text;

/// How far two clocks may differ, in seconds: the shortest life of a token that was seen at ACM.
const SKEW: i64 = 60;

/// What is looked at, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// The profile and everything that it refers to.
    Profile,
    /// Who may read the files with secrets.
    Files,
    /// The name of the issuer's host.
    IssuerName,
    /// A connection with it.
    IssuerConnection,
    /// Its TLS and certificate.
    IssuerTls,
    /// Its discovery document.
    Discovery,
    /// Its clock.
    IssuerClock,
    /// Whether it recognises the client.
    Client,
    /// A citizen's token for one of the source.
    Exchange,
    /// What introspection says of it.
    Audience,
    /// The name of the source's host.
    SourceName,
    /// A connection with it.
    SourceConnection,
    /// Its TLS and certificate.
    SourceTls,
    /// One call to the source.
    Call,
    /// Its clock.
    SourceClock,
    /// The name of the application's host.
    ApplicationName,
    /// A connection with it.
    ApplicationConnection,
    /// Its TLS and certificate.
    ApplicationTls,
    /// Where its start page leads.
    Start,
}

impl Step {
    /// Its name for people.
    pub fn name(self) -> Text {
        match self {
            Self::Profile => text!("profiel", "profile"),
            Self::Files => text!("bestanden", "files"),
            Self::IssuerName => text!("ACM: naam (DNS)", "ACM: name (DNS)"),
            Self::IssuerConnection => text!("ACM: verbinding (TCP)", "ACM: connection (TCP)"),
            Self::IssuerTls => text!("ACM: TLS", "ACM: TLS"),
            Self::Discovery => text!("ACM: discovery", "ACM: discovery"),
            Self::IssuerClock => text!("ACM: klok", "ACM: clock"),
            Self::Client => text!("ACM: client", "ACM: client"),
            Self::Exchange => text!("ACM: uitwisseling", "ACM: exchange"),
            Self::Audience => text!("ACM: audience", "ACM: audience"),
            Self::SourceName => text!("bron: naam (DNS)", "source: name (DNS)"),
            Self::SourceConnection => text!("bron: verbinding (TCP)", "source: connection (TCP)"),
            Self::SourceTls => text!("bron: TLS", "source: TLS"),
            Self::Call => text!("bron: één oproep", "source: one call"),
            Self::SourceClock => text!("bron: klok", "source: clock"),
            Self::ApplicationName => text!("toepassing: naam (DNS)", "application: name (DNS)"),
            Self::ApplicationConnection => text!("toepassing: verbinding (TCP)", "application: connection (TCP)"),
            Self::ApplicationTls => text!("toepassing: TLS", "application: TLS"),
            Self::Start => text!("toepassing: startpagina", "application: start page"),
        }
    }
}

impl Step {
    /// The server that it is about.
    fn server(self) -> Server {
        match self {
            Self::SourceName | Self::SourceConnection | Self::SourceTls | Self::Call | Self::SourceClock => {
                Server::Source
            }
            Self::ApplicationName | Self::ApplicationConnection | Self::ApplicationTls | Self::Start => {
                Server::Application
            }
            _ => Server::Issuer,
        }
    }
}

/// How a step came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// As it should be.
    Ok,
    /// It works, and something is to be seen to.
    Warning,
    /// It does not work, and it is known why.
    Fault,
    /// It could not be seen.
    Unknown,
    /// It rests on a step that failed, or the profile does not ask for it.
    NotTried,
}

/// One step of a diagnosis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What was looked at.
    pub step: Step,
    /// How it came out.
    pub state: State,
    /// What was seen.
    pub seen: Text,
    /// What to do.
    pub remedy: Option<Text>,
    /// Who has to do it.
    pub who: Option<ActionOwner>,
}

impl Line {
    /// As it should be.
    pub fn ok(step: Step, seen: Text) -> Self {
        Self { step, state: State::Ok, seen, remedy: None, who: None }
    }

    /// Not as it should be, for the owner of the profile to fix.
    pub fn owner(step: Step, state: State, seen: Text, remedy: Text) -> Self {
        Self { step, state, seen, remedy: Some(remedy), who: Some(ActionOwner::Owner) }
    }

    /// What was seen, and what it means by the table of the issuer's answers.
    fn advised(step: Step, state: State, seen: &Text, advice: Advice) -> Self {
        let (nl, en) = (format!("{}: {}", seen.nl, advice.meaning.nl), format!("{}: {}", seen.en, advice.meaning.en));
        Self { step, state, seen: Text::new(nl, en), remedy: Some(advice.remedy), who: Some(advice.who) }
    }

    /// Not tried, because of an earlier step.
    pub fn after(step: Step, earlier: Step) -> Self {
        let (nl, en) = (earlier.name().nl, earlier.name().en);
        let seen = text!("niet geprobeerd, omdat `{nl}` niet in orde is", "not tried because `{en}` is not in order");
        Self { step, state: State::NotTried, seen, remedy: None, who: None }
    }

    /// Not tried, because the profile does not ask for it.
    fn unasked(step: Step, seen: Text, remedy: Option<Text>) -> Self {
        Self { step, state: State::NotTried, seen, remedy, who: None }
    }

    /// No answer came. A fault where the other side has to be fixed, else nobody can tell.
    fn unanswered(setup: &Setup, step: Step, failure: &Failure) -> Self {
        let state = match failure.kind {
            FailureKind::Tls | FailureKind::Dns | FailureKind::NotConfigured | FailureKind::NoToken => State::Fault,
            _ => State::Unknown,
        };
        Self::told(step, state, unanswered(setup, step.server(), failure))
    }

    /// In the words of a cause.
    fn told(step: Step, state: State, told: Told) -> Self {
        let Told { what, remedy, who } = told;
        Self { step, state, seen: what, remedy: Some(remedy), who: Some(who) }
    }

    fn works(&self) -> bool {
        matches!(self.state, State::Ok | State::Warning)
    }
}

/// How a command ends with these lines.
pub fn exit_status(lines: &[Line]) -> ExitStatus {
    let of = |line: &Line| match (line.state, line.step) {
        (State::Fault, Step::Profile) => ExitStatus::Usage,
        (State::Fault, _) => ExitStatus::Failures,
        (State::Unknown, _) => ExitStatus::Undecided,
        (State::Ok | State::Warning | State::NotTried, _) => ExitStatus::Success,
    };
    lines.iter().map(of).fold(ExitStatus::Success, ExitStatus::worse)
}

/// Everything after the files, or the request whose answer is needed next. `proxied`: calls go through a proxy.
///
/// # Errors
/// The request that has to be answered first.
pub fn diagnose(recording: &Recording, proxied: bool) -> Result<Vec<Line>, Box<Request>> {
    let mut diagnosis = Diagnosis { recording, proxied, lines: Vec::new() };
    if recording.setup.acm.is_some() {
        diagnosis.issuer()?;
    } else {
        let why = text!(
            "het profiel heeft geen `acm`: elke burger brengt een TX-token mee",
            "the profile has no `acm`: every citizen brings a TX token"
        );
        diagnosis.lines.push(Line::unasked(Step::Discovery, why, None));
    }
    match recording.setup.application() {
        Some(application) => diagnosis.application(application)?,
        None => diagnosis.source()?,
    }
    Ok(diagnosis.lines)
}

/// All steps after the profile, not tried.
pub fn untried(kind: SubjectKind) -> Vec<Line> {
    let last: &[Step] = if kind == SubjectKind::Application { &[Step::Start] } else { &[Step::Audience, Step::Call] };
    let steps = [Step::Files, Step::Discovery, Step::Client, Step::Exchange].iter().chain(last);
    steps.map(|step| Line::after(*step, Step::Profile)).collect()
}

struct Diagnosis<'a> {
    recording: &'a Recording,
    proxied: bool,
    lines: Vec<Line>,
}

impl<'a> Diagnosis<'a> {
    fn exchange(&self, request: Request) -> Result<&'a Exchange, Box<Request>> {
        self.recording.get(&request).ok_or_else(|| Box::new(request))
    }

    /// The first of these steps that does not work.
    fn broken(&self, steps: &[Step]) -> Option<Step> {
        let broken = |line: &&Line| steps.contains(&line.step) && !line.works() && line.state != State::NotTried;
        self.lines.iter().find(broken).map(|line| line.step)
    }

    /// How far a call came: name, connection, TLS. What stopped it after that is for the caller to say.
    fn reached(&mut self, [name, connection, tls]: [Step; 3], url: &str, result: Result<&Response, &Failure>) {
        let setup = &self.recording.setup;
        let (scheme, rest) = url.split_once("://").unwrap_or(("https", url));
        let host = rest.split('/').next().unwrap_or_default();
        if let Some(failure) = result.err().filter(|failure| !failure.kind.was_sent()) {
            self.lines.push(Line::unanswered(setup, name, failure));
            self.lines.extend([connection, tls].map(|step| Line::after(step, name)));
            return;
        }
        let of = |kind: FailureKind| result.err().filter(|failure| failure.kind == kind);
        // Behind a proxy the name is the proxy's business: that it is unknown shows as a connection that failed.
        let (unknown, refused) = if self.proxied {
            (None, of(FailureKind::Dns).or(of(FailureKind::Connect)))
        } else {
            (of(FailureKind::Dns), of(FailureKind::Connect))
        };
        self.lines.push(match unknown {
            Some(failure) => Line::unanswered(setup, name, failure),
            None if self.proxied => Line::unasked(name, text!("overgelaten aan de proxy", "left to the proxy"), None),
            None => Line::ok(name, text!("{host} is bekend", "{host} is known")),
        });
        self.lines.push(match (unknown, refused) {
            (Some(_), _) => Line::after(connection, name),
            (None, Some(failure)) => Line::unanswered(setup, connection, failure),
            (None, None) => Line::ok(connection, text!("{host} antwoordt", "{host} answers")),
        });
        let earlier = unknown.map(|_| name).or(refused.map(|_| connection));
        self.lines.push(match (earlier, result) {
            _ if scheme != "https" => Line::unasked(tls, text!("http: er is geen TLS", "http: there is no TLS"), None),
            (Some(earlier), _) => Line::after(tls, earlier),
            (None, Err(failure)) => Line::unanswered(setup, tls, failure),
            (None, Ok(response)) => Line::ok(tls, chain(response)),
        });
    }

    /// The clock of a server against ours, when its answer came.
    fn clock(&mut self, step: Step, exchange: &Exchange, response: &Response) {
        let Some(date) = response.date() else {
            let seen = text!(
                "de server zegt niet hoe laat het is (geen `Date`)",
                "the server does not say the time (no `Date`)"
            );
            self.lines.push(Line::unasked(step, seen, None));
            return;
        };
        let came = i64::try_from(exchange.at_ms.saturating_add(exchange.ms) / 1000).unwrap_or_default();
        let ahead = date.as_second() - self.recording.started.as_second().saturating_add(came);
        let seconds = ahead.abs();
        self.lines.push(if seconds > SKEW {
            let seen = if ahead > 0 {
                text!("de server loopt {seconds} s voor", "the server is {seconds} s ahead")
            } else {
                text!("de server loopt {seconds} s achter", "the server is {seconds} s behind")
            };
            Line::advised(step, State::Warning, &seen, clock_skew())
        } else {
            Line::ok(step, text!("verschilt {seconds} s met deze computer", "differs {seconds} s from this computer"))
        });
    }
}

/// What is known of a certificate that was accepted.
fn chain(response: &Response) -> Text {
    let tls = response.facts.tls.as_ref();
    match tls.and_then(|tls| Some((tls.version.as_ref()?, tls.not_after?))) {
        Some((version, until)) => {
            let until = until.strftime("%Y-%m-%d");
            text!("{version}, certificaat geldig tot {until}", "{version}, certificate valid until {until}")
        }
        None => text!("het certificaat is geldig", "the certificate is valid"),
    }
}
