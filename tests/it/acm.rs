//! `bronkeur acm` as its user starts it: what it prints and writes is all that a source and a check need.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use bronkeur::profile::{Profile, Role, Target};
use serde_json::Value;

use crate::support::{block_on, bronkeur, ran};

/// A running ACM and the settings that it printed.
pub(crate) struct Acm {
    child: Child,
    settings: BTreeMap<String, String>,
    printed: String,
}

impl Acm {
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut printed = String::new();
        for line in BufReader::new(child.stdout.take().unwrap()).lines() {
            let line = line.unwrap();
            let last = line.contains("Ctrl-C");
            printed.push_str(&line);
            printed.push('\n');
            if last {
                break;
            }
        }
        let pairs = printed.lines().filter_map(|line| line.strip_prefix("    ")?.split_once(' '));
        let settings = pairs.map(|(name, value)| (name.to_owned(), value.trim().to_owned())).collect();
        Self { child, settings, printed }
    }

    /// A setting that it printed.
    pub(crate) fn setting(&self, name: &str) -> &str {
        &self.settings[name]
    }

    /// Ctrl-C, and how it ends.
    #[cfg(unix)]
    fn interrupt(mut self) -> Option<i32> {
        let sent = Command::new("kill").args(["-INT", &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
        self.child.wait().unwrap().code()
    }
}

impl Drop for Acm {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn read(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).unwrap()
}

/// What introspection says of a token, with the credentials that were printed.
fn introspect(acm: &Acm, folder: &Path, token: &str) -> Value {
    let (url, id) = (acm.settings["introspection"].clone(), acm.settings["client-id"].clone());
    let secret = read(folder, &acm.settings["client-secret-file"]);
    let ca = acm.settings.get("ca").map(|ca| reqwest::Certificate::from_pem(read(folder, ca).as_bytes()).unwrap());
    let http = reqwest::Client::builder().no_proxy().tls_certs_only(ca).build().unwrap();
    let form = [("token", token.to_owned())];
    block_on(async move {
        let answer = http.post(url).basic_auth(id, Some(secret)).form(&form).send().await.unwrap();
        serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap()
    })
}

#[test]
fn what_it_prints_and_writes_is_what_a_source_and_a_check_need() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let acm = Acm::start(bronkeur(&folder).args(["acm", "--port", "0", "--base-url", "http://127.0.0.1:9/v1"]));
    let profile = Profile::read("bron.yaml", &read(at, &acm.settings["profile"])).unwrap();
    let profile = profile.resolve("bron.yaml", &|_| None, &at.join("acm")).unwrap();
    let issuer = profile.acm.as_ref().unwrap();
    assert!(issuer.stand_in);
    assert_eq!(issuer.issuer_name, acm.settings["issuer"]);
    assert_eq!(issuer.target, Target::Audience(acm.settings["client-id"].clone()));
    assert_eq!(issuer.scope.as_ref(), Some(&acm.settings["scope"]));
    let token = |name: &str| introspect(&acm, at, &read(&at.join("acm"), name));
    let audience = |claims: &Value| claims["aud"] == acm.settings["client-id"].as_str();
    assert_eq!(token("expired-token.txt"), serde_json::json!({ "active": false }));
    assert_eq!(token("token-for-another-audience.txt")["active"], true);
    assert!(!audience(&token("token-for-another-audience.txt")));
    assert!(token("token-without-citizen.txt").get("rrn").is_none() && audience(&token("token-without-citizen.txt")));
    assert_eq!(token("token-without-scope.txt")["scope"], "openid");
    for (name, role) in [("an", Role::Subject), ("bo", Role::Other), ("cy", Role::Empty)] {
        assert_eq!(profile.citizen(role).unwrap().name, name);
        let number = read(&at.join("acm"), &format!("{name}-insz.txt"));
        assert_eq!(token(&format!("{name}-token.txt"))["rrn"], number.as_str());
        assert!(!acm.printed.contains(&number));
    }
    assert!(!acm.printed.contains(&read(at, "acm/source-secret.txt")));
    // Nobody listens at that source; the report says with which issuer it was tried.
    let check = ran(bronkeur(&folder).args(["check", "-p", "acm/bron.yaml", "--only", "TOK,LST-01"]));
    assert_eq!(check.status, 3, "{}\n{}", check.stdout, check.stderr);
    let report: Value = serde_json::from_str(&read(at, "reports/report.json")).unwrap();
    assert_eq!(report["run"]["environment"], "bronkeur-acm");
    let outcomes: Vec<_> = report["requirements"].as_array().unwrap().iter().collect();
    let tokens = outcomes.iter().filter(|row| row["chapter"] == "token");
    assert!(tokens.into_iter().all(|row| row["outcome"] == "pass"), "{}", check.stdout);
}

