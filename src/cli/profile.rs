//! Which profile a command works with: a file, or what the flags make of one citizen with a TX token.

mod stand_in;

use std::path::{Path, PathBuf};

use clap::Args;

use super::environment;
use crate::base::input::{Diagnostic, Diagnostics, LARGEST_TEXT, read_text};
use crate::catalogue::SubjectKind;
use crate::profile::{Profile, Resolved};
use crate::text;

/// The profile that is read when none is named, and the one that `init` writes.
pub(super) const DEFAULT_PROFILE: &str = "bron.yaml";

#[derive(Clone, Debug, Args)]
pub(super) struct ProfileArgs {
    /// The profile of the source or application [default: bron.yaml, if there is one]
    #[arg(short, long, value_name = "FILE", env = "BRONKEUR_PROFILE")]
    profile: Option<PathBuf>,
    /// The URL of the source, up to and including the version
    #[arg(long, value_name = "URL", env = "BRONKEUR_BASE_URL")]
    base_url: Option<String>,
    /// Its name in the reports
    #[arg(long, env = "BRONKEUR_NAME", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    name: Option<String>,
    /// The variable that holds the citizen's national number
    #[arg(long, value_name = "NAME", env = "BRONKEUR_INSZ_ENV", requires = "token_env")]
    insz_env: Option<String>,
    /// The variable that holds the citizen's TX token
    #[arg(long, value_name = "NAME", env = "BRONKEUR_TOKEN_ENV", requires = "insz_env")]
    token_env: Option<String>,
    /// Certificate authorities of the source or application, beside those of the system (PEM)
    #[arg(long, value_name = "FILE", env = "BRONKEUR_CA_BUNDLE")]
    ca_bundle: Option<PathBuf>,
    /// The longest wait for one answer, in seconds
    #[arg(long, value_name = "SECONDS", env = "BRONKEUR_TIMEOUT", value_parser = seconds)]
    timeout: Option<f64>,
    /// This run may go against production
    #[arg(long, env = "BRONKEUR_I_MAY_TEST_PRODUCTION")]
    i_may_test_production: bool,
}

/// Where a path of the command line leads, wherever it is read from.
pub(super) fn absolute(path: &Path) -> String {
    std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf()).display().to_string()
}

/// What is wrong with the file that `--ca-bundle` names: the flag's fault, whatever the profile says.
pub(super) fn bundle_fault(path: &Path) -> Option<Diagnostic> {
    let shown = path.display();
    let (message, remedy) = match read_text(path, LARGEST_TEXT) {
        Ok(text) if text.contains("-----BEGIN CERTIFICATE-----") => return None,
        Ok(_) => (
            text!("`{shown}` bevat geen certificaat in PEM-vorm", "`{shown}` holds no certificate in PEM form"),
            text!(
                "geef een bestand met `-----BEGIN CERTIFICATE-----`",
                "give a file with `-----BEGIN CERTIFICATE-----`"
            ),
        ),
        Err(faults) => {
            let fault = faults.0.into_iter().next()?;
            let (nl, en) = (fault.message.nl, fault.message.en);
            (text!("`{shown}`: {nl}", "`{shown}`: {en}"), fault.remedy)
        }
    };
    Some(Diagnostic::new("command line", message, remedy).at("--ca-bundle"))
}

/// What kind of subject a profile names.
pub(super) fn kind_of(profile: &Profile) -> SubjectKind {
    if profile.application.is_some() { SubjectKind::Application } else { SubjectKind::Source }
}

/// A flag that has no meaning for the profile, which is not that of a source.
pub(super) fn of_a_source(flag: &str) -> Diagnostic {
    Diagnostic::new(
        "command line",
        text!(
            "geldt alleen voor een bron, en dit is het profiel van iets anders",
            "holds for a source only, and this is the profile of something else"
        ),
        text!("laat {flag} weg", "leave out {flag}"),
    )
    .at(flag)
}

/// A flag that has no meaning for the profile, which is not that of an application.
pub(super) fn of_an_application(flag: &str) -> Diagnostic {
    Diagnostic::new(
        "command line",
        text!(
            "geldt alleen voor een toepassing, en dit is het profiel van iets anders",
            "holds for an application only, and this is the profile of something else"
        ),
        text!("laat {flag} weg", "leave out {flag}"),
    )
    .at(flag)
}

fn seconds(text: &str) -> Result<f64, String> {
    above_zero(text, 3600.0)
}

