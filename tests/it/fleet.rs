//! Many sources in one run: `fleet` and `merge`.

mod members;

use std::fs;
use std::path::Path;

use bronkeur::sandbox::{Behaviour, Options, Sandbox, faults};
use serde_json::Value;
use tempfile::TempDir;

use crate::support::{Ran, assert_fits, bronkeur, ran};

/// Sandboxes, each with its profile in a folder of its own: `town-0/bron.yaml`, `town-1/bron.yaml`, …
struct Towns {
    folder: TempDir,
    // The servers end with their runtime.
    runtime: tokio::runtime::Runtime,
    sandboxes: Vec<Sandbox>,
}

impl Towns {
    /// One sandbox for each behaviour.
    fn of(behaviours: Vec<Behaviour>) -> Self {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let start = |behaviour| Sandbox::start(Options { behaviour, ..Options::default() });
        let sandboxes: Vec<Sandbox> =
            behaviours.into_iter().map(|behaviour| runtime.block_on(start(behaviour)).unwrap()).collect();
        for (n, sandbox) in sandboxes.iter().enumerate() {
            let town = folder.path().join(format!("town-{n}"));
            fs::create_dir(&town).unwrap();
            for file in sandbox.profile_files() {
                fs::write(town.join(file.name), file.text).unwrap();
            }
        }
        Self { folder, runtime, sandboxes }
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        ran(bronkeur(&self.folder).args(arguments))
    }
}

fn json(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn broken(name: &str) -> Behaviour {
    let mut behaviour = Behaviour::default();
    for fault in faults::find(name) {
        (fault.apply)(&mut behaviour);
    }
    behaviour
}

fn names(overview: &Value) -> Vec<&str> {
    overview["members"].as_array().unwrap().iter().map(|member| member["name"].as_str().unwrap()).collect()
}

fn member<'a>(overview: &'a Value, name: &str) -> &'a Value {
    overview["members"].as_array().unwrap().iter().find(|member| member["name"] == name).unwrap()
}

fn fits_its_schema(overview: &Value) {
    assert_fits(bronkeur::report::fleet::model::FLEET_SCHEMA, overview);
}

/// The members that every object of a schema must have are all that it may have, and each is described.
#[test]
fn the_schemas_are_strict_and_described() {
    fn walk(value: &Value, path: &str) {
        if let Some(properties) =
            value.get("properties").and_then(Value::as_object).filter(|_| value["type"] == "object")
        {
            assert_eq!(value["additionalProperties"], false, "{path}");
            for (name, property) in properties {
                assert!(property["description"].is_string(), "{path}/{name} has no description");
            }
        }
        for (name, below) in value.as_object().into_iter().flatten() {
            walk(below, &format!("{path}/{name}"));
        }
    }
    for schema in [bronkeur::report::fleet::model::FLEET_SCHEMA, bronkeur::run::fleet::SOURCES_SCHEMA] {
        walk(&serde_json::from_str(schema).unwrap(), "");
    }
}

