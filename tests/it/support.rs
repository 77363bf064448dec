//! What the tests share.

use std::process::Command;
use std::sync::LazyLock;

use bronkeur::catalogue::{Catalogue, DEFAULT_SPEC};
use bronkeur::checks;
use bronkeur::sandbox::{Behaviour, Options, Sandbox};
use bronkeur::selftest;
use bronkeur::session::Finished;
use bronkeur::verdict::Outcome;

/// The embedded catalogue, loaded once.
pub(crate) fn catalogue() -> &'static Catalogue {
    static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| {
        Catalogue::load(DEFAULT_SPEC, None, |chapter, name| checks::find(chapter, name).is_some()).unwrap()
    });
    &CATALOGUE
}

/// Runs one future on a runtime of its own.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(future)
}

/// Checks the sandbox with this behaviour.
pub(crate) fn examine(behaviour: Behaviour) -> (Finished, Sandbox) {
    block_on(selftest::examine(catalogue(), Options { behaviour, ..Options::default() })).unwrap()
}

/// The ids with that outcome.
pub(crate) fn with_outcome(finished: &Finished, outcome: Outcome) -> Vec<&'static str> {
    let rows = catalogue().requirements.iter().zip(&finished.verdicts);
    rows.filter(|(_, verdict)| verdict.outcome == outcome).map(|(row, _)| row.id.as_str()).collect()
}

/// The real binary, in an empty folder, with an environment that only says what the test says.
pub(crate) fn bronkeur(folder: &tempfile::TempDir) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bronkeur"));
    command.current_dir(folder.path()).env_clear().env("LANG", "C.UTF-8").env("COLUMNS", "100");
    command
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
