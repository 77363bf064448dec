//! A visit to an application over HTTP, without anything that runs its scripts: browsers that keep cookies, the steps one
//! after the other, and what our own ACM and MBP tell of it where they are there.
//!
//! - `route`: where a browser may go; `browser`: its cookies (`cookies`) and one request; `referrer`: what it tells of the
//!   page before.
//! - `deed`: one thing that is done, and `at_mbp` what goes to MBP itself; `page`: what there is in a page.
//! - `told`: what our own ACM tells; `facts`: what happened, raw and then masked by `masking`.

mod at_mbp;
mod browser;
mod cookies;
mod deed;
mod facts;
mod masking;
mod page;
mod referrer;
mod route;
mod told;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use secrecy::ExposeSecret as _;
use serde::Serialize;
use serde_json::Value;
use tokio::runtime::Handle;
use tokio::sync::OwnedRwLockReadGuard;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};

use super::http::{Came, PendingExchange, Transport, milliseconds};
use super::record::RawResponse;
use crate::base::text::Text;
use crate::evidence::exchange::visit::{AcmConduct, Act, Ended, MbpConduct, Step, Timeline};
use crate::evidence::exchange::{
    Content, Exchange, Facts, Failure, FailureKind, IssuerCall, Kind, Request, Response, Sent, Visit,
};
use crate::evidence::setup::ApplicationSetup;
use crate::evidence::vault::Found;
use crate::text;
use browser::Browser;
use deed::{Done, Log, Stage};
use facts::{MOST, RawFact, RawVisit, RawWhat, now};
use masking::{Candidates, Mask, Passing};
use route::Routes;

/// How long an interrupted visit may take to be ended.
const FAREWELL: Duration = Duration::from_secs(2);

/// How much longer a browser waits for an answer than any other call may take: an application may well wait for another
/// server meanwhile.
const GRACE: Duration = Duration::from_secs(10);

/// What the visits of a run share.
pub(super) struct Visits {
    /// Held by the visit that is under way: ACM and MBP behave in one way at a time.
    turn: tokio::sync::Mutex<()>,
    passing: Passing,
    /// The first page of a visit did not answer in time: no further visit waits for it.
    hangs: AtomicBool,
    /// How much longer a browser waits for an answer than any other call may take.
    pub(super) grace: Duration,
}

impl Default for Visits {
    fn default() -> Self {
        Self {
            turn: tokio::sync::Mutex::default(),
            passing: Passing::default(),
            hangs: AtomicBool::new(false),
            grace: GRACE,
        }
    }
}

/// A visit that our own ACM knows of. It is ended there, whatever becomes of it here.
struct Begun {
    transport: Arc<Transport>,
    settled: Option<OwnedRwLockReadGuard<()>>,
    is_over: bool,
}

impl Drop for Begun {
    fn drop(&mut self) {
        let (Ok(runtime), false) = (Handle::try_current(), self.is_over) else { return };
        let (transport, settled) = (Arc::clone(&self.transport), self.settled.take());
        runtime.spawn(async move {
            let _ = timeout(FAREWELL, transport.tell_acm(&[("action", "told")])).await;
            drop(settled);
        });
    }
}

impl Transport {
    /// Makes a visit.
    pub(super) async fn visit(self: Arc<Self>, request: Request, visit: Visit) -> PendingExchange {
        let turn = self.visits.turn.lock().await;
        let application = self.settings.setup.application();
        let start = application.and_then(|application| application.start_url.clone());
        let start = start.unwrap_or_default();
        let at_ms = milliseconds(self.settings.started.elapsed());
        let begun = Instant::now();
        let came = Arc::clone(&self).made(visit).await;
        let ms = milliseconds(begun.elapsed());
        drop(turn);
        PendingExchange::new(move || {
            let mask = Mask { vault: &self.vault, passing: &self.visits.passing };
            let mut candidates = Candidates::default();
            candidates.url(&start);
            mask.learn(candidates);
            let sent = Sent { method: "VISIT".to_owned(), url: mask.url(&start), ..Sent::default() };
            let result = came.and_then(|raw| self.visited(raw));
            Exchange { request, sent, at_ms, ms, credential: None, earlier: Vec::new(), result }
        })
    }

