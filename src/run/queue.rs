//! What is wanted and not yet recorded, and what may go out now.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::{Bounds, renewal};
use crate::base::text::Text;
use crate::evidence::exchange::{Exchange, Failure, FailureKind, Kind, Phase, Request, Sent, Target};
use crate::evidence::recording::Recording;

/// How many hostile requests wait for an answer at once: enough to be quick, too few to look like an attack.
pub const HOSTILE_AT_ONCE: usize = 3;

/// How many requests may be under way in all, for each that may wait for an answer: answers that come faster than they
/// are read have to wait.
const UNDER_WAY: usize = 2;

/// What is wanted and not yet recorded, and what may go out now.
pub(super) struct Queue {
    bounds: Bounds,
    wanted: BTreeMap<Request, Rank>,
    /// The same, in the order in which they go out.
    order: BTreeSet<(Phase, Reverse<Rank>, Request)>,
    under_way: BTreeSet<Request>,
    /// Those of them that have no answer yet.
    unanswered: BTreeSet<Request>,
    needs: BTreeMap<Request, Vec<Request>>,
    /// After how many others a request came that was sent: the steps of the chain that led to it.
    steps: BTreeMap<Request, usize>,
    started: usize,
    refused: Vec<Request>,
}

/// What goes first where there is no room for all: what holds up most. The greatest goes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    /// The longest chain of wanted requests that wait for it.
    ahead_of: usize,
    /// The steps of the chain that led to it: an answer that was followed leads on, mostly.
    steps: usize,
    /// How often it is wanted.
    wanted: usize,
}

impl Queue {
    pub(super) fn new(bounds: Bounds) -> Self {
        Self {
            bounds,
            wanted: BTreeMap::new(),
            order: BTreeSet::new(),
            under_way: BTreeSet::new(),
            unanswered: BTreeSet::new(),
            needs: BTreeMap::new(),
            steps: BTreeMap::new(),
            started: 0,
            refused: Vec::new(),
        }
    }

    /// Wants a request and, before it, what it needs. `after`: the request whose answer brought it up.
    pub(super) fn want(&mut self, request: &Request, after: Option<&Request>, recording: &Recording) {
        let steps = after.and_then(|request| self.steps.get(request)).map_or(0, |steps| steps + 1);
        let mut pending = vec![(request.clone(), 0)];
        while let Some((request, ahead_of)) = pending.pop() {
            if recording.get(&request).is_some() || self.under_way.contains(&request) {
                continue;
            }
            let needs = self.needs.entry(request.clone()).or_insert_with(|| recording.setup.needs(&request));
            let known = self.wanted.get(&request).map(|rank| rank.ahead_of);
            // What it needs is wanted already, and holds up no more than was known.
            if known.is_none_or(|known| known < ahead_of) {
                pending.extend(needs.iter().map(|need| (need.clone(), ahead_of + 1)));
            }
            let rank = self.forget(&request).unwrap_or(Rank { steps, ..Rank::default() });
            let rank = Rank { ahead_of: rank.ahead_of.max(ahead_of), wanted: rank.wanted + 1, ..rank };
            self.order.insert((request.phase, Reverse(rank), request.clone()));
            self.wanted.insert(request, rank);
        }
    }

    /// Wants a request no longer; its rank, where it was wanted.
    fn forget(&mut self, request: &Request) -> Option<Rank> {
        let rank = self.wanted.remove(request)?;
        self.order.remove(&(request.phase, Reverse(rank), request.clone()));
        Some(rank)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.wanted.is_empty() && self.under_way.is_empty() && self.refused.is_empty()
    }

    /// The answer to a request is there, but not read yet.
    pub(super) fn arrived(&mut self, request: &Request) {
        self.unanswered.remove(request);
    }

    pub(super) fn done(&mut self, request: &Request) {
        self.arrived(request);
        self.under_way.remove(request);
        self.needs.remove(request);
    }

