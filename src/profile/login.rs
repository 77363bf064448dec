//! Test citizens who are logged in: where their tokens are kept between runs, and how the next refresh token takes the
//! place of the one that was used. How they log in is for `transport::login`.
//!
//! - `store`: the logins of this user of this machine; `keeper`: a file with a refresh token.

mod keeper;
mod store;

pub use keeper::{Keeper, LOCK_WAIT, Taken, Unkept};
pub use store::{Login, Store, well_named};
