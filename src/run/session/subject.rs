//! What a run must be told by the kind of its subject: what verdicts may depend on, and what the transport needs.

use url::Url;

use super::{file_name, trimmed};
use crate::base::input::Diagnostics;
use crate::base::text::Text;
use crate::catalogue::{Catalogue, SubjectKind};
use crate::evidence::setup::{ApplicationSetup, Declares, MbpSetup, SourceSetup, SubjectSetup};
use crate::evidence::vault::Vault;
use crate::profile::{
    ClientCertificate, OpenApiLocation, Pem, Resolved, ResolvedApplication, ResolvedSource, ResolvedSubject,
};
use crate::text;
use crate::transport::Settings;

/// How many calls go to an application at once, beside the visits, which come one after the other.
const CONCURRENCY: usize = 24;

impl Resolved {
    /// What kind of subject it names.
    pub fn kind(&self) -> SubjectKind {
        match self.subject {
            ResolvedSubject::Source(_) => SubjectKind::Source,
            ResolvedSubject::Application(_) => SubjectKind::Application,
        }
    }
}

/// Whether a profile is of the kind that a set of requirements is about.
///
/// # Errors
/// That it is not, in words.
pub fn of_one_kind(kind: SubjectKind, catalogue: &Catalogue) -> Result<(), Diagnostics> {
    // A set of a kind that has no form in a profile goes by its address.
    if kind == catalogue.kind || catalogue.kind == SubjectKind::Website {
        return Ok(());
    }
    let set = catalogue.sets.last().map(|set| set.name.clone()).unwrap_or_default();
    let (Text { nl: own_nl, en: own_en }, Text { nl, en }) = (word(kind), word(catalogue.kind));
    Err(Diagnostics::one(
        "profile",
        text!(
            "dit profiel is er een van {own_nl}, en de eisen van `{set}` gaan over {nl}",
            "this profile is that of {own_en}, and the requirements of `{set}` are about {en}"
        ),
        text!(
            "laat --spec weg: het profiel kiest zelf de eisen van zijn soort; of noem een profiel van {nl}",
            "leave out --spec: the profile chooses the requirements of its kind itself; or name a profile of {en}"
        ),
    ))
}

/// A kind, for people.
fn word(kind: SubjectKind) -> Text {
    match kind {
        SubjectKind::Source => text!("een bron", "a source"),
        SubjectKind::Application => text!("een toepassing", "an application"),
        SubjectKind::Website => text!("een website", "a website"),
    }
}

/// The texts of a subject that every report shows, by their key.
pub(super) fn texts(profile: &Resolved) -> Vec<(&'static str, &str)> {
    match &profile.subject {
        ResolvedSubject::Source(source) => {
            let mut texts = vec![
                ("source.name", source.name.as_str()),
                ("source.base_url", source.base_url.as_str()),
                ("source.public_url", source.public_url.as_str()),
            ];
            texts.extend(source.origins.iter().map(|origin| ("source.origins", origin.as_str())));
            if let Some(OpenApiLocation::Url(url)) = &source.openapi {
                texts.push(("source.openapi", url.as_str()));
            }
            texts
        }
        ResolvedSubject::Application(own) => {
            let mut texts = vec![
                ("application.name", own.name.as_str()),
                ("application.mbp.client_id", own.mbp.client_id.as_str()),
                ("application.mbp.base_url", own.mbp.base_url.as_str()),
            ];
            texts.extend(own.start_url.iter().map(|url| ("application.start_url", url.as_str())));
            texts.extend(own.hand_over_urls.iter().map(|url| ("application.hand_over_urls", url.as_str())));
            texts.extend(own.logout_url.iter().map(|url| ("application.logout_url", url.as_str())));
            texts.extend(own.origins.iter().map(|url| ("application.origins", url.as_str())));
            texts
        }
    }
}

/// Further origins that the owner vouches for.
pub(super) fn origins(profile: &Resolved) -> &[Url] {
    match &profile.subject {
        ResolvedSubject::Source(source) => &source.origins,
        ResolvedSubject::Application(application) => &application.origins,
    }
}

