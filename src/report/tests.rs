pub(crate) mod sample;

mod agreement;
mod masking;
mod schema;
mod snapshots;
mod writing;
