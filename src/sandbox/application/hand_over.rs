//! The hand-over: the citizen's access token, refreshed, becomes one for MBP (RFC 8693), MBP gives a temporary token for it,
//! and the browser takes that along.

use std::sync::PoisonError;
use std::time::Duration;

use serde_json::Value;

use super::behaviour::{
    AtOnce, Draws, Expired, Holds, Nobody, Reads, Refreshes, Refusal, Temporary, Unrefreshed, Whose,
};
use super::call::{Bears, Call, Failed, Held, encoded};
use super::session::{Kept, Session};
use super::{Application, pages};
use crate::sandbox::acm::tokens::now;
use crate::sandbox::answer::{Answer, Inbound};

/// The grant of an exchange (RFC 8693, 2.1).
const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
/// The type of an access token (RFC 8693, 3).
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
/// The path of MBP's token API. It is known only from an older version of the portal's page.
const TOKEN_API: &str = "/auth/v1/token";
/// How long clicks that do not wait for each other are held up, so that they really come at the same time.
const OVERLAP: Duration = Duration::from_millis(60);

/// Why a click does not end at MBP with a token.
enum Stop {
    /// The citizen must log in anew.
    LogIn,
    /// ACM refused.
    Acm(Failed),
    /// MBP refused, or did not answer.
    Mbp(Failed),
    /// This page, with this status.
    Page(u16),
    /// The session is over.
    EndOfSession,
}

impl Application {
    /// A click: the page of MBP of that place.
    pub(super) async fn hand_over(&self, request: &Inbound, page: usize, is_further: bool) -> Answer {
        let build = &self.behaviour.build;
        let Some(session) = self.session(request) else { return self.nobody(page) };
        if build.asks_first && request.method != "POST" {
            return pages::asks(&self.hand_over_path(page));
        }
        let detour_holds = self.behaviour.detour_holds;
        let further = format!("{}/verder", self.hand_over_path(page));
        if self.detours() && !is_further && request.method != "POST" && detour_holds != Holds::Temporary {
            return self.go_to(&self.with(further, detour_holds, &self.held(&session)).await);
        }
        if let Some(token) = request.parameter("token").filter(|_| is_further && detour_holds == Holds::Temporary) {
            return self.redirect(&self.mbp_page(page, Some(&token)));
        }
        let session = match self.behaviour.whose {
            Whose::OfTheLastLogin => self.memory.last().session.unwrap_or(session),
            Whose::OfTheSession | Whose::OfTheLastClick => session,
        };
        let arrived = moment();
        let beside = self.memory.beside(&session.sid);
        let (mut alone, mut own);
        let kept: &mut Kept = match self.behaviour.at_once {
            AtOnce::OneAfterTheOther => {
                alone = beside.lock().await;
                &mut alone
            }
            AtOnce::Refused => {
                let Ok(guard) = beside.try_lock() else { return pages::page(500, "Fout", "<p>Bezig.</p>") };
                alone = guard;
                tokio::time::sleep(OVERLAP).await;
                &mut alone
            }
            AtOnce::BothRefresh | AtOnce::EndsTheSession => {
                own = Kept::default();
                &mut own
            }
        };
        let mut session = self.latest(session, kept);
        let mut held = self.held(&session);
        let made = self.temporary(&mut session, kept, &mut held, Some((page, arrived))).await;
        let ends = matches!(made, Err(Stop::EndOfSession));
        let mut answer = match made {
            Ok(()) if detour_holds == Holds::Temporary => self.go_to(&self.with(further, detour_holds, &held).await),
            Ok(()) => self.to_mbp(request, page, &mut held).await,
            Err(stop) => self.stopped(request, page, stop, &held),
        };
        if !ends {
            self.renew(&session, &mut answer);
        }
        answer
    }

