//! Every fault of this world, and how one is found.

use crate::sandbox::source::behaviour::Behaviour;

/// One way in which the source, or the ACM of its world, is wrong.
pub type Fault = crate::sandbox::fault::Fault<Behaviour>;

/// Nothing that needs a token can be judged, the issuer's own further rows included.
pub(super) const EVERYTHING: &[&str] = &["URL", "HTTP", "ERR", "SEC", "TOK", "LST", "CRT", "DWN", "OPS"];

/// Every fault, by chapter.
pub fn all() -> impl Iterator<Item = &'static Fault> {
    let chapters = [
        super::url::FAULTS,
        super::http::FAULTS,
        super::document::FAULTS,
        super::errors::FAULTS,
        super::access::FAULTS,
        super::leaks::FAULTS,
        super::token::FAULTS,
        super::list::FAULTS,
        super::paging::FAULTS,
        super::walk::FAULTS,
        super::certificate::FAULTS,
        super::download::FAULTS,
        super::broken::FAULTS,
        super::writings::FAULTS,
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
    }

    #[test]
    fn a_fault_breaks_something_and_blocks_nothing_that_it_breaks() {
        for fault in all() {
            assert!(!fault.breaks.is_empty() && fault.summary.ends_with('.'), "{}", fault.name);
            assert!(fault.breaks.iter().all(|id| !fault.blocks.contains(id)), "{}", fault.name);
            for id in fault.breaks.iter().chain(fault.blocks) {
                let chapter = id.split('-').next().unwrap();
                assert!(EVERYTHING.contains(&chapter), "{}: {id}", fault.name);
            }
        }
    }

    #[test]
    fn a_fault_is_found_by_name_and_by_requirement() {
        assert_eq!(find("number-counts-from-zero").len(), 1);
        assert_eq!(find("LST-11").first().map(|fault| fault.name), Some("number-counts-from-zero"));
        assert!(find("nothing").is_empty());
    }

    #[test]
    fn every_checked_row_has_a_fault() {
        let rows =
            |chapter: &str, rows: &[u32]| rows.iter().map(|row| format!("{chapter}-{row:02}")).collect::<Vec<_>>();
        let lists: Vec<u32> = (1..=30).filter(|row| ![25, 26].contains(row)).collect();
        let wanted = [
            rows("URL", &(1..=16).collect::<Vec<_>>()),
            rows("HTTP", &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 18, 19, 20, 24, 27]),
            rows("ERR", &(1..=15).collect::<Vec<_>>()),
            rows("TOK", &[1, 2, 3, 4, 5, 6]),
            rows("LST", &lists),
            rows("CRT", &(1..=15).collect::<Vec<_>>()),
            rows("DWN", &[1, 2, 3, 4, 5, 6]),
            rows("SEC", &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 18, 19, 20]),
        ];
        let missing: Vec<_> = wanted.concat().into_iter().filter(|id| find(id).is_empty()).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }
}
