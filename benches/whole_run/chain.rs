//! The longest chain of calls, as the checks ask for them: the recorded run once more, in rounds. In each round every
//! request goes out that a check asked for after the rounds before it, whatever the concurrency; and what an answer took
//! does not count. How the run loop orders its requests has no part in it.

use std::collections::{BTreeMap, BTreeSet};

use bronkeur::catalogue::{Catalogue, Requirement};
use bronkeur::evidence::exchange::{Exchange, Phase, Request};
use bronkeur::evidence::recording::Recording;
use bronkeur::run::HOSTILE_AT_ONCE;
use bronkeur::run::evaluate::{Evaluated, Evaluator};

use crate::data::Depths;

/// In which round of its phase each request can go out: one phase begins when the one before it is over.
pub(crate) struct Chain {
    rounds: BTreeMap<Request, usize>,
    data: BTreeMap<Request, usize>,
}

impl Chain {
    pub(crate) fn of(catalogue: &Catalogue, recording: &Recording) -> Self {
        let mut depths = Depths::of(recording);
        let data = recording.exchanges().map(|exchange| (exchange.request.clone(), depths.depth(&exchange.request)));
        Self { data: data.collect(), rounds: rounds(catalogue, recording) }
    }

    /// The calls of the chain, phase by phase.
    pub(crate) fn phases(&self) -> impl Iterator<Item = (Phase, usize)> {
        longest(&self.rounds).into_iter()
    }

    /// The calls of the chain.
    pub(crate) fn calls(&self) -> usize {
        longest(&self.rounds).values().sum()
    }

    /// The calls of the chain if every check asked for what it needs as soon as it could be known.
    pub(crate) fn least(&self) -> usize {
        longest(&self.data).values().sum()
    }

    /// What makes a phase longer than its data would.
    pub(crate) fn late(&self) -> impl Iterator<Item = String> {
        let least = longest(&self.data);
        self.rounds.iter().filter_map(move |(request, round)| {
            let data = self.data.get(request)?;
            (round > least.get(&request.phase)?)
                .then(|| format!("call {round} of {:?}, not {data}: {:?}", request.phase, request.target))
        })
    }
}

/// The longest chain of each phase. Hostile requests go out a few at a time, and it takes as many calls as that asks.
fn longest(depths: &BTreeMap<Request, usize>) -> BTreeMap<Phase, usize> {
    let mut longest = BTreeMap::new();
    for (request, depth) in depths {
        let calls = longest.entry(request.phase).or_insert(0);
        *calls = (*depth).max(*calls);
    }
    let hostile = depths.keys().filter(|request| request.phase == Phase::Hostile).count();
    if let Some(calls) = longest.get_mut(&Phase::Hostile) {
        *calls = hostile.div_ceil(HOSTILE_AT_ONCE).max(*calls);
    }
    longest
}

fn rounds(catalogue: &Catalogue, recording: &Recording) -> BTreeMap<Request, usize> {
    let mut again = Recording::new(recording.setup.clone(), recording.started, recording.seed);
    let mut open: Vec<&Requirement> = catalogue.requirements.iter().collect();
    let mut wanted = BTreeSet::new();
    let mut counts: BTreeMap<Phase, usize> = BTreeMap::new();
    let mut rounds = BTreeMap::new();
    loop {
        open.retain(|requirement| match Evaluator::new(catalogue).evaluate_one(requirement, &again) {
            Evaluated::Verdict(_) => false,
            Evaluated::Missing(missing) => {
                for request in missing {
                    want(&mut wanted, request, &again);
                }
                true
            }
            Evaluated::NeedsWholeRun => true,
        });
        let Some(phase) = wanted.iter().map(|request: &Request| request.phase).min() else { return rounds };
        let met = |request: &Request| again.setup.needs(request).iter().all(|need| again.get(need).is_some());
        let ready: Vec<Request> =
            wanted.iter().filter(|request| request.phase == phase && met(request)).cloned().collect();
        let round = counts.entry(phase).or_insert(0);
        *round += 1;
        for request in ready {
            wanted.remove(&request);
            again.add(copy(recording.get(&request).unwrap()));
            rounds.insert(request, *round);
        }
    }
}

/// Wants a request, and what it needs.
fn want(wanted: &mut BTreeSet<Request>, request: Request, recording: &Recording) {
    if recording.get(&request).is_none() && !wanted.contains(&request) {
        recording.setup.needs(&request).into_iter().for_each(|need| want(wanted, need, recording));
        wanted.insert(request);
    }
}

fn copy(exchange: &Exchange) -> Exchange {
    serde_json::from_value(serde_json::to_value(exchange).unwrap()).unwrap()
}
