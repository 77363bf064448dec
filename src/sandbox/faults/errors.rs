//! Faults of chapter errors.

use super::catalogue::Fault;

pub(super) static FAULTS: &[Fault] = &[];
