//! Attesten and vergunningen: `list`, `certificate` and `download`, as the files of specs/attesten-vergunningen.

use super::chapters;

mod certificate;
mod download;
mod list;

pub(super) use list::{is_shuffled, shuffled};

chapters!("attesten-vergunningen": certificate, download, list);