    /// A path with what it holds.
    pub(super) async fn with(&self, path: String, holds: Holds, held: &Held) -> String {
        let parameter = match holds {
            Holds::Nothing => return path,
            Holds::Temporary => ("token", held.temporary.clone()),
            Holds::Access => ("sessie", held.access.clone()),
            Holds::Number => ("burger", self.number(held).await),
        };
        format!("{path}?{}", encoded(&[parameter]))
    }

    /// The citizen's national number, as ACM tells it.
    async fn number(&self, held: &Held) -> String {
        let said = self.send_to_acm(self.question(&held.access)).await.unwrap_or_default();
        text(&said, "rrn").unwrap_or_default()
    }

    /// What ACM knows of a token (RFC 7662).
    fn question(&self, token: &str) -> Call {
        let mut call = Call::form(format!("{}/v1/introspect", self.parties.issuer), &[("token", token)]);
        call.authentication = vec![self.behaviour.build.authentication];
        call
    }

    /// A click of somebody who has no session.
    fn nobody(&self, page: usize) -> Answer {
        match self.behaviour.nobody {
            Nobody::LogsIn => self.log_in(Some(page)),
            Nobody::ToMbp => self.redirect(&self.mbp_page(page, None)),
            Nobody::Page(status) => pages::page(status, "Fout", "<p>Er is een fout opgetreden.</p>"),
            Nobody::Token(instead) => self.redirect(&self.mbp_page(page, Some(instead))),
            Nobody::Loops => self.go_to(&self.hand_over_path(page)),
        }
    }

    /// Makes a temporary token and puts it in hand. `click`: page and moment of a click; none where a page is drawn.
    async fn temporary(
        &self,
        session: &mut Session,
        kept: &mut Kept,
        held: &mut Held,
        click: Option<(usize, i64)>,
    ) -> Result<(), Stop> {
        let key = match self.behaviour.temporary {
            Temporary::KeptForThePage => click.map(|(page, _)| page),
            _ => None,
        };
        let arrived = click.map_or(0, |(_, arrived)| arrived);
        let (token, made) = kept.temporary.get(&key).cloned().unwrap_or_default();
        let is_kept = match self.behaviour.temporary {
            Temporary::Fresh => false,
            Temporary::KeptForTheSession | Temporary::KeptForThePage => made > 0,
            Temporary::KeptForASecond => moment() - made < 1_000,
            Temporary::Shared => made > arrived,
            Temporary::OfTheStartPage => kept.temporary.remove(&key).is_some(),
        };
        if is_kept && click.is_some() {
            held.temporary = token;
            return Ok(());
        }
        let was_kept = kept.exchanged.is_some();
        self.exchanged(session, kept, held).await?;
        held.temporary = match self.handed_in(held).await {
            // The kept one was too old; one that came just now is no better the next time.
            Err(Stop::Mbp(Failed::Refused(_))) if was_kept => {
                kept.exchanged = None;
                self.exchanged(session, kept, held).await?;
                self.handed_in(held).await?
            }
            made => made?,
        };
        if self.behaviour.temporary == Temporary::Shared {
            tokio::time::sleep(OVERLAP).await;
        }
        if self.behaviour.temporary != Temporary::OfTheStartPage || click.is_none() {
            kept.temporary.insert(key, (held.temporary.clone(), moment()));
        }
        Ok(())
    }

