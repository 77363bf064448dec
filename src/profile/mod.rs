//! The profile (`bron.yaml`): which source or application is inspected, with which client, for which test citizens.
//!
//! [`Profile`] is the file as it was written: secrets and national numbers are references. [`Resolved`] is the same
//! with every reference read, once, before any request.
//!
//! - `subject`, `application`, `citizens`, `acm`: the parts of the file.
//! - `reference`: where a secret is to be found; `resolve`: follows every reference; `resolved`: what the run works
//!   with.
//! - `validate`: what is wrong although the form is right; `files`: which of its files hold secrets; `token`: what it
//!   gives as a token; `draft`: a new profile as text.
//! - `login`: the tokens of test citizens who are logged in, kept between runs.

mod acm;
mod application;
mod citizens;
mod draft;
mod files;
pub mod login;
mod reference;
mod resolve;
mod resolved;
mod subject;
mod token;
mod validate;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::base::input::{Diagnostic, Diagnostics, Schema, of_tree, read_yaml};

pub use acm::{Acm, Actor, AuthMethod, Client, Hop, PrivateKey, TokenType};
pub use application::{Application, MbpOfProfile};
pub use citizens::{Citizen, Role, Tokens};
pub(crate) use draft::quoted;
pub use draft::{Draft, DraftAcm, DraftApplication, DraftCitizen, DraftClient, Proof};
pub use reference::{Command, Reference};
pub use resolved::{
    CitizenToken, ClientCertificate, OpenApiLocation, Pem, Resolved, ResolvedAcm, ResolvedApplication, ResolvedCitizen,
    ResolvedClient, ResolvedClientAuth, ResolvedHop, ResolvedMbp, ResolvedSource, ResolvedSubject, Target,
};
pub use subject::{CertificateFiles, Declares, Limits, Source, is_base_url};

/// The JSON Schema of the profile, for editors and for [`Profile::read`].
pub const PROFILE_SCHEMA: &str = include_str!("../../specs/profile.schema.json");

static SCHEMA: LazyLock<Result<Schema, Diagnostics>> =
    LazyLock::new(|| Schema::read("profile.schema.json", PROFILE_SCHEMA));

/// A profile as it was written: plain values, references not yet followed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// The source under inspection; exactly one of this, `application` and `website`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
    /// The application under inspection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub application: Option<Application>,
    /// Reserved for a website with the global header, which cannot be checked yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub website: Option<Value>,
    /// How to get tokens; without it every citizen brings a `tx_token`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acm: Option<Acm>,
    /// This run may go against production. The command line flag `--i-may-test-production` sets it too.
    #[serde(default)]
    pub production: bool,
    /// The test citizens, one for each role.
    pub citizens: Vec<Citizen>,
    /// Ready-made tokens that the source must refuse.
    #[serde(default)]
    pub tokens: Tokens<Reference>,
    /// How much is asked of the source.
    #[serde(default)]
    pub limits: Limits,
    /// Requirement ids that may stay blocked, each with the reason why.
    #[serde(default)]
    pub accept_blocked: BTreeMap<String, String>,
    /// File with the answers of reviewers, relative to the profile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reviews: Option<String>,
    /// File with the waivers, relative to the profile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waivers: Option<String>,
    /// The text it was read from, so that later faults have a line too; empty when it was built in code.
    #[serde(skip)]
    pub text: ProfileText,
}

/// The text of a profile. A command's arguments may be secret: not shown in debug output.
#[derive(Clone, Default)]
pub struct ProfileText(pub String);

impl fmt::Debug for ProfileText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({} bytes)", self.0.len())
    }
}

impl Profile {
    /// Reads a profile and holds it against the schema. What only shows when the command line has had its say is
    /// judged later, by [`Profile::validate`] and [`Profile::resolve`].
    pub fn read(file: &str, text: &str) -> Result<Self, Diagnostics> {
        let schema = SCHEMA.as_ref().map_err(Clone::clone)?;
        let mut profile: Self = read_yaml(file, text, schema)?;
        text.clone_into(&mut profile.text.0);
        Ok(profile)
    }

    /// A profile that was put together from several texts. Its faults have paths as places, no lines.
    pub fn of_tree(file: &str, tree: Value) -> Result<Self, Diagnostics> {
        of_tree(file, tree, SCHEMA.as_ref().map_err(Clone::clone)?)
    }

    /// The profile that flags alone make: a source, and one citizen with an exchanged token, both named by the
    /// environment variables that hold them.
    pub fn of_flags(base_url: &str, insz_env: &str, token_env: &str) -> Self {
        Self {
            source: Some(Source { base_url: base_url.to_owned(), ..Source::default() }),
            citizens: vec![Citizen {
                name: "subject".to_owned(),
                role: Role::Subject,
                insz: Reference::Env(insz_env.to_owned()),
                token: None,
                refresh_token: None,
                command: None,
                login: None,
                tx_token: Some(Reference::Env(token_env.to_owned())),
            }],
            ..Self::default()
        }
    }

    /// The names under which people may know what is inspected: its own, or its address without one; and its URL.
    pub fn names(&self) -> Vec<String> {
        if let Some(source) = &self.source {
            return source.names();
        }
        let client_id = self.acm.as_ref().map_or("", |acm| acm.client.id.as_str());
        let name = self.application.as_ref().map(|own| own.name.clone().unwrap_or_else(|| own.address(client_id)));
        let url = self.application.as_ref().and_then(|own| own.start_url.clone());
        name.into_iter().chain(url).collect()
    }

    /// What is wrong although it has the right form, each with its line where the profile was read from a text.
    pub fn validate(&self, file: &str) -> Vec<Diagnostic> {
        let faults =
            [validate::subject(self, file), validate::connection(self, file), validate::citizens(self, file)].concat();
        faults.into_iter().map(|fault| fault.located(&self.text.0)).collect()
    }
}

#[cfg(test)]
mod tests;
