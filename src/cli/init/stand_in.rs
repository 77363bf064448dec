//! What `bronkeur acm` writes when it is started without arguments, as a profile beside its folder names it.

use crate::cli::acm::{AUDIENCE, FOLDER, MBP_PORT, PORT, SCOPE};
use crate::profile::{DraftAcm, DraftCitizen, DraftClient, Proof, Reference, Role};
use crate::sandbox::{APPLICATION, AUTHORITY, CALLER, CALLER_SECRET, MBP, SOURCE_SECRET, TOKENS};

fn file(name: &str) -> Reference {
    Reference::File(format!("{FOLDER}/{name}"))
}

fn client(id: &str, secret: &str) -> DraftClient {
    DraftClient { id: id.to_owned(), proof: Proof::Secret(file(secret)) }
}

/// Who signs what it issues.
pub(super) fn authority() -> String {
    format!("{FOLDER}/{AUTHORITY}")
}

/// `plain`: on http, as `bronkeur acm --plain-http`.
pub(super) fn acm(plain: bool) -> DraftAcm {
    let scheme = if plain { "http" } else { "https" };
    DraftAcm {
        environment: format!("{scheme}://127.0.0.1:{PORT}/op"),
        stand_in: true,
        ca_bundle: (!plain).then(authority),
        client: client(CALLER, CALLER_SECRET),
        audience: AUDIENCE.to_owned(),
        scope: Some(SCOPE.to_owned()),
        source_client: Some(client(AUDIENCE, SOURCE_SECRET)),
        other_audience: None,
    }
}

/// MBP beside it: its client-id and base URL.
pub(super) fn mbp() -> (String, String) {
    (MBP.to_owned(), format!("https://127.0.0.1:{MBP_PORT}"))
}

/// For an application that hands its users over to it.
pub(super) fn acm_of_application() -> DraftAcm {
    DraftAcm {
        client: client(APPLICATION, CALLER_SECRET),
        audience: String::new(),
        scope: None,
        source_client: None,
        ..acm(false)
    }
}

pub(super) fn citizens() -> Vec<DraftCitizen> {
    let citizen = |(name, role): (&str, Role)| DraftCitizen {
        name: name.to_owned(),
        role,
        insz: file(&format!("{name}-insz.txt")),
        token: file(&format!("{name}-token.txt")),
    };
    [("an", Role::Subject), ("bo", Role::Other), ("cy", Role::Empty)].map(citizen).into()
}

pub(super) fn tokens() -> Vec<(&'static str, Reference)> {
    TOKENS.map(|(key, name)| (key, file(name))).into()
}
