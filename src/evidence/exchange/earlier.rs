//! What came of a call before it was sent again: evidence that it was, and why.

use serde::{Deserialize, Serialize};

use super::Failure;

/// The most repetitions of one call that there can be.
pub const MOST_EARLIER: usize = 8;

/// What came of a call that was sent again afterwards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Earlier {
    /// Milliseconds since the start of the run when it was sent.
    pub at_ms: u64,
    /// How long it took, in milliseconds.
    pub ms: u64,
    /// The status, where an answer came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Why no answer came, or none that was complete; masked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
}

impl Earlier {
    /// Whether it says what came, and that could be.
    pub fn is_whole(&self) -> bool {
        let status = self.status.is_none_or(|status| (100..1000).contains(&status));
        let failure = self.failure.as_ref().is_none_or(|failure| failure.kind.was_sent());
        status && failure && (self.status.is_some() || self.failure.is_some())
    }
}
