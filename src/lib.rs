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
//!
//! # The rooms
//!
//! Each folder is a room, and its `mod.rs` maps its files. Imports run down only: `tests/it/layout.rs` reads this table,
//! and fails for an import that is not in it and for one that nobody uses. Tests may import anything.
//!
//! | room | what it holds | may import |
//! | --- | --- | --- |
//! | `base` | texts, input, files, values, forms of answers: no run, no requirement | |
//! | `catalogue` | the requirements | `base` |
//! | `evidence` | what happened, masked | `base` |
//! | `judging` | from evidence to verdicts | `base`, `catalogue`, `evidence` |
//! | `profile` | what the user says, and the tokens kept for it | `base`, `evidence` |
//! | `source` | what the checks of a source may ask: its list, and whose data an answer shows | `base`, `catalogue`, `evidence`, `judging` |
//! | `application` | what the checks of an application may ask: its visits, and what a browser got to see | `base`, `catalogue`, `evidence`, `judging` |
//! | `checks` | one file per chapter of the catalogue | `base`, `catalogue`, `evidence`, `judging`, `source`, `application` |
//! | `report` | what a run leaves behind: the report and its views, the evidence as a file | `base`, `catalogue`, `evidence`, `judging`, `source` |
//! | `transport` | requests to answers | `base`, `catalogue`, `evidence`, `profile`, `source` |
//! | `run` | one run, many runs, and the diagnosis before them | `base`, `catalogue`, `evidence`, `judging`, `profile`, `checks`, `report`, `transport` |
//! | `sandbox` | the built-in world that can be made wrong on purpose, and what notices it | `base`, `catalogue`, `evidence`, `judging`, `profile`, `run` |
//! | `cli` | the command line | `base`, `catalogue`, `evidence`, `judging`, `profile`, `checks`, `report`, `transport`, `run`, `sandbox` |

pub mod application;
pub mod base;
pub mod catalogue;
pub mod checks;
pub mod cli;
pub mod evidence;
pub mod judging;
pub mod profile;
pub mod report;
pub mod run;
pub mod sandbox;
pub mod source;
pub mod transport;
