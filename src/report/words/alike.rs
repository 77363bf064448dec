//! In what findings that are alike differ, in words: what they say in common is said once.

use crate::base::text::{Lang, Text};
use crate::report::alike::Alike;
use crate::report::exchange::Exchange;
use crate::report::model::{Finding, Report};
use crate::text;

use super::bounded;

/// Characters of what tells one finding from those like it.
const LONGEST_DIFFERENCE: usize = 160;

/// Findings that are named of those that are alike, where they stand in one line.
const MOST_IN_LINE: usize = 5;

/// The call that shows a finding.
pub(in crate::report) fn exchange_of<'a>(report: &'a Report, finding: &Finding) -> Option<&'a Exchange> {
    finding.exchange.as_deref().and_then(|id| report.exchange(id))
}

/// In what a finding differs from those like it: what was varied, else the URL; the place and what was found where they
/// are not all the same.
pub(in crate::report) fn difference(report: &Report, alike: &Alike<'_>, finding: &Finding) -> Text {
    let url = |exchange: &Exchange| (!exchange.url.is_empty()).then(|| Text::same(path_of(&exchange.url)));
    let varied = |finding: &Finding| exchange_of(report, finding).and_then(|exchange| exchange.varied.clone());
    // What was varied in all of them alike tells none from another.
    let own = varied(finding).filter(|own| alike.findings.iter().any(|other| varied(other).as_ref() != Some(own)));
    let call = own.or_else(|| exchange_of(report, finding).and_then(url));
    let place = alike.differ_in_place().then(|| Text::same(&finding.place));
    let actual = alike.differ_in_actual().then(|| finding.actual.clone());
    let parts: Vec<Text> = [call, place, actual].into_iter().flatten().collect();
    let joined =
        |lang| parts.iter().map(|text| bounded(text.get(lang), LONGEST_DIFFERENCE)).collect::<Vec<_>>().join(" · ");
    Text::new(joined(Lang::Nl), joined(Lang::En))
}

/// How many findings are like this one, and in what the first of them differ, a line each; none where it is the only one.
pub(super) fn likes(report: &Report, alike: &Alike<'_>, lang: Lang) -> Option<String> {
    let count = alike.findings.len();
    if count < 2 {
        return None;
    }
    let one = |finding: &&Finding| {
        let id = finding.exchange.as_deref().map(|id| format!("{id} ")).unwrap_or_default();
        format!("{id}{}", difference(report, alike, finding).get(lang))
    };
    let mut lines = vec![text!("{count} zulke bevindingen", "{count} findings like this").get(lang).to_owned()];
    lines.extend(alike.findings.iter().take(MOST_IN_LINE).map(one));
    let left = count.saturating_sub(MOST_IN_LINE);
    lines.extend(
        (left > 0)
            .then(|| text!("en nog {left}, in report.json", "and {left} more, in report.json").get(lang).to_owned()),
    );
    Some(lines.join("\n"))
}

/// A URL without its origin.
fn path_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.find('/').and_then(|at| rest.get(at..)).unwrap_or(url)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::sample;
    use crate::report::words::details;

    #[test]
    fn what_alike_findings_say_in_common_is_said_once() {
        let report = sample::report();
        let mut row = report.requirements.iter().find(|row| row.id == "LST-02").unwrap().clone();
        let first = row.findings[0].clone();
        row.findings = (0..7).map(|n| Finding { place: format!("/certificates/{n}/id"), ..first.clone() }).collect();
        let labels = |all: bool, label: &str| {
            let said = details(&report, &row, Lang::En, all);
            said.into_iter().filter(|(own, _)| *own == label).map(|(_, text)| text).collect::<Vec<_>>()
        };
        assert_eq!((labels(false, "expected").len(), labels(false, "finding").len()), (1, 0));
        let alike = labels(false, "alike");
        let lines: Vec<&str> = alike[0].lines().collect();
        assert_eq!((alike.len(), lines[0], lines.len()), (1, "7 findings like this", 7), "{alike:?}");
        assert!(lines[2].contains("/certificates/1/id"), "{alike:?}");
        assert_eq!(lines[6], "and 2 more, in report.json");
        // Who wants everything gets each of them in full.
        assert_eq!((labels(true, "expected").len(), labels(true, "alike").len()), (7, 0));
    }
}
