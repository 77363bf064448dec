//! What of one citizen's data an answer shows that was meant for somebody else. A leak is data, in whatever shape it
//! comes: what the owner gets with a token of their own is looked for in the whole answer, headers included, and what
//! the caller's own answers hold as well, or the request itself said, is none.

use std::collections::BTreeSet;
use std::sync::Arc;

use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::envelope::{Certificate, Key};
use super::list::Listed;
use super::part_with_id;
use crate::base::text::Text;
use crate::evidence::exchange::{Citizen, Content, Exchange, Response, SniffedType};
use crate::judging::context::{Answer, CheckContext, Stop, join};
use crate::text;

mod names;
mod traces;

pub use names::{name_told, names_in, names_on};
use traces::{Words, each_text, record, texts};

/// The most nested members that are searched; the rest of such a body is left alone.
const DEEPEST: usize = 64;

/// An id with fewer characters, such as a sequence number, occurs anywhere by chance: it counts beside another value of
/// its certificate only.
const SHORTEST_ID: usize = 6;

/// The shortest value of a certificate that counts beside another one.
const SHORTEST_FACT: usize = 4;

/// So many values of a certificate do not stand together in running text by chance.
const SEVERAL_FACTS: usize = 3;

/// A shorter text does not hold so many.
const SHORTEST_RECORD: usize = SEVERAL_FACTS * SHORTEST_FACT;

/// The shortest text that, without the id, can tell which certificate it is about.
const SHORTEST_NAME: usize = 8;

/// The shortest name that, with a digit in it, tells which certificate it is about wherever it stands.
const TELLING_NAME: usize = 12;

/// Headers that say something about the message alone, not about certificates.
const OF_THE_MESSAGE: [&str; 9] = [
    "date",
    "content-length",
    "age",
    "etag",
    "x-request-id",
    "x-correlation-id",
    "traceparent",
    "tracestate",
    "strict-transport-security",
];

/// Data that was found where it does not belong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leak {
    /// Where: a JSON pointer, or the name of a header.
    pub place: String,
    /// What it is.
    pub what: Text,
}

/// What a citizen's certificates hold and somebody else's answers do not.
#[derive(Debug, Default)]
struct Belongings {
    certificates: Vec<Owned>,
}

/// What one certificate holds.
#[derive(Debug)]
struct Owned {
    id: Option<String>,
    /// Its values as texts, without the language: the id among them.
    facts: BTreeSet<String>,
    /// Texts that tell of this certificate wherever they stand: an id of some length, hrefs.
    marks: BTreeSet<String>,
}

/// The belongings of the other citizen, as against the subject.
struct OfTheOther(Belongings);

/// The belongings of the subject, as against anybody.
struct OfTheSubject(Belongings);

/// The belongings of the subject, as against the other citizen.
struct ForTheOther(Belongings);

impl<'a> CheckContext<'a> {
    /// Whether an answer shows data of the other citizen that the subject's own answers do not hold. Asks for the other
    /// citizen's first page and the subject's list.
    pub fn leak_of_the_other(&self, exchange: &Exchange) -> Result<Option<Leak>, Stop> {
        let known = self.memoized(|| {
            self.insz(Citizen::Other)?;
            let theirs = self.page(&self.entry_request(Citizen::Other));
            let (theirs, own) = join(theirs, self.all_own_pages())?;
            Ok(OfTheOther(Belongings::new(&[theirs], &own)))
        })?;
        let leak = known.0.leak_in(exchange, || self.all_own_pages())?;
        Ok(leak.or_else(|| self.number_of(Citizen::Other, exchange)))
    }

    /// Whether an answer to the other citizen shows data of the subject that the other's own answers do not hold. Asks
    /// for the lists of both.
    pub fn leak_to_the_other(&self, exchange: &Exchange) -> Result<Option<Leak>, Stop> {
        let known = self.memoized(|| {
            let (theirs, own) = join(self.all_pages_of_the_other(), self.all_own_pages())?;
            Ok(ForTheOther(Belongings::new(&own, &theirs)))
        })?;
        let leak = known.0.leak_in(exchange, || self.all_pages_of_the_other())?;
        Ok(leak.or_else(|| self.number_of(Citizen::Subject, exchange)))
    }

    /// Whether an answer to somebody who is not the subject shows data of the subject. Asks for the subject's first page.
    pub fn leak_of_the_subject(&self, exchange: &Exchange) -> Result<Option<Leak>, Stop> {
        let known: Arc<OfTheSubject> = self.memoized(|| {
            let certificates = self.where_open(self.first_page().map(|first| vec![first]))?;
            let certificates = certificates.into_iter().flat_map(certificates_on).collect();
            Ok(OfTheSubject(Belongings { certificates }))
        })?;
        known.0.leak_in(exchange, || Ok(Vec::new()))
    }

