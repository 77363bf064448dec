//! The last look at what is written about many runs: none of it may show what one of their vaults knows. Every value of
//! every vault leaves a few runs of eight bytes here, and a vault looks itself only where one of its own stands in a text.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::{GRAM, Vault, read};
use crate::base::{insz, writing};

/// Eight bytes, without capitals.
type Gram = u64;

/// What must not stand in the outputs about several runs, as their vaults knew it when this was made.
#[derive(Default)]
pub struct Gate {
    vaults: Vec<Arc<Vault>>,
    /// The national numbers of all.
    numbers: HashSet<String>,
    /// Whose value or part of a token holds these bytes.
    owners: HashMap<Gram, Vec<usize>>,
    /// Vaults with a value that is shorter than that.
    always: Vec<usize>,
}

impl Gate {
    /// That of these vaults.
    pub fn of(vaults: impl IntoIterator<Item = Arc<Vault>>) -> Self {
        let mut gate = Self::default();
        for vault in vaults {
            gate.add(vault);
        }
        gate
    }

    fn add(&mut self, vault: Arc<Vault>) {
        let known = read(&vault.known);
        if known.values.is_empty() {
            return;
        }
        let number = self.vaults.len();
        self.numbers.extend(known.values.iter().filter(|value| insz::valid(value)).cloned());
        let mut is_short = false;
        let mut note = |bytes: &[u8]| match gram(bytes) {
            Some(gram) => {
                let owners = self.owners.entry(gram).or_default();
                if owners.last() != Some(&number) {
                    owners.push(number);
                }
            }
            None => is_short = true,
        };
        // The end of a value tells more than its beginning: that is the same for all tokens of an issuer.
        known.finder.each_form(&mut |form| note(form.as_bytes().last_chunk::<GRAM>().map_or(&[], |end| end)));
        known.parts.each_sample(&mut note);
        drop(known);
        if is_short {
            self.always.push(number);
        }
        self.vaults.push(vault);
    }

    /// Whether a value that must not be there stands in an output, as [`Vault::leaks`] finds it.
    pub fn leaks(&self, output: &str) -> bool {
        let mut leaks = false;
        if !self.vaults.is_empty() {
            writing::each(output.as_bytes(), &mut |reading| leaks = leaks || self.leaks_in(reading));
        }
        leaks
    }

    fn leaks_in(&self, reading: &[u8]) -> bool {
        let mut suspects: HashSet<usize> = self.always.iter().copied().collect();
        suspects.extend(grams(reading).filter_map(|gram| self.owners.get(&gram)).flatten());
        suspects.into_iter().filter_map(|number| self.vaults.get(number)).any(|vault| vault.shows_in(reading))
            || insz::look_alikes(reading).iter().any(|(_, _, digits)| self.numbers.contains(digits))
    }
}

fn gram(bytes: &[u8]) -> Option<Gram> {
    let bytes = <[u8; GRAM]>::try_from(bytes).ok()?;
    Some(Gram::from_be_bytes(bytes.map(|byte| byte.to_ascii_lowercase())))
}

/// Every run of eight bytes of a text.
fn grams(text: &[u8]) -> impl Iterator<Item = Gram> {
    let mut last: Gram = 0;
    let all = text.iter().map(move |byte| {
        last = last << 8 | Gram::from(byte.to_ascii_lowercase());
        last
    });
    all.skip(GRAM - 1)
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use proptest::prelude::*;
    use secrecy::SecretString;

    use super::*;
    use crate::evidence::vault::SecretKind;

    /// A vault for each of these, with what it knows.
    fn vaults(known: &[Vec<(String, SecretKind)>]) -> Vec<Arc<Vault>> {
        let of = |known: &Vec<(String, SecretKind)>| {
            let vault = Vault::default();
            vault.publish("a public text that a token may hold");
            for (value, nature) in known {
                vault.learn(&SecretString::from(value.as_str()), *nature);
            }
            Arc::new(vault)
        };
        known.iter().map(of).collect()
    }

    fn value() -> impl Strategy<Value = (String, SecretKind)> {
        prop_oneof![
            "[aBc%/ .é]{8,12}".prop_map(|value| (value, SecretKind::Secret)),
            "[a-f0-9]{24,40}".prop_map(|value| (value, SecretKind::Secret)),
            "[a-zA-Z0-9]{9,60}".prop_map(|value| (value, SecretKind::Token)),
            "eyJhbGciOiJIUzI1NiJ9\\.[a-zA-Z0-9]{20,60}\\.[a-zA-Z0-9_-]{20,40}"
                .prop_map(|value| (value, SecretKind::Token)),
            (0usize..5).prop_map(|n| (insz::surrogate(n), SecretKind::Number)),
            Just(("00000012345".to_owned(), SecretKind::Number)),
        ]
    }

    /// A value, or what is left of it, in some writing.
    fn written(value: &str, from: usize, length: usize, writing: usize) -> String {
        let part: String = value.chars().skip(from).take(length).collect();
        match writing {
            0 => part,
            1 => part.to_uppercase(),
            2 => STANDARD.encode(format!("x{part} and more")),
            3 => part.chars().flat_map(|c| format!("&#{};", u32::from(c)).into_bytes()).map(char::from).collect(),
            4 => part.trim_start_matches('0').to_owned(),
            _ => insz::written_forms(&part).swap_remove(0),
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]

        /// It finds what one of the vaults finds, and nothing else.
        #[test]
        fn the_gate_of_many_vaults_is_all_of_theirs(
            known in prop::collection::vec(prop::collection::vec(value(), 0..4), 1..5),
            (which, one, from, length, writing) in (0usize..5, 0usize..4, 0usize..30, 0usize..80, 0usize..6),
            (before, after) in ("[a-z0-9 ]{0,20}", "[a-z0-9 ]{0,20}"),
        ) {
            let vaults = vaults(&known);
            let value = known.get(which).and_then(|known| known.get(one)).map_or("", |(value, _)| value);
            let from = if length > 60 { 0 } else { from };
            let text = format!("{before}{}{after}", written(value, from, length, writing));
            let expected = vaults.iter().any(|vault| vault.leaks(&text));
            prop_assert_eq!(Gate::of(vaults).leaks(&text), expected, "{:?}", text);
        }
    }

    #[test]
    fn what_any_of_many_vaults_knows_is_found() {
        let known: Vec<_> = (0..300)
            .map(|n| vec![(format!("eyJhbGciOiJIUzI1NiJ9.a-claim-of-all.0a1b2c-{n:08}"), SecretKind::Token)])
            .collect();
        let gate = Gate::of(vaults(&known));
        let (token, _) = &known[271][0];
        for text in [token.clone(), format!("<{}>", STANDARD.encode(token)), token[token.len() / 2..].to_owned()] {
            assert!(gate.leaks(&text), "{text}");
        }
        assert!(!gate.leaks("eyJhbGciOiJIUzI1NiJ9 of 0a1b2c-9"));
        assert!(!gate.leaks("a public text that a token may hold"));
    }
}
