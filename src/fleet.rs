//! Many sources in one run (`bronkeur fleet`): which ones (`sources.yaml`), running them side by side without one's
//! trouble touching another, and the overview of what came of all of them.

mod gather;
mod layers;
mod merge;
mod overview;
mod run;
mod sources;

#[cfg(test)]
mod tests;

pub use gather::{gather, summary};
pub use merge::{merge, read_overview};
pub use overview::{Cell, Changes, FLEET_SCHEMA, Format, Member, Overview, Requirement, Tally, Total};
pub use run::{Bounds, Ended, Order, Told, run};
pub use sources::{Choice, SOURCES_SCHEMA, Shard, Source, Sources, What};
