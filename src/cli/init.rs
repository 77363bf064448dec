//! `bronkeur init`: a first profile, from answers on a terminal or from flags.

mod application;
mod paths;
mod questions;
mod stand_in;

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::profile::DEFAULT_PROFILE;
use super::{CliError, Done, Global, output};
use crate::base::files;
use crate::base::input::{Diagnostic, Diagnostics};
use crate::base::text::Text;
use crate::judging::verdict::ExitStatus;
use crate::profile::{
    Draft, DraftAcm, DraftCitizen, DraftClient, PROFILE_SCHEMA, Profile, ProfileText, Proof, Reference, Role,
};
use crate::sandbox::APPLICATION_PROFILE;
use crate::text;

const AFTER_HELP: &str = "\
On a terminal it asks what the flags do not say. Without one the flags must say it: --base-url, --client-id and \
--audience, or --base-url with --without-acm or --acm-stand-in.

A secret, a token or a national number is never an argument: name the variable that holds it. Paths of files are seen from \
where you are; the profile, whose paths count from its own folder, gets them as it needs them. The JSON Schema of the \
profile is written beside it, and the profile's first line leads editors to it.

For a source on a laptop, with the tokens of `bronkeur acm`:
  bronkeur init --acm-stand-in --base-url https://localhost:8443/v1

For an application that hands its users over to Mijn Burgerprofiel, --client-id is all that it must have:
  bronkeur init --kind application --client-id … --start-url https://… --hand-over-url https://…";

#[derive(Clone, Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct InitArgs {
    /// The profile to write [default: bron.yaml; app.yaml for an application]
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// What it is the profile of
    #[arg(long, value_enum, default_value_t = Kind::Source)]
    kind: Kind,
    /// Replace what is there
    #[arg(long)]
    force: bool,
    /// Its name in the reports
    #[arg(long, value_parser = clap::builder::NonEmptyStringValueParser::new())]
    name: Option<String>,
    /// The URL of the source, up to and including the version
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// Certificate authorities of the source or application, beside those of the system (PEM)
    #[arg(long, value_name = "FILE")]
    ca_bundle: Option<String>,
    #[command(flatten)]
    application: application::ApplicationFlags,
    #[command(flatten)]
    acm: AcmFlags,
    #[command(flatten)]
    citizens: CitizenFlags,
    /// Runs with this profile may go against production
    #[arg(long)]
    i_may_test_production: bool,
}

/// What a profile is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// A source: an API that hands a citizen's data to the portal
    Source,
    /// An application that hands its users over to Mijn Burgerprofiel
    Application,
}

/// Where the tokens come from.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "ACM")]
struct AcmFlags {
    /// tni, prod, or the URL of an issuer [default: tni]
    #[arg(long, value_name = "NAME|URL", value_parser = environment)]
    environment: Option<String>,
    /// The client that exchanges tokens
    #[arg(long, value_name = "ID")]
    client_id: Option<String>,
    /// The variable that holds its secret
    #[arg(long, value_name = "NAME", default_value = "ACM_SECRET", value_parser = variable)]
    secret_env: String,
    /// The file with its private key, instead of a secret
    #[arg(long, value_name = "FILE", conflicts_with = "secret_env")]
    private_key: Option<String>,
    /// The ACM client-id of the source
    #[arg(long, value_name = "ID")]
    audience: Option<String>,
    /// The scopes of the source, separated by spaces
    #[arg(long)]
    scope: Option<String>,
    /// The variable that holds the source's own secret, so that tokens can be introspected
    #[arg(long, value_name = "NAME", value_parser = variable)]
    source_secret_env: Option<String>,
    /// The client-id of another API, for a token that the source must refuse
    #[arg(long, value_name = "ID")]
    other_audience: Option<String>,
    /// No ACM: the citizens bring TX tokens
    #[arg(long, conflicts_with_all = ["acm_stand_in", "client_id", "audience"])]
    without_acm: bool,
    /// The ACM of `bronkeur acm`, with its tokens and citizens
    #[arg(long, conflicts_with_all = ["environment", "client_id", "audience", "scope", "private_key", "other_audience"])]
    acm_stand_in: bool,
}

/// The variables of the test citizens.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Test citizens")]
#[expect(clippy::struct_field_names, reason = "they are the names of the flags")]
struct CitizenFlags {
    /// The variable with the national number of the citizen whose data are checked
    #[arg(long, value_name = "NAME", default_value = "INSZ_SUBJECT", value_parser = variable)]
    subject_insz_env: String,
    /// The variable with its token
    #[arg(long, value_name = "NAME", default_value = "TOKEN_SUBJECT", value_parser = variable)]
    subject_token_env: String,
    /// The variable with the national number of an unrelated citizen
    #[arg(long, value_name = "NAME", value_parser = variable, requires = "other_token_env")]
    other_insz_env: Option<String>,
    /// The variable with its token
    #[arg(long, value_name = "NAME", value_parser = variable, requires = "other_insz_env")]
    other_token_env: Option<String>,
    /// The variable with the national number of a citizen without certificates
    #[arg(long, value_name = "NAME", value_parser = variable, requires = "empty_token_env")]
    empty_insz_env: Option<String>,
    /// The variable with its token
    #[arg(long, value_name = "NAME", value_parser = variable, requires = "empty_insz_env")]
    empty_token_env: Option<String>,
}

