pub(crate) mod sample;

mod agreement;
mod difference;
mod masking;
mod page;
mod schema;
mod snapshots;
mod summary;
mod writing;
