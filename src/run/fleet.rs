//! Many sources in one run (`bronkeur fleet`): which ones (`sources.yaml`), running them side by side without one's
//! trouble touching another, and the overview of what came of all of them.

mod catalogues;
mod compare;
mod gather;
mod given;
mod layers;
mod merge;
mod rank;
mod read;
mod run;
mod sources;
mod summary;

#[cfg(test)]
mod tests;

pub use catalogues::Catalogues;
pub use gather::gather;
pub use merge::merge;
pub use read::read_overview;
pub use run::{Bounds, Ended, FleetEvent, Order, run};
pub use sources::{Choice, SOURCES_SCHEMA, Shard, Source, Sources, What};
pub use summary::summary;
