//! Follows the references of an application, and fills in what is the same for every one of them.

use std::time::Duration;

use crate::evidence::exchange::{PROD_MBP, TNI_MBP, mbp_of};
use crate::profile::reference::Reader;
use crate::profile::resolve::{certificate, given, pem};
use crate::profile::resolved::{ResolvedApplication, ResolvedMbp};
use crate::profile::validate::{Purpose, issuer, url};
use crate::profile::{Acm, Actor, Application, MbpOfProfile, Profile};

/// What an application asks for at ACM, by the documents.
const SCOPE: &str = "profile rrn";

impl Profile {
    /// How tokens are asked for, with what the kind of subject decides where nothing is said: an application asks for MBP's
    /// audience, with the scopes of the documents, in its own name for the citizen.
    pub(in crate::profile) fn acm_in_full(&self) -> Option<Acm> {
        let mut acm = self.acm.clone()?;
        let Some(application) = &self.application else { return Some(acm) };
        let mbp = application.mbp_in_full(&acm.environment);
        if acm.resource.is_none() {
            acm.audience = acm.audience.or(mbp.client_id);
        }
        acm.scope = acm.scope.or_else(|| Some(SCOPE.to_owned()));
        acm.actor = acm.actor.or(Some(Actor::ClientCredentials));
        acm.other_audience = acm.other_audience.or_else(|| other_mbp(&acm.environment, acm.audience.as_deref()));
        Some(acm)
    }
}

/// The client-id of MBP in ACM's other environment; none beside any other issuer.
fn other_mbp(environment: &str, audience: Option<&str>) -> Option<String> {
    let other = if mbp_of(environment)? == TNI_MBP { PROD_MBP } else { TNI_MBP };
    (audience != Some(other.client_id)).then(|| other.client_id.to_owned())
}

impl Application {
    /// MBP, as it is named or by the environment; a part that neither gives is left out.
    pub(in crate::profile) fn mbp_in_full(&self, environment: &str) -> MbpOfProfile {
        let own = self.mbp.clone().unwrap_or_default();
        let usual = mbp_of(issuer(environment));
        MbpOfProfile {
            client_id: own.client_id.or_else(|| usual.map(|mbp| mbp.client_id.to_owned())),
            base_url: own.base_url.or_else(|| usual.map(|mbp| mbp.base_url.to_owned())),
        }
    }
}

pub(super) fn application(
    reader: &mut Reader<'_>,
    profile: &Application,
    acm: Option<&Acm>,
) -> Option<ResolvedApplication> {
    let ca_bundle = pem(reader, "application.ca_bundle", profile.ca_bundle.as_ref());
    let client_certificate = certificate(reader, "application.client_certificate", profile.client_certificate.as_ref());
    let acm = acm?;
    let mbp = profile.mbp_in_full(&acm.environment);
    let mbp = ResolvedMbp { client_id: mbp.client_id?, base_url: url(&mbp.base_url?, Purpose::Base).ok()? };
    let name = profile.name.clone().unwrap_or_else(|| profile.address(&acm.client.id));
    let page = |text: &String| given(Some(text), Purpose::Document);
    let defaults = ResolvedApplication::new(&name, mbp);
    Some(ResolvedApplication {
        start_url: profile.start_url.as_ref().and_then(page),
        hand_over_urls: profile.hand_over_urls.iter().filter_map(page).collect(),
        logout_url: profile.logout_url.as_ref().and_then(page),
        origins: profile.origins.iter().filter_map(|origin| given(Some(origin), Purpose::Origin)).collect(),
        plain_http: profile.plain_http,
        ca_bundle,
        ca_file: profile.ca_bundle.clone(),
        client_certificate,
        proxy: given(profile.proxy.as_ref(), Purpose::Proxy),
        // The schema allows no more than an hour; code may have set anything.
        timeout: profile.timeout.and_then(|s| Duration::try_from_secs_f64(s).ok()).unwrap_or(defaults.timeout),
        ..defaults
    })
}
