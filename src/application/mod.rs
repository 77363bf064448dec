//! What the checks of an application that hands its users over to MBP may ask of a
//! [`CheckContext`](crate::judging::context::CheckContext): visits, and what was seen in them. The kernel below knows requests and
//! answers; only here is it known what a login, an exchange and a hand-over are.
//!
//! - `way`: how the application is examined, and what that way does not show.
//! - `visits`: every visit that a check asks for, so that all share them.
//! - `visited`: a visit that took place: its facts by kind, and how each deed came out.
//! - `tokens`: which token a masked value is; `shown`: what a browser got to see, and which tokens are in it.

mod shown;
mod tokens;
mod visited;
pub mod visits;
mod way;

use crate::catalogue::Catalogue;
use crate::evidence::recording::Recording;
use crate::judging::verdict::Verdict;

pub use shown::{Shown, Where};
pub use tokens::{Tokens, mark_of, marks_in};
pub use visited::{CameTo, Seen, Visited, is_at, token_in};
pub use way::{Way, needs_browser, needs_stand_ins};

/// What only all verdicts about an application together show: nothing. That it does not open, or leads nobody to a login,
/// each visit says by itself ([`Unopened`](crate::judging::reason::cause::Unopened)), so that whatever rests on one waits
/// for the same.
pub fn conclude(_: &Catalogue, _: &Recording, _: &mut [Verdict]) {}
