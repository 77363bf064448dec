//! The links that a certificate carries in the list.

use std::collections::BTreeSet;

use url::Url;

use crate::base::text::{Text, shown};
use crate::checks::shared::{absent, is_uri_reference};
use crate::evidence::exchange::beginning_of;
use crate::judging::context::{Answer, CheckContext, Judgement, conclusive};
use crate::judging::reason;
use crate::judging::verdict::{Finding, Verdict};
use crate::source::envelope::{Links, Malformed};
use crate::source::{Item, holds_key, parts_that};
use crate::text;

pub(super) fn every_item_has_self(cx: &CheckContext<'_>) -> Judgement {
    let items = cx.everyones_items()?;
    cx.judged(items.iter().filter_map(no_usable_self))
}

/// A finding where a certificate has no `self`, or one that is no link. The form of other links is for CRT-15.
fn no_usable_self(item: &Item<'_>) -> Option<Finding> {
    let (answer, links) = (item.on.answer, &item.certificate.links);
    let expected = text!("een link `self` met `href`", "a link `self` with an `href`");
    if let Some(kind) = &item.certificate.wrong_type {
        return Some(answer.finding(&*item.certificate.place, expected, Text::same(kind)));
    }
    match links.find(&["self"]) {
        Some(link) if link.templated || is_uri_reference(&link.href) => None,
        Some(link) => {
            let place = format!("{}/href", link.place);
            Some(answer.finding(
                place,
                text!("een geldige URI", "a valid URI reference"),
                Text::same(shown(&link.href)),
            ))
        }
        None => {
            let (place, actual) = malformed_self(links).unwrap_or_else(|| (links.place.to_string(), absent()));
            Some(answer.finding(place, expected, actual))
        }
    }
}

/// Where a `self` or the whole section has another form than links have, and what stands there.
pub(super) fn malformed_self(links: &Links) -> Option<(String, Text)> {
    let is_self = |one: &&Malformed| {
        *one.place == *links.place || one.rel.as_ref().is_some_and(|rel| rel.eq_ignore_ascii_case("self"))
    };
    links.malformed.iter().find(is_self).map(|one| (one.place.clone(), Text::same(shown(&one.found))))
}

pub(super) fn download_is_offered(cx: &CheckContext<'_>) -> Judgement {
    if cx.setup().source().declares.no_documents {
        return Ok(reason::declared("no_documents"));
    }
    let offers = |links: &Links| links.find(&["download"]).is_some();
    let items = cx.items()?;
    if items.iter().any(|item| offers(&item.certificate.links)) {
        return cx.judged(Vec::new());
    }
    let details = cx.details()?;
    let answers: Vec<Result<Answer<'_>, Box<Verdict>>> =
        details.iter().map(|(_, exchange)| conclusive(exchange)).collect();
    let certificates = answers.iter().flatten().filter_map(|answer| answer.response.certificate());
    if certificates.into_iter().any(|certificate| offers(&certificate.links)) {
        return cx.judged(Vec::new());
    }
    // Where no detail came at all, one of them may yet have shown a document.
    if let (Some(Err(obstacle)), false) = (answers.first(), answers.iter().any(Result::is_ok)) {
        return Err(obstacle.clone().into());
    }
    let Some(on) = items.first().map(|item| item.on) else { return Err(reason::not_recorded().into()) };
    let expected = text!("minstens één link `download`", "at least one link `download`");
    cx.judged(vec![on.answer.finding(on.page.place.as_str(), expected, absent())])
}

pub(super) fn self_holds_id_and_language(cx: &CheckContext<'_>) -> Judgement {
    let mut findings = Vec::new();
    let (mut judged, mut shortened) = (false, false);
    let items = cx.everyones_items()?;
    let ids: BTreeSet<_> = items.iter().filter_map(|item| item.certificate.id_text()).collect();
    for item in items {
        let (Some((id, language)), Some(link)) = (item.certificate.key(), item.certificate.links.find(&["self"]))
        else {
            continue;
        };
        let Some(url) = cx.target(item.on.answer, link).and_then(|url| Url::parse(&url).ok()) else { continue };
        // Of a text of a thousand characters that might be a document, the recording has the beginning only.
        if beginning_of(&id).is_some() {
            shortened = true;
            continue;
        }
        judged = true;
        let (holds_id, holds_language) = holds_key(&url, &id, &language);
        // What is a part of another id is none of its own.
        let is_within_another = || {
            let whole = parts_that(&url, |text| text == &*id || ids.contains(text));
            !whole.is_empty() && whole.iter().all(|(_, text)| *text != *id && text.contains(&*id))
        };
        let held = (holds_id && !is_within_another(), holds_language);
        let (id, language) = (shown(&id), shown(&language));
        let expected = match held {
            (true, true) => continue,
            (false, true) => text!("de id `{id}` in de URL", "the id `{id}` in the URL"),
            (true, false) => text!("de taal `{language}` in de URL", "the language `{language}` in the URL"),
            (false, false) => text!(
                "de id `{id}` en de taal `{language}` in de URL",
                "the id `{id}` and the language `{language}` in the URL"
            ),
        };
        let place = format!("{}/href", link.place);
        findings.push(item.on.answer.finding(place, expected, Text::same(shown(&link.href))));
    }
    if !judged && shortened {
        return Err(reason::unmet(text!(
            "de opname bevat alleen het begin van zulke lange id's",
            "the recording holds the beginning only of ids as long as these"
        ))
        .into());
    }
    if !judged {
        return Err(reason::unmet(text!(
            "geen enkel attest heeft een id, een taal en een link `self`",
            "no certificate has an id, a language and a link `self`"
        ))
        .into());
    }
    cx.judged(findings)
}
