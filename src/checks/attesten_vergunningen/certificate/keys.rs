//! Id and language together: the key of a certificate.

use std::collections::{BTreeMap, BTreeSet};

use url::Url;

use crate::base::text::{Text, shown};
use crate::checks::attesten_vergunningen::list::{Order, knowing_the_order, shuffled, unless_misnumbered};
use crate::checks::rest_guidelines::{answer_to_an_unknown_certificate, is_wrapped};
use crate::evidence::exchange::{Citizen, Part, Phase, Replacement, Request, Response, Target};
use crate::judging::context::{Answer, CheckContext, Findings, Judgement, Stop, conclusive};
use crate::judging::reason;
use crate::judging::verdict::Verdict;
use crate::source::envelope::{Certificate, Key};
use crate::source::{Item, Listed, with_other_language};
use crate::text;

pub(super) fn id_and_language_are_unique(cx: &CheckContext<'_>) -> Judgement {
    knowing_the_order(cx, |cx, order| cx.lasting(|cx| are_unique(cx, order)))
}

fn are_unique(cx: &CheckContext<'_>, order: Order) -> Judgement {
    let items = cx.items()?;
    let count = items.iter().filter(|item| item.certificate.key().is_some()).count();
    if items.len() < 2 {
        return Err(cx.single_page(items.len() as u64).into());
    }
    if count < 2 {
        let what = text!("id of taal ontbreekt in de attesten", "the certificates lack an id or language");
        return Err(reason::unmet(what).into());
    }
    let walk = cx.pages()?.pages;
    // What stands twice in one answer is double, however the pages hang together.
    let mut answers = vec![cx.first_page()?];
    answers.extend(&walk);
    let mut within = Findings::default();
    for listed in &answers {
        within.append(doubles(std::slice::from_ref(listed)));
    }
    if !within.is_empty() {
        return cx.concluded(within);
    }
    if order == Order::Shuffled {
        return Err(shuffled().into());
    }
    unless_misnumbered(cx, |cx| unique_across(cx, &walk))
}

fn unique_across<'a>(cx: &CheckContext<'a>, walk: &[Listed<'a>]) -> Judgement {
    pages_hold_still(cx, walk)?;
    let across = doubles(walk);
    if across.is_empty() {
        return cx.concluded(across);
    }
    confirmed(cx, walk, across)
}

/// A finding for every pair that occurs again in these pages.
fn doubles(pages: &[Listed<'_>]) -> Findings {
    let mut first: BTreeMap<Key<'_>, (usize, &str)> = BTreeMap::new();
    let mut findings = Findings::default();
    for (page, listed) in pages.iter().enumerate() {
        for item in listed.items() {
            let Some(key) = item.key() else { continue };
            let (id, language) = (shown(&key.0), shown(&key.1));
            let Some((earlier, place)) = first.get(&key) else {
                first.insert(key, (page, &item.place));
                continue;
            };
            let actual = if *earlier == page {
                text!("{id} {language}, dat ook op {place} staat", "{id} {language}, which is at {place} too")
            } else {
                text!(
                    "{id} {language}, dat ook op een vorige pagina staat ({place})",
                    "{id} {language}, which is on an earlier page too ({place})"
                )
            };
            let expected = text!("een eigen id en taal", "an id and language of its own");
            findings.push(listed.answer.finding(&*item.place, expected, actual));
        }
    }
    findings
}

/// Blocked where whole pages repeat, or hold something else when they are asked again.
fn pages_hold_still(cx: &CheckContext<'_>, walk: &[Listed<'_>]) -> Result<(), Stop> {
    let mut seen: BTreeSet<Vec<Key<'_>>> = BTreeSet::new();
    if walk.iter().any(|listed| !listed.keys().is_empty() && !seen.insert(listed.keys())) {
        let what = text!("een pagina komt twee keer voor", "a page occurs twice");
        return Err(reason::unmet(what).into());
    }
    let again: Vec<Request> = walk.iter().map(|listed| listed.answer.request().clone().again(1)).collect();
    if cx.pages_of(&again)?.iter().zip(walk).any(|(again, listed)| again.keys() != listed.keys()) {
        let what = text!("de pagina's verspringen tussen twee oproepen", "the pages shift between two calls");
        return Err(Stop::Moment(Box::new(reason::unmet(what))));
    }
    Ok(())
}

/// What is double across pages is so whatever their length; pages that overlap do so at other places then.
fn confirmed(cx: &CheckContext<'_>, walk: &[Listed<'_>], across: Findings) -> Judgement {
    let length = cx.other_limit()?;
    let count = cx.total()?.div_ceil(length).min(cx.most_pages()?).max(1);
    let requests: Vec<Request> = (0..count).map(|page| cx.page_request(Citizen::Subject, length, page)).collect();
    // Pages that overlap may do so at the one or the other boundary that both lengths share.
    if !double_keys(walk).is_subset(&double_keys(&cx.pages_of(&requests)?)) {
        let what = text!("de pagina's overlappen elkaar", "the pages overlap");
        return Err(reason::unmet(what).into());
    }
    cx.concluded(across)
}

