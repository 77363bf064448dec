//! The transport: performs one [`Request`](crate::evidence::exchange::Request) and turns whatever happens into an
//! [`Exchange`](crate::evidence::exchange::Exchange), masked. The only asynchronous place besides the run loop, and the only one
//! that puts a national number or a token into a URL or a header.
//!
//! - `settings`: what it must be told; `clients`: the two HTTP clients made from that.
//! - `http`: [`Transport`], and one call with its turn, its deadline and its waits; `source`: the calls to a source.
//! - `address`: from a request to a URL, and which origins may see it; `credential`: from a request to a header.
//! - `acm`: the calls to the issuer; `oauth`: their forms and what is remembered of the answers; `expiry`: the wait for a
//!   token to expire.
//! - `login`: how a test citizen logs in; `issuer`: what `bronkeur login` asks of the issuer, outside any run.
//! - `refresh`: a citizen's refresh token swapped for an access token, without ever losing the next one.
//! - `encryption`: a TLS handshake as an exchange, made by `tls`; `bare`: a request below reqwest; `tcp`: the connection
//!   of both; `file`: an OpenAPI document that is a file.
//! - `visit`: what people do with an application, in browsers that run no scripts.
//! - `retry`: whether a call is sent again; `connections`: over which connections answers came.
//! - `body`: reads a body within bounds, `base64` looks whether it is such a text, `unicode` reads one that is no UTF-8;
//!   `record`: from an answer to what is
//!   recorded of it, `judge` the schemas that it is held against before it is masked; `words`: from a network error to a kind and a few words.

mod acm;
mod address;
mod bare;
mod base64;
mod body;
mod clients;
mod connections;
mod credential;
mod encryption;
mod expiry;
mod file;
mod http;
mod issuer;
mod judge;
pub mod login;
mod oauth;
mod record;
mod refresh;
mod retry;
mod settings;
mod source;
mod tcp;
mod tls;
mod unicode;
mod visit;
mod words;

#[cfg(test)]
mod tests;

pub use http::{PendingExchange, Transport};
pub use issuer::Refused;
pub use settings::{Settings, SettingsError};
