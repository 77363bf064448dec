//! Waivers: failures that somebody answers for until a day.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Reading, Written};
use crate::base::input::{Diagnostics, Schema, read_yaml};
use crate::base::text::Text;
use crate::catalogue::{Catalogue, Level, Mode};
use crate::evidence::exchange::Kind;
use crate::text;

/// The JSON Schema of `waivers.yaml`.
pub const WAIVERS_SCHEMA: &str = include_str!("../../../specs/waivers.schema.json");

static SCHEMA: LazyLock<Result<Schema, Diagnostics>> =
    LazyLock::new(|| Schema::read("waivers.schema.json", WAIVERS_SCHEMA));

/// The chapter whose obligations nobody waives alone.
const ACCESS: &str = "access";

/// Which failures of its requirement a waiver covers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// All of them.
    All,
    /// Those in the answers of these kinds of call.
    Operations(Vec<Kind>),
    /// All of them, while the subject answers in this envelope: a form that its kind knows, such as `hal` of a source.
    Envelope(String),
}

impl Scope {
    /// Whether a failure is covered: `call` is the kind of call that shows it, `envelope` the form of
    /// the subject's answers.
    pub fn covers(&self, call: Option<Kind>, envelope: &str) -> bool {
        match self {
            Self::All => true,
            Self::Operations(kinds) => call.is_some_and(|call| kinds.contains(&call)),
            Self::Envelope(wanted) => *wanted == envelope,
        }
    }

    /// In words.
    pub fn in_words(&self) -> Text {
        match self {
            Self::All => text!("overal", "everywhere"),
            Self::Operations(kinds) => {
                let names = kinds.iter().map(|kind| kind.name()).collect::<Vec<_>>().join(", ");
                text!("in oproepen van de soort {names}", "in calls of the kind {names}")
            }
            Self::Envelope(name) => text!("in de vorm {name}", "in the envelope {name}"),
        }
    }
}

/// Who answers for the failures of one requirement, and until when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiver {
    /// Which failures it covers.
    pub scope: Scope,
    /// Why.
    pub reason: String,
    /// Who repairs it.
    pub owner: String,
    /// Who allowed it.
    pub approved_by: Option<String>,
    /// The last day on which it holds, in Brussels.
    pub ends_on: Date,
}

impl Waiver {
    /// Whether its last day is over.
    pub fn has_ended(&self, today: Date) -> bool {
        self.ends_on < today
    }
}

/// One row as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    id: String,
    scope: Scope,
    reason: String,
    owner: String,
    approved_by: Option<String>,
    ends_on: String,
}

impl Row {
    /// Whether somebody else than the owner allowed it.
    fn is_approved(&self) -> bool {
        let name = |text: &str| text.trim().to_lowercase();
        self.approved_by.as_ref().is_some_and(|by| name(by) != name(&self.owner))
    }
}

/// The waivers in the text of a `waivers.yaml`, by the id of the requirement. `asked` are the names of the source that is
/// judged, none where any will do.
///
/// # Errors
/// Everything that is wrong in it, each with its line.
pub fn read_waivers(
    file: &str,
    text: &str,
    catalogue: &Catalogue,
    asked: &[String],
) -> Result<BTreeMap<String, Waiver>, Diagnostics> {
    let written: Written<Row> = read_yaml(file, text, SCHEMA.as_ref().map_err(Clone::clone)?)?;
    let (rows, source, under) = written.parts("waivers");
    let ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
    let mut reading = Reading::new(file, text, catalogue).of(under, source.as_deref(), asked);
    let mut waivers = BTreeMap::new();
    for (position, row) in rows.iter().enumerate() {
        let id = id_of(&mut reading, position, &ids, row.is_approved());
        let ends_on = reading.day(position, "ends_on", &row.ends_on);
        let texts =
            [("reason", Some(&row.reason)), ("owner", Some(&row.owner)), ("approved_by", row.approved_by.as_ref())];
        reading.no_numbers(position, texts.into_iter().filter_map(|(key, said)| Some((key, said?.as_str()))));
        if let (Some(id), Some(ends_on)) = (id, ends_on) {
            let (scope, reason, owner) = (row.scope.clone(), row.reason.clone(), row.owner.clone());
            let approved_by = row.approved_by.clone();
            waivers.insert(id, Waiver { scope, reason, owner, approved_by, ends_on });
        }
    }
    reading.or(waivers)
}

fn id_of(reading: &mut Reading<'_>, row: usize, ids: &[&str], approved: bool) -> Option<String> {
    let requirement = reading.requirement(row, ids)?;
    let id = requirement.id.clone();
    let leave_out = || text!("laat dit onderdeel weg", "leave this entry out");
    if !requirement.about.is_subject() {
        reading.fault(
            row,
            "id",
            text!(
                "`{id}` gaat over de uitgever: de bron kan er geen inbreuk op maken",
                "`{id}` is about the issuer: the source cannot fail it"
            ),
            leave_out(),
        );
    } else if requirement.mode == Mode::Observe {
        reading.fault(
            row,
            "id",
            text!(
                "`{id}` is een vaststelling: een inbreuk is er niet mogelijk",
                "`{id}` is an observation: nothing can fail"
            ),
            leave_out(),
        );
    }
    if requirement.chapter == ACCESS && requirement.level == Level::Must && !approved {
        reading.fault(
            row,
            "id",
            text!(
                "`{id}` beschermt gegevens van burgers: dat kan de eigenaar niet alleen vrijstellen",
                "`{id}` protects data of citizens: its owner cannot waive that alone"
            ),
            text!("vermeld met `approved_by` wie het nog goedkeurde", "name with `approved_by` who else approved it"),
        );
    }
    Some(id)
}
