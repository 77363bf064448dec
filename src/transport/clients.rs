//! The HTTP clients: one for the source, one for the issuer, and one for each browser of a visit. None follows a redirect,
//! reads the environment's proxies or unpacks a body; only browsers keep cookies.

use std::sync::Arc;
use std::time::Duration;

use reqwest::cookie::CookieStore;
use reqwest::{Certificate, ClientBuilder, Identity, NoProxy, Proxy, redirect};
use secrecy::{ExposeSecret as _, SecretString};

use super::encryption::system;
use super::settings::{Settings, SettingsError};
use super::words;

/// The header list of one answer, in bytes, over HTTP/2. Over HTTP/1 hyper has bounds of its own (100 headers).
const HEADER_LIST: u32 = 64 * 1024;

/// An idle connection is not used after this: common servers close theirs after 5 seconds, and a request that meets a
/// closing connection would look like a fault of the source.
const IDLE: Duration = Duration::from_secs(3);

/// No bound on the connections that are kept; with 0 of them every call has a new one.
pub(super) const KEPT: usize = usize::MAX;

/// The client for the source. It keeps so many idle connections.
pub(super) fn source(settings: &Settings, kept: usize) -> Result<reqwest::Client, SettingsError> {
    let certificates = certificates(&settings.ca_pem, "source")?;
    let identity = identity(settings.identity_pem.as_ref(), "source")?;
    build("source", certificates, plain(settings, kept), identity, proxy(settings)?)
}

/// The client for the issuer, alike. An issuer on loopback (our own ACM) is never behind the proxy.
pub(super) fn issuer(settings: &Settings, kept: usize) -> Result<reqwest::Client, SettingsError> {
    let certificates = certificates(&settings.acm_ca_pem, "issuer")?;
    let loopback = NoProxy::from_string("localhost,127.0.0.0/8,::1");
    let proxy = proxy(settings)?.map(|proxy| proxy.no_proxy(loopback));
    let identity = identity(settings.acm_identity_pem.as_ref(), "issuer")?;
    build("issuer", certificates, plain(settings, kept), identity, proxy)
}

/// The client of one browser, which goes to the application and to the issuer: it trusts whom the others trust.
pub(super) fn browser<C: CookieStore + 'static>(
    settings: &Settings,
    cookies: Arc<C>,
) -> Result<reqwest::Client, SettingsError> {
    let mut authorities = certificates(&settings.ca_pem, "application")?;
    authorities.extend(certificates(&settings.acm_ca_pem, "issuer")?);
    let loopback = NoProxy::from_string("localhost,127.0.0.0/8,::1");
    let proxy = proxy(settings)?.map(|proxy| proxy.no_proxy(loopback));
    let identity = identity(settings.identity_pem.as_ref(), "application")?;
    // A connection that a server closes at the wrong moment would look like a fault of the application: each page has its own.
    build("application", authorities, plain(settings, 0).cookie_provider(cookies), identity, proxy)
}

fn plain(settings: &Settings, kept: usize) -> ClientBuilder {
    reqwest::Client::builder()
        .redirect(redirect::Policy::none())
        .referer(false)
        .no_proxy()
        // Whatever features are compiled in: every body is judged as it came.
        .no_gzip()
        .no_brotli()
        .no_zstd()
        .no_deflate()
        .connect_timeout(settings.connect_timeout())
        .pool_idle_timeout(IDLE)
        .pool_max_idle_per_host(kept)
        .http2_max_header_list_size(HEADER_LIST)
}

fn build(
    who: &'static str,
    certificates: Vec<Certificate>,
    builder: ClientBuilder,
    identity: Option<Identity>,
    proxy: Option<Proxy>,
) -> Result<reqwest::Client, SettingsError> {
    // Those of the system are read once for all clients, not by each of them. There may be none (a bare container).
    let system = system().iter().filter_map(|certificate| Certificate::from_der(certificate).ok());
    let builder = builder.tls_certs_only(system.chain(certificates));
    let builder = identity.into_iter().fold(builder, ClientBuilder::identity);
    let builder = proxy.into_iter().fold(builder, ClientBuilder::proxy);
    builder.build().map_err(|error| SettingsError::Client(who, words::innermost(&error)))
}

/// The certificate with which we show ourselves.
fn identity(pem: Option<&SecretString>, who: &'static str) -> Result<Option<Identity>, SettingsError> {
    let identity = pem.map(|pem| Identity::from_pem(pem.expose_secret().as_bytes()));
    identity.transpose().map_err(|_| SettingsError::Identity(who))
}

fn certificates(files: &[Vec<u8>], who: &'static str) -> Result<Vec<Certificate>, SettingsError> {
    let mut all = Vec::new();
    for file in files {
        let found = Certificate::from_pem_bundle(file).map_err(|_| SettingsError::CaBundle(who))?;
        if found.is_empty() {
            return Err(SettingsError::CaBundle(who));
        }
        all.extend(found);
    }
    Ok(all)
}

fn proxy(settings: &Settings) -> Result<Option<Proxy>, SettingsError> {
    let url = settings.proxy.as_ref();
    let usable = url.is_none_or(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    if !usable {
        return Err(SettingsError::Proxy);
    }
    url.map(|url| Proxy::all(url.clone())).transpose().map_err(|_| SettingsError::Proxy)
}
