//! Which requirements of a catalogue are meant: ids, and chapters by prefix, name or title.

use super::{Catalogue, Chapter};
use crate::base::input::Diagnostic;

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
) -> Vec<Diagnostic> {
    let known = |name: &str| {
        let name = selector(catalogue, name);
        catalogue.requirements.iter().any(|requirement| matches_id(&name, &requirement.id))
    };
    names.into_iter().filter(|name| !known(name)).map(|name| catalogue.unknown(place, name)).collect()
}
