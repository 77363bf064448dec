//! Test citizens who are logged in: where their tokens are kept between runs, and how the next refresh token takes the
//! place of the one that was used. How they log in is for `transport::login`.
//!
//! - `store`: the logins of this user of this machine; `token_file`: a file with a refresh token.

mod store;
mod token_file;

pub use store::{Login, Store, well_named};
pub use token_file::{LOCK_WAIT, LockedToken, TokenFile, TokenFileError};
