//! Reading `fleet.json` back, strictly; its first version too.

use std::path::Path;
use std::sync::LazyLock;

use super::given::unmasked;
use crate::base::input::{Diagnostics, Schema, read_text};
use crate::report::fleet::model::{FLEET_SCHEMA, Format, Member, Overview, Row, Worst};
use crate::report::{Form, State, of_version, read_json};

/// The longest overview, in bytes.
const LARGEST: usize = 256 * 1024 * 1024;

/// The JSON Schema of the first version.
const FLEET_1_SCHEMA: &str = include_str!("../../../specs/fleet-1.schema.json");

const FORM: Form = Form { version: "bronkeur.fleet/2", name: "fleet.json", command: "fleet" };
const FORM_1: Form = Form { version: "bronkeur.fleet/1", ..FORM };

static SCHEMA: LazyLock<Result<Schema, Diagnostics>> =
    LazyLock::new(|| Schema::read("fleet.schema.json", FLEET_SCHEMA));
static SCHEMA_1: LazyLock<Result<Schema, Diagnostics>> =
    LazyLock::new(|| Schema::read("fleet-1.schema.json", FLEET_1_SCHEMA));

/// The overview in a file.
///
/// # Errors
/// What is wrong with it: not there, no JSON, cut off, another schema, what does not fit the schema, or what is not
/// masked in it.
pub fn read_overview(path: &Path) -> Result<Overview, Diagnostics> {
    let (file, text) = (path.display().to_string(), read_text(path, LARGEST)?);
    let overview = if of_version(&text, &FORM_1) {
        read_json::<Overview>(&file, &text, &FORM_1, &SCHEMA_1)?.of_version_1()
    } else {
        read_json(&file, &text, &FORM, &SCHEMA)?
    };
    unmasked(&file, &text, "fleet.json").or(overview)
}

impl Overview {
    /// What an overview of version 1 comes to by the rules of version 2. Causes and decisions it has none.
    fn of_version_1(mut self) -> Self {
        self.schema = Format::V2;
        let worst: Vec<Option<Worst>> = self.members.iter().map(|member| self.worst(member)).collect();
        for (member, worst) in self.members.iter_mut().zip(worst) {
            member.worst = worst;
        }
        self.conclude();
        self
    }

    fn worst(&self, member: &Member) -> Option<Worst> {
        let row = self.actions(member).into_iter().find(|row| row.state == State::Failure)?;
        let (id, title) = (row.requirement.id.clone(), row.requirement.title.clone());
        Some(Worst { id, title, why: row.cell.why.clone(), harm: Row::harm(&row).rank() })
    }
}
