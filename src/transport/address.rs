//! From a request to the URL that it goes to, and which origins may see it.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use secrecy::{ExposeSecret, SecretString};
use url::{Origin, Url};

use super::settings::Settings;
use crate::base::insz;
use crate::base::text::Text;
use crate::evidence::exchange::{
    Auth, Citizen, Edit, Failure, FailureKind, Part, Replacement, Request, Target, Trouble, Variation, entry_url,
};
use crate::evidence::vault::Vault;
use crate::text;

/// What stands in a path segment or a query value as it is (RFC 3986, unreserved).
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The same in a path segment, with what separates parameters within it (RFC 3986, section 3.3).
const SEGMENT: &AsciiSet = &UNRESERVED.remove(b';').remove(b'=').remove(b',');

/// Why a URL is not sent, in words that the caller masks.
pub(super) type Refusal = Failure;

/// The raw URL of a request to the source, without the token that may stand in its query.
pub(super) fn address(settings: &Settings, vault: &Vault, request: &Request) -> Result<Url, Refusal> {
    let mut url = without_variation(settings, vault, &request.target)?;
    if request.variation == Variation::TrailingSlash && !url.path().ends_with('/') {
        let path = format!("{}/", url.path());
        url.set_path(&path);
    }
    Ok(url)
}

fn without_variation(settings: &Settings, vault: &Vault, target: &Target) -> Result<Url, Refusal> {
    let lacks = |words: Text| Failure::new(FailureKind::NotConfigured, words);
    match target {
        Target::Issuer(_) | Target::Tls(_) | Target::Visit(_) => {
            Err(lacks(text!("geen URL van de bron", "no URL of the source")))
        }
        Target::Path(path) => {
            let base = settings.base_url.as_str().trim_end_matches('/');
            parsed(&format!("{base}/{}", path.trim_start_matches('/')))
        }
        Target::OpenApi => {
            let none = || lacks(text!("geen URL van een OpenAPI-document", "no URL of an OpenAPI document"));
            settings.openapi.clone().ok_or_else(none)
        }
        Target::PlainHttp => {
            let mut url = settings.base_url.clone();
            url.set_query(None);
            let set = url.set_scheme("http").and_then(|()| url.set_port(Some(settings.http_port)));
            let none = || text!("de basis-URL heeft geen vorm met http", "the base URL has no plain http form");
            set.map_err(|()| lacks(none()))?;
            // The entry resource is where a source that serves here would ask for a token.
            let nobody = number(vault, Citizen::Nobody)?;
            parsed(&entry_url(url.as_str(), &settings.setup.source().entry_path, nobody.expose_secret(), &[]))
        }
        Target::Entry { citizen, query } => {
            let number = number(vault, *citizen)?;
            let base = settings.base_url.as_str();
            parsed(&entry_url(base, &settings.setup.source().entry_path, number.expose_secret(), query))
        }
        Target::Link { url, edit, .. } => {
            let mut url = parsed(&raw_link(vault, url)?)?;
            if let Some(edit) = edit {
                url = edited(vault, url, edit)?;
            }
            Ok(rewritten(settings, url))
        }
    }
}

/// Whether the URL of a request may be requested at all.
pub(super) fn vouched(settings: &Settings, request: &Request, url: &Url) -> Result<(), Refusal> {
    let foreign = |words: Text| Failure::new(FailureKind::ForeignOrigin, words);
    if !url.username().is_empty() || url.password().is_some() {
        let words =
            text!("de URL bevat een gebruikersnaam of een wachtwoord", "the URL holds a user name or a password");
        return Err(foreign(words).with(Some(Trouble::UserInUrl)));
    }
    if matches!(request.target, Target::OpenApi | Target::PlainHttp) {
        // The profile itself says where these are; they see neither a token nor a citizen.
        return match request.auth {
            Auth::None => Ok(()),
            _ => Err(foreign(text!("daar gaat geen token heen", "no token goes there"))),
        };
    }
    let origin = url.origin();
    let is_known = |origin: &Origin| {
        *origin == settings.base_url.origin()
            || settings.public_url.as_ref().is_some_and(|public| public.origin() == *origin)
            || settings.origins.contains(origin)
    };
    // The usual slip behind a proxy: the right server, and http in the link.
    let mut over_tls = url.clone();
    let is_slip = over_tls.set_scheme("https").is_ok() && is_known(&over_tls.origin());
    let is_plain = url.scheme() != "https" && settings.base_url.scheme() != "http";
    let is_meant = is_known(&origin) || (is_plain && is_slip);
    if !is_meant {
        return Err(foreign(Text::same(origin.ascii_serialization())));
    }
    if is_plain {
        let origin = origin.ascii_serialization();
        let words = text!("http zonder TLS: {origin}", "plain http: {origin}");
        return Err(foreign(words).with(Some(Trouble::PlainHttp)));
    }
    Ok(())
}

