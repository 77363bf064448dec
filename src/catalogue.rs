//! The catalogue: every requirement with its texts, read from specs/. The texts stand there and nowhere else.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::example::{ExchangeExample, Malformed, Message};
use crate::fault::{InputFault, InputFaults, LARGEST_TEXT, Schema, read_text, read_yaml};
use crate::hex::hex;
use crate::openapi::{Component, OpenApi};
use crate::text;
use crate::text::Text;

/// The specs that the binary carries.
static EMBEDDED: include_dir::Dir<'_> = include_dir::include_dir!("$CARGO_MANIFEST_DIR/specs");

/// The source specification that is used when none is named.
pub const DEFAULT_SPEC: &str = "attesten-vergunningen";

/// How strongly a requirement binds. `May` is the weakest: the order is used to cap findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// A wish.
    May,
    /// A recommendation.
    Should,
    /// An obligation.
    Must,
}

impl Level {
    /// The word in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::May => "may",
            Self::Should => "should",
            Self::Must => "must",
        }
    }

    /// The word for people.
    pub fn word(self) -> Text {
        match self {
            Self::May => Text::new("vrijblijvend (may)", "may"),
            Self::Should => Text::new("aanbevolen (should)", "should"),
            Self::Must => Text::new("verplicht (must)", "must"),
        }
    }
}

/// Whom a requirement binds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum About {
    /// The source under examination.
    Source,
    /// The issuer of the tokens (ACM): never a failure of the source.
    Issuer,
}

/// How a requirement is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Code judges it.
    Check,
    /// A value is reported; nothing can fail.
    Observe,
    /// Needs an earlier report.
    Compare,
    /// A reviewer answers.
    Review,
}

impl Mode {
    /// The word in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Check => "check",
            Self::Observe => "observe",
            Self::Compare => "compare",
            Self::Review => "review",
        }
    }

    /// The word for people.
    pub fn word(self) -> Text {
        match self {
            Self::Check => Text::new("automatisch", "automatic"),
            Self::Observe => Text::new("vaststelling", "observed"),
            Self::Compare => Text::new("vergelijking", "compared"),
            Self::Review => Text::new("beoordelaar", "reviewer"),
        }
    }
}

/// What a requirement rests on, such as `quoted ATT 5.3` or `rfc 6750`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub struct Basis {
    /// `quoted`, `sample`, `derived` or `rfc`.
    pub kind: String,
    /// The key of a document, such as `ATT` or `RFC 6750`.
    pub document: Option<String>,
    /// The section in it.
    pub section: Option<String>,
}

impl From<String> for Basis {
    fn from(written: String) -> Self {
        let (kind, rest) = written.split_once(' ').unwrap_or((&written, ""));
        let (document, section) = match rest.split_once(' ') {
            _ if rest.is_empty() => (None, None),
            _ if kind == "rfc" => (Some(format!("RFC {rest}")), None),
            Some((document, section)) => (Some(document.to_owned()), Some(section.to_owned())),
            None => (Some(rest.to_owned()), None),
        };
        Self { kind: kind.to_owned(), document, section }
    }
}

impl Basis {
    /// `ATT 5.3`; empty where no document is named.
    pub fn reference(&self) -> String {
        [self.document.as_deref(), self.section.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" ")
    }

    /// The word for people, with what it refers to: `quoted ATT 5.3`; an RFC is its own word.
    pub fn word(&self) -> Text {
        let kind = match self.kind.as_str() {
            "quoted" => Text::new("letterlijk", "quoted"),
            "sample" => Text::new("voorbeeld", "sample"),
            "derived" => Text::new("afgeleid", "derived"),
            _ => Text::default(),
        };
        kind.map(|kind| format!("{kind} {}", self.reference()).trim().to_owned())
    }
}

/// A right and a wrong example.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Examples {
    /// What conforms.
    pub right: String,
    /// What does not; none where nothing can be wrong.
    pub wrong: Option<String>,
    /// The same as answers that can be tried.
    pub exchange: Option<ExchangeExample>,
}

