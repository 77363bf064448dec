pub(crate) mod sample;

mod agreement;
mod difference;
mod github;
mod masking;
mod reading;
mod schema;
mod snapshots;
mod writing;
