//! What an href says by its form: which are judged, its version, and which of its path segments name a resource. Pure:
//! nothing here knows a recording.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{BuildHasher as _, RandomState};
use std::net::Ipv4Addr;

use percent_encoding::percent_decode_str;
use url::{Host, Origin, Url};
use uuid::Uuid;

/// The longest href that is followed, in bytes: twice what a server must accept of a URL (RFC 9110, section 4.1).
const LONGEST: usize = 16 * 1000;

/// The absolute form of an href; none where it is no URL, or one that is longer than anybody would accept.
pub fn absolute(base: &str, href: &str) -> Option<Url> {
    if href.len() > LONGEST {
        return None;
    }
    let href = href.trim();
    // Most hrefs are absolute: the base is read only for the others.
    let absolute = ["http://", "https://"].iter().any(|start| href.starts_with(start));
    let url = if absolute { Url::parse(href) } else { Url::parse(base).and_then(|base| base.join(href)) }.ok()?;
    matches!(url.scheme(), "http" | "https").then_some(url)
}

/// Whether it is seen at a glance that a text is a URL and is read to the letter, as nearly all links of a list are: no
/// escape, no dot segment, no capital in the host. False says nothing.
pub fn is_read_as_written(text: &str) -> bool {
    let (rest, default) = match (text.strip_prefix("https://"), text.strip_prefix("http://")) {
        (Some(rest), _) => (rest, 443),
        (None, Some(rest)) => (rest, 80),
        (None, None) => return false,
    };
    let Some((authority, path)) = rest.split_once('/') else { return false };
    let (host, port) = authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port)));
    // Neither a number that becomes an address nor a name that is decoded.
    let is_label = |label: &str| {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        !label.is_empty() && label.bytes().all(|byte| plain(byte) || byte == b'-') && !label.starts_with("xn--")
    };
    let is_name = host.split('.').all(is_label)
        && host.rsplit('.').next().is_some_and(|last| last.starts_with(|first: char| first.is_ascii_lowercase()));
    let is_port = |port: &str| port.parse::<u16>().is_ok_and(|number| number != default && number.to_string() == port);
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_~/?=&.,+:@!$()*;".contains(&byte);
    (is_name || host.parse::<Ipv4Addr>().is_ok())
        && port.is_none_or(is_port)
        && path.bytes().all(plain)
        && !path.starts_with('.')
        && !path.contains("/.")
}

/// The rels whose hrefs are judged. Others (help, describedby, curies …) may live anywhere.
const JUDGED: [&str; 8] = ["self", "next", "prev", "previous", "start", "first", "last", "download"];

/// The languages that a certificate may have: as a path segment they are part of its key.
const LANGUAGES: [&str; 4] = ["nl", "fr", "de", "en"];

/// From how many items with different ids on a repeated segment is a name.
const REPEATED: usize = 3;

/// Whether the hrefs of a rel are judged.
pub fn is_judged(rel: &str) -> bool {
    JUDGED.iter().any(|judged| rel.eq_ignore_ascii_case(judged))
}

/// The path segments, percent-decoded. Their positions are those of
/// [`Part::Segment`](crate::evidence::exchange::Part::Segment).
pub fn segments(url: &Url) -> Vec<Cow<'_, str>> {
    url.path_segments().into_iter().flatten().map(|text| percent_decode_str(text).decode_utf8_lossy()).collect()
}

/// `v` and a natural number.
pub fn is_version(segment: &str) -> bool {
    let Some(number) = segment.strip_prefix('v') else { return false };
    let digits = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    digits && (number == "0" || !number.starts_with('0'))
}

/// What somebody meant as a version: `v1.2`, `V1`, `v1-beta`.
pub fn is_meant_as_version(segment: &str) -> bool {
    let mut characters = segment.chars();
    characters.next().is_some_and(|c| c.eq_ignore_ascii_case(&'v'))
        && characters.next().is_some_and(|c| c.is_ascii_digit())
}

/// The version segment with its position.
pub fn version<S: AsRef<str>>(segments: &[S]) -> Option<(usize, &str)> {
    let position = segments.iter().position(|segment| is_version(segment.as_ref()))?;
    segments.get(position).map(|segment| (position, segment.as_ref()))
}

