//! The login of citizens.

use std::io;

use crate::sandbox::acm::stand_in::LoginOptions;

/// The login of citizens.
pub(in crate::sandbox) struct Login {
    options: LoginOptions,
}

impl Login {
    pub(in crate::sandbox) fn new(options: LoginOptions, _issuer: &str) -> io::Result<Self> {
        Ok(Self { options })
    }
}
