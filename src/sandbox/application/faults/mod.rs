//! The faults of the application, as data: each is one small mistake that a real implementer could make. Where only a
//! browser that runs scripts would see a mistake, it is not here.

mod catalogue;
mod exchange;
mod landing;
mod leaks;
mod login;
mod moment;
mod refusals;
mod token_api;

pub use catalogue::{Fault, all, find};
