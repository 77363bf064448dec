//! Chapter operations: what was measured. No document gives a threshold.

use crate::base::percentile::nearest_rank;
use crate::base::text::Text;
use crate::checks::checks;
use crate::evidence::exchange::{Citizen, Kind};
use crate::judging::context::{CheckContext, Judgement};
use crate::judging::verdict::{Obstacle, Verdict};
use crate::text;

checks!(response_times_are_reported,);

fn response_times_are_reported(cx: &CheckContext<'_>) -> Judgement {
    cx.request_everything()?;
    let answers = cx.api_answers()?;
    let (mut nl, mut en) = (Vec::new(), Vec::new());
    for (kind, name) in [
        (Kind::List, text!("lijst", "list")),
        (Kind::Detail, text!("detail", "detail")),
        (Kind::Download, text!("download", "download")),
    ] {
        // A refusal is quicker than an answer: it would make the figures look better.
        let good = answers.iter().filter(|answer| answer.request().kind() == kind && answer.response.is_success());
        let times: Vec<u64> = good.map(|answer| answer.exchange.ms).collect();
        if let Some(Text { nl: times_nl, en: times_en }) = summary(times) {
            nl.push(format!("{}: {times_nl}", name.nl));
            en.push(format!("{}: {times_en}", name.en));
        }
    }
    if nl.is_empty() {
        return Err(Verdict::blocked(
            text!("geen enkele oproep slaagde", "no call succeeded"),
            text!("zie LST-01 voor de oorzaak", "see LST-01 for the cause"),
        )
        .by(Obstacle::Call(cx.entry_request(Citizen::Subject)))
        .into());
    }
    Ok(Verdict::observed(Text::new(nl.join("; "), en.join("; "))))
}

/// Count, median, 95th percentile (nearest rank) and slowest.
fn summary(mut times: Vec<u64>) -> Option<Text> {
    times.sort_unstable();
    let count = times.len();
    let rank = |percent: usize| nearest_rank(&times, percent);
    let (median, p95, slowest) = (rank(50)?, rank(95)?, rank(100)?);
    Some(text!(
        "{count} ×, mediaan {median} ms, 95e percentiel {p95} ms, traagste {slowest} ms",
        "{count} ×, median {median} ms, 95th percentile {p95} ms, slowest {slowest} ms"
    ))
}

#[cfg(test)]
mod tests {
    use super::summary;

    #[test]
    fn percentiles_are_of_the_nearest_rank() {
        assert!(summary(Vec::new()).is_none());
        let text = summary((1..=20).rev().collect()).unwrap();
        assert_eq!(text.en, "20 ×, median 10 ms, 95th percentile 19 ms, slowest 20 ms");
        assert_eq!(summary(vec![7]).unwrap().en, "1 ×, median 7 ms, 95th percentile 7 ms, slowest 7 ms");
    }
}
