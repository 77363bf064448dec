//! The public, versioned form of a fleet's overview: what `fleet.json` holds, described by `specs/fleet.schema.json`.

mod briefing;
mod member;
mod overview;

pub use briefing::{Briefing, Ending, Unreachable, Worsened};
pub use member::{CauseSummary, Cell, Changes, Decision, DecisionKind, Member, Worst};
pub use overview::{FLEET_SCHEMA, Format, Overview, Requirement, Row, Tally, Total};