fn double_keys<'a>(pages: &[Listed<'a>]) -> BTreeSet<Key<'a>> {
    let mut seen = BTreeSet::new();
    pages.iter().flat_map(Listed::keys).filter(|key| !seen.insert(key.clone())).collect()
}

/// The detail of a certificate, and the part of its URL that makes it another language.
struct Lacking {
    control: Request,
    part: Part,
    /// The part with that language in it.
    text: String,
}

pub(super) fn missing_language_is_not_found(cx: &CheckContext<'_>) -> Judgement {
    cx.lasting(is_not_found)
}

fn is_not_found(cx: &CheckContext<'_>) -> Judgement {
    let Lacking { control, part, text } = lacking(cx)?;
    let opening = conclusive(cx.attempt(&control.clone().phase(Phase::Opening))?)?.response;
    if opening.is_gone() {
        let status = opening.status;
        let verdict = reason::unmet(text!("het detail antwoordde met {status}", "the detail answered {status}"));
        return Err(Stop::by_answer(opening, verdict));
    }
    let probe = control.clone().edit(part, Replacement::Text(text));
    let answers = cx.between_controls(&control, &[probe])?;
    let Some(answer) = answers.first() else { return Err(reason::not_recorded().into()) };
    match answer.response.status {
        404 => cx.judged(Vec::new()),
        status if is_wrapped(*answer) || is_as_unknown(cx, *answer)? => {
            let what = text!(
                "wat er niet is, wordt met {status} beantwoord, welke taal of id het ook is",
                "what is not there is answered {status}, whichever language or id it is"
            );
            Err(reason::unmet(what).into())
        }
        status => {
            let given = answer.response.certificate().filter(|_| answer.response.is_success());
            let actual = match given.and_then(Certificate::key) {
                Some((id, language)) => Text::same(shown(&format!("{status}: {id} {language}"))),
                None => Text::same(status),
            };
            cx.judged(vec![answer.finding("status", Text::same(404), actual)])
        }
    }
}

/// Whether an id that nobody has is answered in the same way, without a certificate: then it is the look-up that is wrong,
/// whatever is looked up.
fn is_as_unknown(cx: &CheckContext<'_>, answer: Answer<'_>) -> Result<bool, Stop> {
    let says = |response: &Response| (response.status, response.certificate().and_then(Certificate::key).is_some());
    if says(answer.response).1 {
        return Ok(false);
    }
    Ok(answer_to_an_unknown_certificate(cx)?.is_some_and(|unknown| says(unknown) == says(answer.response)))
}

/// A certificate of which a language is known to be missing, with that language in one place of its `self`.
fn lacking(cx: &CheckContext<'_>) -> Result<Lacking, Stop> {
    let items = cx.items()?;
    if cx.pages()?.cut {
        return Err(cx.beyond_the_walk().into());
    }
    let mut known = cx.parameter("languages");
    let taken = languages(&items);
    // First those that no certificate has: a page that the list hides (LST-10) can then not hold the one asked for.
    known.sort_by_key(|language| taken.values().any(|own| own.contains(*language)));
    let mut placed = false;
    let mut usable = false;
    for item in &items {
        let Some((id, language)) = item.certificate.key() else { continue };
        // Of an id with a language beside the four it is not known which of them it has (CRT-03).
        let Some(own) = taken.get(&*id).filter(|own| own.iter().all(|one| known.contains(&one.as_str()))) else {
            continue;
        };
        let Some(control) = cx.detail_of(*item) else { continue };
        usable = true;
        let with = |other: &str| with_language(&control, &id, &language, other);
        if with(&language).is_none() {
            continue;
        }
        placed = true;
        let Some(missing) = known.iter().find(|language| !own.contains(**language)) else { continue };
        if let Some((part, text)) = with(missing) {
            return Ok(Lacking { control, part, text });
        }
    }
    Err(no_language_to_ask(usable, placed).into())
}

/// Why no other language can be asked for.
fn no_language_to_ask(usable: bool, placed: bool) -> Verdict {
    match (usable, placed) {
        (false, _) => reason::unmet(text!(
            "geen enkel attest heeft een id, een bekende taal en een `self` om te volgen",
            "no certificate has an id, a known language and a `self` to follow"
        )),
        (true, false) => Verdict::not_applicable(text!(
            "de taal staat niet op precies één plaats in de URL's",
            "the language is not in exactly one place of the URLs"
        )),
        (true, true) => Verdict::not_applicable(text!(
            "elk attest bestaat in alle talen",
            "every certificate exists in all languages"
        )),
    }
}

/// The languages of every id, in lower case.
fn languages(items: &[Item<'_>]) -> BTreeMap<String, BTreeSet<String>> {
    let mut languages: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (id, language) in items.iter().filter_map(|item| item.certificate.key()) {
        languages.entry(id.into_owned()).or_default().insert(language.to_lowercase());
    }
    languages
}

fn with_language(detail: &Request, id: &str, language: &str, other: &str) -> Option<(Part, String)> {
    match &detail.target {
        Target::Link { url, .. } => with_other_language(&Url::parse(url).ok()?, id, language, other),
        _ => None,
    }
}
