//! The names in the path: which segments name a resource, and how they are written.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use super::hrefs::{Base, Href, Hrefs, hrefs, judged};
use crate::base::href::{self, ItemPath, Role, Roles};
use crate::base::text::{Text, shown};
use crate::catalogue::Level;
use crate::evidence::exchange::Citizen;
use crate::judging::context::{CheckContext, Judgement, Stop};
use crate::judging::reason;
use crate::judging::verdict::{Finding, Verdict};
use crate::source::envelope::Certificate;
use crate::text;

/// The name that the documents give to the path of a document: no plural, and for some a verb.
const DOWNLOAD: &str = "download";

/// A version or a name in a path, where it was first seen.
#[derive(Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is an independent fact")]
struct Name {
    text: String,
    /// The version, or what is meant as one.
    is_version: bool,
    /// It stands before the version.
    is_prefix: bool,
    /// Where it stands in some items only it may be part of their identifier.
    is_doubtful: bool,
    /// Where the hrefs of one citizen alone were seen it may be what the source calls that citizen.
    is_alone: bool,
    /// It stands there, with the address as what was found.
    finding: Finding,
}

impl Name {
    fn finding(&self, row: Level, expected: Text) -> Finding {
        let mut finding = self.finding.clone();
        finding.expected = expected;
        let segment = shown(&self.text);
        finding.actual = finding.actual.map(|address| format!("`{segment}`: {address}"));
        match row {
            Level::Must if self.is_doubtful || self.is_alone => finding.at_most(Level::Should),
            Level::Should | Level::May if self.is_alone => finding.at_most(Level::May),
            _ => finding,
        }
    }
}

/// The version and the names of the base URL. The path of the list below it is ours, not the source's.
fn names_of_base(cx: &CheckContext<'_>) -> Result<Vec<Name>, Stop> {
    let base = Base::of(cx)?;
    let segments = base.segments();
    let version = segments.iter().position(|segment| href::is_meant_as_version(segment));
    let name = |(position, text): (usize, &String)| Name {
        text: text.clone(),
        is_version: version == Some(position),
        is_prefix: version.is_none_or(|version| position < version),
        is_doubtful: false,
        is_alone: false,
        finding: base.finding(Text::default()),
    };
    Ok(segments.iter().enumerate().map(name).collect())
}

/// What the hrefs show: the versions and the names of the source's own choice, and which segments are names.
struct Named {
    names: Vec<Name>,
    roles: Roles,
}

fn named(cx: &CheckContext<'_>) -> Result<Arc<Named>, Stop> {
    cx.memoized(|| {
        let hrefs = hrefs(cx)?;
        let roles = roles(cx, &hrefs)?;
        Ok(Named { names: names_of_hrefs(&hrefs, &roles), roles })
    })
}

fn names_of_hrefs(hrefs: &Hrefs<'_>, roles: &Roles) -> Vec<Name> {
    let mut seen: BTreeSet<(bool, String)> = BTreeSet::new();
    let mut names = Vec::new();
    for href in hrefs.iter() {
        let segments = href.segments();
        for (role, text) in roles.of(&href.link.rel, &segments).into_iter().zip(&segments) {
            let (is_doubtful, is_alone) = match role {
                Role::Version => (false, false),
                Role::Chosen { everywhere, alone } if href.item.is_some() => (!everywhere, alone),
                Role::Chosen { .. } | Role::Listed | Role::Identifier => continue,
            };
            let is_version = role == Role::Version;
            if seen.insert((is_version, text.to_string())) {
                let finding = href.finding(Text::default());
                let text = text.to_string();
                names.push(Name { text, is_version, is_prefix: false, is_doubtful, is_alone, finding });
            }
        }
    }
    names
}

/// Which segments are names, from all that was seen.
fn roles(cx: &CheckContext<'_>, hrefs: &Hrefs<'_>) -> Result<Roles, Stop> {
    let setup = cx.setup();
    let entry: Vec<String> = cx.entry().path.split('/').map(str::to_owned).collect();
    let lists = [Base::of(cx)?, Base::asked(cx)?].map(|base| [base.segments(), entry.clone()].concat());
    let owners: Vec<Citizen> = setup.citizens.keys().copied().collect();
    let items = |look: &mut dyn FnMut(ItemPath<'_>)| {
        for href in hrefs.iter() {
            let Some(id) = href.item.and_then(Certificate::id_text) else { continue };
            let owner = owners.iter().position(|owner| *owner == href.citizen).unwrap_or(owners.len());
            look(ItemPath { owner, id: &id, rel: &href.link.rel, segments: &href.segments() });
        }
    };
    let numbers = setup.citizens.values().map(|person| person.insz.clone());
    let keys = hrefs.items().flat_map(|item| [item.id_text(), item.language_text()]);
    Ok(Roles::new(lists.into(), &items, numbers.map(Cow::Owned).chain(keys.flatten())))
}

