//! Reviews and waivers through the real binary.

use std::fs;

use bronkeur::judging::decisions::{REVIEWS_SCHEMA, WAIVERS_SCHEMA};
use serde_json::Value;
use tempfile::TempDir;

use crate::support::{Ran, assert_fits, bronkeur, ran};

/// The demo with a page counter that starts at 0 (LST-11), judging a few rows.
fn demo(folder: &TempDir, more: &[&str]) -> Ran {
    let fault = ["demo", "--fault", "number-counts-from-zero", "--only", "LST-11,LST-01,URL-18,URL-19"];
    ran(bronkeur(folder).args(fault).args(more))
}

fn row(folder: &TempDir, id: &str) -> Value {
    let text = fs::read_to_string(folder.path().join("reports/report.json")).unwrap();
    let report: Value = serde_json::from_str(&text).unwrap();
    let rows = report["requirements"].as_array().unwrap();
    rows.iter().find(|row| row["id"] == id).unwrap().clone()
}

fn waiver(id: &str, ends_on: &str) -> String {
    format!("- {{ id: {id}, scope: all, reason: release 8, owner: team, ends_on: {ends_on} }}\n")
}

#[test]
fn a_waived_failure_is_waived_in_every_format_and_never_a_pass() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("w.yaml"), waiver("LST-11", "2099-06-30")).unwrap();
    let output = demo(&folder, &["--waivers", "w.yaml"]);
    assert_eq!(output.status, 0, "{}\n{}", output.stdout, output.stderr);
    assert!(output.stdout.contains("~ waived") && output.stdout.contains("release 8"), "{}", output.stdout);
    let row = row(&folder, "LST-11");
    assert_eq!((&row["outcome"], &row["severity"]), (&"fail".into(), &"waived".into()));
    assert_eq!(row["waiver"]["state"], "holds");
    let junit = fs::read_to_string(folder.path().join("reports/junit.xml")).unwrap();
    assert!(junit.contains("<skipped type=\"waived\"") && !junit.contains("<failure"), "{junit}");
}

#[test]
fn a_waiver_that_ended_fails_again_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("w.yaml"), waiver("LST-11", "2020-06-30")).unwrap();
    let output = demo(&folder, &["--waivers", "w.yaml"]);
    assert_eq!(output.status, 1, "{}", output.stderr);
    assert!(output.stdout.contains("ended on 2020-06-30"), "{}", output.stdout);
    assert_eq!(row(&folder, "LST-11")["waiver"]["state"], "ended");
}

#[test]
fn a_waiver_that_covers_nothing_is_a_warning_or_a_failure() {
    let folder = tempfile::tempdir().unwrap();
    let both = [waiver("LST-11", "2099-06-30"), waiver("LST-01", "2099-06-30")].concat();
    fs::write(folder.path().join("w.yaml"), both).unwrap();
    let warned = demo(&folder, &["--waivers", "w.yaml"]);
    assert_eq!(warned.status, 0, "{}", warned.stderr);
    assert!(warned.stdout.contains("1 warning") && warned.stdout.contains("no longer needed"), "{}", warned.stdout);
    let failed = demo(&folder, &["--waivers", "w.yaml", "--stale-waivers", "fail"]);
    assert_eq!(failed.status, 1, "{}", failed.stderr);
    let row = row(&folder, "LST-01");
    assert_eq!((&row["outcome"], &row["severity"]), (&"pass".into(), &"failure".into()));
    assert!(!failed.stdout.contains("does not conform"), "{}", failed.stdout);
}

#[test]
fn answers_of_reviewers_count_and_are_shown() {
    let folder = tempfile::tempdir().unwrap();
    let answer = |id: &str, answer: &str, more: &str| {
        format!("- {{ id: {id}, answer: {answer}, by: Rita, date: 2026-01-05, note: seen the policy{more} }}\n")
    };
    let rows = [answer("URL-18", "rejected", ""), answer("URL-19", "accepted", ", ends_on: 2026-02-05")].concat();
    fs::write(folder.path().join("r.yaml"), rows).unwrap();
    let output = demo(&folder, &["--reviews", "r.yaml", "--skip", "LST"]);
    assert_eq!(output.status, 1, "{}", output.stderr);
    assert!(output.stdout.contains("rejected by Rita"), "{}", output.stdout);
    let rejected = row(&folder, "URL-18");
    assert_eq!((&rejected["outcome"], &rejected["severity"]), (&"fail".into(), &"failure".into()));
    assert_eq!(rejected["review"]["name"], "Rita");
    let ended = row(&folder, "URL-19");
    assert_eq!(ended["outcome"], "review");
    assert!(ended["reason"]["en"].as_str().unwrap().contains("2026-02-05"), "{ended}");
    let junit = fs::read_to_string(folder.path().join("reports/junit.xml")).unwrap();
    assert!(junit.contains("seen the policy"), "{junit}");
}

