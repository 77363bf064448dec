//! The overview of a made-up fleet in every form: what fails, what came to nothing, what changed and what ends.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;

use super::sample;
use crate::base::text::Lang;
use crate::judging::reason::cause::Server;
use crate::judging::verdict::{Finding, Obstacle, Outcome, Verdict};
use crate::report::fleet::model::{DecisionKind, Member, Overview, Unreachable, Worst};
use crate::report::{Languages, Report, RunMeta, fleet_as_github, fleet_in_words, render_fleet};
use crate::run::fleet::{gather, summary};

/// The day of the runs.
fn started() -> Timestamp {
    "2026-06-15T08:00:00Z".parse().unwrap()
}

fn member(name: &str, tag: &str, mut report: Report) -> Member {
    report.run.started = started();
    summary(name.to_owned(), vec![tag.to_owned()], &report)
}

fn report(verdicts: &[Verdict]) -> Report {
    let meta = RunMeta { reviews: BTreeMap::new(), waivers: BTreeMap::new(), ..sample::meta() };
    Report::new(&sample::catalogue(), &sample::recording(), verdicts, &meta)
}

/// A source at which only these requirements fail.
fn failing(ids: &[&str]) -> Report {
    let verdict = |id: &str| {
        if !ids.contains(&id) {
            return Verdict::of(Outcome::Pass);
        }
        let both = sample::both;
        let found = Finding::new(&sample::list(), "/", both("verwacht", "asked"), both("iets", "something"));
        Verdict { findings: vec![found], ..Verdict::of(Outcome::Fail) }
    };
    report(&sample::catalogue().requirements.iter().map(|row| verdict(&row.id)).collect::<Vec<_>>())
}

/// A source that does not answer.
fn silent() -> Report {
    let blocked = Verdict::of(Outcome::Blocked).by(Obstacle::Call(sample::download()));
    report(&vec![blocked; sample::catalogue().requirements.len()])
}

fn overview(members: Vec<Member>) -> Overview {
    gather(&crate::run::fleet::Catalogues::one(sample::catalogue()), started(), 61_500, members)
}

/// A fleet with all that an overview can say.
fn fleet() -> Overview {
    let before = overview(vec![
        member("town-a", "towns", failing(&[])),
        member("town-b", "towns", failing(&["LST-01"])),
        member("town-d", "towns", failing(&[])),
        member("agency-gone", "agencies", failing(&[])),
    ]);
    let mut ends = member("town-c", "towns", sample::report());
    ends.decisions.iter_mut().for_each(|decision| decision.until = "2026-07-15".parse().unwrap());
    let mut now = overview(vec![
        ends,
        member("town-b", "towns", failing(&["LST-01"])),
        member("town-a", "towns", failing(&["LST-01", "LST-02"])),
        member("town-d", "towns", silent()),
        member("town-e", "towns", silent()),
        member("agency", "agencies", failing(&[])),
    ]);
    let names: Vec<String> = now.members.iter().map(|member| member.name.clone()).collect();
    now.compare(&before, &names.iter().map(String::as_str).collect::<Vec<_>>());
    now
}

fn file(overview: &Overview, name: &str, languages: Languages) -> String {
    render_fleet(overview, languages).find(|(known, _)| *known == name).unwrap().1.unwrap()
}

const BOTH: Languages = Languages { first: Lang::Nl, only: false };

fn versionless(text: &str) -> String {
    text.replace(&format!("bronkeur {}", env!("CARGO_PKG_VERSION")), "bronkeur [version]")
}

#[test]
fn the_summary_in_both_languages() {
    insta::assert_snapshot!(versionless(&file(&fleet(), "fleet.md", BOTH)));
}

#[test]
fn the_terminal_in_english() {
    insta::assert_snapshot!(fleet_in_words(&fleet(), Lang::En, false));
}

#[test]
fn the_terminal_in_dutch() {
    insta::assert_snapshot!(fleet_in_words(&fleet(), Lang::Nl, false));
}

#[test]
fn the_annotations_in_english() {
    insta::assert_snapshot!(fleet_as_github(&fleet(), Lang::En));
}

#[test]
fn what_came_to_nothing_is_one_cell_and_makes_no_column() {
    let fleet = overview(vec![member("silent", "towns", silent()), member("sound", "towns", failing(&[]))]);
    let page = file(&fleet, "fleet.html", BOTH);
    assert!(!page.contains("requirement-id\""), "a column of what a cause blocks");
    let silent = page.split("id=\"source-silent\"").nth(1).unwrap().split("</tr>").next().unwrap();
    let silent = silent.replace("&#x2f;", "/");
    let cause = fleet.members.iter().find(|member| member.name == "silent").unwrap().stopped().unwrap();
    assert!(silent.contains(&cause.what.nl) && silent.contains(&cause.what.en), "{silent}");
    assert_eq!(silent.matches("<td").count(), 3, "{silent}");
    // A report of JUnit has every requirement, each with the words of the cause.
    let junit = file(&fleet, "fleet.junit.xml", Languages { first: Lang::En, only: true });
    let rows = sample::catalogue().requirements.len();
    assert_eq!(junit.matches("<testcase ").count(), 2 * rows);
    assert_eq!(junit.matches(&format!("message=\"{}\"", cause.what.en)).count(), rows, "{junit}");
}

