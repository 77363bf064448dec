//! Whether a report is what follows from the evidence.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{label, last_line};
use crate::base::text::{Lang, Text, shown};
use crate::cli::{CliError, Done, Global, output};
use crate::evidence::vault::Vault;
use crate::judging::verdict::ExitStatus;
use crate::report::{Format, Report};
use crate::text;

/// Differences beyond this number are counted, not shown.
const MOST: usize = 40;

/// One place in which two reports differ; a value is null where there is none.
#[derive(Debug, PartialEq)]
struct Difference {
    place: String,
    claimed: Value,
    computed: Value,
}

/// Compares what a report says with what follows from the evidence, and shows every difference.
pub(super) fn verify(claimed: &Report, computed: &Report, global: &Global) -> Done {
    let value =
        |report: &Report| serde_json::to_value(report).map_err(|error| CliError::internal("report.json", &error));
    let (mut old, new) = (value(claimed)?, value(computed)?);
    // Another version of the program may come to the same verdicts: that is said, and is no difference.
    let version = &computed.tool.version;
    let other = (claimed.tool.version != *version).then(|| shown(&claimed.tool.version));
    if let (Some(tool), Some(own)) = (old.get_mut("tool"), new.get("tool")) {
        tool.clone_from(own);
    }
    as_before_documents_were_described(&mut old, &new);
    if claimed.schema == Format::V1 {
        as_version_1(&mut old, &new);
    }
    let mut differences = Vec::new();
    compare(String::new(), &old, &new, &mut differences);
    differences.sort_by_key(|difference| rank(&difference.place));
    let decided = |report: &Report| report.requirements.iter().any(|row| row.review.is_some() || row.waiver.is_some());
    let lacks_decisions = decided(claimed) && !decided(computed);
    let status = if differences.is_empty() { ExitStatus::Success } else { ExitStatus::Failures };
    let mut screen = String::new();
    if !global.quiet {
        let lang = global.lang();
        if let Some(other) = other {
            let said = text!(
                "Het rapport is van versie {other} van bronkeur; dit is versie {version}.",
                "The report is of version {other} of bronkeur; this is version {version}."
            );
            screen.push_str(&format!("{}\n\n", said.get(lang)));
        }
        screen.push_str(&shown_in(&differences, lang));
        if lacks_decisions {
            let said = text!(
                "Het rapport bevat antwoorden van een beoordelaar of vrijstellingen: noem die bestanden ook, met --reviews en --waivers.",
                "The report holds a reviewer's answers or waivers: name their files too, with --reviews and --waivers."
            );
            screen.push_str(&format!("{}\n\n", output::wrapped(said.get(lang), 0)));
        }
        screen.push_str(&format!("{}\n\n", output::wrapped(meaning(differences.is_empty()).get(lang), 0)));
    }
    screen.push_str(&last_line(differences.len(), status.code()));
    output::print(&screen);
    Ok(status)
}

/// What people want to know first comes first: of which source it is, what it comes to, the outcomes. Verdicts come before
/// what they rest on: one exchange less gives all that follow another id.
fn rank(place: &str) -> u8 {
    let ends = |parts: &[&str]| parts.iter().any(|part| place.ends_with(part));
    match place.split(['.', '[']).next().unwrap_or_default() {
        "run" if ends(&["run.source", "run.base_url", "run.environment"]) => 0,
        "result" if place.starts_with("result.conformant") => 1,
        "result" => 2,
        "requirements" if ends(&[".outcome"]) => 3,
        "requirements" if ends(&[".severity"]) => 4,
        "requirements" => 5,
        "run" if place.starts_with("run.started") => 6,
        "exchanges" => 9,
        "run" if place.starts_with("run.shapes") => 8,
        _ => 7,
    }
}

