//! The transport.

pub mod tls;
