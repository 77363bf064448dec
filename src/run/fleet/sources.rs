//! `sources.yaml`: the sources of a fleet, read strictly. Every fault of it and of what it names is told at once, before
//! the first request.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::str::FromStr;
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::Value;

use super::Catalogues;
use super::given::{Given, look_at};
use super::layers::{Layer, Layers, seen_from};
use crate::base::input::{Diagnostic, Diagnostics, LARGEST_TEXT, Place, Schema, Step, read_text, read_tree, read_yaml};
use crate::base::insz;
use crate::base::text::Text;
use crate::catalogue::{SubjectKind, unknown_ids};
use crate::judging::decisions::{Decisions, Named};
use crate::profile::{Profile, Resolved};
use crate::run::session::Session;
use crate::text;

/// The JSON Schema of `sources.yaml`, for editors and for [`Sources::read`].
pub const SOURCES_SCHEMA: &str = include_str!("../../../specs/sources.schema.json");

static SCHEMA: LazyLock<Result<Schema, Diagnostics>> =
    LazyLock::new(|| Schema::read("sources.schema.json", SOURCES_SCHEMA));

/// Names that Windows keeps for devices, with any ending.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];

/// Names that stand in the folder of the overview already.
const TAKEN: [&str; 4] = ["fleet.html", "fleet.md", "fleet.json", "fleet.junit.xml"];

/// The sources of a fleet as they were written.
#[derive(Debug)]
pub struct Sources {
    file: String,
    text: Rc<str>,
    folder: PathBuf,
    written: Written,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    defaults: Option<Value>,
    sources: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    profile: Option<String>,
    #[serde(default)]
    overrides: Option<Value>,
    #[serde(default)]
    evidence: Option<String>,
    #[serde(default)]
    report: Option<String>,
}

/// A source of the fleet, ready to be judged.
#[derive(Debug)]
pub struct Source {
    /// Its name, and that of its folder.
    pub name: String,
    /// By what it can be chosen.
    pub tags: Vec<String>,
    /// What is judged.
    pub what: What,
}

/// What is judged of a source.
#[derive(Debug)]
pub enum What {
    /// The source itself.
    Live(Box<Resolved>, Decisions),
    /// The evidence of an earlier run, and its fingerprint when it was looked at.
    Evidence(PathBuf, String),
    /// The report of an earlier run.
    Report(PathBuf),
}

/// Which sources of the file.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// Those with one of these tags; empty: all.
    pub tags: Vec<String>,
    /// One part of them.
    pub shard: Option<Shard>,
}

/// One part of a fleet, such as `2/5`: every fifth source by name, from the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    number: usize,
    of: usize,
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let read = || {
            let (number, of) = text.split_once('/')?;
            Some(Self { number: number.parse().ok()?, of: of.parse().ok()? })
        };
        let fits = |shard: &Self| 1 <= shard.number && shard.number <= shard.of;
        read().filter(fits).ok_or_else(|| "write a part and how many there are, such as 2/5".to_owned())
    }
}

impl std::fmt::Display for Shard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

impl Sources {
    /// Reads the file and holds it against its schema.
    ///
    /// # Errors
    /// Everything in which it differs from the schema.
    pub fn read(path: &Path) -> Result<Self, Diagnostics> {
        let file = path.display().to_string();
        let text = read_text(path, LARGEST_TEXT)?;
        let mut written: Written = read_yaml(&file, &text, SCHEMA.as_ref().map_err(Clone::clone)?)?;
        let folder = path.parent().map(Path::to_path_buf).unwrap_or_default();
        let parts =
            written.sources.iter_mut().filter_map(|entry| entry.overrides.as_mut()).chain(&mut written.defaults);
        parts.for_each(|part| seen_from(&folder, part));
        Ok(Self { file, text: text.into(), folder, written })
    }