/// Six sources, of which three are in trouble: it does not show in the others.
#[test]
fn one_source_in_trouble_touches_no_other() {
    let sound = Behaviour::default;
    let towns = Towns::of(vec![sound(), broken("number-counts-from-zero"), sound()]);
    let first = towns.run(&["check", "-q", "-p", "town-0/bron.yaml", "--only", "LST", "--out", "own"]);
    assert_eq!(first.status, 0, "{}", first.stderr);
    towns.write(
        "sources.yaml",
        "defaults: { source: { timeout: 5 } }\n\
         sources:\n\
         - { name: sound, profile: town-0/bron.yaml, tags: [towns] }\n\
         - { name: wrong, profile: town-1/bron.yaml, tags: [towns] }\n\
         - { name: again, profile: town-2/bron.yaml, tags: [towns], overrides: { source: { concurrency: 2 } } }\n\
         - { name: gone, profile: town-2/bron.yaml, overrides: { source: { base_url: \"https://127.0.0.1:1/v1\" } } }\n\
         - { name: evidence, evidence: own/evidence.har }\n\
         - { name: unwritten, profile: town-0/bron.yaml }\n",
    );
    fs::create_dir(towns.path("reports")).unwrap();
    // A file where the folder would be: this source's result cannot be written.
    towns.write("reports/unwritten", "");
    let run = towns.run(&["fleet", "--only", "LST", "--jobs", "3", "--per-host", "3"]);
    let overview = json(&towns.path("reports/fleet.json"));
    fits_its_schema(&overview);
    assert_eq!(names(&overview), ["unwritten", "wrong", "gone", "again", "evidence", "sound"], "{}", run.stdout);
    let statuses: Vec<u64> =
        overview["members"].as_array().unwrap().iter().map(|member| member["exit_status"].as_u64().unwrap()).collect();
    assert_eq!(statuses, [4, 1, 3, 0, 0, 0]);
    assert_eq!((run.status, overview["result"]["exit_status"].as_u64()), (4, Some(4)), "the worst of its members");
    let last = "bronkeur: 6 sources, 1 not conformant, 1 undecided, 1 without a report, 3 not fully judged -> exit 4\n";
    assert!(run.stdout.ends_with(last), "{}", run.stdout);
    // What is written of a source is what `check` writes.
    for file in ["report.json", "junit.xml", "report.html", "summary.md", "evidence.har"] {
        assert!(towns.path("reports/sound").join(file).exists(), "{file}");
    }
    let report = json(&towns.path("reports/sound/report.json"));
    assert_eq!(report["run"]["source"], "sound");
    assert_eq!(member(&overview, "evidence")["from_evidence"], true);
    assert_eq!(member(&overview, "evidence")["counts"], member(&overview, "sound")["counts"]);
    let failed = member(&overview, "wrong")["cells"].as_array().unwrap().iter().filter(|cell| cell["fails"] == true);
    assert_eq!(failed.map(|cell| cell["id"].as_str().unwrap()).collect::<Vec<_>>(), ["LST-11"]);
    let junit = fs::read_to_string(towns.path("reports/fleet.junit.xml")).unwrap();
    assert_eq!((junit.matches("<testsuite ").count(), junit.matches("<failure").count()), (6, 1));
    // The page says the same, loads nothing, and runs its own script alone.
    let page = fs::read_to_string(towns.path("reports/fleet.html")).unwrap();
    assert!(page.contains("default-src 'none'; style-src 'sha256-") && page.contains("script-src 'sha256-"), "{page}");
    assert_eq!(page.matches("<script").count(), 1);
    assert!(page.contains("<a href=\"#column-LST-11\">") && page.contains("id=\"column-LST-11\""), "{page}");
    assert_eq!(page.matches("class=\"requirement-id\"").count(), 1, "a column of what no source fails");
    assert!(page.contains("<a href=\"sound/report.html\">sound</a>") && !page.contains("unwritten/report.html"));
    let rows = page.split("id=\"source-").skip(1).map(|row| row.split('"').next().unwrap());
    assert_eq!(rows.collect::<Vec<_>>(), names(&overview));
    let gone = member(&overview, "gone");
    assert_eq!((&gone["stopped_by"], &gone["causes"][0]["kind"]), (&"c1".into(), &"connection-refused".into()));
    let unreachable = serde_json::json!([{ "name": "gone", "cause": "c1" }]);
    assert_eq!(overview["briefing"]["unreachable"], unreachable);
    assert_eq!(member(&overview, "wrong")["worst"]["id"], "LST-11");
    drop((towns.sandboxes, towns.runtime));
}

