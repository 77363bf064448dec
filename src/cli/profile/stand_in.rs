//! A profile for the tokens of `bronkeur acm` that is used before that ran: one fault that says so, in place of one for
//! every file that is not there yet.

use std::path::Path;

use crate::base::input::{Diagnostic, Diagnostics};
use crate::base::text::Text;
use crate::cli::acm::FOLDER;
use crate::profile::Profile;
use crate::sandbox::{APPLICATION_PROFILE, PROFILE};
use crate::text;

/// The fault of a profile whose files `bronkeur acm` has not written yet; none where they are all there, or where another
/// issuer gives the tokens.
pub(super) fn not_started(file: &str, profile: &Profile, folder: &Path) -> Option<Diagnostic> {
    let acm = profile.acm.as_ref().filter(|acm| acm.stand_in)?;
    let of_source = profile.source.as_ref().and_then(|source| source.ca_bundle.as_ref());
    let of_application = profile.application.as_ref().and_then(|application| application.ca_bundle.as_ref());
    let bundles = [acm.ca_bundle.as_ref(), of_source, of_application].into_iter().flatten().map(String::as_str);
    let mut named: Vec<&str> = profile.secret_files().into_iter().map(|(_, path)| path).chain(bundles).collect();
    named.retain(|path| !folder.join(path).exists());
    let (first, count) = (*named.first()?, named.len());
    let (nl, en) = match count {
        1 => (String::new(), String::new()),
        _ => (format!(" (en nog {})", count - 1), format!(" (and {} more)", count - 1)),
    };
    Some(Diagnostic::new(
        file,
        text!(
            "`{first}`{nl} is er nog niet: `bronkeur acm` schrijft dat bestand",
            "`{first}`{en} is not there yet: `bronkeur acm` writes it"
        ),
        remedy(Some(&how(profile, acm.environment.starts_with("http:")))),
    ))
}

/// The faults of a profile that cannot be read: where it is the one that `bronkeur acm` writes, it did not run yet.
pub(super) fn of_its_folder(path: &Path, faults: Diagnostics) -> Diagnostics {
    let folder = path.parent().and_then(Path::file_name).is_some_and(|name| name == FOLDER);
    let is_its = folder && path.file_name().is_some_and(|name| name == PROFILE || name == APPLICATION_PROFILE);
    if path.exists() || !is_its {
        return faults;
    }
    Diagnostics::one(
        path.display().to_string(),
        text!(
            "dit profiel is er nog niet: `bronkeur acm` schrijft het",
            "this profile is not there yet: `bronkeur acm` writes it"
        ),
        remedy(path.file_name().filter(|name| *name == APPLICATION_PROFILE).map(|_| " --mbp")),
    )
}

/// With which flags it is started for a profile.
fn how(profile: &Profile, plain: bool) -> String {
    let plain = if plain { " --plain-http" } else { "" };
    match (&profile.source, &profile.application) {
        (Some(source), _) => format!("{plain} --base-url {}", source.base_url),
        (None, Some(application)) => {
            let start = application.start_url.as_ref().map(|url| format!(" --start-url {url}"));
            format!("{plain} --mbp{}", start.unwrap_or_default())
        }
        (None, None) => String::new(),
    }
}

/// What to do first.
fn remedy(flags: Option<&str>) -> Text {
    let flag = flags.unwrap_or_default();
    text!(
        "start eerst `bronkeur acm{flag}` in een ander venster, in dezelfde map, en laat het lopen",
        "start `bronkeur acm{flag}` first in another window, in the same folder, and keep it running"
    )
}
