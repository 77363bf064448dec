//! What a killed run leaves: a temporary file that nobody renames any more. No portable way writes a file without a name
//! and then puts it in the place of another (a link from `O_TMPFILE` replaces nothing), so the next write into the same
//! folder clears up.

use std::fs::{self, DirEntry, File};
use std::path::Path;
use std::time::Duration;

/// How the name of a temporary file begins.
pub(super) const PREFIX: &str = ".bronkeur-";

/// How it ends.
pub(super) const SUFFIX: &str = ".tmp";

/// The random characters in between.
const RANDOM: usize = 6;

/// One that is younger may be somebody's, also where the file system knows no locks.
const OLD: Duration = Duration::from_hours(1);

/// Removes the temporary files of processes that are no more. What cannot be removed is in nobody's way.
pub(super) fn remove(folder: &Path) {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    for leftover in entries.filter(|entry| is_ours(entry) && is_old(entry) && is_free(entry)) {
        let _ = fs::remove_file(leftover.path());
    }
}

/// Whether it has the name of a temporary file; a file that somebody named himself has not.
fn is_ours(entry: &DirEntry) -> bool {
    let name = entry.file_name();
    let random = name.to_str().and_then(|name| name.strip_prefix(PREFIX)?.strip_suffix(SUFFIX));
    random.is_some_and(|random| random.len() == RANDOM && random.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

fn is_old(entry: &DirEntry) -> bool {
    let file = entry.metadata().ok().filter(fs::Metadata::is_file);
    let age = file.and_then(|file| file.modified().ok()?.elapsed().ok());
    age.is_some_and(|age| age >= OLD)
}

/// Whether no process holds it: who writes it has locked it.
fn is_free(entry: &DirEntry) -> bool {
    File::open(entry.path()).is_ok_and(|file| file.try_lock().is_ok())
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;

    /// A file of that age.
    #[expect(clippy::disallowed_methods, reason = "a leftover, and the clock that it is older than")]
    fn file(folder: &Path, name: &str, age: Duration) -> File {
        let path = folder.join(name);
        fs::write(&path, "half").unwrap();
        let file = File::options().write(true).open(path).unwrap();
        file.set_modified(SystemTime::now().checked_sub(age).unwrap()).unwrap();
        file
    }

    #[test]
    fn old_temporary_files_of_nobody_go_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let (folder, day) = (folder.path(), Duration::from_hours(24));
        file(folder, ".bronkeur-AbC123.tmp", day);
        file(folder, ".bronkeur-ffffff.tmp", OLD / 2);
        for other in [".bronkeur-notes.tmp", ".bronkeur-AbC123", "bronkeur-AbC123.tmp", ".bronkeur-a-b-c-.tmp", "x.tmp"]
        {
            file(folder, other, day);
        }
        fs::create_dir(folder.join(".bronkeur-folder.tmp")).unwrap();
        // A run that is stopped for a night and goes on tomorrow.
        let held = file(folder, ".bronkeur-AAAAAA.tmp", day);
        held.lock().unwrap();
        let names = || {
            let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
            names.collect::<std::collections::BTreeSet<_>>()
        };
        let before = names();
        remove(folder);
        assert_eq!(before.difference(&names()).collect::<Vec<_>>(), [".bronkeur-AbC123.tmp"]);
        drop(held);
        remove(folder);
        assert!(!names().contains(".bronkeur-AAAAAA.tmp"));
    }

    #[test]
    fn the_next_report_clears_up() {
        let folder = tempfile::tempdir().unwrap();
        file(folder.path(), ".bronkeur-AbC123.tmp", OLD * 2);
        crate::base::files::write(folder.path(), "report.json", b"{}").unwrap();
        let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, ["report.json"]);
    }
}
