//! Tests against real parts that we did not write: an OpenID-certified server and a browser. They need Node.js, the
//! packages of `tests/node` and Chromium; what cannot run here counts as ignored and says what is missing. With `CI`
//! set it fails instead: there nothing is skipped.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "tests: a panic is how they fail, and their files are their own"
)]

mod packages;
mod provider;
mod support;

use std::process::ExitCode;

use libtest_mimic::Arguments;

fn main() -> ExitCode {
    let trials = [packages::trials(), provider::trials()];
    libtest_mimic::run(&Arguments::from_args(), trials.into_iter().flatten().collect()).exit_code()
}
