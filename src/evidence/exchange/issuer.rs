//! The calls to the issuer (ACM), by name.

use serde::{Deserialize, Serialize};

use super::{Auth, Citizen};

/// Which token is asked of the issuer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grant {
    /// The client's own token, presented as actor in an exchange (RFC 8693, section 1.1).
    Actor,
    /// The citizen's access token swapped for a TX token with the source's audience.
    Exchange(Citizen),
    /// The subject's access token swapped for a token with another audience.
    OtherAudience,
    /// Client credentials with the source's audience and scope: a token without a citizen.
    WithoutCitizen,
    /// The exchange for the source's audience, without asking for a scope.
    WithoutScope,
    /// One more exchange for the subject.
    Fresh,
    /// One more exchange for the subject: a token that is kept until it has expired.
    ToExpire,
    /// An exchange of the citizen's token before the last one, by its place in the profile's `hops`.
    Hop(Citizen, u8),
    /// The own token of the client of such an exchange, presented as actor in it.
    HopActor(u8),
    /// The citizen's refresh token swapped for an access token, and for the next refresh token.
    Refresh(Citizen),
    /// The subject's access token swapped for a token with the client's own audience.
    OwnAudience,
    /// The exchange for the subject without an actor token.
    WithoutActor,
    /// The exchange for the subject with that citizen's own token as actor.
    CitizenAsActor,
    /// The exchange of the subject's refresh token, as if it were an access token. It does not use that token up.
    RefreshAsSubject,
}

impl Grant {
    /// Whether the client's own token goes with this exchange, where one does with others.
    pub fn has_actor(self) -> bool {
        !matches!(self, Self::WithoutActor | Self::CitizenAsActor)
    }

    /// Whose token is exchanged for the one that goes to a source; none where this grant is no such exchange.
    pub fn exchanged(self) -> Option<Citizen> {
        match self {
            Self::Exchange(citizen) => Some(citizen),
            Self::OtherAudience
            | Self::WithoutScope
            | Self::Fresh
            | Self::ToExpire
            | Self::OwnAudience
            | Self::WithoutActor
            | Self::CitizenAsActor => Some(Citizen::Subject),
            Self::Actor
            | Self::WithoutCitizen
            | Self::Hop(..)
            | Self::HopActor(_)
            | Self::Refresh(_)
            | Self::RefreshAsSubject => None,
        }
    }
}

/// What is asked of bronkeur's own ACM, and of no other issuer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Control {
    /// Close introspection. It opens again by itself after a few seconds.
    Close,
    /// Open it.
    Open,
    /// How often the source asked about the token behind a credential.
    Seen(Auth),
    /// Whether it refused the source when that asked about a token, for want of the right id and secret.
    Refused,
}

/// A call to the issuer (ACM).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IssuerCall {
    /// The discovery document.
    Discovery,
    /// A token request.
    Token(Grant),
    /// Introspection (RFC 7662) of the token behind a credential, with the source's own client.
    Introspection(Auth),
    /// A call to the control endpoint of our own ACM.
    Control(Control),
    /// No call: the wait until the token of [`Grant::ToExpire`] has expired for [`EXPIRY_MARGIN`].
    Expiry,
}

/// How long a token must have expired before its acceptance counts in full (SEC-04), in seconds: clocks differ, and a
/// source may remember what introspection said.
pub const EXPIRY_MARGIN: u64 = 300;
