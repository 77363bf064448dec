//! Faults of chapter url.

use super::catalogue::Fault;

pub(super) static FAULTS: &[Fault] = &[];
