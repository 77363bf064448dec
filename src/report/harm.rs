//! How much harm a requirement that is not met does: the one order of all views. What shows somebody's data to another
//! comes first, then what lets in whoever has no right, the rest of chapter access, and then the other obligations by what
//! they rest on.

use crate::catalogue::Level;

use super::model::{Report, Requirement};
use super::words::State;

/// The chapter that comes first.
const ACCESS: &str = "access";

/// Not met, these show data of one citizen to another.
pub(super) const SHOWS_OTHERS: [&str; 3] = ["SEC-08", "SEC-09", "SEC-19"];

/// Not met, these give data to callers who have no right to it.
pub(super) const LETS_IN: [&str; 10] =
    ["SEC-01", "SEC-02", "SEC-03", "SEC-04", "SEC-05", "SEC-06", "SEC-07", "SEC-11", "SEC-14", "SEC-20"];

/// How much harm: the least is the worst. Within one, requirements stand as in the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Harm {
    state: State,
    weight: Weight,
}

/// What a requirement weighs, whatever became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Weight {
    ShowsOthers,
    LetsIn,
    Access,
    Quoted,
    Standard,
    Derived,
    Should,
    May,
}

impl Requirement {
    /// How much harm it does as it stands: of all views the order, the worst first.
    pub fn harm(&self) -> Harm {
        Harm { state: self.state(), weight: self.weight() }
    }

    fn weight(&self) -> Weight {
        let id = self.id.as_str();
        let rests_on = |basis: &str| self.basis.iter().any(|one| one == basis);
        match self.level {
            Level::May => Weight::May,
            Level::Should => Weight::Should,
            Level::Must if SHOWS_OTHERS.contains(&id) => Weight::ShowsOthers,
            Level::Must if LETS_IN.contains(&id) => Weight::LetsIn,
            Level::Must if self.chapter == ACCESS => Weight::Access,
            Level::Must if rests_on("quoted") => Weight::Quoted,
            Level::Must if rests_on("rfc") || rests_on("sample") => Weight::Standard,
            Level::Must => Weight::Derived,
        }
    }

    /// Whether it is about who gets data.
    pub(super) fn is_access(&self) -> bool {
        self.weight() <= Weight::Access
    }

    /// Whether it shows data of one citizen to another.
    pub(super) fn shows_others(&self) -> bool {
        self.state() == State::Failure && self.weight() == Weight::ShowsOthers
    }

    /// Whether it gives data to a caller who has no right to it.
    pub(super) fn lets_in(&self) -> bool {
        self.state() == State::Failure && self.weight() == Weight::LetsIn
    }
}

impl Report {
    /// All requirements, the most harmful first.
    pub fn by_harm(&self) -> Vec<&Requirement> {
        let mut rows: Vec<&Requirement> = self.requirements.iter().collect();
        rows.sort_by_key(|row| row.harm());
        rows
    }

    /// The failures, the most harmful first.
    pub fn failures(&self) -> Vec<&Requirement> {
        self.by_harm().into_iter().filter(|row| row.state() == State::Failure).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{Catalogue, DEFAULT_SPEC};

    #[test]
    fn every_requirement_that_is_named_is_an_obligation_of_that_chapter() {
        let catalogue = Catalogue::load(DEFAULT_SPEC, None, |_, _| true).unwrap();
        for id in SHOWS_OTHERS.iter().chain(&LETS_IN) {
            let row = catalogue.requirements.iter().find(|row| row.id == *id).unwrap();
            assert_eq!(row.chapter, ACCESS, "{id}");
        }
    }

    #[test]
    fn access_comes_before_what_is_quoted_and_that_before_what_is_derived() {
        let report = crate::report::tests::sample::report();
        let row = |id: &str, chapter: &str, level: Level, basis: &str| Requirement {
            id: id.to_owned(),
            chapter: chapter.to_owned(),
            level,
            basis: vec![basis.to_owned()],
            ..report.requirements.iter().find(|row| row.id == "LST-02").unwrap().clone()
        };
        let rows = [
            row("SEC-08", "access", Level::Must, "derived"),
            row("SEC-01", "access", Level::Must, "derived"),
            row("SEC-17", "access", Level::Must, "derived"),
            row("LST-01", "list", Level::Must, "quoted"),
            row("LST-02", "list", Level::Must, "rfc"),
            row("LST-03", "list", Level::Must, "derived"),
            row("SEC-10", "access", Level::Should, "quoted"),
        ];
        assert!(rows.is_sorted_by(|one, other| one.harm() < other.harm()));
    }
}
