//! From a catalogue and a recording to verdicts. Pure: the same recording gives the same verdicts, online and offline.

mod needs;
mod unopened;

use crate::case::{Case, Stop};
use crate::catalogue::{Catalogue, Chapter, Mode, Requirement};
use crate::checks;
use crate::exchange::Request;
use crate::fault::InputFault;
use crate::reason;
use crate::recording::Recording;
use crate::text;
use crate::verdict::{Outcome, Verdict};

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

/// Which requirements are judged: `--only` and `--skip`, by id or by chapter prefix (`LST`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Only these; empty: all.
    pub only: Vec<String>,
    /// Not these.
    pub skip: Vec<String>,
}

impl Selection {
    /// Whether a requirement is judged.
    pub fn holds(&self, id: &str) -> bool {
        let named = |names: &[String]| names.iter().any(|name| matches_id(name, id));
        (self.only.is_empty() || named(&self.only)) && !named(&self.skip)
    }

    /// Whether everything is judged.
    pub fn is_everything(&self) -> bool {
        self.only.is_empty() && self.skip.is_empty()
    }
}

/// A name as selections hold it: the prefix of a chapter (`LST`) for its name or title as people see them, in either
/// language; an id and anything else as it is.
pub fn selector(catalogue: &Catalogue, name: &str) -> String {
    let name = name.trim();
    let says = |text: &str| text.to_lowercase() == name.to_lowercase();
    let named = |chapter: &&Chapter| says(&chapter.name) || says(&chapter.title.nl) || says(&chapter.title.en);
    let chapter = catalogue.chapters.iter().find(named);
    let first = chapter.and_then(|chapter| catalogue.requirements.iter().find(|row| row.chapter == chapter.name));
    let prefix = first.and_then(|row| row.id.split_once('-')).map(|(prefix, _)| prefix);
    prefix.unwrap_or(name).to_owned()
}

/// Whether a name is that id, or the prefix of its chapter.
pub fn matches_id(name: &str, id: &str) -> bool {
    name.eq_ignore_ascii_case(id) || id.split_once('-').is_some_and(|(prefix, _)| name.eq_ignore_ascii_case(prefix))
}

/// A fault for every name that is neither the id of a requirement nor a chapter, by its prefix, name or title.
pub fn unknown_ids<'a>(
    catalogue: &Catalogue,
    place: &str,
    names: impl IntoIterator<Item = &'a String>,
) -> Vec<InputFault> {
    let known = |name: &str| {
        let name = selector(catalogue, name);
        catalogue.requirements.iter().any(|requirement| matches_id(&name, &requirement.id))
    };
    names.into_iter().filter(|name| !known(name)).map(|name| catalogue.unknown(place, name)).collect()
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