/// One requirement, with everything that people read about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// Stable for ever.
    pub id: String,
    /// The chapter: the name of its file in specs/ and in src/checks/.
    pub chapter: String,
    /// How strongly it binds.
    pub level: Level,
    /// Whom it binds.
    pub about: About,
    /// What it rests on.
    pub basis: Vec<Basis>,
    /// How it is judged.
    pub mode: Mode,
    /// The function that judges it. A review has one only where a run can sometimes judge it after all.
    pub check: Option<String>,
    /// The ids of the requirements that must hold for this one to be judged: where it is blocked because something of
    /// theirs is missing, those of them that did not pass are named.
    pub needs: Vec<String>,
    /// A sentence that should hold.
    pub title: Text,
    /// Why it matters.
    pub explanation: Text,
    /// How it is judged, in words.
    pub judged: Text,
    /// What the owner does about a finding.
    pub fix: Text,
    /// Lists that the check reads.
    pub parameters: BTreeMap<String, Vec<String>>,
    /// Examples for `explain`.
    pub examples: Option<Examples>,
    /// `VO D8, GEN 1.9`: the documents and sections it rests on; empty for what is derived from none in particular.
    pub reference: String,
    /// The link of the first document.
    pub link: String,
}

/// A chapter: its texts and the ids of its requirements, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chapter {
    /// The name of its file.
    pub name: String,
    /// Its title.
    pub title: Text,
    /// What it asks, and why.
    pub introduction: Text,
}

/// A public document.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// The key by which `basis` names it.
    pub key: String,
    /// Its title.
    pub title: Text,
    /// Who publishes it.
    pub publisher: String,
    /// Where it stands.
    pub link: String,
    /// How complete our knowledge of it is.
    pub knowledge: Text,
}

/// A rule of a general document that the source specification replaces.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Override {
    /// The rule, in our words.
    pub rule: String,
    /// What replaces it.
    pub by: String,
    /// Why it is not asked.
    pub reason: Text,
}

/// The entry resource of a source.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Its path below the base URL, with `{insz}`.
    pub path: String,
    /// The name of the collection.
    pub collection: String,
    /// The query parameter of the page.
    pub page: String,
    /// The query parameter of the page length.
    pub limit: String,
    /// The name of the paging metadata.
    pub metadata: String,
    /// The `page` of the first page.
    pub first_page: u64,
    /// The `number` of the first page.
    pub first_number: u64,
    /// The page length without `limit`.
    pub default_limit: u64,
    /// The longest page.
    pub maximum_limit: u64,
}

/// One set, as reports name it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetVersion {
    /// The name of its folder.
    pub name: String,
    /// Its version.
    pub version: String,
    /// SHA-256 over its files, in hexadecimal.
    pub sha256: String,
}

/// All requirements that hold for a kind of source, in the order of the reports.
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
    /// The entry resource.
    pub entry: Entry,
    /// The OpenAPI document of the source: file name and text.
    pub openapi: (String, String),
    /// What is read of that document when a check first asks for it.
    pub(crate) compiled: Compiled,
}

/// The OpenAPI document of the source, read once, and its components, each compiled once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Compiled {
    document: Arc<OnceLock<Option<Arc<OpenApi>>>>,
    components: Arc<Mutex<BTreeMap<String, Option<Arc<Component>>>>>,
}

/// The schemas of the source specification, for those who outlive the catalogue; what is compiled is shared with it.
#[derive(Clone, Debug)]
pub struct Components {
    openapi: Arc<(String, String)>,
    compiled: Compiled,
}

impl Components {
    /// A schema by its name, compiled once; none where there is no such schema.
    pub fn component(&self, name: &str) -> Option<Arc<Component>> {
        self.compiled.component(&self.openapi, name)
    }
}

impl Compiled {
    fn document(&self, (file, text): &(String, String)) -> Option<&OpenApi> {
        self.document.get_or_init(|| OpenApi::read(file, text).ok().map(Arc::new)).as_deref()
    }

