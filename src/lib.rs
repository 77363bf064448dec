//! `bronkeur`: a conformance checker for the sources of attesten and vergunningen of the Flemish citizen portal Mijn
//! Burgerprofiel. It obtains a token at the access management (ACM), exercises a source's endpoints and says, per
//! requirement and with evidence, whether the source conforms.
//!
//! ```text
//! profile + specs ──> evaluate(catalogue, recording) ──> verdicts ──> report
//!                         │ missing requests   ▲
//!                         ▼                    │ exchanges, masked
//!                      transport (token, TLS, HTTP; the only async place)
//! ```

pub mod assertion;
pub mod case;
pub mod catalogue;
pub mod checks;
pub mod cli;
pub mod confidential;
pub mod decisions;
pub mod doctor;
pub mod envelope;
pub mod evaluate;
pub mod example;
pub mod exchange;
pub mod fault;
pub mod files;
pub mod fleet;
pub mod har;
pub mod hex;
pub mod href;
pub mod inspection;
pub mod insz;
pub mod lifetime;
pub mod login;
pub mod openapi;
pub mod profile;
pub mod reason;
pub mod recording;
pub mod report;
pub mod run;
pub mod sandbox;
pub mod selftest;
pub mod session;
pub mod shape;
pub mod text;
pub mod transport;
pub mod value;
pub mod vault;
pub mod verdict;
pub mod writing;