/// The origin of a URL. A dot at the end of its host only says that the name is complete.
pub fn origin(url: &Url) -> Origin {
    match url.origin() {
        Origin::Tuple(scheme, Host::Domain(name), port) => {
            Origin::Tuple(scheme, Host::Domain(name.trim_end_matches('.').to_owned()), port)
        }
        other => other,
    }
}

/// A host as it is dialled: an IPv6 address stands in brackets in a URL alone.
pub fn without_brackets(host: &str) -> &str {
    host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host)
}

/// Whether a URL leads to this machine itself.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// An href of an item, by its path.
#[derive(Clone, Copy, Debug)]
pub struct ItemPath<'a> {
    /// Whose item it is, by any number that tells citizens apart.
    pub owner: usize,
    /// The id of the item.
    pub id: &'a str,
    /// The rel of the link.
    pub rel: &'a str,
    /// The decoded path segments.
    pub segments: &'a [Cow<'a, str>],
}

/// Shows every href of every item.
pub type Items<'a> = dyn Fn(&mut dyn FnMut(ItemPath<'_>)) + 'a;

/// What a path segment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The version, or what is meant as one.
    Version,
    /// A name that belongs to the path of the list.
    Listed,
    /// A name of the source's own choice: it stands unchanged in the hrefs of three or more items, and in those of every
    /// citizen.
    Chosen {
        /// In those of all items. Where only in some, it may as well be part of their identifier.
        everywhere: bool,
        /// The hrefs of one citizen alone were seen. It may as well be what the source calls that citizen.
        alone: bool,
    },
    /// Anything else.
    Identifier,
}

/// Which path segments are names.
#[derive(Debug)]
pub struct Roles {
    lists: Vec<Vec<String>>,
    /// Rel, position and text of the names, with what they are.
    repeated: BTreeMap<(String, usize, String), Role>,
    identifiers: Identifiers,
}

impl Roles {
    /// From the paths of the list (without what identifies the citizen), the hrefs of the items, and the texts that
    /// are identifiers wherever they stand: numbers of citizens, ids, languages. `items` shows the same hrefs each time.
    pub fn new(lists: Vec<Vec<String>>, items: &Items<'_>, identifiers: impl Iterator<Item = impl AsRef<str>>) -> Self {
        let identifiers = Identifiers::of(identifiers);
        let mut segments = Segments::default();
        items(&mut |item| segments.count(item));
        items(&mut |item| segments.note_ids(item));
        let is_name = |segment: &str| !looks_like_identifier(segment) && !identifiers.contains(segment);
        let (ids, owners) = (segments.ids, segments.owners);
        let owners = |rel: &str| owners.get(rel).map_or(0, HashSet::len);
        let is_of_all = |found: &Repeated| found.owners.len() == owners(&found.rel);
        // What another rel shows to be one citizen's own is so where that citizen alone has a rel.
        let own: HashSet<(usize, String)> = segments
            .repeated
            .values()
            .filter(|found| !is_of_all(found))
            .map(|found| (found.position, found.text.clone()))
            .collect();
        let repeated = segments.repeated.into_values().filter(|found| {
            let is_shared =
                is_of_all(found) && (owners(&found.rel) > 1 || !own.contains(&(found.position, found.text.clone())));
            found.ids.len() >= REPEATED && is_shared && is_name(&found.text)
        });
        let repeated = repeated.map(|found| {
            let everywhere = ids.get(&found.rel).is_some_and(|all| all.len() == found.ids.len());
            let role = Role::Chosen { everywhere, alone: owners(&found.rel) < 2 };
            ((found.rel, found.position, found.text), role)
        });
        Self { lists, repeated: repeated.collect(), identifiers }
    }

