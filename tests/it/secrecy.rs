//! Every command, at every level of its output: no marked secret, token or national number in what it prints, in what it
//! writes, or in the arguments of its processes. A new command needs a case in [`cases`].

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bronkeur::base::text::Lang;
use bronkeur::evidence::exchange::{Exchange, Kind};
use bronkeur::report::{Languages, Report, RunMeta, har, render_all};
use bronkeur::sandbox::behaviour::{Call, Counts};
use bronkeur::sandbox::{Behaviour, Options, Sandbox};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::marked::{forms, found, writings, writings_of_number};
use crate::replay::replays;
use crate::secrets::{tokens_sent, values};
use crate::support::{bronkeur, catalogue, examine, issuer, ran};

/// How a command is run here. It runs in a folder in which `check` has run before: `reports/` is there, and the profile.
struct Case {
    /// The call; the first word is the command.
    call: &'static [&'static str],
    /// What it is for: exceptions to the rule.
    but: But,
}

/// In what a command differs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum But {
    /// In nothing: no secret anywhere.
    Nothing,
    /// It prints a token on standard output, since that is what it was asked for.
    Prints,
    /// It runs until it is interrupted, and keeps secrets in files that only their owner may read.
    Stays,
}

/// One case for each command at least. Calls with `-p bron.yaml` also run against an issuer that repeats what it hears.
fn cases() -> Vec<Case> {
    let case = |call| Case { call, but: But::Nothing };
    vec![
        case(&["check", "-p", "bron.yaml", "--only", "TOK,LST,SEC-01,SEC-08,HTTP-01"]),
        case(&["doctor", "-p", "bron.yaml"]),
        case(&["doctor", "-p", "bron.yaml", "--format", "json"]),
        case(&["token", "-p", "bron.yaml"]),
        case(&["token", "-p", "bron.yaml", "--citizen", "other", "--format", "json"]),
        Case { call: &["token", "-p", "bron.yaml", "--show"], but: But::Prints },
        case(&[
            "init",
            "new.yaml",
            "--force",
            "--base-url",
            "https://localhost:1/v1",
            "--client-id",
            "c",
            "--audience",
            "a",
        ]),
        case(&["demo", "--only", "LST", "--fault", "LST-11"]),
        case(&["selftest", "number-counts-from-zero"]),
        case(&["fleet", "sources.yaml", "--only", "TOK,LST", "--out", "fleet"]),
        case(&["merge", "fleet", "--out", "merged"]),
        case(&["replay", "reports/evidence.har"]),
        case(&["diff", "reports/report.json", "reports/report.json"]),
        case(&["review", "reports/report.json"]),
        case(&["waivers", "-p", "bron.yaml"]),
        case(&["login", "-p", "bron.yaml", "--no-browser", "--timeout", "1"]),
        case(&["login", "--list"]),
        case(&["completions", "bash"]),
        case(&["man"]),
        case(&["list"]),
        case(&["explain", "SEC-08"]),
        Case { call: &["serve"], but: But::Stays },
        Case { call: &["acm", "--port", "0"], but: But::Stays },
    ]
}

const LEVELS: [&[&str]; 3] = [&["-q"], &[], &["-vv"]];

/// The commands, as the binary itself names them.
fn commands() -> BTreeSet<String> {
    let folder = tempfile::tempdir().unwrap();
    let help = ran(bronkeur(&folder).args(["--help"])).stdout;
    let list = help.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    let names = list.lines().filter_map(|line| line.strip_prefix("  ")).filter(|line| !line.starts_with(' '));
    names.map(|line| line.split(' ').next().unwrap().to_owned()).filter(|name| name != "help").collect()
}

#[test]
fn every_command_has_a_case() {
    let covered: BTreeSet<String> = cases().iter().map(|case| case.call[0].to_owned()).collect();
    assert_eq!(covered, commands(), "a command without a case in `cases`, or a case without a command");
}

/// What came of a command.
struct Came {
    stdout: String,
    stderr: String,
    /// The arguments of its processes, its children's too.
    arguments: String,
}

/// The arguments of a process and of all that it started.
fn arguments(id: u32) -> String {
    let mut all = fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
    for task in fs::read_dir(format!("/proc/{id}/task")).into_iter().flatten().flatten() {
        let children = fs::read_to_string(task.path().join("children")).unwrap_or_default();
        for child in children.split_whitespace().filter_map(|child| child.parse().ok()) {
            all.extend(arguments(child).into_bytes());
        }
    }
    String::from_utf8_lossy(&all).into_owned()
}

