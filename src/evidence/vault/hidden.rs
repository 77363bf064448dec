//! Values behind another writing of a text: escapes, entities, digits of other alphabets, Base64. What is found there is
//! replaced where it stands in the text, by the plain surrogate: its own writing would hide it from whoever looks next.

use std::sync::Arc;

use super::masking::{Masking, boxed};
use super::{Found, SecretKind, Surrogate, padded};
use crate::base::insz;
use crate::base::writing::{self, DEEPEST};

/// A value in a text.
struct Hit {
    from: usize,
    to: usize,
    surrogate: Arc<Surrogate>,
    /// A JWT by its look alone is nobody's.
    is_ours: bool,
    /// It stands amid characters of Base64.
    is_boxed: bool,
}

impl Hit {
    /// The same in the text that this one is a writing of.
    fn at(self, (from, to): (usize, usize)) -> Self {
        Self { from, to, ..self }
    }

    fn mask(&self) -> String {
        match self.surrogate.nature {
            SecretKind::Number if self.is_boxed => boxed(&self.surrogate.text, self.to - self.from),
            SecretKind::Number => self.surrogate.text.clone(),
            // Escapes take more room than the value: in a URL that room has its bounds.
            SecretKind::Token | SecretKind::Secret => {
                padded(&self.surrogate.mark, (self.to - self.from).min(self.surrogate.text.len()))
            }
        }
    }
}

impl Masking<'_> {
    /// Masks what is hidden; none where nothing is.
    pub(super) fn mask_hidden(&self, text: &str, found: &mut Found) -> Option<String> {
        let mut hits = self.hidden(text.as_bytes(), DEEPEST);
        if hits.is_empty() {
            return None;
        }
        hits.sort_by_key(|hit| (hit.from, std::cmp::Reverse(hit.to)));
        let mut masked = String::with_capacity(text.len());
        let mut end = 0;
        for hit in hits {
            // What another writing of the same value shows is masked already.
            let (from, to) = (text.floor_char_boundary(hit.from).max(end), text.ceil_char_boundary(hit.to));
            if hit.is_ours {
                found.note(&hit.surrogate);
            }
            if to <= end {
                continue;
            }
            masked.push_str(text.get(end..from).unwrap_or_default());
            masked.push_str(&hit.mask());
            end = to;
        }
        masked.push_str(text.get(end..).unwrap_or_default());
        Some(masked)
    }

    /// What stands in a text and in its other writings, from its start on; whether it is known, or is a number.
    pub(super) fn held(&self, text: &[u8]) -> Vec<(Arc<Surrogate>, bool)> {
        let mut hits = self.hits(text);
        hits.extend(self.hidden(text, DEEPEST));
        hits.sort_by_key(|hit| hit.from);
        hits.into_iter().map(|hit| (hit.surrogate, hit.is_ours)).collect()
    }

    fn hidden(&self, text: &[u8], depth: usize) -> Vec<Hit> {
        let Some(depth) = depth.checked_sub(1) else { return Vec::new() };
        let mut hits = self.hidden_in_base64(text, depth);
        if let Some(plain) = writing::plain(text) {
            let read = self.hits(plain.bytes()).into_iter().chain(self.hidden_in_base64(plain.bytes(), depth));
            hits.extend(read.map(|hit| {
                let place = plain.in_source(hit.from, hit.to);
                hit.at(place)
            }));
        }
        hits
    }

    fn hidden_in_base64(&self, text: &[u8], depth: usize) -> Vec<Hit> {
        let mut hits = Vec::new();
        writing::words(text, &mut |word| {
            let held = self.hits(&word.decoded).into_iter().chain(self.hidden(&word.decoded, depth));
            hits.extend(held.map(|hit| {
                let place = word.in_source(hit.from, hit.to);
                Hit { is_boxed: true, ..hit.at(place) }
            }));
        });
        hits
    }

    /// What stands in one writing of a text.
    fn hits(&self, text: &[u8]) -> Vec<Hit> {
        let hit = |from, to, surrogate| Hit { from, to, surrogate, is_ours: true, is_boxed: false };
        let known = self.known.finder.matches(text);
        let known = known.into_iter().filter_map(|(from, to, value)| Some(hit(from, to, self.met(value)?)));
        let parts = self.known.parts.find(text).into_iter();
        let parts = parts.filter_map(|part| Some(hit(part.from, part.to, self.met(part.token)?)));
        let numbers = insz::look_alikes(text).into_iter().filter(|(_, _, digits)| !self.is_surrogate(digits));
        let numbers = numbers.map(|(from, to, digits)| hit(from, to, self.surrogate(&digits, SecretKind::Number)));
        let mut hits: Vec<Hit> = known.chain(parts).chain(numbers).collect();
        hits.extend(self.jwts(text));
        hits
    }

    /// What looks like a JWT, and is not known.
    fn jwts(&self, text: &[u8]) -> Vec<Hit> {
        let Ok(text) = std::str::from_utf8(text) else { return Vec::new() };
        let found = super::masking::jwts(text).into_iter().filter_map(|(from, to)| {
            let surrogate = self.surrogate(text.get(from..to)?, SecretKind::Token);
            Some(Hit { from, to, surrogate, is_ours: false, is_boxed: false })
        });
        found.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::Vault;
    use super::*;
    use crate::evidence::exchange::Citizen;

    #[test]
    fn what_a_text_holds_is_told_by_surrogates_in_whatever_writing() {
        let vault = Vault::new([(Citizen::Subject, "85073099932".into())].into());
        let token = vault.learn(&"a~token+of/many=kinds-0123".into(), SecretKind::Token);
        let number = vault.surrogate(Citizen::Subject).unwrap();
        for text in [
            "for 85.07.30-999.32: a~token+of/many=kinds-0123",
            "85073099932 and a%7Etoken%2Bof%2Fmany%3Dkinds-0123 and a~token+of/many=kinds-0123",
            "85073099932 a&#126;token+of/many=kinds-0123",
        ] {
            assert_eq!(vault.held_in(text), [number.clone(), token.clone()], "{text}");
            assert_eq!(vault.known_in(text), [number.clone(), token.clone()], "{text}");
        }
        let looks = "90010199992 eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.c2lnbmF0dXJl";
        assert_eq!((vault.held_in(looks).len(), vault.known_in(looks).len()), (2, 0));
        // A surrogate of a place alone is met nowhere else.
        let here = vault.stand_in("dashboard", SecretKind::Token);
        assert_eq!(vault.surrogate_of("dashboard").as_ref(), Some(&here));
        assert_eq!(vault.mask_text("my dashboard"), "my dashboard");
        assert!(vault.held_in("my dashboard").is_empty() && !vault.leaks("my dashboard"));
    }
}