/// Takes what older reports of either version do not say of the documents: it is no difference. Where one says it, it is
/// held against the computed report like all else.
fn as_before_documents_were_described(claimed: &mut Value, computed: &Value) {
    if claimed.get("overrides").is_none() {
        take(claimed, computed, &["overrides"]);
    }
    let others = computed.get("documents").and_then(Value::as_array).into_iter().flatten();
    let own = claimed.get_mut("documents").and_then(Value::as_array_mut).into_iter().flatten();
    for (claimed, computed) in own.zip(others) {
        if claimed.get("knowledge").is_none() {
            take(claimed, computed, &["publisher", "knowledge"]);
        }
    }
}

/// Takes what a report of version 1 does not say, or says in other words, from the computed one: it is no difference.
fn as_version_1(claimed: &mut Value, computed: &Value) {
    take(claimed, computed, &["schema", "causes"]);
    for (part, names) in [("result", ["advice", "conclusion"]), ("run", ["citizens", "variables"])] {
        if let (Some(claimed), Some(computed)) = (claimed.get_mut(part), computed.get(part)) {
            take(claimed, computed, &names);
        }
    }
    let lists = [("requirements", ["cause", "explanation", "judged"].as_slice()), ("exchanges", &["curl", "varied"])];
    for (list, names) in lists {
        let rows: BTreeMap<String, &Value> = computed.get(list).and_then(parts).unwrap_or_default();
        for row in claimed.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten() {
            let own = row.get("id").and_then(Value::as_str).and_then(|id| rows.get(id));
            if let Some(computed) = own {
                take(row, computed, names);
                excerpts(row, computed);
            }
        }
    }
}

/// Takes members of an object from another.
fn take(claimed: &mut Value, computed: &Value, names: &[&str]) {
    let Some(claimed) = claimed.as_object_mut() else { return };
    for name in names {
        match computed.get(name) {
            Some(value) => claimed.insert((*name).to_owned(), value.clone()),
            None => claimed.remove(*name),
        };
    }
}

/// Takes the excerpts that a finding of version 1 has not.
fn excerpts(claimed: &mut Value, computed: &Value) {
    let own = claimed.get_mut("findings").and_then(Value::as_array_mut).into_iter().flatten();
    let other = computed.get("findings").and_then(Value::as_array).into_iter().flatten();
    for (claimed, computed) in own.zip(other) {
        if claimed.get("excerpt").is_some_and(Value::is_null) {
            take(claimed, computed, &["excerpt"]);
        }
    }
}

/// What the comparison proves, and what it does not.
fn meaning(same: bool) -> Text {
    if same {
        text!(
            "Het rapport is precies wat uit dit bewijs volgt, volgens deze specificaties. Dat bewijst dat de twee bij elkaar horen, niet wie de keuring deed, noch dat het bewijs van deze bron komt.",
            "The report is exactly what follows from this evidence, by these specs. That proves that the two belong together, not who made the run, nor that the evidence comes from this source."
        )
    } else {
        text!(
            "Het rapport is niet wat uit dit bewijs volgt: het is gewijzigd, of het hoort bij ander bewijs, andere specificaties of een andere versie.",
            "The report is not what follows from this evidence: it was changed, or it belongs to other evidence, other specs or another version."
        )
    }
}

/// Everything in which two values differ. What has an `id` is paired by it, so that one row too many is one difference.
fn compare(place: String, claimed: &Value, computed: &Value, found: &mut Vec<Difference>) {
    if claimed == computed {
        return;
    }
    let same_kind = claimed.is_array() == computed.is_array();
    let (Some(old), Some(new), true) = (parts(claimed), parts(computed), same_kind) else {
        found.push(Difference { place, claimed: claimed.clone(), computed: computed.clone() });
        return;
    };
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    for name in names {
        let below = match (place.is_empty(), claimed.is_array()) {
            (true, _) => name.clone(),
            (false, true) => format!("{place}[{name}]"),
            (false, false) => format!("{place}.{name}"),
        };
        match (old.get(name).copied(), new.get(name).copied()) {
            (Some(old), Some(new)) => compare(below, old, new, found),
            (old, new) => found.push(Difference {
                place: below,
                claimed: old.cloned().unwrap_or_default(),
                computed: new.cloned().unwrap_or_default(),
            }),
        }
    }
}

