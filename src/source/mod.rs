//! What the checks of a source may ask of a [`CheckContext`](crate::judging::context::CheckContext): its list, walked and sampled, and whose
//! data an answer shows. The kernel below knows requests and answers; only here is a list of certificates known.
//!
//! - `envelope`: the two forms of a list and a certificate, read into one.
//! - `list`: the first page, certificates, details and documents; `pages`, `length`, `room`: how the list is walked, and
//!   how much of a long one; `sample`: which certificates are looked at one by one; `run`: all that a run asks for.
//! - `look`: a list lives: what is judged by answers of several moments; `urls`: where links lead, and which part of one
//!   holds a value; `leak`: what of one citizen's data an answer shows that was meant for somebody else.
//! - `unopened`, `lost_issuer`: what is concluded of a source that opens for nobody, and of one whose issuer was lost in
//!   the course of the run.
//! - `snapshot`: which members, types and links the answers had, to compare with a later run.

use crate::catalogue::Catalogue;
use crate::evidence::recording::Recording;
use crate::judging::verdict::Verdict;

pub mod envelope;
mod leak;
mod length;
mod list;
mod look;
mod lost_issuer;
mod pages;
mod room;
mod run;
mod sample;
pub mod snapshot;
mod total;
mod unopened;
mod urls;

pub use envelope::view;
pub use leak::{Leak, is_same_content, name_told, names_in, names_on, place_of};
pub use list::{Chain, End, Item, Listed, Pages};
pub use look::second_change;
pub use lost_issuer::LostIssuer;
pub use urls::{holds_key, outside_braces, part_with_id, parts_that, with_other_id, with_other_language};

/// What only all verdicts about a source together show. The verdicts are in the order of the catalogue.
pub fn conclude(catalogue: &Catalogue, recording: &Recording, verdicts: &mut [Verdict]) {
    unopened::block_unopened(catalogue, recording, verdicts);
    lost_issuer::block_without_issuer(catalogue, recording, verdicts);
}
