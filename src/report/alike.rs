//! Findings of one requirement that say the same of several calls, joined: what they say once, how many there are, and
//! in what they differ.

use super::model::Finding;

/// Findings that are alike, in the order of their requirement.
#[derive(Clone, Debug)]
pub(super) struct Alike<'a> {
    /// All of them; never empty.
    pub(super) findings: Vec<&'a Finding>,
}

impl<'a> Alike<'a> {
    /// A finding by itself.
    pub(super) fn alone(finding: &'a Finding) -> Self {
        Self { findings: vec![finding] }
    }

    /// The one that is told in full: the first with something to show.
    pub(super) fn told(&self) -> Option<&'a Finding> {
        let shows = self.findings.iter().find(|finding| finding.excerpt.is_some());
        shows.or(self.findings.first()).copied()
    }

    /// Whether they differ in what was found.
    pub(super) fn differ_in_actual(&self) -> bool {
        self.findings.iter().any(|finding| self.findings.first().is_some_and(|first| first.actual != finding.actual))
    }

    /// Whether they differ in the place.
    pub(super) fn differ_in_place(&self) -> bool {
        self.findings.iter().any(|finding| self.findings.first().is_some_and(|first| first.place != finding.place))
    }
}

/// The findings of a requirement, those that are alike together: the same severity, advice and expectation, at the same
/// place but for numbers such as the index of an item.
pub(super) fn joined(findings: &[Finding]) -> Vec<Alike<'_>> {
    let mut all: Vec<Alike<'_>> = Vec::new();
    for finding in findings {
        let joins = |alike: &&mut Alike<'_>| alike.findings.first().is_some_and(|first| are_alike(first, finding));
        match all.iter_mut().find(joins) {
            Some(alike) => alike.findings.push(finding),
            None => all.push(Alike { findings: vec![finding] }),
        }
    }
    all
}

/// The places of the findings of which each group needs an excerpt: the first of each, for the first so many groups.
pub(super) fn first_of_each(findings: &[Finding], most: usize) -> Vec<usize> {
    let mut firsts: Vec<usize> = Vec::new();
    for (position, finding) in findings.iter().enumerate() {
        let joins = |first: &usize| findings.get(*first).is_some_and(|first| are_alike(first, finding));
        if firsts.len() < most && !firsts.iter().any(joins) {
            firsts.push(position);
        }
    }
    firsts
}

fn are_alike(one: &Finding, other: &Finding) -> bool {
    one.severity == other.severity
        && one.fix == other.fix
        && without_numbers(&one.place) == without_numbers(&other.place)
        && without_numbers(&one.expected.en) == without_numbers(&other.expected.en)
}

/// A text with one mark for each number.
fn without_numbers(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    for c in text.chars() {
        if !c.is_ascii_digit() {
            kept.push(c);
        } else if !kept.ends_with('#') {
            kept.push('#');
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::text::Text;
    use crate::judging::verdict::Severity;

    fn finding(place: &str, expected: &str, actual: &str) -> Finding {
        Finding {
            expected: Text::same(expected),
            actual: Text::same(actual),
            place: place.to_owned(),
            exchange: None,
            excerpt: None,
            severity: Severity::Failure,
            fix: Text::same("fix"),
        }
    }

    #[test]
    fn what_differs_only_in_numbers_and_in_what_was_found_is_joined() {
        let findings = [
            finding("/certificates/0/id", "a text", "7"),
            finding("status", "401", "200"),
            finding("/certificates/12/id", "a text", "8"),
            finding("status", "401", "200"),
            Finding { severity: Severity::Warning, ..finding("status", "401", "200") },
        ];
        let joined = joined(&findings);
        assert_eq!(joined.iter().map(|alike| alike.findings.len()).collect::<Vec<_>>(), [2, 2, 1]);
        let [items, statuses, _] = joined.as_slice() else { panic!("{joined:?}") };
        assert!(items.differ_in_place() && items.differ_in_actual());
        assert!(!statuses.differ_in_place() && !statuses.differ_in_actual());
        assert_eq!(first_of_each(&findings, 5), [0, 1, 4]);
        assert_eq!(first_of_each(&findings, 1), [0]);
    }

    #[test]
    fn no_finding_is_lost() {
        let findings: Vec<Finding> = (0..40).map(|n| finding(&format!("/{n}/{}", n % 3), "x", "y")).collect();
        assert_eq!(joined(&findings).iter().map(|alike| alike.findings.len()).sum::<usize>(), 40);
    }
}
