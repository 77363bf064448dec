//! What the tests share.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::LazyLock;
use std::sync::mpsc::{Receiver, channel};

use bronkeur::catalogue::{Catalogue, DEFAULT_SPEC};
use bronkeur::checks;
use bronkeur::judging::verdict::Outcome;
use bronkeur::run::session::Finished;
use bronkeur::sandbox::{self, Behaviour, Options, Sandbox};
use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// The embedded catalogue, loaded once.
pub(crate) fn catalogue() -> &'static Catalogue {
    static CATALOGUE: LazyLock<Catalogue> =
        LazyLock::new(|| Catalogue::load(DEFAULT_SPEC, None, checks::is_check).unwrap());
    &CATALOGUE
}

/// Runs one future on a runtime of its own.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(future)
}

/// Checks the sandbox with this behaviour.
pub(crate) fn examine(behaviour: Behaviour) -> (Finished, Sandbox) {
    block_on(sandbox::examine(catalogue(), Options { behaviour, ..Options::default() })).unwrap()
}

/// The ids with that outcome.
pub(crate) fn with_outcome(finished: &Finished, outcome: Outcome) -> Vec<&'static str> {
    let rows = catalogue().requirements.iter().zip(&finished.verdicts);
    rows.filter(|(_, verdict)| verdict.outcome == outcome).map(|(row, _)| row.id.as_str()).collect()
}

/// The real binary, in an empty folder, with an environment that only says what the test says.
pub(crate) fn bronkeur(folder: &TempDir) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bronkeur"));
    command.current_dir(folder.path()).env_clear().env("LANG", "C.UTF-8").env("COLUMNS", "100");
    command
}

/// A sandbox with its profile in a folder.
pub(crate) struct Stage {
    pub(crate) folder: TempDir,
    pub(crate) sandbox: Sandbox,
    _runtime: Runtime,
}

impl Stage {
    pub(crate) fn new() -> Self {
        let runtime = Runtime::new().unwrap();
        let sandbox = runtime.block_on(Sandbox::start(Options::default())).unwrap();
        let folder = tempfile::tempdir().unwrap();
        for file in sandbox.profile_files() {
            write(&folder, &file.name, &file.text);
        }
        Self { folder, sandbox, _runtime: runtime }
    }
}

/// Writes a file that its owner alone may read.
pub(crate) fn write(folder: &TempDir, name: &str, text: &str) {
    let path = folder.path().join(name);
    fs::write(&path, text).unwrap();
    #[cfg(unix)]
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
}

/// What a command printed and how it ended.
pub(crate) struct Ran {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) status: i32,
}

/// Runs a command to its end.
pub(crate) fn ran(command: &mut Command) -> Ran {
    let output = command.output().unwrap();
    Ran {
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
        status: output.status.code().unwrap_or(-1),
    }
}

/// A JSON value is as its JSON Schema says.
pub(crate) fn assert_fits(schema: &str, value: &Value) {
    let schema = jsonschema::validator_for(&serde_json::from_str(schema).unwrap()).unwrap();
    let errors: Vec<String> =
        schema.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:?}");
}

/// An issuer (and source) that answers what it is told to, given its own URL and the request. What it was asked comes
/// out of the channel; it ends with it.
pub(crate) fn issuer(answer: impl Fn(&str, &str) -> String + Send + 'static) -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/op", listener.local_addr().unwrap());
    let (heard, hear) = channel();
    let own = url.clone();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let request = request(&mut stream);
            stream.write_all(answer(&own, &request).as_bytes()).ok();
            if heard.send(request).is_err() {
                return;
            }
        }
    });
    (url, hear)
}

/// A whole request: its head, and as much body as that announces.
fn request(stream: &mut TcpStream) -> String {
    let (mut bytes, mut chunk) = (Vec::new(), [0; 4096]);
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length =
                head.to_lowercase().lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
            if body.len() >= length.unwrap_or(0) {
                return text;
            }
        }
        match stream.read(&mut chunk) {
            Ok(count @ 1..) => bytes.extend_from_slice(&chunk[..count]),
            _ => return text,
        }
    }
}