    /// The number of a citizen, where the call itself did not say it.
    fn number_of(&self, owner: Citizen, exchange: &Exchange) -> Option<Leak> {
        let answer = Answer { exchange, response: exchange.result.as_ref().ok()? };
        let is_named = |citizens: BTreeSet<Citizen>| citizens.contains(&owner);
        if is_named(self.citizens_in(&exchange.sent.url)) || !is_named(self.citizens_in_answer(answer)) {
            return None;
        }
        let place = place_of(answer.response, |text| is_named(self.citizens_in(text))).unwrap_or_default();
        let what = if owner == Citizen::Other {
            text!("het nummer van de andere burger", "the number of the other citizen")
        } else {
            text!("het nummer van de eerste burger", "the number of the first citizen")
        };
        Some(Leak { place, what })
    }

    /// The other citizen's list: the first page as it came first, and all pages in the greatest length.
    fn all_pages_of_the_other(&self) -> Result<Vec<Listed<'a>>, Stop> {
        self.insz(Citizen::Other)?;
        let (first, all) = join(self.page(&self.entry_request(Citizen::Other)), self.pages_of_the_other())?;
        Ok(std::iter::once(first).chain(all.pages).collect())
    }

    /// The pages of the subject's list, as far as they are to be had. The first page is among them as it came first too:
    /// the details are those of its certificates, and one may be gone when the list is walked. Not where all that it holds
    /// stands on the other citizen's page and nowhere in the walk: a cache has mixed them up.
    pub fn all_own_pages(&self) -> Result<Vec<Listed<'a>>, Stop> {
        let first = self.where_open(self.first_page().map(|first| vec![first]));
        let theirs = self.where_open(self.page(&self.entry_request(Citizen::Other)).map(|theirs| vec![theirs]));
        let walk = self.where_open(self.pages().map(|pages| pages.pages));
        let (mut pages, (first, theirs)) = join(walk, join(first, theirs))?;
        let walked: BTreeSet<_> = pages.iter().flat_map(Listed::keys).collect();
        let of_the_other: BTreeSet<_> = theirs.iter().flat_map(Listed::keys).collect();
        let is_theirs = |key: &Key<'_>| of_the_other.contains(key) && !walked.contains(key);
        let is_mixed_up = |page: &Listed<'_>| !page.items().is_empty() && page.keys().iter().all(is_theirs);
        pages.extend(first.into_iter().filter(|first| !is_mixed_up(first)));
        Ok(pages)
    }

    /// The pages of a list; none where it does not open, or where a part of it was gone and nothing is sent any more.
    fn where_open(&self, pages: Result<Vec<Listed<'a>>, Stop>) -> Result<Vec<Listed<'a>>, Stop> {
        match pages {
            Err(Stop::Verdict(_)) => Ok(Vec::new()),
            Err(Stop::Moment(_)) if self.is_over() => Ok(Vec::new()),
            pages => pages,
        }
    }
}

/// Where in an answer a text stands of which this is so: a header, or a place in the body. One answer after the other may
/// be asked: the places of a long list are not made for nothing.
pub fn place_of(response: &Response, is_it: impl Fn(&str) -> bool) -> Option<String> {
    let header = response.headers.iter().find(|(_, value)| is_it(value));
    if let Some((name, _)) = header {
        return Some(format!("header {name}"));
    }
    match &response.content {
        Content::Json(json) => {
            let body = json.tree();
            let mut is_there = false;
            each_text(&body, 0, &mut |text| is_there = is_there || is_it(text));
            let mut found = None;
            if is_there {
                texts(&body, &mut |place, text| {
                    if found.is_none() && is_it(text) {
                        found = Some(place.to_owned());
                    }
                });
            }
            found
        }
        Content::Text(text) => is_it(text).then(String::new),
        Content::Document(document) => document.names.iter().any(|name| is_it(name)).then(String::new),
        Content::Empty => None,
    }
}

/// Whether two answers hold the same document, or the same JSON that says something.
pub fn is_same_content(one: &Response, other: &Response) -> bool {
    match (&one.content, &other.content) {
        (Content::Document(one), Content::Document(other)) => {
            one.look != SniffedType::Html && !one.sha256.is_empty() && one.sha256 == other.sha256
        }
        (Content::Json(one), Content::Json(other)) => holds_something(&one.tree()) && one == other,
        _ => false,
    }
}