    /// What each segment of an href with that rel is.
    pub fn of(&self, rel: &str, segments: &[Cow<'_, str>]) -> Vec<Role> {
        let is_version = |segment: &str| is_meant_as_version(segment) && !self.identifiers.contains(segment);
        let version = segments.iter().position(|segment| is_version(segment));
        let rel = rel.to_ascii_lowercase();
        let role = |(position, segment): (usize, &Cow<'_, str>)| {
            if version == Some(position) { Role::Version } else { self.name(&rel, position, segment) }
        };
        segments.iter().enumerate().map(role).collect()
    }

    fn name(&self, rel: &str, position: usize, segment: &str) -> Role {
        if self.lists.iter().any(|list| list.get(position).is_some_and(|listed| listed == segment)) {
            return Role::Listed;
        }
        // There are few of them.
        let mut names = self.repeated.iter();
        match names.find(|((of, at, text), _)| *at == position && text == segment && of == rel) {
            Some((_, role)) => *role,
            None => Role::Identifier,
        }
    }

    /// Whether a text is a name of the list path, at whatever position.
    pub fn is_listed(&self, segment: &str) -> bool {
        self.lists.iter().flatten().any(|listed| listed == segment)
    }
}

/// Texts that are identifiers wherever they stand: by their hashes, since a long list has hundreds of thousands.
#[derive(Debug)]
struct Identifiers {
    hashes: RandomState,
    known: HashSet<u64>,
}

impl Identifiers {
    fn of(texts: impl Iterator<Item = impl AsRef<str>>) -> Self {
        let hashes = RandomState::new();
        let known = texts.map(|text| hashes.hash_one(text.as_ref())).collect();
        Self { hashes, known }
    }

    fn contains(&self, text: &str) -> bool {
        self.known.contains(&self.hashes.hash_one(text))
    }
}

/// Which texts stand at a position in several hrefs of a rel, and in those of which items. By their hashes until they
/// are known to be repeated.
#[derive(Default)]
struct Segments {
    hashes: RandomState,
    hrefs: HashMap<u64, usize>,
    repeated: HashMap<u64, Repeated>,
    /// The ids of the items, by rel.
    ids: HashMap<String, HashSet<u64>>,
    /// Whose the items are, by rel.
    owners: HashMap<String, HashSet<usize>>,
}

/// A text that stands in several hrefs.
struct Repeated {
    rel: String,
    position: usize,
    text: String,
    ids: HashSet<u64>,
    owners: HashSet<usize>,
}

impl Segments {
    fn hash(&self, rel: &str, position: usize, text: &str) -> u64 {
        self.hashes.hash_one((rel, position, text))
    }

    fn count(&mut self, item: ItemPath<'_>) {
        let rel = item.rel.to_ascii_lowercase();
        for (position, text) in item.segments.iter().enumerate() {
            *self.hrefs.entry(self.hash(&rel, position, text)).or_default() += 1;
        }
    }

