//! Runs: requirements are judged while what they ask for is sent.
//!
//! - `evaluate`: from a catalogue and a recording to verdicts, online and offline alike.
//! - `engine`: the loop; `queue`: what it sends, and when; `renewal`: tokens that end before the run does.
//! - `session`: one run against one source, from a resolved profile; `inspection`: from there, or from evidence, to a
//!   report.
//! - `sends`: what a run sends besides reading, shown before it.
//! - `doctor`: from the profile to one call, step by step; it judges no requirement.
//! - `fleet`: many sources side by side.

pub mod doctor;
mod engine;
pub mod evaluate;
pub mod fleet;
pub mod inspection;
mod queue;
mod renewal;
pub mod sends;
pub mod session;

pub use engine::{Bounds, Event, run};
pub use queue::HOSTILE_AT_ONCE;
