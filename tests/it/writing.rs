//! Reports that cannot be written: never half a file under a final name, each format on its own, and status 4.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{Ran, bronkeur, ran};

const FORMATS: [&str; 5] = ["evidence.har", "junit.xml", "report.html", "report.json", "summary.md"];

/// One requirement of the built-in source.
const DEMO: [&str; 4] = ["demo", "--quiet", "--only", "LST-11"];

/// The same within a shell that sets the stage first; `"$@"` is the demo.
fn within(folder: &TempDir, shell: &[&str], stage: &str) -> Command {
    let program = bronkeur(folder).get_program().to_owned();
    let mut command = bronkeur(folder);
    let mut staged = Command::new(shell[0]);
    staged.args(&shell[1..]).args([stage, "stage"]).arg(program).args(DEMO).current_dir(folder.path()).env_clear();
    staged.envs(command.env("PATH", "/usr/bin:/bin").get_envs().filter_map(|(name, value)| Some((name, value?))));
    staged
}

/// The files of a folder that have a final name; each is whole.
fn whole(folder: &Path) -> BTreeMap<String, String> {
    let Ok(entries) = fs::read_dir(folder) else { return BTreeMap::new() };
    let files = entries.map(|entry| entry.unwrap()).filter(|entry| entry.file_type().unwrap().is_file());
    let named = files.map(|entry| (entry.file_name().into_string().unwrap(), entry.path()));
    let mut found = BTreeMap::new();
    for (name, path) in named.filter(|(name, _)| !name.starts_with(".bronkeur-")) {
        let text = fs::read_to_string(path).unwrap();
        let whole = match name.as_str() {
            "evidence.har" | "report.json" => serde_json::from_str::<Value>(&text).is_ok(),
            "junit.xml" => text.trim_end().ends_with("</testsuites>"),
            "report.html" => text.trim_end().ends_with("</html>"),
            "summary.md" => text.ends_with('\n'),
            other => panic!("{other}"),
        };
        assert!(whole, "half of {name}: {} bytes", text.len());
        found.insert(name, text);
    }
    found
}

/// No trace of what could not be finished.
fn nothing_beside(folder: &Path) {
    for entry in fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(FORMATS.contains(&name.as_str()), "{name}");
    }
}

fn unwritten(ran: &Ran, names: &[&str]) {
    assert_eq!(ran.status, 4, "{}", ran.stderr);
    assert!(ran.stdout.ends_with("-> exit 4\n"), "{}", ran.stdout);
    for name in names {
        assert!(ran.stderr.contains(&format!("reports/{name} could not be written: ")), "{}", ran.stderr);
    }
    assert!(ran.stderr.contains("--out") && !ran.stderr.contains(".bronkeur-"), "{}", ran.stderr);
}

/// A folder in which nobody can write, also not root, whom no permission stops: a file stands in the way.
fn in_the_way(folder: &TempDir, name: &str) {
    fs::write(folder.path().join(name), "a file").unwrap();
}

/// Said before the run: where, why and what to do, and nothing is left behind.
fn found_out_before(folder: &TempDir, command: &mut Command, path: &str) {
    let ran = ran(command);
    assert_eq!((ran.status, ran.stdout.as_str()), (4, ""), "{}", ran.stderr);
    assert!(ran.stderr.starts_with(&format!("bronkeur: {path} could not be written: ")), "{}", ran.stderr);
    assert!(ran.stderr.contains("--out") && !ran.stderr.contains(".bronkeur-"), "{}", ran.stderr);
    let name = path.split('/').next().unwrap();
    assert_eq!(fs::read_to_string(folder.path().join(name)).unwrap(), "a file");
}

