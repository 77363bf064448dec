//! An application that hands its users over to MBP, with every reference read.

use std::time::Duration;

use url::Url;

use super::{ClientCertificate, Pem};
use crate::evidence::exchange::PROD_MBP;

/// The application under inspection and how to reach it.
#[derive(Clone, Debug)]
pub struct ResolvedApplication {
    /// Name in the reports.
    pub name: String,
    /// The page where people start; none where only the application's own credentials are tried.
    pub start_url: Option<Url>,
    /// The pages that hand over to MBP.
    pub hand_over_urls: Vec<Url>,
    /// The page that logs out.
    pub logout_url: Option<Url>,
    /// Further origins of the application; no path.
    pub origins: Vec<Url>,
    /// MBP, as the application knows it.
    pub mbp: ResolvedMbp,
    /// http to a host that is not loopback is allowed.
    pub plain_http: bool,
    /// Further certificate authorities.
    pub ca_bundle: Option<Pem>,
    /// The file that holds them, as the profile names it.
    pub ca_file: Option<String>,
    /// The certificate with which we show ourselves.
    pub client_certificate: Option<ClientCertificate>,
    /// Proxy towards the application.
    pub proxy: Option<Url>,
    /// Longest wait for one answer.
    pub timeout: Duration,
    /// A browser may go on to MBP.
    pub follows: bool,
    /// A token of our own may be handed in at MBP.
    pub hands_in: bool,
}

/// MBP, as the application knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResolvedMbp {
    /// Its client-id at ACM.
    pub client_id: String,
    /// Its base URL; no slash at its end.
    pub base_url: Url,
}

impl ResolvedApplication {
    /// An application with defaults for everything but its name and MBP; whoever builds it adds its pages.
    pub fn new(name: &str, mbp: ResolvedMbp) -> Self {
        Self {
            name: name.to_owned(),
            start_url: None,
            hand_over_urls: Vec::new(),
            logout_url: None,
            origins: Vec::new(),
            mbp,
            plain_http: false,
            ca_bundle: None,
            ca_file: None,
            client_certificate: None,
            proxy: None,
            timeout: Duration::from_secs(30),
            follows: false,
            hands_in: false,
        }
    }

    /// The origin of the page where people start; MBP's base URL where there is none.
    pub fn base_url(&self) -> Url {
        let Some(start) = &self.start_url else { return self.mbp.base_url.clone() };
        let mut origin = start.clone();
        origin.set_path("");
        origin.set_query(None);
        origin.set_fragment(None);
        origin
    }

    /// Whether its MBP is that of production.
    pub fn is_in_production(&self) -> bool {
        let production = Url::parse(PROD_MBP.base_url).ok();
        production.is_some_and(|production| production.host() == self.mbp.base_url.host())
    }

    /// Its pages.
    pub fn pages(&self) -> impl Iterator<Item = &Url> {
        self.start_url.iter().chain(&self.hand_over_urls).chain(&self.logout_url)
    }
}