    /// Puts an exchanged token in hand.
    async fn exchanged(&self, session: &mut Session, kept: &mut Kept, held: &mut Held) -> Result<(), Stop> {
        if let Some((token, _)) = kept.exchanged.as_ref().filter(|(_, until)| *until > now()) {
            held.exchanged.clone_from(token);
            return Ok(());
        }
        self.refreshed(session, kept).await?;
        let was_new = std::mem::take(&mut session.is_new);
        held.access.clone_from(&session.access);
        held.refresh = session.refresh.clone().unwrap_or_default();
        held.actor = self.actor(held).await?;
        let mut call = Call::form(
            self.token_endpoint(),
            &[
                ("grant_type", EXCHANGE),
                ("subject_token", &held.access),
                ("subject_token_type", ACCESS_TOKEN),
                ("actor_token", &held.actor),
                ("actor_token_type", ACCESS_TOKEN),
                ("audience", &self.parties.mbp_client_id),
                ("scope", self.behaviour.build.exchange_scope),
            ],
        );
        if self.behaviour.build.extra {
            call.add("requested_token_type", ACCESS_TOKEN);
        }
        call.authentication = vec![self.behaviour.build.authentication];
        self.behaviour.edits.token.iter().for_each(|edit| edit(&mut call, held));
        self.behaviour.edits.exchange.iter().for_each(|edit| edit(&mut call, held));
        let body = self.send_to_acm(call).await.map_err(|failed| self.refused(failed, was_new))?;
        held.exchanged = text(&body, "access_token").ok_or(Stop::Acm(Failed::Silence))?;
        if self.behaviour.build.keeps_exchanged {
            let lifetime = body.get("expires_in").and_then(Value::as_i64).unwrap_or_default();
            kept.exchanged = Some((held.exchanged.clone(), now() + lifetime - 30));
        }
        if self.behaviour.refreshes == Refreshes::Afterwards {
            let refresh = session.refresh.clone();
            self.refresh(session, kept, refresh).await?;
        }
        Ok(())
    }

    /// What a refused exchange means: the subject token is no longer valid (RFC 8693, 2.2.2), or anything else.
    fn refused(&self, failed: Failed, was_new: bool) -> Stop {
        let is_of_token = matches!(failed.error().as_deref(), Some("invalid_grant" | "invalid_request"));
        match self.behaviour.expired {
            Expired::LogsIn if is_of_token && !was_new => Stop::LogIn,
            Expired::Status(status) if is_of_token => Stop::Page(status),
            _ => Stop::Acm(failed),
        }
    }

    /// Makes sure of the citizen's access token, as far as this application does.
    async fn refreshed(&self, session: &mut Session, kept: &mut Kept) -> Result<(), Stop> {
        let Some(refresh) = session.refresh.clone() else { return self.without_refresh(session).await };
        match self.behaviour.refreshes {
            Refreshes::First => self.refresh(session, kept, Some(refresh)).await,
            Refreshes::Once if !kept.refreshed => self.refresh(session, kept, Some(refresh)).await,
            Refreshes::WithTheFirst => {
                let first = self.memory.given(&session.sid).refresh;
                self.refresh(session, kept, first).await
            }
            Refreshes::Never | Refreshes::Once | Refreshes::Afterwards => Ok(()),
        }
    }

    async fn without_refresh(&self, session: &Session) -> Result<(), Stop> {
        match self.behaviour.build.unrefreshed {
            _ if session.is_new => Ok(()),
            Unrefreshed::Tries => Ok(()),
            Unrefreshed::LogsIn => Err(Stop::LogIn),
            Unrefreshed::Asks => {
                let said = self.send_to_acm(self.question(&session.access)).await.map_err(Stop::Acm)?;
                if said.get("active") == Some(&Value::Bool(true)) { Ok(()) } else { Err(Stop::LogIn) }
            }
        }
    }

    async fn refresh(&self, session: &mut Session, kept: &mut Kept, refresh: Option<String>) -> Result<(), Stop> {
        let Some(refresh) = refresh else { return Ok(()) };
        let is_unordered = matches!(self.behaviour.at_once, AtOnce::BothRefresh | AtOnce::EndsTheSession);
        if is_unordered {
            tokio::time::sleep(OVERLAP).await;
        }
        let call = Call::form(self.token_endpoint(), &[("grant_type", "refresh_token"), ("refresh_token", &refresh)]);
        let body = match self.ask_token(call, &self.held(session)).await {
            Ok(body) => body,
            Err(failed @ Failed::Silence) => return Err(Stop::Acm(failed)),
            Err(Failed::Refused(reply)) if reply.status >= 500 => return Err(Stop::Acm(Failed::Refused(reply))),
            Err(_) if self.behaviour.at_once == AtOnce::BothRefresh => return Err(Stop::Page(500)),
            Err(_) if self.behaviour.at_once == AtOnce::EndsTheSession => return Err(Stop::EndOfSession),
            Err(failed) => {
                return Err(match self.behaviour.expired {
                    Expired::LogsIn => Stop::LogIn,
                    Expired::Refused => Stop::Acm(failed),
                    Expired::Status(status) => Stop::Page(status),
                });
            }
        };
        session.access = text(&body, "access_token").ok_or(Stop::LogIn)?;
        // One that came is the next one; where none came, the old one stays good (RFC 6749, 6).
        if let Some(next) = text(&body, "refresh_token") {
            session.refresh = Some(next);
            kept.next.insert(refresh, session.clone());
        }
        kept.refreshed = true;
        Ok(())
    }

