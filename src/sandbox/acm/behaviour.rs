//! How the ACM behaves: every knob of it. The default is conformant.

use serde_json::Value;

use crate::sandbox::answer::Answer;

/// The knobs of the ACM.
#[expect(clippy::struct_excessive_bools, reason = "each is an independent defect of an issuer")]
#[derive(Clone, Debug)]
pub struct Issuer {
    /// The life of the tokens it gives, in seconds.
    pub lifetime: i64,
    /// Whether discovery lists every grant type and way of authentication; the real one lists too few.
    pub lists_everything: bool,
    /// Whether discovery is there at all (TOK-01).
    pub has_discovery: bool,
    /// Whether the source has declared its trust in the caller (TOK-02).
    pub trusts_caller: bool,
    /// Whether clients may exchange tokens at all (SSO-02).
    pub may_exchange: bool,
    /// Whether clients may have tokens of their own, by their credentials alone (SSO-03).
    pub may_use_client_credentials: bool,
    /// Whether the audience asked is the token's, not the caller itself (TOK-05).
    pub honours_audience: bool,
    /// Whether the scopes asked are the token's (TOK-05).
    pub honours_scope: bool,
    /// Whether token answers are kept out of caches (TOK-04).
    pub no_store: bool,
    /// Whether an answer to a token request states the scope that was granted as asked; it need not.
    pub states_scope: bool,
    /// Whether introspection answers with a signed JWT (RFC 9701).
    pub introspects_in_jwt: bool,
    /// Small changes made to what it answers.
    pub edits: IssuerEdits,
}

impl Default for Issuer {
    fn default() -> Self {
        Self {
            lifetime: 900,
            lists_everything: true,
            has_discovery: true,
            trusts_caller: true,
            may_exchange: true,
            may_use_client_credentials: true,
            honours_audience: true,
            honours_scope: true,
            no_store: true,
            states_scope: true,
            introspects_in_jwt: false,
            edits: IssuerEdits::default(),
        }
    }
}

/// Small changes made to what the ACM answers, in the order in which they were added.
#[derive(Clone, Debug, Default)]
pub struct IssuerEdits {
    /// On the discovery document.
    pub discovery: Vec<fn(&mut Value)>,
    /// On the answer of a successful token request.
    pub token: Vec<fn(&mut Value)>,
    /// On the whole answer of a successful exchange of a citizen's token, just before it is sent.
    pub exchange: Vec<fn(&mut Answer)>,
    /// On the whole answer of discovery.
    pub discovery_answer: Vec<fn(&mut Answer)>,
    /// On the introspection answer of an active token.
    pub introspection: Vec<fn(&mut Value)>,
}
