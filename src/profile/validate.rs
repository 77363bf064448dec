//! What is wrong in a profile although it has the right form.

mod application;

use std::fmt::Display;

use url::Url;

use super::{Acm, AuthMethod, Citizen, Client, Profile, Role, Source};
use crate::base::href::is_loopback;
use crate::base::input::Diagnostic;
use crate::base::text::Text;
use crate::evidence::exchange::{PROD_ISSUER, TNI_ISSUER};
use crate::text;

/// Message and remedy.
type Wrong = (Text, Text);

/// What a URL of the profile is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Paths are put behind it: neither query nor fragment.
    Base,
    /// Scheme, host and port only.
    Origin,
    /// As an origin, and SOCKS will do.
    Proxy,
    /// Something to get, or a name.
    Document,
}

/// A URL of the profile, normalised: no slash at its end.
pub(super) fn url(text: &str, purpose: Purpose) -> Result<Url, Wrong> {
    let complete = || {
        text!(
            "schrijf een volledige URL, zoals https://api.example.be/v1",
            "write a complete URL, such as https://api.example.be/v1"
        )
    };
    let Ok(mut url) = Url::parse(text) else {
        return Err((text!("is geen geldige URL", "is not a valid URL"), complete()));
    };
    let socks = purpose == Purpose::Proxy && matches!(url.scheme(), "socks5" | "socks5h");
    if !socks && !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err((text!("is geen http(s)-URL met een host", "is not an http(s) URL with a host"), complete()));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err((
            text!("bevat een gebruikersnaam of wachtwoord", "holds a user name or a password"),
            text!(
                "laat ze weg; een proxy krijgt ze via HTTPS_PROXY",
                "leave them out; a proxy gets them through HTTPS_PROXY"
            ),
        ));
    }
    if url.fragment().is_some() || (purpose != Purpose::Document && url.query().is_some()) {
        return Err((
            text!("bevat een query of fragment", "holds a query or a fragment"),
            text!("laat weg wat na `?` of `#` komt", "leave out what follows `?` or `#`"),
        ));
    }
    if purpose != Purpose::Document {
        let path = url.path().trim_end_matches('/').to_owned();
        if !path.is_empty() && purpose != Purpose::Base {
            return Err((
                text!("bevat een pad", "holds a path"),
                text!("schrijf alleen schema, host en poort", "write scheme, host and port only"),
            ));
        }
        url.set_path(&path);
    }
    Ok(url)
}

/// The issuer's URL, as ACM writes it, of an environment.
pub(super) fn issuer(environment: &str) -> &str {
    match environment {
        "tni" => TNI_ISSUER,
        "prod" => PROD_ISSUER,
        url => url,
    }
}

/// Whether a value of `source.openapi` is a URL rather than a file.
pub(super) fn is_url(text: &str) -> bool {
    text.contains("://")
}

/// Whether exactly one subject is named, of a kind that can be checked.
pub(super) fn subject(profile: &Profile, file: &str) -> Vec<Diagnostic> {
    let mut found = Found { file, faults: Vec::new() };
    let named = [
        ("source", profile.source.is_some()),
        ("application", profile.application.is_some()),
        ("website", profile.website.is_some()),
    ];
    let named: Vec<&str> = named.into_iter().filter_map(|(key, given)| given.then_some(key)).collect();
    match named.as_slice() {
        ["website"] => found.note(
            "website",
            text!(
                "een website met de globale header kan bronkeur nog niet keuren",
                "a website with the global header cannot be checked yet"
            ),
            text!(
                "deze sleutel is voorbehouden; keur voorlopig een `source` of een `application`",
                "this key is reserved; for now check a `source` or an `application`"
            ),
        ),
        [_] => {}
        [] => found.faults.push(Diagnostic::new(
            file,
            text!("het profiel zegt niet wat er gekeurd wordt", "the profile does not say what is checked"),
            text!("voeg `source` of `application` toe", "add `source` or `application`"),
        )),
        [first, ..] => {
            let list = named.join(", ");
            found.note(
                first,
                text!(
                    "het profiel noemt meer dan één onderwerp van de keuring: {list}",
                    "the profile names more than one subject to check: {list}"
                ),
                text!("maak voor elk een eigen profiel", "make a profile for each of them"),
            );
        }
    }
    found.faults
}

/// What is wrong with the subject and the issuer.
pub(super) fn connection(profile: &Profile, file: &str) -> Vec<Diagnostic> {
    let mut found = Found { file, faults: Vec::new() };
    if let Some(source) = &profile.source {
        urls(&mut found, source);
    }
    if let Some(own) = &profile.application {
        application::faults(&mut found, profile, own);
    }
    if let Some(acm) = &profile.acm_in_full() {
        acm_faults(&mut found, profile, acm);
    }
    found.faults
}

/// Whether http to a host that is not loopback is allowed, and the key that says so.
fn plain_http(profile: &Profile) -> (bool, &'static str) {
    match (&profile.source, &profile.application) {
        (None, Some(application)) => (application.plain_http, "application"),
        (source, _) => (source.as_ref().is_some_and(|source| source.plain_http), "source"),
    }
}

