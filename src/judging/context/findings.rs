//! The findings of one check: of many the first ones, and how many there are. A long list may have as many as it has
//! certificates.

use crate::base::text::Text;
use crate::catalogue::Level;
use crate::judging::verdict::Finding;
use crate::text;

/// How many findings of one requirement are shown.
const MOST: usize = 5;

/// Findings, in the order in which they came.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    /// The first ones of each level.
    first: Vec<Finding>,
    count: usize,
}

impl Findings {
    /// Adds one.
    pub fn push(&mut self, finding: Finding) {
        self.count += 1;
        if self.first.iter().filter(|other| other.level == finding.level).count() < MOST {
            self.first.push(finding);
        }
    }

    /// Adds those of another part of the check.
    pub fn append(&mut self, other: Self) {
        let unseen = other.count - other.first.len();
        self.extend(other.first);
        self.count += unseen;
    }

    /// The same, counting at a weaker level than their row.
    #[must_use]
    pub fn at_most(mut self, level: Level) -> Self {
        self.first.iter_mut().for_each(|finding| finding.level = Some(level));
        self
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Whether one of them counts as much as a requirement of that level.
    pub fn any_counts_as(&self, level: Level) -> bool {
        self.first.iter().any(|finding| finding.level.is_none_or(|own| own >= level))
    }

    /// The strongest first, so that what is left out is never what decides; the last one tells how many more there are.
    pub(super) fn shown(mut self, level: Level) -> Vec<Finding> {
        self.first.sort_by_key(|finding| std::cmp::Reverse(finding.level.unwrap_or(level)));
        self.first.truncate(MOST);
        let more = self.count - self.first.len();
        if let Some(last) = self.first.last_mut().filter(|_| more > 0) {
            let Text { nl, en } = &last.actual;
            last.actual = text!("{nl} (en nog {more}, niet vermeld)", "{en} (and {more} more, not listed)");
        }
        self.first
    }
}

impl Extend<Finding> for Findings {
    fn extend<T: IntoIterator<Item = Finding>>(&mut self, findings: T) {
        findings.into_iter().for_each(|finding| self.push(finding));
    }
}

impl FromIterator<Finding> for Findings {
    fn from_iter<T: IntoIterator<Item = Finding>>(findings: T) -> Self {
        let mut all = Self::default();
        all.extend(findings);
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::exchange::{Citizen, Request};

    fn finding(place: usize) -> Finding {
        Finding::new(&Request::entry(Citizen::Subject), place.to_string(), Text::same("a"), Text::same("b"))
    }

    fn places(findings: Findings) -> Vec<String> {
        findings.shown(Level::Must).into_iter().map(|finding| finding.place).collect()
    }

    #[test]
    fn the_strongest_is_shown_first_however_late_it_came() {
        let weak = |place: usize| finding(place).at_most(Level::Should);
        let findings: Findings = (0..1_199).map(weak).chain([finding(1_199)]).collect();
        assert!(findings.any_counts_as(Level::Must) && findings.first.len() == 6);
        let shown = findings.clone().shown(Level::Must);
        assert!(shown[4].actual.en.ends_with("(and 1195 more, not listed)"), "{:?}", shown[4].actual);
        assert_eq!(places(findings), ["1199", "0", "1", "2", "3"]);
    }

    #[test]
    fn parts_add_up() {
        let mut findings: Findings = (0..7).map(finding).collect();
        findings.append((7..20).map(finding).collect());
        findings.append(Findings::default());
        assert_eq!(findings.count, 20);
        assert_eq!(places(findings), ["0", "1", "2", "3", "4"]);
        assert!(Findings::default().is_empty() && !Findings::default().any_counts_as(Level::May));
    }
}
