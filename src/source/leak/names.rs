//! Names of certificates in an answer. A name alone, such as that of a kind of certificates, may stand there by chance, or
//! in every answer of the source: it shows something only where the same question about nothing is answered without it.

use std::collections::BTreeSet;

use serde_json::Value;

use super::traces::{Words, texts};
use super::{Leak, SHORTEST_FACT};
use crate::evidence::exchange::{Content, Exchange, Response};
use crate::source::Listed;
use crate::text;

/// What the certificates of a page are called, where it is a word.
pub fn names_on(on: Listed<'_>) -> BTreeSet<String> {
    let Some(body) = on.answer.response.tree() else { return BTreeSet::new() };
    let items = body.pointer(&on.page.place).and_then(Value::as_array).into_iter().flatten();
    let names = items.filter_map(|item| item.get("name")?.as_str()).map(|name| name.trim().to_lowercase());
    names.filter(|name| name.len() >= SHORTEST_FACT && name.chars().any(char::is_alphabetic)).collect()
}

/// Which of these names an answer holds that the request did not say, each with its place.
pub fn names_in(exchange: &Exchange, names: &BTreeSet<String>) -> Vec<(String, String)> {
    let Ok(response) = &exchange.result else { return Vec::new() };
    let said = Words::of_request(&exchange.sent.url);
    let wanted: Vec<&String> = names.iter().filter(|name| !said.hold(name)).collect();
    let mut found = Vec::new();
    let mut look = |place: &str, text: &str| {
        let words = Words::of(text);
        let there = wanted.iter().filter(|name| words.hold(name));
        found.extend(there.map(|name| ((*name).clone(), place.to_owned())));
    };
    match &response.content {
        Content::Json(json) => texts(&json.tree(), &mut look),
        Content::Text(text) => look("", text),
        Content::Empty | Content::Document(_) => {}
    }
    found
}

/// The name of a certificate in an answer, where the answer to the same question about nothing does not hold it. None
/// where that question was not answered.
pub fn name_told(found: &[(String, String)], about_nothing: &Exchange) -> Option<Leak> {
    let usable = |response: &&Response| !response.is_unavailable() && !response.facts.truncated;
    about_nothing.result.as_ref().ok().filter(usable)?;
    let names = found.iter().map(|(name, _)| name.clone()).collect();
    let usual: BTreeSet<String> = names_in(about_nothing, &names).into_iter().map(|(name, _)| name).collect();
    let (_, place) = found.iter().find(|(name, _)| !usual.contains(name))?;
    Some(Leak { place: place.clone(), what: text!("de naam van een attest", "the name of a certificate") })
}
