//! The requirements by which the members of a fleet are judged: those of the kind that each member is of.

use crate::base::input::Diagnostics;
use crate::catalogue::{Catalogue, SubjectKind};
use crate::report::fleet::model::Member;

/// The sets of a fleet, one for each kind.
#[derive(Debug)]
pub struct Catalogues {
    first: Catalogue,
    others: Vec<Catalogue>,
    /// Why there is none of another kind.
    missing: Diagnostics,
}

impl Catalogues {
    /// One set for all members: one of another kind is refused when it is read.
    pub fn one(catalogue: Catalogue) -> Self {
        Self { first: catalogue, others: Vec::new(), missing: Diagnostics::default() }
    }

    /// A set for each kind. That one cannot be read matters only where a member needs it.
    pub fn of_kinds(first: Catalogue, other: Result<Catalogue, Diagnostics>) -> Self {
        match other {
            Ok(other) => Self { first, others: vec![other], missing: Diagnostics::default() },
            Err(missing) => Self { first, others: Vec::new(), missing },
        }
    }

    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = &Catalogue> {
        std::iter::once(&self.first).chain(&self.others)
    }

    /// The set for a kind; where a single one was chosen, that one, whatever the kind.
    ///
    /// # Errors
    /// Why the set of that kind cannot be read.
    pub fn of(&self, kind: SubjectKind) -> Result<&Catalogue, Diagnostics> {
        let own = self.all().find(|catalogue| catalogue.kind == kind);
        match own {
            Some(own) => Ok(own),
            None if self.missing.0.is_empty() => Ok(&self.first),
            None => Err(self.missing.clone()),
        }
    }

    /// The sets by which these members were judged; where that does not show, the first one.
    pub(super) fn used(&self, members: &[Member]) -> Vec<&Catalogue> {
        let only_in = |own: &Catalogue, id: &str| {
            own.find(id).is_some() && !self.all().any(|other| other.kind != own.kind && other.find(id).is_some())
        };
        let judged =
            |own: &&Catalogue| members.iter().any(|member| member.cells.iter().any(|cell| only_in(own, &cell.id)));
        let used: Vec<&Catalogue> = self.all().filter(judged).collect();
        if used.is_empty() { vec![&self.first] } else { used }
    }
}
