//! From verdicts to causes: each requirement that is blocked is followed to the end of its chain, to a call that came to
//! nothing or to a requirement that is not met, and what ends at the same place is one cause.

mod call;

use std::collections::HashMap;

use crate::base::text::Text;
use crate::catalogue::{Catalogue, Level};
use crate::evidence::exchange::{Citizen, Exchange, Grant, Kind, Request};
use crate::evidence::recording::Recording;
use crate::judging::reason::cause::{CauseKind, IssuerIs, Place, Server, Told};
use crate::judging::reason::issuer::ActionOwner;
use crate::judging::verdict::{Obstacle, Outcome, Verdict};
use crate::text;

use super::model::{Cause, Requirement};
use super::people::People;

/// How far a chain is followed.
const LONGEST_CHAIN: usize = 20;

/// What a chain ends at.
struct Root<'a> {
    kind: CauseKind,
    server: Server,
    told: Told,
    call: Option<&'a Request>,
    /// What tells it from others of its kind: a server, a key of the profile, a requirement.
    which: String,
    /// How much is needed where something is too few: of those that are one cause the one that needs most is told.
    needed: u64,
}

/// A cause in the making.
struct Group<'a> {
    root: Root<'a>,
    failing: Vec<usize>,
    waiting: Vec<usize>,
    calls: Vec<&'a Request>,
}

/// What causes are found by.
pub(super) struct Finder<'a> {
    pub(super) catalogue: &'a Catalogue,
    pub(super) recording: &'a Recording,
    pub(super) verdicts: &'a [&'a Verdict],
    pub(super) ids: &'a HashMap<&'a Request, String>,
    pub(super) issuer: IssuerIs,
    pub(super) people: &'a People,
}