    /// The names of all, chosen or not.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.written.sources.iter().map(|entry| entry.name.as_str())
    }

    /// The sources that are chosen, ready to be judged; their folders come to stand in `out`.
    ///
    /// # Errors
    /// Everything that is wrong: with the names of all, with the choice, and with what the chosen ones name.
    pub fn choose(
        &self,
        choice: &Choice,
        catalogues: &Catalogues,
        env: &dyn Fn(&str) -> Option<String>,
        out: &Path,
    ) -> Result<Vec<Source>, Diagnostics> {
        let mut faults = self.names_that_do_not_fit();
        faults.extend(self.shared_folders(out));
        let chosen = self.chosen(choice).unwrap_or_else(|more| {
            faults.extend(more.0);
            Vec::new()
        });
        let named = chosen.iter().filter_map(|(position, entry)| Some((*position, self.given(entry)?)));
        let mut given = look_at(named.collect(), catalogues);
        let mut sources = Vec::new();
        for (position, entry) in chosen {
            let looked_at =
                given.remove(&position).map(|looked| looked.map_err(|more| of_source(more, position, entry)));
            let ready = looked_at.unwrap_or_else(|| self.ready(position, entry, catalogues, env));
            match ready {
                Ok(what) => sources.push(Source { name: entry.name.clone(), tags: entry.tags.clone(), what }),
                // What is wrong in the defaults is wrong once.
                Err(more) => {
                    let new: Vec<_> = more.0.into_iter().filter(|fault| !faults.contains(fault)).collect();
                    faults.extend(new);
                }
            }
        }
        Diagnostics(faults).or(sources)
    }

    /// In the order of their names.
    fn chosen(&self, choice: &Choice) -> Result<Vec<(usize, &Entry)>, Diagnostics> {
        let known: BTreeSet<&str> =
            self.written.sources.iter().flat_map(|entry| entry.tags.iter().map(String::as_str)).collect();
        if let Some(unknown) = choice.tags.iter().find(|tag| !known.contains(tag.as_str())) {
            let unknown = crate::base::input::short(unknown, 60);
            let known = crate::base::input::short(&known.into_iter().collect::<Vec<_>>().join(", "), 400);
            return Err(Diagnostics::one(
                "command line",
                text!("geen bron heeft het label `{unknown}`", "no source has the tag `{unknown}`"),
                text!("labels in het bestand: {known}", "tags in the file: {known}"),
            ));
        }
        let has_tag = |entry: &Entry| choice.tags.is_empty() || entry.tags.iter().any(|tag| choice.tags.contains(tag));
        let mut all: Vec<_> = self.written.sources.iter().enumerate().filter(|(_, entry)| has_tag(entry)).collect();
        all.sort_by_key(|(_, entry)| entry.name.to_lowercase());
        let count = all.len();
        let Some(shard) = choice.shard else { return Ok(all) };
        let own: Vec<_> = all.into_iter().skip(shard.number - 1).step_by(shard.of).collect();
        if own.is_empty() {
            return Err(Diagnostics::one(
                "command line",
                text!(
                    "deel {shard} is leeg: er zijn {count} bronnen te verdelen",
                    "part {shard} is empty: there are {count} sources to divide"
                ),
                text!("maak hoogstens {count} delen", "make {count} parts at most"),
            ));
        }
        Ok(own)
    }

    fn fault(&self, position: usize, key: &str, message: Text, remedy: Text) -> Diagnostic {
        let place = Place(vec![Step::Key("sources".to_owned()), Step::Index(position)]).key(key);
        Diagnostic::new(&self.file, message, remedy).at(place).located(&self.text)
    }

    fn names_that_do_not_fit(&self) -> Vec<Diagnostic> {
        let mut first: BTreeMap<String, usize> = BTreeMap::new();
        let mut faults = Vec::new();
        for (position, entry) in self.written.sources.iter().enumerate() {
            let name = &entry.name;
            if let Some(why) = no_folder(name) {
                let remedy = text!(
                    "gebruik letters, cijfers, `-`, `_` en `.`, zoals gemeente-a; het begint met een letter of cijfer",
                    "use letters, digits, `-`, `_` and `.`, such as town-a; it begins with a letter or a digit"
                );
                faults.push(self.fault(position, "name", why, remedy));
            }
            if let Some(earlier) = first.insert(name.to_lowercase(), position) {
                first.insert(name.to_lowercase(), earlier);
                let place = format!("sources[{earlier}]");
                let shown = crate::base::text::shown(name);
                faults.push(self.fault(
                    position,
                    "name",
                    text!(
                        "`{shown}` staat er al ({place}); hoofdletters maken geen verschil",
                        "`{shown}` is there already ({place}); capitals make no difference"
                    ),
                    text!("geef elke bron een eigen naam", "give every source its own name"),
                ));
            }
            let personal = entry.tags.iter().find(|tag| !insz::look_alikes(tag).is_empty());
            if personal.is_some() {
                let remedy =
                    text!("laat het weg: het komt in elk overzicht", "leave it out: it goes into every overview");
                let message = text!("bevat een rijksregisternummer", "holds a national number");
                faults.push(self.fault(position, "tags", message, remedy));
            }
        }
        faults
    }

    /// Links in the file system can make one folder of two names.
    fn shared_folders(&self, out: &Path) -> Vec<Diagnostic> {
        let mut first: BTreeMap<PathBuf, &str> = BTreeMap::new();
        let mut faults = Vec::new();
        for (position, entry) in self.written.sources.iter().enumerate() {
            let Ok(folder) = out.join(&entry.name).canonicalize() else { continue };
            if let Some(other) = first.get(&folder).filter(|other| !other.eq_ignore_ascii_case(&entry.name)) {
                let name = &entry.name;
                faults.push(self.fault(
                    position,
                    "name",
                    text!(
                        "`{name}` en `{other}` zijn in de uitvoer dezelfde map",
                        "`{name}` and `{other}` are the same folder in the output"
                    ),
                    text!(
                        "haal de koppeling weg, of kies een andere --out",
                        "take the link away, or choose another --out"
                    ),
                ));
            }
            first.entry(folder).or_insert(&entry.name);
        }
        faults
    }

    /// What somebody gives of a source that is not called.
    fn given(&self, entry: &Entry) -> Option<Given> {
        let evidence = entry.evidence.as_ref().map(|path| Given::Evidence(self.folder.join(path)));
        evidence.or_else(|| entry.report.as_ref().map(|path| Given::Report(self.folder.join(path))))
    }

    fn ready(
        &self,
        position: usize,
        entry: &Entry,
        catalogues: &Catalogues,
        env: &dyn Fn(&str) -> Option<String>,
    ) -> Result<What, Diagnostics> {
        let layers = self.layers(position, entry)?;
        let tell = |faults: Diagnostics| Diagnostics(faults.0.into_iter().map(|fault| layers.told(fault)).collect());
        let profile = Profile::of_tree(&self.file, layers.merged()).map_err(tell)?;
        let kind = if profile.application.is_some() { SubjectKind::Application } else { SubjectKind::Source };
        let catalogue = catalogues.of(kind)?;
        let mut faults = unknown_ids(catalogue, &self.file, profile.accept_blocked.keys());
        faults = faults.into_iter().map(|fault| layers.told(fault.at("accept_blocked"))).collect();
        let decisions =
            Named::of(Path::new(""), profile.reviews.as_deref(), profile.waivers.as_deref(), profile.names())
                .read(catalogue)
                .unwrap_or_else(|more| {
                    faults.extend(more.0);
                    Decisions::default()
                });
        // Paths stand as they are seen from here already.
        let resolved = profile.resolve(&self.file, env, Path::new("")).map_err(tell).and_then(|mut resolved| {
            resolved.rename(&entry.name);
            // Certificates and keys that cannot be used show only here; the session itself begins later.
            Session::new(&resolved, catalogue, 0).map_err(tell).map(|_| resolved)
        });
        match resolved {
            Ok(resolved) => Diagnostics(faults).or(What::Live(Box::new(resolved), decisions)),
            Err(more) => Err(Diagnostics([faults, more.0].concat())),
        }
    }

    /// What says something about a source: the defaults, its profile, and what overrides both.
    fn layers(&self, position: usize, entry: &Entry) -> Result<Layers, Diagnostics> {
        let own = |tree: &Value, within: Place| Layer {
            file: self.file.clone(),
            text: Rc::clone(&self.text),
            within,
            tree: tree.clone(),
        };
        let mut layers = Layers::default();
        layers.0.extend(self.written.defaults.as_ref().map(|tree| own(tree, Place::default().key("defaults"))));
        if let Some(path) = &entry.profile {
            let path = self.folder.join(path);
            let file = path.display().to_string();
            let whose = |faults| of_source(faults, position, entry);
            let text = read_text(&path, LARGEST_TEXT).map_err(whose)?;
            let mut tree = read_tree(&file, &text).map_err(whose)?;
            seen_from(path.parent().unwrap_or(Path::new("")), &mut tree);
            layers.0.push(Layer { file, text: text.into(), within: Place::default(), tree });
        }
        let place = Place(vec![Step::Key("sources".to_owned()), Step::Index(position)]);
        match &entry.overrides {
            Some(tree) => layers.0.push(own(tree, place.key("overrides"))),
            // What is missing everywhere would stand here, where there is no profile.
            None if entry.profile.is_none() => layers.0.push(own(&Value::Object(serde_json::Map::new()), place)),
            None => {}
        }
        Ok(layers)
    }
}

