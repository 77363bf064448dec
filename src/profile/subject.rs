//! The source, and the bounds of a run, as a profile says it.

use serde::{Deserialize, Serialize};
use url::Url;

use super::{Reference, ResolvedSource, validate};
use crate::base::text::Text;

/// The source under inspection and how to reach it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Name in the reports; without one the host of `base_url`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// URL up to and including the version.
    pub base_url: String,
    /// What the links of the source carry, where it differs; they are asked at `base_url` instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_url: Option<String>,
    /// Further origins that the owner vouches for.
    #[serde(default)]
    pub origins: Vec<String>,
    /// The source's own OpenAPI document: file or URL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub openapi: Option<String>,
    /// Port on which plain http is tried (URL-04); without one, 80.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http_port: Option<u16>,
    /// Allows http to a host that is not loopback.
    #[serde(default)]
    pub plain_http: bool,
    /// What the owner states where a run cannot show it.
    #[serde(default)]
    pub declares: Declares,
    /// File with further certificate authorities (PEM).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca_bundle: Option<String>,
    /// The certificate with which we show ourselves to the source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_certificate: Option<CertificateFiles>,
    /// URL of the proxy towards the source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proxy: Option<String>,
    /// Longest wait for one answer, in seconds; without one, 30.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<f64>,
    /// Most requests a second; without one, no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<f64>,
    /// Most requests at the same time; without one, 8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub concurrency: Option<usize>,
}

impl Source {
    /// The names under which people may know it: its own, or its address without one; and its URL.
    pub fn names(&self) -> Vec<String> {
        let address = Url::parse(&self.base_url).ok().map(|url| ResolvedSource::new(&url).name);
        self.name.clone().or(address).into_iter().chain([self.base_url.clone()]).collect()
    }
}

/// What the owner states about the source; shown in every report as the owner's statement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Declares {
    /// No citizen ever has more certificates than fit on one page.
    pub one_page: bool,
    /// There are no documents to download.
    pub no_documents: bool,
    /// There is no citizen without certificates.
    pub everyone_has_certificates: bool,
}

/// A client certificate (mutual TLS) as the profile names it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CertificateFiles {
    /// File with the certificate and its chain (PEM).
    pub certificate: String,
    /// The private key (PEM).
    pub key: Reference,
}

/// How much is asked of the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Most certificates whose detail is asked for.
    pub details: usize,
    /// Most documents that are downloaded.
    pub downloads: usize,
    /// Certificates whose detail and document are asked for, spread over the whole list, instead of these two numbers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sample: Option<usize>,
    /// Most pages of one list.
    pub pages: usize,
    /// Most requests of the whole run.
    pub requests: usize,
    /// Longest wait until a token has expired (SEC-04), in seconds; 0: none.
    pub wait_expiry: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { details: 20, downloads: 5, sample: None, pages: 200, requests: 2000, wait_expiry: 0 }
    }
}

/// What is wrong with a URL that is to be a source's `base_url`.
///
/// # Errors
/// What is wrong, and what to do.
pub fn is_base_url(text: &str) -> Result<(), (Text, Text)> {
    validate::url(text, validate::Purpose::Base).map(|_| ())
}