    /// The requests that may go out now: their needs are met, no request of an earlier phase is outstanding, none of
    /// another phase is under way, and there is room. Beyond the limit of the run nothing goes out.
    pub(super) fn ready(&mut self, recording: &mut Recording) -> Vec<Request> {
        loop {
            let ready = self.candidates(recording);
            let renewals = ready.iter().flat_map(|request| renewal::needed(recording, request, self.bounds.elapsed()));
            let renewals: BTreeSet<Request> = renewals.collect();
            if renewals.is_empty() {
                return self.start(ready, recording);
            }
            for renewal in &renewals {
                self.want(renewal, None, recording);
            }
        }
    }

    fn candidates(&self, recording: &Recording) -> Vec<Request> {
        let first = self.order.first().map(|(phase, _, _)| *phase);
        let Some(phase) = self.under_way.iter().map(|request| request.phase).chain(first).min() else {
            return Vec::new();
        };
        // What an answer to a hostile request brought up waits until the others are answered: the two never mix.
        if self.under_way.iter().any(|request| request.phase != phase) {
            return Vec::new();
        }
        let most = match phase {
            Phase::Hostile => HOSTILE_AT_ONCE,
            Phase::Ordinary | Phase::Opening | Phase::Closing | Phase::Outage | Phase::Recovery => {
                self.bounds.concurrency
            }
        };
        let left = (UNDER_WAY * most).saturating_sub(self.under_way.len());
        let room = most.saturating_sub(self.unanswered.len()).min(left);
        self.foremost(phase, recording, room)
    }

    fn start(&mut self, ready: Vec<Request>, recording: &mut Recording) -> Vec<Request> {
        let left = self.bounds.requests.saturating_sub(self.started);
        let obstacle = if recording.is_full() { FailureKind::Memory } else { FailureKind::Limit };
        if (left == 0 || recording.is_full()) && !ready.is_empty() {
            self.refuse(recording, obstacle);
            return Vec::new();
        }
        let ready: Vec<Request> = ready.into_iter().take(left).collect();
        for request in &ready {
            let rank = self.forget(request).unwrap_or_default();
            self.steps.insert(request.clone(), rank.steps);
            self.under_way.insert(request.clone());
            self.unanswered.insert(request.clone());
        }
        self.started += ready.len();
        ready
    }

    /// The requests of a phase whose needs are met, those that hold up most first, as many as there is room for.
    fn foremost(&self, phase: Phase, recording: &Recording, room: usize) -> Vec<Request> {
        let met = |request: &Request| {
            self.needs.get(request).is_none_or(|needs| needs.iter().all(|need| recording.get(need).is_some()))
        };
        // Whose token is being renewed waits for the new one.
        let renewed = renewal::outstanding(self.wanted.keys().chain(&self.under_way));
        let held = |request: &Request| {
            !renewed.is_empty() && recording.setup.presented(request).iter().any(|grant| renewed.contains(grant))
        };
        // What the source answers is held against its own document as it comes: where one is wanted it is read before.
        let is_document = |request: &Request| request.target == Target::OpenApi;
        let unread = self.wanted.keys().chain(&self.under_way).any(is_document);
        let waits = |request: &Request| unread && request.kind() != Kind::Issuer && !is_document(request);
        let wanted = self.order.iter().take_while(|(other, _, _)| *other == phase).map(|(_, _, request)| request);
        wanted.filter(|request| met(request) && !held(request) && !waits(request)).take(room).cloned().collect()
    }

    /// Records everything that is wanted as not sent; where the run is interrupted, also what has no answer yet.
    pub(super) fn refuse(&mut self, recording: &mut Recording, kind: FailureKind) {
        self.order.clear();
        let mut open: BTreeSet<Request> = std::mem::take(&mut self.wanted).into_keys().collect();
        if kind == FailureKind::Interrupted {
            self.under_way.retain(|request| !self.unanswered.contains(request));
            open.append(&mut self.unanswered);
        }
        for request in open {
            let failure = Failure::new(kind, Text::default());
            let result = Err(failure);
            let exchange = Exchange {
                request: request.clone(),
                sent: Sent::default(),
                at_ms: 0,
                ms: 0,
                credential: None,
                earlier: Vec::new(),
                result,
            };
            recording.add(exchange);
            self.needs.remove(&request);
            self.refused.push(request);
        }
    }

    pub(super) fn take_refused(&mut self) -> Option<Request> {
        self.refused.pop()
    }
}
