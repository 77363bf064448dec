//! What changed between two reports, and reading them back.

use proptest::prelude::*;

use super::agreement::{report_of, some_rows};
use super::sample;
use crate::base::text::{Lang, unsafe_in_text};
use crate::evidence::exchange::Kind;
use crate::judging::verdict::{Outcome, Severity};
use crate::report::{
    Difference, Report, difference_as_markdown, difference_as_text, json, model::Requirement, parse_report,
};

fn row<'a>(report: &'a mut Report, id: &str) -> &'a mut Requirement {
    report.requirements.iter_mut().find(|row| row.id == id).unwrap()
}

/// The sample, and the same with these outcomes and severities.
fn with(changes: &[(&str, Outcome, Severity)]) -> (Report, Report) {
    let old = sample::report();
    let mut new = old.clone();
    for (id, outcome, severity) in changes {
        let row = row(&mut new, id);
        (row.outcome, row.severity) = (*outcome, *severity);
    }
    (old, new)
}

fn ids(steps: &[crate::report::difference::Step]) -> Vec<&str> {
    steps.iter().map(|step| step.id.as_str()).collect()
}

#[test]
fn the_same_report_differs_in_nothing() {
    let report = sample::report();
    let difference = Difference::between(&report, &report);
    assert!(!difference.worse && difference.circumstances.is_empty() && difference.changed.is_empty());
    let words = difference_as_text(&difference, Lang::En);
    assert!(words.contains("Nothing got worse.") && !words.contains("Fixed"), "{words}");
}

#[test]
fn every_step_is_in_one_list_and_decides_whether_it_got_worse() {
    use Outcome::{Blocked, Fail, NotApplicable, NotSelected, Pass};
    use Severity::{Failure, None, Warning};
    // In the sample LST-02 is a failure, LST-03 waived, LST-04 a warning, LST-01 passes, LST-05 is blocked.
    let worse = |changes: &[(&str, Outcome, Severity)]| {
        let (old, new) = with(changes);
        let difference = Difference::between(&old, &new);
        let lists = [
            &difference.newly_failing,
            &difference.more_severe,
            &difference.no_longer_judged,
            &difference.fixed,
            &difference.less_severe,
            &difference.newly_judged,
        ];
        (lists.map(|list| ids(list).join(",")).join("|"), difference.worse)
    };
    let of = |text: &str, worse| (text.to_owned(), worse);
    assert_eq!(worse(&[("LST-01", Fail, Failure)]), of("LST-01|||||", true));
    assert_eq!(worse(&[("LST-05", Fail, Warning)]), of("LST-05|||||", true));
    assert_eq!(worse(&[("LST-03", Fail, Failure)]), of("|LST-03||||", true));
    assert_eq!(worse(&[("LST-01", Blocked, None)]), of("||LST-01|||", true));
    assert_eq!(worse(&[("LST-01", NotSelected, None)]), of("||LST-01|||", false));
    assert_eq!(worse(&[("LST-02", NotApplicable, None)]), of("||LST-02|||", false));
    assert_eq!(worse(&[("LST-02", Pass, None)]), of("|||LST-02||", false));
    assert_eq!(worse(&[("LST-02", Fail, Warning)]), of("||||LST-02|", false));
    assert_eq!(worse(&[("LST-05", Pass, None)]), of("|||||LST-05", false));
    // A stale waiver is no failure of the source.
    assert_eq!(worse(&[("LST-01", Pass, Warning)]), of("|||||", false));
}

#[test]
fn other_runs_other_texts_and_other_rows_are_said() {
    let old = sample::report();
    let mut new = old.clone();
    new.run.environment = "prod".into();
    new.run.specs.first_mut().unwrap().version = "2.0.0".into();
    new.run.timings.retain(|timing| timing.kind != Kind::List);
    row(&mut new, "LST-01").title.nl = "Anders <b>".into();
    row(&mut new, "LST-02").level = crate::catalogue::Level::Should;
    row(&mut new, "LST-07").id = "LST-27".into();
    let difference = Difference::between(&old, &new);
    let what: Vec<&str> = difference.circumstances.iter().map(|change| change.what).collect();
    assert_eq!(what, ["environment", "specs"]);
    let changed: Vec<&str> = difference.changed.iter().map(|change| change.id.as_str()).collect();
    assert_eq!(changed, ["LST-01", "LST-02"]);
    assert_eq!((difference.added[0].id.as_str(), difference.removed[0].id.as_str()), ("LST-27", "LST-07"));
    let markdown = difference_as_markdown(&difference, Lang::Nl);
    assert!(markdown.contains("Anders &lt;b>") && markdown.contains("**list** mediaan 12 -> -"), "{markdown}");
}

#[test]
fn what_is_no_report_is_refused_with_what_it_is() {
    let text = json(&sample::report()).unwrap();
    let refused = |text: &str| parse_report("r.json", text).unwrap_err().to_string();
    assert!(refused("hello").contains("r.json:1:1: the file is not JSON"));
    assert!(refused("").contains("cut off"));
    let half: String = text.chars().take(text.len() / 2).collect();
    assert!(refused(&half).contains("cut off"), "{}", refused(&half));
    assert!(refused("[]").contains("no report.json"));
    assert!(refused("{\"schema\": \"bronkeur.report/9\\u001b\"}").contains("schema bronkeur.report/9\\u{1b};"));
    let broken = text.replace("\"seed\"", "\"sede\"").replace("\"duration_ms\": 10432", "\"duration_ms\": \"x\"");
    let words = refused(&broken);
    assert!(words.contains("run.sede") && words.contains("run.duration_ms"), "{words}");
    assert_eq!(parse_report("r.json", &text).unwrap(), sample::report());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn any_two_reports_can_be_compared(old in some_rows(), new in some_rows()) {
        let (old, new) = (report_of(&old), report_of(&new));
        let difference = Difference::between(&old, &new);
        for lang in [Lang::Nl, Lang::En] {
            let text = difference_as_text(&difference, lang);
            prop_assert!(text.chars().all(|c| c == '\n' || !unsafe_in_text(c)));
            let markdown = difference_as_markdown(&difference, lang);
            prop_assert!(!markdown.contains('<') && markdown.chars().all(|c| c == '\n' || !unsafe_in_text(c)));
        }
        let back = Difference::between(&new, &old);
        prop_assert_eq!(ids(&difference.newly_judged).len() <= ids(&back.no_longer_judged).len(), true);
        prop_assert_eq!(ids(&difference.fixed), ids(&back.newly_failing).into_iter().filter(|id| {
            let judged = |report: &Report| report.requirements.iter().any(|row| row.id == *id && matches!(row.outcome, Outcome::Pass | Outcome::Fail | Outcome::Observed));
            judged(&old) && judged(&new)
        }).collect::<Vec<_>>());
    }

    #[test]
    fn no_text_makes_reading_a_report_fail_otherwise_than_with_words(text in "\\PC{0,200}") {
        prop_assert!(parse_report("r.json", &text).is_err());
    }
}
