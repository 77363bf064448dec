//! What a profile says of the sandbox: resolved, for runs in this process, and as files, for everybody else.

use std::fmt::Write as _;

use url::Url;

use super::Role;
use super::server::{Credentials, Party, Sandbox};
use crate::fault::InputFaults;
use crate::profile::{
    self, Actor, CitizenToken, OpenApiLocation, Pem, Resolved, ResolvedAcm, ResolvedCitizen, ResolvedClient,
    ResolvedClientAuth, Target,
};
use crate::text;

/// How reports name the sandbox.
const NAME: &str = "Sandbox";

impl Sandbox {
    /// The profile of this sandbox, ready to run with.
    ///
    /// # Errors
    /// Never in practice: the URLs are the sandbox's own.
    pub fn profile(&self) -> Result<Resolved, InputFaults> {
        let credentials = self.credentials();
        let base_url = url(self.base_url())?;
        let issuer = url(self.issuer())?;
        let bundle = self.ca_pem().map(|pem| Pem(pem.to_owned()));
        let mut profile = Resolved::new(&base_url);
        NAME.clone_into(&mut profile.source.name);
        profile.source.ca_bundle.clone_from(&bundle);
        profile.source.http_port = self.http_port().unwrap_or(profile.source.http_port);
        profile.source.openapi = Some(OpenApiLocation::Url(url(&format!("{}/openapi.json", self.base_url()))?));
        profile.acm = Some(ResolvedAcm {
            environment: self.issuer().to_owned(),
            issuer,
            issuer_name: self.issuer().to_owned(),
            stand_in: true,
            client: client(&credentials.client),
            target: Target::Audience(credentials.audience.clone()),
            scope: Some(credentials.scope.clone()),
            actor: Actor::ClientCredentials,
            source_client: Some(client(&credentials.source_client)),
            other_audience: Some(credentials.other_audience.id.clone()),
            hops: Vec::new(),
            ca_bundle: bundle,
        });
        profile.citizens = credentials.people.iter().map(citizen).collect();
        profile.tokens.expired = Some(credentials.expired.clone().into());
        profile.tokens.without_scope = Some(credentials.without_scope.clone().into());
        Ok(profile)
    }

    /// `bron.yaml` and the files that it refers to, each secret in a file of its own: name and text.
    pub fn profile_files(&self) -> Vec<(String, String)> {
        let credentials = self.credentials();
        let mut files = vec![
            ("client-secret.txt".to_owned(), credentials.client.secret.clone()),
            ("source-secret.txt".to_owned(), credentials.source_client.secret.clone()),
            ("expired-token.txt".to_owned(), credentials.expired.clone()),
            ("token-without-scope.txt".to_owned(), credentials.without_scope.clone()),
        ];
        for person in &credentials.people {
            files.push((format!("{}-insz.txt", person.name), person.insz.clone()));
            files.push((format!("{}-token.txt", person.name), person.token.clone()));
        }
        files.extend(self.ca_pem().map(|pem| ("ca.pem".to_owned(), pem.to_owned())));
        files.push(("bron.yaml".to_owned(), self.profile_yaml(credentials)));
        files
    }

    fn profile_yaml(&self, credentials: &Credentials) -> String {
        let bundle = if self.ca_pem().is_some() { "\n  ca_bundle: ca.pem" } else { "" };
        let http_port = self.http_port().map(|port| format!("\n  http_port: {port}")).unwrap_or_default();
        let (base_url, issuer) = (self.base_url(), self.issuer());
        let mut yaml = format!(
            "# The built-in source of bronkeur. Everything here is invented, and ends with `bronkeur serve`.\n\
             source:\n  name: {NAME}\n  base_url: {base_url}{http_port}\n  openapi: {base_url}/openapi.json{bundle}\n\
             acm:\n  environment: {issuer}\n  stand_in: true{bundle}\n\
             \x20 client: {{ id: {}, secret: {{ file: client-secret.txt }} }}\n\
             \x20 source_client: {{ id: {}, secret: {{ file: source-secret.txt }} }}\n\
             \x20 audience: {}\n  scope: {}\n  actor: client_credentials\n  other_audience: {}\n\
             citizens:\n",
            credentials.client.id,
            credentials.source_client.id,
            credentials.audience,
            credentials.scope,
            credentials.other_audience.id,
        );
        for person in &credentials.people {
            let (name, role) = (&person.name, role(person.role).as_str());
            // Writing to a String cannot fail.
            let _ = writeln!(
                yaml,
                "  - {{ name: {name}, role: {role}, insz: {{ file: {name}-insz.txt }}, token: {{ file: {name}-token.txt }} }}"
            );
        }
        yaml.push_str(
            "tokens:\n  expired: { file: expired-token.txt }\n  without_scope: { file: token-without-scope.txt }\n",
        );
        yaml
    }
}

fn url(text: &str) -> Result<Url, InputFaults> {
    Url::parse(text).map_err(|error| {
        InputFaults::one(
            "sandbox",
            text!("de sandbox heeft een onbruikbare URL: {error}", "the sandbox has an unusable URL: {error}"),
            text!("meld dit", "please report this"),
        )
    })
}

fn client(party: &Party) -> ResolvedClient {
    ResolvedClient { id: party.id.clone(), auth: ResolvedClientAuth::Post(party.secret.clone().into()) }
}

fn role(role: Role) -> profile::Role {
    match role {
        Role::Subject => profile::Role::Subject,
        Role::Other => profile::Role::Other,
        Role::Empty => profile::Role::Empty,
    }
}

fn citizen(person: &super::Person) -> ResolvedCitizen {
    ResolvedCitizen {
        name: person.name.clone(),
        role: role(person.role),
        insz: person.insz.clone().into(),
        token: Some(CitizenToken::Access(person.token.clone().into())),
    }
}
