//! How much harm a requirement that is not met does: the one order of all views. What shows somebody's data to anyone
//! comes first, what shows them to another citizen, then what lets in whoever has no right, the rest of chapter access,
//! what keeps most of the run from being judged, the other obligations by what they rest on, and what keeps only some
//! from being judged.

use crate::catalogue::Level;

use super::model::{Report, Requirement};
use super::words::State;

/// The chapter that comes first.
const ACCESS: &str = "access";

/// Not met, this gives data to anyone, without a token.
pub(super) const OPENS_TO_ANYONE: &str = "SEC-01";

/// Not met, these show data of one citizen to another.
pub(super) const SHOWS_OTHERS: [&str; 3] = ["SEC-08", "SEC-09", "SEC-19"];

/// Not met, these give data to callers who have no right to it.
pub(super) const LETS_IN: [&str; 9] =
    ["SEC-02", "SEC-03", "SEC-04", "SEC-05", "SEC-06", "SEC-07", "SEC-11", "SEC-14", "SEC-20"];

/// How much harm: the least is the worst. Within one, requirements stand as in the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Harm {
    place: Place,
    state: State,
    weight: Weight,
}

/// What somebody has to act on first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    /// Data go to whoever has no right to them.
    Access,
    /// What keeps most of the run from being judged.
    Root,
    Failure,
    Error,
    /// Obligations that could not be judged.
    Unjudged,
    Warning,
    Other,
}

/// What a requirement weighs, whatever became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Weight {
    OpensToAnyone,
    ShowsOthers,
    LetsIn,
    Access,
    Quoted,
    Standard,
    Derived,
    Should,
    May,
}

/// What of a requirement decides how much harm it does.
#[derive(Clone, Copy, Debug)]
pub struct Binding<'a> {
    /// Its id.
    pub id: &'a str,
    /// The name of its chapter.
    pub chapter: &'a str,
    /// How strongly it binds.
    pub level: Level,
    /// What it rests on: `quoted`, `sample`, `derived`, `rfc`.
    pub basis: &'a [String],
}

impl Harm {
    /// The harm that a requirement does in that state.
    pub fn of(binding: &Binding<'_>, state: State) -> Self {
        Self::new(state, Weight::of(binding))
    }

    /// The harm of a cause that reads like this: after the requirements that read so for themselves.
    pub fn of_cause(state: State) -> Self {
        Self::new(state, Weight::May)
    }

    /// The harm of the cause for which more obligations wait than were judged.
    pub fn of_root_cause() -> Self {
        Self { place: Place::Root, state: State::BlockedMust, weight: Weight::May }
    }

    fn new(state: State, weight: Weight) -> Self {
        let place = match state {
            State::Failure if weight <= Weight::Access => Place::Access,
            State::BlockedMust => Place::Unjudged,
            State::Failure => Place::Failure,
            State::Error => Place::Error,
            State::Warning => Place::Warning,
            _ => Place::Other,
        };
        Self { place, state, weight }
    }

    /// The same as a number: the least is the worst. Only the order of these numbers says something.
    pub fn rank(self) -> u16 {
        (self.place as u16) << 8 | (self.state as u16) << 4 | self.weight as u16
    }
}

impl Weight {
    fn of(binding: &Binding<'_>) -> Self {
        let Binding { id, chapter, level, basis } = *binding;
        let rests_on = |wanted: &str| basis.iter().any(|one| one == wanted);
        match level {
            Level::May => Self::May,
            Level::Should => Self::Should,
            Level::Must if id == OPENS_TO_ANYONE => Self::OpensToAnyone,
            Level::Must if SHOWS_OTHERS.contains(&id) => Self::ShowsOthers,
            Level::Must if LETS_IN.contains(&id) => Self::LetsIn,
            Level::Must if chapter == ACCESS => Self::Access,
            Level::Must if rests_on("quoted") => Self::Quoted,
            Level::Must if rests_on("rfc") || rests_on("sample") => Self::Standard,
            Level::Must => Self::Derived,
        }
    }
}

impl Requirement {
    /// How much harm it does as it stands: of all views the order, the worst first.
    pub fn harm(&self) -> Harm {
        Harm::new(self.state(), self.weight())
    }

    fn weight(&self) -> Weight {
        Weight::of(&Binding { id: &self.id, chapter: &self.chapter, level: self.level, basis: &self.basis })
    }

    /// Whether it gives data to anyone, without a token.
    pub(super) fn opens_to_anyone(&self) -> bool {
        self.state() == State::Failure && self.weight() == Weight::OpensToAnyone
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
        let catalogue = Catalogue::load(DEFAULT_SPEC, None, |_, _, _, _| true).unwrap();
        for id in SHOWS_OTHERS.iter().chain(&LETS_IN).chain([&OPENS_TO_ANYONE]) {
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
            row("SEC-01", "access", Level::Must, "derived"),
            row("SEC-08", "access", Level::Must, "derived"),
            row("SEC-02", "access", Level::Must, "derived"),
            row("SEC-17", "access", Level::Must, "derived"),
            row("LST-01", "list", Level::Must, "quoted"),
            row("LST-02", "list", Level::Must, "rfc"),
            row("LST-03", "list", Level::Must, "derived"),
            row("SEC-10", "access", Level::Should, "quoted"),
        ];
        assert!(rows.is_sorted_by(|one, other| one.harm() < other.harm() && one.harm().rank() < other.harm().rank()));
        let (root, cause) = (Harm::of_root_cause(), Harm::of_cause(State::BlockedMust));
        assert!(rows[3].harm() < root && root < rows[4].harm(), "a root cause comes between access and the rest");
        assert!(rows[7].harm() < cause, "any other comes after the failures");
    }
}
