//! What keeps a requirement from being judged, where it is no other requirement: what the report's causes begin with.

use crate::evidence::exchange::{Citizen, Request};

/// What keeps a requirement from being judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// What came of this call, or of one that had to come before it.
    Call(Request),
    /// The profile has no citizen of that role.
    NoCitizen(Citizen),
    /// The profile gets no token at an issuer.
    NoIssuer,
    /// The profile lacks this key.
    Lacks(String),
    /// The citizen has too few certificates: so many, and so many are needed.
    TooFew {
        /// How many there are.
        have: u64,
        /// How many are needed.
        needed: u64,
    },
    /// A limit of the run was reached.
    Limit,
    /// What was recorded fills the room of a run.
    Memory,
    /// This way of running does not show it.
    OtherWay,
    /// The evidence does not hold what is needed.
    NotRecorded,
}
