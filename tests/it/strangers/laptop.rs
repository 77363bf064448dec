//! README, "Your own source on a laptop": its commands run as they are printed, against a small source that knows no more
//! than what `bronkeur acm` prints.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::server;
use super::source::{Form, Person, Site, Twists, certs};
use crate::support::Ran;

const README: &str = include_str!("../../../README.md");

/// The numbers of somebody's own test data.
const NUMBERS: [(&str, &str); 3] = [("INSZ_AN", "85073003328"), ("INSZ_BO", "85073099932"), ("INSZ_CY", "90010199992")];

/// The commands of a block, with the port of the source in place of the one that is printed.
fn block(name: &str, port: u16) -> String {
    let (_, after) = README.split_once(&format!("```sh {name}\n")).unwrap_or_else(|| panic!("no block {name}"));
    let block = after.split_once("\n```").unwrap().0;
    block
        .replace("localhost:8080", &format!("localhost:{port}"))
        .replace("localhost:8443", &format!("localhost:{port}"))
}

/// A shell in the folder, with the program on its path and with what was exported before.
fn shell(folder: &Path, commands: &str) -> Command {
    let program = Path::new(env!("CARGO_BIN_EXE_bronkeur")).parent().unwrap();
    let mut shell = Command::new("sh");
    shell.args(["-ec", &format!("exec 2>&1; {commands}")]).current_dir(folder).env_clear().env("LANG", "C.UTF-8");
    shell.env("PATH", format!("{}:/usr/bin:/bin", program.display()));
    shell
}

fn done(folder: &Path, commands: &str) -> Ran {
    let output = shell(folder, commands).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ran { stdout: text(output.stdout), stderr: text(output.stderr), status: output.status.code().unwrap() }
}

/// The first window: what runs there, and the settings that it printed.
struct Window {
    child: Child,
    settings: BTreeMap<String, String>,
}