/// What a value consists of, by name: members, or items by their `id` or else their position. None for what has no
/// parts, and where two have the same name.
fn parts(value: &Value) -> Option<BTreeMap<String, &Value>> {
    match value {
        Value::Object(members) => Some(members.iter().map(|(name, value)| (name.clone(), value)).collect()),
        Value::Array(items) => {
            let name = |(position, item): (usize, &Value)| {
                item.get("id").and_then(Value::as_str).map_or_else(|| position.to_string(), str::to_owned)
            };
            let parts = items.iter().enumerate().map(|(position, item)| (name((position, item)), item));
            let parts: BTreeMap<String, &Value> = parts.collect();
            (parts.len() == items.len()).then_some(parts)
        }
        _ => None,
    }
}

fn shown_in(differences: &[Difference], lang: Lang) -> String {
    // The report may come from anybody: what it holds is masked, bounded and made visible.
    let vault = Vault::default();
    let words = |text: &str| shown(&vault.mask_text(text));
    let mut screen = String::new();
    for difference in differences.iter().take(MOST) {
        screen.push_str(&format!("{}\n", words(&difference.place)));
        for (name, value) in
            [(text!("rapport", "report"), &difference.claimed), (text!("bewijs", "evidence"), &difference.computed)]
        {
            screen.push_str(&format!("    {}{}\n", label(&name, lang), words(&value.to_string())));
        }
    }
    let more = differences.len().saturating_sub(MOST);
    if more > 0 {
        screen.push_str(text!("en nog {more} verschillen\n", "and {more} more differences\n").get(lang));
    }
    if !differences.is_empty() {
        screen.push('\n');
    }
    screen
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn places(claimed: &Value, computed: &Value) -> Vec<String> {
        let mut found = Vec::new();
        compare(String::new(), claimed, computed, &mut found);
        found.into_iter().map(|difference| difference.place).collect()
    }

    #[test]
    fn rows_are_paired_by_their_id() {
        let one = json!({"rows": [{"id": "A", "n": 1}, {"id": "B", "n": 2}], "list": [1, 2]});
        let other = json!({"rows": [{"id": "B", "n": 3}], "list": [1, 2, 3], "new": true});
        assert_eq!(places(&one, &one), Vec::<String>::new());
        assert_eq!(places(&one, &other), ["list[2]", "new", "rows[A]", "rows[B].n"]);
        let twice = json!({"rows": [{"id": "B", "n": 3}, {"id": "B", "n": 2}]});
        assert_eq!(places(&twice, &json!({"rows": [{"id": "B", "n": 2}]})), ["rows"]);
    }

    #[test]
    fn source_verdict_and_outcomes_come_before_the_rest() {
        let mut places = vec![
            "exchanges[x1].ms",
            "run.shapes.parts",
            "run.seed",
            "requirements[LST-01].evidence[0]",
            "requirements[LST-01].severity",
            "requirements[SEC-08].outcome",
            "result.counts.fail",
            "result.conformant",
            "run.source",
        ];
        places.sort_by_key(|place| rank(place));
        assert_eq!(places[..3], ["run.source", "result.conformant", "result.counts.fail"]);
        assert_eq!(places[3..5], ["requirements[SEC-08].outcome", "requirements[LST-01].severity"]);
        assert_eq!(places.last(), Some(&"exchanges[x1].ms"));
    }

    #[test]
    fn what_a_report_holds_cannot_steer_a_terminal_or_show_a_number() {
        let place = "requirements[\u{1b}[2J90010199992]".to_owned();
        let difference = Difference { place, claimed: json!("90010199992\u{202e}"), computed: Value::Null };
        let screen = shown_in(&[difference], Lang::En);
        assert!(
            !screen.contains('\u{1b}') && !screen.contains('\u{202e}') && !screen.contains("90010199992"),
            "{screen}"
        );
    }
}
