//! What a run saw that helps a person to answer: the addresses, the fields and the response times of the source.

use serde::Serialize;

use crate::base::text::Text;
use crate::evidence::exchange::Kind;
use crate::evidence::snapshot::Part;
use crate::report::model::{Report, Requirement};
use crate::report::words;
use crate::text;

/// Names that are listed.
const MOST_NAMES: usize = 40;

/// Addresses that are listed.
const MOST_ADDRESSES: usize = 8;

/// A label and what was seen.
#[derive(Debug, Serialize)]
pub(super) struct Seen {
    label: Text,
    /// Values, each as code.
    values: Vec<Text>,
}

/// What was seen that a reviewer of this requirement wants to know.
pub(super) fn of(report: &Report, row: &Requirement) -> Vec<Seen> {
    let seen = match row.id.as_str() {
        "URL-18" | "URL-20" => vec![addresses(report)],
        "URL-19" => vec![addresses(report), fields(report)],
        "HTTP-25" => vec![fields(report)],
        "OPS-01" | "OPS-03" => vec![timings(report)],
        _ => Vec::new(),
    };
    seen.into_iter().filter(|seen| !seen.values.is_empty()).collect()
}

fn timings(report: &Report) -> Seen {
    let of_source = report.run.timings.iter().filter(|timing| timing.kind != Kind::Issuer);
    let value = |timing: &crate::report::model::Timing| {
        let Text { nl, en } = super::page::kind_of_call(timing.kind);
        let (count, median, p95, max) = (timing.count, timing.median_ms, timing.p95_ms, timing.max_ms);
        text!(
            "{nl}: {count} oproepen, mediaan {median} ms, p95 {p95} ms, traagste {max} ms",
            "{en}: {count} calls, median {median} ms, p95 {p95} ms, slowest {max} ms"
        )
    };
    Seen { label: text!("Gezien: antwoordtijden", "Seen: response times"), values: of_source.map(value).collect() }
}

fn fields(report: &Report) -> Seen {
    let mut names: Vec<String> = Vec::new();
    for part in [Part::List, Part::Item, Part::Detail] {
        let shape = report.run.shapes.parts.get(&part);
        for path in shape.iter().flat_map(|shape| shape.fields.keys()) {
            let name = path.trim_start_matches('/').to_owned();
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    let left = names.len().saturating_sub(MOST_NAMES);
    names.truncate(MOST_NAMES);
    let mut values: Vec<Text> = names.iter().map(|name| Text::same(words::bounded(name, 80))).collect();
    if left > 0 {
        values.push(text!("en nog {left}", "and {left} more"));
    }
    Seen { label: text!("Gezien: velden", "Seen: fields"), values }
}

fn addresses(report: &Report) -> Seen {
    let mut values: Vec<Text> = Vec::new();
    for exchange in &report.exchanges {
        let is_answer = matches!(exchange.kind, Kind::List | Kind::Detail | Kind::Download)
            && exchange.status == Some(200)
            && exchange.varied.is_none();
        let address = Text::same(words::bounded(&template(&exchange.url), 160));
        if is_answer && !values.contains(&address) && values.len() < MOST_ADDRESSES {
            values.push(address);
        }
    }
    Seen { label: text!("Gezien: adressen", "Seen: addresses"), values }
}

/// The path of a URL with a name for what changes from one call to the next, without its query.
fn template(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = rest.find('/').and_then(|at| rest.get(at..)).unwrap_or_default();
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let named = path.split('/').map(|segment| match segment {
        "nl" | "fr" | "de" | "en" => "{language}",
        segment if segment.starts_with("INSZ-") => "{insz}",
        segment if is_version(segment) => segment,
        segment if segment.bytes().any(|b| b.is_ascii_digit()) => "{id}",
        segment => segment,
    });
    named.collect::<Vec<_>>().join("/")
}

/// Such as `v1`.
fn is_version(segment: &str) -> bool {
    segment.strip_prefix('v').is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::sample;

    #[test]
    fn an_address_names_what_changes() {
        let url = "https://h.be/api/v1/certificates/INSZ-1/7575aab9-b571/nl/download?x=1";
        assert_eq!(template(url), "/api/v1/certificates/{insz}/{id}/{language}/download");
        assert_eq!(template("https://h.be"), "");
    }

    #[test]
    fn a_reviewer_sees_what_the_chapter_is_about() {
        let report = sample::report();
        let row = report.requirements.iter().find(|row| row.id == "OPS-01").unwrap();
        let seen = of(&report, row);
        assert_eq!(seen.len(), 1);
        assert!(seen[0].values.iter().any(|value| value.en.contains("median")), "{seen:?}");
        let other = report.requirements.iter().find(|row| row.id == "LST-02").unwrap();
        assert!(of(&report, other).is_empty());
    }
}
