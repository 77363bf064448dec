//! The catalogue: every requirement with its texts, read from specs/. The texts stand there and nowhere else.
//!
//! - `model`: what it consists of; `schemas`: those of the OpenAPI document of its source.
//! - `files`: where the files come from and how they are written; `load`: from them to a catalogue; `rules`: what their
//!   schemas cannot say.
//! - `example`: the answers of a requirement that can be tried; `selection`: which requirements are meant.

pub mod example;
mod files;
mod load;
mod model;
mod rules;
mod schemas;
mod selection;

use std::path::Path;
use std::sync::Arc;

use self::files::Files;
use self::load::Loader;
use crate::base::input::{Diagnostic, Diagnostics};
use crate::base::openapi::{Component, OpenApi};
use crate::text;

pub use model::{
    About, Basis, Chapter, Document, Entry, Examples, Level, Mode, Override, Requirement, SetVersion, SubjectKind,
};
pub(crate) use schemas::Compiled;
pub use schemas::Components;
pub use selection::{Selection, matches_id, selector, unknown_ids};

/// The source specification that is used when none is named.
pub const DEFAULT_SPEC: &str = "attesten-vergunningen";

/// The set by which an application is judged that hands its users over to MBP.
pub const APPLICATION_SPEC: &str = "sso-handover";

/// The sets that somebody may be examined by, each of another kind. The first is the default.
pub const SPECS: [&str; 2] = [DEFAULT_SPEC, APPLICATION_SPEC];

/// Whether a kind has a check: by set, chapter and name.
type IsCheck<'a> = &'a dyn Fn(SubjectKind, &str, &str, &str) -> bool;

/// All requirements that hold for a kind of subject, in the order of the reports.
#[derive(Clone, Debug)]
pub struct Catalogue {
    /// The sets it consists of, the general ones first.
    pub sets: Vec<SetVersion>,
    /// The documents behind them.
    pub documents: Vec<Document>,
    /// The chapters.
    pub chapters: Vec<Chapter>,
    /// The requirements, chapter by chapter.
    pub requirements: Vec<Requirement>,
    /// Rules that are not asked.
    pub overrides: Vec<Override>,
    /// What they are about.
    pub kind: SubjectKind,
    /// The entry resource; every set about a source has one.
    pub entry: Option<Entry>,
    /// The OpenAPI document of the source: file name and text; empty where there is none.
    pub openapi: (String, String),
    /// What is read of that document when a check first asks for it.
    pub(crate) compiled: Compiled,
}

impl Catalogue {
    /// The catalogue of a source specification and of all that it builds on: from `folder`, or from the binary.
    ///
    /// `is_check` says of a kind whether a chapter of a set has a check of that name.
    ///
    /// # Errors
    /// Everything that is wrong in the files, all at once.
    pub fn load(
        spec: &str,
        folder: Option<&Path>,
        is_check: impl Fn(SubjectKind, &str, &str, &str) -> bool,
    ) -> Result<Self, Diagnostics> {
        Loader::new(folder.map_or(Files::Embedded, Files::Folder))?.load(spec, &is_check)
    }

    /// The OpenAPI document of the source, read once; none where it cannot be read.
    pub fn schemas(&self) -> Option<&OpenApi> {
        self.compiled.document(&self.openapi)
    }

    /// A schema of that document's components, compiled once; none where there is no such schema.
    pub fn component(&self, name: &str) -> Option<Arc<Component>> {
        self.compiled.component(&self.openapi, name)
    }

    /// The schemas of that document, for those who outlive the catalogue.
    pub fn components(&self) -> Components {
        Components { openapi: Arc::new(self.openapi.clone()), compiled: self.compiled.clone() }
    }

    /// A requirement by its id.
    pub fn find(&self, id: &str) -> Option<&Requirement> {
        self.requirements.iter().find(|requirement| requirement.id.eq_ignore_ascii_case(id))
    }

    /// The fault of a name that no requirement has.
    pub fn unknown(&self, file: &str, name: &str) -> Diagnostic {
        let upper = name.to_uppercase();
        let ids = self.requirements.iter().map(|requirement| requirement.id.as_str());
        let near = ids.min_by_key(|id| strsim::damerau_levenshtein(id, &upper)).unwrap_or_default();
        Diagnostic::new(
            file,
            text!("er is geen eis `{name}`", "there is no requirement `{name}`"),
            text!(
                "bedoelde u {near}? `bronkeur list` toont alle eisen",
                "did you mean {near}? `bronkeur list` shows every requirement"
            ),
        )
    }
}

#[cfg(test)]
mod tests;
