//! A visit: what people do with an application in a browser, from a browser that knows nothing to the end of its last step.
//! It is one request, and its answer is a [`Timeline`] of facts: state lives inside a visit, never between two of them.

mod timeline;

use serde::{Deserialize, Serialize};

use super::Citizen;

pub use timeline::{
    AskedMbp, Authentication, Call, Cause, Cookie, Ended, Fact, HandOver, Issued, Lead, LeadBy, Navigation, Page,
    PageKind, Party, Received, Tell, Timeline, TokenKind, What,
};

/// A visit, by name. It holds no URL, no secret and no national number.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Visit {
    /// How our own ACM behaves towards the application meanwhile.
    pub acm: AcmConduct,
    /// How our own MBP behaves towards the application meanwhile.
    pub mbp: MbpConduct,
    /// What is done, one step after the other.
    pub steps: Vec<Step>,
}

/// What is done at the same time, each in another browser or another tab of the same one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Step(pub Vec<Deed>);

/// One thing that is done in a browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Deed {
    /// In which browser; each has cookies of its own, and starts without any.
    pub browser: u8,
    /// What.
    pub act: Act,
}

/// What is done in a browser. Where the application leads to the login page of our own ACM, the citizen of the browser
/// logs in there; where it leads to MBP, the navigation is stopped and noted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// Opens the page where people start, as nobody: a login page of ACM is left as it is.
    Start,
    /// Opens the page where people start, and logs in as this citizen, who stays the citizen of this browser.
    LogIn(Citizen),
    /// Opens the page that hands over to MBP: the first of the profile, or a further one.
    HandOver(u8),
    /// Opens what was opened last once more, as a reload or the way back does.
    Again,
    /// Lets the access tokens that ACM gave in this visit expire, at ACM.
    Expire,
    /// Opens the page that logs out, where the profile names one.
    LogOut,
    /// Opens at MBP the address at which this browser was stopped last. Only where MBP is our own, or its owner's TNI and
    /// the run was told to follow (`--follow`).
    Follow,
    /// Hands in at MBP's token API a token of our own, and drops what comes back: no browser does that. Only where the run
    /// was told to (`--hand-in`).
    HandIn,
}

/// How our own ACM behaves towards the application during a visit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AcmConduct {
    /// As ever.
    #[default]
    AsUsual,
    /// It refuses token exchanges: 400 `invalid_target`.
    RefusesExchange,
    /// It breaks down at token exchanges: 500.
    FailsAtExchange,
    /// Its tokens are long, and of every character that a token may have (RFC 6750, 2.1).
    OddTokens,
}

/// How our own MBP behaves towards the application during a visit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MbpConduct {
    /// As ever.
    #[default]
    AsUsual,
    /// Its token API refuses: 400 with `{error}`.
    Refuses,
    /// Its token API breaks down: 500 with a text.
    Fails,
    /// Its token API answers 200 with something else than a token.
    TalksNonsense,
    /// Its token API does not answer.
    Hangs,
    /// Its token API answers 201, with a member that nobody knows beside the token.
    AnswersMore,
    /// Its temporary tokens are long, and of every character that a token may have.
    OddTokens,
}

impl Visit {
    /// A visit at which one thing is done after the other, in one browser.
    pub fn of(acts: impl IntoIterator<Item = Act>) -> Self {
        let steps = acts.into_iter().map(|act| Step(vec![Deed { browser: 0, act }])).collect();
        Self { steps, ..Self::default() }
    }

    /// The same, with ACM behaving so.
    #[must_use]
    pub fn with_acm(mut self, acm: AcmConduct) -> Self {
        self.acm = acm;
        self
    }

    /// The same, with MBP behaving so.
    #[must_use]
    pub fn with_mbp(mut self, mbp: MbpConduct) -> Self {
        self.mbp = mbp;
        self
    }

    /// The same, with what is done at the same time after it.
    #[must_use]
    pub fn then(mut self, at_once: impl IntoIterator<Item = (u8, Act)>) -> Self {
        self.steps.push(Step(at_once.into_iter().map(|(browser, act)| Deed { browser, act }).collect()));
        self
    }
}
