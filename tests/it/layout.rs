//! The import rules of the design: which room may know which. They stand in the table of `src/lib.rs`, and nowhere else.

mod imports;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use imports::{Crate, Module, Source};

/// A row of the table: a room, and those whose names it may use.
type Row = (String, BTreeSet<String>);

/// The rows of a table in the documentation of a crate: `//! | `room` | what it holds | `other`, `another` |`.
fn table(text: &str) -> Vec<Row> {
    let named = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
    let rows = text.lines().filter_map(|line| line.strip_prefix("//! | `"));
    let cells = rows.map(|row| row.trim_end().trim_end_matches('|').split('|').map(str::to_owned).collect::<Vec<_>>());
    cells
        .map(|cells| {
            let [name, _, may_import] = &cells[..] else { panic!("no row of three cells: {cells:?}") };
            (name.trim().trim_end_matches('`').to_owned(), named(may_import).into_iter().collect())
        })
        .collect()
}

/// Everything that is wrong with the imports of a crate.
fn faults(read: &dyn Fn(&str) -> Option<String>) -> Vec<String> {
    let rows = table(&read("lib.rs").unwrap());
    let read = Crate::read(read);
    let rooms: BTreeSet<&str> = read.sources.iter().filter_map(|source| room(&source.module)).collect();
    let known: BTreeMap<&str, &BTreeSet<String>> = rows.iter().map(|(name, may)| (name.as_str(), may)).collect();
    let mut faults = Vec::new();
    faults.extend(rooms.iter().filter(|room| !known.contains_key(*room)).map(|room| format!("{room} has no row")));
    faults.extend(known.keys().filter(|name| !rooms.contains(*name)).map(|name| format!("there is no {name}")));
    for (position, (name, may_import)) in rows.iter().enumerate() {
        let is_above = |other: &str| rows.iter().take(position).any(|(above, _)| above == other);
        let up = may_import.iter().filter(|other| !is_above(other));
        faults.extend(up.map(|other| format!("the row of {name} allows {other}, which does not stand above it")));
    }
    let mut used = BTreeSet::new();
    let mut arrows: BTreeMap<&Module, BTreeSet<&Module>> = BTreeMap::new();
    let modules: BTreeSet<&Module> = read.sources.iter().map(|source| &source.module).collect();
    for source in &read.sources {
        let Some(own) = room(&source.module) else { continue };
        for name in &source.names {
            // An exported macro stands at the root, and belongs to where it is written.
            let name = name.first().and_then(|first| read.macros.get(first)).unwrap_or(name);
            let Some(other) = room(name) else {
                faults.push(format!("{} names the whole crate", source.file));
                continue;
            };
            if let Some(file) = (1..=name.len()).rev().find_map(|n| modules.get(&name[..n].to_vec()).copied()) {
                arrows.entry(&source.module).or_default().insert(file);
            }
            if other == own {
                continue;
            }
            if !rooms.contains(other) {
                faults.push(format!("{} names {other}, which is no room", source.file));
            } else if known.get(own).is_some_and(|may_import| may_import.contains(other)) {
                used.insert((own, other));
            } else {
                faults.push(format!("{} names {}", source.file, name.join("::")));
            }
        }
    }
    let allowed = rows.iter().flat_map(|(name, may)| may.iter().map(move |other| (name.as_str(), other.as_str())));
    let idle = allowed.filter(|row| !used.contains(row));
    faults.extend(idle.map(|(name, other)| format!("{name} may import {other} and does not")));
    faults.extend(circles(&arrows));
    faults
}

fn room(module: &[String]) -> Option<&str> {
    module.first().map(String::as_str)
}

