//! URLs that the source gave: where they lead, and which part of one holds a value.

use std::ops::Range;

use icu_normalizer::ComposingNormalizerBorrowed;
use percent_encoding::percent_decode_str;
use url::Url;

use super::envelope::{Key, Link};
use crate::base::{href, insz};
use crate::evidence::exchange::Part;
use crate::judging::context::{Answer, CheckContext};

/// What a URL names, whatever way it is written.
#[derive(Debug, PartialEq, Eq)]
struct Destination {
    origin: String,
    segments: Vec<String>,
    query: Vec<(String, String)>,
}

impl<'a> CheckContext<'a> {
    /// The absolute form of a link, masked, without the expressions in braces of a template: for comparisons. Only
    /// [`CheckContext::follow`] says what may be requested.
    pub fn target(&self, from: Answer<'a>, link: &Link) -> Option<String> {
        href::absolute(&from.exchange.sent.url, &outside_braces(&link.href)).map(String::from)
    }

    /// Whether two absolute URLs name the same thing: percent-encoding and the order of query parameters do not count,
    /// and `source.public_url` stands for the base URL.
    pub fn same_target(&self, one: &str, other: &str) -> bool {
        match (self.destination(one), self.destination(other)) {
            (Some(one), Some(other)) => one == other,
            _ => one == other,
        }
    }

    fn destination(&self, url: &str) -> Option<Destination> {
        let url = Url::parse(url).ok()?;
        let as_written = || (href::origin(&url).ascii_serialization(), url.path().to_owned());
        let (origin, path) = self.below_base_url(&url).unwrap_or_else(as_written);
        let mut query: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        query.sort();
        Some(Destination { origin, segments: path.split('/').map(decoded).collect(), query })
    }

    /// The origin and path below the base URL, where a URL is below the public one.
    fn below_base_url(&self, url: &Url) -> Option<(String, String)> {
        let setup = self.setup();
        let public = Url::parse(setup.source().public_url.as_deref()?).ok()?;
        let base = Url::parse(&setup.base_url).ok()?;
        let rest = url.path().strip_prefix(public.path().trim_end_matches('/'))?;
        let below = href::origin(url) == href::origin(&public) && (rest.is_empty() || rest.starts_with('/'));
        let path = format!("{}{rest}", base.path().trim_end_matches('/'));
        below.then(|| (href::origin(&base).ascii_serialization(), path))
    }

    /// Whether two absolute URLs of one certificate differ in nothing that names it: in a signature, in the moment until
    /// which they hold, or in a parameter beside a key that they share.
    pub fn differ_in_passing(&self, one: &str, other: &str, (id, language): &Key<'_>) -> bool {
        let (Some(one), Some(other)) = (self.destination(one), self.destination(other)) else { return false };
        if one.origin != other.origin || one.segments.len() != other.segments.len() {
            return false;
        }
        let segments = || one.segments.iter().zip(&other.segments);
        let shared = segments().filter(|(one, other)| one == other).map(|(segment, _)| segment);
        let shared = shared.chain(one.query.iter().filter(|pair| other.query.contains(pair)).map(|(_, value)| value));
        let shared: Vec<_> = shared.enumerate().map(|(at, text)| (Part::Segment(at), composed(text))).collect();
        let names_it = |text: &str| {
            let text = [(Part::Segment(0), composed(text))];
            key_in(&text, id, language) != (false, false)
        };
        let changes = |text: &str| is_passing(text) && !names_it(text);
        let mut parts = segments().filter(|(one, other)| one != other);
        let only = |of: &Destination, in_other: &Destination| -> Vec<(String, String)> {
            of.query.iter().filter(|pair| !in_other.query.contains(pair)).cloned().collect()
        };
        let mut parameters = only(&one, &other).into_iter().chain(only(&other, &one));
        parts.all(|(one, other)| changes(one) && changes(other))
            && (key_in(&shared, id, language) == (true, true)
                || parameters
                    .all(|(name, value)| !names_it(&value) && (is_of_a_signature(&name) || is_passing(&value))))
    }
}

/// Whether a parameter belongs to a signed URL, as those of the large object stores do.
fn is_of_a_signature(name: &str) -> bool {
    const NAMES: [&str; 24] = [
        "sig",
        "sign",
        "signature",
        "hmac",
        "token",
        "nonce",
        "policy",
        "key-pair-id",
        "expires",
        "expiry",
        "exp",
        "expiration",
        "validuntil",
        "geldigtot",
        "ts",
        "timestamp",
        "from",
        "se",
        "st",
        "sp",
        "sr",
        "sv",
        "spr",
        "ske",
    ];
    let name = name.to_ascii_lowercase();
    NAMES.contains(&name.as_str()) || ["x-amz-", "x-goog-", "x-ms-"].iter().any(|start| name.starts_with(start))
}

