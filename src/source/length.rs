//! How long the pages of a walk are, so that the walk can show the opposite of what it judges: never the default length
//! nor the greatest, several certificates a page where there are enough, and three pages or more where possible.

/// From so many certificates on a page of a walk has at least two.
const ENOUGH_FOR_TWO: u64 = 5;

/// The least number of pages of a walk, where there are so many certificates.
const PAGES: u64 = 3;

/// How far from the length that is wished for another one may lie.
const APART: u64 = 9;

/// The page length of a walk over so many certificates.
pub(super) fn page_length(total: u64, default: u64, maximum: u64) -> u64 {
    if total < ENOUGH_FOR_TWO {
        return 1;
    }
    let longest = total.div_ceil(PAGES);
    // A little more than the default, as long as that makes no more pages than the greatest page has places.
    let medium = default + 1;
    let wished = if longest <= default {
        longest
    } else if total.div_ceil(medium) <= maximum {
        medium.min(longest)
    } else {
        maximum.saturating_sub(1)
    };
    let greatest = wished.saturating_add(APART).min(longest).min(maximum.saturating_sub(1));
    let fits = |length: &u64| *length != default && *length >= 2;
    let near = (wished.saturating_sub(APART)..=greatest).filter(fits);
    let mut near: Vec<u64> = near.collect();
    near.sort_by_key(|length| (length.abs_diff(wished), *length));
    // The pages are as many as with no length that a source may take in place of the one asked for, and the last one is
    // not full: that tells the length of a page from the limit.
    let pages = |length: u64| total.div_ceil(length.max(1));
    let is_telling = |length: &u64| [default, maximum].iter().all(|other| pages(*other) != pages(*length));
    let partial = |length: &u64| !total.is_multiple_of(*length);
    let best = near.iter().find(|length| is_telling(length) && partial(length));
    best.or_else(|| near.iter().find(|length| is_telling(length))).or(near.first()).copied().unwrap_or(1)
}

/// The length near the greatest one whose pages begin at other places than those of a walk.
pub(super) fn other_length(walk: u64, maximum: u64) -> u64 {
    let near = (maximum.saturating_sub(4)..maximum).filter(|length| *length > 0 && *length != walk);
    near.max_by_key(|length| length / divisor(*length, walk)).unwrap_or(1)
}

/// The greatest common divisor.
fn divisor(one: u64, other: u64) -> u64 {
    if other == 0 { one.max(1) } else { divisor(other, one % other) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn length(total: u64) -> u64 {
        page_length(total, 10, 100)
    }

    #[test]
    fn a_length_is_neither_the_default_nor_the_greatest() {
        for total in 0..30_000 {
            let length = length(total);
            assert!((1..100).contains(&length) && length != 10, "{total}: {length}");
            assert_eq!(length >= 2, total >= 5, "{total}: {length}");
            assert!(total < 3 || total.div_ceil(length) >= 3, "{total}: {length}");
        }
    }

    #[test]
    fn the_number_of_pages_tells_the_length_from_others() {
        for total in (1_u64..1_000).chain(9_901..30_000) {
            let pages = total.div_ceil(length(total));
            assert!(total < 2 || pages != total.div_ceil(10) && pages != total.div_ceil(100), "{total}");
        }
    }

    #[test]
    fn the_last_page_is_not_full_where_that_can_be() {
        let full: Vec<u64> = (5_u64..2_000).filter(|total| total % length(*total) == 0).collect();
        assert_eq!(full, [6, 12]);
    }

    #[test]
    fn lengths_of_usual_lists() {
        let lengths = [1, 2, 3, 4, 5, 10, 11, 23, 101, 124, 150, 5_000, 100_000].map(|total| (total, length(total)));
        let expected = [1, 1, 1, 1, 2, 4, 4, 7, 11, 11, 11, 99, 99];
        assert_eq!(lengths.map(|(_, length)| length), expected);
        // As many pages as with the greatest length, or two in a hundred more.
        assert_eq!((5_000u64.div_ceil(99), 100_000u64.div_ceil(99)), (51, 1_011));
    }

    #[test]
    fn another_length_has_other_boundaries() {
        assert_eq!([1, 2, 11, 96, 99].map(|walk| other_length(walk, 100)), [99, 99, 98, 97, 98]);
        assert_eq!(other_length(1, 1), 1);
    }
}