/// Faults of a file that a source names, with which source that is.
fn of_source(faults: Diagnostics, position: usize, entry: &Entry) -> Diagnostics {
    let whose = format!("sources[{position}] ({})", crate::base::text::shown(&entry.name));
    Diagnostics(faults.0.into_iter().map(|fault| fault.within(&whose)).collect())
}

/// Why a name is no folder's, on any system.
fn no_folder(name: &str) -> Option<Text> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let lower = name.to_ascii_lowercase();
    let stem = lower.split('.').next().unwrap_or_default();
    let numbered = stem.strip_prefix("com").or_else(|| stem.strip_prefix("lpt"));
    let device = DEVICES.contains(&stem) || numbered.is_some_and(|n| n.len() == 1 && n.parse::<u8>().is_ok());
    let shown = crate::base::text::shown(name);
    if !insz::look_alikes(name).is_empty() {
        return Some(text!("bevat een rijksregisternummer", "holds a national number"));
    }
    if !name.chars().all(plain) || !name.starts_with(|c: char| c.is_ascii_alphanumeric()) || name.ends_with('.') {
        return Some(text!("`{shown}` is geen naam voor een map", "`{shown}` is not a name for a folder"));
    }
    if device {
        return Some(text!("`{shown}` is op Windows een toestel", "`{shown}` is a device on Windows"));
    }
    TAKEN
        .contains(&lower.as_str())
        .then(|| text!("`{shown}` is een bestand van het overzicht", "`{shown}` is a file of the overview"))
}