/// Whether a text looks like a signature or a moment: what is another one the next time.
fn is_passing(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "+/=_-.~".contains(c);
    let mixed = text.contains(|c: char| c.is_ascii_digit()) && text.contains(|c: char| c.is_ascii_alphabetic());
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let epoch = matches!(text.len(), 10 | 13) && digits == text.len();
    let moment = digits >= 8 && text.contains('T') && text.chars().all(|c| c.is_ascii_digit() || "T-:.+Z".contains(c));
    epoch || moment || (text.len() >= 16 && mixed && text.chars().all(plain))
}

/// An href without the expressions of a template (RFC 6570).
pub fn outside_braces(href: &str) -> String {
    let mut inside = false;
    let outside = |c: &char| {
        inside = (inside || *c == '{') && *c != '}';
        !inside && *c != '}'
    };
    href.chars().filter(outside).collect()
}

/// The parts of a URL that, as a whole and percent-decoded, are what is looked for: path segments and query values,
/// each with its decoded text.
pub fn parts_that(url: &Url, is_it: impl Fn(&str) -> bool) -> Vec<(Part, String)> {
    let segments = url.path_segments().into_iter().flatten().map(|segment| vec![decoded(segment)]);
    let segments = segments.enumerate().map(|(index, forms)| (Part::Segment(index), forms));
    // The same pairs as `query_pairs`, which takes a plus for a space; not every source does.
    let pairs = url.query().into_iter().flat_map(|query| query.split('&')).filter(|pair| !pair.is_empty());
    let values = pairs.map(|pair| pair.split_once('=').map_or("", |(_, value)| value));
    let values = values.map(|value| vec![decoded(value), decoded(&value.replace('+', " "))]);
    let values = values.enumerate().map(|(index, forms)| (Part::Query(index), forms));
    let parts = segments.chain(values);
    parts.filter_map(|(part, forms)| Some((part, forms.into_iter().find(|form| is_it(form))?))).collect()
}

/// The one part of a URL that is an id: none where it stands nowhere, or in several places.
pub fn part_with_id(url: &Url, id: &str) -> Option<Part> {
    match parts_that(url, |text| text == id).as_slice() {
        [(part, _)] => Some(part.clone()),
        _ => None,
    }
}

/// A place in a part of a URL.
#[derive(Clone, Debug)]
struct Place<'t> {
    part: &'t Part,
    text: &'t str,
    at: Range<usize>,
}

impl Place<'_> {
    fn is_whole(&self) -> bool {
        self.at == (0..self.text.len())
    }

    fn found(&self) -> &str {
        self.text.get(self.at.clone()).unwrap_or_default()
    }

    /// What stands before it, and after it, in its part.
    fn around(&self) -> [&str; 2] {
        [self.text.get(..self.at.start).unwrap_or_default(), self.text.get(self.at.end..).unwrap_or_default()]
    }

    /// The part, with the text of it in which something else stands here. None where it holds the mark of a national
    /// number: we would send the mark.
    fn with(&self, other: &str) -> Option<(Part, String)> {
        let [before, after] = self.around();
        let is_open = [before, after].into_iter().all(|text| insz::look_alikes(text).is_empty());
        is_open.then(|| (self.part.clone(), format!("{before}{other}{after}")))
    }

    fn is_within(&self, other: &Place<'_>) -> bool {
        let longer = other.at.len() > self.at.len();
        self.part == other.part && longer && other.at.start <= self.at.start && self.at.end <= other.at.end
    }
}

/// The part of a URL that holds an id in one place, and its text with another id there. None where the id stands
/// nowhere, or in several places of which none is more likely.
pub fn with_other_id(url: &Url, id: &str, other: &str) -> Option<(Part, String)> {
    let texts = texts(url);
    the_one(&places_of_id(&texts, &composed(id)))?.with(other)
}

/// The part of a URL that holds the language of a certificate in one place, and its text with another language there,
/// in the case in which the first is written.
pub fn with_other_language(url: &Url, id: &str, language: &str, other: &str) -> Option<(Part, String)> {
    let texts = texts(url);
    let id = composed(id);
    let ids = places_of_id(&texts, &id);
    let mut places = places(&texts, language, true);
    places.retain(|place| !ids.iter().any(|id| place.is_within(id)));
    let place = the_one(&places)?;
    let is_upper = place.found().chars().any(char::is_uppercase);
    place.with(&if is_upper { other.to_uppercase() } else { other.to_owned() })
}