impl<'a> Finder<'a> {
    /// The causes of a run, the weightiest first; every requirement is told its own.
    pub(super) fn find(&self, requirements: &mut [Requirement]) -> Vec<Cause> {
        let mut groups = self.blocked(requirements);
        self.add_failing(requirements, &mut groups);
        let must = |group: &Group<'_>| {
            group.waiting.iter().filter(|at| requirements.get(**at).is_some_and(|row| row.level == Level::Must)).count()
        };
        groups.sort_by_key(|group| {
            let first = group.waiting.first().copied().unwrap_or_default();
            (std::cmp::Reverse((must(group), group.waiting.len())), first)
        });
        let cause = |(number, group): (usize, &Group<'_>)| {
            let ids = |positions: &[usize]| {
                positions.iter().filter_map(|at| requirements.get(*at)).map(|row| row.id.clone()).collect()
            };
            let Told { what, remedy, who } = &group.root.told;
            Cause {
                id: format!("c{}", number + 1),
                kind: group.root.kind,
                server: group.root.server,
                what: self.people.text(what),
                since: self.first(group),
                remedy: self.people.text(remedy),
                who: *who,
                failing: ids(&group.failing),
                waiting: ids(&group.waiting),
                must: must(group),
            }
        };
        let causes: Vec<Cause> = groups.iter().enumerate().map(cause).collect();
        for (group, cause) in groups.iter().zip(&causes) {
            self.tell(group, cause, requirements);
        }
        causes
    }

    /// What the blocked requirements come down to, each once.
    fn blocked(&self, requirements: &[Requirement]) -> Vec<Group<'a>> {
        let mut groups: Vec<Group<'a>> = Vec::new();
        for (position, (row, verdict)) in requirements.iter().zip(self.verdicts).enumerate() {
            if row.outcome != Outcome::Blocked {
                continue;
            }
            let root = self.root_of(verdict, LONGEST_CHAIN);
            let (call, needed, told) = (root.call, root.needed, root.told.clone());
            let known = groups.iter().position(|group| group.root.is_as(&root)).unwrap_or_else(|| {
                groups.push(Group { root, failing: Vec::new(), waiting: Vec::new(), calls: Vec::new() });
                groups.len() - 1
            });
            if let Some(group) = groups.get_mut(known) {
                group.waiting.push(position);
                group.calls.extend(call);
                group.told_as(needed, told);
            }
        }
        groups
    }

    /// Adds the requirements that fail by the same.
    fn add_failing(&self, requirements: &[Requirement], groups: &mut [Group<'a>]) {
        for (position, row) in requirements.iter().enumerate() {
            let root = (row.outcome == Outcome::Fail).then(|| self.root_of_failed(position)).flatten();
            let Some(root) = root else { continue };
            if let Some(group) = groups.iter_mut().find(|group| group.root.is_as(&root)) {
                group.failing.push(position);
                group.calls.extend(root.call);
            }
        }
    }

    /// Names its cause to every requirement of a group. What blocks it is said in the same words everywhere.
    fn tell(&self, group: &Group<'_>, cause: &Cause, requirements: &mut [Requirement]) {
        for at in group.failing.iter().chain(&group.waiting) {
            if let Some(row) = requirements.get_mut(*at) {
                row.cause = Some(cause.id.clone());
            }
        }
        // What a requirement says of its own failure is beside the point where the call came to nothing.
        let came_to_nothing = cause.server != Server::Issuer && cause.kind != CauseKind::RequirementNotMet;
        for at in group.failing.iter().filter(|_| came_to_nothing) {
            let findings = requirements.get_mut(*at).into_iter().flat_map(|row| &mut row.findings);
            findings.for_each(|finding| finding.fix = cause.remedy.clone());
        }
        for at in &group.waiting {
            // What waits for a requirement says so.
            let waits_for_call = |verdict: &&Verdict| {
                verdict.unmet.as_ref().is_none_or(Vec::is_empty)
                    && matches!(verdict.obstacle.as_deref(), Some(Obstacle::Call(_)))
            };
            let by_call = group.root.call.is_some() && self.verdicts.get(*at).is_some_and(waits_for_call);
            let Some(row) = requirements.get_mut(*at) else { continue };
            row.remedy = Some(cause.remedy.clone());
            if by_call && group.root.kind != CauseKind::UnexpectedStatus {
                row.reason = Some(cause.what.clone());
            }
        }
    }

    /// The id of the call that showed it first, whether or not a requirement waits for that call.
    fn first(&self, group: &Group<'_>) -> Option<String> {
        let root = group.root.call.and_then(|call| self.recording.get(call));
        let alike = self.recording.exchanges().filter(|exchange| root.is_some_and(|root| fails_alike(root, exchange)));
        let own = group.calls.iter().filter_map(|call| self.recording.get(call));
        let known = own.chain(alike).filter_map(|exchange| Some((exchange, self.ids.get(&exchange.request)?)));
        known.min_by_key(|(exchange, _)| (exchange.at_ms, exchange.ms)).map(|(_, id)| id.clone())
    }

    /// What a blocked verdict comes down to.
    fn root_of(&self, verdict: &'a Verdict, left: usize) -> Root<'a> {
        let Some(left) = left.checked_sub(1) else { return self.own(CauseKind::Other, verdict) };
        if let Some(position) = verdict.unmet.as_ref().and_then(|unmet| self.position(unmet.first()?)) {
            match self.verdicts.get(position) {
                Some(root) if root.outcome == Outcome::Fail => {
                    return self.root_of_failed(position).unwrap_or_else(|| self.own(CauseKind::Other, verdict));
                }
                Some(root) if root.outcome == Outcome::Blocked => return self.root_of(root, left),
                Some(root) if root.outcome == Outcome::NotSelected => return left_out(),
                _ => {}
            }
        }
        match verdict.obstacle.as_deref() {
            Some(Obstacle::Call(request)) => {
                self.root_of_call(request).unwrap_or_else(|| self.own(CauseKind::Other, verdict))
            }
            Some(Obstacle::NoCitizen(_)) => self.own(CauseKind::NoCitizen, verdict),
            Some(Obstacle::NoIssuer) => self.own(CauseKind::NoIssuer, verdict),
            Some(Obstacle::Lacks(key)) => {
                // Without any token there is no negative one either.
                let asked = Request::token(Grant::Exchange(Citizen::Subject));
                let root = key.starts_with("tokens.").then(|| self.root_of_call(&asked)).flatten();
                root.unwrap_or_else(|| self.own(CauseKind::ProfileLacks, verdict))
            }
            // How many are needed differs by requirement, and is one thing to see to.
            Some(Obstacle::TooFew { have, needed }) => Root {
                which: format!("{have} certificates"),
                needed: *needed,
                ..self.own(CauseKind::TooFewCertificates, verdict)
            },
            Some(Obstacle::OtherWay) => self.own(CauseKind::OtherWayWanted, verdict),
            Some(Obstacle::Limit) => self.own(CauseKind::LimitReached, verdict),
            // The same as calls that were not sent for want of room.
            Some(Obstacle::Memory) => Root { which: String::new(), ..self.own(CauseKind::MemoryFull, verdict) },
            Some(Obstacle::NotRecorded) => self.own(CauseKind::NotRecorded, verdict),
            None => self.own(CauseKind::Other, verdict),
        }
    }

    /// What a requirement that is not met comes down to: a call that came to nothing, else the requirement itself.
    fn root_of_failed(&self, position: usize) -> Option<Root<'a>> {
        let (row, verdict) = (self.catalogue.requirements.get(position)?, self.verdicts.get(position)?);
        let finding = verdict.findings.first()?;
        if let Some(request) = &finding.exchange
            && let Some(root) = self.root_of_finding(request, &finding.place)
        {
            return Some(root);
        }
        let (Text { nl, en }, id) = (&row.title, &row.id);
        let is_issuer = !row.about.is_subject();
        Some(Root {
            kind: if finding.place == "/issuer" { CauseKind::WrongIssuer } else { CauseKind::RequirementNotMet },
            server: if is_issuer { Server::Issuer } else { self.examined() },
            told: Told {
                what: text!("{id} is niet nageleefd (“{nl}”)", "{id} is not met (“{en}”)"),
                remedy: finding.fix.clone().unwrap_or_else(|| row.fix.clone()),
                who: match (is_issuer, finding.place.as_str()) {
                    (true, "/issuer") => ActionOwner::Owner,
                    (true, _) => ActionOwner::DigitaalVlaanderen,
                    (false, _) if self.examined() == Server::Application => ActionOwner::Application,
                    (false, _) => ActionOwner::Source,
                },
            },
            call: finding.exchange.as_ref(),
            which: id.clone(),
            needed: 0,
        })
    }

    /// The requirement that others rest on and that is not met because calls of this kind are answered so: it is told
    /// once, in its words.
    fn row_of_status(&self, request: &Request, status: u16) -> Option<usize> {
        let shows = |position: &usize| {
            let verdict = self.verdicts.get(*position).filter(|verdict| verdict.outcome == Outcome::Fail);
            let finding = verdict.and_then(|verdict| verdict.findings.first());
            let finding = finding.filter(|finding| finding.place == "status");
            let shown = finding.and_then(|finding| self.recording.get(finding.exchange.as_ref()?));
            shown.is_some_and(|shown| {
                shown.request.kind() == request.kind() && shown.result.as_ref().is_ok_and(|came| came.status == status)
            })
        };
        let is_needed = |position: &usize| {
            let id = self.catalogue.requirements.get(*position).map(|row| &row.id);
            id.is_some_and(|id| self.catalogue.requirements.iter().any(|row| row.needs.contains(id)))
        };
        (0..self.verdicts.len()).filter(is_needed).find(shows)
    }

    fn position(&self, id: &str) -> Option<usize> {
        self.catalogue.requirements.iter().position(|row| row.id == *id)
    }

    /// The root of a call that failed because no token could be had, though no call to the issuer came to nothing: the
    /// first requirement about the issuer that is not met.
    fn issuer_row(&self) -> Option<Root<'a>> {
        let fails = |at: &usize| {
            let row = self.catalogue.requirements.get(*at);
            let verdict = self.verdicts.get(*at);
            row.is_some_and(|row| !row.about.is_subject())
                && verdict.is_some_and(|verdict| verdict.outcome == Outcome::Fail)
        };
        self.root_of_failed((0..self.verdicts.len()).find(fails)?)
    }

    /// A cause that is told in the words of the verdict itself.
    fn own(&self, kind: CauseKind, verdict: &Verdict) -> Root<'a> {
        own(self.examined(), kind, verdict)
    }

    /// What is examined.
    fn examined(&self) -> Server {
        Server::examined(self.catalogue.kind)
    }

    fn place<'b>(&self, server: Server, origin: &'b str) -> Place<'b> {
        Place { server, origin, issuer: self.issuer }
    }
}

