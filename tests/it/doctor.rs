//! `bronkeur doctor` and `bronkeur token`: what they see, whom they name, what they keep from being sent, how they end.

use std::fs;
use std::net::TcpListener;

use bronkeur::sandbox::Server;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{Ran, Stage, bronkeur, issuer, ran, write};

impl Stage {
    /// The profile with something replaced.
    fn edit(&self, from: &str, to: &str) -> &Self {
        let path = self.folder.path().join("bron.yaml");
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{from} is not in\n{text}");
        fs::write(path, text.replace(from, to)).unwrap();
        self
    }

    fn run(&self, args: &[&str]) -> Ran {
        ran(bronkeur(&self.folder).args(args))
    }

    fn doctor(&self) -> (i32, Value) {
        doctor(&self.folder)
    }
}

fn doctor(folder: &TempDir) -> (i32, Value) {
    let output = ran(bronkeur(folder).args(["doctor", "--format", "json"]));
    let answer: Value = serde_json::from_str(&output.stdout).unwrap_or_else(|_| panic!("{}", output.stderr));
    assert_eq!(answer["exit_status"], output.status);
    (output.status, answer["steps"].clone())
}

/// The states of a step, and who has to act on the first of them.
fn states(steps: &Value, step: &str) -> Vec<String> {
    let of = steps.as_array().unwrap().iter().filter(|line| line["step"] == step);
    of.map(|line| line["state"].as_str().unwrap().to_owned()).collect()
}

fn line<'a>(steps: &'a Value, step: &str) -> &'a Value {
    steps.as_array().unwrap().iter().find(|line| line["step"] == step).unwrap_or_else(|| panic!("no {step} in {steps}"))
}

fn asked(stage: &Stage, server: Server, path: &str) -> usize {
    stage.sandbox.requests().iter().filter(|request| request.server == server && request.path.contains(path)).count()
}

#[test]
fn everything_in_order_ends_with_0_and_one_call_to_the_source() {
    let stage = Stage::new();
    let (status, steps) = stage.doctor();
    assert_eq!(status, 0, "{steps:#}");
    assert!(steps.as_array().unwrap().iter().all(|line| line["state"] == "ok"), "{steps:#}");
    assert_eq!(states(&steps, "exchange").len(), 3);
    assert_eq!(asked(&stage, Server::Source, "/certificates"), 1);
    let dutch = stage.run(&["doctor", "--lang", "nl"]);
    assert!(dutch.stdout.contains("uitwisseling") && dutch.stdout.ends_with("bronkeur: 0 faults -> exit 0\n"));
    assert_eq!(stage.run(&["doctor", "-q"]).stdout, "bronkeur: 0 faults -> exit 0\n");
}

#[test]
fn a_wrong_secret_is_the_owners_and_nothing_that_rests_on_it_is_tried() {
    let stage = Stage::new();
    write(&stage.folder, "client-secret.txt", "another-secret");
    let (status, steps) = stage.doctor();
    assert_eq!(status, 1);
    let client = line(&steps, "client");
    assert_eq!((&client["state"], &client["who"]), (&json!("fault"), &json!("owner")));
    assert!(client["seen"]["en"].as_str().unwrap().contains("401 invalid_client"), "{client}");
    for step in ["exchange", "audience", "call"] {
        assert!(states(&steps, step).iter().all(|state| state == "not_tried"), "{step}");
    }
    assert!(line(&steps, "call")["seen"]["en"].as_str().unwrap().contains("not tried because `ACM: client`"));
    assert_eq!(asked(&stage, Server::Source, "/certificates"), 0);
    let token = stage.run(&["token"]);
    assert_eq!((token.status, token.stdout.as_str()), (3, ""));
    assert!(token.stderr.contains("invalid_client") && token.stderr.contains("acm.client"), "{}", token.stderr);
}

