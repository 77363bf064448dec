//! TLS below the calls that reqwest does not make: the authorities that are trusted, and a handshake as an exchange.

use std::sync::{Arc, OnceLock};

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use tokio::time::Instant;

use super::http::{Transport, milliseconds};
use super::{tcp, tls};
use crate::evidence::exchange::{
    Content, Exchange, Facts, Failure, FailureKind, Request, Response, Sent, Tls, TlsFacts,
};
use crate::text;

impl Transport {
    /// Makes a handshake with the source. Its facts are the answer.
    pub(super) async fn shake_hands(&self, request: Request, offer: Tls) -> Exchange {
        let base = &self.settings.base_url;
        let mut sent = Sent { method: "TLS".to_owned(), ..Sent::default() };
        // Of a port that is called over plain http nothing is asked but whether it speaks TLS at all.
        let may = base.scheme() == "https" || offer == Tls::Control;
        let (Some(host), Some(port), true) = (base.host_str(), base.port_or_known_default(), may) else {
            let words = text!(
                "de basis-URL is http: er is geen TLS om naar te kijken",
                "the base URL is http: there is no TLS to look at"
            );
            let failure = self.failure(FailureKind::NotConfigured, &words);
            return self.unsent(request, sent, None, failure);
        };
        sent.url = self.vault.mask_text(&format!("https://{host}:{port}"));
        self.wait_for_turn().await;
        let at_ms = milliseconds(self.settings.started.elapsed());
        let start = Instant::now();
        let facts = self.handshake(host, port, offer).await;
        let ms = milliseconds(start.elapsed());
        let result =
            facts.map_err(|failure| self.failure(failure.kind, &failure.detail).with(failure.trouble)).map(|facts| {
                let facts = Facts { tls: Some(facts), complete: true, ..Facts::default() };
                Response::new(0, Vec::new(), Content::Empty, facts)
            });
        Exchange { request, sent, at_ms, ms, credential: None, earlier: Vec::new(), result }
    }

    async fn handshake(&self, host: &str, port: u16, offer: Tls) -> Result<TlsFacts, Failure> {
        // Only this one verifies the certificate.
        let roots = if offer == Tls::Modern { self.roots().await? } else { Arc::new(RootCertStore::empty()) };
        let stream = tcp::connect(host, port, self.settings.proxy.as_ref(), self.settings.connect_timeout()).await?;
        tls::handshake(stream, host, offer, roots, self.settings.timeout).await
    }

    /// The authorities that vouch for the source: those of the system and of the profile, as for every other call.
    ///
    /// # Errors
    /// There are none: then nothing can be said about the source.
    pub(super) async fn roots(&self) -> Result<Arc<RootCertStore>, Failure> {
        let load = || async {
            let files = self.settings.ca_pem.clone();
            // It reads files, many of them on some systems.
            let loaded = tokio::task::spawn_blocking(move || loaded(&files)).await;
            Arc::new(loaded.unwrap_or_else(|_| RootCertStore::empty()))
        };
        let roots = Arc::clone(self.roots.get_or_init(load).await);
        let words = || {
            text!(
                "deze computer kent geen certificaatautoriteiten: noem er een in `source.ca_bundle`",
                "this computer knows no certificate authorities: name one in `source.ca_bundle`"
            )
        };
        if roots.is_empty() { Err(self.failure(FailureKind::NotConfigured, &words())) } else { Ok(roots) }
    }
}

/// The certificates of the authorities that this machine trusts, as far as they can be used. They are read once: on
/// some systems they are hundreds of files.
pub(super) fn system() -> &'static [CertificateDer<'static>] {
    static SYSTEM: OnceLock<Vec<CertificateDer<'static>>> = OnceLock::new();
    SYSTEM.get_or_init(|| {
        let found = rustls_native_certs::load_native_certs();
        let usable = |certificate: &CertificateDer<'_>| RootCertStore::empty().add(certificate.clone()).is_ok();
        found.certs.into_iter().filter(usable).collect()
    })
}

/// The authorities of the system, and those in these PEM files.
fn loaded(files: &[Vec<u8>]) -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(system().iter().cloned());
    for file in files {
        roots.add_parsable_certificates(CertificateDer::pem_slice_iter(file).flatten());
    }
    roots
}