    async fn made(self: Arc<Self>, visit: Visit) -> Result<RawVisit, Failure> {
        let application = self.possible(&visit)?;
        if self.visits.hangs.load(Ordering::Relaxed) {
            let words = text!(
                "de toepassing antwoordde in een vorig bezoek niet op tijd: daar wordt niet nog eens op gewacht",
                "the application did not answer in time in an earlier visit: it is not waited for again"
            );
            return Err(self.failure(FailureKind::Timeout, &words));
        }
        let is_ours = application.stand_in;
        let discovered = self.discovered();
        let (base, issuer) = (self.settings.base_url.origin(), self.settings.issuer.as_ref());
        let further = self.settings.origins.iter().cloned().chain([base]);
        let routes = Arc::new(Routes::of(application, further, issuer, discovered.authorization.ok()));
        let mut at_acm = None;
        if is_ours {
            let settled = Some(Arc::clone(&self.unsettled).read_owned().await);
            let (acm, mbp) = (named(&visit.acm), named(&visit.mbp));
            at_acm = Some(Begun { transport: Arc::clone(&self), settled, is_over: false });
            self.tell_acm(&[("action", "visit"), ("acm", &acm), ("mbp", &mbp)]).await?;
        }
        let stage = Arc::new(Stage {
            transport: Arc::clone(&self),
            routes: Arc::clone(&routes),
            room: browser::Room::default(),
            log: Log::default(),
            scripts: std::sync::Mutex::default(),
        });
        let began_us = now();
        let starts = self.steps(&stage, &visit).await?;
        let mut facts = stage.log.take();
        let mut is_whole = true;
        if let Some(mut begun) = at_acm {
            let told = self.tell_acm(&[("action", "told")]).await?;
            begun.is_over = true;
            is_whole = !told::lacks_some(&told);
            let told = told::events(&told).ok_or_else(|| self.unlike_ours())?;
            facts.extend(told.into_iter().map(|told| {
                let step = starts.iter().rposition(|start| *start <= told.at_us).unwrap_or_default();
                let step = u8::try_from(step).unwrap_or(u8::MAX);
                RawFact { at_us: told.at_us, step, what: RawWhat::Told(Box::new(told.event)) }
            }));
        }
        if facts.len() > MOST || !is_whole {
            let words = text!(
                "tijdens dit bezoek gebeurde meer dan de {MOST} feiten die bewaard worden",
                "more happened in this visit than the {MOST} facts that are kept"
            );
            return Err(self.failure(FailureKind::Limit, &words));
        }
        Ok(RawVisit { began_us, facts, routes, citizens: self.citizens() })
    }

    /// The steps, one after the other; when each began.
    async fn steps(&self, stage: &Arc<Stage>, visit: &Visit) -> Result<Vec<u64>, Failure> {
        let mut browsers: HashMap<u8, Browser> = HashMap::new();
        let mut starts = Vec::new();
        let mut unreachable = None;
        let mut answered = false;
        for (place_of_step, Step(deeds)) in visit.steps.iter().enumerate() {
            starts.push(now());
            let step = u8::try_from(place_of_step).unwrap_or(u8::MAX);
            let mut under_way = JoinSet::new();
            for (place, deed) in deeds.iter().enumerate() {
                if deed.act == Act::Expire {
                    self.tell_acm(&[("action", "expire")]).await?;
                    let ended = Ended::Expired { browser: deed.browser };
                    stage.log.note(now(), step, RawWhat::Ended(ended));
                    continue;
                }
                let mut browser = match browsers.get(&deed.browser) {
                    Some(browser) => browser.tab(),
                    None => Browser::new(deed.browser, &self.settings)
                        .map_err(|error| self.failure(FailureKind::NotConfigured, &Text::same(error.to_string())))?,
                };
                // Another tab of the same browser has the same cookies.
                browsers.entry(deed.browser).or_insert_with(|| browser.tab());
                let (stage, act) = (Arc::clone(stage), deed.act);
                under_way.spawn(async move {
                    let done = stage.act(&mut browser, act, step).await;
                    stage.log.note(now(), step, RawWhat::Ended(done.ended));
                    (place, browser, done)
                });
            }
            let mut back = Vec::new();
            while let Some(joined) = under_way.join_next().await {
                let (place, browser, Done { unreachable: why, .. }) = match joined {
                    Ok(done) => done,
                    Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
                    Err(_) => continue,
                };
                match why {
                    Some(why) if why.kind == FailureKind::Timeout => {
                        // With other behaviour of ACM and MBP it would hang all the same: nobody was asked yet.
                        self.visits.hangs.store(place_of_step == 0, Ordering::Relaxed);
                    }
                    Some(why) => unreachable = unreachable.or(Some(why)),
                    None => answered = true,
                }
                back.push((place, browser));
            }
            // Of several tabs of one browser the last that was named is the one that people go on with.
            back.sort_by_key(|(place, _)| *place);
            browsers.extend(back.into_iter().map(|(_, browser)| (browser.number, browser)));
            if !answered && self.visits.hangs.load(Ordering::Relaxed) {
                break;
            }
            // Nothing can be said about an application that is not there.
            if let Some(Failure { kind, detail, trouble }) = unreachable.take().filter(|_| !answered) {
                return Err(self.failure(kind, &detail).with(trouble));
            }
        }
        Ok(starts)
    }

