//! The schemas of the source API: what no other requirement looks at.

use std::sync::Arc;

use serde_json::Value;

use super::detail::{Detail, opened};
use super::links::malformed_self;
use crate::base::openapi::{Component, SchemaViolation, schema_of_list};
use crate::base::text::{Text, shown};
use crate::judging::context::{Answer, CheckContext, Findings, Judgement, Stop};
use crate::judging::verdict::{Finding, Verdict};
use crate::source::Listed;
use crate::source::envelope::{Certificate, Links};
use crate::text;

/// The schemas of the answers, of the source specification.
struct Schemas {
    documented_list: Arc<Component>,
    hal_list: Arc<Component>,
    certificate: Arc<Component>,
}

impl Schemas {
    fn of(cx: &CheckContext<'_>) -> Result<Self, Stop> {
        let component = |name| cx.catalogue.component(name).ok_or_else(|| Box::new(unusable(&cx.catalogue.openapi.0)));
        Ok(Self {
            documented_list: component("DocumentedList")?,
            hal_list: component("HalList")?,
            certificate: component("Certificate")?,
        })
    }

    /// The schema of a page.
    fn list(&self, body: &Value) -> &Component {
        if schema_of_list(body) == "DocumentedList" { &self.documented_list } else { &self.hal_list }
    }
}

/// What in an answer does not fit a schema: as it came, where what is recorded of it says something else.
fn unfit(answer: Answer<'_>, schema: &Component, body: &Value) -> Vec<SchemaViolation> {
    answer.response.facts.unfit_for_source.clone().unwrap_or_else(|| schema.judge(body).collect())
}

fn unusable(file: &str) -> Verdict {
    Verdict::blocked(
        text!("{file} bevat de schema's van lijst en attest niet", "{file} lacks the schemas of list and certificate"),
        text!(
            "neem er de schema's DocumentedList, HalList en Certificate in op",
            "add the schemas DocumentedList, HalList and Certificate to it"
        ),
    )
}

pub(super) fn answers_fit_the_schemas(cx: &CheckContext<'_>) -> Judgement {
    let details = match opened(cx) {
        // That no detail came is for CRT-11.
        Err(Stop::Verdict(_)) => Vec::new(),
        details => details?,
    };
    cx.items()?;
    let schemas = Schemas::of(cx)?;
    let mut findings = Findings::default();
    for listed in cx.pages()?.pages {
        let Some(body) = listed.answer.response.tree() else { continue };
        let own = unfit(listed.answer, schemas.list(&body), &body).into_iter();
        let own = own.filter(|violation| is_own_in_list(&listed, &body, violation));
        findings.extend(own.map(|violation| finding(listed.answer, violation)));
    }
    for detail in details {
        let Some(body) = detail.answer.response.tree() else { continue };
        let own = unfit(detail.answer, &schemas.certificate, &body).into_iter();
        let own = own.filter(|violation| is_own_in_detail(detail, &body, violation));
        findings.extend(own.map(|violation| finding(detail.answer, violation)));
    }
    cx.concluded(findings)
}

fn finding(answer: Answer<'_>, violation: SchemaViolation) -> Finding {
    let expected = text!("een waarde die in het schema past", "a value that fits the schema");
    answer.finding(violation.pointer, expected, violation.message.map(shown))
}

/// The first member of a JSON pointer, and what follows.
fn first_member(pointer: &str) -> (&str, &str) {
    let path = pointer.strip_prefix('/').unwrap_or(pointer);
    path.split_once('/').unwrap_or((path, ""))
}

/// Whether no other requirement reports this about a page: LST-03 to LST-05 look at its members, CRT-01 to CRT-07 at
/// those of its certificates.
fn is_own_in_list(listed: &Listed<'_>, body: &Value, violation: &SchemaViolation) -> bool {
    let pointer = violation.pointer.as_str();
    if let Some(path) = pointer.strip_prefix(listed.page.place.as_str()).filter(|path| path.starts_with('/')) {
        let (index, _) = first_member(path);
        let item = index.parse().ok().and_then(|index: usize| listed.items().get(index));
        return item.is_some_and(|item| is_own_in_certificate(item, body, pointer));
    }
    match first_member(pointer) {
        ("" | "certificates" | "_embedded" | "pageMetadata" | "page", _) => false,
        ("links" | "_links", rest) => {
            !rest.is_empty() && listed.page.links.malformed.is_empty() && !is_null(body, pointer)
        }
        _ => true,
    }
}

/// Whether no other requirement reports this about a certificate of the list.
fn is_own_in_certificate(certificate: &Certificate, body: &Value, pointer: &str) -> bool {
    let path = pointer.strip_prefix(&*certificate.place).unwrap_or_default();
    match first_member(path) {
        ("" | "id" | "language" | "name" | "year" | "community", _) => false,
        ("links" | "_links", rest) => {
            !rest.is_empty() && !is_null(body, pointer) && !is_missing_self(&certificate.links, pointer)
        }
        _ => true,
    }
}

/// Whether no other requirement reports this about a detail. What CRT-12 compares is left to it; what the detail lacks
/// and the list has, it does not report.
fn is_own_in_detail(detail: Detail<'_>, body: &Value, violation: &SchemaViolation) -> bool {
    let lacks = |name: &str| {
        let value = |certificate: &Certificate| {
            let (_, value) = certificate.fields().into_iter().find(|(known, _)| *known == name)?;
            value.filter(|value| !value.is_null()).cloned()
        };
        value(detail.certificate).is_none() && value(detail.item.certificate).is_some()
    };
    match first_member(&violation.pointer) {
        ("", _) => violation.keyword == "required" && ["id", "language"].into_iter().any(lacks),
        (name @ ("id" | "language" | "name" | "year" | "community"), _) => lacks(name),
        _ => is_own_in_certificate(detail.certificate, body, &violation.pointer),
    }
}

/// A null is how some libraries write "no such link".
fn is_null(body: &Value, pointer: &str) -> bool {
    body.pointer(pointer).is_some_and(Value::is_null)
}

/// Whether this is about a `self` that is no link, which counts as missing (CRT-07, CRT-13).
fn is_missing_self(links: &Links, pointer: &str) -> bool {
    let place = malformed_self(links).filter(|_| links.find(&["self"]).is_none()).map(|(place, _): (_, Text)| place);
    place.is_some_and(|place| place.strip_prefix(pointer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
}
