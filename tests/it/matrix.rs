//! The fault matrix: every fault turns exactly the requirements that it names, in both envelopes.

use std::collections::BTreeSet;

use bronkeur::catalogue::Mode;
use bronkeur::evidence::snapshot::Baseline;
use bronkeur::judging::verdict::{Gate, Outcome, Severity, severity};
use bronkeur::sandbox::selftest::matrix;
use bronkeur::sandbox::{Behaviour, Envelope, Options, SourceWorld, examine_after, faults};
use serde_json::Value;

use crate::support::{assert_fits, block_on, bronkeur, catalogue, examine, ran, with_outcome};

#[test]
fn every_fault_turns_exactly_the_requirements_it_names() {
    let rows = block_on(matrix::<SourceWorld>(catalogue(), faults::all().collect(), 4, |_| {})).unwrap();
    assert_eq!(rows.len(), 2 * (faults::all().count() + 1));
    let wrong: Vec<String> = rows
        .iter()
        .filter(|row| !row.is_exact())
        .map(|row| {
            let (name, envelope) = (row.name(), row.variant);
            format!(
                "{name} {envelope}: missed {:?}, surplus {:?}, blocked {:?}, dangling {:?}",
                row.missed(),
                row.surplus(),
                row.stray(),
                row.dangling()
            )
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_requirement_that_is_judged_has_a_fault() {
    let broken: BTreeSet<&str> = faults::all().flat_map(|fault| fault.breaks).copied().collect();
    let judged = catalogue().requirements.iter().filter(|row| row.mode == Mode::Check).map(|row| row.id.as_str());
    let without: Vec<&str> = judged.filter(|id| !broken.contains(id)).collect();
    assert!(without.is_empty(), "no fault breaks {without:?}");
}

#[test]
fn every_fault_names_requirements_that_exist() {
    let ids: BTreeSet<&str> = catalogue().requirements.iter().map(|row| row.id.as_str()).collect();
    let chapters: BTreeSet<&str> = ids.iter().filter_map(|id| id.split('-').next()).collect();
    for fault in faults::all() {
        let breaks = fault.breaks.iter().filter(|id| !ids.contains(*id));
        let blocks = fault.blocks.iter().filter(|id| !ids.contains(*id) && !chapters.contains(*id));
        let unknown: Vec<_> = breaks.chain(blocks).collect();
        assert!(unknown.is_empty(), "{} names {unknown:?}", fault.name);
    }
}

#[test]
fn the_conformant_source_fails_nothing_blocks_nothing_and_warns_of_nothing() {
    for envelope in [Envelope::Links, Envelope::Hal] {
        let (finished, _sandbox) = examine(Behaviour { envelope, ..Behaviour::default() });
        assert_eq!(with_outcome(&finished, Outcome::Fail), Vec::<&str>::new(), "{envelope:?}");
        assert_eq!(with_outcome(&finished, Outcome::Blocked), Vec::<&str>::new(), "{envelope:?}");
        let rows = catalogue().requirements.iter().zip(&finished.verdicts);
        let noted: Vec<&str> = rows
            .filter(|(row, verdict)| severity(row.level, row.about, None, verdict, Gate::default()) != Severity::None)
            .map(|(row, _)| row.id.as_str())
            .collect();
        assert_eq!(noted, Vec::<&str>::new(), "{envelope:?}");
    }
}

#[test]
fn a_source_that_stays_the_same_breaks_nothing() {
    for envelope in [Envelope::Links, Envelope::Hal] {
        let behaviour = || Behaviour { envelope, ..Behaviour::default() };
        let (finished, _sandbox) = examine(behaviour());
        let previous = Some(Baseline::of(&finished.recording));
        let options = Options { behaviour: behaviour(), ..Options::default() };
        let (finished, _sandbox) = block_on(examine_after(catalogue(), options, previous)).unwrap();
        assert!(with_outcome(&finished, Outcome::Pass).contains(&"URL-17"), "{envelope:?}");
    }
}

#[test]
fn the_matrix_is_told_to_programs_as_its_schema_says() {
    let folder = tempfile::tempdir().unwrap();
    let output = ran(bronkeur(&folder).args(["selftest", "number-counts-from-zero", "expires-in-is-text", "--json"]));
    assert_eq!((output.status, output.stderr.as_str()), (0, ""), "{}", output.stdout);
    let told: Value = serde_json::from_str(&output.stdout).unwrap();
    assert_fits(include_str!("../../specs/selftest.schema.json"), &told);
    let runs: Vec<(Option<&str>, &str, bool)> = told["runs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|run| (run["fault"].as_str(), run["variant"].as_str().unwrap(), run["exact"].as_bool().unwrap()))
        .collect();
    let names = [None, Some("expires-in-is-text"), Some("number-counts-from-zero")];
    assert_eq!(
        runs,
        names.into_iter().flat_map(|name| ["links", "hal"].map(|variant| (name, variant, true))).collect::<Vec<_>>()
    );
    let last = &told["runs"][5];
    assert_eq!((&last["breaks"], &last["failed"]), (&last["failed"], &last["breaks"]));
}
