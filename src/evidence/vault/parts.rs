//! Parts of tokens: half of one, or 16 characters and more in a row. Of each token every run of eight bytes is known by
//! its place; of a text only every so many bytes are looked up, as many as the shortest part leaves between them, and
//! what is known there is followed to both sides.

use std::collections::HashMap;
use std::ops::Range;

/// How many bytes are looked up at once.
pub(super) const GRAM: usize = 8;

/// So many characters in a row are a part of a token, however long it is.
const TELLING: usize = 16;

/// At most so many places are known of one run of bytes: a token may repeat itself.
const MOST_PLACES: usize = 8;

/// How a JWT's claims start says nothing: `{"iss":"https://` is the same for many.
const START_OF_CLAIMS: usize = 32;

/// The known tokens, by their parts.
#[derive(Default)]
pub(super) struct Parts {
    tokens: Vec<Token>,
    places: HashMap<[u8; GRAM], Vec<Place>>,
    /// The length of the shortest part of any of them.
    shortest: usize,
    /// What everybody may know, though it stands in a token.
    public: Vec<Vec<u8>>,
}

struct Token {
    text: String,
    /// Of a JWT the header and the start of the claims are the same in many tokens, and say nothing.
    common: usize,
    /// Where the signature of a JWT starts; any other token is all signature.
    signature: usize,
    /// How long a part of it is at least.
    telling: usize,
}

#[derive(Clone, Copy)]
struct Place {
    token: usize,
    at: usize,
}

/// A part of a token in a text.
pub(super) struct Part<'a> {
    pub(super) from: usize,
    pub(super) to: usize,
    /// The whole token.
    pub(super) token: &'a str,
    /// It holds so much of its signature, or of all of it, that no other JWT has it.
    pub(super) is_unlike_others: bool,
}

impl Token {
    fn of(text: &str) -> Option<Self> {
        let length = text.len();
        let telling = TELLING.min(length.div_ceil(2).max(GRAM));
        let whole = Self { text: text.to_owned(), common: 0, signature: 0, telling };
        if !text.starts_with("eyJ") {
            return Some(whole);
        }
        let Some((header, rest)) = text.split_once('.') else { return Some(whole) };
        let Some((claims, signature)) = rest.split_once('.') else { return Some(whole) };
        // Whoever reads the claims of one that nobody signed has nothing.
        let common = header.len() + 1 + START_OF_CLAIMS.min(claims.len());
        (!signature.is_empty()).then(|| Self { common, signature: length - signature.len(), ..whole })
    }

    /// Whether what a text and the token have in common says anything.
    fn is_told_by(&self, common: &Range<usize>) -> bool {
        common.end.saturating_sub(common.start.max(self.common)) >= self.telling || self.is_half(common)
    }

    fn is_half(&self, common: &Range<usize>) -> bool {
        common.len() >= self.text.len().div_ceil(2).max(GRAM)
    }

    /// Whether that says anything even where it stands in a JWT, which may be another one.
    fn is_told_in_a_jwt(&self, common: &Range<usize>) -> bool {
        common.end.saturating_sub(common.start.max(self.signature)) >= self.telling || self.is_half(common)
    }
}

impl Parts {
    /// Knows the parts of this token too from now on.
    pub(super) fn add(&mut self, text: &str) {
        let Some(token) = Token::of(text).filter(|token| token.text.len() > GRAM) else { return };
        let index = self.tokens.len();
        for (at, gram) in token.text.as_bytes().windows(GRAM).enumerate() {
            let Ok(gram) = <[u8; GRAM]>::try_from(gram) else { continue };
            let places = self.places.entry(gram).or_default();
            if places.len() < MOST_PLACES {
                places.push(Place { token: index, at });
            }
        }
        self.shortest = if index == 0 { token.telling } else { self.shortest.min(token.telling) };
        self.tokens.push(token);
    }

    /// Takes a text for public: what stands in it is no part of a token.
    pub(super) fn publish(&mut self, text: &str) {
        if text.len() >= GRAM {
            self.public.push(text.as_bytes().to_vec());
        }
    }

    /// The length of the shortest part, in bytes.
    pub(super) fn shortest(&self) -> usize {
        if self.tokens.is_empty() { usize::MAX } else { self.shortest }
    }

    /// Runs of bytes of every token, as close as every part of it holds one of them.
    pub(super) fn each_sample(&self, note: &mut impl FnMut(&[u8])) {
        for token in &self.tokens {
            token.text.as_bytes().windows(GRAM).step_by(token.telling - GRAM + 1).for_each(&mut *note);
        }
    }

    /// Whether a part of a token stands in a text.
    pub(super) fn is_in(&self, text: &[u8]) -> bool {
        !self.find(text).is_empty()
    }

