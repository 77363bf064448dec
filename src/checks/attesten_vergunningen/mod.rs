//! Attesten and vergunningen: `list`, `certificate` and `download`, as the files of specs/attesten-vergunningen.

use super::chapters;

mod certificate;
mod download;
mod list;

chapters!("attesten-vergunningen": certificate, download, list);