#[test]
fn refusals_of_an_exchange_name_who_acts() {
    let stage = Stage::new();
    let source = stage.sandbox.credentials().audience.clone();
    stage.edit(&format!("audience: \"{source}\""), "audience: \"nobody\"");
    let (status, steps) = stage.doctor();
    let exchange = line(&steps, "exchange");
    assert_eq!((status, &exchange["who"]), (1, &json!("owner")), "{exchange}");
    assert!(exchange["seen"]["en"].as_str().unwrap().contains("invalid_target"));
    // Only who checked the profile in vain asks others.
    let remedy = exchange["remedy"]["en"].as_str().unwrap();
    assert!(remedy.starts_with("check `acm.audience`") && remedy.contains("ask Digitaal Vlaanderen"), "{remedy}");
    let stage = Stage::new();
    stage.edit("scope: \"sandbox_attesten\"", "scope: \"no-such-scope\"");
    let (_, steps) = stage.doctor();
    assert!(line(&steps, "exchange")["seen"]["en"].as_str().unwrap().contains("invalid_scope"));
    let stage = Stage::new();
    write(&stage.folder, "bo-token.txt", "not-a-token-of-this-acm");
    let (status, steps) = stage.doctor();
    assert_eq!((status, states(&steps, "exchange")), (1, ["ok", "fault", "ok"].map(str::to_owned).to_vec()));
    assert_eq!(states(&steps, "call"), ["ok"]);
}

#[test]
fn a_hop_that_fails_is_named_for_what_it_is() {
    let stage = Stage::new();
    let hops = "hops: [{ client: { id: portal, secret: { file: client-secret.txt } } }]\n  actor: client_credentials";
    stage.edit("actor: client_credentials", hops);
    let (status, steps) = stage.doctor();
    assert_eq!((status, states(&steps, "client")), (1, vec!["ok".to_owned()]));
    assert!(line(&steps, "exchange")["seen"]["en"].as_str().unwrap().contains("401 invalid_client"), "{steps:#}");
    let token = stage.run(&["token"]);
    assert!(token.status == 3 && token.stderr.contains("invalid_client"), "{}", token.stderr);
}

#[test]
fn a_token_of_another_citizen_is_seen_at_introspection() {
    let stage = Stage::new();
    stage.edit("insz: { file: an-insz.txt }", "insz: { env: NUMBER }");
    let stranger = bronkeur::base::insz::nobody();
    let number = secrecy::ExposeSecret::expose_secret(&stranger);
    let token = ran(bronkeur(&stage.folder).arg("token").env("NUMBER", number));
    assert_eq!(token.status, 1, "{}\n{}", token.stdout, token.stderr);
    assert!(token.stdout.contains("would refuse this token") && !token.stdout.contains(number), "{}", token.stdout);
}

#[test]
fn a_token_is_described_and_shown_only_when_asked() {
    let stage = Stage::new();
    let shown = stage.run(&["token", "--citizen", "bo", "--show"]);
    assert_eq!((shown.status, shown.stderr.as_str()), (0, ""));
    let token = shown.stdout.strip_suffix('\n').unwrap();
    assert!(token.len() > 20 && !token.contains(char::is_whitespace), "{token}");
    let described = stage.run(&["token", "--citizen", "other", "--format", "json"]);
    let answer: Value = serde_json::from_str(&described.stdout).unwrap();
    assert_eq!(answer["citizen"], json!({ "name": "bo", "role": "other", "insz": "INSZ-2" }));
    assert_eq!((&answer["token_type"], &answer["introspection"]["number"]), (&json!("Bearer"), &json!("INSZ-2")));
    assert!(answer["introspection"]["claims"].as_array().unwrap().contains(&json!("given_name")));
    assert!(answer["token"].as_str().unwrap().starts_with("TOKEN-"));
    let words = stage.run(&["token"]);
    assert!(words.stdout.contains("INSZ-1") && words.stdout.contains(stage.sandbox.issuer()), "{}", words.stdout);
    assert_eq!(stage.run(&["token", "--citizen", "nobody"]).status, 2);
}

