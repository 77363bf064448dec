//! Requests, by name, and what came of them. A [`Request`] is its own key: two checks that ask the same thing share
//! one exchange. It names citizens and credentials and never holds them.

mod body;
mod citizen;
mod earlier;
mod issuer;
mod origin;
mod request;
mod response;
mod shortened;
mod trouble;
mod view;
pub mod visit;

use serde::{Deserialize, Serialize};

use crate::base::text::Text;

pub use body::Json;
pub use citizen::{Citizen, Malformed};
pub use earlier::{Earlier, MOST_EARLIER};
pub use issuer::{Control, EXPIRY_MARGIN, Grant, IssuerCall};
pub use origin::{Mbp, PROD_ISSUER, PROD_MBP, TNI_ISSUER, TNI_MBP, environment, is_acm, mbp_of};
pub use request::{Accept, Auth, Edit, Kind, Part, Phase, Replacement, Request, Target, Tls, Variation};
pub use response::{
    Content, Document, Facts, Failure, FailureKind, OwnOpenApi, Response, SniffedType, TlsFacts, is_html,
    is_unavailable,
};
pub use shortened::{beginning_of, shortened};
pub use trouble::Trouble;
pub use view::View;
pub use visit::Visit;

/// The environment of runs whose tokens came from our own ACM: at best a partial judgement.
pub const STAND_IN_ACM: &str = "bronkeur-acm";

/// The environment of runs whose issuer bore ACM's name and was not ACM: at best a partial judgement.
pub const NOT_ACM: &str = "not-acm";

/// Under which name the discovery document of our own ACM gives its control endpoint.
pub const CONTROL_ENDPOINT: &str = "bronkeur_control";

/// What was sent, masked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    /// The method (RFC 9110).
    pub method: String,
    /// The URL.
    pub url: String,
    /// The headers, in the order sent.
    pub headers: Vec<(String, String)>,
    /// The form of a request to the issuer, masked; a source is never sent a body.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub form: Vec<(String, String)>,
}

/// One request and what came of it.
#[derive(Debug, Serialize, Deserialize)]
pub struct Exchange {
    /// The key.
    pub request: Request,
    /// What was sent.
    pub sent: Sent,
    /// Milliseconds since the start of the run when it was sent; where it was sent again, the last time.
    pub at_ms: u64,
    /// How long the answer took, in milliseconds.
    pub ms: u64,
    /// How the credential was made, for the evidence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential: Option<Text>,
    /// What came each time before, where it was sent again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<Earlier>,
    /// The answer, or why none came.
    pub result: Result<Response, Failure>,
}

impl Exchange {
    /// Milliseconds since the start of the run when the answer was there.
    pub fn answered_ms(&self) -> u64 {
        self.at_ms.saturating_add(self.ms)
    }

    /// Whether anything left this machine.
    pub fn was_sent(&self) -> bool {
        let waited = self.request.target == Target::Issuer(IssuerCall::Expiry);
        !waited && self.result.as_ref().err().is_none_or(|failure| failure.kind.was_sent())
    }
}

/// The URL of the entry resource. The number is the raw one where a request is sent, its surrogate where it is named.
pub(crate) fn entry_url(base_url: &str, entry_path: &str, insz: &str, query: &[(String, String)]) -> String {
    let mut url = format!("{}/{}", base_url.trim_end_matches('/'), entry_path.replace("{insz}", insz));
    for (position, (name, value)) in query.iter().enumerate() {
        url.push(if position == 0 { '?' } else { '&' });
        url.push_str(name);
        url.push('=');
        url.push_str(value);
    }
    url
}
