//! ACM with its login and MBP beside it, in this process: what an application needs to hand its user over, and what the
//! world of a built-in application starts first.

use std::io;

use crate::base::assertion::VerifyingKey;
use crate::sandbox::acm::behaviour::Issuer;
use crate::sandbox::acm::credentials::{ClientCredentials, Credentials};
use crate::sandbox::acm::stand_in::{Kept, LoginOptions, MBP, MbpOptions, StandIn, StandInOptions};
use crate::sandbox::tls::Authority;

/// The scopes that an application asks of a login (SSO-05).
const SCOPE: &str = "profile rrn";

/// How to start ACM and MBP for an application.
#[derive(Clone, Debug)]
pub struct SsoOptions {
    /// TLS, or plain http.
    pub tls: bool,
    /// The application as ACM knows it, and its login.
    pub login: LoginOptions,
    /// How the ACM behaves whatever the visit: trust, grants, scopes.
    pub behaviour: Issuer,
    /// The public keys that the application registered, for `private_key_jwt`.
    pub keys: Vec<VerifyingKey>,
}

impl Default for SsoOptions {
    fn default() -> Self {
        Self { tls: true, login: LoginOptions::default(), behaviour: Issuer::default(), keys: Vec::new() }
    }
}

/// A running ACM and MBP; dropping it stops them.
pub struct SsoIssuer {
    stand_in: StandIn,
    authority: Option<Authority>,
}

impl SsoIssuer {
    /// Starts both on loopback, each on any port, on the current tokio runtime.
    ///
    /// # Errors
    /// Where no port is to be had, or no key can be made.
    pub async fn start(options: SsoOptions) -> io::Result<Self> {
        let SsoOptions { tls, login, behaviour, keys } = options;
        let options = StandInOptions {
            tls,
            port: 0,
            audience: MBP.to_owned(),
            scope: SCOPE.to_owned(),
            resource: String::new(),
            numbers: Vec::new(),
            kept: Kept::default(),
            watch: None,
            login: Some(login),
            mbp: Some(MbpOptions::default()),
        };
        let stand_in = StandIn::behaving(options, behaviour, keys).await?;
        let authority = stand_in.authority().map(|(certificate, key)| Authority::kept(certificate, key)).transpose()?;
        Ok(Self { stand_in, authority })
    }

    /// The issuer, such as `https://127.0.0.1:4711/op`.
    pub fn issuer(&self) -> &str {
        self.stand_in.issuer()
    }

    /// The origin of MBP, without a slash at its end, such as `https://127.0.0.1:4712`.
    pub fn mbp_base_url(&self) -> &str {
        self.stand_in.mbp_base_url().unwrap_or_default()
    }

    /// The client-id of MBP, which is the audience of the token that is handed over.
    pub fn mbp_client_id(&self) -> &str {
        &self.credentials().audience
    }

    /// Id and secret of the application at ACM.
    pub fn client(&self) -> &ClientCredentials {
        &self.credentials().client
    }

    /// All that a profile needs: the clients, the test people and their ready access tokens. The source in it is MBP.
    pub fn credentials(&self) -> &Credentials {
        self.stand_in.credentials()
    }

    /// The certificate authority to trust, as PEM; `None` without TLS.
    pub fn ca_pem(&self) -> Option<&str> {
        self.authority.as_ref().map(|authority| authority.ca_pem.as_str())
    }

    /// A certificate for an application on this machine and its key, both as PEM; `None` without TLS.
    ///
    /// # Errors
    /// Where no key can be made.
    pub fn server_certificate(&self) -> io::Result<Option<(String, String)>> {
        self.authority().map(|authority| authority.server_certificate(None)).transpose()
    }

    /// The authority itself, for what a server of ours needs for its handshakes; `None` without TLS.
    pub(in crate::sandbox) fn authority(&self) -> Option<&Authority> {
        self.authority.as_ref()
    }
}
