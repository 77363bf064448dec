//! The URLs of the source: how they are written and how they are read.

use super::answer::Inbound;
use super::behaviour::{Behaviour, Call, KeyIn};
use super::citizens::Certificate;

/// What a URL names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Route {
    pub call: Call,
    /// The national number of the path, as it stands there.
    pub insz: Option<String>,
    pub key: Option<Key>,
}

/// Which certificate a URL names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Key {
    /// By id and, but for [`Behaviour::language_only_when_needed`], language.
    Named { id: String, language: Option<String> },
    /// By a handle that stands for both.
    Handle(String),
}

impl Key {
    pub(super) fn names(&self, certificate: &Certificate) -> bool {
        match self {
            Self::Named { id, language: Some(language) } => certificate.id == *id && certificate.language == *language,
            Self::Named { id, language: None } => certificate.id == *id && certificate.single,
            Self::Handle(handle) => handle_of(certificate) == *handle,
        }
    }
}

fn handle_of(certificate: &Certificate) -> String {
    format!("h{:08x}", certificate.number.wrapping_mul(2_654_435_761) & 0xffff_ffff)
}

/// The URL of a list, without its query.
pub(super) fn list_url(base: &str, insz: &str) -> String {
    format!("{base}/certificates/{insz}")
}

/// The URL of a certificate, or of its document.
pub(super) fn certificate_url(
    behaviour: &Behaviour,
    base: &str,
    insz: &str,
    one: &Certificate,
    document: bool,
) -> String {
    let root = if behaviour.number_in_certificate_url { list_url(base, insz) } else { format!("{base}/attestations") };
    let tail = if document { "/download" } else { "" };
    // A document needs the language in any case: it is the list that leaves it out, not the route.
    let short = behaviour.language_only_when_needed && one.single && !document;
    match behaviour.key_in {
        KeyIn::Handle => format!("{root}/{}{tail}", handle_of(one)),
        KeyIn::Path if short => format!("{root}/{}", one.id),
        KeyIn::Path => format!("{root}/{}/{}{tail}", one.id, one.language),
        KeyIn::Query => {
            let resource = if document { "download" } else { "details" };
            let language = if short { String::new() } else { format!("&language={}", one.language) };
            format!("{root}/{resource}?id={}{language}", one.id)
        }
    }
}

/// What a request asks for.
pub(super) fn route(behaviour: &Behaviour, request: &Inbound) -> Route {
    let unknown = Route { call: Call::Unknown, insz: None, key: None };
    let Some(rest) = request.path.strip_prefix(&behaviour.prefix) else { return unknown };
    let segments: Vec<&str> = rest.split('/').skip(1).collect();
    let (insz, rest) = match segments.as_slice() {
        ["openapi.json"] => return Route { call: Call::Document, insz: None, key: None },
        ["certificates", insz] => return Route { call: Call::List, insz: Some((*insz).to_owned()), key: None },
        ["certificates", insz, rest @ ..] if behaviour.number_in_certificate_url => (Some((*insz).to_owned()), rest),
        ["attestations", rest @ ..] if !behaviour.number_in_certificate_url => (None, rest),
        _ => return unknown,
    };
    match key(behaviour, request, rest) {
        Some((key, document)) => {
            Route { call: if document { Call::Download } else { Call::Detail }, insz, key: Some(key) }
        }
        None => unknown,
    }
}

fn key(behaviour: &Behaviour, request: &Inbound, segments: &[&str]) -> Option<(Key, bool)> {
    let (segments, document) = match segments {
        [rest @ .., "download"] => (rest, true),
        _ => (segments, false),
    };
    let named = |id: &str, language: Option<&str>| {
        Some((Key::Named { id: id.to_owned(), language: language.map(str::to_owned) }, document))
    };
    match (behaviour.key_in, segments) {
        (KeyIn::Handle, [handle]) => Some((Key::Handle((*handle).to_owned()), document)),
        (KeyIn::Path, [id, language]) => named(id, Some(language)),
        (KeyIn::Path, [id]) if behaviour.language_only_when_needed => named(id, None),
        (KeyIn::Query, [] | ["details"]) if document == segments.is_empty() => {
            named(&request.parameter("id")?, request.parameter("language").as_deref())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::citizens::people;

    fn request(url: &str) -> Inbound {
        let (path, query) = url.split_once('?').map_or((url, None), |(path, query)| (path, Some(query.to_owned())));
        let headers = axum::http::HeaderMap::new();
        Inbound { method: "GET".to_owned(), path: path.to_owned(), query, headers, body: Vec::new() }
    }

    #[test]
    fn every_url_that_is_written_is_read_back() {
        for key_in in [KeyIn::Path, KeyIn::Query, KeyIn::Handle] {
            for number in [true, false] {
                for short in [true, false] {
                    let behaviour = Behaviour {
                        key_in,
                        number_in_certificate_url: number,
                        language_only_when_needed: short,
                        ..Behaviour::default()
                    };
                    let person = &people(&behaviour)[0];
                    for (place, one) in person.certificates.iter().enumerate() {
                        for document in [true, false] {
                            let url = certificate_url(&behaviour, "/v1", &person.insz, one, document);
                            let route = route(&behaviour, &request(&url));
                            assert_eq!(route.call, if document { Call::Download } else { Call::Detail }, "{url}");
                            let key = route.key.unwrap();
                            let found = person.certificates.iter().position(|one| key.names(one));
                            assert_eq!(found, Some(place), "{url}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn other_paths_are_unknown() {
        let behaviour = Behaviour::default();
        for path in ["/", "/v2/certificates/1", "/v1", "/v1/", "/v1/certificates/1/", "/v1/certificates/1/a", "/v1/x"] {
            assert_eq!(route(&behaviour, &request(path)).call, Call::Unknown, "{path}");
        }
    }
}
