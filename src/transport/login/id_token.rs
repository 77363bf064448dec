//! Whether an id_token is about this login (OpenID Connect Core, section 3.1.3.7). It came straight from the issuer's
//! token endpoint, over TLS or loopback: that stands in for its signature, as the section allows.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde::Deserialize;

use crate::base::text::Text;
use crate::text;

/// How much the issuer's clock may differ from ours, in seconds.
const SKEW: f64 = 60.0;

/// What an id_token must say.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Expected<'a> {
    /// The issuer, exactly as configured.
    pub issuer: &'a str,
    /// The client that logged in.
    pub client_id: &'a str,
    /// What the question held.
    pub nonce: &'a str,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: Audience,
    #[serde(default)]
    azp: Option<String>,
    exp: f64,
    #[serde(default)]
    nonce: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

/// Holds an id_token against what it must say.
///
/// # Errors
/// What it says instead; nothing about the citizen.
pub(crate) fn check(token: &str, expected: Expected<'_>, now: Timestamp) -> Result<(), Text> {
    let Some(claims) = claims(token) else {
        return Err(text!("het id_token is geen leesbare JWT", "the id_token is not a readable JWT"));
    };
    let audiences = match &claims.aud {
        Audience::One(audience) => std::slice::from_ref(audience),
        Audience::Several(audiences) => audiences,
    };
    if claims.iss != expected.issuer {
        return Err(text!("het id_token is van een andere uitgever", "the id_token is of another issuer"));
    }
    if !audiences.iter().any(|audience| audience == expected.client_id)
        || claims.azp.is_some_and(|azp| azp != expected.client_id)
    {
        return Err(text!("het id_token is voor een andere client", "the id_token is for another client"));
    }
    if claims.nonce.as_deref() != Some(expected.nonce) {
        return Err(text!("het id_token hoort bij een andere aanmelding", "the id_token belongs to another login"));
    }
    #[expect(clippy::cast_precision_loss, reason = "seconds since 1970 are far below 2^52")]
    let now = now.as_second() as f64;
    if claims.exp + SKEW <= now {
        return Err(text!(
            "het id_token is al vervallen: controleer de klok van deze computer",
            "the id_token has expired already: check the clock of this computer"
        ));
    }
    Ok(())
}

fn claims(token: &str) -> Option<Claims> {
    let mut parts = token.split('.');
    let (_header, payload, _signature) = (parts.next()?, parts.next()?, parts.next()?);
    // Five parts are an encrypted token.
    if parts.next().is_some() {
        return None;
    }
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const EXPECTED: Expected<'_> = Expected { issuer: "https://acm.example.be/op", client_id: "us", nonce: "n-1" };

    fn verdict(change: impl FnOnce(&mut Value)) -> Result<(), String> {
        let mut claims =
            json!({"iss": EXPECTED.issuer, "aud": "us", "exp": 1000, "iat": 900, "nonce": "n-1", "sub": "hunter22"});
        change(&mut claims);
        let token = format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims.to_string()));
        check(&token, EXPECTED, Timestamp::from_second(990).unwrap()).map_err(|text| text.en)
    }

    #[test]
    fn it_must_be_of_this_login() {
        assert_eq!(verdict(|_| ()), Ok(()));
        assert_eq!(verdict(|claims| claims["aud"] = json!(["them", "us"])), Ok(()));
        assert_eq!(verdict(|claims| claims["azp"] = json!("us")), Ok(()));
        assert_eq!(verdict(|claims| claims["exp"] = json!(940)), Ok(()));
        for (name, value, words) in [
            ("iss", json!("https://acm.example.be/op/"), "another issuer"),
            ("iss", json!(1), "not a readable JWT"),
            ("aud", json!("them"), "another client"),
            ("aud", json!([]), "another client"),
            ("azp", json!("them"), "another client"),
            ("nonce", json!("n-2"), "another login"),
            ("nonce", Value::Null, "another login"),
            ("exp", json!(900), "expired"),
            ("exp", json!("x"), "not a readable JWT"),
        ] {
            let why = verdict(|claims| claims[name] = value.clone()).unwrap_err();
            assert!(why.contains(words) && !why.contains("hunter22"), "{name} {value}: {why}");
        }
        for token in ["", "a.b", "a.b.c", "a.e30.c.d.e"] {
            assert!(check(token, EXPECTED, Timestamp::UNIX_EPOCH).is_err(), "{token}");
        }
    }
}
