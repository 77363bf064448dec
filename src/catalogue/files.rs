//! The files of specs/: where they come from, and the form in which each is written.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::DEFAULT_SPEC;
use super::model::{About, Basis, Document, Entry, Examples, Level, Mode, Override, Requirement, SubjectKind};
use crate::base::input::{Diagnostics, LARGEST_TEXT, Schema, read_text, read_yaml};
use crate::base::text::Text;
use crate::text;

/// The specs that the binary carries.
static EMBEDDED: include_dir::Dir<'_> = include_dir::include_dir!("$CARGO_MANIFEST_DIR/specs");

/// A `set.yaml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SetFile {
    pub(super) name: String,
    pub(super) version: String,
    #[expect(dead_code, reason = "read by people, not by the program")]
    pub(super) title: Text,
    #[expect(dead_code, reason = "read by people, not by the program")]
    pub(super) summary: Text,
    /// None: a general set, that holds for whatever builds on it.
    pub(super) kind: Option<SubjectKind>,
    pub(super) builds_on: Vec<String>,
    pub(super) documents: Vec<Document>,
    pub(super) chapters: Vec<String>,
    #[serde(default)]
    pub(super) overrides: Vec<Override>,
    pub(super) entry: Option<Entry>,
    pub(super) openapi: Option<String>,
}

/// The file of a chapter.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ChapterFile {
    pub(super) chapter: String,
    pub(super) title: Text,
    pub(super) about: About,
    pub(super) introduction: Text,
    pub(super) requirements: Vec<Row>,
}

/// A requirement as its chapter writes it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Row {
    pub(super) id: String,
    pub(super) level: Level,
    pub(super) basis: Vec<Basis>,
    pub(super) mode: Mode,
    pub(super) check: Option<String>,
    #[serde(default)]
    pub(super) needs: Vec<String>,
    pub(super) title: Text,
    pub(super) explanation: Text,
    pub(super) judged: Text,
    pub(super) fix: Text,
    #[serde(default)]
    pub(super) parameters: BTreeMap<String, Vec<String>>,
    pub(super) examples: Option<Examples>,
}

/// Where the files of specs/ come from.
pub(super) enum Files<'a> {
    Embedded,
    Folder(&'a Path),
}

impl Files<'_> {
    /// A file by its path below specs/: the name for messages, and the text.
    pub(super) fn read(&self, path: &str) -> Result<(String, String), Diagnostics> {
        match self {
            Self::Embedded => {
                let name = format!("specs/{path}");
                let text =
                    EMBEDDED.get_file(path).and_then(include_dir::File::contents_utf8).ok_or_else(|| missing(&name))?;
                Ok((name, text.to_owned()))
            }
            Self::Folder(folder) => {
                let file = folder.join(path);
                read_text(&file, LARGEST_TEXT).map(|text| (file.display().to_string(), text))
            }
        }
    }
}

pub(super) fn missing(file: &str) -> Diagnostics {
    Diagnostics::one(
        file,
        text!("er is geen specificatie met die naam", "there is no specification with that name"),
        text!(
            "gebruik {DEFAULT_SPEC}, of wijs met --specs een map aan die ze bevat",
            "use {DEFAULT_SPEC}, or name with --specs a folder that holds it"
        ),
    )
}

impl Requirement {
    /// The kinds of what it rests on, each once.
    pub fn basis_kinds(&self) -> Vec<String> {
        let mut kinds: Vec<String> = Vec::new();
        for one in &self.basis {
            if !kinds.contains(&one.kind) {
                kinds.push(one.kind.clone());
            }
        }
        kinds
    }
}

/// What the files of a folder are held against.
pub(super) struct Schemas {
    pub(super) set: Schema,
    pub(super) chapter: Schema,
}

impl Schemas {
    pub(super) fn read() -> Result<Self, Diagnostics> {
        let schema = |name: &str| {
            let (file, text) = Files::Embedded.read(name)?;
            Schema::read(&file, &text)
        };
        Ok(Self { set: schema("set.schema.json")?, chapter: schema("chapter.schema.json")? })
    }
}

/// A file as a `T`, by its schema; without one the text is ours, and needs no words about what is wrong in it.
pub(super) fn parsed<T: DeserializeOwned>(file: &str, text: &str, schema: Option<&Schema>) -> Result<T, Diagnostics> {
    match schema {
        Some(schema) => read_yaml(file, text, schema),
        None => serde_yaml::from_str(text).map_err(|error| {
            Diagnostics::one(
                file,
                text!(
                    "de ingebouwde specificatie is onleesbaar: {error}",
                    "the built-in specification is unreadable: {error}"
                ),
                text!("meld dit: het is een fout in bronkeur", "please report this: it is a bug in bronkeur"),
            )
        }),
    }
}
