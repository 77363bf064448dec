//! Which certificates are examined one by one: a few from the first page on, or as many as `--sample` asks for, spread
//! over the whole list.

use std::collections::BTreeSet;

use super::list::Item;
use crate::judging::context::{CheckContext, Stop};

impl<'a> CheckContext<'a> {
    /// So many certificates at equal distances, the first and the last one among them, and one of each language that
    /// is not among these.
    pub(super) fn spread(&self, count: usize) -> Result<Vec<Item<'a>>, Stop> {
        let all: Vec<Item<'a>> = self.pages()?.each().collect();
        let places = places(all.len(), count);
        let mut languages = BTreeSet::new();
        let mut sample: Vec<Item<'a>> = places.iter().filter_map(|place| all.get(*place).copied()).collect();
        languages.extend(sample.iter().map(|item| item.certificate.language_text()));
        sample.extend(all.into_iter().filter(|item| languages.insert(item.certificate.language_text())));
        Ok(sample)
    }
}

/// `count` places at equal distances among `length`, from the first to the last; all of them where there are no more.
fn places(length: usize, count: usize) -> BTreeSet<usize> {
    let last = length.saturating_sub(1);
    (0..count.min(length)).map(|index| index * last / count.min(length).saturating_sub(1).max(1)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_spread_from_the_first_to_the_last() {
        let spread = |length, count| places(length, count).into_iter().collect::<Vec<_>>();
        assert_eq!(spread(0, 3), [0usize; 0]);
        assert_eq!(spread(5, 0), [0usize; 0]);
        assert_eq!(spread(100, 1), [0]);
        assert_eq!(spread(100, 4), [0, 33, 66, 99]);
        assert_eq!(spread(3, 10), [0, 1, 2]);
        assert_eq!(spread(5000, 50).len(), 50);
    }
}
