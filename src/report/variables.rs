//! The shell variables in the lines of a report: what each stands for, and the command that fills it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::base::text::Text;
use crate::evidence::exchange::{Auth, Citizen};
use crate::evidence::recording::Recording;
use crate::text;

use super::credential::{NEGATIVE, presented, presented_in_words, role, role_in_words, variable};
use super::curl::{AUTHORITY, ISSUER_AUTHORITY, number_of};
use super::people::People;

/// A variable that stands in a shell line of a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variable {
    /// Its name, without `$`.
    pub name: String,
    /// What it stands for.
    pub meaning: Text,
    /// The command that fills it, to be run where the profile is; null where only its owner can.
    pub command: Option<String>,
}

/// Those that stand in any of the lines, in the order of this list.
pub(super) fn used<'a>(recording: &Recording, people: &People, lines: impl Iterator<Item = &'a str>) -> Vec<Variable> {
    let names: BTreeSet<&str> = lines.flat_map(names_in).collect();
    let mut all = known(recording, people);
    all.extend(recording.marks.iter().map(|mark| {
        let name = mark.mark.replace('-', "_");
        Variable { meaning: of_mark(&name), name, command: None }
    }));
    all.retain(|variable| names.contains(variable.name.as_str()));
    all
}

/// The names of the variables in a line: `$NAME` and `${NAME}`.
pub(super) fn names_in(line: &str) -> impl Iterator<Item = &str> {
    line.split('$').skip(1).filter_map(|rest| {
        let rest = rest.strip_prefix('{').unwrap_or(rest);
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        rest.get(..end).filter(|name| !name.is_empty())
    })
}

fn filled(name: &str, meaning: Text, value: &str) -> Variable {
    Variable { command: Some(format!("export {name}={value}")), name: name.to_owned(), meaning }
}

fn known(recording: &Recording, people: &People) -> Vec<Variable> {
    let authorities = &recording.setup.authorities;
    let mut all = Vec::new();
    for (name, file, key) in
        [(AUTHORITY, &authorities.source, "source.ca_bundle"), (ISSUER_AUTHORITY, &authorities.issuer, "acm.ca_bundle")]
    {
        let meaning = text!("het bestand achter `{key}` van het profiel", "the file behind `{key}` of the profile");
        all.extend(file.iter().map(|file| filled(name, meaning.clone(), &argument(&people.for_people(file)))));
    }
    for (citizen, person) in &recording.setup.citizens {
        all.extend(of_citizen(*citizen, &people.for_people(&person.name)));
    }
    if let Some(name) = number_of(Citizen::Nobody) {
        let meaning = text!("een geldig nummer dat niemand heeft", "a valid number that nobody has");
        all.push(filled(name, meaning, "$(bronkeur token --citizen nobody --show insz)"));
    }
    for auth in NEGATIVE {
        let kind = presented(auth);
        let command = format!("$(bronkeur token --kind {kind} --show)");
        all.push(filled(&variable(auth), presented_in_words(kind), &command));
    }
    all
}

/// The token and the number of a citizen of the profile.
fn of_citizen(citizen: Citizen, shown: &str) -> Vec<Variable> {
    let Text { nl, en } = role_in_words(role(citizen));
    // A name that a shell would not take as it is: the role says the same.
    let is_plain = !shown.is_empty() && shown.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    let named = if is_plain { shown } else { role(citizen) };
    let mut all = vec![filled(
        &variable(Auth::Token(citizen)),
        text!("het TX-token van {nl} ({shown})", "the TX token of {en} ({shown})"),
        &format!("$(bronkeur token --citizen {named} --show)"),
    )];
    all.extend(number_of(citizen).map(|name| {
        let meaning = text!("het nummer van {nl} ({shown})", "the number of {en} ({shown})");
        filled(name, meaning, &format!("$(bronkeur token --citizen {named} --show insz)"))
    }));
    all
}

/// What stands behind a mark that has no name.
fn of_mark(name: &str) -> Text {
    match name.split('_').next() {
        Some("INSZ") => text!(
            "een nummer dat in een antwoord stond en nergens bewaard is",
            "a number that stood in an answer and is kept nowhere"
        ),
        Some("TOKEN") => text!("een token van deze keuring, nergens bewaard", "a token of this run, kept nowhere"),
        _ => text!("een geheim van het profiel", "a secret of the profile"),
    }
}

/// One argument of a shell.
fn argument(text: &str) -> String {
    let is_plain = text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b)) && !text.starts_with('-');
    if is_plain { text.to_owned() } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_whole() {
        let line = "curl -H \"authorization: Bearer $TOKEN_OTHER\" \"https://h.be/${INSZ_SUBJECT}x\" '$(id)$'";
        assert_eq!(names_in(line).collect::<Vec<_>>(), ["TOKEN_OTHER", "INSZ_SUBJECT"]);
    }

    #[test]
    fn what_a_shell_reads_otherwise_is_quoted() {
        assert_eq!(argument("ca.pem"), "ca.pem");
        assert_eq!(argument("my ca's.pem"), r"'my ca'\''s.pem'");
        assert_eq!(argument("-k"), "'-k'");
    }
}