#[cfg(unix)]
#[test]
fn secrets_are_for_their_owner_and_stay_until_the_next_start_and_ctrl_c_ends_it_with_0() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().join("acm");
    let acm = Acm::start(bronkeur(&folder).args(["acm", "--port", "0", "--lang", "nl"]));
    assert!(acm.printed.contains("Stel uw bron erop in"));
    for entry in fs::read_dir(&at).unwrap() {
        let entry = entry.unwrap();
        let (name, mode) = (entry.file_name(), entry.metadata().unwrap().permissions().mode() & 0o777);
        let is_open = ["bron.yaml", "ca.pem", "source.pem", ".gitignore"].iter().any(|open| name == *open);
        assert_eq!(mode == 0o600, !is_open, "{name:?} {mode:o}");
    }
    let kept = ["source-secret.txt", "client-secret.txt", "ca.pem", "ca-key.pem"];
    let before = kept.map(|name| read(&at, name));
    assert_eq!(acm.interrupt(), Some(0));
    let acm = Acm::start(bronkeur(&folder).args(["acm", "--port", "0", "--plain-http", "--show"]));
    assert_eq!(kept.map(|name| read(&at, name)), before);
    assert!(acm.settings["issuer"].starts_with("http://127.0.0.1:") && !acm.settings.contains_key("ca"));
    assert_eq!(acm.settings["client-secret"], before[0]);
}

#[test]
fn a_source_on_another_machine_may_be_called_over_plain_http_where_its_owner_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["acm", "--port", "0", "--plain-http", "--base-url"];
    let start = |url: &str| {
        let acm = Acm::start(bronkeur(&folder).args(arguments).arg(url));
        let text = read(folder.path(), acm.setting("profile"));
        Profile::read("bron.yaml", &text).unwrap().source.unwrap().plain_http
    };
    assert!(start("http://source.example/v1"));
    assert!(!start("http://localhost:8080/v1") && !start("https://source.example/v1"));
}

#[test]
fn mistakes_in_the_call_come_together_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let call = ["acm", "--port", "0", "--subject-insz-env", "NUMBER", "--other-insz-env", "NO_SUCH_NUMBER"];
    let output = ran(bronkeur(&folder).args(call).env("NUMBER", "85073099900"));
    assert_eq!(output.status, 2);
    for expected in ["NUMBER", "eleven digits", "NO_SUCH_NUMBER", "not set"] {
        assert!(output.stderr.contains(expected), "{expected} is not in\n{}", output.stderr);
    }
    assert!(!output.stderr.contains("85073099900"));
    let output = ran(bronkeur(&folder).args(["acm", "--port", "0", "--base-url", "http://source.example/v1"]));
    assert_eq!(output.status, 2);
    assert!(output.stderr.contains("--base-url") && output.stderr.contains("--plain-http"), "{}", output.stderr);
    // No line and column of a text that nobody has.
    let output = ran(bronkeur(&folder).args(["acm", "--port", "0", "--base-url", "source.example/v1"]));
    assert_eq!(output.status, 2);
    assert!(output.stderr.contains("command line:source.base_url: "), "{}", output.stderr);
    assert!(!folder.path().join("acm").exists());
    fs::write(folder.path().join("bron.yaml"), "source: { base_url: \"https://source.example/v1\" }\n").unwrap();
    let output = ran(bronkeur(&folder).args(["acm", "--port", "0", "--out", "."]));
    assert_eq!(output.status, 2);
    assert!(output.stderr.contains("--out") && read(folder.path(), "bron.yaml").starts_with("source:"));
}

#[test]
fn a_port_that_is_taken_names_what_to_do() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let folder = tempfile::tempdir().unwrap();
    let output = ran(bronkeur(&folder).args(["acm", "--port", &port]));
    assert_eq!(output.status, 3, "{}", output.stderr);
    for words in ["in use already", "running in another window", "--port "] {
        assert!(output.stderr.contains(words), "{words}: {}", output.stderr);
    }
    assert!(!output.stderr.contains("ca-key.pem"), "{}", output.stderr);
}
