//! The profile of the sandbox, or of the ACM alone, as files: `bron.yaml`, and each secret in a file of its own.

mod application;

use std::fmt::Write as _;

use super::profile::{NAME, role};
use super::{Credentials, Person, Role, Sandbox, StandIn};
use crate::profile::{Limits, quoted};

pub(crate) use application::APPLICATION_PROFILE;
pub use application::OwnApplication;

/// A file of a profile.
#[derive(Clone, PartialEq, Eq)]
pub struct ProfileFile {
    /// Its name.
    pub name: String,
    /// Its text.
    pub text: String,
    /// It holds a secret, a token or a national number.
    pub secret: bool,
}

/// The files in which `bronkeur acm` keeps what stays the same from one start to the next.
pub(crate) const SOURCE_SECRET: &str = "source-secret.txt";
pub(crate) const CALLER_SECRET: &str = "client-secret.txt";
pub(crate) const AUTHORITY: &str = "ca.pem";
pub(crate) const AUTHORITY_KEY: &str = "ca-key.pem";
/// The certificate that its authority makes for a source on this machine, and the key.
pub(crate) const SOURCE_CERTIFICATE: &str = "source.pem";
pub(crate) const SOURCE_KEY: &str = "source-key.pem";
/// The profile.
pub(crate) const PROFILE: &str = "bron.yaml";

/// How a profile of the ACM alone begins.
pub(crate) const STAND_IN_COMMENT: &str = "\
# Written by `bronkeur acm`, anew at every start: what you add is gone then. Copy it beside this file, under another
# name, to keep it; the files that it refers to keep their names.
";

/// The ready tokens of a profile: the key, and the file.
const EXPIRED: (&str, &str) = ("expired", "expired-token.txt");
const WITHOUT_SCOPE: (&str, &str) = ("without_scope", "token-without-scope.txt");
const OTHER_AUDIENCE: (&str, &str) = ("other_audience", "token-for-another-audience.txt");
const WITHOUT_CITIZEN: (&str, &str) = ("without_citizen", "token-without-citizen.txt");
/// Those of the ACM alone.
pub(crate) const TOKENS: [(&str, &str); 4] = [EXPIRED, OTHER_AUDIENCE, WITHOUT_SCOPE, WITHOUT_CITIZEN];

impl Sandbox {
    /// `bron.yaml` and the files that it refers to.
    pub fn profile_files(&self) -> Vec<ProfileFile> {
        let base_url = self.base_url();
        let http_port = self.http_port().map(|port| format!("  http_port: {port}\n")).unwrap_or_default();
        let bundle = if self.ca_pem().is_some() { "  ca_bundle: ca.pem\n" } else { "" };
        let written = Written {
            comment: "# The built-in source of bronkeur. Everything here is invented, and ends with `bronkeur serve`.\n",
            source: format!(
                "  name: {NAME}\n  base_url: {base_url}\n{http_port}  openapi: {base_url}/openapi.json\n{bundle}"
            ),
            issuer: self.issuer(),
            ca_pem: self.ca_pem(),
            credentials: self.credentials(),
            other_audience: true,
            tokens: &[EXPIRED, WITHOUT_SCOPE],
            numbers: &[],
            limits: Some(self.limits()),
        };
        written.files()
    }
}

impl StandIn {
    /// `bron.yaml` for a source, and the files that it refers to. `numbers` names the environment variables of national
    /// numbers: they are referred to, and written nowhere.
    pub fn profile_files(&self, own: OwnSource<'_>, numbers: &[(Role, String)]) -> Vec<ProfileFile> {
        let base_url = quoted(own.base_url);
        let authority = self.authority();
        let name = own.name.map_or_else(
            || "  # name: My source   # in the reports\n".to_owned(),
            |name| format!("  name: {}   # in the reports\n", quoted(name)),
        );
        let ours = self.source_certificate().map(|_| AUTHORITY);
        let bundle = own.ca_bundle.or(ours).map_or_else(
            || "  # ca_bundle: my-ca.pem   # where a CA of your own signed the source's certificate\n".to_owned(),
            |bundle| format!("  ca_bundle: {}   # who signed the source's certificate\n", quoted(bundle)),
        );
        let plain = if own.plain_http { "  plain_http: true   # tokens and data can be read on the way\n" } else { "" };
        let written = Written {
            comment: STAND_IN_COMMENT,
            source: format!(
                "{name}  base_url: {base_url}   # up to and including the version\n{plain}{bundle}\
                 \x20 # openapi: openapi.yaml   # the source's own OpenAPI document: file or URL\n"
            ),
            issuer: self.issuer(),
            ca_pem: authority.map(|(certificate, _)| certificate.as_str()),
            credentials: self.credentials(),
            other_audience: false,
            tokens: &TOKENS,
            numbers,
            limits: None,
        };
        let mut files = written.files();
        files.extend(authority.map(|(_, key)| secret(AUTHORITY_KEY, key)));
        if let Some((certificate, key)) = self.source_certificate() {
            files.extend([open(SOURCE_CERTIFICATE, certificate.clone()), secret(SOURCE_KEY, key)]);
        }
        files
    }
}

