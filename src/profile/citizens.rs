//! The citizens, and tokens that are there already, as a profile says it.

use serde::{Deserialize, Serialize};

use super::{Command, Reference};

/// What a test citizen is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Whose certificates are asked for.
    Subject,
    /// Unrelated to the subject (SEC-08, SEC-09, SEC-19).
    Other,
    /// Without certificates (LST-20).
    Empty,
}

impl Role {
    /// The word of the profile and of the reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Subject => "subject",
            Self::Other => "other",
            Self::Empty => "empty",
        }
    }
}

/// A test citizen, with at most one of the five tokens.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Citizen {
    /// What the reports call this citizen.
    pub name: String,
    /// What the citizen is for.
    pub role: Role,
    /// The national number.
    pub insz: Reference,
    /// Access token of ACM (OpenID Connect).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<Reference>,
    /// Refresh token of ACM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<Reference>,
    /// Program and arguments that print a token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<Command>,
    /// The name of a login that `bronkeur login` made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login: Option<String>,
    /// A token that was already exchanged for the source's audience.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tx_token: Option<Reference>,
}

impl Citizen {
    /// The tokens that are given, by their key.
    pub fn tokens(&self) -> Vec<&'static str> {
        [
            ("token", self.token.is_some()),
            ("refresh_token", self.refresh_token.is_some()),
            ("command", self.command.is_some()),
            ("login", self.login.is_some()),
            ("tx_token", self.tx_token.is_some()),
        ]
        .into_iter()
        .filter_map(|(key, given)| given.then_some(key))
        .collect()
    }
}

/// Ready-made negative tokens; the owner vouches for what they are.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, bound(deserialize = "T: Deserialize<'de>"))]
pub struct Tokens<T> {
    /// Expired for at least five minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expired: Option<T>,
    /// For another audience.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other_audience: Option<T>,
    /// For this source, without its scope.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub without_scope: Option<T>,
    /// For this source, without a citizen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub without_citizen: Option<T>,
}

impl<T> Default for Tokens<T> {
    fn default() -> Self {
        Self { expired: None, other_audience: None, without_scope: None, without_citizen: None }
    }
}