/// The name of a variable, and not its value.
fn variable(text: &str) -> Result<String, String> {
    let mut bytes = text.bytes();
    let first = bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    if first && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        return Ok(text.to_owned());
    }
    Err("the name of an environment variable is expected: letters, digits and underscores".to_owned())
}

fn environment(text: &str) -> Result<String, String> {
    if ["tni", "prod"].contains(&text) || crate::profile::is_base_url(text).is_ok() {
        return Ok(text.to_owned());
    }
    Err("tni, prod or the URL of an issuer is expected".to_owned())
}

pub(super) fn init(args: &InitArgs, global: &Global) -> Done {
    let lang = global.lang();
    let schema = schema_name(args.file());
    let folder = args.file().parent().map(Path::to_path_buf).unwrap_or_default();
    free(args, &folder.join(&schema))?;
    let asks = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
    let args = match args.draft() {
        Err(_) if asks => questions::answered(args, lang)?,
        _ => args.clone(),
    };
    let mut draft = args.draft()?;
    draft.change_paths(|path| *path = paths::seen_from(&folder, path));
    let yaml = draft.yaml(&schema, lang);
    holds(&yaml)?;
    let name = args.file().file_name().unwrap_or_default().to_string_lossy();
    let folder = if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder };
    for (name, text) in [(schema.as_str(), PROFILE_SCHEMA), (&name, &yaml)] {
        files::write(&folder, name, text.as_bytes()).map_err(|problem| CliError::unwritten(&problem))?;
    }
    output::print(args.next(&draft).get(lang));
    Ok(ExitStatus::Success)
}

/// The schema's file, beside the profile.
fn schema_name(profile: &Path) -> String {
    let stem = profile.file_stem().unwrap_or_default().to_string_lossy();
    format!("{stem}.schema.json")
}

/// Nothing that somebody wrote is replaced unasked.
fn free(args: &InitArgs, schema: &Path) -> Result<(), Diagnostics> {
    let taken = |path: &Path| {
        Diagnostic::new(
            path.display().to_string(),
            text!("dit bestand bestaat al", "this file exists already"),
            text!(
                "kies een andere naam, of vervang het met --force",
                "choose another name, or replace it with --force"
            ),
        )
    };
    let other = |path: &Path| path.exists() && std::fs::read(path).ok().as_deref() != Some(PROFILE_SCHEMA.as_bytes());
    let mut faults = Vec::new();
    if !args.force && args.file().exists() {
        faults.push(taken(args.file()));
    }
    if !args.force && other(schema) {
        faults.push(taken(schema));
    }
    Diagnostics(faults).or(())
}

/// The written profile is one that can be read. That production needs the owner's word shows when it is used.
fn holds(yaml: &str) -> Result<(), Diagnostics> {
    let place = "command line";
    // Nobody can look up a line of a text that is not there yet.
    let unlocated = |mut fault: Diagnostic| {
        fault.place = fault.place.map(|place| place.rsplit(": ").next().unwrap_or_default().to_owned());
        fault
    };
    let read = Profile::read(place, yaml);
    let mut profile = read.map_err(|faults| Diagnostics(faults.0.into_iter().map(unlocated).collect()))?;
    profile.production = true;
    profile.text = ProfileText::default();
    Diagnostics(profile.validate(place)).or(())
}

impl InitArgs {
    /// The profile to write.
    fn file(&self) -> &Path {
        let usual = match self.kind {
            Kind::Source => DEFAULT_PROFILE,
            Kind::Application => APPLICATION_PROFILE,
        };
        self.file.as_deref().unwrap_or(Path::new(usual))
    }

    /// What the flags and answers make, or everything that is missing.
    fn draft(&self) -> Result<Draft, Diagnostics> {
        if self.kind == Kind::Application {
            return self.draft_of_application();
        }
        let mut missing = self.application.of_another_kind();
        let mut wanted = |flag: &str, given: Option<&String>| {
            if given.is_none() {
                missing.push(Diagnostic::new(
                    "command line",
                    text!("{flag} ontbreekt", "{flag} is missing"),
                    text!(
                        "geef {flag}, of start `bronkeur init` op een terminal",
                        "pass {flag}, or start `bronkeur init` on a terminal"
                    ),
                ));
            }
            given.cloned().unwrap_or_default()
        };
        let base_url = wanted("--base-url", self.base_url.as_ref());
        let acm = if self.acm.without_acm {
            None
        } else if self.acm.acm_stand_in {
            Some(stand_in::acm(is_plain(&base_url)))
        } else {
            let id = wanted("--client-id", self.acm.client_id.as_ref());
            let audience = wanted("--audience", self.acm.audience.as_ref());
            Some(self.acm.draft(id, audience))
        };
        Diagnostics(missing).or(())?;
        let (citizens, tokens) = if self.acm.acm_stand_in {
            (stand_in::citizens(), stand_in::tokens())
        } else {
            (self.citizens.draft(), Vec::new())
        };
        Ok(Draft {
            name: self.name.clone(),
            ca_bundle: self.ca_bundle.clone().or_else(|| {
                // The certificate that `bronkeur acm` makes for a source on https.
                let ours = self.acm.acm_stand_in && !is_plain(&base_url);
                ours.then(stand_in::authority)
            }),
            base_url,
            application: None,
            acm,
            production: self.i_may_test_production,
            citizens,
            tokens,
        })
    }

