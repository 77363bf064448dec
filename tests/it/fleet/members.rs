//! Members that are reports of earlier runs, those of version 1 too; and overviews of version 1.

use std::fs;

use serde_json::{Value, json};

use super::{Towns, broken, fits_its_schema, json, member, names};
use crate::causes::as_version_1;
use crate::support::assert_fits;

/// The report of a source that counts from zero.
fn with_a_report() -> (Towns, String) {
    let towns = Towns::of(vec![broken("number-counts-from-zero")]);
    let run = towns.run(&["check", "-q", "--only", "LST,URL", "-p", "town-0/bron.yaml", "--out", "own"]);
    assert_eq!(run.status, 1, "{}", run.stderr);
    let text = fs::read_to_string(towns.path("own/report.json")).unwrap();
    (towns, text)
}

fn edited(text: &str, edit: impl Fn(&mut Value)) -> String {
    let mut tree: Value = serde_json::from_str(text).unwrap();
    edit(&mut tree);
    serde_json::to_string_pretty(&tree).unwrap()
}

#[test]
fn a_report_is_a_member_whichever_version_it_has() {
    let (towns, text) = with_a_report();
    let old = serde_json::to_string_pretty(&as_version_1(serde_json::from_str(&text).unwrap())).unwrap();
    towns.write("old.json", &old);
    towns.write(
        "sources.yaml",
        "sources:\n- { name: new, report: own/report.json }\n- { name: old, report: old.json, tags: [towns] }\n",
    );
    let run = towns.run(&["fleet", "--lang", "en"]);
    assert_eq!(run.status, 1, "{}", run.stderr);
    let overview = json(&towns.path("reports/fleet.json"));
    fits_its_schema(&overview);
    let (one, other) = (member(&overview, "new"), member(&overview, "old"));
    for key in ["conformant", "exit_status", "counts", "worst", "started", "from_report"] {
        assert_eq!(one[key], other[key], "{key}");
    }
    assert_eq!((&one["worst"]["id"], &one["from_report"]), (&"LST-11".into(), &true.into()));
    // What was given stays as it was, byte for byte; there is no evidence to go with it.
    assert_eq!(fs::read_to_string(towns.path("reports/old/report.json")).unwrap(), old);
    assert_eq!(other["files"], json!(["report.json", "junit.xml", "report.html", "summary.md"]));
    assert!(run.stdout.contains("✗ new, old  Does not conform: LST-11 "), "{}", run.stdout);
}

#[test]
fn a_report_that_is_not_masked_is_refused_before_anything_is_written() {
    let (towns, text) = with_a_report();
    towns.write("own/report.json", &edited(&text, |report| report["run"]["source"] = "of 85073099932".into()));
    towns.write("sources.yaml", "sources: [{ name: new, report: own/report.json }]\n");
    let run = towns.run(&["fleet"]);
    assert!(run.status == 2 && run.stderr.contains("own/report.json"), "{}", run.stderr);
    assert!(run.stderr.contains("holds a national number") && !run.stderr.contains("85073099932"), "{}", run.stderr);
    assert!(!towns.path("reports").exists());
}

