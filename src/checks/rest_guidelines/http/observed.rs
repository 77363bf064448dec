//! Rows that report a value: nothing can fail here.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::text::{Text, shown};
use crate::base::value::walk::members;
use crate::evidence::exchange::{Citizen, Exchange, Kind, Variation};
use crate::judging::context::{Answer, CheckContext, Judgement, Stop};
use crate::judging::reason;
use crate::judging::verdict::Verdict;
use crate::source::envelope::{Certificate, Collection, Field, Page};
use crate::text;

/// How many values are named.
const MOST: usize = 10;

/// The JSON of the pages and of the details, with or without certificates.
fn answers<'a>(cx: &CheckContext<'a>) -> Result<Vec<Answer<'a>>, Stop> {
    let mut answers = cx.walk()?;
    match cx.details() {
        Ok(details) => answers.extend(details.into_iter().filter_map(|(_, exchange)| {
            let response = exchange.result.as_ref().ok()?;
            response.is_success().then_some(Answer { exchange, response })
        })),
        Err(Stop::Verdict(_)) => {}
        Err(stop) => return Err(stop),
    }
    Ok(answers)
}

/// A list of values, or the word for none.
fn listed(values: impl Iterator<Item = String>) -> Verdict {
    let all: Vec<String> = values.collect();
    let more = all.len().saturating_sub(MOST);
    let list = all.into_iter().take(MOST).collect::<Vec<_>>().join(", ");
    Verdict::observed(match (list.as_str(), more) {
        ("", _) => text!("geen", "none"),
        (_, 0) => Text::same(list),
        _ => text!("{list} en nog {more}", "{list} and {more} more"),
    })
}

pub(super) fn oslo_context_is_reported(cx: &CheckContext<'_>) -> Judgement {
    let mut places = BTreeSet::new();
    for answer in answers(cx)? {
        let Some(json) = answer.response.tree() else { continue };
        let kind = answer.request().kind().name();
        members(&json, &|_| true, &mut |member| {
            if matches!(member.name, "@context" | "@id") && !member.element {
                places.insert(format!("{kind} {}", shown(member.pointer)));
            }
        });
    }
    Ok(listed(places.into_iter()))
}

pub(super) fn head_and_options_are_reported(cx: &CheckContext<'_>) -> Judgement {
    let list = cx.entry_request(Citizen::Subject);
    let varied = |variation| list.clone().varied(variation);
    let exchanges = cx.attempts(&[list.clone(), varied(Variation::Head), varied(Variation::Options)])?;
    cx.listed(&list)?;
    let [_, head, options] = exchanges.as_slice() else { return Err(reason::not_recorded().into()) };
    let (Text { nl: head_nl, en: head_en }, Text { nl: options_nl, en: options_en }) =
        (answered(head), answered(options));
    Ok(Verdict::observed(text!("HEAD: {head_nl}; OPTIONS: {options_nl}", "HEAD: {head_en}; OPTIONS: {options_en}")))
}

fn answered(exchange: &Exchange) -> Text {
    let Ok(response) = &exchange.result else { return text!("geen antwoord", "no answer") };
    let status = response.status;
    match response.header("allow").map(shown) {
        Some(allow) => Text::same(format!("{status}, Allow: {allow}")),
        None => Text::same(status),
    }
}

pub(super) fn absent_mandatory_members_are_reported(cx: &CheckContext<'_>) -> Judgement {
    let mut absent: BTreeMap<&str, usize> = BTreeMap::new();
    for answer in answers(cx)? {
        let names = match answer.request().kind() {
            Kind::List => answer.response.page().map(absent_in_page),
            _ => answer.response.certificate().map(absent_in_certificate),
        };
        for name in names.into_iter().flatten() {
            *absent.entry(name).or_default() += 1;
        }
    }
    Ok(listed(absent.into_iter().map(|(name, count)| format!("{name} ({count} ×)"))))
}

fn absent_in_page(page: &Page) -> Vec<&'static str> {
    let mut absent: Vec<&str> = page.items().iter().flat_map(absent_in_certificate).collect();
    absent.extend((page.collection == Collection::Absent).then_some("certificates"));
    absent.extend((!page.links.present).then_some("links"));
    let metadata = &page.metadata;
    if !metadata.present {
        absent.push("pageMetadata");
    } else if metadata.wrong_type.is_none() {
        absent
            .extend(metadata.fields().into_iter().filter(|(_, field)| **field == Field::Absent).map(|(name, _)| name));
    }
    absent
}

fn absent_in_certificate(certificate: &Certificate) -> Vec<&'static str> {
    if certificate.wrong_type.is_some() {
        return Vec::new();
    }
    let fields = certificate.fields().into_iter().filter(|(name, _)| matches!(*name, "id" | "language"));
    let mut absent: Vec<&str> = fields.filter(|(_, value)| value.is_none()).map(|(name, _)| name).collect();
    absent.extend((!certificate.links.present).then_some("links"));
    absent
}
