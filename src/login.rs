//! Test citizens who are logged in: how they log in (authorization code with PKCE, on loopback), where their tokens are
//! kept between runs, and how the next refresh token takes the place of the one that was used.
//!
//! - `authorization`: what is asked of the issuer's login page, and what its answer means; `callback`: the server on
//!   loopback to which the browser comes back; `id_token`: whether the token about the login is about this one.
//! - `store`: the logins of this user of this machine; `keeper`: a file with a refresh token.

mod authorization;
mod callback;
mod id_token;
mod keeper;
mod store;

pub use authorization::{Authorization, Came, Outcome};
pub use callback::{Callback, Visit};
pub use id_token::{Expected, check};
pub use keeper::{Keeper, LOCK_WAIT, Taken, Unkept};
pub use store::{Login, Store, well_named};
