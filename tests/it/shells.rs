//! Completions and manual pages: made from the command line as it is, so they are always current.

use std::fs;
use std::process::Command;

use crate::support::{bronkeur, ran};

/// Every command that the help names.
fn commands() -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let help = ran(bronkeur(&folder).arg("--help")).stdout;
    let listed = help.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    // A line that continues a description is indented further.
    let named = listed.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names = named.map(|line| line.split_whitespace().next().unwrap().to_owned());
    names.filter(|name| name != "help").collect()
}

#[test]
fn every_shell_completes_every_command_requirement_and_fault() {
    let folder = tempfile::tempdir().unwrap();
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let output = ran(bronkeur(&folder).args(["completions", shell]));
        assert_eq!((output.status, output.stderr.as_str()), (0, ""), "{shell}");
        for command in commands() {
            assert!(output.stdout.contains(&command), "{shell} does not know {command}");
        }
        // PowerShell's form of the library has no values.
        let words =
            if shell == "powershell" { &["--rerun-failed"][..] } else { &["LST-11", "LST", "number-counts-from-zero"] };
        for word in words {
            assert!(output.stdout.contains(word), "{shell} does not know {word}");
        }
    }
    assert_eq!(ran(bronkeur(&folder).args(["completions", "tcsh"])).status, 2);
}

#[test]
fn bash_completes_a_requirement() {
    let folder = tempfile::tempdir().unwrap();
    let script = ran(bronkeur(&folder).args(["completions", "bash"])).stdout;
    let path = folder.path().join("bronkeur.bash");
    fs::write(&path, script).unwrap();
    let ask = "source ./bronkeur.bash; COMP_WORDS=(bronkeur explain LST-1); COMP_CWORD=2; \
               _bronkeur bronkeur LST-1 explain; printf '%s\\n' \"${COMPREPLY[@]}\"";
    let output = ran(Command::new("bash").current_dir(folder.path()).args(["--norc", "-c", ask]));
    assert_eq!(output.stderr, "");
    assert!(output.stdout.lines().any(|word| word == "LST-11"), "{}", output.stdout);
    assert!(output.stdout.lines().all(|word| word.starts_with("LST-1")), "{}", output.stdout);
}

#[test]
fn every_command_has_its_manual_page() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(ran(bronkeur(&folder).args(["man", "--out", "man1"])).status, 0);
    let mut expected: Vec<String> = commands().iter().map(|command| format!("bronkeur-{command}.1")).collect();
    expected.push("bronkeur.1".to_owned());
    expected.sort();
    let mut pages: Vec<String> = fs::read_dir(folder.path().join("man1"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    pages.sort();
    assert_eq!(pages, expected);
    let printed = ran(bronkeur(&folder).arg("man"));
    assert_eq!(printed.stdout, fs::read_to_string(folder.path().join("man1/bronkeur.1")).unwrap());
    let check = fs::read_to_string(folder.path().join("man1/bronkeur-check.1")).unwrap();
    assert!(check.contains("fail\\-on") && check.contains("rerun\\-failed"), "{check}");
    fs::write(folder.path().join("taken"), "a file").unwrap();
    assert_eq!(ran(bronkeur(&folder).args(["man", "--out", "taken"])).status, 4);
}
