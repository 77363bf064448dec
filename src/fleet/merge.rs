//! Overviews of parts of a fleet, read back and joined into one.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

use super::overview::{FLEET_SCHEMA, Overview};
use crate::fault::{InputFault, InputFaults, Schema, read_text};
use crate::report::{Form, read_json};
use crate::text;
use crate::verdict::shown;

/// The longest overview, in bytes.
const LARGEST: usize = 256 * 1024 * 1024;

const FORM: Form = Form { version: "bronkeur.fleet/1", name: "fleet.json", command: "fleet" };

static SCHEMA: LazyLock<Result<Schema, InputFaults>> =
    LazyLock::new(|| Schema::read("fleet.schema.json", FLEET_SCHEMA));

/// The overview in a file.
///
/// # Errors
/// What is wrong with it: not there, no JSON, cut off, another schema, or what does not fit the schema.
pub fn read_overview(path: &Path) -> Result<Overview, InputFaults> {
    let file = path.display().to_string();
    read_json(&file, &read_text(path, LARGEST)?, &FORM, &SCHEMA)
}

/// One overview of several, each with the name of its file.
///
/// # Errors
/// A source that stands in two of them, and requirements of other versions.
pub fn merge(parts: Vec<(String, Overview)>) -> Result<Overview, InputFaults> {
    let mut faults = Vec::new();
    let mut homes: BTreeMap<String, &str> = BTreeMap::new();
    for (file, part) in &parts {
        for member in &part.members {
            if let Some(other) = homes.insert(member.name.to_lowercase(), file) {
                let name = shown(&member.name);
                faults.push(InputFault::new(
                    file,
                    text!("bron `{name}` staat ook in {other}", "source `{name}` is in {other} too"),
                    text!(
                        "geef elk deel één keer, en verdeel met --shard telkens dezelfde sources.yaml",
                        "give each part once, and divide the same sources.yaml with --shard every time"
                    ),
                ));
            }
        }
    }
    if let Some((first, one)) = parts.first() {
        faults.extend(parts.iter().skip(1).filter_map(|(file, part)| other_versions(first, one, file, part)));
    }
    InputFaults(faults).or(())?;
    let mut all = parts.into_iter().map(|(_, part)| part);
    let Some(mut whole) = all.next() else {
        return Err(InputFaults::one(
            "command line",
            text!("er is niets samen te voegen", "there is nothing to join"),
            text!("noem de mappen van de delen", "name the folders of the parts"),
        ));
    };
    for part in all {
        let ends = |one: &Overview| {
            let length = jiff::SignedDuration::from_millis(i64::try_from(one.duration_ms).unwrap_or(i64::MAX));
            one.started.checked_add(length).unwrap_or(one.started)
        };
        let end = ends(&whole).max(ends(&part));
        whole.started = whole.started.min(part.started);
        whole.duration_ms = u64::try_from(end.duration_since(whole.started).as_millis()).unwrap_or_default();
        whole.shards.extend(part.shards);
        whole.members.extend(part.members);
        whole.previous = whole.previous.or(part.previous);
        whole.gone.extend(part.gone);
    }
    whole.shards.sort();
    whole.gone.sort();
    whole.gone.dedup();
    whole.conclude();
    Ok(whole)
}

/// Verdicts of other programs and other requirements are not comparable.
fn other_versions(first: &str, one: &Overview, file: &str, other: &Overview) -> Option<InputFault> {
    let named = |part: &Overview| {
        let specs = part.specs.iter().map(|spec| {
            let short = spec.sha256.get(..8).unwrap_or(&spec.sha256);
            format!("{} {} ({short})", spec.name, spec.version)
        });
        shown(
            &std::iter::once(format!("{} {}", part.tool.name, part.tool.version))
                .chain(specs)
                .collect::<Vec<_>>()
                .join(", "),
        )
    };
    let same = one.specs == other.specs && one.tool == other.tool && one.requirements == other.requirements;
    (!same).then(|| {
        let (own, theirs) = (named(other), named(one));
        InputFault::new(
            file,
            text!(
                "is van een andere versie dan {first}: {own} in plaats van {theirs}",
                "is of another version than {first}: {own} instead of {theirs}"
            ),
            text!(
                "maak alle delen met hetzelfde programma en dezelfde specificaties",
                "make all parts with the same program and the same specifications"
            ),
        )
    })
}