    /// The application, where it can be visited in this way.
    fn possible(&self, visit: &Visit) -> Result<&ApplicationSetup, Failure> {
        let lacks = |words: Text| self.failure(FailureKind::NotConfigured, &words);
        let no_page = || {
            text!(
                "het profiel noemt geen startpagina van een toepassing",
                "the profile names no start page of an application"
            )
        };
        let application = self.settings.setup.application().ok_or_else(|| lacks(no_page()))?;
        let has = |act: Act| visit.steps.iter().any(|Step(deeds)| deeds.iter().any(|deed| deed.act == act));
        let is_by_hand = visit.steps.iter().all(|Step(deeds)| deeds.iter().all(|deed| deed.act == Act::HandIn));
        if application.start_url.is_none() && !is_by_hand {
            return Err(lacks(no_page()));
        }
        let (follows, hands_in) = (application.follows || application.stand_in, application.hands_in);
        if (has(Act::Follow) && !follows) || (has(Act::HandIn) && !hands_in) {
            return Err(lacks(text!(
                "niemand zei dat er iets naar MBP mag",
                "nobody said that anything may go to MBP"
            )));
        }
        let expires = has(Act::Expire);
        let is_usual = visit.acm == AcmConduct::AsUsual && visit.mbp == MbpConduct::AsUsual;
        if !application.stand_in && (expires || !is_usual) {
            return Err(lacks(text!(
                "dat kan alleen met het eigen ACM en MBP van bronkeur",
                "that takes bronkeur's own ACM and MBP"
            )));
        }
        Ok(application)
    }

    /// Tells our own ACM something about a visit. No other issuer names where.
    async fn tell_acm(&self, form: &[(&str, &str)]) -> Result<Value, Failure> {
        let client = self.own_client()?;
        let endpoint = self.discovered().control;
        let endpoint = endpoint.map_err(|words| self.failure(FailureKind::NotConfigured, &words))?;
        let form = form.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let request = Request::issuer(IssuerCall::Discovery);
        let mut call = self.authenticated(&request, endpoint, client, form)?;
        // What is told of a visit is longer than any other answer of an issuer.
        call.kind = Kind::Visit;
        let Came { result, .. } = self.perform(&call).await;
        let answer = RawResponse::read(result?);
        let is_success = (200..300).contains(&answer.status);
        answer.json().filter(|_| is_success).cloned().ok_or_else(|| self.unlike_ours())
    }

    fn unlike_ours(&self) -> Failure {
        let words = text!(
            "het eigen ACM van bronkeur antwoordde niet zoals deze versie verwacht",
            "bronkeur's own ACM did not answer as this version expects"
        );
        self.failure(FailureKind::Broken, &words)
    }

    /// The citizens of the profile, by their raw numbers.
    fn citizens(&self) -> HashMap<String, crate::evidence::exchange::Citizen> {
        let known = self.settings.setup.citizens.keys();
        known.filter_map(|citizen| Some((self.vault.number(*citizen)?.expose_secret().to_owned(), *citizen))).collect()
    }

    /// The facts of a visit that is over, as an answer.
    fn visited(&self, raw: RawVisit) -> Result<Response, Failure> {
        let timeline: Timeline = raw.masked(Mask { vault: &self.vault, passing: &self.visits.passing });
        let json = serde_json::to_value(&timeline).map_err(|_| self.failure(FailureKind::Broken, &Text::default()))?;
        // Whatever went by the masks above does not go by this one.
        let json = self.vault.mask_json(json, &mut Found::default());
        let body_bytes = json.to_string().len() as u64;
        let facts = Facts { body_bytes, complete: true, utf8: true, ..Facts::default() };
        Ok(Response::new(0, Vec::new(), Content::json(json), facts))
    }
}

/// The name of a conduct.
fn named(conduct: &impl Serialize) -> String {
    serde_json::to_value(conduct).ok().and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default()
}
