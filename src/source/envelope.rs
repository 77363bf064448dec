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
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn both_envelopes_give_the_same_shape() {
        let documented = Page::of(&json!({
            "certificates": [{"id": "a", "language": "nl", "links": [{"rel": "self", "href": "https://h/a/nl"}]}],
            "pageMetadata": {"number": 1, "size": 10, "totalElements": 1, "totalPages": 1},
            "links": [{"rel": "self", "href": "https://h/l"}]
        }));
        let hal = Page::of(&json!({
            "_embedded": {"certificates": [{"id": "a", "language": "nl", "_links": {"self": {"href": "https://h/a/nl"}}}]},
            "page": {"number": 1, "size": 10, "totalElements": 1, "totalPages": 1},
            "_links": {"self": {"href": "https://h/l"}}
        }));
        assert_eq!((documented.envelope, hal.envelope), (Envelope::Links, Envelope::Hal));
        for page in [&documented, &hal] {
            assert_eq!(page.items()[0].key(), Some(("a".into(), "nl".into())));
            assert_eq!(&*page.items()[0].links.find(&["self"]).unwrap().href, "https://h/a/nl");
            assert_eq!(page.metadata.total_pages.value(), Some(1));
            assert_eq!(&*page.links.find(&["first", "self"]).unwrap().href, "https://h/l");
        }
        assert_eq!(&*hal.items()[0].links.links[0].place, "/_embedded/certificates/0/_links/self");
        assert_eq!(hal.metadata.place, "/page");
    }

    #[test]
    fn items_without_a_key_are_told_apart_all_the_same() {
        let page = |items: Value| Page::of(&json!({ "certificates": items }));
        let without_language = page(json!([{"id": "a"}, {"id": "b"}]));
        assert_eq!(without_language.keys(), [("a".into(), "".into()), ("b".into(), "".into())]);
        let without_id = |n: u8| page(json!([{"language": "nl", "links": [{"rel": "self", "href": format!("/{n}")}]}]));
        assert_ne!(without_id(1).keys(), without_id(2).keys());
        assert_eq!(without_id(1).keys(), without_id(1).keys());
    }

    #[test]
    fn hal_without_embedded_is_an_empty_collection() {
        let page = Page::of(&json!({"_links": {"self": {"href": "https://h/l"}}}));
        assert_eq!(page.collection, Collection::Items(Vec::new()));
    }

    #[test]
    fn a_problem_is_no_page() {
        let page = Page::of(&json!({"title": "No", "status": 404}));
        assert_eq!((page.envelope, page.collection), (Envelope::Unknown, Collection::Absent));
    }

    #[test]
    fn wrong_forms_are_named_with_their_place() {
        let links = Links::of(json!({"links": [{"rel": "self"}, {"href": "x"}, 3]}).as_object().unwrap(), "");
        let places: Vec<_> = links.malformed.iter().map(|one| one.place.as_str()).collect();
        assert_eq!(places, ["/links/0/href", "/links/1/rel", "/links/2/rel"]);
        let links = Links::of(json!({"links": {"self": "x"}}).as_object().unwrap(), "");
        let whole = Malformed { place: "/links".to_owned(), found: "object".to_owned(), rel: None };
        assert_eq!(*links.malformed, [whole]);
    }

    #[test]
    fn numbers_that_are_no_counts_are_wrong() {
        let metadata =
            |value: Value| Page::of(&json!({"certificates": [], "pageMetadata": {"number": value}})).metadata;
        for (value, number) in [(json!(3), 3), (json!(1.0), 1), (json!(1e2), 100), (json!(-0.0), 0)] {
            assert_eq!(metadata(value).number, Field::Integer(number));
        }
        for wrong in [json!("3"), json!(-1), json!(1.5), json!(null), json!(-1.0), json!(1e30)] {
            assert!(matches!(metadata(wrong).number, Field::Wrong(_)));
        }
    }

    fn anything() -> impl Strategy<Value = Value> {
        prop_oneof![
            Just(Value::Null),
            any::<i64>().prop_map(Value::from),
            "[a-z/:{~]{0,6}".prop_map(Value::from),
            Just(json!([])),
            Just(json!({})),
        ]
    }

    /// An object with some of these members, mostly of the right form.
    fn object(members: Vec<(&'static str, BoxedStrategy<Value>)>) -> BoxedStrategy<Value> {
        let member = |(name, value): (&'static str, BoxedStrategy<Value>)| {
            prop::option::of(prop_oneof![4 => value, 1 => anything()].prop_map(move |value| (name.to_owned(), value)))
        };
        let members: Vec<_> = members.into_iter().map(member).collect();
        members.prop_map(|members| Value::Object(members.into_iter().flatten().collect())).boxed()
    }

    fn list(item: BoxedStrategy<Value>) -> BoxedStrategy<Value> {
        prop::collection::vec(item, 0..4).prop_map(Value::from).boxed()
    }

    /// A body that resembles a page of the one envelope, the other, or both.
    fn some_body() -> impl Strategy<Value = Value> {
        let words = || "(/v1/|https://h/|\\?)?[a-z/:{~]{0,6}".prop_map(Value::from).boxed();
        let link = || {
            object(vec![
                ("rel", words()),
                ("href", words()),
                ("templated", any::<bool>().prop_map(Value::from).boxed()),
            ])
        };
        let hal = || object(vec![("self", link()), ("a/b~c", list(link()))]);
        let item =
            || list(object(vec![("id", words()), ("language", words()), ("links", list(link())), ("_links", hal())]));
        object(vec![
            ("certificates", item()),
            ("_embedded", object(vec![("certificates", item())])),
            ("pageMetadata", object(vec![("number", anything().boxed())])),
            ("page", object(vec![("totalElements", any::<u64>().prop_map(Value::from).boxed())])),
            ("links", list(link())),
            ("_links", hal()),
        ])
    }

    proptest! {
        #[test]
        fn whatever_the_body_what_is_found_stands_where_the_page_says(body in some_body()) {
            let page = Page::of(&body);
            prop_assert_eq!(page.keys().len(), page.items().len());
            prop_assert!(page.items().is_empty() || body.pointer(&page.place).is_some_and(Value::is_array));
            prop_assert!(page.items().iter().all(|item| body.pointer(&item.place).is_some()));
            for links in page.items().iter().map(|item| &item.links).chain([&page.links]) {
                prop_assert!(!links.present || body.pointer(&links.place).is_some());
                for link in &*links.links {
                    let found = body.pointer(&link.place).and_then(|link| link.get("href"));
                    prop_assert_eq!(found, Some(&json!(link.href)));
                    prop_assert!(link.url("https://h/v1").is_none_or(|url| url.has_host()));
                }
            }
        }
    }
}
