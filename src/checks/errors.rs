//! x
use super::checks;
checks!();