#[test]
fn wrong_decisions_are_refused_with_the_faults_of_the_profile_before_anything_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("bron.yaml"),
        "source: { base_url: \"https://localhost:1/v1\" }\nreviews: r.yaml\nwaivers: w.yaml\ncitizens:\n  - { name: an, role: subject, insz: { env: NO_SUCH_NUMBER }, tx_token: { env: NO_SUCH_TOKEN } }\n",
    )
    .unwrap();
    fs::write(folder.path().join("r.yaml"), "- { id: LST-11, answer: maybe }\n").unwrap();
    fs::write(folder.path().join("w.yaml"), waiver("SEC-08", "2099-06-30")).unwrap();
    let output = ran(bronkeur(&folder).arg("check"));
    assert_eq!(output.status, 2);
    for expected in ["NO_SUCH_NUMBER", "r.yaml:1:", "[0].answer", "w.yaml:1:5: [0].id", "approved_by"] {
        assert!(output.stderr.contains(expected), "{expected} is not in\n{}", output.stderr);
    }
    assert!(!folder.path().join("reports").exists());
    let missing = ran(bronkeur(&folder).args(["demo", "--waivers", "nowhere.yaml"]));
    assert!(missing.status == 2 && missing.stderr.contains("nowhere.yaml"), "{}", missing.stderr);
}

#[test]
fn the_schemas_describe_every_key() {
    for schema in [REVIEWS_SCHEMA, WAIVERS_SCHEMA] {
        let schema: Value = serde_json::from_str(schema).unwrap();
        let of_rows = schema["$defs"]["rows"]["items"]["properties"].as_object().unwrap();
        for (key, property) in of_rows {
            assert!(property["description"].is_string(), "{key} has no description");
        }
        assert!(schema["then"]["properties"]["source"]["description"].is_string());
    }
}

#[test]
fn waivers_that_end_soon_are_found_and_wrong_ones_refused() {
    let folder = tempfile::tempdir().unwrap();
    let lint = |text: &str| {
        fs::write(folder.path().join("w.yaml"), text).unwrap();
        ran(bronkeur(&folder).args(["waivers", "w.yaml"]))
    };
    let far = lint(&waiver("LST-11", "2199-06-30"));
    assert_eq!((far.status, far.stdout.contains("1 waiver, 0 ended")), (0, true), "{}", far.stdout);
    let ended = lint(&waiver("LST-11", "2020-06-30"));
    assert_eq!(ended.status, 1);
    assert!(ended.stdout.contains("LST-11  2020-06-30  ended"), "{}", ended.stdout);
    let wrong = lint(&[waiver("LST-99", "2020-13-30"), waiver("OPS-02", "2199-06-30")].concat());
    assert_eq!(wrong.status, 2);
    for expected in ["w.yaml:1:5: [0].id", "[0].ends_on", "w.yaml:2:5: [1].id"] {
        assert!(wrong.stderr.contains(expected), "{expected} is not in\n{}", wrong.stderr);
    }
    let none = ran(bronkeur(&folder).arg("waivers"));
    assert!(none.status == 2 && none.stderr.contains("`waivers` (-p)"), "{}", none.stderr);
    let profile = "source: { base_url: \"https://localhost:1/v1\" }\nwaivers: w.yaml\ncitizens:\n  - { name: an, role: subject, insz: { env: N }, tx_token: { env: T } }\n";
    fs::write(folder.path().join("bron.yaml"), profile).unwrap();
    fs::write(folder.path().join("w.yaml"), waiver("LST-11", "2020-06-30")).unwrap();
    assert_eq!(ran(bronkeur(&folder).arg("waivers")).status, 1, "the profile names the file");
}

