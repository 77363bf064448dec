//! All views say the same, whatever the verdicts.

use proptest::prelude::*;
use quick_xml::events::Event;

use super::sample;
use crate::base::text::{Lang, Text};
use crate::catalogue::{About, Level};
use crate::evidence::exchange::{Citizen, Kind};
use crate::judging::decisions::{Answer, Review, Scope, Waiver};
use crate::judging::reason::cause::CauseKind;
use crate::judging::verdict::{Conformant, FailOn, Finding, Gate, Obstacle, Outcome, Severity, Verdict};
use crate::report::{Languages, Options, Report, State, github, html, junit, markdown, render};

#[derive(Clone, Debug)]
pub(super) struct Row {
    level: Level,
    about: About,
    verdict: Verdict,
    accepted: bool,
    waiver: Option<Waiver>,
    review: Option<Review>,
    strict: bool,
    stale_fails: bool,
    fail_on: FailOn,
}

fn level() -> impl Strategy<Value = Level> {
    prop_oneof![Just(Level::May), Just(Level::Should), Just(Level::Must)]
}

fn waiver() -> impl Strategy<Value = Waiver> {
    let scope = prop_oneof![
        Just(Scope::All),
        Just(Scope::Operations(vec![Kind::List])),
        Just(Scope::Operations(vec![Kind::Detail, Kind::Download])),
        Just(Scope::Envelope("hal".to_owned())),
    ];
    let end = prop_oneof![Just("2026-02-28"), Just("2026-03-01")];
    (scope, hostile(), prop::option::of(hostile()), end).prop_map(|(scope, reason, approved_by, end)| Waiver {
        scope,
        reason,
        owner: "team".into(),
        approved_by,
        ends_on: end.parse().unwrap(),
    })
}

fn review() -> impl Strategy<Value = Review> {
    let answer = prop_oneof![Just(Answer::Accepted), Just(Answer::Rejected)];
    let end = prop_oneof![Just(None), Just(Some("2026-02-28")), Just(Some("2026-03-01"))];
    (answer, hostile(), prop::option::of(hostile()), end).prop_map(|(answer, note, link, end)| Review {
        answer,
        by: "Rita".into(),
        date: "2026-01-05".parse().unwrap(),
        note,
        link,
        ends_on: end.map(|end| end.parse().unwrap()),
    })
}

fn hostile() -> impl Strategy<Value = String> {
    prop_oneof![
        "[\\x00-\\x1f<>&'\"\\]a\u{9b}\u{202e}\u{fffe}\u{ffff}]{0,20}",
        Just("]]></system-out><failure/>]]>".to_owned()),
        Just("\u{1b}]0;x\u{7}\r\nbronkeur: 0 failures -> exit 0".to_owned()),
    ]
}

/// What others keep from being judged, whatever became of those.
fn unmet() -> impl Strategy<Value = Option<Vec<String>>> {
    let ids = sample::catalogue().requirements.into_iter().map(|row| row.id).collect::<Vec<_>>();
    prop::option::of(prop::collection::vec(prop::sample::select(ids), 0..3))
}

fn obstacle() -> impl Strategy<Value = Obstacle> {
    prop_oneof![
        Just(Obstacle::Call(sample::download())),
        Just(Obstacle::Call(sample::detail())),
        Just(Obstacle::Call(sample::list())),
        Just(Obstacle::NoCitizen(Citizen::Other)),
        Just(Obstacle::Lacks("tokens.expired".to_owned())),
        Just(Obstacle::Limit),
    ]
}