/// Everything that a stream says, on a thread of its own.
fn reading(stream: impl std::io::Read + Send + 'static) -> Arc<Mutex<Vec<u8>>> {
    let said = Arc::new(Mutex::new(Vec::new()));
    let writes = Arc::clone(&said);
    let mut stream = stream;
    std::thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(count @ 1..) = stream.read(&mut bytes) {
            writes.lock().unwrap().extend_from_slice(&bytes[..count]);
        }
    });
    said
}

fn interrupt(child: &Child) {
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
}

/// Runs a command to its end, or until it says how to stop it.
fn run(command: &mut Command, stays: bool) -> Came {
    let streams = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = streams.spawn().unwrap();
    let (stdout, stderr) = (reading(child.stdout.take().unwrap()), reading(child.stderr.take().unwrap()));
    let text = |said: &Mutex<Vec<u8>>| String::from_utf8_lossy(&said.lock().unwrap()).into_owned();
    let mut seen = BTreeSet::new();
    let mut stopped = false;
    while child.try_wait().unwrap().is_none() {
        seen.insert(arguments(child.id()));
        if stays && !stopped && text(&stdout).contains("Ctrl-C") {
            interrupt(&child);
            stopped = true;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    // The streams are at their end soon after the process is.
    while Arc::strong_count(&stdout) + Arc::strong_count(&stderr) > 2 {
        std::thread::sleep(Duration::from_millis(1));
    }
    Came { stdout: text(&stdout), stderr: text(&stderr), arguments: seen.into_iter().collect() }
}

/// All files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

#[cfg(unix)]
fn owners_alone(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).unwrap().permissions().mode().trailing_zeros() >= 6
}

/// National numbers, those of nobody with serial 999 too. Surrogates (serial 000) are none: evidence holds them. In a UUID
/// or a hash eleven digits are nobody's: once in some thousand of them the check number fits.
fn numbers(text: &str) -> Vec<&str> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
    let is_hash = |word: &&str| word.len() >= 24 && word.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    let words = words.filter(|word| !is_hash(word));
    let digits = words.flat_map(|word| word.split(|c: char| !c.is_ascii_digit())).filter(|run| run.len() == 11);
    digits.filter(|run| bronkeur::base::insz::valid(run) && !run[6..].starts_with("000")).collect()
}

/// A folder with a profile, and everything that must not show.
struct Stage {
    folder: TempDir,
    environment: Vec<(&'static str, String)>,
    marked: Vec<String>,
}

/// A fleet of a source that is called and one whose evidence is judged again.
const SOURCES: &str = "\
sources:
  - { name: called, profile: bron.yaml }
  - { name: recorded, evidence: reports/evidence.har }
";

/// What the profile refers to stands in a folder of its own.
const GIVEN: &str = "given";

impl Stage {
    /// The profile of a sandbox. The subject's number and token come from the environment, the rest from files.
    fn of(sandbox: &Sandbox) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let given = folder.path().join(GIVEN);
        fs::create_dir(&given).unwrap();
        for file in sandbox.profile_files() {
            fs::write(given.join(file.name), file.text).unwrap();
        }
        let read = |name: &str| fs::read_to_string(given.join(name)).unwrap();
        let environment = vec![("AN_INSZ", read("an-insz.txt")), ("AN_TOKEN", read("an-token.txt"))];
        let profile = read("bron.yaml").replace("file: ", "file: given/").replace("ca_bundle: ", "ca_bundle: given/");
        let profile = profile.replace("file: given/an-insz.txt", "env: AN_INSZ");
        let profile = profile.replace("file: given/an-token.txt", "env: AN_TOKEN");
        fs::write(folder.path().join("bron.yaml"), profile).unwrap();
        fs::write(folder.path().join("sources.yaml"), SOURCES).unwrap();
        Self { folder, environment, marked: values(sandbox) }
    }

    fn given(&self, path: &Path) -> bool {
        let root = self.folder.path();
        path.starts_with(root.join(GIVEN)) || path == root.join("bron.yaml") || path == root.join("sources.yaml")
    }

