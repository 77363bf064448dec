//! What an error gives away: stack traces, SQL, tokens and numbers; less grave, names of the inside.

use std::collections::BTreeSet;

use serde_json::Value;
use url::Url;

use super::no_body;
use super::probes::{Body, body, provoked};
use super::signs::{Words, class_name, file_path, internal_host, sql, stack_trace, without_paths_of_urls};
use crate::case::{Answer, Case, Judgement, Whose};
use crate::catalogue::Level;
use crate::exchange::{Auth, Citizen, Content};
use crate::text;
use crate::verdict::{Finding, shown};

/// The most nested members that are searched; the rest of such a body is left alone.
const DEEPEST: usize = 64;

/// Something that was given away.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Leak {
    place: String,
    what: (&'static str, &'static str),
    excerpt: String,
    is_grave: bool,
}

pub(super) fn errors_reveal_nothing_internal(case: &Case<'_>) -> Judgement {
    let words = Words {
        traces: case.parameter("traces"),
        source_files: case.parameter("source_files"),
        sql: case.parameter("sql"),
        folders: case.parameter("folders"),
        domains: case.parameter("domains"),
    };
    let mut errors = provoked(case)?;
    errors.retain(|error| !matches!(body(*error), Body::Empty));
    if errors.is_empty() {
        return Ok(no_body());
    }
    let mut seen = BTreeSet::new();
    let mut findings = Vec::new();
    for error in errors {
        for leak in leaks(case, error, &words) {
            // The same words in many answers are one finding.
            if seen.insert((leak.what, leak.excerpt.clone())) {
                findings.push(finding(error, leak));
            }
        }
    }
    case.judged(findings)
}

fn finding(error: Answer<'_>, leak: Leak) -> Finding {
    let ((nl, en), excerpt) = (leak.what, shown(&leak.excerpt));
    let expected = text!("niets over de binnenkant of over anderen", "nothing about the inside or about others");
    let finding = error.finding(leak.place, expected, text!("{nl}: {excerpt}", "{en}: {excerpt}"));
    if leak.is_grave { finding } else { finding.at_most(Level::Should) }
}

fn leaks(case: &Case<'_>, error: Answer<'_>, words: &Words<'_>) -> Vec<Leak> {
    let mut leaks = Vec::new();
    // A token that we put into the URL ourselves comes back in `instance`: that is our doing.
    if !error.response.facts.secrets.is_empty() && error.request().auth != Auth::InQuery {
        let excerpt = error.response.facts.secrets.join(", ");
        leaks.push(Leak {
            place: String::new(),
            what: ("een token of geheim", "a token or secret"),
            excerpt,
            is_grave: true,
        });
    }
    let mut texts = Vec::new();
    match &error.response.content {
        Content::Json(json) => collect(&json.tree(), String::new(), 0, &mut texts, &mut leaks),
        Content::Text(text) => texts.push((String::new(), text.clone())),
        Content::Empty | Content::Document(_) => {}
    }
    let own = Own::of(case, error);
    for (place, text) in texts {
        let found = signs(&place, &text, words, &own).into_iter().chain(numbers(case, &text, &own));
        leaks.extend(found.map(|(what, excerpt, is_grave)| Leak { place: place.clone(), what, excerpt, is_grave }));
    }
    for (name, value) in &error.response.headers {
        let found = numbers(case, value, &own).into_iter();
        let place = || format!("header {name}");
        leaks.extend(found.map(|(what, excerpt, is_grave)| Leak { place: place(), what, excerpt, is_grave }));
    }
    leaks
}

/// What a text shows of the inside.
fn signs(place: &str, text: &str, words: &Words<'_>, own: &Own) -> Vec<Found> {
    let text = own.without(text);
    // An identifier of the kind of error is no place where code shows itself.
    let class = if place == "/type" { None } else { class_name(&text) };
    let found = [
        (("een stack trace", "a stack trace"), stack_trace(&text, words), true),
        (("SQL", "SQL"), sql(&text, words), true),
        (("de naam van een klasse", "the name of a class"), class, false),
        (("een bestandspad", "a file-system path"), file_path(&text, words), false),
        (("een interne hostnaam", "an internal host name"), internal_host(&text, words, &own.hosts), false),
    ];
    found.into_iter().filter_map(|(what, excerpt, is_grave)| Some((what, excerpt?, is_grave))).collect()
}

