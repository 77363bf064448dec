//! Bad input: what is wrong in a file that a person wrote, where, and what to do about it.
//!
//! All faults of a file are reported at once, before anything is sent (exit status 2).

mod place;
mod schema;
mod tree;

use std::fmt;
use std::io::Read as _;
use std::path::Path;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::base::confidential::masked;
use crate::base::text::{Lang, Text};
use crate::text;

pub use place::{Place, Step};
pub use schema::Schema;
pub(crate) use schema::{keyword, sentence, short};
pub(crate) use tree::without_values;

/// The longest text of a profile, catalogue, OpenAPI document, waiver or review file, in bytes.
pub const LARGEST_TEXT: usize = 4 * 1024 * 1024;

/// Faults beyond this number are counted, not listed.
const MOST_FAULTS: usize = 100;

/// One thing that is wrong in the input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The file as the user named it, or a word such as `command line`.
    pub file: String,
    /// `12:3` (line and column, both from 1), a path such as `citizens[1].insz`, or both: `12:3: citizens[1].insz`.
    pub place: Option<String>,
    /// What is wrong. Never the content of a secret.
    pub message: Text,
    /// What to do about it.
    pub remedy: Text,
}

impl Diagnostic {
    /// A fault of a file as a whole.
    pub fn new(file: impl Into<String>, message: Text, remedy: Text) -> Self {
        Self { file: file.into(), place: None, message, remedy }
    }

    /// The same fault at a place in the file.
    #[must_use]
    pub fn at(mut self, place: impl fmt::Display) -> Self {
        self.place = Some(place.to_string()).filter(|place| !place.is_empty());
        self
    }

    /// The same fault, with the path of what it stands in behind its line and column.
    #[must_use]
    pub fn within(mut self, path: &str) -> Self {
        self.place = Some(self.place.map_or_else(|| path.to_owned(), |place| format!("{place}: {path}")));
        self
    }

    /// The same fault with the line and column in `text` of the path that is its place. What cannot be found, and a
    /// place that has them already, stays as it is.
    #[must_use]
    pub fn located(mut self, text: &str) -> Self {
        if let Some(path) = self.place.take() {
            let found = Place::parse(&path).and_then(|place| place.locate(text));
            self.place = Some(found.map_or(path.clone(), |(line, column)| format!("{line}:{column}: {path}")));
        }
        self
    }

    /// `file:place: message`, and the remedy on an indented line of its own. Control characters are made visible, and
    /// marks stand for national numbers and tokens.
    pub fn render(&self, lang: Lang) -> String {
        let place = self.place.as_ref().map(|place| format!("{place}:")).unwrap_or_default();
        let head = format!("{}:{place} {}", self.file, self.message.get(lang));
        let shown = |text: &str| visible(&masked(text, lang));
        format!("{}\n    {}", shown(&head), shown(self.remedy.get(lang)))
    }
}

/// All that is wrong in the input; never empty when it is returned as an error.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics(pub Vec<Diagnostic>);

impl Diagnostics {
    /// The same faults, without line and column: nobody can look these up in a text that is not there.
    #[must_use]
    pub fn unlocated(self) -> Self {
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        let path = |place: String| {
            let mut parts = place.splitn(3, ':');
            match (parts.next(), parts.next(), parts.next()) {
                (Some(line), Some(column), rest) if digits(line) && digits(column) => {
                    rest.map(|rest| rest.trim_start().to_owned())
                }
                _ => Some(place),
            }
        };
        Self(self.0.into_iter().map(|fault| Diagnostic { place: fault.place.and_then(path), ..fault }).collect())
    }

    /// One fault of a file as a whole.
    pub fn one(file: impl Into<String>, message: Text, remedy: Text) -> Self {
        Self(vec![Diagnostic::new(file, message, remedy)])
    }

    /// All faults, one after the other.
    pub fn render(&self, lang: Lang) -> String {
        self.0.iter().map(|fault| fault.render(lang)).collect::<Vec<_>>().join("\n")
    }

    /// The value when there is no fault, else the faults.
    pub fn or<T>(self, value: T) -> Result<T, Self> {
        if self.0.is_empty() { Ok(value) } else { Err(self) }
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(Lang::En))
    }
}

impl std::error::Error for Diagnostics {}

impl From<Diagnostic> for Diagnostics {
    fn from(fault: Diagnostic) -> Self {
        Self(vec![fault])
    }
}

