//! The two envelopes of an answer (the documented one and official HAL), read into one shape. Every check judges that
//! shape, so that what is legal in one envelope is never a fault because of the other. A run keeps this shape of every
//! certificate of a list, so it is as small as it can be: a list may have a hundred thousand.

mod scalar;

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use url::Url;

use crate::base::href;
use crate::base::value::described::{described, kind_of};
use crate::base::value::walk::pointer_step;
use crate::base::value::weight::OVERHEAD;
use crate::evidence::exchange::{Exchange, Kind, Response, View};

pub use scalar::Scalar;

/// Which envelope an answer has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Envelope {
    /// The documented form: `certificates` and an array `links`.
    Links,
    /// Official HAL: `_embedded` and an object `_links`.
    Hal,
    /// Neither could be recognised.
    #[default]
    Unknown,
}

impl Envelope {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Links => "links",
            Self::Hal => "hal",
            Self::Unknown => "unknown",
        }
    }

    /// Recognises the envelope by the members of the top level that only one of the two has.
    pub fn of(object: &Map<String, Value>) -> Self {
        if object.contains_key("_embedded") || (object.contains_key("_links") && !object.contains_key("certificates")) {
            Self::Hal
        } else if object.contains_key("certificates") || object.contains_key("links") {
            Self::Links
        } else if object.contains_key("_links") {
            Self::Hal
        } else {
            Self::Unknown
        }
    }
}

/// The relations of nearly all links.
const RELS: [&str; 9] = ["self", "download", "next", "prev", "first", "last", "previous", "start", "collection"];

/// One link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The relation.
    pub rel: Cow<'static, str>,
    /// The target as the source wrote it.
    pub href: Box<str>,
    /// `templated: true`, or a brace in the href.
    pub templated: bool,
    /// Where it stands (JSON pointer).
    pub place: Box<str>,
}

impl Link {
    /// Its absolute form, masked; of a template the part before its first brace. `base` is the URL of the answer in
    /// which it stands: a link belongs to one answer.
    pub fn url(&self, base: &str) -> Option<Url> {
        href::absolute(base, self.href.split('{').next().unwrap_or_default())
    }
}

/// Something in a links section that is no link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// Where (JSON pointer).
    pub place: String,
    /// What stands there.
    pub found: String,
    /// The relation, where one is stated.
    pub rel: Option<Box<str>>,
}

/// The links section of an answer or of an item.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Links {
    /// Where the section stands, or should (JSON pointer).
    pub place: Box<str>,
    /// The section is there.
    pub present: bool,
    /// What is wrong with its form.
    pub malformed: Box<[Malformed]>,
    /// The links that could be read.
    pub links: Box<[Link]>,
}

impl Links {
    /// Reads the section `links` or `_links` of an object that stands at `place`.
    pub fn of(object: &Map<String, Value>, place: &str) -> Self {
        match (object.get("links"), object.get("_links")) {
            (_, Some(Value::Object(section))) => Reading::of_hal(section, format!("{place}/_links")),
            (Some(Value::Array(section)), _) => Reading::of_array(section, format!("{place}/links")),
            (Some(other), _) => Self::of_wrong_type(other, format!("{place}/links")),
            (None, Some(other)) => Self::of_wrong_type(other, format!("{place}/_links")),
            (None, None) => Self { place: place.into(), ..Self::default() },
        }
    }

    fn of_wrong_type(found: &Value, place: String) -> Self {
        let malformed = Box::new([Malformed { place: place.clone(), found: kind_of(found).to_owned(), rel: None }]);
        Self { place: place.into(), present: true, malformed, links: Box::default() }
    }

    fn weight(&self) -> usize {
        let rel = |link: &Link| if let Cow::Owned(rel) = &link.rel { rel.len() + OVERHEAD } else { 0 };
        let link = |link: &Link| size_of::<Link>() + link.href.len() + link.place.len() + 2 * OVERHEAD + rel(link);
        let malformed = |one: &Malformed| {
            let rel = one.rel.as_ref().map_or(0, |rel| rel.len());
            size_of::<Malformed>() + one.place.len() + one.found.len() + rel + 3 * OVERHEAD
        };
        let (links, malformed) = (self.links.iter().map(link), self.malformed.iter().map(malformed));
        self.place.len() + OVERHEAD + links.sum::<usize>() + malformed.sum::<usize>()
    }

