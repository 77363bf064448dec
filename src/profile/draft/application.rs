//! The part of a new profile that an application has in the place of a source.

use super::{Draft, DraftAcm, Page, client, quoted};
use crate::base::text::Text;
use crate::text;

/// What is known of an application when its profile is begun.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DraftApplication {
    /// The page where people start.
    pub start_url: Option<String>,
    /// The pages that hand over to MBP.
    pub hand_over_urls: Vec<String>,
    /// The page that logs out.
    pub logout_url: Option<String>,
    /// MBP's client-id and base URL, where the environment does not say them.
    pub mbp: Option<(String, String)>,
}

impl Draft {
    pub(super) fn application(&self, page: &mut Page, own: &DraftApplication) {
        page.line("application:");
        // Without a key of its own the section would be nothing at all.
        let name = self.name.as_deref().unwrap_or("application");
        page.key("  name", &quoted(name), &text!("in de rapporten", "in the reports"));
        let why = text!(
            "waar iemand begint en zich aanmeldt; zonder: enkel de eigen credentials",
            "where people start and log in; without it: only its own credentials"
        );
        page.set("  start_url", own.start_url.as_ref().map(|url| quoted(url)), "\"https://…\"", &why);
        let pages: Vec<String> = own.hand_over_urls.iter().map(|url| quoted(url)).collect();
        let pages = (!pages.is_empty()).then(|| format!("[{}]", pages.join(", ")));
        let why = text!("de pagina's die naar MBP doorgeven", "the pages that hand over to MBP");
        page.set("  hand_over_urls", pages, "[\"https://…\"]", &why);
        let why = text!("de pagina die afmeldt", "the page that logs out");
        page.set("  logout_url", own.logout_url.as_ref().map(|url| quoted(url)), "\"https://…\"", &why);
        let mbp = own.mbp.as_ref();
        let mbp = mbp.map(|(id, url)| format!("{{ client_id: {}, base_url: {} }}", quoted(id), quoted(url)));
        let why = text!("bij tni en prod zijn die bekend", "known for tni and prod");
        page.set("  mbp", mbp, "{ client_id: \"…\", base_url: \"https://…\" }", &why);
        let bundle = self.ca_bundle.as_ref().map(|file| quoted(file));
        let why = text!("als een eigen CA het certificaat tekende", "where a CA of your own signed the certificate");
        page.set("  ca_bundle", bundle, "my-ca.pem", &why);
    }

    pub(super) fn acm_of_application(&self, page: &mut Page, acm: &DraftAcm) {
        page.line("acm:");
        let which = text!("tni | prod | de URL van een uitgever", "tni | prod | the URL of an issuer");
        page.key("  environment", &quoted(&acm.environment), &which);
        if acm.stand_in {
            let why = text!("de ACM van `bronkeur acm --mbp`", "the ACM of `bronkeur acm --mbp`");
            page.key("  stand_in", "true", &why);
        }
        if let Some(bundle) = &acm.ca_bundle {
            page.key("  ca_bundle", &quoted(bundle), &Text::default());
        }
        let why = text!("de client van de toepassing zelf", "the client of the application itself");
        page.key("  client", &client(&acm.client), &why);
        let why = text!(
            "de scopes van het token voor MBP, met spaties ertussen",
            "the scopes of the token for MBP, separated by spaces"
        );
        page.set("  scope", acm.scope.as_ref().map(|scope| quoted(scope)), "profile rrn", &why);
        self.production(page, acm);
    }
}