/// Whether a JSON value is more than an empty one.
fn holds_something(value: &Value) -> bool {
    match value {
        Value::Object(members) => !members.is_empty(),
        Value::Array(items) => !items.is_empty(),
        _ => false,
    }
}

impl Belongings {
    /// The certificates of an owner that a caller does not have, with what tells of them and stands nowhere in the
    /// caller's own answers: what both have is nobody's secret.
    fn new(of_the_owner: &[Listed<'_>], of_the_caller: &[Listed<'_>]) -> Self {
        let known: BTreeSet<_> = of_the_caller.iter().flat_map(Listed::keys).collect();
        let mut certificates = Vec::new();
        for page in of_the_owner {
            let is_known = |item: &Certificate| item.key().is_some_and(|key| known.contains(&key));
            let foreign = certificates_on(*page).into_iter().zip(page.items()).filter(|(_, item)| !is_known(item));
            certificates.extend(foreign.map(|(owned, _)| owned));
        }
        // One page after the other: a list may be long.
        for page in of_the_caller {
            let Some(body) = page.answer.response.tree() else { continue };
            each_text(&body, 0, &mut |text| {
                for certificate in &mut certificates {
                    certificate.marks.remove(text);
                }
            });
        }
        Self { certificates }
    }

    /// Looks for them in an answer. `own`: the caller's own pages, whose certificates may say the same.
    fn leak_in<'a>(
        &self,
        exchange: &Exchange,
        own: impl Fn() -> Result<Vec<Listed<'a>>, Stop>,
    ) -> Result<Option<Leak>, Stop> {
        let Ok(response) = &exchange.result else { return Ok(None) };
        let said = Words::of_request(&exchange.sent.url);
        if let Some(leak) = self.marked(response, &said) {
            return Ok(Some(leak));
        }
        for (place, facts) in self.described(response, &said) {
            // Whether one certificate of the caller has all of these values.
            let has_all = |on: &Listed<'_>| certificates_on(*on).iter().any(|one| facts.is_subset(&one.facts));
            if !own()?.iter().any(has_all) {
                let what = text!("de gegevens van een attest", "the data of a certificate");
                return Ok(Some(Leak { place, what }));
            }
        }
        Ok(None)
    }

    /// A text that tells of a certificate, wherever it stands.
    fn marked(&self, response: &Response, said: &Words) -> Option<Leak> {
        let marks = self.certificates.iter().flat_map(|certificate| &certificate.marks);
        let wanted: Vec<&String> = marks.filter(|mark| !said.hold(mark)).collect();
        let mut found = None;
        let mut look = |place: &str, text: &str| {
            if found.is_none() {
                let words = Words::of(text);
                let is_there = wanted.iter().any(|mark| words.hold(mark));
                let what =
                    || text!("de id, de naam of de URL van een attest", "the id, the name or the URL of a certificate");
                found = is_there.then(|| Leak { place: place.to_owned(), what: what() });
            }
        };
        for (name, value) in response.headers.iter().filter(|(name, _)| !OF_THE_MESSAGE.contains(&name.as_str())) {
            look(&format!("header {name}"), value);
        }
        match &response.content {
            Content::Json(json) => texts(&json.tree(), &mut look),
            Content::Text(text) => look("", text),
            Content::Empty | Content::Document(_) => {}
        }
        found
    }

    /// Places where several values of one certificate stand together, with these values.
    fn described(&self, response: &Response, said: &Words) -> Vec<(String, BTreeSet<String>)> {
        let mut found = self.told_in_text(response, said);
        let mut look = |place: &str, has: &dyn Fn(&str) -> bool| {
            for certificate in &self.certificates {
                let facts: BTreeSet<String> =
                    certificate.facts.iter().filter(|fact| has(fact) && !said.are(fact)).cloned().collect();
                let names_it = certificate.id.as_deref().is_some_and(has);
                if certificate.is_told_by(&facts) || (names_it && facts.iter().any(|fact| is_name(fact))) {
                    found.push((place.to_owned(), facts));
                }
            }
        };
        match &response.content {
            Content::Json(json) => {
                record(&json.tree(), &mut |place, values| look(place, &|fact| values.contains(fact)));
            }
            Content::Text(_) | Content::Empty | Content::Document(_) => {}
        }
        found
    }

    /// The same in running text: of an answer that is no JSON, of each text in one that is, and of all that an error says.
    fn told_in_text(&self, response: &Response, said: &Words) -> Vec<(String, BTreeSet<String>)> {
        let mut found = Vec::new();
        let is_no_json = !response.is_json();
        let mut look = |place: &str, text: &str| {
            if text.len() < SHORTEST_RECORD {
                return;
            }
            let words = Words::of(text);
            for certificate in &self.certificates {
                let held = certificate.facts.iter().filter(|fact| words.hold(fact) && !said.are(fact));
                let facts: BTreeSet<String> = held.cloned().collect();
                // What is no JSON and repeats the id says by a name beside it which certificate it knows.
                let id = certificate.id.as_deref().filter(|id| id.len() > SHORTEST_NAME && words.hold(id));
                let names_it = is_no_json && id.is_some() && facts.iter().any(|fact| is_name(fact));
                if names_it || certificate.is_told_in_text_by(&facts) {
                    found.push((place.to_owned(), facts));
                }
            }
        };
        match &response.content {
            Content::Json(json) => {
                let mut all = String::new();
                texts(&json.tree(), &mut |place, text| {
                    look(place, text);
                    if response.status >= 400 {
                        all.extend([text, " | "]);
                    }
                });
                look("", &all);
            }
            Content::Text(text) => look("", text),
            Content::Empty | Content::Document(_) => {}
        }
        found
    }
}