    /// The first link with one of these rels, in the order of the rels. Rels are compared without case (RFC 8288).
    pub fn find(&self, rels: &[&str]) -> Option<&Link> {
        rels.iter().find_map(|rel| self.links.iter().find(|link| link.rel.eq_ignore_ascii_case(rel)))
    }
}

/// A links section that is being read.
#[derive(Default)]
struct Reading {
    malformed: Vec<Malformed>,
    links: Vec<Link>,
}

impl Reading {
    fn of_array(section: &[Value], place: String) -> Links {
        let mut reading = Self { links: Vec::with_capacity(section.len()), ..Self::default() };
        for (index, entry) in section.iter().enumerate() {
            let rel = entry.get("rel").and_then(Value::as_str);
            reading.add(rel, entry, format!("{place}/{index}"));
        }
        reading.done(place)
    }

    fn of_hal(section: &Map<String, Value>, place: String) -> Links {
        let mut reading = Self { links: Vec::with_capacity(section.len()), ..Self::default() };
        for (rel, entry) in section {
            let place = format!("{place}/{}", pointer_step(rel));
            match entry {
                Value::Array(entries) => {
                    for (index, entry) in entries.iter().enumerate() {
                        reading.add(Some(rel), entry, format!("{place}/{index}"));
                    }
                }
                // A null is how some libraries write "no such link".
                Value::Null => {}
                entry => reading.add(Some(rel), entry, place),
            }
        }
        reading.done(place)
    }

    fn add(&mut self, rel: Option<&str>, entry: &Value, place: String) {
        let href = entry.get("href").and_then(Value::as_str);
        match (rel, href) {
            (Some(rel), Some(href)) if !rel.is_empty() && !href.is_empty() => {
                let templated = entry.get("templated") == Some(&Value::Bool(true)) || href.contains('{');
                let known = RELS.into_iter().find(|known| *known == rel);
                let rel = known.map_or_else(|| Cow::Owned(rel.to_owned()), Cow::Borrowed);
                self.links.push(Link { rel, href: href.into(), templated, place: place.into() });
            }
            (None | Some(""), _) => self.add_malformed(format!("{place}/rel"), entry.get("rel"), None),
            (rel, _) => self.add_malformed(format!("{place}/href"), entry.get("href"), rel),
        }
    }

    fn add_malformed(&mut self, place: String, found: Option<&Value>, rel: Option<&str>) {
        self.malformed.push(Malformed { place, found: described(found), rel: rel.map(Into::into) });
    }

    fn done(self, place: String) -> Links {
        Links { place: place.into(), present: true, malformed: self.malformed.into(), links: self.links.into() }
    }
}

/// The paging metadata.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    /// Where it stands, or should (JSON pointer).
    pub place: String,
    /// The object is there.
    pub present: bool,
    /// What stands there when it is no object.
    pub wrong_type: Option<String>,
    /// The page, counted from 1.
    pub number: Field,
    /// The page length in force.
    pub size: Field,
    /// How many items there are on all pages.
    pub total_elements: Field,
    /// How many pages there are.
    pub total_pages: Field,
}

/// A member that should be a non-negative integer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Field {
    /// Not there.
    #[default]
    Absent,
    /// An integer of at least 0.
    Integer(u64),
    /// Something else, described.
    Wrong(String),
}

impl Field {
    fn of(value: Option<&Value>) -> Self {
        match value {
            None => Self::Absent,
            Some(value) => count(value).map_or_else(|| Self::Wrong(described(Some(value))), Self::Integer),
        }
    }

    /// The integer, if it is one.
    pub fn value(&self) -> Option<u64> {
        match self {
            Self::Integer(value) => Some(*value),
            _ => None,
        }
    }
}

/// A number that counts something: `1.0` and `1e0` are 1.
fn count(value: &Value) -> Option<u64> {
    let whole = || value.as_f64().filter(|number| number.fract() == 0.0 && *number >= 0.0);
    value.as_u64().or_else(|| format!("{:.0}", whole()?.abs()).parse().ok())
}