#[test]
fn annotations_name_the_source_and_defaults_hold_for_all() {
    let towns = Towns::of(vec![Behaviour::default(), broken("number-counts-from-zero")]);
    let sources = "sources:\n- { name: good, profile: town-0/bron.yaml }\n- { name: bad, profile: town-1/bron.yaml }\n\
                   - { name: stuck, profile: town-0/bron.yaml }\n";
    towns.write("sources.yaml", sources);
    fs::create_dir(towns.path("reports")).unwrap();
    towns.write("reports/stuck", "");
    let run = towns.run(&["fleet", "--only", "LST-11", "--format", "github"]);
    let lines: Vec<&str> = run.stdout.lines().collect();
    let [stuck, bad, last] = lines.as_slice() else { panic!("{}", run.stdout) };
    assert!(stuck.starts_with("::error title=stuck::reports/stuck could not be written: "), "{stuck}");
    assert!(bad.starts_with("::error title=bad%3A LST-11 (must) ") && bad.contains("expected"), "{bad}");
    assert_eq!(*last, "bronkeur: 3 sources, 1 not conformant, 1 without a report, 1 not fully judged -> exit 4");
    // The job that joins the parts shows them too.
    let merged = towns.run(&["merge", "reports", "--out", "joined", "--format", "github"]);
    assert_eq!((merged.status, merged.stdout.as_str()), (4, run.stdout.as_str()));
    let quiet = towns.run(&["merge", "reports", "--out", "joined", "--format", "github", "--quiet"]);
    assert_eq!(quiet.stdout.lines().collect::<Vec<_>>(), [*last]);
    fs::remove_file(towns.path("reports/stuck")).unwrap();
    let waiver = "- { id: LST-11, scope: all, reason: r, owner: o, ends_on: 2999-01-01 }\n";
    towns.write("waivers.yaml", waiver);
    towns.write("sources.yaml", &format!("defaults: {{ waivers: waivers.yaml }}\n{sources}"));
    let run = towns.run(&["fleet", "--only", "LST-11", "--format", "github"]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    let overview = json(&towns.path("reports/fleet.json"));
    let severity = |name| {
        member(&overview, name)["cells"].as_array().unwrap().iter().find(|cell| cell["id"] == "LST-11").unwrap()["severity"].clone()
    };
    assert_eq!((severity("bad"), severity("good")), ("waived".into(), "warning".into()), "a waiver of nothing");
    assert!(!run.stdout.contains("::error") && run.stdout.contains("::warning title=good%3A LST-11"), "{}", run.stdout);
}

/// Figures, not judged: `cargo test --test it a_hundred -- --ignored --nocapture`.
#[test]
#[ignore = "takes minutes; prints time and memory of a fleet of 100"]
fn a_hundred_sources() {
    const COUNT: usize = 100;
    let towns = Towns::of((0..COUNT).map(|_| Behaviour::default()).collect());
    let rows = (0..COUNT).map(|n| format!("- {{ name: town-{n:03}, profile: town-{n}/bron.yaml }}\n"));
    towns.write("sources.yaml", &format!("sources:\n{}", rows.collect::<String>()));
    for jobs in ["2", "8"] {
        let mut command = bronkeur(&towns.folder);
        let start = std::time::Instant::now();
        let mut child = command.args(["fleet", "-q", "--jobs", jobs, "--per-host", jobs]).spawn().unwrap();
        let mut most = String::new();
        let status = loop {
            let said = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
            most = said.lines().find(|line| line.starts_with("VmHWM")).map_or(most, str::to_owned);
            if let Some(status) = child.try_wait().unwrap() {
                break status;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        };
        let overview = json(&towns.path("reports/fleet.json"));
        let took = overview["members"].as_array().unwrap().iter().map(|member| member["duration_ms"].as_u64().unwrap());
        let slowest = took.max().unwrap();
        println!("{COUNT} sources, {jobs} at once: {:.1?}, slowest {slowest} ms, {most}, {status}", start.elapsed());
        assert_eq!(names(&overview).len(), COUNT);
    }
}

#[test]
fn everything_that_is_wrong_is_told_before_the_first_request() {
    let towns = Towns::of(vec![Behaviour::default()]);
    towns.write("waivers.yaml", "- { id: LST-99, scope: all, reason: r, owner: o, ends_on: 2999-01-01 }\n");
    towns.write(
        "sources.yaml",
        "defaults: { limits: { detail: 1 } }\n\
         sources:\n\
         - { name: town, profile: town-0/bron.yaml }\n\
         - { name: Town, profile: town-0/bron.yaml, overrides: { limits: null, source: { base_url: nonsense } } }\n\
         - { name: a/b, evidence: absent.har }\n\
         - { name: nul.txt, profile: town-0/bron.yaml, overrides: { limits: null, accept_blocked: { LST-98: x } } }\n\
         - { name: waived, profile: town-0/bron.yaml, overrides: { limits: null, waivers: waivers.yaml } }\n\
         - { name: fleet.json, profile: absent.yaml }\n\
         - { name: empty, overrides: { limits: null } }\n",
    );
    let run = towns.run(&["fleet", "--only", "LST-97"]);
    assert_eq!(run.status, 2, "{}", run.stderr);
    for said in [
        // Where it was written: in the defaults, in an override, and where it would stand.
        "sources.yaml:1:23: defaults.limits.detail: unknown key `detail`",
        "sources.yaml:4:81: sources[1].overrides.source.base_url: does not have the form asked for here",
        "sources.yaml:4:5: sources[1].name: `Town` is there already",
        "sources.yaml:5:5: sources[2].name: `a/b` is not a name for a folder",
        "absent.har:sources[2] (a/b): the file cannot be read",
        "`nul.txt` is a device on Windows",
        "there is no requirement `LST-98`",
        "waivers.yaml:1:5: [0].id: there is no requirement `LST-99`",
        "`fleet.json` is a file of the overview",
        "absent.yaml:sources[5] (fleet.json): the file cannot be read",
        "sources[6].overrides: does not name exactly one subject to check",
        "there is no requirement `LST-97`",
    ] {
        assert!(run.stderr.contains(said), "{said}\n{}", run.stderr);
    }
    assert!(towns.sandboxes[0].requests().is_empty(), "a request was sent");
    assert!(!towns.path("reports").exists());
    for (arguments, said) in [(["--tag", "absent"], "no source has the tag"), (["--shard", "9/9"], "part 9/9 is empty")]
    {
        towns.write("sources.yaml", "sources: [{ name: town, tags: [a], profile: town-0/bron.yaml }]\n");
        let run = towns.run(&[&["fleet"], &arguments[..]].concat());
        assert!(run.status == 2 && run.stderr.contains(said), "{}", run.stderr);
    }
}

#[test]
fn shards_join_to_what_the_whole_is_and_changes_are_marked() {
    let towns = Towns::of(vec![Behaviour::default(), broken("number-counts-from-zero")]);
    let one = ["check", "-q", "--only", "LST", "-p"];
    towns.run(&[&one[..], &["town-0/bron.yaml", "--out", "good"]].concat());
    towns.run(&[&one[..], &["town-1/bron.yaml", "--out", "bad"]].concat());
    let sources = |worse: &str| {
        format!(
            "sources:\n- {{ name: b, evidence: good/evidence.har }}\n- {{ name: a, evidence: {worse}/evidence.har }}\n\
             - {{ name: c, evidence: good/evidence.har }}\n"
        )
    };
    towns.write("sources.yaml", &sources("good"));
    for part in ["1/2", "2/2"] {
        let run = towns.run(&["fleet", "-q", "--shard", part, "--out", &format!("part-{}", &part[..1])]);
        assert_eq!(run.status, 0, "{}", run.stderr);
    }
    assert_eq!(names(&json(&towns.path("part-1/fleet.json"))), ["a", "c"]);
    assert_eq!(names(&json(&towns.path("part-2/fleet.json"))), ["b"]);
    let run = towns.run(&["merge", "part-1", "part-2", "--out", "all"]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    let all = json(&towns.path("all/fleet.json"));
    fits_its_schema(&all);
    assert_eq!((names(&all), &all["shards"]), (vec!["a", "b", "c"], &serde_json::json!(["1/2", "2/2"])));
    assert!(towns.path("all/b/report.html").exists());
    // The same part twice, a part of other requirements, and what is no part.
    fs::create_dir(towns.path("other")).unwrap();
    let other = fs::read_to_string(towns.path("part-2/fleet.json")).unwrap();
    towns.write(
        "other/fleet.json",
        &other.replace("\"name\": \"b\"", "\"name\": \"d\"").replacen("\"version\": \"", "\"version\": \"9", 1),
    );
    for (parts, said) in [
        (["part-1", "part-1"], "source `a` is in part-1/fleet.json too"),
        (["part-1", "other"], "is of another version than part-1/fleet.json"),
        (["part-1", "good"], "good/fleet.json: the file cannot be read"),
    ] {
        let run = towns.run(&[&["merge", "--out", "refused"], &parts[..]].concat());
        assert!(run.status == 2 && run.stderr.contains(said), "{said}: {}", run.stderr);
        assert!(!towns.path("refused").exists());
    }
    // The next time one of them is broken, and another is not there any more.
    towns.write("sources.yaml", &sources("bad").replace("name: c", "name: d"));
    let run = towns.run(&["fleet", "--previous", "all/fleet.json", "--lang", "en"]);
    assert_eq!(run.status, 1, "{}", run.stderr);
    let now = json(&towns.path("reports/fleet.json"));
    fits_its_schema(&now);
    assert_eq!(now["gone"], serde_json::json!(["c"]));
    assert_eq!(member(&now, "d")["changes"]["new"], true);
    assert_eq!(member(&now, "b")["changes"]["worse"], 0);
    assert_eq!(
        member(&now, "a")["changes"],
        serde_json::json!({ "new": false, "exit_status": 0, "worse": 1, "better": 0 })
    );
    let worse = serde_json::json!([
        { "name": "a", "new": false, "failing": ["LST-11"], "no_longer_judged": 0 },
        { "name": "d", "new": true, "failing": [], "no_longer_judged": 0 },
    ]);
    assert_eq!(now["briefing"]["worse"], worse);
    let changed = member(&now, "a")["cells"].as_array().unwrap().iter().find(|cell| !cell["change"].is_null()).unwrap();
    assert_eq!((changed["id"].as_str(), changed["change"].as_str()), (Some("LST-11"), Some("newly_failing")));
    let summary = fs::read_to_string(towns.path("reports/fleet.md")).unwrap();
    assert!(
        summary.contains("1 worse, then: no failures")
            && summary.contains("### No longer in the overview (1)\n\n- c\n"),
        "{summary}"
    );
}
