//! From a catalogue and a recording to verdicts. Pure: the same recording gives the same verdicts, online and offline.

mod needs;
mod unopened;

use crate::catalogue::{Catalogue, Mode, Requirement, Selection};
use crate::checks;
use crate::evidence::exchange::Request;
use crate::evidence::recording::Recording;
use crate::judging::case::{Case, Stop};
use crate::judging::reason;
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
    Early,
}

/// Evaluates one requirement.
pub fn evaluate_one(catalogue: &Catalogue, requirement: &Requirement, recording: &Recording) -> Evaluated {
    let check = requirement.check.as_deref().and_then(|name| checks::find(&requirement.chapter, name));
    let Some(check) = check else {
        return Evaluated::Verdict(match requirement.mode {
            Mode::Review => Verdict::of(Outcome::Review),
            Mode::Check | Mode::Observe | Mode::Compare => reason::not_recorded(),
        });
    };
    let case = Case::new(recording, requirement, catalogue);
    match case.while_there(check) {
        Ok(verdict) => Evaluated::Verdict(Verdict { evidence: case.evidence(), ..verdict }),
        Err(Stop::Verdict(verdict) | Stop::Moment(verdict)) => {
            Evaluated::Verdict(Verdict { evidence: case.evidence(), ..*verdict })
        }
        Err(Stop::Missing(missing)) => Evaluated::Missing(missing),
        Err(Stop::Early) => Evaluated::Early,
    }
}

/// Evaluates the whole catalogue without sending anything: what is missing is blocked.
pub fn evaluate(catalogue: &Catalogue, recording: &Recording, selection: &Selection) -> Vec<Verdict> {
    let judge = |requirement: &Requirement| {
        if !selection.holds(&requirement.id) {
            return not_selected();
        }
        match evaluate_one(catalogue, requirement, recording) {
            Evaluated::Verdict(verdict) => verdict,
            Evaluated::Missing(_) | Evaluated::Early => reason::not_recorded(),
        }
    };
    let mut verdicts: Vec<Verdict> = catalogue.requirements.iter().map(judge).collect();
    conclude(catalogue, recording, &mut verdicts);
    verdicts
}

/// What only all verdicts together show, once all are judged: whether the source opened for anybody, and which requirement a
/// blocked one waits for.
pub fn conclude(catalogue: &Catalogue, recording: &Recording, verdicts: &mut [Verdict]) {
    unopened::block_unopened(catalogue, recording, verdicts);
    needs::name_unmet_needs(catalogue, verdicts);
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
