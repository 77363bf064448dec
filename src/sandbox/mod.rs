//! The built-in ACM and source: a small conformant world on loopback, over real TLS, that can be made wrong on purpose.
//!
//! `bronkeur demo`, `serve` and `selftest` run it. Its faults are data ([`faults`]): each says which requirements must
//! notice it.
//!
//! - `behaviour`, `rules`, `variation`, `wire`, `wording`: the knobs; `edits`: small changes to what is sent; `faults`:
//!   the defects, chapter by chapter; `selftest`: which requirement noticed which of them.
//! - `acm`: the issuer; `clients`, `credentials`, `tokens`: who may ask it for what; `control`, `called`: what only
//!   bronkeur asks of it, and what was asked; `stand_in`: the issuer alone, for a source in development.
//! - `source`: lists, certificates and documents; `access`: who gets in; `listing`, `links`, `envelope`,
//!   `representation`, `document`, `described`, `negotiation`: what it answers; `citizens`, `life`: for whom, and what
//!   comes and goes.
//! - `server`, `site`, `tls`, `answer`: how it stands on the network.
//! - `profile`, `files`: the profile of this world, in this process and as files.

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
pub mod selftest;
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
pub(crate) use files::{
    AUTHORITY, AUTHORITY_KEY, CALLER_SECRET, PROFILE, SOURCE_CERTIFICATE, SOURCE_KEY, SOURCE_SECRET, STAND_IN_COMMENT,
    TOKENS,
};
pub use files::{OwnSource, ProfileFile};
pub(crate) use profile::NAME;
pub use server::{Options, Sandbox};
pub use site::{Logged, Server};
pub(crate) use stand_in::CALLER;
pub use stand_in::{Kept, StandIn, StandInOptions};
