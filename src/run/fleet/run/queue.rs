//! Which source is next: no more of one host at once than it may bear.

use std::collections::{HashMap, VecDeque};
use std::sync::{Condvar, Mutex, PoisonError};

use super::locked;
use crate::run::fleet::sources::{Source, What};

/// Sources that wait for their turn.
pub(super) struct Queue {
    state: Mutex<Waiting>,
    freed: Condvar,
    per_host: usize,
}

struct Waiting {
    sources: VecDeque<Source>,
    /// How many sources of a host are under way.
    busy: HashMap<String, usize>,
}

/// A source is under way; its host is free again when this goes away, however its run ends.
pub(super) struct Turn<'a> {
    queue: &'a Queue,
    host: Option<String>,
}

impl Queue {
    pub(super) fn new(sources: Vec<Source>, per_host: usize) -> Self {
        let state = Mutex::new(Waiting { sources: sources.into(), busy: HashMap::new() });
        Self { state, freed: Condvar::new(), per_host }
    }

    /// The next source whose host has room; waits until there is one. None when all have begun.
    pub(super) fn next(&self) -> Option<(Source, Turn<'_>)> {
        let mut state = locked(&self.state);
        loop {
            if state.sources.is_empty() {
                return None;
            }
            let Waiting { sources, busy } = &mut *state;
            let has_room = |source: &Source| {
                source.host().is_none_or(|host| busy.get(&host).copied().unwrap_or_default() < self.per_host)
            };
            if let Some(source) = sources.iter().position(has_room).and_then(|position| sources.remove(position)) {
                let host = source.host();
                if let Some(host) = &host {
                    *busy.entry(host.clone()).or_default() += 1;
                }
                return Some((source, Turn { queue: self, host }));
            }
            state = self.freed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let Some(host) = &self.host else { return };
        if let Some(busy) = locked(&self.queue.state).busy.get_mut(host) {
            *busy = busy.saturating_sub(1);
        }
        self.queue.freed.notify_all();
    }
}

impl Source {
    /// The host that it is called at, whatever its port.
    fn host(&self) -> Option<String> {
        match &self.what {
            What::Live(profile, _) => profile.source.base_url.host_str().map(str::to_owned),
            What::Evidence(..) | What::Report(_) => None,
        }
    }
}