#[test]
fn a_waiver_that_ends_thirty_days_after_the_run_is_told_and_one_day_later_not() {
    let day = |day: &str| -> Date { day.parse().unwrap() };
    for (until, told) in [("2026-06-14", 0), ("2026-06-15", 1), ("2026-07-15", 1), ("2026-07-16", 0)] {
        let mut one = member("one", "towns", sample::report());
        one.decisions.retain(|decision| decision.kind == DecisionKind::Waiver);
        one.decisions.truncate(1);
        one.decisions[0].until = day(until);
        let fleet = overview(vec![one]);
        assert_eq!(fleet.briefing.ending.len(), told, "{until}");
        for (lang, word) in [(Lang::Nl, "Loopt af binnen 30 dagen"), (Lang::En, "Ends within 30 days")] {
            assert_eq!(fleet_in_words(&fleet, lang, false).contains(word), told == 1, "{until}");
        }
    }
}

#[test]
fn a_thousand_sources_have_a_short_summary_and_a_bounded_first_table() {
    let verdicts = [failing(&["LST-01"]), silent(), failing(&[])];
    let one = |n: usize| member(&format!("member-{n:04}"), "towns", verdicts[n % 3].clone());
    let fleet = overview((0..1_000).map(one).collect());
    let summary = file(&fleet, "fleet.md", BOTH);
    assert!(summary.len() < 60_000, "{} bytes", summary.len());
    assert!(summary.contains(" en nog 321: ") && summary.contains(" and 321 more: "), "{summary}");
    // What has no row is counted.
    let dutch = summary.split("| outcome |").next().unwrap();
    let rows = dutch.lines().filter(|line| line.starts_with("| ") && line.contains(" | member-")).count();
    let left = dutch.lines().find_map(|line| line.strip_prefix("Nog ")?.strip_suffix(", in fleet.html."));
    assert_eq!(rows + left.unwrap().parse::<usize>().unwrap(), 1_000, "{dutch}");
    let page = file(&fleet, "fleet.html", BOTH);
    let first = page.split("<details class=\"further\">").next().unwrap();
    assert_eq!(first.matches("<tr class=\"member").count(), 60);
    assert_eq!(page.matches("<tr class=\"member").count(), 1_000);
    assert!(fleet_in_words(&fleet, Lang::En, false).lines().count() < 130);
}

#[test]
fn whoever_shows_data_to_others_is_told_so_also_where_the_run_came_to_nothing() {
    let mut one = member("town", "towns", silent());
    let both = sample::both("toont gegevens van een ander", "shows data of another");
    one.worst = Some(Worst { id: "SEC-08".to_owned(), title: both.clone(), why: None, harm: 0 });
    let stopped = one.stopped().unwrap().what.en.clone();
    let fleet = overview(vec![one]);
    let page = file(&fleet, "fleet.html", BOTH);
    let row = page.split("id=\"source-town\"").nth(1).unwrap().split("</tr>").next().unwrap();
    for text in [row, &file(&fleet, "fleet.md", BOTH), &fleet_in_words(&fleet, Lang::En, false)] {
        assert!(text.contains("SEC-08") && text.contains(&both.en), "{text}");
    }
    // The cause is told where it belongs, and not in its place.
    assert!(!row.contains(&stopped) && fleet_in_words(&fleet, Lang::En, false).contains(&stopped), "{row}");
}

#[test]
fn an_issuer_that_is_down_makes_no_source_unreachable() {
    let mut one = member("town", "towns", silent());
    one.causes.iter_mut().for_each(|cause| cause.server = Server::Issuer);
    let fleet = overview(vec![one, member("other", "towns", silent())]);
    let names = |some: &[Unreachable]| some.iter().map(|one| one.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&fleet.briefing.unreachable), ["other"]);
    assert_eq!(names(&fleet.briefing.without_issuer), ["town"]);
    let said = fleet_in_words(&fleet, Lang::En, false);
    let part = said.split("No token: the issuer is unreachable now\n").nth(1).unwrap().split("\n\n").next().unwrap();
    assert!(part.starts_with("  town: ") && !part.contains("other"), "{said}");
}

#[test]
fn what_was_not_called_now_is_not_unreachable_now() {
    let given = |name: &str, at: &str| Member {
        from_report: true,
        started: Some(at.parse().unwrap()),
        ..member(name, "towns", silent())
    };
    let mut fleet = overview(vec![
        given("a", "2026-06-01T08:00:00Z"),
        given("b", "2026-06-01T09:00:00Z"),
        given("c", "2026-06-02T08:00:00Z"),
        member("d", "towns", silent()),
    ]);
    let what = fleet.members[0].stopped().unwrap().what.en.clone();
    let said = fleet_in_words(&fleet, Lang::En, false);
    let now = format!("Unreachable now\n  d: {what}\n\n");
    let then =
        format!("Unreachable at their own run\n  a, b: {what} (run of 2026-06-01)\n  c: {what} (run of 2026-06-02)");
    assert!(said.contains(&now) && said.contains(&then), "{said}");
    // Whoever could not be reached the last time either is told apart.
    let before = fleet.clone();
    fleet.compare(&before, &["a", "b", "c", "d"]);
    assert!(fleet_in_words(&fleet, Lang::En, false).contains(&format!("  d: {what}, as the last time\n")));
}

#[test]
fn sources_of_which_the_same_is_to_be_known_share_a_line() {
    let names: Vec<String> = (0..20).map(|n| format!("town-{n:02}")).collect();
    let sound = names.iter().map(|name| member(name, "towns", failing(&[])));
    let fleet = overview(sound.chain([member("wrong", "towns", failing(&["LST-01"]))]).collect());
    let said = fleet_in_words(&fleet, Lang::En, false);
    let lines: Vec<&str> = said.lines().collect();
    let [wrong, sound, "", _] = lines.as_slice() else { panic!("{said}") };
    assert!(wrong.starts_with("✗ wrong  Does not conform: LST-01 "), "{wrong}");
    assert!(sound.starts_with("✓ town-00, town-01, ") && sound.contains(" and 8 more  The source conforms"), "{sound}");
}
