//! What knows no run and no requirement, and is used everywhere.
//!
//! - `text`: every sentence in both languages, and server text made safe to show; `hex`, `lifetime`: how hashes and the
//!   life of a token are read.
//! - `input`: bad input, with its place and its remedy; `files`: writing them whole; `confidential`: national numbers
//!   and tokens where people write.
//! - `insz`: the Belgian national number; `value`: dates, languages, countries, names; `writing`: what a text says once
//!   its escapes are undone; `href`: what a link says by its form.
//! - `envelope`: the two forms of a list and a certificate, read into one; `openapi`: an OpenAPI document and its
//!   schemas.
//! - `assertion`: signed client assertions; `percentile`: what of measured times is reported; `signs`: by what the inside of
//!   a program is recognised in a text.

pub mod assertion;
pub mod confidential;

pub mod files;
pub mod hex;
pub mod href;
pub mod input;
pub mod insz;
pub mod lifetime;
pub mod openapi;
pub mod percentile;
pub mod signs;
pub mod text;
pub mod value;
pub mod writing;
