//! Tests against real parts that we did not write: an OpenID-certified server, a browser, readers of JUnit files, shells.
//! They need Node.js with the packages of `tests/node`, Chromium, Python with those of `tests/python`, and shells; what cannot run here counts as ignored and says what is missing. With `CI`
//! set it fails instead: there nothing is skipped.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "tests: a panic is how they fail, and their files are their own"
)]

mod curl;
mod fleet;
mod junit;
mod packages;
mod page;
mod provider;
mod shells;
mod support;
mod terminal;

use std::process::ExitCode;

use libtest_mimic::Arguments;

fn main() -> ExitCode {
    let trials = [
        curl::trials(),
        fleet::trials(),
        junit::trials(),
        packages::trials(),
        page::trials(),
        provider::trials(),
        shells::trials(),
        terminal::trials(),
    ];
    libtest_mimic::run(&Arguments::from_args(), trials.into_iter().flatten().collect()).exit_code()
}
