//! What an application hears and says is in no report and no evidence of its check, however much of it the application
//! shows where it must not; and the evidence replays to the same reports.

use std::collections::BTreeSet;

use bronkeur::evidence::exchange::Citizen;
use bronkeur::sandbox::application::behaviour::{Behaviour, Diary, Keeps};
use bronkeur::sandbox::application::{faults, world};
use secrecy::ExposeSecret as _;
use serde_json::Value;
use url::Url;

use super::catalogue;
use crate::marked::{forms, found};
use crate::replay::replays_of;
use crate::support::block_on;

/// Parameters and members whose value nobody may see.
const SECRET: [&str; 12] = [
    "token",
    "access_token",
    "refresh_token",
    "id_token",
    "id_token_hint",
    "code",
    "state",
    "nonce",
    "code_challenge",
    "client_secret",
    "sessie",
    "burger",
];

/// The requirements that an application breaks by showing what it must not.
const SHOWING: [&str; 12] = [
    "SSO-12", "SSO-16", "SSO-17", "SSO-21", "SSO-25", "SSO-31", "SSO-32", "SSO-33", "SSO-34", "SSO-36", "SSO-39",
    "SSO-41",
];

/// A value shorter than this is a word.
const SHORTEST: usize = 12;

/// The secrets of what an application wrote down: by the names of parameters, members and cookies.
fn secrets(diary: &Diary) -> BTreeSet<String> {
    let mut secrets = BTreeSet::new();
    for entry in diary.entries() {
        if let Ok(Value::Object(members)) = serde_json::from_str(&entry) {
            let named = members.iter().filter(|(name, _)| SECRET.contains(&name.as_str()));
            secrets.extend(named.filter_map(|(_, value)| value.as_str()).map(str::to_owned));
            continue;
        }
        let query = Url::parse(&entry).ok().and_then(|url| url.query().map(str::to_owned));
        for (name, value) in url::form_urlencoded::parse(query.as_deref().unwrap_or(&entry).as_bytes()) {
            if SECRET.contains(&name.as_ref()) {
                secrets.insert(value.into_owned());
            }
        }
        // `Cookie` and `Set-Cookie`: the first pair, and those that follow in a request.
        if !entry.contains("://") {
            let pairs = entry.split("; ").filter_map(|pair| pair.split_once('='));
            let attributes = ["Path", "Max-Age", "Expires", "SameSite", "Domain"];
            secrets.extend(pairs.filter(|(name, _)| !attributes.contains(name)).map(|(_, value)| value.to_owned()));
        }
    }
    secrets.retain(|secret| secret.len() >= SHORTEST);
    secrets
}

/// Nothing of what the application heard and said is in what its check leaves behind.
fn assert_silent(name: &str, mut behaviour: Behaviour) {
    let diary = Diary::default();
    behaviour.diary = Some(diary.clone());
    // The sandbox lives until everything is written.
    let (finished, sandbox) = block_on(world::examine(catalogue(), behaviour)).unwrap();
    let secrets = secrets(&diary);
    assert!(secrets.len() > 40, "{name}: {} secrets", secrets.len());
    let numbers = [Citizen::Subject, Citizen::Other].into_iter().filter_map(|citizen| finished.vault.number(citizen));
    let mut hidden: Vec<String> = secrets.into_iter().collect();
    hidden.extend(numbers.map(|number| number.expose_secret().to_owned()));
    hidden.push(sandbox.credentials().client.secret.clone());
    let forms = forms(&hidden);
    for (file, text) in replays_of(catalogue(), &finished) {
        let shown = found(&text, &forms);
        assert!(shown.is_empty(), "{name}: {file} shows {shown:?}");
    }
}

#[test]
fn a_conformant_application_is_shown_nowhere() {
    for keeps in [Keeps::Server, Keeps::Cookie, Keeps::Open] {
        let mut behaviour = Behaviour::default();
        behaviour.build.keeps = keeps;
        assert_silent(&format!("{keeps:?}"), behaviour);
    }
}

#[test]
fn what_an_application_shows_where_it_must_not_is_in_no_report() {
    let showing = faults::all().filter(|fault| fault.breaks.iter().any(|id| SHOWING.contains(id)));
    for fault in showing {
        let mut behaviour = Behaviour::default();
        (fault.apply)(&mut behaviour);
        assert_silent(fault.name, behaviour);
    }
}
