//! Single questions to issuer and source, for the commands that judge nothing: `doctor` and `token`.

use std::sync::Arc;

use secrecy::SecretString;

use super::Session;
use crate::evidence::exchange::{Auth, Citizen, Exchange, Request};
use crate::evidence::recording::Recording;
use crate::evidence::vault::Vault;
use crate::transport::Transport;

/// A run without a catalogue: what is asked is sent, after what it needs, and recorded.
pub struct Inquiry {
    recording: Recording,
    transport: Arc<Transport>,
    vault: Arc<Vault>,
}

impl Session {
    /// Asks single questions instead of running the catalogue.
    pub fn inquire(self) -> Inquiry {
        let recording = Recording::new(self.setup, self.started, self.seed);
        Inquiry { recording, transport: self.transport, vault: self.vault }
    }
}

impl Inquiry {
    /// Sends a request, after what it needs, and records what comes of each. What was asked before is not sent again.
    pub async fn ask(&mut self, request: Request) -> Option<&Exchange> {
        let mut open = vec![request.clone()];
        while let Some(next) = open.last().cloned() {
            let needs = self.recording.setup.needs(&next).into_iter();
            let missing: Vec<Request> = needs.filter(|need| self.recording.get(need).is_none()).collect();
            if !missing.is_empty() {
                open.extend(missing);
                continue;
            }
            open.pop();
            if self.recording.get(&next).is_none() {
                let exchange = Arc::clone(&self.transport).send(next).await;
                self.recording.add(exchange);
            }
        }
        self.recording.marks = self.vault.marks();
        self.recording.get(&request)
    }

    /// What came so far, masked.
    pub fn recording(&self) -> &Recording {
        &self.recording
    }

    /// What must not stand in any output.
    pub fn vault(&self) -> &Vault {
        &self.vault
    }

    /// The token behind a credential, with what it takes to have one; none where there is none.
    pub async fn credential(&mut self, auth: Auth) -> Option<SecretString> {
        let call = Request::entry(Citizen::Subject).auth(auth);
        for need in self.recording.setup.needs(&call) {
            self.ask(need).await;
        }
        let token = self.transport.presented(auth);
        self.recording.marks = self.vault.marks();
        token
    }

    /// The national number of a citizen of the profile, and that of nobody.
    pub fn number(&self, citizen: Citizen) -> Option<SecretString> {
        self.vault.number(citizen)
    }

    /// The token that the issuer gave for a credential; none where it gave none or was not asked.
    pub fn token(&self, auth: Auth) -> Option<SecretString> {
        self.vault.token(self.recording.setup.grant(auth)?)
    }
}
