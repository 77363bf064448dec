//! What a catalogue consists of: documents, chapters, requirements, and what a requirement says of itself.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::base::text::Text;
use crate::catalogue::example::ExchangeExample;

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

/// What a set of requirements is about. A general set says nothing of it, and holds for whatever builds on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SubjectKind {
    /// A REST API that hands a citizen's data to the portal.
    Source,
    /// An application that hands a citizen over by single sign-on.
    Application,
    /// A website with the global header.
    Website,
}

/// Whom a requirement binds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum About {
    /// The source under examination.
    Source,
    /// The application under examination.
    Application,
    /// The website under examination.
    Website,
    /// The issuer of the tokens (ACM): never a failure of the subject.
    Issuer,
}

impl About {
    /// Whether it binds what is examined.
    pub fn is_subject(self) -> bool {
        self != Self::Issuer
    }
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
    /// The set: the name of its folder in specs/.
    pub set: String,
    /// The chapter: the name of its file in that folder, and in the folder of the set in src/checks/.
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
    /// The name of its set.
    pub set: String,
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
    /// The query parameter of the page.
    pub page: String,
    /// The query parameter of the page length.
    pub limit: String,
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

impl Default for Entry {
    fn default() -> Self {
        Self {
            path: String::new(),
            page: String::new(),
            limit: String::new(),
            first_page: 0,
            first_number: 1,
            default_limit: 10,
            maximum_limit: 100,
        }
    }
}
