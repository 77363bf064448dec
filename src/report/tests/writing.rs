use super::sample;
use crate::base::files::{WriteError, writable, write};
use crate::base::text::{Lang, Text};
use crate::evidence::vault::Vault;
use crate::report::{Languages, publish, render_all};

#[test]
fn a_file_is_replaced_as_a_whole_and_nothing_is_left_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let below = folder.path().join("reports");
    write(&below, "a.json", b"a longer text").unwrap();
    write(&below, "a.json", b"short").unwrap();
    assert_eq!(std::fs::read(below.join("a.json")).unwrap(), b"short");
    assert_eq!(std::fs::read_dir(&below).unwrap().count(), 1);
}

#[test]
fn one_file_that_cannot_be_written_does_not_stop_the_others() {
    let folder = tempfile::tempdir().unwrap();
    // A folder stands where the file should come.
    std::fs::create_dir_all(folder.path().join("report.json/x")).unwrap();
    let mut files = render_all(&sample::report(), Languages { first: Lang::En, only: false });
    files.insert(0, ("fleet.json", Err(WriteError::new("fleet.json", Text::new("gaat niet", "cannot be made")))));
    let unwritten = publish(&Vault::default(), folder.path(), "", files, None).unwrap().problems;
    let words: Vec<String> = unwritten.iter().map(|one| one.in_words(Lang::Nl)).collect();
    assert_eq!(words.len(), 2, "{words:?}");
    assert_eq!(words[0], "fleet.json kon niet geschreven worden: gaat niet");
    assert!(words[1].contains("report.json kon niet geschreven worden: "), "{words:?}");
    assert!(folder.path().join("junit.xml").is_file());
    assert!(!folder.path().join("fleet.json").exists());
}

#[test]
fn a_folder_that_cannot_be_made_is_an_error_in_words() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "file", b"").unwrap();
    let error = write(&folder.path().join("file"), "report.json", b"x").unwrap_err();
    assert!(error.to_string().contains("could not be written"), "{error}");
}

#[test]
fn a_folder_that_can_be_written_is_made_and_empty_one_that_cannot_leaves_no_trace() {
    let folder = tempfile::tempdir().unwrap();
    writable(&folder.path().join("a/b")).unwrap();
    assert_eq!(std::fs::read_dir(folder.path().join("a/b")).unwrap().count(), 0);
    // No system knows so long a name; what stands above it could be made.
    let long = "x".repeat(1000);
    let error = writable(&folder.path().join("a/c/d").join(&long)).unwrap_err();
    assert!(error.in_words(Lang::Nl).ends_with("zo'n naam kan niet, of is te lang"), "{error}");
    assert!(folder.path().join("a/b").is_dir() && !folder.path().join("a/c").exists());
}
