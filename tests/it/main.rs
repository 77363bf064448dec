//! Tests of the whole: real TLS and HTTP on loopback, the real binary. One binary, so that the suite links once.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    clippy::assigning_clones,
    clippy::struct_excessive_bools,
    clippy::useless_vec,
    reason = "tests: a panic is how they fail, and their files are their own"
)]

mod acm;
mod command_line;
mod examples;
mod hostile;
#[cfg(unix)]
mod interrupt;
mod layout;
mod matrix;
mod profiles;
mod replay;
mod requirements;
mod secrets;
mod silence;
mod support;
