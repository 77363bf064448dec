//! What is wrong with an application, its pages and the MBP that it knows.

use url::Url;

use super::{Found, OPEN, Purpose, issuer, url};
use crate::evidence::exchange::PROD_MBP;
use crate::profile::{Application, Profile};
use crate::text;

/// The parameters of a URL that carry what is nobody's business, by the names of OAuth, OpenID Connect and the portal.
const CONFIDENTIAL: [&str; 12] = [
    "token",
    "code",
    "state",
    "nonce",
    "id_token",
    "access_token",
    "refresh_token",
    "client_secret",
    "client_assertion",
    "login_hint",
    "session_state",
    "papi_token",
];

pub(super) fn faults(found: &mut Found<'_>, profile: &Profile, application: &Application) {
    let plain = (application.plain_http, "application");
    for (place, page) in application.pages() {
        found.url(&place, page, Purpose::Document, plain);
        names_a_secret(found, &place, page);
    }
    for (n, origin) in application.origins.iter().enumerate() {
        found.url(format!("application.origins[{n}]"), origin, Purpose::Origin, plain);
    }
    if let Some(text) = &application.proxy {
        found.url("application.proxy", text, Purpose::Proxy, OPEN);
    }
    without_start(found, application);
    foreign_pages(found, profile, application);
    of_a_source(found, profile);
    let Some(acm) = &profile.acm else {
        found.note(
            "application",
            text!(
                "een toepassing wordt gekeurd met haar eigen client bij ACM, maar het profiel heeft geen `acm`",
                "an application is checked with its own client at ACM, but the profile has no `acm`"
            ),
            text!("voeg `acm` toe, met `environment` en `client`", "add `acm`, with `environment` and `client`"),
        );
        return;
    };
    mbp(found, profile, application, &acm.environment);
    if acm.resource.is_some() {
        found.note(
            "acm.resource",
            text!(
                "hoort niet bij een toepassing: zij vraagt een token voor de client-id van MBP",
                "does not go with an application: it asks for a token for MBP's client-id"
            ),
            text!(
                "laat `resource` weg; een andere client-id dan die van de omgeving staat in `application.mbp.client_id`",
                "leave out `resource`; a client-id other than that of the environment goes into `application.mbp.client_id`"
            ),
        );
    }
}

/// The name of a parameter says that a secret stands in it; its value is not repeated.
fn names_a_secret(found: &mut Found<'_>, place: &str, page: &str) {
    let Ok(page) = Url::parse(page) else { return };
    let named = page.query_pairs().find_map(|(name, _)| CONFIDENTIAL.into_iter().find(|known| *known == name));
    if let Some(name) = named {
        found.note(
            place,
            text!(
                "bevat een parameter `{name}`: dat is een geheim van één bezoek, en elk rapport toont deze URL",
                "holds a parameter `{name}`: that is a secret of one visit, and every report shows this URL"
            ),
            text!(
                "geef de URL waar een bezoek begint, zonder die parameter",
                "give the URL at which a visit begins, without that parameter"
            ),
        );
    }
}

/// Nobody gets to the other pages without the first one.
fn without_start(found: &mut Found<'_>, application: &Application) {
    if application.start_url.is_some() {
        return;
    }
    for (place, given) in [
        ("application.hand_over_urls", !application.hand_over_urls.is_empty()),
        ("application.logout_url", application.logout_url.is_some()),
    ] {
        if given {
            found.note(
                place,
                text!(
                    "staat er zonder `start_url`: nergens kan een bezoek beginnen",
                    "is given without `start_url`: there is nowhere for a visit to begin"
                ),
                text!(
                    "voeg `application.start_url` toe: de pagina waar iemand zich aanmeldt",
                    "add `application.start_url`: the page at which people log in"
                ),
            );
        }
    }
}

