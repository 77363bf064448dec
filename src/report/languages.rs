//! Which languages the files of a run hold.

use crate::base::text::Lang;

/// The languages of the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Languages {
    /// That of the files that hold one, and the first in those that hold both.
    pub first: Lang,
    /// `--lang` narrows the files that would hold both to the first.
    pub only: bool,
}

impl Languages {
    /// The languages of a file that can hold both, the first one first.
    pub(super) fn all(self) -> Vec<Lang> {
        match self.first {
            first if self.only => vec![first],
            Lang::Nl => vec![Lang::Nl, Lang::En],
            Lang::En => vec![Lang::En, Lang::Nl],
        }
    }
}