    fn note_ids(&mut self, item: ItemPath<'_>) {
        let rel = item.rel.to_ascii_lowercase();
        let id = self.hashes.hash_one(item.id);
        for (position, text) in item.segments.iter().enumerate() {
            let hash = self.hash(&rel, position, text);
            if self.hrefs.get(&hash).is_some_and(|hrefs| *hrefs >= REPEATED) {
                let new = || Repeated {
                    rel: rel.clone(),
                    position,
                    text: text.to_string(),
                    ids: HashSet::new(),
                    owners: HashSet::new(),
                };
                let repeated = self.repeated.entry(hash).or_insert_with(new);
                repeated.ids.insert(id);
                repeated.owners.insert(item.owner);
            }
        }
        self.owners.entry(rel.clone()).or_default().insert(item.owner);
        self.ids.entry(rel).or_default().insert(id);
    }
}

fn looks_like_identifier(segment: &str) -> bool {
    segment.is_empty()
        || segment.bytes().all(|b| b.is_ascii_digit())
        || is_language_tag(segment)
        || Uuid::parse_str(segment).is_ok()
}

/// A language, with or without a region: `nl`, `nl-BE`, `fr_be`.
fn is_language_tag(segment: &str) -> bool {
    let (language, region) = segment.split_once(['-', '_']).unwrap_or((segment, "BE"));
    let is_region = region.len() == 2 && region.bytes().all(|byte| byte.is_ascii_alphabetic());
    is_region && LANGUAGES.iter().any(|known| language.eq_ignore_ascii_case(known))
}

/// The query values of a URL, percent-decoded.
pub fn query_values(url: &Url) -> impl Iterator<Item = String> {
    url.query_pairs().map(|(_, value)| value.into_owned())
}

/// Another text of the same look: every digit becomes a digit and every letter a letter of its case, within a to f
/// where the whole text is hexadecimal; the version and variant of a UUID stay. `salt`: hexadecimal digits.
pub fn alike(text: &str, salt: &str) -> String {
    let hexadecimal = text.chars().all(|c| c.is_ascii_hexdigit() || !c.is_ascii_alphanumeric());
    let is_uuid = text.len() == 36 && Uuid::parse_str(text).is_ok();
    let letters = if hexadecimal { 6 } else { 26 };
    let salt: Vec<u32> = salt.chars().filter_map(|c| c.to_digit(16)).collect();
    let draw = |index: usize| {
        let at = |offset: usize| salt.get((2 * index + offset) % salt.len().max(1)).copied().unwrap_or_default();
        // The salt comes round again in a long text: the position keeps it from repeating itself.
        16 * at(0) + at(1) + u32::try_from(index / 16).unwrap_or_default()
    };
    let letter = |first: char, index: usize| char::from_u32(u32::from(first) + draw(index) % letters).unwrap_or(first);
    let other = |(index, c): (usize, char)| match c {
        _ if is_uuid && matches!(index, 14 | 19) => c,
        // A number keeps its length: no zero comes in front.
        '1'..='9' if index == 0 => char::from_digit(1 + draw(index) % 9, 10).unwrap_or(c),
        '0'..='9' => char::from_digit(draw(index) % 10, 10).unwrap_or(c),
        'a'..='z' => letter('a', index),
        'A'..='Z' => letter('A', index),
        _ => c,
    };
    text.chars().enumerate().map(other).collect()
}

/// The absolute URI that an identifier is: `https://…`, `urn:nid:…`. A colon alone does not make one.
pub fn is_absolute_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let mut characters = scheme.chars();
    let named = characters.next().is_some_and(|c| c.is_ascii_alphabetic())
        && characters.all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
    let urn = scheme.eq_ignore_ascii_case("urn")
        && rest.split_once(':').is_some_and(|(space, name)| space.len() >= 2 && !name.is_empty());
    named && (urn || rest.strip_prefix("//").is_some_and(|rest| !rest.is_empty()))
}

