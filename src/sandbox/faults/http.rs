//! Faults of chapter http.

use super::catalogue::Fault;

pub(super) static FAULTS: &[Fault] = &[];
