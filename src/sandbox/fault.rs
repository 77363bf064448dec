//! What a fault is, in any built-in world.

use std::fmt;

/// One way of being wrong, as the world with these knobs (`B`) can be made wrong.
pub struct Fault<B> {
    /// Kebab-case; says what is wrong.
    pub name: &'static str,
    /// Exactly the requirements that must turn to fail.
    pub breaks: &'static [&'static str],
    /// Rows that may become blocked or not applicable: ids, or chapters such as `LST` for all rows of one.
    pub blocks: &'static [&'static str],
    /// What is wrong, in one sentence.
    pub summary: &'static str,
    /// Makes a behaviour wrong in this way.
    pub apply: fn(&mut B),
}

/// What a fault says of itself, for those who make nothing wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Its name.
    pub name: &'static str,
    /// Exactly the requirements that must turn to fail.
    pub breaks: &'static [&'static str],
    /// Rows that may become blocked or not applicable.
    pub blocks: &'static [&'static str],
    /// What is wrong, in one sentence.
    pub summary: &'static str,
}

impl<B> Fault<B> {
    /// What it says of itself.
    pub fn claim(&self) -> Claim {
        let Self { name, breaks, blocks, summary, .. } = *self;
        Claim { name, breaks, blocks, summary }
    }
}

impl Claim {
    /// Whether this row may become blocked or not applicable.
    pub fn may_block(&self, id: &str) -> bool {
        let chapter = id.split('-').next().unwrap_or(id);
        self.blocks.iter().any(|row| *row == id || *row == chapter)
    }
}

impl<B> Clone for Fault<B> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<B> Copy for Fault<B> {}

impl<B> fmt::Debug for Fault<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.claim().fmt(f)
    }
}