/// The file with certificate authorities of the subject, as the profile names it.
pub(super) fn ca_file(profile: &Resolved) -> Option<&String> {
    match &profile.subject {
        ResolvedSubject::Source(source) => source.ca_file.as_ref(),
        ResolvedSubject::Application(application) => application.ca_file.as_ref(),
    }
}

/// How many calls there are at once.
pub(super) fn concurrency(profile: &Resolved) -> usize {
    profile.source().map_or(CONCURRENCY, |source| source.concurrency.max(1))
}

/// What verdicts may depend on. `entry_path` is that of the catalogue of a source.
pub(super) fn setup(profile: &Resolved, entry_path: &str, vault: &Vault) -> SubjectSetup {
    match &profile.subject {
        ResolvedSubject::Source(source) => SubjectSetup::Source(Box::new(of_source(source, entry_path))),
        ResolvedSubject::Application(application) => {
            let stand_in = profile.acm.as_ref().is_some_and(|acm| acm.stand_in);
            SubjectSetup::Application(Box::new(of_application(application, stand_in, vault)))
        }
    }
}

fn of_source(source: &ResolvedSource, entry_path: &str) -> SourceSetup {
    SourceSetup {
        public_url: (source.public_url != source.base_url).then(|| trimmed(source.public_url.as_str())),
        entry_path: entry_path.to_owned(),
        openapi: source.openapi.as_ref().map(|location| match location {
            OpenApiLocation::File(path) => file_name(path),
            OpenApiLocation::Url(url) => url.to_string(),
        }),
        declares: Declares {
            one_page: source.declares.one_page,
            no_documents: source.declares.no_documents,
            everyone_has_certificates: source.declares.everyone_has_certificates,
        },
        previous: None,
    }
}

fn of_application(application: &ResolvedApplication, stand_in: bool, vault: &Vault) -> ApplicationSetup {
    // Whatever people write into a URL, no report holds a national number.
    let shown = |url: &Url| vault.mask_text(url.as_str());
    ApplicationSetup {
        start_url: application.start_url.as_ref().map(shown),
        hand_over_urls: application.hand_over_urls.iter().map(shown).collect(),
        logout_url: application.logout_url.as_ref().map(shown),
        mbp: MbpSetup {
            client_id: application.mbp.client_id.clone(),
            base_url: trimmed(application.mbp.base_url.as_str()),
        },
        stand_in,
        follows: application.follows,
        hands_in: application.hands_in,
    }
}

/// What the transport needs of the subject.
pub(super) fn settings(profile: &Resolved, settings: &mut Settings) {
    settings.origins = origins(profile).iter().map(Url::origin).collect();
    match &profile.subject {
        ResolvedSubject::Source(source) => {
            settings.public_url = (source.public_url != source.base_url).then(|| source.public_url.clone());
            settings.ca_pem = pem(source.ca_bundle.as_ref());
            settings.identity_pem = source.client_certificate.as_ref().map(ClientCertificate::pem);
            settings.timeout = source.timeout;
            settings.rate = source.rate;
            settings.proxy.clone_from(&source.proxy);
            settings.http_port = source.http_port;
            match &source.openapi {
                Some(OpenApiLocation::Url(url)) => settings.openapi = Some(url.clone()),
                Some(OpenApiLocation::File(path)) => settings.openapi_file = Some(path.clone()),
                None => {}
            }
        }
        ResolvedSubject::Application(own) => {
            settings.ca_pem = pem(own.ca_bundle.as_ref());
            settings.identity_pem = own.client_certificate.as_ref().map(ClientCertificate::pem);
            settings.timeout = own.timeout;
            settings.proxy.clone_from(&own.proxy);
            // Its pages stand in the setup: they hold nothing that a report may not show.
        }
    }
}

/// The certificates of a profile, as the transport takes them.
pub(super) fn pem(pem: Option<&Pem>) -> Vec<Vec<u8>> {
    pem.iter().map(|pem| pem.0.clone().into_bytes()).collect()
}