    /// What comes next: the variables to set, and the commands.
    fn next(&self, draft: &Draft) -> Text {
        let file = self.file().display();
        let mut variables: Vec<&str> = draft
            .acm
            .iter()
            .flat_map(|acm| [Some(&acm.client), acm.source_client.as_ref()])
            .flatten()
            .filter_map(|client| match &client.proof {
                Proof::Secret(Reference::Env(name)) => Some(name.as_str()),
                _ => None,
            })
            .collect();
        variables.extend(draft.citizens.iter().flat_map(|citizen| [&citizen.insz, &citizen.token]).filter_map(
            |reference| match reference {
                Reference::Env(name) => Some(name.as_str()),
                _ => None,
            },
        ));
        let names = variables.join(" ");
        let (what_nl, what_en) = match self.kind {
            Kind::Source => ("de bron", "the source"),
            Kind::Application => ("de toepassing", "the application"),
        };
        let (first_nl, first_en) = if self.acm.acm_stand_in && self.kind == Kind::Application {
            let start = self.application.start();
            let nl = "Start eerst de ACM en MBP in een ander venster, in deze map, en laat ze lopen:";
            let en = "First start the ACM and MBP in another window, in this folder, and keep them running:";
            (format!("{nl}\n    bronkeur acm --mbp{start}"), format!("{en}\n    bronkeur acm --mbp{start}"))
        } else if self.acm.acm_stand_in {
            let plain = if is_plain(&draft.base_url) { " --plain-http" } else { "" };
            (
                format!(
                    "Start eerst de ACM in een ander venster, in deze map, en laat ze lopen:\n    bronkeur acm{plain} --base-url {}",
                    draft.base_url
                ),
                format!(
                    "First start the ACM in another window, in this folder, and keep it running:\n    bronkeur acm{plain} --base-url {}",
                    draft.base_url
                ),
            )
        } else {
            (format!("Geef deze variabelen een waarde:\n    {names}"), format!("Set these variables:\n    {names}"))
        };
        text!(
            "{file} is geschreven.\n\n{first_nl}\nDan:\n    bronkeur doctor -p {file}    kijkt of alles klaarstaat\n    bronkeur check -p {file}     keurt {what_nl}\n",
            "{file} is written.\n\n{first_en}\nThen:\n    bronkeur doctor -p {file}    checks that everything is ready\n    bronkeur check -p {file}     checks {what_en}\n"
        )
    }
}

/// Whether a source is on http: then the ACM beside it may be too.
fn is_plain(base_url: &str) -> bool {
    base_url.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("http:"))
}

impl AcmFlags {
    fn draft(&self, id: String, audience: String) -> DraftAcm {
        let proof = match &self.private_key {
            Some(file) => Proof::PrivateKey(file.clone()),
            None => Proof::Secret(Reference::Env(self.secret_env.clone())),
        };
        // The source's own client is its audience.
        let source_client = self
            .source_secret_env
            .as_ref()
            .map(|name| DraftClient { id: audience.clone(), proof: Proof::Secret(Reference::Env(name.clone())) });
        DraftAcm {
            environment: self.environment.clone().unwrap_or_else(|| "tni".to_owned()),
            stand_in: false,
            ca_bundle: None,
            client: DraftClient { id, proof },
            audience,
            scope: self.scope.clone(),
            source_client,
            other_audience: self.other_audience.clone(),
        }
    }
}

impl CitizenFlags {
    fn draft(&self) -> Vec<DraftCitizen> {
        let named = [
            (Role::Subject, Some(&self.subject_insz_env), Some(&self.subject_token_env)),
            (Role::Other, self.other_insz_env.as_ref(), self.other_token_env.as_ref()),
            (Role::Empty, self.empty_insz_env.as_ref(), self.empty_token_env.as_ref()),
        ];
        let citizen = |(role, insz, token): (Role, Option<&String>, Option<&String>)| {
            Some(DraftCitizen {
                name: role.as_str().to_owned(),
                role,
                insz: Reference::Env(insz?.clone()),
                token: Reference::Env(token?.clone()),
            })
        };
        named.into_iter().filter_map(citizen).collect()
    }
}
