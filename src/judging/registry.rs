//! The checks of a kind of subject, by set, chapter and name, as the catalogue binds them.

use crate::catalogue::{Catalogue, Requirement};
use crate::evidence::recording::Recording;
use crate::judging::context::{CheckContext, Judgement};
use crate::judging::verdict::Verdict;

/// A check: a function from what is recorded to a verdict. It sends nothing and reads no clock.
pub type Check = fn(&CheckContext<'_>) -> Judgement;

/// The checks of a chapter, each under its own name.
pub type Table = &'static [(&'static str, Check)];

/// The checks of a chapter, with its set: two sets may have a chapter of the same name.
#[derive(Clone, Copy, Debug)]
pub struct ChapterChecks {
    /// The name of the set, as its folder in specs/.
    pub set: &'static str,
    /// The name of the chapter.
    pub chapter: &'static str,
    /// Its checks.
    pub checks: Table,
}

/// Everything that judges a kind of subject.
#[derive(Clone, Copy, Debug)]
pub struct Registry {
    /// The checks: set by set, chapter by chapter.
    pub sets: &'static [&'static [ChapterChecks]],
    /// What only all verdicts together show, once all are judged; they are in the order of the catalogue. Which requirement
    /// a blocked one waits for is found afterwards, for every kind alike.
    pub conclude: fn(&Catalogue, &Recording, &mut [Verdict]),
}

impl Registry {
    /// The check of that name in a chapter of a set.
    pub fn find(&self, set: &str, chapter: &str, name: &str) -> Option<Check> {
        let mut chapters = self.sets.iter().copied().flatten();
        let chapter = chapters.find(|known| known.set == set && known.chapter == chapter)?;
        chapter.checks.iter().find(|(known, _)| *known == name).map(|(_, check)| *check)
    }

    /// The check of a requirement; none where people answer it.
    pub fn check_of(&self, requirement: &Requirement) -> Option<Check> {
        self.find(&requirement.set, &requirement.chapter, requirement.check.as_deref()?)
    }

    /// Every check: set, chapter and name.
    pub fn all(&self) -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
        self.sets
            .iter()
            .copied()
            .flatten()
            .flat_map(|one| one.checks.iter().map(|(name, _)| (one.set, one.chapter, *name)))
    }
}
