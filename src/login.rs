//! Citizens' tokens between runs: where a refresh token is kept, and how the next one takes its place.

mod keeper;

pub use keeper::{Keeper, LOCK_WAIT, Taken, Unkept};
