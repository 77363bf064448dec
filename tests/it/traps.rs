//! Small mistakes that anybody makes in the first hour, and what the program then says.

use std::fs;
use std::net::TcpListener;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::acm::Acm;
use crate::support::{Ran, bronkeur, ran};

fn report(folder: &TempDir) -> Value {
    serde_json::from_str(&fs::read_to_string(folder.path().join("reports/report.json")).unwrap()).unwrap()
}

/// The requirements that a run judged.
fn judged(folder: &TempDir) -> Vec<String> {
    let report = report(folder);
    let rows = report["requirements"].as_array().unwrap().iter().filter(|row| row["outcome"] != "not_selected");
    rows.map(|row| row["id"].as_str().unwrap().to_owned()).collect()
}

/// A check of one citizen at a source, by flags alone.
fn check(folder: &TempDir, base_url: &str, more: &[&str]) -> Ran {
    let flags = ["check", "--base-url", base_url, "--insz-env", "INSZ", "--token-env", "TOKEN"];
    let mut check = bronkeur(folder);
    ran(check.args(flags).args(more).env("INSZ", "85073099932").env("TOKEN", "a-token-of-somebody"))
}

#[test]
fn a_chapter_goes_by_its_prefix_its_name_and_its_title() {
    let folder = tempfile::tempdir().unwrap();
    let demo = |more: &[&str]| {
        let run = ran(bronkeur(&folder).args(["demo", "-q"]).args(more));
        assert_eq!(run.status, 0, "{more:?}: {}", run.stderr);
        judged(&folder)
    };
    let by_prefix = demo(&["--only", "DWN"]);
    assert!(by_prefix.len() > 3 && by_prefix.iter().all(|id| id.starts_with("DWN-")), "{by_prefix:?}");
    for name in ["download", "Download", "The download of the document", "De download van het document"] {
        assert_eq!(demo(&["--only", name]), by_prefix, "{name}");
    }
    assert_eq!(demo(&["--only", "download,DWN-01", "--skip", "DWN-01"]).len(), by_prefix.len() - 1);
    // Every name that `list` shows, also there.
    let all = ran(bronkeur(&folder).arg("list")).stdout;
    for head in all.lines().filter(|line| line.ends_with(')') && !line.starts_with(' ')) {
        let Some((title, name)) = head.strip_suffix(')').and_then(|head| head.rsplit_once(" (")) else { continue };
        let [by_name, by_title] = [name, title].map(|word| ran(bronkeur(&folder).args(["list", word])).stdout);
        assert!(by_name.starts_with(head) && by_title == by_name, "{head}: {by_name}");
    }
    // Also where what is blocked is accepted: nobody listens there.
    let closed = |more: &[&str]| check(&folder, "http://localhost:1/v1", &[&["--only", "list"], more].concat()).status;
    assert_eq!((closed(&[]), closed(&["--accept-blocked", "list"]), closed(&["--accept-blocked", "url"])), (3, 0, 3));
    let typed = ran(bronkeur(&folder).args(["demo", "--only", "lists"]));
    assert!(typed.status == 2 && typed.stderr.contains("no requirement `lists`"), "{}", typed.stderr);
}

#[test]
fn a_profile_for_an_acm_that_did_not_run_yet_says_so_once() {
    let folder = tempfile::tempdir().unwrap();
    let early = ran(bronkeur(&folder).args(["check", "-p", "acm/bron.yaml"]));
    assert_eq!(early.status, 2);
    assert!(early.stderr.contains("start `bronkeur acm` first"), "{}", early.stderr);
    let url = "http://localhost:8080/v1";
    assert_eq!(ran(bronkeur(&folder).args(["init", "--acm-stand-in", "--name", "Mine", "--base-url", url])).status, 0);
    for command in ["check", "doctor", "token"] {
        let early = ran(bronkeur(&folder).arg(command));
        assert_eq!(early.status, 2, "{command}");
        let said = early.stdout + &early.stderr;
        let joined = said.split_whitespace().collect::<Vec<_>>().join(" ");
        let remedy = format!("start `bronkeur acm --plain-http --base-url {url}` first");
        assert_eq!(joined.matches(&remedy).count(), 1, "{command}: {said}");
        assert!(!said.contains("does not exist"), "{command}: {said}");
    }
    let dutch = ran(bronkeur(&folder).args(["check", "--lang", "nl"])).stderr;
    assert!(dutch.contains("start eerst `bronkeur acm"), "{dutch}");
    // It has run: all that is missing now is the ACM itself, and that is no fault of the profile.
    drop(Acm::start(bronkeur(&folder).args(["acm", "--port", "0", "--plain-http", "--base-url", url])));
    let later = ran(bronkeur(&folder).args(["check", "--only", "TOK-01"]));
    assert_eq!(later.status, 3, "{}{}", later.stdout, later.stderr);
    assert_eq!(report(&folder)["run"]["source"], "Mine");
}