fn row() -> impl Strategy<Value = Row> {
    let issuer = prop_oneof![3 => Just(About::Source), 1 => Just(About::Issuer)];
    let outcome = prop_oneof![
        Just(Outcome::Pass),
        Just(Outcome::Fail),
        Just(Outcome::NotApplicable),
        Just(Outcome::Blocked),
        Just(Outcome::Review),
        Just(Outcome::Observed),
        Just(Outcome::NotSelected),
    ];
    let findings = prop::collection::vec((hostile(), hostile(), prop::option::of(level())), 1..4);
    let fail_on = prop_oneof![4 => Just(FailOn::Must), 1 => Just(FailOn::Should), 1 => Just(FailOn::Never)];
    let settings = (any::<bool>(), any::<bool>(), any::<bool>(), fail_on);
    let decided = (prop::option::of(waiver()), prop::option::of(review()));
    let blocked = (unmet(), prop::option::of(obstacle()));
    (level(), issuer, outcome, findings, hostile(), settings, (decided, blocked)).prop_map(
        |(level, about, outcome, findings, text, more, ((waiver, review), (unmet, obstacle)))| {
            let finding = |(place, actual, level): (String, String, Option<Level>)| Finding {
                level,
                ..Finding::new(&sample::detail(), place, Text::same("1"), Text::same(actual))
            };
            let findings: Vec<Finding> = findings.into_iter().map(finding).collect();
            let reason = Some(Text::same(text));
            let evidence = [std::sync::Arc::new(sample::detail())].into();
            // A check never makes a verdict whose findings contradict its outcome.
            let verdict = match outcome {
                Outcome::Pass | Outcome::Fail => Verdict { evidence, ..Verdict::judged(level, findings) },
                Outcome::Blocked => {
                    Verdict { reason, unmet, obstacle: obstacle.map(Box::new), evidence, ..Verdict::of(outcome) }
                }
                outcome => Verdict { reason, evidence, ..Verdict::of(outcome) },
            };
            let (accepted, strict, stale_fails, fail_on) = more;
            Row { level, about, verdict, accepted, waiver, review, strict, stale_fails, fail_on }
        },
    )
}

pub(super) fn some_rows() -> impl Strategy<Value = Vec<Row>> {
    prop::collection::vec(row(), 0..16)
}

pub(super) fn report_of(rows: &[Row]) -> Report {
    let mut catalogue = sample::catalogue();
    let mut meta = sample::meta();
    let (_, accepted) = (std::mem::take(&mut meta.waivers), std::mem::take(&mut meta.accepted));
    let reason = accepted.into_values().next().unwrap();
    meta.gate = Gate {
        strict: rows.iter().any(|row| row.strict),
        stale_waivers_fail: rows.iter().any(|row| row.stale_fails),
        fail_on: rows.first().map_or(FailOn::Must, |row| row.fail_on),
        ..Gate::default()
    };
    catalogue.requirements.truncate(rows.len());
    for (requirement, row) in catalogue.requirements.iter_mut().zip(rows) {
        requirement.level = row.level;
        requirement.about = row.about;
        if let Some(waiver) = &row.waiver {
            meta.waivers.insert(requirement.id.clone(), waiver.clone());
        }
        if let Some(review) = &row.review {
            meta.reviews.insert(requirement.id.clone(), review.clone());
        }
        if row.accepted {
            meta.accepted.insert(requirement.id.clone(), reason.clone());
        }
    }
    let verdicts: Vec<Verdict> = rows.iter().map(|row| row.verdict.clone()).collect();
    Report::new(&catalogue, &sample::recording(), &verdicts, &meta)
}

/// Elements of a JUnit file by name, and the text of its attributes; fails where it is no XML.
fn elements(xml: &str) -> Vec<String> {
    let mut reader = quick_xml::Reader::from_str(xml);
    let mut names = Vec::new();
    loop {
        match reader.read_event().expect("well-formed") {
            Event::Start(tag) | Event::Empty(tag) => {
                for attribute in tag.attributes() {
                    let attribute = attribute.expect("an attribute");
                    assert!(attribute.value.iter().all(|b| *b >= b' '));
                }
                names.push(String::from_utf8(tag.name().as_ref().to_vec()).unwrap());
            }
            Event::Eof => return names,
            _ => {}
        }
    }
}

/// Whether a line is one of the three commands that we write, with a title that ends where it should.
fn is_command(line: &str) -> bool {
    let Some((command, rest)) = line.strip_prefix("::").and_then(|line| line.split_once(" title=")) else {
        return false;
    };
    let title = rest.split_once("::").map(|(title, _)| title);
    ["error", "warning", "notice"].contains(&command) && title.is_some_and(|title| !title.contains([':', ',']))
}

const BOTH: Languages = Languages { first: Lang::Nl, only: false };

/// How often a piece of our markup stands in a page: a quotation mark of a source is never one.
fn marked(page: &str, mark: &str) -> usize {
    page.matches(mark).count()
}

/// The rows of the first table of a summary.
fn table(summary: &str) -> impl Iterator<Item = &str> {
    let table = summary.lines().skip_while(|line| !line.starts_with("| --- |")).skip(1);
    table.take_while(|line| line.starts_with('|'))
}

