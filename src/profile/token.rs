//! What a profile gives as a citizen's token: the token itself, or JSON with the names of RFC 6749, as a token endpoint
//! answers it.

use std::path::PathBuf;

use jiff::Timestamp;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::Value;

use super::validate::issuer;
use super::{Acm, CitizenToken, Reference};
use crate::base::lifetime::lifetime;
use crate::base::text::Text;
use crate::profile::login::{Store, TokenFile};
use crate::text;

/// The answer of a token endpoint; other members do not matter.
#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    access_token: Option<String>,
    #[serde(default)]
    refresh_token: Option<String>,
    #[serde(default)]
    expires_in: Option<Value>,
}

/// What a citizen's token is made from. `key` is where the profile gives it, `text` what was found there, `path` makes a
/// path of a file that the profile names.
///
/// # Errors
/// What is wrong, and what to do.
pub(super) fn token(
    key: &str,
    text: &str,
    reference: &Reference,
    path: impl Fn(&str) -> PathBuf,
) -> Result<CitizenToken, (Text, Text)> {
    let Answer { access_token, refresh_token, expires_in } = answer(key, text).ok_or_else(no_token)?;
    let access = access_token.filter(|token| !token.is_empty()).map(SecretString::from);
    let refresh = refresh_token.filter(|token| !token.is_empty()).map(SecretString::from);
    let access = match access {
        Some(_) if expires_in.as_ref().and_then(lifetime).is_some_and(|seconds| seconds <= 0) => None,
        access => access,
    };
    match (key, access, refresh) {
        ("tx_token", Some(access), _) => Ok(CitizenToken::Tx(access)),
        // A refresh token is no TX token.
        ("tx_token", None, _) | (_, None, None) => Err(if expires_in.is_some() { expired() } else { no_token() }),
        (key, access, Some(token)) => match (reference, access) {
            (Reference::File(file), _) => {
                let keeper = TokenFile::new(&path(file));
                keeper.check(&token).map_err(|unkept| (unkept.message, unkept.remedy))?;
                Ok(CitizenToken::Refresh { token, keeper })
            }
            // The program or whoever sets the variable renews them: the refresh token is theirs to use.
            (Reference::Env(_) | Reference::Command(_), Some(access)) if key != "refresh_token" => {
                Ok(CitizenToken::Access(access))
            }
            (Reference::Env(_) | Reference::Command(_), _) => Err(unkept(reference)),
        },
        (_, Some(access), None) if key != "refresh_token" => Ok(CitizenToken::Access(access)),
        (_, Some(_), None) => Err(no_token()),
    }
}

/// The tokens of a login that `bronkeur login` made, with the issuer and client of this profile.
///
/// # Errors
/// What is wrong, and what to do.
pub(super) fn login(name: &str, acm: &Acm) -> Result<CitizenToken, (Text, Text)> {
    let again = || text!("meld aan met `bronkeur login --name {name}`", "log in with `bronkeur login --name {name}`");
    let store = Store::of_user().map_err(|message| (message, again()))?;
    let read = store.read(name).map_err(|faults| {
        let fault = faults.0.into_iter().next();
        fault.map_or_else(|| (text!("onleesbaar", "unreadable"), again()), |fault| (fault.message, fault.remedy))
    })?;
    let Some(login) = read else {
        return Err((text!("er is geen aanmelding `{name}`", "there is no login `{name}`"), again()));
    };
    let (_, client) = acm.login_client();
    if login.issuer.trim_end_matches('/') != issuer(&acm.environment).trim_end_matches('/') {
        let other = &login.issuer;
        return Err((text!("is een aanmelding bij {other}", "is a login at {other}"), again()));
    }
    if login.client_id != client.id {
        let other = &login.client_id;
        return Err((
            text!("is een aanmelding van de client {other}", "is a login of the client {other}"),
            text!("noem die client onder `acm.login_client`", "name that client under `acm.login_client`"),
        ));
    }
    if let Some(token) = login.refresh_token {
        let keeper = store.keeper(name);
        keeper.check(&token).map_err(|unkept| (unkept.message, unkept.remedy))?;
        return Ok(CitizenToken::Refresh { token, keeper });
    }
    match login.expires_at {
        Some(moment) if moment <= Timestamp::now() => {
            Err((text!("is vervallen op {moment}", "expired at {moment}"), again()))
        }
        _ => Ok(CitizenToken::Access(login.access_token)),
    }
}

fn answer(key: &str, text: &str) -> Option<Answer> {
    let text = text.trim();
    if text.starts_with('{') {
        return serde_json::from_str(text).ok();
    }
    let (access_token, refresh_token) =
        if key == "refresh_token" { (None, Some(text.to_owned())) } else { (Some(text.to_owned()), None) };
    Some(Answer { access_token, refresh_token, expires_in: None })
}

fn no_token() -> (Text, Text) {
    (
        text!("is JSON zonder het gevraagde token", "is JSON without the token asked for"),
        text!(
            "geef het token zelf, of een object met access_token, refresh_token en expires_in",
            "give the token itself, or an object with access_token, refresh_token and expires_in"
        ),
    )
}

fn expired() -> (Text, Text) {
    (
        text!("is al vervallen: `expires_in` is niet groter dan 0", "has expired: `expires_in` is not above 0"),
        text!("haal een nieuw token", "get a new token"),
    )
}

/// Used once, it would be gone: the next one has nowhere to go.
fn unkept(reference: &Reference) -> (Text, Text) {
    (
        text!(
            "is een refresh token uit `{reference}`: het werkt maar één keer, en het volgende kan daar niet bewaard worden",
            "is a refresh token from `{reference}`: it works only once, and the next one cannot be kept there"
        ),
        text!(
            "zet het in een bestand en noem dat met `file`: het wordt dan bijgewerkt; of geef een access token",
            "put it into a file and name that with `file`: it is then kept up to date; or give an access token"
        ),
    )
}
