//! Overviews of parts of a fleet, joined into one.

use std::collections::BTreeMap;

use crate::base::input::{Diagnostic, Diagnostics};
use crate::base::text::shown;
use crate::report::Spec;
use crate::report::fleet::model::{Overview, Requirement};
use crate::text;

/// One overview of several, each with the name of its file.
///
/// # Errors
/// A source that stands in two of them, and requirements of other versions.
pub fn merge(parts: Vec<(String, Overview)>) -> Result<Overview, Diagnostics> {
    let mut faults = Vec::new();
    let mut homes: BTreeMap<String, &str> = BTreeMap::new();
    for (file, part) in &parts {
        for member in &part.members {
            if let Some(other) = homes.insert(member.name.to_lowercase(), file) {
                let name = shown(&member.name);
                faults.push(Diagnostic::new(
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
    Diagnostics(faults).or(())?;
    let mut all = parts.into_iter().map(|(_, part)| part);
    let Some(mut whole) = all.next() else {
        return Err(Diagnostics::one(
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
        if is_of_version_1(&whole.requirements) && whole.specs == part.specs {
            whole.requirements = part.requirements;
            continue;
        }
        // Parts with members of several kinds have sets of several kinds.
        add(&mut whole.specs, part.specs, |one, other| one.name == other.name);
        add(&mut whole.chapters, part.chapters, |one, other| one.name == other.name);
        add(&mut whole.requirements, part.requirements, |one, other| one.id == other.id);
    }
    whole.shards.sort();
    whole.gone.sort();
    whole.gone.dedup();
    whole.conclude();
    Ok(whole)
}

/// Adds what is not there yet.
fn add<T>(all: &mut Vec<T>, more: Vec<T>, same: impl Fn(&T, &T) -> bool) {
    for one in more {
        if !all.iter().any(|there| same(there, &one)) {
            all.push(one);
        }
    }
}

/// Verdicts of other programs and other requirements are not comparable.
fn other_versions(first: &str, one: &Overview, file: &str, other: &Overview) -> Option<Diagnostic> {
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
    // Sets of another kind of member stand in one of them only; those of the same kind are the same.
    let agree =
        |one: &[Spec], other: &[Spec]| one.iter().all(|own| other.iter().all(|set| set.name != own.name || set == own));
    let is_other_kind =
        one.specs != other.specs && one.specs.last().map(|set| &set.name) != other.specs.last().map(|set| &set.name);
    let same = one.tool == other.tool
        && agree(&one.specs, &other.specs)
        && (is_other_kind || one.specs == other.specs && same(&one.requirements, &other.requirements));
    (!same).then(|| {
        let (own, theirs) = (named(other), named(one));
        Diagnostic::new(
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

/// Whether nothing says what the requirements rest on.
fn is_of_version_1(requirements: &[Requirement]) -> bool {
    requirements.iter().all(|one| one.basis.is_empty())
}

/// Whether the requirements are the same; what they rest on only version 2 tells.
fn same(one: &[Requirement], other: &[Requirement]) -> bool {
    let alone = |one: &Requirement| Requirement { basis: Vec::new(), ..one.clone() };
    one == other
        || (is_of_version_1(one) || is_of_version_1(other)) && one.iter().map(alone).eq(other.iter().map(alone))
}