    /// Runs a case at a level and looks through everything that it left behind. `more` must not show either, and is
    /// known only afterwards.
    fn examine(&self, case: &Case, level: &[&str], more: impl Fn() -> Vec<String>) {
        let (call, but) = (case.call, case.but);
        let mut command = bronkeur(&self.folder);
        command.args(call).args(level).envs(self.environment.clone());
        if level.contains(&"-vv") {
            command.envs([("RUST_LOG", "trace"), ("BRONKEUR_LOG", "trace"), ("RUST_BACKTRACE", "full")]);
        }
        let came = run(&mut command, but == But::Stays);
        assert!(!came.stdout.is_empty() || !came.stderr.is_empty(), "{call:?} {level:?} said nothing");
        let left = files(self.folder.path()).into_iter().filter(|path| !self.given(path));
        let (kept, written): (Vec<PathBuf>, Vec<PathBuf>) =
            left.partition(|path| but == But::Stays && owners_alone(path));
        // What a command keeps for its owner is a secret as any other.
        let own = kept.iter().map(|path| fs::read_to_string(path).unwrap().trim().to_owned());
        let forms = forms(&[self.marked.clone(), more(), own.collect()].concat());
        let mut places = vec![("stderr".to_owned(), came.stderr), ("arguments".to_owned(), came.arguments)];
        if but != But::Prints {
            places.push(("stdout".to_owned(), came.stdout));
        }
        places.extend(
            written.iter().map(|path| {
                (path.display().to_string(), String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned())
            }),
        );
        for (place, text) in &places {
            let leaks = found(text, &forms);
            assert!(leaks.is_empty(), "{call:?} {level:?}: {place} holds {leaks:?}\n{text}");
            assert_eq!(numbers(text), Vec::<&str>::new(), "{call:?} {level:?}: {place}");
        }
        for path in kept {
            fs::remove_file(path).unwrap();
        }
    }
}

#[test]
fn no_command_shows_a_secret_at_any_level() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let sandbox = runtime.block_on(Sandbox::start(Options::default())).unwrap();
    let stage = Stage::of(&sandbox);
    for level in LEVELS {
        for case in cases() {
            stage.examine(&case, level, || tokens_sent(&sandbox));
        }
    }
    assert!(tokens_sent(&sandbox).len() > 10, "the test must see tokens");
}

/// An issuer that repeats all that it is sent, in every way that it can think of, in refusals and in tokens.
fn repeating(url: &str, heard: &str, refuses: bool) -> String {
    let http = |status: &str, headers: &str, body: &str| {
        format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
    };
    if heard.starts_with("GET") {
        let discovery = serde_json::json!({
            "issuer": url, "token_endpoint": format!("{url}/token"), "introspection_endpoint": format!("{url}/introspect"),
        });
        return http("200 OK", "", &discovery.to_string());
    }
    let form = heard.split("\r\n\r\n").nth(1).unwrap_or_default();
    let raw: Vec<(String, String)> = url::form_urlencoded::parse(form.as_bytes()).into_owned().collect();
    let said = raw.iter().map(|(name, value)| format!("{name} {value}")).collect::<Vec<_>>().join("; ");
    let encoded = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, &said);
    if refuses {
        let body = serde_json::json!({ "error": said, "error_description": format!("{form} {said} {encoded}"), "error_uri": raw });
        let headers = format!("x-heard: {form}\r\nlocation: {url}/?{form}\r\nwww-authenticate: Basic {encoded}\r\n");
        return http("400 Bad Request", &headers, &body.to_string());
    }
    http("200 OK", "", &serde_json::json!({
        "access_token": "marked-TX-token/of+the=issuer", "refresh_token": "marked-refresh-token", "token_type": said,
        "scope": encoded, "expires_in": 60, "active": true, "aud": raw, "rrn": "85073099932", form: said,
    }).to_string())
}

#[test]
fn an_issuer_that_repeats_what_it_hears_makes_nothing_leak() {
    for refuses in [true, false] {
        let (url, heard) = issuer(move |url, heard| repeating(url, heard, refuses));
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join(GIVEN)).unwrap();
        let marked = [
            ("secret", "m4rked \"secret\" \\ /+%&=é"),
            ("own-secret", "another/marked+secret%20of\\the\"source"),
            ("insz", "85073099932"),
            ("token", "marked.citizen's/token+%22\\=\""),
            ("other-insz", "85073099734"),
            ("other-token", "marked-token-of-the-other"),
        ];
        for (name, value) in marked {
            fs::write(folder.path().join(GIVEN).join(name), value).unwrap();
        }
        let profile = format!(
            "source: {{ base_url: \"{url}\" }}\nacm:\n  environment: \"{url}\"\n  client: {{ id: c, secret: {{ file: given/secret }} }}\n\
             \x20 source_client: {{ id: s, secret: {{ file: given/own-secret }}, auth: basic }}\n  audience: a\n  actor: client_credentials\n\
             citizens:\n  - {{ name: an, role: subject, insz: {{ file: given/insz }}, token: {{ file: given/token }} }}\n\
             \x20 - {{ name: bo, role: other, insz: {{ file: given/other-insz }}, token: {{ file: given/other-token }} }}\n"
        );
        fs::write(folder.path().join("bron.yaml"), profile).unwrap();
        fs::write(folder.path().join("sources.yaml"), SOURCES).unwrap();
        let more = ["marked-TX-token/of+the=issuer", "marked-refresh-token"];
        let marked = marked.iter().map(|(_, value)| *value).chain(more).map(str::to_owned).collect();
        let stage = Stage { folder, environment: Vec::new(), marked };
        for case in
            cases().iter().filter(|case| case.call.iter().any(|word| matches!(*word, "bron.yaml" | "sources.yaml")))
        {
            for level in LEVELS {
                stage.examine(case, level, Vec::new);
            }
        }
        let heard: String = heard.try_iter().collect();
        assert!(heard.contains("m4rked") && heard.contains("marked.citizen"), "the issuer must hear secrets");
    }
}