/// The one place: the only one that is a whole part, else the only one there is.
fn the_one<'p, 't>(places: &'p [Place<'t>]) -> Option<&'p Place<'t>> {
    let mut whole = places.iter().filter(|place| place.is_whole());
    match (whole.next(), whole.next(), places) {
        (Some(one), None, _) | (None, None, [one]) => Some(one),
        _ => None,
    }
}

/// Whether the parts of a URL hold an id and a language, each as a whole part or set off by marks from what stands
/// around it in the same part: `attest-{id}`, `{id};v=1`, `{id}.nl`, `nl-BE`. A piece of a longer word is neither.
pub fn holds_key(url: &Url, id: &str, language: &str) -> (bool, bool) {
    let mut texts = texts(url);
    if id.contains('/') {
        // Without encoding it goes over several segments.
        let path = url.path_segments().into_iter().flatten().map(decoded).collect::<Vec<_>>().join("/");
        texts.push((Part::Segment(usize::MAX), path));
    }
    key_in(&texts, id, language)
}

fn key_in(texts: &[(Part, String)], id: &str, language: &str) -> (bool, bool) {
    let id = composed(id);
    let (ids, languages) = (places_of_id(texts, &id), places(texts, language, true));
    // Where a language is a word of the id, it is none in that place.
    let is_apart = |language: &Place<'_>| !ids.iter().any(|id| language.is_within(id));
    let beside = |id: &Place<'_>| {
        languages.iter().any(|language| is_apart(language) && (language.part != id.part || language.at != id.at))
    };
    if ids.is_empty() { (false, !languages.is_empty()) } else { (true, ids.iter().any(beside)) }
}

/// Where an id stands. The case of a UUID does not count.
fn places_of_id<'t>(texts: &'t [(Part, String)], id: &str) -> Vec<Place<'t>> {
    places(texts, id, uuid::Uuid::parse_str(id).is_ok())
}

/// Where a text stands as a word of its own: no letter and no digit touches it.
fn places<'t>(texts: &'t [(Part, String)], wanted: &str, any_case: bool) -> Vec<Place<'t>> {
    let mut places = Vec::new();
    for (part, text) in texts {
        let starts = (0..(text.len() + 1).saturating_sub(wanted.len())).filter(|_| !wanted.is_empty());
        places.extend(starts.map(|start| Place { part, text, at: start..start + wanted.len() }).filter(|place| {
            let Some(found) = text.get(place.at.clone()) else { return false };
            let same = if any_case { found.eq_ignore_ascii_case(wanted) } else { found == wanted };
            let [before, after] = place.around();
            same && !before.ends_with(char::is_alphanumeric) && !after.starts_with(char::is_alphanumeric)
        }));
    }
    places
}

/// The parts of a URL, percent-decoded and composed: path segments and query values. A value with a plus occurs twice:
/// not every source takes it for a space.
fn texts(url: &Url) -> Vec<(Part, String)> {
    let mut texts: Vec<(Part, String)> = Vec::new();
    for (index, segment) in url.path_segments().into_iter().flatten().enumerate() {
        texts.push((Part::Segment(index), composed(&decoded(segment))));
    }
    let pairs = url.query().into_iter().flat_map(|query| query.split('&')).filter(|pair| !pair.is_empty());
    for (index, pair) in pairs.enumerate() {
        let (_, value) = pair.split_once('=').unwrap_or_default();
        texts.push((Part::Query(index), composed(&decoded(value))));
        if value.contains('+') {
            texts.push((Part::Query(index), composed(&decoded(&value.replace('+', " ")))));
        }
    }
    texts
}