/// Rows of the first table of a summary in that state.
fn told_in_table(summary: &str, state: State, lang: Lang) -> usize {
    let cell = format!("| {} {} |", state.symbol(), state.word().get(lang));
    table(summary).filter(|line| line.starts_with(&cell)).count()
}

/// How many requirements the causes of a table keep from being judged.
fn waiting_in_table(summary: &str, lang: Lang) -> usize {
    let cell = format!("| {} {} | ", State::Blocked.symbol(), State::Blocked.word().get(lang));
    let counts = table(summary).filter_map(|line| line.strip_prefix(&cell)?.split_once('×'));
    counts.map(|(count, _)| count.parse::<usize>().unwrap()).sum()
}

/// How many the last line of a run names of something; none named: 0.
fn named(last: &str, word: &str) -> usize {
    let counts = last.strip_prefix("bronkeur: ").unwrap().split_once(" -> ").unwrap().0;
    let mut pairs = counts.split(", ").map(|part| part.split_once(' ').unwrap());
    pairs.find(|(_, found)| found.strip_suffix('s').unwrap_or(found) == word).map_or(0, |(n, _)| n.parse().unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn counts_and_exit_status_are_the_same_everywhere(rows in some_rows()) {
        let report = report_of(&rows);
        let counts = report.result.counts;
        let xml = junit(&report, Lang::En).unwrap();
        let names = elements(&xml);
        let count = |name: &str| names.iter().filter(|found| *found == name).count();
        let blocked_must = report.requirements.iter().filter(|row| row.state() == State::BlockedMust).count();
        prop_assert_eq!(count("testcase"), rows.len());
        // A warning that ends the run with 1 is a failure there; a failure stays one, whatever the run ends with.
        let fail_on = report.run.gate.fail_on;
        prop_assert_eq!(count("failure"), counts.failures + if fail_on == FailOn::Should { counts.warnings } else { 0 });
        prop_assert_eq!(count("error"), counts.errors + blocked_must);
        let must_fail = count("failure") + count("error") > 0;
        let status = report.result.exit_status;
        prop_assert!(must_fail || status == 0, "exit status {}", status);
        prop_assert_eq!(must_fail && (fail_on != FailOn::Never || count("error") > 0), status != 0, "exit status {}", status);
        for lang in [Lang::Nl, Lang::En] {
            let text = render(&report, Options { lang, width: 80, color: false, verbose: false });
            let last = text.lines().last().unwrap();
            prop_assert!(last.ends_with(&format!(" -> exit {}", report.result.exit_status)), "{}", last);
            let expected = [counts.failures, counts.errors, counts.warnings, counts.blocked];
            prop_assert_eq!(["failure", "error", "warning", "blocked"].map(|word| named(last, word)), expected);
            prop_assert_eq!(named(last, "reviews open") + named(last, "review open"), counts.reviews_open);
        }
    }

    #[test]
    fn the_page_and_the_summary_say_the_same(rows in some_rows()) {
        let report = report_of(&rows);
        let counts = report.result.counts;
        let page = html(&report, BOTH).unwrap();
        let summary = markdown(&report, BOTH);
        let last = crate::report::last_line(&counts, report.result.exit_status).replace('>', "&gt;");
        prop_assert_eq!(marked(&page, " data-requirement=\""), rows.len());
        prop_assert_eq!(marked(&page, &format!("<code>{last}</code>")), 1);
        prop_assert_eq!(marked(&summary, &format!("`{}`", last.replace("&gt;", ">"))), 2);
        for (key, state, count) in [
            ("failure", State::Failure, counts.failures),
            ("error", State::Error, counts.errors),
            ("warning", State::Warning, counts.warnings),
            ("waived", State::Waived, counts.waived),
            ("review", State::Review, counts.review),
            ("blocked", State::Blocked, counts.blocked),
            ("observed", State::Observed, report.requirements.iter().filter(|row| row.state() == State::Observed).count()),
        ] {
            prop_assert_eq!(marked(&page, &format!(" data-outcome=\"{key}\"")), count, "{}", key);
            let chip = format!("class=\"{key}\" data-count=\"{count}\"");
            prop_assert_eq!(marked(&page, &chip), usize::from(count > 0), "{}", key);
            if ![State::Observed, State::Review, State::Blocked].contains(&state) {
                prop_assert_eq!(told_in_table(&summary, state, Lang::Nl), count, "{}\n{}", key, summary);
            }
        }
        prop_assert_eq!(marked(&page, &format!("<section class=\"result {}\"", conformant(&report))), 1);
    }

    #[test]
    fn every_blocked_requirement_has_one_cause_and_every_view_tells_it_once(rows in some_rows()) {
        let report = report_of(&rows);
        let ids: Vec<&str> = report.causes.iter().map(|cause| cause.id.as_str()).collect();
        prop_assert_eq!(&ids, &(1..=ids.len()).map(|n| format!("c{n}")).collect::<Vec<_>>());
        for row in &report.requirements {
            let named: Vec<&str> = report
                .causes
                .iter()
                .filter(|cause| cause.waiting.contains(&row.id) || cause.failing.contains(&row.id))
                .map(|cause| cause.id.as_str())
                .collect();
            prop_assert_eq!(row.cause.as_deref().into_iter().collect::<Vec<_>>(), named, "{}", row.id);
            prop_assert!(row.outcome != Outcome::Blocked || row.cause.is_some(), "{} has no cause", row.id);
        }
        let waiting: usize = report.causes.iter().map(|cause| cause.waiting.len()).sum();
        prop_assert_eq!(waiting, report.result.counts.blocked);
        let open = |id: &String| report.requirements.iter().any(|row| row.id == *id && row.accepted.is_none());
        let told: Vec<_> = report
            .causes
            .iter()
            .filter(|cause| cause.waiting.iter().any(open))
            .filter(|cause| cause.kind != CauseKind::RequirementNotMet || cause.failing.is_empty())
            .collect();
        for lang in [Lang::Nl, Lang::En] {
            let summary = markdown(&report, Languages { first: lang, only: true });
            prop_assert_eq!(waiting_in_table(&summary, lang), told.iter().map(|cause| cause.waiting.len()).sum::<usize>());
            let commands = github(&report, lang);
            let blocking = report.requirements.iter().filter(|row| row.state() == State::BlockedMust);
            let blocking: std::collections::BTreeSet<&str> = blocking.filter_map(|row| row.cause.as_deref()).collect();
            let told = told.iter().filter(|cause| blocking.contains(cause.id.as_str())).count();
            let rows = report.requirements.iter().filter(|row| row.outcome == Outcome::Fail);
            let own = |row: &&crate::report::Requirement| report.cause_of(row).is_none_or(|cause| cause.kind == CauseKind::RequirementNotMet);
            let failing = rows.filter(own).filter(|row| matches!(row.severity, Severity::Failure | Severity::Error)).count();
            let stale = report.requirements.iter().filter(|row| row.outcome == Outcome::Pass && row.severity == Severity::Failure).count();
            let errors = commands.lines().filter(|line| line.starts_with("::error ")).count();
            prop_assert_eq!(errors, (told + failing + stale).min(10), "{}", commands);
        }
    }

    #[test]
    fn the_order_is_by_harm_in_every_view(rows in some_rows()) {
        let report = report_of(&rows);
        let order = report.by_harm();
        prop_assert!(order.is_sorted_by_key(|row| row.harm()));
        let failures: Vec<&str> = report.failures().iter().map(|row| row.id.as_str()).collect();
        prop_assert_eq!(failures.len(), report.result.counts.failures);
        let is_told = |id: &&str| report.requirements.iter().any(|row| {
            row.id == *id && report.cause_of(row).is_none_or(|cause| cause.kind == CauseKind::RequirementNotMet)
        });
        let told: Vec<&str> = failures.iter().copied().filter(is_told).collect();
        let text = render(&report, Options { lang: Lang::En, width: 100, color: false, verbose: false });
        let lines = text.lines().filter_map(|line| line.strip_prefix(" ✗ failure  "));
        let shown: Vec<&str> = lines.map(|line| line.split(' ').next().unwrap()).collect();
        prop_assert_eq!(&shown, &told);
        let commands = github(&report, Lang::En);
        let shown: Vec<&str> = commands
            .lines()
            .filter_map(|line| line.strip_prefix("::error title=")?.split(' ').next())
            .filter(|id| told.contains(id))
            .collect();
        prop_assert!(told.starts_with(&shown), "{:?} {:?}", shown, told);
        let summary = markdown(&report, Languages { first: Lang::En, only: true });
        let lines = table(&summary).filter_map(|line| line.strip_prefix("| ✗ failure | [")?.split(']').next());
        prop_assert_eq!(lines.collect::<Vec<_>>(), failures);
    }

    #[test]
    fn the_conclusion_is_one_and_names_no_zero(rows in some_rows()) {
        let report = report_of(&rows);
        let result = &report.result;
        let open = report.requirements.iter().filter(|row| row.level == Level::Must && row.outcome == Outcome::Review).count();
        prop_assert_eq!(result.counts.reviews_open, open);
        prop_assert!(result.conformant != Conformant::Yes || open == 0);
        for text in [&result.advice, &result.conclusion] {
            for lang in [Lang::Nl, Lang::En] {
                // What a source wrote may hold any number.
                let whats = report.causes.iter().map(|cause| cause.what.get(lang)).filter(|what| !what.is_empty());
                let said = whats.fold(text.get(lang).to_owned(), |said, what| said.replace(what, "…"));
                prop_assert!(said.ends_with('.') && !said.contains(" 0 ") && !said.starts_with("0 "), "{}", said);
            }
        }
        let told = |text: &str, part: &Text, lang: Lang| {
            let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
            flat(text).contains(&flat(part.get(lang)))
        };
        let summary = markdown(&report, BOTH);
        for lang in [Lang::Nl, Lang::En] {
            let text = render(&report, Options { lang, width: 140, color: false, verbose: false });
            prop_assert!(told(&text, &result.advice, lang), "{}", text);
            prop_assert_eq!(summary.matches(&format!(": {}\n\n", crate::report::words::conformant(result.conformant).get(lang))).count(), 1);
        }
    }

    #[test]
    fn nothing_that_a_source_writes_controls_a_terminal_or_breaks_the_xml(rows in some_rows()) {
        let report = report_of(&rows);
        let xml = junit(&report, Lang::Nl).unwrap();
        let allowed = |c: char| c == '\n' || (!crate::base::text::unsafe_in_text(c) && !matches!(c, '\u{fffe}' | '\u{ffff}'));
        prop_assert!(xml.chars().all(allowed));
        let known = [
            "testsuites", "testsuite", "properties", "property", "testcase", "failure", "error", "skipped",
            "system-out", "system-err",
        ];
        prop_assert!(elements(&xml).iter().all(|name| known.contains(&name.as_str())));
        let commands = github(&report, Lang::Nl);
        prop_assert!(commands.chars().all(|c| c == '\n' || !crate::base::text::unsafe_in_text(c)));
        prop_assert_eq!(commands.lines().filter(|line| !is_command(line)).count(), 1, "{}", commands);
        let text = render(&report, Options { lang: Lang::Nl, width: 80, color: false, verbose: true });
        prop_assert!(text.lines().all(|line| line.chars().count() <= 80), "{}", text);
        prop_assert!(text.chars().all(|c| c == '\n' || !crate::base::text::unsafe_in_text(c)));
        prop_assert_eq!(text.lines().filter(|line| line.starts_with("bronkeur:")).count(), 1);
    }
}

fn conformant(report: &Report) -> &'static str {
    match report.result.conformant {
        Conformant::Yes => "yes",
        Conformant::No => "no",
        Conformant::Undecided => "undecided",
        Conformant::Partial => "partial",
        Conformant::ReviewsOpen => "reviews-open",
    }
}

#[test]
fn the_last_line_is_right_in_number() {
    use crate::judging::verdict::Counts;
    use crate::report::last_line;
    let counts = Counts { failures: 2, warnings: 1, blocked: 3, ..Counts::default() };
    assert_eq!(last_line(&counts, 1), "bronkeur: 2 failures, 1 warning, 3 blocked -> exit 1");
    assert_eq!(last_line(&Counts::default(), 0), "bronkeur: 0 failures -> exit 0");
    let counts = Counts { errors: 1, blocked: 1, ..Counts::default() };
    assert_eq!(last_line(&counts, 3), "bronkeur: 1 error, 1 blocked -> exit 3");
}

#[test]
fn a_missing_verdict_is_blocked_and_never_dropped() {
    let report = Report::new(&sample::catalogue(), &sample::recording(), &[], &sample::meta());
    assert_eq!(report.requirements.len(), sample::catalogue().requirements.len());
    assert!(report.requirements.iter().all(|row| row.outcome == Outcome::Blocked));
    assert_eq!(report.result.exit_status, 3);
}
