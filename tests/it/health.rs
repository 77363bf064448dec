//! A set of another kind, added from outside: two requirements about the health of an application, with their checks, a
//! built-in application and its faults. Nothing in the program knows of it, so that whatever the kernel asks of a kind is
//! what stands here. The worked example of docs/adding-a-kind.md.

mod checks;
mod world;

use std::path::Path;
use std::sync::LazyLock;

use bronkeur::catalogue::{Catalogue, Selection, SubjectKind};
use bronkeur::judging::verdict::Outcome;
use bronkeur::report::{Report, RunMeta, har};
use bronkeur::run::evaluate::Evaluator;
use bronkeur::sandbox::World as _;
use bronkeur::sandbox::selftest::matrix;

use self::checks::REGISTRY;
use self::world::{Behaviour, FAULTS, HealthWorld};
use crate::support::{assert_fits, block_on};

fn catalogue() -> &'static Catalogue {
    static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| {
        let specs = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/health/specs");
        let is_check = |_, set: &str, chapter: &str, name: &str| REGISTRY.find(set, chapter, name).is_some();
        Catalogue::load("health", Some(&specs), is_check).unwrap_or_else(|faults| panic!("{faults}"))
    });
    &CATALOGUE
}

#[test]
fn the_kill_matrix_of_another_kind_is_exact() {
    let rows = block_on(matrix::<HealthWorld>(catalogue(), FAULTS.iter().collect(), 2, |_| {})).unwrap();
    let wrong: Vec<_> = rows.iter().filter(|row| !row.is_exact()).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    let failed: Vec<_> = rows.iter().map(|row| (row.name(), row.failed.iter().cloned().collect::<Vec<_>>())).collect();
    let expected = [
        ("conformant", vec![]),
        ("health-is-not-told", vec!["HLT-01".to_owned()]),
        ("health-is-old", vec!["HLT-02".to_owned()]),
    ];
    assert_eq!(failed, expected);
}

#[test]
fn its_evidence_is_judged_again_to_the_same_report() {
    let mut behaviour = Behaviour::default();
    (FAULTS[0].apply)(&mut behaviour);
    let finished = block_on(HealthWorld::examine(catalogue(), behaviour, None)).unwrap();
    let meta = RunMeta::default();
    let report = Report::new(catalogue(), &finished.recording, &finished.verdicts, &meta);
    let told = serde_json::to_value(&report).unwrap();
    assert_fits(include_str!("../../specs/report.schema.json"), &told);
    let outcomes: Vec<Outcome> = report.requirements.iter().map(|row| row.outcome).collect();
    assert_eq!(outcomes, [Outcome::Fail, Outcome::Blocked]);
    assert_eq!(report.requirements[1].reason.clone().unwrap_or_default().en, "it does not say how it is: see HLT-01");

    let evidence = har::write(catalogue(), &finished.recording, &meta).unwrap().text().unwrap();
    let again = har::read("evidence.har", &evidence).unwrap_or_else(|faults| panic!("{faults}"));
    let evaluator = Evaluator { catalogue: catalogue(), registry: &REGISTRY };
    let verdicts = evaluator.evaluate(&again.recording, &Selection::default());
    let again = Report::new(catalogue(), &again.recording, &verdicts, &meta);
    assert_eq!(serde_json::to_value(&again).unwrap(), told);
}

#[test]
fn the_program_itself_knows_nothing_of_it() {
    assert_eq!(catalogue().kind, SubjectKind::Application);
    let built_in = bronkeur::checks::registry(SubjectKind::Application);
    assert!(built_in.all().all(|(set, _, _)| set != "health"));
    let without = Evaluator::new(catalogue());
    assert!(catalogue().requirements.iter().all(|row| without.registry.check_of(row).is_none()));
}
