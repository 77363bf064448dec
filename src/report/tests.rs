pub(crate) mod sample;

mod agreement;
mod masking;
mod reading;
mod schema;
mod snapshots;
mod writing;
