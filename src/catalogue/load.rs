//! From the files of specs/ to a catalogue: a set after those that it builds on, and all faults at once.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest as _, Sha256};

use super::files::{ChapterFile, Files, Schemas, SetFile, missing, parsed};
use super::model::{Basis, Chapter, Document, Override, Requirement, SetVersion, SubjectKind};
use super::schemas::Compiled;
use super::{Catalogue, DEFAULT_SPEC, IsCheck};
use crate::base::hex::hex;
use crate::base::input::{Diagnostic, Diagnostics};
use crate::base::text::Text;
use crate::text;

/// Reads a source specification, and gathers what is wrong in it.
pub(super) struct Loader<'a> {
    files: Files<'a>,
    /// None for the embedded files: a test holds them against their schemas, not every start of the program.
    schemas: Option<Schemas>,
    pub(super) faults: Vec<Diagnostic>,
}

impl<'a> Loader<'a> {
    pub(super) fn new(files: Files<'a>) -> Result<Self, Diagnostics> {
        let schemas = matches!(files, Files::Folder(_)).then(Schemas::read).transpose()?;
        Ok(Self { files, schemas, faults: Vec::new() })
    }

    pub(super) fn load(mut self, spec: &str, is_check: IsCheck<'_>) -> Result<Catalogue, Diagnostics> {
        let mut sets = self.sets(spec)?;
        self.take_parts(&mut sets);
        // The set that was asked for comes last.
        let Some(kind) = sets.last().and_then(|(_, set, _)| set.kind) else { return Err(general(spec)) };
        let documents: Vec<Document> = sets.iter().flat_map(|(_, set, _)| set.documents.clone()).collect();
        let mut catalogue = Catalogue {
            sets: Vec::new(),
            documents,
            chapters: Vec::new(),
            requirements: Vec::new(),
            overrides: Vec::new(),
            kind,
            entry: None,
            openapi: (String::new(), String::new()),
            compiled: Compiled::default(),
        };
        for (file, set, text) in sets {
            self.add_set(&mut catalogue, &file, set, &text, is_check);
        }
        if kind == SubjectKind::Source && catalogue.entry.is_none() && self.faults.is_empty() {
            self.fault(
                spec,
                text!(
                    "`kind` is `source`, en `entry` ontbreekt: waar staat de lijst van een burger?",
                    "`kind` is `source`, and `entry` is missing: where is the list of a citizen?"
                ),
                text!("voeg `entry` toe, zoals in {DEFAULT_SPEC}", "add `entry`, as in {DEFAULT_SPEC}"),
            );
        }
        self.check_ids(&catalogue);
        self.leave_out_replaced(&mut catalogue);
        self.check_needs(&catalogue);
        Diagnostics(self.faults).or(catalogue)
    }

