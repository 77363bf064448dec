//! The parts of a report that people decide on, the most urgent first. The views share them; they differ in form only.

use crate::base::text::Text;
use crate::text;

use super::model::{Report, Requirement};
use super::words::State;

/// A part of a report: the requirements about which the same is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Group {
    /// Not met.
    Failures,
    /// We could not get what we need from the issuer.
    Errors,
    /// Could not be judged.
    Blocked,
    /// A human answers.
    Reviews,
    /// A recommendation is not followed.
    Warnings,
    /// Failures that a waiver covers.
    Waived,
    /// Worth knowing.
    Notes,
    /// Nothing to do: passed, observed, cannot arise, not selected.
    Rest,
}

impl Group {
    /// Those about which somebody has to do or to know something.
    pub(super) const TOLD: [Self; 7] =
        [Self::Failures, Self::Errors, Self::Blocked, Self::Reviews, Self::Warnings, Self::Waived, Self::Notes];

    /// Where a requirement in that state belongs.
    pub(super) fn of(state: State) -> Self {
        match state {
            State::Failure => Self::Failures,
            State::Error => Self::Errors,
            State::BlockedMust | State::Blocked => Self::Blocked,
            State::Review => Self::Reviews,
            State::Warning => Self::Warnings,
            State::Waived => Self::Waived,
            State::Note | State::PassWithNote => Self::Notes,
            State::Observed | State::Pass | State::NotApplicable | State::NotSelected => Self::Rest,
        }
    }

    /// Its requirements: the most harmful first, then in the order of the catalogue.
    pub(super) fn rows(self, report: &Report) -> Vec<&Requirement> {
        let mut rows: Vec<&Requirement> =
            report.requirements.iter().filter(|row| Self::of(row.state()) == self).collect();
        rows.sort_by_key(|row| row.harm());
        rows
    }

    /// Its name in links.
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Failures => "failures",
            Self::Errors => "errors",
            Self::Blocked => "blocked",
            Self::Reviews => "reviews",
            Self::Warnings => "warnings",
            Self::Waived => "waived",
            Self::Notes => "notes",
            Self::Rest => "rest",
        }
    }

    /// Its heading.
    pub(super) fn title(self) -> Text {
        match self {
            Self::Failures => Text::new("Inbreuken", "Failures"),
            Self::Errors => Text::new("Fouten bij de uitgever van tokens", "Errors at the issuer of tokens"),
            Self::Blocked => Text::new("Niet te beoordelen", "Blocked"),
            Self::Reviews => Text::new("Open beoordelingen", "Open reviews"),
            Self::Warnings => Text::new("Waarschuwingen", "Warnings"),
            Self::Waived => Text::new("Vrijgesteld", "Waived"),
            Self::Notes => Text::new("Opmerkingen", "Notes"),
            Self::Rest => Text::new("Al het overige, per hoofdstuk", "Everything else, by chapter"),
        }
    }

    /// What it means, in one sentence.
    pub(super) fn meaning(self) -> Text {
        match self {
            Self::Failures => {
                text!("Dit moet de eigenaar herstellen.", "The owner must fix these.")
            }
            Self::Errors => text!(
                "De uitgever van tokens (ACM) gaf niet wat de keuring nodig had; dat is geen inbreuk van wat gekeurd wordt.",
                "The issuer of tokens (ACM) did not give what the run needed; that is not a failure of what is checked."
            ),
            Self::Blocked => text!(
                "Kon niet worden beoordeeld; telkens staat wat nog ontbreekt.",
                "Could not be judged; each says what is still missing."
            ),
            Self::Reviews => text!(
                "Dit beantwoordt een beoordelaar; een programma kan het niet vaststellen.",
                "A reviewer answers these; a program cannot tell."
            ),
            Self::Warnings => {
                text!("Aanbevelingen die niet gevolgd worden.", "Recommendations that are not followed.")
            }
            Self::Waived => text!(
                "Inbreuken waarvoor tijdelijk een vrijstelling geldt. Ze tellen niet als voldaan.",
                "Failures that a waiver covers for a time. They do not count as passed."
            ),
            Self::Notes => {
                text!("Goed om te weten; er hoeft niets te gebeuren.", "Good to know; nothing has to be done.")
            }
            Self::Rest => text!(
                "Wat voldoet, vastgesteld is, hier niet kan voorkomen of niet gekozen is.",
                "What passed, was observed, cannot arise here or was not selected."
            ),
        }
    }
}
