//! The URLs of the source: how they are written and how they are read.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::sandbox::answer::Inbound;
use crate::sandbox::source::behaviour::{Behaviour, Call, DocumentPath, IdLook, KeyIn};
use crate::sandbox::source::register::Certificate;
use crate::sandbox::source::variation::{Escapes, Pseudonym, TrailingSlash};

/// What a URL names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::sandbox) struct Route {
    pub call: Call,
    /// The national number of the path, as it stands there.
    pub insz: Option<String>,
    pub key: Option<Key>,
}

/// Which certificate a URL names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::sandbox) enum Key {
    /// By id and, but for [`Behaviour::language_only_when_needed`], language.
    Named { id: String, language: Option<String> },
    /// By a handle that stands for both.
    Handle(String),
}

impl Key {
    pub(in crate::sandbox) fn names(&self, certificate: &Certificate) -> bool {
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

fn document_name(path: DocumentPath, certificate: &Certificate) -> String {
    match path {
        DocumentPath::Named(name) => name.to_owned(),
        DocumentPath::WithSlash => "download/".to_owned(),
        DocumentPath::FileName => format!("attest-{}.pdf", certificate.number),
    }
}

/// The path segments that follow a certificate's own, where they end as that of a document does.
fn before_document<'a>(path: DocumentPath, segments: &'a [&'a str]) -> Option<&'a [&'a str]> {
    match (path, segments) {
        (DocumentPath::Named(name), [rest @ .., last]) if *last == name => Some(rest),
        (DocumentPath::WithSlash, [rest @ .., "download", ""]) => Some(rest),
        (DocumentPath::FileName, [rest @ .., last]) if last.starts_with("attest-") => Some(rest),
        _ => None,
    }
}

/// The URL of a list, without its query.
pub(in crate::sandbox) fn list_url(base: &str, insz: &str) -> String {
    format!("{base}/certificates/{insz}")
}

/// What a URL holds of an id only percent-encoded.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b':');

fn encoded(behaviour: &Behaviour, id: &str) -> String {
    let escapes = behaviour.variation.escapes;
    let set = if escapes == Escapes::More { NON_ALPHANUMERIC } else { ENCODED };
    let pieces = utf8_percent_encode(id, set);
    let small = |piece: &str| escapes == Escapes::Small && piece.starts_with('%');
    let text: String = pieces.map(|piece| if small(piece) { piece.to_lowercase() } else { piece.to_owned() }).collect();
    // Forms write a space in a query as a plus.
    if escapes == Escapes::Form && behaviour.key_in == KeyIn::Query { text.replace("%20", "+") } else { text }
}

/// The URL of a certificate, or of its document.
pub(in crate::sandbox) fn certificate_url(
    behaviour: &Behaviour,
    base: &str,
    insz: &str,
    one: &Certificate,
    document: bool,
) -> String {
    let root = match (behaviour.number_in_certificate_url, behaviour.pseudonym_in_certificate_url) {
        (true, _) => list_url(base, insz),
        (false, true) => format!("{base}/attestations/{}", pseudonym(behaviour.variation.pseudonym, insz)),
        (false, false) => format!("{base}/attestations"),
    };
    let name = document_name(behaviour.document_path, one);
    let tail = if document { format!("/{name}") } else { String::new() };
    // A document needs the language in any case: it is the list that leaves it out, not the route.
    let short = behaviour.language_only_when_needed && one.single && !document;
    let (id, language) = (encoded(behaviour, &in_url(behaviour, &one.id)), &one.language);
    match behaviour.key_in {
        KeyIn::Handle => format!("{root}/{}{tail}", handle_of(one)),
        KeyIn::Path if short => format!("{root}/{id}"),
        KeyIn::Path => format!("{root}/{id}/{language}{tail}"),
        KeyIn::LanguageFirst => format!("{root}/{language}/{id}{tail}"),
        KeyIn::LanguageInQuery => format!("{root}/{id}{tail}?language={language}"),
        KeyIn::Joined => format!("{root}/{id}-{language}{tail}"),
        KeyIn::Prefixed => format!("{root}/attest-{id}/{language}{tail}"),
        KeyIn::Matrix => format!("{root}/{id};v=1/{language}{tail}"),
        KeyIn::MatrixNames => format!("{root}/details;id={id};lang={language}{tail}"),
        KeyIn::Locale => format!("{root}/{id}{tail}?locale={language}-BE"),
        KeyIn::LocaleFirst => format!("{root}/{language}-BE/{id}{tail}"),
        KeyIn::CapitalsInQuery => format!("{root}/{id}{tail}?lang={}", language.to_uppercase()),
        KeyIn::Dotted => format!("{root}/{id}.{language}{tail}"),
        KeyIn::Glued => format!("{root}/k{id}{language}{tail}"),
        KeyIn::Query => {
            let resource = if document { name.as_str() } else { "details" };
            let language = if short { String::new() } else { format!("&language={language}") };
            format!("{root}/{resource}?id={id}{language}")
        }
    }
}

/// An id as it stands in a URL.
fn in_url<'a>(behaviour: &Behaviour, id: &'a str) -> Cow<'a, str> {
    if !behaviour.variation.upper_ids || uuid::Uuid::parse_str(id).is_err() {
        return Cow::Borrowed(id);
    }
    Cow::Owned(if behaviour.id_look == IdLook::UuidInCapitals { id.to_lowercase() } else { id.to_uppercase() })
}

/// What the source calls a citizen in its URLs, where that is not the national number.
fn pseudonym(look: Pseudonym, insz: &str) -> String {
    let number = insz.bytes().fold(7_u32, |number, byte| number.wrapping_mul(31).wrapping_add(u32::from(byte)));
    match look {
        Pseudonym::Mixed => format!("Xk_{number:x}.aB"),
        Pseudonym::FileNumber => format!("Dossier-2024-BRG-{number:010}"),
        Pseudonym::Digits => format!("{number:010}"),
        Pseudonym::Padded => format!("{number:08x}Zk9%2BQw%3D%3D"),
        Pseudonym::Braces => {
            format!("{{{number:08X}-4D2A-4F00-9C1B-000000000000}}").replace('{', "%7B").replace('}', "%7D")
        }
        Pseudonym::Word => {
            format!("burger{}", number.to_string().bytes().map(|digit| char::from(digit + 49)).collect::<String>())
        }
    }
}

/// What a request asks for.
pub(in crate::sandbox) fn route(behaviour: &Behaviour, request: &Inbound) -> Route {
    let unknown = Route { call: Call::Unknown, insz: None, key: None };
    let prefixes = std::iter::once(&behaviour.prefix).chain(&behaviour.further_prefix);
    let Some(rest) = prefixes.filter_map(|prefix| request.path.strip_prefix(prefix)).find(|rest| rest.starts_with('/'))
    else {
        return unknown;
    };
    let segments: Vec<&str> = rest.split('/').skip(1).collect();
    let (insz, rest) = match segments.as_slice() {
        ["openapi.json"] => return Route { call: Call::Document, insz: None, key: None },
        ["certificates", insz, ""] if behaviour.variation.trailing_slash == TrailingSlash::Same => {
            return Route { call: Call::List, insz: Some((*insz).to_owned()), key: None };
        }
        ["certificates", insz] => return Route { call: Call::List, insz: Some((*insz).to_owned()), key: None },
        ["certificates", insz, rest @ ..] if behaviour.number_in_certificate_url => (Some((*insz).to_owned()), rest),
        ["attestations", _, rest @ ..]
            if !behaviour.number_in_certificate_url && behaviour.pseudonym_in_certificate_url =>
        {
            (None, rest)
        }
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

fn decoded(segment: &str) -> String {
    percent_decode_str(segment).decode_utf8_lossy().into_owned()
}

fn key(behaviour: &Behaviour, request: &Inbound, segments: &[&str]) -> Option<(Key, bool)> {
    let (segments, document) = match before_document(behaviour.document_path, segments) {
        Some(rest) => (rest, true),
        None => (segments, false),
    };
    let named = |id: &str, language: Option<&str>| {
        let other_case = behaviour.variation.upper_ids && uuid::Uuid::parse_str(id).is_ok();
        let id = match behaviour.id_look {
            IdLook::UuidInCapitals if other_case => id.to_uppercase(),
            _ if other_case => id.to_lowercase(),
            _ => id.to_owned(),
        };
        Some((Key::Named { id, language: language.map(str::to_owned) }, document))
    };
    match (behaviour.key_in, segments) {
        (KeyIn::Handle, [handle]) => Some((Key::Handle((*handle).to_owned()), document)),
        (KeyIn::Path, [id, language]) | (KeyIn::LanguageFirst, [language, id]) => named(&decoded(id), Some(language)),
        (KeyIn::Path, [id]) if behaviour.language_only_when_needed => named(&decoded(id), None),
        (KeyIn::LanguageInQuery, [id]) => named(&decoded(id), request.parameter("language").as_deref()),
        (KeyIn::Joined, [key]) => {
            let key = decoded(key);
            let (id, language) = key.rsplit_once('-')?;
            named(id, Some(language))
        }
        (KeyIn::Prefixed, [id, language]) => named(decoded(id).strip_prefix("attest-")?, Some(language)),
        (KeyIn::Matrix, [id, language]) => named(&decoded(id.strip_suffix(";v=1")?), Some(language)),
        (KeyIn::MatrixNames, [key]) => {
            let (id, language) = key.strip_prefix("details;id=")?.split_once(";lang=")?;
            named(&decoded(id), Some(language))
        }
        (KeyIn::Locale, [id]) => {
            let locale = request.parameter("locale")?;
            named(&decoded(id), Some(locale.split('-').next().unwrap_or_default()))
        }
        (KeyIn::LocaleFirst, [locale, id]) => named(&decoded(id), Some(locale.strip_suffix("-BE")?)),
        (KeyIn::CapitalsInQuery, [id]) => named(&decoded(id), Some(&request.parameter("lang")?.to_lowercase())),
        (KeyIn::Dotted, [key]) => {
            let key = decoded(key);
            let (id, language) = key.rsplit_once('.')?;
            named(id, Some(language))
        }
        (KeyIn::Glued, [key]) => {
            let key = decoded(key);
            let (id, language) = key.strip_prefix('k')?.split_at_checked(key.len().saturating_sub(3))?;
            named(id, Some(language))
        }
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
    use crate::sandbox::source::register::register;
    use crate::sandbox::source::variation::Variation;

    fn request(url: &str) -> Inbound {
        let (path, query) = url.split_once('?').map_or((url, None), |(path, query)| (path, Some(query.to_owned())));
        let headers = axum::http::HeaderMap::new();
        Inbound { method: "GET".to_owned(), path: path.to_owned(), query, headers, body: Vec::new(), certificate: None }
    }

    #[test]
    fn every_url_that_is_written_is_read_back() {
        let ends = [DocumentPath::Named("pdfs"), DocumentPath::WithSlash, DocumentPath::FileName];
        let places = [KeyIn::Path, KeyIn::Query, KeyIn::Handle].into_iter().zip(ends);
        let marked = [
            KeyIn::Prefixed,
            KeyIn::Matrix,
            KeyIn::MatrixNames,
            KeyIn::Locale,
            KeyIn::LocaleFirst,
            KeyIn::CapitalsInQuery,
            KeyIn::Dotted,
            KeyIn::Glued,
        ];
        let marked = marked.into_iter().map(|key_in| (key_in, DocumentPath::Named("download")));
        for (key_in, document_path) in places.chain(marked) {
            for number in [true, false] {
                for short in [true, false] {
                    let behaviour = Behaviour {
                        key_in,
                        document_path,
                        number_in_certificate_url: number,
                        language_only_when_needed: short,
                        pseudonym_in_certificate_url: short,
                        variation: Variation { upper_ids: short, ..Variation::default() },
                        ..Behaviour::default()
                    };
                    let person = &register(&people(), &behaviour)[0];
                    for (place, one) in person.certificates.iter().enumerate() {
                        for document in [true, false] {
                            let url = certificate_url(&behaviour, "/v1", &person.citizen.insz, one, document);
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
    fn an_id_of_any_look_is_read_back_from_its_url_and_is_its_own() {
        let looks = [
            IdLook::UuidInCapitals,
            IdLook::Percent,
            IdLook::Unicode,
            IdLook::OneCharacter,
            IdLook::Date,
            IdLook::Language,
            IdLook::Nested,
            IdLook::Encoded,
        ];
        for id_look in looks {
            for (key_in, escapes) in [(KeyIn::Dotted, Escapes::More), (KeyIn::Query, Escapes::Form)] {
                let variation = Variation { escapes, upper_ids: true, ..Variation::default() };
                let behaviour = Behaviour { id_look, key_in, variation, ..Behaviour::default() };
                let people = register(&people(), &behaviour);
                for (place, one) in people[0].certificates.iter().enumerate() {
                    let url = certificate_url(&behaviour, "/v1", &people[0].citizen.insz, one, false);
                    let key = route(&behaviour, &request(&url)).key.unwrap();
                    let found = people[0].certificates.iter().position(|one| key.names(one));
                    assert_eq!(found, Some(place), "{url}");
                    assert!(!people[1].certificates.iter().any(|other| key.names(other)), "{url}");
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