/// The words of a name: cut at hyphens, underscores and dots, and before each capital that follows a small letter.
pub fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut small_before = false;
    for c in name.chars() {
        let cut = matches!(c, '-' | '_' | '.');
        if cut || (c.is_uppercase() && small_before) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| !cut) {
            word.extend(c.to_lowercase());
        }
        small_before = c.is_lowercase() || c.is_ascii_digit();
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Whether a name can be a plural, in Dutch or in English, as far as its last word tells. Doubt says yes.
pub fn can_be_plural(name: &str) -> bool {
    const IRREGULAR: [&str; 8] = ["people", "feet", "teeth", "geese", "mice", "lice", "sheep", "fish"];
    let words = words(name);
    let Some(last) = words.last() else { return true };
    // Dutch: -s, -en, -n, -a, -i. English: -s, -en, -a, -i, -ae. What is short or holds a digit is an abbreviation.
    let ends = last.ends_with(['s', 'n', 'a', 'i']) || last.ends_with("ae");
    ends || last.chars().count() <= 3 || !last.chars().all(char::is_alphabetic) || IRREGULAR.contains(&last.as_str())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn path(text: &str) -> Vec<Cow<'static, str>> {
        let url = Url::parse(&format!("https://h{text}")).unwrap();
        segments(&url).into_iter().map(|segment| Cow::Owned(segment.into_owned())).collect()
    }

    fn roles(items: &[(&str, &str)]) -> Roles {
        let paths: Vec<(&str, Vec<Cow<'_, str>>)> = items.iter().map(|(id, href)| (*id, path(href))).collect();
        let each = |look: &mut dyn FnMut(ItemPath<'_>)| {
            for (id, segments) in &paths {
                look(ItemPath { owner: 0, id, rel: "self", segments });
            }
        };
        let identifiers = ["10000000077".to_owned()].into_iter().chain(items.iter().map(|(id, _)| (*id).to_owned()));
        let list = ["v1", "certificates"].map(str::to_owned).to_vec();
        Roles::new(vec![list], &each, identifiers)
    }

    #[test]
    fn a_version_is_v_and_a_natural_number() {
        for right in ["v1", "v2", "v10", "v0"] {
            assert!(is_version(right) && is_meant_as_version(right), "{right}");
        }
        for wrong in ["V1", "v1.2", "v1-beta", "v01"] {
            assert!(!is_version(wrong) && is_meant_as_version(wrong), "{wrong}");
        }
        for other in ["v", "vergunningen", "1", "", "certificates"] {
            assert!(!is_version(other) && !is_meant_as_version(other), "{other}");
        }
        assert_eq!(version(&path("/api/v2/x/v3")), Some((1, "v2")));
    }

    #[test]
    fn a_language_with_a_region_is_no_name() {
        for tag in ["nl", "NL", "nl-BE", "fr_be", "de-DE"] {
            assert!(looks_like_identifier(tag), "{tag}");
        }
        for name in ["nl-", "nl-belgie", "nl-B3", "en-attesten", "xx-BE", "attesten"] {
            assert!(!looks_like_identifier(name), "{name}");
        }
    }

    #[test]
    fn a_segment_of_three_items_is_a_name_and_an_identifier_is_none() {
        let item =
            |id: &'static str, kind: &str| (id, format!("/v1/certificates/10000000077/letters/{kind}/2025/{id}/nl"));
        let owned = [item("a", "FISC"), item("b", "FISC"), item("c", "FISC"), item("d", "OTHER")];
        let items: Vec<(&str, &str)> = owned.iter().map(|(id, href)| (*id, href.as_str())).collect();
        let roles = roles(&items);
        let name = |everywhere| Role::Chosen { everywhere, alone: true };
        let identifier = Role::Identifier;
        let found =
            [Role::Version, Role::Listed, identifier, name(true), name(false), identifier, identifier, identifier];
        assert_eq!(roles.of("SELF", &path(items[0].1)), found);
        assert_eq!(roles.of("self", &path(items[3].1))[4], identifier);
        assert_eq!(roles.of("download", &path(items[0].1))[3], identifier);
    }

    #[test]
    fn what_differs_between_citizens_is_no_name() {
        let hrefs = |owner: usize, citizen: &str| {
            ["a", "b", "c"]
                .map(|id| (owner, format!("{owner}{id}"), path(&format!("/v1/certificates/{citizen}/Letters/{id}"))))
        };
        let all = [hrefs(0, "Xk_9.aB"), hrefs(1, "Yq_1.zC")].concat();
        let each = |look: &mut dyn FnMut(ItemPath<'_>)| {
            for (owner, id, segments) in &all {
                look(ItemPath { owner: *owner, id, rel: "self", segments });
            }
        };
        let list = ["v1", "certificates"].map(str::to_owned).to_vec();
        let roles = Roles::new(vec![list], &each, std::iter::empty::<&str>()).of("self", &all[0].2);
        assert_eq!(roles[2..4], [Role::Identifier, Role::Chosen { everywhere: true, alone: false }]);
    }

    #[test]
    fn a_dot_at_the_end_of_a_host_names_no_other_one() {
        let of = |text: &str| origin(&Url::parse(text).unwrap());
        assert_eq!(of("https://Host.example.:443/a"), of("https://host.example/b"));
        assert_ne!(of("https://host.example:444/"), of("https://host.example/"));
    }

    #[test]
    fn an_id_that_looks_like_a_version_is_an_id() {
        let roles = roles(&[("V9", "/certificates/V9"), ("V8", "/certificates/V8")]);
        assert_eq!(roles.of("self", &path("/certificates/V9"))[1], Role::Identifier);
        assert_eq!(roles.of("self", &path("/v1.2/v3"))[..], [Role::Version, Role::Identifier]);
    }

    #[test]
    fn two_items_or_one_id_in_three_languages_show_no_name() {
        let two = [("a", "/v1/Letters/a"), ("b", "/v1/Letters/b")];
        assert_eq!(roles(&two).of("self", &path(two[0].1))[1], Role::Identifier);
        let one = [("a", "/v1/Letters/a/nl"), ("a", "/v1/Letters/a/fr"), ("a", "/v1/Letters/a/de")];
        assert_eq!(roles(&one).of("self", &path(one[0].1))[1], Role::Identifier);
    }

    #[test]
    fn only_whole_uris_are_uris() {
        for uri in ["https://data.example/id/1", "HTTP://x", "urn:uuid:1", "ftp://h/x"] {
            assert!(is_absolute_uri(uri), "{uri}");
        }
        for key in ["a:b", "AB:12:3", "12:00", "urn", "urn:x", "https:", "https://", "a1b2", "1://x"] {
            assert!(!is_absolute_uri(key), "{key}");
        }
    }

    #[test]
    fn words_are_cut_at_hyphens_and_capitals() {
        assert_eq!(words("getTaxLetters"), ["get", "tax", "letters"]);
        assert_eq!(words("tax-letters_v2"), ["tax", "letters", "v2"]);
        assert_eq!(words("PDF"), ["pdf"]);
    }

    #[test]
    fn only_what_cannot_be_a_plural_is_none() {
        for plural in [
            "certificates",
            "vergunningen",
            "attesten",
            "brieven",
            "data",
            "people",
            "tax-letters",
            "musea",
            "pdf",
            "detail2",
        ] {
            assert!(can_be_plural(plural), "{plural}");
        }
        for singular in ["letter", "certificate", "document", "attest", "vergunning", "taxLetter"] {
            assert!(!can_be_plural(singular), "{singular}");
        }
    }

    #[test]
    fn links_of_a_list_are_seen_to_be_read_as_written() {
        for href in [
            "https://source.example/v1/certificates/10000000016/1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed/nl",
            "http://localhost:8080/v1/certificates/10000000016?page=2&limit=100",
            "https://127.0.0.1:8443/",
        ] {
            assert!(is_read_as_written(href), "{href}");
        }
    }

    proptest! {
        #[test]
        fn what_is_seen_to_be_read_as_written_is(
            text in "https?://([a-z0-9.A-Z%é-]{0,3}[.]?){1,4}(:[0-9]{0,3})?(/[a-z0-9.%é?#@: '~+&=*-]{0,3}){0,4}",
            host in "([0-9]{1,3}[.]){0,4}(0x)?[0-9a-f]{0,3}",
            port in "|:[04]?(80|443)",
        ) {
            for text in [format!("https://{host}{port}/"), format!("http://{host}{port}/a"), text] {
                let read = Url::parse(&text).map(String::from);
                prop_assert!(!is_read_as_written(&text) || read.as_ref() == Ok(&text), "{} {:?}", text, read);
            }
        }

        #[test]
        fn an_alike_text_keeps_length_and_classes(text in "\\PC{0,60}", salt in "[0-9a-f]{32}") {
            let other = alike(&text, &salt);
            prop_assert_eq!(other.chars().count(), text.chars().count());
            for (a, b) in text.chars().zip(other.chars()) {
                prop_assert_eq!(a.is_ascii_digit(), b.is_ascii_digit());
                prop_assert_eq!(a.is_ascii_lowercase(), b.is_ascii_lowercase());
                prop_assert_eq!(a.is_ascii_uppercase(), b.is_ascii_uppercase());
            }
        }

        #[test]
        fn a_uuid_stays_a_uuid(bytes in any::<[u8; 16]>(), salt in "[0-9a-f]{32}") {
            let uuid = uuid::Builder::from_random_bytes(bytes).into_uuid();
            let other = Uuid::parse_str(&alike(&uuid.to_string(), &salt)).unwrap();
            prop_assert_eq!((other.get_version(), other.get_variant()), (uuid.get_version(), uuid.get_variant()));
        }

        #[test]
        fn any_link_is_an_absolute_url_or_none(
            base in "(https?://h:1/v1/x\\?a=b|\\PC{0,20})",
            link in "(https?:|ftp:|/|//|\\?|#|\\.\\./|[a-z]{1,5}:)?[\\PC\\t\\n]{0,40}",
        ) {
            if let Some(url) = absolute(&base, &link) {
                prop_assert!(matches!(url.scheme(), "http" | "https") && url.has_host(), "{}", url);
                prop_assert!(url.as_str().bytes().all(|byte| byte.is_ascii_graphic()), "{}", url);
                prop_assert_eq!(absolute("https://elsewhere/", url.as_str()), Some(url));
            }
        }

        #[test]
        fn any_text_can_be_read(text in "\\PC{0,80}") {
            let (_, _) = (words(&text), is_absolute_uri(&text));
            let _ = (can_be_plural(&text), is_version(&text), is_meant_as_version(&text));
        }
    }
}