/// A number of the command line, within the bounds that the schema of the profile sets for the same key.
pub(super) fn above_zero(text: &str, most: f64) -> Result<f64, String> {
    let number = text.parse().ok().filter(|number| *number > 0.0 && *number <= most);
    number.ok_or_else(|| format!("a number above 0 is expected, {most} at most"))
}

/// A profile that was read and not yet resolved.
pub(super) struct Written {
    /// Its name in messages.
    pub(super) file: String,
    /// What it says, with what the flags say instead.
    pub(super) profile: Profile,
    /// From where its paths count.
    pub(super) folder: PathBuf,
    /// What is wrong with the flags: no fault of the profile.
    pub(super) flags: Vec<Diagnostic>,
}

impl Written {
    /// What kind of subject it names.
    pub(super) fn kind(&self) -> SubjectKind {
        kind_of(&self.profile)
    }

    /// Every reference followed, or everything that is wrong: `more` faults included.
    pub(super) fn resolve(self, more: Vec<Diagnostic>) -> Result<Resolved, Diagnostics> {
        let known = [more, self.flags].concat();
        if let Some(fault) = stand_in::not_started(&self.file, &self.profile, &self.folder) {
            // All else that could be wrong is in files that are not there yet.
            return Err(Diagnostics([known, vec![fault]].concat()));
        }
        match self.profile.resolve(&self.file, &environment, &self.folder) {
            Ok(resolved) => Diagnostics(known).or(resolved),
            Err(faults) => Err(Diagnostics([known, faults.0].concat())),
        }
    }
}

impl ProfileArgs {
    /// The file, or what the flags make; flags win.
    pub(super) fn read(&self) -> Result<Written, Diagnostics> {
        let mut written = self.written()?;
        let profile = &mut written.profile;
        if let Some(base_url) = &self.base_url {
            match &mut profile.source {
                Some(source) => source.base_url.clone_from(base_url),
                None => written.flags.push(of_a_source("--base-url")),
            }
        }
        let bundle = self.ca_bundle.as_deref().and_then(|bundle| match bundle_fault(bundle) {
            Some(fault) => {
                written.flags.push(fault);
                None
            }
            None => Some(absolute(bundle)),
        });
        if let Some(source) = &mut profile.source {
            source.name = self.name.clone().or(source.name.take());
            source.ca_bundle = bundle.clone().or(source.ca_bundle.take());
            source.timeout = self.timeout.or(source.timeout);
        }
        if let Some(application) = &mut profile.application {
            application.name = self.name.clone().or(application.name.take());
            application.ca_bundle = bundle.or(application.ca_bundle.take());
            application.timeout = self.timeout.or(application.timeout);
        }
        profile.production |= self.i_may_test_production;
        Ok(written)
    }

    fn written(&self) -> Result<Written, Diagnostics> {
        let default = Path::new(DEFAULT_PROFILE);
        let path = match &self.profile {
            Some(path) => Some(path.as_path()),
            None => Some(default).filter(|path| self.insz_env.is_none() && path.exists()),
        };
        if let Some(path) = path {
            let file = path.display().to_string();
            let text = read_text(path, LARGEST_TEXT).map_err(|faults| stand_in::of_its_folder(path, faults))?;
            let folder = path.parent().map(Path::to_path_buf).unwrap_or_default();
            return Ok(Written { profile: Profile::read(&file, &text)?, file, folder, flags: Vec::new() });
        }
        match (&self.base_url, &self.insz_env, &self.token_env) {
            (Some(base_url), Some(insz_env), Some(token_env)) => Ok(Written {
                file: "command line".to_owned(),
                profile: Profile::of_flags(base_url, insz_env, token_env),
                folder: PathBuf::new(),
                flags: Vec::new(),
            }),
            _ => Err(Diagnostics::one(
                "command line",
                text!(
                    "er is geen profiel, en ook geen {DEFAULT_PROFILE} in deze map",
                    "there is no profile, and no {DEFAULT_PROFILE} in this folder either"
                ),
                text!(
                    "schrijf er een met `bronkeur init`, noem er een met -p, of geef --base-url, --insz-env en --token-env; `bronkeur demo` werkt zonder",
                    "write one with `bronkeur init`, name one with -p, or give --base-url, --insz-env and --token-env; `bronkeur demo` works without"
                ),
            )),
        }
    }
}
