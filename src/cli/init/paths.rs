//! Paths that were typed where the command runs, as a profile in another folder has to write them.

use std::path::{Component, Path, PathBuf};

/// A path that is seen from here, as it is seen from a folder. An absolute one stays as it is.
pub(super) fn seen_from(folder: &Path, path: &str) -> String {
    let here = Path::new(".");
    let (Some(from), Some(home), Some(to)) = (real(folder), real(here), real(Path::new(path))) else {
        return path.to_owned();
    };
    if Path::new(path).is_absolute() || from == home {
        return path.to_owned();
    }
    let shared = from.components().zip(to.components()).take_while(|(one, other)| one == other).count();
    if shared == 0 {
        // On another drive.
        return to.display().to_string();
    }
    let up = from.components().skip(shared).map(|_| Component::ParentDir);
    up.chain(to.components().skip(shared)).collect::<PathBuf>().display().to_string()
}

/// Where a path really leads, as far as it is there: `..` behind a symbolic link is not what it looks like. What stands at
/// its end is taken by name: it may be replaced by another file.
fn real(path: &Path) -> Option<PathBuf> {
    match path.file_name() {
        Some(name) => {
            let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
            Some(real(parent.unwrap_or(Path::new(".")))?.join(name))
        }
        // The empty path, `.`, `..` or the root.
        None => if path.as_os_str().is_empty() { Path::new(".") } else { path }.canonicalize().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_to_the_same_file_from_another_folder() {
        let outside = std::env::temp_dir().canonicalize().unwrap();
        for (folder, path, expected) in [
            ("", "key.pem", "key.pem"),
            (".", "./a/key.pem", "./a/key.pem"),
            ("x", "key.pem", "../key.pem"),
            ("x/z", "key.pem", "../../key.pem"),
            ("x", "x/key.pem", "key.pem"),
            ("x", "/etc/key.pem", "/etc/key.pem"),
        ] {
            assert_eq!(seen_from(Path::new(folder), path), expected, "{folder} {path}");
        }
        let here = std::env::current_dir().unwrap();
        let back = seen_from(&outside, "key.pem");
        assert_eq!(real(&outside.join(back)).unwrap().file_name().unwrap(), "key.pem");
        assert!(outside.join(seen_from(&outside, "Cargo.toml")).canonicalize().unwrap().starts_with(here));
    }
}
