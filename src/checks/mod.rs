//! The checks: a folder for each set of requirements, and in it a file for each of its chapters.
//!
//! - `rest_guidelines`, `token_exchange`, `attesten_vergunningen`: the sets about a source; `sso_handover`: that about an
//!   application.
//! - `shared`: what several chapters say about an answer; `testing`: a small source for their tests.

use crate::application;
use crate::catalogue::SubjectKind;
use crate::judging::registry::Registry;
use crate::source;

mod attesten_vergunningen;
mod rest_guidelines;
mod shared;
mod sso_handover;
#[cfg(test)]
mod testing;
mod token_exchange;

/// A chapter's table: each function under its own name, so that rustc names one that is not listed.
macro_rules! checks {
    ($($check:ident),* $(,)?) => {
        pub(super) const CHECKS: $crate::judging::registry::Table = &[$((stringify!($check), $check)),*];
    };
}
use checks;

/// The chapters of a set: each module under its own name, which is that of its file in specs/.
macro_rules! chapters {
    ($set:literal: $($chapter:ident),* $(,)?) => {
        pub(super) const CHAPTERS: &[$crate::judging::registry::ChapterChecks] = &[$(
            $crate::judging::registry::ChapterChecks {
                set: $set,
                chapter: stringify!($chapter),
                checks: $chapter::CHECKS,
            }
        ),*];
    };
}
use chapters;

/// What judges a source.
static SOURCE: Registry = Registry {
    sets: &[rest_guidelines::CHAPTERS, token_exchange::CHAPTERS, attesten_vergunningen::CHAPTERS],
    conclude: source::conclude,
};

/// What judges an application: of token-exchange how a token is had, and no more.
static APPLICATION: Registry =
    Registry { sets: &[token_exchange::CHAPTERS, sso_handover::CHAPTERS], conclude: application::conclude };

/// What judges a kind for which there are no checks yet.
static NONE: Registry = Registry { sets: &[], conclude: |_, _, _| {} };

/// What judges a kind of subject.
pub fn registry(kind: SubjectKind) -> &'static Registry {
    match kind {
        SubjectKind::Source => &SOURCE,
        SubjectKind::Application => &APPLICATION,
        SubjectKind::Website => &NONE,
    }
}

/// Whether a chapter of a set of that kind has a check of that name.
pub fn is_check(kind: SubjectKind, set: &str, chapter: &str, name: &str) -> bool {
    registry(kind).find(set, chapter, name).is_some()
}
