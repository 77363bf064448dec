//! `bronkeur init`: what it writes can be read, it replaces nothing unasked, and says what comes next.

use std::fs;

use bronkeur::profile::{PROFILE_SCHEMA, Profile};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::acm::Acm;
use crate::support::{Ran, bronkeur, ran};

const COMPLETE: [&str; 7] =
    ["init", "--base-url", "https://api.example.be/v1", "--client-id", "client: 1", "--audience", "#source"];

fn init(folder: &TempDir, args: &[&str]) -> Ran {
    ran(bronkeur(folder).args(args))
}

fn profile(folder: &TempDir, name: &str) -> Value {
    let text = fs::read_to_string(folder.path().join(name)).unwrap();
    serde_json::to_value(Profile::read(name, &text).unwrap()).unwrap()
}

#[test]
fn flags_make_a_profile_that_can_be_read_and_name_what_comes_next() {
    for (lang, comment) in [("nl", "in de rapporten"), ("en", "in the reports")] {
        let folder = tempfile::tempdir().unwrap();
        let citizens =
            ["--other-insz-env", "N2", "--other-token-env", "T2", "--source-secret-env", "S2", "--lang", lang];
        let output = init(&folder, &[&COMPLETE[..], &citizens[..]].concat());
        assert_eq!(output.status, 0, "{}", output.stderr);
        for next in ["bronkeur doctor -p bron.yaml", "bronkeur check -p bron.yaml", "ACM_SECRET S2 INSZ_SUBJECT"] {
            assert!(output.stdout.contains(next), "{next} is not in\n{}", output.stdout);
        }
        let written = profile(&folder, "bron.yaml");
        assert_eq!(written["acm"]["client"], json!({ "id": "client: 1", "secret": { "env": "ACM_SECRET" } }));
        assert_eq!(written["acm"]["source_client"], json!({ "id": "#source", "secret": { "env": "S2" } }));
        assert_eq!(written["citizens"][1]["token"], json!({ "env": "T2" }));
        let text = fs::read_to_string(folder.path().join("bron.yaml")).unwrap();
        assert!(text.starts_with("# yaml-language-server: $schema=bron.schema.json\n") && text.contains(comment));
        assert_eq!(fs::read_to_string(folder.path().join("bron.schema.json")).unwrap(), PROFILE_SCHEMA);
    }
}

#[test]
fn nothing_is_replaced_unasked() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("bron.yaml"), "mine").unwrap();
    fs::write(folder.path().join("bron.schema.json"), "mine too").unwrap();
    let output = init(&folder, &COMPLETE);
    assert_eq!(output.status, 2);
    assert!(output.stderr.contains("--force") && output.stderr.contains("bron.schema.json"), "{}", output.stderr);
    assert_eq!(fs::read_to_string(folder.path().join("bron.yaml")).unwrap(), "mine");
    assert_eq!(init(&folder, &[&COMPLETE[..], &["--force"]].concat()).status, 0);
    assert_eq!(profile(&folder, "bron.yaml")["acm"]["audience"], "#source");
    let output = init(&folder, &[&COMPLETE[..], &["elsewhere/other.yaml"]].concat());
    assert_eq!(output.status, 0, "{}", output.stderr);
    assert!(folder.path().join("elsewhere/other.schema.json").exists());
}

#[test]
fn what_is_missing_or_wrong_comes_at_once_and_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let output = init(&folder, &["init"]);
    assert_eq!(output.status, 2);
    for flag in ["--base-url", "--client-id", "--audience"] {
        assert!(output.stderr.contains(&format!("{flag} is missing")), "{}", output.stderr);
    }
    let output = init(&folder, &["init", "--without-acm", "--base-url", "http://api.example.be/v1?x=1"]);
    assert_eq!(output.status, 2);
    assert!(output.stderr.starts_with("command line:source.base_url"), "{}", output.stderr);
    let output = init(&folder, &[&COMPLETE[..], &["--subject-token-env", "ey.secret.token"]].concat());
    assert!(output.status == 2 && output.stderr.contains("environment variable"), "{}", output.stderr);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn production_stays_off_until_the_owner_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let values = [("ACM_SECRET", "marked-secret"), ("INSZ_SUBJECT", "85073099932"), ("TOKEN_SUBJECT", "marked-token")];
    let prod = [&COMPLETE[..], &["--environment", "prod"]].concat();
    assert_eq!(init(&folder, &prod).status, 0);
    assert_eq!(profile(&folder, "bron.yaml")["production"], false);
    let output = ran(bronkeur(&folder).arg("check").envs(values));
    assert!(output.status == 2 && output.stderr.contains("--i-may-test-production"), "{}", output.stderr);
    let output = init(&folder, &[&prod[..], &["--force", "--i-may-test-production"]].concat());
    assert_eq!((output.status, &profile(&folder, "bron.yaml")["production"]), (0, &json!(true)));
}