#[test]
fn nobody_listens_ends_with_3() {
    let stage = Stage::new();
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let base_url = stage.sandbox.base_url().to_owned();
    stage.edit(&base_url, &format!("https://{free}/v1"));
    let (status, steps) = stage.doctor();
    assert_eq!((status, states(&steps, "source_connection")), (3, vec!["unknown".to_owned()]), "{steps:#}");
    assert_eq!(states(&steps, "audience"), ["ok", "ok", "ok"]);
    let remedy = line(&steps, "source_connection")["remedy"]["en"].as_str().unwrap();
    assert!(remedy.contains("allow-list"), "{remedy}");
}

#[test]
fn an_authority_that_nobody_named_is_a_fault_of_tls() {
    let stage = Stage::new();
    stage.edit("  ca_bundle: ca.pem\n", "");
    let (status, steps) = stage.doctor();
    assert_eq!((status, states(&steps, "issuer_tls")), (1, vec!["fault".to_owned()]), "{steps:#}");
    assert_eq!(states(&steps, "issuer_name"), ["ok"]);
    assert!(line(&steps, "issuer_tls")["remedy"]["en"].as_str().unwrap().contains("ca_bundle"));
}

#[cfg(unix)]
#[test]
fn a_secret_that_others_can_read_is_a_warning() {
    let stage = Stage::new();
    let path = stage.folder.path().join("an-token.txt");
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
    let (status, steps) = stage.doctor();
    assert_eq!((status, states(&steps, "files")), (0, vec!["warning".to_owned()]));
    assert!(line(&steps, "files")["seen"]["en"].as_str().unwrap().contains("citizens[0].token"));
}

fn http(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
}

/// The discovery line, and all that the issuer heard.
fn discovery(answer: impl Fn(&str) -> String + Send + 'static) -> (i32, Value, Vec<String>) {
    let (url, heard) = issuer(move |url, _| answer(url));
    let folder = tempfile::tempdir().unwrap();
    let profile = format!(
        "source: {{ base_url: \"{url}\" }}\nacm:\n  environment: \"{url}\"\n  client: {{ id: c, secret: {{ file: s }} }}\n  audience: a\n\
         citizens: [{{ name: an, role: subject, insz: {{ file: n }}, token: {{ file: t }} }}]\n"
    );
    let files = [("bron.yaml", profile.as_str()), ("s", "marked-secret"), ("n", "85073099932"), ("t", "marked-token")];
    for (name, text) in files {
        write(&folder, name, text);
    }
    let (status, steps) = doctor(&folder);
    (status, steps, heard.try_iter().collect())
}

#[test]
fn what_does_not_come_from_the_issuer_is_never_sent_a_secret() {
    let (status, steps, heard) = discovery(|_| http("200 OK", "content-type: text/html\r\n", "<html>Sign in</html>"));
    assert_eq!((status, states(&steps, "discovery")), (1, vec!["fault".to_owned()]));
    assert!(line(&steps, "discovery")["remedy"]["en"].as_str().unwrap().contains("login page"));
    assert_eq!(heard.len(), 1, "{heard:?}");
    let other =
        |url: &str| http("200 OK", "", &json!({ "issuer": format!("{url}/"), "token_endpoint": url }).to_string());
    let (status, steps, heard) = discovery(other);
    assert_eq!((status, states(&steps, "discovery")), (1, vec!["fault".to_owned()]));
    assert!(line(&steps, "discovery")["seen"]["en"].as_str().unwrap().contains("another issuer"));
    assert_eq!(states(&steps, "client"), ["not_tried"]);
    assert!(!heard.iter().any(|heard| heard.contains("marked-")), "{heard:?}");
    let (status, steps, _) = discovery(|_| http("503 Service Unavailable", "", ""));
    assert_eq!((status, states(&steps, "discovery")), (3, vec!["unknown".to_owned()]));
}

#[test]
fn a_clock_that_differs_is_a_warning() {
    let late = |url: &str| {
        let body = json!({ "issuer": url, "token_endpoint": url }).to_string();
        http("200 OK", "date: Tue, 15 Nov 1994 08:12:31 GMT\r\n", &body)
    };
    let (_, steps, _) = discovery(late);
    let clock = line(&steps, "issuer_clock");
    assert_eq!(clock["state"], "warning", "{clock}");
    assert!(
        clock["seen"]["en"].as_str().unwrap().contains("behind")
            && clock["remedy"]["en"].as_str().unwrap().contains("NTP")
    );
}

