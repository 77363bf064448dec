//! The general REST guidelines: `url`, `http`, `errors` and `operations`, as the files of specs/rest-guidelines.

use super::chapters;

mod errors;
mod http;
mod operations;
mod url;

pub(super) use errors::{answer_to_an_unknown_certificate, unused};
pub(super) use http::is_wrapped;

chapters!("rest-guidelines": errors, http, operations, url);
