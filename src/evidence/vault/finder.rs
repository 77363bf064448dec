//! Finds known values in a text, in whatever encoding they show there.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, Input, Match, MatchKind};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::base::insz;

/// Values and the automata that find them. A run learns its tokens one by one: what came lately has an automaton of its
/// own, so that the large one is not built again for every token.
#[derive(Default)]
pub(super) struct Finder {
    settled: Part,
    recent: Part,
}

#[derive(Default)]
struct Part {
    values: Vec<String>,
    /// Built when somebody searches; none where there is nothing to find.
    automaton: OnceLock<Option<Automaton>>,
}

struct Automaton {
    searcher: AhoCorasick,
    /// For each pattern: the value that it encodes, by its place.
    owners: Vec<usize>,
    shortest: usize,
}

impl Finder {
    /// Finds this value too from now on.
    pub(super) fn add(&mut self, value: &str) {
        self.recent.add(value.to_owned());
        if self.recent.values.len() >= self.settled.values.len() {
            std::mem::take(&mut self.recent).values.into_iter().for_each(|value| self.settled.add(value));
        }
    }

    /// The length of the shortest text that holds a value, in bytes.
    pub(super) fn shortest(&self) -> usize {
        self.automata().map(|(automaton, _)| automaton.shortest).min().unwrap_or(usize::MAX)
    }

    /// Whether one of the values stands in a text.
    pub(super) fn is_in(&self, text: impl AsRef<[u8]>) -> bool {
        let text = folded(text.as_ref());
        self.automata().any(|(automaton, _)| automaton.searcher.is_match(&text))
    }

    /// Every form in which a value may show; capitals make no difference.
    pub(super) fn each_form(&self, note: &mut impl FnMut(&str)) {
        let values = self.settled.values.iter().chain(&self.recent.values);
        values.flat_map(|value| encodings(value)).for_each(|form| note(&form));
    }

    /// Where values stand in a text, and which, from the start on: the longest at each place, and none within another.
    pub(super) fn matches(&self, text: &[u8]) -> Vec<(usize, usize, &str)> {
        let text = folded(text);
        let mut searches: Vec<Search<'_, '_>> = self.automata().map(|part| Search::new(part, &text)).collect();
        let mut found = Vec::new();
        let mut end = 0;
        loop {
            for search in &mut searches {
                search.go_to(end);
            }
            let next = searches.iter().filter_map(|search| search.next.map(|next| (next, search)));
            let Some((next, search)) = next.min_by_key(|(next, _)| (next.start(), Reverse(next.end()))) else { break };
            end = next.end();
            found.extend(search.value(next).map(|value| (next.start(), next.end(), value)));
        }
        found
    }

    fn automata(&self) -> impl Iterator<Item = (&Automaton, &[String])> {
        let parts = [&self.settled, &self.recent].into_iter();
        parts.filter_map(|part| Some((part.automaton()?, part.values.as_slice())))
    }
}

impl Part {
    fn add(&mut self, value: String) {
        self.values.push(value);
        self.automaton = OnceLock::new();
    }

    fn automaton(&self) -> Option<&Automaton> {
        self.automaton.get_or_init(|| Automaton::of(&self.values)).as_ref()
    }
}

impl Automaton {
    fn of(values: &[String]) -> Option<Self> {
        let mut patterns = Vec::new();
        let mut owners = Vec::new();
        for (place, value) in values.iter().enumerate() {
            let folded: BTreeSet<String> = encodings(value).iter().map(|form| form.to_ascii_lowercase()).collect();
            owners.extend(folded.iter().map(|_| place));
            patterns.extend(folded);
        }
        let shortest = patterns.iter().map(String::len).min()?;
        // Building fails only beyond two thousand million states; without an automaton nothing may be recorded.
        AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            // Not the one that searches fastest: it takes longer to build, at every token, than all searches together.
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(&patterns)
            .ok()
            .map(|searcher| Self { searcher, owners, shortest })
    }
}

/// A text without capitals, in which patterns without capitals are looked for: `%2f` is `%2F`, and what stands in the host
/// of a URL loses them. An automaton that knows both costs several times as much to build.
fn folded(text: &[u8]) -> Cow<'_, [u8]> {
    if text.iter().any(u8::is_ascii_uppercase) { text.to_ascii_lowercase().into() } else { text.into() }
}

/// One automaton on its way through a text.
struct Search<'a, 't> {
    automaton: &'a Automaton,
    values: &'a [String],
    text: &'t [u8],
    /// Its first match from where everybody is.
    next: Option<Match>,
}