#[test]
fn a_folder_that_cannot_be_written_is_found_out_before_the_first_request() {
    let folder = tempfile::tempdir().unwrap();
    in_the_way(&folder, "reports");
    let source = TcpListener::bind("127.0.0.1:0").unwrap();
    source.set_nonblocking(true).unwrap();
    let base = format!("http://{}/v1", source.local_addr().unwrap());
    let mut check = bronkeur(&folder);
    check.args(["check", "--base-url", &base, "--insz-env", "INSZ", "--token-env", "TOKEN", "--out", "reports/a/b"]);
    check.env("INSZ", "85073099932").env("TOKEN", "a-token-of-somebody");
    found_out_before(&folder, &mut check, "reports/a/b");
    assert_eq!(source.accept().unwrap_err().kind(), ErrorKind::WouldBlock, "it was called");
    fs::write(
        folder.path().join("bron.yaml"),
        format!(
            "source: {{ base_url: '{base}' }}\n\
             citizens: [{{ name: an, role: subject, insz: {{ env: INSZ }}, tx_token: {{ env: TOKEN }} }}]\n"
        ),
    )
    .unwrap();
    fs::write(folder.path().join("sources.yaml"), "sources: [{ name: town, profile: bron.yaml }]\n").unwrap();
    let mut fleet = bronkeur(&folder);
    fleet.arg("fleet").env("INSZ", "85073099932").env("TOKEN", "a-token-of-somebody");
    found_out_before(&folder, &mut fleet, "reports");
    // The folder of a source is that source's trouble: it is not called.
    fs::create_dir(folder.path().join("out")).unwrap();
    in_the_way(&folder, "out/town");
    let ran = ran(fleet.args(["--out", "out"]));
    assert_eq!(ran.status, 4, "{}", ran.stderr);
    assert!(ran.stdout.contains("out/town could not be written: "), "{}", ran.stdout);
    assert!(ran.stdout.ends_with("bronkeur: 1 source, 1 without a report -> exit 4\n"), "{}", ran.stdout);
    assert_eq!(source.accept().unwrap_err().kind(), ErrorKind::WouldBlock, "it was called");
}

#[test]
fn what_sends_nothing_finds_out_as_early() {
    let folder = tempfile::tempdir().unwrap();
    in_the_way(&folder, "file");
    found_out_before(&folder, bronkeur(&folder).args(DEMO).args(["--out", "file"]), "file");
    assert_eq!(ran(bronkeur(&folder).args(DEMO)).status, 0);
    let replay = ["replay", "reports/evidence.har", "--quiet"];
    found_out_before(&folder, bronkeur(&folder).args(replay).args(["--out", "file/x"]), "file/x");
    // It writes nothing.
    let verify = ["--verify", "reports/report.json", "--out", "file"];
    assert_eq!(ran(bronkeur(&folder).args(replay).args(verify)).status, 0);
    let sources = "sources: [{ name: town, evidence: reports/evidence.har }]\n";
    fs::write(folder.path().join("sources.yaml"), sources).unwrap();
    assert_eq!(ran(bronkeur(&folder).args(["fleet", "--out", "part", "--quiet"])).status, 0);
    found_out_before(&folder, bronkeur(&folder).args(["merge", "part", "--out", "file"]), "file");
    // Said in Dutch too.
    let dutch = ran(bronkeur(&folder).args(DEMO).args(["--out", "file/x", "--lang", "nl"]));
    assert!(dutch.stderr.contains("file/x kon niet geschreven worden: een deel van het pad"), "{}", dutch.stderr);
}

#[test]
#[cfg(target_os = "linux")]
fn a_read_only_file_system_is_found_out_and_no_part_of_the_path_stays() {
    let folder = tempfile::tempdir().unwrap();
    let stage = "mkdir reports && mount -t tmpfs -o ro tmpfs reports || exit 99; cd reports && \"$@\"";
    let shell = ["unshare", "--mount", "--map-root-user", "sh", "-c"];
    let Ok(output) = within(&folder, &shell, stage).stdin(Stdio::null()).output() else { return };
    if [Some(99), Some(1)].contains(&output.status.code()) {
        eprintln!("skipped: this system lets nobody mount a read-only disk");
        return;
    }
    let words = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(4), "{words}");
    assert!(words.starts_with("bronkeur: reports could not be written: that file system is read-only\n"), "{words}");
}

