//! The shape of a source's answers: which members, types, links and statuses they had. Keys and types only, no values;
//! small enough to stand in every report, so that a later run can see what broke (URL-17).

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What has a shape of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// A page of the list: its metadata and links.
    List,
    /// A certificate in the list.
    Item,
    /// A certificate on its own.
    Detail,
    /// A document.
    Download,
}

impl Part {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Item => "item",
            Self::Detail => "detail",
            Self::Download => "download",
        }
    }
}

/// The shapes of a run's answers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApiSnapshot {
    /// The version in the base URL, such as `v1`.
    pub version: Option<String>,
    /// Each part that was seen.
    pub parts: BTreeMap<Part, PartSnapshot>,
}

/// The shape of all answers, or items, of one part.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartSnapshot {
    /// How many there were.
    pub count: usize,
    /// How many had each status; items have none.
    pub statuses: BTreeMap<u16, usize>,
    /// The members, by their path: `/year`, `/address/street`, `/tags/*`.
    pub fields: BTreeMap<String, Field>,
    /// How many had a link with each rel.
    pub rels: BTreeMap<String, usize>,
}

/// The shapes of an earlier report, and what it was about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Baseline {
    /// The name of the source.
    pub source: String,
    /// Where it was called.
    pub base_url: String,
    /// When.
    pub started: Timestamp,
    /// The shapes of its answers.
    pub shapes: ApiSnapshot,
}

/// A member: how many answers or items had it, and with which types.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// How many had it.
    pub on: usize,
    /// How many had it with each type: string, integer, number, boolean, null, array, object; other.
    pub types: BTreeMap<String, usize>,
}
