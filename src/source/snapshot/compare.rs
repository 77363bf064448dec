//! What an earlier run showed on every answer, and this one on none.

use super::MOST_RELS;
use super::fields::MOST_FIELDS;
use crate::evidence::snapshot::{ApiSnapshot, Part, PartSnapshot};

/// So many answers, or items, on both sides show something.
pub const ENOUGH: usize = 5;

/// Something that was on every one and is on none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Break {
    /// A member, by its path.
    Field(String),
    /// A type of a member that is still there: path, what it was, what it is.
    Type(String, String, String),
    /// A link, by its rel.
    Rel(String),
    /// A status: what it was, what it is.
    Status(String, String),
}

impl ApiSnapshot {
    /// What was on every one of enough earlier answers, or items, of a part and is on none of enough now.
    pub fn breaks(&self, now: &Self) -> Vec<(Part, Break)> {
        let pairs = self.parts.iter().filter_map(|(part, old)| Some((*part, old, now.parts.get(part)?)));
        pairs.flat_map(|(part, old, new)| old.broken(new).into_iter().map(move |one| (part, one))).collect()
    }
}

impl PartSnapshot {
    fn broken(&self, new: &Self) -> Vec<Break> {
        let mut broken = Vec::new();
        if self.readable() >= ENOUGH && new.readable() >= ENOUGH {
            broken.extend(self.broken_fields(new));
            let rels = self.rels.iter().filter(|(rel, on)| **on >= self.readable() && !new.rels.contains_key(*rel));
            // Where not all were kept, one that is missing may just not be among them.
            let rels = rels.filter(|_| new.rels.len() < MOST_RELS);
            broken.extend(rels.map(|(rel, _)| Break::Rel(rel.clone())));
        }
        if self.count >= ENOUGH && new.count >= ENOUGH {
            let is = new.statuses.keys().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            let gone = self.statuses.iter().filter(|(was, on)| **on >= self.count && !new.statuses.contains_key(was));
            broken.extend(gone.map(|(was, _)| Break::Status(was.to_string(), is.clone())));
        }
        broken
    }

    fn broken_fields(&self, new: &Self) -> Vec<Break> {
        let mut broken = Vec::new();
        for (path, field) in self.fields.iter().filter(|(_, field)| field.on >= self.readable()) {
            let Some(now) = new.fields.get(path) else {
                if new.fields.len() < MOST_FIELDS {
                    broken.push(Break::Field(path.clone()));
                }
                continue;
            };
            let was = field.types.iter().filter(|(_, on)| **on >= self.readable()).map(|(kind, _)| kind);
            let gone = was.filter(|kind| !now.types.keys().any(|now| serves_as(now, kind)));
            let is = || now.types.keys().cloned().collect::<Vec<_>>().join(", ");
            broken.extend(gone.map(|kind| Break::Type(path.clone(), kind.clone(), is())));
        }
        // What lies below a member that broke is broken with it.
        let all: Vec<String> = broken.iter().filter_map(Break::path).map(str::to_owned).collect();
        broken.retain(|one| one.path().is_none_or(|path| !all.iter().any(|above| is_below(path, above))));
        broken
    }

    /// How many there are in which members and links could be seen: of answers the successes.
    pub fn readable(&self) -> usize {
        let successes = self.statuses.iter().filter(|(status, _)| (200..300).contains(*status)).map(|(_, on)| on).sum();
        if self.statuses.is_empty() { self.count } else { successes }
    }
}

impl Break {
    /// The path of the member, where it is about one.
    pub fn path(&self) -> Option<&str> {
        match self {
            Self::Field(path) | Self::Type(path, ..) => Some(path),
            Self::Rel(_) | Self::Status(..) => None,
        }
    }
}

/// Whether who could read values of a type can read those of another one: a whole number is a number, and where there
/// was nothing yet, all that comes is new.
fn serves_as(now: &str, was: &str) -> bool {
    now == was || was == "null" || (was == "number" && now == "integer")
}

fn is_below(path: &str, above: &str) -> bool {
    path.strip_prefix(above).is_some_and(|rest| rest.starts_with('/'))
}
