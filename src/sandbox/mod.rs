//! The built-in ACM and source: a small conformant world on loopback, over real TLS, that can be made wrong on purpose.
//!
//! `bronkeur demo`, `serve` and `selftest` run it. Its faults are data ([`faults`]): each says which requirements must
//! notice it.

mod access;
mod acm;
mod answer;
pub mod behaviour;
mod called;
pub mod citizens;
mod clients;
mod control;
mod credentials;
mod described;
mod document;
mod edits;
mod envelope;
pub mod faults;
mod files;
mod life;
mod links;
mod listing;
mod negotiation;
mod profile;
mod representation;
mod rules;
mod server;
mod site;
mod source;
mod stand_in;
#[cfg(test)]
mod tests;
mod tls;
mod tokens;
pub mod variation;
pub mod wire;
pub mod wording;

pub use answer::Answer;
pub use behaviour::{Behaviour, Envelope, IdLook};
pub use called::{Called, Watch};
pub use citizens::Role;
pub use credentials::{ClientId, Credentials, Party, Person};
pub use envelope::{field, item_links, items_mut, metadata_mut, put, remove_link, set_link};
pub use faults::Fault;
pub use files::ProfileFile;
pub(crate) use files::{AUTHORITY, AUTHORITY_KEY, CALLER_SECRET, PROFILE, SOURCE_SECRET, STAND_IN_COMMENT, TOKENS};
pub use server::{Options, Sandbox};
pub use site::{Logged, Server};
pub(crate) use stand_in::CALLER;
pub use stand_in::{Kept, StandIn, StandInOptions};
