//! The strangers.

mod plain;

use super::Case;

pub(super) fn all() -> Vec<Case> {
    [plain::cases()].into_iter().flatten().collect()
}
