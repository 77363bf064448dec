//! The shell variables in the lines of a report: what each stands for, and the command that fills it.

use serde::{Deserialize, Serialize};

use crate::exchange::{Auth, Citizen};
use crate::recording::Recording;
use crate::text;
use crate::text::Text;

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
pub(super) fn used<'a>(
    recording: &Recording,
    people: &People,
    lines: impl Iterator<Item = &'a str> + Clone,
) -> Vec<Variable> {
    let is_used = |variable: &Variable| lines.clone().any(|line| stands_in(line, &variable.name));
    let mut all: Vec<Variable> = known(recording, people).into_iter().filter(is_used).collect();
    for mark in &recording.marks {
        let name = mark.mark.replace('-', "_");
        let other = Variable { meaning: of_mark(&name), name, command: None };
        if is_used(&other) {
            all.push(other);
        }
    }
    all
}

/// Whether a line holds `$NAME` or `${NAME}`.
pub(super) fn stands_in(line: &str, name: &str) -> bool {
    let goes_on = |rest: &str| rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
    line.split('$').skip(1).any(|rest| {
        let rest = rest.strip_prefix('{').unwrap_or(rest);
        rest.strip_prefix(name).is_some_and(|rest| !goes_on(rest))
    })
}

fn known(recording: &Recording, people: &People) -> Vec<Variable> {
    let setup = &recording.setup;
    let mut all = Vec::new();
    let mut add = |name: &str, meaning: Text, value: String| {
        all.push(Variable { command: Some(format!("export {name}={value}")), name: name.to_owned(), meaning });
    };
    let authorities = [
        (AUTHORITY, &setup.authorities.source, "source.ca_bundle"),
        (ISSUER_AUTHORITY, &setup.authorities.issuer, "acm.ca_bundle"),
    ];
    for (name, file, key) in authorities {
        if let Some(file) = file {
            let meaning = text!("het bestand achter `{key}` van het profiel", "the file behind `{key}` of the profile");
            add(name, meaning, argument(&people.for_people(file)));
        }
    }
    for (citizen, person) in &setup.citizens {
        let (Text { nl, en }, shown) = (role_in_words(role(*citizen)), people.for_people(&person.name));
        // A name that a shell would not take as it is: the role says the same.
        let is_plain = !shown.is_empty() && shown.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        let named = if is_plain { shown.as_str() } else { role(*citizen) };
        add(
            &variable(Auth::Token(*citizen)),
            text!("het TX-token van {nl} ({shown})", "the TX token of {en} ({shown})"),
            format!("$(bronkeur token --citizen {named} --show)"),
        );
        if let Some(name) = number_of(*citizen) {
            add(
                name,
                text!("het nummer van {nl} ({shown})", "the number of {en} ({shown})"),
                format!("$(bronkeur token --citizen {named} --show insz)"),
            );
        }
    }
    if let Some(name) = number_of(Citizen::Nobody) {
        add(
            name,
            text!("een geldig nummer dat niemand heeft", "a valid number that nobody has"),
            "$(bronkeur token --citizen nobody --show insz)".to_owned(),
        );
    }
    for auth in NEGATIVE {
        let kind = presented(auth);
        add(&variable(auth), presented_in_words(kind), format!("$(bronkeur token --kind {kind} --show)"));
    }
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
        let line = "curl -H \"authorization: Bearer $TOKEN_OTHER\" \"https://h.be/${INSZ_SUBJECT}x\"";
        assert!(stands_in(line, "TOKEN_OTHER") && stands_in(line, "INSZ_SUBJECT"));
        assert!(!stands_in(line, "TOKEN") && !stands_in(line, "OTHER"));
    }

    #[test]
    fn what_a_shell_reads_otherwise_is_quoted() {
        assert_eq!(argument("ca.pem"), "ca.pem");
        assert_eq!(argument("my ca's.pem"), r"'my ca'\''s.pem'");
        assert_eq!(argument("-k"), "'-k'");
    }
}
