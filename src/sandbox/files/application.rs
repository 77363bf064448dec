//! The profile of an application beside our own ACM and MBP: `app.yaml`, and each secret in a file of its own.

use std::fmt::Write as _;

use super::{AUTHORITY, AUTHORITY_KEY, CALLER_SECRET, ProfileFile, SOURCE_CERTIFICATE, SOURCE_KEY, STAND_IN_COMMENT};
use super::{open, secret};
use crate::profile::quoted;
use crate::sandbox::profile::{NAME, role};
use crate::sandbox::{ApplicationSandbox, Credentials, Role, StandIn};

/// The profile.
pub(crate) const APPLICATION_PROFILE: &str = "app.yaml";

/// How the profile of the built-in application begins.
const COMMENT: &str =
    "# The built-in application of bronkeur. Everything here is invented, and ends with `bronkeur serve`.\n";

/// An application that is somebody's own, as the profile for it says.
#[derive(Clone, Copy, Debug)]
pub struct OwnApplication<'a> {
    /// Its name in the reports.
    pub name: Option<&'a str>,
    /// The page where people start.
    pub start_url: &'a str,
    /// The pages that hand over to MBP.
    pub hand_over_urls: &'a [String],
    /// The page that logs out.
    pub logout_url: Option<&'a str>,
    /// Who signed its certificate, where the ACM's own authority did not.
    pub ca_bundle: Option<&'a str>,
    /// It may be visited over plain http, also where it is on another machine.
    pub plain_http: bool,
}

impl StandIn {
    /// `app.yaml` for an application, and the files that it refers to. `numbers` names the environment variables of national
    /// numbers: they are referred to, and written nowhere.
    pub fn application_files(&self, own: OwnApplication<'_>, numbers: &[(Role, String)]) -> Vec<ProfileFile> {
        let ours = self.source_certificate().map(|_| AUTHORITY);
        let written = Written {
            comment: STAND_IN_COMMENT,
            own: OwnApplication { ca_bundle: own.ca_bundle.or(ours), ..own },
            issuer: self.issuer(),
            mbp: self.mbp_base_url().unwrap_or_default(),
            has_authority: self.authority().is_some(),
            credentials: self.credentials(),
            numbers,
        };
        let mut files = written.secrets();
        if let Some((certificate, key)) = self.authority() {
            files.extend([open(AUTHORITY, certificate.clone()), secret(AUTHORITY_KEY, key)]);
        }
        if let Some((certificate, key)) = self.source_certificate() {
            files.extend([open(SOURCE_CERTIFICATE, certificate.clone()), secret(SOURCE_KEY, key)]);
        }
        // Last: where it stands, all that it refers to does.
        files.push(open(APPLICATION_PROFILE, written.yaml()));
        files
    }
}

impl ApplicationSandbox {
    /// `app.yaml` and the files that it refers to.
    pub fn profile_files(&self) -> Vec<ProfileFile> {
        let sso = self.sso();
        let ours = sso.ca_pem().map(|_| AUTHORITY);
        let written = Written {
            comment: COMMENT,
            own: OwnApplication {
                name: Some(NAME),
                start_url: self.start_url(),
                hand_over_urls: self.hand_over_urls(),
                logout_url: Some(self.logout_url()),
                ca_bundle: ours,
                plain_http: false,
            },
            issuer: sso.issuer(),
            mbp: sso.mbp_base_url(),
            has_authority: ours.is_some(),
            credentials: self.credentials(),
            numbers: &[],
        };
        let mut files = written.secrets();
        files.extend(sso.ca_pem().map(|pem| open(AUTHORITY, pem.to_owned())));
        files.push(open(APPLICATION_PROFILE, written.yaml()));
        files
    }
}

/// A profile that is written.
struct Written<'a> {
    /// Its first lines.
    comment: &'a str,
    own: OwnApplication<'a>,
    issuer: &'a str,
    mbp: &'a str,
    has_authority: bool,
    credentials: &'a Credentials,
    numbers: &'a [(Role, String)],
}

impl Written<'_> {
    /// The files with the secret of the client, and with the numbers and tokens of the citizens.
    fn secrets(&self) -> Vec<ProfileFile> {
        let mut files = vec![secret(CALLER_SECRET, &self.credentials.client.secret)];
        for person in &self.credentials.people {
            if !self.numbers.iter().any(|(role, _)| *role == person.role) {
                files.push(secret(&format!("{}-insz.txt", person.name), &person.insz));
            }
            files.push(secret(&format!("{}-token.txt", person.name), &person.token));
        }
        files
    }

    fn yaml(&self) -> String {
        let mut yaml = self.comment.to_owned();
        self.application(&mut yaml);
        let credentials = self.credentials;
        let bundle = if self.has_authority { "  ca_bundle: ca.pem\n" } else { "" };
        // Writing to a String cannot fail.
        let _ = write!(
            yaml,
            "acm:\n  environment: {}\n  stand_in: true   # bronkeur's own ACM: it knows every token that it gave\n{bundle}\
             \x20 client: {{ id: {}, secret: {{ file: {CALLER_SECRET} }} }}   # the application\n\
             \x20 other_audience: {}\ncitizens:\n",
            self.issuer,
            quoted(&credentials.client.id),
            quoted(&credentials.other_audience.id),
        );
        for person in &credentials.people {
            let (name, role) = (&person.name, role(person.role).as_str());
            let variable = self.numbers.iter().find(|(role, _)| *role == person.role);
            let insz = match variable {
                Some((_, variable)) => format!("{{ env: {} }}", quoted(variable)),
                None => format!("{{ file: {name}-insz.txt }}"),
            };
            let _ = writeln!(
                yaml,
                "  - {{ name: {name}, role: {role}, insz: {insz}, token: {{ file: {name}-token.txt }} }}"
            );
        }
        yaml
    }

    fn application(&self, yaml: &mut String) {
        let own = self.own;
        let _ = match own.name {
            Some(name) => writeln!(yaml, "application:\n  name: {}   # in the reports", quoted(name)),
            None => writeln!(yaml, "application:\n  # name: My application   # in the reports"),
        };
        let _ = writeln!(yaml, "  start_url: {}   # where people start, and get to the login", quoted(own.start_url));
        let pages: Vec<String> = own.hand_over_urls.iter().map(|url| quoted(url)).collect();
        let _ = if pages.is_empty() {
            writeln!(yaml, "  # hand_over_urls: [\"https://…\"]   # the pages that hand over to MBP")
        } else {
            writeln!(yaml, "  hand_over_urls: [{}]   # the pages that hand over to MBP", pages.join(", "))
        };
        let _ = match own.logout_url {
            Some(url) => writeln!(yaml, "  logout_url: {}", quoted(url)),
            None => writeln!(yaml, "  # logout_url: \"https://…\"   # the page that logs out"),
        };
        let (client_id, base_url) = (quoted(&self.credentials.audience), quoted(self.mbp));
        let _ = writeln!(yaml, "  mbp: {{ client_id: {client_id}, base_url: {base_url} }}");
        if own.plain_http {
            let _ = writeln!(yaml, "  plain_http: true   # tokens can be read on the way");
        }
        let _ = match own.ca_bundle {
            Some(bundle) => {
                writeln!(yaml, "  ca_bundle: {}   # who signed the application's certificate", quoted(bundle))
            }
            None => writeln!(
                yaml,
                "  # ca_bundle: my-ca.pem   # where a CA of your own signed the application's certificate"
            ),
        };
    }
}
