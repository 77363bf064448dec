//! On a terminal: the questions of `bronkeur init` with somebody who answers them, and lines as wide as it is.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use bronkeur::profile::Profile;
use libtest_mimic::Trial;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{Need, bronkeur, trial};

const NEEDS: [Need; 1] = [Need::Program("python3")];

const DOWN: &str = "\u{1b}[B";
const CTRL_C: &str = "\u{3}";

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("terminal::the_answers_make_a_profile", &NEEDS, the_answers_make_a_profile),
        trial("terminal::the_questions_are_in_dutch_too", &NEEDS, the_questions_are_in_dutch_too),
        trial("terminal::who_breaks_off_writes_nothing", &NEEDS, who_breaks_off_writes_nothing),
        trial("terminal::a_line_of_a_request_is_as_wide_as_it", &NEEDS, a_line_of_a_request_is_as_wide_as_it),
    ]
}

/// What a terminal showed.
struct Seen {
    screen: String,
    status: i64,
}

/// Runs the program on a terminal of so many columns; each question with its answer.
fn run(folder: &TempDir, columns: u16, arguments: &[&str], answers: &[(&str, &str)]) -> Seen {
    let program = bronkeur(folder);
    let command = [&[program.get_program().to_str().unwrap()][..], arguments].concat();
    let asked = json!({ "command": command, "columns": columns, "answers": answers });
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python/terminal.py");
    let mut python = Command::new("python3");
    // Of the environment only what Python itself may need, and what the program is to see.
    python.arg(script).current_dir(folder.path()).env("TERM", "xterm").env("NUMBER", "85073099932");
    python.env("TOKEN", "a-token-of-somebody").env_remove("NO_COLOR").env_remove("COLUMNS").env("LANG", "C.UTF-8");
    let mut child = python.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(asked.to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let seen: Value = serde_json::from_slice(&output.stdout).unwrap();
    let screen = seen["screen"].as_str().unwrap().to_owned();
    assert_eq!(seen["left"], 0, "not asked for: {:?}\n{screen}", answers.last());
    Seen { screen, status: seen["status"].as_i64().unwrap() }
}

fn profile(folder: &TempDir) -> Value {
    let text = std::fs::read_to_string(folder.path().join("bron.yaml")).unwrap();
    serde_json::to_value(Profile::read("bron.yaml", &text).unwrap()).unwrap()
}

fn the_answers_make_a_profile() {
    let folder = tempfile::tempdir().unwrap();
    let issuer = format!("{}\r", DOWN.repeat(4));
    let seen = run(
        &folder,
        80,
        &["init", "--lang", "en"],
        &[
            // What does not fit is asked once more, with what is wrong with it.
            ("URL of the source, up to and including the version", "nonsense\r"),
            ("is not a valid URL", ""),
            ("URL of the source, up to and including the version", "https://api.example.be/v1\r"),
            ("name in the reports", "Fiscale attesten\r"),
            ("Where do the tokens come from?", &issuer),
            ("URL of the issuer", "https://acm.example.be/op\r"),
            ("client-id with which tokens are exchanged", "desk\r"),
            ("environment variable with the secret", "\r"),
            ("client-id of the source at ACM", "them\r"),
            ("scopes of the source", "\r"),
            ("environment variable with the source's secret", "hunter-2\r"),
            ("name of an environment variable is expected", ""),
            ("environment variable with the source's secret", "S2\r"),
            ("national number of a test citizen with certificates", "\r"),
            ("environment variable with the token", "TOKEN_AN\r"),
            ("of an unrelated citizen", "N2\r"),
            ("environment variable with the token", "T2\r"),
            ("of a citizen without certificates", "\r"),
        ],
    );
    assert_eq!(seen.status, 0, "{}", seen.screen);
    assert!(seen.screen.contains("bronkeur doctor -p bron.yaml"), "{}", seen.screen);
    let env = |name: &str| json!({ "env": name });
    let written = profile(&folder);
    assert_eq!(written["source"]["base_url"], "https://api.example.be/v1");
    assert_eq!(written["source"]["name"], "Fiscale attesten");
    let acm = &written["acm"];
    assert_eq!((&acm["environment"], &acm["audience"]), (&"https://acm.example.be/op".into(), &"them".into()));
    assert_eq!(acm["client"], json!({ "id": "desk", "secret": env("ACM_SECRET") }));
    assert_eq!(acm["source_client"], json!({ "id": "them", "secret": env("S2") }));
    assert!(acm["scope"].is_null(), "{acm}");
    let citizen = |role: &str, insz: &str, token: &str| json!({ "name": role, "role": role, "insz": env(insz), "token": env(token) });
    let expected = json!([citizen("subject", "INSZ_SUBJECT", "TOKEN_AN"), citizen("other", "N2", "T2")]);
    assert_eq!(written["citizens"], expected);
}

fn the_questions_are_in_dutch_too() {
    let folder = tempfile::tempdir().unwrap();
    let url = ["init", "--lang", "nl", "--base-url", "https://localhost:8443/v1"];
    let own = format!("{}\r", DOWN.repeat(2));
    // What a flag says is not asked; the built-in ACM brings all that follows.
    let seen =
        run(&folder, 80, &url, &[("naam in de rapporten", "Mijn bron\r"), ("Waar komen de tokens vandaan?", &own)]);
    assert_eq!(seen.status, 0, "{}", seen.screen);
    assert!(!seen.screen.contains("URL van de bron"), "{}", seen.screen);
    let written = profile(&folder);
    assert_eq!((&written["acm"]["stand_in"], written["citizens"].as_array().unwrap().len()), (&true.into(), 3));
}

fn who_breaks_off_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let seen = run(
        &folder,
        80,
        &["init"],
        &[
            ("URL of the source", "https://api.example.be/v1\r"),
            ("name in the reports", "Mine\r"),
            ("Where do the tokens come from?", CTRL_C),
        ],
    );
    assert_ne!(seen.status, 0, "{}", seen.screen);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "{}", seen.screen);
}

fn a_line_of_a_request_is_as_wide_as_it() {
    let folder = tempfile::tempdir().unwrap();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("http://{free}/{}/v1", "long-".repeat(60));
    let check = ["check", "--only", "LST-01", "-v", "--base-url", &url, "--insz-env", "NUMBER", "--token-env", "TOKEN"];
    for columns in [60, 200] {
        let seen = run(&folder, columns, &check, &[]);
        assert_eq!(seen.status, 3, "{}", seen.screen);
        let lines = seen.screen.split(['\r', '\n']).map(plain);
        let asked: Vec<String> = lines.filter(|line| line.contains(" ms  GET http")).collect();
        // What follows on a full line stands on the next one: no terminal needs to be told.
        let last = |line: &String| line.chars().nth(usize::from(columns) - 1);
        assert!(!asked.is_empty() && asked.iter().all(|line| last(line) == Some('…')), "{columns}: {asked:?}");
        assert!(!seen.screen.contains("85073099932") && !seen.screen.contains("a-token-of-somebody"));
    }
}

/// A line without what steers a terminal, and without the blanks at its end.
fn plain(line: &str) -> String {
    let mut rest = line.split("\u{1b}[");
    let mut plain = rest.next().unwrap_or_default().to_owned();
    for part in rest {
        plain.push_str(part.trim_start_matches(|c: char| !c.is_ascii_alphabetic()).get(1..).unwrap_or_default());
    }
    plain.trim_end().to_owned()
}