#[test]
fn a_wrong_flag_is_no_fault_of_the_profile() {
    let folder = tempfile::tempdir().unwrap();
    let text = "source: { base_url: 'http://localhost:1/v1', ca_bundle: also-not-there.pem }\ncitizens: [{ name: an, role: subject, insz: { env: INSZ }, tx_token: { env: TOKEN } }]\n";
    fs::write(folder.path().join("bron.yaml"), text).unwrap();
    fs::write(folder.path().join("text.pem"), "no certificate").unwrap();
    let with = |bundle: &str| {
        let mut check = bronkeur(&folder);
        ran(check.args(["check", "--ca-bundle", bundle]).env("INSZ", "85073099932").env("TOKEN", "a-token-of-somebody"))
    };
    for (bundle, wrong) in [("nope.pem", "does not exist"), ("text.pem", "no certificate in PEM form")] {
        let refused = with(bundle);
        assert_eq!(refused.status, 2);
        let first = format!("command line:--ca-bundle: `{bundle}`");
        assert!(refused.stderr.contains(&first) && refused.stderr.contains(wrong), "{}", refused.stderr);
        assert!(!folder.path().join("reports").exists());
    }
    // What only the profile says is its own fault.
    let mut own = bronkeur(&folder);
    let own = ran(own.arg("check").env("INSZ", "85073099932").env("TOKEN", "a-token-of-somebody"));
    assert!(own.status == 2 && own.stderr.contains("bron.yaml:"), "{}", own.stderr);
    assert!(!own.stderr.contains("--ca-bundle"), "{}", own.stderr);
    let acm = ran(bronkeur(&folder).args(["acm", "--port", "0", "--ca-bundle", "nope.pem"]));
    assert!(acm.status == 2 && acm.stderr.contains("command line:--ca-bundle: `nope.pem`"), "{}", acm.stderr);
}

#[test]
fn plain_http_on_localhost_needs_nobodys_permission_and_reports_name_the_source() {
    let folder = tempfile::tempdir().unwrap();
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let base_url = format!("http://localhost:{free}/v1");
    let named = check(&folder, &base_url, &["--only", "LST-01", "--name", "Fiscale attesten"]);
    assert_eq!(named.status, 3, "{}", named.stderr);
    assert_eq!(report(&folder)["run"]["source"], "Fiscale attesten");
    // Nobody said a name: the whole address, since a host may have many sources.
    assert_eq!(check(&folder, &base_url, &["--only", "LST-01"]).status, 3);
    assert_eq!(report(&folder)["run"]["source"], format!("localhost:{free}/v1"));
}

#[test]
fn v_shows_every_call_while_the_run_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let demo = ran(bronkeur(&folder).args(["demo", "-v", "--only", "LST,SEC-01"]));
    assert_eq!(demo.status, 0, "{}", demo.stderr);
    let report = report(&folder);
    let calls = report["exchanges"].as_array().unwrap();
    let lines: Vec<&str> = demo.stderr.lines().collect();
    for call in calls {
        let (method, url) = (call["method"].as_str().unwrap(), call["url"].as_str().unwrap());
        let end = format!(" ms  {method} {url}");
        let line = lines.iter().find(|line| line.ends_with(&end)).unwrap_or_else(|| panic!("{end}\n{}", demo.stderr));
        if let Some(status) = call["status"].as_u64() {
            assert!(lines.iter().any(|line| line.ends_with(&end) && line.starts_with(&format!("{status} "))), "{line}");
        }
    }
    // The last chapter is judged when all calls are answered: those before it were shown before.
    let first_judged = lines.iter().position(|line| line.contains(": judged (")).unwrap();
    assert!(lines[..first_judged].iter().any(|line| line.contains(" ms  GET ")), "{}", demo.stderr);
}

#[test]
fn a_slow_run_without_a_terminal_says_every_ten_seconds_that_it_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    // It takes every connection and answers none.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let base_url = format!("http://localhost:{}/v1", silent.local_addr().unwrap().port());
    let started = Instant::now();
    let slow = check(&folder, &base_url, &["--only", "LST-01", "--timeout", "12"]);
    assert!(slow.status == 3 && started.elapsed() > Duration::from_secs(11), "{:?}", started.elapsed());
    let alive = slow.stderr.lines().filter(|line| line.starts_with("still running: ")).count();
    let most = usize::try_from(started.elapsed().as_secs() / 10).unwrap();
    assert!((1..=most).contains(&alive), "{alive} lines in {:?}\n{}", started.elapsed(), slow.stderr);
    let quiet = check(&folder, &base_url, &["--only", "LST-01", "--timeout", "11", "--quiet"]);
    assert_eq!(quiet.stderr, "", "nothing is said where nothing is asked for");
}
