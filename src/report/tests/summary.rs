//! The summary as text.

use super::sample;
use crate::base::text::{Lang, Text};
use crate::judging::decisions::Answer;
use crate::report::{Languages, Options, Report, html, junit, markdown, render};

const ENGLISH: Languages = Languages { first: Lang::En, only: true };
const BOTH: Languages = Languages { first: Lang::En, only: false };

#[test]
fn a_summary_in_english() {
    let text = markdown(&sample::report(), ENGLISH).replace(env!("CARGO_PKG_VERSION"), "[version]");
    insta::assert_snapshot!(text);
}

#[test]
fn the_second_language_is_folded() {
    let text = markdown(&sample::report(), BOTH);
    let (first, second) = text.split_once("<summary>Nederlands</summary>").unwrap();
    assert!(first.contains("Does not conform") && !first.contains("Voldoet niet"));
    assert!(second.contains("Voldoet niet") && !second.contains("Does not conform"));
}

/// The sample with the planted text in every field that anybody else writes.
fn planted(word: &str) -> Report {
    let mut report = sample::report();
    let text = || Text::new(format!("nl {word}"), format!("en {word}"));
    report.run.source = word.to_owned();
    report.run.base_url = word.to_owned();
    for row in &mut report.requirements {
        (row.title, row.reason, row.remedy) = (text(), Some(text()), Some(text()));
        (row.reference, row.link) = (word.to_owned(), format!("https://h.be/){word}"));
        for finding in &mut row.findings {
            (finding.expected, finding.actual, finding.place) = (text(), text(), word.to_owned());
            (finding.excerpt, finding.fix) = (Some(word.to_owned()), text());
        }
    }
    for exchange in &mut report.exchanges {
        (exchange.url, exchange.curl) = (word.to_owned(), Some(word.to_owned()));
    }
    report
}

/// What stands outside of fences, as GitHub reads it.
fn outside_of_fences(text: &str) -> String {
    let mut fence: Option<String> = None;
    let mut outside = String::new();
    for line in text.lines() {
        let ticks: String = line.chars().take_while(|c| *c == '`').collect();
        match &fence {
            Some(open) if line == open => fence = None,
            Some(_) => {}
            None if ticks.len() >= 3 => fence = Some(ticks),
            None => outside.extend([line, "\n"]),
        }
    }
    assert_eq!(fence, None, "a fence stays open");
    outside
}

#[test]
fn what_a_source_writes_is_text_in_every_field() {
    let word = "```\n</details><script>x</script>|[a](javascript:b)![i](http://e.be/p.png)@all <!-- **b**";
    let outside = outside_of_fences(&markdown(&planted(word), BOTH));
    for markup in ["<script", "](javascript", "![", "@all", "<!--", "**b", "](http://e.be"] {
        assert!(!outside.contains(markup), "{markup}: {outside}");
    }
    assert_eq!(outside.matches("<details>").count(), outside.matches("</details>").count());
    let columns = outside.lines().filter(|line| line.starts_with('|')).map(|line| line.matches('|').count());
    assert!(columns.clone().count() > 5 && columns.clone().all(|count| count == 6));
}

#[test]
fn however_much_there_is_to_say_it_fits_and_counts_what_it_left_out() {
    let mut report = planted(&"<@>".repeat(400));
    let row = report.requirements[3].clone();
    for n in 0..500 {
        report.requirements.push(crate::report::Requirement { id: format!("LST-{n:03}"), ..row.clone() });
    }
    for languages in [ENGLISH, BOTH] {
        let text = markdown(&report, languages);
        assert!(text.len() < 65_536, "{} bytes", text.len());
        assert!(text.contains(" more, in report.html."), "{text}");
        assert!(text.contains(" more requirements are in report.html."), "{text}");
        assert!(text.contains("-> exit 1`"));
        outside_of_fences(&text);
    }
}

#[test]
fn what_a_reviewer_accepts_reads_so_in_every_view() {
    let mut meta = sample::meta();
    let review = meta.reviews.get_mut("OPS-01").unwrap();
    (review.answer, review.ends_on) = (Answer::Accepted, None);
    let report = Report::new(&sample::catalogue(), &sample::recording(), &sample::verdicts(), &meta);
    let options = Options { lang: Lang::En, width: 140, color: false, verbose: false };
    for view in [
        render(&report, options),
        markdown(&report, ENGLISH),
        junit(&report, Lang::En).unwrap(),
        html(&report, ENGLISH).unwrap(),
    ] {
        assert!(view.contains("OPS-01") && view.contains("accepted by Rita"), "{view}");
    }
}
