//! The conformance checker for sources of Mijn Burgerprofiel.
pub mod fault;
pub mod insz;
pub mod openapi;
pub mod profile;
pub mod text;