#[test]
fn open_reviews_are_listed_and_stay_open_until_they_are_answered() {
    let folder = tempfile::tempdir().unwrap();
    let all = ran(bronkeur(&folder).arg("review"));
    assert_eq!(all.status, 0, "{}", all.stderr);
    assert!(all.stdout.contains("URL-18 (must)") && all.stdout.contains("VO D13, https://"), "{}", all.stdout);
    let dutch = ran(bronkeur(&folder).args(["review", "--lang", "nl", "--template"])).stdout;
    assert!(dutch.contains("# Antwoorden van beoordelaars") && dutch.contains("- id: URL-18\n  answer:\n"), "{dutch}");
    assert_eq!(ran(bronkeur(&folder).args(["review", "--out", "r.yaml"])).status, 0);
    assert_eq!(ran(bronkeur(&folder).args(["review", "--out", "r.yaml"])).status, 2, "it is there already");
    // As it was written it changes nothing: what is empty stays open.
    let empty = ran(bronkeur(&folder).args(["review", "--reviews", "r.yaml"]));
    assert_eq!((empty.status, empty.stdout), (0, all.stdout), "{}", empty.stderr);
    assert_eq!(demo(&folder, &["--reviews", "r.yaml", "--skip", "LST"]).status, 0);
    assert_eq!(row(&folder, "URL-18")["outcome"], "review");
    // Some answered, the others left as they are.
    let template = fs::read_to_string(folder.path().join("r.yaml")).unwrap();
    let answer = "- id: URL-18\n  answer: accepted\n  by: Rita\n  date: 2026-01-05\n  note: seen\n";
    let some = template.replace("- id: URL-18\n  answer:\n  by:\n  date:\n  note:\n", answer);
    fs::write(folder.path().join("r.yaml"), &some).unwrap();
    assert_eq!(demo(&folder, &["--reviews", "r.yaml", "--skip", "LST"]).status, 0);
    assert_eq!(
        (&row(&folder, "URL-18")["outcome"], &row(&folder, "URL-19")["outcome"]),
        (&"pass".into(), &"review".into())
    );
    // An answer without a name, a day or a reason is a mistake, and so is one that is neither.
    fs::write(folder.path().join("r.yaml"), some.replace("by: Rita", "by:").replace("note: seen", "note: ' '"))
        .unwrap();
    let half = demo(&folder, &["--reviews", "r.yaml"]);
    assert_eq!(half.status, 2, "{}", half.stdout);
    for key in [".by", ".note"] {
        assert!(half.stderr.contains(key), "{key} is not in\n{}", half.stderr);
    }
    fs::write(folder.path().join("r.yaml"), some.replace("accepted", "yes")).unwrap();
    let odd = demo(&folder, &["--reviews", "r.yaml"]);
    assert!(odd.status == 2 && odd.stderr.contains(".answer"), "{}", odd.stderr);
    let filled = template;
    let filled = filled
        .replace("answer:\n", "answer: accepted\n")
        .replace("by:\n", "by: Rita\n")
        .replace("\n  date:\n", "\n  date: 2026-01-05\n")
        .replace("note:\n", "note: seen\n");
    fs::write(folder.path().join("r.yaml"), filled).unwrap();
    let none = ran(bronkeur(&folder).args(["review", "--reviews", "r.yaml"])).stdout;
    assert!(none.contains("Open reviews: 0"), "{none}");
    assert_eq!(demo(&folder, &["--reviews", "r.yaml", "--skip", "LST"]).status, 0);
    assert_eq!(row(&folder, "URL-18")["outcome"], "pass");
    let of_run = ran(bronkeur(&folder).args(["review", "reports/report.json"])).stdout;
    assert!(of_run.contains("Open reviews: 0"), "{of_run}");
}

#[test]
fn a_reviewer_answers_a_run_and_judges_its_evidence_again() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(demo(&folder, &["--skip", "LST"]).status, 0);
    let written = ran(bronkeur(&folder).args(["review", "reports/report.json", "--out", "r.yaml"]));
    let next = "bronkeur replay reports/evidence.har --reviews r.yaml --out reviewed";
    assert!(written.status == 0 && written.stdout.contains(next), "{}\n{}", written.stdout, written.stderr);
    let file = folder.path().join("r.yaml");
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.contains("source: \"Sandbox\"\nreviews:\n"), "{text}");
    let answer = "answer: accepted\n  by: Rita\n  date: 2026-01-05\n  note: seen\n";
    let text = text.replacen("answer:\n  by:\n  date:\n  note:\n", answer, 1);
    fs::write(&file, &text).unwrap();
    // As the command that was printed says.
    let words: Vec<&str> = next.split(' ').skip(1).collect();
    let again = ran(bronkeur(&folder).args(words));
    assert_eq!(again.status, 0, "{}", again.stderr);
    assert!(again.stderr.contains("open reviewed/report.html"), "{}", again.stderr);
    let page = fs::read_to_string(folder.path().join("reviewed/report.html")).unwrap();
    assert!(page.contains(">accepted by Rita</span>"), "an answer is no plain pass");
    // The answers about one source say nothing of another.
    fs::write(&file, text.replace("\"Sandbox\"", "Fiscale attesten")).unwrap();
    for refused in [vec!["replay", "reports/evidence.har"], vec!["demo", "--only", "URL-18"]] {
        let refused = ran(bronkeur(&folder).args(refused).args(["--reviews", "r.yaml"]));
        let said = "is for the source `Fiscale attesten`, not for `Sandbox`";
        assert!(refused.status == 2 && refused.stderr.contains(said), "{}", refused.stderr);
    }
}