/// Every text and number in a body, with its place; and frames of a stack that are objects.
fn collect(value: &Value, place: String, depth: usize, texts: &mut Vec<(String, String)>, leaks: &mut Vec<Leak>) {
    if depth > DEEPEST {
        return;
    }
    match value {
        Value::String(text) => texts.push((place, text.clone())),
        Value::Number(number) => texts.push((place, number.to_string())),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                collect(item, format!("{place}/{index}"), depth + 1, texts, leaks);
            }
        }
        Value::Object(members) => {
            if let (Some(method), Some(_)) = (members.get("methodName"), members.get("lineNumber")) {
                let excerpt = method.as_str().unwrap_or_default().to_owned();
                let what = ("een stack trace", "a stack trace");
                leaks.push(Leak { place: place.clone(), what, excerpt, is_grave: true });
            }
            for (name, member) in members {
                let below = format!("{place}/{}", name.replace('~', "~0").replace('/', "~1"));
                texts.push((below.clone(), name.clone()));
                collect(member, below, depth + 1, texts, leaks);
            }
        }
        Value::Null | Value::Bool(_) => {}
    }
}

/// What the request itself said: that may come back.
struct Own {
    /// URL, path and query as they were sent.
    texts: Vec<String>,
    hosts: Vec<String>,
    /// Whose numbers the URL held, and whose token it carried.
    whose: Whose,
}

impl Own {
    fn of(case: &Case<'_>, error: Answer<'_>) -> Self {
        let setup = case.setup();
        let sent = &error.exchange.sent.url;
        let url = Url::parse(sent).ok();
        let path = url.as_ref().map(|url| url.path().to_owned()).filter(|path| path.len() > 1);
        let addresses = [Some(setup.base_url.as_str()), setup.public_url.as_deref(), Some(sent)];
        let hosts = addresses
            .into_iter()
            .flatten()
            .filter_map(|address| Url::parse(address).ok()?.host_str().map(str::to_lowercase));
        let holder = match error.request().auth {
            Auth::Token(citizen) => citizen,
            _ => Citizen::Subject,
        };
        let mut whose = case.whose(sent);
        whose.citizens.insert(holder);
        Self { hosts: hosts.collect(), whose, texts: path.into_iter().chain([sent.clone()]).rev().collect() }
    }

    /// The text without what the request itself said, and without other URLs but for their hosts.
    fn without(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for own in &self.texts {
            text = text.replace(own.as_str(), "");
        }
        without_paths_of_urls(&text)
    }
}

type Found = ((&'static str, &'static str), String, bool);

/// Numbers that the request did not hold. What is nobody's of the profile may be a number by chance.
fn numbers(case: &Case<'_>, text: &str, own: &Own) -> Vec<Found> {
    let whose = case.whose(text);
    let others = whose.citizens.difference(&own.whose.citizens).filter_map(|citizen| case.insz(*citizen).ok());
    let others = others.map(|number| (number.to_owned(), true));
    let strangers = whose.strangers.difference(&own.whose.strangers).map(|number| (number.clone(), false));
    let what = ("het nummer van iemand anders", "the number of somebody else");
    others.chain(strangers).map(|(number, is_grave)| (what, number, is_grave)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_request_itself_said_may_come_back() {
        let texts = ["https://api.example.be/opt/v1/certificates/1?page=abc", "/opt/v1/certificates/1"];
        let own = Own { texts: texts.map(str::to_owned).into(), hosts: Vec::new(), whose: Whose::default() };
        assert_eq!(own.without("in https://api.example.be/opt/v1/certificates/1?page=abc: no"), "in : no");
        assert_eq!(own.without("/opt/v1/certificates/1"), "");
        assert_eq!(own.without("/opt/app/1"), "/opt/app/1");
    }
}