    /// The set files, each after those that it builds on: file name, content, text.
    fn sets(&mut self, spec: &str) -> Result<Vec<(String, SetFile, String)>, Diagnostics> {
        let mut ordered: Vec<(String, SetFile, String)> = Vec::new();
        let mut pending = vec![(spec.to_owned(), false)];
        let mut entered = BTreeSet::new();
        let mut read = BTreeMap::new();
        while let Some((name, expanded)) = pending.pop() {
            if expanded {
                ordered.extend(read.remove(&name));
                continue;
            }
            // A name that is no plain folder name could lead outside the folder.
            if !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') || name.is_empty() {
                return Err(missing(&name));
            }
            if !entered.insert(name.clone()) {
                continue;
            }
            let (file, text) = self.files.read(&format!("{name}/set.yaml"))?;
            let set: SetFile = parsed(&file, &text, self.schemas.as_ref().map(|schemas| &schemas.set))?;
            pending.push((name.clone(), true));
            pending.extend(set.builds_on.iter().rev().map(|below| (part(below).0.to_owned(), false)));
            read.insert(name, (file, set, text));
        }
        Ok(ordered)
    }

    /// Keeps of each set the chapters that others build on: all of them, where one of these builds on the whole set.
    fn take_parts(&mut self, sets: &mut [(String, SetFile, String)]) {
        let mut taken: BTreeMap<String, Option<BTreeSet<String>>> = BTreeMap::new();
        for (file, set, text) in &*sets {
            for (index, below) in set.builds_on.iter().enumerate() {
                let (name, chapter) = part(below);
                let known = sets.iter().find(|(_, set, _)| set.name == name).map(|(_, set, _)| &set.chapters);
                match chapter {
                    None => drop(taken.insert(name.to_owned(), None)),
                    Some(chapter) => {
                        if let Some(known) = known.filter(|known| !known.iter().any(|one| one == chapter)) {
                            let place = format!("builds_on[{index}]");
                            self.faults.push(no_chapter(file, name, chapter, known).at(place).located(text));
                        }
                        let chapters = taken.entry(name.to_owned()).or_insert_with(|| Some(BTreeSet::new()));
                        if let Some(chapters) = chapters {
                            chapters.insert(chapter.to_owned());
                        }
                    }
                }
            }
        }
        for (_, set, _) in sets {
            if let Some(Some(chapters)) = taken.get(&set.name) {
                set.chapters.retain(|chapter| chapters.contains(chapter));
            }
        }
    }

    /// Takes out the requirements of the sets below that a set replaces by its own, as its `overrides` say: what waited for
    /// one of them waits for what replaces it.
    fn leave_out_replaced(&mut self, catalogue: &mut Catalogue) {
        let is_id = |word: &str| {
            let (prefix, number) = word.split_once('-').unwrap_or_default();
            (3..=4).contains(&prefix.len())
                && prefix.bytes().all(|b| b.is_ascii_uppercase())
                && number.len() == 2
                && number.bytes().all(|b| b.is_ascii_digit())
        };
        for one in catalogue.overrides.clone() {
            let Override { rule, by, .. } = &one;
            if !is_id(rule) {
                continue;
            }
            if catalogue.find(rule).is_none() {
                self.fault(
                    "overrides",
                    text!("`rule` noemt {rule}, en die eis bestaat niet", "`rule` names {rule}, which does not exist"),
                    text!(
                        "herstel het nummer, of schrijf de regel in woorden",
                        "fix the id, or write the rule in words"
                    ),
                );
            }
            let replaced = catalogue.find(by).map(|by| by.id.clone());
            catalogue.requirements.retain(|requirement| requirement.id != *rule);
            for requirement in catalogue.requirements.iter_mut().filter(|one| one.needs.contains(rule)) {
                requirement.needs.retain(|need| need != rule);
                requirement.needs.extend(replaced.clone());
            }
        }
    }

    fn add_set(&mut self, catalogue: &mut Catalogue, file: &str, set: SetFile, text: &str, is_check: IsCheck<'_>) {
        let mut digest = Sha256::new();
        digest.update(text);
        for name in &set.chapters {
            let path = format!("{}/{name}.yaml", set.name);
            let chapter = self.files.read(&path).and_then(|(file, text)| {
                digest.update(&text);
                let schema = self.schemas.as_ref().map(|schemas| &schemas.chapter);
                let chapter: ChapterFile = parsed(&file, &text, schema)?;
                if schema.is_some() {
                    self.check_examples(&file, &text, &chapter);
                }
                Ok((file, chapter))
            });
            match chapter {
                Ok((file, chapter)) => self.add_chapter(catalogue, &file, (&set.name, name), chapter, is_check),
                Err(faults) => self.faults.extend(faults.0),
            }
        }
        if set.kind.is_some_and(|kind| kind != catalogue.kind) {
            let name = &set.name;
            self.fault(
                file,
                text!(
                    "`{name}` gaat over een andere soort dan de set die erop voortbouwt",
                    "`{name}` is about another kind than the set that builds on it"
                ),
                text!(
                    "bouw alleen voort op algemene sets (zonder `kind`) of op sets van dezelfde soort",
                    "build only on general sets (without `kind`) or on sets of the same kind"
                ),
            );
        }
        catalogue.entry = set.entry.or(catalogue.entry.take());
        if let Some(openapi) = &set.openapi {
            match self.files.read(&format!("{}/{openapi}", set.name)) {
                Ok((file, text)) => {
                    digest.update(&text);
                    catalogue.openapi = (file, text);
                }
                Err(faults) => self.faults.extend(faults.0),
            }
        }
        catalogue.overrides.extend(set.overrides);
        let sha256 = hex(&digest.finalize());
        if !file.contains(&format!("{}/set.yaml", set.name)) {
            self.fault(
                file,
                text!("`name` is niet de naam van de map", "`name` is not the name of the folder"),
                text!("geef de map en `name` dezelfde naam", "give the folder and `name` the same name"),
            );
        }
        catalogue.sets.push(SetVersion { name: set.name, version: set.version, sha256 });
    }

    fn add_chapter(
        &mut self,
        catalogue: &mut Catalogue,
        file: &str,
        (set, name): (&str, &str),
        chapter: ChapterFile,
        is_check: IsCheck<'_>,
    ) {
        if chapter.chapter != name {
            self.fault(
                file,
                text!("`chapter` is niet de naam van het bestand", "`chapter` is not the name of the file"),
                text!("schrijf `chapter: {name}`", "write `chapter: {name}`"),
            );
        }
        for row in chapter.requirements {
            self.check_row(file, (set, name), &row, catalogue, is_check);
            let reference: Vec<String> =
                row.basis.iter().map(Basis::reference).filter(|reference| !reference.is_empty()).collect();
            let link = row
                .basis
                .iter()
                .find_map(|basis| {
                    catalogue.documents.iter().find(|document| Some(&document.key) == basis.document.as_ref())
                })
                .map_or_else(String::new, |document| document.link.clone());
            catalogue.requirements.push(Requirement {
                id: row.id,
                set: set.to_owned(),
                chapter: name.to_owned(),
                level: row.level,
                about: chapter.about,
                basis: row.basis,
                mode: row.mode,
                check: row.check,
                needs: row.needs,
                title: row.title,
                explanation: row.explanation,
                judged: row.judged,
                fix: row.fix,
                parameters: row.parameters,
                examples: row.examples,
                reference: reference.join(", "),
                link,
            });
        }
        let (title, introduction) = (chapter.title, chapter.introduction);
        catalogue.chapters.push(Chapter { set: set.to_owned(), name: name.to_owned(), title, introduction });
    }

    pub(super) fn fault(&mut self, file: &str, message: Text, remedy: Text) {
        self.faults.push(Diagnostic::new(file, message, remedy));
    }

    pub(super) fn row_fault(&mut self, file: &str, id: &str, message: Text, remedy: Text) {
        self.faults.push(Diagnostic::new(file, message, remedy).at(id));
    }
}

/// A set that another one builds on, and the one chapter of it, where it is no more than that: `token-exchange/token`.
fn part(below: &str) -> (&str, Option<&str>) {
    below.split_once('/').map_or((below, None), |(set, chapter)| (set, Some(chapter)))
}

/// The fault of a chapter that a set does not have.
fn no_chapter(file: &str, set: &str, chapter: &str, known: &[String]) -> Diagnostic {
    let known = known.join(", ");
    Diagnostic::new(
        file,
        text!("`{set}` heeft geen hoofdstuk `{chapter}`", "`{set}` has no chapter `{chapter}`"),
        text!("kies uit {known}, of bouw op de hele set voort", "choose from {known}, or build on the whole set"),
    )
}

/// The fault of a set that holds for every kind, and can only be built on.
fn general(spec: &str) -> Diagnostics {
    Diagnostics::one(
        spec,
        text!(
            "dit is een algemene set: `kind` ontbreekt, en daarmee waarover ze gaat",
            "this is a general set: `kind` is missing, and with it what it is about"
        ),
        text!(
            "kies met --spec een set die op ze voortbouwt, zoals {DEFAULT_SPEC}",
            "choose with --spec a set that builds on it, such as {DEFAULT_SPEC}"
        ),
    )
}