#[test]
fn a_difference_says_what_got_worse_in_three_forms() {
    let folder = tempfile::tempdir().unwrap();
    let check = |more: &[&str]| ran(bronkeur(&folder).args(["demo", "--only", "LST-11,LST-01", "-q"]).args(more));
    check(&["--out", "old"]);
    check(&["--out", "new", "--fault", "number-counts-from-zero"]);
    let diff = |more: &[&str]| ran(bronkeur(&folder).arg("diff").args(more));
    let worse = diff(&["old/report.json", "new/report.json"]);
    assert_eq!(worse.status, 1, "{}", worse.stderr);
    assert!(worse.stdout.contains("Newly failing") && worse.stdout.contains("LST-11"), "{}", worse.stdout);
    let better = diff(&["new/report.json", "old/report.json", "--format", "markdown", "--lang", "nl"]);
    assert_eq!((better.status, better.stdout.contains("### Hersteld")), (0, true), "{}", better.stdout);
    let json: Value =
        serde_json::from_str(&diff(&["old/report.json", "new/report.json", "--format", "json"]).stdout).unwrap();
    assert_eq!((&json["worse"], &json["newly_failing"][0]["id"]), (&true.into(), &"LST-11".into()));
    assert_fits(include_str!("../../specs/diff.schema.json"), &json);
    fs::write(folder.path().join("half.json"), "{\"schema\":").unwrap();
    let wrong = diff(&["half.json", "nowhere.json"]);
    assert_eq!(wrong.status, 2);
    assert!(wrong.stderr.contains("cut off") && wrong.stderr.contains("nowhere.json"), "{}", wrong.stderr);
}

#[test]
fn an_earlier_report_shows_what_broke_within_a_version() {
    let folder = tempfile::tempdir().unwrap();
    let demo = |more: &[&str]| ran(bronkeur(&folder).args(["demo", "--only", "URL-17", "-q"]).args(more));
    assert_eq!(demo(&[]).status, 0);
    assert_eq!(row(&folder, "URL-17")["outcome"], "not_applicable");
    // Without the check nobody asks for the list; a whole run does.
    ran(bronkeur(&folder).args(["demo", "-q", "--skip", "SEC,TOK,ERR", "--out", "old"]));
    assert_eq!(demo(&["--previous", "old/report.json"]).status, 0);
    assert_eq!(row(&folder, "URL-17")["outcome"], "pass");
    demo(&["--previous", "old/report.json", "--fault", "community-goes-away"]);
    let broken = row(&folder, "URL-17");
    assert_eq!((&broken["outcome"], &broken["severity"]), (&"fail".into(), &"warning".into()));
    assert_eq!(broken["findings"][0]["where"], "item /community");
    // The evidence carries what the run was judged by.
    fs::write(folder.path().join("w.yaml"), waiver("URL-17", "2099-06-30")).unwrap();
    demo(&["--previous", "old/report.json", "--fault", "community-goes-away", "--waivers", "w.yaml"]);
    assert_eq!(row(&folder, "URL-17")["severity"], "waived");
    let verified = ran(bronkeur(&folder).args(["replay", "reports/evidence.har", "--verify", "reports/report.json"]));
    assert_eq!(verified.status, 0, "{}\n{}", verified.stdout, verified.stderr);
    fs::write(folder.path().join("half.json"), "{").unwrap();
    let wrong = demo(&["--previous", "half.json", "--waivers", "nowhere.yaml"]);
    assert_eq!(wrong.status, 2);
    assert!(wrong.stderr.contains("half.json") && wrong.stderr.contains("nowhere.yaml"), "{}", wrong.stderr);
}
