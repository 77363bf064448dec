//! How the shape of a source's answers is read: which members, types, links and statuses they had, so that a later run can
//! see what broke (URL-17).

mod compare;
mod fields;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use url::Url;

use super::envelope::{Certificate, Collection, Field as PageField, Key, Links};
use crate::base::href;
use crate::evidence::exchange::{Auth, Citizen, Exchange, Kind, Phase, Response, Target, Variation};
use crate::evidence::recording::Recording;
use crate::evidence::snapshot::{ApiSnapshot, Baseline, Part, PartSnapshot};

pub use compare::{Break, ENOUGH};

/// Rels of one part that are kept.
const MOST_RELS: usize = 50;

impl Baseline {
    /// What a recording shows.
    pub fn of(recording: &Recording) -> Self {
        let setup = &recording.setup;
        Self {
            source: setup.name.clone(),
            base_url: setup.base_url.clone(),
            started: recording.started,
            shapes: ApiSnapshot::of(&setup.base_url, recording.exchanges()),
        }
    }
}

impl ApiSnapshot {
    /// The shapes of the answers of a run: those that the subject's good token got to ordinary requests.
    pub fn of<'a>(base_url: &str, exchanges: impl IntoIterator<Item = &'a Exchange>) -> Self {
        let version = Url::parse(base_url).ok().and_then(|url| {
            let segments = href::segments(&url);
            href::version(&segments).map(|(_, version)| version.to_owned())
        });
        let mut shapes = Self { version, parts: BTreeMap::new() };
        let mut seen = BTreeSet::new();
        for exchange in exchanges.into_iter().filter(|exchange| is_ordinary(exchange)) {
            if let Ok(response) = &exchange.result {
                shapes.add(exchange.request.kind(), response, &mut seen);
            }
        }
        shapes
    }

    fn add<'a>(&mut self, kind: Kind, response: &'a Response, seen: &mut BTreeSet<Key<'a>>) {
        let part = match kind {
            Kind::List => Part::List,
            Kind::Detail => Part::Detail,
            Kind::Download => Part::Download,
            Kind::Issuer | Kind::Probe | Kind::Visit => return,
        };
        let shape = self.parts.entry(part).or_default();
        shape.count += 1;
        *shape.statuses.entry(response.status).or_default() += 1;
        if !response.is_success() {
            return;
        }
        match part {
            Part::List => self.add_page(response, seen),
            Part::Detail => {
                if let (Some(json), Some(certificate)) = (response.tree(), response.certificate()) {
                    shape.add_certificate(&json, certificate);
                }
            }
            Part::Item | Part::Download => {}
        }
    }

    fn add_page<'a>(&mut self, response: &'a Response, seen: &mut BTreeSet<Key<'a>>) {
        let (Some(json), Some(page)) = (response.tree(), response.page()) else { return };
        if !matches!(page.collection, Collection::Items(_)) {
            return;
        }
        let list = self.parts.entry(Part::List).or_default();
        for (name, field) in page.metadata.fields() {
            let kind = match field {
                PageField::Absent => continue,
                PageField::Integer(_) => "integer",
                PageField::Wrong(_) => "other",
            };
            list.fields.entry(format!("{}/{name}", page.metadata.place)).or_default().add([kind]);
        }
        list.add_rels(&page.links);
        for (key, certificate) in page.keys().into_iter().zip(page.items()) {
            // The same certificate comes by in many answers.
            if let (true, Some(own)) = (seen.insert(key), json.pointer(&certificate.place)) {
                let items = self.parts.entry(Part::Item).or_default();
                items.count += 1;
                items.add_certificate(own, certificate);
            }
        }
    }
}

impl PartSnapshot {
    fn add_certificate(&mut self, json: &serde_json::Value, certificate: &Certificate) {
        fields::add(&mut self.fields, json);
        self.add_rels(&certificate.links);
    }

    fn add_rels(&mut self, links: &Links) {
        let rels: BTreeSet<String> =
            links.links.iter().map(|link| fields::plain(&link.rel.to_ascii_lowercase())).collect();
        for rel in rels {
            if self.rels.len() < MOST_RELS || self.rels.contains_key(&rel) {
                *self.rels.entry(rel).or_default() += 1;
            }
        }
    }
}

/// Asked as a consumer asks: nothing odd about it, for the subject and with the subject's own token.
pub fn is_ordinary(exchange: &Exchange) -> bool {
    let request = &exchange.request;
    let own = match &request.target {
        Target::Entry { citizen, .. } => *citizen == Citizen::Subject,
        Target::Link { edit, .. } => edit.is_none(),
        _ => false,
    };
    own && request.phase == Phase::Ordinary
        && request.variation == Variation::None
        && request.auth == Auth::Token(Citizen::Subject)
}
