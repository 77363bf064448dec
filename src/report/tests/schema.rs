use proptest::prelude::*;
use serde_json::Value;

use super::agreement::{report_of, some_rows};
use super::sample;
use crate::base::text::Text;
use crate::catalogue::{Catalogue, DEFAULT_SPEC, Level, Mode};
use crate::evidence::exchange::FailureKind;
use crate::judging::reason::cause::CauseKind;
use crate::judging::verdict::{Outcome, Verdict};
use crate::report::{Difference, Exchange, Report, Selection, Unanswered, json};

const SCHEMA: &str = include_str!("../../../specs/report.schema.json");

const DIFF_SCHEMA: &str = include_str!("../../../specs/diff.schema.json");

fn schema() -> Value {
    serde_json::from_str(SCHEMA).unwrap()
}

pub(super) fn assert_valid(report: &Report) {
    let text = json(report).unwrap();
    let value: Value = serde_json::from_str(&text).unwrap();
    let schema = jsonschema::validator_for(&schema()).unwrap();
    let errors: Vec<String> =
        schema.iter_errors(&value).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:?}");
    assert_eq!(&serde_json::from_str::<Report>(&text).unwrap(), report);
}

fn assert_valid_difference(old: &Report, new: &Report) {
    let value = serde_json::to_value(Difference::between(old, new)).unwrap();
    let schema = jsonschema::validator_for(&serde_json::from_str(DIFF_SCHEMA).unwrap()).unwrap();
    let errors: Vec<String> =
        schema.iter_errors(&value).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:?}");
}

/// Whatever can differ does.
#[test]
fn a_difference_in_everything_fits_its_schema() {
    let old = sample::report();
    let mut new = old.clone();
    let run = &mut new.run;
    for word in [&mut run.source, &mut run.base_url, &mut run.environment, &mut run.envelope, &mut new.tool.version] {
        word.push('2');
    }
    (run.gate.strict, run.declares, run.specs) = (!run.gate.strict, vec!["no_documents".to_owned()], Vec::new());
    run.selection = Some(Selection { only: vec!["LST".to_owned()], skip: Vec::new() });
    run.timings.pop();
    let gone = new.requirements.pop().unwrap();
    let row = &mut new.requirements[0];
    (row.level, row.mode) = (Level::May, Mode::Review);
    (row.title, row.reference) = (Text::new("anders", "otherwise"), "elsewhere".to_owned());
    let mut added = gone;
    added.id = "LST-99".to_owned();
    new.requirements.push(added);
    let difference = Difference::between(&old, &new);
    assert_eq!((difference.circumstances.len(), difference.changed[0].changes.len()), (9, 5));
    assert_eq!((difference.added.len(), difference.removed.len()), (1, 1));
    assert_valid_difference(&old, &new);
    assert_valid_difference(&new, &old);
}

#[test]
fn the_sample_fits_the_schema() {
    assert_valid(&sample::report());
}

#[test]
fn every_reason_for_no_answer_fits_the_schema() {
    use FailureKind::{
        Broken, Connect, Dns, ForeignOrigin, Interrupted, Limit, Memory, NoToken, NotConfigured, Timeout, Tls,
    };
    let mut report = sample::report();
    let one = report.exchanges.pop().unwrap();
    for kind in [Dns, Connect, Tls, Timeout, Broken, NoToken, NotConfigured, ForeignOrigin, Limit, Memory, Interrupted]
    {
        let error = Some(Unanswered { kind, detail: Text::new("waarom", "why") });
        report.exchanges.push(Exchange { error, ..one.clone() });
    }
    assert_valid(&report);
}

/// Every kind of cause stands in the schema, and nothing else does: the program refuses a name that it does not know.
#[test]
fn the_kinds_of_cause_are_those_of_the_program() {
    let names = schema()["$defs"]["cause"]["properties"]["kind"]["enum"].clone();
    let read: Vec<CauseKind> = serde_json::from_value(names.clone()).unwrap();
    assert_eq!(serde_json::to_value(&read).unwrap(), names);
    let last = format!("{:?}", read.last().unwrap());
    assert_eq!((read.len(), last.as_str()), (CauseKind::Other as usize + 1, "Other"));
}

#[test]
fn the_embedded_catalogue_fits_the_schema() {
    let catalogue = Catalogue::load(DEFAULT_SPEC, None, |_, _, _, _| true).unwrap();
    let verdicts = vec![Verdict::of(Outcome::Review); catalogue.requirements.len()];
    let report = Report::new(&catalogue, &sample::recording(), &verdicts, &sample::meta());
    assert_valid(&report);
    assert_eq!(report.by_chapter().map(|(_, rows)| rows.len()).sum::<usize>(), verdicts.len());
}

#[test]
fn every_property_is_described_and_nothing_else_is_allowed() {
    fn walk(value: &Value, path: &str) {
        if let Some(properties) = value.get("properties").and_then(Value::as_object) {
            assert_eq!(value["additionalProperties"], false, "{path}");
            for (name, property) in properties {
                assert!(property["description"].is_string(), "{path}/{name} has no description");
            }
        }
        for (name, below) in value.as_object().into_iter().flatten() {
            walk(below, &format!("{path}/{name}"));
        }
    }
    walk(&schema(), "");
    walk(&serde_json::from_str(DIFF_SCHEMA).unwrap(), "");
}

#[test]
fn an_unknown_member_and_another_version_are_refused() {
    let text = json(&sample::report()).unwrap();
    assert!(serde_json::from_str::<Report>(&text.replacen("\"tool\"", "\"tools\"", 1)).is_err());
    assert!(serde_json::from_str::<Report>(&text.replacen("bronkeur.report/2", "bronkeur.report/3", 1)).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn every_report_fits_the_schema_and_round_trips(rows in some_rows()) {
        assert_valid(&report_of(&rows));
    }

    #[test]
    fn every_difference_fits_its_schema(old in some_rows(), new in some_rows()) {
        assert_valid_difference(&report_of(&old), &report_of(&new));
    }
}
