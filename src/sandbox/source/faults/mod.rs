//! The faults of the sandbox, as data: each is one small mistake that a real implementer could make.

mod access;
mod broken;
mod catalogue;
mod certificate;
mod document;
mod download;
mod errors;
mod http;
mod leaks;
mod list;
mod paging;
mod token;
mod url;
mod walk;
mod writings;

pub use catalogue::{Fault, all, find};
