//! What happened in a run, masked, so that all verdicts can follow from it again.
//!
//! - `exchange`: a request by name, and what came of it; `setup`: what the run knew of the source and its tokens;
//!   `introspection`: what an issuer says of a token.
//! - `recording`: exchanges by the request that they answer.
//! - `vault`: the only place that holds secrets and national numbers, and the gate that masks them.
//! - `snapshot`: which members, types and links the answers had, to compare with a later run.

pub mod exchange;
pub mod introspection;
pub mod recording;
pub mod setup;
pub mod snapshot;
pub mod vault;
