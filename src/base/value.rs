//! What a JSON value is by its name and its look: dates, moments, languages, countries, names. Pure: the rules about
//! values (HTTP-07 to HTTP-11) rest on it.

pub mod code;
pub mod date;
pub mod described;
pub mod magic;
pub mod name;
pub mod tree;
pub mod walk;
pub mod weight;