#[test]
fn the_paths_of_a_profile_count_from_its_own_folder() {
    let folder = tempfile::tempdir().unwrap();
    let files = ["--private-key", "key.pem", "--ca-bundle", "authorities/ca.pem"];
    let output = init(&folder, &[&COMPLETE[..], &["x/z/y.yaml"], &files].concat());
    assert_eq!(output.status, 0, "{}", output.stderr);
    let written = profile(&folder, "x/z/y.yaml");
    assert_eq!(written["acm"]["client"]["private_key"]["file"], "../../key.pem");
    assert_eq!(written["source"]["ca_bundle"], "../../authorities/ca.pem");
    // What reads the profile finds them: here it complains of the one that is still missing, and of no other.
    fs::write(folder.path().join("key.pem"), "no key").unwrap();
    let check = ran(bronkeur(&folder).args(["check", "-p", "x/z/y.yaml"]));
    assert_eq!(check.stderr.matches("does not exist").count(), 1, "{}", check.stderr);
    assert!(check.stderr.contains("ca.pem"), "{}", check.stderr);
    // Those of `bronkeur acm`, which stand where it runs, too.
    assert_eq!(
        init(&folder, &["init", "x/own.yaml", "--acm-stand-in", "--base-url", "https://localhost:1/v1"]).status,
        0
    );
    assert_eq!(profile(&folder, "x/own.yaml")["citizens"][0]["insz"]["file"], "../acm/an-insz.txt");
}

#[test]
fn without_acm_there_are_tx_tokens() {
    let folder = tempfile::tempdir().unwrap();
    let output = init(&folder, &["init", "--without-acm", "--base-url", "https://localhost:1/v1"]);
    assert_eq!(output.status, 0, "{}", output.stderr);
    let written = profile(&folder, "bron.yaml");
    assert_eq!((written.get("acm"), &written["citizens"][0]["tx_token"]), (None, &json!({ "env": "TOKEN_SUBJECT" })));
}

#[test]
fn the_stand_in_is_that_of_bronkeur_acm() {
    let folder = tempfile::tempdir().unwrap();
    let url = "https://localhost:9443/v1";
    let _acm = Acm::start(bronkeur(&folder).args(["acm", "--port", "0", "--base-url", url]));
    assert_eq!(init(&folder, &["init", "--acm-stand-in", "--base-url", url]).status, 0);
    let mut ours = profile(&folder, "bron.yaml");
    let mut its = profile(&folder, "acm/bron.yaml");
    // A free port here, the usual one there.
    assert_eq!(ours["acm"]["environment"].take(), "https://127.0.0.1:8444/op");
    its["acm"]["environment"].take();
    let its: Value = serde_json::from_str(&its.to_string().replace("\"file\":\"", "\"file\":\"acm/")).unwrap();
    let mut its = its;
    its["acm"]["ca_bundle"] = json!("acm/ca.pem");
    // It signed the certificate that stands ready for the source.
    assert_eq!(its["source"]["ca_bundle"], "ca.pem");
    its["source"]["ca_bundle"] = json!("acm/ca.pem");
    assert_eq!(ours, its);
    // On http there is nothing to trust.
    let plain = ["init", "plain.yaml", "--acm-stand-in", "--base-url", "http://localhost:8080/v1"];
    assert!(init(&folder, &plain).stdout.contains("bronkeur acm --plain-http --base-url http://localhost:8080/v1"));
    let plain = profile(&folder, "plain.yaml");
    assert_eq!(plain["acm"]["environment"], "http://127.0.0.1:8444/op");
    assert!(plain["source"].get("ca_bundle").is_none() && plain["acm"].get("ca_bundle").is_none());
}
