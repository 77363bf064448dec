//! An application that hands its users over to MBP: a file for each file of specs/sso-handover.
//!
//! `shared`: what several of its chapters say; `testing`: visits for their tests.

use super::chapters;

mod exchange;
mod failure;
mod handover;
mod login;
mod portal;
mod secrecy;
mod shared;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod trust;

chapters!("sso-handover": trust, login, exchange, handover, secrecy, failure, portal);
