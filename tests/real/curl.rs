//! The commands that a report prints, run as they are printed against the source that the report is about: what was found
//! is seen again.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use bronkeur::report::Report;
use libtest_mimic::Trial;

use crate::support::{Need, bronkeur, trial};

const NEEDS: [Need; 2] = [Need::Program("curl"), Need::Program("openssl")];

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("curl::lines_show_what_was_found", &NEEDS, lines_show_what_was_found),
        trial("curl::lines_to_the_issuer_show_what_was_found", &NEEDS, lines_to_the_issuer_show_what_was_found),
    ]
}

/// What breaks one requirement of a chapter, which one, and what of it a command shows.
struct Shown {
    fault: &'static str,
    id: &'static str,
    sign: &'static [&'static str],
}

/// One of each chapter that can fail, but the token.
const OF_THE_SOURCE: [Shown; 10] = [
    Shown { fault: "old-tls-is-spoken", id: "URL-03", sign: &["CONNECTED", "TLSv1"] },
    Shown { fault: "version-header-is-of-another-version", id: "URL-16", sign: &["x-version: v2"] },
    Shown { fault: "answers-are-public", id: "HTTP-16", sign: &["cache-control: public"] },
    Shown { fault: "error-without-title", id: "ERR-02", sign: &["\"status\":4"] },
    Shown { fault: "list-ignores-the-audience", id: "SEC-05", sign: &[" 200", "\"certificates\""] },
    Shown { fault: "list-of-another-citizen-is-shown", id: "SEC-08", sign: &[" 200", "\"certificates\""] },
    Shown { fault: "number-counts-from-zero", id: "LST-11", sign: &["\"number\":0"] },
    Shown { fault: "year-becomes-text", id: "CRT-05", sign: &["\"year\":\"20"] },
    Shown { fault: "pdf-is-called-html", id: "DWN-02", sign: &["content-type: text/html"] },
    Shown { fault: "unknown-certificate-is-null", id: "ERR-08", sign: &[" 200", "null"] },
];

const OF_THE_ISSUER: [Shown; 1] =
    [Shown { fault: "issuer-in-discovery-ends-with-a-slash", id: "TOK-01", sign: &["/op/\""] }];

/// The built-in source, until this is dropped.
struct Served(Child);

impl Served {
    /// It writes its profile last.
    fn start(folder: &tempfile::TempDir, shown: &[Shown]) -> Self {
        let mut command = bronkeur(folder);
        command.args(["serve", "--out", "."]).stdin(Stdio::null()).stdout(Stdio::null());
        for Shown { fault, .. } in shown {
            command.args(["--fault", fault]);
        }
        let served = Self(command.spawn().unwrap());
        let end = Instant::now() + Duration::from_mins(1);
        while !folder.path().join("bron.yaml").exists() {
            assert!(Instant::now() < end, "no profile");
            std::thread::sleep(Duration::from_millis(50));
        }
        served
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What a shell with nothing but our program on its path makes of a script.
fn shell(folder: &Path, script: &str) -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_bronkeur")).parent().unwrap();
    let path = format!("{}:/usr/bin:/bin", program.display());
    let mut command = Command::new("sh");
    command.args(["-c", script]).current_dir(folder).env_clear().env("PATH", path).env("LANG", "C.UTF-8");
    let output = command.stdin(Stdio::null()).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!("{}\n{}", text(&output.stdout), text(&output.stderr))
}

/// The commands that fill the variables of a line, and the line.
fn script(report: &Report, line: &str) -> String {
    let mut script = String::from("set -e\n");
    for variable in &report.run.variables {
        let name = &variable.name;
        let ends = |rest: &str| !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
        let braced = line.contains(&format!("${{{name}}}"));
        if braced || line.split(&format!("${name}")).skip(1).any(ends) {
            script.push_str(variable.command.as_deref().unwrap_or_else(|| panic!("nothing fills ${name}: {line}")));
            script.push('\n');
        }
    }
    script + line
}

fn assert_seen_again(all: &[Shown]) {
    let folder = tempfile::tempdir().unwrap();
    let _served = Served::start(&folder, all);
    bronkeur(&folder).args(["check", "-q"]).output().unwrap();
    let text = std::fs::read_to_string(folder.path().join("reports/report.json")).unwrap();
    let report: Report = serde_json::from_str(&text).unwrap();
    for Shown { id, sign, .. } in all {
        let row = report.requirements.iter().find(|row| row.id == *id).unwrap();
        let finding = row.findings.first().unwrap_or_else(|| panic!("{id} is found: {row:?}"));
        let exchange = report.exchange(finding.exchange.as_deref().unwrap()).unwrap();
        let line = exchange.curl.as_deref().unwrap_or_else(|| panic!("{id} has a line"));
        let seen = shell(folder.path(), &script(&report, line));
        let missing: Vec<&&str> = sign.iter().filter(|sign| !seen.contains(**sign)).collect();
        assert!(missing.is_empty(), "{id}: {missing:?} is not in\n{line}\n{seen}");
        if let Some(status @ 1..) = exchange.status {
            assert!(seen.contains(&format!(" {status}")), "{id}: {status} is not in\n{line}\n{seen}");
        }
    }
}

fn lines_show_what_was_found() {
    assert_seen_again(&OF_THE_SOURCE);
}

fn lines_to_the_issuer_show_what_was_found() {
    assert_seen_again(&OF_THE_ISSUER);
}