struct Found<'a> {
    file: &'a str,
    faults: Vec<Diagnostic>,
}

impl Found<'_> {
    fn note(&mut self, place: impl Display, message: Text, remedy: Text) {
        self.faults.push(Diagnostic::new(self.file, message, remedy).at(place));
    }

    /// Production needs the owner's word.
    fn production(&mut self, place: impl Display) {
        self.note(
            place,
            text!("is productie, met gegevens van echte mensen", "is production, with the data of real people"),
            text!(
                "zet `production: true` in het profiel, of geef --i-may-test-production",
                "set `production: true` in the profile, or pass --i-may-test-production"
            ),
        );
    }

    /// `subject` is the key of the subject, whose `plain_http` may allow http.
    fn url(&mut self, place: impl Display, text: &str, purpose: Purpose, (plain_http, subject): (bool, &str)) {
        match url(text, purpose) {
            Err((message, remedy)) => self.note(place, message, remedy),
            Ok(url) if url.scheme() == "http" && !plain_http && !is_loopback(&url) => self.note(
                place,
                text!(
                    "gebruikt http, waardoor tokens en rijksregisternummers onversleuteld verstuurd worden",
                    "uses http, which sends tokens and national numbers unencrypted"
                ),
                text!(
                    "gebruik https, of zet `{subject}.plain_http: true` als dat hier mag",
                    "use https, or set `{subject}.plain_http: true` if that is acceptable here"
                ),
            ),
            Ok(_) => {}
        }
    }
}

/// No secret travels there: http will do.
const OPEN: (bool, &str) = (true, "");

fn urls(found: &mut Found<'_>, source: &Source) {
    let plain = (source.plain_http, "source");
    found.url("source.base_url", &source.base_url, Purpose::Base, plain);
    if let Some(text) = &source.public_url {
        found.url("source.public_url", text, Purpose::Base, plain);
    }
    for (n, origin) in source.origins.iter().enumerate() {
        found.url(format!("source.origins[{n}]"), origin, Purpose::Origin, plain);
    }
    if let Some(text) = &source.proxy {
        found.url("source.proxy", text, Purpose::Proxy, OPEN);
    }
    if let Some(text) = source.openapi.as_ref().filter(|text| is_url(text)) {
        found.url("source.openapi", text, Purpose::Document, OPEN);
    }
}

fn acm_faults(found: &mut Found<'_>, profile: &Profile, acm: &Acm) {
    let issuer = issuer(&acm.environment);
    found.url("acm.environment", issuer, Purpose::Base, plain_http(profile));
    if issuer.trim_end_matches('/') == PROD_ISSUER && !profile.production {
        found.production("acm.environment");
    }
    if acm.stand_in && [TNI_ISSUER, PROD_ISSUER].contains(&issuer.trim_end_matches('/')) {
        found.note(
            "acm.stand_in",
            text!(
                "zegt dat deze uitgever de ACM van bronkeur zelf is, maar het is de echte",
                "says that this issuer is bronkeur's own ACM, but it is the real one"
            ),
            text!(
                "laat `stand_in` weg, of gebruik het profiel dat `bronkeur acm` schrijft",
                "leave out `stand_in`, or use the profile that `bronkeur acm` writes"
            ),
        );
    }
    if let Some(text) = &acm.resource {
        found.url("acm.resource", text, Purpose::Document, OPEN);
    }
    // An application asks for MBP: what is missing there is missing in `application.mbp`.
    if profile.application.is_none() && acm.audience.is_some() == acm.resource.is_some() {
        found.note(
            if acm.resource.is_some() { "acm.resource" } else { "acm" },
            text!(
                "noemt niet precies één van audience en resource",
                "does not name exactly one of audience and resource"
            ),
            text!(
                "geef `audience` (client-id van de bron) of `resource` (haar URL)",
                "give `audience` (client-id of the source) or `resource` (its URL)"
            ),
        );
    }
    if acm.other_audience.is_some() && acm.other_audience == acm.audience {
        found.note(
            "acm.other_audience",
            text!("is de eigen audience van de gewone tokens", "is the own audience of the ordinary tokens"),
            text!("noem de client-id van een andere API", "name the client-id of another API"),
        );
    }
    let certificate = acm.client_certificate.is_some();
    client(found, "acm.client", &acm.client, certificate);
    if let Some(login_client) = &acm.login_client {
        client(found, "acm.login_client", login_client, certificate);
    }
    if let Some(source_client) = &acm.source_client {
        client(found, "acm.source_client", source_client, certificate);
    }
    for (n, hop) in acm.hops.iter().enumerate() {
        client(found, &format!("acm.hops[{n}].client"), &hop.client, certificate);
    }
}