fn no_name(_: &Name) -> bool {
    false
}

/// Findings by name, in the base URL and in the hrefs.
fn names_are(
    cx: &CheckContext<'_>,
    expected: &Text,
    in_base: impl Fn(&Name) -> bool,
    in_hrefs: impl Fn(&Name) -> bool,
) -> Judgement {
    let found = |names: &[Name], is_wrong: &dyn Fn(&Name) -> bool| -> Vec<Finding> {
        let wrong = names.iter().filter(|name| is_wrong(name));
        wrong.map(|name| name.finding(cx.requirement.level, expected.clone())).collect()
    };
    let base = found(&names_of_base(cx)?, &in_base);
    judged(cx, base, named(cx).map(|named| found(&named.names, &in_hrefs).into_iter().collect()))
}

pub(super) fn version_and_resource_segments_are_lower_case(cx: &CheckContext<'_>) -> Judgement {
    let has_capital = |name: &Name| name.text.chars().any(char::is_uppercase);
    names_are(cx, &text!("alleen kleine letters", "lower case only"), has_capital, has_capital)
}

pub(super) fn resource_names_have_no_underscore_or_dot(cx: &CheckContext<'_>) -> Judgement {
    let has_mark = |name: &Name| !name.is_version && name.text.contains(['_', '.']);
    names_are(cx, &text!("geen `_` en geen `.`", "no `_` and no `.`"), has_mark, has_mark)
}

pub(super) fn resource_names_are_not_reserved_words(cx: &CheckContext<'_>) -> Judgement {
    let is_reserved = |name: &Name| ["id", "doc", "ns"].iter().any(|word| name.text.eq_ignore_ascii_case(word));
    let in_list = |name: &Name| !name.is_prefix && is_reserved(name);
    names_are(
        cx,
        &text!("een naam die niet `id`, `doc` of `ns` is", "a name that is not `id`, `doc` or `ns`"),
        in_list,
        is_reserved,
    )
}

pub(super) fn resource_names_are_nouns(cx: &CheckContext<'_>) -> Judgement {
    let verbs = cx.parameter("verbs");
    let is_verb = |name: &Name| {
        let first = href::words(&name.text).into_iter().next().unwrap_or_default();
        // What may be an identifier is left alone.
        !name.is_version
            && !name.is_prefix
            && !name.is_doubtful
            && !name.text.eq_ignore_ascii_case(DOWNLOAD)
            && verbs.contains(&first.as_str())
    };
    names_are(cx, &text!("een zelfstandig naamwoord", "a noun"), is_verb, is_verb)
}

pub(super) fn resource_names_are_plural(cx: &CheckContext<'_>) -> Judgement {
    let hrefs = hrefs(cx)?;
    let ids: BTreeSet<_> = hrefs.items().filter_map(Certificate::id_text).collect();
    if ids.len() < 3 {
        return Err(reason::too_few(ids.len() as u64, 3).into());
    }
    let named = named(cx)?;
    let is_chosen = |name: &&Name| {
        let required = name.text.eq_ignore_ascii_case(DOWNLOAD) || named.roles.is_listed(&name.text);
        !name.is_version && !name.is_doubtful && !required
    };
    let chosen: Vec<&Name> = named.names.iter().filter(is_chosen).collect();
    if chosen.is_empty() {
        return Ok(Verdict::not_applicable(text!(
            "de bron koos zelf geen resourcenamen",
            "the source chose no resource names itself"
        )));
    }
    let singular = |name: &Name| chosen.iter().any(|other| other.text == name.text) && !href::can_be_plural(&name.text);
    names_are(cx, &text!("een meervoud", "a plural"), no_name, singular)
}

pub(super) fn identifiers_are_not_uris(cx: &CheckContext<'_>) -> Judgement {
    cx.insz(Citizen::Subject)?;
    let hrefs = hrefs(cx)?;
    if hrefs.items().next().is_none() {
        return Err(reason::too_few(0, 1).into());
    }
    let named = named(cx)?;
    let expected = || text!("een sleutel die zelf geen URI is", "a key that is not itself a URI");
    let holds_uri = |href: &Href<'_>| {
        let Some(item) = href.item else { return false };
        let segments = href.segments();
        let identifiers = named.roles.of(&href.link.rel, &segments).into_iter().zip(&segments);
        let in_path =
            identifiers.filter(|(role, _)| *role == Role::Identifier).any(|(_, text)| href::is_absolute_uri(text));
        // Not encoded it goes over several segments.
        let path = format!("/{}", segments.join("/")).to_ascii_lowercase();
        let spread = path.contains("/https://") || path.contains("/http://");
        let id = item.id_text();
        let in_query =
            href::query_values(&href.url).any(|value| Some(&*value) == id.as_deref() && href::is_absolute_uri(&value));
        in_path || spread || in_query
    };
    cx.judged(hrefs.iter().filter(|href| holds_uri(href)).map(|href| href.finding(expected())))
}