/// Every writing of a number and of a token, its halves too.
fn every_writing(number: &str, token: &str) -> Vec<String> {
    let half = token.len() / 2;
    let parts = [token, &token[..half], &token[half..], &token[half / 2..half / 2 + 20]];
    let tokens = parts.iter().flat_map(|part| [vec![(*part).to_owned()], writings(part)].concat());
    writings_of_number(number).into_iter().chain(tokens).collect()
}

/// A source that writes the number and the token of whoever calls in every way, in every answer; its ACM does so in
/// introspection.
fn writing_everything() -> Behaviour {
    let certificates = Counts { subject: 3, other: 2 };
    let mut behaviour = Behaviour { number_in_certificate_url: true, certificates, ..Behaviour::default() };
    behaviour.edits.answer.push(|context, answer| {
        let token = context.authorization.as_deref().and_then(|text| text.rsplit(' ').next()).unwrap_or_default();
        let (Some(number), true) = (&context.insz, token.len() >= 64) else { return };
        let all = every_writing(number, token);
        for (place, writing) in all.iter().enumerate().filter(|(_, writing)| writing.is_ascii()) {
            let name = format!("x-writing-{place}").parse::<axum::http::HeaderName>().unwrap();
            answer.headers.insert(name, writing.parse().unwrap());
        }
        if context.call == Call::Download {
            let names: Vec<&String> =
                all.iter().filter(|writing| writing.is_ascii() && !writing.contains('"')).collect();
            let name = names.get(context.place.unwrap_or_default() % names.len()).unwrap();
            let disposition = format!("attachment; filename=\"attest {name}.pdf\"");
            answer.headers.insert("content-disposition", disposition.parse().unwrap());
        }
        if let Ok(mut body) = serde_json::from_slice::<Value>(&answer.body)
            && body.is_object()
        {
            body["detail"] = json!(format!("no: {}", all.join(" | ")));
            body["writings"] = json!(all);
            answer.body = body.to_string().into_bytes();
        }
    });
    behaviour.issuer.edits.introspection.push(|claims| {
        let number = claims["rrn"].as_str().unwrap_or_default().to_owned();
        claims["act"] = json!(writings_of_number(&number));
        claims["username"] = json!(writings_of_number(&number).join(" "));
    });
    behaviour
}

#[test]
fn no_writing_of_a_number_or_a_token_leaves_the_program() {
    let (finished, sandbox) = examine(writing_everything());
    let answered = |kind: Kind, good: bool| {
        finished.recording.exchanges().any(|one: &Exchange| {
            one.request.kind() == kind && one.result.as_ref().is_ok_and(|answer| answer.is_success() == good)
        })
    };
    assert!(answered(Kind::List, true) && answered(Kind::List, false) && answered(Kind::Download, true));
    let people = sandbox.credentials().people.iter().map(|person| person.insz.clone()).collect::<Vec<_>>();
    // A part of a JWT that nobody signed says nothing: it is of our own making.
    let is_secret = |token: &String| token.len() >= 64 && !token.ends_with('.');
    let tokens: Vec<String> = tokens_sent(&sandbox).into_iter().filter(is_secret).collect();
    assert!(tokens.len() > 3);
    let numbers = people.iter().flat_map(|number| writings_of_number(number));
    let hidden = tokens.iter().flat_map(|token| every_writing(&people[0], token));
    let long = |writing: &String| writing.len() > 8;
    let all: BTreeSet<String> =
        numbers.chain(hidden).chain(people.clone()).filter(long).map(|text| text.to_lowercase()).collect();
    let report = Report::new(catalogue(), &finished.recording, &finished.verdicts, &RunMeta::default());
    let mut outputs = render_all(&report, Languages { first: Lang::Nl, only: false })
        .into_iter()
        .map(|(name, text)| (name.to_string(), String::from_utf8_lossy(text.unwrap().as_ref()).into_owned()))
        .collect::<Vec<_>>();
    let evidence = har::write(catalogue(), &finished.recording, &RunMeta::default()).unwrap().text().unwrap();
    outputs.push(("evidence".to_owned(), evidence));
    for (name, text) in outputs {
        let leaks = found(&text, &all);
        assert!(leaks.is_empty(), "{name} holds {leaks:?}");
        assert!(!finished.vault.leaks(&text), "{name}");
    }
    replays(&finished);
}