fn client(found: &mut Found<'_>, place: &str, client: &Client, certificate: bool) {
    let (secret, key) = (client.secret.is_some(), client.private_key.is_some());
    if client.private_key.as_ref().is_some_and(|key| key.reference().is_none()) {
        found.note(
            format!("{place}.private_key"),
            text!(
                "noemt niet precies één van env, file en command",
                "does not name exactly one of env, file and command"
            ),
            text!("vermeld op één manier waar de sleutel is", "state in one way where the key is"),
        );
    }
    if client.auth == Some(AuthMethod::None) {
        if secret || key {
            found.note(
                format!("{place}.auth"),
                text!("none past niet bij een geheim of sleutel", "none does not go with a secret or a key"),
                text!("laat `auth` weg, of het geheim", "leave out `auth`, or the secret"),
            );
        }
    } else if client.auth == Some(AuthMethod::Tls) {
        if secret || key {
            found.note(
                format!("{place}.auth"),
                text!(
                    "tls gebruikt enkel het certificaat: secret en private_key horen er niet bij",
                    "tls uses the certificate alone: neither secret nor private_key goes with it"
                ),
                text!("laat `auth` weg, of het geheim", "leave out `auth`, or the secret"),
            );
        }
        if !certificate {
            found.note(
                format!("{place}.auth"),
                text!("tls vraagt een certificaat", "tls needs a certificate"),
                text!("voeg `acm.client_certificate` toe", "add `acm.client_certificate`"),
            );
        }
    } else if secret == key {
        found.note(
            place,
            text!(
                "heeft niet precies één van secret en private_key",
                "does not have exactly one of secret and private_key"
            ),
            text!("geef een van beide, of `auth: tls`", "give one of the two, or `auth: tls`"),
        );
    } else if client.auth.is_some_and(|auth| (auth == AuthMethod::Jwt) != key) {
        found.note(
            format!("{place}.auth"),
            text!(
                "past niet bij het geheim: jwt hoort bij private_key, post en basic bij secret",
                "does not go with the secret: jwt goes with private_key, post and basic with secret"
            ),
            text!("laat `auth` weg, of geef wat erbij hoort", "leave out `auth`, or give what goes with it"),
        );
    }
}

/// What is wrong with the citizens.
pub(super) fn citizens(profile: &Profile, file: &str) -> Vec<Diagnostic> {
    let mut found = Found { file, faults: Vec::new() };
    let all = &profile.citizens;
    for (n, citizen) in all.iter().enumerate() {
        let before = all.get(..n).unwrap_or_default();
        let role = citizen.role.as_str();
        if before.iter().any(|other| other.role == citizen.role) {
            found.note(
                format!("citizens[{n}].role"),
                text!("de rol `{role}` is al vergeven", "the role `{role}` is taken already"),
                text!("geef elke rol aan hoogstens één burger", "give each role to at most one citizen"),
            );
        }
        if before.iter().any(|other| other.name == citizen.name) {
            found.note(
                format!("citizens[{n}].name"),
                text!("deze naam is er al", "this name is there already"),
                text!("geef elke burger een eigen naam", "give every citizen their own name"),
            );
        }
        token(&mut found, n, citizen, profile);
    }
    if !all.iter().any(|citizen| citizen.role == Role::Subject) {
        found.note(
            "citizens",
            text!("geen burger heeft de rol `subject`", "no citizen has the role `subject`"),
            text!("geef één burger `role: subject`", "give one citizen `role: subject`"),
        );
    }
    found.faults
}

fn token(found: &mut Found<'_>, n: usize, citizen: &Citizen, profile: &Profile) {
    let given = citizen.tokens();
    // Everything is asked of ACM for an application; what that lacks is told once.
    let acm = profile.acm.is_some() || profile.application.is_some();
    let has_pages = profile.application.as_ref().is_some_and(|application| application.start_url.is_some());
    match given.as_slice() {
        [] if citizen.role == Role::Subject && !has_pages => {
            let (nl, en) = if profile.application.is_some() {
                ("token, refresh_token, command of login", "token, refresh_token, command or login")
            } else if acm {
                ("token, refresh_token, command, login of tx_token", "token, refresh_token, command, login or tx_token")
            } else {
                ("tx_token", "tx_token")
            };
            found.note(
                format!("citizens[{n}]"),
                text!(
                    "heeft geen token, en zonder token van het subject is er niets te keuren",
                    "has no token, and without the subject's token there is nothing to check"
                ),
                text!("geef {nl}", "give {en}"),
            );
        }
        [key] if !acm && *key != "tx_token" => found.note(
            format!("citizens[{n}].{key}"),
            text!(
                "moet bij ACM uitgewisseld worden, maar het profiel heeft geen `acm`",
                "has to be exchanged at ACM, but the profile has no `acm`"
            ),
            text!("voeg `acm` toe, of geef een `tx_token`", "add `acm`, or give a `tx_token`"),
        ),
        [] | [_] => {}
        several => {
            let list = several.join(", ");
            found.note(
                format!("citizens[{n}]"),
                text!("heeft meer dan één token: {list}", "has more than one token: {list}"),
                text!("houd er één over", "keep one of them"),
            );
        }
    }
}