#[test]
fn one_format_that_cannot_be_written_stops_no_other() {
    for name in FORMATS {
        let folder = tempfile::tempdir().unwrap();
        let reports = folder.path().join("reports");
        fs::create_dir_all(reports.join(name).join("in the way")).unwrap();
        unwritten(&ran(bronkeur(&folder).args(DEMO)), &[name]);
        assert_eq!(whole(&reports).len(), FORMATS.len() - 1, "{name}");
        nothing_beside(&reports);
    }
}

#[test]
#[cfg(unix)]
fn a_full_disk_leaves_whole_files_only() {
    // As if it were full: no file may be larger. The signal that comes with it would end the process.
    let folder = tempfile::tempdir().unwrap();
    let reports = folder.path().join("reports");
    let full = ran(&mut within(&folder, &["sh", "-c"], "trap '' XFSZ; ulimit -f 8; exec \"$@\""));
    unwritten(&full, &["evidence.har", "report.json", "report.html", "junit.xml"]);
    assert_eq!(whole(&reports).into_keys().collect::<Vec<_>>(), ["summary.md"]);
    nothing_beside(&reports);
}

#[test]
#[cfg(target_os = "linux")]
fn a_disk_that_is_full_indeed_leaves_whole_files_only() {
    let folder = tempfile::tempdir().unwrap();
    let stage = "mkdir reports kept && mount -t tmpfs -o size=60k tmpfs reports || exit 99; \
                 \"$@\"; status=$?; cp -a reports/. kept; exit $status";
    let shell = ["unshare", "--mount", "--map-root-user", "sh", "-c"];
    let full = within(&folder, &shell, stage).stdin(Stdio::null()).output();
    let full = match full {
        Ok(output) if ![Some(99), Some(1)].contains(&output.status.code()) => output,
        _ => {
            eprintln!("skipped: this system lets nobody mount a small disk");
            return;
        }
    };
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let status = full.status.code().unwrap_or(-1);
    unwritten(&Ran { stdout: text(full.stdout), stderr: text(full.stderr), status }, &["evidence.har", "report.json"]);
    let kept = folder.path().join("kept");
    assert!(whole(&kept).contains_key("summary.md"));
    nothing_beside(&kept);
}

#[test]
#[cfg(unix)]
fn who_is_killed_while_writing_leaves_what_was_there() {
    let folder = tempfile::tempdir().unwrap();
    let reports = folder.path().join("reports");
    assert_eq!(ran(bronkeur(&folder).args(DEMO)).status, 0);
    let before = whole(&reports);
    assert_eq!(before.len(), FORMATS.len());
    // The kernel ends the process in the middle of its first large file.
    let killed = within(&folder, &["sh", "-c"], "ulimit -f 8; exec \"$@\"").output().unwrap();
    assert_eq!(killed.status.code(), None, "{}", String::from_utf8_lossy(&killed.stderr));
    let after = whole(&reports);
    assert_eq!(after["evidence.har"], before["evidence.har"]);
    assert!(after.keys().eq(before.keys()));
}

#[test]
#[cfg(unix)]
fn kill_9_leaves_no_half_file() {
    let folder = tempfile::tempdir().unwrap();
    let reports = folder.path().join("reports");
    fs::create_dir(&reports).unwrap();
    let mut child = bronkeur(&folder).args(DEMO).stdout(Stdio::null()).spawn().unwrap();
    let until = Instant::now() + Duration::from_mins(1);
    // As soon as anything is being written.
    while fs::read_dir(&reports).unwrap().next().is_none() && Instant::now() < until {
        std::thread::yield_now();
    }
    child.kill().unwrap();
    assert_eq!(child.wait().unwrap().code(), None, "it must die of the signal");
    whole(&reports);
}