/// A letter with its accent in one character (NFC): both ways to write it are the same text.
fn composed(text: &str) -> String {
    ComposingNormalizerBorrowed::new_nfc().normalize(text).into_owned()
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn id_and_language_are_found_as_whole_parts() {
        let path = url("https://h/v1/certificates/10000000077/0b%2F7c/NL");
        assert_eq!(part_with_id(&path, "0b/7c"), Some(Part::Segment(3)));
        assert_eq!(with_other_language(&path, "0b/7c", "nl", "fr"), Some((Part::Segment(4), "FR".to_owned())));
        let query = url("https://h/v1/details?x&id=a+b&&language=nl");
        assert_eq!(part_with_id(&query, "a+b"), Some(Part::Query(1)));
        assert_eq!(part_with_id(&query, "a b"), Some(Part::Query(1)));
        assert_eq!(with_other_language(&query, "a b", "nl", "fr"), Some((Part::Query(2), "fr".to_owned())));
        assert_eq!(query.query_pairs().nth(2).unwrap().1, "nl");
    }

    #[test]
    fn a_piece_of_a_part_or_several_parts_are_no_place() {
        let url = url("https://h/nl/certificates/A-nl/nl?id=A-nl#A");
        assert_eq!(part_with_id(&url, "A"), None);
        assert_eq!(part_with_id(&url, "A-nl"), None);
        assert_eq!(with_other_language(&url, "A", "nl", "fr"), None);
        assert_eq!(parts_that(&url, |text| text == "nl").len(), 2);
    }

    #[test]
    fn a_key_may_be_joined_in_one_part() {
        let both = |path: &str| holds_key(&url(&format!("https://h/v1/c/1{path}")), "A-1", "nl");
        for joined in ["/A-1-nl", "/nl_A-1", "/A-1.NL/download", "?key=A-1%2Cnl", "/A-1/nl", "/A-1?l=nl"] {
            assert_eq!(both(joined), (true, true), "{joined}");
        }
        for (other, expected) in [
            ("/A-1", (true, false)),
            ("/A-12-nl", (false, true)),
            ("/A-1nl", (false, false)),
            ("/A-2-nl", (false, true)),
            ("/x/nl", (false, true)),
        ] {
            assert_eq!(both(other), expected, "{other}");
        }
        // A language within the id is none.
        assert_eq!(holds_key(&url("https://h/c/a-nl-1"), "a-nl-1", "nl"), (true, false));
    }

    #[test]
    fn id_and_language_may_be_set_off_by_marks() {
        let id = "A-1";
        for own in [
            "/attest-A-1/nl",
            "/A-1;v=1/nl",
            "/A-1.nl",
            "/A-1_v1?locale=nl-BE",
            "/details;id=A-1;lang=nl",
            "/A-1/nl_BE",
            "?key=(A-1,NL)",
        ] {
            assert_eq!(holds_key(&url(&format!("https://h/v1/c{own}")), id, "nl"), (true, true), "{own}");
        }
        for own in ["/xA-1/nl2", "/A-12/nlBE", "/2A-1?l=anl"] {
            assert_eq!(holds_key(&url(&format!("https://h/v1/c{own}")), id, "nl"), (false, false), "{own}");
        }
        assert_eq!(holds_key(&url("https://h/v1/2012/nl"), "1", "nl"), (false, true));
        let uuid = "0b7c9d52-5f0e-4d53-9a55-1a4a3c1b8f60";
        assert_eq!(holds_key(&url(&format!("https://h/{}/NL", uuid.to_uppercase())), uuid, "nl"), (true, true));
        assert_eq!(holds_key(&url("https://h/ABC/nl"), "abc", "nl"), (false, true));
        assert_eq!(holds_key(&url("https://h/x/a/b/nl"), "a/b", "nl"), (true, true));
        assert_eq!(holds_key(&url("https://h/xa/b/nl"), "a/b", "nl"), (false, true));
        assert_eq!(holds_key(&url("https://h/e%CC%81/nl"), "\u{e9}", "nl"), (true, true));
        assert_eq!(holds_key(&url("https://h/nl/nl"), "nl", "nl"), (true, true));
        assert_eq!(holds_key(&url("https://h/x/nl"), "nl", "nl"), (true, false));
        assert_eq!(holds_key(&url("https://h/18446744073709551999/nl"), "18446744073709551999", "nl"), (true, true));
    }

    #[test]
    fn another_id_takes_the_place_of_the_first() {
        let other = |own: &str, id: &str| with_other_id(&url(&format!("https://h/c{own}")), id, "B-2");
        assert_eq!(other("/A-1/nl", "A-1"), Some((Part::Segment(1), "B-2".to_owned())));
        assert_eq!(other("/attest-A-1;v=1/nl", "A-1"), Some((Part::Segment(1), "attest-B-2;v=1".to_owned())));
        assert_eq!(other("/1/nl?x=2025-1", "1"), Some((Part::Segment(1), "B-2".to_owned())));
        assert_eq!(other("/x-1/nl?x=2025-1", "1"), None);
        let other = |own: &str| with_other_language(&url(&format!("https://h/c{own}")), "a-nl-1", "nl", "fr");
        assert_eq!(other("/a-nl-1?locale=nl-BE"), Some((Part::Query(0), "fr-BE".to_owned())));
        assert_eq!(other("/a-nl-1-NL"), Some((Part::Segment(1), "a-nl-1-FR".to_owned())));
        assert_eq!(other("/a-nl-1"), None);
    }

    #[test]
    fn a_template_leaves_what_is_outside_its_braces() {
        assert_eq!(outside_braces("https://h/a/nl{?embed,x}"), "https://h/a/nl");
        assert_eq!(outside_braces("https://h{/kind}/a/nl?id={id}"), "https://h/a/nl?id=");
        assert_eq!(outside_braces("https://h/a"), "https://h/a");
    }
}
