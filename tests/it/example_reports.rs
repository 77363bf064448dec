//! `reports/example/`: every format of one run of the built-in source with some faults, kept current by a test.
//!
//! Such a run differs in its ports, moments and durations from the next one. [`settled`] is the only place that gives
//! them the values of the example; the verdicts are then those of that recording, as in a replay.

use std::path::PathBuf;

use bronkeur::base::text::Lang;
use bronkeur::catalogue::Selection;
use bronkeur::evidence::recording::Recording;
use bronkeur::report::{Languages, Report, RunMeta, har, render_all};
use bronkeur::run::evaluate::Evaluator;
use bronkeur::sandbox::{Behaviour, IdLook, Sandbox, faults};
use jiff::Timestamp;
use serde_json::Value;

use crate::support::{catalogue, examine};

/// The mistakes of the example: failures, a warning and notes, in several chapters.
const FAULTS: [&str; 4] =
    ["number-counts-from-zero", "list-of-another-citizen-is-shown", "scheme-is-case-sensitive", "HTTP-16"];

const STARTED: &str = "2026-03-02T09:00:00Z";

/// The recording as it would be at the moment and the addresses of the example.
fn settled(recording: &Recording, sandbox: &Sandbox) -> Recording {
    let mut text = serde_json::to_string(recording).unwrap();
    let origin = |url: &str| url::Url::parse(url).unwrap().origin().ascii_serialization();
    for (from, to) in [
        (origin(sandbox.base_url()), "https://attesten.example.be".to_owned()),
        (origin(sandbox.issuer()), "https://acm.example.be".to_owned()),
        (format!("127.0.0.1:{}", sandbox.http_port().unwrap()), "attesten.example.be:80".to_owned()),
    ] {
        text = text.replace(&from, &to);
    }
    for (position, uuid) in uuids(&text).into_iter().enumerate() {
        text = text.replace(&uuid, &format!("00000000-0000-4000-8000-{position:012}"));
    }
    text = renumbered(&text);
    let mut value: Value = serde_json::from_str(&text).unwrap();
    let later = STARTED.parse::<Timestamp>().unwrap().as_second() - recording.started.as_second();
    shifted(&mut value, later);
    value["started"] = STARTED.into();
    value["marks"].as_array_mut().unwrap().sort_by_key(|mark| mark["mark"].to_string());
    value["setup"]["source"] = "Fiscale attesten (voorbeeld)".into();
    for (position, exchange) in (0_u64..).zip(value["exchanges"].as_array_mut().unwrap()) {
        exchange["at_ms"] = (position * 12).into();
        exchange["ms"] = (8 + position * 37 % 60 + position % 11 * position % 7 * 9).into();
    }
    serde_json::from_value(value).unwrap()
}

/// Tokens are numbered as they come in, which differs: here by the exchange in which they stand first, and all are of
/// one length.
fn renumbered(text: &str) -> String {
    const MARK: &str = "TOKEN-";
    let number = |rest: &str| -> String { rest.chars().take_while(char::is_ascii_digit).collect() };
    let (_, exchanges) = text.split_once("\"exchanges\"").unwrap();
    let mut order: Vec<String> = Vec::new();
    for number in exchanges.split(MARK).skip(1).chain(text.split(MARK).skip(1)).map(number) {
        if !number.is_empty() && !order.contains(&number) {
            order.push(number);
        }
    }
    let mut parts = text.split(MARK);
    let mut renumbered = parts.next().unwrap().to_owned();
    for part in parts {
        let old = number(part);
        let new = order.iter().position(|known| *known == old).map(|place| (place + 1).to_string());
        let mark = format!("{MARK}{}", new.unwrap_or_default());
        // A surrogate is as long as its token; which of them is longer differs too.
        let rest = &part[old.len()..];
        let is_padded = rest.starts_with("xxxxxxxx");
        let rest = if is_padded { rest.trim_start_matches('x') } else { rest };
        renumbered.push_str(&if is_padded { format!("{mark:x<64}") } else { mark });
        renumbered.push_str(rest);
    }
    renumbered
}

/// Every UUID in a text, once, in the order in which they stand there.
fn uuids(text: &str) -> Vec<String> {
    let mut uuids: Vec<String> = Vec::new();
    for word in text.split(|c: char| !c.is_ascii_hexdigit() && c != '-') {
        let groups: Vec<usize> = word.split('-').map(str::len).collect();
        if groups == [8, 4, 4, 4, 12] && !uuids.iter().any(|known| known == word) {
            uuids.push(word.to_owned());
        }
    }
    uuids
}

/// Moments in answers: moved to the day of the example, to the minute.
fn shifted(value: &mut Value, seconds: i64) {
    match value {
        Value::Array(items) if items.len() == 2 && items[0] == "date" => {
            items[1] = "Mon, 02 Mar 2026 09:00:00 GMT".into();
        }
        Value::Array(items) => items.iter_mut().for_each(|item| shifted(item, seconds)),
        Value::Object(members) => {
            for (name, value) in members {
                match (name.as_str(), value.as_i64()) {
                    ("exp" | "iat", Some(moment)) => *value = ((moment + seconds) / 60 * 60).into(),
                    ("not_after", _) if value.is_string() => *value = "2027-03-02T09:00:00Z".into(),
                    _ => shifted(value, seconds),
                }
            }
        }
        _ => {}
    }
}

fn example() -> Vec<(&'static str, String)> {
    // Ids that are the same in every run.
    let mut behaviour = Behaviour { id_look: IdLook::Text, ..Behaviour::default() };
    for id in FAULTS {
        (faults::find(id).first().unwrap().apply)(&mut behaviour);
    }
    let (finished, sandbox) = examine(behaviour);
    let recording = settled(&finished.recording, &sandbox);
    let verdicts = Evaluator::new(catalogue()).evaluate(&recording, &Selection::default());
    let meta = RunMeta { duration_ms: 1_840, ..RunMeta::default() };
    let evidence = har::write(catalogue(), &recording, &meta).unwrap().text().unwrap();
    let report =
        Report::new(catalogue(), &recording, &verdicts, &meta).with_evidence(Some(har::fingerprint(&evidence)));
    let views = render_all(&report, Languages { first: Lang::En, only: false });
    let views = views.into_iter().map(|(name, text)| (name, text.unwrap()));
    std::iter::once((har::FILE, evidence)).chain(views).collect()
}

#[test]
fn the_reports_of_the_example_are_current() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("reports/example");
    for (name, text) in example() {
        let path = folder.join(name);
        if std::env::var_os("BRONKEUR_UPDATE").is_some() {
            std::fs::write(&path, text).unwrap();
            continue;
        }
        let written = std::fs::read_to_string(&path).unwrap_or_default();
        let line = text.lines().zip(written.lines()).position(|(now, then)| now != then);
        assert!(written == text, "{name}, line {line:?}: run BRONKEUR_UPDATE=1 cargo test the_reports_of_the_example");
    }
}
