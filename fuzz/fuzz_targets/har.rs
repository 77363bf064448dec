//! Replay: any text gives evidence that can be judged, shown, and written and read again as it was, or is refused in
//! words.
//!
//! What starts with `{` is a HAR. Any other text is a list of changes to a small HAR of ours, since random bytes seldom
//! are one: in each line the number of a place in it, and the JSON that comes there (none: it is taken out).
#![no_main]

use std::sync::LazyLock;

use bronkeur::base::input::Diagnostics;
use bronkeur::base::text::Lang;
use bronkeur::catalogue::{Catalogue, DEFAULT_SPEC, Selection};
use bronkeur::checks;
use bronkeur::report::har::Evidence;
use bronkeur::report::{Languages, Report, har, render_all};
use bronkeur::run::evaluate::Evaluator;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| {
    Catalogue::load(DEFAULT_SPEC, None, checks::is_check)
        .unwrap_or_else(|faults| panic!("{faults}"))
});

/// A small HAR of ours, with the JSON bodies in it as trees, and all places in it.
static RUN: LazyLock<(Value, Vec<String>)> = LazyLock::new(|| {
    let mut run: Value = serde_json::from_str(include_str!("../seeds/har/run.har")).unwrap();
    bodies(&mut run, |text| text.as_str().and_then(|text| serde_json::from_str(text).ok()));
    let mut found = Vec::new();
    places(&run, String::new(), &mut found);
    (run, found)
});

/// Puts another form of each body in its place.
fn bodies(run: &mut Value, form: impl Fn(&Value) -> Option<Value>) {
    for entry in run.pointer_mut("/log/entries").and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(text) = entry.pointer_mut("/response/content/text")
            && let Some(other) = form(text)
        {
            *text = other;
        }
    }
}

fn places(tree: &Value, here: String, found: &mut Vec<String>) {
    let below: Vec<(String, &Value)> = match tree {
        Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), value)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(at, value)| (at.to_string(), value)).collect(),
        _ => Vec::new(),
    };
    for (name, value) in below {
        places(value, format!("{here}/{}", name.replace('~', "~0").replace('/', "~1")), found);
    }
    found.push(here);
}

fn changed(changes: &str) -> String {
    let (mut run, places) = (RUN.0.clone(), &RUN.1);
    for line in changes.lines().take(8) {
        let (number, value) = line.split_once(' ').unwrap_or((line, ""));
        let place = number.parse::<usize>().ok().and_then(|number| places.get(number % places.len()));
        let Some((place, (above, name))) = place.and_then(|place| Some((place, place.rsplit_once('/')?))) else {
            continue;
        };
        match (serde_json::from_str(value), run.pointer_mut(above)) {
            (Ok(value), _) => {
                if let Some(old) = run.pointer_mut(place) {
                    *old = value;
                }
            }
            (Err(_), Some(Value::Object(members))) => {
                members.remove(name);
            }
            (Err(_), Some(Value::Array(items))) => {
                items.pop();
            }
            (Err(_), _) => {}
        }
    }
    bodies(&mut run, |tree| Some(Value::from(tree.to_string())));
    run.to_string()
}

fn in_words(faults: &Diagnostics) {
    assert!(!faults.0.is_empty());
    for lang in [Lang::Nl, Lang::En] {
        assert!(!faults.render(lang).contains(|c: char| c.is_control() && c != '\n'));
    }
}

/// To show takes ten times as long as to judge: it is done for one text in eight.
fn judged(evidence: &Evidence, show: bool) {
    let verdicts = Evaluator::new(&CATALOGUE).evaluate(&evidence.recording, &Selection::default());
    if !show {
        return;
    }
    let report = Report::new(&CATALOGUE, &evidence.recording, &verdicts, &evidence.meta);
    for (name, text) in render_all(&report, Languages { first: Lang::Nl, only: false }) {
        assert!(text.is_ok(), "{name}");
    }
}

fn written_again(evidence: &Evidence) {
    let written = har::write(&CATALOGUE, &evidence.recording, &evidence.meta).and_then(|mut spool| spool.text());
    let written = written.unwrap_or_else(|fault| panic!("{fault:?}"));
    let again = har::read("evidence.har", &written).unwrap_or_else(|faults| panic!("{faults}"));
    let tree = |evidence: &Evidence| serde_json::to_value((&evidence.recording, &evidence.meta)).unwrap();
    assert_eq!(tree(evidence), tree(&again));
    assert_eq!(again.gone, 0);
}

fuzz_target!(|text: &str| {
    let changed = (!text.starts_with('{')).then(|| changed(text));
    match har::read("evidence.har", changed.as_deref().unwrap_or(text)) {
        Err(faults) => in_words(&faults),
        Ok(evidence) => {
            judged(&evidence, text.len() % 8 == 0);
            written_again(&evidence);
        }
    }
});