/// What day it is, the run says: no clock of this machine has a part in it.
#[test]
fn decisions_that_end_within_thirty_days_of_the_run_are_told_in_both_languages() {
    let (towns, text) = with_a_report();
    let report = edited(&text, |report| {
        report["run"]["started"] = "2020-06-15T08:00:00Z".into();
        let waiver = |until: &str| json!({ "reason": "release 8", "owner": "team a", "approved_by": null, "scope": "all", "until": until, "state": "unused" });
        let review = json!({ "answer": "accepted", "name": "Rita Peeters", "date": "2020-01-01", "note": "ok", "link": null, "until": "2020-07-01" });
        for row in report["requirements"].as_array_mut().unwrap() {
            match row["id"].as_str().unwrap() {
                "LST-01" => row["waiver"] = waiver("2020-07-15"),
                "LST-02" => row["waiver"] = waiver("2020-07-16"),
                "URL-18" => row["review"] = review.clone(),
                _ => {}
            }
        }
    });
    towns.write("own/report.json", &report);
    towns.write("sources.yaml", "sources: [{ name: town, report: own/report.json }]\n");
    towns.run(&["fleet", "-q"]);
    let overview = json(&towns.path("reports/fleet.json"));
    let ending = json!([
        { "name": "town", "id": "URL-18", "kind": "review", "until": "2020-07-01", "by": "Rita Peeters" },
        { "name": "town", "id": "LST-01", "kind": "waiver", "until": "2020-07-15", "by": "team a" },
    ]);
    assert_eq!(overview["briefing"]["ending"], ending);
    for file in ["reports/fleet.md", "reports/fleet.html"] {
        let text = fs::read_to_string(towns.path(file)).unwrap();
        for words in
            ["vrijstelling van LST-01 tot en met 2020-07-15 (team a)", "review of URL-18 until 2020-07-01 (Rita"]
        {
            assert!(text.contains(words), "{file}: {words}");
        }
    }
}

/// An overview as an earlier version of the program wrote it.
fn as_fleet_of_version_1(text: &str) -> String {
    edited(text, |overview| {
        let of = overview.as_object_mut().unwrap();
        of.insert("schema".to_owned(), "bronkeur.fleet/1".into());
        of.remove("briefing");
        for row in of["requirements"].as_array_mut().unwrap() {
            row.as_object_mut().unwrap().remove("basis");
        }
        for member in of["members"].as_array_mut().unwrap() {
            for name in ["from_report", "conclusion", "causes", "stopped_by", "worst", "decisions"] {
                member.as_object_mut().unwrap().remove(name).unwrap();
            }
            for cell in member["cells"].as_array_mut().unwrap() {
                let cell = cell.as_object_mut().unwrap();
                cell.remove("cause");
                for (name, value) in
                    [("accepted", json!(false)), ("fails", json!(false)), ("why", json!(null)), ("change", json!(null))]
                {
                    cell.entry(name).or_insert(value);
                }
            }
        }
    })
}

#[test]
fn overviews_of_version_1_are_merged_and_compared_with() {
    let (towns, _) = with_a_report();
    let fleet = |name: &str, out: &str| {
        towns.write("sources.yaml", &format!("sources: [{{ name: {name}, report: own/report.json }}]\n"));
        towns.run(&["fleet", "-q", "--out", out]);
        fs::read_to_string(towns.path(out).join("fleet.json")).unwrap()
    };
    let old = as_fleet_of_version_1(&fleet("a", "part-1"));
    assert_fits(include_str!("../../../specs/fleet-1.schema.json"), &serde_json::from_str(&old).unwrap());
    towns.write("part-1/fleet.json", &old);
    fleet("b", "part-2");
    for parts in [["part-1", "part-2"], ["part-2", "part-1"]] {
        let run = towns.run(&["merge", "-q", parts[0], parts[1], "--out", "all"]);
        assert_eq!(run.status, 1, "{}", run.stderr);
        let all = json(&towns.path("all/fleet.json"));
        fits_its_schema(&all);
        assert_eq!(names(&all), ["a", "b"]);
        assert_eq!(member(&all, "a")["worst"]["id"], "LST-11");
        assert!(all["requirements"][0]["basis"].as_array().is_some_and(|basis| !basis.is_empty()), "{parts:?}");
    }
    towns.write("sources.yaml", "sources: [{ name: a, report: own/report.json }]\n");
    let run = towns.run(&["fleet", "-q", "--previous", "part-1/fleet.json"]);
    assert_eq!(run.status, 1, "{}", run.stderr);
    let now = json(&towns.path("reports/fleet.json"));
    assert_eq!(member(&now, "a")["changes"], json!({ "new": false, "exit_status": 1, "worse": 0, "better": 0 }));
    assert_eq!(now["briefing"]["worse"], json!([]));
}
