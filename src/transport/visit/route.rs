//! Where a browser may go in a visit: to the application and to ACM, and to nobody else. At MBP it is stopped.

use url::{Host, Origin, Url};

use crate::evidence::setup::ApplicationSetup;

/// Whose address it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whose {
    /// The application's own, or one that its owner vouches for.
    Application,
    /// ACM's.
    Acm,
    /// MBP's: nothing is ever sent there.
    Mbp,
    /// Somebody else's, or no address of the web.
    Foreign,
}

/// The addresses of a visit.
#[derive(Debug)]
pub(super) struct Routes {
    own: Vec<Origin>,
    issuer: Option<Origin>,
    /// Where ACM lets citizens log in.
    authorization: Option<Url>,
    mbp: Option<Url>,
}

impl Routes {
    /// Those of an application; `further`: what the profile vouches for besides.
    pub(super) fn of(
        application: &ApplicationSetup,
        further: impl IntoIterator<Item = Origin>,
        issuer: Option<&Url>,
        authorization: Option<Url>,
    ) -> Self {
        let pages = application.start_url.iter().chain(&application.hand_over_urls).chain(&application.logout_url);
        let pages = pages.filter_map(|url| Url::parse(url).ok()).map(|url| url.origin());
        let mbp = Url::parse(&application.mbp.base_url).ok();
        let is_mbp = |origin: &Origin| mbp.as_ref().is_some_and(|mbp| mbp.origin() == *origin);
        let own = pages.chain(further).filter(|origin| origin.is_tuple() && !is_mbp(origin)).collect();
        Self { own, issuer: issuer.map(Url::origin).filter(Origin::is_tuple), authorization, mbp }
    }

    /// Whose address that is. A browser goes nowhere but to an origin that was named to us, in its own scheme and at its
    /// own port: neither to a file nor to another service of this machine, nor to what a cloud tells its machines.
    pub(super) fn whose(&self, url: &Url) -> Whose {
        let is_web = matches!(url.scheme(), "http" | "https");
        let has_user = !url.username().is_empty() || url.password().is_some();
        let origin = url.origin();
        match () {
            () if !is_web => Whose::Foreign,
            () if self.is_mbp(url) => Whose::Mbp,
            () if has_user => Whose::Foreign,
            () if self.own.contains(&origin) => Whose::Application,
            () if self.issuer.as_ref() == Some(&origin) => Whose::Acm,
            () => Whose::Foreign,
        }
    }

    /// MBP's origin, or its host in another scheme or at another port, where nobody else has that host: an application
    /// that goes there meant MBP.
    fn is_mbp(&self, url: &Url) -> bool {
        let Some(mbp) = &self.mbp else { return false };
        let is_taken = self.own.iter().chain(&self.issuer).any(|origin| match origin {
            Origin::Tuple(_, host, _) => url.host().is_some_and(|own| own.to_owned() == *host),
            Origin::Opaque(_) => false,
        });
        mbp.origin() == url.origin() || (mbp.host() == url.host() && !is_taken)
    }

    /// Whether that is MBP itself, in its own scheme and at its own port, and what goes there can be read by nobody else.
    pub(super) fn is_mbp_itself(&self, url: &Url) -> bool {
        let has_user = !url.username().is_empty() || url.password().is_some();
        let is_safe = url.scheme() == "https" || is_loopback(url);
        is_safe && !has_user && self.mbp.as_ref().is_some_and(|mbp| mbp.origin() == url.origin())
    }

    /// MBP's token API. Its path stands in an older version of the portal's page about SSO alone.
    pub(super) fn token_api(&self) -> Option<Url> {
        let mut url = self.mbp.clone()?;
        url.path_segments_mut().ok()?.pop_if_empty().extend(["auth", "v1", "token"]);
        Some(url).filter(|url| self.is_mbp_itself(url))
    }

    /// The host of MBP as it stands in a URL, with its port.
    pub(super) fn mbp_authority(&self) -> Option<String> {
        let mbp = self.mbp.as_ref()?;
        let host = mbp.host_str()?;
        Some(mbp.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
    }

    /// Whether a URL is the one at which ACM is asked to log a citizen in.
    pub(super) fn is_authorization(&self, url: &Url) -> bool {
        let same = |own: &Url| own.origin() == url.origin() && own.path() == url.path();
        self.whose(url) == Whose::Acm && self.authorization.as_ref().is_some_and(same)
    }
}

/// Whether what is sent there does not leave this machine.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::setup::MbpSetup;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    fn application(start: &str, mbp: &str) -> ApplicationSetup {
        ApplicationSetup {
            start_url: Some(start.to_owned()),
            mbp: MbpSetup { client_id: "mbp".to_owned(), base_url: mbp.to_owned() },
            ..ApplicationSetup::default()
        }
    }

    #[test]
    fn a_browser_goes_to_the_application_and_to_acm_and_nowhere_else() {
        let issuer = url("https://acm.example/op");
        let routes = Routes::of(
            &application("https://app.example/start", "https://mbp.example/"),
            [url("https://cdn.app.example").origin(), url("data:,x").origin()],
            Some(&issuer),
            Some(url("https://acm.example/op/v1/auth")),
        );
        for (text, whose) in [
            ("https://app.example/any?x=1", Whose::Application),
            ("https://cdn.app.example/", Whose::Application),
            ("https://acm.example/anything", Whose::Acm),
            ("https://mbp.example/?token=1", Whose::Mbp),
            ("http://mbp.example/?token=1", Whose::Mbp),
            ("https://mbp.example:8443/", Whose::Mbp),
            ("https://user@mbp.example/", Whose::Mbp),
            ("https://mbp.example@evil.example/", Whose::Foreign),
            ("https://mbp.example.evil.example/", Whose::Foreign),
            ("http://app.example/", Whose::Foreign),
            ("https://app.example:444/", Whose::Foreign),
            ("https://an:secret@app.example/", Whose::Foreign),
            ("http://169.254.169.254/latest/meta-data/", Whose::Foreign),
            ("http://127.0.0.1:1/", Whose::Foreign),
            ("file:///etc/passwd", Whose::Foreign),
            ("data:text/html,x", Whose::Foreign),
            ("javascript:alert(1)", Whose::Foreign),
        ] {
            assert_eq!(routes.whose(&url(text)), whose, "{text}");
        }
        assert!(routes.is_authorization(&url("https://acm.example/op/v1/auth?client_id=a")));
        for other in ["https://acm.example/op/v1/other", "https://app.example/op/v1/auth"] {
            assert!(!routes.is_authorization(&url(other)), "{other}");
        }
    }

    #[test]
    fn on_one_machine_the_port_tells_them_apart() {
        let issuer = url("http://127.0.0.1:8443/op");
        let application = application("http://127.0.0.1:3000/", "http://127.0.0.1:8444");
        let routes = Routes::of(&application, [], Some(&issuer), None);
        for (port, whose) in [(3000, Whose::Application), (8443, Whose::Acm), (8444, Whose::Mbp), (22, Whose::Foreign)]
        {
            assert_eq!(routes.whose(&url(&format!("http://127.0.0.1:{port}/x"))), whose, "{port}");
        }
        assert_eq!(routes.mbp_authority().as_deref(), Some("127.0.0.1:8444"));
    }
}
