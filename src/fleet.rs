//! Many sources in one run (`bronkeur fleet`): which ones (`sources.yaml`), running them side by side without one's
//! trouble touching another, and the overview of what came of all of them.

mod briefing;
mod compare;
mod gather;
mod given;
mod layers;
mod member;
mod merge;
mod overview;
mod rank;
mod read;
mod run;
mod sources;
mod summary;

#[cfg(test)]
mod tests;

pub use briefing::{Briefing, Ending, Unreachable, Worsened};
pub use gather::gather;
pub use member::{CauseSummary, Cell, Changes, Decision, DecisionKind, Member, Worst};
pub use merge::merge;
pub use overview::{FLEET_SCHEMA, Format, Overview, Requirement, Row, Tally, Total};
pub use read::read_overview;
pub use run::{Bounds, Ended, Order, Told, run};
pub use sources::{Choice, SOURCES_SCHEMA, Shard, Source, Sources, What};
pub use summary::summary;
