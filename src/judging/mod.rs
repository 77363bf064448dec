//! From evidence to verdicts.
//!
//! - `context`: what a check sees; it asks the recording, and a missing exchange ends it.
//! - `registry`: the checks of a kind of subject, as the catalogue binds them.
//! - `verdict`: outcomes, findings, and the one place that decides severity, conformity and exit status.
//! - `reason`: why something could not be judged or cannot arise, in words.
//! - `decisions`: what people decide: reviews and waivers.

pub mod context;
pub mod decisions;
pub mod reason;
pub mod registry;
pub mod verdict;