#[test]
fn production_needs_the_owners_word_everywhere() {
    let folder = tempfile::tempdir().unwrap();
    write(
        &folder,
        "bron.yaml",
        "source: { base_url: \"https://localhost:1/v1\" }\nacm:\n  environment: prod\n  client: { id: c, secret: { env: S } }\n  audience: a\n\
         citizens: [{ name: an, role: subject, insz: { env: N }, token: { env: T } }]\n",
    );
    let values = [("S", "marked-secret"), ("N", "85073099932"), ("T", "marked-token")];
    for command in ["check", "doctor", "token"] {
        let output = ran(bronkeur(&folder).arg(command).envs(values));
        let said = [output.stdout, output.stderr].concat();
        assert_eq!(output.status, 2, "{command}: {said}");
        assert!(said.contains("i-may-test-production"), "{command}: {said}");
    }
    assert!(!folder.path().join("reports").exists());
}

#[test]
fn the_presets_and_the_owners_word_lead_to_the_real_issuers() {
    let text = |environment: &str| {
        format!(
            "source: {{ base_url: \"https://localhost:1/v1\" }}\nacm:\n  environment: {environment}\n  client: {{ id: c, secret: {{ env: S }} }}\n  audience: a\n\
             citizens: [{{ name: an, role: subject, insz: {{ env: N }}, token: {{ env: T }} }}]\n"
        )
    };
    let env = |name: &str| Some(if name == "N" { "85073099932" } else { "marked-value" }.to_owned());
    let issuer = |environment: &str| {
        let mut profile = bronkeur::profile::Profile::read("bron.yaml", &text(environment)).unwrap();
        profile.production = true;
        let resolved = profile.resolve("bron.yaml", &env, std::path::Path::new("")).unwrap();
        resolved.acm.unwrap().issuer_name
    };
    assert_eq!(issuer("tni"), "https://authenticatie-ti.vlaanderen.be/op");
    assert_eq!(issuer("prod"), "https://authenticatie.vlaanderen.be/op");
    assert_eq!(issuer("https://acm.example/op"), "https://acm.example/op");
}

#[test]
fn what_the_source_answers_is_told_in_the_words_of_the_report() {
    let stage = Stage::new();
    let url = stage.sandbox.base_url().to_owned();
    stage.edit(&format!("base_url: {url}"), &format!("base_url: {}", url.replace("/v1", "/v7")));
    let (status, steps) = stage.doctor();
    let call = line(&steps, "call");
    assert_eq!((status, &call["state"], &call["who"]), (1, &json!("fault"), &json!("owner")), "{call:#}");
    stage.run(&["check", "--only", "LST-01"]);
    let report = fs::read_to_string(stage.folder.path().join("reports/report.json")).unwrap();
    let report: Value = serde_json::from_str(&report).unwrap();
    assert_eq!(call["seen"], report["causes"][0]["what"], "{call:#}");
    assert_eq!(call["remedy"], report["causes"][0]["remedy"], "{call:#}");
}

#[test]
fn plain_http_to_a_port_for_https_is_told_in_the_words_of_the_report() {
    let stage = Stage::new();
    let url = stage.sandbox.base_url().to_owned();
    let plain = url.replace("https://", "http://");
    stage.edit(&format!("base_url: {url}"), &format!("base_url: {plain}\n  plain_http: true"));
    let (status, steps) = stage.doctor();
    let call = line(&steps, "call");
    assert_eq!((status, &call["state"], &call["who"]), (1, &json!("fault"), &json!("owner")), "{steps:#}");
    assert!(call["remedy"]["en"].as_str().unwrap().starts_with("write `https://`"), "{call:#}");
    stage.run(&["check", "--only", "LST-01"]);
    let report = fs::read_to_string(stage.folder.path().join("reports/report.json")).unwrap();
    let report: Value = serde_json::from_str(&report).unwrap();
    assert_eq!(call["seen"], report["causes"][0]["what"], "{call:#}");
}
