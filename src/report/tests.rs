pub(crate) mod sample;

mod agreement;
mod difference;
mod masking;
mod schema;
mod snapshots;
mod writing;
