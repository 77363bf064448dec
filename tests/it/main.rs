//! Tests of the whole: real TLS and HTTP on loopback, the real binary. One binary, so that the suite links once.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod command_line;
mod layout;
mod matrix;
mod profiles;
mod replay;
mod requirements;
mod secrets;
mod support;
