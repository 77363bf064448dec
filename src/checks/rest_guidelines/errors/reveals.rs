//! What an error gives away: stack traces, SQL, tokens and numbers; less grave, names of the inside.

use std::collections::BTreeSet;

use percent_encoding::percent_decode_str;
use serde_json::Value;
use url::Url;

use super::no_body;
use super::probes::{Body, body, provoked};
use crate::base::signs::{Sign, What, Words, grave, is_frame, signs};
use crate::base::text::{Text, shown};
use crate::base::value::walk::pointer_step;
use crate::catalogue::Level;
use crate::evidence::exchange::{Auth, Citizen, Content, Target};
use crate::judging::context::{Answer, CheckContext, Judgement, Stop, Whose};
use crate::judging::verdict::Finding;
use crate::source::parts_that;
use crate::text;

/// The most nested members that are searched; the rest of such a body is left alone.
const DEEPEST: usize = 64;

/// Something that was given away.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Leak {
    place: String,
    /// In Dutch and in English.
    what: (&'static str, &'static str),
    excerpt: String,
    is_grave: bool,
}

impl Leak {
    fn of(sign: Sign, place: &str) -> Self {
        Self { place: place.to_owned(), what: sign.what.named(), excerpt: sign.excerpt, is_grave: sign.is_grave }
    }
}

pub(super) fn errors_reveal_nothing_internal(cx: &CheckContext<'_>) -> Judgement {
    let words = Words { sql: cx.parameter("sql"), folders: cx.parameter("folders"), domains: cx.parameter("domains") };
    // What is provoked has to be there; what it shows, every other error of the run can show too.
    let provoked = match provoked(cx) {
        Err(stop @ (Stop::Missing(_) | Stop::NeedsWholeRun)) => return Err(stop),
        // A certificate is gone: another one is asked for while there is time.
        Err(stop @ Stop::Moment(_)) if !cx.is_over() => return Err(stop),
        provoked => provoked,
    };
    let others = Doors::of_the_other(cx)?;
    let errors = all_errors(cx)?;
    let is_empty = errors.iter().all(|error| matches!(body(*error), Body::Empty));
    let mut seen = BTreeSet::new();
    let mut findings = Vec::new();
    for error in errors {
        for leak in leaks(cx, error, &words) {
            // The same words in many answers are one finding.
            if seen.insert((leak.what, leak.excerpt.clone())) {
                findings.push(finding(error, leak));
            }
        }
        findings.extend(others.leak(cx, error)?);
    }
    match provoked {
        Ok(_) if is_empty && findings.is_empty() => Ok(no_body()),
        provoked => cx.judged_unless(findings, provoked.err()),
    }
}

/// Every error of the whole run, whatever was asked, also while the issuer was closed to the source.
fn all_errors<'a>(cx: &CheckContext<'a>) -> Result<Vec<Answer<'a>>, Stop> {
    let errors = cx.whole_run_and_outage()?.filter_map(|exchange| {
        let response = exchange.result.as_ref().ok().filter(|response| response.status >= 400)?;
        let is_api = !matches!(exchange.request.target, Target::OpenApi | Target::Tls(_));
        is_api.then_some(Answer { exchange, response })
    });
    Ok(errors.collect())
}

fn finding(error: Answer<'_>, leak: Leak) -> Finding {
    let ((nl, en), excerpt) = (leak.what, shown(&leak.excerpt));
    let finding = error.finding(leak.place, nothing(), text!("{nl}: {excerpt}", "{en}: {excerpt}"));
    if leak.is_grave { finding } else { finding.at_most(Level::Should) }
}

fn nothing() -> Text {
    text!("niets over de interne werking of over andere personen", "nothing about internals or about other people")
}

/// Where the other citizen's data are asked for on purpose: what comes there, the chapter on access judges.
struct Doors {
    ids: BTreeSet<String>,
}

impl Doors {
    fn of_the_other(cx: &CheckContext<'_>) -> Result<Self, Stop> {
        let theirs = cx.insz(Citizen::Other).and_then(|_| cx.page(&cx.entry_request(Citizen::Other)));
        let ids = match theirs {
            Ok(page) => page.items().iter().filter_map(|item| Some(item.id_text()?.into_owned())).collect(),
            Err(Stop::Verdict(_)) => BTreeSet::new(),
            Err(stop) => return Err(stop),
        };
        Ok(Self { ids })
    }

