//! What a profile says of the sandbox: resolved, for runs in this process. `files` writes it, for everybody else.

use url::Url;

use super::{AUTHORITY, ClientCredentials, Role, Sandbox};
use crate::base::input::Diagnostics;
use crate::profile::{
    self, Actor, CitizenToken, OpenApiLocation, Pem, Resolved, ResolvedAcm, ResolvedCitizen, ResolvedClient,
    ResolvedClientAuth, Target,
};
use crate::text;

/// How reports name the sandbox.
pub(crate) const NAME: &str = "Sandbox";

impl Sandbox {
    /// The profile of this sandbox, ready to run with.
    ///
    /// # Errors
    /// Never in practice: the URLs are the sandbox's own.
    pub fn profile(&self) -> Result<Resolved, Diagnostics> {
        let credentials = self.credentials();
        let base_url = url(self.base_url())?;
        let issuer = url(self.issuer())?;
        let bundle = self.ca_pem().map(|pem| Pem(pem.to_owned()));
        let mut profile = Resolved::new(&base_url);
        let openapi = url(&format!("{}/openapi.json", self.base_url()))?;
        if let Some(source) = profile.source_mut() {
            NAME.clone_into(&mut source.name);
            source.ca_bundle.clone_from(&bundle);
            source.ca_file = bundle.as_ref().map(|_| AUTHORITY.to_owned());
            source.http_port = self.http_port().unwrap_or(source.http_port);
            source.openapi = Some(OpenApiLocation::Url(openapi));
        }
        profile.acm = Some(ResolvedAcm {
            environment: self.issuer().to_owned(),
            issuer,
            issuer_name: self.issuer().to_owned(),
            stand_in: true,
            client: client(&credentials.client),
            target: Target::Audience(credentials.audience.clone()),
            scope: Some(credentials.scope.clone()),
            actor: Actor::ClientCredentials,
            login_client: None,
            source_client: Some(client(&credentials.source_client)),
            other_audience: Some(credentials.other_audience.id.clone()),
            hops: Vec::new(),
            names_token_type: false,
            client_certificate: None,
            ca_file: bundle.as_ref().map(|_| AUTHORITY.to_owned()),
            ca_bundle: bundle,
        });
        profile.limits = self.limits();
        profile.citizens = credentials.people.iter().map(citizen).collect();
        profile.tokens.expired = Some(credentials.expired.clone().into());
        profile.tokens.without_scope = Some(credentials.without_scope.clone().into());
        Ok(profile)
    }
}

pub(super) fn url(text: &str) -> Result<Url, Diagnostics> {
    Url::parse(text).map_err(|error| {
        Diagnostics::one(
            "sandbox",
            text!("de sandbox heeft een onbruikbare URL: {error}", "the sandbox has an unusable URL: {error}"),
            text!("meld dit", "please report this"),
        )
    })
}

pub(super) fn client(party: &ClientCredentials) -> ResolvedClient {
    ResolvedClient { id: party.id.clone(), auth: ResolvedClientAuth::Post(party.secret.clone().into()) }
}

pub(super) fn role(role: Role) -> profile::Role {
    match role {
        Role::Subject => profile::Role::Subject,
        Role::Other => profile::Role::Other,
        Role::Empty => profile::Role::Empty,
    }
}

pub(super) fn citizen(person: &super::Person) -> ResolvedCitizen {
    ResolvedCitizen {
        name: person.name.clone(),
        role: role(person.role),
        insz: person.insz.clone().into(),
        token: Some(CitizenToken::Access(person.token.clone().into())),
    }
}
