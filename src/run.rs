//! A run: requirements are judged while what they ask for is sent.
//!
//! - `engine`: the loop; `queue`: what it sends, and when; `renewal`: tokens that end before the run does.

mod engine;
mod queue;
mod renewal;

pub use engine::{Bounds, Event, run};
pub use queue::HOSTILE_AT_ONCE;