    /// The application's own token (client credentials).
    async fn actor(&self, held: &Held) -> Result<String, Stop> {
        let known = self.actor.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((token, _)) = known.filter(|(_, until)| *until > now()) {
            return Ok(token);
        }
        let mut call = Call::form(self.token_endpoint(), &[("grant_type", "client_credentials")]);
        call.authentication = vec![self.behaviour.build.authentication];
        self.behaviour.edits.token.iter().for_each(|edit| edit(&mut call, held));
        self.behaviour.edits.actor.iter().for_each(|edit| edit(&mut call, held));
        let body = self.send_to_acm(call).await.map_err(Stop::Acm)?;
        let token = text(&body, "access_token").ok_or(Stop::Acm(Failed::Silence))?;
        if self.behaviour.build.keeps_actor {
            let lifetime = body.get("expires_in").and_then(Value::as_i64).unwrap_or_default();
            *self.actor.lock().unwrap_or_else(PoisonError::into_inner) = Some((token.clone(), now() + lifetime - 30));
        }
        Ok(token)
    }

    /// Hands the exchanged token in at MBP, and reads the temporary token.
    async fn handed_in(&self, held: &Held) -> Result<String, Stop> {
        let mut call = Call::form(
            format!("{}{TOKEN_API}", self.parties.mbp),
            &[("token", &held.exchanged), ("token_type", ACCESS_TOKEN)],
        );
        call.bears = Bears::Json;
        self.behaviour.edits.token_api.iter().for_each(|edit| edit(&mut call, held));
        let reads = &self.behaviour.reads;
        let reply = self.send(call, self.behaviour.patience).await.map_err(Stop::Mbp)?;
        let is_good = if reads.only_200 { reply.status == 200 } else { (200..300).contains(&reply.status) };
        let body = reply.json();
        let token = if is_good || reads.anything { token(&body, reads) } else { None };
        token.ok_or(Stop::Mbp(Failed::Refused(reply)))
    }

    /// Sends the browser to MBP, with the temporary token in hand.
    async fn to_mbp(&self, request: &Inbound, page: usize, held: &mut Held) -> Answer {
        self.memory.set_last(|last| last.temporary.clone_from(&held.temporary));
        if self.behaviour.whose == Whose::OfTheLastClick {
            tokio::time::sleep(OVERLAP).await;
            held.temporary = self.memory.last().temporary;
        }
        if let Some(afterwards) = self.behaviour.edits.afterwards {
            self.send_to_acm(afterwards(held)).await.ok();
        }
        let mut url = self.mbp_page(page, Some(&held.temporary));
        self.behaviour.edits.landing.iter().for_each(|edit| edit(&mut url, held));
        let mut answer = self.redirect(&url);
        // A 307 after a form would send the form to MBP.
        if request.method == "POST" && answer.status == 307 {
            answer.status = 303;
        }
        self.behaviour.edits.hand_over.iter().for_each(|edit| edit(&mut answer, held));
        answer
    }

