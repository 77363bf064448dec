//! How a test citizen logs in: authorization code with PKCE, on loopback.
//!
//! - `authorization`: what is asked of the issuer's login page, and what its answer means.
//! - `callback`: the server on loopback to which the browser comes back.
//! - `id_token`: whether the token about the login is about this one.

mod authorization;
mod callback;
mod id_token;

pub use authorization::{Authorization, Came, Outcome};
pub use callback::{Callback, Visit};
pub(super) use id_token::{Expected, check};
