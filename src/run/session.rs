//! One run against one subject: from a resolved profile to verdicts and their recording.

mod single_calls;
mod subject;

use std::collections::BTreeMap;
use std::future::Future;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use jiff::Timestamp;
use secrecy::SecretString;

use crate::base::input::{Diagnostic, Diagnostics};
use crate::base::insz;
use crate::catalogue::{Catalogue, Selection};
use crate::evidence::exchange::{Auth, Citizen, STAND_IN_ACM};
use crate::evidence::recording::Recording;
use crate::evidence::setup::{AcmSetup, Authorities, HopSetup, Limits, Person, Setup};
use crate::evidence::snapshot::Baseline;
use crate::evidence::vault::{SecretKind, Vault};
use crate::judging::verdict::Verdict;
use crate::profile::login::TokenFile;
use crate::profile::{Actor, CitizenToken, ClientCertificate, Resolved, ResolvedAcm, ResolvedCitizen, Role, Target};
use crate::run::evaluate::Evaluator;
use crate::run::{self, Bounds, Event};
use crate::text;
use crate::transport::{Settings, SettingsError, Transport};

pub use single_calls::Inquiry;
pub use subject::of_one_kind;

/// Everything that a run needs, before anything is sent.
pub struct Session {
    setup: Setup,
    vault: Arc<Vault>,
    transport: Arc<Transport>,
    bounds: Bounds,
    started: Timestamp,
    clock: Instant,
    seed: u64,
}

/// A run that is over.
pub struct Finished {
    /// What happened.
    pub recording: Recording,
    /// The verdicts, in the order of the catalogue.
    pub verdicts: Vec<Verdict>,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// What must not stand in any output.
    pub vault: Arc<Vault>,
}

impl Session {
    /// Prepares a run. `seed` decides about invented ids and tokens.
    ///
    /// # Errors
    /// A profile of another kind than the catalogue; certificates or keys of it that cannot be used.
    pub fn new(profile: &Resolved, catalogue: &Catalogue, seed: u64) -> Result<Self, Diagnostics> {
        of_one_kind(profile.kind(), catalogue)?;
        let clock = Instant::now();
        let vault = Arc::new(vault_of(profile));
        repeated(profile, &vault).or(())?;
        let path = catalogue.entry.as_ref().map_or("", |entry| entry.path.as_str());
        let setup = setup_of(profile, path, &vault);
        let schemas = Some(catalogue.components());
        let settings = Settings { started: clock, seed, schemas, ..settings_of(profile, setup.clone()) };
        let transport = Transport::new(settings, Arc::clone(&vault)).map_err(|error| unusable(&error))?;
        let transport = Arc::new(transport);
        let bounds =
            Bounds { concurrency: subject::concurrency(profile), requests: profile.limits.requests, started: clock };
        Ok(Self { setup, vault, transport, bounds, started: Timestamp::now(), clock, seed })
    }

    /// The same run, which also says what broke since an earlier report.
    #[must_use]
    pub fn after(mut self, previous: Option<Baseline>) -> Self {
        self.setup.compare_with(previous);
        self
    }

    /// What turns surrogates into marks, for those who watch.
    pub fn vault(&self) -> Arc<Vault> {
        Arc::clone(&self.vault)
    }

