//! The conformance checker for sources of Mijn Burgerprofiel.
pub mod sandbox;
pub mod text;
