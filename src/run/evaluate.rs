//! From a catalogue and a recording to verdicts. Pure: the same recording gives the same verdicts, online and offline.

mod needs;

use crate::catalogue::{Catalogue, Mode, Requirement, Selection};
use crate::checks;
use crate::evidence::exchange::Request;
use crate::evidence::recording::Recording;
use crate::judging::context::{CheckContext, Stop};
use crate::judging::reason;
use crate::judging::registry::Registry;
use crate::judging::verdict::{Outcome, Verdict};
use crate::text;

/// What evaluating one requirement came to.
#[derive(Debug)]
pub enum Evaluated {
    /// It is judged.
    Verdict(Verdict),
    /// The check needs these exchanges first.
    Missing(Vec<Request>),
    /// The check looks at the whole run, which is not over yet.
    NeedsWholeRun,
}

/// A catalogue with the checks that judge it.
#[derive(Clone, Copy, Debug)]
pub struct Evaluator<'a> {
    /// The requirements.
    pub catalogue: &'a Catalogue,
    /// The checks that they name.
    pub registry: &'a Registry,
}

impl<'a> Evaluator<'a> {
    /// A catalogue with the built-in checks of its kind.
    pub fn new(catalogue: &'a Catalogue) -> Self {
        Self { catalogue, registry: checks::registry(catalogue.kind) }
    }

    /// Evaluates one requirement.
    pub fn evaluate_one(&self, requirement: &Requirement, recording: &Recording) -> Evaluated {
        let Some(check) = self.registry.check_of(requirement) else {
            return Evaluated::Verdict(match requirement.mode {
                Mode::Review => Verdict::of(Outcome::Review),
                Mode::Check | Mode::Observe | Mode::Compare => reason::not_recorded(),
            });
        };
        let cx = CheckContext::new(recording, requirement, self.catalogue);
        match cx.while_there(check) {
            Ok(verdict) => Evaluated::Verdict(Verdict { evidence: cx.evidence(), ..verdict }),
            Err(Stop::Verdict(verdict) | Stop::Moment(verdict)) => {
                Evaluated::Verdict(Verdict { evidence: cx.evidence(), ..*verdict })
            }
            Err(Stop::Missing(missing)) => Evaluated::Missing(missing),
            Err(Stop::NeedsWholeRun) => Evaluated::NeedsWholeRun,
        }
    }

    /// Evaluates the whole catalogue without sending anything: what is missing is blocked.
    pub fn evaluate(&self, recording: &Recording, selection: &Selection) -> Vec<Verdict> {
        let judge = |requirement: &Requirement| {
            if !selection.holds(&requirement.id) {
                return not_selected();
            }
            match self.evaluate_one(requirement, recording) {
                Evaluated::Verdict(verdict) => verdict,
                Evaluated::Missing(_) | Evaluated::NeedsWholeRun => reason::not_recorded(),
            }
        };
        let mut verdicts: Vec<Verdict> = self.catalogue.requirements.iter().map(judge).collect();
        self.conclude(recording, &mut verdicts);
        verdicts
    }

    /// What only all verdicts together show, once all are judged: what the kind concludes of them, and which requirement a
    /// blocked one waits for.
    pub fn conclude(&self, recording: &Recording, verdicts: &mut [Verdict]) {
        (self.registry.conclude)(self.catalogue, recording, verdicts);
        needs::name_unmet_needs(self.catalogue, verdicts);
    }
}

/// The verdict of a requirement that was left out.
pub fn not_selected() -> Verdict {
    Verdict {
        reason: Some(text!(
            "niet gekozen: --only, --skip of --rerun-failed",
            "not selected: --only, --skip or --rerun-failed"
        )),
        ..Verdict::of(Outcome::NotSelected)
    }
}
