//! URLs that the source gave: where they lead, and which part of one holds a value.

use percent_encoding::percent_decode_str;
use url::Url;

use super::{Answer, Case};
use crate::envelope::Link;
use crate::exchange::Part;
use crate::href;

/// What a URL names, whatever way it is written.
#[derive(Debug, PartialEq, Eq)]
struct Destination {
    origin: String,
    segments: Vec<String>,
    query: Vec<(String, String)>,
}

impl<'a> Case<'a> {
    /// The absolute form of a link, masked, without the expressions in braces of a template: for comparisons. Only
    /// [`Case::follow`] says what may be requested.
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
        let as_written = || (url.origin().ascii_serialization(), url.path().to_owned());
        let (origin, path) = self.below_base_url(&url).unwrap_or_else(as_written);
        let mut query: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        query.sort();
        Some(Destination { origin, segments: path.split('/').map(decoded).collect(), query })
    }

    /// The origin and path below the base URL, where a URL is below the public one.
    fn below_base_url(&self, url: &Url) -> Option<(String, String)> {
        let setup = self.setup();
        let public = Url::parse(setup.public_url.as_deref()?).ok()?;
        let base = Url::parse(&setup.base_url).ok()?;
        let rest = url.path().strip_prefix(public.path().trim_end_matches('/'))?;
        let below = url.origin() == public.origin() && (rest.is_empty() || rest.starts_with('/'));
        let path = format!("{}{rest}", base.path().trim_end_matches('/'));
        below.then(|| (base.origin().ascii_serialization(), path))
    }
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

/// The one part of a URL that is a language, in whatever case, with its text as it stands there.
pub fn part_with_language(url: &Url, language: &str) -> Option<(Part, String)> {
    match parts_that(url, |text| text.eq_ignore_ascii_case(language)).as_slice() {
        [found] => Some(found.clone()),
        _ => None,
    }
}

/// Whether the parts of a URL hold an id and a language: each as a whole part, in whatever case the language, or both in
/// one part with marks that set them apart, such as `id-nl`.
pub fn holds_key(url: &Url, id: &str, language: &str) -> (bool, bool) {
    let whole_id = !parts_that(url, |text| text == id).is_empty();
    let whole_language = !parts_that(url, |text| text.eq_ignore_ascii_case(language)).is_empty();
    let joined = || !parts_that(url, |text| is_joined(text, id, language)).is_empty();
    if (whole_id && whole_language) || joined() { (true, true) } else { (whole_id, whole_language) }
}

fn is_joined(text: &str, id: &str, language: &str) -> bool {
    let is_mark = |c: char| !c.is_alphanumeric();
    text.match_indices(id).any(|(at, id)| {
        let before = text.get(..at).unwrap_or_default();
        let after = text.get(at + id.len()..).unwrap_or_default();
        let apart =
            (before.is_empty() || before.ends_with(is_mark)) && (after.is_empty() || after.starts_with(is_mark));
        apart && [before, after].iter().any(|rest| rest.split(is_mark).any(|word| word.eq_ignore_ascii_case(language)))
    })
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
        assert_eq!(part_with_language(&path, "nl"), Some((Part::Segment(4), "NL".to_owned())));
        let query = url("https://h/v1/details?x&id=a+b&&language=nl");
        assert_eq!(part_with_id(&query, "a+b"), Some(Part::Query(1)));
        assert_eq!(part_with_id(&query, "a b"), Some(Part::Query(1)));
        assert_eq!(part_with_language(&query, "nl"), Some((Part::Query(2), "nl".to_owned())));
        assert_eq!(query.query_pairs().nth(2).unwrap().1, "nl");
    }

    #[test]
    fn a_piece_of_a_part_or_several_parts_are_no_place() {
        let url = url("https://h/nl/certificates/A-nl/nl?id=A-nl#A");
        assert_eq!(part_with_id(&url, "A"), None);
        assert_eq!(part_with_id(&url, "A-nl"), None);
        assert_eq!(part_with_language(&url, "nl"), None);
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
            ("/A-12-nl", (false, false)),
            ("/A-1nl", (false, false)),
            ("/A-2-nl", (false, false)),
            ("/x/nl", (false, true)),
        ] {
            assert_eq!(both(other), expected, "{other}");
        }
        // A language within the id is none.
        assert_eq!(holds_key(&url("https://h/c/a-nl-1"), "a-nl-1", "nl"), (true, false));
    }

    #[test]
    fn a_template_leaves_what_is_outside_its_braces() {
        assert_eq!(outside_braces("https://h/a/nl{?embed,x}"), "https://h/a/nl");
        assert_eq!(outside_braces("https://h{/kind}/a/nl?id={id}"), "https://h/a/nl?id=");
        assert_eq!(outside_braces("https://h/a"), "https://h/a");
    }
}
