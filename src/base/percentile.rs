//! Percentiles of what was measured.

/// The percentile of sorted values by the nearest rank: the value that this share of them does not exceed. None of none.
pub fn nearest_rank(sorted: &[u64], percent: usize) -> Option<u64> {
    sorted.get((sorted.len() * percent).div_ceil(100).saturating_sub(1)).copied()
}

#[cfg(test)]
mod tests {
    use super::nearest_rank;

    #[test]
    fn it_is_a_value_that_was_measured() {
        let twenty: Vec<u64> = (1..=20).collect();
        assert_eq!([0, 50, 95, 100].map(|percent| nearest_rank(&twenty, percent)), [1, 10, 19, 20].map(Some));
        // Between two of them it is the greater.
        assert_eq!(nearest_rank(&[1, 2, 3], 50), Some(2));
        assert_eq!((nearest_rank(&[7], 95), nearest_rank(&[], 50)), (Some(7), None));
    }
}
