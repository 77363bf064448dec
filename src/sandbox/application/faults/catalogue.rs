//! Every fault of this world, and how one is found.

use crate::sandbox::application::behaviour::Behaviour;

/// One way in which the application, or what ACM holds of it, is wrong.
pub type Fault = crate::sandbox::fault::Fault<Behaviour>;

/// Every fault, in the order of the rows.
pub fn all() -> impl Iterator<Item = &'static Fault> {
    let chapters = [
        super::login::FAULTS,
        super::exchange::FAULTS,
        super::token_api::FAULTS,
        super::landing::FAULTS,
        super::moment::FAULTS,
        super::leaks::FAULTS,
        super::refusals::FAULTS,
    ];
    chapters.into_iter().flatten()
}

/// The fault of this name, or every fault that breaks this requirement: first those that break the fewest others.
pub fn find(name_or_id: &str) -> Vec<&'static Fault> {
    let is_meant = |fault: &&Fault| fault.name == name_or_id || fault.breaks.contains(&name_or_id);
    let mut found: Vec<&'static Fault> = all().filter(is_meant).collect();
    found.sort_by_key(|fault| fault.breaks.len());
    found
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn names_are_unique_and_kebab_case() {
        let mut seen = HashSet::new();
        for fault in all() {
            assert!(seen.insert(fault.name), "{} occurs twice", fault.name);
            let words: Vec<_> = fault.name.split('-').collect();
            let is_word =
                |word: &&str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
            assert!(words.len() > 1 && words.iter().all(is_word), "{}", fault.name);
        }
        assert!(seen.len() >= 60, "{}", seen.len());
    }

    #[test]
    fn a_fault_breaks_something_and_blocks_nothing_that_it_breaks() {
        for fault in all() {
            assert!(!fault.breaks.is_empty() && fault.summary.ends_with('.'), "{}", fault.name);
            assert!(fault.breaks.iter().all(|id| !fault.blocks.contains(id)), "{}", fault.name);
        }
    }

    #[test]
    fn a_fault_is_found_by_name_and_by_requirement() {
        assert_eq!(find("no-actor-token").len(), 1);
        assert_eq!(find("SSO-07").first().map(|fault| fault.name), Some("no-actor-token"));
        assert!(find("nothing").is_empty());
    }
}