/// A source that is somebody's own, as the profile for it says.
#[derive(Clone, Copy, Debug)]
pub struct OwnSource<'a> {
    /// Its URL, up to and including the version.
    pub base_url: &'a str,
    /// Its name in the reports.
    pub name: Option<&'a str>,
    /// Who signed its certificate, where the ACM's own authority did not.
    pub ca_bundle: Option<&'a str>,
    /// It may be called over plain http, also where it is on another machine.
    pub plain_http: bool,
}

/// A profile that is written.
struct Written<'a> {
    /// Its first lines.
    comment: &'a str,
    /// The lines under `source`.
    source: String,
    issuer: &'a str,
    ca_pem: Option<&'a str>,
    credentials: &'a Credentials,
    /// Whether the ACM is asked for a token for another API.
    other_audience: bool,
    /// The tokens that stand ready.
    tokens: &'a [(&'a str, &'a str)],
    /// The variables of national numbers that are not invented.
    numbers: &'a [(Role, String)],
    /// Bounds other than the usual ones.
    limits: Option<Limits>,
}

impl Written<'_> {
    /// The profile last: where it stands, all that it refers to does.
    fn files(&self) -> Vec<ProfileFile> {
        let credentials = self.credentials;
        let mut files = vec![
            secret(CALLER_SECRET, &credentials.client.secret),
            secret(SOURCE_SECRET, &credentials.source_client.secret),
        ];
        files.extend(self.tokens.iter().map(|(key, file)| secret(file, self.token(key))));
        for person in &credentials.people {
            if self.variable(person).is_none() {
                files.push(secret(&format!("{}-insz.txt", person.name), &person.insz));
            }
            files.push(secret(&format!("{}-token.txt", person.name), &person.token));
        }
        files.extend(self.ca_pem.map(|pem| open(AUTHORITY, pem.to_owned())));
        files.push(open(PROFILE, self.yaml()));
        files
    }

    fn token(&self, key: &str) -> &str {
        match key {
            "expired" => &self.credentials.expired,
            "without_scope" => &self.credentials.without_scope,
            "other_audience" => &self.credentials.for_another_audience,
            _ => &self.credentials.without_citizen,
        }
    }

    fn variable(&self, person: &Person) -> Option<&str> {
        self.numbers.iter().find(|(role, _)| *role == person.role).map(|(_, name)| name.as_str())
    }

    fn yaml(&self) -> String {
        let credentials = self.credentials;
        let bundle = if self.ca_pem.is_some() { "  ca_bundle: ca.pem\n" } else { "" };
        let mut yaml = format!(
            "{}source:\n{}acm:\n  environment: {}\n  stand_in: true   # bronkeur's own ACM: SEC-16 and SEC-20 are judged too\n{bundle}\
             \x20 client: {{ id: {}, secret: {{ file: {CALLER_SECRET} }} }}\n\
             \x20 source_client: {{ id: {}, secret: {{ file: {SOURCE_SECRET} }} }}\n\
             \x20 audience: {}\n  scope: {}\n  actor: client_credentials\n",
            self.comment,
            self.source,
            self.issuer,
            quoted(&credentials.client.id),
            quoted(&credentials.source_client.id),
            quoted(&credentials.audience),
            quoted(&credentials.scope),
        );
        // Writing to a String cannot fail.
        if self.other_audience {
            let _ = writeln!(yaml, "  other_audience: {}", quoted(&credentials.other_audience.id));
        }
        if let Some(Limits { pages, requests, .. }) = self.limits.filter(|limits| *limits != Limits::default()) {
            let _ = writeln!(yaml, "limits: {{ pages: {pages}, requests: {requests} }}");
        }
        yaml.push_str("citizens:\n");
        for person in &credentials.people {
            let (name, role) = (&person.name, role(person.role).as_str());
            let insz = match self.variable(person) {
                Some(variable) => format!("{{ env: {} }}", quoted(variable)),
                None => format!("{{ file: {name}-insz.txt }}"),
            };
            let _ = writeln!(
                yaml,
                "  - {{ name: {name}, role: {role}, insz: {insz}, token: {{ file: {name}-token.txt }} }}"
            );
        }
        yaml.push_str("tokens:\n");
        for (key, file) in self.tokens {
            let _ = writeln!(yaml, "  {key}: {{ file: {file} }}");
        }
        yaml
    }
}

fn secret(name: &str, text: &str) -> ProfileFile {
    ProfileFile { name: name.to_owned(), text: text.to_owned(), secret: true }
}

fn open(name: &str, text: String) -> ProfileFile {
    ProfileFile { name: name.to_owned(), text, secret: false }
}
