//! Tokens and access: `token` and `access`, as the files of specs/token-exchange.

use super::chapters;

mod access;
mod token;

chapters!("token-exchange": access, token);
