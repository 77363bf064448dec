pub(crate) mod sample;

mod agreement;
mod difference;
mod fleet;
mod github;
mod issuer;
mod masking;
mod page;
mod reading;
mod schema;
mod snapshots;
mod summary;
mod version_1;
mod visit;
mod writing;