    fn stopped(&self, request: &Inbound, page: usize, stop: Stop, held: &Held) -> Answer {
        let (refusal, failed) = match stop {
            Stop::LogIn => return self.log_in(Some(page)),
            Stop::Page(status) => return pages::page(status, "Fout", "<p>Er is een fout opgetreden.</p>"),
            Stop::EndOfSession => {
                let mut answer = pages::page(200, "Afgemeld", "<p>Uw sessie is beëindigd.</p>");
                self.end(request, &mut answer);
                return answer;
            }
            Stop::Acm(failed) => (self.behaviour.at_acm, failed),
            Stop::Mbp(failed) => (self.behaviour.at_mbp, failed),
        };
        match refusal {
            Refusal::ToMbp => {
                let mut answer = self.redirect(&self.mbp_page(page, None));
                if request.method == "POST" && answer.status == 307 {
                    answer.status = 303;
                }
                answer
            }
            Refusal::Page => pages::apology(&self.mbp_page(page, None), &self.path("/")),
            Refusal::Status(status) => pages::page(status, "Fout", "<p>Er is een fout opgetreden.</p>"),
            Refusal::StackTrace => pages::page(200, "Fout", STACK_TRACE),
            Refusal::WordForWord => pages::page(200, "Fout", &format!("<pre>{}</pre>", pages::escaped(failed.text()))),
            Refusal::Loops => self.go_to(&self.hand_over_path(page)),
            Refusal::LogsIn => self.log_in(Some(page)),
            Refusal::Token(instead) => self.redirect(&self.mbp_page(page, Some(instead))),
            Refusal::OtherToken => self.redirect(&self.mbp_page(page, Some(&held.exchanged))),
        }
    }

    /// An address of MBP.
    fn mbp_page(&self, page: usize, token: Option<&str>) -> String {
        let build = &self.behaviour.build;
        let path = build.pages.get(page).copied().unwrap_or_default();
        let (before, after) = build.further;
        let token = token.map(|token| encoded(&[("token", token)])).unwrap_or_default();
        let query: Vec<&str> = [before, &token, after].into_iter().filter(|part| !part.is_empty()).collect();
        let mark = if query.is_empty() { "" } else { "?" };
        format!("{}/{path}{mark}{}", self.parties.mbp, query.join("&"))
    }

    /// What a start page does that makes the temporary token itself.
    pub(super) async fn draw(&self, session: &Session, held: &mut Held, answer: &mut Answer) {
        let beside = self.memory.beside(&session.sid);
        let mut kept = beside.lock().await;
        let mut session = self.latest(session.clone(), &kept);
        let drawn = match self.behaviour.draws {
            Draws::Nothing => Ok(()),
            Draws::Exchanged => self.exchanged(&mut session, &mut kept, held).await,
            Draws::Temporary => self.temporary(&mut session, &mut kept, held, None).await,
        };
        drawn.ok();
        self.renew(&session, answer);
    }

    fn token_endpoint(&self) -> String {
        format!("{}/v1/token", self.parties.issuer)
    }
}

/// The temporary token in an answer of MBP, as this application reads it.
fn token(body: &Value, reads: &Reads) -> Option<String> {
    let members = body.as_object();
    if reads.only_token && members.is_none_or(|members| members.len() != 1) {
        return None;
    }
    let found = match members {
        Some(members) if reads.first_member => members.values().next().and_then(Value::as_str).map(str::to_owned),
        _ => text(body, "token").filter(|token| !token.is_empty()),
    };
    let token = if reads.anything { found.unwrap_or_else(|| "undefined".to_owned()) } else { found? };
    if reads.only_letters && !token.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    if reads.longest > 0 { Some(token.chars().take(reads.longest).collect()) } else { Some(token) }
}

fn text(body: &Value, name: &str) -> Option<String> {
    body.get(name).and_then(Value::as_str).map(str::to_owned)
}

/// The moment in milliseconds since 1970.
fn moment() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

const STACK_TRACE: &str = "<pre>java.lang.IllegalStateException: exchange failed\n\
    \tat be.voorbeeld.loket.sso.ExchangeService.exchange(ExchangeService.java:87)\n\
    \tat be.voorbeeld.loket.sso.HandOverController.handOver(HandOverController.java:41)</pre>";