/// The raw number of a citizen.
fn number(vault: &Vault, citizen: Citizen) -> Result<SecretString, Refusal> {
    let known = match citizen {
        Citizen::Malformed(malformed) => Some(malformed.text().into()),
        Citizen::Nobody => vault.number(citizen).or_else(|| Some(insz::nobody())),
        Citizen::Subject | Citizen::Other | Citizen::Empty => vault.number(citizen),
    };
    let none = || text!("het profiel heeft zo'n burger niet", "the profile has no such citizen");
    known.ok_or_else(|| Failure::new(FailureKind::NotConfigured, none()))
}

/// The raw form of a link: with the citizens' numbers in the place of their surrogates. A surrogate of anything else is
/// never sent as if it were the value.
fn raw_link(vault: &Vault, masked: &str) -> Result<String, Refusal> {
    let words = || text!("geen antwoord van deze keuring bevatte deze link", "no answer of this run held this link");
    vault.url(masked).ok_or_else(|| Failure::new(FailureKind::NotConfigured, words()))
}

fn parsed(url: &str) -> Result<Url, Refusal> {
    let none = |_| Failure::new(FailureKind::NotConfigured, text!("dit is geen URL", "this is not a URL"));
    let mut url = Url::parse(url).map_err(none)?;
    // A fragment is never sent.
    url.set_fragment(None);
    Ok(url)
}

fn edited(vault: &Vault, mut url: Url, edit: &Edit) -> Result<Url, Refusal> {
    let text = match &edit.with {
        Replacement::Text(text) => text.clone(),
        Replacement::Number(citizen) => number(vault, *citizen)?.expose_secret().to_owned(),
    };
    let set = if matches!(edit.part, Part::Segment(_)) { SEGMENT } else { UNRESERVED };
    let text = utf8_percent_encode(&text, set).to_string();
    let nothing =
        || Failure::new(FailureKind::NotConfigured, text!("de link heeft zo'n deel niet", "the link has no such part"));
    match edit.part {
        Part::Segment(index) => {
            let mut segments: Vec<&str> = url.path_segments().ok_or_else(nothing)?.collect();
            *segments.get_mut(index).ok_or_else(nothing)? = &text;
            // Not through `path_segments_mut`: it would encode the other segments once more.
            let path = segments.join("/");
            url.set_path(&path);
        }
        Part::Query(index) => {
            let query = url.query().unwrap_or_default().to_owned();
            // Counted as `Url::query_pairs` counts: without empty pieces.
            let mut pairs: Vec<String> = query.split('&').filter(|pair| !pair.is_empty()).map(str::to_owned).collect();
            let pair = pairs.get_mut(index).ok_or_else(nothing)?;
            let name = pair.split('=').next().unwrap_or_default();
            *pair = format!("{name}={text}");
            url.set_query(Some(&pairs.join("&")));
        }
    }
    Ok(url)
}

/// The URL with the token in its query (RFC 6750, section 2.3).
pub(super) fn with_token(mut url: Url, token: &SecretString) -> Url {
    let token = utf8_percent_encode(token.expose_secret(), UNRESERVED);
    let query = match url.query().filter(|query| !query.is_empty()) {
        Some(query) => format!("{query}&access_token={token}"),
        None => format!("access_token={token}"),
    };
    url.set_query(Some(&query));
    url
}

/// A URL under the public URL goes to the base URL instead, with the same path below.
fn rewritten(settings: &Settings, url: Url) -> Url {
    let Some(public) = settings.public_url.as_ref().filter(|public| public.origin() == url.origin()) else {
        return url;
    };
    let Some(below) = url.path().strip_prefix(public.path().trim_end_matches('/')) else { return url };
    let plain = url.username().is_empty() && url.password().is_none();
    if !plain || !(below.is_empty() || below.starts_with('/')) {
        return url;
    }
    let mut base = settings.base_url.clone();
    base.set_path(&format!("{}{below}", settings.base_url.path().trim_end_matches('/')));
    base.set_query(url.query());
    base
}
