use super::sample;
use crate::base::text::{Lang, Text};
use crate::judging::verdict::{Finding, Obstacle, Outcome, Verdict};
use crate::report::{Report, github, json};

#[test]
fn annotations_in_english() {
    insta::assert_snapshot!(github(&sample::report(), Lang::En));
}

#[test]
fn what_a_source_writes_stays_in_its_message() {
    let mut catalogue = sample::catalogue();
    catalogue.requirements.retain(|row| row.id == "LST-01");
    let actual = Text::same("100%\r\n::set-output name=x::y, ::error::z");
    let findings = vec![Finding::new(&sample::list(), "/", Text::same("a: b, c"), actual)];
    catalogue.requirements[0].title = Text::same("50%: a, b");
    let verdict = Verdict { findings, ..Verdict::of(Outcome::Fail) };
    let report = Report::new(&catalogue, &sample::recording(), &[verdict], &sample::meta());
    let commands = github(&report, Lang::En);
    let lines: Vec<&str> = commands.lines().collect();
    assert_eq!(lines.len(), 2, "{commands}");
    assert!(lines[0].starts_with("::error title=LST-01 (must) 50%25%3A a%2C b::/, x2 GET /certificates/INSZ-1"));
    assert!(lines[0].contains(": found 100%25"), "{commands}");
    assert_eq!(lines[1], "bronkeur: 1 failure -> exit 1");
}

#[test]
fn what_one_cause_blocks_is_one_annotation_with_its_call() {
    let catalogue = sample::catalogue();
    let blocked = Verdict::of(Outcome::Blocked).by(Obstacle::Call(sample::download()));
    let verdicts = vec![blocked; catalogue.requirements.len()];
    let commands = github(&Report::new(&catalogue, &sample::recording(), &verdicts, &sample::meta()), Lang::En);
    let lines: Vec<&str> = commands.lines().collect();
    assert_eq!(lines.len(), 2, "{commands}");
    assert!(lines[0].starts_with("::error title=the source https%3A//attesten.example.be does not answer in time"));
    assert!(lines[0].contains("since: x5 GET ") && lines[0].contains("what to do: "), "{commands}");
}

#[test]
fn ten_errors_and_ten_warnings_are_shown_and_the_rest_is_named_in_one_line() {
    use crate::catalogue::Level::{Must, Should};
    let mut catalogue = sample::catalogue();
    let pattern = catalogue.requirements.iter().find(|row| row.id == "LST-01").unwrap().clone();
    catalogue.requirements = (1..=40)
        .map(|n| {
            let level = if n % 2 == 0 { Must } else { Should };
            crate::catalogue::Requirement { id: format!("LST-{n:02}"), level, ..pattern.clone() }
        })
        .collect();
    let findings = vec![Finding::new(&sample::list(), "/", Text::same("1"), Text::same("x".repeat(50_000)))];
    let verdicts = vec![Verdict { findings, ..Verdict::of(Outcome::Fail) }; 40];
    let mut meta = sample::meta();
    meta.waivers.clear();
    let report = Report::new(&catalogue, &sample::recording(), &verdicts, &meta);
    let commands = github(&report, Lang::Nl);
    let count = |start: &str| commands.lines().filter(|line| line.starts_with(start)).count();
    assert_eq!((count("::error "), count("::warning "), count("::notice ")), (10, 10, 1));
    assert!(commands.lines().all(|line| line.chars().count() < 2_000));
    assert!(commands.contains("nog 20, in report.json: LST-22, LST-24"), "{commands}");
    assert!(json(&report).is_ok());
}
