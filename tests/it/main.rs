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
    clippy::cast_possible_truncation,
    clippy::format_collect,
    clippy::needless_for_each,
    clippy::needless_pass_by_value,
    clippy::type_complexity,
    reason = "tests: a panic is how they fail, and their files are their own"
)]

mod acm;
mod application;
mod causes;
mod clients;
mod command_line;
mod confidential;
mod decisions;
mod doctor;
mod evidence;
mod example_reports;
mod examples;
mod fleet;
mod gate;
mod handover;
mod health;
mod hostile;
mod init;
#[cfg(unix)]
mod interrupt;
mod layout;
mod login;
mod long_list;
mod marked;
mod matrix;
mod pairs;
mod profiles;
mod recipes;
mod repeatable;
mod replay;
mod requirements;
mod secrecy;
mod secrets;
mod shells;
mod silence;
mod strangers;
mod support;
mod traps;
mod words;
mod writing;
