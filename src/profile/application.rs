//! An application that hands its users over to Mijn Burgerprofiel, as a profile says it.

use serde::{Deserialize, Serialize};
use url::Url;

use super::CertificateFiles;

/// The application under inspection and how to reach it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Application {
    /// Name in the reports; without one the host of `start_url`, or the client-id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The page where people start; without one only the application's own credentials are tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_url: Option<String>,
    /// The pages that hand over to MBP.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hand_over_urls: Vec<String>,
    /// The page that logs out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logout_url: Option<String>,
    /// Further origins of the application, to which a browser follows its redirects.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub origins: Vec<String>,
    /// MBP, as the application knows it; without it that of the environment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mbp: Option<MbpOfProfile>,
    /// File with further certificate authorities (PEM).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca_bundle: Option<String>,
    /// The certificate with which we show ourselves to the application.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_certificate: Option<CertificateFiles>,
    /// URL of the proxy towards the application.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proxy: Option<String>,
    /// Longest wait for one answer, in seconds; without one, 30.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<f64>,
    /// Allows http to a host that is not loopback.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub plain_http: bool,
}

/// MBP as a profile names it; what is left out is that of the environment.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MbpOfProfile {
    /// Its client-id at ACM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// Its base URL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_url: Option<String>,
}

impl Application {
    /// The name that it has where nobody gave it one: the host of its first page, or the client with which it logs in.
    pub(super) fn address(&self, client_id: &str) -> String {
        let url = self.start_url.as_ref().and_then(|url| Url::parse(url).ok());
        let host = url.as_ref().and_then(|url| Some((url.host_str()?, url.port())));
        match host {
            Some((host, Some(port))) => format!("{host}:{port}"),
            Some((host, None)) => host.to_owned(),
            None => client_id.to_owned(),
        }
    }

    /// Its pages, by their place in the profile.
    pub(super) fn pages(&self) -> impl Iterator<Item = (String, &String)> {
        let start = self.start_url.iter().map(|url| ("application.start_url".to_owned(), url));
        let hand_over = self.hand_over_urls.iter().enumerate();
        let hand_over = hand_over.map(|(n, url)| (format!("application.hand_over_urls[{n}]"), url));
        let logout = self.logout_url.iter().map(|url| ("application.logout_url".to_owned(), url));
        start.chain(hand_over).chain(logout)
    }
}
