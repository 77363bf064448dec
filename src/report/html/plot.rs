//! The response times per kind of call as a small drawing: for each kind a bar to the median, a thinner one to the 95th
//! percentile, and a mark at the slowest call. The table beside it says the same in figures.

use serde::Serialize;

use crate::base::text::Text;
use crate::report::model::Timing;

use super::page::kind_of_call;

/// Units of the drawing.
const LABELS: u64 = 150;
const SCALE: u64 = 520;
const MARGIN: u64 = 40;
const TOP: u64 = 10;
const STEP: u64 = 30;

/// The drawing, in units of its own.
#[derive(Debug, Serialize)]
pub(super) struct Plot {
    width: u64,
    height: u64,
    left: u64,
    bottom: u64,
    ticks: Vec<Tick>,
    bars: Vec<Bar>,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
struct Tick {
    x: u64,
    ms: u64,
}

#[derive(Debug, Serialize)]
struct Bar {
    kind: Text,
    y: u64,
    median: u64,
    p95: u64,
    slowest: u64,
    timing: Timing,
}

impl Plot {
    pub(super) fn new(timings: &[Timing]) -> Self {
        let step = round_step(timings.iter().map(|timing| timing.max_ms).max().unwrap_or_default());
        let most = step.saturating_mul(4);
        let at = |ms: u64| u64::try_from(u128::from(ms) * u128::from(SCALE) / u128::from(most)).unwrap_or(SCALE);
        let rows = (0_u64..).map(|row| TOP + row * STEP);
        let bars = timings.iter().zip(rows).map(|(timing, y)| Bar {
            kind: kind_of_call(timing.kind),
            y,
            // What is there is seen, however quick it was.
            median: at(timing.median_ms).max(2),
            p95: at(timing.p95_ms).max(2),
            slowest: at(timing.max_ms).max(2),
            timing: timing.clone(),
        });
        let bars: Vec<Bar> = bars.collect();
        let bottom = TOP + STEP * u64::try_from(bars.len()).unwrap_or_default();
        Self {
            width: LABELS + SCALE + MARGIN,
            height: bottom + 24,
            left: LABELS,
            bottom,
            ticks: (0..=4)
                .map(|tick| Tick { x: LABELS + at(step.saturating_mul(tick)), ms: step.saturating_mul(tick) })
                .collect(),
            bars,
        }
    }
}

/// A quarter of the axis: the smallest 1, 2 or 5 times a power of ten of which four reach as far as `most`.
fn round_step(most: u64) -> u64 {
    let powers = (0..19).map(|exponent| 10_u64.pow(exponent));
    let mut steps = powers.flat_map(|power| [1, 2, 5].map(|digit| power.saturating_mul(digit)));
    steps.find(|step| step.saturating_mul(4) >= most).unwrap_or(u64::MAX / 4)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::exchange::Kind;

    #[test]
    fn an_axis_ends_at_a_round_number_beyond_the_slowest() {
        let ends = [0, 1, 4, 5, 33, 1_000, 10_001].map(|most| round_step(most) * 4);
        assert_eq!(ends, [4, 4, 4, 8, 40, 2_000, 20_000]);
        assert!(round_step(u64::MAX) > 0);
    }

    #[test]
    fn nothing_is_drawn_outside() {
        for max_ms in [0, 7, 10_000, u64::MAX] {
            let timing = Timing { kind: Kind::List, count: 3, median_ms: 0, p95_ms: max_ms / 2, max_ms };
            let plot = Plot::new(&[timing]);
            let bar = plot.bars.first().unwrap();
            assert!(bar.median <= bar.p95 && bar.p95 <= bar.slowest && bar.slowest <= SCALE, "{bar:?}");
        }
    }
}