impl<'a, 't> Search<'a, 't> {
    fn new((automaton, values): (&'a Automaton, &'a [String]), text: &'t [u8]) -> Self {
        Self { automaton, values, text, next: automaton.searcher.find(text) }
    }

    fn go_to(&mut self, at: usize) {
        if self.next.is_some_and(|next| next.start() < at) {
            self.next = self.automaton.searcher.find(Input::new(self.text).range(at..));
        }
    }

    fn value(&self, found: Match) -> Option<&'a str> {
        self.values.get(*self.automaton.owners.get(found.pattern().as_usize())?).map(String::as_str)
    }
}

/// The forms in which a value may show, in whatever case: as it is, percent-encoded once or twice, with the usual
/// separators or in groups of three, in Base64 at each of the three alignments.
fn encodings(raw: &str) -> Vec<String> {
    let mut forms = percent_encoded(raw);
    forms.push(raw.to_owned());
    // JSON and JavaScript in a body that is neither parsed nor parsable.
    forms.push(raw.replace('/', "\\/"));
    if insz::valid(raw) {
        let written = insz::written_forms(raw);
        // What is found by its look is not found within a longer run of digits: of this number all writings are known.
        forms.extend(written.iter().flat_map(|form| [in_base64(form), percent_encoded(form)].concat()));
        forms.extend(written);
        forms.extend(insz::grouped_forms(raw));
        // As a number it loses its leading zeros, also where it is written as text.
        forms.push(raw.trim_start_matches('0').to_owned());
    }
    forms.extend(in_base64(raw));
    forms.sort();
    forms.dedup();
    forms.retain(|form| !form.is_empty());
    forms
}

/// A value with its percent escapes, once and twice, as each kind of encoder writes it.
fn percent_encoded(raw: &str) -> Vec<String> {
    let encoded = |set| {
        let once = utf8_percent_encode(raw, set).to_string();
        [once.replace('%', "%25"), once.replace("%20", "+"), once]
    };
    [NON_ALPHANUMERIC, UNRESERVED, WITH_SLASH].into_iter().flat_map(encoded).collect()
}

/// A value in Base64, wherever it starts among the bytes that are encoded with it.
fn in_base64(raw: &str) -> Vec<String> {
    let mut forms = Vec::new();
    for skip in 0..3 {
        let padded = [vec![b'_'; skip], raw.as_bytes().to_vec()].concat();
        for engine in [STANDARD_NO_PAD, URL_SAFE_NO_PAD] {
            let text = engine.encode(&padded);
            // The first and the last characters depend on the neighbours: only the middle is this value's own.
            let from = [0, 2, 3].get(skip).copied().unwrap_or_default();
            let to = padded.len() * 8 / 6;
            forms.extend(text.get(from..to).filter(|middle| middle.len() >= 8).map(str::to_owned));
        }
    }
    forms
}

/// What encoders leave as it is differs: nothing, the unreserved characters of RFC 3986, these and the slash.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
const WITH_SLASH: &AsciiSet = &UNRESERVED.remove(b'/');

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn capitals_make_no_difference() {
        let mut finder = Finder::default();
        finder.add("Some/Secret-1");
        for text in ["Some/Secret-1", "some%2fsecret-1", "SOME%2FSECRET-1", "x sOmE/sEcReT-1 y"] {
            assert!(finder.is_in(text) && finder.matches(text.as_bytes()).len() == 1, "{text}");
        }
        assert!(!finder.is_in("some-secret-1"));
    }

    #[test]
    fn what_came_later_is_found_as_well() {
        let mut finder = Finder::default();
        let text = "first-secret, and later-secret-2 in first-secret-3";
        for value in ["another-one", "first-secret", "later-secret-2", "first-secret-3"] {
            finder.add(value);
            assert!(finder.is_in(value));
        }
        let found = finder.matches(text.as_bytes());
        assert_eq!(found, [(0, 12, "first-secret"), (18, 32, "later-secret-2"), (36, 50, "first-secret-3")]);
    }

    proptest! {
        /// Values that overlap in every way: however they came in, the same is found.
        #[test]
        fn two_automata_find_what_one_finds(
            values in prop::collection::btree_set("[ab]{2,5}", 1..8),
            text in "[abc]{0,40}",
        ) {
            let mut of_two = Finder::default();
            let mut of_one = Finder::default();
            for value in values {
                of_two.add(&value);
                of_one.settled.add(value);
            }
            prop_assert_eq!(of_one.matches(text.as_bytes()), of_two.matches(text.as_bytes()));
        }
    }
}