/// Control characters could steer the terminal of whoever reads the message.
fn visible(line: &str) -> String {
    line.chars().map(|c| if c.is_control() { c.escape_default().to_string() } else { c.to_string() }).collect()
}

/// At most `limit` bytes of a UTF-8 file; a longer file, a missing one and one that is not text are faults.
pub fn read_text(path: &Path, limit: usize) -> Result<String, Diagnostics> {
    let file = path.display().to_string();
    let unreadable = |why: Text| {
        let Text { nl, en } = why;
        Diagnostics::one(
            file.clone(),
            text!("het bestand is niet te lezen: {nl}", "the file cannot be read: {en}"),
            text!("controleer het pad en de leesrechten", "check the path and the permissions"),
        )
    };
    let refused = |error: std::io::Error| unreadable(Text::of_system(&error));
    // A pipe or a device could keep us reading for ever.
    let kind = std::fs::metadata(path).map_err(refused)?;
    if !kind.is_file() {
        return Err(unreadable(text!("het is geen gewoon bestand", "it is not a regular file")));
    }
    let mut bytes = Vec::new();
    std::fs::File::open(path)
        .and_then(|opened| opened.take(limit as u64 + 1).read_to_end(&mut bytes))
        .map_err(refused)?;
    if bytes.len() > limit {
        return Err(too_large(&file, limit).into());
    }
    String::from_utf8(bytes).map_err(|_| {
        Diagnostics::one(
            file,
            text!("het bestand is geen UTF-8-tekst", "the file is not UTF-8 text"),
            text!("bewaar het bestand als UTF-8", "save the file as UTF-8"),
        )
    })
}

fn too_large(file: &str, limit: usize) -> Diagnostic {
    let kib = limit / 1024;
    Diagnostic::new(
        file,
        text!("het bestand is groter dan {kib} KiB", "the file is larger than {kib} KiB"),
        text!("controleer of dit het bedoelde bestand is", "check that this is the file you mean"),
    )
}

/// The tree of a YAML or JSON text: one document, no duplicate keys, no tags, bounded in size and in what its aliases
/// expand to. Keys that are numbers or booleans become text.
pub fn read_tree(file: &str, text: &str) -> Result<Value, Diagnostics> {
    if text.len() > LARGEST_TEXT {
        return Err(too_large(file, LARGEST_TEXT).into());
    }
    tree::read(text).map_err(|(place, message, remedy)| {
        let mut fault = Diagnostic::new(file, message, remedy);
        fault.place = place.map(|(line, column)| format!("{line}:{column}"));
        fault.into()
    })
}

/// The first faults of a file, and how many more there are.
pub(crate) fn at_most(most: usize, file: &str, mut faults: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let beyond = faults.len().saturating_sub(most);
    faults.truncate(most);
    if beyond > 0 {
        faults.push(Diagnostic::new(
            file,
            text!("er zijn nog {beyond} fouten", "there are {beyond} more faults"),
            text!("verbeter eerst de fouten hierboven", "fix those above first"),
        ));
    }
    faults
}

/// A YAML text as a `T`, held against its schema first: every difference is reported, each with its place.
pub fn read_yaml<T: DeserializeOwned>(file: &str, text: &str, schema: &Schema) -> Result<T, Diagnostics> {
    let tree = read_tree(file, text)?;
    let faults = at_most(MOST_FAULTS, file, schema.faults(file, &tree));
    // Each place costs one more pass over the text.
    let located = if text.len() > 256 * 1024 { 5 } else { MOST_FAULTS };
    let faults = faults.into_iter().enumerate();
    let faults = faults.map(|(n, fault)| if n < located { fault.located(text) } else { fault }).collect();
    Diagnostics(faults).or(())?;
    typed(file, tree)
}

/// A tree as a `T`, held against its schema first: every difference is reported, each with its path as place.
pub fn of_tree<T: DeserializeOwned>(file: &str, tree: Value, schema: &Schema) -> Result<T, Diagnostics> {
    Diagnostics(at_most(MOST_FAULTS, file, schema.faults(file, &tree))).or(())?;
    typed(file, tree)
}

fn typed<T: DeserializeOwned>(file: &str, tree: Value) -> Result<T, Diagnostics> {
    serde_json::from_value(tree).map_err(|error| {
        let problem = without_values(&error.to_string());
        Diagnostics::one(
            file,
            text!("de inhoud past niet: {problem}", "the content does not fit: {problem}"),
            text!("vergelijk het bestand met zijn JSON Schema", "compare the file with its JSON Schema"),
        )
    })
}

#[cfg(test)]
mod tests;