/// Whether a value may be what people call a certificate.
fn is_name(fact: &str) -> bool {
    fact.len() >= SHORTEST_NAME && fact.chars().any(char::is_alphabetic)
}

impl Owned {
    /// Whether these of its values tell that it is this certificate: two or more, its id or its name among them.
    fn is_told_by(&self, facts: &BTreeSet<String>) -> bool {
        let is_id = |fact: &String| self.id.as_ref() == Some(fact);
        let others = facts.iter().filter(|fact| !is_id(fact));
        others.count() >= 1 && facts.len() >= 2 && facts.iter().any(|fact| is_id(fact) || is_name(fact))
    }

    /// The same where they stand in running text. There a year or a short word stands by chance, so that two long ones are
    /// needed, or three with a word among them.
    fn is_told_in_text_by(&self, facts: &BTreeSet<String>) -> bool {
        let long: BTreeSet<String> = facts.iter().filter(|fact| fact.len() > SHORTEST_NAME).cloned().collect();
        let is_short_id = |fact: &String| self.id.as_ref() == Some(fact) && fact.len() < SHORTEST_ID;
        let count = facts.iter().filter(|fact| !is_short_id(fact)).count();
        let has_a_word = facts.iter().any(|fact| fact.chars().any(char::is_alphabetic));
        self.is_told_by(&long) || (count >= SEVERAL_FACTS && has_a_word)
    }
}

/// What the certificates of a page hold.
fn certificates_on(on: Listed<'_>) -> Vec<Owned> {
    let Some(body) = on.answer.response.tree() else { return Vec::new() };
    let items = body.pointer(&on.page.place).and_then(Value::as_array).into_iter().flatten();
    items.zip(on.items()).map(|(item, certificate)| owned(on, item, certificate)).collect()
}

fn owned(on: Listed<'_>, item: &Value, certificate: &Certificate) -> Owned {
    let id = certificate.id_text().map(std::borrow::Cow::into_owned);
    let mut facts: BTreeSet<String> = BTreeSet::new();
    let members = item.as_object().into_iter().flatten();
    for (_, value) in members.filter(|(name, _)| !matches!(name.as_str(), "language" | "links" | "_links")) {
        texts(value, &mut |_, text| {
            if text.len() >= SHORTEST_FACT {
                facts.insert(text.to_owned());
            }
        });
    }
    facts.extend(id.clone());
    let mut marks: BTreeSet<String> = BTreeSet::new();
    let is_specific = |id: &String| id.len() >= SHORTEST_ID && id.bytes().any(|byte| byte.is_ascii_digit());
    marks.extend(id.clone().filter(is_specific));
    let tells = |name: &String| name.len() >= TELLING_NAME && name.bytes().any(|byte| byte.is_ascii_digit());
    marks.extend(item.get("name").and_then(Value::as_str).map(str::to_owned).filter(tells));
    for link in certificate.links.links.iter().filter(|link| !link.templated) {
        marks.insert(link.href.to_string());
        // As others may write it: without scheme and host.
        let Some(url) = link.url(&on.answer.exchange.sent.url) else { continue };
        let names_it = id.as_deref().is_some_and(|id| part_with_id(&url, id).is_some());
        if names_it {
            let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
            marks.insert(format!("{}{query}", percent_decode_str(url.path()).decode_utf8_lossy()));
        }
    }
    Owned { id, facts, marks }
}

#[cfg(test)]
mod tests;