impl Metadata {
    fn of(object: &Map<String, Value>, envelope: Envelope) -> Self {
        // `page` is what Spring HATEOAS calls it in official HAL; the documents only know `pageMetadata`.
        let name = if envelope == Envelope::Hal && !object.contains_key("pageMetadata") && object.contains_key("page") {
            "page"
        } else {
            "pageMetadata"
        };
        let place = format!("/{name}");
        match object.get(name) {
            None => Self { place, ..Self::default() },
            Some(Value::Object(metadata)) => Self {
                place,
                present: true,
                wrong_type: None,
                number: Field::of(metadata.get("number")),
                size: Field::of(metadata.get("size")),
                total_elements: Field::of(metadata.get("totalElements")),
                total_pages: Field::of(metadata.get("totalPages")),
            },
            Some(other) => {
                Self { place, present: true, wrong_type: Some(kind_of(other).to_owned()), ..Self::default() }
            }
        }
    }

    fn weight(&self) -> usize {
        let wrong = |(_, field): (_, &Field)| if let Field::Wrong(found) = field { found.len() } else { 0 };
        self.place.len() + self.fields().into_iter().map(wrong).sum::<usize>()
    }

    fn promises_items(&self) -> bool {
        self.total_elements.value().is_some_and(|total| total > 0)
    }

    /// The four members with their names.
    pub fn fields(&self) -> [(&'static str, &Field); 4] {
        [
            ("number", &self.number),
            ("size", &self.size),
            ("totalElements", &self.total_elements),
            ("totalPages", &self.total_pages),
        ]
    }
}

/// The collection of certificates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Collection {
    /// Not there.
    Absent,
    /// There, but no array: what it is instead.
    Wrong(String),
    /// An array.
    Items(Vec<Certificate>),
}

/// A page of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The envelope.
    pub envelope: Envelope,
    /// Where the collection stands, or should (JSON pointer).
    pub place: String,
    /// The collection.
    pub collection: Collection,
    /// The paging metadata.
    pub metadata: Metadata,
    /// The links of the page itself.
    pub links: Links,
}

impl Page {
    /// Reads a page from a JSON body.
    pub fn of(json: &Value) -> Self {
        let empty = Map::new();
        let object = json.as_object().unwrap_or(&empty);
        let envelope = Envelope::of(object);
        let metadata = Metadata::of(object, envelope);
        let (place, collection) = Self::collection(object, envelope);
        let collection = match collection {
            // Official HAL may leave out `_embedded` where nothing is embedded.
            None if envelope == Envelope::Hal && !object.contains_key("_embedded") && !metadata.promises_items() => {
                Collection::Items(Vec::new())
            }
            None => Collection::Absent,
            Some(Value::Array(items)) => {
                let item = |(index, item): (usize, &Value)| Certificate::of(item, &format!("{place}/{index}"));
                Collection::Items(items.iter().enumerate().map(item).collect())
            }
            Some(other) => Collection::Wrong(kind_of(other).to_owned()),
        };
        Self { envelope, place, collection, metadata, links: Links::of(object, "") }
    }

    fn collection(object: &Map<String, Value>, envelope: Envelope) -> (String, Option<&Value>) {
        let embedded = object.get("_embedded");
        match embedded.and_then(|embedded| embedded.get("certificates")) {
            Some(found) => ("/_embedded/certificates".to_owned(), Some(found)),
            None if envelope == Envelope::Hal && !object.contains_key("certificates") => {
                ("/_embedded/certificates".to_owned(), None)
            }
            None => ("/certificates".to_owned(), object.get("certificates")),
        }
    }

    /// What tells the items apart, in order: one pair for each of them, so that pages can be compared.
    pub fn keys(&self) -> Vec<Key<'_>> {
        self.items().iter().map(Certificate::identity).collect()
    }

    /// About how many bytes it takes in memory.
    pub fn weight(&self) -> usize {
        let texts = self.place.len() + self.metadata.weight() + self.links.weight();
        size_of::<Self>() + texts + self.items().iter().map(Certificate::weight).sum::<usize>()
    }

    /// The items; none where there is no collection.
    pub fn items(&self) -> &[Certificate] {
        match &self.collection {
            Collection::Items(items) => items,
            _ => &[],
        }
    }
}

/// What tells a certificate apart: its id and its language.
pub type Key<'a> = (Cow<'a, str>, Cow<'a, str>);

