//! Who may read the files with secrets. Whether they are there and in order showed when the profile was read.

use std::path::Path;

use super::{Line, State, Step};
use crate::text;

/// The files with secrets: place in the profile and path.
pub fn files<'a>(files: impl IntoIterator<Item = (&'a str, &'a Path)>) -> Vec<Line> {
    let mut count = 0;
    let mut lines = Vec::new();
    for (place, path) in files {
        count += 1;
        if is_open(path) {
            let path = path.display();
            lines.push(Line::owner(
                Step::Files,
                State::Warning,
                text!(
                    "`{place}`: anderen op deze computer kunnen {path} lezen",
                    "`{place}`: others on this computer can read {path}"
                ),
                text!("chmod 600 {path}", "chmod 600 {path}"),
            ));
        }
    }
    if lines.is_empty() {
        lines.push(Line::ok(
            Step::Files,
            text!(
                "{count} bestanden met geheimen, geen leesbaar voor anderen",
                "{count} files with secrets, none readable by others"
            ),
        ));
    }
    lines
}

#[cfg(unix)]
fn is_open(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).is_ok_and(|file| file.permissions().mode() & 0o077 != 0)
}

/// Other systems guard files in other ways.
#[cfg(not(unix))]
fn is_open(_: &Path) -> bool {
    false
}
