//! The command line for an application that hands its users over to MBP: its profile, its set, what is said before a run.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{Ran, bronkeur, ran};

/// The profile of an application at which nobody listens.
const PROFILE: &str = "application:
  start_url: http://127.0.0.1:9/start
  hand_over_urls: [\"http://127.0.0.1:9/mbp\"]
  mbp: { client_id: portal, base_url: \"http://127.0.0.1:9\" }
acm:
  environment: http://127.0.0.1:10/op
  client: { id: own, secret: { file: secret } }
citizens: [{ name: an, role: subject, insz: { file: number }, token: { file: token } }]
";

fn folder(profile: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in
        [("app.yaml", profile), ("secret", "hunter22"), ("number", "85073003328"), ("token", "access-one")]
    {
        crate::support::write(&folder, name, text);
    }
    folder
}

/// Another origin than MBP's for the pages of the application.
fn stage() -> TempDir {
    folder(&PROFILE.replace("base_url: \"http://127.0.0.1:9\"", "base_url: \"http://127.0.0.1:11\""))
}

fn run(folder: &TempDir, args: &[&str]) -> Ran {
    ran(bronkeur(folder).args(args))
}

#[test]
fn a_profile_chooses_the_set_of_its_kind_and_no_other_goes_with_it() {
    let stage = stage();
    let output = run(&stage, &["check", "-p", "app.yaml", "--out", "here"]);
    assert_eq!(output.status, 3, "{}\n{}", output.stdout, output.stderr);
    let report: Value = serde_json::from_slice(&fs::read(stage.path().join("here/report.json")).unwrap()).unwrap();
    let rows = report["requirements"].as_array().unwrap();
    assert!(rows.iter().any(|row| row["id"] == "SSO-21") && !rows.iter().any(|row| row["id"] == "LST-01"));
    let other = run(&stage, &["check", "-p", "app.yaml", "--spec", "attesten-vergunningen"]);
    assert_eq!(other.status, 2);
    assert!(
        other.stderr.contains("that of an application") && other.stderr.contains("about a source"),
        "{}",
        other.stderr
    );
    let source = folder(
        "source: { base_url: \"http://127.0.0.1:9/v1\" }\ncitizens: [{ name: an, role: subject, insz: { file: number }, tx_token: { file: token } }]\n",
    );
    for command in ["check", "doctor", "token"] {
        let other = run(&source, &[command, "-p", "app.yaml", "--spec", "sso-handover"]);
        assert_eq!(other.status, 2, "{command}");
        assert!(
            other.stderr.contains("that of a source") && other.stderr.contains("about an application"),
            "{}",
            other.stderr
        );
    }
}

#[test]
fn what_is_sent_is_said_before_a_run_in_both_languages() {
    let stage = stage();
    for (lang, words) in [("en", "to MBP: nothing"), ("nl", "aan MBP: niets")] {
        let output = run(&stage, &["check", "-p", "app.yaml", "--lang", lang]);
        for expected in [words, "POST", "own", "http://127.0.0.1:9/start"] {
            assert!(output.stderr.contains(expected), "{expected} is not in\n{}", output.stderr);
        }
        assert!(!output.stderr.contains("hunter22") && !output.stderr.contains("85073003328"), "{}", output.stderr);
    }
    assert!(!run(&stage, &["check", "-p", "app.yaml", "--quiet"]).stderr.contains("MBP"));
}

#[test]
fn what_goes_to_mbp_is_asked_for_shown_and_never_in_production() {
    let stage = stage();
    for (flag, words) in [("--follow", "to MBP: GET, twice"), ("--hand-in", "to MBP: one POST")] {
        let output = run(&stage, &["check", "-p", "app.yaml", "--lang", "en", flag]);
        assert!(
            output.stderr.contains(words) && !output.stderr.contains("to MBP: nothing"),
            "{flag}: {}",
            output.stderr
        );
        let production = PROFILE.replace("http://127.0.0.1:9\" }", "https://www.burgerprofiel.be\" }");
        let output = run(&folder(&format!("production: true\n{production}")), &["check", "-p", "app.yaml", flag]);
        assert_eq!(output.status, 2, "{flag}");
        let expected = format!("command line:{flag}: the MBP of this profile is that of production");
        assert!(output.stderr.contains(&expected), "{}", output.stderr);
        let source = folder(
            "source: { base_url: \"http://127.0.0.1:9/v1\" }\ncitizens: [{ name: an, role: subject, insz: { file: number }, tx_token: { file: token } }]\n",
        );
        let output = run(&source, &["check", "-p", "app.yaml", flag]);
        assert_eq!(output.status, 2, "{flag}");
        let expected = format!("command line:{flag}: holds for an application only");
        assert!(output.stderr.contains(&expected), "{}", output.stderr);
    }
}

#[test]
fn production_is_never_visited_without_the_owners_word() {
    let production = PROFILE
        .replace("http://127.0.0.1:10/op", "prod")
        .replace("  mbp: { client_id: portal, base_url: \"http://127.0.0.1:9\" }\n", "");
    let output = run(&folder(&production), &["check", "-p", "app.yaml"]);
    assert_eq!(output.status, 2);
    assert!(output.stderr.contains("is production"), "{}", output.stderr);
    let mbp = PROFILE.replace("http://127.0.0.1:9\" }", "https://www.burgerprofiel.be\" }");
    let output = run(&folder(&mbp), &["check", "-p", "app.yaml"]);
    assert_eq!(output.status, 2);
    assert!(output.stderr.contains("application.mbp.base_url: is production"), "{}", output.stderr);
}

#[test]
fn a_website_and_flags_of_a_source_are_refused_in_words() {
    let website = folder(&PROFILE.replace("application:\n", "website:\n"));
    let output = run(&website, &["check", "-p", "app.yaml"]);
    assert_eq!(output.status, 2);
    let output = run(&stage(), &["check", "-p", "app.yaml", "--rate", "2", "--base-url", "http://127.0.0.1:9"]);
    assert_eq!(output.status, 2);
    for flag in ["--rate", "--base-url"] {
        assert!(output.stderr.contains(&format!("command line:{flag}: holds for a source only")), "{}", output.stderr);
    }
    let website = folder(
        "website: {}\ncitizens: [{ name: an, role: subject, insz: { file: number }, tx_token: { file: token } }]\n",
    );
    let output = run(&website, &["check", "-p", "app.yaml"]);
    assert!(output.status == 2 && output.stderr.contains("cannot be checked yet"), "{}", output.stderr);
}

#[test]
fn a_requirement_is_found_in_whichever_set_it_stands() {
    let folder = tempfile::tempdir().unwrap();
    for args in
        [&["explain", "SSO-21"][..], &["list", "SSO-21"], &["list", "--spec", "sso-handover"], &["explain", "LST-11"]]
    {
        let output = run(&folder, args);
        assert_eq!(output.status, 0, "{args:?}: {}", output.stderr);
        assert!(
            output.stdout.contains(if args.contains(&"LST-11") { "LST-11" } else { "SSO-21" }),
            "{}",
            output.stdout
        );
    }
    let output = run(&folder, &["explain", "SSO-99"]);
    assert!(output.status == 2 && output.stderr.contains("SSO-99"), "{}", output.stderr);
}

#[test]
fn doctor_names_the_steps_of_an_application() {
    let output = run(&stage(), &["doctor", "-p", "app.yaml", "--format", "json"]);
    let told: Value = serde_json::from_str(&output.stdout).unwrap();
    let steps: Vec<&str> =
        told["steps"].as_array().unwrap().iter().map(|line| line["step"].as_str().unwrap()).collect();
    assert!(steps.contains(&"start") && !steps.contains(&"call") && !steps.contains(&"audience"), "{steps:?}");
}

#[test]
fn init_writes_the_profile_of_an_application() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(
        &folder,
        &["init", "--kind", "application", "--client-id", "own", "--start-url", "https://app.example.be/"],
    );
    assert_eq!(output.status, 0, "{}", output.stderr);
    assert!(output.stdout.contains("bronkeur check -p app.yaml"), "{}", output.stdout);
    let text = fs::read_to_string(folder.path().join("app.yaml")).unwrap();
    assert!(text.contains("start_url: \"https://app.example.be/\"") && !text.contains("audience"), "{text}");
    assert!(folder.path().join("app.schema.json").exists());
    for (args, words) in [
        (&["init", "--kind", "application"][..], "--client-id is missing"),
        (&["init", "--kind", "application", "--client-id", "a", "--audience", "b"], "--audience: does not go with"),
        (&["init", "--start-url", "https://a.be/"], "--start-url: does not go with"),
    ] {
        let output = run(&folder, &[args, &["other.yaml"]].concat());
        assert!(output.status == 2 && output.stderr.contains(words), "{args:?}: {}", output.stderr);
    }
}

#[test]
fn acm_with_mbp_prints_what_to_configure_and_keeps_its_secret() {
    let folder = tempfile::tempdir().unwrap();
    let mut secrets = Vec::new();
    for _ in 0..2 {
        let mut child = bronkeur(&folder)
            .args(["acm", "--mbp", "--port", "0", "--mbp-port", "0", "--lang", "en"])
            .args(["--start-url", "https://localhost:8443/", "--hand-over-url", "https://localhost:8443/mbp"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let told: Vec<String> = lines.take_while(|line| !line.starts_with("Logging in")).collect();
        child.kill().unwrap();
        child.wait().unwrap();
        let told = told.join("\n");
        for expected in [
            "issuer",
            "client-id",
            "bronkeur-application",
            "mbp-client-id",
            "mbp-base-url",
            "/auth/v1/token",
            "redirect-uris",
            "acm/app.yaml",
        ] {
            assert!(told.contains(expected), "{expected} is not in\n{told}");
        }
        secrets.push(fs::read_to_string(folder.path().join("acm/client-secret.txt")).unwrap());
        assert!(!told.contains(secrets[0].trim()), "{told}");
        let profile = fs::read_to_string(folder.path().join("acm/app.yaml")).unwrap();
        assert!(profile.contains("stand_in: true") && profile.contains("https://localhost:8443/mbp"), "{profile}");
    }
    assert_eq!(secrets[0], secrets[1]);
    let output = run(&folder, &["acm", "--start-url", "https://localhost:1/"]);
    assert_eq!(output.status, 2, "{}", output.stderr);
}

#[test]
fn before_acm_ran_its_profile_says_to_start_it() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(&folder, &["check", "-p", "acm/app.yaml"]);
    assert!(output.status == 2 && output.stderr.contains("bronkeur acm --mbp"), "{}", output.stderr);
}

#[test]
fn a_fleet_holds_members_of_both_kinds() {
    let stage = stage();
    fs::write(
        stage.path().join("sources.yaml"),
        "sources:\n  - { name: app, profile: app.yaml }\n  - name: source\n    overrides:\n      source: { base_url: \"http://127.0.0.1:9/v1\" }\n      citizens: [{ name: an, role: subject, insz: { file: number }, tx_token: { file: token } }]\n",
    )
    .unwrap();
    let output = run(&stage, &["fleet", "--out", "all"]);
    assert_eq!(output.status, 3, "{}\n{}", output.stdout, output.stderr);
    let fleet: Value = serde_json::from_slice(&fs::read(stage.path().join("all/fleet.json")).unwrap()).unwrap();
    let ids: Vec<&str> =
        fleet["requirements"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap()).collect();
    assert!(ids.contains(&"SSO-21") && ids.contains(&"LST-11"));
    assert_eq!(ids.iter().filter(|id| **id == "TOK-01").count(), 1);
    assert!(stage.path().join("all/app/report.json").exists() && stage.path().join("all/source/report.json").exists());
    let refused = run(&stage, &["fleet", "--spec", "sso-handover"]);
    assert!(refused.status == 2 && refused.stderr.contains("about an application"), "{}", refused.stderr);
}

#[test]
fn the_evidence_of_an_application_replays_to_its_report() {
    let stage = stage();
    run(&stage, &["check", "-p", "app.yaml", "--out", "here"]);
    let output = run(&stage, &["replay", "here/evidence.har", "--verify", "here/report.json"]);
    assert_eq!(output.status, 0, "{}\n{}", output.stdout, output.stderr);
    let output = run(&stage, &["review", "here/report.json", "--template"]);
    assert_eq!(output.status, 0, "{}", output.stderr);
}
