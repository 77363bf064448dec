//! The least chain of calls: what each request needs of the answers before it, whatever the checks ask for first.

use std::collections::HashMap;

use bronkeur::evidence::exchange::{Citizen, Exchange, Phase, Request, Target};
use bronkeur::evidence::recording::Recording;

/// The answers in which a URL stands that was followed.
fn origins(recording: &Recording) -> HashMap<String, Vec<&Exchange>> {
    let mut origins: HashMap<String, Vec<&Exchange>> = HashMap::new();
    for exchange in recording.exchanges() {
        let Ok(response) = &exchange.result else { continue };
        let Some(page) = response.page() else { continue };
        for link in page.items().iter().map(|item| &item.links).chain([&page.links]).flat_map(|links| &links.links) {
            if let Some(url) = link.url(&exchange.sent.url) {
                origins.entry(url.to_string()).or_default().push(exchange);
            }
        }
    }
    origins
}

/// How many calls of the same phase stand one after the other up to a request, itself included.
pub(crate) struct Depths<'a> {
    recording: &'a Recording,
    origins: HashMap<String, Vec<&'a Exchange>>,
    known: HashMap<Request, usize>,
}

impl<'a> Depths<'a> {
    pub(crate) fn of(recording: &'a Recording) -> Self {
        Self { recording, origins: origins(recording), known: HashMap::new() }
    }

    pub(crate) fn depth(&mut self, request: &Request) -> usize {
        if let Some(known) = self.known.get(request) {
            return *known;
        }
        let needs = self.recording.setup.needs(request).iter().map(|need| self.in_phase(need, request.phase)).max();
        let depth = 1 + needs.unwrap_or(0).max(self.found_in(request));
        self.known.insert(request.clone(), depth);
        depth
    }

    fn in_phase(&mut self, request: &Request, phase: Phase) -> usize {
        if request.phase == phase { self.depth(request) } else { 0 }
    }

    /// What must be there before anybody knows of the request: a page that tells how many there are, or an answer with
    /// the link that is followed; of several the one that can come first.
    fn found_in(&mut self, request: &Request) -> usize {
        match &request.target {
            Target::Entry { citizen: Citizen::Subject, query } => {
                let later = query.iter().any(|(name, value)| name == "page" && value != "0");
                let first = Request::entry(Citizen::Subject).query("limit", 10).query("page", 0);
                if later && *request != first { self.in_phase(&first, request.phase) } else { 0 }
            }
            Target::Link { url, .. } => {
                let Some(asked) = self.recording.get(request) else { return 0 };
                let before = |origin: &&Exchange| origin.at_ms + origin.ms <= asked.at_ms;
                let found: Vec<Request> = self
                    .origins
                    .get(url)
                    .into_iter()
                    .flatten()
                    .copied()
                    .filter(before)
                    .map(|origin| origin.request.clone())
                    .collect();
                found.iter().map(|origin| self.in_phase(origin, request.phase)).min().unwrap_or(0)
            }
            _ => 0,
        }
    }
}