impl Group<'_> {
    /// Takes the words of a root that needs more than those before.
    fn told_as(&mut self, needed: u64, told: Told) {
        if needed > self.root.needed {
            (self.root.needed, self.root.told) = (needed, told);
        }
    }
}

impl Root<'_> {
    fn is_as(&self, other: &Root<'_>) -> bool {
        (self.kind, self.server, &self.which) == (other.kind, other.server, &other.which)
    }
}

/// Whether two calls to the same party came to nothing in the same way, and no rule of the server's own is behind it.
fn fails_alike(one: &Exchange, other: &Exchange) -> bool {
    let is_issuer = |exchange: &Exchange| exchange.request.kind() == Kind::Issuer;
    is_issuer(one) == is_issuer(other)
        && match (&one.result, &other.result) {
            (Err(one), Err(other)) => (one.kind, one.trouble) == (other.kind, other.trouble),
            (Ok(one), Ok(other)) => one.is_unavailable() && one.status == other.status,
            _ => false,
        }
}

/// A cause that is told in the words of the verdict itself.
fn own<'a>(examined: Server, kind: CauseKind, verdict: &Verdict) -> Root<'a> {
    let not_judged = || text!("niet beoordeeld", "not judged");
    let what = verdict.reason.clone().unwrap_or_else(not_judged);
    let server = kind.lies_with(examined);
    Root {
        kind,
        server,
        which: what.en.clone(),
        told: Told {
            what,
            remedy: verdict.remedy.clone().unwrap_or_default(),
            who: match server {
                Server::Profile => ActionOwner::Owner,
                Server::Run => ActionOwner::Runner,
                Server::Source => ActionOwner::Source,
                Server::Application => ActionOwner::Application,
                Server::Issuer => ActionOwner::DigitaalVlaanderen,
            },
        },
        call: None,
        needed: 0,
    }
}

fn left_out<'a>() -> Root<'a> {
    Root {
        kind: CauseKind::NotSelected,
        server: Server::Run,
        told: Told {
            what: text!(
                "deze keuring liet eisen weg die eerst beoordeeld moeten zijn (--only, --skip)",
                "this run left out requirements that have to be judged first (--only, --skip)"
            ),
            remedy: text!("keur die eisen mee", "judge those requirements too"),
            who: ActionOwner::Runner,
        },
        call: None,
        which: String::new(),
        needed: 0,
    }
}
