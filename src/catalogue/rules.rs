//! What the schemas of the files cannot say: whether names lead to what they name.

use std::collections::BTreeSet;

use super::Catalogue;
use super::IsCheck;
use super::files::{ChapterFile, Row};
use super::load::Loader;
use super::model::{Mode, Requirement};
use crate::base::input::Diagnostic;
use crate::catalogue::example::{Malformed, Message};
use crate::text;

impl Loader<'_> {
    /// What a schema cannot say about a row.
    pub(super) fn check_row(
        &mut self,
        file: &str,
        (set, chapter): (&str, &str),
        row: &Row,
        catalogue: &Catalogue,
        is_check: IsCheck<'_>,
    ) {
        let id = &row.id;
        let folder = set.replace('-', "_");
        match (&row.check, row.mode) {
            (Some(check), _) if !is_check(catalogue.kind, set, chapter, check) => self.row_fault(
                file,
                id,
                text!(
                    "er is geen check `{check}` in src/checks/{folder}/{chapter}.rs",
                    "there is no check `{check}` in src/checks/{folder}/{chapter}.rs"
                ),
                text!("herstel de naam, of schrijf de check", "fix the name, or write the check"),
            ),
            (None, Mode::Check | Mode::Observe | Mode::Compare) => self.row_fault(
                file,
                id,
                text!("`check` ontbreekt", "`check` is missing"),
                text!(
                    "noem de functie die dit beoordeelt, of kies `mode: review`",
                    "name the function that judges this, or choose `mode: review`"
                ),
            ),
            _ => {}
        }
        for key in row.basis.iter().filter_map(|basis| basis.document.as_ref()) {
            if !catalogue.documents.iter().any(|document| &document.key == key) {
                self.row_fault(
                    file,
                    id,
                    text!("document {key} is in geen enkele set beschreven", "document {key} is described in no set"),
                    text!("voeg het toe onder `documents` in een set.yaml", "add it under `documents` in a set.yaml"),
                );
            }
        }
    }

    /// A fault for every message of an example that cannot be read.
    pub(super) fn check_examples(&mut self, file: &str, text: &str, chapter: &ChapterFile) {
        for (index, row) in chapter.requirements.iter().enumerate() {
            let Some(exchange) = row.examples.as_ref().and_then(|examples| examples.exchange.as_ref()) else {
                continue;
            };
            for (key, message) in [("right", &exchange.right), ("wrong", &exchange.wrong)] {
                if let Err(Malformed { message, remedy }) = Message::read(message) {
                    let place = format!("requirements[{index}].examples.exchange.{key}");
                    self.faults.push(Diagnostic::new(file, message, remedy).at(place).located(text));
                }
            }
        }
    }

    pub(super) fn check_ids(&mut self, catalogue: &Catalogue) {
        let mut seen = BTreeSet::new();
        for requirement in &catalogue.requirements {
            if !seen.insert(&requirement.id) {
                let id = &requirement.id;
                self.row_fault(
                    &requirement.chapter,
                    id,
                    text!("het nummer komt twee keer voor", "the id occurs twice"),
                    text!(
                        "geef de nieuwe eis het volgende vrije nummer",
                        "give the new requirement the next free number"
                    ),
                );
            }
        }
    }

    /// Every need exists, and no requirement needs itself, be it by way of others.
    pub(super) fn check_needs(&mut self, catalogue: &Catalogue) {
        for requirement in &catalogue.requirements {
            let (id, chapter) = (&requirement.id, &requirement.chapter);
            for need in requirement.needs.iter().filter(|need| catalogue.find(need).is_none()) {
                self.row_fault(
                    chapter,
                    id,
                    text!(
                        "`needs` noemt {need}, en die eis bestaat niet",
                        "`needs` names {need}, which does not exist"
                    ),
                    text!("herstel het nummer", "fix the id"),
                );
            }
            if needs_itself(catalogue, requirement) {
                self.row_fault(
                    chapter,
                    id,
                    text!(
                        "via `needs` hangt deze eis van zichzelf af",
                        "by way of `needs` this requirement needs itself"
                    ),
                    text!("laat een van de `needs` op die weg weg", "leave out one of the `needs` on the way"),
                );
            }
        }
    }
}

/// Whether following `needs` from a requirement leads back to it.
fn needs_itself(catalogue: &Catalogue, requirement: &Requirement) -> bool {
    let mut seen = BTreeSet::new();
    let mut pending: Vec<&str> = requirement.needs.iter().map(String::as_str).collect();
    while let Some(id) = pending.pop() {
        if id == requirement.id {
            return true;
        }
        if seen.insert(id) {
            pending.extend(catalogue.find(id).into_iter().flat_map(|need| need.needs.iter().map(String::as_str)));
        }
    }
    false
}