/// Pairs of files of different rooms each of which leads to the other.
fn circles(arrows: &BTreeMap<&Module, BTreeSet<&Module>>) -> Vec<String> {
    let reached = |from: &Module| {
        let (mut reached, mut pending) = (BTreeSet::new(), vec![from]);
        while let Some(module) = pending.pop() {
            pending.extend(arrows.get(module).into_iter().flatten().copied().filter(|next| reached.insert(*next)));
        }
        reached.into_iter().cloned().collect::<BTreeSet<Module>>()
    };
    let all: BTreeMap<&Module, BTreeSet<Module>> = arrows.keys().map(|module| (*module, reached(module))).collect();
    let across = |one: &Module, other: &Module| room(one) < room(other);
    all.iter()
        .flat_map(|(one, reached)| {
            reached.iter().filter(move |other| across(one, other)).map(move |other| (*one, other))
        })
        .filter(|(one, other)| all.get(other).is_some_and(|back| back.contains(*one)))
        .map(|(one, other)| format!("{} and {} lead to each other", one.join("::"), other.join("::")))
        .collect()
}

fn src() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn own(file: &str) -> Option<String> {
    fs::read_to_string(src().join(file)).ok()
}

#[test]
fn imports_between_rooms_are_those_of_the_table() {
    assert_eq!(faults(&own), Vec::<String>::new());
    assert!(table(&own("lib.rs").unwrap()).len() <= 15);
}

#[test]
fn every_file_stands_in_a_room() {
    let files = fs::read_dir(src()).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
    let names: BTreeSet<_> = files.map(|path| path.file_name().unwrap().to_owned()).collect();
    assert_eq!(names, BTreeSet::from(["lib.rs".into(), "main.rs".into()]));
}

/// Every Rust file below a folder of the package, with how many lines it has.
fn lengths(folder: &str) -> Vec<(PathBuf, usize)> {
    let mut pending = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    let mut files = Vec::new();
    while let Some(path) = pending.pop() {
        if path.is_dir() && !path.ends_with("node_modules") {
            pending.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let lines = fs::read_to_string(&path).unwrap().lines().count();
            files.push((path, lines));
        }
    }
    files
}

#[test]
fn files_are_as_long_as_a_reader_bears() {
    let mut files = lengths("src");
    let long: Vec<_> = files.iter().chain(&lengths("tests")).filter(|(_, lines)| *lines > 600).cloned().collect();
    assert_eq!(long, []);
    files.sort_by_key(|(_, lines)| *lines);
    assert!(files[files.len() / 2].1 < 160, "half of the files have more lines than {:?}", files[files.len() / 2]);
}

/// The files of the checks, without those of their tests.
fn checks() -> Vec<Source> {
    Crate::read(own).sources.into_iter().filter(|source| room(&source.module) == Some("checks")).collect()
}

#[test]
fn checks_see_evidence_through_a_case_alone() {
    let closed = [["evidence", "recording"], ["evidence", "vault"], ["judging", "decisions"]];
    for source in checks() {
        for name in &source.names {
            let is_closed = closed.iter().any(|closed| name.len() > 1 && name[..2] == closed[..]);
            assert!(!is_closed, "{} names {}", source.file, name.join("::"));
        }
    }
}

#[test]
fn no_check_reads_a_clock_or_the_environment() {
    for source in checks() {
        let text = own(&source.file).unwrap();
        let code = text.split("#[cfg(test)]\nmod tests").next().unwrap();
        for word in ["::now()", "Instant", "SystemTime", "env::", "rand::", "Uuid::new", "async fn"] {
            assert!(!code.contains(word), "{} holds {word}", source.file);
        }
    }
}

mod made_up {
    //! Every rule, seen to fail: small crates, each with one thing that is wrong.

    /// The faults of a crate of two rooms, `low` and `high`, and a module below each. `table`: the rows.
    fn faults_of(table: &str, high: &str, low: &str) -> Vec<String> {
        let rows: Vec<String> = table.lines().map(|row| format!("//! {row}\n")).collect();
        let rows = rows.concat();
        super::faults(&|file| {
            let text = match file {
                "lib.rs" => format!("{rows}mod high; mod low;"),
                "high/mod.rs" => format!("mod part; {high}"),
                "low/mod.rs" => {
                    "pub mod part; #[macro_export] macro_rules! told { () => { $crate::low::A }; }".to_owned()
                }
                "low/part.rs" => low.to_owned(),
                "high/part.rs" => String::new(),
                _ => return None,
            };
            Some(text)
        })
    }

