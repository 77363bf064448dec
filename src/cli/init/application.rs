//! What `bronkeur init` knows of an application that hands its users over to MBP.

use clap::Args;

use super::{InitArgs, stand_in};
use crate::base::input::{Diagnostic, Diagnostics};
use crate::profile::{Draft, DraftApplication};
use crate::text;

/// The pages of an application, and its MBP.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "An application (--kind application)")]
pub(super) struct ApplicationFlags {
    /// The page where people start, and get to the login
    #[arg(long, value_name = "URL")]
    pub(super) start_url: Option<String>,
    /// A page that hands over to MBP; several times for several pages
    #[arg(long, value_name = "URL")]
    pub(super) hand_over_url: Vec<String>,
    /// The page that logs out
    #[arg(long, value_name = "URL")]
    pub(super) logout_url: Option<String>,
    /// MBP's client-id, where the issuer is neither tni nor prod
    #[arg(long, value_name = "ID", requires = "mbp_base_url")]
    mbp_client_id: Option<String>,
    /// MBP's base URL, where the issuer is neither tni nor prod
    #[arg(long, value_name = "URL", requires = "mbp_client_id")]
    mbp_base_url: Option<String>,
}

/// A flag that has no meaning for what the profile is of.
fn not_of_this_kind(flag: &str, kind: &str) -> Diagnostic {
    Diagnostic::new(
        "command line",
        text!("hoort niet bij --kind {kind}", "does not go with --kind {kind}"),
        text!("laat {flag} weg, of kies een andere --kind", "leave out {flag}, or choose another --kind"),
    )
    .at(flag)
}

impl ApplicationFlags {
    /// The flags that are given, where the profile is that of a source.
    pub(super) fn of_another_kind(&self) -> Vec<Diagnostic> {
        let given = [
            ("--start-url", self.start_url.is_some()),
            ("--hand-over-url", !self.hand_over_url.is_empty()),
            ("--logout-url", self.logout_url.is_some()),
            ("--mbp-client-id", self.mbp_client_id.is_some()),
        ];
        given.into_iter().filter(|(_, given)| *given).map(|(flag, _)| not_of_this_kind(flag, "source")).collect()
    }

    /// How our own ACM and MBP are told of it.
    pub(super) fn start(&self) -> String {
        let start = self.start_url.iter().map(|url| format!(" --start-url {url}"));
        start.chain(self.hand_over_url.iter().map(|url| format!(" --hand-over-url {url}"))).collect()
    }
}

impl InitArgs {
    /// What the flags and answers make of an application, or everything that is missing.
    pub(super) fn draft_of_application(&self) -> Result<Draft, Diagnostics> {
        let (acm, own) = (&self.acm, &self.application);
        let given = [
            ("--base-url", self.base_url.is_some()),
            ("--audience", acm.audience.is_some()),
            ("--source-secret-env", acm.source_secret_env.is_some()),
            ("--without-acm", acm.without_acm),
        ];
        let mut wrong: Vec<Diagnostic> = given
            .into_iter()
            .filter(|(_, given)| *given)
            .map(|(flag, _)| not_of_this_kind(flag, "application"))
            .collect();
        let stand_in = acm.acm_stand_in;
        if acm.client_id.is_none() && !stand_in {
            wrong.push(Diagnostic::new(
                "command line",
                text!("--client-id ontbreekt", "--client-id is missing"),
                text!(
                    "geef de client-id van de toepassing bij ACM, of start `bronkeur init --kind application` op een terminal",
                    "pass the application's client-id at ACM, or start `bronkeur init --kind application` on a terminal"
                ),
            ));
        }
        Diagnostics(wrong).or(())?;
        let mbp = own.mbp_client_id.clone().zip(own.mbp_base_url.clone());
        Ok(Draft {
            name: self.name.clone(),
            base_url: String::new(),
            application: Some(DraftApplication {
                start_url: own.start_url.clone(),
                hand_over_urls: own.hand_over_url.clone(),
                logout_url: own.logout_url.clone(),
                mbp: if stand_in { Some(stand_in::mbp()) } else { mbp },
            }),
            ca_bundle: self.ca_bundle.clone().or_else(|| stand_in.then(stand_in::authority)),
            acm: Some(if stand_in {
                stand_in::acm_of_application()
            } else {
                acm.draft(acm.client_id.clone().unwrap_or_default(), String::new())
            }),
            production: self.i_may_test_production,
            citizens: if stand_in { stand_in::citizens() } else { self.citizens.draft() },
            tokens: Vec::new(),
        })
    }
}
