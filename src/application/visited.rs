//! A visit that took place: its facts by kind, and how each deed came out.

use url::Url;

use super::way::needs_stand_ins;
use super::{Tokens, Way};
use crate::base::text::Text;
use crate::evidence::exchange::visit::{
    AcmConduct, Act, AskedMbp, Call, Ended, Fact, HandOver, Issued, MbpConduct, Navigation, Received, Timeline,
    TokenKind, What,
};
use crate::evidence::exchange::{Citizen, Request, Target, Visit};
use crate::judging::context::{Answer, CheckContext, Stop};
use crate::judging::reason;
use crate::judging::reason::cause::{Unopened, origin_of};
use crate::judging::verdict::{Finding, Obstacle, Verdict};
use crate::text;

/// A fact with its place in the timeline.
#[derive(Debug)]
pub struct Seen<'a, T> {
    /// Its place, from 0.
    pub at: usize,
    /// During which step of the visit.
    pub step: u8,
    /// The fact.
    pub what: &'a T,
}

// Not derived: it holds no `T`, but where one is.
impl<T> Clone for Seen<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Seen<'_, T> {}

/// How a deed came out.
#[derive(Clone, Copy, Debug)]
pub enum CameTo<'a> {
    /// The browser was sent to MBP.
    HandOver(Seen<'a, HandOver>),
    /// A page.
    Page(Seen<'a, Navigation>),
    /// The login page of ACM.
    Login,
    /// More redirects than a browser follows.
    Redirects(Seen<'a, Navigation>),
    /// A server that is none of the three: the last page before it.
    Elsewhere(Seen<'a, Navigation>),
    /// No answer in so many milliseconds: the page that was asked for.
    NoAnswer(Option<Seen<'a, Navigation>>, u64),
    /// There was nothing to do.
    Nothing,
}

/// A visit that took place.
#[derive(Clone, Copy, Debug)]
pub struct Visited<'a> {
    /// The answer that it stands in.
    pub answer: Answer<'a>,
    timeline: &'a Timeline,
    visit: &'a Visit,
}

impl<'a> CheckContext<'a> {
    /// What came of a visit; blocked where it could not take place or did not open.
    pub fn visit(&self, visit: &Visit) -> Result<Visited<'a>, Stop> {
        let visited = self.visits(std::slice::from_ref(visit))?;
        visited.first().copied().ok_or_else(|| reason::not_recorded().into())
    }

    /// What came of these visits. All that are missing are asked for at once.
    pub fn visits(&self, visits: &[Visit]) -> Result<Vec<Visited<'a>>, Stop> {
        let (visited, obstacle) = self.visits_that_came(visits)?;
        obstacle.map_or(Ok(visited), Err)
    }

    /// Those of these visits that took place, and why the first of the others did not.
    pub fn visits_that_came(&self, visits: &[Visit]) -> Result<(Vec<Visited<'a>>, Option<Stop>), Stop> {
        let application = self.application()?;
        if application.start_url.is_none() {
            let why = text!(
                "zonder het adres van de toepassing wordt ze niet bezocht",
                "without the address of the application it is not visited"
            );
            return Err(reason::lacks("application.start_url", why).into());
        }
        for visit in visits {
            if self.way() != Way::Laptop && !needs_no_stand_ins(visit) {
                return Err(needs_stand_ins().into());
            }
            for citizen in visit.steps.iter().flat_map(|step| &step.0).filter_map(|deed| logs_in(deed.act)) {
                self.insz(citizen)?;
            }
        }
        let requests: Vec<Request> = visits.iter().cloned().map(Request::visit).collect();
        let exchanges = self.attempts(&requests)?;
        let (mut visited, mut obstacle) = (Vec::new(), None);
        for exchange in exchanges {
            match crate::judging::context::conclusive(exchange).map_err(Stop::from).and_then(|came| self.opened(came)) {
                Ok(came) => visited.push(came),
                Err(stop) => obstacle = obstacle.or(Some(stop)),
            }
        }
        Ok((visited, obstacle))
    }

    /// Every visit of this way of running that took place, and why the first of the others did not.
    pub fn whole_visits(&self) -> Result<(Vec<Visited<'a>>, Option<Stop>), Stop> {
        let application = self.application()?;
        let has_other = self.setup().citizens.contains_key(&Citizen::Other);
        let visits = match self.way() {
            Way::Laptop => super::visits::all(application.hand_over_urls.len(), has_other),
            Way::Running | Way::OwnFlow => super::visits::of_a_running_application(),
        };
        self.visits_that_came(&visits)
    }

    fn opened(&self, answer: Answer<'a>) -> Result<Visited<'a>, Stop> {
        let Target::Visit(visit) = &answer.request().target else { return Err(reason::not_recorded().into()) };
        let timeline = answer.response.view::<Timeline>().ok_or_else(|| Stop::from(reason::not_recorded()))?;
        match Unopened::of(visit, timeline, self.setup()) {
            None => Ok(Visited { answer, timeline, visit }),
            Some(unopened) => {
                let told = unopened.told(self.setup());
                let verdict = told.map_or_else(reason::not_recorded, |told| Verdict::blocked(told.what, told.remedy));
                Err(verdict.by(Obstacle::Call(answer.request().clone())).into())
            }
        }
    }
}

/// Whether a visit asks nothing of ACM and MBP but what they are.
fn needs_no_stand_ins(visit: &Visit) -> bool {
    let expires = visit.steps.iter().flat_map(|step| &step.0).any(|deed| deed.act == Act::Expire);
    (visit.acm, visit.mbp) == (AcmConduct::AsUsual, MbpConduct::AsUsual) && !expires
}

fn logs_in(act: Act) -> Option<Citizen> {
    match act {
        Act::LogIn(citizen) => Some(citizen),
        _ => None,
    }
}

/// Whether a URL lies at that origin.
pub fn is_at(url: &str, base: &str) -> bool {
    !base.is_empty() && origin_of(url) == origin_of(base)
}

/// The value of the parameter `token` in the query of a URL; empty where it has none.
pub fn token_in(url: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    let mut tokens = url.query_pairs().filter(|(name, _)| name == "token");
    tokens.next().map(|(_, value)| value.into_owned())
}

impl<'a> Visited<'a> {
    /// Whether it is one of these visits.
    pub fn is_one_of(&self, visits: &[Visit]) -> bool {
        visits.contains(self.visit)
    }

    fn facts<T>(&self, of: fn(&'a What) -> Option<&'a T>) -> impl Iterator<Item = Seen<'a, T>> + use<'a, T> {
        let facts = self.timeline.facts.iter().enumerate();
        facts.filter_map(move |(at, fact): (usize, &'a Fact)| Some(Seen { at, step: fact.step, what: of(&fact.what)? }))
    }

    /// Where browsers went.
    pub fn navigations(&self) -> impl Iterator<Item = Seen<'a, Navigation>> + use<'a> {
        self.facts(|what| if let What::Navigation(navigation) = what { Some(navigation) } else { None })
    }

    /// The hand-overs to MBP.
    pub fn hand_overs(&self) -> impl Iterator<Item = Seen<'a, HandOver>> + use<'a> {
        self.facts(|what| if let What::HandOver(hand_over) = what { Some(hand_over) } else { None })
    }

    /// What our own ACM and MBP were asked.
    pub fn received(&self) -> impl Iterator<Item = Seen<'a, Received>> + use<'a> {
        self.facts(|what| if let What::Received(received) = what { Some(received) } else { None })
    }

    /// The tokens that they gave.
    pub fn issued(&self) -> impl Iterator<Item = Seen<'a, Issued>> + use<'a> {
        self.facts(|what| if let What::Issued(issued) = what { Some(issued) } else { None })
    }

    /// What we asked MBP ourselves.
    pub fn asked_mbp(&self) -> impl Iterator<Item = Seen<'a, AskedMbp>> + use<'a> {
        self.facts(|what| if let What::AskedMbp(asked) = what { Some(asked) } else { None })
    }

    /// Calls of one sort.
    pub fn calls(&self, call: Call) -> impl Iterator<Item = Seen<'a, Received>> + use<'a> {
        self.received().filter(move |seen| seen.what.call == call)
    }

    /// Token requests with that grant.
    pub fn grants(&self, grant: &'static str) -> impl Iterator<Item = Seen<'a, Received>> + use<'a> {
        self.calls(Call::Token).filter(move |seen| seen.what.parameter("grant_type") == Some(grant))
    }

    /// How the deeds of a step came out, in the order in which they ended.
    pub fn came_to(&self, step: u8) -> Vec<CameTo<'a>> {
        let mut hand_overs: Vec<Seen<'a, HandOver>> = self.hand_overs().filter(|seen| seen.step == step).collect();
        let ended = self.facts(|what| if let What::Ended(ended) = what { Some(ended) } else { None });
        let ended = ended.filter(|seen| seen.step == step);
        ended.filter_map(|seen| self.outcome(seen, &mut hand_overs)).collect()
    }

    fn outcome(&self, ended: Seen<'a, Ended>, hand_overs: &mut Vec<Seen<'a, HandOver>>) -> Option<CameTo<'a>> {
        let last = |browser: u8| {
            let own = self.navigations().filter(|seen| seen.what.browser == browser && seen.step == ended.step);
            own.filter(|seen| seen.at < ended.at).last()
        };
        Some(match *ended.what {
            Ended::Page { browser } => CameTo::Page(last(browser)?),
            Ended::AtMbp { browser } => {
                let place = hand_overs.iter().position(|seen| seen.what.browser == browser)?;
                CameTo::HandOver(hand_overs.remove(place))
            }
            Ended::AtLogin { .. } => CameTo::Login,
            Ended::TooManyRedirects { browser } => CameTo::Redirects(last(browser)?),
            Ended::Elsewhere { browser } => CameTo::Elsewhere(last(browser)?),
            Ended::NoAnswer { browser, ms } => CameTo::NoAnswer(last(browser), ms),
            Ended::Nothing { .. } => CameTo::Nothing,
            Ended::Expired { .. } => return None,
        })
    }

    /// How many steps it has.
    pub fn steps(&self) -> u8 {
        u8::try_from(self.visit.steps.len()).unwrap_or(u8::MAX)
    }

    /// Whether somebody was to be handed over in a step.
    pub fn hands_over(&self, step: u8) -> bool {
        let deeds = self.visit.steps.get(usize::from(step)).map(|step| step.0.as_slice()).unwrap_or_default();
        deeds.iter().any(|deed| matches!(deed.act, Act::HandOver(_) | Act::Again))
    }

    /// Who logged in with a browser.
    pub fn citizen(&self, browser: u8) -> Option<Citizen> {
        let deeds = self.visit.steps.iter().flat_map(|step| &step.0).filter(|deed| deed.browser == browser);
        deeds.filter_map(|deed| logs_in(deed.act)).next_back()
    }

    /// The hand-overs that carry a value as token, with it.
    pub fn with_token(&self) -> impl Iterator<Item = (Seen<'a, HandOver>, String)> + use<'a> {
        let with = |seen: Seen<'a, HandOver>| Some((seen, token_in(&seen.what.url)?));
        self.hand_overs().filter_map(with).filter(|(_, token)| !token.is_empty())
    }

    /// Whether ACM or MBP refused the last call that either got in a step, other than a login.
    pub fn was_refused(&self, step: u8) -> bool {
        let calls = self.received().filter(|seen| seen.step == step);
        let asks = |received: &Received| match received.call {
            Call::Token | Call::TokenApi | Call::Nowhere => true,
            // What is sent to a page of MBP was meant for its token API.
            Call::Landing => received.method != "GET" && received.method != "HEAD",
            Call::Authorization | Call::Logout | Call::Other => false,
        };
        let last = calls.filter(|seen| asks(seen.what)).last();
        last.is_some_and(|seen| seen.what.status.is_none_or(|status| status >= 400))
    }

    /// Whether either refused any call for a token in a step.
    pub fn was_ever_refused(&self, step: u8) -> bool {
        let calls = self.received().filter(|seen| seen.step == step);
        let mut calls = calls.filter(|seen| matches!(seen.what.call, Call::Token | Call::TokenApi));
        calls.any(|seen| seen.what.status.is_none_or(|status| status >= 400))
    }

    /// Whether a page of the application has scripts.
    pub fn has_scripts(&self, cx: &CheckContext<'_>) -> bool {
        let issuer = cx.setup().acm.as_ref().map_or("", |acm| acm.issuer.as_str());
        self.navigations().any(|seen| seen.what.page.scripts && !is_at(&seen.what.url, issuer))
    }

    /// Whether there is a page of the application of which not everything was read.
    pub fn has_unread(&self, cx: &CheckContext<'_>) -> bool {
        let issuer = cx.setup().acm.as_ref().map_or("", |acm| acm.issuer.as_str());
        self.navigations().any(|seen| seen.what.page.truncated && !is_at(&seen.what.url, issuer))
    }

    /// Whether a deed came to a hand-over with a good token: a temporary one, as far as that is known.
    pub fn arrived(&self, came: &CameTo<'a>, tokens: &Tokens<'a>) -> bool {
        let CameTo::HandOver(seen) = came else { return false };
        token_in(&seen.what.url).is_some_and(|token| tokens.is(&token, TokenKind::Temporary))
    }

    /// A finding at a member of a fact.
    pub fn finding(&self, at: usize, member: &str, expected: Text, actual: Text) -> Finding {
        self.answer.finding(format!("/facts/{at}/{member}"), expected, actual)
    }
}