impl Window {
    fn open(folder: &Path, commands: &str) -> Self {
        // Its port is one for all: whoever has it at the moment is done soon.
        let until = Instant::now() + Duration::from_mins(1);
        while std::net::TcpListener::bind("127.0.0.1:8444").is_err() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(100));
        }
        // In the place of the shell: what is ended below is the program itself.
        let commands = commands.replace("bronkeur acm", "exec bronkeur acm");
        let mut child = shell(folder, &commands).stdout(Stdio::piped()).spawn().unwrap();
        let mut settings = BTreeMap::new();
        for line in BufReader::new(child.stdout.take().unwrap()).lines() {
            let line = line.unwrap();
            if let Some((name, value)) = line.strip_prefix("    ").and_then(|line| line.split_once(' ')) {
                settings.insert(name.to_owned(), value.trim().to_owned());
            }
            if line.contains("Ctrl-C") {
                break;
            }
        }
        Self { child, settings }
    }

    fn read(&self, folder: &Path, setting: &str) -> String {
        fs::read_to_string(folder.join(&self.settings[setting])).unwrap().trim().to_owned()
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// What speaks TLS with the certificate that was made for the source.
fn acceptor(certificate: &str, key: &str) -> TlsAcceptor {
    let chain = vec![CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap()];
    server::acceptor(chain, PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap())
}

/// The owner's source, configured from what the first window printed.
fn source(window: &Window, folder: &Path, listener: TcpListener, own_numbers: bool) -> server::Server {
    let port = listener.local_addr().unwrap().port();
    let tls = window.settings.contains_key("certificate");
    let own = |name: &str| fs::read_to_string(folder.join(format!("acm/{name}-insz.txt"))).unwrap();
    let numbers = if own_numbers { NUMBERS.map(|(_, number)| number.to_owned()) } else { ["an", "bo", "cy"].map(own) };
    let twists = Twists::new(Form::Links, 25);
    let mut first = 1;
    let people = numbers.into_iter().zip(twists.counts).map(|(insz, count)| {
        let person = Person { insz, certs: certs(twists.id, first, count) };
        first += count + 50;
        person
    });
    let people = people.collect();
    let ca = window.settings.contains_key("ca").then(|| window.read(folder, "ca"));
    let ca = ca.map(|pem| reqwest::Certificate::from_pem(pem.as_bytes()).unwrap());
    let site = Site {
        base: format!("{}://localhost:{port}/v1", if tls { "https" } else { "http" }),
        people,
        audience: window.settings["client-id"].clone(),
        secret: window.read(folder, "client-secret-file"),
        scope: window.settings["scope"].clone(),
        expired: fs::read_to_string(folder.join("acm/expired-token.txt")).unwrap(),
        introspection: window.settings["introspection"].clone(),
        http: reqwest::Client::builder().no_proxy().tls_certs_only(ca).build().unwrap(),
        tokens: std::sync::Mutex::default(),
        twists,
    };
    let acceptor = tls.then(|| acceptor(&window.read(folder, "certificate"), &window.read(folder, "certificate-key")));
    server::serve(listener, acceptor, Arc::new(site))
}

/// What the report of a check says: the name of the source, the conclusion and the outcome of every requirement.
fn report(folder: &Path) -> (String, String, BTreeMap<String, String>) {
    let report: Value = serde_json::from_str(&fs::read_to_string(folder.join("reports/report.json")).unwrap()).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let rows = report["requirements"].as_array().unwrap().iter();
    let outcomes = rows.map(|row| (text(&row["id"]), text(&row["outcome"]))).collect();
    (text(&report["run"]["source"]), text(&report["result"]["conformant"]), outcomes)
}

/// Opens both windows: the commands of the first, the source, the commands of the second.
async fn windows(folder: &Path, first: &str, second: &str, own_numbers: bool) -> Ran {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let values = NUMBERS.map(|(name, number)| format!("{name}={number}")).join(" ");
    let exported = block("both-windows", port);
    assert!(NUMBERS.iter().all(|(name, _)| exported.contains(&format!("{name}=…"))), "{exported}");
    let export = if own_numbers { format!("export {values}; ") } else { String::new() };
    let window = Window::open(folder, &[export.clone(), block(first, port)].concat());
    let _server = source(&window, folder, listener, own_numbers);
    let commands = [export, block(second, port)].concat();
    let at = folder.to_owned();
    tokio::task::spawn_blocking(move || done(&at, &commands)).await.unwrap()
}

fn passes(outcomes: &BTreeMap<String, String>, ids: &[&str]) {
    for id in ids {
        assert_eq!(outcomes[*id], "pass", "{id}");
    }
}

#[test]
#[cfg(unix)]
fn the_commands_of_the_readme_lead_from_nothing_to_a_checked_source() {
    let judged = ["LST-01", "TOK-02", "SEC-08", "SEC-16", "SEC-20", "CRT-11", "DWN-01"];
    crate::support::block_on(async {
        let folder = tempfile::tempdir().unwrap();
        let ran = windows(folder.path(), "window-1", "window-2", false).await;
        let (_, conformant, outcomes) = report(folder.path());
        assert_eq!((ran.status, conformant.as_str()), (0, "partial"), "{}", ran.stdout);
        passes(&outcomes, &judged);
        // A profile of one's own, in the same folder.
        let ran = windows(folder.path(), "window-1", "window-2-own", false).await;
        let (name, _, outcomes) = report(folder.path());
        assert_eq!((ran.status, name.as_str()), (0, "My source"), "{}", ran.stdout);
        passes(&outcomes, &judged);
        let folder = tempfile::tempdir().unwrap();
        let ran = windows(folder.path(), "window-1-numbers", "window-2", true).await;
        assert_eq!(ran.status, 0, "{}", ran.stdout);
        passes(&report(folder.path()).2, &judged);
        let folder = tempfile::tempdir().unwrap();
        let ran = windows(folder.path(), "window-1-tls", "window-2-tls", false).await;
        assert_eq!(ran.status, 0, "{}", ran.stdout);
        let (_, _, outcomes) = report(folder.path());
        passes(&outcomes, &judged);
        passes(&outcomes, &["URL-01", "URL-02", "URL-03"]);
    });
}

#[test]
fn installing_is_told_right_after_the_first_command() {
    let commands: Vec<&str> = README.split("```sh\n").skip(1).filter_map(|rest| rest.lines().next()).collect();
    assert_eq!(commands[..3], ["cargo run -- demo", "cargo install --locked --path .", "cargo test"]);
}