    fn is_one(&self, cx: &CheckContext<'_>, error: Answer<'_>) -> bool {
        let sent = &error.exchange.sent.url;
        let names = |url: Url| !parts_that(&url, |text| self.ids.contains(text)).is_empty();
        error.request().auth == Auth::Token(Citizen::Other)
            || cx.citizens_in(sent).contains(&Citizen::Other)
            || Url::parse(sent).is_ok_and(names)
    }

    /// Data of the other citizen in an error that is about something else.
    fn leak(&self, cx: &CheckContext<'_>, error: Answer<'_>) -> Result<Option<Finding>, Stop> {
        if self.ids.is_empty() || self.is_one(cx, error) || cx.citizens_in_answer(error).contains(&Citizen::Other) {
            return Ok(None);
        }
        let leak = match cx.leak_of_the_other(error.exchange) {
            Err(Stop::Verdict(_)) => None,
            leak => leak?,
        };
        Ok(leak.map(|leak| error.finding(leak.place, nothing(), leak.what)))
    }
}

fn leaks(cx: &CheckContext<'_>, error: Answer<'_>, words: &Words<'_>) -> Vec<Leak> {
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
    let own = Own::of(cx, error);
    for (place, text) in texts {
        // An identifier of the kind of error is no place where code shows itself.
        let counts = |sign: &Sign| place != "/type" || sign.what != What::Class;
        let shown = signs(&own.without(&text), words, &own.hosts);
        leaks.extend(shown.into_iter().filter(counts).map(|sign| Leak::of(sign, &place)));
        leaks.extend(numbers(cx, &text, &own, &place));
    }
    for (name, value) in &error.response.headers {
        let place = format!("header {name}");
        let read = percent_decode_str(value).decode_utf8_lossy();
        leaks.extend(grave(&own.without(&read), words).into_iter().map(|sign| Leak::of(sign, &place)));
        leaks.extend(numbers(cx, value, &own, &place));
    }
    leaks
}

/// Every text and number in a body, with its place; and frames of a stack that are objects. Texts that stand in one array
/// are read as lines of one text: a stack trace is often cut so.
fn collect(value: &Value, place: String, depth: usize, texts: &mut Vec<(String, String)>, leaks: &mut Vec<Leak>) {
    if depth > DEEPEST {
        return;
    }
    match value {
        Value::String(text) => texts.push((place, text.clone())),
        Value::Number(number) => texts.push((place, number.to_string())),
        Value::Array(items) if items.len() > 1 && items.iter().all(Value::is_string) => {
            let lines: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
            texts.push((place, lines.join("\n")));
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                collect(item, format!("{place}/{index}"), depth + 1, texts, leaks);
            }
        }
        Value::Object(members) => {
            if let Some(excerpt) = is_frame(members) {
                leaks.push(Leak { place: place.clone(), what: What::StackTrace.named(), excerpt, is_grave: true });
            }
            for (name, member) in members {
                let below = format!("{place}/{}", pointer_step(name));
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
    fn of(cx: &CheckContext<'_>, error: Answer<'_>) -> Self {
        let setup = cx.setup();
        let sent = &error.exchange.sent.url;
        let url = Url::parse(sent).ok();
        let path = url.as_ref().map(|url| url.path().to_owned()).filter(|path| path.len() > 1);
        let addresses = [Some(setup.base_url.as_str()), setup.source().public_url.as_deref(), Some(sent)];
        let hosts = addresses
            .into_iter()
            .flatten()
            .filter_map(|address| Url::parse(address).ok()?.host_str().map(str::to_lowercase));
        let holder = match error.request().auth {
            Auth::Token(citizen) => citizen,
            _ => Citizen::Subject,
        };
        let mut whose = cx.whose(sent);
        whose.citizens.insert(holder);
        Self { hosts: hosts.collect(), whose, texts: path.into_iter().chain([sent.clone()]).rev().collect() }
    }

    /// The text without what the request itself said.
    fn without(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for own in &self.texts {
            text = text.replace(own.as_str(), "");
        }
        text
    }
}

/// Numbers that the request did not hold. What is nobody's of the profile may be a number by chance.
fn numbers(cx: &CheckContext<'_>, text: &str, own: &Own, place: &str) -> Vec<Leak> {
    let whose = cx.whose(text);
    let others = whose.citizens.difference(&own.whose.citizens).filter_map(|citizen| cx.insz(*citizen).ok());
    let others = others.map(|number| (number.to_owned(), true));
    let strangers = whose.strangers.difference(&own.whose.strangers).map(|number| (number.clone(), false));
    let what = ("het nummer van iemand anders", "the number of somebody else");
    let leak = |(excerpt, is_grave)| Leak { place: place.to_owned(), what, excerpt, is_grave };
    others.chain(strangers).map(leak).collect()
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
