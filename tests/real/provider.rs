//! An OpenID-certified server as the issuer: client authentication, token exchange, introspection, login and refresh,
//! by the real binary.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use bronkeur::sandbox::{ClientCredentials, ForeignIssuer, Options, Sandbox};
use libtest_mimic::Trial;
use serde_json::Value;

use crate::support::{Need, Script, run_script, trial};

/// What the server's clients are allowed to ask a token for.
const SOURCE: &str = "urn:example:source";
/// The number that the server knows of `an`; serial 999.
const NUMBER: &str = "85073099932";
/// The numbers that it knows of the others too, as environment variables.
const NUMBERS: [(&str, &str); 3] = [("AN", NUMBER), ("BO", "04031299936"), ("CY", "91113099989")];
/// The secrets of `provider.mjs`.
const SECRETS: [(&str, &str); 3] =
    [("MACHINE", "machine-secret+/=%: 1"), ("BASIC", "basic-secret+/=%: 1"), ("SOURCE", "source-secret-1")];

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("provider::exchanges_and_introspects", &[Need::Node], exchanges_and_introspects),
        trial("provider::refresh_tokens_rotate", &[Need::Node], refresh_tokens_rotate),
        trial("provider::runs_at_once_burn_no_token", &[Need::Node], runs_at_once_burn_no_token),
        trial("provider::a_refused_client_is_named", &[Need::Node], a_refused_client_is_named),
        trial("provider::a_source_is_checked_whole", &[Need::Node], a_source_is_checked_whole),
        trial("provider::logs_in_in_a_browser", &[Need::Node, Need::Chromium], logs_in_in_a_browser),
    ]
}

/// The server, and a folder in which the binary runs.
struct World {
    provider: Script,
    folder: tempfile::TempDir,
}

impl World {
    fn new() -> Self {
        Self { provider: Script::start("provider.mjs", &[]), folder: tempfile::tempdir().unwrap() }
    }

    fn issuer(&self) -> &str {
        self.provider.ready["issuer"].as_str().unwrap()
    }

    /// The real binary, with an environment that only says what the test says.
    fn bronkeur(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bronkeur"));
        command.current_dir(self.folder.path()).env_clear().env("LANG", "C.UTF-8");
        command.env("XDG_STATE_HOME", self.folder.path().join("state")).env("INSZ", NUMBER).envs(SECRETS);
        command
    }

