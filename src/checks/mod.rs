//! The checks, one file per chapter of the catalogue. A check is a function from a [`Case`] to a verdict: it sends
//! nothing and reads no clock.
//!
//! - `access`, `certificate`, `download`, `errors`, `http`, `list`, `operations`, `token`, `url`: the chapters; what is
//!   large is split by subject in the folder of the same name.
//! - `shared`: what several chapters say about an answer; `testing`: a small source for their tests.

use crate::judging::case::{Case, Judgement};

mod access;
mod certificate;
mod download;
mod errors;
mod http;
mod list;
mod operations;
mod shared;
#[cfg(test)]
mod testing;
mod token;
mod url;

/// A check.
pub type Check = fn(&Case<'_>) -> Judgement;

/// A chapter's table: each function under its own name, so that rustc names one that is not listed.
macro_rules! checks {
    ($($check:ident),* $(,)?) => {
        pub(super) const CHECKS: &[(&str, $crate::checks::Check)] = &[$((stringify!($check), $check)),*];
    };
}
use checks;

/// The chapters with their checks.
const CHAPTERS: &[(&str, &[(&str, Check)])] = &[
    ("access", access::CHECKS),
    ("certificate", certificate::CHECKS),
    ("download", download::CHECKS),
    ("errors", errors::CHECKS),
    ("http", http::CHECKS),
    ("list", list::CHECKS),
    ("operations", operations::CHECKS),
    ("token", token::CHECKS),
    ("url", url::CHECKS),
];

/// The check of that name in a chapter.
pub fn find(chapter: &str, name: &str) -> Option<Check> {
    let (_, checks) = CHAPTERS.iter().find(|(known, _)| *known == chapter)?;
    checks.iter().find(|(known, _)| *known == name).map(|(_, check)| *check)
}

/// Every check: chapter and name.
pub fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
    CHAPTERS.iter().flat_map(|(chapter, checks)| checks.iter().map(move |(name, _)| (*chapter, *name)))
}