    /// Runs the catalogue. When `interrupted` completes, what is judged so far stays and the rest is blocked.
    pub async fn run(
        self,
        catalogue: &Catalogue,
        selection: &Selection,
        interrupted: impl Future<Output = ()>,
        tell: impl FnMut(Event<'_>),
    ) -> Finished {
        let mut recording = Recording::new(self.setup, self.started, self.seed);
        drop(tokio::task::spawn_blocking(self.transport.prepare()));
        let send = |request| Arc::clone(&self.transport).fetch(request);
        let verdicts =
            run::run(Evaluator::new(catalogue), &mut recording, selection, self.bounds, send, interrupted, tell).await;
        self.transport.settled().await;
        recording.marks = self.vault.marks();
        let duration_ms = u64::try_from(self.clock.elapsed().as_millis()).unwrap_or(u64::MAX);
        Finished { recording, verdicts, duration_ms, vault: self.vault }
    }
}

/// A transport for an issuer alone, where there is no source to inspect (`bronkeur login`).
///
/// # Errors
/// Certificates or keys of the profile that cannot be used.
pub fn issuer_alone(acm: ResolvedAcm) -> Result<Arc<Transport>, Diagnostics> {
    let mut profile = Resolved::new(&acm.issuer);
    profile.acm = Some(acm);
    let vault = Arc::new(vault_of(&profile));
    let setup = setup_of(&profile, "", &vault);
    let transport = Transport::new(settings_of(&profile, setup), vault);
    transport.map(Arc::new).map_err(|error| unusable(&error))
}

/// The citizen of a role, as requests name it.
pub fn citizen_of(role: Role) -> Citizen {
    match role {
        Role::Subject => Citizen::Subject,
        Role::Other => Citizen::Other,
        Role::Empty => Citizen::Empty,
    }
}

/// The vault knows every secret of the profile before the first call.
fn vault_of(profile: &Resolved) -> Vault {
    let mut numbers: BTreeMap<Citizen, SecretString> =
        profile.citizens.iter().map(|citizen| (citizen_of(citizen.role), citizen.insz.clone())).collect();
    numbers.insert(Citizen::Nobody, insz::nobody());
    let vault = Vault::new(numbers);
    for secret in profile.acm.iter().flat_map(ResolvedAcm::clients).filter_map(|client| client.auth.secret()) {
        vault.learn(secret, SecretKind::Secret);
    }
    for token in profile.citizens.iter().filter_map(|citizen| citizen.token.as_ref()) {
        match token {
            CitizenToken::Access(token) | CitizenToken::Refresh { token, .. } | CitizenToken::Tx(token) => {
                vault.learn(token, SecretKind::Token);
            }
        }
    }
    for token in ready_tokens(profile).values() {
        vault.learn(token, SecretKind::Token);
    }
    vault
}

/// Where the profile's texts repeat what it refers to, in any encoding: every report shows these.
fn repeated(profile: &Resolved, vault: &Vault) -> Diagnostics {
    let mut texts = subject::texts(profile);
    texts.extend(profile.citizens.iter().map(|citizen| ("citizens[].name", citizen.name.as_str())));
    texts.extend(profile.accept_blocked.values().map(|reason| ("accept_blocked", reason.as_str())));
    if let Some(acm) = &profile.acm {
        let target = match &acm.target {
            Target::Audience(target) | Target::Resource(target) => target,
        };
        texts.extend([("acm.environment", acm.issuer_name.as_str()), ("acm.audience", target.as_str())]);
        let others = [("acm.scope", &acm.scope), ("acm.other_audience", &acm.other_audience)];
        texts.extend(others.into_iter().filter_map(|(place, text)| Some((place, text.as_deref()?))));
        texts.extend(acm.clients().map(|client| ("acm", client.id.as_str())));
        texts.extend(acm.hops.iter().map(|hop| ("acm.hops", hop.audience.as_str())));
    }
    let fault = |(place, _)| {
        let message = text!(
            "bevat een geheim, token of rijksregisternummer waarnaar het profiel verwijst",
            "holds a secret, token or national number that the profile refers to"
        );
        let remedy =
            text!("laat het daar weg: elk rapport toont die tekst", "leave it out there: every report shows it");
        Diagnostic::new("profile", message, remedy).at(place)
    };
    Diagnostics(texts.into_iter().filter(|(_, text)| vault.leaks(text)).map(fault).collect())
}

fn ready_tokens(profile: &Resolved) -> BTreeMap<Auth, SecretString> {
    let tokens = &profile.tokens;
    [
        (Auth::ExpiredToken, &tokens.expired),
        (Auth::OtherAudience, &tokens.other_audience),
        (Auth::WithoutScope, &tokens.without_scope),
        (Auth::WithoutCitizen, &tokens.without_citizen),
    ]
    .into_iter()
    .filter_map(|(auth, token)| token.clone().map(|token| (auth, token)))
    .collect()
}

fn setup_of(profile: &Resolved, entry_path: &str, vault: &Vault) -> Setup {
    let citizens = profile.citizens.iter().map(|citizen| {
        let role = citizen_of(citizen.role);
        let insz = vault.surrogate(role).unwrap_or_default();
        let ready_token = matches!(citizen.token, Some(CitizenToken::Tx(_)));
        let refreshes = matches!(citizen.token, Some(CitizenToken::Refresh { .. }));
        (role, Person { name: vault.mask_text(&citizen.name), insz, ready_token, refreshes })
    });
    Setup {
        // Whatever people write into a name, no report holds a national number.
        name: vault.mask_text(profile.name()),
        base_url: trimmed(profile.base_url().as_str()),
        origins: subject::origins(profile).iter().map(|origin| trimmed(origin.as_str())).collect(),
        environment: environment_of(profile),
        citizens: citizens.collect(),
        acm: profile.acm.as_ref().map(acm_setup),
        ready: ready_tokens(profile).into_keys().collect(),
        limits: Limits {
            details: profile.limits.details,
            downloads: profile.limits.downloads,
            sample: profile.limits.sample,
            pages: profile.limits.pages as u64,
            requests: profile.limits.requests,
            wait_expiry: profile.limits.wait_expiry,
        },
        authorities: Authorities {
            source: authority(subject::ca_file(profile), vault),
            issuer: authority(profile.acm.as_ref().and_then(|acm| acm.ca_file.as_ref()), vault),
        },
        subject: subject::setup(profile, entry_path, vault),
    }
}

/// The name of a file with certificates, as every report shows it.
fn authority(file: Option<&String>, vault: &Vault) -> Option<String> {
    file.map(|file| vault.mask_text(&file_name(Path::new(file))))
}

/// Where the tokens come from; bronkeur's own ACM is never taken for a real one.
fn environment_of(profile: &Resolved) -> String {
    match &profile.acm {
        None => "none".to_owned(),
        Some(acm) if acm.stand_in => STAND_IN_ACM.to_owned(),
        Some(acm) => acm.environment.clone(),
    }
}

fn trimmed(url: &str) -> String {
    url.trim_end_matches('/').to_owned()
}

/// Without its folders: where it stands on this machine is in no report.
fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

fn acm_setup(acm: &ResolvedAcm) -> AcmSetup {
    let audience = match &acm.target {
        Target::Audience(audience) | Target::Resource(audience) => audience.clone(),
    };
    AcmSetup {
        issuer: acm.issuer_name.clone(),
        client_id: acm.client.id.clone(),
        audience,
        scope: acm.scope.clone(),
        actor: acm.actor == Actor::ClientCredentials,
        source_client: acm.source_client.as_ref().map(|client| client.id.clone()),
        other_audience: acm.other_audience.clone(),
        hops: acm
            .hops
            .iter()
            .map(|hop| HopSetup {
                client_id: hop.client.id.clone(),
                audience: hop.audience.clone(),
                scope: hop.scope.clone(),
                actor: hop.actor == Actor::ClientCredentials,
            })
            .collect(),
    }
}

fn settings_of(profile: &Resolved, setup: Setup) -> Settings {
    let tokens = |wanted: fn(&CitizenToken) -> Option<&SecretString>| -> BTreeMap<Citizen, SecretString> {
        let citizens = profile.citizens.iter();
        citizens
            .filter_map(|citizen| Some((citizen_of(citizen.role), wanted(citizen.token.as_ref()?)?.clone())))
            .collect()
    };
    let mut settings = Settings::new(setup, profile.base_url());
    subject::settings(profile, &mut settings);
    settings.tx_tokens = tokens(|token| match token {
        CitizenToken::Tx(token) => Some(token),
        _ => None,
    });
    settings.subject_tokens = tokens(|token| match token {
        CitizenToken::Access(token) => Some(token),
        _ => None,
    });
    settings.keepers = profile.citizens.iter().filter_map(keeper_of).collect();
    settings.ready = ready_tokens(profile);
    if let Some(acm) = &profile.acm {
        settings.issuer = Some(acm.issuer.clone());
        settings.acm_ca_pem = subject::pem(acm.ca_bundle.as_ref());
        settings.acm_identity_pem = acm.client_certificate.as_ref().map(ClientCertificate::pem);
        settings.client = Some(acm.client.clone());
        settings.login_client = Some(acm.login_client().clone());
        settings.source_client.clone_from(&acm.source_client);
        settings.hop_clients = acm.hops.iter().map(|hop| hop.client.clone()).collect();
        settings.names_token_type = acm.names_token_type;
        settings.audience_is_resource = matches!(acm.target, Target::Resource(_));
    }
    settings
}

/// Where a citizen's refresh token is kept.
fn keeper_of(citizen: &ResolvedCitizen) -> Option<(Citizen, TokenFile)> {
    match &citizen.token {
        Some(CitizenToken::Refresh { keeper, .. }) => Some((citizen_of(citizen.role), keeper.clone())),
        _ => None,
    }
}

fn unusable(error: &SettingsError) -> Diagnostics {
    Diagnostics::one(
        "profile",
        text!("een instelling is niet bruikbaar: {error}", "a setting cannot be used: {error}"),
        text!("herstel het bestand of de URL die genoemd wordt", "fix the file or the URL that is named"),
    )
}

#[cfg(test)]
mod tests;
