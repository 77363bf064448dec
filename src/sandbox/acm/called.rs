//! What was asked of the ACM, for whoever watches it: the call, the client that it names, and what came of it. Never a
//! token or a secret.

use std::fmt;
use std::sync::Arc;

use crate::base::insz;
use crate::base::text::{Text, shown};
use crate::sandbox::acm::Form;
use crate::sandbox::acm::clients::Clients;
use crate::sandbox::answer::Inbound;
use crate::text;

/// What a client proved of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sandbox) enum Known {
    /// It is the client that it names.
    Yes,
    /// There is such a client, and the secret or key is not its own.
    WrongSecret,
    /// There is no such client.
    No,
}

/// A call to the ACM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Called {
    method: String,
    path: String,
    client: Option<(String, Known)>,
    /// Bronkeur asks with the client of the source.
    in_its_name: bool,
    status: u16,
    error: Option<String>,
}

impl Called {
    pub(in crate::sandbox) fn new(
        request: &Inbound,
        form: Option<&Form>,
        clients: &Clients,
        issuer: &str,
        status: u16,
        error: Option<String>,
    ) -> Self {
        let client = form.and_then(|form| clients.claimed(issuer, request, form));
        let is_source = client.as_ref().is_some_and(|(id, _)| *id == clients.source.id);
        let in_its_name = is_source && is_our_own(request);
        Self { method: request.method.clone(), path: request.path.clone(), client, in_its_name, status, error }
    }

    /// A call to our own MBP, which knows no clients.
    pub(in crate::sandbox) fn at_mbp(request: &Inbound, status: u16, error: Option<String>) -> Self {
        let (method, path) = (request.method.clone(), request.path.clone());
        Self { method, path, client: None, in_its_name: false, status, error }
    }

    /// In one line.
    pub fn in_words(&self) -> Text {
        let (method, path, status) = (shown(&self.method), without_numbers(&shown(&self.path)), self.status);
        let error = self.error.as_ref().map(|error| format!(" {}", shown(error))).unwrap_or_default();
        let Text { nl, en } = match &self.client {
            None => Text::default(),
            Some((id, known)) => {
                let id = shown(id);
                match known {
                    Known::Yes if self.in_its_name => {
                        text!("  bronkeur, als client {id}", "  bronkeur, as client {id}")
                    }
                    Known::Yes => text!("  client {id}", "  client {id}"),
                    Known::WrongSecret => text!("  client {id}: verkeerd geheim", "  client {id}: wrong secret"),
                    // What stands there may be anything, a secret as well.
                    Known::No => text!("  onbekende client-id", "  unknown client-id"),
                }
            }
        };
        text!("{method} {path} -> {status}{error}{nl}", "{method} {path} -> {status}{error}{en}")
    }
}

/// What the `User-Agent` of a check begins with.
const OWN_AGENT: &str = "bronkeur/";

/// Whether bronkeur itself asks, and not the source.
pub(in crate::sandbox) fn is_our_own(request: &Inbound) -> bool {
    request.header("user-agent").is_some_and(|agent| agent.starts_with(OWN_AGENT))
}

/// A path without what could be somebody's number.
pub(in crate::sandbox) fn without_numbers(path: &str) -> String {
    let masked =
        |part: &str| if insz::look_alikes(part.as_bytes()).is_empty() { part.to_owned() } else { "…".to_owned() };
    path.split('/').map(masked).collect::<Vec<_>>().join("/")
}

/// Whoever watches.
#[derive(Clone)]
pub struct Watch(Arc<dyn Fn(&Called) + Send + Sync>);

impl Watch {
    /// Somebody who is told every call.
    pub fn new(tell: impl Fn(&Called) + Send + Sync + 'static) -> Self {
        Self(Arc::new(tell))
    }

    pub(in crate::sandbox) fn tell(&self, called: &Called) {
        (self.0)(called);
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Watch(…)")
    }
}