/// A page or an origin that is MBP's or the issuer's is not the application's.
fn foreign_pages(found: &mut Found<'_>, profile: &Profile, application: &Application) {
    let Some(acm) = &profile.acm else { return };
    let origin = |text: &str| url(text, Purpose::Document).ok().map(|url| url.origin());
    let mbp = application.mbp_in_full(&acm.environment).base_url;
    let owners = [
        (mbp.as_deref().and_then(origin), text!("MBP", "MBP")),
        (origin(issuer(&acm.environment)), text!("ACM", "ACM")),
    ];
    let further = application.origins.iter().enumerate().map(|(n, url)| (format!("application.origins[{n}]"), url));
    let named: Vec<(String, &String)> = application.pages().chain(further).collect();
    for (place, page) in named {
        let Some(own) = origin(page) else { continue };
        if let Some((_, owner)) = owners.iter().find(|(foreign, _)| foreign.as_ref() == Some(&own)) {
            let (nl, en) = (&owner.nl, &owner.en);
            found.note(
                place,
                text!("is van {nl}, niet van de toepassing", "is {en}'s, not the application's"),
                text!("geef een URL van de toepassing zelf", "give a URL of the application itself"),
            );
        }
    }
}

/// What a profile says that only a source has a use for.
fn of_a_source(found: &mut Found<'_>, profile: &Profile) {
    let tokens = &profile.tokens;
    let ready = [&tokens.expired, &tokens.other_audience, &tokens.without_scope, &tokens.without_citizen];
    if ready.iter().any(|token| token.is_some()) {
        found.note(
            "tokens",
            text!(
                "klaarliggende tokens zijn er om door een bron geweigerd te worden: een toepassing krijgt er geen",
                "ready-made tokens are there to be refused by a source: an application is sent none"
            ),
            text!("laat `tokens` weg", "leave out `tokens`"),
        );
    }
    for (n, _) in profile.citizens.iter().enumerate().filter(|(_, citizen)| citizen.tx_token.is_some()) {
        found.note(
            format!("citizens[{n}].tx_token"),
            text!(
                "is al uitgewisseld, en bij een toepassing wordt juist die uitwisseling gekeurd",
                "was exchanged already, and for an application that exchange is what is checked"
            ),
            text!(
                "geef het token van de aanmelding: token, refresh_token, command of login",
                "give the token of the login: token, refresh_token, command or login"
            ),
        );
    }
}

/// MBP is that of the environment, or named in full; that of production needs the owner's word.
fn mbp(found: &mut Found<'_>, profile: &Profile, application: &Application, environment: &str) {
    let mbp = application.mbp_in_full(environment);
    let missing = [("client_id", mbp.client_id.is_none()), ("base_url", mbp.base_url.is_none())];
    let missing: Vec<&str> = missing.into_iter().filter_map(|(key, missing)| missing.then_some(key)).collect();
    if !missing.is_empty() {
        let list = missing.join(", ");
        found.note(
            if application.mbp.is_some() { "application.mbp" } else { "application" },
            text!(
                "de MBP van deze uitgever is niet bekend: {list} ontbreekt",
                "the MBP of this issuer is not known: {list} is missing"
            ),
            text!(
                "voeg `client_id` en `base_url` toe onder `application.mbp`; bij tni en prod hoeft dat niet",
                "add `client_id` and `base_url` under `application.mbp`; tni and prod need none"
            ),
        );
    }
    let Some(base_url) = &mbp.base_url else { return };
    found.url("application.mbp.base_url", base_url, Purpose::Base, (application.plain_http, "application"));
    let host = |text: &str| Url::parse(text).ok().and_then(|url| url.host_str().map(str::to_owned));
    let is_production = host(base_url).is_some_and(|own| Some(own) == host(PROD_MBP.base_url));
    // Where the issuer is production's too, that is said there.
    if is_production && !profile.production && application.mbp.as_ref().is_some_and(|own| own.base_url.is_some()) {
        found.production("application.mbp.base_url");
    }
    let acm = profile.acm.as_ref().and_then(|acm| acm.audience.as_ref());
    if acm.zip(mbp.client_id.as_ref()).is_some_and(|(asked, known)| asked != known) {
        found.note(
            "acm.audience",
            text!(
                "is een andere client-id dan die van de MBP van dit profiel",
                "is another client-id than that of the MBP of this profile"
            ),
            text!(
                "laat `audience` weg, of noem die client-id in `application.mbp.client_id`",
                "leave out `audience`, or name that client-id in `application.mbp.client_id`"
            ),
        );
    }
}