    const TABLE: &str = "| `low` | what | |\n| `high` | what | `low` |";
    const USES: &str = "use crate::low::A;";

    #[test]
    fn a_crate_that_keeps_the_rules_has_no_fault() {
        for high in [
            USES,
            "use crate::{low::{self, part}, high::part as own};",
            "fn f() { crate::low::part::f() }",
            "mod a { fn f() { super::super::low::f() } }",
            "fn f() { assert_eq!(crate::low::A, 1); }",
            "use crate::told;",
            "fn f() { crate::told!() }",
            "#[arg(with = f(crate::low::f))] struct A;",
        ] {
            assert_eq!(faults_of(TABLE, high, ""), Vec::<String>::new(), "{high}");
        }
        let tests = "#[cfg(test)] mod tests; #[cfg(test)] use crate::high; #[cfg(test)] mod a { use crate::high::A; }";
        assert_eq!(faults_of(TABLE, USES, tests), Vec::<String>::new());
    }

    #[test]
    fn an_import_that_is_not_in_the_table_is_found_however_it_is_written() {
        for low in [
            "use crate::high::A;",
            "use crate::{low, high::A};",
            "use crate::{low::{part}, high::{self}};",
            "use crate::high as quiet;",
            "pub(crate) use crate::high::*;",
            "use super::super::high::A;",
            "use super::super::{high::A};",
            "fn f() { let a: crate::high::A; }",
            "fn f() { super::super::high::f() }",
            "mod a { mod b { fn f() { super::super::super::super::high::f() } } }",
            "fn f() { assert!(matches!(1, crate::high::A)); }",
            "fn f() { println!(\"{}\", super::super::high::A) }",
            "impl A { fn f() -> [u8; crate::high::N] { [] } }",
            "macro_rules! own { () => { $crate::high::A }; }",
            "#[serde(with = crate::high::f)] struct A;",
        ] {
            let faults = faults_of(TABLE, USES, low);
            assert!(faults.iter().any(|fault| fault.starts_with("low/part.rs names high")), "{low}: {faults:?}");
        }
    }

    #[test]
    fn the_whole_crate_is_no_import() {
        for low in ["use crate as all;", "use crate::*;", "use super::super as all;", "use super::super::*;"] {
            assert_eq!(faults_of(TABLE, USES, low), ["low/part.rs names the whole crate"], "{low}");
        }
        assert_eq!(faults_of(TABLE, USES, "use crate::gone::A;"), ["low/part.rs names gone, which is no room"]);
    }

    #[test]
    fn a_room_has_a_row_and_a_row_a_room() {
        let faults = faults_of("| `high` | what | |", USES, "");
        assert_eq!(faults, ["low has no row", "high/mod.rs names low::A"]);
        let faults = faults_of(&format!("| `gone` | what | |\n{TABLE}"), USES, "");
        assert_eq!(faults, ["there is no gone"]);
    }

    #[test]
    fn a_permission_that_nobody_uses_is_a_fault() {
        assert_eq!(faults_of(TABLE, "", ""), ["high may import low and does not"]);
        // What tests import uses no permission.
        assert_eq!(faults_of(TABLE, "#[cfg(test)] use crate::low::A;", ""), ["high may import low and does not"]);
    }

    #[test]
    fn a_row_allows_only_what_stands_above_it() {
        let faults = faults_of("| `high` | what | `low` |\n| `low` | what | |", USES, "");
        assert_eq!(faults, ["the row of high allows low, which does not stand above it"]);
    }

    #[test]
    fn files_of_two_rooms_do_not_lead_to_each_other() {
        let both = "| `low` | what | `high` |\n| `high` | what | `low` |";
        let faults = faults_of(both, "use crate::low::part::A;", "use crate::high::A;");
        let circle = "high and low::part lead to each other";
        assert!(faults.iter().any(|fault| fault == circle), "{faults:?}");
        // There and not back is no circle.
        let faults = faults_of(both, "fn f() { self::part::f(); crate::low::part::f() }", "use crate::high::part::A;");
        assert!(!faults.iter().any(|fault| fault.contains("lead to")), "{faults:?}");
    }
}