    /// The parts of tokens in a text, from its start on, none within another.
    pub(super) fn find(&self, text: &[u8]) -> Vec<Part<'_>> {
        let mut found: Vec<Part<'_>> = Vec::new();
        if self.tokens.is_empty() {
            return found;
        }
        let step = self.shortest - GRAM + 1;
        let (mut at, mut free) = (0, 0);
        while let Some(gram) = text.get(at..at + GRAM) {
            match self.at(text, gram, at, free) {
                Some(part) => {
                    (at, free) = (part.to, part.to);
                    found.push(part);
                }
                None => at += step,
            }
        }
        found
    }

    /// The longest part that holds these bytes.
    fn at(&self, text: &[u8], gram: &[u8], at: usize, free: usize) -> Option<Part<'_>> {
        let places = self.places.get(gram)?;
        let parts = places.iter().filter_map(|place| {
            let token = self.tokens.get(place.token)?;
            let (before, after) = (text.get(free..at)?, text.get(at + GRAM..)?);
            let whole = token.text.as_bytes();
            let left = alike(whole.get(..place.at)?.iter().rev(), before.iter().rev());
            let right = alike(whole.get(place.at + GRAM..)?.iter(), after.iter());
            let common = place.at - left..place.at + GRAM + right;
            let (from, to) = (at - left, at + GRAM + right);
            let is_public = || self.public.iter().any(|public| holds(public, whole.get(common.clone())));
            if !token.is_told_by(&common) || is_public() {
                return None;
            }
            Some(Part { from, to, token: &token.text, is_unlike_others: token.is_told_in_a_jwt(&common) })
        });
        parts.max_by_key(|part| part.to - part.from)
    }
}

/// How many bytes are the same, from the start on.
fn alike<'a>(one: impl Iterator<Item = &'a u8>, other: impl Iterator<Item = &'a u8>) -> usize {
    one.zip(other).take_while(|(one, other)| one == other).count()
}

fn holds(text: &[u8], part: Option<&[u8]>) -> bool {
    part.is_some_and(|part| text.windows(part.len()).any(|window| window == part))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const OPAQUE: &str = "0f3c9a7be25d4816b0c2d4e6f8a1c3b5";

    fn found(parts: &Parts, text: &str) -> Vec<String> {
        parts.find(text.as_bytes()).iter().map(|part| text[part.from..part.to].to_owned()).collect()
    }

    #[test]
    fn half_of_a_token_or_sixteen_characters_are_a_part() {
        let mut parts = Parts::default();
        parts.add(OPAQUE);
        parts.add("short-token-12");
        for (text, part) in [
            (format!("<{}>", &OPAQUE[..16]), Some(&OPAQUE[..16])),
            (format!("token {}…", &OPAQUE[7..23]), Some(&OPAQUE[7..23])),
            (format!("{} {}", &OPAQUE[..15], &OPAQUE[15..30]), None),
            ("a short-token here".to_owned(), Some("short-token")),
            ("a short- token-1".to_owned(), None),
        ] {
            assert_eq!(found(&parts, &text), part.into_iter().collect::<Vec<_>>(), "{text}");
        }
    }

    #[test]
    fn what_all_jwts_have_in_common_is_no_part() {
        let mut parts = Parts::default();
        let claims = "eyJpc3MiOiJodHRwczovL2FjbS5leGFtcGxlIiwic3ViIjoiMDEyMzQ1Njc4OSJ9";
        let header = "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9";
        let signature = "c2lnbmF0dXJlLW9mLXRoZS10b2tlbi0wMTIzNDU2Nzg5";
        let token = format!("{header}.{claims}.{signature}");
        parts.add(&token);
        parts.add(&format!("{header}.{claims}."));
        let one = |text: &str| parts.find(text.as_bytes()).first().map(|part| part.is_unlike_others);
        assert_eq!(one(header), None);
        assert_eq!(one(&format!("{header}.{}", &claims[..32])), None);
        assert_eq!(one(&token[..=(token.len() / 2)]), Some(true));
        assert_eq!(one(&claims[32..60]), Some(false));
        assert_eq!(one(&signature[5..25]), Some(true));
        assert_eq!(one(&format!("{}x", &token[..token.len() - 5])), Some(true));
    }

    #[test]
    fn what_is_public_is_no_part() {
        let mut parts = Parts::default();
        parts.publish("https://source.example/v1");
        parts.add("https://source.example/v1#0f3c9a7be25d4816b");
        assert_eq!(found(&parts, "see https://source.example/v1/certificates").len(), 0);
        assert_eq!(found(&parts, "see source.example/v1#0f3c9a").len(), 1);
    }

    proptest! {
        #[test]
        fn every_sixteen_characters_are_found(at in 0usize..17, before in "[g-z]{0,40}", after in "[g-z]{0,40}") {
            let mut parts = Parts::default();
            parts.add(OPAQUE);
            let part = &OPAQUE[at..at + 16];
            prop_assert_eq!(found(&parts, &format!("{before}{part}{after}")), [part]);
        }

        #[test]
        fn any_text_can_be_searched(tokens in prop::collection::vec("[ab]{8,40}", 1..4), text in "[ab]{0,200}") {
            let mut parts = Parts::default();
            for token in &tokens {
                parts.add(token);
            }
            let mut end = 0;
            for part in parts.find(text.as_bytes()) {
                prop_assert!(end <= part.from && part.from < part.to && part.to <= text.len());
                prop_assert!(part.token.contains(&text[part.from..part.to]));
                end = part.to;
            }
        }
    }
}