/// One certificate, in the list or on its own. `id` and `language` are its key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Certificate {
    /// Where it stands (JSON pointer; empty for a whole body).
    pub place: Box<str>,
    /// What stands there when it is no object.
    pub wrong_type: Option<&'static str>,
    /// `id`
    pub id: Option<Scalar>,
    /// `language`
    pub language: Option<Scalar>,
    /// `name`
    pub name: Option<Scalar>,
    /// `year`
    pub year: Option<Scalar>,
    /// `community`
    pub community: Option<Scalar>,
    /// Its links.
    pub links: Links,
    /// The names of its other members.
    pub extra: Box<[String]>,
}

impl Certificate {
    /// Reads a certificate that stands at `place`.
    pub fn of(json: &Value, place: &str) -> Self {
        let Some(object) = json.as_object() else {
            return Self { place: place.into(), wrong_type: Some(kind_of(json)), ..Self::default() };
        };
        let known = ["id", "language", "name", "year", "community", "links", "_links"];
        Self {
            place: place.into(),
            wrong_type: None,
            id: object.get("id").map(Scalar::of),
            language: object.get("language").map(Scalar::of),
            name: object.get("name").map(Scalar::of),
            year: object.get("year").map(Scalar::of),
            community: object.get("community").map(Scalar::of),
            links: Links::of(object, place),
            extra: object.keys().filter(|name| !known.contains(&name.as_str())).cloned().collect(),
        }
    }

    /// The id as text: a string and a number with the same digits are the same id.
    pub fn id_text(&self) -> Option<Cow<'_, str>> {
        self.id.as_ref()?.text()
    }

    /// The language as text.
    pub fn language_text(&self) -> Option<Cow<'_, str>> {
        self.language.as_ref()?.text()
    }

    /// Id and language, where both are there.
    pub fn key(&self) -> Option<Key<'_>> {
        self.id_text().zip(self.language_text())
    }

    /// Id and language; where one is missing, what else the certificate says of itself.
    fn identity(&self) -> Key<'_> {
        let otherwise = || {
            let links = self.links.links.iter().map(|link| &*link.href).collect::<Vec<_>>();
            let fields = self.fields().map(|(_, datum)| Scalar::described(datum)).join(" ");
            Cow::Owned(format!("{fields} {}", links.join(" ")))
        };
        (self.id_text().unwrap_or_else(otherwise), self.language_text().unwrap_or_default())
    }

    /// About how many bytes it takes in memory.
    pub fn weight(&self) -> usize {
        let fields = self.fields().into_iter().filter_map(|(_, datum)| datum.map(Scalar::weight));
        let extra = self.extra.iter().map(|name| size_of::<String>() + name.len() + OVERHEAD);
        let texts = self.place.len() + OVERHEAD + fields.sum::<usize>() + extra.sum::<usize>();
        size_of::<Self>() + texts + self.links.weight()
    }

    /// The documented members with their values.
    pub fn fields(&self) -> [(&'static str, Option<&Scalar>); 5] {
        [
            ("id", self.id.as_ref()),
            ("language", self.language.as_ref()),
            ("name", self.name.as_ref()),
            ("year", self.year.as_ref()),
            ("community", self.community.as_ref()),
        ]
    }
}

impl View for Page {
    fn read(body: &Value) -> Self {
        Self::of(body)
    }

    fn weight(&self) -> usize {
        self.weight()
    }
}

impl View for Certificate {
    fn read(body: &Value) -> Self {
        Self::of(body, "")
    }

    fn weight(&self) -> usize {
        self.weight()
    }
}

impl Response {
    /// The JSON body as a page of a list.
    pub fn page(&self) -> Option<&Page> {
        self.view()
    }

    /// The JSON body as one certificate.
    pub fn certificate(&self) -> Option<&Certificate> {
        self.view()
    }
}

/// Reads the page or the certificate in an answer, before its exchange is recorded: what is read from a body counts when it
/// is weighed, and of a long list only that is kept at hand. Errors are short, and looked at member by member.
pub fn view(exchange: &Exchange) {
    let Ok(response) = &exchange.result else { return };
    match (exchange.request.kind(), response.status) {
        (Kind::List, 200) => response.rely_on::<Page>(),
        (Kind::Detail, 200) => response.rely_on::<Certificate>(),
        _ => {}
    }
}

#[cfg(test)]
mod tests;
