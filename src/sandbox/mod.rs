//! The built-in ACM and source: a small conformant world on loopback, over real TLS, that can be made wrong on purpose.
//!
//! `bronkeur demo`, `serve` and `selftest` run it. Its faults are data ([`faults`]): each says which requirements must
//! notice it.
//!
//! - `acm`: the issuer, which knows no subject; `source`: the source, with its knobs and its faults; `citizens`: the people
//!   whom both know.
//! - `application`: an application that hands its users over to MBP, with its knobs and its faults.
//! - `world`, `fault`: what a built-in world is, and a way of making it wrong; `selftest`: which requirement noticed which of them.
//! - `mbp`, `sso`: our own MBP, to which an application hands its user over, and how ACM and MBP start together.
//! - `server`, `site`, `tls`, `wire`, `answer`, `page`: how it stands on the network; `bounded`: a memory with an end.
//! - `profile`, `files`: the profile of this world, in this process and as files.

mod acm;
mod answer;
pub mod application;
mod bounded;
pub mod citizens;
pub mod fault;
mod files;
mod mbp;
mod page;
mod profile;
pub mod selftest;
mod server;
mod site;
mod source;
mod sso;
#[cfg(test)]
mod tests;
mod tls;
pub mod wire;
mod world;

pub use acm::called::{Called, Watch};
pub use acm::credentials::{ClientCredentials, ClientId, Credentials, Person};
pub(crate) use acm::stand_in::CALLER;
pub use acm::stand_in::{APPLICATION, Kept, LoginOptions, MBP, MbpOptions, StandIn, StandInOptions};
pub use answer::{Answer, put};
pub use application::world::{ApplicationSandbox, ApplicationWorld};
pub use citizens::Role;

pub(crate) use files::{
    APPLICATION_PROFILE, AUTHORITY, AUTHORITY_KEY, CALLER_SECRET, PROFILE, SOURCE_CERTIFICATE, SOURCE_KEY,
    SOURCE_SECRET, STAND_IN_COMMENT, TOKENS,
};
pub use files::{OwnApplication, OwnSource, ProfileFile};
pub(crate) use profile::NAME;
pub use server::{ForeignIssuer, Options, Sandbox};
pub use site::{Logged, Server};
pub use source::behaviour::{Behaviour, Envelope, IdLook};
pub use source::envelope::{field, item_links, items_mut, metadata_mut, remove_link, set_link};
pub use source::faults::Fault;
pub use source::world::{SourceWorld, examine, examine_after};
pub use source::{behaviour, faults, variation, wording};
pub use sso::{SsoIssuer, SsoOptions};
pub use world::{Unable, Variant, World};