    fn component(&self, openapi: &(String, String), name: &str) -> Option<Arc<Component>> {
        let mut known = self.components.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(component) = known.get(name) {
            return component.clone();
        }
        let component = self.document(openapi).and_then(|schemas| schemas.component(name)).map(Arc::new);
        known.insert(name.to_owned(), component.clone());
        component
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SetFile {
    name: String,
    version: String,
    #[expect(dead_code, reason = "read by people, not by the program")]
    title: Text,
    #[expect(dead_code, reason = "read by people, not by the program")]
    summary: Text,
    builds_on: Vec<String>,
    documents: Vec<Document>,
    chapters: Vec<String>,
    #[serde(default)]
    overrides: Vec<Override>,
    entry: Option<Entry>,
    #[serde(default)]
    #[expect(dead_code, reason = "the rels to crawl are known to the checks of the set's own chapters")]
    crawl: Vec<String>,
    openapi: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChapterFile {
    chapter: String,
    title: Text,
    about: About,
    introduction: Text,
    requirements: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    id: String,
    level: Level,
    basis: Vec<Basis>,
    mode: Mode,
    check: Option<String>,
    #[serde(default)]
    needs: Vec<String>,
    title: Text,
    explanation: Text,
    judged: Text,
    fix: Text,
    #[serde(default)]
    parameters: BTreeMap<String, Vec<String>>,
    examples: Option<Examples>,
}

/// Where the files of specs/ come from.
enum Files<'a> {
    Embedded,
    Folder(&'a Path),
}

impl Files<'_> {
    /// A file by its path below specs/: the name for messages, and the text.
    fn read(&self, path: &str) -> Result<(String, String), InputFaults> {
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

fn missing(file: &str) -> InputFaults {
    InputFaults::one(
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

impl Catalogue {
    /// The catalogue of a source specification and of all that it builds on: from `folder`, or from the binary.
    ///
    /// `is_check` says whether a chapter has a check of that name.
    ///
    /// # Errors
    /// Everything that is wrong in the files, all at once.
    pub fn load(spec: &str, folder: Option<&Path>, is_check: impl Fn(&str, &str) -> bool) -> Result<Self, InputFaults> {
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
    pub fn unknown(&self, file: &str, name: &str) -> InputFault {
        let upper = name.to_uppercase();
        let ids = self.requirements.iter().map(|requirement| requirement.id.as_str());
        let near = ids.min_by_key(|id| strsim::damerau_levenshtein(id, &upper)).unwrap_or_default();
        InputFault::new(
            file,
            text!("er is geen eis `{name}`", "there is no requirement `{name}`"),
            text!(
                "bedoelde u {near}? `bronkeur list` toont alle eisen",
                "did you mean {near}? `bronkeur list` shows every requirement"
            ),
        )
    }
}

struct Loader<'a> {
    files: Files<'a>,
    /// None for the embedded files: a test holds them against their schemas, not every start of the program.
    schemas: Option<Schemas>,
    faults: Vec<InputFault>,
}

/// What the files of a folder are held against.
struct Schemas {
    set: Schema,
    chapter: Schema,
}

impl Schemas {
    fn read() -> Result<Self, InputFaults> {
        let schema = |name: &str| {
            let (file, text) = Files::Embedded.read(name)?;
            Schema::read(&file, &text)
        };
        Ok(Self { set: schema("set.schema.json")?, chapter: schema("chapter.schema.json")? })
    }
}

/// A file as a `T`, by its schema; without one the text is ours, and needs no words about what is wrong in it.
fn parsed<T: DeserializeOwned>(file: &str, text: &str, schema: Option<&Schema>) -> Result<T, InputFaults> {
    match schema {
        Some(schema) => read_yaml(file, text, schema),
        None => serde_yaml::from_str(text).map_err(|error| {
            InputFaults::one(
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

impl<'a> Loader<'a> {
    fn new(files: Files<'a>) -> Result<Self, InputFaults> {
        let schemas = matches!(files, Files::Folder(_)).then(Schemas::read).transpose()?;
        Ok(Self { files, schemas, faults: Vec::new() })
    }

    fn load(mut self, spec: &str, is_check: &dyn Fn(&str, &str) -> bool) -> Result<Catalogue, InputFaults> {
        let sets = self.sets(spec)?;
        let documents: Vec<Document> = sets.iter().flat_map(|(_, set, _)| set.documents.clone()).collect();
        let mut catalogue = Catalogue {
            sets: Vec::new(),
            documents,
            chapters: Vec::new(),
            requirements: Vec::new(),
            overrides: Vec::new(),
            entry: Entry::default(),
            openapi: (String::new(), String::new()),
            compiled: Compiled::default(),
        };
        for (file, set, text) in sets {
            self.add_set(&mut catalogue, &file, set, &text, is_check);
        }
        if catalogue.entry.path.is_empty() && self.faults.is_empty() {
            self.fault(
                spec,
                text!(
                    "dit is geen bronspecificatie: `entry` ontbreekt",
                    "this is no source specification: `entry` is missing"
                ),
                text!(
                    "kies met --spec een bronspecificatie, zoals {DEFAULT_SPEC}",
                    "choose with --spec a source specification, such as {DEFAULT_SPEC}"
                ),
            );
        }
        self.check_ids(&catalogue);
        self.check_needs(&catalogue);
        InputFaults(self.faults).or(catalogue)
    }

    /// The set files, each after those that it builds on: file name, content, text.
    fn sets(&mut self, spec: &str) -> Result<Vec<(String, SetFile, String)>, InputFaults> {
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
            pending.extend(set.builds_on.iter().rev().map(|below| (below.clone(), false)));
            read.insert(name, (file, set, text));
        }
        Ok(ordered)
    }

    fn add_set(
        &mut self,
        catalogue: &mut Catalogue,
        file: &str,
        set: SetFile,
        text: &str,
        is_check: &dyn Fn(&str, &str) -> bool,
    ) {
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
                Ok((file, chapter)) => self.add_chapter(catalogue, &file, name, chapter, is_check),
                Err(faults) => self.faults.extend(faults.0),
            }
        }
        if let Some(entry) = set.entry {
            catalogue.entry = entry;
        }
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
        name: &str,
        chapter: ChapterFile,
        is_check: &dyn Fn(&str, &str) -> bool,
    ) {
        if chapter.chapter != name {
            self.fault(
                file,
                text!("`chapter` is niet de naam van het bestand", "`chapter` is not the name of the file"),
                text!("schrijf `chapter: {name}`", "write `chapter: {name}`"),
            );
        }
        for row in chapter.requirements {
            self.check_row(file, name, &row, catalogue, is_check);
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
        catalogue.chapters.push(Chapter { name: name.to_owned(), title, introduction });
    }

    /// What a schema cannot say about a row.
    fn check_row(
        &mut self,
        file: &str,
        chapter: &str,
        row: &Row,
        catalogue: &Catalogue,
        is_check: &dyn Fn(&str, &str) -> bool,
    ) {
        let id = &row.id;
        match (&row.check, row.mode) {
            (Some(check), _) if !is_check(chapter, check) => self.row_fault(
                file,
                id,
                text!(
                    "er is geen check `{check}` in src/checks/{chapter}.rs",
                    "there is no check `{check}` in src/checks/{chapter}.rs"
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
    fn check_examples(&mut self, file: &str, text: &str, chapter: &ChapterFile) {
        for (index, row) in chapter.requirements.iter().enumerate() {
            let Some(exchange) = row.examples.as_ref().and_then(|examples| examples.exchange.as_ref()) else {
                continue;
            };
            for (key, message) in [("right", &exchange.right), ("wrong", &exchange.wrong)] {
                if let Err(Malformed { message, remedy }) = Message::read(message) {
                    let place = format!("requirements[{index}].examples.exchange.{key}");
                    self.faults.push(InputFault::new(file, message, remedy).at(place).located(text));
                }
            }
        }
    }

    fn check_ids(&mut self, catalogue: &Catalogue) {
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
    fn check_needs(&mut self, catalogue: &Catalogue) {
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

    fn fault(&mut self, file: &str, message: Text, remedy: Text) {
        self.faults.push(InputFault::new(file, message, remedy));
    }

    fn row_fault(&mut self, file: &str, id: &str, message: Text, remedy: Text) {
        self.faults.push(InputFault::new(file, message, remedy).at(id));
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

impl Default for Entry {
    fn default() -> Self {
        Self {
            path: String::new(),
            collection: String::new(),
            page: String::new(),
            limit: String::new(),
            metadata: String::new(),
            first_page: 0,
            first_number: 1,
            default_limit: 10,
            maximum_limit: 100,
        }
    }
}

#[cfg(test)]
mod tests;