    /// Starts `bronkeur login`, and returns the URL that it shows.
    fn login(&self, name: &str) -> (Child, String) {
        let mut command = self.bronkeur();
        command.args(["login", "--issuer", self.issuer(), "--client-id", "desk", "--name", name, "--no-browser"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.as_mut().unwrap()).lines().map(Result::unwrap);
        let url = lines.find(|line| line.trim().starts_with("http")).unwrap();
        (child, url.trim().to_owned())
    }

    /// Logs `an` in.
    fn logged_in(self) -> Self {
        self.log_in("an");
        self
    }

    /// Logs somebody in by two forms.
    fn log_in(&self, name: &str) {
        let (child, url) = self.login(name);
        let page = run_script("sign-in.mjs", &[&url, name]);
        assert_eq!(page["status"], 200, "{page}");
        assert!(page["text"].as_str().unwrap().contains("U mag dit venster sluiten"), "{page}");
        ended(child, 0);
    }

    /// The file with the login.
    fn kept(&self) -> Value {
        let path = self.folder.path().join("state/bronkeur/logins/an.json");
        serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
    }

    /// A profile whose tokens come from the server; nothing listens where its source should be.
    fn profile(&self, client: &str) {
        let text = format!(
            "source: {{ base_url: http://127.0.0.1:9/v1 }}\n\
             acm:\n  environment: {}\n  client: {client}\n  login_client: {{ id: desk, auth: none }}\n  \
             source_client: {{ id: {SOURCE}, secret: {{ env: SOURCE }} }}\n  \
             audience: {SOURCE}\n  scope: attesten\n  actor: client_credentials\n\
             citizens:\n  - {{ name: an, role: subject, insz: {{ env: INSZ }}, login: an }}\n",
            self.issuer()
        );
        fs::write(self.folder.path().join("bron.yaml"), text).unwrap();
    }

    /// A run of chapter token, with its reports in a folder of its own.
    fn check(&self, out: &str) -> Command {
        let mut command = self.bronkeur();
        command.args(["check", "--only", "TOK", "--out", out]).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// The outcome of every selected requirement, by id.
    fn outcomes(&self, out: &str) -> Vec<(String, String)> {
        let report = fs::read_to_string(self.folder.path().join(out).join("report.json")).unwrap();
        let report: Value = serde_json::from_str(&report).unwrap();
        let rows = report["requirements"].as_array().unwrap().iter();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        rows.filter(|row| row["outcome"] != "not_selected")
            .map(|row| (text(&row["id"]), text(&row["outcome"])))
            .collect()
    }

    /// The token requests that the server saw: client, how it authenticated, grant, status.
    fn log(&self) -> Vec<(String, String, String, u64)> {
        let log = run_script("log.mjs", &[self.issuer()]);
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let call = |call: &Value| {
            (text(&call["client"]), text(&call["how"]), text(&call["grant"]), call["status"].as_u64().unwrap())
        };
        log.as_array().unwrap().iter().map(call).collect()
    }
}

/// Waits for the end of a process and returns what it printed.
fn ended(mut child: Child, status: i32) -> String {
    let mut text = String::new();
    for stream in [
        child.stdout.take().map(|s| Box::new(s) as Box<dyn std::io::Read>),
        child.stderr.take().map(|s| Box::new(s) as _),
    ] {
        stream.unwrap().read_to_string(&mut text).unwrap();
    }
    let code = child.wait().unwrap().code();
    assert_eq!(code, Some(status), "{text}");
    text
}

/// No file of the folder but the login itself, and nothing that was printed, holds a token or a secret.
fn assert_clean(world: &World, tokens: &[&Value], texts: &[String]) {
    let tokens = tokens.iter().map(|token| token.as_str().unwrap());
    let secrets: Vec<&str> = tokens.chain(SECRETS.map(|(_, secret)| secret)).chain([NUMBER]).collect();
    let mut seen = texts.to_vec();
    read_all(world.folder.path(), &mut seen);
    assert!(seen.len() > texts.len());
    for secret in secrets {
        assert!(!seen.iter().any(|text| text.contains(secret)), "{secret}");
    }
}

fn read_all(folder: &Path, into: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.ends_with("logins") {
            continue;
        }
        if path.is_dir() { read_all(&path, into) } else { into.push(fs::read_to_string(path).unwrap()) }
    }
}

fn all_pass() -> Vec<(String, String)> {
    (1..=6).map(|n| (format!("TOK-0{n}"), "pass".to_owned())).collect()
}

fn exchanges_and_introspects() {
    for (client, id, how) in [
        ("{ id: signer, private_key: { file: key.pem, kid: signer } }", "signer", "jwt"),
        ("{ id: ec signer, private_key: { file: key.pem } }", "ec signer", "jwt"),
        ("{ id: machine, secret: { env: MACHINE } }", "machine", "post"),
        ("{ id: basic machine, secret: { env: BASIC }, auth: basic }", "basic machine", "basic"),
    ] {
        let world = World::new().logged_in();
        world.profile(client);
        if let Some(key) = world.provider.ready["keys"][id].as_str() {
            fs::write(world.folder.path().join("key.pem"), key).unwrap();
        }
        let before = world.kept();
        let text = ended(world.check("reports").spawn().unwrap(), 0);
        assert_eq!(world.outcomes("reports"), all_pass(), "{text}");
        let own: Vec<_> = world.log().into_iter().filter(|(client, ..)| client == id).collect();
        assert_eq!(own.len(), 2, "the actor's token and the exchange: {own:?}");
        assert!(own.iter().all(|(_, seen, _, status)| seen == how && *status == 200), "{own:?}");
        let after = world.kept();
        assert_clean(
            &world,
            &[&before["refresh_token"], &before["access_token"], &after["refresh_token"], &after["access_token"]],
            &[text],
        );
    }
}

fn refresh_tokens_rotate() {
    let world = World::new().logged_in();
    world.profile("{ id: machine, secret: { env: MACHINE } }");
    let mut seen = vec![world.kept()["refresh_token"].clone()];
    for run in 0..3 {
        ended(world.check(&format!("reports-{run}")).spawn().unwrap(), 0);
        let next = world.kept()["refresh_token"].clone();
        assert!(!seen.contains(&next));
        seen.push(next);
    }
    // An old one is refused, and with it the server revokes all that came of this login: it was never sent again.
    let refreshes = world.log().into_iter().filter(|(_, _, grant, _)| grant == "refresh_token");
    assert_eq!(
        refreshes.map(|(_, how, _, status)| (how, status)).collect::<Vec<_>>(),
        vec![("none".to_owned(), 200); 3]
    );
}

fn runs_at_once_burn_no_token() {
    let world = World::new().logged_in();
    world.profile("{ id: machine, secret: { env: MACHINE } }");
    let runs: Vec<Child> = ["a", "b", "c"].iter().map(|out| world.check(out).spawn().unwrap()).collect();
    for run in runs {
        ended(run, 0);
    }
    for out in ["a", "b", "c"] {
        assert_eq!(world.outcomes(out), all_pass());
    }
    ended(world.check("after").spawn().unwrap(), 0);
}

fn a_refused_client_is_named() {
    let world = World::new();
    let mut command = world.bronkeur();
    command.args(["login", "--issuer", world.issuer(), "--client-id", "nobody", "--no-browser", "--timeout", "1"]);
    let text = ended(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap(), 3);
    assert!(text.contains("nobody had logged in after 1 s"), "{text}");
    let world = world.logged_in();
    world.profile("{ id: machine, secret: { env: BASIC } }");
    ended(world.check("reports").spawn().unwrap(), 3);
    // The refresh token is the other client's and works: it is the exchange that the server refuses.
    let refused: Vec<_> = world.log().into_iter().filter(|(.., status)| *status != 200).collect();
    assert!(!refused.is_empty() && refused.iter().all(|(_, how, ..)| how == "post"), "{refused:?}");
}

/// The built-in source takes the tokens of this issuer, and is checked with all there is: exchanges, negative tokens,
/// introspection, refresh tokens that rotate.
fn a_source_is_checked_whole() {
    let world = World::new();
    for name in ["an", "bo", "cy"] {
        world.log_in(name);
    }
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let client = ClientCredentials { id: SOURCE.to_owned(), secret: "source-secret-1".to_owned() };
    let introspection = format!("{}/token/introspection", world.issuer());
    let issuer = Some(ForeignIssuer { introspection, client, scope: "attesten".to_owned() });
    let options = Options { issuer, ..Options::default() };
    let sandbox = runtime.block_on(Sandbox::start(options)).unwrap();
    fs::write(world.folder.path().join("ca.pem"), sandbox.ca_pem().unwrap()).unwrap();
    let (base_url, port) = (sandbox.base_url(), sandbox.http_port().unwrap());
    let citizen = |name: &str, role: &str| {
        format!("  - {{ name: {name}, role: {role}, insz: {{ env: {} }}, login: {name} }}\n", name.to_uppercase())
    };
    let text = format!(
        "source: {{ base_url: {base_url}, ca_bundle: ca.pem, http_port: {port}, openapi: {base_url}/openapi.json }}\n\
         acm:\n  environment: {}\n  client: {{ id: machine, secret: {{ env: MACHINE }} }}\n  \
         login_client: {{ id: desk, auth: none }}\n  source_client: {{ id: {SOURCE}, secret: {{ env: SOURCE }} }}\n  \
         audience: {SOURCE}\n  other_audience: urn:example:other\n  scope: attesten\n  actor: client_credentials\n\
         tokens: {{ expired: {{ env: EXPIRED }} }}\n\
         citizens:\n{}{}{}",
        world.issuer(),
        citizen("an", "subject"),
        citizen("bo", "other"),
        citizen("cy", "empty"),
    );
    fs::write(world.folder.path().join("bron.yaml"), text).unwrap();
    let expired = &world.provider.ready["expired"];
    let mut check = world.bronkeur();
    check.args(["check", "--out", "reports"]).env("EXPIRED", expired.as_str().unwrap());
    for (name, number) in NUMBERS {
        check.env(name, number);
    }
    let text = ended(check.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap(), 0);
    let outcomes = world.outcomes("reports");
    let not_passed: Vec<_> =
        outcomes.iter().filter(|(_, outcome)| ["fail", "blocked"].contains(&outcome.as_str())).collect();
    assert!(not_passed.is_empty(), "{not_passed:?}\n{text}");
    for id in ["TOK-01", "SEC-01", "SEC-03", "SEC-04", "SEC-05", "SEC-06", "SEC-07", "SEC-08", "SEC-09", "LST-20"] {
        assert!(outcomes.contains(&(id.to_owned(), "pass".to_owned())), "{id}: {outcomes:?}");
    }
    assert_clean(&world, &[expired], &[text]);
}

fn logs_in_in_a_browser() {
    let world = World::new();
    let (child, url) = world.login("an");
    let page = run_script("browser.mjs", &[&url, "an"]);
    assert_eq!(page["title"], "bronkeur");
    for words in ["U mag dit venster sluiten", "You may close this window"] {
        assert!(page["text"].as_str().unwrap().contains(words), "{page}");
    }
    let told = ended(child, 0);
    assert!(told.contains("`login: an`"), "{told}");
    let listed = ended(
        world.bronkeur().args(["login", "--list"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap(),
        0,
    );
    assert!(listed.contains("an") && listed.contains(world.issuer()) && listed.contains("desk"), "{listed}");
    let kept = world.kept();
    for name in ["access_token", "refresh_token"] {
        assert!(!listed.contains(kept[name].as_str().unwrap()) && !told.contains(kept[name].as_str().unwrap()));
    }
    let mut remove = world.bronkeur();
    ended(remove.args(["login", "--remove", "an"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap(), 0);
    // The lock of the login stays, for those who wait for it, and holds nothing.
    let left = fs::read_dir(world.folder.path().join("state/bronkeur/logins")).unwrap();
    let left: Vec<_> = left.map(|file| file.unwrap()).collect();
    assert!(left.iter().all(|file| file.metadata().unwrap().len() == 0), "{left:?}");
    assert!(left.iter().all(|file| file.path().extension().is_some_and(|ending| ending == "lock")), "{left:?}");
}
